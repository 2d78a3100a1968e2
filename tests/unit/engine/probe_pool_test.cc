// SPDX-License-Identifier: Apache-2.0
// The pool of connections, with made-up servers and time: T-47, T-51, T-67, T-68, T-69, T-72, T-73, T-79.
#include "scanner/engine/probe_pool.h"

#include <gtest/gtest.h>

#include <map>

#include "tests/unit/engine/fake_clock.h"
#include "tests/unit/engine/row_name.h"

namespace danesweep::scanner {
namespace {

using std::chrono::seconds;
using tls::Outcome;

/// Keeps what is dialled until the test ends it.
class Servers : public Dialler {
 public:
  void dial(const ProbeKey& key, std::function<void(Dialled)> done) override {
    log.push_back(key.address.to_text());
    open.push_back({key, std::move(done)});
  }
  /// Ends the oldest open connection.
  void end(Outcome outcome, bool greeted = false) {
    auto [key, done] = std::move(open.front());
    open.pop_front();
    Dialled dialled;
    dialled.capture.outcome = outcome;
    dialled.capture.greeted = greeted;
    if (outcome == Outcome::TlsAlert) dialled.capture.alert = 80;
    dialled.source_address = "192.0.2.250";
    done(std::move(dialled));
  }
  void end_all(Outcome outcome, bool greeted = false) {
    for (std::size_t count = open.size(); count > 0; --count) end(outcome, greeted);
  }

  std::vector<std::string> log;
  std::deque<std::pair<ProbeKey, std::function<void(Dialled)>>> open;
};

class Pool {
 public:
  explicit Pool(ProbeSettings settings = lifted())
      : pool(clock, settings, [this](const std::string& text) { notices.push_back(text); }) {}

  /// No limits, but for what a test sets.
  static ProbeSettings lifted() {
    ProbeSettings settings;
    settings.per_address = settings.per_net = settings.per_provider = {0, 0};
    settings.rate = settings.max_probes = 0;
    settings.retry_after = std::nullopt;
    return settings;
  }

  void want(const std::string& address, const std::string& host) {
    const std::size_t index = results.size();
    results.emplace_back();
    pool.want({*IpAddress::from_text(address), 25, host, tls::KeyOffer::EcdsaFirst}, host, servers,
              [this, index](ProbeRecordPtr record) { results[index] = std::move(record); });
  }
  void pass(milliseconds time) {
    for (milliseconds gone{0}; gone < time; gone += milliseconds(50)) {
      clock.pass(milliseconds(50));
      pool.tick();
    }
  }
  std::string outcome(std::size_t index) const {
    return results[index] ? std::string(tls::code(results[index]->capture().outcome)) : "open";
  }

  FakeClock clock;
  Servers servers;
  std::vector<std::string> notices;
  std::vector<ProbeRecordPtr> results;
  ProbePool pool;
};

// T-67, T-51
TEST(ProbePool, OneConnectionForAllWhoWantIt) {
  Pool pool;
  for (int i = 0; i < 1000; ++i) pool.want("1.2.3.4", "mx.example.org");
  ASSERT_EQ(pool.servers.log.size(), 1U);
  pool.servers.end(Outcome::HostNoMail);
  for (std::size_t i = 0; i < 1000; ++i) EXPECT_EQ(pool.outcome(i), "host-no-mail");
  pool.want("1.2.3.4", "mx.example.org");
  EXPECT_EQ(pool.servers.log.size(), 1U) << "a result lives for the scan";
  EXPECT_EQ(pool.outcome(1000), "host-no-mail");
}

// T-67: however many others come between.
TEST(ProbePool, AResultLivesForTheScan) {
  Pool pool;
  for (std::size_t i = 0; i <= ProbePool::kMostUnfolded; ++i) pool.want("1.2.3.4", "mx" + std::to_string(i));
  pool.servers.end_all(Outcome::HostNoMail);
  const std::size_t made = pool.servers.log.size();
  pool.want("1.2.3.4", "mx0");
  EXPECT_EQ(pool.servers.log.size(), made);
  EXPECT_EQ(pool.outcome(made), "host-no-mail");
}

// T-67: the key is (address, port, base); SNI differs with the base.
TEST(ProbePool, AnotherBaseOrAddressIsAnotherConnection) {
  Pool pool;
  pool.want("1.2.3.4", "mx.example.org");
  pool.want("1.2.3.5", "mx.example.org");
  pool.want("1.2.3.4", "mx.example.net");
  EXPECT_EQ(pool.servers.log.size(), 3U);
}

struct LimitRow {
  const char* name;
  RateLimit per_address, per_net, per_provider;
  std::uint32_t max_probes, rate;
  std::vector<std::pair<const char*, const char*>> wanted;  ///< address, host
  std::size_t at_once;                                      ///< open at the start, none ended
  std::size_t after_second;  ///< started in all, one second later, those at once having ended
};
const LimitRow kLimitRows[] = {
    {"T-68 per address one open", {1, 0}, {}, {}, 0, 0, {{"1.2.3.4", "a.example"}, {"1.2.3.4", "b.example"}}, 1, 2},
    {"T-68 per address five seconds between starts",
     {1, 0.2},
     {},
     {},
     0,
     0,
     {{"1.2.3.4", "a.example"}, {"1.2.3.4", "b.example"}},
     1,
     1},
    {"T-68 per net of 24 bits",
     {},
     {2, 0},
     {},
     0,
     0,
     {{"1.2.3.4", "a.example"}, {"1.2.3.5", "b.example"}, {"1.2.3.6", "c.example"}, {"1.2.4.1", "d.example"}},
     3,
     4},
    {"T-68 per net of 48 bits",
     {},
     {1, 0},
     {},
     0,
     0,
     {{"2a00:1:1::1", "a.example"}, {"2a00:1:1:9::1", "b.example"}, {"2a00:1:2::1", "c.example"}},
     2,
     3},
    {"T-68 per provider, by registered domain",
     {},
     {},
     {1, 0},
     0,
     0,
     {{"1.2.3.4", "mx1.example.co.uk"}, {"5.6.7.8", "mx2.example.co.uk"}, {"9.9.9.9", "mx.other.co.uk"}},
     2,
     3},
    {"T-68 two starts a second per provider",
     {},
     {},
     {8, 2},
     0,
     0,
     {{"1.2.3.4", "a.example.org"},
      {"5.6.7.8", "b.example.org"},
      {"9.9.9.9", "c.example.org"},
      {"9.9.9.8", "d.example.org"}},
     1,
     3},
    {"T-68 open in all",
     {},
     {},
     {},
     2,
     0,
     {{"1.2.3.4", "a.example"}, {"5.6.7.8", "b.example"}, {"9.9.9.9", "c.example"}},
     2,
     3},
    {"T-68 starts a second in all",
     {},
     {},
     {},
     0,
     1,
     {{"1.2.3.4", "a.example"}, {"5.6.7.8", "b.example"}, {"9.9.9.9", "c.example"}},
     1,
     2},
    {"T-68 zero lifts a limit",
     {},
     {},
     {},
     0,
     0,
     {{"1.2.3.4", "a.example"}, {"1.2.3.4", "b.example"}, {"1.2.3.4", "c.example"}},
     3,
     3},
};
class ProbeLimits : public testing::TestWithParam<LimitRow> {};
TEST_P(ProbeLimits, Hold) {
  const LimitRow& row = GetParam();
  ProbeSettings settings = Pool::lifted();
  settings.per_address = row.per_address;
  settings.per_net = row.per_net;
  settings.per_provider = row.per_provider;
  settings.max_probes = row.max_probes;
  settings.rate = row.rate;
  Pool pool(settings);
  for (const auto& [address, host] : row.wanted) pool.want(address, host);
  EXPECT_EQ(pool.servers.open.size(), row.at_once);
  pool.servers.end_all(Outcome::Ok, true);
  pool.pass(milliseconds(1050));
  EXPECT_EQ(pool.servers.log.size(), row.after_second);
}
INSTANTIATE_TEST_SUITE_P(Rows, ProbeLimits, testing::ValuesIn(kLimitRows),
                         [](const auto& row) { return row_name(row.param.name); });

// T-68: waiting holds no descriptor and is shown.
TEST(ProbePool, TheLongestQueueIsShown) {
  ProbeSettings settings = Pool::lifted();
  settings.per_address = {1, 0.2};
  Pool pool(settings);
  for (int i = 0; i < 10; ++i) pool.want("1.2.3.4", "mx" + std::to_string(i) + ".example.org");
  EXPECT_EQ(pool.pool.load().open, 1U);
  EXPECT_EQ(pool.pool.load().waiting, 9U);
  EXPECT_EQ(pool.pool.load().longest_queue, 9U);
}

// T-73
TEST(ProbePool, ProvidersTakeTurns) {
  ProbeSettings settings = Pool::lifted();
  settings.max_probes = 1;
  Pool pool(settings);
  for (int i = 1; i <= 3; ++i) pool.want("1.0.0." + std::to_string(i), "mx" + std::to_string(i) + ".first.example");
  for (int i = 1; i <= 3; ++i) pool.want("2.0.0." + std::to_string(i), "mx" + std::to_string(i) + ".second.example");
  while (!pool.servers.open.empty()) pool.servers.end(Outcome::Ok, true);
  const std::vector<std::string> log = pool.servers.log;
  ASSERT_EQ(log.size(), 6U);
  for (std::size_t i = 2; i < 5; ++i) EXPECT_NE(log[i][0], log[i - 1][0]) << i;  // then one provider is left
}

struct RetryRow {
  Outcome outcome;
  bool is_tried_again;
};
// T-47
TEST(ProbePool, OneMoreTryForWhatMayPass) {
  const RetryRow rows[] = {
      {Outcome::ConnectRefused, true},
      {Outcome::ConnectTimeout, true},
      {Outcome::ConnectUnreachable, true},
      {Outcome::SmtpClosed, true},
      {Outcome::GreetingTimeout, true},
      {Outcome::SmtpTimeout, true},
      {Outcome::TlsTimeout, true},
      {Outcome::ProbeTimeout, true},
      {Outcome::GreetingTempfail, true},
      {Outcome::EhloTempfail, true},
      {Outcome::StarttlsTempfail, true},
      {Outcome::TlsClosed, true},
      {Outcome::TlsAlert, true},  // alert 80
      {Outcome::Ok, false},
      {Outcome::StarttlsMissing, false},
      {Outcome::GreetingRefused, false},
      {Outcome::HostNoMail, false},
      {Outcome::TlsNotTls, false},
      {Outcome::ReplyTooLong, false},
  };
  for (const RetryRow& row : rows) {
    ProbeSettings settings = Pool::lifted();
    settings.retry_after = seconds(120);
    Pool pool(settings);
    pool.want("1.2.3.4", "mx.example.org");
    pool.servers.end(row.outcome);
    EXPECT_EQ(pool.outcome(0) == "open", row.is_tried_again) << tls::code(row.outcome);
    pool.pass(seconds(119));
    EXPECT_EQ(pool.servers.log.size(), 1U) << "not earlier";
    pool.pass(seconds(2));
    EXPECT_EQ(pool.servers.log.size(), row.is_tried_again ? 2U : 1U);
    if (!row.is_tried_again) continue;
    pool.servers.end(row.outcome);
    pool.pass(seconds(300));
    EXPECT_EQ(pool.servers.log.size(), 2U) << "no third try";
    EXPECT_EQ(pool.outcome(0), tls::code(row.outcome));
  }
}

// T-47, T-65: both tries are stored, the second decides.
TEST(ProbePool, TheSecondTryDecidesAndADifferenceIsNoted) {
  ProbeSettings settings = Pool::lifted();
  settings.retry_after = seconds(1);
  Pool pool(settings);
  pool.want("1.2.3.4", "mx.example.org");
  pool.servers.end(Outcome::GreetingTempfail);
  pool.pass(seconds(2));
  pool.servers.end(Outcome::StarttlsMissing, true);
  tls::TlsContext context;
  const output::Probe probe = pool.results[0]->matched(context, tls::TlsaSet(), {}, 0);
  EXPECT_EQ(probe.outcome, "starttls-missing");
  EXPECT_EQ(probe.certificate, output::Certificate::Failed);
  ASSERT_EQ(probe.tries.size(), 1U);
  EXPECT_EQ(probe.tries[0].outcome, "greeting-tempfail");
  EXPECT_EQ(probe.warnings, std::vector<std::string>{"flapping"});
  EXPECT_EQ(probe.source_address, "192.0.2.250");
}

// T-47: --no-retry
TEST(ProbePool, NoSecondTryUnlessWanted) {
  Pool pool;
  pool.want("1.2.3.4", "mx.example.org");
  pool.servers.end(Outcome::ConnectTimeout);
  EXPECT_EQ(pool.outcome(0), "connect-timeout");
}

ProbeSettings one_provider() {
  ProbeSettings settings = Pool::lifted();
  settings.per_provider = {1, 0};
  return settings;
}
void want_hosts(Pool& pool, int count) {
  for (int i = 1; i <= count; ++i)
    pool.want("1.0." + std::to_string(i) + ".1", "mx" + std::to_string(i) + ".example.org");
}

// T-69
TEST(ProbePool, AProviderThatTurnsUsAwayThreeTimesIsLeftAloneForAMinute) {
  for (const Outcome outcome : {Outcome::ConnectRefused, Outcome::ConnectTimeout, Outcome::GreetingTempfail,
                                Outcome::GreetingRefused, Outcome::SmtpClosed}) {
    Pool pool(one_provider());
    pool.want("9.9.9.9", "mx.other.net");
    pool.servers.end(Outcome::Ok, true);  // port 25 is open from here
    want_hosts(pool, 10);
    for (int i = 0; i < 3; ++i) pool.servers.end(outcome);
    pool.pass(seconds(59));
    EXPECT_TRUE(pool.servers.open.empty()) << tls::code(outcome);
    pool.pass(seconds(2));
    EXPECT_EQ(pool.servers.open.size(), 1U);
  }
}

// T-69
TEST(ProbePool, PausesDoubleToFifteenMinutesAndAfterFiveTheProviderIsGivenUp) {
  Pool pool(one_provider());
  pool.want("9.9.9.9", "mx.other.net");
  pool.servers.end(Outcome::Ok, true);
  want_hosts(pool, 20);
  for (int i = 0; i < 2; ++i) pool.servers.end(Outcome::GreetingRefused);
  for (const int pause : {60, 120, 240, 480, 900}) {
    pool.servers.end(Outcome::GreetingRefused);
    pool.pass(seconds(pause - 1));
    EXPECT_TRUE(pool.servers.open.empty()) << pause;
    pool.pass(seconds(2));
    EXPECT_EQ(pool.servers.open.size(), 1U) << pause;
  }
  pool.servers.end(Outcome::GreetingRefused);
  EXPECT_EQ(pool.outcome(20), "provider-backoff");
  pool.want("1.0.99.1", "mx99.example.org");
  EXPECT_EQ(pool.outcome(21), "provider-backoff");
}

// T-69
TEST(ProbePool, OneGoodGreetingResetsTheCount) {
  Pool pool(one_provider());
  want_hosts(pool, 10);
  for (int i = 0; i < 8; ++i) {
    pool.servers.end(i % 3 == 2 ? Outcome::StarttlsMissing : Outcome::GreetingRefused, i % 3 == 2);
    ASSERT_EQ(pool.servers.open.size(), 1U) << i;
  }
}

// T-69: from at least two probes
TEST(ProbePool, OneHostAloneNeverMakesAProviderWait) {
  ProbeSettings settings = one_provider();
  settings.retry_after = seconds(1);
  Pool pool(settings);
  pool.want("1.0.1.1", "mx1.example.org");
  pool.servers.end(Outcome::ConnectRefused);
  pool.pass(seconds(2));
  pool.servers.end(Outcome::ConnectRefused);
  pool.want("1.0.2.1", "mx2.example.org");
  EXPECT_EQ(pool.servers.open.size(), 1U);
}

// T-47: nothing is tried again while its provider is in back-off.
TEST(ProbePool, NoSecondTryDuringBackoff) {
  ProbeSettings settings = one_provider();
  settings.retry_after = seconds(1);
  Pool pool(settings);
  want_hosts(pool, 3);
  for (int i = 0; i < 3; ++i) pool.servers.end(Outcome::ConnectRefused);
  EXPECT_EQ(pool.outcome(2), "connect-refused");
  EXPECT_EQ(pool.outcome(0), "open");
}

// T-79
TEST(ProbePool, ABlockedPortIsNoticedAndTheRestIsNotDialled) {
  ProbeSettings settings = Pool::lifted();
  settings.max_probes = 1;
  Pool pool(settings);
  for (int i = 0; i < 31; ++i)
    pool.want("1.0." + std::to_string(i) + ".1", "mx" + std::to_string(i) + ".p" + std::to_string(i % 10) + ".example");
  pool.servers.end(Outcome::InternalError);  // a fault of this machine tells nothing about the port
  for (int i = 0; i < 19; ++i) pool.servers.end(i % 2 == 0 ? Outcome::ConnectTimeout : Outcome::ConnectUnreachable);
  EXPECT_TRUE(pool.notices.empty());
  pool.servers.end(Outcome::ConnectTimeout);
  EXPECT_EQ(pool.notices, std::vector<std::string>{"port 25 seems to be blocked from this machine"});
  EXPECT_TRUE(pool.servers.open.empty());
  std::map<std::string, int> outcomes;
  for (std::size_t i = 0; i < 31; ++i) ++outcomes[pool.outcome(i)];
  EXPECT_EQ(outcomes["port-blocked"], 10);
  EXPECT_EQ(outcomes["connect-timeout"] + outcomes["connect-unreachable"], 20);
  pool.want("9.9.9.9", "mx.late.net");
  EXPECT_EQ(pool.outcome(31), "port-blocked");
}

// T-79: fewer than ten providers, or one connection that got through, and it is not the port.
TEST(ProbePool, APortIsNotBlockedForFewProvidersOrAfterOneSuccess) {
  for (const bool one_gets_through : {false, true}) {
    Pool pool;
    const int providers = one_gets_through ? 20 : 9;
    for (int i = 0; i < 40; ++i)
      pool.want("1.0." + std::to_string(i) + ".1",
                "mx" + std::to_string(i) + ".p" + std::to_string(i % providers) + ".example");
    if (one_gets_through) pool.servers.end(Outcome::ConnectRefused);
    pool.servers.end_all(Outcome::ConnectTimeout);
    EXPECT_TRUE(pool.notices.empty());
  }
}

// T-72
TEST(ProbePool, DryRunPlansByProviderAndDialsNothing) {
  ProbeSettings settings = Pool::lifted();
  settings.mode = ProbeMode::DryRun;
  Pool pool(settings);
  for (int i = 0; i < 3; ++i) pool.want("1.2.3.4", "mx" + std::to_string(i) + ".big.example");
  pool.want("1.2.3.5", "mx0.big.example");
  pool.want("1.2.3.5", "mx0.big.example");
  pool.want("5.6.7.8", "mx.small.example");
  EXPECT_TRUE(pool.servers.log.empty());
  EXPECT_EQ(pool.outcome(0), "no-probe");
  const auto plan = pool.pool.planned();
  ASSERT_EQ(plan.size(), 2U);
  EXPECT_EQ(plan[0].provider, "big.example");
  EXPECT_EQ(plan[0].connections, 4U);
  EXPECT_EQ(plan[0].addresses, 2U);
  EXPECT_EQ(plan[0].longest_queue, 3U);
  EXPECT_EQ(plan[1].connections, 1U);
}

}  // namespace
}  // namespace danesweep::scanner
