// SPDX-License-Identifier: Apache-2.0
#include "dnssec/denial_proof.h"

#include <algorithm>

namespace danesweep::dnssec {

using wire::RrType;
using wire::TypeBitmap;

namespace {

DenialProof not_proven(Reason reason) { return {.reason = reason}; }

bool is_delegation(const TypeBitmap& types) { return types.has(RrType::Ns) && !types.has(RrType::Soa); }

bool has_only_denial_types(const TypeBitmap& types) {
  return std::ranges::all_of(types.types(), [](RrType type) {
    return type == RrType::Nxname || type == RrType::Rrsig || type == RrType::Nsec;
  });
}

/// NXNAME beside nothing but what every such record carries: RRSIG, and NSEC at an NSEC (RFC 9824 section 3.4).
bool is_nxname(RrType record, const TypeBitmap& types) {
  return types.has(RrType::Nxname) && has_only_denial_types(types) &&
         (record == RrType::Nsec || !types.has(RrType::Nsec));
}

bool denies_type(const TypeBitmap& types, const DenialQuestion& question) {
  if (question.type == RrType::Any) return has_only_denial_types(types);  // nothing to answer with (D-81)
  if (types.has(question.type)) return false;
  return !types.has(RrType::Cname) || question.purpose == DenialPurpose::ZoneCut;
}

DenialProof judge_ds_match(const TypeBitmap& types, const DenialQuestion& question) {
  if (types.has(RrType::Soa) && !question.name.is_root())
    return {.proof = Proof::ChildSide, .reason = Reason::DsFromChild};
  if (!denies_type(types, question)) return not_proven(Reason::DenialWrongType);
  if (is_delegation(types)) return {.proof = Proof::Delegation, .cut = question.name};
  return {.proof = Proof::NoData};
}

/// Which failure tells most: one that contradicts the claim before one that is merely not enough.
int weight(Reason reason) {
  switch (reason) {
    case Reason::None:
      return 0;
    case Reason::NxdomainNotProven:
      return 1;
    case Reason::WildcardNotDenied:
      return 2;
    case Reason::DenialFromParent:
      return 3;
    default:
      return 4;
  }
}

}  // namespace

DenialProof judge_match(RrType record, const TypeBitmap& types, const DenialQuestion& question) {
  if (is_nxname(record, types)) return {.proof = Proof::NxName};
  if (question.type == RrType::Ds) return judge_ds_match(types, question);
  if (is_delegation(types)) return judge_ancestor(types, question.name);
  if (!denies_type(types, question)) return not_proven(Reason::DenialWrongType);
  return {.proof = Proof::NoData};
}

DenialProof judge_wildcard_match(const TypeBitmap& types, const DenialQuestion& question) {
  if (is_delegation(types)) return not_proven(Reason::WildcardNotDenied);
  const DenialQuestion answer{question.name, question.type, DenialPurpose::Answer};
  if (!denies_type(types, answer)) return not_proven(Reason::DenialWrongType);
  return {.proof = Proof::NoData};
}

DenialProof judge_ancestor(const TypeBitmap& types, const wire::DomainName& owner) {
  if (types.has(RrType::Dname)) return not_proven(Reason::NxdomainNotProven);
  if (!is_delegation(types)) return {};
  if (types.has(RrType::Ds)) return not_proven(Reason::DenialFromParent);
  return {.proof = Proof::InsecureDelegation, .cut = owner};
}

void ProofSum::add(const DenialProof& proof) {
  switch (proof.proof) {
    case Proof::NoData:
    case Proof::Delegation:
      is_contradictory_ = is_contradictory_ || (exists_ && exists_->proof != proof.proof);
      exists_ = proof;
      return;
    case Proof::NxName:
      nxname_ = true;
      return;
    case Proof::NxDomain:
      absent_ = proof;
      return;
    case Proof::InsecureDelegation:
      if (!cut_ || cut_->proof != proof.proof || proof.cut.label_count() < cut_->cut.label_count()) cut_ = proof;
      return;
    case Proof::ChildSide:
      if (!cut_) cut_ = proof;
      return;
    default:
      if (!failure_ || weight(failure_->reason) < weight(proof.reason) ||
          (weight(failure_->reason) == weight(proof.reason) && proof.reason < failure_->reason))
        failure_ = proof;
  }
}

DenialProof ProofSum::total() const {
  if (is_contradictory_ || (exists_ && (absent_ || nxname_))) return not_proven(Reason::DenialContradictory);
  if (exists_) return *exists_;
  if (nxname_) return {.proof = Proof::NxName};
  if (failure_ && failure_->reason == Reason::DenialWrongType) return *failure_;
  if (absent_) return *absent_;
  if (cut_) return *cut_;
  return failure_.value_or(DenialProof{});
}

}  // namespace danesweep::dnssec
