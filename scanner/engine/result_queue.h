// SPDX-License-Identifier: Apache-2.0
// Finished results on their way from the workers to the one thread that writes them. Bounded by the domains in flight:
// a domain counts as in flight until its result is written.
#pragma once

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <vector>

#include "output/result.h"

namespace danesweep::scanner {

class ResultQueue {
 public:
  /// Waking the writer costs more than a result: it is done for a batch.
  static constexpr std::size_t kBatch = 64;

  void push(output::Result result) {
    bool is_batch = false;
    {
      const std::lock_guard lock(mutex_);
      results_.push_back(std::move(result));
      is_batch = results_.size() == kBatch;
    }
    if (is_batch) filled_.notify_one();
  }
  /// What is there, after a batch has come or `most` has passed.
  std::vector<output::Result> wait(std::chrono::milliseconds most) {
    std::unique_lock lock(mutex_);
    filled_.wait_for(lock, most, [this] { return results_.size() >= kBatch; });
    return std::exchange(results_, {});
  }

 private:
  std::mutex mutex_;
  std::condition_variable filled_;
  std::vector<output::Result> results_;
};

}  // namespace danesweep::scanner
