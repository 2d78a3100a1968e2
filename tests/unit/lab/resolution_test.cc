// SPDX-License-Identifier: Apache-2.0
// The lab's zones and resolver against the examples of the RFCs. (Real servers judge whole worlds in
// tests/lab/check_with_servers.)
#include "tests/lab/resolution.h"

#include <gtest/gtest.h>

#include "tests/lab/dns_message.h"

namespace danesweep::lab {
namespace {

constexpr Times kTimes{1790000000, 1800000000};

TEST(Name, IsOrderedAsInRfc4034Section61) {
  const char* ordered[] = {"example",   "a.example",       "yljkjljk.a.example", "Z.a.example",    "zABC.a.EXAMPLE",
                           "z.example", "\\001.z.example", "*.z.example",        "\\200.z.example"};
  for (std::size_t i = 1; i < std::size(ordered); ++i)
    EXPECT_LT(Name(ordered[i - 1]).order_key(), Name(ordered[i]).order_key()) << ordered[i];
}

TEST(Name, KnowsItsAncestors) {
  EXPECT_TRUE(Name("a.b.example").is_below(Name("example")));
  EXPECT_TRUE(Name("a.b.example").is_at_or_below(Name("A.B.example.")));
  EXPECT_FALSE(Name("ab.example").is_at_or_below(Name("b.example")));
  EXPECT_EQ(Name("a.b.example").last_labels(2), Name("b.example"));
  EXPECT_EQ(Name::relative("mx", Name("b.example")).text(), "mx.b.example");
}

TEST(TypeBitmap, IsThatOfRfc4034Section43) {
  EXPECT_EQ(to_hex(type_bitmap({kA, kMx, kRrsig, kNsec, 1234})),
            "0006400100000003"
            "041b" +
                std::string(52, '0') + "20");
}

// RFC 5155 appendix A: hashes of the example zone.
TEST(Nsec3, HashesAsInRfc5155AppendixA) {
  Zone zone(Name("example"), Denial::Nsec3, kTimes);
  zone.set_nsec3(12, from_hex("aabbccdd"));
  EXPECT_EQ(base32hex(zone.hash(Name("example"))), "0p9mhaveqvm6t7vbl5lop2u3t2rp3tom");
  EXPECT_EQ(base32hex(zone.hash(Name("a.example"))), "35mthgpgcu1qg68fab165klnsnk3dpvl");
  EXPECT_EQ(base32hex(zone.hash(Name("*.w.example"))), "r53bq7cc2uvmubfu5ocmm6pers9tk9en");
}

class Answers : public testing::Test {
 protected:
  Answers() : resolution_(zones_) {
    Zone& root = zones_.add(Name("."), Denial::Nsec, kTimes);
    root.add_key(keys_.key(kP256, 0), kZoneKey, Signs::Both);
    Zone& zone = zones_.add(Name("example"), Denial::Nsec, kTimes);
    zone.add_key(keys_.key(kP256, 1), kZoneKey, Signs::Both);
    root.add(zone.apex(), kNs, Name("ns.example").wire());
    zone.add("mx A 127.0.0.1");
    zone.add("*.w MX 10 mx");
    zone.add("alias CNAME mx");
    zone.add("below.ent A 127.0.0.1");
    for (const auto& made : zones_.all()) made->finish_apex();
  }

  std::vector<std::string> owners(const std::vector<Item>& items) {
    std::vector<std::string> result;
    result.reserve(items.size());
    for (const auto& item : items) result.push_back(item.owner.text() + " " + type_text(item.set->type));
    return result;
  }

  KeyPool keys_;
  ZoneTable zones_;
  Resolution resolution_;
};

using Owners = std::vector<std::string>;

TEST_F(Answers, FollowAliases) {
  EXPECT_EQ(owners(resolution_.resolve(Name("alias.example"), kA).answer),
            (Owners{"alias.example CNAME", "mx.example A"}));
}

TEST_F(Answers, ExpandWildcardsAndProveThatNothingIsCloser) {
  const Answer answer = resolution_.resolve(Name("n.w.example"), kMx);
  EXPECT_EQ(owners(answer.answer), Owners{"n.w.example MX"});
  EXPECT_EQ(owners(answer.authority), Owners{"*.w.example NSEC"});
}

TEST_F(Answers, DenyNamesWithTheWildcard) {
  const Answer answer = resolution_.resolve(Name("nobody.example"), kMx);
  EXPECT_EQ(answer.rcode, kNxDomain);
  EXPECT_EQ(owners(answer.authority), (Owners{"example SOA", "mx.example NSEC", "example NSEC"}));
}

TEST_F(Answers, DenyTypesAtEmptyNonTerminalsByTheRecordBefore) {
  const Answer answer = resolution_.resolve(Name("ent.example"), kMx);
  EXPECT_EQ(answer.rcode, kNoError);
  EXPECT_EQ(owners(answer.authority), (Owners{"example SOA", "alias.example NSEC"}));
}

TEST_F(Answers, TakeDsFromTheParent) {
  const Answer answer = resolution_.resolve(Name("example"), kDs);
  EXPECT_EQ(owners(answer.authority), (Owners{". SOA", "example NSEC"}));
}

std::string question(const std::string& name, std::uint16_t type, std::uint16_t udp_size) {
  return u16(7) + u16(0x0110) + u16(1) + u16(0) + u16(0) + u16(1) + Name(name).wire() + u16(type) + u16(1) +
         std::string("\0\0\x29", 3) + u16(udp_size) + u32(0x8000) + u16(0);
}

TEST_F(Answers, AreCutWithTcWhereTheyDoNotFit) {
  const auto query = parse_query(question("nobody.example", kMx, 1232));
  ASSERT_TRUE(query && query->wants_dnssec);
  const Answer answer = resolution_.resolve(query->name, query->type);
  const std::string cut = encode(*query, answer, 400), whole = encode(*query, answer, 65535);
  EXPECT_EQ(static_cast<unsigned char>(cut[2]) & 2, 2);
  EXPECT_EQ(static_cast<unsigned char>(whole[2]) & 2, 0);
  EXPECT_LT(cut.size(), 100U);
  EXPECT_EQ(to_hex(whole.substr(0, 2)), "0007");
}

TEST(Messages, ThatAreNoPlainQuestionAreNotRead) {
  EXPECT_FALSE(parse_query("short"));
  EXPECT_FALSE(parse_query(question("a.example", kA, 512).substr(0, 20)));
  std::string two = question("a.example", kA, 512);
  two[5] = 2;
  EXPECT_FALSE(parse_query(two));
}

}  // namespace
}  // namespace danesweep::lab
