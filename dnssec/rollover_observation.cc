// SPDX-License-Identifier: Apache-2.0
// How an answer is judged before the state machine sees it: who verified the set, which keys revoke themselves, which
// may become anchors.
#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "dnssec/algorithms.h"
#include "dnssec/key_identity.h"
#include "dnssec/rollover.h"
#include "dnssec/zone_keys.h"

namespace danesweep::dnssec {
namespace {

using wire::Dnskey;

/// Why a key cannot become an anchor, whatever it does; "" if it can (D-113, D-119).
std::string unusable_because(const Dnskey& key, Crypto& crypto) {
  if ((key.flags & Dnskey::kZone) == 0) return "it lacks the zone-key flag";
  if (key.protocol != 3) return fmt::format("its protocol is {}", key.protocol);
  const auto loaded = crypto.load_key(key.algorithm, key.public_key);
  if (loaded) return "";
  switch (loaded.error()) {
    case KeyFault::UnsupportedAlgorithm:
      return fmt::format("algorithm {} is not supported", key.algorithm);
    case KeyFault::UnsupportedSize: {
      const auto shape = parse_rsa_key(key.public_key);
      return fmt::format("keys of {} bits are not supported", shape ? shape->bits : 0);
    }
    case KeyFault::Malformed:
      break;
  }
  return "it cannot be parsed";
}

/// A DS of the state.
struct StateDs {
  std::size_t place;  ///< in AnchorState::keys
  Bytes rdata;
  bool counts;  ///< D-39
};

std::vector<StateDs> ds_of(const AnchorState& state, const Crypto& crypto) {
  std::vector<StateDs> all;
  std::vector<Bytes> rdatas;
  for (std::size_t i = 0; i < state.keys.size(); ++i) {
    if (state.keys[i].form != AnchorForm::Ds) continue;
    all.push_back({i, state.keys[i].rdata, false});
    rdatas.emplace_back(state.keys[i].rdata);
  }
  const std::vector<bool> counts = ds_that_count(rdatas, crypto);
  for (std::size_t i = 0; i < all.size(); ++i) all[i].counts = counts[i];
  return all;
}

bool names(const StateDs& anchor, Bytes dnskey_rdata, const wire::DomainName& zone, Crypto& crypto) {
  const auto ds = wire::parse_ds(anchor.rdata);
  if (!ds || ds->key_tag != key_tag(dnskey_rdata) || ds->algorithm != dnskey_rdata[3]) return false;
  const auto digest = crypto.ds_digest(ds->digest_type, zone.lower().wire(), dnskey_rdata);
  return digest && std::ranges::equal(*digest, ds->digest);
}

/// Empty unless one of them counts.
std::vector<std::size_t> places_naming(std::span<const StateDs> all, Bytes dnskey_rdata, const wire::DomainName& zone,
                                       Crypto& crypto) {
  std::vector<std::size_t> places;
  bool any_counts = false;
  for (const StateDs& ds : all) {
    if (!names(ds, dnskey_rdata, zone, crypto)) continue;
    any_counts = any_counts || ds.counts;
    places.push_back(ds.place);
  }
  return any_counts ? places : std::vector<std::size_t>();
}

bool revokes_itself(const wire::Rrset& dnskeys, const wire::DomainName& zone, const ZoneKey& key,
                    SignatureContext& context) {
  return verify_rrset(dnskeys, zone, std::span(&key, 1), SignedRole::Revocation, context).has_value();
}

/// Only keys that stand in the state can be revoked: nothing is paid for others.
bool is_known(const AnchorState& state, const ObservedKey& key) {
  return !key.anchored_by.empty() || std::any_of(state.keys.begin(), state.keys.end(), [&](const AnchorKey& known) {
    return known.form == AnchorForm::Dnskey && same_key(known.rdata, key.rdata);
  });
}

ObservedKey observe_key(const AnchorState& state, std::span<const StateDs> all_ds, const wire::Rrset& dnskeys,
                        const ZoneKey& key, SignatureContext& context) {
  ObservedKey observed;
  observed.rdata = key.rdata;
  const auto dnskey = wire::parse_dnskey(key.rdata);
  if (!dnskey) {
    observed.unusable = "it cannot be parsed";
    return observed;
  }
  observed.unusable = unusable_because(*dnskey, *context.crypto);
  observed.anchored_by = places_naming(all_ds, without_revoke(key.rdata), state.zone, *context.crypto);
  if (is_revoked(key.rdata) && is_known(state, observed))
    observed.signed_revocation = revokes_itself(dnskeys, state.zone, key, context);
  return observed;
}

/// By a DS that counts, or whole (D-42).
bool is_vouched_for(const AnchorState& state, const ObservedKey& key) {
  if (is_revoked(key.rdata)) return false;
  return !key.anchored_by.empty() || std::any_of(state.keys.begin(), state.keys.end(), [&](const AnchorKey& known) {
    return known.is_trusted() && known.form == AnchorForm::Dnskey && known.rdata == key.rdata;
  });
}

/// The keys of the set that trusted anchors without SEP vouch for, each tried alone.
std::vector<std::vector<std::uint8_t>> verifying_keys_without_sep(const AnchorState& state, const wire::Rrset& dnskeys,
                                                                  const Observation& seen, SignatureContext& context) {
  std::vector<std::vector<std::uint8_t>> out;
  for (const ObservedKey& key : seen.keys) {
    if (is_sep(key.rdata) || !key.unusable.empty() || !is_vouched_for(state, key)) continue;
    const TrustAnchor alone{state.zone, AnchorForm::Dnskey, key.rdata};
    if (prove_by_anchors(state.zone, std::span(&alone, 1), &dnskeys, context).keys) out.push_back(key.rdata);
  }
  return out;
}

/// Those of the proven keys that the state vouches for.
std::vector<ZoneKey> trusted_among(const AnchorState& state, std::span<const ZoneKey> proven,
                                   std::span<const ObservedKey> seen) {
  std::vector<ZoneKey> trusted;
  for (const ObservedKey& observed : seen) {
    if (!is_vouched_for(state, observed)) continue;
    const auto key = std::ranges::find(proven, observed.rdata, &ZoneKey::rdata);
    if (key != proven.end()) trusted.push_back(*key);
  }
  return trusted;
}

/// D-115: of all signatures by trusted keys, each checked alone. The one that proved the set stands in the memo and
/// costs nothing; what the budget leaves no room for is passed over.
void read_validity(Observation& seen, const AnchorState& state, const ZoneKeys& proven, const wire::Rrset& dnskeys,
                   SignatureContext& context) {
  const std::vector<ZoneKey> trusted = trusted_among(state, proven.keys, seen.keys);
  wire::Rrset alone = dnskeys;
  for (const Bytes signature : dnskeys.signatures) {
    if (seen.verified && context.budget->exceeded() != Limit::None) return;
    alone.signatures = {signature};
    const auto verified = verify_rrset(alone, proven.zone, trusted, SignedRole::Ordinary, context);
    if (!verified) continue;
    const bool first = !std::exchange(seen.verified, true);
    seen.original_ttl = first ? verified->original_ttl() : std::min(seen.original_ttl, verified->original_ttl());
    seen.expiration = first ? verified->expiration() : std::min(seen.expiration, verified->expiration());
  }
}

}  // namespace

std::vector<std::size_t> outranked_ds(const AnchorState& state, const Crypto& crypto) {
  std::vector<std::size_t> places;
  for (const StateDs& ds : ds_of(state, crypto))
    if (!ds.counts && ds_that_count(std::span(&ds.rdata, 1), crypto).front()) places.push_back(ds.place);
  return places;
}

Observation observe(const AnchorState& state, const wire::Rrset* dnskeys, SignatureContext& borrowed) {
  CheckSet memo;  // for a caller that keeps none
  SignatureContext context = borrowed;
  if (!context.memo) context.memo = &memo;
  Observation seen;
  const auto anchors = trusted_anchors(state);
  const KeySetOutcome outcome = prove_by_anchors(state.zone, anchors, dnskeys, context);
  seen.reason = outcome.reason;
  seen.facts = outcome.facts;
  if (!dnskeys || dnskeys->malformed || dnskeys->rdata.size() > context.policy->max_keys) return seen;
  const std::vector<StateDs> all_ds = ds_of(state, *context.crypto);
  seen.outranked_ds = outranked_ds(state, *context.crypto);
  for (const ZoneKey& key : load_zone_keys(*dnskeys, context))
    seen.keys.push_back(observe_key(state, all_ds, *dnskeys, key, context));
  std::sort(seen.keys.begin(), seen.keys.end(),
            [](const ObservedKey& a, const ObservedKey& b) { return a.rdata < b.rdata; });
  if (!outcome.keys) return seen;
  seen.start_keys_without_sep = verifying_keys_without_sep(state, *dnskeys, seen, context);
  read_validity(seen, state, *outcome.keys, *dnskeys, context);
  return seen;
}

}  // namespace danesweep::dnssec
