// SPDX-License-Identifier: Apache-2.0
#include "scanner/engine/zone_key_cache.h"

#include <algorithm>
#include <cstring>
#include <mutex>

namespace danesweep::scanner {

std::size_t SharedMemo::Hash::operator()(const dnssec::Sha256& key) const {
  std::size_t hash = 0;
  std::memcpy(&hash, key.data() + 8, sizeof hash);  // octet 0 has chosen the shard
  return hash;
}

bool SharedMemo::contains(const dnssec::Sha256& key) {
  Shard& part = shard(key);
  const std::shared_lock lock(part.mutex);
  return part.younger.contains(key) || part.older.contains(key);
}

void SharedMemo::remember(const dnssec::Sha256& key) {
  Shard& part = shard(key);
  const std::unique_lock lock(part.mutex);
  if (part.younger.size() >= most_per_shard_) {
    part.older.swap(part.younger);
    part.younger.clear();
  }
  part.younger.insert(key);
}

std::optional<dnssec::Caches::SpanParameters> ZoneSpans::parameters() const {
  const std::shared_lock lock(mutex_);
  if (by_owner_.empty()) return std::nullopt;
  return dnssec::Caches::SpanParameters{salt_, iterations_};
}

// The span that may cover a hash begins at the last owner before it; before the first owner, at the last one of the
// ring (RFC 5155 section 8.3).
std::shared_ptr<const dnssec::OptOutSpan> ZoneSpans::find(const std::array<std::uint8_t, 20>& hash, UnixTime now,
                                                          Instant at) const {
  const std::shared_lock lock(mutex_);
  if (by_owner_.empty()) return nullptr;
  auto after = by_owner_.lower_bound(hash);
  if (after == by_owner_.begin()) after = by_owner_.end();
  const Kept& kept = std::prev(after)->second;
  const dnssec::OptOutSpan& span = *kept.span;
  const bool wraps = span.next_hash <= span.owner_hash;
  const bool covers =
      wraps ? hash > span.owner_hash || hash < span.next_hash : hash > span.owner_hash && hash < span.next_hash;
  return covers && span.expires > now && kept.dies > at ? kept.span : nullptr;
}

void ZoneSpans::store(std::shared_ptr<const dnssec::OptOutSpan> span, Instant dies) {
  const std::unique_lock lock(mutex_);
  if (span->salt != salt_ || span->iterations != iterations_) {
    by_owner_.clear();
    by_age_.clear();
    salt_ = span->salt;
    iterations_ = span->iterations;
  }
  const auto owner = span->owner_hash;
  if (by_owner_.insert_or_assign(owner, Kept{std::move(span), dies}).second) by_age_.push_back(owner);
  while (by_owner_.size() > kMost) {
    by_owner_.erase(by_age_.front());
    by_age_.pop_front();
  }
}

}  // namespace danesweep::scanner
