// SPDX-License-Identifier: Apache-2.0
// The DS question at one name: a secure delegation, an insecure one, no zone cut, or an answer that proves nothing.
#include <algorithm>
#include <utility>

#include "dnssec/chain.h"
#include "dnssec/trace.h"

namespace danesweep::dnssec {

using wire::DomainName;
using wire::Rrset;
using wire::RrType;

namespace {

/// The better of two failures at one thing (D-126); SECURE stands for none so far.
void consider(Finding& best, Finding finding) {
  if (best.is_secure() || is_better(finding, best)) best = std::move(finding);
}

std::shared_ptr<const InsecureCut> forgotten_cut(const DomainName& name, const Finding& finding,
                                                 std::vector<ChainLink> links) {
  auto cut = std::make_shared<InsecureCut>();
  cut->name = name;
  cut->reason = finding.reason;
  cut->facts = finding.facts;
  cut->links = std::move(links);
  return cut;
}

/// A denial that the child itself gave: its SOA, or records that it signed (D-56).
bool is_from_child(const ResponseView& view, const DomainName& name) {
  return std::ranges::any_of(view.denials(), [&](const Rrset* rrset) {
    return (rrset->type == RrType::Soa && rrset->owner == name) || is_signed_by(*rrset, name);
  });
}

/// In a chain a missing denial has its own name (D-55).
bool is_missing_denial(Reason reason) { return reason == Reason::RrsigsMissing || reason == Reason::DenialMissing; }

}  // namespace

const Chain::CutState* Chain::cut_at(const DomainName& name) {
  auto known = std::ranges::find_if(cuts_, [&](const auto& memo) { return memo->name == name; });
  if (known == cuts_.end()) {
    cuts_.push_back(std::make_unique<CutMemo>());
    cuts_.back()->name = name;
    known = cuts_.end() - 1;
  }
  CutMemo& memo = **known;
  if (!memo.state) {
    auto state = find_cut(memo);
    if (state) memo.state = std::move(*state);
  }
  return memo.state ? &*memo.state : nullptr;
}

/// Asks one resolver, and if its answer is bad others (D-56, D-59, D-126).
std::optional<Chain::CutState> Chain::find_cut(CutMemo& memo) {
  const auto judge = [&](const Exchange& exchange) -> std::optional<CutState> {
    if (!exchange.is_answered()) return CutState{.finding = exchange.missing};
    return judge_ds(*exchange.view, memo.name);
  };
  const auto is_bad = [](const CutState& judged) {
    return judged.finding.security == Security::Bogus && judged.finding.fault_at == FaultAt::ThisMessage;
  };
  auto state = memo.answers.ask(lookup_, {memo.name, RrType::Ds}, judge, is_bad);
  if (state && is_bad(*state)) remember_fault(memo.name, state->finding, state->links);
  return state;
}

/// Security ends only where the zone that says so has a say.
std::optional<Chain::CutState> Chain::judge_ds(const ResponseView& view, const DomainName& name) {
  auto state = judge_ds_answer(view, name);
  if (!state || state->cut != Cut::Insecure || state->parent == nullptr) return state;
  const DomainName& zone = state->parent->zone;
  const InsecureCut& cut = *state->insecure;
  const auto say = say_of(zone, cut.name);
  if (!say) return std::nullopt;
  if (!say->is_secure()) return failed_cut(view, name, *say);
  // A denial that nobody computed shows no cut: it ends this walk (D-87), but a signed DS may lie below it, so that a
  // look-up which finds that one must not be told of this (D-1).
  if (cut.reason != Reason::Nsec3Iterations) state->insecure = remember_cut(cut.name, zone, state->finding, cut.links);
  if (lookup_.is_traced()) lookup_.trace(to_line("cut", state->insecure->name, RrType::Ds, state->finding));
  return state;
}

std::optional<Chain::CutState> Chain::judge_ds_answer(const ResponseView& view, const DomainName& name) {
  if (const Rrset* ds = view.answer(name, RrType::Ds)) return judge_ds_rrset(view, *ds);
  if (const Rrset* cname = view.answer(name, RrType::Cname)) return judge_cname(view, *cname);
  if (const Rrset* dname = view.dname_above(name))
    return judge_unproven(view, name, {}, Reason::DsAnswerInvalid, "the DNAME at " + dname->owner.to_display());
  return judge_no_ds(view, name);
}

std::optional<Finding> Chain::say_of(const DomainName& zone, const DomainName& name) {
  for (std::size_t labels = zone.label_count() + 1; labels < name.label_count(); ++labels) {
    const CutState* between = cut_at(name.suffix(labels));
    if (between == nullptr) return std::nullopt;
    if (between->cut == Cut::Insecure) return Finding{};
    if (between->cut == Cut::Failed) return between->finding;
    if (between->cut == Cut::None) continue;
    ReasonFacts facts = lookup_.facts(name, RrType::Ds);
    facts.zone = zone;
    facts.signer = zone;
    return bogus(Reason::SignerNotZone, std::move(facts));
  }
  return Finding{};
}

/// Signers that may be the parent: strictly above the name, and not above its anchor (D-23, D-44).
std::vector<DomainName> Chain::parent_candidates(std::vector<DomainName> signers, const DomainName& name) const {
  const auto anchor = governing_anchor(name, Side::Parent);
  std::erase_if(signers, [&](const DomainName& signer) {
    return !name.is_below(signer) || !anchor || !signer.is_within(*anchor);
  });
  return signers;
}

/// Asks each zone that may be the parent, until one settles the matter. `Cut::Failed`: none did, and the best of their
/// failures (SECURE: no such zone). Nothing: step again.
std::optional<Chain::CutState> Chain::judge_by_parents(const std::vector<DomainName>& signers, const DomainName& name,
                                                       const JudgeByParent& judge) {
  CutState unsettled;
  for (const DomainName& signer : parent_candidates(signers, name)) {
    const ZoneState* parent = zone(signer);
    if (parent == nullptr) return std::nullopt;
    if (parent->is_insecure()) return from_zone(*parent);
    if (parent->is_secure()) {
      auto state = judge(parent->keys);
      if (!state || state->cut != Cut::Failed) return state;
      consider(unsettled.finding, std::move(state->finding));
    } else if (parent->is_zone) {
      consider(unsettled.finding, from_zone(*parent).finding);
    }
  }
  return unsettled;
}

/// A DS that a wildcard's signature covers is none: where a zone is cut the name exists, so no proof could allow it
/// (D-64, D-65, RFC 4592 4.2).
std::optional<Chain::CutState> Chain::judge_ds_rrset(const ResponseView& view, const Rrset& ds) {
  if (KeyTable* table = lookup_.key_table()) table->see(ds);
  const auto judge = [&](const std::shared_ptr<const ZoneKeys>& parent) -> std::optional<CutState> {
    const Checked* checked = lookup_.verify(view, ds, *parent, SignedRole::DsOrItsDenial);
    if (checked == nullptr) return std::nullopt;
    if (checked->result && checked->result->is_wildcard_expanded()) {
      ReasonFacts facts = lookup_.facts(ds.owner, RrType::Ds);
      facts.zone = parent->zone;
      return CutState{.finding = bogus(Reason::WildcardNoDenial, std::move(facts))};
    }
    if (checked->result) return accept_ds(view, *checked->result, parent);
    const Finding finding = checked->failure();
    if (finding.security == Security::Insecure)  // D-35: signed by a key of a size that is not checked
      return insecure_cut(view, ds.owner, parent, finding, nullptr);
    return CutState{.finding = finding};
  };
  auto state = judge_by_parents(signers_of(ds), ds.owner, judge);
  if (!state || state->cut != Cut::Failed) return state;
  return judge_unproven(view, ds.owner, std::move(state->finding), Reason::DsDenialMissing);
}

/// A signed CNAME stands at no zone cut; any other cannot answer a DS question (D-53).
std::optional<Chain::CutState> Chain::judge_cname(const ResponseView& view, const Rrset& cname) {
  std::string alias = cname.signatures.empty() ? "an unsigned CNAME" : "a CNAME that its zone did not sign";
  const auto judge = [&](const std::shared_ptr<const ZoneKeys>& parent) -> std::optional<CutState> {
    const Checked* checked = lookup_.verify(view, cname, *parent);
    if (checked == nullptr) return std::nullopt;
    if (!checked->result) return CutState{.finding = checked->failure()};
    if (checked->result->is_wildcard_expanded()) {
      alias = "a CNAME from a wildcard";
      return CutState{};
    }
    CutState none{.cut = Cut::None, .parent = parent, .resolver = view.resolver()};
    none.finding.limit_ttl(checked->result->ttl());
    return none;
  };
  auto state = judge_by_parents(signers_of(cname), cname.owner, judge);
  if (!state || state->cut != Cut::Failed) return state;
  return judge_unproven(view, cname.owner, std::move(state->finding), Reason::DsAnswerInvalid, std::move(alias));
}

std::optional<Chain::CutState> Chain::judge_no_ds(const ResponseView& view, const DomainName& name) {
  const auto judge = [&](const std::shared_ptr<const ZoneKeys>& parent) -> std::optional<CutState> {
    const auto denial =
        judge_denial(lookup_, view, *parent, {name, RrType::Ds, DenialPurpose::ZoneCut}, Position::First);
    if (!denial) return std::nullopt;
    if (auto state = accept_denial(view, name, *denial, parent)) return state;
    CutState failed{.finding = denial->finding};
    if (is_missing_denial(failed.finding.reason))
      failed.finding = bogus(Reason::DsDenialMissing, delegation_facts(name, parent->zone));
    return failed;
  };
  auto state = judge_by_parents(denial_signers(view, name), name, judge);
  if (!state || state->cut != Cut::Failed) return state;
  if (is_from_child(view, name)) return judge_unproven(view, name, {}, Reason::DsFromChild);
  return judge_unproven(view, name, std::move(state->finding), Reason::DsDenialMissing);
}

/// Nothing here verifies: no fault if security ended above (D-58), else BOGUS: the failure, or if that is SECURE
/// `otherwise`. `alias`: what answered instead; the zone above holds it, and can mend it.
std::optional<Chain::CutState> Chain::judge_unproven(const ResponseView& view, const DomainName& name, Finding failure,
                                                     Reason otherwise, std::string alias) {
  const ZoneState* above = locate(name.parent(), view.soa_owner_above(name.parent()));
  if (above == nullptr) return std::nullopt;
  if (above->is_insecure()) return from_zone(*above);
  if (!failure.is_secure()) return failed_cut(view, name, std::move(failure));
  if (!above->is_secure()) return from_zone(*above);
  ReasonFacts facts = delegation_facts(name, above->keys->zone);
  if (!alias.empty()) facts.zone = above->keys->zone;
  facts.text = std::move(alias);
  return failed_cut(view, name, bogus(otherwise, std::move(facts)));
}

ReasonFacts Chain::delegation_facts(const DomainName& name, const DomainName& parent) const {
  ReasonFacts facts = lookup_.facts(name, RrType::Ds);
  facts.zone = name;
  facts.parent = parent;
  return facts;
}

/// A verified DS set: usable, or the zone below is INSECURE (D-41, D-49).
Chain::CutState Chain::accept_ds(const ResponseView& view, const VerifiedRrset& ds,
                                 std::shared_ptr<const ZoneKeys> parent) {
  const DomainName& name = ds.rrset().owner;
  const DsUsability usable = usability(ds, lookup_.context());
  if (!usable.usable) {
    ReasonFacts facts = delegation_facts(name, parent->zone);
    facts.number = usable.number;
    Finding finding = insecure(usable.reason, std::move(facts));
    finding.limit_ttl(ds.ttl());
    return insecure_cut(view, name, parent, finding, &ds);
  }
  CutState state{.cut = Cut::Secure, .ds = &ds, .parent = std::move(parent), .resolver = view.resolver()};
  state.finding.limit_ttl(ds.ttl());
  return state;
}

/// Nothing: the denial failed.
std::optional<Chain::CutState> Chain::accept_denial(const ResponseView& view, const DomainName& name,
                                                    const DenialResult& denial,
                                                    const std::shared_ptr<const ZoneKeys>& parent) {
  CutState state{.finding = denial.finding, .parent = parent, .resolver = view.resolver()};
  if (denial.finding.security == Security::Insecure)
    return insecure_cut(view, denial.proof == Proof::InsecureDelegation ? denial.cut : name, parent, denial.finding,
                        denial.signed_by);
  if (!denial.finding.is_secure()) return std::nullopt;
  switch (denial.proof) {
    case Proof::Delegation: {
      Finding finding = insecure(Reason::InsecureDelegation, delegation_facts(name, parent->zone));
      finding.limit_ttl(denial.finding.ttl);
      return insecure_cut(view, name, parent, finding, denial.signed_by);
    }
    case Proof::NxDomain:
      state.cut = Cut::NoName;
      return state;
    default:
      state.cut = Cut::None;
      return state;
  }
}

Chain::CutState Chain::insecure_cut(const ResponseView& view, const DomainName& name,
                                    std::shared_ptr<const ZoneKeys> parent, const Finding& finding,
                                    const VerifiedRrset* proof) {
  CutState state{.cut = Cut::Insecure, .finding = finding, .resolver = view.resolver()};
  std::vector<ChainLink> links{make_link(Step::Cut, parent->zone, name, RrType::Ds, finding, view.resolver())};
  if (proof != nullptr) add_signature(links.front(), *proof);
  state.insecure = forgotten_cut(name, finding, std::move(links));
  state.parent = std::move(parent);
  return state;
}

Chain::CutState Chain::failed_cut(const ResponseView& view, const DomainName& name, Finding finding) const {
  CutState state{.cut = Cut::Failed, .resolver = view.resolver()};
  state.links.push_back(
      make_link(Step::Ds, finding.facts.parent.value_or(DomainName()), name, RrType::Ds, finding, view.resolver()));
  state.finding = std::move(finding);
  if (lookup_.is_traced()) lookup_.trace(to_line("DS answer at", name, RrType::Ds, state.finding));
  return state;
}

Chain::CutState Chain::from_zone(const ZoneState& zone) {
  CutState state{.cut = zone.is_insecure() ? Cut::Insecure : Cut::Failed, .finding = zone.finding, .links = zone.links};
  state.finding.fault_at = FaultAt::Elsewhere;
  if (!zone.is_insecure()) return state;
  state.insecure = forgotten_cut(zone.cut, zone.finding, zone.links);
  return state;
}

}  // namespace danesweep::dnssec
