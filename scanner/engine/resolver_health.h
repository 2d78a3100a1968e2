// SPDX-License-Identifier: Apache-2.0
// Which resolvers can be reached, as all workers together see it (E-100). A try that fails, with no answer from the
// resolver since it was sent, only raises a doubt: a good resolver stays silent too for domains whose servers are dead,
// and at the end of a sweep such domains are all that is left. The doubt is settled by a ping, a question that a living
// resolver always answers. Once none has been reachable for a while, none is asked any more.
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
  /// Resolvers of one priority number, lowest first.
  const std::vector<std::vector<ResolverId>>& levels() const { return levels_; }
  std::size_t level_of(ResolverId id) const { return level_of_[static_cast<std::size_t>(id)]; }

  void answered(ResolverId id, Instant now);
  /// Silence or a network error to a try sent at `sent`.
  void failed(ResolverId id, Instant sent);
  bool is_reachable(ResolverId id) const { return state(id).unreachable_since.load(std::memory_order_relaxed) == 0; }
  bool is_any_reachable(std::size_t level) const;
  /// All that seem reachable are in doubt: wait for their pings before giving up or going on.
  bool is_in_doubt(std::size_t level) const;

  /// True for one worker at a time, now and then: a resolver in doubt, or one that was lost, is to be pinged.
  bool wants_ping(ResolverId id, Instant now);
  /// The network says that nobody is there.
  void ping_refused(ResolverId id, Instant now);
  /// Pings that stay unanswered for too long; every 50 ms or so.
  void check(Instant now);
  /// A look-up found that the resolver leaves out DNSSEC records which others deliver (D-59).
  void note_stripping(ResolverId id) { state(id).stripped.fetch_add(1, std::memory_order_relaxed); }
  std::uint64_t stripped(ResolverId id) const { return state(id).stripped.load(std::memory_order_relaxed); }
  /// A look-up failed on what this resolver sent, and another's message held (D-126).
  void note_spoiling(ResolverId id) { state(id).spoiled.fetch_add(1, std::memory_order_relaxed); }
  std::uint64_t spoiled(ResolverId id) const { return state(id).spoiled.load(std::memory_order_relaxed); }
  /// Not one packet came back from any resolver.
  bool is_silent() const;
  /// No resolver could be reached for so long that the rest of the work ends at once. Stays true.
  bool all_gone(Instant now);

 private:
  struct State {
    std::atomic<std::int64_t> last_answer{0}, pinged_since{0}, next_ping{0}, unreachable_since{0};
    std::atomic<bool> is_doubted{false};
    std::atomic<std::uint64_t> stripped{0}, spoiled{0};
  };
  const State& state(ResolverId id) const { return states_[static_cast<std::size_t>(id)]; }
  State& state(ResolverId id) { return states_[static_cast<std::size_t>(id)]; }

  std::vector<State> states_;
  std::vector<std::vector<ResolverId>> levels_;
  std::vector<std::size_t> level_of_;
  std::int64_t patience_, grace_;  ///< nanoseconds
  std::atomic<bool> gone_{false};
};

}  // namespace danesweep::scanner
