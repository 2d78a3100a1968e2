// SPDX-License-Identifier: Apache-2.0
// Grouping (D-8, D-9, D-12, D-14, D-16, D-17, D-18) and the canonical form (D-10, D-11, D-12).
#include "dnssec/wire/rrset.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>

#include "dnssec/wire/presentation.h"
#include "tests/unit/wire/builders.h"

namespace danesweep::wire::test {
namespace {

Octets question() { return Octets().pointer(kQuestionOffset); }

/// `OWNER TTL TYPE {RDATA | RDATA} signatures [malformed]`, one line per RRset.
std::string described(const Reply& reply) {
  const auto message = reply.parse().value();
  const GroupedRrsets grouped = group_rrsets(*message);
  std::string text = grouped.undecodable ? "undecodable\n" : "";
  for (const Rrset& rrset : grouped.rrsets) {
    text += rrset.owner.to_text() + ' ' + std::to_string(rrset.ttl) + ' ' + to_text(rrset.type) + " {";
    for (const Bytes rdata : rrset.rdata) text += (text.back() == '{' ? "" : " | ") + rdata_to_text(rrset.type, rdata);
    text += "} " + std::to_string(rrset.signatures.size()) + (rrset.malformed ? " malformed\n" : "\n");
  }
  return text;
}

Reply mx_reply() { return Reply("example.", RrType::Mx); }

struct GroupingRow {
  const char* name;
  Reply reply;
  std::string_view expected;
};

const GroupingRow kGroupings[] = {
    {"owner in differing case is one owner, shown as in its first record",
     mx_reply().answer(name("Example."), RrType::Mx, mx(1, "a.")).answer(name("eXAMPLE."), RrType::Mx, mx(2, "b.")),
     "Example. 300 MX {1 a. | 2 b.} 0\n"},
    {"records of one RRset need not stand together",
     mx_reply()
         .answer(question(), RrType::Mx, mx(1, "a."))
         .answer(question(), RrType::Txt, Octets().string("t"))
         .answer(question(), RrType::Mx, mx(2, "b.")),
     "example. 300 MX {1 a. | 2 b.} 0\nexample. 300 TXT {\"t\"} 0\n"},
    {"D-14: the smallest TTL counts",
     mx_reply().answer(question(), RrType::Mx, mx(1, "a."), 600).answer(question(), RrType::Mx, mx(2, "b."), 60),
     "example. 60 MX {1 a. | 2 b.} 0\n"},
    {"D-14: the smallest TTL counts, also of the first record",
     mx_reply().answer(question(), RrType::Mx, mx(1, "a."), 60).answer(question(), RrType::Mx, mx(2, "b."), 300),
     "example. 60 MX {1 a. | 2 b.} 0\n"},
    {"D-14: a TTL with the top bit set is large", mx_reply().answer(question(), RrType::Mx, mx(1, "a."), 0x80000000U),
     "example. 2147483648 MX {1 a.} 0\n"},
    {"D-14: a large TTL does not win over a small one",
     mx_reply().answer(question(), RrType::Mx, mx(1, "a."), 0xFFFFFFFFU).answer(question(), RrType::Mx, mx(2, "b."), 7),
     "example. 7 MX {1 a. | 2 b.} 0\n"},
    {"D-14: TTL 0 stays 0", mx_reply().answer(question(), RrType::Mx, mx(1, "a."), 0), "example. 0 MX {1 a.} 0\n"},
    {"D-12: records of other classes are dropped",
     mx_reply()
         .answer(question(), RrType::Mx, mx(1, "a."))
         .record(Section::Answer, question(), RrType::Mx, 9, mx(2, "b."), RrClass::Ch),
     "example. 300 MX {1 a.} 0\n"},
    {"D-16: signature before its RRset",
     mx_reply().answer(question(), RrType::Rrsig, rrsig(RrType::Mx)).answer(question(), RrType::Mx, mx(1, "a.")),
     "example. 300 MX {1 a.} 1\n"},
    {"D-16: signatures of several types at one owner",
     mx_reply()
         .answer(question(), RrType::Rrsig, rrsig(RrType::Txt))
         .answer(question(), RrType::Mx, mx(1, "a."))
         .answer(question(), RrType::Rrsig, rrsig(RrType::Mx))
         .answer(question(), RrType::Txt, Octets().string("t"))
         .answer(question(), RrType::Rrsig, rrsig(RrType::Mx, "other.")),
     "example. 300 MX {1 a.} 2\nexample. 300 TXT {\"t\"} 1\n"},
    {"D-16: signature in the authority, RRset in the answer",
     mx_reply().answer(question(), RrType::Mx, mx(1, "a.")).authority(question(), RrType::Rrsig, rrsig(RrType::Mx)),
     "example. 300 MX {1 a.} 1\n"},
    {"D-16: signature whose owner differs in case",
     mx_reply().answer(question(), RrType::Mx, mx(1, "a.")).answer(name("EXAMPLE."), RrType::Rrsig, rrsig(RrType::Mx)),
     "example. 300 MX {1 a.} 1\n"},
    {"D-16: a signature without RRset is dropped",
     mx_reply().answer(question(), RrType::Rrsig, rrsig(RrType::Mx)).answer(name("b."), RrType::Mx, mx(1, "a.")),
     "b. 300 MX {1 a.} 0\n"},
    {"D-16: a signature of another owner is not taken",
     mx_reply().answer(question(), RrType::Mx, mx(1, "a.")).answer(name("b."), RrType::Rrsig, rrsig(RrType::Mx)),
     "example. 300 MX {1 a.} 0\n"},
    {"D-16: RRSIG without room for the type covered is dropped",
     mx_reply().answer(question(), RrType::Mx, mx(1, "a.")).answer(question(), RrType::Rrsig, {0}),
     "example. 300 MX {1 a.} 0\n"},
    {"D-17: what stands in the authority adds nothing to an answer",
     mx_reply().answer(question(), RrType::Mx, mx(1, "a.")).authority(question(), RrType::Mx, mx(6, "evil.")),
     "example. 300 MX {1 a.} 0\nexample. 300 MX {6 evil.} 0\n"},
    {"D-17: the additional section is not read",
     mx_reply().record(Section::Additional, name("a."), RrType::A, 300, {1, 2, 3, 4}), ""},
    {"D-8: a malformed RR makes its RRset malformed and no other",
     mx_reply()
         .answer(question(), RrType::Mx, mx(1, "a."))
         .answer(question(), RrType::Mx, Octets().u16(2))
         .answer(question(), RrType::Txt, Octets().string("t")),
     "example. 300 MX {1 a.} 0 malformed\nexample. 300 TXT {\"t\"} 0\n"},
    {"D-8: A of 3 and AAAA of 17 octets are malformed",
     mx_reply().answer(question(), RrType::A, {1, 2, 3}).answer(question(), RrType::Aaaa, Octets().zeros(17)),
     "example. 300 A {} 0 malformed\nexample. 300 AAAA {} 0 malformed\n"},
    {"D-8: short TLSA, DS and DNSKEY are for their readers to judge",
     mx_reply()
         .answer(question(), RrType::Tlsa, {3, 1})
         .answer(question(), RrType::Ds, {0})
         .answer(question(), RrType::Dnskey, {1, 0}),
     "example. 300 TLSA {\\# 2 0301} 0\nexample. 300 DS {\\# 1 00} 0\nexample. 300 DNSKEY {\\# 2 0100} 0\n"},
    {"D-8: an owner that cannot be decoded drops its record and is told",
     mx_reply()
         .answer(question(), RrType::Mx, mx(1, "a."))
         .answer(Octets().pointer(kQuestionOffset + 1), RrType::Mx, mx(1, "a.")),
     "undecodable\nexample. 300 MX {1 a.} 0\n"},
    {"D-9: an unknown type is opaque", mx_reply().answer(question(), RrType{65280}, {0xC0, 0x0C, 'A'}),
     "example. 300 TYPE65280 {\\# 3 c00c41} 0\n"},
    {"D-18: two different CNAME",
     mx_reply().answer(question(), RrType::Cname, name("a.")).answer(question(), RrType::Cname, name("b.")),
     "example. 300 CNAME {a. | b.} 0 malformed\n"},
    {"D-18: two different DNAME",
     mx_reply().answer(question(), RrType::Dname, name("a.")).answer(question(), RrType::Dname, name("b.")),
     "example. 300 DNAME {a. | b.} 0 malformed\n"},
    {"D-18: two different SOA",
     mx_reply()
         .authority(question(), RrType::Soa, name("a.").name("b.").zeros(20))
         .authority(question(), RrType::Soa, name("a.").name("c.").zeros(20)),
     "example. 300 SOA {a. b. 0 0 0 0 0 | a. c. 0 0 0 0 0} 0 malformed\n"},
    {"D-18: two different NSEC",
     mx_reply()
         .authority(question(), RrType::Nsec, name("a.").u8(0).u8(1).u8(0x40))
         .authority(question(), RrType::Nsec, name("b.").u8(0).u8(1).u8(0x40)),
     "example. 300 NSEC {a. A | b. A} 0 malformed\n"},
    {"D-18: the same CNAME twice, differing in case, is one",
     mx_reply().answer(question(), RrType::Cname, name("a.")).answer(question(), RrType::Cname, name("A.")),
     "example. 300 CNAME {a. | A.} 0\n"},
    {"D-18: NSEC differing in case are two, their names being kept (D-10)",
     mx_reply()
         .authority(question(), RrType::Nsec, name("a.").u8(0).u8(1).u8(0x40))
         .authority(question(), RrType::Nsec, name("A.").u8(0).u8(1).u8(0x40)),
     "example. 300 NSEC {a. A | A. A} 0 malformed\n"},
    {"D-18: a CNAME beside the asked type is another RRset",
     mx_reply().answer(question(), RrType::Cname, name("a.")).answer(question(), RrType::Mx, mx(1, "a.")),
     "example. 300 CNAME {a.} 0\nexample. 300 MX {1 a.} 0\n"},
};

class Grouping : public testing::TestWithParam<GroupingRow> {};
TEST_P(Grouping, OfRecords) { EXPECT_EQ(described(GetParam().reply), GetParam().expected); }
INSTANTIATE_TEST_SUITE_P(Rrset, Grouping, testing::ValuesIn(kGroupings), RowName());

TEST(Grouping, D1OrderOfRecordsChangesOnlyTheOrderOfRrsets) {
  std::mt19937 random(7);
  std::vector<std::pair<Octets, RrType>> records;
  for (int number = 0; number < 60; ++number)  // more RRsets than are searched one by one
    for (const RrType type : {RrType::Mx, RrType::Rrsig})
      records.emplace_back(name((number % 2 == 0 ? "N" : "n") + std::to_string(number / 2) + ".example."), type);
  std::string first;
  for (int round = 0; round < 10; ++round) {
    Reply reply = mx_reply();
    for (const auto& [owner, type] : records)
      reply.answer(owner, type, type == RrType::Mx ? mx(1, "a.") : rrsig(RrType::Mx));
    const auto message = reply.parse().value();
    GroupedRrsets grouped = group_rrsets(*message);
    ASSERT_EQ(grouped.rrsets.size(), 30U);
    std::sort(grouped.rrsets.begin(), grouped.rrsets.end(),
              [](const Rrset& a, const Rrset& b) { return a.owner < b.owner; });
    for (int number = 0; number < 30; ++number) {
      const Rrset& rrset = grouped.rrsets[static_cast<std::size_t>(number)];
      EXPECT_EQ(rrset.rdata.size(), 2U);
      EXPECT_EQ(rrset.signatures.size(), 2U);
    }
    std::shuffle(records.begin(), records.end(), random);
  }
}

TEST(Grouping, ManyOwnersAndTypesAreKeptApart) {
  Reply reply = mx_reply();
  for (int number = 0; number < 1500; ++number)
    reply.answer(Octets().string("n" + std::to_string(number % 750)).pointer(kQuestionOffset),
                 static_cast<RrType>(60000 + number / 750), Octets{number & 0xFF});
  const auto message = reply.parse().value();
  const auto grouped = group_rrsets(*message);
  EXPECT_EQ(grouped.rrsets.size(), 1500U);
  EXPECT_FALSE(grouped.undecodable);
}

TEST(Grouping, RecordsOverTheLimitOfAnRrsetAreDroppedAndTold) {
  Reply reply = mx_reply();
  for (std::size_t number = 0; number < kMaxRecordsPerRrset + 1; ++number)
    reply.answer(question(), RrType::Tlsa, Octets{3, 1, 1, static_cast<int>(number)});
  const auto message = reply.parse().value();
  const auto grouped = group_rrsets(*message);
  ASSERT_EQ(grouped.rrsets.size(), 1U);
  EXPECT_EQ(grouped.rrsets[0].rdata.size(), kMaxRecordsPerRrset);
  EXPECT_TRUE(grouped.rrsets[0].too_large);
}

// --- canonical form

struct CanonicalRow {
  const char* name;
  RrType type;
  Octets rdata, canonical;
};

Octets sig_front(RrType covered) {
  return Octets().type(covered).u8('A').u8('B').u32(0x41414141).u32(2).u32(1).u16(0x4142);
}

// D-10, the whole list; then what is kept.
const CanonicalRow kCanonical[] = {
    {"NS", RrType::Ns, name("A.Bc"), name("a.bc")},
    {"MD", RrType::Md, name("A"), name("a")},
    {"MF", RrType::Mf, name("A"), name("a")},
    {"CNAME", RrType::Cname, name("A"), name("a")},
    {"SOA", RrType::Soa, name("A").name("B").text("AAAABBBBCCCCDDDDEEEE"),
     name("a").name("b").text("AAAABBBBCCCCDDDDEEEE")},
    {"MB", RrType::Mb, name("A"), name("a")},
    {"MG", RrType::Mg, name("A"), name("a")},
    {"MR", RrType::Mr, name("A"), name("a")},
    {"PTR", RrType::Ptr, name("A"), name("a")},
    {"MINFO", RrType::Minfo, name("A").name("B"), name("a").name("b")},
    {"MX", RrType::Mx, Octets().u16(0x4142).name("MX.A"), Octets().u16(0x4142).name("mx.a")},
    {"RP", RrType::Rp, name("A").name("B"), name("a").name("b")},
    {"AFSDB", RrType::Afsdb, Octets().u16(0x4142).name("A"), Octets().u16(0x4142).name("a")},
    {"RT", RrType::Rt, Octets().u16(0x4142).name("A"), Octets().u16(0x4142).name("a")},
    {"SIG", RrType::Sig, sig_front(RrType::A).name("A").text("SIG"), sig_front(RrType::A).name("a").text("SIG")},
    {"PX", RrType::Px, Octets().u16(0x4142).name("A").name("B"), Octets().u16(0x4142).name("a").name("b")},
    {"NXT", RrType::Nxt, name("A").text("BITMAP"), name("a").text("BITMAP")},
    {"NAPTR", RrType::Naptr, Octets().u32(0x41424344).string("U").string("E2U").string("!A!").name("A.B"),
     Octets().u32(0x41424344).string("U").string("E2U").string("!A!").name("a.b")},
    {"KX", RrType::Kx, Octets().u16(0x4142).name("A"), Octets().u16(0x4142).name("a")},
    {"SRV", RrType::Srv, Octets().text("ABCDEF").name("A"), Octets().text("ABCDEF").name("a")},
    {"DNAME", RrType::Dname, name("A"), name("a")},
    {"RRSIG signer", RrType::Rrsig, sig_front(RrType::A).name("A").text("SIG"),
     sig_front(RrType::A).name("a").text("SIG")},
    {"long labels and every octet beside the letters", RrType::Ns,
     Octets()
         .string("@AZ[`az{\xC1\xDA"
                 "ABCDEFGHIJKLMNOPQRSTUVWXYZ")
         .u8(0),
     Octets()
         .string("@az[`az{\xC1\xDA"
                 "abcdefghijklmnopqrstuvwxyz")
         .u8(0)},
    {"NSEC is kept", RrType::Nsec, name("A").u8(0).u8(1).u8(0x40), name("A").u8(0).u8(1).u8(0x40)},
    {"HINFO is kept", RrType::Hinfo, Octets().string("CPU").string("OS"), Octets().string("CPU").string("OS")},
    {"SVCB is kept", RrType::Svcb, Octets().u16(1).name("A"), Octets().u16(1).name("A")},
    {"HTTPS is kept", RrType::Https, Octets().u16(1).name("A"), Octets().u16(1).name("A")},
    {"TXT is kept", RrType::Txt, Octets().string("ABC"), Octets().string("ABC")},
    {"D-9: unknown types are kept", RrType{65280}, name("A"), name("A")},
};

class Canonical : public testing::TestWithParam<CanonicalRow> {};
TEST_P(Canonical, D10Rdata) {
  EXPECT_EQ(canonical_rdata(GetParam().type, GetParam().rdata).value(), GetParam().canonical.vector());
}
INSTANTIATE_TEST_SUITE_P(D10, Canonical, testing::ValuesIn(kCanonical), RowName());

TEST(Canonical, D10RdataTooShortForItsNamesIsRefusedAtEveryLength) {
  for (const CanonicalRow& row : kCanonical) {
    const auto& whole = row.rdata.vector();
    const bool has_rule = row.rdata.vector() != row.canonical.vector();
    // Types that end in a signature or bitmap may be cut inside that.
    const bool open_end = row.type == RrType::Sig || row.type == RrType::Nxt || row.type == RrType::Rrsig;
    if (!has_rule || open_end) continue;
    for (std::size_t size = 0; size < whole.size(); ++size) {
      const std::vector<std::uint8_t> cut(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(size));
      EXPECT_FALSE(canonical_rdata(row.type, cut)) << row.name << ' ' << size;
    }
  }
}

TEST(Canonical, D10NameThatRunsOverTheEndOfRdataIsRefused) {
  EXPECT_FALSE(canonical_rdata(RrType::Mx, Octets().u16(1).u8(63).u8('A')));
  EXPECT_FALSE(canonical_rdata(RrType::Px, Octets().u16(1).name("a").u8(5).u8('A')));
  EXPECT_FALSE(canonical_rdata(RrType::Naptr, Octets().u32(1).string("").string("").u8(200)));
  EXPECT_FALSE(canonical_rdata(RrType::Srv, Octets().u32(1).u16(2).pointer(12)));
}

/// The octets that a signature covers, in hexadecimal by hand.
struct Owned {
  Rrset rrset;
  std::vector<std::vector<std::uint8_t>> octets;
};
Owned rrset_of(RrType type, std::initializer_list<Octets> rdatas) {
  Owned owned;
  owned.rrset.type = type;
  for (const Octets& rdata : rdatas) owned.octets.push_back(rdata.vector());
  for (const auto& octets : owned.octets) owned.rrset.rdata.emplace_back(octets);
  return owned;
}

TEST(CanonicalRrset, D11SortsAsLeftJustifiedOctetsShorterFirst) {
  const Owned owned = rrset_of(RrType::Txt, {{2, 'b', 'a'}, {1, 'z'}, {1, 0xFF}, {1, 'z', 0}, {0}, {}});
  const std::vector<std::vector<std::uint8_t>> expected = {{}, {0}, {1, 'z'}, {1, 'z', 0}, {1, 0xFF}, {2, 'b', 'a'}};
  EXPECT_EQ(canonical_rdatas(owned.rrset).value(), expected);
}

TEST(CanonicalRrset, D11SortsByCanonicalFormNotAsReceived) {
  const Owned owned = rrset_of(RrType::Ns, {name("b"), name("C"), name("A")});
  const std::vector<std::vector<std::uint8_t>> expected = {name("a").vector(), name("b").vector(), name("c").vector()};
  EXPECT_EQ(canonical_rdatas(owned.rrset).value(), expected);
}

TEST(CanonicalRrset, D12DuplicatesAfterCanonicalisationCountOnce) {
  const Owned owned = rrset_of(RrType::Mx, {mx(1, "A"), mx(1, "a"), mx(2, "a"), mx(1, "A")});
  EXPECT_EQ(canonical_rdatas(owned.rrset).value().size(), 2U);
}

TEST(CanonicalRrset, D12TxtDifferingInCaseAreTwo) {
  const Owned owned = rrset_of(RrType::Txt, {Octets().string("A"), Octets().string("a")});
  EXPECT_EQ(canonical_rdatas(owned.rrset).value().size(), 2U);
}

TEST(CanonicalRrset, D11SignedOctetsCarryLowerCaseOwnerAndOriginalTtl) {
  const Owned owned = rrset_of(RrType::Mx, {mx(2, "B"), mx(1, "A")});
  std::vector<std::uint8_t> octets{0xEE};
  append_signed_rrs(octets, DomainName::from_text("*.Example.").value(), RrType::Mx, 0x01020304,
                    canonical_rdatas(owned.rrset).value());
  Octets expected{0xEE};
  for (const Octets& rdata : {mx(1, "a"), mx(2, "b")})
    expected.name("*.example").u16(15).u16(1).u32(0x01020304).u16(static_cast<int>(rdata.size())).append(rdata);
  EXPECT_EQ(octets, expected.vector());
}

TEST(CanonicalRrset, D11IsTheSameForEveryOrderOfArrival) {
  std::mt19937 random(3);
  std::vector<Octets> rdatas;
  for (int number = 0; number < 40; ++number) rdatas.push_back(mx(number % 7, number % 2 == 0 ? "Ab.c" : "aB.C"));
  std::vector<std::vector<std::uint8_t>> first;
  for (int round = 0; round < 20; ++round) {
    Rrset rrset{.type = RrType::Mx};
    for (const Octets& rdata : rdatas) rrset.rdata.emplace_back(rdata);
    const auto canonical = canonical_rdatas(rrset).value();
    if (round == 0) first = canonical;
    EXPECT_EQ(canonical, first);
    EXPECT_EQ(canonical.size(), 7U);
    std::shuffle(rdatas.begin(), rdatas.end(), random);
  }
}

}  // namespace
}  // namespace danesweep::wire::test
