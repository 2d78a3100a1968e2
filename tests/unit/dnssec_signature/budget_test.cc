// SPDX-License-Identifier: Apache-2.0
#include "dnssec/budget.h"

#include <gtest/gtest.h>

#include <functional>

namespace danesweep::dnssec {
namespace {

bool failing_check(WorkBudget& budget, std::uint32_t units) {
  if (!budget.may_check(units)) return false;
  budget.count_check(units);
  budget.count_failed_check(units);
  return true;
}

bool good_check(WorkBudget& budget, std::uint32_t units) {
  if (!budget.may_check(units)) return false;
  budget.count_check(units);
  return true;
}

struct Row {
  const char* what;
  const char* rule;
  std::function<bool(WorkBudget&)> act;
  int times;  ///< that it may be done
  Limit limit;
};

TEST(Limits, AreThosePrintedAndNoMore) {
  const Row rows[] = {
      {"failed checks", "D-98", [](auto& b) { return failing_check(b, 1); }, 8, Limit::FailedChecks},
      {"failed P-384 checks", "D-98", [](auto& b) { return failing_check(b, 40); }, 4, Limit::FailedUnits},
      {"checks of one message", "D-99", [](auto& b) { return good_check(b, 1); }, 24, Limit::ChecksPerMessage},
      {"checks of many messages", "D-99",
       [](auto& b) {
         b.begin_message();
         return good_check(b, 1);
       },
       48, Limit::Checks},
      {"expensive checks", "D-99",
       [](auto& b) {
         b.begin_message();
         return good_check(b, 40);
       },
       10, Limit::Units},
      {"SHA-1 blocks", "D-100", [](auto& b) { return b.take_sha1_blocks(151); }, 27, Limit::Sha1Blocks},
      {"one hash too long", "D-100", [](auto& b) { return b.take_sha1_blocks(4097); }, 0, Limit::Sha1Blocks},
      {"a hash of all blocks", "D-100", [](auto& b) { return b.take_sha1_blocks(4096); }, 1, Limit::Sha1Blocks},
      {"DS digests", "D-102", [](auto& b) { return b.take_ds_digest(); }, 32, Limit::DsDigests},
      {"questions", "D-104", [](auto& b) { return b.take_question(); }, 40, Limit::Questions},
      {"round trips", "D-104", [](auto& b) { return b.take_round_trip(); }, 24, Limit::RoundTrips},
      {"label steps", "D-104", [](auto& b) { return b.take_label_step(); }, 16, Limit::LabelSteps},
      {"chain links", "D-104", [](auto& b) { return b.take_chain_link(); }, 12, Limit::ChainLinks},
  };
  const Policy policy;
  for (const Row& row : rows) {
    WorkBudget budget(policy);
    int done = 0;
    while (row.act(budget)) ++done;
    EXPECT_EQ(done, row.times) << row.what << ' ' << row.rule;
    EXPECT_EQ(budget.exceeded(), row.limit) << row.what;
    EXPECT_FALSE(row.act(budget)) << row.what;
    EXPECT_FALSE(to_text(row.limit).empty());
  }
}

TEST(Limits, TheFirstPassedIsTheOneThatIsTold) {  // D-105
  const Policy policy;
  WorkBudget budget(policy);
  EXPECT_EQ(budget.exceeded(), Limit::None);
  budget.exceed(Limit::RoundTrips);
  budget.exceed(Limit::Questions);
  EXPECT_EQ(budget.exceeded(), Limit::RoundTrips);
  EXPECT_EQ(to_text(budget.exceeded()), "round trips");
}

TEST(Limits, OfDsDigestsCountPerZone) {  // D-102
  const Policy policy;
  WorkBudget budget(policy);
  for (int zone = 0; zone < 3; ++zone) {
    budget.begin_ds_set();
    for (int i = 0; i < 32; ++i) EXPECT_TRUE(budget.take_ds_digest());
  }
  EXPECT_EQ(budget.exceeded(), Limit::None);
}

TEST(Slice, EndsAfter64Units) {  // D-112
  const Policy policy;
  WorkBudget budget(policy);
  budget.begin_slice();
  budget.count_check(63);
  EXPECT_FALSE(budget.slice_spent());
  EXPECT_TRUE(budget.take_sha1_blocks(100));
  EXPECT_TRUE(budget.slice_spent());
  budget.begin_slice();
  EXPECT_FALSE(budget.slice_spent());
}

TEST(Limits, AHugeAmountDoesNotWrapAround) {  // D-105
  const Policy policy;
  WorkBudget budget(policy);
  EXPECT_TRUE(budget.take_sha1_blocks(4000));
  EXPECT_FALSE(budget.take_sha1_blocks(0xFFFFFFFFU));
  EXPECT_FALSE(budget.may_check(0xFFFFFFFFU));
}

}  // namespace
}  // namespace danesweep::dnssec
