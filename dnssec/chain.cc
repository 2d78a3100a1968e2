// SPDX-License-Identifier: Apache-2.0
#include "dnssec/chain.h"

#include <algorithm>
#include <utility>

#include "dnssec/trace.h"

namespace danesweep::dnssec {

using wire::DomainName;
using wire::Rrset;
using wire::RrType;

namespace {

template <class Memos>
auto& entry(Memos& memos, const DomainName& name) {
  for (const auto& memo : memos)
    if (memo->name == name) return *memo;
  memos.push_back(std::make_unique<typename Memos::value_type::element_type>());
  memos.back()->name = name;
  return *memos.back();
}

ZoneState failed(Finding finding, std::vector<ChainLink> links = {}) {
  ZoneState state;
  state.finding = std::move(finding);
  state.finding.fault_at = FaultAt::Elsewhere;
  state.links = std::move(links);
  return state;
}

ZoneState no_zone() {
  ZoneState state;
  state.is_zone = false;
  return state;
}

}  // namespace

Side side_of(RrType type) { return type == RrType::Ds ? Side::Parent : Side::Any; }

std::optional<DomainName> Chain::governing_anchor(const DomainName& name, Side side) const {
  if (side == Side::Parent && !name.is_root()) return lookup_.anchors().governing_zone_strictly_above(name);
  return lookup_.anchors().governing_zone(name);
}

Chain::ZoneMemo& Chain::zone_memo(const DomainName& name) { return entry(zones_, name); }

const ZoneState* Chain::zone(const DomainName& name) {
  ZoneMemo& memo = zone_memo(name);
  if (!memo.state) {
    auto state = find_zone(memo);
    if (state) memo.state = std::move(*state);
  }
  return memo.state ? &*memo.state : nullptr;
}

std::optional<ZoneState> Chain::find_zone(ZoneMemo& memo) {
  if (auto cached = cached_zone(memo.name)) return cached;
  if (lookup_.anchors().governing_zone(memo.name) == memo.name) return prove_anchored_zone(memo);
  // Both questions at once: a signer's name is nearly always a zone (D-46).
  lookup_.exchanges().ask({memo.name, RrType::Dnskey});
  const CutState* cut = cut_at(memo.name);
  if (cut == nullptr) return std::nullopt;
  switch (cut->cut) {
    case Cut::Secure:
      return prove_keys(memo, *cut);
    case Cut::Insecure:
      return insecure_from(*cut);
    case Cut::None:
    case Cut::NoName:
      return no_zone();
    case Cut::Failed:
      return failed(cut->finding, cut->links);
  }
  return failed(cut->finding, cut->links);
}

/// What look-ups before this one have found: keys, an insecure cut at or above, an opt-out span, a fault (D-107 to
/// D-109).
std::optional<ZoneState> Chain::cached_zone(const DomainName& name) {
  Caches& caches = lookup_.caches();
  if (auto keys = caches.find_zone(name, lookup_.now())) {
    ZoneState state;
    state.finding.limit_ttl(lookup_.seconds_until(keys->expires));
    state.keys = std::move(keys);
    return state;
  }
  const auto anchor = lookup_.anchors().governing_zone(name);
  for (std::size_t labels = name.label_count(); anchor && labels > anchor->label_count(); --labels)
    if (auto cut = caches.find_cut(name.suffix(labels), lookup_.now())) return insecure_from(cut);
  if (auto fault = cached_fault(name)) return fault;
  if (name.is_root() || !anchor || name == *anchor) return std::nullopt;
  const auto parent = caches.find_zone(name.parent(), lookup_.now());
  return parent ? covered_by_span(*parent, name) : std::nullopt;
}

std::optional<ZoneState> Chain::cached_fault(const DomainName& name) {
  const auto bogus_zone = lookup_.caches().find_bogus(name, lookup_.now());
  if (bogus_zone == nullptr) return std::nullopt;
  lookup_.trace("cached, seen " + std::to_string(lookup_.now() - bogus_zone->seen) + " s ago: " + name.to_text() + ' ' +
                std::string(code(bogus_zone->reason)));
  return failed(bogus(bogus_zone->reason, bogus_zone->facts), bogus_zone->links);
}

/// DNSKEY at an anchor: nothing above is asked (D-44).
std::optional<ZoneState> Chain::prove_anchored_zone(ZoneMemo& memo) {
  CutState anchored;
  anchored.cut = Cut::None;
  return prove_keys(memo, anchored);
}

/// Asks one resolver for the keys, and if they do not hold once another (D-126).
std::optional<ZoneState> Chain::prove_keys(ZoneMemo& memo, const CutState& cut) {
  const CutState* secure = cut.cut == Cut::Secure ? &cut : nullptr;
  auto state = memo.answers.ask(
      lookup_, {memo.name, RrType::Dnskey}, [&](const Exchange& exchange) { return judge_keys(exchange, secure); },
      [](const ZoneState& judged) { return judged.finding.security == Security::Bogus; });
  if (state) remember_fault(memo.name, state->finding, state->links);
  return state;
}

std::optional<ZoneState> Chain::judge_keys(const Exchange& exchange, const CutState* cut) {
  if (!exchange.is_answered()) return failed(exchange.missing);
  if (lookup_.must_stop()) return std::nullopt;
  return judge_key_set(*exchange.view, exchange.wanted.question.name, cut);
}

/// `cut` null: the zone is anchored.
std::optional<ZoneState> Chain::judge_key_set(const ResponseView& view, const DomainName& name, const CutState* cut) {
  const Rrset* dnskeys = view.answer(name, RrType::Dnskey);
  lookup_.begin_message(view);
  if (KeyTable* table = lookup_.key_table()) {
    if (cut == nullptr) table->see_anchors(name, lookup_.anchors().of(name));
    if (dnskeys != nullptr) table->see(*dnskeys);
  }
  const auto outcome = cut != nullptr ? prove_by_ds(name, *cut->ds, dnskeys, lookup_.context())
                                      : prove_by_anchors(name, lookup_.anchors().of(name), dnskeys, lookup_.context());
  if (outcome.paused) {
    lookup_.pause();
    return std::nullopt;
  }
  ZoneState state = accept(outcome, view, cut);
  const bool is_stripped = cut == nullptr && dnskeys != nullptr && dnskeys->signatures.empty();
  if (state.finding.security == Security::Bogus && is_stripped) {
    state.finding.reason = Reason::ResolverStripsDnssec;
    state.finding.facts.resolver = view.resolver();
    state.links.back().reason = Reason::ResolverStripsDnssec;
  }
  return state;
}

ZoneState Chain::accept(const KeySetOutcome& outcome, const ResponseView& view, const CutState* cut) {
  const DomainName& name = view.message().question()->name;
  Finding finding;
  finding.security = outcome.security;
  finding.reason = outcome.reason;
  finding.facts = outcome.facts;
  if (outcome.security != Security::Secure) {
    if (outcome.security == Security::Insecure && cut != nullptr) finding.limit_ttl(cut->finding.ttl);
    std::vector<ChainLink> links;
    if (cut != nullptr) {
      links.push_back(make_link(Step::Ds, *cut->ds));
      links.back().resolver = cut->resolver;
    }
    links.push_back(make_link(Step::Dnskey, name, name, RrType::Dnskey, finding, view.resolver()));
    if (lookup_.is_traced()) lookup_.trace(to_line("keys of", name, RrType::Dnskey, finding));
    if (outcome.security != Security::Insecure) return failed(std::move(finding), std::move(links));
    return insecure_from(remember_cut(name, cut != nullptr ? cut->parent->zone : name, finding, std::move(links)));
  }
  auto keys = std::make_shared<ZoneKeys>(*outcome.keys);
  keys->parent = cut != nullptr ? cut->parent->zone : name;
  for (ChainLink& link : keys->links)
    link.resolver = link.step == Step::Ds && cut != nullptr ? cut->resolver : view.resolver();
  ZoneState state;
  state.finding.limit_ttl(lookup_.seconds_until(keys->expires));
  state.keys = keys;
  if (KeyTable* table = lookup_.key_table()) table->see_proven(keys);
  if (keys->expires > lookup_.now()) lookup_.caches().store(std::shared_ptr<const ZoneKeys>(std::move(keys)));
  if (lookup_.is_traced()) lookup_.trace(to_line("keys of", name, RrType::Dnskey, state.finding));
  return state;
}

const ZoneState* Chain::locate(const DomainName& name, const DomainName* soa_owner) {
  ZoneMemo& memo = entry(locations_, name);
  if (!memo.state) {
    auto state = walk(name, soa_owner);
    if (state) memo.state = std::move(*state);
  }
  return memo.state ? &*memo.state : nullptr;
}

/// D-48: down from the deepest known zone, one label at a time, until security ends or the name is reached.
std::optional<ZoneState> Chain::walk(const DomainName& name, const DomainName* soa_owner) {
  const auto anchor = lookup_.anchors().governing_zone(name);
  if (!anchor) return failed(insecure(Reason::OutsideAnchors, lookup_.facts(name)));
  auto descent = begin_descent(name, *anchor);
  if (!descent || !take_hint(*descent, name, soa_owner)) return std::nullopt;
  while (!descent->is_over && descent->labels < name.label_count())
    if (!descend(*descent, name)) return std::nullopt;
  return descent->deepest;
}

std::optional<Chain::Descent> Chain::begin_descent(const DomainName& name, const DomainName& anchor) {
  for (std::size_t labels = name.label_count(); labels > anchor.label_count(); --labels) {
    const DomainName ancestor = name.suffix(labels);
    const auto memo = std::ranges::find_if(zones_, [&](const auto& each) { return each->name == ancestor; });
    const bool is_judged = memo != zones_.end() && (*memo)->state.has_value();
    auto known = is_judged ? (*memo)->state : cached_zone(ancestor);
    // The way down may end above a fault that a signer's name led to (D-52): it counts once it is reached.
    const bool is_cached_fault = !is_judged && known && known->finding.security == Security::Bogus;
    if (known && known->is_zone && !is_cached_fault) return Descent{*known, labels, !known->is_secure()};
  }
  const ZoneState* anchored = zone(anchor);
  if (anchored == nullptr) return std::nullopt;
  return Descent{*anchored, anchor.label_count(), !anchored->is_secure()};
}

/// One question may spare the walk: the DS of the zone that the answer itself names (D-57), or one asked along (D-60).
/// False: not known yet.
bool Chain::take_hint(Descent& descent, const DomainName& name, const DomainName* soa_owner) {
  const bool is_asked_along = lookup_.exchanges().find({name, RrType::Ds}) != nullptr;
  const DomainName* hint = is_asked_along ? &name : soa_owner;
  if (descent.is_over || hint == nullptr || !name.is_within(*hint) || hint->label_count() <= descent.labels)
    return true;
  const CutState* cut = cut_at(*hint);
  if (cut == nullptr) return false;
  if (cut->cut == Cut::None) {
    if (cut->parent->zone.label_count() >= descent.deepest.keys->zone.label_count()) descent.deepest.keys = cut->parent;
    descent.labels = hint->label_count();
    return true;
  }
  const bool is_proof = cut->cut == Cut::Insecure || cut->cut == Cut::Secure;
  return !is_proof || enter(descent, *cut, *hint);
}

/// The next label. False: not known yet.
bool Chain::descend(Descent& descent, const DomainName& name) {
  const DomainName child = name.suffix(++descent.labels);
  if (auto insecure_child = covered_by_span(*descent.deepest.keys, child)) {
    descent = {std::move(*insecure_child), descent.labels, true};
    return true;
  }
  if (auto fault = cached_fault(child)) {
    descent = {std::move(*fault), descent.labels, true};
    return true;
  }
  const bool is_new = lookup_.exchanges().find({child, RrType::Ds}) == nullptr;
  if (is_new && !lookup_.budget().take_label_step()) {
    descent = {failed(lookup_.work_limit(name, descent.deepest.keys->zone)), descent.labels, true};
    return true;
  }
  const CutState* cut = cut_at(child);
  return cut != nullptr && enter(descent, *cut, child);
}

/// What the DS question at `child` says about the way on. False: not known yet.
bool Chain::enter(Descent& descent, const CutState& cut, const DomainName& child) {
  const auto end = [&](ZoneState state) {
    descent = {std::move(state), child.label_count(), true};
    return true;
  };
  switch (cut.cut) {
    case Cut::Insecure:
      return end(insecure_from(cut));
    case Cut::Failed:
      return end(failed(cut.finding, cut.links));
    case Cut::NoName:
      return end(descent.deepest);  // nothing exists below (D-52)
    case Cut::None:
      return true;
    case Cut::Secure:
      break;
  }
  const ZoneState* below = zone(child);
  if (below != nullptr) descent = {*below, child.label_count(), !below->is_secure()};
  return below != nullptr;
}

/// A child of the zone whose hash lies in a verified opt-out span has no DS: no need to ask (D-108).
std::optional<ZoneState> Chain::covered_by_span(const ZoneKeys& zone, const DomainName& child) {
  if (child.label_count() != zone.zone.label_count() + 1) return std::nullopt;
  const auto parameters = lookup_.caches().span_parameters(zone.zone, lookup_.now());
  if (!parameters) return std::nullopt;
  const auto hash = lookup_.nsec3_hash(child, {parameters->salt, parameters->iterations});
  if (!hash) return std::nullopt;
  const auto span = lookup_.caches().find_span(zone.zone, *hash, lookup_.now());
  if (!span) return std::nullopt;
  ReasonFacts facts = lookup_.facts(child, RrType::Ds);
  facts.zone = child;
  facts.parent = zone.zone;
  ZoneState state;
  state.finding = insecure(Reason::InsecureDelegationOptout, std::move(facts));
  state.finding.limit_ttl(lookup_.seconds_until(span->expires));
  state.cut = child;
  if (lookup_.detail() != Detail::Plain)
    state.links.push_back(make_link(Step::Cut, zone.zone, child, RrType::Ds, state.finding));
  return state;
}

bool Chain::is_location_known(const DomainName& name) {
  if (!lookup_.anchors().governing_zone(name)) return true;
  return cached_zone(name).has_value();
}

ZoneState Chain::insecure_from(const CutState& cut) const {
  ZoneState state = insecure_from(cut.insecure);
  state.finding.limit_ttl(cut.finding.ttl);
  return state;
}

ZoneState Chain::insecure_from(const std::shared_ptr<const InsecureCut>& cut) const {
  ZoneState state;
  state.finding = insecure(cut->reason, cut->facts);
  if (cut->expires != 0) state.finding.limit_ttl(lookup_.seconds_until(cut->expires));
  state.cut = cut->name;
  state.links = cut->links;
  return state;
}

std::shared_ptr<const InsecureCut> Chain::remember_cut(const DomainName& name, const DomainName& zone,
                                                       const Finding& finding, std::vector<ChainLink> links) {
  auto cut = std::make_shared<InsecureCut>();
  cut->name = name;
  cut->zone = zone;
  cut->reason = finding.reason;
  cut->facts = finding.facts;
  const std::uint32_t ttl = negative_ttl(lookup_, finding.ttl);
  cut->expires = lookup_.now() + ttl;
  cut->links = std::move(links);
  if (ttl > 0) lookup_.caches().store(std::shared_ptr<const InsecureCut>(cut));
  return cut;
}

/// D-109. What another look at the resolver may explain (D-59) is not kept.
void Chain::remember_fault(const DomainName& name, const Finding& finding, const std::vector<ChainLink>& links) {
  const bool is_chain_fault = finding.security == Security::Bogus && !is_missing_reason(finding.reason) &&
                              finding.reason != Reason::ResolverStripsDnssec;
  if (!is_chain_fault) return;
  auto fault = std::make_shared<BogusZone>();
  fault->zone = name;
  fault->reason = finding.reason;
  fault->facts = finding.facts;
  fault->seen = lookup_.now();
  fault->expires = lookup_.now() + lookup_.policy().bogus_ttl;
  fault->links = links;
  lookup_.caches().store(std::shared_ptr<const BogusZone>(std::move(fault)));
}

std::shared_ptr<const ZoneKeys> Chain::known_keys(const DomainName& zone) const {
  for (const auto& memo : zones_)
    if (memo->name == zone && memo->state && memo->state->keys) return memo->state->keys;
  return lookup_.caches().find_zone(zone, lookup_.now());
}

Chain::Path Chain::path_to(const ZoneKeys& keys) const {
  std::vector<std::shared_ptr<const ZoneKeys>> above;
  const ZoneKeys* current = &keys;
  Path path;
  path.ttl = lookup_.seconds_until(keys.expires);
  while (current->parent != current->zone) {
    auto parent = known_keys(current->parent);
    if (!parent || !current->zone.is_below(parent->zone)) break;
    path.ttl = std::min(path.ttl, lookup_.seconds_until(parent->expires));
    above.push_back(std::move(parent));
    current = above.back().get();
  }
  if (lookup_.detail() == Detail::Plain) return path;
  for (auto zone = above.rbegin(); zone != above.rend(); ++zone)
    path.links.insert(path.links.end(), (*zone)->links.begin(), (*zone)->links.end());
  path.links.insert(path.links.end(), keys.links.begin(), keys.links.end());
  return path;
}

}  // namespace danesweep::dnssec
