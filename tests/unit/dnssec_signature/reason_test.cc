// SPDX-License-Identifier: Apache-2.0
#include "dnssec/reason.h"

#include <gtest/gtest.h>

#include <set>

#include "dnssec/verdict.h"

namespace danesweep::dnssec {
namespace {

struct Row {
  std::string_view code, status;
  int ede;  ///< -1: none
  std::string_view mender;
};

// D-126: as RULES.md part H prints them.
const Row kPrinted[] = {
    {"insecure-delegation", "INSECURE", -1, "P"},
    {"insecure-delegation-optout", "INSECURE", -1, "P"},
    {"optout-span", "INSECURE", -1, "Z"},
    {"unsupported-algorithm", "INSECURE", 1, "Z"},
    {"unsupported-digest", "INSECURE", 2, "P"},
    {"unsupported-key-size", "INSECURE", 1, "Z"},
    {"nsec3-iterations", "INSECURE", 27, "Z"},
    {"outside-anchors", "INSECURE", 5, "U"},
    {"unsignable-type", "INSECURE", -1, ""},
    {"dname-too-long", "INSECURE", -1, "Z"},
    {"cname-loop", "BOGUS", 0, "Z"},
    {"rrsigs-missing", "BOGUS", 10, "Z"},
    {"resolver-strips-dnssec", "BOGUS", 10, "R"},
    {"signature-expired", "BOGUS", 7, "Z"},
    {"signature-not-yet-valid", "BOGUS", 8, "ZU"},
    {"signature-dates-reversed", "BOGUS", 25, "Z"},
    {"signature-wrong", "BOGUS", 6, "Z"},
    {"signature-malformed", "BOGUS", 6, "ZR"},
    {"malformed-rrset", "BOGUS", 6, "ZR"},
    {"signer-not-zone", "BOGUS", 6, "Z"},
    {"signer-above-anchor", "BOGUS", 6, "Z"},
    {"labels-invalid", "BOGUS", 6, "Z"},
    {"no-matching-key", "BOGUS", 9, "Z"},
    {"key-not-zone-key", "BOGUS", 11, "Z"},
    {"key-revoked", "BOGUS", 9, "Z"},
    {"dnskey-malformed", "BOGUS", 9, "Z"},
    {"dnskey-missing", "BOGUS", 9, "ZP"},
    {"ds-no-matching-key", "BOGUS", 9, "P"},
    {"ds-digest-wrong", "BOGUS", 9, "P"},
    {"dnskey-not-signed-by-ds-key", "BOGUS", 9, "Z"},
    {"anchor-no-matching-key", "BOGUS", 9, "U"},
    {"ds-denial-missing", "BOGUS", 12, "PR"},
    {"ds-from-child", "BOGUS", 12, "RP"},
    {"ds-answer-invalid", "BOGUS", 6, "Z"},
    {"denial-missing", "BOGUS", 12, "ZR"},
    {"nxdomain-not-proven", "BOGUS", 12, "Z"},
    {"wildcard-not-denied", "BOGUS", 12, "Z"},
    {"wildcard-no-denial", "BOGUS", 12, "Z"},
    {"denial-wrong-type", "BOGUS", 6, "Z"},
    {"denial-from-parent", "BOGUS", 6, "Z"},
    {"denial-wrong-rcode", "BOGUS", 6, "Z"},
    {"denial-contradictory", "BOGUS", 6, "Z"},
    {"nsec-overreach", "BOGUS", 6, "Z"},
    {"nsec3-params-mixed", "BOGUS", 6, "Z"},
    {"nsec3-collision", "BOGUS", 6, "Z"},
    {"dname-cname-mismatch", "BOGUS", 6, "ZR"},
    {"dname-wildcard", "BOGUS", 6, "ZR"},
    {"resolver-timeout", "INDETERMINATE", 23, "RZ"},
    {"resolver-servfail", "INDETERMINATE", 22, "ZR"},
    {"resolver-refused", "INDETERMINATE", 23, "R"},
    {"malformed-response", "INDETERMINATE", 23, "R"},
    {"work-limit", "INDETERMINATE", 0, "Z"},
    {"no-valid-anchor", "INDETERMINATE", 5, "U"},
    {"crypto-failure", "INDETERMINATE", 0, "U"},
};

TEST(Reasons, AreThoseOfThePrintedTable) {  // D-125, D-126
  ASSERT_EQ(all_reasons().size(), std::size(kPrinted));
  std::set<std::string_view> seen;
  for (const Row& row : kPrinted) {
    const auto reason = parse_reason(row.code);
    ASSERT_TRUE(reason) << row.code;
    EXPECT_EQ(code(*reason), row.code);
    EXPECT_TRUE(seen.insert(row.code).second);
    EXPECT_EQ(to_text(usual_status(*reason)), row.status) << row.code;
    EXPECT_EQ(extended_error(*reason) ? int{*extended_error(*reason)} : -1, row.ede) << row.code;
    EXPECT_EQ(mender(*reason), row.mender) << row.code;
  }
}

TEST(Reasons, NoneIsEmptyAndSecure) {  // D-125
  EXPECT_EQ(code(Reason::None), "");
  EXPECT_EQ(sentence(Reason::None, {}), "");
  EXPECT_FALSE(extended_error(Reason::None));
  EXPECT_EQ(usual_status(Reason::None), Security::Secure);
  EXPECT_FALSE(parse_reason(""));
  EXPECT_FALSE(parse_reason("signature-expire"));
}

ReasonFacts full_facts() {
  ReasonFacts facts;
  facts.name = wire::DomainName::from_text("mx.example.org.").value();
  facts.zone = wire::DomainName::from_text("example.org.").value();
  facts.parent = wire::DomainName::from_text("org.").value();
  facts.signer = wire::DomainName::from_text("other.org.").value();
  facts.type = wire::RrType::Tlsa;
  facts.key_tag = 12345;
  facts.ds_tags = {1, 2};
  facts.keys = {{3, {}}, {4, "revoked"}};
  facts.number = 512;
  facts.date = 1792009600;
  facts.now = 1792009600 + 5 * 3600;
  facts.resolver_address = "192.0.2.53";
  facts.text = "REFUSED";
  return facts;
}

struct SentenceRow {
  std::string_view code, sentence;
};

TEST(Sentences, AreFilledIn) {  // D-126
  const SentenceRow rows[] = {
      {"insecure-delegation", "org proves that example.org has no DS: it is not signed, or not linked"},
      {"rrsigs-missing", "mx.example.org TLSA arrived without signature although example.org is signed"},
      {"resolver-strips-dnssec", "resolver 192.0.2.53 leaves out signatures that others deliver"},
      {"resolver-refused", "resolver 192.0.2.53 refuses mx.example.org TLSA (REFUSED)"},
      {"signature-expired",
       "the signature by key 12345 over mx.example.org TLSA ended at 2026-10-14T20:26:40Z, 5 hours ago"},
      {"dnskey-missing", "org links example.org by DS 1 2 but example.org publishes no keys"},
      {"ds-no-matching-key",
       "no usable key of example.org has a tag of its DS (DS: 1 2, keys: 3 4 (revoked)): key rolled without new DS?"},
      {"unsupported-key-size", "the only linked key of example.org has 512 bits; 1024 to 4096 are checked"},
      {"signer-not-zone",
       "mx.example.org TLSA is signed in the name of other.org, which has no say over mx.example.org"},
      {"resolver-timeout", "no reply for mx.example.org TLSA from any resolver"},
      {"no-valid-anchor", "no trusted root key is left: see `danesweep anchors show`"},
  };
  for (const SentenceRow& row : rows) EXPECT_EQ(sentence(*parse_reason(row.code), full_facts()), row.sentence);
}

TEST(Sentences, SayWhoCanMendIt) {  // D-126
  const SentenceRow rows[] = {
      {"signature-wrong", "the operator of the DNS of example.org"},
      {"ds-digest-wrong", "the operator of org or the registrar of example.org"},
      {"resolver-strips-dnssec", "the operator of resolver 192.0.2.53"},
      {"no-valid-anchor", "you"},
      {"signature-not-yet-valid", "the operator of the DNS of example.org, or you"},
      {"unsignable-type", "nobody"},
  };
  for (const SentenceRow& row : rows) EXPECT_EQ(who_can_mend(*parse_reason(row.code), full_facts()), row.sentence);
  ReasonFacts unplaced;  // where the name lies is not known
  unplaced.name = full_facts().name;
  EXPECT_EQ(who_can_mend(Reason::ResolverServfail, unplaced),
            "the operator of the DNS of the zone that holds mx.example.org, or the operator of the resolver");
  ReasonFacts root;
  root.zone = root.parent = wire::DomainName();
  EXPECT_EQ(who_can_mend(Reason::DnskeyMissing, root), "the operator of the DNS of the root zone, or you");
}

TEST(Sentences, LeaveNoGapAndTellNoLieAboutMissingFacts) {  // D-126
  for (const Reason reason : all_reasons()) {
    for (const ReasonFacts& facts : {full_facts(), ReasonFacts()}) {
      const std::string text = sentence(reason, facts);
      EXPECT_FALSE(text.empty());
      EXPECT_EQ(text.find_first_of("{}"), std::string::npos) << text;
    }
  }
}

TEST(Sentences, ShortenLongListsOfTags) {  // D-126; a key set may hold 128
  ReasonFacts facts = full_facts();
  facts.keys.assign(20, {7, {}});
  EXPECT_NE(sentence(Reason::DsNoMatchingKey, facts).find("7 7 7 7 7 7 7 7 and 12 more"), std::string::npos);
}

TEST(Texts, OfStatusAnswerAndStep) {  // D-62, D-125
  EXPECT_EQ(to_text(Security::Bogus), "BOGUS");
  EXPECT_EQ(to_text(Security::Indeterminate), "INDETERMINATE");
  EXPECT_EQ(to_text(Security::Insecure), "INSECURE");
  EXPECT_EQ(to_text(Security::Secure), "SECURE");
  EXPECT_EQ(to_text(Answer::None), "NONE");
  EXPECT_EQ(to_text(Answer::Data), "DATA");
  EXPECT_EQ(to_text(Answer::NoData), "NODATA");
  EXPECT_EQ(to_text(Answer::NxDomain), "NXDOMAIN");
  EXPECT_EQ(to_text(Step::Anchor), "anchor");
  EXPECT_EQ(to_text(Step::Dnskey), "dnskey");
  EXPECT_EQ(to_text(Step::Ds), "ds");
  EXPECT_EQ(to_text(Step::Cut), "cut");
  EXPECT_EQ(to_text(Step::Alias), "alias");
  EXPECT_EQ(to_text(Step::Answer), "answer");
  EXPECT_EQ(to_text(Step::Denial), "denial");
}

TEST(Texts, OfDates) {
  EXPECT_EQ(date_to_text(0), "1970-01-01T00:00:00Z");
  EXPECT_EQ(date_to_text(1792009600), "2026-10-14T20:26:40Z");
  EXPECT_EQ(date_to_text(4294967296), "2106-02-07T06:28:16Z");
}

}  // namespace
}  // namespace danesweep::dnssec
