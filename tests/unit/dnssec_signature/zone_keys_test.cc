// SPDX-License-Identifier: Apache-2.0
#include "dnssec/zone_keys.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "dnssec/wire/presentation.h"
#include "tests/unit/dnssec_signature/verification.h"

namespace danesweep::dnssec {
namespace {

using support::kDay;
using support::KeyUse;
using support::kNow;
using support::name;
using support::Record;
using support::Records;
using support::sign;
using support::SignedZone;
using support::SigningKey;
using wire::RrType;

const SigningKey kKsk(13, 0, 257), kZsk(13, 1, 256), kParentKey(13, 3, 256);

/// DS set at the parent and DNSKEY set of example., honest until a row spoils them.
struct Link {
  std::vector<std::pair<SigningKey, KeyUse>> keys = {{kKsk, KeyUse::SignsKeys}, {kZsk, KeyUse::SignsData}};
  Records ds, extra_keys, dnskey_signatures;
  bool answered = true, sign_set = true;
  support::SignatureFields fields;
  Policy policy;

  Record ds_of(const SigningKey& key, int digest = 2) const {
    return {name("example."), 3600, RrType::Ds, key.ds_rdata(name("example."), digest)};
  }
  void link(const SigningKey& key, int digest = 2) { ds.push_back(ds_of(key, digest)); }
  void raw_ds(std::vector<std::uint8_t> rdata) { ds.push_back({name("example."), 3600, RrType::Ds, std::move(rdata)}); }
  Records dnskeys() const {
    Records out;
    for (const auto& [key, use] : keys) out.push_back(dnskey(key));
    out.insert(out.end(), extra_keys.begin(), extra_keys.end());
    const Records set = out;
    for (const auto& [key, use] : keys)
      if (sign_set && (use == KeyUse::SignsKeys || use == KeyUse::SignsAll))
        out.push_back(sign(set, name("example."), key, fields));
    out.insert(out.end(), dnskey_signatures.begin(), dnskey_signatures.end());
    return out;
  }
};

struct Result {
  KeySetOutcome outcome;
  Limit limit;
};

Result prove(const Link& link) {
  Desk desk(link.policy);
  const auto parent_keys = desk.load({dnskey(kParentKey, ".")});
  Records ds = link.ds;
  ds.push_back(sign(link.ds, name("."), kParentKey));
  const Grouped ds_set(ds);
  const auto verified = verify_rrset(ds_set.first(), name("."), parent_keys, SignedRole::DsOrItsDenial, desk.context);
  if (!verified) return {};
  const Grouped dnskeys(link.dnskeys());
  const auto outcome =
      prove_by_ds(name("example."), *verified, link.answered ? &dnskeys.first() : nullptr, desk.context);
  return {outcome, desk.budget.exceeded()};
}

struct Row {
  const char* what;
  const char* rule;
  std::function<void(Link&)> making;
  Reason expected;
};

class KeySets : public testing::TestWithParam<Row> {};

TEST_P(KeySets, AreProvenOrNot) {
  Link link;
  GetParam().making(link);
  const KeySetOutcome outcome = prove(link).outcome;
  EXPECT_EQ(code(outcome.reason), code(GetParam().expected)) << GetParam().rule << ": " << GetParam().what;
  EXPECT_EQ(outcome.security, usual_status(GetParam().expected));
  EXPECT_EQ(outcome.keys != nullptr, outcome.security == Security::Secure);
}

Record long_key(std::size_t bits) {
  Record record{name("example."), 3600, RrType::Dnskey, {1, 1, 3, 8, 3, 1, 0, 1}};
  record.rdata.resize(record.rdata.size() + bits / 8, 0xFF);
  return record;
}

std::vector<std::uint8_t> ds_of_record(const Record& key, Crypto& crypto) {
  const std::uint16_t tag = key_tag(key.rdata);
  std::vector<std::uint8_t> out{static_cast<std::uint8_t>(tag >> 8), static_cast<std::uint8_t>(tag), key.rdata[3], 2};
  const auto digest = *crypto.ds_digest(2, name("example.").wire(), key.rdata);
  out.insert(out.end(), digest.begin(), digest.end());
  return out;
}

void link_record(Link& link, const Record& key) {
  Crypto crypto(link.policy);
  link.extra_keys.push_back(key);
  link.raw_ds(ds_of_record(key, crypto));
}

// clang-format off
const Row kRows[] = {
    {"one DS, one key that signs the set", "D-40", [](Link& l) { l.link(kKsk); }, Reason::None},
    {"a key that signs everything", "D-37, D-40",
     [](Link& l) { l.keys = {{kKsk, KeyUse::SignsAll}}; l.link(kKsk); }, Reason::None},
    {"a linked key without SEP", "D-37, D-40",
     [](Link& l) { l.keys = {{kZsk, KeyUse::SignsAll}}; l.link(kZsk); }, Reason::None},

    {"SHA-384", "D-39", [](Link& l) { l.link(kKsk, 4); }, Reason::None},
    {"SHA-1 alone", "D-39", [](Link& l) { l.link(kKsk, 1); }, Reason::None},
    {"SHA-1 good, SHA-256 bad", "D-39",
     [](Link& l) { l.link(kKsk, 1); l.link(kKsk); l.ds[1].rdata.back() ^= 1; }, Reason::DsDigestWrong},
    {"SHA-1 good, SHA-256 of an unsupported algorithm", "D-39",
     [](Link& l) { l.link(kKsk, 1); l.link(kKsk); l.ds[1].rdata[2] = 253; }, Reason::None},
    {"a digest cut short", "D-39", [](Link& l) { l.link(kKsk); l.ds[0].rdata.pop_back(); }, Reason::DsDigestWrong},
    {"a digest with an octet more", "D-39", [](Link& l) { l.link(kKsk); l.ds[0].rdata.push_back(0); }, Reason::DsDigestWrong},
    {"a DS without digest", "D-39", [](Link& l) { l.link(kKsk); l.ds[0].rdata.resize(4); }, Reason::DsDigestWrong},

    {"a stale DS beside a good one", "D-40", [](Link& l) { l.link(SigningKey(13, 2, 257)); l.link(kKsk); }, Reason::None},
    {"DS of a key that did not sign, beside that of one that did", "D-40",
     [](Link& l) { l.link(kZsk); l.link(kKsk); }, Reason::None},
    {"DS of the ZSK alone, which does not sign the set", "D-40",
     [](Link& l) { l.link(kZsk); }, Reason::DnskeyNotSignedByDsKey},
    {"an unsigned set", "D-41", [](Link& l) { l.link(kKsk); l.sign_set = false; }, Reason::DnskeyNotSignedByDsKey},
    {"a set whose signature is expired", "D-28, D-40",
     [](Link& l) { l.link(kKsk); l.fields.expiration = kNow - 1; }, Reason::SignatureExpired},
    {"a set with a key slipped in", "D-40",
     [](Link& l) {
       l.link(kKsk);
       Link honest = l;
       l.sign_set = false;
       l.dnskey_signatures = {honest.dnskeys().back()};
       l.extra_keys = {dnskey(SigningKey(13, 2))};
     },
     Reason::SignatureWrong},

    {"an unknown tag", "D-41", [](Link& l) { l.link(SigningKey(13, 2, 257)); }, Reason::DsNoMatchingKey},
    {"a wrong digest", "D-41", [](Link& l) { l.link(kKsk); l.ds[0].rdata.back() ^= 1; }, Reason::DsDigestWrong},
    {"the tag with another supported algorithm", "D-41",
     [](Link& l) { l.link(kKsk); l.ds[0].rdata[2] = 15; }, Reason::DsNoMatchingKey},
    {"no DNSKEY set", "D-41", [](Link& l) { l.link(kKsk); l.answered = false; }, Reason::DnskeyMissing},
    {"only a digest type of GOST", "D-41", [](Link& l) { l.link(kKsk); l.ds[0].rdata[3] = 3; }, Reason::UnsupportedDigest},
    {"only digest type 200", "D-41", [](Link& l) { l.link(kKsk); l.ds[0].rdata[3] = 200; }, Reason::UnsupportedDigest},
    {"only algorithm 253", "D-41", [](Link& l) { l.link(kKsk); l.ds[0].rdata[2] = 253; }, Reason::UnsupportedAlgorithm},
    {"unsupported, and no DNSKEY set", "D-41",
     [](Link& l) { l.link(kKsk); l.ds[0].rdata[2] = 253; l.answered = false; }, Reason::UnsupportedAlgorithm},
    {"only RSA/SHA-1", "D-33, D-41",
     [](Link& l) { l.keys = {{SigningKey(5, 0, 257), KeyUse::SignsAll}}; l.link(l.keys[0].first); }, Reason::UnsupportedAlgorithm},
    {"RSA/SHA-1, asked for", "D-33, D-41",
     [](Link& l) {
       l.policy.sha1 = Sha1Signatures::Checked;
       l.keys = {{SigningKey(5, 0, 257), KeyUse::SignsAll}};
       l.link(l.keys[0].first);
     },
     Reason::None},
    {"unsupported beside broken", "D-41",
     [](Link& l) { l.link(kKsk); l.link(kKsk); l.ds[0].rdata[2] = 253; l.ds[1].rdata.back() ^= 1; }, Reason::DsDigestWrong},
    {"unsupported beside good", "D-41",
     [](Link& l) { l.link(kKsk); l.link(kKsk); l.ds[0].rdata[2] = 253; }, Reason::None},
    {"a DS of three octets", "D-8", [](Link& l) { l.raw_ds({0, 1, 13}); }, Reason::MalformedRrset},

    {"DS of a revoked key", "D-37",
     [](Link& l) {
       const SigningKey revoked = kKsk.with_flags(257 | 128);
       l.keys = {{revoked, KeyUse::SignsAll}};
       l.link(revoked);
     },
     Reason::DsNoMatchingKey},
    {"DS of a key without the zone flag", "D-40",
     [](Link& l) { l.keys = {{kKsk.with_flags(1), KeyUse::SignsAll}}; l.link(l.keys[0].first); }, Reason::DsNoMatchingKey},
    {"DS of a key of protocol 4", "D-40",
     [](Link& l) { l.keys = {{SigningKey(13, 0, 257, 4), KeyUse::SignsAll}}; l.link(l.keys[0].first); }, Reason::DsNoMatchingKey},

    {"RSA of 1024 bits", "D-35",
     [](Link& l) { l.keys = {{SigningKey(8, support::kRsa1024, 257), KeyUse::SignsAll}}; l.link(l.keys[0].first); }, Reason::None},
    {"RSA of 4096 bits", "D-35",
     [](Link& l) { l.keys = {{SigningKey(8, support::kRsa4096, 257), KeyUse::SignsAll}}; l.link(l.keys[0].first); }, Reason::None},
    {"RSA of 512 bits", "D-35",
     [](Link& l) { l.keys = {{SigningKey(8, support::kRsa512, 257), KeyUse::SignsAll}}; l.link(l.keys[0].first); },
     Reason::UnsupportedKeySize},
    {"RSA of 512 bits by two digests", "D-35",
     [](Link& l) {
       l.keys = {{SigningKey(8, support::kRsa512, 257), KeyUse::SignsAll}};
       l.link(l.keys[0].first);
       l.link(l.keys[0].first, 4);
     },
     Reason::UnsupportedKeySize},
    {"RSA of 8192 bits", "D-35", [](Link& l) { link_record(l, long_key(8192)); }, Reason::UnsupportedKeySize},
    {"RSA of 512 bits beside a good one", "D-35",
     [](Link& l) {
       l.keys.emplace_back(SigningKey(8, support::kRsa512, 257), KeyUse::SignsKeys);
       l.link(l.keys[2].first);
       l.link(kKsk);
     },
     Reason::None},
    {"RSA of 512 bits beside a key that was left out", "D-2, D-35",
     [](Link& l) {
       l.keys = {{SigningKey(8, support::kRsa512, 257), KeyUse::SignsAll}};
       l.link(l.keys[0].first);
       l.link(kKsk);
     },
     Reason::DnskeyNotSignedByDsKey},
    {"a linked RSA key with a huge exponent", "D-35, D-36",
     [](Link& l) {
       Record key = long_key(2048);
       key.rdata = {1, 1, 3, 8, 6, 1, 0, 0, 0, 0, 1};
       key.rdata.resize(key.rdata.size() + 256, 0xFF);
       link_record(l, key);
       const std::uint16_t tag = key_tag(key.rdata);
       l.dnskey_signatures.push_back(sign(l.dnskeys(), name("example."), SigningKey(8, 0), {.key_tag = tag}));
     },
     Reason::DnskeyMalformed},
    {"a malformed key that nobody names", "D-36",
     [](Link& l) { l.link(kKsk); l.extra_keys.push_back({name("example."), 3600, RrType::Dnskey, {1, 0, 3, 13, 1, 2, 3}}); },
     Reason::None},
    {"a DNSKEY of three octets", "D-8",
     [](Link& l) { l.link(kKsk); l.extra_keys.push_back({name("example."), 3600, RrType::Dnskey, {1, 0, 3}}); },
     Reason::MalformedRrset},
};
// clang-format on

std::string test_name(const testing::TestParamInfo<Row>& row) {
  std::string text = row.param.what;
  std::replace_if(
      text.begin(), text.end(), [](unsigned char c) { return !std::isalnum(c); }, '_');
  return text;
}

INSTANTIATE_TEST_SUITE_P(Table, KeySets, testing::ValuesIn(kRows), test_name);

TEST(KeySetDetails, OrderOfDsAndKeysMeansNothing) {  // D-1
  Link link;
  link.link(SigningKey(13, 2, 257));
  link.link(kKsk);
  link.link(kKsk, 4);
  for (int i = 0; i < 6; ++i) {
    std::next_permutation(link.ds.begin(), link.ds.end(),
                          [](const Record& a, const Record& b) { return a.rdata < b.rdata; });
    std::swap(link.keys[0], link.keys[1]);
    EXPECT_EQ(prove(link).outcome.security, Security::Secure);
  }
}

TEST(KeySetDetails, ThirtyTwoDsOfWhichOneFits) {  // D-102
  Link link;
  for (int i = 0; i < 31; ++i) {
    link.link(kKsk);
    link.ds.back().rdata[10] ^= static_cast<std::uint8_t>(i + 1);
  }
  link.link(kKsk);
  EXPECT_EQ(prove(link).outcome.security, Security::Secure);
}

/// Keys with one tag: two 16-bit words swapped do not move the sum.
Records keys_of_one_tag(std::size_t count) {
  Record key{name("example."), 3600, RrType::Dnskey, {1, 1, 3, 13}};
  for (std::uint8_t i = 0; i < 32; ++i) key.rdata.insert(key.rdata.end(), {i, static_cast<std::uint8_t>(i * 3)});
  Records out;
  for (std::size_t i = 0; i < 31 && out.size() < count; ++i) {
    for (std::size_t j = i + 1; j < 32 && out.size() < count; ++j) {
      Record other = key;
      std::swap(other.rdata[4 + 2 * i], other.rdata[4 + 2 * j]);
      std::swap(other.rdata[5 + 2 * i], other.rdata[5 + 2 * j]);
      out.push_back(other);
    }
  }
  return out;
}

TEST(KeySetDetails, MoreThan32DigestsAreNotComputed) {  // D-3, D-102
  for (const auto& [count, expected] :
       {std::pair<std::size_t, Reason>{32, Reason::DsDigestWrong}, {33, Reason::WorkLimit}}) {
    Link link;
    link.extra_keys = keys_of_one_tag(count);
    const std::uint16_t tag = key_tag(link.extra_keys[0].rdata);
    link.raw_ds({static_cast<std::uint8_t>(tag >> 8), static_cast<std::uint8_t>(tag), 13, 2});
    link.ds[0].rdata.resize(36, 0xAB);
    const Result result = prove(link);
    EXPECT_EQ(code(result.outcome.reason), code(expected)) << count;
    if (expected != Reason::WorkLimit) continue;
    EXPECT_EQ(result.outcome.security, Security::Indeterminate);
    EXPECT_EQ(result.limit, Limit::DsDigests);
    EXPECT_EQ(result.outcome.facts.text, "DS digests");
  }
}

TEST(KeySetDetails, MoreThan128KeysAreTooMany) {  // D-103
  Link link;
  link.link(kKsk);
  link.extra_keys = keys_of_one_tag(126);
  EXPECT_EQ(prove(link).outcome.security, Security::Secure);
  link.extra_keys = keys_of_one_tag(127);
  const Result result = prove(link);
  EXPECT_EQ(result.outcome.security, Security::Indeterminate);
  EXPECT_EQ(code(result.outcome.reason), "work-limit");
  EXPECT_EQ(result.limit, Limit::Keys);
}

TEST(KeySetDetails, TheSameKeyManyTimesIsOne) {  // D-12, D-103
  Link link;
  link.link(kKsk);
  link.extra_keys.assign(200, dnskey(kZsk));
  const KeySetOutcome outcome = prove(link).outcome;
  ASSERT_TRUE(outcome.keys);
  EXPECT_EQ(outcome.keys->keys.size(), 2U);
}

TEST(KeySetDetails, WhatIsProven) {  // D-40, D-62, D-107
  Link link;
  link.link(kKsk);
  link.ds[0].ttl = 1800;
  const KeySetOutcome outcome = prove(link).outcome;
  ASSERT_TRUE(outcome.keys);
  const ZoneKeys& keys = *outcome.keys;
  EXPECT_EQ(keys.zone, name("example."));
  EXPECT_EQ(keys.parent, name("."));
  EXPECT_EQ(keys.expires, kNow + 1800);
  ASSERT_EQ(keys.keys.size(), 2U);
  for (const ZoneKey& key : keys.keys) {
    EXPECT_TRUE(key.key);
    EXPECT_EQ(key.signs_key_set, key.tag == kKsk.tag());
  }
  ASSERT_EQ(keys.links.size(), 2U);
  EXPECT_EQ(keys.links[0].step, Step::Ds);
  EXPECT_EQ(keys.links[0].zone, name("."));
  EXPECT_EQ(keys.links[0].name, name("example."));
  EXPECT_EQ(keys.links[0].key_tag, kParentKey.tag());
  EXPECT_EQ(keys.links[1].step, Step::Dnskey);
  EXPECT_EQ(keys.links[1].key_tag, kKsk.tag());
  EXPECT_EQ(keys.links[1].algorithm, 13);
  EXPECT_EQ(keys.links[1].expiration, kNow + 30 * kDay);
}

TEST(KeySetDetails, OnlyTheLinkedKeyOfATagSignsTheSet) {  // D-31, D-40
  Link link;
  link.link(kKsk);
  Record namesake = dnskey(kKsk);
  std::swap(namesake.rdata[4], namesake.rdata[6]);
  std::swap(namesake.rdata[5], namesake.rdata[7]);
  ASSERT_EQ(key_tag(namesake.rdata), kKsk.tag());
  link.extra_keys = {namesake};
  const KeySetOutcome outcome = prove(link).outcome;
  ASSERT_TRUE(outcome.keys);
  ASSERT_EQ(outcome.keys->keys.size(), 3U);
  for (const ZoneKey& key : outcome.keys->keys) EXPECT_EQ(key.signs_key_set, key.rdata == kKsk.dnskey_rdata());
}

TEST(KeySetDetails, FactsOfABrokenLink) {  // D-126
  Link link;
  link.link(SigningKey(13, 2, 257));
  const KeySetOutcome outcome = prove(link).outcome;
  EXPECT_EQ(sentence(outcome.reason, outcome.facts),
            "no usable key of example has a tag of its DS (DS: " + std::to_string(SigningKey(13, 2, 257).tag()) +
                ", keys: " + std::to_string(kKsk.tag()) + " " + std::to_string(kZsk.tag()) +
                "): key rolled without new DS?");
}

// D-37, D-40: the key did not go; it may not be used.
TEST(KeySetDetails, CauseOfADsWithoutAKeyOfUse) {
  const struct {
    SigningKey published, linked;
    const char* flaw;
  } rows[] = {
      {kKsk.with_flags(257 | 128), kKsk.with_flags(257 | 128), "revoked"},
      {kKsk.with_flags(257 | 128), kKsk, "revoked"},  // since the DS was made
      {kKsk.with_flags(1), kKsk.with_flags(1), "without zone-key flag"},
      {SigningKey(13, 2, 257, 4), SigningKey(13, 2, 257, 4), "protocol 4"},
  };
  for (const auto& row : rows) {
    Link link;
    link.keys = {{row.published, KeyUse::SignsAll}};
    link.link(row.linked);
    link.link(SigningKey(13, 3, 257));  // a stale one beside it
    const KeySetOutcome outcome = prove(link).outcome;
    EXPECT_EQ(code(outcome.reason), "ds-no-matching-key") << row.flaw;
    const std::string told = sentence(outcome.reason, outcome.facts);
    const std::string cause = "): key " + std::to_string(row.published.tag()) + " may not be used: " + row.flaw;
    EXPECT_TRUE(told.ends_with(cause)) << told;
  }
  Link other_algorithm;
  other_algorithm.link(kKsk);
  other_algorithm.ds[0].rdata[2] = 14;
  const KeySetOutcome outcome = prove(other_algorithm).outcome;
  EXPECT_TRUE(sentence(outcome.reason, outcome.facts).ends_with("): key rolled without new DS?"));
}

TEST(Usability, NamesWhatIsMissing) {  // D-41
  Link link;
  link.link(kKsk);
  link.link(kKsk);
  link.ds[0].rdata[2] = 253;
  link.ds[1].rdata[3] = 200;
  const KeySetOutcome outcome = prove(link).outcome;
  EXPECT_EQ(sentence(outcome.reason, outcome.facts),
            "all DS of example use digest types (200) that this program does not check");
}

// Anchors

KeySetOutcome prove_anchored(const Link& link, std::vector<TrustAnchor> anchors) {
  Desk desk(link.policy);
  const Grouped dnskeys(link.dnskeys());
  return prove_by_anchors(name("example."), anchors, link.answered ? &dnskeys.first() : nullptr, desk.context);
}

TrustAnchor ds_anchor(const SigningKey& key, int digest = 2) {
  return {name("example."), AnchorForm::Ds, key.ds_rdata(name("example."), digest)};
}
TrustAnchor key_anchor(const SigningKey& key) { return {name("example."), AnchorForm::Dnskey, key.dnskey_rdata()}; }

TrustAnchor altered(TrustAnchor anchor, std::size_t at, std::uint8_t value) {
  anchor.rdata[at] = value;
  return anchor;
}

struct AnchorRow {
  const char* what;
  const char* rule;
  std::vector<TrustAnchor> anchors;
  Reason expected;
};

TEST(Anchored, KeySets) {
  const SigningKey other(13, 2, 257), odd(8, support::kRsa512, 257);
  const AnchorRow rows[] = {
      {"a DS", "D-42", {ds_anchor(kKsk)}, Reason::None},
      {"a DNSKEY", "D-42", {key_anchor(kKsk)}, Reason::None},
      {"a stale one beside a good one", "D-42", {ds_anchor(other), ds_anchor(kKsk)}, Reason::None},
      {"a DS and the DNSKEY of another", "D-42", {ds_anchor(other), key_anchor(kKsk)}, Reason::None},
      {"a stranger's DS", "D-41", {ds_anchor(other)}, Reason::AnchorNoMatchingKey},
      {"a stranger's DNSKEY", "D-41", {key_anchor(other)}, Reason::AnchorNoMatchingKey},
      {"a DS with a wrong digest", "D-41", {altered(ds_anchor(kKsk), 20, 0)}, Reason::AnchorNoMatchingKey},
      {"a DNSKEY with other flags", "D-42", {altered(key_anchor(kKsk), 1, 0)}, Reason::AnchorNoMatchingKey},
      {"the ZSK, which does not sign the set", "D-40", {key_anchor(kZsk)}, Reason::DnskeyNotSignedByDsKey},
      {"only algorithm 253", "D-42", {altered(ds_anchor(kKsk), 2, 253)}, Reason::UnsupportedAlgorithm},
      {"only a DNSKEY of algorithm 253", "D-42", {altered(key_anchor(kKsk), 3, 253)}, Reason::UnsupportedAlgorithm},
      {"only digest type 200", "D-42", {altered(ds_anchor(kKsk), 3, 200)}, Reason::UnsupportedDigest},
      {"only a DNSKEY of 512 bits", "D-35, D-42", {key_anchor(odd)}, Reason::UnsupportedKeySize},
      {"unsupported beside good", "D-42", {altered(ds_anchor(kKsk), 2, 253), ds_anchor(kKsk)}, Reason::None},
      {"none", "D-45", {}, Reason::NoValidAnchor},
  };
  for (const AnchorRow& row : rows) {
    const KeySetOutcome outcome = prove_anchored(Link(), row.anchors);
    EXPECT_EQ(code(outcome.reason), code(row.expected)) << row.what << ' ' << row.rule;
    EXPECT_EQ(outcome.security, usual_status(row.expected)) << row.what;
  }
}

TEST(Anchored, ARevokedKeyIsTrustedByNoAnchor) {  // D-37, D-42
  Link link;
  link.keys = {{kKsk.with_flags(257 | 128), KeyUse::SignsAll}};
  EXPECT_EQ(code(prove_anchored(link, {key_anchor(kKsk)}).reason), "anchor-no-matching-key");
  EXPECT_EQ(code(prove_anchored(link, {key_anchor(link.keys[0].first)}).reason), "anchor-no-matching-key");
}

TEST(Anchored, WithoutKeys) {  // D-41
  Link link;
  link.answered = false;
  EXPECT_EQ(code(prove_anchored(link, {ds_anchor(kKsk)}).reason), "dnskey-missing");
}

TEST(Anchored, LinksBeginWithTheAnchor) {  // D-62
  const KeySetOutcome outcome = prove_anchored(Link(), {ds_anchor(kKsk)});
  ASSERT_TRUE(outcome.keys);
  ASSERT_EQ(outcome.keys->links.size(), 2U);
  EXPECT_EQ(outcome.keys->links[0].step, Step::Anchor);
  EXPECT_EQ(outcome.keys->links[1].step, Step::Dnskey);
  EXPECT_EQ(outcome.keys->parent, name("example."));
}

// Key tags

TEST(KeyTag, IsComputedAsInAppendixB) {  // D-31
  for (const int algorithm : {8, 13, 14, 15, 16})
    for (const std::size_t index : {0, 1})
      for (const std::uint16_t flags : {std::uint16_t{256}, std::uint16_t{257}, std::uint16_t{385}}) {
        const SigningKey key(algorithm, index, flags);
        EXPECT_EQ(key_tag(key.dnskey_rdata()), key.tag());
      }
  EXPECT_EQ(key_tag({}), 0);
  const std::vector<std::uint8_t> rsa_md5{1, 0, 3, 1, 3, 1, 0, 1, 0xAA, 0xBB, 0xCC, 0xDD};
  EXPECT_EQ(key_tag(rsa_md5), 0xBBCC);  // B.1: the upper 16 of the modulus' lowest 24 bits
}

TEST(KeyTag, OfTheRootKeysAndTheirRevocations) {  // D-31, D-116, D-124
  const auto root_2017 = support::record(
      ". DNSKEY 257 3 8 "
      "AwEAAaz/tAm8yTn4Mfeh5eyI96WSVexTBAvkMgJzkKTOiW1vkIbzxeF3+/4RgWOq7HrxRixHlFlExOLAJr5emLvN7SWXgnLh"
      "4+B5xQlNVz8Og8kvArMtNROxVQuCaSnIDdD5LKyWbRd2n9WGe2R8PzgCmr3EgVLrjyBxWezF0jLHwVN8efS3rCj/EWgvIWgb9tarpVUDK/b58Da+"
      "sqqls3eNbuv7pr+eoZG+SrDK6nWeL3c6H5Apxz7LjVc1uTIdsIXxuOLYA4/ilBmSVIzuDWfdRUfhHdY6+cn8HFRm+2hM8AnXGXws9555KrUB5qih"
      "ylGa8subX2Nn6UwNR1AkUTV74bU=");
  EXPECT_EQ(key_tag(root_2017.rdata), 20326);
  auto revoked = root_2017.rdata;
  revoked[1] |= 0x80;
  EXPECT_EQ(key_tag(revoked), 20454);
}

TEST(KeyTag, OfRevocationMayCarry) {  // D-31: never "old tag + 128"
  std::vector<std::uint8_t> rdata{1, 1, 3, 13, 0, 0};
  bool carried = false;
  for (unsigned word = 0; word < 0x10000; word += 17) {
    rdata[4] = static_cast<std::uint8_t>(word >> 8);
    rdata[5] = static_cast<std::uint8_t>(word);
    auto revoked = rdata;
    revoked[1] |= 0x80;
    carried = carried || key_tag(revoked) != static_cast<std::uint16_t>(key_tag(rdata) + 128);
  }
  EXPECT_TRUE(carried);
}

// The fixtures themselves: every signed RRset that an honest resolver hands out verifies.

TEST(HonestWorld, Verifies) {
  for (const bool hashed : {false, true}) {
    SignedZone zone("example.");
    if (hashed) zone.nsec3({support::OptOut::Yes, 3, {1, 2}});
    zone.add("www A 192.0.2.1").add("www TXT \"MiXed\"").add("*.w MX 10 Mail.Example.").add("a.b.c A 192.0.2.2");
    zone.add("alias CNAME www").add("d DNAME example.net.").delegate("sub").add("ns.sub A 192.0.2.3");
    support::World world;
    world.add(zone);
    Desk desk;
    const Grouped keys(zone.find(name("example."), RrType::Dnskey));
    const auto loaded = load_zone_keys(keys.first(), desk.context);
    for (const char* text : {"www.example.", "x.w.example.", "c.example.", "none.example.", "alias.example.",
                             "e.d.example.", "sub.example.", "example."}) {
      for (const RrType type : {RrType::A, RrType::Ds, RrType::Mx, RrType::Txt}) {
        const auto message = world.message({name(text), type});
        for (const wire::Rrset& rrset : wire::group_rrsets(*message).rrsets) {
          Desk fresh;
          const bool synthetic = rrset.signatures.empty() && rrset.type == RrType::Cname;
          if (synthetic) continue;
          const auto result = verify_rrset(rrset, name("example."), loaded, SignedRole::Ordinary, fresh.context);
          EXPECT_TRUE(result) << text << ' ' << to_text(type) << ": " << rrset.owner.to_text() << ' '
                              << to_text(rrset.type) << (result ? "" : code(result.error().reason));
        }
      }
    }
  }
}

}  // namespace
}  // namespace danesweep::dnssec
