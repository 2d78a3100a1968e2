// SPDX-License-Identifier: Apache-2.0
#include "tests/lab/zone.h"

#include <algorithm>
#include <stdexcept>
#include <utility>

namespace danesweep::lab {
namespace {

bool signs_keys(const ZoneKey& key) { return key.signs == Signs::Keys || key.signs == Signs::Both; }
bool signs_data(const ZoneKey& key) { return key.signs == Signs::Data || key.signs == Signs::Both; }

}  // namespace

RrSet* Node::find(std::uint16_t type) {
  if (type == kNsec) return nsec.get();
  for (auto& set : sets)
    if (set.type == type) return &set;
  return nullptr;
}

bool Node::has(std::uint16_t type) const {
  return std::any_of(sets.begin(), sets.end(), [&](const RrSet& set) { return set.type == type; });
}

Zone::Zone(Name apex, Denial denial, Times times) : apex_(std::move(apex)), denial_(denial), times_(times) {
  make_node(apex_);
}

Node& Zone::make_node(const Name& name) {
  const auto [at, is_new] = nodes_.try_emplace(name.order_key());
  if (is_new) {
    at->second.name = name;
    if (name != apex_) make_node(name.parent());  // empty non-terminals exist
  }
  return at->second;
}

Node* Zone::find_node(const Name& name) {
  const auto at = nodes_.find(name.order_key());
  return at == nodes_.end() ? nullptr : &at->second;
}

const Node* Zone::node(const Name& name) { return find_node(name); }

RrSet& Zone::set(const Name& owner, std::uint16_t type) {
  if (!owner.is_at_or_below(apex_)) throw std::invalid_argument(owner.text() + " is not in zone " + apex_.text());
  Node& node = make_node(owner);
  if (RrSet* found = node.find(type)) return *found;
  node.sets.push_back({owner, type, 3600, {}, {}, false});
  return node.sets.back();
}

void Zone::add(const std::string& line) {
  const ParsedRecord record = parse_record(line, apex_);
  add(record.owner, record.type, record.rdata, record.ttl);
}

void Zone::add(const Name& owner, std::uint16_t type, const std::string& rdata, std::uint32_t ttl) {
  RrSet& records = set(owner, type);
  records.ttl = ttl;
  if (std::find(records.rdatas.begin(), records.rdatas.end(), rdata) == records.rdatas.end())
    records.rdatas.push_back(rdata);
}

void Zone::add_all(const Name& owner, std::uint16_t type, std::vector<std::string> rdatas) {
  set(owner, type).rdatas = std::move(rdatas);
}

void Zone::remove(const Name& owner, std::uint16_t type) {
  if (Node* node = find_node(owner)) std::erase_if(node->sets, [&](const RrSet& set) { return set.type == type; });
}

void Zone::add_key(const Key& key, std::uint16_t flags, Signs signs) {
  keys_.push_back({&key, flags, signs, key.dnskey(flags)});
}

void Zone::make_default_ds() {
  for (const auto& key : keys_)
    if (signs_keys(key)) ds_.push_back(ds_rdata(apex_, key.dnskey, 2));
}

void Zone::set_nsec3(std::uint16_t iterations, std::string salt) {
  iterations_ = iterations;
  salt_ = std::move(salt);
}

void Zone::on_set(const Name& owner, std::uint16_t type, Breaking breaking) {
  breaking_[{owner, type}].push_back(std::move(breaking));
}

void Zone::finish_apex() {
  if (!set(apex_, kSoa).rdatas.empty()) return;
  add("@ SOA ns.servers.nsec. hostmaster.servers.nsec. 1 7200 3600 1209600 300");
  if (set(apex_, kNs).rdatas.empty()) add("@ NS ns.servers.nsec.");
  if (!is_signed()) return;
  for (const auto& key : keys_)
    if (!hides_keys_) add(apex_, kDnskey, key.dnskey);
  if (denial_ != Denial::Nsec) add(apex_, kNsec3Param, nsec3_head(0));
}

SignatureFields Zone::fields(const ZoneKey& key) const {
  return {apex_, times_.inception, times_.expiration, key.tag()};
}

void Zone::resign(RrSet& set) {
  set.signatures.clear();
  const bool is_key_set = set.type == kDnskey && set.owner == apex_;
  for (const auto& key : keys_)
    if (is_key_set ? signs_keys(key) : signs_data(key)) set.signatures.push_back(sign(set, *key.key, fields(key)));
}

bool Zone::is_delegation(const Node& node) const { return node.name != apex_ && node.has(kNs); }

bool Zone::is_authoritative(const Node& node) const {
  for (Name name = node.name; name != apex_;) {
    name = name.parent();
    const auto at = nodes_.find(name.order_key());
    if (at != nodes_.end() && is_delegation(at->second)) return false;
  }
  return true;
}

const RrSet* Zone::finished(RrSet& set) {
  if (set.is_finished) return &set;
  set.is_finished = true;
  const Node* node = find_node(set.owner);
  const bool is_cut = node != nullptr && is_delegation(*node) && set.type != kDs && set.type != kNsec;
  if (is_signed() && !is_cut && (node == nullptr || is_authoritative(*node))) resign(set);
  if (set.type == kNsec3)
    for (const auto& breaking : nsec3_breaking_) breaking(set, *this);
  const auto at = breaking_.find({set.owner, set.type});
  if (at == breaking_.end()) return &set;
  for (const auto& breaking : at->second) breaking(set, *this);
  return &set;
}

const RrSet* Zone::finished(const Name& owner, std::uint16_t type) {
  if (type == kNsec) return nsec_at(owner);
  Node* node = find_node(owner);
  RrSet* set = node == nullptr ? nullptr : node->find(type);
  return set == nullptr ? nullptr : finished(*set);
}

Name Zone::closest_encloser(const Name& name) {
  Name encloser = name;
  while (find_node(encloser) == nullptr) encloser = encloser.parent();
  return encloser;
}

void Zone::for_each(const std::function<void(const RrSet&)>& visit) {
  if (denial_ == Denial::Nsec3 || denial_ == Denial::Nsec3OptOut) build_nsec3_chain();
  for (auto at = nodes_.begin(); at != nodes_.end(); ++at) {
    for (auto& set : at->second.sets) visit(*finished(set));
    if (denial_ != Denial::Nsec) continue;
    if (const RrSet* nsec = nsec_of(at)) visit(*nsec);
  }
  for (auto at = nsec3_.begin(); at != nsec3_.end(); ++at) visit(*nsec3_of(at));
}

}  // namespace danesweep::lab
