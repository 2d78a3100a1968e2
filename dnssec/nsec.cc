// SPDX-License-Identifier: Apache-2.0
#include "dnssec/nsec.h"

#include <algorithm>

namespace danesweep::dnssec {

using wire::DomainName;

namespace {

/// Labels of the closest encloser of a covered name: whatever of it owner or next show to exist (D-83).
std::size_t encloser_labels_of(const NsecRecord& record, const DomainName& name) {
  return std::max(name.common_labels(record.owner), name.common_labels(record.nsec.next));
}

/// Next lies below the name, so the name exists without records (D-82).
bool shows_empty_non_terminal(const NsecRecord& record, const DomainName& name) {
  return record.nsec.next.is_below(name);
}

/// What a record that covers `name` must be asked first: is its owner an ancestor that says nothing about names below?
DenialProof barrier(const NsecRecord& record, const DomainName& name) {
  return name.is_below(record.owner) ? judge_ancestor(record.nsec.types, record.owner) : DenialProof{};
}

bool is_barrier(const DenialProof& proof) { return proof.proof != Proof::NotProven || proof.reason != Reason::None; }

/// The name lies in the record's span, so it does not exist.
bool denies_name(const NsecRecord& record, const DomainName& zone, const DomainName& name) {
  return covers(record, zone, name) && !is_barrier(barrier(record, name)) && !shows_empty_non_terminal(record, name);
}

/// What one record says about the source of synthesis `*.ce` of a covered name.
DenialProof judge_source(const NsecRecord& record, const DomainName& zone, const DomainName& source,
                         const DenialQuestion& question) {
  if (record.owner == source) return judge_wildcard_match(record.nsec.types, question);
  if (!covers(record, zone, source)) return {};
  if (DenialProof stop = barrier(record, source); is_barrier(stop)) return stop;
  return {.proof = shows_empty_non_terminal(record, source) ? Proof::NoData : Proof::NxDomain};
}

/// NXDOMAIN or wildcard NODATA of a covered name (D-83, D-84).
DenialProof judge_wildcard(const NsecRecord& covering, const DomainName& zone, const DenialQuestion& question,
                           std::span<const NsecRecord> records) {
  const auto source = question.name.suffix(encloser_labels_of(covering, question.name)).wildcard();
  if (!source) return {.proof = Proof::NxDomain};  // too long to exist
  ProofSum sum;
  sum.add({.reason = Reason::WildcardNotDenied});
  for (const NsecRecord& record : records) sum.add(judge_source(record, zone, *source, question));
  return sum.total();
}

DenialProof judge_record(const NsecRecord& record, const DomainName& zone, const DenialQuestion& question,
                         std::span<const NsecRecord> records) {
  if (record.owner == question.name) return judge_match(wire::RrType::Nsec, record.nsec.types, question);
  if (!covers(record, zone, question.name)) return {};
  if (DenialProof stop = barrier(record, question.name); is_barrier(stop)) return stop;
  if (shows_empty_non_terminal(record, question.name)) return {.proof = Proof::NoData};
  return judge_wildcard(record, zone, question, records);
}

}  // namespace

std::optional<NsecRecord> nsec_record(const VerifiedRrset& verified) {
  if (verified.rrset().rdata.empty()) return std::nullopt;
  const auto nsec = wire::parse_nsec(verified.rrset().rdata.front());
  if (!nsec) return std::nullopt;
  return NsecRecord{verified.signed_owner(), *nsec};
}

bool covers(const NsecRecord& record, const DomainName& zone, const DomainName& name) {
  if (!name.is_within(zone) || !(record.owner < name)) return false;
  return name < record.nsec.next || record.nsec.next == zone;
}

DenialProof prove_by_nsec(const DenialQuestion& question, const DomainName& zone, std::span<const NsecRecord> records) {
  ProofSum sum;
  bool exists = false;
  bool is_covered = false;
  for (const NsecRecord& record : records) {
    const DenialProof proof = judge_record(record, zone, question, records);
    sum.add(proof);
    exists = exists || (record.owner == question.name && proof.proof != Proof::NxName) ||
             (covers(record, zone, question.name) && shows_empty_non_terminal(record, question.name));
    is_covered = is_covered || denies_name(record, zone, question.name);
  }
  return exists && is_covered ? DenialProof{.reason = Reason::DenialContradictory} : sum.total();
}

bool denies_closer_match(const NsecRecord& record, const DomainName& zone, const DomainName& name,
                         std::size_t encloser_labels) {
  return denies_name(record, zone, name) && encloser_labels_of(record, name) == encloser_labels;
}

}  // namespace danesweep::dnssec
