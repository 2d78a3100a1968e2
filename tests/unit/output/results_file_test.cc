// SPDX-License-Identifier: Apache-2.0
// The results file: what is written comes back, a torn tail is dropped with a warning, anything else damaged is an
// error that names the offset (DESIGN "The results").
#include <gtest/gtest.h>

#include <map>
#include <string>
#include <thread>
#include <vector>

#include "memory_file.h"
#include "output/frames.h"
#include "output/proto_mapping.h"
#include "output/reader.h"
#include "sample_results.h"

namespace danesweep::output {
namespace {

using namespace test;

constexpr std::size_t kSmallBlock = 600;

Result numbered(std::uint32_t index) {
  Result made = design_sample();
  made.index = index;
  made.domain = "d" + std::to_string(index) + ".example";
  return made;
}

/// A file of `count` results with a checkpoint in the middle and small blocks.
std::string file_of(std::uint32_t count, Compression compression) {
  std::string octets;
  Writer writer(std::make_unique<MemorySink>(octets), compression, kSmallBlock);
  EXPECT_TRUE(writer.begin(sample_header()));
  for (std::uint32_t i = 0; i < count; ++i) {
    EXPECT_TRUE(writer.write(numbered(i)));
    if (i == count / 2) {
      EXPECT_TRUE(writer.checkpoint({i + 1, i + 1, {}}));
    }
  }
  EXPECT_TRUE(writer.finish(sample_trailer()));
  return octets;
}

struct ReadBack {
  std::string error;
  std::vector<Result> results;
  std::vector<std::string> warnings;
  bool torn = false, finished = false;
};

ReadBack read_back(const std::string& octets) {
  ReadBack out;
  auto reader = Reader::open(memory_source(octets), "out.pb");
  if (!reader) return {reader.error(), {}, {}, false, false};
  out.warnings = reader->warnings();
  out.torn = reader->torn_at().has_value();
  out.finished = reader->trailer().has_value();
  for (;;) {
    auto result = reader->next();
    if (!result) {
      out.error = result.error();
      return out;
    }
    if (!*result) return out;
    out.results.push_back(std::move(**result));
  }
}

class ResultsFile : public testing::TestWithParam<Compression> {};
INSTANTIATE_TEST_SUITE_P(Compression, ResultsFile, testing::Values(Compression::None, Compression::Zstd),
                         [](const auto& row) { return row.param == Compression::None ? "None" : "Zstd"; });

TEST_P(ResultsFile, BeginsWithItsEightOctets) { EXPECT_EQ(file_of(1, GetParam()).substr(0, 8), "DSWEEP1\n"); }

TEST_P(ResultsFile, WhatIsWrittenComesBackInOrder) {
  const ReadBack back = read_back(file_of(20, GetParam()));
  EXPECT_EQ(back.error, "");
  EXPECT_TRUE(back.warnings.empty());
  ASSERT_EQ(back.results.size(), 20U);
  for (std::uint32_t i = 0; i < 20; ++i) EXPECT_EQ(to_json(back.results[i]), to_json(numbered(i)));
}

TEST_P(ResultsFile, HeaderTrailerAndCheckpointComeBack) {
  const auto reader = Reader::open(memory_source(file_of(4, GetParam())), "out.pb");
  ASSERT_TRUE(reader);
  const Header expected = sample_header(), &header = reader->header();
  EXPECT_EQ(header.version, expected.version);
  EXPECT_EQ(header.start_time, expected.start_time);
  EXPECT_EQ(header.options.size(), 3U);
  EXPECT_EQ(header.options[2].text, "198.51.100.54:53");
  EXPECT_EQ(header.resolvers.front().sentence, "ietf.org MX SECURE, 18 ms");
  EXPECT_EQ(header.anchors, expected.anchors);
  EXPECT_EQ(header.shard, 2U);
  EXPECT_EQ(header.shards, 3U);
  EXPECT_EQ(header.default_mode, Mode::Mandatory);
  EXPECT_EQ(header.multi_mx, MultiMx::All);
  EXPECT_EQ(header.gateway_files[1].text, "caf\xe9 ACCEPT\n");  // texts stay as they were (E-80)
  EXPECT_EQ(header.inputs.front().text, "list");
  ASSERT_TRUE(reader->trailer());
  EXPECT_EQ(reader->trailer()->counts.read, 10412U);
  EXPECT_EQ(reader->trailer()->counts.skipped_kinds[1].kind, "comment");
  EXPECT_EQ(reader->trailer()->end_reason, "no-resolver");
  EXPECT_EQ(reader->trailer()->log_domains_not_scanned, 5U);
  ASSERT_TRUE(reader->last_checkpoint());
  EXPECT_EQ(reader->last_checkpoint()->lowest_unfinished, 3U);
  EXPECT_EQ(reader->results(), 4U);
}

TEST_P(ResultsFile, RecountsAreAppliedEverywhereAndTheLastOneCounts) {
  std::string octets;
  Writer writer(std::make_unique<MemorySink>(octets), GetParam());
  ASSERT_TRUE(writer.begin(sample_header()));
  for (std::uint32_t i = 0; i < 3; ++i) ASSERT_TRUE(writer.write(numbered(i)));
  const std::vector<Recount> earlier = {{0, 5}, {2, 7}}, later = {{2, 9, true}};
  ASSERT_TRUE(writer.recount(earlier));
  ASSERT_TRUE(writer.recount(later));
  ASSERT_TRUE(writer.finish(sample_trailer()));
  const ReadBack back = read_back(octets);
  ASSERT_EQ(back.results.size(), 3U);
  EXPECT_EQ(back.results[0].recipients, 5U);
  EXPECT_EQ(back.results[1].recipients, 3U);
  EXPECT_EQ(back.results[2].recipients, 9U);
  EXPECT_EQ(back.results[2].warnings, std::vector<std::string>{"recipients-capped"}) << "E-63";
  EXPECT_TRUE(back.results[0].warnings.empty());
}

TEST_P(ResultsFile, WhatTheGatewaysLogShowsIsAppliedToTheRecordE126) {
  std::string octets;
  Writer writer(std::make_unique<MemorySink>(octets), GetParam());
  ASSERT_TRUE(writer.begin(sample_header()));
  for (std::uint32_t i = 0; i < 3; ++i) ASSERT_TRUE(writer.write(numbered(i)));
  ASSERT_TRUE(writer.log_evidence(std::vector<LogEvidence>{{2, {4, 1}}, {0, {0, 7}}}));
  ASSERT_TRUE(writer.finish(sample_trailer()));
  const ReadBack back = read_back(octets);
  ASSERT_EQ(back.results.size(), 3U);
  EXPECT_EQ(back.results[0].gateway_log->failed, 7U);
  EXPECT_FALSE(back.results[1].gateway_log.has_value());
  EXPECT_EQ(back.results[2].gateway_log->delivered, 4U);
  EXPECT_EQ(back.results[2].gateway_log->failed, 1U);
  EXPECT_EQ(back.results[2].recipients, 3U) << "counts stay";
}

/// The writer may die at any octet: what is whole before it is read, the rest is dropped with a warning.
TEST_P(ResultsFile, TornAtEveryOctetGivesThePrefixAndAWarning) {
  const std::string whole = file_of(8, GetParam());
  const ReadBack complete = read_back(whole);
  std::size_t most = 0;
  for (std::size_t length = 0; length < whole.size(); ++length) {
    const ReadBack back = read_back(whole.substr(0, length));
    if (!back.error.empty()) {
      EXPECT_TRUE(back.error.find("before its header") != std::string::npos ||
                  (length < 8 && back.error.find("offset 0") != std::string::npos))
          << length << ": " << back.error;
      EXPECT_EQ(most, 0U) << "once the header was there, no shorter tail may be an error: " << length;
      continue;
    }
    EXPECT_FALSE(back.finished) << length;
    EXPECT_FALSE(back.warnings.empty()) << length;
    EXPECT_GE(back.results.size(), most) << length;
    most = back.results.size();
    for (std::size_t i = 0; i < back.results.size(); ++i) {
      ASSERT_EQ(back.results[i].domain, complete.results[i].domain) << length;
    }
  }
  EXPECT_EQ(most, 8U);
}

TEST_P(ResultsFile, TornTailNamesItsOffset) {
  const std::string whole = file_of(8, GetParam());
  const auto reader = Reader::open(memory_source(whole.substr(0, whole.size() - 3)), "out.pb");
  ASSERT_TRUE(reader);
  ASSERT_TRUE(reader->torn_at());
  // Everything before the offset is a good file.
  const ReadBack kept = read_back(whole.substr(0, *reader->torn_at()));
  EXPECT_EQ(kept.error, "");
  EXPECT_FALSE(kept.torn);
  EXPECT_NE(reader->warnings().front().find("offset " + std::to_string(*reader->torn_at())), std::string::npos);
}

std::string all_records(const ReadBack& back) {
  std::string records;
  for (const Result& result : back.results) records += to_json(result) + '\n';
  return records;
}

/// A flipped bit before the last block is damage, never a torn tail and never a changed record. (zstd has a few bits
/// that mean nothing: its checksum holds, and so do the records.)
TEST_P(ResultsFile, DamageInTheMiddleIsAnErrorThatNamesTheOffset) {
  const std::string whole = file_of(12, GetParam());
  const std::string records = all_records(read_back(whole));
  const std::size_t end = whole.size() - kSmallBlock;
  std::size_t unnoticed = 0;
  for (std::size_t position = 8; position < end; ++position) {
    for (const unsigned bit : {0U, 3U, 6U, 7U}) {
      std::string damaged = whole;
      damaged[position] = static_cast<char>(static_cast<unsigned char>(damaged[position]) ^ (1U << bit));
      const ReadBack back = read_back(damaged);
      if (back.error.find("out.pb: damaged at offset ") != std::string::npos) continue;
      ++unnoticed;
      EXPECT_EQ(all_records(back), records) << position << " bit " << bit << ": " << back.error;
    }
  }
  EXPECT_LE(unnoticed, GetParam() == Compression::Zstd ? end / 100 : 0);
}

TEST_P(ResultsFile, OctetsTakenOutOfTheMiddleAreDamage) {
  const std::string whole = file_of(12, GetParam());
  for (std::size_t position = 16; position < whole.size() - kSmallBlock; position += 7) {
    std::string damaged = whole;
    damaged.erase(position, 5);
    EXPECT_NE(read_back(damaged).error, "") << position;
  }
}

TEST(ResultsFileErrors, AnotherFileIsRefused) {
  EXPECT_NE(read_back("%PDF-1.7 and more").error.find("no results file"), std::string::npos);
  EXPECT_NE(read_back("").error, "");
}

TEST_P(ResultsFile, FullDiskIsReportedOnceAndByEveryLaterCall) {
  std::string octets;
  Writer writer(std::make_unique<MemorySink>(octets, 400), GetParam(), 100);
  std::string error;
  const auto keep = [&error](const Writer::Done& done) {
    if (!done) error = done.error();
  };
  keep(writer.begin(sample_header()));
  for (std::uint32_t i = 0; i < 10; ++i) keep(writer.write(numbered(i)));
  EXPECT_EQ(error, "out.pb: cannot write: disk full");
  EXPECT_FALSE(writer.finish(sample_trailer()));
}

TEST_P(ResultsFile, ManyThreadsMayWrite) {
  std::string octets;
  Writer writer(std::make_unique<MemorySink>(octets), GetParam());
  ASSERT_TRUE(writer.begin(sample_header()));
  std::vector<std::thread> threads;
  for (std::uint32_t thread = 0; thread < 4; ++thread) {
    threads.emplace_back([&writer, thread] {
      for (std::uint32_t i = 0; i < 50; ++i) EXPECT_TRUE(writer.write(numbered(thread * 50 + i)));
    });
  }
  for (std::thread& thread : threads) thread.join();
  ASSERT_TRUE(writer.finish(sample_trailer()));
  std::map<std::uint32_t, int> seen;
  for (const Result& result : read_back(octets).results) ++seen[result.index];
  EXPECT_EQ(seen.size(), 200U);
}

TEST(ProtoMapping, EveryFieldComesBack) {
  const Result full = full_result();
  const auto back = decode_result(encode(full).octets);
  ASSERT_TRUE(back);
  EXPECT_EQ(to_json(*back), to_json(full));
  // What JSON would not show to be lost:
  EXPECT_EQ(back->mode_source, ModeSource::OwnEntry);
  EXPECT_EQ(back->hosts.front().probes.front().chain[1].sha256, sample_certificate().sha256);
  EXPECT_EQ(back->hosts.front().probes.front().chain[1].not_after, 253402300799);
  EXPECT_EQ(back->hosts.front().probes.front().verify_error, -1);
  EXPECT_EQ(back->confirm->asked, 3U);
}

TEST(ProtoMapping, StringsThatAreNotUtf8AreEscapedNotLost) {
  Result result = design_sample();
  result.hosts.front().probes.front().detail = "caf\xe9 \xff";
  const auto back = decode_result(encode(result).octets);
  ASSERT_TRUE(back);
  EXPECT_EQ(back->hosts.front().probes.front().detail, "caf\\xe9 \\xff");
}

TEST(ProtoMapping, ARecordTooBigLosesChainsAndRepliesNotItsVerdict) {
  Result result = design_sample();
  result.hosts.front().probes.front().replies = {{"greeting", 220, "", {std::string(kMaxMessageOctets, 'x')}}};
  const auto back = decode_result(encode(result).octets);
  ASSERT_TRUE(back);
  EXPECT_EQ(back->opportunistic, Action::DaneSuccess);
  EXPECT_EQ(back->warnings, std::vector<std::string>{"record-trimmed"});
  EXPECT_TRUE(back->hosts.front().probes.front().replies.empty());
}

TEST(ProtoMapping, GarbageIsNoMessage) {
  EXPECT_FALSE(decode_result("\xff\xff\xff"));
  EXPECT_FALSE(decode_header("\x0a\xff"));
}

}  // namespace
}  // namespace danesweep::output
