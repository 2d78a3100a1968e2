// SPDX-License-Identifier: Apache-2.0
// Predictions beside what the gateway's own log shows of DANE (rule E-126; `compare-log`): deliveries with DANE, and
// deliveries that DANE stopped. Domains that the log says nothing about are not judged.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "output/reader.h"
#include "scanner/input/domain_stream.h"
#include "scanner/values.h"

namespace danesweep::scanner {

using LogEvidence = std::map<std::string, input::DaneEvidence, std::less<>>;

enum class Agreement : std::uint8_t {
  Agrees,
  Differs,
  NotPredicted,  ///< UNDETERMINED or NOT_APPLICABLE: nothing was said that could be wrong
};

struct ComparedDomain {
  std::string domain;
  output::Action predicted = output::Action::Unset;
  std::string reason;
  input::DaneEvidence seen;
  Agreement agreement{};
};

struct LogComparison {
  std::uint64_t agree = 0, not_predicted = 0;
  std::uint64_t not_scanned = 0;          ///< in the log, not in the results
  std::vector<ComparedDomain> differing;  ///< by name
};

Agreement judge_prediction(output::Action predicted, const input::DaneEvidence& seen);
/// Reads to the end of `reader`.
Value<LogComparison> compare_with_log(output::Reader& reader, const LogEvidence& evidence);
std::string comparison_text(const LogComparison& comparison);

}  // namespace danesweep::scanner
