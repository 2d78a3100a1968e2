// SPDX-License-Identifier: Apache-2.0
// One thread's loop with its resolvers, validations and connections, and the domains that it works on. Domains come by
// `take`, results leave by SweepShared::finished; everything else stays in the loop's thread.
#pragma once

#include <atomic>
#include <deque>
#include <memory>
#include <mutex>
#include <thread>
#include <unordered_map>
#include <vector>

#include "scanner/engine/dns_stack.h"
#include "scanner/engine/domain_scan.h"
#include "scanner/engine/probe_connection.h"
#include "scanner/engine/result_queue.h"

namespace danesweep::scanner {

/// What all workers of a sweep share.
struct SweepShared {
  const EngineSettings* settings = nullptr;
  const SweepHooks* hooks = nullptr;
  ScanSettings scan;
  DnsShared* dns = nullptr;
  DnsShared* failover_dns = nullptr;  ///< --simulate-failover: without the lowest priority number (E-104)
  ProbePool* probes = nullptr;
  ResultQueue* finished = nullptr;
  std::mutex lookup_hook;  ///< a domain's events are told in one piece
};

class Worker {
 public:
  /// Both must outlive this; `contexts` is of this worker alone.
  Worker(SweepShared& shared, TlsContexts& contexts);
  ~Worker();
  Worker(const Worker&) = delete;
  Worker& operator=(const Worker&) = delete;

  /// Thread-safe.
  void take(std::vector<DomainTask> tasks);
  /// Stops the loop whatever is still in work, and waits for the thread.
  void stop();
  std::uint64_t queries() const { return queries_.load(std::memory_order_relaxed); }

 private:
  struct Active;
  struct Event;

  void run();
  void begin_more();
  void begin(DomainTask task);
  void start_scan(Active& active);
  void give(Active& active, Event event);
  void work(Active& active);
  void carry_out(Active& active, const ScanWants& wants);
  void look_up(Active& active, const WantedLookup& wanted);
  void look_up_shared(Active& active, const WantedLookup& wanted, const LookupLog& log);
  void probe(Active& active, const WantedProbe& wanted);
  LookupLog begin_log(Active& active, const WantedLookup& wanted);
  void look_up_done(Active& active, const LookupTag& tag, VerdictPtr verdict);
  void scan_done(Active& active);
  void deliver(Active& active);
  void log_verdict(Active& active, const LookupTag& tag, const dnssec::Verdict& verdict);
  void report_lookups(Active& active);
  DnsStack& stack_of(const Active& active);
  DnsShared& dns_of(const Active& active);

  SweepShared* shared_;
  TlsContexts* contexts_;
  Loop loop_;
  std::unique_ptr<DnsStack> dns_, failover_dns_;
  std::unique_ptr<LoopDialler> dialler_;
  std::deque<DomainTask> dealt_;  ///< not begun; with active_ bounded by max_inflight
  std::unordered_map<std::uint32_t, std::unique_ptr<Active>> active_;  ///< by index
  std::atomic<std::uint64_t> queries_{0};
  std::thread thread_;
};

}  // namespace danesweep::scanner
