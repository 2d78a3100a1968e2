// SPDX-License-Identifier: Apache-2.0
#include "scanner/scan_ledger.h"

#include <iterator>
#include <utility>

namespace danesweep::scanner {
namespace {

constexpr std::chrono::seconds kCheckpointEvery{5};
/// One domain that waits long for its provider would otherwise make each checkpoint as long as the scan.
constexpr std::size_t kMostFinishedAbove = 16'384;

}  // namespace

void UnfinishedDomains::start(std::uint32_t index) {
  const std::lock_guard lock(mutex_);
  in_work_.insert(index);
  next_ = index + 1;
}

void UnfinishedDomains::finish(std::uint32_t index) {
  const std::lock_guard lock(mutex_);
  in_work_.erase(index);
  finished_above_.insert(index);
  const std::uint32_t lowest = in_work_.empty() ? next_ : *in_work_.begin();
  finished_above_.erase(finished_above_.begin(), finished_above_.lower_bound(lowest));
  if (finished_above_.size() > kMostFinishedAbove) finished_above_.erase(std::prev(finished_above_.end()));
}

output::Checkpoint UnfinishedDomains::checkpoint(std::uint64_t input_position) const {
  const std::lock_guard lock(mutex_);
  return {
      input_position, in_work_.empty() ? next_ : *in_work_.begin(), {finished_above_.begin(), finished_above_.end()}};
}

InputSource::InputSource(input::DomainStream& stream, UnfinishedDomains& unfinished, TaskContext context,
                         std::unordered_map<std::uint32_t, std::uint32_t> written)
    : stream_(stream), unfinished_(unfinished), context_(std::move(context)), written_(std::move(written)) {}

std::optional<DomainTask> InputSource::next() {
  for (;;) {
    auto found = stream_.next();
    if (!found) return std::nullopt;
    if (const auto earlier = written_.find(found->index); earlier != written_.end()) {
      stream_.written_before(found->index, earlier->second);
      written_.erase(earlier);
      continue;
    }
    DomainTask task;
    task.index = found->index;
    task.domain = std::move(found->name);
    task.recipients = found->recipients;
    task.warnings = std::move(found->warnings);
    context_(task);
    unfinished_.start(task.index);
    return task;
  }
}

FileSink::FileSink(output::Writer& writer, UnfinishedDomains& unfinished, std::function<std::uint64_t()> position,
                   std::function<void(output::Result&)> complete)
    : writer_(writer),
      unfinished_(unfinished),
      position_(std::move(position)),
      complete_(std::move(complete)),
      next_checkpoint_(std::chrono::steady_clock::now() + kCheckpointEvery) {}

bool FileSink::write(output::Result result) {
  complete_(result);
  auto done = writer_.write(result);
  unfinished_.finish(result.index);
  ++written_;
  ++effective_.at(static_cast<std::size_t>(result.effective));
  if (const auto now = std::chrono::steady_clock::now(); done && now >= next_checkpoint_) {
    next_checkpoint_ = now + kCheckpointEvery;
    done = writer_.checkpoint(unfinished_.checkpoint(position_()));
  }
  if (!done) error_ = done.error();
  return done.has_value();
}

}  // namespace danesweep::scanner
