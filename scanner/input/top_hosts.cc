// SPDX-License-Identifier: Apache-2.0
#include "scanner/input/top_hosts.h"

#include <algorithm>
#include <array>
#include <limits>

namespace danesweep::input {
namespace {

bool is_own_queue(std::string_view host) {
  return host == "the.cpq.host" || (host.starts_with("the.") && host.ends_with(".queue"));
}

/// A row begins with its rank: digits, perhaps `*`, then space.
bool take_rank(std::string_view& rest, EntryNote& note) {
  std::uint64_t rank = 0;
  if (!take_number(rest, rank)) return false;
  if (take_prefix(rest, "*")) note = EntryNote::HostDown;
  return rest.empty() || rest.front() == ' ' || rest.front() == '\t';
}

/// `mail.example.com> tophosts active` and the question that it asks back.
bool is_prompt(std::string_view text) {
  return text.find("> ") != std::string_view::npos || text.ends_with('>') || text.find("]>") != std::string_view::npos;
}

SkipKind kind_of_other_line(std::string_view text) {
  if (text.empty()) return SkipKind::Blank;
  if (text.starts_with('#') || text.find("Deliv.") != std::string_view::npos) return SkipKind::Header;
  return is_prompt(text) ? SkipKind::Prompt : SkipKind::OtherLine;
}

}  // namespace

bool looks_like_top_hosts(std::string_view line) {
  return line.starts_with('#') && line.find("Recipient Host") != std::string_view::npos;
}

void TopHostsReader::read(const Line& line, EntrySink& sink) {
  const std::string_view whole = trim(line.text);
  std::string_view rest = whole;
  EntryNote note = EntryNote::None;
  if (!take_rank(rest, note)) return sink.skip(kind_of_other_line(whole));
  const std::string_view host = take_word(rest);
  if (is_own_queue(host)) return sink.skip(SkipKind::OwnQueue);
  std::array<std::string_view, 5> columns;  // ACTIVE CONN-OUT DELIVERED SOFT HARD
  for (std::string_view& column : columns) column = take_word(rest);
  if (host.empty() || columns[2].empty()) return sink.reject(line.number, RejectCode::MissingColumn, whole);
  const auto active = parse_count(columns[0], Thousands::Allowed);
  const auto delivered = parse_count(columns[2], Thousands::Allowed);
  if (!active || !delivered) return sink.reject(line.number, RejectCode::BadNumber, whole);
  const std::uint64_t sum = std::uint64_t{*active} + *delivered;
  const auto count =
      static_cast<std::uint32_t>(std::min<std::uint64_t>(sum, std::numeric_limits<std::uint32_t>::max()));
  sink.recipient({host, Expect::DomainOrAddress, line.number, count, note});
}

}  // namespace danesweep::input
