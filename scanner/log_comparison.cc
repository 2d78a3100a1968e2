// SPDX-License-Identifier: Apache-2.0
#include "scanner/log_comparison.h"

#include <fmt/format.h>

#include <algorithm>

#include "output/escape.h"
#include "output/log_agreement.h"

namespace danesweep::scanner {

Value<LogComparison> compare_with_log(output::Reader& reader, const input::GatewayLogs& logs) {
  LogComparison comparison;
  std::uint64_t scanned = 0;
  for (;;) {
    const auto result = reader.next();
    if (!result) return tl::unexpected(result.error());
    if (!*result) break;
    const auto seen = logs.find((*result)->domain);
    if (seen == logs.end()) continue;
    ++scanned;
    const auto agreement = output::judge_prediction((*result)->effective, seen->second);
    if (agreement == output::Agreement::Agrees) ++comparison.agree;
    if (agreement == output::Agreement::NotPredicted) ++comparison.not_predicted;
    if (agreement == output::Agreement::Differs)
      comparison.differing.push_back(
          {(*result)->domain, (*result)->effective, (*result)->effective_reason, seen->second});
  }
  comparison.not_scanned = logs.size() - std::min<std::uint64_t>(scanned, logs.size());
  std::ranges::sort(comparison.differing, {}, &ComparedDomain::domain);
  return comparison;
}

std::string comparison_text(const LogComparison& comparison) {
  std::string text = fmt::format(
      "{} domains as predicted, {} differ from the gateway's log, {} without a prediction, {} not scanned\n",
      comparison.agree, comparison.differing.size(), comparison.not_predicted, comparison.not_scanned);
  for (const ComparedDomain& domain : comparison.differing)
    text += fmt::format("  {}: predicted {} ({}), the log: {}\n", output::for_terminal(domain.domain),
                        output::to_text(domain.predicted), domain.reason, output::in_words(domain.seen));
  return text;
}

}  // namespace danesweep::scanner
