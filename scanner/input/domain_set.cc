// SPDX-License-Identifier: Apache-2.0
#include "scanner/input/domain_set.h"

#define XXH_INLINE_ALL  // names are short: half of the time would go into the call
#include <xxhash.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <limits>

#include "dnssec/crypto.h"

namespace danesweep::input {
namespace {

constexpr std::size_t kFirstSlots = 64;
constexpr std::uint32_t kMost = std::numeric_limits<std::uint32_t>::max();

std::uint64_t random_key() {
  std::array<std::uint8_t, 8> octets{};
  dnssec::random_octets(octets);
  std::uint64_t key = 0;
  std::memcpy(&key, octets.data(), sizeof key);
  return key;
}

}  // namespace

DomainSet::DomainSet() : slots_(kFirstSlots), key_(random_key()) {}

DomainSet::Hash DomainSet::hash(std::string_view domain) const {
  const XXH128_hash_t value = XXH3_128bits_withSeed(domain.data(), domain.size(), key_);
  return {value.high64, value.low64 | 1};  // never the mark of an empty slot
}

std::size_t DomainSet::position(const Hash& hash) const {
  const std::size_t mask = slots_.size() - 1;
  std::size_t at = hash.high & mask;
  while (slots_[at].low != 0 && (slots_[at].low != hash.low || slots_[at].high != hash.high)) at = (at + 1) & mask;
  return at;
}

std::optional<std::uint32_t> DomainSet::index_of(std::string_view domain) const {
  const Slot& slot = slots_[position(hash(domain))];
  return slot.low == 0 ? std::nullopt : std::optional(slot.index);
}

void DomainSet::grow() {
  std::vector<Slot> old(slots_.size() * 2);
  old.swap(slots_);
  for (const Slot& slot : old)
    if (slot.low != 0) find({slot.high, slot.low}) = slot;
}

DomainSet::Added DomainSet::add(std::string_view domain, std::uint32_t recipients) {
  const Hash key = hash(domain);
  Slot* slot = &find(key);
  const Seen seen = slot->low == 0 ? Seen::First : Seen::Again;
  if (seen == Seen::First) {
    if ((handed_out_.size() + 1) * 4 > slots_.size() * 3) {
      grow();
      slot = &find(key);
    }
    *slot = {key.high, key.low, size(), 0};
    handed_out_.push_back(kMost);
  }
  if (recipients > kMost - slot->recipients) {
    slot->recipients = kMost;
    capped_.insert(slot->index);
  } else {
    slot->recipients += recipients;
  }
  return {seen, slot->index};
}

std::uint32_t DomainSet::hand_out(std::string_view domain, std::uint32_t index) {
  return handed_out_[index] = find(hash(domain)).recipients;
}

std::vector<output::Recount> DomainSet::recounts() const {
  std::vector<output::Recount> grown;
  for (const Slot& slot : slots_) {
    if (slot.low == 0) continue;
    const bool capped = capped_.contains(slot.index);
    if (capped || (handed_out_[slot.index] != kMost && slot.recipients != handed_out_[slot.index]))
      grown.push_back({slot.index, slot.recipients, capped});
  }
  std::ranges::sort(grown, {}, &output::Recount::index);
  return grown;
}

}  // namespace danesweep::input
