// SPDX-License-Identifier: Apache-2.0
// From an MX RRset to the hosts of the walk: T-6, T-7, T-8, T-10, T-11, T-12.
#include "scanner/engine/mx_targets.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "tests/unit/engine/made_verdicts.h"
#include "tests/unit/engine/row_name.h"

namespace danesweep::scanner {
namespace {

std::vector<dnssec::AnswerRecord> mx_records(const std::vector<std::string>& rdatas) {
  std::vector<dnssec::AnswerRecord> records;
  for (const std::string& rdata : rdatas)
    records.push_back({name_of("example.org."), 300, *wire::rdata_from_text(wire::RrType::Mx, rdata)});
  return records;
}

std::string shown(const MxTargets& found) {
  std::string out;
  for (const MxTarget& target : found.targets)
    out += (out.empty() ? "" : " ") + std::to_string(target.preference) + ":" + target.name.to_display();
  return out;
}

struct Row {
  const char* name;
  std::vector<std::string> rdatas;
  const char* targets;
  bool is_null_mx;
  std::vector<std::string> notes;
};

const Row kRows[] = {
    {"T-6 null MX", {"0 ."}, "", true, {}},
    {"T-6 null MX with another preference", {"10 ."}, "", true, {"null-mx-preference"}},
    {"T-6 a dot among others is ignored", {"0 .", "10 mx.example.org."}, "10:mx.example.org", false, {"null-mx-mixed"}},
    {"T-7 sorted by number, not by text",
     {"100 c.example.", "20 b.example.", "3 a.example."},
     "3:a.example 20:b.example 100:c.example",
     false,
     {}},
    {"T-7 the same exchange twice keeps its best preference",
     {"20 mx.example.", "10 MX.example.", "15 b.example."},
     "10:mx.example 15:b.example",
     false,
     {}},
};

class MxOrder : public testing::TestWithParam<Row> {};
TEST_P(MxOrder, Is) {
  const Row& row = GetParam();
  const MxTargets found = mx_targets(mx_records(row.rdatas), "example.org", 1);
  EXPECT_EQ(shown(found), row.targets);
  EXPECT_EQ(found.is_null_mx, row.is_null_mx);
  EXPECT_EQ(found.notes, row.notes);
}
INSTANTIATE_TEST_SUITE_P(Rows, MxOrder, testing::ValuesIn(kRows),
                         [](const auto& row) { return row_name(row.param.name); });

// T-7
TEST(MxOrderAmongEquals, RepeatsForTheSameSeedAndDomainAndIsOtherwiseByChance) {
  const std::vector<std::string> rdatas = {"10 a.example.", "10 b.example.", "10 c.example.", "10 d.example."};
  std::vector<std::string> turned(rdatas.rbegin(), rdatas.rend());
  std::set<std::string> orders;
  for (std::uint64_t seed = 1; seed <= 40; ++seed) {
    const std::string order = shown(mx_targets(mx_records(rdatas), "example.org", seed));
    EXPECT_EQ(shown(mx_targets(mx_records(turned), "example.org", seed)), order) << "whatever order the answer had";
    orders.insert(order);
  }
  EXPECT_GT(orders.size(), 10U);
  orders.clear();
  for (int i = 0; i < 40; ++i)
    orders.insert(shown(mx_targets(mx_records(rdatas), "d" + std::to_string(i) + ".example.org", 1)));
  EXPECT_GT(orders.size(), 10U);
}

// T-7, T-8: chance never moves a host over a better preference.
TEST(MxOrderAmongEquals, NeverCrossesPreferences) {
  for (std::uint64_t seed = 1; seed <= 40; ++seed) {
    const MxTargets found = mx_targets(mx_records({"20 c.example.", "10 a.example.", "20 d.example.", "10 b.example."}),
                                       "example.org", seed);
    ASSERT_EQ(found.targets.size(), 4U);
    EXPECT_EQ(found.targets[1].preference, 10U);
    EXPECT_EQ(found.targets[2].preference, 20U);
  }
}

struct Target {
  const char* name;
  TargetKind kind;
};
const Target kTargets[] = {
    {"mx.example.org.", TargetKind::Host},
    {"192.0.2.1.", TargetKind::Literal},  // T-10
    {"2001:db8::1.", TargetKind::Literal},
    {"localhost.", TargetKind::Invalid},  // T-11 from here on
    {"mx.localhost.", TargetKind::Invalid},
    {"mx.invalid.", TargetKind::Invalid},
    {"abcdef.onion.", TargetKind::Invalid},
    {"printer.local.", TargetKind::Invalid},
    {"m\\000x.example.", TargetKind::Invalid},
    {"m\\032x.example.", TargetKind::Invalid},
    {"mx\\@example.", TargetKind::Invalid},
    {"*.example.", TargetKind::Invalid},
    {"m\\195\\188ller.example.", TargetKind::Invalid},
    {"mx_1.example.", TargetKind::Host},
    {"1mx.example.", TargetKind::Host},
    {"-mx.example.", TargetKind::Host},
    {"mx.", TargetKind::Host},
    {"192.0.2.1.example.", TargetKind::Host},
    {"local.example.", TargetKind::Host},
};
TEST(MxTargetKind, TellsHostsFromWhatCannotBeOne) {
  for (const Target& target : kTargets) EXPECT_EQ(target_kind(name_of(target.name)), target.kind) << target.name;
}

// T-12
TEST(MxCap, HostsBeyondThirtyTwoAreStoredAndTakeNoPart) {
  std::vector<std::string> rdatas;
  for (int i = 0; i < 40; ++i) rdatas.push_back(std::to_string(i) + " mx" + std::to_string(i) + ".example.");
  const MxTargets found = mx_targets(mx_records(rdatas), "example.org", 1);
  ASSERT_EQ(found.targets.size(), 40U);
  EXPECT_EQ(found.targets[31].kind, TargetKind::Host);
  EXPECT_EQ(found.targets[32].kind, TargetKind::OverCap);
  EXPECT_EQ(found.notes, std::vector<std::string>{"mx-over-cap"});
}

TEST(MxRecords, ThatCannotBeReadAreNoNullMx) {
  std::vector<dnssec::AnswerRecord> records = mx_records({"10 mx.example."});
  records[0].rdata.resize(3);
  const MxTargets found = mx_targets(records, "example.org", 1);
  EXPECT_TRUE(found.is_unreadable);
  EXPECT_FALSE(found.is_null_mx);
}

}  // namespace
}  // namespace danesweep::scanner
