// SPDX-License-Identifier: Apache-2.0
// What all workers' look-ups share (D-107 to D-110): proven keys of zones, insecure cuts, opt-out spans, bogus chains,
// good signatures. Life times run on monotonic time, so that a clock that is set, or --validation-time, keeps nothing
// alive too long (D-111). One instance serves one set of anchors, one policy and one set of resolvers.
#pragma once

#include <map>
#include <memory>
#include <shared_mutex>
#include <unordered_set>

#include "dnssec/caches.h"
#include "scanner/engine/clock.h"
#include "scanner/engine/shared_map.h"

namespace danesweep::scanner {

/// Good signatures by digest, in two generations: when the younger one is full, the older one is forgotten.
class SharedMemo : public dnssec::SignatureMemo {
 public:
  explicit SharedMemo(std::size_t most) : most_per_shard_(most / kShards / 2 + 1) {}
  bool contains(const dnssec::Sha256& key) override;
  void remember(const dnssec::Sha256& key) override;

 private:
  static constexpr std::size_t kShards = 64;
  struct Hash {
    std::size_t operator()(const dnssec::Sha256& key) const;
  };
  struct Shard {
    mutable std::shared_mutex mutex;
    std::unordered_set<dnssec::Sha256, Hash> younger, older;
  };
  Shard& shard(const dnssec::Sha256& key) { return shards_[key[0] % kShards]; }
  std::array<Shard, kShards> shards_;
  const std::size_t most_per_shard_;
};

/// The opt-out spans of one zone, all with the same salt and rounds; older parameters are forgotten.
class ZoneSpans {
 public:
  static constexpr std::size_t kMost = 65536;
  std::optional<dnssec::Caches::SpanParameters> parameters() const;
  std::shared_ptr<const dnssec::OptOutSpan> find(const std::array<std::uint8_t, 20>& hash, UnixTime now,
                                                 Instant at) const;
  void store(std::shared_ptr<const dnssec::OptOutSpan> span, Instant dies);

 private:
  struct Kept {
    std::shared_ptr<const dnssec::OptOutSpan> span;
    Instant dies;
  };
  mutable std::shared_mutex mutex_;
  std::map<std::array<std::uint8_t, 20>, Kept> by_owner_;
  std::deque<std::array<std::uint8_t, 20>> by_age_;
  std::vector<std::uint8_t> salt_;
  std::uint16_t iterations_ = 0;
};

template <template <class, class> class Map>
class BasicZoneKeyCache : public dnssec::Caches {
 public:
  // A zone's keys take 10 KB, a cut or fault 3 KB, a span 0.5 KB: 100, 60 and 30 MB at most, and 30 MB for each big
  // zone that uses opt-out. What is used all the time, root and top-level domains, is fetched again when its turn
  // comes.
  static constexpr std::size_t kMostZones = 10'000, kMostCuts = 20'000, kMostBogus = 5'000, kMostSpanZones = 200,
                               kMostSignatures = 500'000;

  explicit BasicZoneKeyCache(const Clock& clock)
      : clock_(&clock),
        zones_(kMostZones),
        cuts_(kMostCuts),
        bogus_(kMostBogus),
        spans_(kMostSpanZones),
        memo_(kMostSignatures) {}

  std::shared_ptr<const dnssec::ZoneKeys> find_zone(const wire::DomainName& zone, UnixTime now) override {
    return living(zones_, zone, now);
  }
  void store(std::shared_ptr<const dnssec::ZoneKeys> keys) override { keep(zones_, keys->zone, keys); }
  std::shared_ptr<const dnssec::InsecureCut> find_cut(const wire::DomainName& name, UnixTime now) override {
    return living(cuts_, name, now);
  }
  void store(std::shared_ptr<const dnssec::InsecureCut> cut) override { keep(cuts_, cut->name, cut); }
  std::shared_ptr<const dnssec::BogusZone> find_bogus(const wire::DomainName& zone, UnixTime now) override {
    return living(bogus_, zone, now);
  }
  void store(std::shared_ptr<const dnssec::BogusZone> bogus) override { keep(bogus_, bogus->zone, bogus); }

  std::optional<SpanParameters> span_parameters(const wire::DomainName& zone, UnixTime /*now*/) override {
    const auto spans = spans_.find(zone);
    return spans ? (*spans)->parameters() : std::nullopt;
  }
  std::shared_ptr<const dnssec::OptOutSpan> find_span(const wire::DomainName& zone,
                                                      const std::array<std::uint8_t, 20>& hash, UnixTime now) override {
    const auto spans = spans_.find(zone);
    return spans ? (*spans)->find(hash, now, clock_->steady()) : nullptr;
  }
  void store(std::shared_ptr<const dnssec::OptOutSpan> span) override {
    const Instant dies = death(span->expires);
    std::shared_ptr<ZoneSpans> spans;
    spans_.update(span->zone, [&](std::shared_ptr<ZoneSpans>& kept) {
      if (!kept) kept = std::make_shared<ZoneSpans>();
      spans = kept;
    });
    spans->store(std::move(span), dies);
  }
  dnssec::SignatureMemo& memo() override { return memo_; }

 private:
  template <class T>
  struct Kept {
    std::shared_ptr<const T> value;
    Instant dies{};
  };
  template <class T>
  using Entries = Map<wire::DomainName, Kept<T>>;

  Instant death(UnixTime expires) const {
    const UnixTime left = std::clamp<UnixTime>(expires - clock_->validator(), 0, 86400);  // D-107
    return clock_->steady() + std::chrono::seconds(left);
  }
  template <class T>
  std::shared_ptr<const T> living(const Entries<T>& entries, const wire::DomainName& name, UnixTime now) const {
    auto found = entries.find(name);
    if (!found || !found->value || found->value->expires <= now || found->dies <= clock_->steady()) return nullptr;
    return std::move(found->value);
  }
  template <class T>
  void keep(Entries<T>& entries, const wire::DomainName& name, const std::shared_ptr<const T>& value) {
    const Instant dies = death(value->expires);
    entries.update(name, [&](Kept<T>& kept) { kept = {value, dies}; });
  }

  const Clock* clock_;
  Entries<dnssec::ZoneKeys> zones_;
  Entries<dnssec::InsecureCut> cuts_;
  Entries<dnssec::BogusZone> bogus_;
  Map<wire::DomainName, std::shared_ptr<ZoneSpans>> spans_;
  SharedMemo memo_;
};

using ZoneKeyCache = BasicZoneKeyCache<TbbMap>;

}  // namespace danesweep::scanner
