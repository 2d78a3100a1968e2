// SPDX-License-Identifier: Apache-2.0
// Token buckets and gates (T-68).
#include "scanner/engine/rate_limit.h"

#include <gtest/gtest.h>

#include "tests/unit/engine/fake_clock.h"

namespace danesweep::scanner {
namespace {

/// Starts within a time, tried every millisecond.
int starts(TokenBucket& bucket, FakeClock& clock, int milliseconds) {
  int count = 0;
  for (int i = 0; i < milliseconds; ++i) {
    for (; bucket.may_take(clock.steady()) && count < 100'000; ++count) bucket.take();
    clock.pass(std::chrono::milliseconds(1));
  }
  return count;
}

TEST(TokenBucket, LetsItsRateThrough) {
  const struct {
    double rate, burst;
    int in_ten_seconds;
  } rows[] = {{100, 1, 1001}, {2, 1, 21}, {0.2, 1, 3}, {0.1, 1, 2}, {1000, 50, 10050}};
  for (const auto& row : rows) {
    FakeClock clock;
    TokenBucket bucket(row.rate, row.burst);
    EXPECT_NEAR(starts(bucket, clock, 10'001), row.in_ten_seconds, 1) << row.rate;
  }
}

TEST(TokenBucket, SavesNothingWhileIdle) {
  FakeClock clock;
  TokenBucket bucket(2);
  clock.pass(std::chrono::hours(1));
  EXPECT_TRUE(bucket.may_take(clock.steady()));
  bucket.take();
  EXPECT_FALSE(bucket.may_take(clock.steady()));
}

TEST(TokenBucket, SaysWhenTheNextMayStart) {
  FakeClock clock;
  TokenBucket bucket(0.2);
  ASSERT_TRUE(bucket.may_take(clock.steady()));
  bucket.take();
  EXPECT_NEAR(std::chrono::duration<double>(bucket.next(clock.steady()) - clock.steady()).count(), 5.0, 0.01);
}

TEST(TokenBucket, ZeroIsNoLimit) {
  FakeClock clock;
  TokenBucket bucket(0);
  EXPECT_EQ(starts(bucket, clock, 1), 100'000);
}

TEST(Gate, CountsWhatIsOpen) {
  FakeClock clock;
  Gate gate(RateLimit{2, 0});
  gate.start();
  gate.start();
  EXPECT_FALSE(gate.may_start(clock.steady()));
  gate.finish();
  EXPECT_TRUE(gate.may_start(clock.steady()));
  EXPECT_FALSE(gate.is_idle(clock.steady()));
}

}  // namespace
}  // namespace danesweep::scanner
