// SPDX-License-Identifier: Apache-2.0
#include "dnssec/zone_keys.h"

#include <algorithm>
#include <functional>
#include <map>

#include "dnssec/algorithms.h"
#include "dnssec/key_identity.h"
#include "dnssec/trace.h"

namespace danesweep::dnssec {
namespace {

constexpr std::uint8_t kSha1Digest = 1;

/// A key of the set, before anything was paid for it.
ZoneKey describe_key(Bytes rdata) {
  ZoneKey key;
  key.rdata.assign(rdata.begin(), rdata.end());
  key.tag = key_tag(rdata);
  const auto dnskey = wire::parse_dnskey(rdata);
  if (!dnskey) {
    key.fault = KeyFault::Malformed;
    return key;
  }
  key.flags = dnskey->flags;
  key.protocol = dnskey->protocol;
  key.algorithm = dnskey->algorithm;
  return key;
}

void load(ZoneKey& key, SignatureContext& context) {
  const auto dnskey = wire::parse_dnskey(key.rdata);
  if (!dnskey || key.key) return;
  auto loaded = context.crypto->load_key(key.algorithm, dnskey->public_key);
  if (loaded)
    key.key = std::move(*loaded);
  else
    key.fault = loaded.error();
}

std::vector<ZoneKey> describe_keys(const wire::Rrset& dnskeys, const SignatureContext& context) {
  std::vector<ZoneKey> keys;
  for (const Bytes rdata : dnskeys.rdata) {
    const bool seen =
        std::any_of(keys.begin(), keys.end(), [&](const ZoneKey& key) { return std::ranges::equal(key.rdata, rdata); });
    if (seen) continue;  // D-12
    if (keys.size() == context.policy->max_keys) {
      context.budget->exceed(Limit::Keys);  // D-103
      return {};
    }
    keys.push_back(describe_key(rdata));
  }
  return keys;
}

/// As `wanted` names them: a key that one has the tag of says why it does not serve.
std::vector<NamedKey> named_keys(std::span<const ZoneKey> keys, std::span<const wire::Ds> wanted) {
  std::vector<NamedKey> named;
  for (const ZoneKey& key : keys) {
    const auto ds = std::ranges::find(wanted, key.tag, &wire::Ds::key_tag);
    named.push_back(named_key(key, ds == wanted.end() ? key.algorithm : ds->algorithm));
  }
  return named;
}

/// Now, or before it was revoked: that changes its tag (RFC 5011 section 2.1).
bool is_named_by(const wire::Ds& ds, const ZoneKey& key) {
  if (ds.algorithm != key.algorithm) return false;
  return ds.key_tag == key.tag || (is_revoked(key.rdata) && ds.key_tag == key_tag(without_revoke(key.rdata)));
}

/// The smallest tag of a key that a DS names and that may not sign (D-37, D-40); nothing: they name no key at all.
std::optional<std::uint16_t> named_in_vain(std::span<const ZoneKey> keys, std::span<const wire::Ds> ds_set) {
  std::optional<std::uint16_t> tag;
  for (const ZoneKey& key : keys) {
    const bool is_named = std::ranges::any_of(ds_set, [&](const wire::Ds& ds) { return is_named_by(ds, key); });
    if (is_named && !key.may_sign()) tag = std::min(tag.value_or(key.tag), key.tag);
  }
  return tag;
}

bool is_usable(const wire::Ds& ds, const Crypto& crypto) {
  return crypto.supports_algorithm(ds.algorithm) && crypto.supports_digest(ds.digest_type);
}

std::vector<wire::Ds> usable_ds(std::span<const Bytes> rdatas, const Crypto& crypto) {
  const std::vector<bool> counts = ds_that_count(rdatas, crypto);
  std::vector<wire::Ds> usable;
  for (std::size_t i = 0; i < rdatas.size(); ++i)
    if (counts[i]) usable.push_back(*wire::parse_ds(rdatas[i]));
  return usable;
}

DsUsability usability_of(std::span<const Bytes> rdatas, const Crypto& crypto) {
  DsUsability result;
  for (const Bytes rdata : rdatas) {
    const auto ds = wire::parse_ds(rdata);
    if (!ds || is_usable(*ds, crypto)) return {true, Reason::None, 0};  // a broken DS is not an unsupported one
    const bool algorithm_known = crypto.supports_algorithm(ds->algorithm);
    // A digest that we lack is named before an algorithm that we lack; the smallest number, in whatever order they
    // came.
    const Reason reason = algorithm_known ? Reason::UnsupportedDigest : Reason::UnsupportedAlgorithm;
    const std::uint32_t number = algorithm_known ? ds->digest_type : ds->algorithm;
    if (result.reason == Reason::None || reason > result.reason || (reason == result.reason && number < result.number))
      result = {false, reason, number};
  }
  return result;
}

/// Digests of keys, each computed once however many DS name it (D-102).
class DigestTable {
 public:
  DigestTable(const wire::DomainName& zone, SignatureContext& context) : owner_(zone.lower()), context_(context) {}

  enum class Match : std::uint8_t { Yes, No, BudgetSpent };
  Match matches(const wire::Ds& ds, const ZoneKey& key) {
    const auto place = std::pair(&key, ds.digest_type);
    auto found = digests_.find(place);
    if (found == digests_.end()) {
      if (!context_.budget->take_ds_digest()) return Match::BudgetSpent;
      const auto digest = context_.crypto->ds_digest(ds.digest_type, owner_.wire(), key.rdata);
      found =
          digests_.emplace(place, digest ? std::vector(digest->begin(), digest->end()) : std::vector<std::uint8_t>())
              .first;
    }
    return !ds.digest.empty() && std::ranges::equal(found->second, ds.digest) ? Match::Yes : Match::No;
  }

 private:
  wire::DomainName owner_;
  SignatureContext& context_;
  std::map<std::pair<const ZoneKey*, std::uint8_t>, std::vector<std::uint8_t>> digests_;
};

/// The keys that a DS set or anchors vouch for.
struct Vouched {
  std::vector<bool> keys;  ///< parallel to the key list
  bool tag_seen = false;   ///< a key has the tag and algorithm that one of them names
  std::optional<std::uint16_t> mismatched_tag;
  bool all_matched = true;  ///< none of them lacks its key
  bool budget_spent = false;
};

Vouched match_ds(const wire::DomainName& zone, std::span<const wire::Ds> ds_set, std::span<const ZoneKey> keys,
                 SignatureContext& context) {
  Vouched vouched{std::vector<bool>(keys.size()), false, std::nullopt, true, false};
  DigestTable digests(zone, context);
  context.budget->begin_ds_set();
  for (const wire::Ds& ds : ds_set) {
    bool matched = false;
    bool is_seen = false;
    for (std::size_t i = 0; i < keys.size(); ++i) {
      if (!keys[i].may_sign() || keys[i].tag != ds.key_tag || keys[i].algorithm != ds.algorithm) continue;
      vouched.tag_seen = is_seen = true;
      const auto match = digests.matches(ds, keys[i]);
      vouched.budget_spent = vouched.budget_spent || match == DigestTable::Match::BudgetSpent;
      if (match == DigestTable::Match::Yes) vouched.keys[i] = matched = true;
    }
    if (!matched && is_seen) vouched.mismatched_tag = std::min(vouched.mismatched_tag.value_or(ds.key_tag), ds.key_tag);
    vouched.all_matched = vouched.all_matched && matched;
  }
  return vouched;
}

/// Whole RDATA, flags apart from REVOKE; a revoked key, here or there, is trusted by nobody (D-37, D-42).
bool is_anchored(const ZoneKey& key, Bytes anchor) { return key.may_sign() && std::ranges::equal(key.rdata, anchor); }

KeySetOutcome fault(Security security, Reason reason, ReasonFacts facts) {
  return {.security = security, .reason = reason, .facts = std::move(facts)};
}

/// Whether it holds is not asked: a linked key that claims to sign the set is one for keys (D-35).
bool has_signature_by(const wire::Rrset& dnskeys, const ZoneKey& key) {
  return std::any_of(dnskeys.signatures.begin(), dnskeys.signatures.end(), [&](Bytes rdata) {
    const auto rrsig = wire::parse_rrsig(rdata);
    return rrsig && rrsig->key_tag == key.tag && rrsig->algorithm == key.algorithm;
  });
}

/// The keys of `zone`, once somebody above has vouched for some of them.
class KeySetProof {
 public:
  KeySetProof(const wire::DomainName& zone, ReasonFacts facts, std::vector<ZoneKey> keys, SignatureContext& context)
      : zone_(zone), facts_(std::move(facts)), keys_(std::move(keys)), context_(context) {}

  std::span<const ZoneKey> keys() const { return keys_; }
  ReasonFacts& facts() { return facts_; }

  KeySetOutcome prove(const Vouched& vouched, const wire::Rrset& dnskeys) {
    std::vector<ZoneKey> trusted;
    for (std::size_t i = 0; i < keys_.size(); ++i) {
      if (!vouched.keys[i]) continue;
      load(keys_[i], context_);
      trusted.push_back(keys_[i]);
    }
    if (auto bits = only_odd_sizes(vouched)) {
      facts_.number = *bits;
      return fault(Security::Insecure, Reason::UnsupportedKeySize, facts_);
    }
    auto verified = verify_rrset(dnskeys, zone_, trusted, SignedRole::Ordinary, context_);
    if (!verified && verified.error().paused) return {.paused = true};
    if (!verified) return refuse(verified.error());
    for (ZoneKey& key : keys_) {
      if (key.may_sign()) load(key, context_);
      key.is_linked =
          std::any_of(trusted.begin(), trusted.end(), [&](const ZoneKey& other) { return other.rdata == key.rdata; });
      key.signs_key_set = key.is_linked && has_signature_by(dnskeys, key);
    }
    return accept(*verified);
  }

 private:
  /// D-35, D-41: insecure only if each of those who vouch names a key, and all these are of sizes that we do not check;
  /// anybody can leave a key out of an unverified set.
  std::optional<std::uint32_t> only_odd_sizes(const Vouched& vouched) const {
    if (!vouched.all_matched) return std::nullopt;
    std::optional<std::uint32_t> bits;
    for (std::size_t i = 0; i < keys_.size(); ++i) {
      if (!vouched.keys[i]) continue;
      if (keys_[i].fault != KeyFault::UnsupportedSize) return std::nullopt;
      const auto dnskey = wire::parse_dnskey(keys_[i].rdata);
      const auto rsa = dnskey ? parse_rsa_key(dnskey->public_key) : std::nullopt;
      bits = std::max(bits.value_or(0), rsa ? rsa->bits : 0);
    }
    return bits;
  }

  KeySetOutcome refuse(const SignatureFailure& failure) const {
    const bool unsigned_by_them = failure.reason == Reason::NoMatchingKey || failure.reason == Reason::RrsigsMissing;
    if (unsigned_by_them) return fault(Security::Bogus, Reason::DnskeyNotSignedByDsKey, facts_);
    ReasonFacts facts = failure.facts;
    facts.parent = facts_.parent;
    facts.ds_tags = facts_.ds_tags;
    return fault(failure.security, failure.reason, std::move(facts));
  }

  KeySetOutcome accept(const VerifiedRrset& verified) {
    auto result = std::make_shared<ZoneKeys>();
    result->zone = zone_;
    result->keys = std::move(keys_);
    result->expires = context_.now + verified.ttl();
    result->parent = facts_.parent.value_or(zone_);
    result->links.push_back(make_link(Step::Dnskey, verified));
    return {.security = Security::Secure, .keys = std::move(result)};
  }

  wire::DomainName zone_;
  ReasonFacts facts_;
  std::vector<ZoneKey> keys_;
  SignatureContext& context_;
};

ReasonFacts facts_about(const wire::DomainName& zone, std::optional<wire::DomainName> parent, UnixTime now) {
  ReasonFacts facts;
  facts.name = zone;
  facts.zone = zone;
  facts.parent = std::move(parent);
  facts.type = wire::RrType::Dnskey;
  facts.now = now;
  return facts;
}

/// What can be said of a DNSKEY set without looking into it.
std::optional<KeySetOutcome> set_fault(const wire::Rrset* dnskeys, const ReasonFacts& facts) {
  if (!dnskeys || dnskeys->rdata.empty()) return fault(Security::Bogus, Reason::DnskeyMissing, facts);
  const auto broken = [](Bytes rdata) { return !wire::parse_dnskey(rdata); };
  if (dnskeys->malformed || std::any_of(dnskeys->rdata.begin(), dnskeys->rdata.end(), broken))
    return fault(Security::Bogus, Reason::MalformedRrset, facts);
  return std::nullopt;
}

KeySetOutcome work_limit(ReasonFacts facts, const WorkBudget& budget) {
  facts.text = to_text(budget.exceeded());
  return fault(Security::Indeterminate, Reason::WorkLimit, std::move(facts));
}

/// Anchors in DNSKEY form, put into the terms of DS: what they name, and whether we can work with it.
DsUsability usability_of_keys(std::span<const Bytes> anchors, SignatureContext& context) {
  DsUsability result;
  for (const Bytes rdata : anchors) {
    ZoneKey key = describe_key(rdata);
    load(key, context);
    if (!key.fault || key.fault == KeyFault::Malformed) return {true, Reason::None, 0};
    const auto dnskey = wire::parse_dnskey(rdata);
    const auto rsa = parse_rsa_key(dnskey->public_key);
    const bool by_size = key.fault == KeyFault::UnsupportedSize && rsa;
    const Reason reason = by_size ? Reason::UnsupportedKeySize : Reason::UnsupportedAlgorithm;
    if (reason > result.reason) result = {false, reason, by_size ? rsa->bits : key.algorithm};
  }
  return result;
}

}  // namespace

std::uint16_t key_tag(Bytes dnskey_rdata) {
  constexpr std::size_t kAlgorithmAt = 3;
  constexpr std::uint8_t kRsaMd5 = 1;
  const std::size_t size = dnskey_rdata.size();
  if (size > kAlgorithmAt + 3 && dnskey_rdata[kAlgorithmAt] == kRsaMd5)  // appendix B.1: octets of the modulus
    return static_cast<std::uint16_t>(dnskey_rdata[size - 3] << 8U | dnskey_rdata[size - 2]);
  std::uint32_t sum = 0;
  for (std::size_t i = 0; i < size; ++i)
    sum += i % 2 == 0 ? static_cast<std::uint32_t>(dnskey_rdata[i]) << 8U : dnskey_rdata[i];
  return static_cast<std::uint16_t>(sum + (sum >> 16U));
}

std::vector<ZoneKey> load_zone_keys(const wire::Rrset& dnskeys, SignatureContext& context) {
  std::vector<ZoneKey> keys = describe_keys(dnskeys, context);
  for (ZoneKey& key : keys) load(key, context);
  return keys;
}

std::vector<Bytes> rdatas_of(std::span<const TrustAnchor> anchors, AnchorForm form) {
  std::vector<Bytes> rdatas;
  for (const TrustAnchor& anchor : anchors)
    if (anchor.form == form) rdatas.emplace_back(anchor.rdata);
  return rdatas;
}

std::vector<bool> ds_that_count(std::span<const Bytes> rdatas, const Crypto& crypto) {
  std::vector<bool> usable, sha1;
  for (const Bytes rdata : rdatas) {
    const auto ds = wire::parse_ds(rdata);
    usable.push_back(ds && is_usable(*ds, crypto));
    sha1.push_back(usable.back() && ds->digest_type == kSha1Digest);
  }
  if (usable == sha1) return usable;
  std::transform(usable.begin(), usable.end(), sha1.begin(), usable.begin(), std::greater<>());
  return usable;
}

DsUsability usability(const VerifiedRrset& ds_set, SignatureContext& context) {
  return usability_of(ds_set.rrset().rdata, *context.crypto);
}

KeySetOutcome prove_by_ds(const wire::DomainName& zone, const VerifiedRrset& ds_set, const wire::Rrset* dnskeys,
                          SignatureContext& context) {
  ReasonFacts facts = facts_about(zone, ds_set.zone(), context.now);
  const DsUsability use = usability(ds_set, context);
  if (!use.usable) {
    facts.number = use.number;
    return fault(Security::Insecure, use.reason, std::move(facts));
  }
  const auto broken = [](Bytes rdata) { return !wire::parse_ds(rdata); };
  if (std::any_of(ds_set.rrset().rdata.begin(), ds_set.rrset().rdata.end(), broken)) {
    facts.type = wire::RrType::Ds;
    return fault(Security::Bogus, Reason::MalformedRrset, std::move(facts));
  }
  const std::vector<wire::Ds> ds = usable_ds(ds_set.rrset().rdata, *context.crypto);
  for (const wire::Ds& one : ds) facts.ds_tags.push_back(one.key_tag);
  if (auto found = set_fault(dnskeys, facts)) return *found;

  KeySetProof proof(zone, std::move(facts), describe_keys(*dnskeys, context), context);
  if (context.budget->exceeded() == Limit::Keys) return work_limit(proof.facts(), *context.budget);
  const Vouched vouched = match_ds(zone, ds, proof.keys(), context);
  const bool any = std::find(vouched.keys.begin(), vouched.keys.end(), true) != vouched.keys.end();
  if (!any && vouched.budget_spent) return work_limit(proof.facts(), *context.budget);
  if (!any) {
    proof.facts().keys = named_keys(proof.keys(), ds);
    proof.facts().key_tag = vouched.tag_seen ? vouched.mismatched_tag : named_in_vain(proof.keys(), ds);
    return fault(Security::Bogus, vouched.tag_seen ? Reason::DsDigestWrong : Reason::DsNoMatchingKey, proof.facts());
  }
  KeySetOutcome outcome = proof.prove(vouched, *dnskeys);
  if (!outcome.keys) return outcome;
  auto keys = std::make_shared<ZoneKeys>(*outcome.keys);
  keys->links.insert(keys->links.begin(), make_link(Step::Ds, ds_set));
  keys->expires = std::min<UnixTime>(keys->expires, context.now + ds_set.ttl());
  outcome.keys = std::move(keys);
  return outcome;
}

KeySetOutcome prove_by_anchors(const wire::DomainName& zone, std::span<const TrustAnchor> anchors,
                               const wire::Rrset* dnskeys, SignatureContext& context) {
  ReasonFacts facts = facts_about(zone, std::nullopt, context.now);
  const auto ds_rdatas = rdatas_of(anchors, AnchorForm::Ds), key_rdatas = rdatas_of(anchors, AnchorForm::Dnskey);
  const DsUsability by_ds = usability_of(ds_rdatas, *context.crypto);
  const DsUsability by_key = usability_of_keys(key_rdatas, context);
  if (!by_ds.usable && !by_key.usable) {  // D-42
    const DsUsability& use = by_ds.reason == Reason::None ? by_key : by_ds;
    if (use.reason == Reason::None) return fault(Security::Indeterminate, Reason::NoValidAnchor, std::move(facts));
    facts.number = use.number;
    return fault(Security::Insecure, use.reason, std::move(facts));
  }
  const std::vector<wire::Ds> ds = usable_ds(ds_rdatas, *context.crypto);
  for (const wire::Ds& one : ds) facts.ds_tags.push_back(one.key_tag);
  for (const Bytes rdata : key_rdatas) facts.ds_tags.push_back(key_tag(rdata));
  if (auto found = set_fault(dnskeys, facts)) return *found;

  KeySetProof proof(zone, std::move(facts), describe_keys(*dnskeys, context), context);
  if (context.budget->exceeded() == Limit::Keys) return work_limit(proof.facts(), *context.budget);
  Vouched vouched = match_ds(zone, ds, proof.keys(), context);
  for (std::size_t i = 0; i < proof.keys().size(); ++i)
    for (const Bytes rdata : key_rdatas) vouched.keys[i] = vouched.keys[i] || is_anchored(proof.keys()[i], rdata);
  const bool any = std::find(vouched.keys.begin(), vouched.keys.end(), true) != vouched.keys.end();
  if (!any && vouched.budget_spent) return work_limit(proof.facts(), *context.budget);
  if (!any) return fault(Security::Bogus, Reason::AnchorNoMatchingKey, proof.facts());
  KeySetOutcome outcome = proof.prove(vouched, *dnskeys);
  if (!outcome.keys) return outcome;
  auto keys = std::make_shared<ZoneKeys>(*outcome.keys);
  ChainLink link = keys->links.front();
  link.step = Step::Anchor;
  keys->links.insert(keys->links.begin(), link);
  outcome.keys = std::move(keys);
  return outcome;
}

}  // namespace danesweep::dnssec
