// SPDX-License-Identifier: Apache-2.0
#include "scanner/engine/worker.h"

#include <algorithm>
#include <utility>
#include <variant>

#include "output/decide.h"

namespace danesweep::scanner {

namespace {

/// Why a domain is looked at.
enum class Pass : std::uint8_t {
  Main,
  Confirm,   ///< once more, without the answers that domains share (--confirm)
  Failover,  ///< by the resolvers of the later priorities (E-104)
};

bool is_worth_confirming(const output::Result& result) {
  return result.effective == output::Action::DaneFail || result.effective == output::Action::Undetermined;
}

bool is_same(const output::Result& a, const output::Result& b) {
  return a.opportunistic == b.opportunistic && a.mandatory == b.mandatory && a.reason == b.reason;
}

std::int64_t micros_now() {
  return std::chrono::duration_cast<std::chrono::microseconds>(std::chrono::system_clock::now().time_since_epoch())
      .count();
}

/// E-51: MX, then by host A, AAAA, CNAME, TLSA.
bool comes_first(const LookupTag& a, const LookupTag& b) {
  const auto rank = [](const LookupTag& tag) {
    return std::tuple(tag.kind != LookupKind::Mx, tag.host, tag.kind, tag.candidate);
  };
  return rank(a) < rank(b);
}

bool is_equal(const LookupTag& a, const LookupTag& b) {
  return a.host == b.host && a.kind == b.kind && a.candidate == b.candidate;
}

bool run_leftover(DnsStack& dns) { return dns.lookups.run_leftover() || dns.pool.has_leftover(); }

}  // namespace

struct Worker::Event {
  std::variant<LookupTag, ProbeTag> tag;
  VerdictPtr verdict;
  output::Probe probe;
};

struct Worker::Active {
  DomainTask task;
  Pass pass = Pass::Main;
  std::unique_ptr<DomainScan> scan;
  output::Result result;  ///< of the main pass, once it is done
  std::uint32_t confirmed = 0;
  std::vector<Event> inbox;
  bool is_busy = false;  ///< events that come now wait in the inbox
  struct Logged {
    LookupTag tag;
    LookupLog events;
  };
  std::vector<Logged> logs;  ///< `verify --debug`
};

Worker::Worker(SweepShared& shared, TlsContexts& contexts) : shared_(&shared), contexts_(&contexts) {
  thread_ = std::thread([this] { run(); });
}

Worker::~Worker() { stop(); }

// Everything that lives in the loop is made and unmade in the loop's thread.
void Worker::run() {
  dns_ = std::make_unique<DnsStack>(loop_, *shared_->dns, shared_->hooks->detail);
  if (shared_->failover_dns != nullptr)
    failover_dns_ = std::make_unique<DnsStack>(loop_, *shared_->failover_dns, shared_->hooks->detail);
  dialler_ = std::make_unique<LoopDialler>(loop_, shared_->dns->clock, shared_->settings->probe, *contexts_);
  loop_.set_before_poll([this] {
    begin_more();
    if (failover_dns_) failover_dns_->pool.before_poll();
    dns_->pool.before_poll();
  });
  loop_.set_tick([this] {
    dns_->pool.tick();
    if (failover_dns_) failover_dns_->pool.tick();
    shared_->probes->tick();
    queries_.store(dns_->pool.queries_sent() + (failover_dns_ ? failover_dns_->pool.queries_sent() : 0),
                   std::memory_order_relaxed);
  });
  loop_.set_leftover([this] {
    const bool more = run_leftover(*dns_);
    return (failover_dns_ && run_leftover(*failover_dns_)) || more;
  });
  loop_.run();
  queries_.store(dns_->pool.queries_sent() + (failover_dns_ ? failover_dns_->pool.queries_sent() : 0),
                 std::memory_order_relaxed);
  dialler_->hang_up();
  dns_->pool.drop_all();
  if (failover_dns_) failover_dns_->pool.drop_all();
}

void Worker::stop() {
  if (!thread_.joinable()) return;
  loop_.post([this] { loop_.stop(); });
  thread_.join();
}

void Worker::take(std::vector<DomainTask> tasks) {
  loop_.post([this, tasks = std::move(tasks)]() mutable {
    for (DomainTask& task : tasks) dealt_.push_back(std::move(task));
  });
}

// Domains begin as fast as the resolvers take their questions: what is in work stays as small as the windows, and in
// the processor's caches (bench/NOTES.md). Domains that wait for probes or dead servers hold none of that back.
void Worker::begin_more() {
  while (!dealt_.empty() && !dns_->pool.is_queueing()) {
    DomainTask task = std::move(dealt_.front());
    dealt_.pop_front();
    begin(std::move(task));
  }
}

void Worker::begin(DomainTask task) {
  const std::uint32_t index = task.index;
  auto& active = active_[index];
  active = std::make_unique<Active>();
  active->task = std::move(task);
  start_scan(*active);
}

DnsStack& Worker::stack_of(const Active& active) { return active.pass == Pass::Failover ? *failover_dns_ : *dns_; }
DnsShared& Worker::dns_of(const Active& active) {
  return active.pass == Pass::Failover ? *shared_->failover_dns : *shared_->dns;
}

void Worker::start_scan(Active& active) {
  active.scan = std::make_unique<DomainScan>(active.task, shared_->scan);
  active.is_busy = true;
  ScanWants wants;
  active.scan->start(wants);
  carry_out(active, wants);
  active.is_busy = false;
  work(active);
}

void Worker::give(Active& active, Event event) {
  active.inbox.push_back(std::move(event));
  if (!active.is_busy) work(active);
}

/// Answers may come while others are still being asked for; one after the other, without recursion.
void Worker::work(Active& active) {
  active.is_busy = true;
  while (!active.inbox.empty()) {
    std::vector<Event> events;
    events.swap(active.inbox);
    for (Event& event : events) {
      ScanWants wants;
      if (const auto* tag = std::get_if<LookupTag>(&event.tag)) {
        active.scan->give(*tag, event.verdict, wants);
      } else {
        active.scan->give(std::get<ProbeTag>(event.tag), std::move(event.probe));
      }
      carry_out(active, wants);
    }
  }
  active.is_busy = false;
  if (active.scan->is_finished()) scan_done(active);
}

void Worker::carry_out(Active& active, const ScanWants& wants) {
  for (const WantedLookup& wanted : wants.lookups) look_up(active, wanted);
  for (const WantedProbe& wanted : wants.probes) probe(active, wanted);
}

// A domain's MX is asked for once in a sweep; what hosts have may be shared by a hundred thousand domains.
void Worker::look_up(Active& active, const WantedLookup& wanted) {
  const LookupLog log = begin_log(active, wanted);
  if (wanted.tag.kind != LookupKind::Mx && active.pass != Pass::Confirm) {
    look_up_shared(active, wanted, log);
    return;
  }
  const auto hint = wanted.tag.kind == LookupKind::Mx ? dnssec::NameHint::LikelyZoneCut : dnssec::NameHint::None;
  stack_of(active).lookups.look_up(
      wanted.question, hint,
      [this, &active, tag = wanted.tag](VerdictPtr verdict) { look_up_done(active, tag, std::move(verdict)); }, log);
}

void Worker::look_up_shared(Active& active, const WantedLookup& wanted, const LookupLog& log) {
  AnswerCache& answers = dns_of(active).answers;
  const LookupTag tag = wanted.tag;
  auto claimed = answers.claim(wanted.question, [this, &active, tag](VerdictPtr verdict) {
    loop_.post([this, &active, tag, verdict = std::move(verdict)] { look_up_done(active, tag, verdict); });
  });
  if (log && claimed.claim != AnswerCache::Claim::Lead) log->front().from_cache = true;  // E-51: E-52a only
  if (claimed.claim == AnswerCache::Claim::Known) look_up_done(active, tag, std::move(claimed.verdict));
  if (claimed.claim != AnswerCache::Claim::Lead) return;
  stack_of(active).lookups.look_up(
      wanted.question, dnssec::NameHint::None,
      [this, &active, &answers, wanted](VerdictPtr verdict) {
        answers.finish(wanted.question, verdict);
        look_up_done(active, wanted.tag, std::move(verdict));
      },
      log);
}

void Worker::look_up_done(Active& active, const LookupTag& tag, VerdictPtr verdict) {
  log_verdict(active, tag, *verdict);
  for (const ResolverId resolver : verdict->stripping) dns_of(active).health.note_stripping(resolver);
  for (const ResolverId resolver : verdict->spoiling) dns_of(active).health.note_spoiling(resolver);
  give(active, {tag, std::move(verdict), {}});
}

void Worker::probe(Active& active, const WantedProbe& wanted) {
  const ProbeKey key{wanted.address, shared_->scan.smtp_port, wanted.base, wanted.offer};
  shared_->probes->want(key, wanted.host, *dialler_, [this, &active, wanted](ProbeRecordPtr record) {
    loop_.post([this, &active, tag = wanted.tag, offer = wanted.offer, record = std::move(record)] {
      const HostScan& host = active.scan->host(tag.host);
      give(active, {tag, nullptr,
                    record->matched(contexts_->context(offer), host.tlsa(), host.names(), shared_->dns->clock.wall())});
    });
  });
}

/// The main pass decides; further ones only add their own fields.
void Worker::scan_done(Active& active) {
  output::Result result = active.scan->take_result();
  output::decide(result, shared_->settings->multi_mx);
  const EngineSettings& settings = *shared_->settings;
  switch (active.pass) {
    case Pass::Main:
      active.result = std::move(result);
      break;
    case Pass::Confirm:
      ++active.confirmed;
      ++active.result.confirm->asked;
      active.result.confirm->same += is_same(active.result, result) ? 1 : 0;
      break;
    case Pass::Failover:
      active.result.failover = output::Failover{result.opportunistic, result.mandatory, result.reason};
      deliver(active);
      return;
  }
  const bool was_looked_up = active.result.mx.status != output::Status::NotQueried;
  if (was_looked_up && active.confirmed < settings.confirm && is_worth_confirming(active.result)) {
    if (!active.result.confirm) active.result.confirm = output::Confirm{};
    active.pass = Pass::Confirm;
    start_scan(active);
  } else if (failover_dns_) {
    active.pass = Pass::Failover;
    start_scan(active);
  } else {
    deliver(active);
  }
}

void Worker::deliver(Active& active) {
  report_lookups(active);
  shared_->finished->push(std::move(active.result));
  active_.erase(active.task.index);
}

LookupLog Worker::begin_log(Active& active, const WantedLookup& wanted) {
  if (!shared_->hooks->lookup || active.pass != Pass::Main) return nullptr;
  LookupEvent event;
  event.kind = LookupEvent::Kind::Begin;
  event.name = wanted.question.name;
  event.type = wanted.question.type;
  event.unix_micros = micros_now();
  active.logs.push_back({wanted.tag, std::make_shared<std::vector<LookupEvent>>(1, event)});
  return active.logs.back().events;
}

void Worker::log_verdict(Active& active, const LookupTag& tag, const dnssec::Verdict& verdict) {
  const auto logged = std::find_if(active.logs.begin(), active.logs.end(),
                                   [&](const Active::Logged& one) { return is_equal(one.tag, tag); });
  if (active.pass != Pass::Main || logged == active.logs.end()) return;
  LookupEvent event = logged->events->front();
  event.kind = LookupEvent::Kind::Verdict;
  event.unix_micros = micros_now();
  event.resolver = logged->events->back().resolver;
  event.priority_group = logged->events->back().priority_group;
  event.verdict = verdict;
  logged->events->push_back(std::move(event));
}

void Worker::report_lookups(Active& active) {
  if (active.logs.empty()) return;
  const std::lock_guard lock(shared_->lookup_hook);
  std::stable_sort(active.logs.begin(), active.logs.end(),
                   [](const Active::Logged& a, const Active::Logged& b) { return comes_first(a.tag, b.tag); });
  for (const Active::Logged& logged : active.logs)
    for (const LookupEvent& event : *logged.events) shared_->hooks->lookup(active.task, event);
}

}  // namespace danesweep::scanner
