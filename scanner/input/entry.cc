// SPDX-License-Identifier: Apache-2.0
#include "scanner/input/entry.h"

#include <algorithm>
#include <array>
#include <limits>

namespace danesweep::input {

std::string_view to_text(SkipKind kind) {
  static constexpr std::array<std::string_view, kSkipKinds> kTexts = {
      "blank",         "comment",  "header",       "other-line",  "incoming",  "rejected-by-gateway",
      "aborted",       "dropped",  "no-recipient", "other-event", "own-queue", "prompt",
      "other-service", "internal", "other-shard"};
  return kTexts[static_cast<std::size_t>(kind)];
}

namespace {

/// `1,255` and `1.255.000`: groups of three digits behind each separator.
bool is_thousands_separator(std::string_view text, std::size_t at) {
  if (at == 0 || (text[at] != ',' && text[at] != '.' && text[at] != '\'')) return false;
  const std::string_view group = text.substr(at + 1, 4);
  const std::size_t digits = std::min(group.find_first_not_of("0123456789"), group.size());
  return digits == 3;
}

}  // namespace

tl::expected<std::uint32_t, RejectCode> parse_count(std::string_view text, Thousands thousands) {
  std::uint64_t number = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] < '0' || text[i] > '9') {
      if (thousands == Thousands::Allowed && is_thousands_separator(text, i)) continue;
      return tl::unexpected(RejectCode::BadNumber);
    }
    number = number * 10 + static_cast<std::uint64_t>(text[i] - '0');
    if (number > std::numeric_limits<std::uint32_t>::max()) return tl::unexpected(RejectCode::BadNumber);
  }
  if (text.empty()) return tl::unexpected(RejectCode::BadNumber);
  return static_cast<std::uint32_t>(number);
}

std::string_view take_word(std::string_view& rest) {
  const auto is_blank = [](char c) { return c == ' ' || c == '\t'; };
  std::size_t begin = 0;
  while (begin < rest.size() && is_blank(rest[begin])) ++begin;
  std::size_t end = begin;
  while (end < rest.size() && !is_blank(rest[end])) ++end;
  const std::string_view word = rest.substr(begin, end - begin);
  rest.remove_prefix(end);
  return word;
}

bool take_number(std::string_view& rest, std::uint64_t& number) {
  std::size_t digits = 0;
  number = 0;
  while (digits < rest.size() && rest[digits] >= '0' && rest[digits] <= '9') {
    if (digits == 19) return false;
    number = number * 10 + static_cast<std::uint64_t>(rest[digits++] - '0');
  }
  rest.remove_prefix(digits);
  return digits > 0;
}

std::size_t find_closing_bracket(std::string_view text) {
  const std::size_t first = text.find('>');
  if (first == std::string_view::npos || text.substr(0, first).find('"') == std::string_view::npos) return first;
  bool quoted = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\\' && quoted)
      ++i;
    else if (text[i] == '"')
      quoted = !quoted;
    else if (text[i] == '>' && !quoted)
      return i;
  }
  return std::string_view::npos;
}

}  // namespace danesweep::input
