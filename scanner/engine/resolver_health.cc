// SPDX-License-Identifier: Apache-2.0
#include "scanner/engine/resolver_health.h"

#include <algorithm>
#include <map>

namespace danesweep::scanner {

namespace {

using std::chrono::nanoseconds;
constexpr nanoseconds kTrialSpacing = std::chrono::milliseconds{500};
/// A resolver that is restarted is back by then.
constexpr nanoseconds kLongestGrace = std::chrono::seconds{3};

std::int64_t ticks(Instant at) { return std::chrono::duration_cast<nanoseconds>(at.time_since_epoch()).count(); }

}  // namespace

ResolverHealth::ResolverHealth(const DnsSettings& settings)
    : states_(settings.resolvers.size()),
      level_of_(settings.resolvers.size()),
      failures_allowed_(std::max(1U, settings.tries)),
      grace_(std::min<nanoseconds>(kLongestGrace, settings.timeout).count()) {
  std::map<std::uint32_t, std::vector<ResolverId>> by_priority;
  for (std::size_t i = 0; i < settings.resolvers.size(); ++i)
    by_priority[settings.resolvers[i].priority].push_back(static_cast<ResolverId>(i));
  for (auto& [priority, ids] : by_priority) {
    for (const ResolverId id : ids) level_of_[static_cast<std::size_t>(id)] = levels_.size();
    levels_.push_back(std::move(ids));
  }
}

void ResolverHealth::answered(ResolverId id, Instant now) {
  State& resolver = state(id);
  resolver.last_answer.store(ticks(now), std::memory_order_relaxed);
  if (resolver.failures.load(std::memory_order_relaxed) == 0) return;
  resolver.failures.store(0, std::memory_order_relaxed);
  resolver.unreachable_since.store(0, std::memory_order_relaxed);
}

void ResolverHealth::failed(ResolverId id, Instant sent, Instant now) {
  State& resolver = state(id);
  if (resolver.last_answer.load(std::memory_order_relaxed) > ticks(sent)) return;
  if (resolver.failures.fetch_add(1, std::memory_order_relaxed) + 1 < failures_allowed_) return;
  std::int64_t reachable = 0;
  if (resolver.unreachable_since.compare_exchange_strong(reachable, ticks(now)))
    resolver.next_trial.store(ticks(now) + kTrialSpacing.count(), std::memory_order_relaxed);
}

bool ResolverHealth::is_any_reachable(std::size_t level) const {
  const auto& ids = levels_[level];
  return std::any_of(ids.begin(), ids.end(), [this](ResolverId id) { return is_reachable(id); });
}

bool ResolverHealth::may_try_again(ResolverId id, Instant now) {
  std::atomic<std::int64_t>& next = state(id).next_trial;
  std::int64_t due = next.load(std::memory_order_relaxed);
  return due <= ticks(now) && next.compare_exchange_strong(due, ticks(now) + kTrialSpacing.count());
}

bool ResolverHealth::all_gone(Instant now) {
  if (gone_.load(std::memory_order_relaxed)) return true;
  std::int64_t latest = 0;
  for (const State& resolver : states_) {
    const std::int64_t since = resolver.unreachable_since.load(std::memory_order_relaxed);
    if (since == 0) return false;
    latest = std::max(latest, since);
  }
  if (!states_.empty() && ticks(now) - latest < grace_) return false;
  gone_.store(true, std::memory_order_relaxed);
  return true;
}

}  // namespace danesweep::scanner
