// SPDX-License-Identifier: Apache-2.0
// Writes a results file: header, results from many threads, checkpoints at which a scan can be taken up again,
// recounts, trailer. The first error sticks: a full disk is reported once and by every later call.
#pragma once

#include <memory>
#include <mutex>
#include <span>
#include <string>

#include <tl/expected.hpp>

#include "output/frames.h"
#include "output/result.h"

namespace danesweep::output {

class Writer {
 public:
  using Done = tl::expected<void, std::string>;

  Writer(std::unique_ptr<Sink> sink, Compression compression, std::size_t block_octets = kBlockOctets);
  /// First call, once; not for a file that is taken up again behind its last whole block (`--resume`).
  Done begin(const Header& header);
  /// Any thread; encoding is done outside of the lock.
  Done write(const Result& result);
  /// Everything written so far, and the checkpoint, leave the process.
  Done checkpoint(const Checkpoint& checkpoint);
  /// Final counts of domains whose results were written with a smaller one; at the end, each domain once.
  Done recount(std::span<const Recount> recounts);
  /// What the gateway's log shows of domains whose results were written; at the end, each domain once.
  Done log_evidence(std::span<const LogEvidence> evidence);
  /// Last call.
  Done finish(const Trailer& trailer);
  Done flush();

 private:
  Done append(const Message& message);
  template <class Entry>
  Done append_late(std::span<const Entry> entries);
  Done keep(Done done);

  std::unique_ptr<Sink> sink_;
  std::mutex mutex_;  ///< guards blocks_ and error_
  BlockWriter blocks_;
  std::string error_;
};

}  // namespace danesweep::output
