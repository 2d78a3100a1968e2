// SPDX-License-Identifier: Apache-2.0
// Starts per second and things open at once (T-68). Time is handed in; nothing here waits.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <mutex>

#include "scanner/engine/clock.h"
#include "scanner/engine/settings.h"

namespace danesweep::scanner {

/// Lets `rate` starts a second through, none in a burst but the first; 0 = no limit.
class TokenBucket {
 public:
  TokenBucket() = default;
  explicit TokenBucket(double rate, double burst = 1) : rate_(rate), burst_(std::max(1.0, burst)), tokens_(burst_) {}

  bool is_unlimited() const { return rate_ <= 0; }
  bool may_take(Instant now) {
    refill(now);
    return is_unlimited() || tokens_ >= 1 - kRounding;
  }
  /// Precondition: may_take(now).
  void take() { tokens_ -= is_unlimited() ? 0 : 1; }
  /// When the next one may start; `now` or earlier if at once.
  Instant next(Instant now) {
    if (may_take(now)) return now;
    return now + std::chrono::duration_cast<Instant::duration>(std::chrono::duration<double>((1 - tokens_) / rate_));
  }
  /// Full again: nothing is lost by forgetting it.
  bool is_idle(Instant now) { return may_take(now) && (is_unlimited() || tokens_ >= burst_ - kRounding); }

 private:
  static constexpr double kRounding = 1e-6;
  void refill(Instant now) {
    if (is_unlimited()) return;
    if (last_ != Instant{})
      tokens_ = std::min(burst_, tokens_ + rate_ * std::chrono::duration<double>(now - last_).count());
    last_ = std::max(last_, now);
  }
  double rate_ = 0, burst_ = 1, tokens_ = 1;
  Instant last_{};
};

/// A bucket for all workers: `--dns-rate`. Lets a twentieth of a second's worth through at once, so that batches stay
/// batches.
class SharedRate {
 public:
  explicit SharedRate(std::uint32_t per_second) : unlimited_(per_second == 0), bucket_(per_second, per_second / 20.0) {}
  bool take(Instant now) {
    if (unlimited_) return true;
    const std::lock_guard lock(mutex_);
    if (!bucket_.may_take(now)) return false;
    bucket_.take();
    return true;
  }

 private:
  const bool unlimited_;
  std::mutex mutex_;
  TokenBucket bucket_;
};

/// One thing that is limited: an address, a network, a provider, all.
class Gate {
 public:
  Gate() = default;
  explicit Gate(RateLimit limit) : limit_(limit), starts_(limit.starts_per_second) {}
  bool may_start(Instant now) { return has_room() && starts_.may_take(now); }
  bool has_room() const { return limit_.open == 0 || open_ < limit_.open; }
  /// Precondition: may_start(now).
  void start() {
    ++open_;
    starts_.take();
  }
  void finish() { open_ -= open_ > 0 ? 1 : 0; }
  /// Earliest start as far as the rate goes.
  Instant next(Instant now) { return starts_.next(now); }
  std::uint32_t open() const { return open_; }
  bool is_idle(Instant now) { return open_ == 0 && starts_.is_idle(now); }

 private:
  RateLimit limit_;
  TokenBucket starts_;
  std::uint32_t open_ = 0;
};

}  // namespace danesweep::scanner
