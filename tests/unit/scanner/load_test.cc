// SPDX-License-Identifier: Apache-2.0
// Which rate of a ramp counts as kept.
#include "scanner/resolvers/load.h"

#include <gtest/gtest.h>

#include <deque>

#include "tests/unit/engine/row_name.h"

namespace danesweep::scanner {
namespace {

struct Step {
  std::uint64_t lost = 0, waited = 0, late = 0, own_drops = 0;  ///< of 1000
};

struct Row {
  const char* name;
  std::vector<Step> steps;  ///< the last one goes on for ever
  std::optional<double> knee;
  std::size_t passes;
};

const Row kRows[] = {
    {"losses begin at the third rate", {{}, {}, {11}}, 150.0, 3},
    {"ten of a thousand may be lost", {{}, {10}, {11}}, 150.0, 3},
    {"names that nobody answers are not the resolver's fault", {{40}, {45}, {50}, {51}}, 225.0, 4},
    {"what is usual is the least seen", {{40}, {10}, {21}}, 150.0, 3},
    {"most of the first rate is lost", {{600}}, std::nullopt, 1},
    {"waiting for room counts like a loss", {{}, {0, 11}}, 100.0, 2},
    {"losses and waiting add up", {{}, {6, 5}}, 100.0, 2},
    {"this machine is late", {{}, {0, 0, 11}}, 100.0, 2},
    {"this machine drops answers", {{}, {0, 0, 0, 11}}, 100.0, 2},
    {"the ramp ends", {{}}, 100 * 7'371'554.9, 40},
};

class Knee : public testing::TestWithParam<Row> {};

TEST_P(Knee, IsTheLastRateThatIsKept) {
  std::deque<LoadPass> passes;
  const auto knee = find_knee(100, [&](std::uint32_t number, double rate) -> const LoadPass& {
    const Step& step = GetParam().steps[std::min<std::size_t>(number, GetParam().steps.size()) - 1];
    LoadPass& pass = passes.emplace_back();
    pass.rate = rate;
    pass.sent = 1000;
    pass.timeouts = step.lost;
    pass.waited = step.waited;
    pass.late = step.late;
    pass.own_drops = step.own_drops;
    return pass;
  });
  EXPECT_EQ(passes.size(), GetParam().passes);
  ASSERT_EQ(knee.has_value(), GetParam().knee.has_value());
  EXPECT_NEAR(knee.value_or(0), GetParam().knee.value_or(0), knee.value_or(0) / 1000);
}

INSTANTIATE_TEST_SUITE_P(Rows, Knee, testing::ValuesIn(kRows),
                         [](const auto& row) { return row_name(row.param.name); });

TEST(LoadPass, SumsUpItsLosses) {
  LoadPass pass;
  pass.timeouts = 1;
  pass.unreachable = 2;
  pass.unusable = 4;
  EXPECT_EQ(pass.lost(), 7U);
}

TEST(LoadPass, ThroughputIsOfAnswers) {
  LoadPass pass;
  EXPECT_EQ(pass.throughput(), 0);
  pass.answered = 30;
  pass.took = std::chrono::seconds(2);
  EXPECT_EQ(pass.throughput(), 15);
}

}  // namespace
}  // namespace danesweep::scanner
