// SPDX-License-Identifier: Apache-2.0
// The denial side of a zone: NSEC by canonical order (RFC 4034), NSEC3 by hash order (RFC 5155), made when asked for.
#include <algorithm>
#include <utility>

#include "tests/lab/ldns_library.h"
#include "tests/lab/zone.h"

namespace danesweep::lab {
namespace {

bool is_nsec3(Denial denial) { return denial == Denial::Nsec3 || denial == Denial::Nsec3OptOut; }

}  // namespace

std::string type_bitmap(std::vector<std::uint16_t> types) {
  std::sort(types.begin(), types.end());
  std::string result;
  for (std::size_t i = 0; i < types.size();) {
    const unsigned window = types[i] >> 8;
    std::string bits;
    for (; i < types.size() && (types[i] >> 8) == window; ++i) {
      const unsigned low = types[i] & 0xFFU;
      if (bits.size() <= low / 8) bits.resize(low / 8 + 1, '\0');
      bits[low / 8] = static_cast<char>(static_cast<unsigned char>(bits[low / 8]) | (0x80U >> (low % 8)));
    }
    result += static_cast<char>(window);
    result += static_cast<char>(bits.size());
    result += bits;
  }
  return result;
}

std::string base32hex(const std::string& octets) {
  constexpr std::string_view digits = "0123456789abcdefghijklmnopqrstuv";
  std::string text;
  unsigned held = 0, value = 0;
  for (const char octet : octets) {
    value = (value << 8) | static_cast<unsigned char>(octet);
    for (held += 8; held >= 5; held -= 5) text += digits[(value >> (held - 5)) & 31];
    value &= (1U << held) - 1;
  }
  if (held > 0) text += digits[(value << (5 - held)) & 31];
  return text;
}

std::vector<std::uint16_t> Zone::types_at(const Node& node, std::uint16_t own_type) const {
  std::vector<std::uint16_t> types;
  const bool is_cut = is_delegation(node);
  for (const auto& set : node.sets)
    if (!set.rdatas.empty() && (!is_cut || set.type == kNs || set.type == kDs)) types.push_back(set.type);
  const bool has_signature = !is_cut ? !types.empty() : node.has(kDs);
  if (own_type == kNsec) types.push_back(kNsec);
  if (own_type == kNsec || has_signature) types.push_back(kRrsig);
  return types;
}

RrSet Zone::make_nsec(const Name& owner, const Name& next, const std::vector<std::uint16_t>& types) {
  RrSet set{owner, kNsec, 300, {next.wire() + type_bitmap(types)}, {}, true};
  resign(set);
  return set;
}

const RrSet* Zone::nsec_of(std::map<std::string, Node>::iterator at) {
  Node& node = at->second;
  if (node.sets.empty() || !is_authoritative(node)) return nullptr;
  if (node.nsec) return node.nsec.get();
  auto next = std::next(at);
  while (next != nodes_.end() && (next->second.sets.empty() || !is_authoritative(next->second))) ++next;
  const Name& next_name = next == nodes_.end() ? apex_ : next->second.name;
  node.nsec = std::make_unique<RrSet>(
      RrSet{node.name, kNsec, 300, {next_name.wire() + type_bitmap(types_at(node, kNsec))}, {}, false});
  return finished(*node.nsec);
}

const RrSet* Zone::nsec_at(const Name& name) {
  const auto at = nodes_.find(name.order_key());
  return at == nodes_.end() || denial_ != Denial::Nsec ? nullptr : nsec_of(at);
}

const RrSet* Zone::nsec_covering(const Name& name) {
  for (auto at = nodes_.lower_bound(name.order_key()); at != nodes_.begin();)
    if (const RrSet* nsec = nsec_of(--at)) return nsec;
  return nullptr;
}

std::string Zone::hash(const Name& name) const {
  ldns_rdf* owner = ldns_rdf_new_frm_data(LDNS_RDF_TYPE_DNAME, name.wire().size(), name.wire().data());
  ldns_rdf* hashed = ldns_nsec3_hash_name(owner, 1, iterations_, static_cast<std::uint8_t>(salt_.size()),
                                          reinterpret_cast<const std::uint8_t*>(salt_.data()));
  // ldns gives one label of base32hex text.
  const std::string label(reinterpret_cast<const char*>(ldns_rdf_data(hashed)) + 1, 32);
  ldns_rdf_deep_free(owner);
  ldns_rdf_deep_free(hashed);
  std::string octets(20, '\0');
  unsigned held = 0, value = 0;
  std::size_t at = 0;
  for (const char digit : label) {
    const int number = digit <= '9' ? digit - '0' : (digit | 32) - 'a' + 10;
    value = ((value << 5) | static_cast<unsigned>(number)) & 0xFFFF;
    if ((held += 5) >= 8) octets[at++] = static_cast<char>((value >> (held -= 8)) & 0xFF);
  }
  return octets;
}

Name Zone::hashed_owner(const std::string& hash) const { return apex_.below(base32hex(hash)); }

std::string Zone::nsec3_head(std::uint8_t flags) const {
  return std::string("\1", 1) + static_cast<char>(flags) + u16(iterations_) + static_cast<char>(salt_.size()) + salt_;
}

RrSet Zone::make_nsec3(const std::string& owner_hash, const std::string& next_hash,
                       const std::vector<std::uint16_t>& types, std::uint8_t flags) {
  RrSet set{hashed_owner(owner_hash), kNsec3, 300, {}, {}, true};
  set.rdatas.push_back(nsec3_head(flags) + static_cast<char>(next_hash.size()) + next_hash + type_bitmap(types));
  resign(set);
  return set;
}

void Zone::build_nsec3_chain() {
  if (std::exchange(has_nsec3_chain_, true)) return;
  for (const auto& [key, node] : nodes_) {
    const bool is_insecure_cut = is_delegation(node) && !node.has(kDs);
    if (node.sets.empty() || !is_authoritative(node) || (is_insecure_cut && denial_ == Denial::Nsec3OptOut)) continue;
    nsec3_[hash(node.name)].node = &node;
    for (Name up = node.name; up != apex_;) {  // empty non-terminals above it, too
      up = up.parent();
      const Node* above = find_node(up);
      if (!above->sets.empty()) break;
      nsec3_[hash(up)].node = above;
    }
  }
}

const RrSet* Zone::nsec3_of(std::map<std::string, Nsec3>::iterator at) {
  if (at->second.set) return at->second.set.get();
  const auto next = std::next(at) == nsec3_.end() ? nsec3_.begin() : std::next(at);
  const std::uint8_t flags = denial_ == Denial::Nsec3OptOut ? 1 : 0;
  RrSet set{hashed_owner(at->first), kNsec3, 300, {}, {}, false};
  set.rdatas.push_back(nsec3_head(flags) + static_cast<char>(20) + next->first +
                       type_bitmap(types_at(*at->second.node, kNsec3)));
  at->second.set = std::make_unique<RrSet>(std::move(set));
  return finished(*at->second.set);
}

const RrSet* Zone::nsec3_matching(const Name& name) {
  if (!is_nsec3(denial_)) return nullptr;
  build_nsec3_chain();
  const auto at = nsec3_.find(hash(name));
  return at == nsec3_.end() ? nullptr : nsec3_of(at);
}

const RrSet* Zone::nsec3_covering(const Name& name) {
  if (!is_nsec3(denial_)) return nullptr;
  build_nsec3_chain();
  auto at = nsec3_.lower_bound(hash(name));
  at = at == nsec3_.begin() ? std::prev(nsec3_.end()) : std::prev(at);
  return nsec3_of(at);
}

}  // namespace danesweep::lab
