// SPDX-License-Identifier: Apache-2.0
// A captured chain against records and names: T-31, T-36, T-37, T-51, T-52, T-55, T-65.
#include "tls/dane_match.h"

#include <algorithm>

#include <gtest/gtest.h>

#include "tests/support/certificates.h"

namespace danesweep::test {
namespace {

using tls::MatchResult;
using Words = std::vector<std::string>;

tls::TlsaSet set_of(const std::vector<Octets>& rdatas) {
  const std::vector<wire::Bytes> views(rdatas.begin(), rdatas.end());
  return tls::TlsaSet(views);
}
tls::ChainPtr chain_of(tls::TlsContext& context, const std::vector<Certificate>& sent) {
  std::vector<Octets> ders;
  for (const Certificate& certificate : sent) ders.push_back(certificate.der());
  const std::vector<wire::Bytes> views(ders.begin(), ders.end());
  return chain_from_der(context, views);
}
MatchResult match(const std::vector<Certificate>& sent, const std::vector<Octets>& rdatas, std::int64_t now = kNow) {
  tls::TlsContext context;
  return match_chain(context, *chain_of(context, sent), set_of(rdatas), {{"mx.example.org", "example.org"}}, now);
}

/// A CA, its leaf, and two strangers.
struct World {
  Certificate ca = CertificateBuilder("CA").key(key_from_pool(KeyKind::P256, 1)).ca().make();
  Certificate leaf =
      CertificateBuilder("mx").key(key_from_pool(KeyKind::P256, 2)).issued_by(ca).san("DNS:mx.example.org").make();
  Certificate next = CertificateBuilder("next").key(key_from_pool(KeyKind::P256, 3)).make();
  Certificate other = CertificateBuilder("other").key(key_from_pool(KeyKind::P256, 4)).ca().make();
};
const World& w() {
  static const World world;
  return world;
}

// Another usage or selector that matches does not mend the pair of digests.
TEST(DaneMatch, T32AShadowedRecordThatFitsIsNotedWhateverElseMatches) {
  const Octets wrong = tlsa_rdata(3, 1, 2, w().next);
  const struct {
    const char* name;
    std::vector<Octets> records;
    bool noted;
  } rows[] = {
      {"beside a right 2 1 1", {tlsa_rdata(3, 1, 1, w().leaf), wrong, tlsa_rdata(2, 1, 1, w().ca)}, true},
      {"beside a right 3 0 1", {tlsa_rdata(3, 1, 1, w().leaf), wrong, tlsa_rdata(3, 0, 1, w().leaf)}, true},
      {"beside a right 3 1 0", {tlsa_rdata(3, 1, 1, w().leaf), wrong, tlsa_rdata(3, 1, 0, w().leaf)}, false},
      {"below a right 3 1 2", {tlsa_rdata(3, 1, 1, w().leaf), tlsa_rdata(3, 1, 2, w().leaf)}, false},
      {"wrong itself", {tlsa_rdata(3, 1, 1, w().next), wrong, tlsa_rdata(2, 1, 1, w().ca)}, false},
  };
  for (const auto& row : rows) {
    const MatchResult result = match({w().leaf, w().ca}, row.records);
    EXPECT_EQ(code(result.outcome), "ok") << row.name;
    EXPECT_EQ(std::ranges::count(result.warnings, "digest-shadowed"), row.noted ? 1 : 0) << row.name;
  }
}

TEST(DaneMatch, T36ARollOverPairIsTwoDistinctRecordsOfWhichOneMatches) {
  struct {
    const char* name;
    std::vector<Octets> records;
    Words notes;
  } const rows[] = {
      {"two of usage 3, one right", {tlsa_rdata(3, 1, 1, w().leaf), tlsa_rdata(3, 1, 1, w().next)}, {"rollover-pair"}},
      {"3 right beside 2 stale", {tlsa_rdata(3, 1, 1, w().leaf), tlsa_rdata(2, 1, 1, w().other)}, {"rollover-pair"}},
      {"3 stale beside 2 right", {tlsa_rdata(3, 1, 1, w().next), tlsa_rdata(2, 1, 1, w().ca)}, {"rollover-pair"}},
      {"a duplicate", {tlsa_rdata(3, 1, 1, w().leaf), tlsa_rdata(3, 1, 1, w().leaf)}, {}},
      {"3 and 2 that both match", {tlsa_rdata(3, 1, 1, w().leaf), tlsa_rdata(2, 1, 1, w().ca)}, {}},
      {"two forms of the same key", {tlsa_rdata(3, 1, 1, w().leaf), tlsa_rdata(3, 0, 1, w().leaf)}, {}},
      {"digests of both strengths", {tlsa_rdata(3, 1, 1, w().leaf), tlsa_rdata(3, 1, 2, w().leaf)}, {}},
      {"one alone", {tlsa_rdata(3, 1, 1, w().leaf)}, {}},
  };
  for (const auto& row : rows) {
    const MatchResult result = match({w().leaf, w().ca}, row.records);
    EXPECT_EQ(code(result.outcome), "ok") << row.name;
    EXPECT_EQ(result.warnings, row.notes) << row.name;
  }
}

TEST(DaneMatch, T37MatchedIsTheFirstInMatchOrder) {
  const MatchResult result = match({w().leaf, w().ca}, {tlsa_rdata(2, 1, 1, w().ca), tlsa_rdata(3, 0, 0, w().leaf),
                                                        tlsa_rdata(3, 1, 0, w().leaf), tlsa_rdata(3, 1, 1, w().leaf)});
  ASSERT_TRUE(result.matched);
  EXPECT_EQ(tls::to_text(*result.matched).substr(0, 5), "3 1 1");
  EXPECT_EQ(result.matched_name, "") << "usage 3 looks at no name";
}

TEST(DaneMatch, T51OneChainAnswersManyQuestions) {
  tls::TlsContext context;
  const tls::ChainPtr chain = chain_of(context, {w().leaf, w().ca});
  const auto by_ta = set_of({tlsa_rdata(2, 1, 1, w().ca)});
  const auto stale = set_of({tlsa_rdata(3, 1, 1, w().next)});
  for (int round = 0; round < 3; ++round) {
    EXPECT_EQ(code(match_chain(context, *chain, by_ta, {{"mx.example.org"}}, kNow).outcome), "ok");
    EXPECT_EQ(code(match_chain(context, *chain, by_ta, {{"mx.example.net"}}, kNow).outcome), "name-mismatch");
    EXPECT_EQ(code(match_chain(context, *chain, stale, {{"mx.example.org"}}, kNow).outcome), "tlsa-mismatch");
  }
}

TEST(DaneMatch, T51AnotherWorkersContextMayMatchTheChain) {
  tls::TlsContext mine, other(tls::KeyOffer::RsaOnly, tls::Decoders::Stock);
  const tls::ChainPtr chain = chain_of(mine, {w().leaf, w().ca});
  EXPECT_EQ(code(match_chain(other, *chain, set_of({tlsa_rdata(2, 1, 1, w().ca)}), {{"mx.example.org"}}, kNow).outcome),
            "ok");
}

TEST(DaneMatch, T31ASetWithoutUsableRecordsIsNeverMatched) {
  const MatchResult result = match({w().leaf}, {tlsa_rdata(1, 1, 1, w().leaf)});
  EXPECT_EQ(code(result.outcome), "internal-error");
  EXPECT_FALSE(result.matched);
}

TEST(DaneMatch, T55DatesAreJudgedByTheTimeHandedIn) {
  const std::vector<Octets> by_ta = {tlsa_rdata(2, 1, 1, w().ca)};
  EXPECT_EQ(code(match({w().leaf, w().ca}, by_ta, kNow).outcome), "ok");
  EXPECT_EQ(code(match({w().leaf, w().ca}, by_ta, kNow + 400 * kDay).outcome), "cert-expired");
  EXPECT_EQ(code(match({w().leaf, w().ca}, by_ta, kNow - 400 * kDay).outcome), "cert-not-yet-valid");
  EXPECT_EQ(match({w().leaf, w().ca}, by_ta, kNow + 290 * kDay).warnings, Words{"cert-expires-soon"});
}

TEST(DaneMatch, T55AnIssuerThatEndsSoonIsNotedBelowTheTaOnly) {
  const Certificate issuer = CertificateBuilder("I")
                                 .key(key_from_pool(KeyKind::P256, 5))
                                 .issued_by(w().ca)
                                 .ca()
                                 .dates(kNow - kDay, kNow + 10 * kDay)
                                 .make();
  const Certificate leaf =
      CertificateBuilder("mx").key(key_from_pool(KeyKind::P256, 2)).issued_by(issuer).san("DNS:mx.example.org").make();
  const struct {
    const char* name;
    std::vector<Certificate> sent;
    Octets record;
    Words notes;
  } rows[] = {
      {"below the root that is sent", {leaf, issuer, w().ca}, tlsa_rdata(2, 1, 1, w().ca), {"cert-expires-soon"}},
      {"below the root's bare key", {leaf, issuer}, tlsa_rdata(2, 1, 0, w().ca), {"cert-expires-soon"}},
      {"the TA itself", {leaf, issuer}, tlsa_rdata(2, 1, 1, issuer), {}},
      {"usage 3", {leaf, issuer}, tlsa_rdata(3, 1, 1, leaf), {}},
  };
  for (const auto& row : rows) EXPECT_EQ(match(row.sent, {row.record}).warnings, row.notes) << row.name;
}

TEST(DaneMatch, T52EeNotesNeverChangeTheVerdict) {
  const MatchResult result = match({w().next}, {tlsa_rdata(3, 1, 1, w().next)}, kNow + 400 * kDay);
  EXPECT_EQ(code(result.outcome), "ok");
  EXPECT_EQ(result.warnings, (Words{"ee-expired", "ee-name-differs"}));
}

TEST(DaneMatch, T65EachRecordIsListedWithWhereItWasCompared) {
  const MatchResult result = match(
      {w().leaf, w().ca}, {tlsa_rdata(3, 1, 1, w().next), tlsa_rdata(3, 1, 2, w().next), tlsa_rdata(2, 1, 1, w().leaf),
                           tlsa_rdata(3, 0, 1, w().ca), tlsa_rdata(2, 0, 1, w().other), tlsa_rdata(1, 1, 1, w().leaf)});
  EXPECT_EQ(code(result.outcome), "tlsa-wrong-usage");
  const auto behind_digest = [](const std::string& line) { return line.substr(line.find(": ")); };
  Words told;
  for (const std::string& line : result.explanation) told.push_back(line.substr(0, 5) + behind_digest(line));
  EXPECT_EQ(told,
            (Words{"3 1 2: compared with the server's certificate (0), did not match",
                   "3 0 1: compared with the server's certificate (0), but equals certificate 1",
                   "2 1 1: compared with certificates 1 to 1, but equals certificate 0",
                   "2 0 1: compared with certificates 1 to 1, did not match",
                   "3 1 1: compared with the server's certificate (0), shadowed by a stronger digest, did not match",
                   "1 1 1: unusable, usage-pkix", "right: " + result.right_record}));
  EXPECT_EQ(result.right_record, tls::to_text({3, 1, 1, sha256(w().leaf.spki())}));
}

TEST(DaneMatch, T65OnlySoManyRecordsAreListed) {
  std::vector<Octets> records;
  for (std::uint8_t i = 0; i < 100; ++i) records.push_back(tlsa_rdata(3, 1, 1, Octets(32, i)));
  const MatchResult result = match({w().leaf}, records);
  ASSERT_EQ(result.explanation.size(), 66u);
  EXPECT_EQ(result.explanation[64], "and 36 more records");
}
}  // namespace
}  // namespace danesweep::test
