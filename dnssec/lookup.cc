// SPDX-License-Identifier: Apache-2.0
#include "dnssec/lookup.h"

#include <algorithm>
#include <iterator>
#include <utility>

namespace danesweep::dnssec {

using wire::DomainName;
using wire::Rrset;

namespace {

/// SHA-1 takes 64 octets a block, and ends with one octet of padding and eight of length (RFC 3174 section 4).
std::uint32_t sha1_blocks(std::size_t octets) { return static_cast<std::uint32_t>((octets + 9 + 63) / 64); }

/// First round over the name, the others over the hash, each with the salt (RFC 5155 section 5).
std::uint32_t nsec3_blocks(const DomainName& name, const Nsec3Parameters& parameters) {
  return sha1_blocks(name.wire().size() + parameters.salt.size()) +
         parameters.iterations * sha1_blocks(20 + parameters.salt.size());
}

}  // namespace

Finding Checked::failure() const {
  const SignatureFailure& error = result.error();
  Finding finding;
  finding.security = error.security;
  finding.reason = error.reason;
  finding.facts = error.facts;
  if (!finding.facts.type) {
    finding.facts.name = rrset->owner;
    finding.facts.type = rrset->type;
  }
  if (!finding.facts.zone) finding.facts.zone = zone;
  return finding;
}

Lookup::Lookup(wire::Question question, UnixTime now, const Environment& environment, Detail detail)
    : question_(std::move(question)),
      now_(now),
      environment_(environment),
      detail_(detail),
      budget_(*environment.policy),
      exchanges_(budget_) {
  context_.now = now;
  context_.policy = environment.policy;
  context_.crypto = environment.crypto;
  context_.budget = &budget_;
  context_.memo = &environment.caches->memo();
  context_.failed = &failed_;
  context_.trace = detail == Detail::Trace ? &trace_ : nullptr;
}

const Checked* Lookup::verify(const ResponseView& view, const Rrset& rrset, const ZoneKeys& keys, SignedRole role) {
  for (const auto& checked : checked_)
    if (checked->rrset == &rrset && checked->zone == keys.zone) return checked.get();
  if (must_stop()) return nullptr;
  begin_message(view);
  const bool is_key_set = rrset.type == wire::RrType::Dnskey && rrset.owner == keys.zone;
  auto result = is_key_set ? verify_key_set(rrset, keys) : verify_rrset(rrset, keys.zone, keys.keys, role, context_);
  if (!result && result.error().paused) return pause(), nullptr;
  checked_.push_back(std::make_unique<Checked>(Checked{&rrset, keys.zone, std::move(result)}));
  return checked_.back().get();
}

/// D-40, D-74: also where the zone is known already, by the keys alone that a DS or an anchor names.
tl::expected<VerifiedRrset, SignatureFailure> Lookup::verify_key_set(const Rrset& rrset, const ZoneKeys& keys) {
  std::vector<ZoneKey> linked;
  std::ranges::copy_if(keys.keys, std::back_inserter(linked), &ZoneKey::is_linked);
  auto result = verify_rrset(rrset, keys.zone, linked, SignedRole::Ordinary, context_);
  if (result || (result.error().reason != Reason::NoMatchingKey && result.error().reason != Reason::RrsigsMissing))
    return result;
  result.error().reason = Reason::DnskeyNotSignedByDsKey;
  for (const ZoneKey& key : linked) result.error().facts.ds_tags.push_back(key.tag);
  return result;
}

void Lookup::begin_message(const ResponseView& view) {
  if (std::exchange(last_checked_view_, &view) != &view) budget_.begin_message();
}

bool Lookup::must_stop() {
  stopped_ = stopped_ || budget_.slice_spent();
  return stopped_;
}

void Lookup::begin_step() {
  stopped_ = false;
  budget_.begin_slice();
}

std::optional<Nsec3Hash> Lookup::nsec3_hash(const DomainName& name, const Nsec3Parameters& parameters) {
  const auto known = std::find_if(hashed_.begin(), hashed_.end(), [&](const Hashed& hashed) {
    return hashed.iterations == parameters.iterations && hashed.name == name &&
           std::ranges::equal(hashed.salt, parameters.salt);
  });
  if (known != hashed_.end()) return known->hash;
  if (!budget_.take_sha1_blocks(nsec3_blocks(name, parameters))) return std::nullopt;
  const Nsec3Hash hash = environment_.crypto->nsec3_hash(name.lower().wire(), parameters.salt, parameters.iterations);
  hashed_.push_back({name, {parameters.salt.begin(), parameters.salt.end()}, parameters.iterations, hash});
  return hash;
}

void Lookup::mark(ResolverId resolver, Reason reason) {
  auto& marked = is_missing_reason(reason) || reason == Reason::ResolverStripsDnssec ? stripping_ : spoiling_;
  if (std::ranges::find(marked, resolver) == marked.end()) marked.push_back(resolver);
}

void Lookup::mark_stripping(std::span<const ResolverId> resolvers) {
  for (const ResolverId resolver : resolvers) mark(resolver, Reason::ResolverStripsDnssec);
}

ReasonFacts Lookup::facts(const DomainName& name, std::optional<wire::RrType> type) const {
  ReasonFacts facts;
  facts.name = name;
  facts.type = type;
  facts.now = now_;
  return facts;
}

Finding Lookup::work_limit(const DomainName& name, std::optional<DomainName> zone) const {
  ReasonFacts limit_facts = facts(name, question_.type);
  limit_facts.zone = std::move(zone);
  limit_facts.text = std::string(to_text(budget_.exceeded()));
  return indeterminate(Reason::WorkLimit, std::move(limit_facts));
}

std::uint32_t Lookup::seconds_until(UnixTime time) const {
  return static_cast<std::uint32_t>(std::clamp<UnixTime>(time - now_, 0, kUnlimitedTtl));
}

void Lookup::trace(std::string line) {
  if (is_traced()) trace_.push_back(std::move(line));
}

}  // namespace danesweep::dnssec
