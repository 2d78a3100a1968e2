// SPDX-License-Identifier: Apache-2.0
// Events of the engine's look-ups, gathered into what the debug mail log tells of each (ESA.md part E; E-50 to E-61).
#pragma once

#include <map>
#include <string>
#include <vector>

#include "output/gateway_text.h"
#include "scanner/engine/sweep.h"

namespace danesweep::scanner {

/// Fed by SweepHooks::lookup: one look-up's events follow one another, from Begin to Verdict.
class DebugLog {
 public:
  /// `timeout`: ours, of one DNS try (E-52c).
  explicit DebugLog(milliseconds timeout) : timeout_(timeout) {}
  void take(std::uint32_t index, const LookupEvent& event);
  /// Look-ups of a domain, taken out.
  std::vector<output::DebugLookup> take_of(std::uint32_t index);

 private:
  milliseconds timeout_;
  std::map<std::uint32_t, std::vector<output::DebugLookup>> lookups_;
};

}  // namespace danesweep::scanner
