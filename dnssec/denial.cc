// SPDX-License-Identifier: Apache-2.0
#include "dnssec/denial.h"

#include <algorithm>
#include <iterator>
#include <memory>
#include <utility>

#include "dnssec/nsec.h"
#include "dnssec/nsec3.h"

namespace danesweep::dnssec {

using wire::DomainName;
using wire::Rcode;
using wire::Rrset;
using wire::RrType;

namespace {

/// SOA, NSEC and NSEC3 of one zone in one message, none of them verified yet.
std::vector<const Rrset*> records_of(const ResponseView& view, const DomainName& zone) {
  std::vector<const Rrset*> records;
  for (const Rrset* rrset : view.denials()) {
    const bool is_mine = rrset->type == RrType::Soa   ? rrset->owner == zone
                         : signers_of(*rrset).empty() ? rrset->owner.is_within(zone)
                                                      : is_signed_by(*rrset, zone);
    if (is_mine) records.push_back(rrset);
  }
  return records;
}

/// D-101: a proof needs three records, and what is padded beyond the limit is not looked at.
bool is_padded(Lookup& lookup, std::span<const Rrset* const> records) {
  std::size_t nsec = 0;
  std::size_t nsec3 = 0;
  std::size_t most_at_one_hash = 0;
  for (const Rrset* rrset : records) {
    nsec += rrset->type == RrType::Nsec ? 1 : 0;
    nsec3 += rrset->type == RrType::Nsec3 ? 1 : 0;
    if (rrset->type == RrType::Nsec3) most_at_one_hash = std::max(most_at_one_hash, rrset->rdata.size());
  }
  nsec3 = std::max(nsec3, most_at_one_hash);
  if (nsec > lookup.policy().max_nsec_records) lookup.budget().exceed(Limit::NsecRecords);
  if (nsec3 > lookup.policy().max_nsec3_records) lookup.budget().exceed(Limit::Nsec3Records);
  return nsec > lookup.policy().max_nsec_records || nsec3 > lookup.policy().max_nsec3_records;
}

/// The records of a negative answer, all verified, or the failure of the first that does not verify.
struct Evidence {
  std::vector<NsecRecord> nsec;
  std::vector<Nsec3Record> nsec3;
  bool is_any_denial = false;  ///< also of records that are not usable
  std::uint32_t ttl = kUnlimitedTtl;
  std::optional<Finding> failure;
  const VerifiedRrset* ends_first = nullptr;
};

bool is_before(const VerifiedRrset& a, const VerifiedRrset& b) {
  if (a.expiration() != b.expiration()) return a.expiration() < b.expiration();
  return a.rrset().owner < b.rrset().owner;
}

void add_verified(Evidence& evidence, const VerifiedRrset& verified, const DomainName& zone) {
  evidence.ttl = std::min(evidence.ttl, verified.ttl());
  if (verified.rrset().type == RrType::Soa) {
    const auto soa = wire::parse_soa(verified.rrset().rdata.front());
    if (soa) evidence.ttl = std::min(evidence.ttl, soa->minimum);
    return;
  }
  evidence.is_any_denial = true;
  if (evidence.ends_first == nullptr || is_before(verified, *evidence.ends_first)) evidence.ends_first = &verified;
  if (verified.rrset().type == RrType::Nsec) {
    if (auto record = nsec_record(verified)) evidence.nsec.push_back(std::move(*record));
    return;
  }
  if (verified.is_wildcard_expanded()) return;  // no hash: its real owner is a wildcard (D-77)
  for (Nsec3Record& record : usable_nsec3(verified.rrset(), zone)) {
    record.ttl = verified.ttl();
    evidence.nsec3.push_back(record);
  }
}

/// Failures are compared so that the order of records does not show (D-1): the smallest reason of the highest status.
void add_failure(Evidence& evidence, Finding failure) {
  if (!evidence.failure || is_better(failure, *evidence.failure)) evidence.failure = std::move(failure);
}

std::optional<Evidence> gather(Lookup& lookup, const ResponseView& view, const ZoneKeys& keys) {
  Evidence evidence;
  const auto records = records_of(view, keys.zone);
  if (is_padded(lookup, records)) {
    evidence.failure = lookup.work_limit(keys.zone, keys.zone);
    return evidence;
  }
  for (const Rrset* rrset : records) {
    const Checked* checked = lookup.verify(view, *rrset, keys);
    if (checked == nullptr) return std::nullopt;
    if (checked->result)
      add_verified(evidence, *checked->result, keys.zone);
    else
      add_failure(evidence, checked->failure());
  }
  return evidence;
}

/// NSEC first, then NSEC3; whichever proves something (D-95).
Nsec3Proof prove(Lookup& lookup, const DenialQuestion& question, const DomainName& zone, const Evidence& evidence) {
  Nsec3Proof by_nsec;
  static_cast<DenialProof&>(by_nsec) = prove_by_nsec(question, zone, evidence.nsec);
  if (by_nsec.proof != Proof::NotProven || evidence.nsec3.empty()) return by_nsec;
  Nsec3Proof by_nsec3 = prove_by_nsec3(question, zone, evidence.nsec3, lookup);
  return by_nsec3.proof == Proof::NotProven && by_nsec.reason != Reason::None ? by_nsec : by_nsec3;
}

/// A verified opt-out span may serve the next names of the zone (D-108).
void remember_span(Lookup& lookup, const DomainName& zone, const Nsec3Proof& proof, std::uint32_t ttl) {
  if (!proof.span || ttl == 0) return;
  auto span = std::make_shared<OptOutSpan>();
  span->zone = zone;
  span->salt.assign(proof.span->parameters.salt.begin(), proof.span->parameters.salt.end());
  span->iterations = proof.span->parameters.iterations;
  span->owner_hash = proof.span->owner_hash;
  span->next_hash = proof.span->next_hash;
  span->expires = lookup.now() + ttl;
  lookup.caches().store(std::shared_ptr<const OptOutSpan>(std::move(span)));
}

Answer claimed_answer(const ResponseView& view) {
  return view.rcode() == Rcode::NxDomain ? Answer::NxDomain : Answer::NoData;
}

/// Why a set of verified records proves nothing, in the words of what was claimed.
Reason unproven_reason(const ResponseView& view, const Evidence& evidence, const DenialProof& proof) {
  if (evidence.nsec.empty() && evidence.nsec3.empty()) return Reason::DenialMissing;
  if (proof.reason != Reason::None && proof.reason != Reason::NxdomainNotProven) return proof.reason;
  if (proof.reason == Reason::None && view.rcode() != Rcode::NxDomain) return Reason::DenialMissing;
  return Reason::NxdomainNotProven;
}

/// From the proof, and only then the response code, to status and answer (D-93).
DenialResult conclude(Lookup& lookup, const ResponseView& view, const DomainName& zone, const DenialQuestion& question,
                      Position position, const Evidence& evidence, const DenialProof& proof) {
  ReasonFacts facts = lookup.facts(question.name, question.type);
  facts.zone = zone;
  facts.parent = zone;
  facts.number = proof.number;
  DenialResult result{.proof = proof.proof, .answer = claimed_answer(view), .cut = proof.cut};
  switch (proof.proof) {
    case Proof::NoData:
    case Proof::Delegation:
      result.answer = Answer::NoData;
      break;
    case Proof::NxName:
      result.answer = Answer::NxDomain;
      break;
    case Proof::NxDomain:
      if (view.rcode() == Rcode::NoError && position == Position::First)
        result.finding = bogus(Reason::DenialWrongRcode, std::move(facts));
      result.answer = Answer::NxDomain;
      break;
    case Proof::InsecureDelegation:
      facts.zone = proof.cut;
      result.finding = insecure(Reason::InsecureDelegation, std::move(facts));
      break;
    case Proof::OptOut:
      // NXDOMAIN needs its wildcard denied even there; NODATA may be of a name that only insecure delegations make
      // (D-89).
      if (proof.reason != Reason::None && view.rcode() == Rcode::NxDomain && question.type != RrType::Ds) {
        result.finding = bogus(proof.reason, std::move(facts));
        break;
      }
      if (proof.has_source) result.answer = Answer::NoData;
      if (question.type == RrType::Ds) facts.zone = question.name;
      result.finding = insecure(question.type == RrType::Ds ? Reason::InsecureDelegationOptout : Reason::OptoutSpan,
                                std::move(facts));
      break;
    case Proof::TooManyIterations:
      result.finding = insecure(Reason::Nsec3Iterations, std::move(facts));
      break;
    case Proof::ChildSide:
      facts.zone = question.name;
      result.finding = bogus(Reason::DsFromChild, std::move(facts));
      break;
    case Proof::WorkLimit:
      result.finding = lookup.work_limit(question.name, zone);
      break;
    case Proof::NotProven:
      result.finding = bogus(unproven_reason(view, evidence, proof), std::move(facts));
  }
  return result;
}

/// Looks for the proof that a wildcard answer needs, verifying only records that could be it.
class ClosestMatchDenial {
 public:
  ClosestMatchDenial(Lookup& lookup, const ResponseView& view, const ZoneKeys& keys, const wire::Question& question,
                     std::size_t encloser_labels)
      : lookup_(lookup),
        view_(view),
        keys_(keys),
        question_(question),
        encloser_labels_(encloser_labels),
        next_closer_(question.name.suffix(encloser_labels + 1)) {}

  std::optional<WildcardDenial> run() {
    const auto records = records_of(view_, keys_.zone);
    if (is_padded(lookup_, records)) return WildcardDenial{lookup_.work_limit(question_.name, keys_.zone)};
    const bool may_conflict = find_conflict(usable_of(records)).has_value();
    for (const Rrset* rrset : records) {
      const bool may_prove = is_candidate(*rrset);
      if (!may_prove && !(may_conflict && rrset->type == RrType::Nsec3)) continue;
      const Checked* checked = lookup_.verify(view_, *rrset, keys_);
      if (checked == nullptr) return std::nullopt;
      look_at(*checked, may_prove);
      if (best_.is_secure() && !may_conflict) break;
    }
    if (const auto conflict = find_conflict(verified_)) return WildcardDenial{bogus(*conflict, facts())};  // D-86
    if (!has_proof_) best_ = bogus(Reason::WildcardNoDenial, facts());
    return WildcardDenial{best_, best_.security > Security::Indeterminate ? signed_by_ : nullptr};
  }

 private:
  void look_at(const Checked& checked, bool may_prove) {
    if (checked.result && !checked.result->is_wildcard_expanded())
      std::ranges::move(usable_nsec3(*checked.rrset, keys_.zone), std::back_inserter(verified_));
    if (may_prove && consider(checked.result ? judge(*checked.result) : checked.failure()) && checked.result)
      signed_by_ = &*checked.result;
  }

  std::vector<Nsec3Record> usable_of(std::span<const Rrset* const> records) const {
    std::vector<Nsec3Record> usable;
    for (const Rrset* rrset : records)
      if (rrset->type == RrType::Nsec3) std::ranges::move(usable_nsec3(*rrset, keys_.zone), std::back_inserter(usable));
    return usable;
  }

  /// Cheap tests before any signature is checked.
  bool is_candidate(const Rrset& rrset) {
    if (rrset.type == RrType::Nsec) {
      const auto nsec = rrset.rdata.empty() ? wire::Parsed<wire::Nsec>() : wire::parse_nsec(rrset.rdata.front());
      return nsec && covers({rrset.owner, *nsec}, keys_.zone, question_.name);
    }
    if (rrset.type != RrType::Nsec3) return false;
    const auto usable = usable_nsec3(rrset, keys_.zone);
    return std::ranges::any_of(usable, [&](const Nsec3Record& record) { return is_relevant(record); });
  }

  bool is_relevant(const Nsec3Record& record) {
    if (has_too_many_rounds(record)) return true;
    const auto hash = lookup_.nsec3_hash(next_closer_, record.parameters);
    if (!hash) consider(lookup_.work_limit(question_.name, keys_.zone));
    return hash && record.covers(*hash);
  }

  bool has_too_many_rounds(const Nsec3Record& record) const {
    return record.parameters.iterations > lookup_.policy().max_nsec3_iterations;
  }

  std::optional<Finding> judge(const VerifiedRrset& verified) {
    Finding good;
    good.ttl = negative_ttl(lookup_, verified.ttl());
    if (verified.rrset().type == RrType::Nsec) {
      const auto record = nsec_record(verified);
      if (record && denies_closer_match(*record, keys_.zone, question_.name, encloser_labels_)) return good;
      return std::nullopt;
    }
    if (verified.is_wildcard_expanded()) return std::nullopt;  // no hash: its real owner is a wildcard (D-77)
    for (const Nsec3Record& record : usable_nsec3(verified.rrset(), keys_.zone)) {
      if (!is_relevant(record)) continue;
      trace_parameters(lookup_, keys_.zone, record.parameters);
      if (has_too_many_rounds(record)) return limited(Reason::Nsec3Iterations, record.parameters.iterations, good.ttl);
      return record.opt_out ? limited(Reason::OptoutSpan, std::nullopt, good.ttl) : good;
    }
    return std::nullopt;
  }

  Finding limited(Reason reason, std::optional<std::uint32_t> number, std::uint32_t ttl) const {
    Finding finding = insecure(reason, facts());
    finding.facts.number = number;
    finding.ttl = ttl;
    return finding;
  }

  /// True if this is the best so far.
  bool consider(std::optional<Finding> finding) {
    if (!finding) return false;
    const bool is_best = !has_proof_ || is_better(*finding, best_);
    if (is_best) best_ = std::move(*finding);
    has_proof_ = true;
    return is_best;
  }

  ReasonFacts facts() const {
    ReasonFacts facts = lookup_.facts(question_.name, question_.type);
    facts.zone = keys_.zone;
    return facts;
  }

  Lookup& lookup_;
  const ResponseView& view_;
  const ZoneKeys& keys_;
  const wire::Question& question_;
  std::size_t encloser_labels_;
  DomainName next_closer_;
  Finding best_ = bogus(Reason::WildcardNoDenial, {});
  std::vector<Nsec3Record> verified_;
  bool has_proof_ = false;
  const VerifiedRrset* signed_by_ = nullptr;
};

bool shows_insecure_cut(const wire::TypeBitmap& types) {
  return types.has(RrType::Ns) && !types.has(RrType::Ds) && !types.has(RrType::Soa);
}

/// The ancestor-or-self of `name` below the zone whose insecure delegation the unverified record would show, if any.
std::optional<DomainName> cut_shown_by(Lookup& lookup, const Rrset& rrset, const DomainName& zone,
                                       const DomainName& name) {
  if (rrset.type == RrType::Nsec && !rrset.rdata.empty()) {
    const auto nsec = wire::parse_nsec(rrset.rdata.front());
    if (nsec && name.is_within(rrset.owner) && shows_insecure_cut(nsec->types)) return rrset.owner;
  }
  if (rrset.type != RrType::Nsec3) return std::nullopt;
  for (const Nsec3Record& record : usable_nsec3(rrset, zone)) {
    if (!shows_insecure_cut(record.types) || record.parameters.iterations > lookup.policy().max_nsec3_iterations)
      continue;
    for (std::size_t labels = zone.label_count() + 1; labels <= name.label_count(); ++labels) {
      const auto hash = lookup.nsec3_hash(name.suffix(labels), record.parameters);
      if (hash && record.matches(*hash)) return name.suffix(labels);
    }
  }
  return std::nullopt;
}

}  // namespace

std::uint32_t negative_ttl(const Lookup& lookup, std::uint32_t ttl) {
  return std::min(ttl, lookup.policy().max_negative_ttl);
}

std::optional<DenialResult> judge_denial(Lookup& lookup, const ResponseView& view, const ZoneKeys& keys,
                                         const DenialQuestion& question, Position position) {
  auto evidence = gather(lookup, view, keys);
  if (!evidence) return std::nullopt;
  const std::uint32_t ttl = negative_ttl(lookup, evidence->ttl);
  if (evidence->failure) {
    DenialResult failed{.finding = *evidence->failure, .answer = claimed_answer(view)};
    return failed;
  }
  const Nsec3Proof proof = prove(lookup, question, keys.zone, *evidence);
  remember_span(lookup, keys.zone, proof, ttl);
  DenialResult result = conclude(lookup, view, keys.zone, question, position, *evidence, proof);
  result.finding.limit_ttl(ttl);
  result.signed_by = evidence->ends_first;
  return result;
}

std::optional<WildcardDenial> judge_wildcard_answer(Lookup& lookup, const ResponseView& view, const ZoneKeys& keys,
                                                    const wire::Question& question, std::size_t encloser_labels) {
  return ClosestMatchDenial(lookup, view, keys, question, encloser_labels).run();
}

std::optional<CutSearch> find_insecure_cut(Lookup& lookup, const ResponseView& view, const ZoneKeys& keys,
                                           const DomainName& name) {
  CutSearch search;
  const auto records = records_of(view, keys.zone);
  if (records.empty() || is_padded(lookup, records)) return search;
  for (const Rrset* rrset : records) {
    const auto cut = cut_shown_by(lookup, *rrset, keys.zone, name);
    if (!cut || *cut == keys.zone) continue;
    const Checked* checked = lookup.verify(view, *rrset, keys);
    if (checked == nullptr) return std::nullopt;
    if (!checked->result || checked->result->is_wildcard_expanded()) continue;
    if (search.cut && search.cut->label_count() <= cut->label_count()) continue;
    search = {.cut = cut, .ttl = negative_ttl(lookup, checked->result->ttl())};
  }
  return search;
}

std::vector<DomainName> denial_signers(const ResponseView& view, const DomainName& name) {
  std::vector<DomainName> signers;
  for (const Rrset* rrset : view.denials())
    for (DomainName& signer : signers_of(*rrset))
      if (name.is_within(signer) && std::ranges::find(signers, signer) == signers.end()) signers.push_back(signer);
  std::ranges::sort(signers,
                    [](const DomainName& a, const DomainName& b) { return a.label_count() > b.label_count(); });
  return signers;
}

}  // namespace danesweep::dnssec
