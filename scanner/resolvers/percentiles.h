// SPDX-License-Identifier: Apache-2.0
// Percentiles of latencies out of a fixed number of counters, however many latencies there are: exact below a
// millisecond, and within 0.2% above, the way HdrHistogram does it.
#pragma once

#include <chrono>
#include <cstdint>
#include <vector>

namespace danesweep::scanner {

class Percentiles {
 public:
  using Latency = std::chrono::microseconds;
  static constexpr Latency kMost{(std::uint64_t{1} << 32U) - 1};  ///< over an hour; what is longer counts as this

  Percentiles();
  /// What is below 0 counts as 0.
  void add(Latency latency);
  std::uint64_t count() const { return count_; }
  Latency max() const { return max_; }
  /// A latency that `share` (0 to 1) of all do not exceed, the least one but for the counters' width; 0 without any.
  Latency at(double share) const;

 private:
  std::vector<std::uint64_t> counters_;
  std::uint64_t count_ = 0;
  Latency max_{0};
};

}  // namespace danesweep::scanner
