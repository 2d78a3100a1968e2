// SPDX-License-Identifier: Apache-2.0
#include "scanner/canary.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "output/escape.h"

namespace danesweep::scanner {
namespace {

using State = CanaryResult::State;

bool is_unfit(const CanaryResult& result) { return result.state == State::Unfit; }
bool is_silent(const CanaryResult& result) { return result.state == State::NoAnswer; }

std::string names_of(std::span<const CanaryResult> results, bool (*which)(const CanaryResult&)) {
  std::vector<std::string> names;
  for (const CanaryResult& result : results)
    if (which(result)) names.push_back(result.resolver.where.to_text());
  return fmt::format("{}", fmt::join(names, ", "));
}

std::string_view state_text(State state) {
  switch (state) {
    case State::Fit:
      return "fit";
    case State::Unfit:
      return "unfit";
    case State::NoVerdict:
      return "no verdict";
    case State::NoAnswer:
      return "no answer";
  }
  return "";
}

}  // namespace

std::string canary_line(const CanaryResult& result) {
  return fmt::format("resolver {} prio {}: {}", result.resolver.where.to_text(), result.resolver.priority,
                     output::for_terminal(result.sentence));
}

output::ResolverHealth health_of(const CanaryResult& result) {
  return {result.resolver.where.to_text(), result.resolver.priority, std::string(state_text(result.state)),
          result.sentence};
}

CanaryJudgement judge_canary(std::span<const CanaryResult> results, UnfitResolvers unfit, UnfitLaterPriorities later) {
  if (std::ranges::all_of(results, is_silent))
    return {ExitCode::CannotWork, "no resolver answers; check --resolver and the network"};
  if (std::ranges::all_of(results, is_unfit))
    return {ExitCode::CannotWork, fmt::format("every resolver is unfit for DNSSEC ({}); name others with --resolver",
                                              names_of(results, is_unfit))};
  if (std::ranges::none_of(results, is_unfit) || unfit == UnfitResolvers::Accepted) return {};
  const auto first = std::ranges::min_element(results, {}, [](const CanaryResult& r) { return r.resolver.priority; });
  const auto in_first = [&](const CanaryResult& r) {
    return is_unfit(r) && r.resolver.priority == first->resolver.priority;
  };
  if (later == UnfitLaterPriorities::Accepted && std::ranges::none_of(results, in_first)) return {};
  return {ExitCode::CannotWork,
          fmt::format("unfit for DNSSEC: {}; take it out, or scan all the same with --accept-unfit-resolvers",
                      names_of(results, is_unfit))};
}

}  // namespace danesweep::scanner
