// SPDX-License-Identifier: Apache-2.0
#include "scanner/log_comparison.h"

#include <fmt/format.h>

#include <algorithm>

#include "output/escape.h"

namespace danesweep::scanner {

Agreement judge_prediction(output::Action predicted, const input::DaneEvidence& seen) {
  switch (predicted) {
    case output::Action::DaneSuccess:
      return seen.failed == 0 ? Agreement::Agrees : Agreement::Differs;
    case output::Action::DaneFail:
      return seen.delivered == 0 ? Agreement::Agrees : Agreement::Differs;
    case output::Action::Fallback:  // neither delivered with DANE nor stopped by it
      return Agreement::Differs;
    default:
      return Agreement::NotPredicted;
  }
}

Value<LogComparison> compare_with_log(output::Reader& reader, const LogEvidence& evidence) {
  LogComparison comparison;
  std::uint64_t scanned = 0;
  for (;;) {
    const auto result = reader.next();
    if (!result) return tl::unexpected(result.error());
    if (!*result) break;
    const auto seen = evidence.find((*result)->domain);
    if (seen == evidence.end()) continue;
    ++scanned;
    const Agreement agreement = judge_prediction((*result)->effective, seen->second);
    if (agreement == Agreement::Agrees) ++comparison.agree;
    if (agreement == Agreement::NotPredicted) ++comparison.not_predicted;
    if (agreement == Agreement::Differs)
      comparison.differing.push_back(
          {(*result)->domain, (*result)->effective, (*result)->effective_reason, seen->second, agreement});
  }
  comparison.not_scanned = evidence.size() - std::min<std::uint64_t>(scanned, evidence.size());
  std::ranges::sort(comparison.differing, {}, &ComparedDomain::domain);
  return comparison;
}

std::string comparison_text(const LogComparison& comparison) {
  std::string text = fmt::format(
      "{} domains as predicted, {} differ from the gateway's log, {} without a prediction, {} not scanned\n",
      comparison.agree, comparison.differing.size(), comparison.not_predicted, comparison.not_scanned);
  for (const ComparedDomain& domain : comparison.differing)
    text += fmt::format("  {}: predicted {} ({}), seen: delivered with DANE {} times, stopped by DANE {} times\n",
                        output::for_terminal(domain.domain), output::to_text(domain.predicted), domain.reason,
                        domain.seen.delivered, domain.seen.failed);
  return text;
}

}  // namespace danesweep::scanner
