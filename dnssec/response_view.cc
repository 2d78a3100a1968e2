// SPDX-License-Identifier: Apache-2.0
#include "dnssec/response_view.h"

#include <algorithm>
#include <utility>

#include "dnssec/wire/rdata.h"

namespace danesweep::dnssec {

using wire::DomainName;
using wire::Rrset;
using wire::RrType;
using wire::Section;

namespace {

bool is_denial_type(RrType type) { return type == RrType::Soa || type == RrType::Nsec || type == RrType::Nsec3; }

}  // namespace

ResponseView::ResponseView(wire::MessagePtr message, ResolverId resolver)
    : message_(std::move(message)), resolver_(resolver), grouped_(wire::group_rrsets(*message_)) {
  const bool any = message_->question().has_value() && message_->question()->type == RrType::Any;
  for (const Rrset& rrset : grouped_.rrsets)
    if (is_denial_type(rrset.type) && (rrset.section == Section::Authority || any)) denials_.push_back(&rrset);
}

const Rrset* ResponseView::answer(const DomainName& owner, RrType type) const {
  for (const Rrset& rrset : grouped_.rrsets)
    if (rrset.type == type && rrset.section == Section::Answer && rrset.owner == owner) return &rrset;
  return nullptr;
}

std::vector<const Rrset*> ResponseView::answers_at(const DomainName& owner) const {
  std::vector<const Rrset*> found;
  for (const Rrset& rrset : grouped_.rrsets)
    if (rrset.section == Section::Answer && rrset.owner == owner) found.push_back(&rrset);
  return found;
}

const Rrset* ResponseView::dname_above(const DomainName& name) const {
  const Rrset* closest = nullptr;
  for (const Rrset& rrset : grouped_.rrsets) {
    if (rrset.type != RrType::Dname || rrset.section != Section::Answer || !name.is_below(rrset.owner)) continue;
    if (closest == nullptr || closest->owner.label_count() < rrset.owner.label_count()) closest = &rrset;
  }
  return closest;
}

const DomainName* ResponseView::soa_owner_above(const DomainName& name) const {
  const DomainName* closest = nullptr;
  for (const Rrset* rrset : denials_) {
    if (rrset->type != RrType::Soa || !name.is_within(rrset->owner)) continue;
    if (closest == nullptr || closest->label_count() < rrset->owner.label_count()) closest = &rrset->owner;
  }
  return closest;
}

bool ResponseView::has_denial_records() const {
  return std::any_of(denials_.begin(), denials_.end(), [](const Rrset* rrset) { return rrset->type != RrType::Soa; });
}

bool ResponseView::has_unsigned_denial() const {
  return std::any_of(denials_.begin(), denials_.end(),
                     [](const Rrset* rrset) { return rrset->type != RrType::Soa && rrset->signatures.empty(); });
}

bool ResponseView::lacks_dnssec_ok() const { return !message_->edns() || !message_->edns()->dnssec_ok; }

std::vector<DomainName> signers_of(const Rrset& rrset) {
  std::vector<DomainName> signers;
  for (const wire::Bytes rdata : rrset.signatures) {
    const auto signature = wire::parse_rrsig(rdata);
    if (signature && std::find(signers.begin(), signers.end(), signature->signer) == signers.end())
      signers.push_back(signature->signer);
  }
  std::sort(signers.begin(), signers.end(), [](const DomainName& a, const DomainName& b) {
    return a.label_count() != b.label_count() ? a.label_count() > b.label_count() : a < b;
  });
  return signers;
}

bool is_signed_by(const Rrset& rrset, const DomainName& signer) {
  return std::any_of(rrset.signatures.begin(), rrset.signatures.end(), [&](wire::Bytes rdata) {
    const auto signature = wire::parse_rrsig(rdata);
    return signature && signature->signer == signer;
  });
}

}  // namespace danesweep::dnssec
