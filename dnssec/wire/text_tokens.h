// SPDX-License-Identifier: Apache-2.0
// Words of one entry of a zone file (RFC 1035 section 5.1): blanks part them, quotes hold them together, `;` starts a
// comment, parentheses let the entry run over several lines. Escapes are left in and undone by who knows the field.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "dnssec/wire/cursor.h"

namespace danesweep::wire {

struct Token {
  std::string_view text;  ///< views the line; without its quotes
  bool quoted = false;
};

/// BadText: an open quote or parenthesis, or a line end outside parentheses with words behind it.
Parsed<std::vector<Token>> tokenize(std::string_view line);

/// One octet of a label or string, its escape undone; `at` moves behind it. Precondition: at < text.size().
Parsed<std::uint8_t> unescape_octet(std::string_view text, std::size_t& at);
/// `\DDD`.
void append_decimal_escape(std::string& text, std::uint8_t octet);
/// Octets of a character string's text, `\X` and `\DDD` undone.
Parsed<std::vector<std::uint8_t>> unescape(std::string_view text);
/// Printable ASCII but for `"` and `\`; all else escaped. For use inside quotes.
std::string escape(Bytes octets);
/// As `escape`, and blanks, `;` and parentheses too: for use without quotes.
std::string escape_word(Bytes octets);

}  // namespace danesweep::wire
