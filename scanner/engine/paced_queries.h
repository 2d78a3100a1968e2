// SPDX-License-Identifier: Apache-2.0
// An open loop of questions to one resolver: each has its time, whatever became of those before it, so that a resolver
// that falls behind cannot slow the clock that it is measured by. Bounded all the same: a question for which there is
// no room waits, and its waiting counts as the resolver's.
#pragma once

#include <functional>
#include <optional>

#include "scanner/engine/dns_try.h"
#include "scanner/engine/settings.h"

namespace danesweep::scanner {

struct Pace {
  double rate = 100;  ///< questions a second, evenly; above 0
  std::uint32_t max_inflight = 1000;
};

/// What came of one question.
struct PacedAnswer {
  TryResult result;
  std::chrono::microseconds late{};     ///< from its time to when it was handed to the kernel's queue
  std::chrono::microseconds latency{};  ///< from its time to its end
  bool waited_for_room = false;         ///< `max_inflight` was reached: being late is the resolver's doing, not ours
};

struct PacedQuestions {
  std::function<std::optional<wire::Question>()> next;  ///< nothing: no more
  std::function<void(const PacedAnswer&)> ended;
};

/// Asks all questions, once each, and waits for the last end. Returns the datagrams that our own receive buffer
/// dropped.
std::uint64_t ask_paced(const DnsSettings& settings, const ResolverSetting& resolver, const Pace& pace,
                        const PacedQuestions& questions);

}  // namespace danesweep::scanner
