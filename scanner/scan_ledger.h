// SPDX-License-Identifier: Apache-2.0
// Both ends of a scan: domains of the input become tasks, results become frames, and in between it is known which are
// unfinished, so that a checkpoint can be written at any time (DESIGN part 4). Source and sink may be called from
// different threads.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>

#include "output/writer.h"
#include "scanner/engine/sweep.h"
#include "scanner/input/domain_stream.h"

namespace danesweep::scanner {

/// Which indices were handed out and are not finished.
class UnfinishedDomains {
 public:
  void start(std::uint32_t index);
  void finish(std::uint32_t index);
  output::Checkpoint checkpoint(std::uint64_t input_position) const;

 private:
  mutable std::mutex mutex_;
  std::set<std::uint32_t> in_work_;         ///< bounded by --max-inflight
  std::set<std::uint32_t> finished_above_;  ///< above the lowest in work; the lowest 16,384 of them
  std::uint32_t next_ = 0;                  ///< behind the last that was handed out
};

/// What the gateway's configuration says about a domain is written into its task by this.
using TaskContext = std::function<void(DomainTask&)>;

class InputSource : public DomainSource {
 public:
  /// `written`: index and recipients of the results that an earlier run left; they are not given out again.
  InputSource(input::DomainStream& stream, UnfinishedDomains& unfinished, TaskContext context,
              std::unordered_map<std::uint32_t, std::uint32_t> written = {});
  std::optional<DomainTask> next() override;
  bool is_ready() override { return stream_.is_ready(); }

 private:
  input::DomainStream& stream_;
  UnfinishedDomains& unfinished_;
  TaskContext context_;
  std::unordered_map<std::uint32_t, std::uint32_t> written_;
};

class FileSink : public ResultSink {
 public:
  /// Checkpoints about every five seconds; `position` says how many entries were read.
  /// `complete` adds what only the gateway's configuration knows.
  FileSink(output::Writer& writer, UnfinishedDomains& unfinished, std::function<std::uint64_t()> position,
           std::function<void(output::Result&)> complete);
  bool write(output::Result result) override;

  const std::string& error() const { return error_; }
  std::uint64_t written() const { return written_; }
  /// Domains with this effective verdict, for --fail-on.
  std::uint64_t with(output::Action action) const { return effective_.at(static_cast<std::size_t>(action)); }

 private:
  output::Writer& writer_;
  UnfinishedDomains& unfinished_;
  std::function<std::uint64_t()> position_;
  std::function<void(output::Result&)> complete_;
  std::chrono::steady_clock::time_point next_checkpoint_;
  std::string error_;
  std::uint64_t written_ = 0;
  std::array<std::uint64_t, 6> effective_{};
};

}  // namespace danesweep::scanner
