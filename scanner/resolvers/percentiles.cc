// SPDX-License-Identifier: Apache-2.0
#include "scanner/resolvers/percentiles.h"

#include <algorithm>
#include <bit>
#include <cmath>

namespace danesweep::scanner {
namespace {

// Values of up to kBits bits have a counter each; of longer ones the leading kBits bits choose it.
constexpr unsigned kBits = 10, kLongest = 32;
constexpr std::uint64_t kExact = std::uint64_t{1} << kBits, kPerDoubling = kExact / 2;
constexpr std::size_t kCounters = kExact + (kLongest - kBits) * kPerDoubling;

std::size_t counter_of(std::uint64_t value) {
  if (value < kExact) return value;
  const auto dropped = static_cast<unsigned>(std::bit_width(value)) - kBits;
  return kExact + (dropped - 1) * kPerDoubling + ((value >> dropped) - kPerDoubling);
}

/// The greatest value that is counted there.
std::uint64_t top_of(std::size_t counter) {
  if (counter < kExact) return counter;
  const std::uint64_t dropped = (counter - kExact) / kPerDoubling + 1;
  const std::uint64_t leading = (counter - kExact) % kPerDoubling + kPerDoubling;
  return ((leading + 1) << dropped) - 1;
}

}  // namespace

Percentiles::Percentiles() : counters_(kCounters) {}

void Percentiles::add(Latency latency) {
  const Latency bounded = std::clamp(latency, Latency{0}, kMost);
  ++counters_[counter_of(static_cast<std::uint64_t>(bounded.count()))];
  ++count_;
  max_ = std::max(max_, bounded);
}

Percentiles::Latency Percentiles::at(double share) const {
  const auto wanted =
      std::max<std::uint64_t>(1, static_cast<std::uint64_t>(std::ceil(share * static_cast<double>(count_))));
  std::uint64_t seen = 0;
  for (std::size_t counter = 0; counter < kCounters; ++counter) {
    seen += counters_[counter];
    if (seen >= wanted) return std::min(max_, Latency{top_of(counter)});
  }
  return max_;
}

}  // namespace danesweep::scanner
