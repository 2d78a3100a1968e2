// SPDX-License-Identifier: Apache-2.0
#include "dnssec/wire/encodings.h"

#include <gtest/gtest.h>

#include <string>

namespace danesweep::wire {
namespace {

Bytes bytes(std::string_view text) { return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()}; }
std::string text(const std::vector<std::uint8_t>& octets) { return {octets.begin(), octets.end()}; }

struct Vector {
  std::string_view plain, base64, base32hex;
};
// RFC 4648 section 10; base32hex in lower case and without padding, as NSEC3 owners have it.
constexpr Vector kVectors[] = {
    {"", "", ""},
    {"f", "Zg==", "co"},
    {"fo", "Zm8=", "cpng"},
    {"foo", "Zm9v", "cpnmu"},
    {"foob", "Zm9vYg==", "cpnmuog"},
    {"fooba", "Zm9vYmE=", "cpnmuoj1"},
    {"foobar", "Zm9vYmFy", "cpnmuoj1e8"},
};

TEST(Encodings, FollowTheVectorsOfRfc4648) {
  for (const Vector& row : kVectors) {
    EXPECT_EQ(to_base64(bytes(row.plain)), row.base64);
    EXPECT_EQ(to_base32hex(bytes(row.plain)), row.base32hex);
    EXPECT_EQ(text(from_base64(row.base64).value()), row.plain);
    EXPECT_EQ(text(from_base32hex(row.base32hex).value()), row.plain);
  }
}

TEST(Encodings, HexIsLowerCaseAndReadInEitherCaseWithBlanks) {
  EXPECT_EQ(to_hex(bytes(std::string_view("\x00\xAB\xff", 3))), "00abff");
  EXPECT_EQ(from_hex("00 aB\tFF").value(), (std::vector<std::uint8_t>{0x00, 0xAB, 0xFF}));
}

TEST(Encodings, Base32HexIsReadInUpperCase) { EXPECT_EQ(text(from_base32hex("CPNMUOJ1E8").value()), "foobar"); }

TEST(Encodings, RefuseWhatIsNoWholeNumberOfOctets) {
  for (const char* wrong : {"0", "0g", "abc"}) EXPECT_FALSE(from_hex(wrong)) << wrong;
  for (const char* wrong : {"Z", "Zg", "Zg=", "Zh==", "Zg==Zg==", "Zm9v====", "Z===", "Zm9-"})
    EXPECT_FALSE(from_base64(wrong)) << wrong;
  for (const char* wrong : {"c", "cpn", "cw", "co======"}) EXPECT_FALSE(from_base32hex(wrong)) << wrong;
}

}  // namespace
}  // namespace danesweep::wire
