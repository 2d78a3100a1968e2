// SPDX-License-Identifier: Apache-2.0
// How many questions one resolver may hold of ours at once. Opens step by step from a cautious start, since a
// resolver's socket loses most of a sudden burst (FACTS B1), and only while more questions bring more answers a second:
// beyond that point they merely queue there. Closes when silence grows beyond a resolver's ordinary share of dead
// domains. Datagrams that our own receive buffer dropped are not the resolver's fault: they lower the ceiling only.
#pragma once

#include <cstdint>

#include "scanner/engine/clock.h"

namespace danesweep::scanner {

struct WindowLimits {
  std::uint32_t first = 32, least = 8, most = 4096;
};

class Window {
 public:
  Window() = default;
  explicit Window(WindowLimits limits) : limits_(limits), size_(limits.first), ceiling_(limits.most) {}

  std::uint32_t size() const { return size_; }
  std::uint32_t outstanding() const { return outstanding_; }
  bool has_room() const { return outstanding_ < size_ && slow_ < size_ * kSlowShare; }

  void sent() {
    ++outstanding_;
    full_ = full_ || outstanding_ >= size_;
  }
  /// Takes its place back; says nothing about the resolver.
  void released() { outstanding_ -= outstanding_ > 0 ? 1 : 0; }
  /// A question has been out for long: the resolver itself waits for somebody. It gives its place to another one, or
  /// else a few dead domains would hold the whole window for their time-outs.
  void slowed() {
    released();
    ++slow_;
  }
  void slow_released() { slow_ -= slow_ > 0 ? 1 : 0; }
  void answered(Instant now) {
    ++answers_;
    if (answers_ + losses_ >= size_) end_epoch(now);
  }
  void timed_out(Instant now) {
    ++losses_;
    if (answers_ + losses_ >= size_) end_epoch(now);
  }
  /// The kernel dropped datagrams at our own socket since the last call.
  void own_drops(std::uint32_t dropped);

 private:
  void end_epoch(Instant now);
  void open_if_it_pays(double answers_per_second);
  void resize(std::uint64_t wanted);

  WindowLimits limits_;
  std::uint32_t size_ = WindowLimits{}.first, ceiling_ = WindowLimits{}.most;
  static constexpr std::uint32_t kSlowShare = 4;  ///< so many windows' worth of slow ones at most
  std::uint32_t outstanding_ = 0, slow_ = 0, answers_ = 0, losses_ = 0;
  bool full_ = false;    ///< the window was the limit in this epoch
  bool shrunk_ = false;  ///< it has been closed once: open by eighths from now on, not by halves
  Instant epoch_start_{};
  double rate_before_ = 0;         ///< answers a second before the window was opened last
  std::uint32_t size_before_ = 0;  ///< 0: not opened since
  std::uint32_t rest_ = 0;         ///< epochs until it is tried again
};

}  // namespace danesweep::scanner
