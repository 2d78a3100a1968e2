// SPDX-License-Identifier: Apache-2.0
// A verdict beside what the gateway's own log shows of DANE (rule E-126). Domains that the log says nothing about are
// not judged.
#pragma once

#include <cstdint>
#include <string>

#include "output/result.h"

namespace danesweep::output {

enum class Agreement : std::uint8_t {
  Agrees,
  Differs,
  NotPredicted,  ///< UNDETERMINED or NOT_APPLICABLE: nothing was said that could be wrong
};

Agreement judge_prediction(Action predicted, const GatewayLog& seen);

/// "delivered with DANE 3 times, stopped by DANE once"
std::string in_words(const GatewayLog& seen);

}  // namespace danesweep::output
