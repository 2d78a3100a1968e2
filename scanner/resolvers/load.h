// SPDX-License-Identifier: Apache-2.0
// How fast is a resolver? An open loop of real questions at a given rate, pass by pass (the first fills its cache), or
// at rising rates up to the one that it no longer keeps. Latencies count from when a question was due.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "scanner/engine/paced_queries.h"
#include "scanner/resolvers/percentiles.h"

namespace danesweep::scanner {

struct LoadPlan {
  std::vector<wire::Question> questions;  ///< not empty
  Pace pace;                              ///< of each pass; of the first one when the rate rises
  std::uint32_t passes = 2;
  std::optional<std::chrono::duration<double>> duration;  ///< of a pass at most
  bool ramp = false;                                      ///< rates rise instead of passes
};

/// Every question sent is answered, or lost in one of three ways.
struct LoadPass {
  std::uint32_t number = 1;
  double rate = 0;                       ///< that was asked for
  std::chrono::duration<double> took{};  ///< from the first question's time to the last answer
  std::uint64_t sent = 0, answered = 0, by_tcp = 0;
  std::uint64_t timeouts = 0, unreachable = 0, unusable = 0;
  std::map<wire::Rcode, std::uint64_t> rcodes;  ///< of the answers
  Percentiles latencies;                        ///< of the answers
  std::uint64_t late = 0;                       ///< sent more than 10 ms behind their time by this machine
  std::uint64_t waited = 0;                     ///< for room among those in flight
  std::uint64_t own_drops = 0;                  ///< answers that this machine's receive buffer had no room for

  std::uint64_t lost() const { return timeouts + unreachable + unusable; }
  double throughput() const;  ///< answers a second
  /// The figures say something about the resolver, not about this machine.
  bool is_machine_the_limit() const;
};

/// Makes the pass of a step, from 1, at a rate.
using RunStep = std::function<const LoadPass&(std::uint32_t step, double rate)>;
/// Passes at rates that rise by half, until one is not kept: 1% more than usual are lost, or wait for room, or this
/// machine is the limit. Usual is what is lost at the lowest: names whose own servers are silent. The highest rate that
/// was kept.
std::optional<double> find_knee(double rate, const RunStep& run);

struct ResolverLoad {
  ResolverSetting resolver;
  std::vector<LoadPass> passes;  ///< none: the resolver does not answer
  std::optional<double> knee;    ///< highest rate of a ramp that was kept
};

/// `passed` is called after each pass.
ResolverLoad put_load(const DnsSettings& settings, const ResolverSetting& resolver, const LoadPlan& plan,
                      const std::function<void(const LoadPass&)>& passed);

}  // namespace danesweep::scanner
