// SPDX-License-Identifier: Apache-2.0
#include "dnssec/link.h"

#include <algorithm>
#include <tuple>
#include <utility>

#include "dnssec/trace.h"
#include "dnssec/wire/rdata.h"

namespace danesweep::dnssec {

using wire::DomainName;
using wire::Rcode;
using wire::Rrset;
using wire::RrType;

namespace {

/// An alias is an answer of its own to these (D-72).
bool follows_cname(RrType type) { return type != RrType::Cname && type != RrType::Any && type != RrType::Rrsig; }

/// Of several, which may be in an insecure zone alone (D-18), the smallest, in whatever order they came (D-1).
std::optional<DomainName> single_name(const Rrset& rrset) {
  std::optional<DomainName> smallest;
  for (const wire::Bytes rdata : rrset.rdata)
    if (const auto name = wire::parse_single_name(rdata); name && (!smallest || *name < *smallest)) smallest = *name;
  return smallest;
}

bool is_only(const Rrset& rrset, const DomainName& name) {
  return std::ranges::all_of(rrset.rdata, [&](wire::Bytes rdata) {
    const auto each = wire::parse_single_name(rdata);
    return each && *each == name;
  });
}

}  // namespace

/// What the message has for the name, in order: the asked type (D-18), an alias at it, an alias above it, a denial.
std::optional<LinkResult> LinkJudge::run() {
  if (question_.type == RrType::Rrsig) return judge_unsignable();
  const Rrset* cname = view_.answer(question_.name, RrType::Cname);
  const Rrset* dname = view_.dname_above(question_.name);
  const bool is_made = dname != nullptr;  // from the DNAME, by the message or by us; a signature over it means nothing
  if (question_.type == RrType::Any) {
    auto all = view_.answers_at(question_.name);
    const bool is_made_alone = is_made && all.size() == 1 && all.front() == cname;
    if (!all.empty() && !is_made_alone) return judge_data(std::move(all));
  }
  const Rrset* asked = view_.answer(question_.name, question_.type);
  if (asked != nullptr && asked != cname && cname != nullptr && lookup_.is_traced())
    lookup_.trace("note: " + question_.name.to_text() + " has a CNAME beside other data, a fault of the server (D-18)");
  if (asked != nullptr && !(asked == cname && is_made)) return judge_data({asked});
  if (cname != nullptr && !is_made && follows_cname(question_.type)) return judge_cname(*cname);
  if (dname != nullptr) return judge_dname(*dname, cname);
  if (view_.rcode() == Rcode::YxDomain) return judge_yxdomain();
  return judge_negative();
}

/// D-73: for type ANY the RRsets at the name, else the one that was asked for. The weakest decides. Of very many those
/// of the lowest types are the answer, in whatever order they came: an answer to ANY may be a part (RFC 8482
/// section 4.1).
std::optional<LinkResult> LinkJudge::judge_data(std::vector<const Rrset*> rrsets) {
  std::ranges::sort(rrsets, {}, &Rrset::type);
  if (rrsets.size() > lookup_.policy().max_any_rrsets) rrsets.resize(lookup_.policy().max_any_rrsets);
  std::optional<LinkResult> weakest;
  std::uint32_t ttl = kUnlimitedTtl;
  for (const Rrset* rrset : rrsets) {
    auto judged = judge_rrset(*rrset, WildcardProof::Needed);
    if (!judged) return std::nullopt;
    ttl = std::min(ttl, judged->finding.ttl);
    if (!weakest || judged->finding.security < weakest->finding.security)
      weakest = to_link(Step::Answer, std::move(*judged), rrset->owner, rrset->type);
  }
  weakest->finding.ttl = ttl;
  weakest->answer = Answer::Data;
  weakest->data = std::move(rrsets);
  return weakest;
}

std::optional<LinkResult> LinkJudge::judge_cname(const Rrset& cname) {
  const auto judged = judge_rrset(cname, WildcardProof::Needed);
  if (!judged) return std::nullopt;
  LinkResult link = to_link(Step::Alias, *judged, cname.owner, RrType::Cname);
  link.target = single_name(cname);
  return link;
}

/// D-69: the DNAME is what is signed. If it does not hold, a CNAME beside it is judged for itself.
std::optional<LinkResult> LinkJudge::judge_dname(const Rrset& dname, const Rrset* cname) {
  const auto judged = judge_rrset(dname, WildcardProof::NotNeeded);
  if (!judged) return std::nullopt;
  if (judged->finding.security == Security::Bogus && cname != nullptr) {
    auto alone = follows_cname(question_.type) ? judge_cname(*cname) : judge_data({cname});
    if (!alone) return std::nullopt;
    // A denial that nobody computed excuses unsigned data, and no wrong signature beside it (D-87).
    const bool is_excused = alone->finding.reason == Reason::Nsec3Iterations;
    if (alone->finding.security != Security::Bogus && !is_excused) return alone;
  }
  return follow_dname(*judged, dname, cname);
}

LinkResult LinkJudge::follow_dname(const RrsetResult& judged, const Rrset& dname, const Rrset* cname) const {
  LinkResult link = to_link(Step::Alias, judged, dname.owner, RrType::Dname);
  const auto dname_target = single_name(dname);
  if (link.finding.security <= Security::Indeterminate || !dname_target) return link;
  const bool is_secure = judged.verified != nullptr && link.finding.is_secure();
  const auto made = question_.name.rebased(dname.owner, *dname_target);
  if (is_secure && judged.verified->is_wildcard_expanded())  // D-70
    return refuse_dname(std::move(link), Security::Bogus, Reason::DnameWildcard);
  if (!made) {  // D-71
    link.rcode = Rcode::YxDomain;
    return refuse_dname(std::move(link), Security::Insecure, Reason::DnameTooLong);
  }
  if (is_secure && cname != nullptr && !is_only(*cname, *made))
    return refuse_dname(std::move(link), Security::Bogus, Reason::DnameCnameMismatch);
  if (question_.type != RrType::Cname) {
    const auto given = cname != nullptr ? single_name(*cname) : std::nullopt;
    link.target = is_secure || !given ? *made : *given;
    return link;
  }
  link.answer = Answer::Data;  // D-72
  if (is_secure || cname == nullptr)
    link.supplied_cname = *made;
  else
    link.data = {cname};
  return link;
}

LinkResult LinkJudge::refuse_dname(LinkResult link, Security security, Reason reason) const {
  const ChainLink dname = link.links.back();
  ReasonFacts facts = lookup_.facts(reason == Reason::DnameTooLong ? dname.name : question_.name, dname.type);
  facts.zone = dname.zone;
  const std::uint32_t ttl = link.finding.ttl;
  link.finding = security == Security::Bogus ? bogus(reason, std::move(facts)) : insecure(reason, std::move(facts));
  link.finding.ttl = ttl;
  link.links.push_back(
      make_link(Step::Alias, dname.zone, question_.name, RrType::Cname, link.finding, view_.resolver()));
  return link;
}

/// RRSIGs are never signed (D-74).
LinkResult LinkJudge::judge_unsignable() const {
  const RrsetResult judged{.finding = insecure(Reason::UnsignableType, lookup_.facts(question_.name, question_.type))};
  LinkResult link = to_link(Step::Answer, judged, question_.name, question_.type);
  const wire::Message& message = view_.message();
  const bool has_any = std::ranges::any_of(message.records(), [&](const wire::RecordIndex& record) {
    if (record.type != RrType::Rrsig || record.section != wire::Section::Answer) return false;
    const auto owner = message.owner(record);
    return owner && *owner == question_.name;
  });
  link.answer = has_any ? Answer::Data : claimed_denial();
  link.finding.limit_ttl(0);
  return link;
}

/// YXDOMAIN without the DNAME that explains it says no more than SERVFAIL (D-71).
std::optional<LinkResult> LinkJudge::judge_yxdomain() const {
  ReasonFacts facts = lookup_.facts(question_.name, question_.type);
  facts.text = wire::to_text(Rcode::YxDomain);
  LinkResult link{.finding = indeterminate(Reason::ResolverServfail, std::move(facts))};
  link.links.push_back(make_link(Step::Answer, {}, question_.name, question_.type, link.finding, view_.resolver()));
  return link;
}

Answer LinkJudge::claimed_denial() const {
  return view_.rcode() == Rcode::NxDomain ? Answer::NxDomain : Answer::NoData;
}

/// D-15 for a denial that no signature vouches for: by the SOA, and not at all without one (RFC 2308 section 5).
std::uint32_t LinkJudge::unproven_negative_ttl() const {
  for (const Rrset* rrset : view_.denials()) {
    if (rrset->type != RrType::Soa || rrset->rdata.empty() || !question_.name.is_within(rrset->owner)) continue;
    const auto soa = wire::parse_soa(rrset->rdata.front());
    if (soa) return negative_ttl(lookup_, std::min(rrset->ttl, soa->minimum));
  }
  return 0;
}

LinkResult LinkJudge::to_denial(RrsetResult judged, Answer answer) const {
  LinkResult link = to_link(Step::Denial, std::move(judged), question_.name, question_.type);
  link.answer = answer;
  if (!link.finding.is_secure()) link.finding.limit_ttl(unproven_negative_ttl());
  return link;
}

/// No RRset of the type: which zone denies it, and does it prove so? (D-93, D-94)
std::optional<LinkResult> LinkJudge::judge_negative() {
  const bool is_silent =
      view_.soa_owner_above(question_.name) == nullptr && denial_signers(view_, question_.name).empty();
  if (position_ == Position::AfterAlias && is_silent) return LinkResult{.is_incomplete = true};  // D-67
  if (!chain_.governing_anchor(question_.name, side_of(question_.type))) {
    RrsetResult outside;
    outside.finding = insecure(Reason::OutsideAnchors, lookup_.facts(question_.name, question_.type));
    return to_denial(std::move(outside), claimed_denial());
  }
  Attempts attempts;
  auto signed_denial = judge_signed_denial(attempts);
  if (!signed_denial || !signed_denial->is_incomplete) return signed_denial;
  auto judged = judge_unsigned(question_, side_of(question_.type), attempts, missing_denial_reason(attempts));
  if (!judged) return std::nullopt;
  if (judged->finding.reason == Reason::RrsigsMissing) name_unsigned_record(judged->finding.facts);
  return to_denial(std::move(*judged), claimed_denial());
}

/// What lacks a signature is a record of the proof, not of the type that is denied.
void LinkJudge::name_unsigned_record(ReasonFacts& facts) const {
  const Rrset* named = nullptr;
  for (const Rrset* rrset : view_.denials()) {
    const auto order = [](const Rrset& each) { return std::tie(each.type, each.owner); };
    if (rrset->signatures.empty() && (named == nullptr || order(*rrset) < order(*named))) named = rrset;
  }
  if (named == nullptr) return;
  facts.name = named->owner;
  facts.type = named->type;
}

/// Tries each zone that signed a denial; `is_incomplete`: none of them proves it.
std::optional<LinkResult> LinkJudge::judge_signed_denial(Attempts& attempts) {
  for (const DomainName& signer :
       candidates(denial_signers(view_, question_.name), question_.name, side_of(question_.type), attempts)) {
    const ZoneState* zone = chain_.zone(signer);
    if (zone == nullptr) return std::nullopt;
    if (!zone->is_zone) continue;
    if (zone->is_insecure()) return to_denial(from_zone(*zone), claimed_denial());
    if (!zone->is_secure()) {
      attempts.consider(zone->finding, std::nullopt);
      attempts.links = zone->links;
      continue;
    }
    const auto denial = judge_denial_by(*zone->keys);
    if (!denial) return std::nullopt;
    if (denial->finding.security > Security::Indeterminate)
      return to_denial({.finding = denial->finding, .verified = denial->signed_by, .zone = zone->keys}, denial->answer);
    attempts.consider(denial->finding, std::nullopt);
  }
  return judge_denied_anchor();
}

/// The denial of one zone, if it may say what it says: not of names below its secure delegations (D-50).
std::optional<DenialResult> LinkJudge::judge_denial_by(const ZoneKeys& keys) {
  auto denial = judge_denial(lookup_, view_, keys, {question_.name, question_.type}, position_);
  if (!denial) return std::nullopt;
  std::optional<Finding> say = Finding{};
  if (denial->proof == Proof::InsecureDelegation || denial->proof == Proof::Delegation)
    say = chain_.say_of(keys.zone, denial->cut);
  if (denial->proof == Proof::TooManyIterations) say = say_uncomputed(keys, question_, side_of(question_.type));
  if (!say) return std::nullopt;
  if (!say->is_secure()) denial->finding = *say;
  return denial;
}

/// D-44: the one thing that a zone above the governing anchor has a say in, if it is anchored itself: that the anchored
/// zone does not exist, and so nothing below it (RFC 8020).
std::optional<LinkResult> LinkJudge::judge_denied_anchor() {
  LinkResult unproven{.is_incomplete = true};
  const auto anchor = chain_.governing_anchor(question_.name, side_of(question_.type));
  const auto above = anchor ? lookup_.anchors().governing_zone_strictly_above(*anchor) : std::nullopt;
  if (!above || view_.rcode() != Rcode::NxDomain) return unproven;
  for (const DomainName& signer : denial_signers(view_, *anchor)) {
    if (!anchor->is_below(signer) || !signer.is_within(*above)) continue;
    const ZoneState* zone = chain_.zone(signer);
    if (zone == nullptr) return std::nullopt;
    if (!zone->is_secure()) continue;
    const auto denial = judge_denial(lookup_, view_, *zone->keys, {*anchor, question_.type}, position_);
    if (!denial) return std::nullopt;
    if (denial->finding.is_secure() && denial->answer == Answer::NxDomain)
      return to_denial({.finding = denial->finding, .verified = denial->signed_by, .zone = zone->keys},
                       Answer::NxDomain);
  }
  return unproven;
}

Reason LinkJudge::missing_denial_reason(const Attempts& attempts) const {
  const DomainName* soa_owner = view_.soa_owner_above(question_.name);
  const bool is_childs_soa = soa_owner != nullptr && *soa_owner == question_.name && !question_.name.is_root();
  if (question_.type == RrType::Ds && (attempts.stranger || is_childs_soa)) return Reason::DsFromChild;  // D-56
  if (attempts.above_anchor) return Reason::SignerAboveAnchor;
  return view_.has_unsigned_denial() ? Reason::RrsigsMissing : Reason::DenialMissing;
}

LinkResult LinkJudge::to_link(Step step, RrsetResult judged, const DomainName& name, RrType type) const {
  const DomainName zone = judged.zone ? judged.zone->zone : judged.finding.facts.zone.value_or(DomainName());
  ChainLink own = make_link(step, zone, name, type, judged.finding, view_.resolver());
  if (judged.verified != nullptr) add_signature(own, *judged.verified);
  LinkResult link;
  link.finding = std::move(judged.finding);
  link.vouches = std::move(judged.zone);
  link.links = std::move(judged.links);
  link.links.push_back(std::move(own));
  return link;
}

}  // namespace danesweep::dnssec
