// SPDX-License-Identifier: Apache-2.0
#include "scanner/plan.h"

#include <fmt/format.h>

#include "output/escape.h"

namespace danesweep::scanner {

std::string plan_text(const SweepSummary& summary) {
  if (summary.planned.empty()) return "";
  std::string text = "Connections that would be made, by provider\n";
  for (const PlannedConnections& planned : summary.planned)
    text += fmt::format("  {}: {} to {} addresses, at most {} host names on one address\n",
                        output::for_terminal(planned.provider), planned.connections, planned.addresses,
                        planned.longest_queue);
  return text + "\n";
}

void print_plan(const SweepSummary& summary, PlanTo where, Console& console) {
  std::string text = plan_text(summary);
  if (text.empty()) return;
  if (where == PlanTo::Stdout) return Console::print(text);
  text.erase(text.find_last_not_of('\n') + 1);
  console.line(text);
}

}  // namespace danesweep::scanner
