// SPDX-License-Identifier: Apache-2.0
#include "scanner/engine/loop.h"

#include <utility>

namespace danesweep::scanner {

Loop::Loop() {
  uv_loop_init(&loop_);
  loop_.data = this;
  uv_async_init(&loop_, &mailbox_, [](uv_async_t* handle) { static_cast<Loop*>(handle->loop->data)->drain_mailbox(); });
  uv_timer_init(&loop_, &ticker_);
  uv_timer_start(
      &ticker_,
      [](uv_timer_t* handle) {
        auto& self = *static_cast<Loop*>(handle->loop->data);
        if (self.tick_) self.tick_();
      },
      kTickMilliseconds, kTickMilliseconds);
  uv_prepare_init(&loop_, &prepare_);
  uv_prepare_start(&prepare_, [](uv_prepare_t* handle) {
    auto& self = *static_cast<Loop*>(handle->loop->data);
    if (self.before_poll_) self.before_poll_();
  });
  uv_idle_init(&loop_, &idle_);
}

Loop::~Loop() {
  for (uv_handle_t* handle : {reinterpret_cast<uv_handle_t*>(&mailbox_), reinterpret_cast<uv_handle_t*>(&ticker_),
                              reinterpret_cast<uv_handle_t*>(&prepare_), reinterpret_cast<uv_handle_t*>(&idle_)})
    uv_close(handle, nullptr);
  uv_run(&loop_, UV_RUN_DEFAULT);
  uv_loop_close(&loop_);
}

void Loop::post(Task task) {
  bool was_empty = false;
  {
    const std::lock_guard lock(mutex_);
    was_empty = posted_.empty();
    posted_.push_back(std::move(task));
  }
  if (was_empty) uv_async_send(&mailbox_);
}

void Loop::drain_mailbox() {
  std::vector<Task> tasks;
  {
    const std::lock_guard lock(mutex_);
    tasks.swap(posted_);
  }
  for (Task& task : tasks) task();
}

void Loop::wake_leftover() {
  if (std::exchange(leftover_active_, true)) return;
  uv_idle_start(&idle_, [](uv_idle_t* handle) {
    auto& self = *static_cast<Loop*>(handle->loop->data);
    if (self.leftover_ && self.leftover_()) return;
    self.leftover_active_ = false;
    uv_idle_stop(handle);
  });
}

void Loop::run() {
  stopped_ = false;
  while (!stopped_) uv_run(&loop_, UV_RUN_DEFAULT);
}

}  // namespace danesweep::scanner
