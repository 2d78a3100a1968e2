// SPDX-License-Identifier: Apache-2.0
#include "scanner/engine/resolver_health.h"

#include <algorithm>
#include <map>

namespace danesweep::scanner {

namespace {

using std::chrono::nanoseconds;
constexpr auto kRelaxed = std::memory_order_relaxed;
constexpr nanoseconds kPingSpacing = std::chrono::milliseconds{500};
/// A ping is answered from the resolver's cache.
constexpr nanoseconds kLongestPatience = std::chrono::seconds{2};
/// A resolver that is being restarted is back by then.
constexpr nanoseconds kLongestGrace = std::chrono::seconds{2};

std::int64_t ticks(Instant at) { return std::chrono::duration_cast<nanoseconds>(at.time_since_epoch()).count(); }

}  // namespace

ResolverHealth::ResolverHealth(const DnsSettings& settings)
    : states_(settings.resolvers.size()),
      level_of_(settings.resolvers.size()),
      patience_(std::min<nanoseconds>(kLongestPatience, settings.timeout).count()),
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
  resolver.last_answer.store(ticks(now), kRelaxed);
  if (!resolver.is_doubted.load(kRelaxed)) return;
  resolver.is_doubted.store(false, kRelaxed);
  resolver.pinged_since.store(0, kRelaxed);
  resolver.unreachable_since.store(0, kRelaxed);
}

void ResolverHealth::failed(ResolverId id, Instant sent) {
  State& resolver = state(id);
  if (resolver.last_answer.load(kRelaxed) <= ticks(sent)) resolver.is_doubted.store(true, kRelaxed);
}

bool ResolverHealth::is_any_reachable(std::size_t level) const {
  const auto& ids = levels_[level];
  return std::any_of(ids.begin(), ids.end(), [this](ResolverId id) { return is_reachable(id); });
}

bool ResolverHealth::is_in_doubt(std::size_t level) const {
  const auto& ids = levels_[level];
  return is_any_reachable(level) && std::all_of(ids.begin(), ids.end(), [this](ResolverId id) {
           return !is_reachable(id) || state(id).is_doubted.load(kRelaxed);
         });
}

bool ResolverHealth::wants_ping(ResolverId id, Instant now) {
  State& resolver = state(id);
  if (!resolver.is_doubted.load(kRelaxed)) return false;
  std::int64_t due = resolver.next_ping.load(kRelaxed);
  if (due > ticks(now) || !resolver.next_ping.compare_exchange_strong(due, ticks(now) + kPingSpacing.count()))
    return false;
  std::int64_t none = 0;
  resolver.pinged_since.compare_exchange_strong(none, ticks(now));
  return true;
}

void ResolverHealth::ping_refused(ResolverId id, Instant now) {
  std::int64_t reachable = 0;
  if (state(id).is_doubted.load(kRelaxed)) state(id).unreachable_since.compare_exchange_strong(reachable, ticks(now));
}

void ResolverHealth::check(Instant now) {
  for (State& resolver : states_) {
    const std::int64_t since = resolver.pinged_since.load(kRelaxed);
    std::int64_t reachable = 0;
    if (since != 0 && ticks(now) - since >= patience_)
      resolver.unreachable_since.compare_exchange_strong(reachable, ticks(now));
  }
}

bool ResolverHealth::is_silent() const {
  return std::ranges::all_of(states_, [](const State& resolver) { return resolver.last_answer.load(kRelaxed) == 0; });
}

bool ResolverHealth::all_gone(Instant now) {
  if (gone_.load(kRelaxed)) return true;
  std::int64_t latest = 0;
  for (const State& resolver : states_) {
    const std::int64_t since = resolver.unreachable_since.load(kRelaxed);
    if (since == 0) return false;
    latest = std::max(latest, since);
  }
  if (!states_.empty() && ticks(now) - latest < grace_) return false;
  gone_.store(true, kRelaxed);
  return true;
}

}  // namespace danesweep::scanner
