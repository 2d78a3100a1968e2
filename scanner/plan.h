// SPDX-License-Identifier: Apache-2.0
// `--dry-run`: the connections that would be made, per provider (T-72).
#pragma once

#include <string>

#include "scanner/console.h"
#include "scanner/engine/sweep.h"

namespace danesweep::scanner {

/// One line a provider, most connections first; empty when there is nothing to say.
std::string plan_text(const SweepSummary& summary);

enum class PlanTo : std::uint8_t { Stdout, Stderr };
void print_plan(const SweepSummary& summary, PlanTo where, Console& console);

}  // namespace danesweep::scanner
