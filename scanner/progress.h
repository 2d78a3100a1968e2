// SPDX-License-Identifier: Apache-2.0
// The progress line of a scan: counts, rate and, once the input is read, the time that is left.
#pragma once

#include <chrono>
#include <string>

#include "scanner/engine/sweep.h"

namespace danesweep::scanner {

class ProgressLine {
 public:
  using Instant = std::chrono::steady_clock::time_point;
  explicit ProgressLine(Instant start) : start_(start), last_time_(start) {}
  std::string text(const Progress& progress, Instant now);

 private:
  Instant start_, last_time_;
  std::uint64_t last_finished_ = 0;
  double rate_ = 0;  ///< domains a second, smoothed over some seconds
};

}  // namespace danesweep::scanner
