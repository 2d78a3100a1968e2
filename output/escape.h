// SPDX-License-Identifier: Apache-2.0
// Text from the network, made harmless for the medium it is printed on (E-61): no answer may move a terminal's cursor,
// forge a log line, become markup, a link or a spreadsheet formula.
#pragma once

#include <string>
#include <string_view>

namespace danesweep::output {

/// Control and non-ASCII octets as `\xNN`, so that one text stays one line; also for log lines (E-61, K40).
std::string for_terminal(std::string_view text);
/// The same for a DNS name in presentation format: its `\DDD` escapes become `\xNN` too, quotes are escaped.
std::string for_gateway_log(std::string_view name);
/// Terminal's rules, and every character that Markdown reads as markup behind a backslash; `|` for tables too.
std::string for_markdown(std::string_view text);
/// Terminal's rules, and `& < > " '` as entities: fit for element content and quoted attributes.
std::string for_html(std::string_view text);
/// One CSV field (RFC 4180), quoted where needed; a leading `= + - @` gets an apostrophe in front.
std::string for_csv(std::string_view text);
/// A JSON string with its quotes, byte for byte as protobuf's printer escapes. `text` is UTF-8.
std::string for_json(std::string_view text);

bool is_utf8(std::string_view text);
/// The text itself if it is UTF-8, else with the octets above 127 as `\xNN`.
std::string as_utf8(std::string_view text);

}  // namespace danesweep::output
