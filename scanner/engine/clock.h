// SPDX-License-Identifier: Apache-2.0
// The engine's three times, in one place so that tests can hand in others: the wall clock (certificate dates, T-55),
// the validator's "now" (fixed by --validation-time, D-111), and monotonic time for timeouts, rates and cache life
// times.
#pragma once

#include <chrono>
#include <optional>

#include "dnssec/verdict.h"
#include "tls/probe.h"

namespace danesweep::scanner {

using dnssec::UnixTime;
using tls::Instant;

class Clock {
 public:
  Clock() = default;
  explicit Clock(std::optional<UnixTime> validation_time) : validation_time_(validation_time) {}
  virtual ~Clock() = default;
  Clock(const Clock&) = delete;
  Clock& operator=(const Clock&) = delete;

  virtual Instant steady() const { return std::chrono::steady_clock::now(); }
  virtual UnixTime wall() const {
    return std::chrono::duration_cast<std::chrono::seconds>(std::chrono::system_clock::now().time_since_epoch())
        .count();
  }
  UnixTime validator() const { return validation_time_ ? *validation_time_ : wall(); }

 private:
  std::optional<UnixTime> validation_time_;
};

}  // namespace danesweep::scanner
