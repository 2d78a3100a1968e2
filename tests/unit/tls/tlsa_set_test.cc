// SPDX-License-Identifier: Apache-2.0
// Which records count and in what order: T-28 to T-33, T-37, and the key of T-51.
#include "tls/tlsa_set.h"

#include <algorithm>
#include <random>

#include <gtest/gtest.h>

#include "tests/support/certificates.h"

namespace danesweep::tls {
namespace {

using test::Octets;

TlsaSet set_of(const std::vector<Octets>& rdatas) {
  const std::vector<Bytes> views(rdatas.begin(), rdatas.end());
  return TlsaSet(views);
}
Octets rdata(int usage, int selector, int matching_type, std::size_t size, std::uint8_t fill = 0xAB) {
  return test::tlsa_rdata(usage, selector, matching_type, Octets(size, fill));
}
Octets with_trailing(Octets octets) {
  octets.push_back(0);
  return octets;
}
const test::Certificate& leaf() {
  static const test::Certificate made = test::CertificateBuilder("mx.example.org").make();
  return made;
}
/// An SPKI whose algorithm nobody knows.
Octets unknown_key() {
  return {0x30, 0x0E, 0x30, 0x08, 0x06, 0x06, 0x2B, 0x06, 0x01, 0x04, 0x01, 0x7F, 0x03, 0x02, 0x00, 0x2A};
}

struct Row {
  const char* name;
  Octets rdata;
  Usability usability;
};

// T-29, line by line; C-54 names the same.
TEST(TlsaSet, T29C54EveryRecordIsClassedBeforeAnyConnection) {
  using enum Usability;
  const std::vector<Row> rows = {
      {"3 1 1", rdata(3, 1, 1, 32), Usable},
      {"3 0 1", rdata(3, 0, 1, 32), Usable},
      {"2 1 1", rdata(2, 1, 1, 32), Usable},
      {"2 0 1", rdata(2, 0, 1, 32), Usable},
      {"3 1 2", rdata(3, 1, 2, 64), Usable},
      {"2 0 2", rdata(2, 0, 2, 64), Usable},
      {"3 0 0", test::tlsa_rdata(3, 0, 0, leaf()), Usable},
      {"2 0 0", test::tlsa_rdata(2, 0, 0, leaf()), Usable},
      {"3 1 0", test::tlsa_rdata(3, 1, 0, leaf()), Usable},
      {"2 1 0", test::tlsa_rdata(2, 1, 0, leaf()), Usable},
      {"0 0 1", rdata(0, 0, 1, 32), UsagePkix},
      {"1 1 1", rdata(1, 1, 1, 32), UsagePkix},
      {"4 1 1", rdata(4, 1, 1, 32), UsageUnknown},
      {"255 1 1", rdata(255, 1, 1, 32), UsageUnknown},
      {"3 2 1", rdata(3, 2, 1, 32), SelectorUnknown},
      {"3 255 1", rdata(3, 255, 1, 32), SelectorUnknown},
      {"3 1 3", rdata(3, 1, 3, 32), MatchingUnknown},
      {"3 1 255", rdata(3, 1, 255, 32), MatchingUnknown},
      {"3 1 1 of 31 octets", rdata(3, 1, 1, 31), DigestLength},
      {"3 1 1 of 33 octets", rdata(3, 1, 1, 33), DigestLength},
      {"3 1 1 of 0 octets", rdata(3, 1, 1, 0), DigestLength},
      {"3 1 2 of 32 octets", rdata(3, 1, 2, 32), DigestLength},
      {"3 1 1 of 64 octets", rdata(3, 1, 1, 64), DigestLength},
      {"3 0 0 garbage", rdata(3, 0, 0, 100), BadCertificate},
      {"3 0 0 + 1 octet", with_trailing(test::tlsa_rdata(3, 0, 0, leaf())), BadCertificate},
      {"3 0 0 with a key", test::tlsa_rdata(3, 0, 0, leaf().spki()), BadCertificate},
      {"2 1 0 garbage", rdata(2, 1, 0, 100), BadKey},
      {"2 1 0 + 1 octet", with_trailing(test::tlsa_rdata(2, 1, 0, leaf())), BadKey},
      {"2 1 0 with a certificate", test::tlsa_rdata(2, 1, 0, leaf().der()), BadKey},
      {"3 1 0 of an unknown algorithm", test::tlsa_rdata(3, 1, 0, unknown_key()), BadKey},
      {"no octet", {}, Truncated},
      {"one octet", {3}, Truncated},
      {"two octets", {3, 1}, Truncated},
      {"3 1 0 without data", {3, 1, 0}, Truncated},
  };
  for (const Row& row : rows) {
    const TlsaSet set = set_of({row.rdata});
    ASSERT_EQ(set.records().size(), 1u) << row.name;
    EXPECT_EQ(code(set.records()[0].usability), code(row.usability)) << row.name;
    EXPECT_EQ(set.has_usable(), row.usability == Usable) << row.name;
    EXPECT_EQ(set.has_unusable(), row.usability != Usable) << row.name;
  }
}

TEST(TlsaSet, T30UsableAndUnusableAreBothSeen) {
  const TlsaSet set = set_of({rdata(3, 1, 1, 32), rdata(1, 1, 1, 32)});
  EXPECT_TRUE(set.has_usable());
  EXPECT_TRUE(set.has_unusable());
  EXPECT_FALSE(set.has_usable_ta());
}

TEST(TlsaSet, T31NoneUsableIsNotTheSameAsEmpty) {
  EXPECT_FALSE(set_of({rdata(1, 1, 1, 32)}).has_usable());
  EXPECT_TRUE(set_of({rdata(1, 1, 1, 32)}).has_unusable());
  EXPECT_FALSE(set_of({}).has_unusable());
  EXPECT_TRUE(set_of({}).records().empty());
}

std::string texts(const TlsaSet& set) {
  std::string all;
  for (const ClassedRecord& r : set.records())
    all += to_text(r.record).substr(0, 5) +
           (r.usability == Usability::Usable ? "" : "/" + std::string(code(r.usability))) + " ";
  return all;
}

TEST(TlsaSet, T32OnlyTheStrongestDigestOfAUsageAndSelectorCounts) {
  EXPECT_EQ(texts(set_of({rdata(3, 1, 1, 32), rdata(3, 1, 2, 64)})), "3 1 2 3 1 1/shadowed ");
  EXPECT_EQ(texts(set_of({rdata(3, 0, 1, 32), rdata(3, 1, 2, 64)})), "3 1 2 3 0 1 ");
  EXPECT_EQ(texts(set_of({rdata(2, 1, 1, 32), rdata(3, 1, 2, 64)})), "3 1 2 2 1 1 ");
}
TEST(TlsaSet, T32FullRecordsAreNeverShadowedAndShadowNothing) {
  EXPECT_EQ(texts(set_of({test::tlsa_rdata(3, 1, 0, leaf()), rdata(3, 1, 2, 64)})), "3 1 2 3 1 0 ");
  EXPECT_EQ(texts(set_of({test::tlsa_rdata(3, 1, 0, leaf()), rdata(3, 1, 1, 32)})), "3 1 1 3 1 0 ");
}
TEST(TlsaSet, T32AnUnusableStrongDigestShadowsNothing) {
  EXPECT_EQ(texts(set_of({rdata(3, 1, 1, 32), rdata(3, 1, 2, 32)})), "3 1 1 3 1 2/digest-length ");
}
TEST(TlsaSet, T32ShadowedRecordsAreNotCountedUnusable) {
  EXPECT_FALSE(set_of({rdata(3, 1, 1, 32), rdata(3, 1, 2, 64)}).has_unusable());
}

TEST(TlsaSet, T33OrderAndDuplicatesMeanNothing) {
  std::vector<Octets> records = {rdata(3, 1, 1, 32, 1), rdata(3, 1, 1, 32, 2), rdata(2, 0, 2, 64, 3), rdata(0, 0, 0, 9),
                                 rdata(3, 1, 1, 32, 1)};
  const TlsaSet once = set_of(records);
  EXPECT_EQ(once.records().size(), 4u);
  std::mt19937 random(7);
  for (int i = 0; i < 20; ++i) {
    std::ranges::shuffle(records, random);
    const TlsaSet again = set_of(records);
    EXPECT_EQ(again.key(), once.key());
    EXPECT_EQ(texts(again), texts(once));
  }
}

TEST(TlsaSet, T37MatchOrder) {
  EXPECT_EQ(texts(set_of({test::tlsa_rdata(2, 0, 0, leaf()), test::tlsa_rdata(3, 0, 0, leaf()), rdata(2, 1, 1, 32),
                          rdata(3, 0, 2, 64), test::tlsa_rdata(3, 1, 0, leaf()), rdata(3, 1, 1, 32), rdata(2, 0, 2, 64),
                          rdata(1, 1, 1, 32)})),
            "3 1 1 3 1 0 3 0 2 3 0 0 2 1 1 2 0 2 2 0 0 1 1 1/usage-pkix ");
}

TEST(TlsaSet, T28AsManyRecordsAsAMessageHolds) {
  std::vector<Octets> records;
  for (int i = 0; i < 1800; ++i) {
    records.push_back(rdata(3, 1, 1, 32));
    records.back()[3] = static_cast<std::uint8_t>(i);
    records.back()[4] = static_cast<std::uint8_t>(i >> 8);
  }
  EXPECT_EQ(set_of(records).records().size(), 1800u);
}

TEST(TlsaSet, T51KeysDifferWhereRecordsDiffer) {
  const std::vector<std::vector<Octets>> sets = {{rdata(3, 1, 1, 32)},
                                                 {rdata(2, 1, 1, 32)},
                                                 {rdata(3, 0, 1, 32)},
                                                 {rdata(3, 1, 1, 32, 1)},
                                                 {rdata(3, 1, 1, 32), rdata(1, 1, 1, 32)},
                                                 {rdata(3, 1, 2, 32)},
                                                 {{3, 1}},
                                                 {{3}}};
  std::vector<std::string> keys;
  for (const auto& records : sets) keys.push_back(set_of(records).key());
  std::ranges::sort(keys);
  EXPECT_EQ(std::ranges::adjacent_find(keys), keys.end());
  EXPECT_EQ(set_of({}).key(), "");
}

TEST(TlsaSet, T37Text) {
  EXPECT_EQ(to_text({3, 1, 1, {0x0C, 0x72, 0xFF}}), "3 1 1 0c72ff");
  EXPECT_EQ(to_text(set_of({{3, 1}}).records()[0].record), "3 1");
  EXPECT_EQ(to_text(set_of({{3, 1, 1}}).records()[0].record), "3 1 1");
  EXPECT_EQ(to_text(set_of({Octets{}}).records()[0].record), "");
}

}  // namespace
}  // namespace danesweep::tls
