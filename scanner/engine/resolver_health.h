// SPDX-License-Identifier: Apache-2.0
// Which resolvers can be reached, as all workers together see it (E-100). A resolver is unreachable after as many
// failed tries in a row as a question has, each with no answer from it since the try was sent: dead domains, for which
// a good resolver stays silent too, do not make it so. Once none can be reached for a while, none is asked any more.
#pragma once

#include <atomic>
#include <cstdint>
#include <vector>

#include "dnssec/verdict.h"
#include "scanner/engine/clock.h"
#include "scanner/engine/settings.h"

namespace danesweep::scanner {

using dnssec::ResolverId;

/// Thread-safe.
class ResolverHealth {
 public:
  explicit ResolverHealth(const DnsSettings& settings);

  std::size_t size() const { return states_.size(); }
  /// Resolvers of one priority number, lowest first; never empty.
  const std::vector<std::vector<ResolverId>>& levels() const { return levels_; }
  std::size_t level_of(ResolverId id) const { return level_of_[static_cast<std::size_t>(id)]; }

  void answered(ResolverId id, Instant now);
  /// Silence or a network error to a try sent at `sent`.
  void failed(ResolverId id, Instant sent, Instant now);
  bool is_reachable(ResolverId id) const { return state(id).unreachable_since.load(std::memory_order_relaxed) == 0; }
  bool is_any_reachable(std::size_t level) const;
  /// True for one asker at a time, now and then: an unreachable resolver is tried again.
  bool may_try_again(ResolverId id, Instant now);
  /// No resolver could be reached for so long that the rest of the work ends at once. Stays true.
  bool all_gone(Instant now);

 private:
  struct State {
    std::atomic<std::int64_t> last_answer{0}, unreachable_since{0}, next_trial{0};
    std::atomic<std::uint32_t> failures{0};
  };
  const State& state(ResolverId id) const { return states_[static_cast<std::size_t>(id)]; }
  State& state(ResolverId id) { return states_[static_cast<std::size_t>(id)]; }

  std::vector<State> states_;
  std::vector<std::vector<ResolverId>> levels_;
  std::vector<std::size_t> level_of_;
  std::uint32_t failures_allowed_;
  std::int64_t grace_;
  std::atomic<bool> gone_{false};
};

}  // namespace danesweep::scanner
