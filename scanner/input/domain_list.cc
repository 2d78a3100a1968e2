// SPDX-License-Identifier: Apache-2.0
#include "scanner/input/domain_list.h"

#include <cstring>

namespace danesweep::input {
namespace {

bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\r'; }

/// Nothing but a name, as in most lines: no blank, quote or comment sign, which all lie below `$`. Eight octets at a
/// time (a word has an octet below n if the subtraction borrows from a high bit that was clear).
bool is_one_word(std::string_view text) {
  constexpr std::uint64_t kOnes = 0x0101010101010101, kHighBits = 0x8080808080808080;
  std::uint64_t low = text.empty() ? 1 : 0, word = 0;
  for (; text.size() >= sizeof word; text.remove_prefix(sizeof word)) {
    std::memcpy(&word, text.data(), sizeof word);
    low |= (word - kOnes * '$') & ~word & kHighBits;
  }
  for (const char c : text) low |= static_cast<unsigned char>(c) < '$' ? 1 : 0;
  return low == 0;
}

/// Without the comment: `#` inside a word belongs to it.
std::string_view without_comment(std::string_view text) {
  for (std::size_t at = text.find('#'); at != std::string_view::npos; at = text.find('#', at + 1))
    if (at == 0 || is_blank(text[at - 1])) return text.substr(0, at);
  return text;
}

/// The name: up to whitespace outside quotes (`"a b"@example.org 3`).
std::string_view take_name(std::string_view& rest) {
  bool quoted = false;
  std::size_t end = 0;
  while (end < rest.size() && (quoted || !is_blank(rest[end]))) {
    if (rest[end] == '"') quoted = !quoted;
    if (rest[end] == '\\' && quoted && end + 1 < rest.size()) ++end;
    ++end;
  }
  const std::string_view name = rest.substr(0, end);
  rest = trim(rest.substr(end));
  return name;
}

}  // namespace

void DomainListReader::read(const Line& line, EntrySink& sink) {
  if (is_one_word(line.text))
    return sink.recipient({line.text, Expect::DomainOrAddress, line.number, 1, EntryNote::None});
  const std::string_view whole = trim(line.text);
  if (whole.empty()) return sink.skip(SkipKind::Blank);
  std::string_view rest = trim(without_comment(whole));
  if (rest.empty()) return sink.skip(SkipKind::Comment);
  const std::string_view name = take_name(rest);
  if (rest.empty()) return sink.recipient({name, Expect::DomainOrAddress, line.number, 1, EntryNote::None});
  const std::string_view number = take_word(rest);
  if (!trim(rest).empty()) return sink.reject(line.number, RejectCode::ExtraFields, whole);
  const auto count = parse_count(number, Thousands::Refused);
  if (!count) return sink.reject(line.number, count.error(), whole);
  sink.recipient({name, Expect::DomainOrAddress, line.number, *count, EntryNote::None});
}

}  // namespace danesweep::input
