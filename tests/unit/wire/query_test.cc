// SPDX-License-Identifier: Apache-2.0
// What is sent and what may be asked: queries (RFC 6840 section 5.9), type and response code texts, D-20.
#include <gtest/gtest.h>

#include "dnssec/wire/message.h"
#include "dnssec/wire/types.h"
#include "dnssec/wire/writer.h"
#include "tests/unit/wire/builders.h"

namespace danesweep::wire::test {
namespace {

TEST(Query, SetsRdCdAndDoWithEdns1232AndNothingElse) {
  const QueryPacket query({DomainName::from_text("_25._tcp.mx.example.").value(), RrType::Tlsa}, 0xBEEF);
  const Octets expected = Octets()
                              .u16(0xBEEF)
                              .u16(0x0110)
                              .u16(1)
                              .u16(0)
                              .u16(0)
                              .u16(1)
                              .name("_25._tcp.mx.example.")
                              .u16(52)
                              .u16(1)
                              .append({0, 0, 41, 0x04, 0xD0, 0, 0, 0x80, 0, 0, 0});
  EXPECT_EQ(std::vector<std::uint8_t>(query.octets().begin(), query.octets().end()), expected.vector());
}

TEST(Query, LongestNameFits) {
  std::string dotted;
  for (int label = 0; label < 127; ++label) dotted += "a.";
  const Question question{DomainName::from_text(dotted).value(), RrType::Mx};
  const QueryPacket query(question, 1);
  EXPECT_EQ(query.octets().size(), 12U + 255 + 4 + 11);
  const auto message = Message::parse(query.octets()).value();
  EXPECT_EQ(message->question(), question);
  EXPECT_FALSE(message->answers(question));  // D-4: QR is clear
  EXPECT_EQ(message->edns()->udp_size, kEdnsUdpSize);
}

TEST(TypeText, KnownAndUnknownTypesComeBack) {
  EXPECT_EQ(to_text(RrType::Tlsa), "TLSA");
  EXPECT_EQ(to_text(RrType{65280}), "TYPE65280");
  EXPECT_EQ(parse_rr_type("nsec3param"), RrType::Nsec3param);
  EXPECT_EQ(parse_rr_type("type52"), RrType::Tlsa);
  EXPECT_EQ(parse_rr_type("TYPE0"), RrType{0});
  for (int number = 0; number < 65536; ++number)
    ASSERT_EQ(parse_rr_type(to_text(static_cast<RrType>(number))), static_cast<RrType>(number));
}

TEST(TypeText, RefusesWhatIsNeither) {
  for (const char* wrong : {"", "TYPE", "TYPE65536", "TYPE-1", "TYPE1x", "TYPE000001", "MXX", "IN", "1"})
    EXPECT_FALSE(parse_rr_type(wrong)) << wrong;
}

TEST(RcodeText, IsTheMnemonicOfRfc6895) {
  EXPECT_EQ(to_text(Rcode::NoError), "NOERROR");
  EXPECT_EQ(to_text(Rcode::NxDomain), "NXDOMAIN");
  EXPECT_EQ(to_text(Rcode::ServFail), "SERVFAIL");
  EXPECT_EQ(to_text(Rcode{23}), "RCODE23");
}

TEST(MetaTypes, D20AreExactlyThoseThatNoLookUpMayAsk) {
  const std::vector<int> meta{0, 41, 128, 249, 250, 251, 252, 253, 254};
  for (int number = 0; number < 65536; ++number)
    ASSERT_EQ(is_meta_type(static_cast<RrType>(number)), std::find(meta.begin(), meta.end(), number) != meta.end())
        << number;
}

}  // namespace
}  // namespace danesweep::wire::test
