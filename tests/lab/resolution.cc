// SPDX-License-Identifier: Apache-2.0
#include "tests/lab/resolution.h"

#include <algorithm>
#include <utility>

namespace danesweep::lab {
namespace {

constexpr int kMaxLinks = 20;

void add_proof(Answer& answer, const RrSet* set) {
  if (set == nullptr) return;
  const auto is_there = [&](const Item& item) { return item.set == set; };
  if (std::none_of(answer.authority.begin(), answer.authority.end(), is_there))
    answer.authority.push_back({set->owner, set});
}

Name next_closer(const Name& name, const Name& encloser) { return name.last_labels(encloser.labels() + 1); }

/// NSEC3: closest encloser matched, next closer name covered (RFC 5155 7.2.1).
void prove_closest_encloser(Zone& zone, const Name& name, Answer& answer) {
  Name encloser = zone.closest_encloser(name);
  // In an opt-out zone names that exist may have no NSEC3.
  while (encloser != zone.apex() && zone.nsec3_matching(encloser) == nullptr) encloser = encloser.parent();
  add_proof(answer, zone.nsec3_matching(encloser));
  if (encloser != name) add_proof(answer, zone.nsec3_covering(next_closer(name, encloser)));
}

bool wants_all(std::uint16_t type) { return type == kAny; }

void add_data(Zone& zone, const Node& node, const Name& owner, std::uint16_t type, Answer& answer) {
  for (const auto& set : node.sets)
    if (set.type == type || wants_all(type) || type == kRrsig)
      answer.answer.push_back(
          {owner, zone.finished(node.name, set.type), type == kRrsig ? Show::Signatures : Show::Both});
}

}  // namespace

Zone& ZoneTable::add(Name apex, Denial denial, Times times) {
  zones_.push_back(std::make_unique<Zone>(apex, denial, times));
  by_apex_[std::move(apex)] = zones_.back().get();
  return *zones_.back();
}

Zone* ZoneTable::find(const Name& apex) {
  const auto at = by_apex_.find(apex);
  return at == by_apex_.end() ? nullptr : at->second;
}

Zone& ZoneTable::enclosing(const Name& name) {
  for (Name apex = name;; apex = apex.parent())
    if (Zone* zone = find(apex)) return *zone;
}

Zone& ZoneTable::strictly_enclosing(const Name& name) { return enclosing(name.parent()); }

void add_soa(Zone& zone, Answer& answer) { add_proof(answer, zone.soa()); }

void prove_no_data(Zone& zone, const Name& name, Answer& answer) {
  if (zone.denial() == Denial::Nsec) {
    const RrSet* nsec = zone.nsec_at(name);
    add_proof(answer, nsec != nullptr ? nsec : zone.nsec_covering(name));  // the latter: an empty non-terminal
  } else if (zone.is_signed()) {
    const RrSet* match = zone.nsec3_matching(name);
    if (match != nullptr)
      add_proof(answer, match);
    else
      prove_closest_encloser(zone, name, answer);
  }
}

void prove_no_closer_match(Zone& zone, const Name& name, Answer& answer) {
  if (zone.denial() == Denial::Nsec)
    add_proof(answer, zone.nsec_covering(name));
  else if (zone.is_signed())
    add_proof(answer, zone.nsec3_covering(next_closer(name, zone.closest_encloser(name))));
}

void prove_no_name(Zone& zone, const Name& name, Answer& answer) {
  const Name wildcard = zone.closest_encloser(name).below("*");
  if (zone.denial() == Denial::Nsec) {
    add_proof(answer, zone.nsec_covering(name));
    add_proof(answer, zone.nsec_covering(wildcard));
  } else if (zone.is_signed()) {
    prove_closest_encloser(zone, name, answer);
    add_proof(answer, zone.nsec3_covering(wildcard));
  }
}

void prove_wildcard_no_data(Zone& zone, const Name& name, Answer& answer) {
  const Name wildcard = zone.closest_encloser(name).below("*");
  if (zone.denial() == Denial::Nsec) {
    add_proof(answer, zone.nsec_covering(name));
    const RrSet* nsec = zone.nsec_at(wildcard);
    add_proof(answer, nsec != nullptr ? nsec : zone.nsec_covering(wildcard));
  } else if (zone.is_signed()) {
    prove_closest_encloser(zone, name, answer);
    add_proof(answer, zone.nsec3_matching(wildcard));
  }
}

bool Resolution::apply_dname(Zone& zone, Name& name, Answer& answer) {
  for (Name above = name; above != zone.apex();) {
    above = above.parent();
    const RrSet* dname = zone.finished(above, kDname);
    if (dname == nullptr) continue;
    const auto is_it = [&](const Item& item) { return item.set == dname; };  // once, if it is used twice
    if (std::none_of(answer.answer.begin(), answer.answer.end(), is_it)) answer.answer.push_back({above, dname});
    const std::string head = name.wire().substr(0, name.wire().size() - above.wire().size());
    const std::string target = head + dname->rdatas.front();
    if (target.size() > 255) {
      answer.rcode = kYxDomain;
      return true;
    }
    const RrSet* cname = answer.keep({name, kCname, dname->ttl, {target}, {}, true});
    answer.answer.push_back({name, cname});
    name = Name::from_wire(target);
    return true;
  }
  return false;
}

bool Resolution::resolve_link(Name& name, std::uint16_t type, Answer& answer) {
  Zone& zone = type == kDs && !name.is_root() ? zones_.strictly_enclosing(name) : zones_.enclosing(name);
  if (apply_dname(zone, name, answer)) return answer.rcode == kNoError;
  const Node* node = zone.node(name);
  const bool is_wildcard = node == nullptr;
  if (is_wildcard) node = zone.node(zone.closest_encloser(name).below("*"));
  if (node == nullptr) {
    answer.rcode = kNxDomain;
    add_soa(zone, answer);
    prove_no_name(zone, name, answer);
    return false;
  }
  const bool has_type = node->has(type) || ((wants_all(type) || type == kRrsig) && !node->sets.empty());
  if (type == kNsec && !is_wildcard && zone.nsec_at(name) != nullptr) {
    answer.answer.push_back({name, zone.nsec_at(name)});
    return false;
  }
  if (has_type) {
    add_data(zone, *node, name, type, answer);
    if (is_wildcard) prove_no_closer_match(zone, name, answer);
    return false;
  }
  if (const RrSet* cname = zone.finished(node->name, kCname)) {
    answer.answer.push_back({name, cname});
    if (is_wildcard) prove_no_closer_match(zone, name, answer);
    name = Name::from_wire(cname->rdatas.front());
    return true;
  }
  add_soa(zone, answer);
  if (is_wildcard)
    prove_wildcard_no_data(zone, name, answer);
  else
    prove_no_data(zone, name, answer);
  return false;
}

Answer Resolution::resolve(const Name& name, std::uint16_t type) {
  Answer answer;
  std::vector<Name> seen;
  Name link = name;
  while (resolve_link(link, type, answer) && seen.size() < kMaxLinks) {
    if (std::find(seen.begin(), seen.end(), link) != seen.end() || link == name) break;
    seen.push_back(link);
  }
  const auto at = tampering_.find(name);
  if (at == tampering_.end()) return answer;
  for (const auto& [for_type, tampering] : at->second)
    if (for_type == 0 || for_type == type) tampering(answer);
  return answer;
}

void Resolution::tamper(const Name& name, std::uint16_t type, Tampering tampering) {
  tampering_[name].emplace_back(type, std::move(tampering));
}

}  // namespace danesweep::lab
