// SPDX-License-Identifier: Apache-2.0
#include "scanner/input/cef.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <optional>

namespace danesweep::input {
namespace {

constexpr std::string_view kMark = "CEF:0|";
constexpr std::string_view kEventClass = "ESA_CONSOLIDATED_LOG_EVENT";

/// Keys known by name, sorted; those known by pattern stand in `is_known_key`.
constexpr std::string_view kKeys[] = {"ESAAttachmentDetails",
                                      "ESADCID",
                                      "ESADHASource",
                                      "ESAFinalActionDetails",
                                      "ESAFriendlyFrom",
                                      "ESAHeloDomain",
                                      "ESAHeloIP",
                                      "ESAICID",
                                      "ESAMARAction",
                                      "ESAMID",
                                      "ESAMailFlowPolicy",
                                      "ESAMsgSize",
                                      "ESAMsgTooBigFromSender",
                                      "ESARateLimitedIP",
                                      "ESAReplyTo",
                                      "ESASenderGroup",
                                      "ESAURLDetails",
                                      "EndTime",
                                      "act",
                                      "cfp1",
                                      "cfp1Label",
                                      "deviceDirection",
                                      "deviceExternalId",
                                      "deviceInboundInterface",
                                      "deviceOutboundInterface",
                                      "duser",
                                      "dvc",
                                      "endTime",
                                      "msg",
                                      "sourceAddress",
                                      "sourceHostName",
                                      "startTime",
                                      "suser"};

bool is_custom_string(std::string_view key) {  // cs1..cs6, cs1Label..cs6Label
  return key.size() >= 3 && key.starts_with("cs") && key[2] >= '1' && key[2] <= '6' &&
         (key.size() == 3 || key.substr(3) == "Label");
}

bool is_known_key(std::string_view key) {
  if (key.starts_with("ESA") &&
      (key.ends_with("Verdict") || key.starts_with("ESATLSIn") || key.starts_with("ESATLSOut") ||
       key.starts_with("ESADane") || key.starts_with("ESASDR")))
    return true;
  return is_custom_string(key) || std::ranges::binary_search(kKeys, key);
}

bool is_key_character(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9'); }

/// The fields that decide about a line.
struct Fields {
  std::optional<std::string_view> duser, act, direction, policy, dane_status, dane_host;
  bool ambiguous = false;

  std::optional<std::string_view>* slot(std::string_view key) {
    switch (key.size()) {
      case 3:
        return key == "act" ? &act : nullptr;
      case 5:
        return key == "duser" ? &duser : nullptr;
      case 11:
        return key == "ESADaneHost" ? &dane_host : nullptr;
      case 13:
        return key == "ESADaneStatus" ? &dane_status : nullptr;
      case 15:
        return key == "deviceDirection" ? &direction : nullptr;
      case 17:
        return key == "ESAMailFlowPolicy" ? &policy : nullptr;
      default:
        return nullptr;
    }
  }
  void set(std::string_view key, std::string_view value) {
    auto* field = slot(key);
    if (field == nullptr) return;
    ambiguous = ambiguous || field->has_value();
    *field = trim(value);
  }
};

bool is_escaped(std::string_view text, std::size_t at) {
  std::size_t slashes = 0;
  while (slashes < at && text[at - 1 - slashes] == '\\') ++slashes;
  return slashes % 2 == 1;
}

/// Begin of the known key that ends before the `=` at `equals`; nothing if it is a text's own.
std::optional<std::size_t> key_begin(std::string_view extension, std::size_t equals) {
  std::size_t begin = equals;
  while (begin > 0 && equals - begin < 40 && is_key_character(extension[begin - 1])) --begin;
  const bool at_border = begin == 0 || extension[begin - 1] == ' ';
  if (!at_border || !is_known_key(extension.substr(begin, equals - begin))) return std::nullopt;
  return begin;
}

Fields parse_extension(std::string_view extension) {
  Fields fields;
  std::string_view key;
  std::size_t value = 0;
  for (std::size_t at = extension.find('='); at != std::string_view::npos; at = extension.find('=', at + 1)) {
    const auto begin = key_begin(extension, at);
    if (!begin || is_escaped(extension, at)) continue;
    if (!key.empty()) fields.set(key, extension.substr(value, *begin - value));
    key = extension.substr(*begin, at - *begin);
    value = at + 1;
  }
  if (!key.empty()) fields.set(key, extension.substr(value));
  return fields;
}

/// Takes a header field and the bar behind it off the front; nothing if the line ends before.
std::optional<std::string_view> take_header_field(std::string_view& rest) {
  for (std::size_t bar = rest.find('|'); bar != std::string_view::npos; bar = rest.find('|', bar + 1)) {
    if (is_escaped(rest, bar)) continue;
    const std::string_view field = rest.substr(0, bar);
    rest.remove_prefix(bar + 1);
    return field;
  }
  return std::nullopt;
}

/// `rest` becomes the extension; nothing for a torn header. vendor|product|version|class|name|severity|
std::optional<std::string_view> take_event_class(std::string_view& rest) {
  std::string_view event_class;
  for (int i = 0; i < 6; ++i) {
    const auto field = take_header_field(rest);
    if (!field) return std::nullopt;
    if (i == 3) event_class = *field;
  }
  return event_class;
}

void unescape(std::string_view text, std::string& out) {
  out.clear();
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool pair =
        text[i] == '\\' && i + 1 < text.size() && (text[i + 1] == '=' || text[i + 1] == '\\' || text[i + 1] == '|');
    out += text[pair ? ++i : i];
  }
}

enum class Direction : std::uint8_t { Outgoing, Incoming, Unknown };
Direction direction_of(const Fields& fields) {
  if (fields.direction == "1") return Direction::Outgoing;
  if (fields.direction == "0") return Direction::Incoming;
  if (fields.policy == "RELAY") return Direction::Outgoing;
  return fields.policy == "ACCEPT" ? Direction::Incoming : Direction::Unknown;
}

void take_evidence(const Fields& fields, EntrySink& sink) {
  if (!fields.dane_host || fields.dane_host->empty()) return;
  if (fields.dane_status == "success") sink.evidence(*fields.dane_host, Evidence::Delivered);
  if (fields.dane_status == "failure") sink.evidence(*fields.dane_host, Evidence::Failed);
}

}  // namespace

bool looks_like_cef(std::string_view line) { return line.find(kMark) != std::string_view::npos; }

void CefReader::read(const Line& line, EntrySink& sink) {
  const std::size_t mark = line.text.find(kMark);
  if (mark == std::string_view::npos) return sink.skip(trim(line.text).empty() ? SkipKind::Blank : SkipKind::OtherLine);
  std::string_view rest = line.text.substr(mark + kMark.size());
  const auto event_class = take_event_class(rest);
  if (!event_class) return sink.skip(SkipKind::OtherLine);
  if (*event_class != kEventClass) return sink.skip(SkipKind::OtherEvent);
  const Fields fields = parse_extension(rest);
  if (fields.ambiguous) return sink.reject(line.number, RejectCode::AmbiguousField, line.text);
  const Direction direction = direction_of(fields);
  if (direction == Direction::Incoming) return sink.skip(SkipKind::Incoming);
  if (fields.act == "ABORTED") return sink.skip(SkipKind::Aborted);
  if (fields.act == "DROPPED") return sink.skip(SkipKind::Dropped);
  take_evidence(fields, sink);
  std::string_view recipients = fields.duser.value_or("");
  if (recipients.find('\\') != std::string_view::npos) {
    unescape(recipients, unescaped_);
    recipients = unescaped_;
  }
  const EntryNote note = direction == Direction::Unknown ? EntryNote::DirectionUnknown : EntryNote::None;
  std::size_t found = 0;
  for_each_recipient(recipients, [&](std::string_view one) {
    ++found;
    sink.recipient({one, Expect::Address, line.number, 1, note});
  });
  if (found == 0) sink.skip(SkipKind::NoRecipient);
}

}  // namespace danesweep::input
