// SPDX-License-Identifier: Apache-2.0
// All connections to mail hosts of a scan: each (address, port, base domain, key kind) once, whoever wants it (T-67);
// when the next may start, by address, network, provider and in all (T-68, T-73); second tries (T-47); back-off (T-69);
// the question whether port 25 is open at all (T-79). Workers make the connections. One mutex: probes start some
// hundreds of times a second at most, and each costs half a millisecond.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>
#include <vector>

#include "scanner/engine/probe_record.h"
#include "scanner/engine/provider.h"
#include "scanner/engine/rate_limit.h"
#include "scanner/engine/sweep.h"

namespace danesweep::scanner {

/// Makes connections: a worker, or a script in tests.
class Dialler {
 public:
  virtual ~Dialler() = default;
  /// Thread-safe. `done` is called once, in any thread, never from within this call.
  virtual void dial(const ProbeKey& key, std::function<void(Dialled)> done) = 0;
};

/// Thread-safe.
class ProbePool {
 public:
  /// Called in any thread, once.
  using Waiter = std::function<void(ProbeRecordPtr)>;
  /// Finished ones kept as they came, of about 15 KB each; older ones are folded. A result lives for the scan (T-67).
  static constexpr std::size_t kMostUnfolded = 20'000;

  /// All must outlive this.
  ProbePool(const Clock& clock, const ProbeSettings& settings, Notice notice);
  ~ProbePool();
  ProbePool(const ProbePool&) = delete;
  ProbePool& operator=(const ProbePool&) = delete;

  /// `waiter` may be called from within. `host` names the provider.
  void want(const ProbeKey& key, const std::string& host, Dialler& dialler, Waiter waiter);
  /// Starts what may start by now; every 50 ms or so.
  void tick();

  struct Load {
    std::uint64_t made = 0, open = 0, waiting = 0, longest_queue = 0;
  };
  Load load() const;
  /// T-72: what `--dry-run` would have connected to, by provider, most connections first.
  std::vector<PlannedConnections> planned() const;

 private:
  struct Job;
  struct Provider;
  struct Calls;

  void make(Calls& calls);
  Provider& provider_of(const std::string& host, const IpAddress& address);
  Gate& gate(std::map<std::string, Gate>& gates, const std::string& name, RateLimit limit);
  void enqueue(Job& job);
  void pump(Instant now, Calls& calls);
  bool start_one(Provider& provider, Instant now, Calls& calls);
  bool start(Job& job, Instant now, Calls& calls);
  void wake(Provider& provider);
  void wake_sleepers(Instant now);
  void wake_retries(Instant now);
  void dialled(Job& job, Dialled result);
  bool may_retry(const Job& job, const tls::Capture& capture, Instant now) const;
  void note_reachability(const Job& job, const tls::Capture& capture, Calls& calls);
  void finish(Job& job, const ProbeRecordPtr& record, Calls& calls);
  void finish_queued(Provider& provider, tls::Outcome why, Calls& calls);
  void block_port(Calls& calls);
  void fold_oldest();

  const Clock* clock_;
  ProbeSettings settings_;
  Notice notice_;
  PublicSuffixes suffixes_;
  mutable std::mutex mutex_;
  std::map<ProbeKey, std::unique_ptr<Job>> jobs_;
  std::deque<ProbeRecordPtr> unfolded_;  ///< by age
  std::unordered_map<std::string, std::unique_ptr<Provider>> providers_;
  std::deque<Provider*> ready_;                 ///< take turns (T-73)
  std::multimap<Instant, Provider*> sleeping_;  ///< have work that may not start yet
  std::multimap<Instant, Job*> retries_;
  std::map<std::string, Gate> addresses_, networks_;
  Gate total_;
  std::uint64_t made_ = 0, waiting_ = 0;
  enum class Port : std::uint8_t { Unknown, Open, Blocked } port_ = Port::Unknown;  ///< T-79
  unsigned unreached_ = 0;
  std::set<std::string> unreached_providers_;
};

}  // namespace danesweep::scanner
