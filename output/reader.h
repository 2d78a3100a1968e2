// SPDX-License-Identifier: Apache-2.0
// Reads a results file as a stream: memory is bounded by one block, one record and the recounts. Two passes: the first
// checks the frames and collects recounts, trailer and the last checkpoint, the second yields the results with their
// final counts and what the gateway's log shows of them, so that no user ever sees anything but sums.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <tl/expected.hpp>

#include "output/frames.h"
#include "output/result.h"

namespace danesweep::output {

class Reader {
 public:
  /// The error names the file, the offset and what is wrong.
  static tl::expected<Reader, std::string> open(const std::string& path);
  static tl::expected<Reader, std::string> open(std::unique_ptr<Source> source, std::string name);

  const Header& header() const { return header_; }
  /// Nothing: the scan was interrupted, or the tail is torn.
  const std::optional<Trailer>& trailer() const { return trailer_; }
  const std::optional<Checkpoint>& last_checkpoint() const { return checkpoint_; }
  /// Results in the file.
  std::uint64_t results() const { return results_; }
  /// A torn tail that was dropped, a missing trailer: sentences for stderr.
  const std::vector<std::string>& warnings() const { return warnings_; }
  /// Where a torn tail begins: `--resume` cuts the file here.
  std::optional<std::uint64_t> torn_at() const { return torn_at_; }

  /// The next result in the order of the file, nothing at the end.
  tl::expected<std::optional<Result>, std::string> next();
  /// From the start again.
  void rewind();

 private:
  Reader(std::unique_ptr<Source> source, std::string name);
  tl::expected<void, std::string> index();
  tl::expected<void, std::string> take(const Message& message, std::uint64_t offset);
  tl::expected<void, std::string> take_header(const Message& message, std::uint64_t offset);
  std::string sentence(const Damage& damage) const;
  void apply_late_knowledge(Result& result) const;

  std::unique_ptr<Source> source_;
  std::string name_;
  std::unique_ptr<FrameReader> frames_;
  Header header_;
  bool has_header_ = false;
  std::optional<Trailer> trailer_;
  std::optional<Checkpoint> checkpoint_;
  std::vector<Recount> recounts_;      ///< sorted by index, each once; at most as many as domains
  std::vector<LogEvidence> evidence_;  ///< the same
  std::uint64_t results_ = 0;
  std::vector<std::string> warnings_;
  std::optional<std::uint64_t> torn_at_;
};

}  // namespace danesweep::output
