// SPDX-License-Identifier: Apache-2.0
#include "dnssec/nsec3.h"

#include <algorithm>

#include "dnssec/wire/encodings.h"

namespace danesweep::dnssec {

using wire::Bytes;
using wire::DomainName;

namespace {

constexpr std::uint8_t kSha1 = 1;             ///< the only hash algorithm there is (RFC 5155 section 11)
constexpr std::size_t kHashLabelOctets = 32;  ///< 20 octets in base32hex

std::optional<Nsec3Hash> to_hash(Bytes octets) {
  Nsec3Hash hash;
  if (octets.size() != hash.size()) return std::nullopt;
  std::ranges::copy(octets, hash.begin());
  return hash;
}

std::optional<Nsec3Hash> owner_hash(const DomainName& owner, const DomainName& zone) {
  if (owner.label_count() != zone.label_count() + 1 || !owner.is_below(zone)) return std::nullopt;
  const Bytes label = owner.label(0);
  if (label.size() != kHashLabelOctets) return std::nullopt;
  const auto octets = wire::from_base32hex({reinterpret_cast<const char*>(label.data()), label.size()});
  return octets ? to_hash(*octets) : std::nullopt;
}

/// The same RR once more is no collision (D-12, D-86).
bool is_repeated(const wire::Rrset& rrset, std::size_t index) {
  const auto earlier = std::span(rrset.rdata).first(index);
  return std::ranges::any_of(earlier, [&](Bytes each) { return std::ranges::equal(each, rrset.rdata[index]); });
}

/// One question against the records of one zone.
class Nsec3Search {
 public:
  Nsec3Search(const DenialQuestion& question, const DomainName& zone, std::span<const Nsec3Record> records,
              Lookup& lookup)
      : question_(question), zone_(zone), records_(records), lookup_(lookup), parameters_(records.front().parameters) {}

  Nsec3Proof run() {
    const Nsec3Record* match = find_match(question_.name);
    if (work_limit_) return finish({.proof = Proof::WorkLimit});
    if (match != nullptr) return finish(judge_name_match(*match));
    const DenialProof found = judge_absent_name();
    return finish(work_limit_ ? DenialProof{.proof = Proof::WorkLimit} : found);
  }

 private:
  const Nsec3Record* find_match(const DomainName& name) {
    const auto hash = hash_of(name);
    if (!hash) return nullptr;
    const auto found = std::ranges::find_if(records_, [&](const Nsec3Record& record) { return record.matches(*hash); });
    return found == records_.end() ? nullptr : &*found;
  }

  const Nsec3Record* find_cover(const DomainName& name) {
    const auto hash = hash_of(name);
    if (!hash) return nullptr;
    // Of several spans over one hash the one without opt-out says more; which comes first must not matter (D-1).
    const Nsec3Record* best = nullptr;
    for (const Nsec3Record& record : records_)
      if (record.covers(*hash) && (best == nullptr || (best->opt_out && !record.opt_out))) best = &record;
    return best;
  }

  std::optional<Nsec3Hash> hash_of(const DomainName& name) {
    const auto hash = lookup_.nsec3_hash(name, parameters_);
    work_limit_ = work_limit_ || !hash;
    return hash;
  }

  DenialProof judge_name_match(const Nsec3Record& match) {
    if (find_cover(question_.name) != nullptr) return {.reason = Reason::DenialContradictory};
    return judge_match(wire::RrType::Nsec3, match.types, question_);
  }

  /// RFC 5155 section 8.3: the longest ancestor that exists. At worst the apex is not shown either.
  const Nsec3Record* find_closest_encloser() {
    for (std::size_t labels = question_.name.label_count(); labels-- > zone_.label_count();) {
      const DomainName ancestor = question_.name.suffix(labels);
      const Nsec3Record* match = find_match(ancestor);
      if (match == nullptr && !work_limit_) continue;
      encloser_ = ancestor;
      return match;
    }
    return nullptr;
  }

  DenialProof judge_absent_name() {
    const Nsec3Record* encloser = find_closest_encloser();
    if (encloser == nullptr) return {.reason = Reason::NxdomainNotProven};
    DenialProof barrier = judge_ancestor(encloser->types, encloser_);
    if (barrier.proof != Proof::NotProven || barrier.reason != Reason::None) return barrier;
    const Nsec3Record* next_closer = find_cover(question_.name.suffix(encloser_.label_count() + 1));
    if (next_closer == nullptr) return {.reason = Reason::NxdomainNotProven};
    DenialProof source = judge_source();
    if (!next_closer->opt_out || source.reason == Reason::DenialWrongType) return source;
    span_ = *next_closer;
    return {.proof = Proof::OptOut, .reason = source.reason, .has_source = source.proof == Proof::NoData};
  }

  /// The wildcard at the closest encloser: absent, or there without the type (RFC 5155 sections 8.4, 8.7).
  DenialProof judge_source() {
    const auto source = encloser_.wildcard();
    if (!source) return {.proof = Proof::NxDomain};  // too long to exist
    if (const Nsec3Record* match = find_match(*source)) return judge_wildcard_match(match->types, question_);
    if (find_cover(*source) != nullptr) return {.proof = Proof::NxDomain};
    return {.reason = Reason::WildcardNotDenied};
  }

  Nsec3Proof finish(const DenialProof& proof) const {
    Nsec3Proof result;
    static_cast<DenialProof&>(result) = proof;
    if (proof.proof == Proof::OptOut) result.span = span_;
    return result;
  }

  const DenialQuestion& question_;
  const DomainName& zone_;
  std::span<const Nsec3Record> records_;
  Lookup& lookup_;
  Nsec3Parameters parameters_;
  DomainName encloser_;
  std::optional<Nsec3Record> span_;
  bool work_limit_ = false;
};

}  // namespace

bool Nsec3Record::covers(const Nsec3Hash& hash) const {
  if (owner_hash < next_hash) return owner_hash < hash && hash < next_hash;
  return owner_hash < hash || hash < next_hash;  // the last of the circle; with next = owner: all but itself
}

std::vector<Nsec3Record> usable_nsec3(const wire::Rrset& rrset, const DomainName& zone) {
  std::vector<Nsec3Record> usable;
  const auto owner = owner_hash(rrset.owner, zone);
  if (!owner) return usable;
  for (std::size_t index = 0; index < rrset.rdata.size(); ++index) {
    const Bytes rdata = rrset.rdata[index];
    if (is_repeated(rrset, index)) continue;
    const auto nsec3 = wire::parse_nsec3(rdata);
    if (!nsec3 || nsec3->hash_algorithm != kSha1 || (nsec3->flags & ~wire::Nsec3::kOptOut) != 0) continue;
    const auto next = to_hash(nsec3->next_hash);
    if (!next) continue;
    usable.push_back({.owner_hash = *owner,
                      .next_hash = *next,
                      .opt_out = (nsec3->flags & wire::Nsec3::kOptOut) != 0,
                      .parameters = {nsec3->salt, nsec3->iterations},
                      .types = nsec3->types});
  }
  return usable;
}

void trace_parameters(Lookup& lookup, const DomainName& zone, const Nsec3Parameters& parameters) {
  constexpr std::uint16_t kOthersLimit = 50;
  if (!lookup.is_traced() || (parameters.iterations == 0 && parameters.salt.empty())) return;
  std::string line = "note: NSEC3 of " + zone.to_text() + " has " + std::to_string(parameters.iterations) +
                     " extra rounds and a salt of " + std::to_string(parameters.salt.size()) +
                     " octets, RFC 9276 wants none";
  if (parameters.iterations > kOthersLimit) line += "; others call this insecure";
  lookup.trace(std::move(line));
}

std::optional<Reason> find_conflict(std::span<const Nsec3Record> records) {
  for (const Nsec3Record& record : records) {
    const Nsec3Parameters& first = records.front().parameters;
    if (record.parameters.iterations != first.iterations || !std::ranges::equal(record.parameters.salt, first.salt))
      return Reason::Nsec3ParamsMixed;
  }
  for (std::size_t i = 0; i < records.size(); ++i)
    for (std::size_t j = i + 1; j < records.size(); ++j)
      if (records[i].owner_hash == records[j].owner_hash) return Reason::Nsec3Collision;
  return std::nullopt;
}

Nsec3Proof prove_by_nsec3(const DenialQuestion& question, const DomainName& zone, std::span<const Nsec3Record> records,
                          Lookup& lookup) {
  Nsec3Proof result;
  if (records.empty()) return result;
  if (const auto conflict = find_conflict(records)) {
    result.reason = *conflict;
    return result;
  }
  const std::uint16_t iterations = records.front().parameters.iterations;
  trace_parameters(lookup, zone, records.front().parameters);
  if (iterations > lookup.policy().max_nsec3_iterations) {
    result.proof = Proof::TooManyIterations;
    result.number = iterations;
    return result;
  }
  return Nsec3Search(question, zone, records, lookup).run();
}

}  // namespace danesweep::dnssec
