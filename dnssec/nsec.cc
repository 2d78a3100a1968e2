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
  if (record.owner == question.name) return judge_match(record.nsec.types, question);
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
  for (const NsecRecord& record : records) sum.add(judge_record(record, zone, question, records));
  return sum.total();
}

bool denies_closer_match(const NsecRecord& record, const DomainName& zone, const DomainName& name,
                         std::size_t encloser_labels) {
  return covers(record, zone, name) && !is_barrier(barrier(record, name)) && !shows_empty_non_terminal(record, name) &&
         encloser_labels_of(record, name) == encloser_labels;
}

}  // namespace danesweep::dnssec
