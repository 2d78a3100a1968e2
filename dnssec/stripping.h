// SPDX-License-Identifier: Apache-2.0
// Before something is called missing, a look at the resolver: does it leave out DNSSEC records of the anchored zone
// too, which is known to have them? Then it is the resolver's fault, not the zone's (rule D-59).
#pragma once

#include <optional>
#include <vector>

#include "dnssec/lookup.h"

namespace danesweep::dnssec {

struct Stripping {
  bool all_strip = false;             ///< every resolver that could be looked at
  std::vector<ResolverId> resolvers;  ///< those that do
};

/// Asks for keys of the anchored zone, and for `reason`s about denials also for a type that it lacks. Nothing: step
/// again.
std::optional<Stripping> find_stripping(Lookup& lookup, const wire::DomainName& anchor, Reason reason);

}  // namespace danesweep::dnssec
