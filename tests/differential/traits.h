// SPDX-License-Identifier: Apache-2.0
// What may be odd about a zone of the random worlds: how it is signed or mis-signed, and how its parent links it. Each
// is a row of a table in traits.cc.
#pragma once

#include <span>

#include "tests/differential/random_world.h"

namespace danesweep::differential {

struct ZoneTrait {
  const char* name;
  unsigned weight;
  void (*apply)(support::SignedZone& zone, Chance& chance, std::int64_t now);
};
std::span<const ZoneTrait> zone_traits();

struct LinkTrait {
  const char* name;
  unsigned weight;
  /// DS records in the parent for `child`; none leaves the delegation insecure.
  support::Records (*ds)(const support::SignedZone& child);
};
std::span<const LinkTrait> link_traits();

template <class Trait>
const Trait& choose(std::span<const Trait> traits, Chance& chance) {
  std::size_t sum = 0;
  for (const Trait& trait : traits) sum += trait.weight;
  std::size_t at = chance.below(sum);
  for (const Trait& trait : traits) {
    if (at < trait.weight) return trait;
    at -= trait.weight;
  }
  return traits.front();
}

}  // namespace danesweep::differential
