// SPDX-License-Identifier: Apache-2.0
// Results after the scan: shards joined, interrupted files taken up again, predictions beside logs (E-62, E-126).
#include "scanner/merge.h"

#include <gtest/gtest.h>

#include "output/writer.h"
#include "scanner/log_comparison.h"
#include "scanner/result_diff.h"
#include "scanner/resume.h"
#include "tests/unit/input/inputs.h"

namespace danesweep::scanner {
namespace {

using output::Action;

output::Result result(std::uint32_t index, Action effective) {
  output::Result one;
  one.index = index;
  one.domain = "d" + std::to_string(index) + ".example";
  one.recipients = index + 1;
  one.opportunistic = one.mandatory = one.effective = effective;
  one.reason = one.effective_reason = "ok";
  return one;
}

/// A results file with these domains; without a trailer when `counts` is missing.
std::string write_file(const std::string& path, std::uint32_t shard, std::uint32_t of,
                       const std::vector<std::uint32_t>& indices, std::optional<output::InputCounts> counts,
                       const std::string& input = "list") {
  output::Writer writer(*output::create_file(path, output::Existing::Refuse), output::Compression::Zstd, 64);
  output::Header header;
  header.shard = shard;
  header.shards = of;
  header.inputs = {{input, "list"}};
  EXPECT_TRUE(writer.begin(header).has_value());
  for (const std::uint32_t index : indices)
    EXPECT_TRUE(writer.write(result(index, index % 2 == 0 ? Action::DaneSuccess : Action::DaneFail)).has_value());
  output::Trailer trailer;
  if (counts) trailer.counts = *counts;
  trailer.results = indices.size();
  trailer.log_domains_not_scanned = 5;
  if (counts) {
    EXPECT_TRUE(writer.log_evidence(std::vector<output::LogEvidence>{{indices.front(), {2, 0}}}).has_value());
  }
  EXPECT_TRUE((counts ? writer.finish(trailer) : writer.flush()).has_value());
  return path;
}

output::InputCounts counts(std::uint64_t checked, std::uint64_t duplicates, std::uint64_t other) {
  return {10, checked, 2 + other, duplicates, 1, {{"comment", 2}, {"other-shard", other}}};
}

TEST(Merge, JoinsAllShardsAndSumsTheWholeE62) {
  const input::TemporaryFolder folder;
  const std::string a = write_file(folder.file("a"), 1, 2, {0, 3}, counts(2, 1, 4));
  const std::string b = write_file(folder.file("b"), 2, 2, {1, 2}, counts(2, 2, 3));
  auto shards = open_shards({b, a});
  ASSERT_TRUE(shards.has_value()) << shards.error();
  const auto whole = merge_shards(*shards, *output::create_file(folder.file("out"), output::Existing::Refuse));
  ASSERT_TRUE(whole.has_value()) << whole.error();
  EXPECT_EQ(whole->read, 10U);
  EXPECT_EQ(whole->checked, 4U);
  EXPECT_EQ(whole->skipped, 2U);
  EXPECT_EQ(whole->duplicates, 3U);
  EXPECT_EQ(whole->rejected, 1U);
  auto joined = output::Reader::open(folder.file("out"));
  ASSERT_TRUE(joined.has_value());
  EXPECT_EQ(joined->results(), 4U);
  EXPECT_EQ(joined->header().shards, 1U);
  EXPECT_EQ(joined->trailer()->counts.checked, 4U);
  EXPECT_EQ(joined->trailer()->log_domains_not_scanned, 5U) << "every shard read the whole log";
  std::set<std::string> seen;
  while (const auto next = *joined->next())
    if (next->gateway_log && next->gateway_log->delivered == 2) seen.insert(next->domain);
  EXPECT_EQ(seen, (std::set<std::string>{"d0.example", "d1.example"})) << "E-126: the log's evidence comes along";
}

TEST(Merge, RefusesGapsOverlapsStrangersAndUnfinishedShards) {
  const input::TemporaryFolder folder;
  const std::string a = write_file(folder.file("a"), 1, 3, {0}, counts(1, 0, 6));
  const std::string b = write_file(folder.file("b"), 2, 3, {1}, counts(1, 0, 6));
  const std::string stranger = write_file(folder.file("s"), 3, 3, {2}, counts(1, 0, 6), "other");
  const std::string unfinished = write_file(folder.file("u"), 3, 3, {2}, {});
  EXPECT_NE(open_shards({a, b}).error().find("shard 3/3 is missing"), std::string::npos);
  EXPECT_NE(open_shards({a, b, a}).error().find("given twice"), std::string::npos);
  EXPECT_NE(open_shards({a, b, stranger}).error().find("not of the same scan"), std::string::npos);
  EXPECT_NE(open_shards({a, b, unfinished}).error().find("did not finish"), std::string::npos);
  EXPECT_FALSE(merged_counts({counts(1, 0, 6), counts(5, 5, 6)}).has_value()) << "the sum must hold";
}

TEST(Resume, KnowsWhatIsWrittenAndRefusesAnotherScan) {
  const input::TemporaryFolder folder;
  const std::string path = write_file(folder.file("a"), 1, 1, {0, 1, 4}, {});
  const auto earlier = read_earlier_results(path);
  ASSERT_TRUE(earlier.has_value()) << earlier.error();
  EXPECT_FALSE(earlier->trailer.has_value());
  EXPECT_EQ(earlier->written.size(), 3U);
  EXPECT_EQ(earlier->written.at(4), 5U);
  EXPECT_EQ(earlier->effective.at(static_cast<std::size_t>(Action::DaneFail)), 1U);
  output::Header now = earlier->header;
  EXPECT_TRUE(check_same_scan(earlier->header, now).has_value());
  now.inputs[0].name = "other";
  EXPECT_FALSE(check_same_scan(earlier->header, now).has_value());
}

TEST(Resume, CutsTheTornTailAndWritesOn) {
  const input::TemporaryFolder folder;
  const std::string path = write_file(folder.file("a"), 1, 1, {0, 1, 2, 3}, {});
  std::filesystem::resize_file(path, std::filesystem::file_size(path) - 5);
  auto earlier = read_earlier_results(path);
  ASSERT_TRUE(earlier.has_value()) << earlier.error();
  ASSERT_TRUE(earlier->torn_at.has_value());
  const std::size_t kept = earlier->written.size();
  ASSERT_LT(kept, 4U);
  {
    output::Writer writer(*open_for_resuming(path, *earlier), earlier->compression);
    for (std::uint32_t index = 0; index < 4; ++index) {
      if (earlier->written.contains(index)) continue;
      EXPECT_TRUE(writer.write(result(index, Action::DaneFail)).has_value());
    }
    EXPECT_TRUE(writer.finish({}).has_value());
  }
  const auto whole = read_earlier_results(path);
  ASSERT_TRUE(whole.has_value()) << whole.error();
  EXPECT_TRUE(whole->trailer.has_value());
  EXPECT_EQ(whole->written.size(), 4U);
}

TEST(Resume, AFileThatIsBeingWrittenIsLeftAlone) {
  const input::TemporaryFolder folder;
  const std::string path = write_file(folder.file("a"), 1, 1, {0, 1}, {});
  const auto earlier = read_earlier_results(path);
  ASSERT_TRUE(earlier.has_value()) << earlier.error();
  {
    const auto first = open_for_resuming(path, *earlier);
    ASSERT_TRUE(first.has_value()) << first.error();
    const auto second = open_for_resuming(path, *earlier);
    ASSERT_FALSE(second.has_value());
    EXPECT_NE(second.error().find("another danesweep is writing it"), std::string::npos) << second.error();
    EXPECT_FALSE(output::create_file(path, output::Existing::Replace).has_value());
    EXPECT_EQ(std::filesystem::file_size(path), earlier->size) << "nothing is cut off by those that are refused";
    ASSERT_TRUE((*first)->write("more").has_value());
  }
  EXPECT_FALSE(open_for_resuming(path, *earlier).has_value()) << "what was read is not what is there now";
}

TEST(CompareLog, E126_NamesEachDomainThatDiffers) {
  const input::TemporaryFolder folder;
  auto reader =
      output::Reader::open(write_file(folder.file("a"), 1, 1, {0, 1, 2, 3}, output::InputCounts{4, 4, 0, 0, 0, {}}));
  ASSERT_TRUE(reader.has_value());
  const input::GatewayLogs logs = {{"d0.example", {2, 0}}, {"d1.example", {1, 0}}, {"unknown.example", {1, 0}}};
  const auto comparison = compare_with_log(*reader, logs);
  ASSERT_TRUE(comparison.has_value());
  EXPECT_EQ(comparison->agree, 1U);
  EXPECT_EQ(comparison->not_scanned, 1U);
  ASSERT_EQ(comparison->differing.size(), 1U);
  EXPECT_EQ(comparison->differing[0].domain, "d1.example");
  EXPECT_NE(
      comparison_text(*comparison).find("d1.example: predicted DANE_FAIL (ok), the log: delivered with DANE once"),
      std::string::npos);
}

struct ChangeRow {
  Action before;
  const char* reason_before;
  Action after;
  const char* reason_after;
  std::optional<Change> change;
};

TEST(Diff, EachPairOfVerdictsIsOneKindOfChange) {
  const ChangeRow rows[] = {
      {Action::DaneSuccess, "ok", Action::DaneSuccess, "ok", {}},
      {Action::Fallback, "tlsa-none", Action::Fallback, "mx-insecure", Change::Reason},
      {Action::DaneSuccess, "ok", Action::DaneFail, "tlsa-mismatch", Change::Regression},
      {Action::DaneSuccess, "ok", Action::Fallback, "tlsa-none", Change::Regression},
      {Action::Undetermined, "connect-timeout", Action::DaneFail, "tlsa-mismatch", Change::Regression},
      {Action::NotApplicable, "null-mx", Action::DaneFail, "mx-bogus", Change::Regression},
      {Action::DaneFail, "tlsa-mismatch", Action::DaneSuccess, "ok", Change::Fix},
      {Action::DaneFail, "mx-bogus", Action::NotApplicable, "no-such-domain", Change::Fix},
      {Action::Fallback, "tlsa-none", Action::DaneSuccess, "ok", Change::Fix},
      {Action::DaneSuccess, "ok", Action::Undetermined, "connect-timeout", Change::NotKnownNow},
      {Action::DaneFail, "mx-bogus", Action::Undetermined, "mx-lookup-failed", Change::NotKnownNow},
      {Action::Undetermined, "connect-timeout", Action::DaneSuccess, "ok", Change::KnownNow},
      {Action::DaneSuccess, "ok", Action::NotApplicable, "null-mx", Change::Applicability},
  };
  for (const ChangeRow& row : rows)
    EXPECT_EQ(compare_verdicts(row.before, row.reason_before, row.after, row.reason_after), row.change)
        << output::to_text(row.before) << " to " << output::to_text(row.after);
}

TEST(Diff, RanksByChangeRecipientsAndName) {
  const input::TemporaryFolder folder;
  const output::InputCounts four{4, 4, 0, 0, 0, {}};
  auto older = output::Reader::open(write_file(folder.file("old"), 1, 1, {0, 1, 2}, four));
  auto newer = output::Reader::open(write_file(folder.file("new"), 1, 1, {1, 2, 3}, four));
  const auto diff = diff_results(*older, *newer);
  ASSERT_TRUE(diff.has_value()) << diff.error();
  EXPECT_EQ(diff->same, 2U);
  ASSERT_EQ(diff->changed.size(), 2U);
  EXPECT_EQ(diff->changed[0].domain, "d3.example");
  EXPECT_EQ(diff->changed[1].change, Change::Vanished);
  EXPECT_TRUE(diff_text(*diff, DiffFormat::Text)
                  .starts_with("0 regressions, 0 fixes, 0 not known now, 2 other changes, 2 unchanged\n"));
  EXPECT_NE(diff_text(*diff, DiffFormat::Json).find("\"appeared\":1"), std::string::npos);
  EXPECT_NE(diff_text(*diff, DiffFormat::Markdown).find("## vanished: 1"), std::string::npos);
}

}  // namespace
}  // namespace danesweep::scanner
