// SPDX-License-Identifier: Apache-2.0
// A bounded map that all workers use at once: oneTBB's concurrent_hash_map, with the oldest entries given up first.
// Debian's oneTBB is not instrumented for ThreadSanitizer (FACTS H4), so the tests run the caches over MutexMap too,
// which has the same face.
#pragma once

#include <tbb/concurrent_hash_map.h>
#include <tbb/concurrent_queue.h>

#include <cstdint>
#include <deque>
#include <mutex>
#include <optional>
#include <unordered_map>
#include <utility>

namespace danesweep::scanner {

/// Values are small or shared pointers: they are handed out as copies.
template <class Key, class Value>
class TbbMap {
 public:
  explicit TbbMap(std::size_t most) : most_(most) {}

  std::optional<Value> find(const Key& key) const {
    typename Map::const_accessor entry;
    if (!map_.find(entry, key)) return std::nullopt;
    return entry->second;
  }
  /// Calls `change(value)` with the entry locked; a new entry is default-made first.
  template <class Change>
  void update(const Key& key, Change&& change) {
    {
      typename Map::accessor entry;
      if (map_.insert(entry, key)) by_age_.push(key);
      std::forward<Change>(change)(entry->second);
    }
    while (map_.size() > most_) {
      Key oldest;
      if (!by_age_.try_pop(oldest)) return;
      map_.erase(oldest);
    }
  }
  std::size_t size() const { return map_.size(); }

 private:
  struct Hash {
    static std::size_t hash(const Key& key) { return std::hash<Key>{}(key); }
    static bool equal(const Key& a, const Key& b) { return a == b; }
  };
  using Map = tbb::concurrent_hash_map<Key, Value, Hash>;
  Map map_;
  tbb::concurrent_queue<Key> by_age_;
  const std::size_t most_;
};

template <class Key, class Value>
class MutexMap {
 public:
  explicit MutexMap(std::size_t most) : most_(most) {}

  std::optional<Value> find(const Key& key) const {
    const std::lock_guard lock(mutex_);
    const auto found = map_.find(key);
    if (found == map_.end()) return std::nullopt;
    return found->second;
  }
  template <class Change>
  void update(const Key& key, Change&& change) {
    const std::lock_guard lock(mutex_);
    const auto [entry, is_new] = map_.try_emplace(key);
    if (is_new) by_age_.push_back(key);
    std::forward<Change>(change)(entry->second);
    while (map_.size() > most_ && !by_age_.empty()) {
      map_.erase(by_age_.front());
      by_age_.pop_front();
    }
  }
  std::size_t size() const {
    const std::lock_guard lock(mutex_);
    return map_.size();
  }

 private:
  mutable std::mutex mutex_;
  std::unordered_map<Key, Value> map_;
  std::deque<Key> by_age_;
  const std::size_t most_;
};

}  // namespace danesweep::scanner
