// SPDX-License-Identifier: Apache-2.0
// One RRset of a link: by which signer it is proven, or why it may be without signature.
#include <algorithm>
#include <utility>

#include "dnssec/link.h"
#include "dnssec/trace.h"
#include "dnssec/wire/rdata.h"

namespace danesweep::dnssec {

using wire::DomainName;
using wire::Rrset;
using wire::RrType;

namespace {

SignedRole role_of(RrType type) { return type == RrType::Ds ? SignedRole::DsOrItsDenial : SignedRole::Ordinary; }

/// By the SOA bit of an NSEC (D-74), signed or not: it says where to look, and what is found there decides.
Side side_of(const Rrset& rrset) {
  if (rrset.type != RrType::Nsec || rrset.rdata.empty()) return dnssec::side_of(rrset.type);
  const auto nsec = wire::parse_nsec(rrset.rdata.front());
  if (!nsec) return Side::Any;
  return nsec->types.has(RrType::Soa) ? Side::Apex : Side::Parent;
}

/// The name whose zone holds the RRset.
DomainName place_of(const DomainName& name, Side side) {
  return side == Side::Parent && !name.is_root() ? name.parent() : name;
}

}  // namespace

std::optional<LinkJudge::RrsetResult> LinkJudge::judge_rrset(const Rrset& rrset, WildcardProof wildcard_proof) {
  if (rrset.type == RrType::Rrsig)  // D-74
    return RrsetResult{.finding = insecure(Reason::UnsignableType, lookup_.facts(rrset.owner, rrset.type))};
  const Side side = side_of(rrset);
  if (!chain_.governing_anchor(rrset.owner, side)) {
    RrsetResult outside{.finding = insecure(Reason::OutsideAnchors, lookup_.facts(rrset.owner, rrset.type))};
    outside.finding.limit_ttl(std::min(rrset.ttl, lookup_.policy().max_ttl));
    return outside;
  }
  Attempts attempts;
  auto judged = judge_signatures(rrset, wildcard_proof, attempts);
  if (judged && judged->finding.security <= Security::Indeterminate)
    judged = judge_unsigned({rrset.owner, rrset.type}, side, attempts, unsigned_reason(rrset, attempts));
  if (judged) judged->finding.limit_ttl(std::min(rrset.ttl, lookup_.policy().max_ttl));
  return judged;
}

/// Signers that may be the zone of the name, deepest first (D-44, D-47).
std::vector<DomainName> LinkJudge::candidates(std::vector<DomainName> signers, const DomainName& name, Side side,
                                              Attempts& attempts) const {
  const auto anchor = chain_.governing_anchor(name, side);
  const DomainName place = place_of(name, side);
  std::erase_if(signers, [&](const DomainName& signer) {
    const bool is_stranger = !place.is_within(signer) || (side == Side::Apex && signer != name);
    const bool is_above = !is_stranger && anchor && !signer.is_within(*anchor);
    if (is_stranger && !attempts.stranger) attempts.stranger = signer;
    if (is_above && !attempts.above_anchor) attempts.above_anchor = signer;
    return is_stranger || is_above || !anchor;
  });
  return signers;
}

/// Tries each signer; a result that is BOGUS or INDETERMINATE stands for "none of them holds".
std::optional<LinkJudge::RrsetResult> LinkJudge::judge_signatures(const Rrset& rrset, WildcardProof wildcard_proof,
                                                                  Attempts& attempts) {
  for (const DomainName& signer : candidates(signers_of(rrset), rrset.owner, side_of(rrset), attempts)) {
    const ZoneState* zone = chain_.zone(signer);
    if (zone == nullptr) return std::nullopt;
    if (!zone->is_zone && !attempts.stranger) attempts.stranger = signer;
    if (zone->is_insecure()) return from_zone(*zone);
    if (zone->is_secure()) {
      auto judged = judge_signature(rrset, wildcard_proof, *zone, attempts);
      if (!judged || judged->finding.security > Security::Indeterminate) return judged;
    } else if (zone->is_zone) {
      attempts.consider(zone->finding, std::nullopt);
      attempts.links = zone->links;
    }
  }
  if (attempts.failure) return RrsetResult{.finding = *attempts.failure};
  return RrsetResult{.finding = bogus(Reason::RrsigsMissing, {})};
}

/// The signature of one zone, and if it needs one its wildcard proof.
std::optional<LinkJudge::RrsetResult> LinkJudge::judge_signature(const Rrset& rrset, WildcardProof wildcard_proof,
                                                                 const ZoneState& zone, Attempts& attempts) {
  const Checked* checked = lookup_.verify(view_, rrset, *zone.keys, role_of(rrset.type));
  if (checked == nullptr) return std::nullopt;
  if (!checked->result) {
    RrsetResult failed{.finding = checked->failure(), .zone = zone.keys};
    attempts.consider(failed.finding, zone.keys->zone);
    return failed;
  }
  auto accepted = accept(rrset, *checked->result, zone, wildcard_proof);
  if (accepted && accepted->finding.security <= Security::Indeterminate)
    attempts.consider(accepted->finding, std::nullopt);
  return accepted;
}

void LinkJudge::Attempts::consider(const Finding& finding, std::optional<DomainName> signer) {
  if (failure && !is_better(finding, *failure)) return;
  failure = finding;
  failed_signer = std::move(signer);
}

std::optional<LinkJudge::RrsetResult> LinkJudge::accept(const Rrset& rrset, const VerifiedRrset& verified,
                                                        const ZoneState& zone, WildcardProof wildcard_proof) {
  RrsetResult good{.verified = &verified, .zone = zone.keys};
  if (verified.is_wildcard_expanded() && wildcard_proof == WildcardProof::Needed) {
    const auto proof =
        judge_wildcard_answer(lookup_, view_, *zone.keys, {rrset.owner, rrset.type}, verified.signed_labels());
    if (!proof) return std::nullopt;
    good.finding = proof->finding;
    if (good.finding.reason == Reason::Nsec3Iterations) {
      const auto say = say_uncomputed(*zone.keys, {rrset.owner, rrset.type}, side_of(rrset));
      if (!say) return std::nullopt;
      if (!say->is_secure()) good.finding = *say;
    }
    if (proof->signed_by != nullptr) {
      good.links.push_back(
          make_link(Step::Denial, zone.keys->zone, rrset.owner, rrset.type, good.finding, view_.resolver()));
      add_signature(good.links.back(), *proof->signed_by);
    }
  }
  good.finding.limit_ttl(verified.ttl());
  return good;
}

/// What nobody computed (D-87) may be said of names of that zone alone, and who can tell without computing but the
/// walk: a zone above has no say over its secure delegations (D-50). SECURE: it may. Nothing: step again.
std::optional<Finding> LinkJudge::say_uncomputed(const ZoneKeys& keys, const wire::Question& judged, Side side) {
  const DomainName place = place_of(judged.name, side);
  const ZoneState* zone = chain_.locate(place, view_.soa_owner_above(place));
  if (zone == nullptr) return std::nullopt;
  if (!zone->is_secure() || zone->keys->zone == keys.zone) return Finding{};
  ReasonFacts facts = lookup_.facts(judged.name, judged.type);
  facts.zone = zone->keys->zone;
  facts.signer = keys.zone;
  return bogus(Reason::SignerNotZone, std::move(facts));
}

Reason LinkJudge::unsigned_reason(const Rrset& rrset, const Attempts& attempts) const {
  if (rrset.malformed) return Reason::MalformedRrset;
  if (attempts.above_anchor) return Reason::SignerAboveAnchor;
  if (attempts.stranger) return Reason::SignerNotZone;
  return rrset.signatures.empty() ? Reason::RrsigsMissing : Reason::SignatureMalformed;
}

/// D-48: no signature holds, so where is the name? Under an insecure cut nothing is wrong; else the failure of the
/// signature is the reason, or `otherwise`. A signature by a zone above the name's own is no signature of its zone.
/// What failed otherwise (a proof, the zone's keys) was made by the name's own zone, and stays.
std::optional<LinkJudge::RrsetResult> LinkJudge::judge_unsigned(const wire::Question& judged, Side side,
                                                                const Attempts& attempts, Reason otherwise) {
  const DomainName place = place_of(judged.name, side);
  auto shown = cut_shown_here(place);
  if (!shown) return std::nullopt;
  if (shown->finding.security == Security::Insecure) return shown;
  const bool is_missing = attempts.failure && attempts.failure->reason == Reason::DenialMissing;  // D-94
  if (attempts.failure && !attempts.failed_signer && !is_missing)
    return RrsetResult{.finding = *attempts.failure, .links = attempts.links};
  const ZoneState* zone = chain_.locate(place, view_.soa_owner_above(place));
  if (zone == nullptr) return std::nullopt;
  if (attempts.failure && is_excused_by(*zone, *attempts.failure)) return from_zone(*zone);
  if (attempts.failure && !attempts.failed_signer)
    return RrsetResult{.finding = *attempts.failure, .links = attempts.links};
  ReasonFacts facts = unproven_facts(judged.name, judged.type, *zone, attempts, otherwise);
  if (attempts.failure) return judge_failed(*attempts.failure, *attempts.failed_signer, *zone, std::move(facts));
  if (!zone->is_secure()) {
    auto unproven = from_zone(*zone);
    // D-47: the signer above the name is no zone; what fails on the way down from there is told by that.
    if (zone->finding.security == Security::Bogus && otherwise == Reason::SignerNotZone &&
        place.is_within(*attempts.stranger)) {
      const ReasonFacts& failed = zone->finding.facts;
      facts.zone = failed.parent ? failed.parent : failed.zone;
      unproven.finding = bogus(otherwise, std::move(facts));
    }
    // Signed data needs no such walk: another resolver's answer may do without what could not be fetched (D-126).
    if (zone->finding.security == Security::Indeterminate) unproven.finding.fault_at = FaultAt::ThisMessage;
    return unproven;
  }
  return RrsetResult{.finding = bogus(otherwise, std::move(facts)), .zone = zone->keys};
}

ReasonFacts LinkJudge::unproven_facts(const DomainName& name, RrType type, const ZoneState& zone,
                                      const Attempts& attempts, Reason reason) const {
  ReasonFacts facts = lookup_.facts(name, type);
  if (zone.is_secure()) facts.zone = zone.keys->zone;
  facts.signer = reason == Reason::SignerAboveAnchor ? attempts.above_anchor : attempts.stranger;
  if (reason == Reason::DsFromChild) facts.parent = std::exchange(facts.zone, name);
  return facts;
}

/// Where the name really lies no signature is due, or we gave up looking for that place (D-48, D-3). That a denial
/// costs too much to compute (D-87) excuses nothing, nor do messages about a cut below the signer that do not come:
/// what the signer's zone said failed as it stands (D-126).
bool LinkJudge::is_excused_by(const ZoneState& zone, const Finding& failure) {
  if (zone.is_insecure()) return zone.finding.reason != Reason::Nsec3Iterations;
  return failure.security == Security::Bogus && zone.finding.security == Security::Indeterminate &&
         !is_unfetched_reason(zone.finding.reason);
}

/// A signature failed; `zone` is where the name really lies.
LinkJudge::RrsetResult LinkJudge::judge_failed(const Finding& failure, const DomainName& signer, const ZoneState& zone,
                                               ReasonFacts facts) const {
  const bool is_above = zone.is_secure() && zone.keys->zone.is_below(signer);
  if (!is_above || failure.security != Security::Bogus) return {.finding = failure};
  facts.signer = signer;
  return {.finding = bogus(Reason::SignerNotZone, std::move(facts)), .zone = zone.keys};
}

/// D-54: an insecure delegation at or above the name, shown by a record that came along. SECURE: none.
std::optional<LinkJudge::RrsetResult> LinkJudge::cut_shown_here(const DomainName& name) {
  if (!view_.has_denial_records()) return RrsetResult{};
  Attempts unused;
  for (const DomainName& signer : candidates(denial_signers(view_, name), name, Side::Any, unused)) {
    const ZoneState* zone = chain_.zone(signer);
    if (zone == nullptr) return std::nullopt;
    if (!zone->is_secure()) continue;
    const auto search = find_insecure_cut(lookup_, view_, *zone->keys, name);
    if (!search) return std::nullopt;
    if (!search->cut) continue;
    const auto say = chain_.say_of(signer, *search->cut);
    if (!say) return std::nullopt;
    if (!say->is_secure()) continue;
    ReasonFacts facts = lookup_.facts(*search->cut, RrType::Ds);
    facts.zone = *search->cut;
    facts.parent = signer;
    RrsetResult result{.finding = insecure(Reason::InsecureDelegation, std::move(facts)), .zone = zone->keys};
    result.finding.limit_ttl(search->ttl);
    return result;
  }
  return RrsetResult{};
}

LinkJudge::RrsetResult LinkJudge::from_zone(const ZoneState& zone) const {
  RrsetResult result{.finding = zone.finding, .links = zone.links};
  result.finding.fault_at = FaultAt::Elsewhere;
  return result;
}

}  // namespace danesweep::dnssec
