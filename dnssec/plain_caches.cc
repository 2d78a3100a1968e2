// SPDX-License-Identifier: Apache-2.0
// The caches of one thread (rules D-107 to D-110): ordered maps, bounded; when full the oldest entries go.
#include <array>
#include <deque>
#include <map>
#include <unordered_set>
#include <utility>

#include "dnssec/caches.h"

namespace danesweep::dnssec {

using wire::DomainName;

namespace {

constexpr std::size_t kMaxEntries = 20'000;  ///< zones, cuts and faults each
constexpr std::size_t kMaxSpans = 200'000;
constexpr std::size_t kMaxSignatures = 200'000;

/// Entries by name, with the order in which they came. A newer entry of the same name takes the place of the older.
template <class Entry>
class NameMap {
 public:
  std::shared_ptr<const Entry> find(const DomainName& name, UnixTime now) const {
    const auto found = entries_.find(name);
    return found != entries_.end() && found->second->expires > now ? found->second : nullptr;
  }
  void store(const DomainName& name, std::shared_ptr<const Entry> entry) {
    if (entries_.insert_or_assign(name, std::move(entry)).second) order_.push_back(name);
    while (order_.size() > kMaxEntries) {
      entries_.erase(order_.front());
      order_.pop_front();
    }
  }

 private:
  std::map<DomainName, std::shared_ptr<const Entry>> entries_;
  std::deque<DomainName> order_;
};

/// Opt-out spans of one zone, by the hash that they begin with: those of the newest parameters (D-108).
struct SpanSet {
  Caches::SpanParameters parameters;
  std::map<std::array<std::uint8_t, 20>, std::shared_ptr<const OptOutSpan>> spans;
};

bool covers(const OptOutSpan& span, const std::array<std::uint8_t, 20>& hash) {
  if (span.owner_hash < span.next_hash) return span.owner_hash < hash && hash < span.next_hash;
  return span.owner_hash < hash || hash < span.next_hash;
}

class PlainMemo : public SignatureMemo {
 public:
  bool contains(const Sha256& key) override { return young_.contains(key) || old_.contains(key); }
  void remember(const Sha256& key) override {
    young_.insert(key);
    if (young_.size() < kMaxSignatures / 2) return;
    old_ = std::move(young_);
    young_.clear();
  }

 private:
  struct FirstOctets {  // the key is a digest already
    std::size_t operator()(const Sha256& key) const {
      std::size_t hash = 0;
      for (std::size_t i = 0; i < sizeof hash; ++i) hash = hash << 8U | key[i];
      return hash;
    }
  };
  std::unordered_set<Sha256, FirstOctets> young_, old_;
};

class PlainCaches : public Caches {
 public:
  std::shared_ptr<const ZoneKeys> find_zone(const DomainName& zone, UnixTime now) override {
    return zones_.find(zone, now);
  }
  void store(std::shared_ptr<const ZoneKeys> keys) override { zones_.store(keys->zone, keys); }
  std::shared_ptr<const InsecureCut> find_cut(const DomainName& name, UnixTime now) override {
    return cuts_.find(name, now);
  }
  void store(std::shared_ptr<const InsecureCut> cut) override { cuts_.store(cut->name, cut); }
  std::shared_ptr<const BogusZone> find_bogus(const DomainName& zone, UnixTime now) override {
    return faults_.find(zone, now);
  }
  void store(std::shared_ptr<const BogusZone> bogus) override { faults_.store(bogus->zone, bogus); }

  std::optional<SpanParameters> span_parameters(const DomainName& zone, UnixTime) override {
    const auto found = spans_.find(zone);
    return found == spans_.end() ? std::nullopt : std::optional(found->second.parameters);
  }

  std::shared_ptr<const OptOutSpan> find_span(const DomainName& zone, const std::array<std::uint8_t, 20>& hash,
                                              UnixTime now) override {
    const auto set = spans_.find(zone);
    if (set == spans_.end() || set->second.spans.empty()) return nullptr;
    const auto& spans = set->second.spans;
    auto next = spans.upper_bound(hash);
    const auto& candidate = next == spans.begin() ? *spans.rbegin() : *std::prev(next);
    return candidate.second->expires > now && covers(*candidate.second, hash) ? candidate.second : nullptr;
  }

  void store(std::shared_ptr<const OptOutSpan> span) override {
    if (span_count_ >= kMaxSpans) {
      spans_.clear();
      span_count_ = 0;
    }
    SpanSet& set = spans_[span->zone];
    if (set.parameters.salt != span->salt || set.parameters.iterations != span->iterations) {
      span_count_ -= set.spans.size();
      set = {.parameters = {span->salt, span->iterations}, .spans = {}};
    }
    span_count_ += set.spans.insert_or_assign(span->owner_hash, span).second ? 1 : 0;
  }

  SignatureMemo& memo() override { return memo_; }

 private:
  NameMap<ZoneKeys> zones_;
  NameMap<InsecureCut> cuts_;
  NameMap<BogusZone> faults_;
  std::map<DomainName, SpanSet> spans_;
  std::size_t span_count_ = 0;
  PlainMemo memo_;
};

}  // namespace

std::unique_ptr<Caches> make_plain_caches() { return std::make_unique<PlainCaches>(); }

}  // namespace danesweep::dnssec
