// SPDX-License-Identifier: Apache-2.0
// What `resolver check` prints, and how it ends.
#pragma once

#include <span>
#include <string>

#include "scanner/exit_codes.h"
#include "scanner/resolvers/properties.h"

namespace danesweep::scanner {

/// The summary line, then a line for each property.
std::string check_text(const Examination& examination);
/// One object: {"name", "resolvers": [{"resolver", "priority", "state", "properties": [{"property", "state",
/// "sentence"}]}]}.
std::string check_json(const CheckPlan& plan, std::span<const Examination> examinations);
/// No answer from any: CannotWork; one that is unfit or silent: BadNews.
ExitCode code_of(std::span<const Examination> examinations);

}  // namespace danesweep::scanner
