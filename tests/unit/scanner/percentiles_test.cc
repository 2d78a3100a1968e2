// SPDX-License-Identifier: Apache-2.0
// Percentiles held against the sorted latencies themselves.
#include "scanner/resolvers/percentiles.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <random>

namespace danesweep::scanner {
namespace {

using Latency = Percentiles::Latency;
using Values = std::vector<std::int64_t>;

constexpr double kShares[] = {0.001, 0.25, 0.5, 0.9, 0.99, 0.999, 1};
constexpr double kWidth = 0.002;  ///< what the header promises

Percentiles filled(const Values& values) {
  Percentiles percentiles;
  for (const std::int64_t value : values) percentiles.add(Latency{value});
  return percentiles;
}

/// The latency at place ceil(share * n) of the sorted ones.
std::int64_t sorted_at(Values values, double share) {
  std::sort(values.begin(), values.end());
  const auto place = static_cast<std::size_t>(std::ceil(share * static_cast<double>(values.size())));
  return values[std::max<std::size_t>(place, 1) - 1];
}

void expect_near(const Values& values) {
  const Percentiles percentiles = filled(values);
  for (const double share : kShares) {
    const std::int64_t truth = sorted_at(values, share), seen = percentiles.at(share).count();
    EXPECT_GE(seen, truth) << "share " << share;
    const double width = truth < 1000 ? 0 : kWidth;
    EXPECT_LE(static_cast<double>(seen), static_cast<double>(truth) * (1 + width)) << "share " << share;
  }
  EXPECT_EQ(percentiles.count(), values.size());
  EXPECT_EQ(percentiles.max().count(), sorted_at(values, 1));
}

TEST(Percentiles, OfNothingAreZero) {
  EXPECT_EQ(Percentiles().at(0.5).count(), 0);
  EXPECT_EQ(Percentiles().max().count(), 0);
}

TEST(Percentiles, OfOneLatencyAreThatOne) {
  for (const std::int64_t value : {0L, 1L, 1023L, 1024L, 1025L, 999'999L, 5'000'000L})
    for (const double share : kShares) EXPECT_EQ(filled({value}).at(share).count(), value);
}

TEST(Percentiles, AreThoseOfTheSortedLatencies) {
  std::mt19937_64 random(7);
  for (const double spread : {0.5, 1.0, 3.0}) {
    std::lognormal_distribution<double> latencies(8, spread);
    Values values(20'000);
    for (auto& value : values)
      value = std::min<std::int64_t>(static_cast<std::int64_t>(latencies(random)), 4'000'000'000);
    expect_near(values);
  }
}

TEST(Percentiles, HoldAtEveryDoubling) {
  for (unsigned bits = 1; bits < 32; ++bits) {
    const std::int64_t power = std::int64_t{1} << bits;
    expect_near({power - 1, power, power + 1});
  }
}

TEST(Percentiles, BoundWhatIsOutOfRange) {
  EXPECT_EQ(filled({-5}).max().count(), 0);
  EXPECT_EQ(filled({std::int64_t{1} << 40}).at(1), Percentiles::kMost);
}

}  // namespace
}  // namespace danesweep::scanner
