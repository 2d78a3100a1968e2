// SPDX-License-Identifier: Apache-2.0
#include "output/log_agreement.h"

#include <fmt/format.h>

#include "output/figures.h"

namespace danesweep::output {

Agreement judge_prediction(Action predicted, const GatewayLog& seen) {
  switch (predicted) {
    case Action::DaneSuccess:
      return seen.failed == 0 ? Agreement::Agrees : Agreement::Differs;
    case Action::DaneFail:
      return seen.delivered == 0 ? Agreement::Agrees : Agreement::Differs;
    case Action::Fallback:  // neither delivered with DANE nor stopped by it
      return Agreement::Differs;
    default:
      return Agreement::NotPredicted;
  }
}

std::string in_words(const GatewayLog& seen) {
  const auto times = [](std::uint32_t count) { return count == 1 ? std::string("once") : grouped(count) + " times"; };
  if (seen.failed == 0) return fmt::format("delivered with DANE {}", times(seen.delivered));
  if (seen.delivered == 0) return fmt::format("stopped by DANE {}", times(seen.failed));
  return fmt::format("delivered with DANE {}, stopped by DANE {}", times(seen.delivered), times(seen.failed));
}

}  // namespace danesweep::output
