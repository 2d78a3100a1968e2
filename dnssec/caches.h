// SPDX-License-Identifier: Apache-2.0
// What look-ups share (rules D-106 to D-110). The interface is here, the scanner's concurrent one lies in
// scanner/engine; `PlainCaches` is the single-threaded one of tests, benchmarks and `query`.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>

#include "dnssec/signature.h"
#include "dnssec/verdict.h"
#include "dnssec/zone_keys.h"

namespace danesweep::dnssec {

/// A proven insecure cut: everything at or below `name` is INSECURE (D-108).
struct InsecureCut {
  wire::DomainName name, zone;
  Reason reason = Reason::InsecureDelegation;
  ReasonFacts facts;
  UnixTime expires = 0;
  std::vector<ChainLink> links;
};

/// A verified opt-out NSEC3 span of a zone: no signed delegation hashes into it (D-108).
struct OptOutSpan {
  wire::DomainName zone;
  std::vector<std::uint8_t> salt;
  std::uint16_t iterations = 0;
  std::array<std::uint8_t, 20> owner_hash{}, next_hash{};
  UnixTime expires = 0;
};

/// A chain fault of a zone, after another resolver was asked (D-109).
struct BogusZone {
  wire::DomainName zone;
  Reason reason{};
  ReasonFacts facts;
  UnixTime seen = 0, expires = 0;
  std::vector<ChainLink> links;
};

/// Entries past `now` are never returned. Implementations are bounded and evict by age. Keyed by anchor set and policy:
/// one instance serves one of each.
class Caches {
 public:
  virtual ~Caches() = default;
  virtual std::shared_ptr<const ZoneKeys> find_zone(const wire::DomainName& zone, UnixTime now) = 0;
  virtual void store(std::shared_ptr<const ZoneKeys> keys) = 0;
  virtual std::shared_ptr<const InsecureCut> find_cut(const wire::DomainName& name, UnixTime now) = 0;
  virtual void store(std::shared_ptr<const InsecureCut> cut) = 0;
  virtual std::shared_ptr<const BogusZone> find_bogus(const wire::DomainName& zone, UnixTime now) = 0;
  virtual void store(std::shared_ptr<const BogusZone> bogus) = 0;
  /// Parameters of the opt-out spans known of a zone, so that the caller can hash; nothing if none is known.
  struct SpanParameters {
    std::vector<std::uint8_t> salt;
    std::uint16_t iterations = 0;
  };
  virtual std::optional<SpanParameters> span_parameters(const wire::DomainName& zone, UnixTime now) = 0;
  /// A span of the zone that covers the hash.
  virtual std::shared_ptr<const OptOutSpan> find_span(const wire::DomainName& zone,
                                                      const std::array<std::uint8_t, 20>& hash, UnixTime now) = 0;
  virtual void store(std::shared_ptr<const OptOutSpan> span) = 0;
  virtual SignatureMemo& memo() = 0;
};

/// Maps without locks, bounded, for one thread.
std::unique_ptr<Caches> make_plain_caches();

}  // namespace danesweep::dnssec
