// SPDX-License-Identifier: Apache-2.0
// `report --history DIR`: the scans of a folder beside the one at hand, night by night: how the verdicts move, and who
// began to fail since the scan before. Memory grows with the failing domains of two scans.
#pragma once

#include <array>
#include <string>
#include <vector>

#include <tl/expected.hpp>

#include "output/reader.h"
#include "output/report/document.h"

namespace danesweep::output {

/// One scan; verdicts are those of the mode that applies to each domain.
struct HistoryScan {
  std::int64_t start_time = 0;
  Mode default_mode = Mode::Opportunistic;
  std::array<Tally, 6> by_action;  ///< index: Action
  std::uint64_t began = 0,
                mended = 0;  ///< domains that fail and did not in the scan before; that failed and do not now
};

struct History {
  std::vector<HistoryScan> scans;          ///< oldest first, the scan at hand last
  std::vector<std::string> began, mended;  ///< by name: between the last two scans
  std::vector<std::string> notes;          ///< files that were left out, and why
};

/// Every `*.pb` of the folder that is a whole scan begun before `current`; reads `current` to its end. The error names
/// the folder.
tl::expected<History, std::string> read_history(const std::string& directory, Reader& current);

/// Behind the report; nothing if there is no earlier scan.
void add_history(Document& document, const History& history);

}  // namespace danesweep::output
