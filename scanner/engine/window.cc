// SPDX-License-Identifier: Apache-2.0
#include "scanner/engine/window.h"

#include <algorithm>

namespace danesweep::scanner {

namespace {

/// A rate over less time than this says more about batches than about the resolver.
constexpr std::chrono::milliseconds kShortestEpoch{20};
/// Opening by a half must bring an eighth more answers.
constexpr double kWorthwhile = 0.25;
constexpr std::uint32_t kRestEpochs = 16;

}  // namespace

void Window::resize(std::uint64_t wanted) {
  size_ = static_cast<std::uint32_t>(std::clamp<std::uint64_t>(wanted, limits_.least, ceiling_));
}

// An epoch is at least one window's worth of ends. A real sweep meets 2 to 5% of domains whose servers never answer, so
// that share is no sign of overload; an eighth is.
void Window::end_epoch(Instant now) {
  const bool is_first = epoch_start_ == Instant{};
  if (!is_first && now - epoch_start_ < kShortestEpoch) return;
  const std::uint64_t ends = answers_ + losses_;
  if (std::uint64_t{losses_} * 8 > ends) {
    resize(std::uint64_t{size_} * 3 / 4);
    shrunk_ = true;
    size_before_ = 0;
  } else if (!is_first && full_ && std::uint64_t{losses_} * 16 < ends) {
    open_if_it_pays(answers_ / std::chrono::duration<double>(now - epoch_start_).count());
  }
  answers_ = losses_ = 0;
  full_ = outstanding_ >= size_;
  epoch_start_ = now;
}

void Window::open_if_it_pays(double answers_per_second) {
  if (size_before_ > 0) {
    const double opened = static_cast<double>(size_ - size_before_) / size_before_;
    if (answers_per_second < rate_before_ * (1 + kWorthwhile * opened)) {
      resize(size_before_);
      size_before_ = 0;
      rest_ = kRestEpochs;
      return;
    }
  }
  if (rest_ > 0) {
    --rest_;
    return;
  }
  const std::uint32_t before = size_;
  resize(size_ + std::max<std::uint64_t>(size_ / (shrunk_ ? 8 : 2), 1));
  size_before_ = size_ > before ? before : 0;
  rate_before_ = answers_per_second;
}

void Window::own_drops(std::uint32_t dropped) {
  if (dropped == 0) return;
  ceiling_ = std::max(limits_.least, std::min(ceiling_, size_) * 3 / 4);
  resize(size_);
  size_before_ = 0;
}

}  // namespace danesweep::scanner
