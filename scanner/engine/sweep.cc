// SPDX-License-Identifier: Apache-2.0
#include "scanner/engine/sweep.h"

#include <sys/resource.h>

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <memory>
#include <utility>

#include "scanner/engine/library.h"
#include "scanner/engine/shuffle.h"
#include "scanner/engine/worker.h"

namespace danesweep::scanner {

namespace {

using std::chrono::steady_clock;

/// Domains in work at once unless --max-inflight says otherwise.
constexpr std::uint32_t kDefaultInflight = 4096;
constexpr milliseconds kProgressEvery{250};
/// An interrupted sweep gives the domains in work this long; what is not done by then is done again by --resume.
constexpr milliseconds kInterruptGrace{3000};
constexpr milliseconds kLongestWait{20};

/// B5 of the machine's facts: each probe is a descriptor, and the soft limit is often 1,024.
void raise_descriptor_limit() {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur == limit.rlim_max) return;
  limit.rlim_cur = limit.rlim_max;
  (void)setrlimit(RLIMIT_NOFILE, &limit);  // refused: the old limit stays
}

DnsSettings without_lowest_priority(const DnsSettings& settings) {
  DnsSettings later = settings;
  const auto lowest =
      std::min_element(later.resolvers.begin(), later.resolvers.end(),
                       [](const ResolverSetting& a, const ResolverSetting& b) { return a.priority < b.priority; });
  if (lowest == later.resolvers.end()) return later;
  const std::uint32_t number = lowest->priority;
  std::erase_if(later.resolvers, [number](const ResolverSetting& resolver) { return resolver.priority == number; });
  return later;
}

ScanSettings scan_settings(const EngineSettings& settings, const SweepHooks& hooks) {
  ScanSettings scan;
  scan.seed = settings.seed;
  scan.smtp_port = settings.probe.smtp_port;
  scan.families = settings.probe.families;
  scan.special_addresses = settings.probe.special_addresses;
  scan.mode = settings.probe.mode;
  scan.tls_keys = settings.probe.tls_keys;
  scan.ipv6_route = has_ipv6_route() ? ScanSettings::Ipv6Route::Present : ScanSettings::Ipv6Route::Missing;
  scan.cname = hooks.lookup ? ScanSettings::CnameQuery::Ask : ScanSettings::CnameQuery::No;
  scan.opt_out = hooks.opt_out;
  return scan;
}

/// One run, driven by the calling thread: it pulls, deals and writes; workers do the rest.
class Sweep {
 public:
  Sweep(const EngineSettings& settings, DomainSource& source, ResultSink& sink, const SweepHooks& hooks)
      : settings_(settings),
        source_(source),
        sink_(sink),
        hooks_(hooks),
        dns_(settings.dns),
        probes_(dns_.clock, settings.probe, hooks.notice),
        most_(settings.max_inflight > 0 ? settings.max_inflight : kDefaultInflight) {
    if (settings.simulate_failover) failover_ = std::make_unique<DnsShared>(without_lowest_priority(settings.dns));
    shared_.settings = &settings_;
    shared_.hooks = &hooks_;
    shared_.scan = scan_settings(settings, hooks);
    shared_.dns = &dns_;
    shared_.failover_dns = failover_.get();
    shared_.probes = &probes_;
    shared_.finished = &finished_;
    for (std::uint32_t i = 0; i < std::max(1U, settings.threads); ++i) {
      contexts_.push_back(std::make_unique<TlsContexts>());
      workers_.push_back(std::make_unique<Worker>(shared_, *contexts_.back()));
    }
    dealt_.resize(workers_.size());
  }

  SweepSummary run() {
    while (!is_over()) {
      deal();
      write(finished_.wait(kLongestWait));
      report_progress();
    }
    for (auto& worker : workers_) worker->stop();
    write(finished_.wait(milliseconds(0)));
    update_totals();
    if (hooks_.progress) hooks_.progress(totals_);
    return summary();
  }

 private:
  bool is_interrupted() const { return hooks_.interrupt != nullptr && hooks_.interrupt->load(); }

  bool is_over() {
    if (sink_failed_ || (totals_.source_ended && in_flight_ == 0)) return true;
    if (!is_interrupted()) return false;
    if (interrupted_at_ == steady_clock::time_point{}) interrupted_at_ = steady_clock::now();
    return in_flight_ == 0 || steady_clock::now() - interrupted_at_ > kInterruptGrace;
  }

  /// Fills the workers up to the limit: this is where back-pressure reaches the source.
  void deal() {
    while (in_flight_ < most_ && !totals_.source_ended && !is_interrupted() && source_.is_ready()) {
      auto task = source_.next();
      if (!task) {
        totals_.source_ended = true;
        break;
      }
      ++in_flight_;
      ++totals_.started;
      dealt_[seeded(0, task->domain) % workers_.size()].push_back(std::move(*task));
    }
    for (std::size_t i = 0; i < workers_.size(); ++i)
      if (!dealt_[i].empty()) workers_[i]->take(std::exchange(dealt_[i], {}));
  }

  void write(std::vector<output::Result> results) {
    for (output::Result& result : results) {
      --in_flight_;
      ++totals_.finished;
      count(result.effective);
      if (!sink_failed_ && !sink_.write(std::move(result))) sink_failed_ = true;
    }
  }

  void count(output::Action action) {
    switch (action) {
      case output::Action::DaneSuccess:
        ++totals_.success;
        break;
      case output::Action::Fallback:
        ++totals_.fallback;
        break;
      case output::Action::DaneFail:
        ++totals_.fail;
        break;
      case output::Action::NotApplicable:
        ++totals_.not_applicable;
        break;
      case output::Action::Undetermined:
      case output::Action::Unset:
        ++totals_.undetermined;
        break;
    }
  }

  void update_totals() {
    const ProbePool::Load load = probes_.load();
    totals_.probes = load.made;
    totals_.probes_open = load.open;
    totals_.probes_waiting = load.waiting;
    totals_.longest_queue = load.longest_queue;
    totals_.queries = 0;
    for (const auto& worker : workers_) totals_.queries += worker->queries();
  }

  void report_progress() {
    const auto now = steady_clock::now();
    if (!hooks_.progress || now - reported_at_ < kProgressEvery) return;
    reported_at_ = now;
    update_totals();
    hooks_.progress(totals_);
  }

  /// D-59, D-126: the resolver's own marks.
  std::vector<std::string> health_warnings() const {
    std::vector<std::string> warnings;
    for (std::size_t i = 0; i < settings_.dns.resolvers.size(); ++i) {
      const auto id = static_cast<ResolverId>(i);
      const auto warn = [&](std::string_view what, std::uint64_t count) {
        if (count > 0)
          warnings.push_back(
              fmt::format("resolver {} {}: look-ups {}", settings_.dns.resolvers[i].where.to_text(), what, count));
      };
      warn("left out DNSSEC records that others deliver", dns_.health.stripped(id));
      warn("sent DNSSEC records that do not hold where those of others do", dns_.health.spoiled(id));
    }
    return warnings;
  }

  SweepSummary summary() {
    SweepSummary summary;
    summary.totals = totals_;
    summary.planned = settings_.probe.mode == ProbeMode::DryRun ? probes_.planned() : std::vector<PlannedConnections>{};
    summary.warnings = health_warnings();
    if (sink_failed_) {
      summary.end = SweepEnd::SinkFailed;
    } else if (is_interrupted() && !(totals_.source_ended && in_flight_ == 0)) {
      summary.end = SweepEnd::Interrupted;
    } else if (dns_.health.all_gone(steady_clock::now()) || (totals_.queries > 0 && dns_.health.is_silent())) {
      summary.end = SweepEnd::NoResolver;
    }
    return summary;
  }

  const EngineSettings settings_;
  DomainSource& source_;
  ResultSink& sink_;
  const SweepHooks hooks_;
  DnsShared dns_;
  std::unique_ptr<DnsShared> failover_;
  std::vector<std::unique_ptr<TlsContexts>> contexts_;  ///< one per worker
  ProbePool probes_;
  ResultQueue finished_;
  SweepShared shared_;
  std::vector<std::unique_ptr<Worker>> workers_;  ///< go first: they use all of the above
  std::vector<std::vector<DomainTask>> dealt_;
  Progress totals_;
  const std::uint32_t most_;
  std::uint64_t in_flight_ = 0;
  bool sink_failed_ = false;
  steady_clock::time_point interrupted_at_{}, reported_at_{};
};

}  // namespace

SweepSummary run_sweep(const EngineSettings& settings, DomainSource& source, ResultSink& sink,
                       const SweepHooks& hooks) {
  initialise_libraries();
  raise_descriptor_limit();
  return Sweep(settings, source, sink, hooks).run();
}

}  // namespace danesweep::scanner
