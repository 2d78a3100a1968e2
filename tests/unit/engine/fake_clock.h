// SPDX-License-Identifier: Apache-2.0
// Time that moves only when a test says so.
#pragma once

#include <atomic>

#include "scanner/engine/clock.h"

namespace danesweep::scanner {

class FakeClock : public Clock {
 public:
  Instant steady() const override { return Instant{} + std::chrono::milliseconds(milliseconds_.load()); }
  UnixTime wall() const override { return 1'770'000'000 + milliseconds_.load() / 1000; }
  void pass(std::chrono::milliseconds time) { milliseconds_ += time.count(); }

 private:
  std::atomic<std::int64_t> milliseconds_{3'600'000};
};

}  // namespace danesweep::scanner
