// SPDX-License-Identifier: Apache-2.0
#include "scanner/engine/probe_pool.h"

#include <algorithm>
#include <utility>

namespace danesweep::scanner {

namespace {

/// Waiting for a slot rather than for a moment: looked at again after this.
constexpr milliseconds kLookAgain{250};
/// Addresses of one provider looked at per turn.
constexpr std::size_t kAddressesPerTurn = 64;
constexpr std::size_t kMostGates = 100'000;
constexpr unsigned kUnreachedConnections = 20, kUnreachedProviders = 10;  ///< T-79

}  // namespace

struct ProbePool::Job {
  ProbeKey key;
  Provider* provider = nullptr;
  Dialler* dialler = nullptr;
  std::vector<Waiter> waiters;
  std::vector<output::Try> earlier;
  ProbeRecordPtr record;  ///< set when finished
};

struct ProbePool::Provider {
  std::string name;
  Gate gate;
  Backoff backoff;
  std::map<IpAddress, std::deque<Job*>> queued;
  IpAddress last_started;                                             ///< addresses take turns
  bool is_scheduled = false;                                          ///< in ready_ or sleeping_
  std::optional<std::multimap<Instant, Provider*>::iterator> sleeps;  ///< its place in sleeping_
  std::uint64_t planned = 0;
  std::map<IpAddress, std::uint64_t> planned_by_address;
};

/// What is called once the lock is released.
struct ProbePool::Calls {
  std::vector<std::pair<Waiter, ProbeRecordPtr>> waiters;
  std::vector<Job*> dials;
  std::vector<std::string> notices;
};

ProbePool::ProbePool(const Clock& clock, const ProbeSettings& settings, Notice notice)
    : clock_(&clock),
      settings_(settings),
      notice_(std::move(notice)),
      total_(RateLimit{settings.max_probes, static_cast<double>(settings.rate)}) {}

ProbePool::~ProbePool() = default;

ProbePool::Provider& ProbePool::provider_of(const std::string& host, const IpAddress& address) {
  const std::string name = suffixes_.provider(host, address);
  auto& provider = providers_[name];
  if (!provider) {
    provider = std::make_unique<Provider>();
    provider->name = name;
    provider->gate = Gate(settings_.per_provider);
  }
  return *provider;
}

Gate& ProbePool::gate(std::map<std::string, Gate>& gates, const std::string& name, RateLimit limit) {
  if (gates.size() > kMostGates) {
    const Instant now = clock_->steady();
    for (auto entry = gates.begin(); entry != gates.end();)
      entry = entry->second.is_idle(now) ? gates.erase(entry) : std::next(entry);
  }
  return gates.try_emplace(name, limit).first->second;
}

void ProbePool::make(Calls& calls) {
  for (Job* const started : calls.dials)
    started->dialler->dial(started->key, [this, started](Dialled result) { dialled(*started, std::move(result)); });
  for (const std::string& text : calls.notices)
    if (notice_) notice_(text);
  for (auto& [waiter, record] : calls.waiters) waiter(record);
}

void ProbePool::want(const ProbeKey& key, const std::string& host, Dialler& dialler, Waiter waiter) {
  Calls calls;
  {
    const std::lock_guard lock(mutex_);
    auto& job = jobs_[key];
    if (job && job->record) {
      calls.waiters.emplace_back(std::move(waiter), job->record);
    } else if (job) {
      job->waiters.push_back(std::move(waiter));
    } else {
      job = std::make_unique<Job>();
      job->key = key;
      job->provider = &provider_of(host, key.address);
      job->dialler = &dialler;
      job->waiters.push_back(std::move(waiter));
      if (settings_.mode != ProbeMode::Probe) {
        ++job->provider->planned;
        ++job->provider->planned_by_address[key.address];
        finish(*job, std::make_shared<ProbeRecord>(key, tls::Outcome::NoProbe), calls);
      } else if (port_ == Port::Blocked) {
        finish(*job, std::make_shared<ProbeRecord>(key, tls::Outcome::PortBlocked), calls);
      } else if (job->provider->backoff.is_given_up()) {
        finish(*job, std::make_shared<ProbeRecord>(key, tls::Outcome::ProviderBackoff), calls);
      } else {
        enqueue(*job);
        pump(clock_->steady(), calls);
      }
    }
  }
  make(calls);
}

void ProbePool::tick() {
  Calls calls;
  {
    const std::lock_guard lock(mutex_);
    pump(clock_->steady(), calls);
  }
  make(calls);
}

void ProbePool::enqueue(Job& job) {
  ++waiting_;
  Provider& provider = *job.provider;
  provider.queued[job.key.address].push_back(&job);
  if (!std::exchange(provider.is_scheduled, true)) ready_.push_back(&provider);
}

/// Providers take turns, one start each (T-73).
void ProbePool::pump(Instant now, Calls& calls) {
  wake_retries(now);
  wake_sleepers(now);
  while (!ready_.empty() && total_.may_start(now)) {
    Provider& provider = *ready_.front();
    ready_.pop_front();
    const bool started = start_one(provider, now, calls);
    if (provider.queued.empty()) {
      provider.is_scheduled = false;
    } else if (started) {
      ready_.push_back(&provider);
    } else {
      const Instant again = std::max({provider.gate.next(now), provider.backoff.paused_until(), now + kLookAgain});
      provider.sleeps = sleeping_.emplace(again, &provider);
    }
  }
}

void ProbePool::wake_sleepers(Instant now) {
  while (!sleeping_.empty() && sleeping_.begin()->first <= now) {
    wake(*sleeping_.begin()->second);
  }
}

void ProbePool::wake(Provider& provider) {
  if (!provider.sleeps) return;
  sleeping_.erase(*provider.sleeps);
  provider.sleeps.reset();
  ready_.push_back(&provider);
}

void ProbePool::wake_retries(Instant now) {
  while (!retries_.empty() && retries_.begin()->first <= now) {
    enqueue(*retries_.begin()->second);
    retries_.erase(retries_.begin());
  }
}

bool ProbePool::start_one(Provider& provider, Instant now, Calls& calls) {
  if (provider.backoff.is_paused(now) || !provider.gate.may_start(now)) return false;
  auto at = provider.queued.upper_bound(provider.last_started);
  const std::size_t turns = std::min(provider.queued.size(), kAddressesPerTurn);
  for (std::size_t i = 0; i < turns; ++i, ++at) {
    if (at == provider.queued.end()) at = provider.queued.begin();
    if (!start(*at->second.front(), now, calls)) continue;
    provider.last_started = at->first;
    at->second.pop_front();
    if (at->second.empty()) provider.queued.erase(at);
    return true;
  }
  return false;
}

bool ProbePool::start(Job& job, Instant now, Calls& calls) {
  Gate& address = gate(addresses_, job.key.address.to_text(), settings_.per_address);
  if (!address.may_start(now)) return false;
  Gate& network = gate(networks_, job.key.address.network(), settings_.per_net);
  if (!network.may_start(now)) return false;
  for (Gate* const opened : {&address, &network, &job.provider->gate, &total_}) opened->start();
  --waiting_;
  ++made_;
  calls.dials.push_back(&job);
  return true;
}

void ProbePool::dialled(Job& job, Dialled result) {
  Calls calls;
  {
    const std::lock_guard lock(mutex_);
    const Instant now = clock_->steady();
    for (Gate* const opened :
         {&gate(addresses_, job.key.address.to_text(), settings_.per_address),
          &gate(networks_, job.key.address.network(), settings_.per_net), &job.provider->gate, &total_})
      opened->finish();
    Provider& provider = *job.provider;
    // A lifted limit lifts its back-off too.
    if (settings_.per_provider.open > 0) provider.backoff.note(job.key, result.capture, now);
    note_reachability(job, result.capture, calls);
    if (may_retry(job, result.capture, now)) {
      job.earlier.push_back({std::string(tls::code(result.capture.outcome)), result.capture.detail});
      retries_.emplace(now + *settings_.retry_after, &job);
    } else {
      auto earlier = std::move(job.earlier);
      finish(job, std::make_shared<ProbeRecord>(job.key, std::move(result), std::move(earlier)), calls);
    }
    if (provider.backoff.is_given_up()) finish_queued(provider, tls::Outcome::ProviderBackoff, calls);
    if (port_ == Port::Blocked) block_port(calls);
    wake(provider);  // a place has become free
    pump(now, calls);
  }
  make(calls);
}

/// T-47: one more try, never while the provider is in back-off.
bool ProbePool::may_retry(const Job& job, const tls::Capture& capture, Instant now) const {
  return settings_.retry_after && job.earlier.empty() && tls::is_retriable(capture) && port_ != Port::Blocked &&
         !job.provider->backoff.is_paused(now) && !job.provider->backoff.is_given_up();
}

/// T-79: decided by the first connections only; one that got through settles it.
void ProbePool::note_reachability(const Job& job, const tls::Capture& capture, Calls& calls) {
  if (port_ != Port::Unknown || capture.outcome == tls::Outcome::InternalError)
    return;  // our own trouble tells nothing
  if (capture.outcome != tls::Outcome::ConnectTimeout && capture.outcome != tls::Outcome::ConnectUnreachable) {
    port_ = Port::Open;
    return;
  }
  ++unreached_;
  unreached_providers_.insert(job.provider->name);
  if (unreached_ < kUnreachedConnections || unreached_providers_.size() < kUnreachedProviders) return;
  port_ = Port::Blocked;
  calls.notices.push_back("port " + std::to_string(settings_.smtp_port) + " seems to be blocked from this machine");
}

void ProbePool::finish(Job& job, const ProbeRecordPtr& record, Calls& calls) {
  job.record = record;
  for (Waiter& waiter : job.waiters) calls.waiters.emplace_back(std::move(waiter), record);
  job.waiters.clear();
  unfolded_.push_back(record);
  fold_oldest();
}

void ProbePool::fold_oldest() {
  while (unfolded_.size() > kMostUnfolded) {
    unfolded_.front()->fold();
    unfolded_.pop_front();
  }
}

void ProbePool::finish_queued(Provider& provider, tls::Outcome why, Calls& calls) {
  for (auto& [address, queue] : provider.queued) {
    for (Job* const job : queue) {
      --waiting_;
      finish(*job, std::make_shared<ProbeRecord>(job->key, why), calls);
    }
  }
  provider.queued.clear();
}

/// Everything that has not been dialled; a first try that waits for its second one keeps its own outcome (T-79).
void ProbePool::block_port(Calls& calls) {
  for (auto& [name, provider] : providers_) finish_queued(*provider, tls::Outcome::PortBlocked, calls);
  for (auto& [when, job] : retries_) {
    Dialled first;
    first.capture.outcome = tls::parse_outcome(job->earlier.front().outcome).value_or(tls::Outcome::ConnectTimeout);
    first.capture.detail = job->earlier.front().detail;
    finish(*job, std::make_shared<ProbeRecord>(job->key, std::move(first), std::vector<output::Try>{}), calls);
  }
  retries_.clear();
}

ProbePool::Load ProbePool::load() const {
  const std::lock_guard lock(mutex_);
  Load load{made_, total_.open(), waiting_ + retries_.size(), 0};
  if (waiting_ == 0) return load;
  for (const auto& [name, provider] : providers_)
    for (const auto& [address, queue] : provider->queued)
      load.longest_queue = std::max<std::uint64_t>(load.longest_queue, queue.size());
  return load;
}

std::vector<PlannedConnections> ProbePool::planned() const {
  const std::lock_guard lock(mutex_);
  std::vector<PlannedConnections> plan;
  for (const auto& [name, provider] : providers_) {
    if (provider->planned == 0) continue;
    PlannedConnections planned{name, provider->planned, provider->planned_by_address.size(), 0};
    for (const auto& [address, count] : provider->planned_by_address)
      planned.longest_queue = std::max(planned.longest_queue, count);
    plan.push_back(std::move(planned));
  }
  std::sort(plan.begin(), plan.end(), [](const PlannedConnections& a, const PlannedConnections& b) {
    return a.connections != b.connections ? a.connections > b.connections : a.provider < b.provider;
  });
  return plan;
}

}  // namespace danesweep::scanner
