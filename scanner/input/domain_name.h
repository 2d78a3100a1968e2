// SPDX-License-Identifier: Apache-2.0
// From what stands in an input line to the domain that is looked up: address syntax off, U-labels to A-labels, lower
// case (rules E-63, T-1). The codes are those of E-63, printed as `FILE:LINE: CODE: TEXT`. No allocation for ASCII
// names.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include <tl/expected.hpp>

namespace danesweep::input {

/// Why an entry that was meant as a domain cannot be one (E-63).
enum class RejectCode : std::uint8_t {
  EmptyLabel,      ///< `a..org`
  LabelTooLong,    ///< more than 63 octets
  NameTooLong,     ///< more than 253 octets as A-labels
  BadCharacter,    ///< anything but letters, digits, `-`, `_`
  BadUtf8,         ///< octets above 127 that are no UTF-8
  BadIdn,          ///< refused by IDNA
  SingleLabel,     ///< `localhost`; with a final dot it is accepted
  AddressLiteral,  ///< `user@[192.0.2.1]`
  IpAddress,       ///< a bare address
  BadAddress,      ///< unclosed quote or bracket
  NoDomain,        ///< `user@`, `postmaster` where an address must stand
  ExtraFields,     ///< list line with more than name and count
  BadNumber,       ///< count not 0..2^32-1
  MissingColumn,   ///< short row
  AmbiguousField,  ///< CEF line that names a deciding field twice
  LineTooLong,     ///< more than 1 MiB
};
std::string_view to_text(RejectCode code);  ///< "empty-label"

/// What stands at this place: decides how a word without `@` and dot is named (E-66).
enum class Expect : std::uint8_t { DomainOrAddress, Address };

inline constexpr std::size_t kMaxNameText = 253;

/// Where a normalised name is written: reused from entry to entry.
using NameBuffer = std::array<char, kMaxNameText + 1>;

/// Domain of an address (`<@a,@b:u@example.org>`, `"a@b"@example.org`) or of a bare name. The view looks into `buffer`.
tl::expected<std::string_view, RejectCode> domain_of(std::string_view entry, Expect expect, NameBuffer& buffer);

/// A bare name: final dot off, A-labels, lower case. The view looks into `buffer`.
tl::expected<std::string_view, RejectCode> normalise_domain(std::string_view name, NameBuffer& buffer);

/// A text from outside for one line of a message: control and non-ASCII octets as `\xNN` (E-61), cut at
/// `max_characters`.
std::string escape_text(std::string_view text, std::size_t max_characters);

/// Splits at `,` and `;` outside double quotes; calls `take` with each trimmed non-empty piece (E-68).
template <class Take>
void for_each_recipient(std::string_view text, Take&& take);

std::string_view trim(std::string_view text);

/// Where the first recipient of a list ends: at a `,` or `;` outside double quotes. The commas of a source route
/// (`<@a,@b:u@example.org>`) part hosts, not recipients.
inline std::size_t end_of_recipient(std::string_view text) {
  const std::size_t front = std::min(text.find_first_not_of(" \t\r\n"), text.size());
  bool quoted = false, in_route = text.substr(front).starts_with("<@");
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c == '"') quoted = !quoted;
    if (c == ':') in_route = false;
    if (!quoted && (c == ';' || (c == ',' && !in_route))) return i;
    if (quoted && c == '\\') ++i;
  }
  return text.size();
}

template <class Take>
void for_each_recipient(std::string_view text, Take&& take) {
  const bool several = text.find(',') != std::string_view::npos || text.find(';') != std::string_view::npos;
  for (;;) {
    const std::size_t end = several ? end_of_recipient(text) : text.size();
    if (const std::string_view piece = trim(text.substr(0, end)); !piece.empty()) take(piece);
    if (end == text.size()) return;
    text.remove_prefix(end + 1);
  }
}

}  // namespace danesweep::input
