// SPDX-License-Identifier: Apache-2.0
// Which format a file has, by its first lines (rule E-65), and the reader for each format. A new format is a file here
// and a row in detect.cc.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "scanner/input/entry.h"

namespace danesweep::input {

enum class Format : std::uint8_t { List, Csv, Cef, MailLogs, TopHosts, MailLog };

std::string_view to_text(Format format);  ///< "mail_logs": as `--format` names it

/// Looks at the first 200 non-blank lines of `head`; first hit of E-65 wins, else List.
Format detect_format(std::string_view head);

/// The reader of a format. The error says why this head cannot be read so (a CSV without a known column).
tl::expected<std::unique_ptr<FormatReader>, std::string> make_reader(Format format, std::string_view head);

}  // namespace danesweep::input
