// SPDX-License-Identifier: Apache-2.0
#include "dnssec/algorithms.h"

#include <gtest/gtest.h>

namespace danesweep::dnssec {
namespace {

TEST(Algorithms, ThoseOfTheRegistryThatAreChecked) {  // D-33
  Policy standard, with_sha1;
  with_sha1.sha1 = Sha1Signatures::Checked;
  for (int number = 0; number < 256; ++number) {
    const auto n = static_cast<std::uint8_t>(number);
    const bool on = n == 8 || n == 10 || (n >= 13 && n <= 16);
    const bool sha1 = n == 5 || n == 7;
    EXPECT_EQ(find_algorithm(n, standard) != nullptr, on) << number;
    EXPECT_EQ(find_algorithm(n, with_sha1) != nullptr, on || sha1) << number;
  }
}

TEST(Digests, ThoseThatAreComputed) {  // D-39
  for (int number = 0; number < 256; ++number) {
    const auto n = static_cast<std::uint8_t>(number);
    EXPECT_EQ(find_digest(n) != nullptr, n == 1 || n == 2 || n == 4) << number;
  }
  EXPECT_EQ(find_digest(1)->octets, 20U);
  EXPECT_EQ(find_digest(2)->octets, 32U);
  EXPECT_EQ(find_digest(4)->octets, 48U);
}

struct CostRow {
  std::uint8_t algorithm;
  std::uint32_t bits, units;
};

TEST(Algorithms, CostWhatTheTableSays) {  // RULES.md part F
  const CostRow rows[] = {{8, 1024, 1}, {8, 2048, 1},  {8, 2049, 4}, {10, 4096, 4}, {5, 2048, 1},
                          {13, 256, 4}, {14, 384, 40}, {15, 256, 6}, {16, 456, 14}};
  for (const CostRow& row : rows)
    EXPECT_EQ(check_units(*find_algorithm(row.algorithm), row.bits), row.units) << int{row.algorithm};
}

TEST(Algorithms, HaveTheirMnemonics) {  // D-62
  EXPECT_EQ(algorithm_to_text(8), "RSASHA256");
  EXPECT_EQ(algorithm_to_text(13), "ECDSAP256SHA256");
  EXPECT_EQ(algorithm_to_text(253), "253");
}

struct RsaRow {
  const char* what;
  std::vector<std::uint8_t> octets;
  bool parses, sound;
  std::uint32_t bits;
};

TEST(RsaKeys, OfEveryShape) {  // D-35
  const RsaRow rows[] = {
      {"nothing", {}, false, false, 0},
      {"exponent without modulus", {1, 3}, false, false, 0},
      {"exponent longer than the field", {9, 1, 0, 1, 0xC1}, false, false, 0},
      {"long form cut short", {0, 1}, false, false, 0},
      {"long form longer than the field", {0, 1, 0, 3, 0xC1}, false, false, 0},
      {"exponent of no octets", {0, 0, 0, 0xC1}, false, false, 0},
      {"exponent of zeros", {2, 0, 0, 0xC1}, false, false, 0},
      {"modulus of zeros", {1, 3, 0, 0}, false, false, 0},
      {"exponent 1", {1, 1, 0xC1}, true, false, 8},
      {"exponent 2", {1, 2, 0xC1}, true, false, 8},
      {"exponent 3", {1, 3, 0xC1}, true, true, 8},
      {"exponent 65537", {3, 1, 0, 1, 0x01, 0x01}, true, true, 9},
      {"exponent 65537 in four octets", {4, 0, 1, 0, 1, 0xC1}, true, true, 8},
      {"exponent in long form", {0, 0, 3, 1, 0, 1, 0xC1}, true, true, 8},
      {"modulus behind zeros", {1, 3, 0, 0, 0x40}, true, true, 7},
      {"exponent 2^32 + 1", {5, 1, 0, 0, 0, 1, 0xC1}, true, true, 8},
      {"exponent 2^32 + 3", {5, 1, 0, 0, 0, 3, 0xC1}, true, false, 8},
      {"exponent of six octets", {6, 1, 0, 0, 0, 0, 1, 0xC1}, true, false, 8},
      {"exponent 2^64 + 65537", {9, 1, 0, 0, 0, 0, 0, 1, 0, 1, 0xC1}, true, false, 8},
  };
  for (const RsaRow& row : rows) {
    const auto key = parse_rsa_key(row.octets);
    ASSERT_EQ(key.has_value(), row.parses) << row.what;
    if (!key) continue;
    EXPECT_EQ(has_sound_exponent(*key), row.sound) << row.what;
    EXPECT_EQ(key->bits, row.bits) << row.what;
  }
}

}  // namespace
}  // namespace danesweep::dnssec
