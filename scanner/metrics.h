// SPDX-License-Identifier: Apache-2.0
// `--metrics-file`: how far a scan is and what it found, as Prometheus reads it from a file (node_exporter's textfile
// collector). Written beside the file and moved over it, so that nobody reads half of one.
#pragma once

#include <chrono>
#include <optional>
#include <string>

#include "output/result.h"
#include "scanner/engine/sweep.h"
#include "scanner/exit_codes.h"
#include "scanner/values.h"

namespace danesweep::scanner {

struct ScanMetrics {
  std::int64_t start_time = 0;  ///< seconds since 1970
  Progress progress;
  std::optional<output::InputCounts> input;  ///< at the end
  std::optional<ExitCode> ended;
};

/// The text format of Prometheus, version 0.0.4; all names begin with `danesweep_`.
std::string metrics_text(const ScanMetrics& metrics);

class MetricsFile {
 public:
  using Instant = std::chrono::steady_clock::time_point;

  /// An empty path: nothing is ever written.
  MetricsFile(std::string path, std::int64_t start_time) : path_(std::move(path)), start_time_(start_time) {}
  /// Writes now; the error names the file.
  Value<void> write(const ScanMetrics& metrics) const;
  /// Writes what is known at the beginning; later calls do so every ten seconds.
  Value<void> update(const Progress& progress, Instant now);
  Value<void> finish(const Progress& progress, const output::InputCounts& input, ExitCode code) const;

 private:
  std::string path_;
  std::int64_t start_time_;
  std::optional<Instant> next_;
};

}  // namespace danesweep::scanner
