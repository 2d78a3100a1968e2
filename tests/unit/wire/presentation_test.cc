// SPDX-License-Identifier: Apache-2.0
// Texts of records both ways (RFC 1035 section 5.1, RFC 3597 section 5).
#include "dnssec/wire/presentation.h"

#include <gtest/gtest.h>

#include "tests/unit/wire/builders.h"

namespace danesweep::wire::test {
namespace {

std::string repeated(std::string_view part, int times) {
  std::string text;
  while (times-- > 0) text += part;
  return text;
}

struct RdataRow {
  const char* name;
  RrType type;
  std::string_view text;
  Octets octets;
};

// Text as it is printed, and what it stands for.
const RdataRow kRdatas[] = {
    {"A", RrType::A, "192.0.2.1", {192, 0, 2, 1}},
    {"AAAA", RrType::Aaaa, "2001:db8::1", Octets().u16(0x2001).u16(0xDB8).zeros(11).u8(1)},
    {"NS", RrType::Ns, "ns.example.", name("ns.example.")},
    {"CNAME", RrType::Cname, "a\\.b.example.", Octets().string("a.b").labels("example").u8(0)},
    {"DNAME", RrType::Dname, ".", {0}},
    {"PTR", RrType::Ptr, "MiX.example.", name("MiX.example.")},
    {"MX", RrType::Mx, "10 mx.example.", mx(10, "mx.example.")},
    {"null MX", RrType::Mx, "0 .", mx(0, ".")},
    {"SOA", RrType::Soa, "ns. mail. 4294967295 2 3 4 5",
     name("ns.").name("mail.").u32(0xFFFFFFFF).u32(2).u32(3).u32(4).u32(5)},
    {"TXT", RrType::Txt, "\"a b\" \"\" \"q\\\"b\\\\\\000\\255\"",
     Octets().string("a b").string("").string(std::string_view("q\"b\\\0\xFF", 6))},
    {"SRV", RrType::Srv, "1 2 25 mx.example.", Octets().u16(1).u16(2).u16(25).name("mx.example.")},
    {"TLSA", RrType::Tlsa, "3 1 1 00ff", {3, 1, 1, 0x00, 0xFF}},
    {"TLSA without data", RrType::Tlsa, "3 1 1", {3, 1, 1}},
    {"SSHFP", RrType::Sshfp, "4 2 0123", {4, 2, 0x01, 0x23}},
    {"DS", RrType::Ds, "60485 5 1 2bb183af", Octets().u16(60485).u8(5).u8(1).u32(0x2BB183AF)},
    {"CDS", RrType::Cds, "0 0 0 00", {0, 0, 0, 0, 0}},
    {"DNSKEY", RrType::Dnskey,
     "257 3 13 AQPSKmynfw==", Octets().u16(257).u8(3).u8(13).append({1, 3, 0xD2, 0x2A, 0x6C, 0xA7, 0x7F})},
    {"CDNSKEY", RrType::Cdnskey, "0 3 0 AA==", {0, 0, 3, 0, 0}},
    {"RRSIG", RrType::Rrsig, "MX 13 2 3600 20260102030405 20251231235959 7 example. c2ln",
     Octets().u16(15).u8(13).u8(2).u32(3600).u32(1767323045).u32(1767225599).u16(7).name("example.").text("sig")},
    {"RRSIG at the ends of time", RrType::Rrsig, "TYPE65280 8 0 0 21060207062815 19700101000000 0 . AA==",
     Octets().u16(65280).u8(8).u8(0).u32(0).u32(0xFFFFFFFF).u32(0).u16(0).u8(0).u8(0)},
    {"NSEC", RrType::Nsec, "host.example. A MX RRSIG NSEC TYPE1234",
     name("host.example.").append({0, 6, 0x40, 1, 0, 0, 0, 3, 4, 27}).zeros(26).u8(0x20)},
    {"NSEC3", RrType::Nsec3, "1 1 12 aabb 2vptu5timamqttgl4luu9kg21e0aor3s A RRSIG",
     Octets()
         .u8(1)
         .u8(1)
         .u16(12)
         .u8(2)
         .u16(0xAABB)
         .u8(20)
         .append({0x17, 0xF3, 0xDF, 0x17, 0xB2, 0xB2, 0xAD, 0xAE, 0xF6, 0x15,
                  0x25, 0x7D, 0xE4, 0xD2, 0x02, 0x0B, 0x80, 0xAC, 0x6C, 0x7C})
         .append({0, 6, 0x40, 0, 0, 0, 0, 2})},
    {"NSEC3 of an empty non-terminal, without salt", RrType::Nsec3, "1 0 0 - 00", {1, 0, 0, 0, 0, 1, 0}},
    {"NSEC3PARAM", RrType::Nsec3param, "1 0 0 -", {1, 0, 0, 0, 0}},
    {"HINFO", RrType::Hinfo, "\"RFC8482\" \"\"", Octets().string("RFC8482").string("")},
    {"CAA", RrType::Caa, "128 issue \"ca.example; a=b\"", Octets().u8(128).string("issue").text("ca.example; a=b")},
    {"NAPTR", RrType::Naptr, "1 2 \"s\" \"SIP+D2U\" \"\" _sip._udp.",
     Octets().u16(1).u16(2).string("s").string("SIP+D2U").string("").name("_sip._udp.")},
    {"RP", RrType::Rp, "a. b.", name("a.").name("b.")},
    {"SMIMEA", RrType::Smimea, "3 0 0 ab", {3, 0, 0, 0xAB}},
    {"OPENPGPKEY", RrType::Openpgpkey, "AQID", {1, 2, 3}},
    {"OPENPGPKEY, empty", RrType::Openpgpkey, "\\# 0", {}},
    {"CSYNC", RrType::Csync, "66 3 A NS", Octets().u32(66).u16(3).append({0, 1, 0x60})},
    {"ZONEMD", RrType::Zonemd, "7 1 1 ab", Octets().u32(7).append({1, 1, 0xAB})},
    {"SPF", RrType::Spf, "\"v=spf1 -all\"", Octets().string("v=spf1 -all")},
    {"URI", RrType::Uri, "1 2 \"ftp://a/\"", Octets().u16(1).u16(2).text("ftp://a/")},
    {"unknown type", RrType{65280}, "\\# 3 abcdef", {0xAB, 0xCD, 0xEF}},
    {"unknown type, empty", RrType{65280}, "\\# 0", {}},
    {"HTTPS has no text of its own", RrType::Https, "\\# 3 000100", {0, 1, 0}},
    {"A of three octets", RrType::A, "\\# 3 010203", {1, 2, 3}},
    {"MX with a pointer", RrType::Mx, "\\# 4 000ac00c", Octets().u16(10).pointer(12)},
    {"NSEC with a broken bitmap", RrType::Nsec, "\\# 3 000000", {0, 0, 0}},
    {"NSEC with a zero octet at the end of its bitmap", RrType::Nsec, "\\# 5 0000024000", {0, 0, 2, 0x40, 0}},
    {"TXT without strings", RrType::Txt, "\\# 0", {}},
    {"TXT cut short", RrType::Txt, "\\# 2 0541", {5, 'A'}},
};

class RdataText : public testing::TestWithParam<RdataRow> {};
TEST_P(RdataText, BothWays) {
  const RdataRow& row = GetParam();
  EXPECT_EQ(rdata_to_text(row.type, row.octets), row.text);
  const auto read = rdata_from_text(row.type, row.text);
  ASSERT_TRUE(read);
  EXPECT_EQ(*read, row.octets.vector());
}
INSTANTIATE_TEST_SUITE_P(Presentation, RdataText, testing::ValuesIn(kRdatas), RowName());

struct ReadRow {
  const char* name;
  RrType type;
  std::string_view text;
  Octets octets;
};
// Read, though printed otherwise.
const ReadRow kAccepted[] = {
    {"seconds instead of dates", RrType::Rrsig, "A 8 2 60 100 4294967295 1 . AA==",
     Octets().u16(1).u8(8).u8(2).u32(60).u32(100).u32(0xFFFFFFFF).u16(1).u8(0).u8(0)},
    {"mnemonic of an algorithm", RrType::Ds, "1 RSASHA1 1 ab", Octets().u16(1).u8(5).u8(1).u8(0xAB)},
    {"hexadecimal in several words", RrType::Ds, "1 8 2 AB cd\tEF",
     Octets().u16(1).u8(8).u8(2).append({0xAB, 0xCD, 0xEF})},
    {"base64 in several words", RrType::Dnskey, "256 3 8 AQ ID", Octets().u16(256).u8(3).u8(8).append({1, 2, 3})},
    {"lines in parentheses with comments", RrType::Soa, "a. b. ( 1 ; serial\n 2 ; refresh\n3 4 5 )",
     name("a.").name("b.").u32(1).u32(2).u32(3).u32(4).u32(5)},
    {"strings without quotes", RrType::Txt, "a\\032b c\\\"", Octets().string("a b").string("c\"")},
    {"name without final dot", RrType::Ns, "ns.example", name("ns.example.")},
    {"generic text of a known type", RrType::Mx, "\\# 4 000A 0000", {0, 10, 0, 0}},
    {"generic text need not fit its type", RrType::A, "\\# 1 ff", {255}},
};

class ReadText : public testing::TestWithParam<ReadRow> {};
TEST_P(ReadText, IsAccepted) {
  const auto read = rdata_from_text(GetParam().type, GetParam().text);
  ASSERT_TRUE(read);
  EXPECT_EQ(*read, GetParam().octets.vector());
}
INSTANTIATE_TEST_SUITE_P(Presentation, ReadText, testing::ValuesIn(kAccepted), RowName());

struct RefusedRow {
  const char* name;
  RrType type;
  std::string text;
};
const RefusedRow kRefused[] = {
    {"address with a letter", RrType::A, "192.0.2.x"},
    {"address with five parts", RrType::A, "1.2.3.4.5"},
    {"IPv4 for AAAA", RrType::Aaaa, "1.2.3.4"},
    {"a word too many", RrType::A, "1.2.3.4 5"},
    {"a word too few", RrType::Mx, "10"},
    {"number over 16 bits", RrType::Mx, "65536 a."},
    {"negative number", RrType::Mx, "-1 a."},
    {"number over 8 bits", RrType::Tlsa, "256 1 1 00"},
    {"number over 32 bits", RrType::Soa, "a. b. 4294967296 1 1 1 1"},
    {"half an octet", RrType::Ds, "1 8 2 abc"},
    {"bad base64", RrType::Dnskey, "256 3 8 AQI"},
    {"13th month", RrType::Rrsig, "A 8 2 60 20261301000000 20260101000000 1 . AA=="},
    {"30 February", RrType::Rrsig, "A 8 2 60 20260230000000 20260101000000 1 . AA=="},
    {"25 hours", RrType::Rrsig, "A 8 2 60 20260101250000 20260101000000 1 . AA=="},
    {"a date behind 2106", RrType::Rrsig, "A 8 2 60 21060207062816 20260101000000 1 . AA=="},
    {"a date before 1970", RrType::Rrsig, "A 8 2 60 19691231235959 20260101000000 1 . AA=="},
    {"unknown type in a bitmap", RrType::Nsec, "a. A FOO"},
    {"generic text of wrong length", RrType{65280}, "\\# 2 ab"},
    {"generic text without length", RrType{65280}, "\\#"},
    {"unknown type in words", RrType{65280}, "hello"},
    {"HTTPS in words", RrType::Https, "1 . alpn=h2"},
    {"string of 256 octets", RrType::Txt, "\"" + std::string(256, 'x') + "\""},
    {"open quote", RrType::Txt, "\"abc"},
    {"open parenthesis", RrType::Txt, "( abc"},
    {"closed parenthesis alone", RrType::Txt, "abc )"},
    {"no string", RrType::Txt, ""},
    {"CAA with an empty tag", RrType::Caa, "0 \"\" \"x\""},
    {"second line outside parentheses", RrType::Txt, "a\nb"},
    {"RDATA over 65535 octets", RrType::Tlsa, "3 0 0 " + repeated("00", 65533)},
};

class Refused : public testing::TestWithParam<RefusedRow> {};
TEST_P(Refused, Text) { EXPECT_FALSE(rdata_from_text(GetParam().type, GetParam().text)); }
INSTANTIATE_TEST_SUITE_P(Presentation, Refused, testing::ValuesIn(kRefused), RowName());

TEST(RecordText, TtlAndClassMayBeMissingOrSwapped) {
  for (const char* line :
       {"a. 60 IN MX 1 b.", "a. IN 60 MX 1 b.", "a. 60 MX 1 b.", "a 60 in mx 1 b ; comment", "  a. 60 IN MX 1 b.\n"}) {
    const auto record = record_from_text(line);
    ASSERT_TRUE(record) << line;
    EXPECT_EQ(record_to_text(record->owner, record->ttl, record->type, record->rdata), "a. 60 IN MX 1 b.");
  }
  EXPECT_EQ(record_from_text("a. MX 1 b.").value().ttl, 0U);
  EXPECT_EQ(record_from_text("a. IN MX 1 b.").value().ttl, 0U);
}

TEST(RecordText, OwnersWithSpecialOctetsComeBack) {
  const std::string line = "\\;\\\"\\(\\032\\.x. 5 IN TYPE65280 \\# 1 00";
  const auto record = record_from_text(line);
  ASSERT_TRUE(record);
  EXPECT_EQ(record->owner.label_count(), 1U);
  EXPECT_EQ(record_to_text(record->owner, record->ttl, record->type, record->rdata), line);
}

TEST(RecordText, RefusesWhatIsNoRecord) {
  for (const char* wrong : {"", "; comment", "a.", "a. 60", "a. 60 IN", "a. 60 60 A 1.2.3.4", "a. IN IN A 1.2.3.4",
                            "a. CH A 1.2.3.4", "a..b. A 1.2.3.4", "a. 4294967296 A 1.2.3.4", "\"a.\" A 1.2.3.4"})
    EXPECT_FALSE(record_from_text(wrong)) << wrong;
}

}  // namespace
}  // namespace danesweep::wire::test
