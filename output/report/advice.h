// SPDX-License-Identifier: Apache-2.0
// What to do next, in our own words and only what the scan makes relevant (E-115 to E-118).
#pragma once

#include <string>
#include <vector>

#include "output/report/summary.h"

namespace danesweep::output {

std::vector<std::string> advice(const Summary& summary);

}  // namespace danesweep::output
