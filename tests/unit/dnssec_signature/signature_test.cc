// SPDX-License-Identifier: Apache-2.0
// What lies around the rules of one signature: algorithms, facts and trace, TTLs, tag collisions, budget and memo.
#include "dnssec/signature.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>

#include "tests/unit/dnssec_signature/signature_case.h"

namespace danesweep::dnssec {
namespace {

class EachAlgorithm : public testing::TestWithParam<int> {};
INSTANTIATE_TEST_SUITE_P(Dnssec, EachAlgorithm, testing::Values(5, 7, 8, 10, 13, 14, 15, 16));

TEST_P(EachAlgorithm, SignsAndIsChecked) {  // D-33
  Case c;
  c.policy.sha1 = Sha1Signatures::Checked;
  c.keys = {SigningKey(GetParam(), 0)};
  c.sign_with(c.keys[0]);
  EXPECT_EQ(code(check(c).reason), "");
  c.signature().rdata.back() ^= 0x10;
  EXPECT_EQ(code(check(c).reason), "signature-wrong");
}

TEST(SignaturePolicy, Sha1SignaturesCountOnlyIfAskedFor) {  // D-33
  Case c;
  c.keys = {SigningKey(5, 0)};
  c.sign_with(c.keys[0]);
  EXPECT_EQ(code(check(c).reason), "rrsigs-missing");
  c.policy.sha1 = Sha1Signatures::Checked;
  EXPECT_EQ(code(check(c).reason), "");
}

TEST(SignatureFacts, NameKeyDateAndTags) {  // D-126
  Case c;
  c.sign_with({.expiration = kNow - 7200});
  const Outcome expired = check(c);
  EXPECT_EQ(sentence(expired.reason, expired.facts),
            "the signature by key " + std::to_string(kZsk.tag()) +
                " over www.example A ended at 2026-10-14T18:26:40Z, 2 hours ago");
  Case unknown;
  unknown.sign_with({.key_tag = 7});
  const Outcome missing = check(unknown);
  EXPECT_EQ(sentence(missing.reason, missing.facts),
            "the signature over www.example A names key 7, but example publishes no such key for it (published: " +
                std::to_string(kZsk.tag()) + ")");
}

TEST(SignatureTrace, SaysWhenUnboundWouldStillAccept) {  // D-28
  Case c;
  c.sign_with({.inception = kNow - 31 * kDay, .expiration = kNow - 3600});
  ASSERT_EQ(check(c).trace.size(), 1U);
  EXPECT_NE(check(c).trace[0].find("Unbound"), std::string::npos);
  Case old;
  old.sign_with({.inception = kNow - 31 * kDay, .expiration = kNow - 2 * kDay});
  EXPECT_EQ(check(old).trace.at(0).find("Unbound"), std::string::npos);
}

TEST(SignatureTrace, HasALineForEachSignatureAlsoTheGoodOne) {  // D-62
  Case c;
  c.sign_with({.expiration = kNow - 1});
  c.sign_with({});
  const auto lines = check(c).trace;
  ASSERT_EQ(lines.size(), 2U);
  EXPECT_NE(lines[1].find("ECDSAP256SHA256"), std::string::npos);
  EXPECT_NE(lines[1].find("good"), std::string::npos);
}

TEST(SignedLabels, TheLargestCountWins) {  // D-63
  Case wildcard;
  wildcard.of({"*.example. A 192.0.2.1"});
  wildcard.sign_with({});
  Case c;
  c.of({"www.example. A 192.0.2.1"});
  c.sign_with({});
  Record replayed = wildcard.signatures[0];
  replayed.owner = name("www.example.");
  for (const bool first : {true, false}) {
    Case both = c;
    both.signatures.insert(first ? both.signatures.begin() : both.signatures.end(), replayed);
    const Outcome outcome = check(both);
    ASSERT_TRUE(outcome.verified);
    EXPECT_EQ(outcome.verified->signed_labels(), 2);
    EXPECT_FALSE(outcome.verified->is_wildcard_expanded());
  }
  Case only = c;
  only.signatures = {replayed};
  const Outcome expanded = check(only);
  ASSERT_TRUE(expanded.verified);
  EXPECT_TRUE(expanded.verified->is_wildcard_expanded());
  EXPECT_EQ(expanded.verified->signed_owner().to_text(), "*.example.");
}

TEST(SignedLabels, ADirectQuestionForAWildcardIsNotExpanded) {  // D-63
  Case c;
  c.of({"*.example. A 192.0.2.1"});
  c.sign_with({});
  const Outcome outcome = check(c);
  ASSERT_TRUE(outcome.verified);
  EXPECT_FALSE(outcome.verified->is_wildcard_expanded());
  EXPECT_EQ(outcome.verified->signed_owner().to_text(), "*.example.");
}

struct TtlRow {
  std::uint32_t received, original;
  std::int64_t lifetime;
  std::uint32_t expected;
};

TEST(VerifiedTtl, IsTheSmallestOfAll) {  // D-14
  const TtlRow rows[] = {
      {300, 3600, kDay, 300}, {3600, 300, kDay, 300}, {3600, 3600, 100, 100},
      {3600, 3600, 0, 0},     {0, 3600, kDay, 0},     {0x80000001, 0x80000001, 30 * kDay, 86400},
  };
  for (const TtlRow& row : rows) {
    Case c;
    for (Record& r : c.rrset) r.ttl = row.received;
    c.sign_with({.expiration = kNow + row.lifetime, .original_ttl = row.original});
    const Outcome outcome = check(c);
    ASSERT_TRUE(outcome.verified);
    EXPECT_EQ(outcome.verified->ttl(), row.expected);
  }
}

TEST(Order, OfSignaturesAndRecordsMeansNothing) {  // D-1, D-32
  std::mt19937 random(1);
  Case c;
  c.sign_with({.expiration = kNow - 5});
  c.sign_with({.key_tag = 9});
  c.sign_with({});
  c.sign_with({.labels = 7});
  c.signatures[2].rdata.back() ^= 1;  // the only one that gets as far as check 10
  const Outcome reference = check(c);
  EXPECT_EQ(code(reference.reason), "signature-wrong");
  for (int i = 0; i < 50; ++i) {
    std::shuffle(c.signatures.begin(), c.signatures.end(), random);
    std::shuffle(c.rrset.begin(), c.rrset.end(), random);
    const Outcome outcome = check(c);
    EXPECT_EQ(sentence(outcome.reason, outcome.facts), sentence(reference.reason, reference.facts));
  }
}

/// Keys with one tag, made by varying octets that the tag's sum does not see: two 16-bit words swapped.
std::vector<ZoneKey> colliding_keys(Desk& desk, std::size_t count) {
  std::vector<ZoneKey> keys = desk.load({dnskey(kZsk)});
  const ZoneKey honest = keys[0];
  for (std::size_t i = 1; i < count; ++i) {
    ZoneKey other = honest;
    std::swap(other.rdata[4], other.rdata[4 + 2 * i]);
    std::swap(other.rdata[5], other.rdata[5 + 2 * i]);
    auto loaded = desk.crypto.load_key(13, Bytes(SigningKey(13, 3).dnskey_rdata()).subspan(4));
    other.key = *loaded;
    keys.push_back(std::move(other));
  }
  return keys;
}

TEST(TagCollision, AllKeysOfATagAreTriedUpToFour) {  // D-31
  Case c;
  c.sign_with({});
  Records all = c.rrset;
  all.insert(all.end(), c.signatures.begin(), c.signatures.end());
  const Grouped grouped(all);
  Desk two;
  EXPECT_TRUE(verify_rrset(grouped.first(), c.zone, colliding_keys(two, 2), c.role, two.context));
  Desk four;
  EXPECT_TRUE(verify_rrset(grouped.first(), c.zone, colliding_keys(four, 4), c.role, four.context));
}

TEST(TagCollision, MoreThanFourIsOurLimitNotTheirFault) {  // D-3, D-31, D-98
  Case c;
  c.sign_with({});
  c.signature().rdata.back() ^= 1;
  Records all = c.rrset;
  all.push_back(c.signature());
  const Grouped grouped(all);
  Desk desk;
  const auto result = verify_rrset(grouped.first(), c.zone, colliding_keys(desk, 6), c.role, desk.context);
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().security, Security::Indeterminate);
  EXPECT_EQ(code(result.error().reason), "work-limit");
  EXPECT_EQ(desk.budget.checks(), 4U);
  EXPECT_EQ(desk.budget.exceeded(), Limit::KeysPerSignature);
}

TEST(Budget, EightFailuresEndTheLookup) {  // D-98, D-105
  Policy policy;
  WorkBudget budget(policy);
  Case c;
  for (int i = 0; i < 8; ++i) {
    c.signatures.clear();
    c.sign_with({});
    c.signature().rdata.back() ^= 1;
    EXPECT_EQ(code(check(c, nullptr, &budget).reason), "signature-wrong");
  }
  const Outcome ninth = check(c, nullptr, &budget);
  EXPECT_EQ(ninth.security, Security::Indeterminate);
  EXPECT_EQ(code(ninth.reason), "work-limit");
  EXPECT_EQ(ninth.facts.text, "failed signature checks");
  EXPECT_EQ(budget.checks(), 8U);
}

/// Checks until it no longer pauses; each slice must keep to its units, or be a single check.
struct SlicedOutcome {
  tl::expected<VerifiedRrset, SignatureFailure> result;
  int pauses = 0;
};
SlicedOutcome check_in_slices(const wire::Rrset& rrset, const Case& c, std::span<const ZoneKey> keys, Desk& desk) {
  for (int pauses = 0;; ++pauses) {
    const std::uint32_t units = desk.budget.units(), checks = desk.budget.checks();
    desk.budget.begin_slice();
    auto result = verify_rrset(rrset, c.zone, keys, c.role, desk.context);
    EXPECT_TRUE(desk.budget.units() - units <= desk.policy.units_per_step || desk.budget.checks() - checks == 1);
    if (result || !result.error().paused) return {std::move(result), pauses};
    EXPECT_GT(desk.budget.checks(), checks) << "a slice without progress";
  }
}

TEST(Slice, ChecksOfOneRrsetPauseAndNothingElseChanges) {  // D-105, D-112
  struct Row {
    const char* title;
    int wrong;
    bool has_good;
    std::uint32_t units_per_step;
    int pauses;
  };
  const std::uint32_t one = Desk().load({dnskey(kZsk)})[0].key->units();
  const Row rows[] = {
      {"all fit one slice", 6, false, 64, 0},         {"a slice for each", 6, false, 1, 5},
      {"two to a slice", 6, false, 2 * one, 2},       {"less than two to a slice", 4, false, 2 * one - 1, 3},
      {"over the limit of failures", 9, false, 1, 8}, {"one that holds", 0, true, 1, 0}};
  for (const Row& row : rows) {
    Case c;
    for (int i = 0; i < row.wrong; ++i) {
      c.sign_with({.expiration = kNow + kDay + i});
      c.signatures.back().rdata.back() ^= 1;
    }
    if (row.has_good) c.sign_with({});
    Records all = c.rrset;
    all.insert(all.end(), c.signatures.begin(), c.signatures.end());
    const Grouped grouped(all);
    Desk whole;
    const auto keys = whole.load({dnskey(kZsk)});
    const auto expected = verify_rrset(grouped.first(), c.zone, keys, c.role, whole.context);
    Policy policy;
    policy.units_per_step = row.units_per_step;
    Desk sliced(policy);
    CheckSet failed;
    sliced.context.failed = &failed;
    const SlicedOutcome outcome = check_in_slices(grouped.first(), c, keys, sliced);
    EXPECT_EQ(outcome.pauses, row.pauses) << row.title;
    ASSERT_EQ(outcome.result.has_value(), expected.has_value()) << row.title;
    if (!expected) {
      EXPECT_EQ(code(outcome.result.error().reason), code(expected.error().reason)) << row.title;
    }
    EXPECT_EQ(sliced.trace, whole.trace) << row.title;
    EXPECT_EQ(sliced.budget.checks(), whole.budget.checks()) << row.title;
    EXPECT_EQ(sliced.budget.units(), whole.budget.units()) << row.title;
    EXPECT_EQ(sliced.budget.exceeded(), whole.budget.exceeded()) << row.title;
  }
}

TEST(Budget, FreeChecksCostNothing) {  // D-32, D-105
  Policy policy;
  WorkBudget budget(policy);
  Case c;
  for (int i = 0; i < 300; ++i) c.sign_with({.expiration = kNow - 10 - i});
  c.sign_with({});
  EXPECT_EQ(code(check(c, nullptr, &budget).reason), "");
  EXPECT_EQ(budget.checks(), 1U);
}

TEST(Budget, TheSameSignatureManyTimesIsOne) {  // D-12, D-32
  Case c;
  c.sign_with({});
  c.signature().rdata.back() ^= 1;
  c.signatures.resize(10, c.signature());
  WorkBudget budget(c.policy);
  EXPECT_EQ(code(check(c, nullptr, &budget).reason), "signature-wrong");
  EXPECT_EQ(budget.checks(), 1U);
}

TEST(Budget, MoreThan16SignaturesAreNotTried) {  // D-32
  Case c;
  c.policy.max_failed_checks = c.policy.max_failed_units = 1000;
  for (int i = 0; i < 20; ++i) {
    c.sign_with({.expiration = kNow + kDay + i});
    c.signatures.back().rdata.back() ^= 1;
  }
  WorkBudget budget(c.policy);
  EXPECT_EQ(code(check(c, nullptr, &budget).reason), "signature-wrong");
  EXPECT_EQ(budget.checks(), 16U);
}

TEST(Covered, ATypeThatIsNotTheRrsetsIsNoCandidate) {  // D-22
  Case c;
  const Record other = sign(c.rrset, c.zone, kZsk, {.covered = RrType::Aaaa});  // over the A records all the same
  const Grouped grouped(c.rrset);
  wire::Rrset rrset = grouped.first();
  rrset.signatures = {other.rdata};
  Desk desk;
  const auto result = verify_rrset(rrset, c.zone, desk.load({dnskey(kZsk)}), c.role, desk.context);
  ASSERT_FALSE(result);
  EXPECT_EQ(code(result.error().reason), "rrsigs-missing");
}

TEST(Budget, AMalformedKeyThatASignatureNamesIsAFailedTry) {  // D-36
  const SigningKey broken(13, 1);
  Record key = dnskey(broken);
  key.rdata[10] ^= 1;  // off the curve; the tag moves with it
  Case c;
  Desk desk;
  const auto keys = desk.load({key});
  ASSERT_EQ(keys.at(0).fault, KeyFault::Malformed);
  c.sign_with({.key_tag = keys[0].tag});
  Records all = c.rrset;
  all.push_back(c.signature());
  const Grouped grouped(all);
  for (int i = 0; i < 8; ++i) {
    const auto result = verify_rrset(grouped.first(), c.zone, keys, c.role, desk.context);
    EXPECT_EQ(code(result.error().reason), "dnskey-malformed");
  }
  EXPECT_EQ(code(verify_rrset(grouped.first(), c.zone, keys, c.role, desk.context).error().reason), "work-limit");
}

TEST(Budget, AnRrsetWithoutEndIsNotChecked) {  // D-103
  Case c;
  c.rrset.clear();
  const auto append = [&c](unsigned number) {
    Record r = record("www.example. A 192.0.2.1");
    r.rdata = {10, 0, static_cast<std::uint8_t>(number >> 8), static_cast<std::uint8_t>(number)};
    c.rrset.push_back(r);
  };
  for (unsigned i = 0; i < wire::kMaxRecordsPerRrset; ++i) append(i);
  c.sign_with({});
  EXPECT_EQ(code(check(c).reason), "");
  append(wire::kMaxRecordsPerRrset);  // the signature still fits those that are kept
  const Outcome outcome = check(c);
  EXPECT_EQ(outcome.security, Security::Indeterminate);
  EXPECT_EQ(outcome.facts.text, "records per RRset");
}

TEST(OddKeySize, OfTheOnlyDataKeyMakesInsecure) {  // D-35
  const SigningKey ksk(8, 0, 257), zsk(8, support::kRsa512);
  Desk desk;
  std::vector<ZoneKey> keys = desk.load({dnskey(ksk), dnskey(zsk)});
  keys[0].signs_key_set = true;
  Case c;
  c.sign_with(zsk);
  Records all = c.rrset;
  all.push_back(c.signature());
  const Grouped grouped(all);
  const auto result = verify_rrset(grouped.first(), c.zone, keys, c.role, desk.context);
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().security, Security::Insecure);
  EXPECT_EQ(code(result.error().reason), "unsupported-key-size");
  EXPECT_EQ(result.error().facts.number, 512U);

  std::vector<ZoneKey> of_two = desk.load({dnskey(SigningKey(13, 0, 257)), dnskey(zsk)});
  of_two[0].signs_key_set = true;  // of another algorithm, which must then sign data too (RFC 4035 2.2)
  const auto beside_another_algorithm = verify_rrset(grouped.first(), c.zone, of_two, c.role, desk.context);
  EXPECT_EQ(beside_another_algorithm.error().security, Security::Bogus);

  keys.push_back(desk.load({dnskey(kZsk)})[0]);  // a supported key for data is there: the odd one just does not count
  const auto with_another = verify_rrset(grouped.first(), c.zone, keys, c.role, desk.context);
  EXPECT_EQ(with_another.error().security, Security::Bogus);
  EXPECT_EQ(code(with_another.error().reason), "rrsigs-missing");

  keys.erase(keys.begin() + 1);  // a signature by an odd key that the zone does not publish excuses nothing
  const auto unpublished = verify_rrset(grouped.first(), c.zone, std::span(keys).first(1), c.role, desk.context);
  EXPECT_EQ(unpublished.error().security, Security::Bogus);
}

TEST(Memo, RemembersOnlyGoodOnes) {  // D-110
  TestMemo memo;
  Case c;
  c.sign_with({});
  EXPECT_EQ(code(check(c, &memo).reason), "");
  EXPECT_EQ(memo.good.size(), 1U);
  c.signature().rdata.back() ^= 1;
  EXPECT_EQ(code(check(c, &memo).reason), "signature-wrong");
  EXPECT_EQ(memo.good.size(), 1U);
}

TEST(Memo, SavesTheCheckButNotTheRules) {  // D-110
  TestMemo memo;
  Policy policy;
  Case c;
  c.sign_with({});
  check(c, &memo);
  WorkBudget budget(policy);
  EXPECT_EQ(code(check(c, &memo, &budget).reason), "");
  EXPECT_EQ(budget.checks(), 0U);
  Case late = c;
  late.now = kNow + 31 * kDay;
  EXPECT_EQ(code(check(late, &memo).reason), "signature-expired");
  Case revoked = c;
  revoked.keys = {kZsk.with_flags(256 | 128)};
  EXPECT_NE(code(check(revoked, &memo).reason), "");
  Case changed = c;
  changed.rrset.pop_back();
  EXPECT_EQ(code(check(changed, &memo).reason), "signature-wrong");
}

TEST(Memo, IsOfOneKeyNotOfItsTag) {  // D-110
  TestMemo memo;
  Case c;
  c.sign_with({});
  Records all = c.rrset;
  all.push_back(c.signature());
  const Grouped grouped(all);
  Desk desk;
  desk.context.memo = &memo;
  const auto keys = colliding_keys(desk, 2);
  EXPECT_TRUE(verify_rrset(grouped.first(), c.zone, std::span(keys).first(1), c.role, desk.context));
  const auto by_the_other = verify_rrset(grouped.first(), c.zone, std::span(keys).last(1), c.role, desk.context);
  ASSERT_FALSE(by_the_other);
  EXPECT_EQ(code(by_the_other.error().reason), "signature-wrong");
}

TEST(Memo, RecordsCannotBeMovedIntoTheSignature) {  // D-110
  TestMemo memo;
  Case c;
  c.sign_with({});
  check(c, &memo);
  // The second record's canonical octets, put in front of the signature: the same octets in a row, one record fewer.
  const auto owner = name("www.example.");
  std::vector<std::uint8_t> moved(owner.wire().begin(), owner.wire().end());
  const std::uint8_t fixed[] = {0, 1, 0, 1, 0, 0, 0x0E, 0x10, 0, 4, 192, 0, 2, 2};
  moved.insert(moved.end(), std::begin(fixed), std::end(fixed));
  auto& rdata = c.signature().rdata;
  rdata.insert(rdata.begin() + 18 + 9, moved.begin(), moved.end());
  c.rrset.pop_back();
  EXPECT_EQ(code(check(c, &memo).reason), "signature-wrong");
}

TEST(Revocation, IsCheckedByTheRevokedKeyAlone) {  // D-37, D-116
  const SigningKey revoked = SigningKey(13, 0, 257).with_flags(257 | 128);
  Case c;
  c.rrset = {dnskey(revoked), dnskey(kZsk)};
  c.keys = {revoked, kZsk};
  c.role = SignedRole::Revocation;
  c.sign_with(kZsk);
  EXPECT_NE(code(check(c).reason), "");
  c.sign_with(revoked);
  EXPECT_EQ(code(check(c).reason), "");
}

}  // namespace
}  // namespace danesweep::dnssec
