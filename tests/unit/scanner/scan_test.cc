// SPDX-License-Identifier: Apache-2.0
// What lies around a sweep: checkpoints, the canary's lines and exit codes, the progress line, metrics (E-102, E-103,
// K75).
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "scanner/canary.h"
#include "scanner/metrics.h"
#include "scanner/progress.h"
#include "scanner/scan_ledger.h"
#include "tests/unit/input/inputs.h"

namespace danesweep::scanner {
namespace {

using Finished = std::vector<std::uint32_t>;

TEST(UnfinishedDomainsTest, ACheckpointNamesTheLowestUnfinishedAndTheFinishedAbove) {
  UnfinishedDomains unfinished;
  for (std::uint32_t i = 0; i < 6; ++i) unfinished.start(i);
  unfinished.finish(0);
  unfinished.finish(3);
  unfinished.finish(5);
  output::Checkpoint checkpoint = unfinished.checkpoint(10);
  EXPECT_EQ(checkpoint.lowest_unfinished, 1U);
  EXPECT_EQ(checkpoint.finished_above, (Finished{3, 5}));
  EXPECT_EQ(checkpoint.input_position, 10U);
  for (const std::uint32_t i : {1U, 2U, 4U}) unfinished.finish(i);
  checkpoint = unfinished.checkpoint(11);
  EXPECT_EQ(checkpoint.lowest_unfinished, 6U);
  EXPECT_TRUE(checkpoint.finished_above.empty());
}

TEST(UnfinishedDomainsTest, ADomainThatWaitsLongMakesNoCheckpointLongerThanItsLimit) {
  constexpr std::uint32_t kLimit = 16'384;
  UnfinishedDomains unfinished;
  unfinished.start(0);
  for (std::uint32_t i = 1; i <= 3 * kLimit; ++i) {
    unfinished.start(i);
    unfinished.finish(i);
  }
  output::Checkpoint checkpoint = unfinished.checkpoint(0);
  EXPECT_EQ(checkpoint.lowest_unfinished, 0U);
  ASSERT_EQ(checkpoint.finished_above.size(), kLimit);
  EXPECT_EQ(checkpoint.finished_above.front(), 1U);
  EXPECT_EQ(checkpoint.finished_above.back(), kLimit);
  unfinished.finish(0);
  checkpoint = unfinished.checkpoint(0);
  EXPECT_EQ(checkpoint.lowest_unfinished, 3 * kLimit + 1);
  EXPECT_TRUE(checkpoint.finished_above.empty());
}

TEST(UnfinishedDomainsTest, IndicesOfOtherShardsLeaveNoGap) {
  UnfinishedDomains unfinished;
  unfinished.start(2);
  unfinished.start(7);
  unfinished.finish(2);
  EXPECT_EQ(unfinished.checkpoint(0).lowest_unfinished, 7U);
  unfinished.finish(7);
  EXPECT_EQ(unfinished.checkpoint(0).lowest_unfinished, 8U);
}

CanaryResult canary(CanaryResult::State state, const char* address, std::uint32_t priority, const char* sentence) {
  CanaryResult result;
  result.state = state;
  result.resolver = {{address, 53}, priority};
  result.sentence = sentence;
  return result;
}

using State = CanaryResult::State;
const CanaryResult kFit = canary(State::Fit, "198.51.100.53", 0, "fit (ietf.org MX SECURE, 18 ms)");
const CanaryResult kStripping =
    canary(State::Unfit, "198.51.100.54", 1, "UNFIT, strips DNSSEC: every domain would be Bogus while it is in use");
const CanaryResult kSilent = canary(State::NoAnswer, "198.51.100.55", 1, "no answer");
const CanaryResult kServfail = canary(State::NoVerdict, "198.51.100.56", 0, "no verdict: SERVFAIL");

TEST(Canary, K75_TheThreeLinesOfE102) {
  EXPECT_EQ(canary_line(kFit), "resolver 198.51.100.53:53 prio 0: fit (ietf.org MX SECURE, 18 ms)");
  EXPECT_EQ(canary_line(kStripping),
            "resolver 198.51.100.54:53 prio 1: UNFIT, strips DNSSEC: every domain would be Bogus while it is in use");
  EXPECT_EQ(canary_line(kSilent), "resolver 198.51.100.55:53 prio 1: no answer");
}

struct CanaryRow {
  const char* name;
  std::vector<CanaryResult> results;
  UnfitResolvers unfit;
  UnfitLaterPriorities later;
  ExitCode code;
};

TEST(Canary, K75_ExitCodesOfE103) {
  CanaryResult unfit_first = kStripping;
  unfit_first.resolver.priority = 0;
  const auto no = UnfitResolvers::Refused;
  const auto yes = UnfitResolvers::Accepted;
  const auto strict = UnfitLaterPriorities::Refused;
  const auto failover = UnfitLaterPriorities::Accepted;
  const CanaryRow rows[] = {
      {"all fit", {kFit, kFit}, no, strict, ExitCode::Done},
      {"one silent", {kFit, kSilent}, no, strict, ExitCode::Done},
      {"SERVFAIL alone stops nothing", {kServfail}, no, strict, ExitCode::Done},
      {"not one answer", {kSilent, kSilent}, no, strict, ExitCode::CannotWork},
      {"not one answer, accepted or not", {kSilent}, yes, strict, ExitCode::CannotWork},
      {"all unfit, accepted or not", {kStripping, unfit_first}, yes, strict, ExitCode::CannotWork},
      {"some unfit", {kFit, kStripping}, no, strict, ExitCode::CannotWork},
      {"some unfit, accepted", {kFit, kStripping}, yes, strict, ExitCode::Done},
      {"later priority unfit, failover simulated", {kFit, kStripping}, no, failover, ExitCode::Done},
      {"first priority unfit, failover simulated", {kFit, unfit_first}, no, failover, ExitCode::CannotWork},
  };
  for (const CanaryRow& row : rows) {
    const CanaryJudgement judgement = judge_canary(row.results, row.unfit, row.later);
    EXPECT_EQ(judgement.code, row.code) << row.name;
    EXPECT_EQ(judgement.sentence.empty(), row.code == ExitCode::Done) << row.name;
  }
  EXPECT_NE(judge_canary(rows[6].results, no, strict).sentence.find("198.51.100.54:53"), std::string::npos)
      << "names it";
}

TEST(Metrics, NameCountsAndTheEndInPrometheusText) {
  ScanMetrics metrics;
  metrics.start_time = 1770084847;
  metrics.progress.started = 12;
  metrics.progress.finished = 10;
  metrics.progress.fail = 3;
  metrics.progress.queries = 1234567;
  const std::string running = metrics_text(metrics);
  for (const char* line : {"# TYPE danesweep_domains gauge\n", "danesweep_domains{verdict=\"DANE_FAIL\"} 3\n",
                           "# TYPE danesweep_dns_queries_total counter\ndanesweep_dns_queries_total 1234567\n",
                           "danesweep_domains_started_total 12\n", "danesweep_domains_finished_total 10\n",
                           "danesweep_scan_running 1\n", "danesweep_scan_start_time_seconds 1770084847\n"})
    EXPECT_NE(running.find(line), std::string::npos) << line << running;
  EXPECT_EQ(running.find("exit_code"), std::string::npos) << "not known before the end";
  metrics.input = output::InputCounts{20, 10, 6, 3, 1, {}};
  metrics.ended = ExitCode::BadNews;
  const std::string ended = metrics_text(metrics);
  for (const char* line : {"danesweep_scan_running 0\n", "danesweep_scan_exit_code 1\n",
                           "danesweep_input_entries{outcome=\"skipped\"} 6\n"})
    EXPECT_NE(ended.find(line), std::string::npos) << line << ended;
}

TEST(Metrics, AreWrittenEveryTenSecondsAndMovedOverTheFile) {
  const input::TemporaryFolder folder;
  const std::string path = folder.file("danesweep.prom");
  MetricsFile file(path, 0);
  const auto text = [&] {
    std::ifstream in(path);
    return std::string(std::istreambuf_iterator<char>(in), {});
  };
  const auto start = std::chrono::steady_clock::time_point{};
  Progress progress;
  EXPECT_TRUE(file.update(progress, start).has_value());
  progress.finished = 7;
  EXPECT_TRUE(file.update(progress, start + std::chrono::seconds(9)).has_value());
  EXPECT_NE(text().find("danesweep_domains_finished_total 0\n"), std::string::npos);
  EXPECT_TRUE(file.update(progress, start + std::chrono::seconds(10)).has_value());
  EXPECT_NE(text().find("danesweep_domains_finished_total 7\n"), std::string::npos);
  EXPECT_FALSE(std::filesystem::exists(path + ".new"));
  EXPECT_FALSE(MetricsFile(folder.file("absent/x"), 0).write({}).has_value());
  EXPECT_TRUE(MetricsFile("", 0).write({}).has_value()) << "not asked for";
}

TEST(ProgressLineTest, ShowsCountsRateAndTimeLeft) {
  const auto start = std::chrono::steady_clock::time_point{};
  ProgressLine line(start);
  Progress progress;
  progress.started = 300;
  progress.finished = 100;
  progress.success = 60;
  progress.longest_queue = 4;
  const std::string early = line.text(progress, start + std::chrono::seconds(1));
  EXPECT_TRUE(early.starts_with("100 of 300+ domains, 100/s: 60 DANE")) << early;
  EXPECT_NE(early.find("longest queue 4"), std::string::npos);
  EXPECT_EQ(early.find("left"), std::string::npos) << "the input is not read to its end";
  progress.source_ended = true;
  EXPECT_TRUE(line.text(progress, start + std::chrono::seconds(1)).ends_with(", 2 s left"));
}

}  // namespace
}  // namespace danesweep::scanner
