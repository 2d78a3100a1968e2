// SPDX-License-Identifier: Apache-2.0
// How every command ends (DESIGN "The command line").
#pragma once

#include <string>

namespace danesweep::scanner {

enum class ExitCode : int {
  Done = 0,         ///< done, and nothing to report
  BadNews = 1,      ///< done, and the answer is bad news
  Usage = 2,        ///< wrong usage or unreadable input; nothing was started, but for damage in mid-input (E-64)
  CannotWork = 3,   ///< no resolver answers, one is unfit, no valid anchor, disk full
  Interrupted = 4,  ///< resumable
};

/// Why a command cannot go on.
struct Refusal {
  ExitCode code = ExitCode::Usage;
  std::string text;
};

}  // namespace danesweep::scanner
