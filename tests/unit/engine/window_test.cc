// SPDX-License-Identifier: Apache-2.0
#include "scanner/engine/window.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace danesweep::scanner {
namespace {

/// A resolver that answers `rate` questions a second at most and each after 100 ms.
class Resolver {
 public:
  explicit Resolver(double rate) : rate_(rate) {}

  /// One window's worth of questions, of which `lost` in a hundred stay unanswered.
  void run_epoch(Window& window, std::uint32_t lost_percent) {
    const std::uint32_t size = window.size();
    now_ += std::chrono::microseconds(static_cast<std::int64_t>(std::max(0.1, size / rate_) * 1e6));
    for (std::uint32_t i = 0; i < size; ++i) window.sent();
    for (std::uint32_t i = 0; i < size; ++i) {
      window.released();
      if (i * lost_percent / 100 != (i + 1) * lost_percent / 100) {
        window.timed_out(now_);
      } else {
        window.answered(now_);
      }
    }
  }
  Instant now() const { return now_; }

 private:
  double rate_;
  Instant now_ = Instant{} + std::chrono::hours(1);
};

constexpr double kEndless = 1e9;

/// The first epoch only starts the clock.
Window started(Resolver& resolver, WindowLimits limits) {
  Window window(limits);
  resolver.run_epoch(window, 0);
  return window;
}

TEST(Window, StartsCautiouslyAndOpensStepByStep) {
  Resolver resolver(kEndless);
  Window window = started(resolver, {32, 8, 4096});
  EXPECT_EQ(window.size(), 32U);
  resolver.run_epoch(window, 0);
  EXPECT_EQ(window.size(), 48U);
  for (int i = 0; i < 20; ++i) resolver.run_epoch(window, 0);
  EXPECT_EQ(window.size(), 4096U);
}

TEST(Window, DoesNotOpenWhenItIsNotTheLimit) {
  Resolver resolver(kEndless);
  Window window = started(resolver, {32, 8, 4096});
  for (int i = 0; i < 320; ++i) {
    window.sent();
    window.released();
    window.answered(resolver.now() + std::chrono::milliseconds(i));
  }
  EXPECT_EQ(window.size(), 32U);
}

TEST(Window, StopsWhereMoreQuestionsBringNoMoreAnswers) {
  Resolver resolver(1000);  // 100 questions fill it
  Window window = started(resolver, {32, 8, 4096});
  for (int i = 0; i < 40; ++i) resolver.run_epoch(window, 0);
  EXPECT_GE(window.size(), 100U);
  EXPECT_LE(window.size(), 400U);
}

TEST(Window, SlowQuestionsGiveTheirPlacesToOthers) {
  Window window({32, 8, 4096});
  for (int i = 0; i < 32; ++i) window.sent();
  EXPECT_FALSE(window.has_room());
  for (int i = 0; i < 10; ++i) window.slowed();
  EXPECT_TRUE(window.has_room());
  EXPECT_EQ(window.outstanding(), 22U);
  for (int i = 0; i < 10; ++i) window.slow_released();
  EXPECT_EQ(window.outstanding(), 22U);
}

TEST(Window, ManySlowQuestionsCloseItAllTheSame) {
  Window window({32, 8, 4096});
  for (int i = 0; i < 128; ++i) {
    window.sent();
    window.slowed();
  }
  EXPECT_FALSE(window.has_room());
}

TEST(Window, ClosesWhenMuchIsLostAndThenOpensSlowly) {
  Resolver resolver(kEndless);
  Window window = started(resolver, {32, 8, 4096});
  for (int i = 0; i < 6; ++i) resolver.run_epoch(window, 0);
  const std::uint32_t before = window.size();
  resolver.run_epoch(window, 30);
  EXPECT_EQ(window.size(), before * 3 / 4);
  const std::uint32_t shrunk = window.size();
  resolver.run_epoch(window, 0);
  EXPECT_EQ(window.size(), shrunk + shrunk / 8);
}

TEST(Window, AFewDeadDomainsDoNotCloseIt) {
  Resolver resolver(kEndless);
  Window window = started(resolver, {64, 8, 4096});
  resolver.run_epoch(window, 5);
  EXPECT_GE(window.size(), 64U);
}

TEST(Window, NeverClosesBelowItsLeast) {
  Resolver resolver(kEndless);
  Window window = started(resolver, {32, 8, 4096});
  for (int i = 0; i < 50; ++i) resolver.run_epoch(window, 100);
  EXPECT_EQ(window.size(), 8U);
}

TEST(Window, OwnDropsLowerTheCeilingOnly) {
  Resolver resolver(kEndless);
  Window window = started(resolver, {32, 8, 4096});
  for (int i = 0; i < 5; ++i) resolver.run_epoch(window, 0);
  const std::uint32_t before = window.size();
  window.own_drops(3);
  const std::uint32_t ceiling = window.size();
  EXPECT_EQ(ceiling, before * 3 / 4);
  for (int i = 0; i < 20; ++i) resolver.run_epoch(window, 0);
  EXPECT_EQ(window.size(), ceiling);
  window.own_drops(0);
  EXPECT_EQ(window.size(), ceiling);
}

}  // namespace
}  // namespace danesweep::scanner
