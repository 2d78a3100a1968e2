// SPDX-License-Identifier: Apache-2.0
// Whole sweeps over a small resolver on loopback: every task gets exactly one result, whatever happens to resolvers,
// sink and user (E-100, E-104; --confirm, --max-inflight, T-72).
#include "scanner/engine/sweep.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "tests/unit/engine/made_verdicts.h"
#include "tests/unit/engine/responder.h"

namespace danesweep::scanner {
namespace {

using Carrier = Responder::Carrier;

std::string first_label(const Octets& query) { return {query.begin() + 13, query.begin() + 13 + query[12]}; }
std::uint16_t type_of(const Octets& query) {
  const auto end = std::find(query.begin() + 12, query.end(), std::uint8_t{0});
  return static_cast<std::uint16_t>(*(end + 1) << 8U | *(end + 2));
}
/// MX 10 mx.<name>
Octets mx_record() { return {0xC0, 12, 0, 15, 0, 1, 0, 0, 1, 0, 0, 7, 0, 10, 2, 'm', 'x', 0xC0, 12}; }

/// Each domain has an MX with one address; names that begin with `s` meet SERVFAIL.
Say plain_world(const Octets& query, Carrier) {
  Reply reply;
  if (type_of(query) == 15) reply.answers = {mx_record()};
  if (type_of(query) == 1) reply.answers = {a_record(1)};
  if (first_label(query)[0] == 's') reply = Reply{0x8182, {}};
  return {{reply.to(query)}, {}};
}

class Domains : public DomainSource {
 public:
  explicit Domains(std::uint32_t count) : count_(count) {}
  std::optional<DomainTask> next() override {
    if (pulled == count_ || (on_pull && !on_pull(pulled))) return std::nullopt;
    DomainTask task;
    task.index = pulled++;
    task.domain = prefix + std::to_string(task.index) + ".example";
    most_ahead = std::max(most_ahead, pulled - written);
    return task;
  }
  bool is_ready() override { return !ready || ready(); }
  std::string prefix = "d";
  std::uint32_t pulled = 0, written = 0, most_ahead = 0;
  std::function<bool(std::uint32_t)> on_pull;
  std::function<bool()> ready;

 private:
  std::uint32_t count_;
};

class Results : public ResultSink {
 public:
  explicit Results(Domains& source) : source_(&source) {}
  bool write(output::Result result) override {
    ++source_->written;
    EXPECT_TRUE(indices.insert(result.index).second) << "two results for " << result.domain;
    ++reasons[result.reason];
    last = result;
    if (on_write) on_write(result.index);
    return indices.size() < fails_at;
  }
  std::set<std::uint32_t> indices;
  std::map<std::string, int> reasons;
  std::size_t fails_at = SIZE_MAX;
  output::Result last;
  std::function<void(std::uint32_t)> on_write;

 private:
  Domains* source_;
};

/// For resolvers that answer or refuse, however slow the machine is now.
constexpr milliseconds kPatient{3000};
/// Where one is silent: what a busy machine was too slow for is tried again with more time.
constexpr milliseconds kTimeouts[] = {milliseconds(300), milliseconds(3000), milliseconds(20'000)};

EngineSettings settings_for(const std::vector<ResolverSetting>& resolvers, milliseconds timeout = kPatient) {
  EngineSettings settings;
  settings.dns.resolvers = resolvers;
  settings.dns.timeout = timeout;
  dnssec::TrustAnchor anchor;  // elsewhere: all names here are INSECURE, without a chain
  anchor.zone = name_of("anchored.test.");
  anchor.rdata = *wire::rdata_from_text(wire::RrType::Ds,
                                        "12345 13 2 E06D44B80B8F1D39A95C0B0D7C65D08458E880409BBC683457104237C7F8EC8D");
  settings.dns.anchors = dnssec::TrustAnchors({anchor});
  settings.threads = 2;
  return settings;
}

TEST(Sweep, EveryTaskGetsExactlyOneResult) {
  Responder resolver(plain_world);
  Domains source(1000);
  Results sink(source);
  const SweepSummary summary = run_sweep(settings_for({{resolver.address(), 0}}), source, sink, {});
  EXPECT_EQ(summary.end, SweepEnd::Done);
  EXPECT_EQ(sink.indices.size(), 1000U);
  EXPECT_EQ(sink.reasons["mx-insecure"], 1000);
  EXPECT_EQ(summary.totals.started, 1000U);
  EXPECT_EQ(summary.totals.finished, 1000U);
  EXPECT_EQ(summary.totals.fallback, 1000U);
  EXPECT_GE(summary.totals.queries, 3000U);
}

TEST(Sweep, OfNothingEndsAtOnce) {
  Responder resolver(plain_world);
  Domains source(0);
  Results sink(source);
  EXPECT_EQ(run_sweep(settings_for({{resolver.address(), 0}}), source, sink, {}).end, SweepEnd::Done);
}

// Memory is bounded by the domains in flight, not by the input.
TEST(Sweep, TheSourceIsPulledNoFurtherThanTheLimit) {
  Responder resolver(plain_world);
  Domains source(500);
  Results sink(source);
  EngineSettings settings = settings_for({{resolver.address(), 0}});
  settings.max_inflight = 20;
  run_sweep(settings, source, sink, {});
  EXPECT_EQ(sink.indices.size(), 500U);
  EXPECT_LE(source.most_ahead, 20U);
}

TEST(Sweep, WhatWasReadIsFinishedWhileTheInputIsSlow) {
  Responder resolver(plain_world);
  Domains source(40);
  Results sink(source);
  source.ready = [&] { return source.pulled < 10 || source.written >= 10; };
  source.on_pull = [&](std::uint32_t) {
    EXPECT_TRUE(source.ready()) << "pulled where it would wait";
    return true;
  };
  const SweepSummary summary = run_sweep(settings_for({{resolver.address(), 0}}), source, sink, {});
  EXPECT_EQ(summary.end, SweepEnd::Done);
  EXPECT_EQ(sink.indices.size(), 40U);
}

TEST(Sweep, AnInterruptEndsTheWaitForASlowInput) {
  Responder resolver(plain_world);
  Domains source(40);
  Results sink(source);
  std::atomic<bool> interrupt{false};
  source.ready = [&] { return source.pulled < 10; };
  sink.on_write = [&](std::uint32_t) { interrupt = sink.indices.size() == 10; };
  SweepHooks hooks;
  hooks.interrupt = &interrupt;
  const SweepSummary summary = run_sweep(settings_for({{resolver.address(), 0}}), source, sink, hooks);
  EXPECT_EQ(summary.end, SweepEnd::Interrupted);
  EXPECT_EQ(sink.indices.size(), 10U);
}

// E-100
TEST(Sweep, AResolverThatDiesIsReplacedByTheNextPriority) {
  Responder first(plain_world), second(plain_world);
  Domains source(2000);
  Results sink(source);
  sink.on_write = [&](std::uint32_t) {
    if (sink.indices.size() == 200) first.kill();
  };
  EngineSettings settings = settings_for({{first.address(), 0}, {second.address(), 1}});
  settings.max_inflight = 100;
  const SweepSummary summary = run_sweep(settings, source, sink, {});
  EXPECT_EQ(summary.end, SweepEnd::Done);
  EXPECT_EQ(sink.indices.size(), 2000U);
  EXPECT_EQ(sink.reasons["mx-insecure"], 2000) << "nothing is lost, nothing undetermined";
  EXPECT_GT(second.udp_queries(), 1000U);
}

// E-100: with none left the rest is UNDETERMINED, at once, and nothing is lost.
TEST(Sweep, WhenTheLastResolverDiesTheRestIsUndetermined) {
  Responder resolver(plain_world);
  Domains source(20'000);
  Results sink(source);
  sink.on_write = [&](std::uint32_t) {
    if (sink.indices.size() == 200) resolver.kill();
  };
  EngineSettings settings = settings_for({{resolver.address(), 0}});
  settings.max_inflight = 100;
  const auto start = std::chrono::steady_clock::now();
  const SweepSummary summary = run_sweep(settings, source, sink, {});
  EXPECT_EQ(summary.end, SweepEnd::NoResolver);
  EXPECT_EQ(sink.indices.size(), 20'000U);
  EXPECT_GE(sink.reasons["mx-insecure"], 200);
  EXPECT_GT(sink.reasons["mx-lookup-failed"], 15'000);
  EXPECT_LT(std::chrono::steady_clock::now() - start, kPatient * 100) << "no time-out for each";
}

// E-48, E-103: a short sweep ends before a resolver counts as gone for good; not one packet is enough to say so.
TEST(Sweep, NotOnePacketFromAnyResolverIsNoResolver) {
  Responder resolver(plain_world);
  resolver.kill();
  Domains source(1);
  Results sink(source);
  EngineSettings settings = settings_for({{resolver.address(), 0}});
  settings.dns.tries = 1;
  EXPECT_EQ(run_sweep(settings, source, sink, {}).end, SweepEnd::NoResolver);
  EXPECT_EQ(sink.reasons["mx-lookup-failed"], 1);
}

// SERVFAIL is an answer: the resolver is there.
TEST(Sweep, ErrorsAloneAreNoDeadResolver) {
  Responder resolver(plain_world);
  Domains source(50);
  source.prefix = "s";
  Results sink(source);
  EXPECT_EQ(run_sweep(settings_for({{resolver.address(), 0}}), source, sink, {}).end, SweepEnd::Done);
  EXPECT_EQ(sink.reasons["mx-lookup-failed"], 50);
}

// E-100: at the end only domains are left for which the resolver stays silent; that is no dead resolver either.
TEST(Sweep, SilentDomainsAloneAreNoDeadResolver) {
  Responder resolver([](const Octets& query, Carrier carrier) {
    return first_label(query)[0] == 'q' ? Say{} : plain_world(query, carrier);
  });
  SweepEnd end = SweepEnd::NoResolver;
  int failed = 0;
  for (const milliseconds timeout : kTimeouts) {
    Domains source(20);
    source.prefix = "q";
    Results sink(source);
    end = run_sweep(settings_for({{resolver.address(), 0}}, timeout), source, sink, {}).end;
    failed = sink.reasons["mx-lookup-failed"];
    if (end == SweepEnd::Done) break;
  }
  EXPECT_EQ(end, SweepEnd::Done);
  EXPECT_EQ(failed, 20);
}

TEST(Sweep, AnInterruptPullsNoMoreAndWritesWhatIsDone) {
  Responder resolver(plain_world);
  Domains source(1'000'000);
  Results sink(source);
  std::atomic<bool> interrupt{false};
  sink.on_write = [&](std::uint32_t) { interrupt = sink.indices.size() >= 300; };
  SweepHooks hooks;
  hooks.interrupt = &interrupt;
  EngineSettings settings = settings_for({{resolver.address(), 0}}, milliseconds(300));
  settings.max_inflight = 100;
  const SweepSummary summary = run_sweep(settings, source, sink, hooks);
  EXPECT_EQ(summary.end, SweepEnd::Interrupted);
  EXPECT_EQ(sink.indices.size(), source.pulled) << "what was in work is finished";
  EXPECT_LT(source.pulled, 1000U);
}

TEST(Sweep, ASinkThatFailsStopsIt) {
  Responder resolver(plain_world);
  Domains source(100'000);
  Results sink(source);
  sink.fails_at = 100;
  EngineSettings settings = settings_for({{resolver.address(), 0}});
  settings.max_inflight = 50;
  EXPECT_EQ(run_sweep(settings, source, sink, {}).end, SweepEnd::SinkFailed);
  EXPECT_EQ(sink.indices.size(), 100U);
}

// E-104
TEST(Sweep, SimulatedFailoverDecidesTwiceAndAsksEachResolverForItself) {
  Responder first(plain_world);
  Responder second([](const Octets& query, Carrier) { return Say{{Reply{0x8182, {}}.to(query)}, {}}; });
  Domains source(100);
  Results sink(source);
  EngineSettings settings = settings_for({{first.address(), 0}, {second.address(), 5}});
  settings.simulate_failover = true;
  EXPECT_EQ(run_sweep(settings, source, sink, {}).end, SweepEnd::Done);
  EXPECT_EQ(sink.reasons["mx-insecure"], 100) << "the real columns never come from the second pass";
  ASSERT_TRUE(sink.last.failover);
  EXPECT_EQ(sink.last.failover->opportunistic, output::Action::Undetermined);
  EXPECT_EQ(sink.last.failover->reason, "mx-lookup-failed");
  EXPECT_GE(second.udp_queries(), 100U);
}

// --confirm
TEST(Sweep, UndeterminedDomainsAreLookedAtAgain) {
  std::atomic<int> count{0};
  Responder resolver([&](const Octets& query, Carrier carrier) {
    return type_of(query) == 15 && ++count <= 2 ? Say{{Reply{0x8182, {}}.to(query)}, {}} : plain_world(query, carrier);
  });
  Domains source(1);
  Results sink(source);
  EngineSettings settings = settings_for({{resolver.address(), 0}});
  settings.confirm = 3;
  run_sweep(settings, source, sink, {});
  ASSERT_TRUE(sink.last.confirm);
  EXPECT_EQ(sink.last.confirm->asked, 3U);
  EXPECT_EQ(sink.last.confirm->same, 1U);
  EXPECT_EQ(sink.last.reason, "mx-lookup-failed");
}

TEST(Sweep, ProgressTellsTheTotalsAtTheEnd) {
  Responder resolver(plain_world);
  Domains source(10);
  Results sink(source);
  Progress last;
  SweepHooks hooks;
  hooks.progress = [&](const Progress& progress) { last = progress; };
  run_sweep(settings_for({{resolver.address(), 0}}), source, sink, hooks);
  EXPECT_EQ(last.finished, 10U);
  EXPECT_TRUE(last.source_ended);
}

// E-51: MX, then per host A, AAAA, CNAME; TLSA only where E-8 says so.
TEST(Sweep, LookupEventsComeInTheOrderOfTheGateway) {
  Responder resolver(plain_world);
  Domains source(1);
  Results sink(source);
  std::vector<std::string> begun;
  SweepHooks hooks;
  hooks.lookup = [&](const DomainTask&, const LookupEvent& event) {
    if (event.kind == LookupEvent::Kind::Begin)
      begun.push_back(event.name.to_display() + " " + wire::to_text(event.type));
  };
  EngineSettings settings = settings_for({{resolver.address(), 0}});
  settings.threads = 1;
  run_sweep(settings, source, sink, hooks);
  EXPECT_EQ(begun, (std::vector<std::string>{"d0.example MX", "mx.d0.example A", "mx.d0.example AAAA",
                                             "mx.d0.example CNAME"}));
}

// E-102
TEST(Canary, TellsFitFromSilentAndErrors) {
  Responder good(plain_world);
  Responder failing([](const Octets& query, Carrier) { return Say{{Reply{0x8182, {}}.to(query)}, {}}; });
  Responder silent([](const Octets&, Carrier) { return Say{}; });
  DnsSettings settings;
  std::vector<CanaryResult> results;
  for (const milliseconds timeout : kTimeouts) {
    settings = settings_for({{failing.address(), 0}, {silent.address(), 1}}, timeout).dns;
    results = run_canary(settings, name_of("ietf.org."));
    ASSERT_EQ(results.size(), 2U);
    if (results[0].state != CanaryResult::State::NoAnswer) break;
  }
  settings.timeout = kPatient;
  EXPECT_EQ(results[0].state, CanaryResult::State::NoVerdict);
  EXPECT_EQ(results[1].state, CanaryResult::State::NoAnswer);
  EXPECT_EQ(results[1].sentence, "no answer");
  const dnssec::Wanted wanted{{name_of("d.example."), wire::RrType::Mx}, {}};
  settings.resolvers = {{good.address(), 0}};
  EXPECT_TRUE(fetch_message(settings, wanted).message);
  settings.resolvers = {{failing.address(), 0}};
  const FetchedMessage failed = fetch_message(settings, wanted);
  EXPECT_FALSE(failed.message);
  EXPECT_EQ(failed.error, "the resolvers answer d.example. MX with SERVFAIL");
}

// E-102: a name under no anchor tells nothing: the anchored zone's keys are asked for; without any, UNFIT.
TEST(Canary, AResolverWithoutDnssecIsUnfit) {
  Responder stripping(plain_world);
  const auto results = run_canary(settings_for({{stripping.address(), 0}}).dns, name_of("ietf.org."));
  ASSERT_EQ(results.size(), 1U);
  EXPECT_EQ(results[0].state, CanaryResult::State::Unfit) << results[0].sentence;
}

TEST(Libraries, AreNamedWithTheirVersions) {
  const std::string text = engine_library_versions();
  for (const char* name : {"c-ares 1.", "libuv 1.", "oneTBB 20"}) EXPECT_NE(text.find(name), std::string::npos) << text;
}

}  // namespace
}  // namespace danesweep::scanner
