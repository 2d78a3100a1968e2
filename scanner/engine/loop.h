// SPDX-License-Identifier: Apache-2.0
// One libuv loop with what every worker needs of it: a mailbox for other threads, a tick, a hook before each poll, and
// a way to come back without sleeping while work is left over (D-112).
#pragma once

#include <uv.h>

#include <functional>
#include <mutex>
#include <vector>

namespace danesweep::scanner {

/// Belongs to the thread that calls `run`; only `post` may be called from others.
class Loop {
 public:
  using Task = std::function<void()>;
  static constexpr unsigned kTickMilliseconds = 50;

  Loop();
  /// Closes what is still open. Whoever holds handles on the loop has closed them before.
  ~Loop();
  Loop(const Loop&) = delete;
  Loop& operator=(const Loop&) = delete;

  uv_loop_t* uv() { return &loop_; }
  /// Thread-safe. Runs `task` in the loop's thread, in order.
  void post(Task task);
  /// Called every kTickMilliseconds.
  void set_tick(Task tick) { tick_ = std::move(tick); }
  /// Called before each poll, with the chance to sleep a little.
  void set_before_poll(Task hook) { before_poll_ = std::move(hook); }
  /// `leftover` is called once per turn, and the loop does not sleep, until it returns false.
  using Leftover = std::function<bool()>;
  void set_leftover(Leftover leftover) { leftover_ = std::move(leftover); }
  /// There is leftover work now.
  void wake_leftover();
  bool has_leftover() const { return leftover_active_; }

  /// Until `stop`.
  void run();
  void stop() {
    stopped_ = true;
    uv_stop(&loop_);
  }

 private:
  void drain_mailbox();

  uv_loop_t loop_{};
  uv_async_t mailbox_{};
  uv_timer_t ticker_{};
  uv_prepare_t prepare_{};
  uv_idle_t idle_{};
  Task tick_, before_poll_;
  Leftover leftover_;
  bool leftover_active_ = false, stopped_ = false;
  std::mutex mutex_;
  std::vector<Task> posted_;  ///< bounded by the domains in flight
};

}  // namespace danesweep::scanner
