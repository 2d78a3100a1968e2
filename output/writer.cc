// SPDX-License-Identifier: Apache-2.0
#include "output/writer.h"

#include <utility>

namespace danesweep::output {

namespace {

/// Entries of one recount frame: far below the limit of a message.
constexpr std::size_t kEntriesPerFrame = 65536;

}  // namespace

Writer::Writer(std::unique_ptr<Sink> sink, Compression compression, std::size_t block_octets)
    : sink_(std::move(sink)), blocks_(*sink_, compression, block_octets) {}

Writer::Done Writer::keep(Done done) {
  if (!done) error_ = done.error();
  return done;
}

Writer::Done Writer::append(const Message& message) {
  const std::lock_guard lock(mutex_);
  if (!error_.empty()) return tl::unexpected(error_);
  return keep(blocks_.append(message));
}

Writer::Done Writer::flush() {
  const std::lock_guard lock(mutex_);
  if (!error_.empty()) return tl::unexpected(error_);
  return keep(blocks_.flush());
}

Writer::Done Writer::begin(const Header& header) {
  {
    const std::lock_guard lock(mutex_);
    Done done = keep(blocks_.begin());
    if (!done) return done;
  }
  Done done = append(encode(header));
  return done ? flush() : done;  // a scan that is killed at once can be resumed
}

Writer::Done Writer::write(const Result& result) { return append(encode(result)); }

Writer::Done Writer::checkpoint(const Checkpoint& checkpoint) {
  Done done = append(encode(checkpoint));
  return done ? flush() : done;
}

template <class Entry>
Writer::Done Writer::append_late(std::span<const Entry> entries) {
  while (!entries.empty()) {
    const std::size_t count = std::min(entries.size(), kEntriesPerFrame);
    Done done = append(encode(entries.first(count)));
    if (!done) return done;
    entries = entries.subspan(count);
  }
  return {};
}

Writer::Done Writer::recount(std::span<const Recount> recounts) { return append_late(recounts); }

Writer::Done Writer::log_evidence(std::span<const LogEvidence> evidence) { return append_late(evidence); }

Writer::Done Writer::finish(const Trailer& trailer) {
  Done done = append(encode(trailer));
  return done ? flush() : done;
}

}  // namespace danesweep::output
