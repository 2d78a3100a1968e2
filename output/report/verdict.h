// SPDX-License-Identifier: Apache-2.0
// May the Default be switched on? The verdict of E-112 for one mode, first hit first, and the report's first line
// (E-111).
#pragma once

#include <string>
#include <string_view>

#include "output/report/summary.h"

namespace danesweep::output {

enum class Go : std::uint8_t { Go, AfterExceptions, NoGo };
/// "GO", "GO AFTER EXCEPTIONS", "NO-GO".
std::string_view to_text(Go go);

struct GoVerdict {
  Go go = Go::NoGo;
  std::string why;
};

GoVerdict go_verdict(const Summary& summary, Mode mode);

/// E-111: "Default = Opportunistic would stop 14 domains, 212 recipients; first bounces after the bounce profile's
/// time". Plain digits: scripts read this line.
std::string first_line(const Summary& summary);

/// "Opportunistic", "Mandatory".
std::string_view mode_name(Mode mode);

/// True if the SMTP routes hand the mail of all other domains to a host (E-92, E-112).
bool routes_everything(const Header& header);

}  // namespace danesweep::output
