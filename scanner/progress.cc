// SPDX-License-Identifier: Apache-2.0
#include "scanner/progress.h"

#include <fmt/format.h>

#include <algorithm>

namespace danesweep::scanner {
namespace {

std::string duration_text(double seconds) {
  const auto whole = static_cast<std::uint64_t>(std::clamp(seconds, 0.0, 1e9));
  if (whole < 60) return fmt::format("{} s", whole);
  if (whole < 3600) return fmt::format("{}:{:02} min", whole / 60, whole % 60);
  return fmt::format("{}:{:02} h", whole / 3600, whole / 60 % 60);
}

}  // namespace

std::string ProgressLine::text(const Progress& progress, Instant now) {
  const double passed = std::chrono::duration<double>(now - last_time_).count();
  if (passed > 0.2) {
    const double current = static_cast<double>(progress.finished - last_finished_) / passed;
    const double weight = std::min(1.0, passed / 5);
    rate_ = last_time_ == start_ ? current : rate_ * (1 - weight) + current * weight;
    last_time_ = now;
    last_finished_ = progress.finished;
  }
  std::string line =
      fmt::format("{} of {}{} domains, {:.0f}/s: {} DANE, {} fallback, {} fail, {} unknown, {} n/a", progress.finished,
                  progress.started, progress.source_ended ? "" : "+", rate_, progress.success, progress.fallback,
                  progress.fail, progress.undetermined, progress.not_applicable);
  line += fmt::format("; {} queries, {} probes ({} open", progress.queries, progress.probes, progress.probes_open);
  if (progress.longest_queue > 0) line += fmt::format(", longest queue {}", progress.longest_queue);
  line += ")";
  if (progress.source_ended && rate_ > 0)
    line += fmt::format(", {} left", duration_text(static_cast<double>(progress.started - progress.finished) / rate_));
  return line;
}

}  // namespace danesweep::scanner
