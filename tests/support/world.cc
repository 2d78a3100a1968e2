// SPDX-License-Identifier: Apache-2.0
#include "tests/support/world.h"

#include <algorithm>
#include <stdexcept>

namespace danesweep::support {
namespace {

using wire::DomainName;
using wire::RrType;

void append(Records& out, const Records& more) {
  for (const Record& record : more)
    if (std::find(out.begin(), out.end(), record) == out.end()) out.push_back(record);
}

void put16(std::vector<std::uint8_t>& out, std::size_t value) {
  out.push_back(static_cast<std::uint8_t>(value >> 8));
  out.push_back(static_cast<std::uint8_t>(value));
}

void put(std::vector<std::uint8_t>& out, const Record& record) {
  out.insert(out.end(), record.owner.wire().begin(), record.owner.wire().end());
  put16(out, static_cast<std::size_t>(record.type));
  put16(out, 1);
  put16(out, record.ttl >> 16);
  put16(out, record.ttl & 0xFFFF);
  put16(out, record.rdata.size());
  out.insert(out.end(), record.rdata.begin(), record.rdata.end());
}

Records with_owner(Records records, const DomainName& owner) {
  for (Record& record : records) record.owner = owner;
  return records;
}

DomainName target_of(const Record& record) { return DomainName::from_wire(record.rdata).value(); }

DomainName next_closer(const SignedZone& zone, const DomainName& name) {
  return name.suffix(closest_encloser(zone, name).label_count() + 1);
}

/// One zone's part of an answer: it may end in the name to go on with.
class ZoneAnswer {
 public:
  ZoneAnswer(const SignedZone& zone, Reply& reply, const DomainName& name) : zone_(zone), reply_(reply), name_(name) {}

  std::optional<DomainName> give() {
    if (zone_.exists(name_)) return at_node(name_);
    if (auto target = through_dname()) return target;
    if (reply_.rcode == wire::Rcode::YxDomain) return std::nullopt;
    const auto wildcard = closest_encloser(zone_, name_).wildcard();
    if (wildcard && zone_.exists(*wildcard)) return at_node(*wildcard);
    reply_.rcode = wire::Rcode::NxDomain;
    deny(prove_nxdomain(zone_, name_));
    return std::nullopt;
  }

 private:
  std::optional<DomainName> at_node(const DomainName& node) {
    const RrType type = reply_.question.type;
    Records found = type == RrType::Any ? everything_at(node) : zone_.find_signed(node, type);
    const bool alias = found.empty() && !zone_.find(node, RrType::Cname).empty();
    if (alias) found = zone_.find_signed(node, RrType::Cname);
    const bool expanded = node != name_;
    if (found.empty()) {
      deny(expanded ? prove_wildcard_nodata(zone_, name_) : prove_nodata(zone_, name_));
      return std::nullopt;
    }
    append(reply_.answer, with_owner(found, name_));
    if (expanded) append(reply_.authority, prove_no_closer_match(zone_, name_));
    if (alias) return target_of(zone_.find(node, RrType::Cname).front());
    return std::nullopt;
  }

  Records everything_at(const DomainName& node) {
    Records out;
    for (const Record& record : zone_.records())
      if (record.owner == node) out.push_back(record);
    return out;
  }

  std::optional<DomainName> through_dname() {
    for (std::size_t labels = zone_.apex().label_count(); labels < name_.label_count(); ++labels) {
      const DomainName owner = name_.suffix(labels);
      const Records dname = zone_.find(owner, RrType::Dname);
      if (dname.empty()) continue;
      append(reply_.answer, zone_.find_signed(owner, RrType::Dname));
      const auto target = name_.rebased(owner, target_of(dname.front()));
      if (!target) {
        reply_.rcode = wire::Rcode::YxDomain;
        return std::nullopt;
      }
      reply_.answer.push_back(
          {name_, dname.front().ttl, RrType::Cname, {target->wire().begin(), target->wire().end()}});
      return *target;
    }
    return std::nullopt;
  }

  void deny(const Records& proof) {
    append(reply_.authority, zone_.find_signed(zone_.apex(), RrType::Soa));
    append(reply_.authority, proof);
  }

  const SignedZone& zone_;
  Reply& reply_;
  DomainName name_;
};

}  // namespace

wire::DomainName closest_encloser(const SignedZone& zone, const wire::DomainName& name) {
  DomainName encloser = name;
  while (!zone.exists(encloser)) encloser = encloser.parent();
  return encloser;
}

Records prove_nodata(const SignedZone& zone, const wire::DomainName& name) {
  if (!zone.is_signed()) return {};
  if (!zone.uses_nsec3()) return zone.covering_or_matching_nsec(name);
  Records match = zone.matching_nsec3(name);
  if (!match.empty()) return match;
  // An opt-out span: the closest encloser that has an NSEC3, and the cover of the next closer name.
  DomainName encloser = name.parent();
  while (zone.matching_nsec3(encloser).empty()) encloser = encloser.parent();
  Records proof = zone.matching_nsec3(encloser);
  append(proof, zone.covering_nsec3(name.suffix(encloser.label_count() + 1)));
  return proof;
}

Records prove_no_closer_match(const SignedZone& zone, const wire::DomainName& name) {
  if (!zone.is_signed()) return {};
  return zone.uses_nsec3() ? zone.covering_nsec3(next_closer(zone, name)) : zone.covering_or_matching_nsec(name);
}

Records prove_nxdomain(const SignedZone& zone, const wire::DomainName& name) {
  if (!zone.is_signed()) return {};
  const DomainName encloser = closest_encloser(zone, name);
  const DomainName wildcard = encloser.wildcard().value();
  Records proof = prove_no_closer_match(zone, name);
  if (zone.uses_nsec3()) {
    append(proof, zone.matching_nsec3(encloser));
    append(proof, zone.covering_nsec3(wildcard));
  } else {
    append(proof, zone.covering_or_matching_nsec(wildcard));
  }
  return proof;
}

Records prove_wildcard_nodata(const SignedZone& zone, const wire::DomainName& name) {
  if (!zone.is_signed()) return {};
  const DomainName encloser = closest_encloser(zone, name);
  Records proof = prove_no_closer_match(zone, name);
  if (zone.uses_nsec3()) append(proof, zone.matching_nsec3(encloser));
  append(proof, prove_nodata(zone, encloser.wildcard().value()));
  return proof;
}

std::vector<std::uint8_t> Reply::octets(std::uint16_t id) const {
  std::vector<std::uint8_t> out;
  put16(out, id);
  put16(out, 0x8190U | (static_cast<std::size_t>(rcode) & 0xFU));  // QR RD RA CD
  put16(out, 1);
  put16(out, answer.size());
  put16(out, authority.size());
  put16(out, additional.size() + (has_edns ? 1 : 0));
  out.insert(out.end(), question.name.wire().begin(), question.name.wire().end());
  put16(out, static_cast<std::size_t>(question.type));
  put16(out, 1);
  for (const Records* section : {&answer, &authority, &additional})
    for (const Record& record : *section) put(out, record);
  const std::uint8_t opt[] = {0, 0, 41, 0x04, 0xD0, 0, 0, 0x80, 0, 0, 0};
  if (has_edns) out.insert(out.end(), std::begin(opt), std::end(opt));
  return out;
}

wire::MessagePtr Reply::message() const {
  const auto bytes = octets();
  auto parsed = wire::Message::parse(bytes);
  if (!parsed) throw std::runtime_error("the reply cannot be parsed");
  return *parsed;
}

SignedZone& World::zone(std::string_view apex) {
  for (SignedZone& zone : zones_)
    if (zone.apex() == name(apex)) return zone;
  return zones_.emplace_back(apex);
}

SignedZone& World::add(SignedZone zone) { return zones_.emplace_back(std::move(zone)); }

World& World::edit(std::string_view owner, wire::RrType type, Edit edit) {
  edits_.emplace_back(wire::Question{name(owner), type}, std::move(edit));
  return *this;
}

World& World::edit_all(Edit edit) {
  edits_.emplace_back(std::nullopt, std::move(edit));
  return *this;
}

const SignedZone* World::authority_for(const wire::DomainName& owner, wire::RrType type) const {
  const SignedZone* deepest = nullptr;
  for (const SignedZone& zone : zones_) {
    const bool from_above = type == RrType::Ds && !owner.is_root() && zone.apex() == owner;
    if (from_above || !owner.is_within(zone.apex())) continue;
    if (!deepest || deepest->apex().label_count() < zone.apex().label_count()) deepest = &zone;
  }
  return deepest;
}

void World::resolve(Reply& reply) const {
  constexpr int kMaxLinks = 16;
  std::optional<DomainName> at = reply.question.name;
  for (int i = 0; at && i < kMaxLinks; ++i) {
    const SignedZone* zone = authority_for(*at, reply.question.type);
    const auto cut = zone ? zone->cut_above(*at) : std::nullopt;
    const bool is_ds_of_cut = cut && *cut == *at && reply.question.type == RrType::Ds;
    if (!zone || (cut && !is_ds_of_cut)) {  // below a delegation to nobody
      reply.rcode = wire::Rcode::ServFail;
      return;
    }
    at = ZoneAnswer(*zone, reply, *at).give();
  }
}

Reply World::reply(const wire::Question& question) const {
  Reply reply;
  reply.question = question;
  resolve(reply);
  for (const auto& [asked, edit] : edits_)
    if (!asked || *asked == question) edit(reply);
  return reply;
}

std::vector<dnssec::TrustAnchor> World::anchors(std::string_view apex) const {
  std::vector<dnssec::TrustAnchor> out;
  for (const SignedZone& zone : zones_)
    if (zone.apex() == name(apex))
      for (Record& ds : zone.ds()) out.push_back({zone.apex(), dnssec::AnchorForm::Ds, std::move(ds.rdata)});
  return out;
}

}  // namespace danesweep::support
