// SPDX-License-Identifier: Apache-2.0
#include "scanner/input/postfix_maillog.h"

#include <algorithm>
#include <optional>

namespace danesweep::input {
namespace {

/// `postfix-out/smtp[811]: ` at the front of a log line's text.
struct Tag {
  std::string_view name;     ///< "postfix-out"
  std::string_view service;  ///< "smtp"
  std::string_view rest;     ///< behind the tag
};

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_service_character(char c) { return (c >= 'a' && c <= 'z') || c == '-'; }

std::optional<Tag> find_tag(std::string_view line) {
  const std::size_t close = line.find("]: ");
  if (close == std::string_view::npos) return std::nullopt;
  std::size_t open = close;
  while (open > 0 && is_digit(line[open - 1])) --open;
  if (open == close || open == 0 || line[open - 1] != '[') return std::nullopt;
  std::size_t begin = open - 1;
  while (begin > 0 && line[begin - 1] != ' ') --begin;
  const std::string_view words = line.substr(begin, open - 1 - begin);
  const std::size_t slash = words.rfind('/');
  if (slash == std::string_view::npos || slash + 1 == words.size()) return std::nullopt;
  const Tag tag{words.substr(0, slash), words.substr(slash + 1), line.substr(close + 3)};
  return std::ranges::all_of(tag.service, is_service_character) ? std::optional(tag) : std::nullopt;
}

/// Value of ` name=` up to the next comma; looked for behind the recipient, where no sender's text can stand before it.
std::string_view value_of(std::string_view attributes, std::string_view name) {
  const std::size_t at = attributes.find(name);
  if (at == std::string_view::npos) return {};
  const std::string_view value = attributes.substr(at + name.size());
  return value.substr(0, value.find_first_of(", "));
}

/// `filter[127.0.0.1]:10025`, `localhost[::1]:10025`: a content filter on this machine.
bool is_loopback(std::string_view relay) {
  const std::size_t open = relay.find('[');
  if (open == std::string_view::npos) return false;
  const std::string_view address = relay.substr(open + 1);
  return address.starts_with("127.") || address.starts_with("::1]") || address.starts_with("::ffff:127.");
}

std::optional<std::uint32_t> count_of(std::string_view status) {
  if (status == "sent" || status == "bounced") return 1;
  if (status == "deferred" || status == "deliverable" || status == "undeliverable") return 0;
  return std::nullopt;
}

}  // namespace

bool looks_like_postfix_maillog(std::string_view line) {
  const auto tag = find_tag(line);
  return tag && tag->name.find("postfix") != std::string_view::npos;
}

void PostfixMaillogReader::read(const Line& line, EntrySink& sink) {
  const auto tag = find_tag(line.text);
  if (!tag) return sink.skip(trim(line.text).empty() ? SkipKind::Blank : SkipKind::OtherLine);
  if (tag->service != "smtp") return sink.skip(SkipKind::OtherService);
  const std::size_t colon = tag->rest.find(": ");
  if (colon == std::string_view::npos) return sink.skip(SkipKind::OtherLine);
  std::string_view rest = tag->rest.substr(colon + 2);
  if (!take_prefix(rest, "to=")) return sink.skip(SkipKind::OtherLine);
  const std::size_t close = find_closing_bracket(rest);
  if (!rest.starts_with('<') || close == std::string_view::npos)
    return sink.reject(line.number, RejectCode::BadAddress, rest);
  const std::string_view address = rest.substr(0, close + 1), attributes = rest.substr(close + 1);
  if (is_loopback(value_of(attributes, " relay="))) return sink.skip(SkipKind::Internal);
  const auto count = count_of(value_of(attributes, " status="));
  if (!count) return sink.skip(SkipKind::OtherLine);
  sink.recipient({address, Expect::Address, line.number, *count, EntryNote::None});
}

}  // namespace danesweep::input
