// SPDX-License-Identifier: Apache-2.0
// Results after the scan: shards joined, interrupted files taken up again, predictions beside logs (E-62, E-126).
#include "scanner/merge.h"

#include <gtest/gtest.h>

#include "output/writer.h"
#include "scanner/log_comparison.h"
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
  EXPECT_FALSE(earlier->complete);
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
  EXPECT_TRUE(whole->complete);
  EXPECT_EQ(whole->written.size(), 4U);
}

struct PredictionRow {
  Action predicted;
  std::uint64_t delivered, failed;
  Agreement agreement;
};

TEST(CompareLog, E126_EachPredictionBesideWhatTheLogShows) {
  const PredictionRow rows[] = {
      {Action::DaneSuccess, 3, 0, Agreement::Agrees},        {Action::DaneSuccess, 3, 1, Agreement::Differs},
      {Action::DaneFail, 0, 2, Agreement::Agrees},           {Action::DaneFail, 1, 0, Agreement::Differs},
      {Action::Fallback, 1, 0, Agreement::Differs},          {Action::Fallback, 0, 1, Agreement::Differs},
      {Action::Undetermined, 1, 0, Agreement::NotPredicted}, {Action::NotApplicable, 0, 1, Agreement::NotPredicted}};
  for (const PredictionRow& row : rows)
    EXPECT_EQ(judge_prediction(row.predicted, {row.delivered, row.failed}), row.agreement)
        << output::to_text(row.predicted);
}

TEST(CompareLog, E126_NamesEachDomainThatDiffers) {
  const input::TemporaryFolder folder;
  auto reader =
      output::Reader::open(write_file(folder.file("a"), 1, 1, {0, 1, 2, 3}, output::InputCounts{4, 4, 0, 0, 0, {}}));
  ASSERT_TRUE(reader.has_value());
  const LogEvidence evidence = {{"d0.example", {2, 0}}, {"d1.example", {1, 0}}, {"unknown.example", {1, 0}}};
  const auto comparison = compare_with_log(*reader, evidence);
  ASSERT_TRUE(comparison.has_value());
  EXPECT_EQ(comparison->agree, 1U);
  EXPECT_EQ(comparison->not_scanned, 1U);
  ASSERT_EQ(comparison->differing.size(), 1U);
  EXPECT_EQ(comparison->differing[0].domain, "d1.example");
  EXPECT_NE(comparison_text(*comparison).find("d1.example: predicted DANE_FAIL"), std::string::npos);
}

}  // namespace
}  // namespace danesweep::scanner
