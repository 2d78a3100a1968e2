// SPDX-License-Identifier: Apache-2.0
#include "dnssec/signature.h"

#include <algorithm>
#include <iterator>
#include <tuple>

#include <fmt/format.h>

#include "dnssec/algorithms.h"
#include "dnssec/wire/serial.h"

namespace danesweep::dnssec {
namespace {

/// How far a signature came, in the order of the checks; the furthest one gives the reason.
enum class Stage : std::uint8_t { NotCounted, Parse, Signer, Labels, Span, DateOrder, Dates, Key, KeyContent, Crypto };

struct Fault {
  Stage stage{};
  Reason reason = Reason::None;
};

struct Candidate {
  Bytes rdata;
  wire::Rrsig rrsig;
  UnixTime inception = 0, expiration = 0;  ///< absolute: nearest to now (RFC 4034 section 3.1.5)
  std::uint32_t units = 0;
  std::vector<const ZoneKey*> keys;
};

std::size_t labels_without_wildcard(const wire::DomainName& name) {
  return name.label_count() - (name.is_wildcard() ? 1 : 0);
}

/// `*.` + the rightmost `labels` labels when they are fewer than the owner has, else the owner (D-30).
wire::DomainName owner_as_signed(const wire::DomainName& owner, std::size_t labels) {
  if (labels >= labels_without_wildcard(owner)) return owner;
  return owner.suffix(labels).wildcard().value_or(owner);  // shorter than the owner: it always fits
}

void append_number(std::vector<std::uint8_t>& out, std::size_t number) {
  for (int shift = 24; shift >= 0; shift -= 8) out.push_back(static_cast<std::uint8_t>(number >> shift));
}

bool less(Bytes a, Bytes b) { return std::lexicographical_compare(a.begin(), a.end(), b.begin(), b.end()); }

UnixTime absolute(std::uint32_t serial, UnixTime now) {
  return now + static_cast<std::int32_t>(serial - static_cast<std::uint32_t>(now));
}

constexpr std::size_t kOctetsPerUnit = 8192;

}  // namespace

/// One call of verify_rrset.
class SignatureCheck {
 public:
  SignatureCheck(const wire::Rrset& rrset, const wire::DomainName& zone, std::span<const ZoneKey> keys, SignedRole role,
                 SignatureContext& context)
      : rrset_(rrset), zone_(zone), keys_(keys), role_(role), context_(context) {}

  tl::expected<VerifiedRrset, SignatureFailure> run();

 private:
  using Outcome = tl::expected<VerifiedRrset, SignatureFailure>;
  enum class Attempt : std::uint8_t { Good, Failed, Stop };

  // Checks 1 to 9, free of charge.
  std::optional<Candidate> screen(Bytes rdata);
  std::optional<Fault> place_fault(const wire::Rrsig& rrsig) const;
  std::optional<Fault> span_fault() const;
  std::optional<Fault> date_fault(const Candidate& candidate) const;
  std::optional<Fault> find_keys(Candidate& candidate) const;
  bool admits(const ZoneKey& key) const;
  void sort_candidates();

  // Check 10.
  Attempt attempt(const Candidate& candidate);
  Attempt attempt(const Candidate& candidate, const ZoneKey& key, std::size_t signed_octets);
  bool build_signed_octets(const Candidate& candidate);
  Sha256 identity(const Candidate& candidate, const ZoneKey& key, std::size_t signed_octets);

  VerifiedRrset verified(const Candidate& candidate) const;
  Outcome outcome();
  SignatureFailure failure() const;
  bool odd_size_excuses(const Candidate& candidate) const;
  void note(const Candidate& candidate, Fault fault);
  void trace(const Candidate& candidate, std::string_view outcome);
  ReasonFacts facts_of(const Candidate& candidate, Reason reason) const;

  const wire::Rrset& rrset_;
  const wire::DomainName& zone_;
  std::span<const ZoneKey> keys_;
  SignedRole role_;
  SignatureContext& context_;

  std::vector<Candidate> candidates_;
  std::optional<std::vector<std::vector<std::uint8_t>>> canonical_;
  std::vector<std::uint8_t> buffer_;
  Fault worst_{};  ///< of the furthest signature so far, with its facts
  Candidate worst_candidate_;
  std::vector<std::string> lines_;  ///< for the trace
  bool keys_left_out_ = false, library_failed_ = false, malformed_ = false, paused_ = false;
};

tl::expected<VerifiedRrset, SignatureFailure> SignatureCheck::run() {
  auto result = outcome();
  if (context_.trace && !paused_) std::ranges::move(lines_, std::back_inserter(*context_.trace));
  return result;
}

SignatureCheck::Outcome SignatureCheck::outcome() {
  if (rrset_.too_large) context_.budget->exceed(Limit::RrsetSize);
  malformed_ = rrset_.malformed;
  if (rrset_.too_large || malformed_) return tl::unexpected(failure());
  for (const Bytes rdata : rrset_.signatures)
    if (auto candidate = screen(rdata)) candidates_.push_back(std::move(*candidate));
  sort_candidates();
  for (const Candidate& candidate : candidates_) {
    const Attempt result = attempt(candidate);
    if (result == Attempt::Good) return verified(candidate);
    if (result == Attempt::Stop) break;
  }
  if (paused_) return tl::unexpected(SignatureFailure{.paused = true});
  return tl::unexpected(failure());
}

std::optional<Candidate> SignatureCheck::screen(Bytes rdata) {
  Candidate candidate;
  candidate.rdata = rdata;
  auto rrsig = wire::parse_rrsig(rdata);
  if (!rrsig || rrsig->signature.empty()) {  // D-21
    note(candidate, {Stage::Parse, Reason::SignatureMalformed});
    return std::nullopt;
  }
  candidate.rrsig = std::move(*rrsig);
  if (candidate.rrsig.covered != rrset_.type || rrset_.type == wire::RrType::Rrsig) return std::nullopt;  // D-22
  candidate.inception = absolute(candidate.rrsig.inception, context_.now);
  candidate.expiration = absolute(candidate.rrsig.expiration, context_.now);
  std::optional<Fault> fault = place_fault(candidate.rrsig);
  if (!fault) fault = span_fault();
  if (!fault && !context_.crypto->supports_algorithm(candidate.rrsig.algorithm))  // D-26
    fault = Fault{Stage::NotCounted, Reason::UnsupportedAlgorithm};
  if (!fault) fault = date_fault(candidate);
  if (!fault) fault = find_keys(candidate);
  if (!fault) return candidate;
  note(candidate, *fault);
  return std::nullopt;
}

std::optional<Fault> SignatureCheck::place_fault(const wire::Rrsig& rrsig) const {
  const wire::DomainName& owner = rrset_.owner;
  const bool at_apex_of_child = role_ == SignedRole::DsOrItsDenial && owner == zone_ && !zone_.is_root();
  if (rrsig.signer != zone_ || !owner.is_within(zone_) || at_apex_of_child)  // D-23
    return Fault{Stage::Signer, Reason::SignerNotZone};
  // Fewer labels than the signer has would let a zone sign `*.` of its parent: other people's names (D-24).
  if (rrsig.labels > labels_without_wildcard(owner) || rrsig.labels < zone_.label_count())
    return Fault{Stage::Labels, Reason::LabelsInvalid};
  return std::nullopt;
}

std::optional<Fault> SignatureCheck::span_fault() const {  // D-25
  constexpr Fault kOverreach{Stage::Span, Reason::NsecOverreach};
  if (rrset_.type == wire::RrType::Nsec3 && rrset_.owner.label_count() != zone_.label_count() + 1) return kOverreach;
  if (rrset_.type != wire::RrType::Nsec) return std::nullopt;
  for (const Bytes rdata : rrset_.rdata) {
    const auto nsec = wire::parse_nsec(rdata);
    if (nsec && !nsec->next.is_within(zone_)) return kOverreach;
  }
  return std::nullopt;
}

std::optional<Fault> SignatureCheck::date_fault(const Candidate& candidate) const {
  const wire::Rrsig& rrsig = candidate.rrsig;
  if (!wire::serial_not_after(rrsig.inception, rrsig.expiration))  // D-27
    return Fault{Stage::DateOrder, Reason::SignatureDatesReversed};
  if (context_.now > candidate.expiration + context_.policy->expiration_grace)  // D-28
    return Fault{Stage::Dates, Reason::SignatureExpired};
  if (context_.now < candidate.inception - context_.policy->inception_skew)
    return Fault{Stage::Dates, Reason::SignatureNotYetValid};
  return std::nullopt;
}

bool SignatureCheck::admits(const ZoneKey& key) const {
  if (role_ != SignedRole::Revocation) return key.may_sign();
  ZoneKey unrevoked;
  unrevoked.flags = static_cast<std::uint16_t>(key.flags & ~wire::Dnskey::kRevoke);
  unrevoked.protocol = key.protocol;
  return unrevoked.may_sign() && unrevoked.flags != key.flags;
}

std::optional<Fault> SignatureCheck::find_keys(Candidate& candidate) const {  // D-29, D-31
  bool not_zone = false, revoked = false, odd = false;
  for (const ZoneKey& key : keys_) {
    if (key.algorithm != candidate.rrsig.algorithm || key.tag != candidate.rrsig.key_tag) continue;
    if (admits(key) && key.key) {
      candidate.units = key.key->units();
      candidate.keys.push_back(&key);
    } else if (admits(key)) {
      odd = odd || key.fault != KeyFault::Malformed;
      if (key.fault == KeyFault::Malformed) candidate.keys.push_back(&key);
    } else if (key.protocol == 3) {
      not_zone = not_zone || (key.flags & wire::Dnskey::kZone) == 0;
      revoked = revoked || (key.flags & wire::Dnskey::kRevoke) != 0;
    }
  }
  if (!candidate.keys.empty()) return std::nullopt;
  if (odd) return Fault{Stage::NotCounted, Reason::UnsupportedKeySize};
  if (not_zone) return Fault{Stage::Key, Reason::KeyNotZoneKey};
  return Fault{Stage::Key, revoked ? Reason::KeyRevoked : Reason::NoMatchingKey};
}

/// The largest label count first, because an exact answer beats a replayed wildcard signature (D-63); then the cheaper
/// algorithm; then the octets, so that the order of arrival means nothing (D-1, D-32).
void SignatureCheck::sort_candidates() {
  std::sort(candidates_.begin(), candidates_.end(), [](const Candidate& a, const Candidate& b) {
    if (a.rrsig.labels != b.rrsig.labels) return a.rrsig.labels > b.rrsig.labels;
    if (a.units != b.units) return a.units < b.units;
    return less(a.rdata, b.rdata);
  });
  const auto same = [](const Candidate& a, const Candidate& b) { return std::ranges::equal(a.rdata, b.rdata); };
  candidates_.erase(std::unique(candidates_.begin(), candidates_.end(), same), candidates_.end());
  if (candidates_.size() > context_.policy->max_signatures_per_rrset)
    candidates_.resize(context_.policy->max_signatures_per_rrset);
  for (Candidate& candidate : candidates_)
    std::sort(candidate.keys.begin(), candidate.keys.end(),
              [](const ZoneKey* a, const ZoneKey* b) { return less(a->rdata, b->rdata); });
}

SignatureCheck::Attempt SignatureCheck::attempt(const Candidate& candidate) {
  if (!build_signed_octets(candidate)) return Attempt::Stop;
  const std::size_t signed_octets = buffer_.size();
  std::size_t tried = 0;
  for (const ZoneKey* key : candidate.keys) {
    if (tried++ == context_.policy->max_keys_per_signature) {
      keys_left_out_ = true;
      break;
    }
    const Attempt result = attempt(candidate, *key, signed_octets);
    if (result != Attempt::Failed) return result;
  }
  return Attempt::Failed;
}

SignatureCheck::Attempt SignatureCheck::attempt(const Candidate& candidate, const ZoneKey& key,
                                                std::size_t signed_octets) {
  WorkBudget& budget = *context_.budget;
  const Fault fault = key.key ? Fault{Stage::Crypto, Reason::SignatureWrong}
                              : Fault{Stage::KeyContent, Reason::DnskeyMalformed};  // D-36: loading it was the work
  const Sha256 check = identity(candidate, key, signed_octets);
  if (context_.memo && context_.memo->contains(check)) {
    trace(candidate, "good (checked before)");
    return Attempt::Good;
  }
  if (context_.failed && context_.failed->contains(check)) {
    note(candidate, fault);
    return Attempt::Failed;
  }
  const auto hashing = static_cast<std::uint32_t>(signed_octets / kOctetsPerUnit);
  const std::uint32_t units = hashing + (key.key ? key.key->units() : 1);
  paused_ = context_.failed && budget.is_beyond_slice(units);
  if (paused_ || !budget.may_check(units)) return Attempt::Stop;
  budget.count_check(units);
  const Bytes data = Bytes(buffer_).first(signed_octets);
  switch (key.key ? context_.crypto->check(*key.key, data, candidate.rrsig.signature) : CheckResult::Wrong) {
    case CheckResult::Good:
      if (context_.memo) context_.memo->remember(check);
      trace(candidate, "good");
      return Attempt::Good;
    case CheckResult::LibraryFailure:  // D-43
      library_failed_ = true;
      trace(candidate, context_.crypto->last_error());
      return Attempt::Failed;
    case CheckResult::Wrong:
      break;
  }
  budget.count_failed_check(units);
  if (context_.failed) context_.failed->remember(check);
  note(candidate, fault);
  return Attempt::Failed;
}

/// RRSIG RDATA without the signature, signer in lower case, then the canonical RRset (RFC 4034 section 3.1.8.1; D-30).
bool SignatureCheck::build_signed_octets(const Candidate& candidate) {
  if (!canonical_) {
    auto canonical = wire::canonical_rdatas(rrset_);
    if (!canonical) {
      malformed_ = true;
      return false;
    }
    canonical_ = std::move(*canonical);
  }
  constexpr std::size_t kFixedOctets = 18;
  buffer_.assign(candidate.rdata.begin(), candidate.rdata.begin() + kFixedOctets);
  const wire::DomainName signer = zone_.lower();
  buffer_.insert(buffer_.end(), signer.wire().begin(), signer.wire().end());
  const wire::DomainName owner = owner_as_signed(rrset_.owner, candidate.rrsig.labels).lower();
  wire::append_signed_rrs(buffer_, owner, rrset_.type, candidate.rrsig.original_ttl, *canonical_);
  return true;
}

/// Signed octets, signature, key, and both inner lengths: without these an RR could be moved into the signature's part
/// of the hashed octets and so out of the RRset (D-110).
Sha256 SignatureCheck::identity(const Candidate& candidate, const ZoneKey& key, std::size_t signed_octets) {
  buffer_.resize(signed_octets);
  buffer_.insert(buffer_.end(), candidate.rrsig.signature.begin(), candidate.rrsig.signature.end());
  buffer_.insert(buffer_.end(), key.rdata.begin(), key.rdata.end());
  append_number(buffer_, signed_octets);
  append_number(buffer_, candidate.rrsig.signature.size());
  return context_.crypto->sha256(buffer_);
}

VerifiedRrset SignatureCheck::verified(const Candidate& candidate) const {
  VerifiedRrset result;
  result.rrset_ = rrset_;
  result.zone_ = zone_;
  result.labels_ = candidate.rrsig.labels;
  result.algorithm_ = candidate.rrsig.algorithm;
  result.key_tag_ = candidate.rrsig.key_tag;
  result.original_ttl_ = candidate.rrsig.original_ttl;
  result.inception_ = candidate.inception;
  result.expiration_ = candidate.expiration;
  const std::int64_t left = std::max<std::int64_t>(candidate.expiration - context_.now, 0);
  result.ttl_ = static_cast<std::uint32_t>(
      std::min<std::int64_t>({left, rrset_.ttl, candidate.rrsig.original_ttl, context_.policy->max_ttl}));  // D-14
  return result;
}

/// D-35: data signed by an odd key alone, in a zone that has no supported key for data, is as good as unsigned. Where
/// the keys above it are of another algorithm, data must be signed by that too (RFC 4035 section 2.2): nobody can forge
/// his way out by naming an odd key that stands beside.
bool SignatureCheck::odd_size_excuses(const Candidate& candidate) const {
  if (rrset_.type == wire::RrType::Dnskey) return false;
  bool published = false;
  for (const ZoneKey& key : keys_) {
    const bool is_for_keys = key.signs_key_set && key.algorithm == candidate.rrsig.algorithm;
    if (key.key && key.may_sign() && !is_for_keys) return false;
    published = published || (key.fault == KeyFault::UnsupportedSize && key.may_sign() &&
                              key.tag == candidate.rrsig.key_tag && key.algorithm == candidate.rrsig.algorithm);
  }
  return published;
}

SignatureFailure SignatureCheck::failure() const {
  SignatureFailure failure;
  if (keys_left_out_) context_.budget->exceed(Limit::KeysPerSignature);
  if (context_.budget->exceeded() != Limit::None) {
    failure = {Security::Indeterminate, Reason::WorkLimit, {}};
  } else if (library_failed_) {
    failure = {Security::Indeterminate, Reason::CryptoFailure, {}};
  } else if (malformed_) {
    failure.reason = Reason::MalformedRrset;
  } else if (worst_.reason == Reason::UnsupportedKeySize && odd_size_excuses(worst_candidate_)) {
    failure = {Security::Insecure, Reason::UnsupportedKeySize, {}};
  } else {
    failure.reason = worst_.stage == Stage::NotCounted ? Reason::RrsigsMissing : worst_.reason;
  }
  failure.facts = facts_of(worst_candidate_, failure.reason);
  return failure;
}

ReasonFacts SignatureCheck::facts_of(const Candidate& candidate, Reason reason) const {
  ReasonFacts facts;
  facts.name = rrset_.owner;
  facts.type = rrset_.type;
  facts.zone = zone_;
  facts.now = context_.now;
  const wire::Rrsig& rrsig = candidate.rrsig;
  if (!rrsig.signature.empty()) {
    facts.signer = rrsig.signer;
    facts.key_tag = rrsig.key_tag;
    facts.signature = FailedSignature{rrsig.algorithm, candidate.inception, candidate.expiration};
  }
  if (reason == Reason::SignatureExpired) facts.date = candidate.expiration;
  if (reason == Reason::SignatureNotYetValid) facts.date = candidate.inception;
  if (reason == Reason::NoMatchingKey)
    for (const ZoneKey& key : keys_) facts.keys.push_back(named_key(key, rrsig.algorithm));
  if (reason == Reason::WorkLimit) facts.text = to_text(context_.budget->exceeded());
  if (reason == Reason::CryptoFailure) facts.text = context_.crypto->last_error();
  if (reason == Reason::UnsupportedKeySize)
    for (const ZoneKey& key : keys_)
      if (const auto dnskey = wire::parse_dnskey(key.rdata); dnskey && key.tag == candidate.rrsig.key_tag)
        if (const auto rsa = parse_rsa_key(dnskey->public_key)) facts.number = rsa->bits;
  return facts;
}

/// Keeps the fault of the furthest signature; equals are told apart by content, never by order of arrival (D-1).
void SignatureCheck::note(const Candidate& candidate, Fault fault) {
  trace(candidate, code(fault.reason));
  const auto rank = [](const Fault& f, const Candidate& c) { return std::tuple(f.stage, f.reason, c.expiration); };
  const auto now = rank(fault, candidate), before = rank(worst_, worst_candidate_);
  const bool first = worst_.reason == Reason::None;
  if (!first && (now < before || (now == before && !less(candidate.rdata, worst_candidate_.rdata)))) return;
  worst_ = fault;
  worst_candidate_ = candidate;
}

void SignatureCheck::trace(const Candidate& candidate, std::string_view outcome) {
  if (!context_.trace) return;
  const wire::Rrsig& rrsig = candidate.rrsig;
  std::string line = fmt::format("{} {}: ", rrset_.owner.to_display(), to_text(rrset_.type));
  if (rrsig.signature.empty()) {
    line += fmt::format("a signature of {} octets", candidate.rdata.size());
  } else {
    line += fmt::format("signature by key {} ({}) of {}, {} to {}, {} labels", rrsig.key_tag,
                        algorithm_to_text(rrsig.algorithm), rrsig.signer.to_display(),
                        date_to_text(candidate.inception), date_to_text(candidate.expiration), rrsig.labels);
  }
  line += fmt::format(": {}", outcome);
  // Unbound grants a tenth of the lifetime, an hour to a day, on both ends (D-28).
  const UnixTime grace = std::clamp<UnixTime>((candidate.expiration - candidate.inception) / 10, 3600, 86400);
  const bool late = outcome == code(Reason::SignatureExpired) && context_.now <= candidate.expiration + grace;
  const bool early = outcome == code(Reason::SignatureNotYetValid) && context_.now >= candidate.inception - grace;
  if (late || early) line += " (Unbound's tolerance would still accept it)";
  lines_.push_back(std::move(line));
}

NamedKey named_key(const ZoneKey& key, std::uint8_t algorithm) {
  const bool is_zone_key = (key.flags & wire::Dnskey::kZone) != 0;
  const bool is_revoked = (key.flags & wire::Dnskey::kRevoke) != 0;
  if (is_revoked) return {key.tag, "revoked"};
  if (!is_zone_key) return {key.tag, "without zone-key flag"};
  if (key.protocol != 3) return {key.tag, fmt::format("protocol {}", key.protocol)};
  if (key.algorithm != algorithm) return {key.tag, fmt::format("algorithm {}", key.algorithm)};
  return {key.tag, {}};
}

bool VerifiedRrset::is_wildcard_expanded() const { return labels_ < labels_without_wildcard(rrset_.owner); }

wire::DomainName VerifiedRrset::signed_owner() const { return owner_as_signed(rrset_.owner, labels_); }

tl::expected<VerifiedRrset, SignatureFailure> verify_rrset(const wire::Rrset& rrset, const wire::DomainName& zone,
                                                           std::span<const ZoneKey> keys, SignedRole role,
                                                           SignatureContext& context) {
  return SignatureCheck(rrset, zone, keys, role, context).run();
}

}  // namespace danesweep::dnssec
