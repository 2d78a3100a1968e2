// SPDX-License-Identifier: Apache-2.0
// Predictions of an earlier scan beside what the gateway's log shows of DANE after going live (`compare-log`; the rule
// is E-126).
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "output/reader.h"
#include "scanner/input/domain_stream.h"
#include "scanner/values.h"

namespace danesweep::scanner {

struct ComparedDomain {
  std::string domain;
  output::Action predicted = output::Action::Unset;
  std::string reason;
  output::GatewayLog seen;
};

struct LogComparison {
  std::uint64_t agree = 0, not_predicted = 0;
  std::uint64_t not_scanned = 0;          ///< in the log, not in the results
  std::vector<ComparedDomain> differing;  ///< by name
};

/// Reads to the end of `reader`.
Value<LogComparison> compare_with_log(output::Reader& reader, const input::GatewayLogs& logs);
std::string comparison_text(const LogComparison& comparison);

}  // namespace danesweep::scanner
