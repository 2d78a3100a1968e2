// SPDX-License-Identifier: Apache-2.0
// Signed worlds by chance, for the differential test: a root, top-level domains and zones below them in all the ways in
// which zones are signed, linked, aliased and broken, and the questions that look into every corner of them. The same
// seed gives the same world but for the dates, which lie around `now`.
#pragma once

#include <cstdint>
#include <list>
#include <string>
#include <vector>

#include "tests/support/signed_zone.h"

namespace danesweep::differential {

/// SplitMix64: the same numbers on every machine.
class Chance {
 public:
  explicit Chance(std::uint64_t seed) : state_(seed) {}
  std::uint64_t next();
  std::size_t below(std::size_t bound) { return static_cast<std::size_t>(next() % bound); }
  /// True in `percent` of 100 cases.
  bool happens(unsigned percent) { return below(100) < percent; }
  template <class Range>
  const auto& one_of(const Range& range) {
    return range[below(std::size(range))];
  }

 private:
  std::uint64_t state_;
};

struct PlannedZone {
  support::SignedZone zone;
  std::string apex;
  std::string trait;               ///< what is odd about it: "expired", "ds-wrong-digest" ..., "" for a sound zone
  std::string denial;              ///< "nsec", "nsec3-500-optout" ...
  std::string link;                ///< how its parent links it: "ds-sha256", "no-ds" ...
  std::vector<std::string> names;  ///< worth asking for, absolute
};

struct RandomWorld {
  std::list<PlannedZone> zones;  ///< the root first
  struct Question {
    std::string name, type;
  };
  std::vector<Question> questions;
};

RandomWorld make_random_world(std::uint64_t seed, std::size_t questions, std::int64_t now);

}  // namespace danesweep::differential
