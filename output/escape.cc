// SPDX-License-Identifier: Apache-2.0
#include "output/escape.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <iterator>

namespace danesweep::output {

namespace {

std::uint8_t octet(char character) { return static_cast<std::uint8_t>(character); }
bool is_plain(char character) { return octet(character) >= 0x20 && octet(character) < 0x7F; }
bool is_digit(char character) { return character >= '0' && character <= '9'; }

void append_hex(std::string& out, std::uint8_t value) { fmt::format_to(std::back_inserter(out), "\\x{:02x}", value); }

/// Length of the UTF-8 sequence at the front, 0 if there is none (RFC 3629: no overlong forms, no surrogates).
std::size_t utf8_length(std::string_view text) {
  const std::uint8_t lead = octet(text.front());
  if (lead < 0x80) return 1;
  const std::size_t length = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
  if (lead < 0xC2 || lead > 0xF4 || text.size() < length) return 0;
  for (std::size_t i = 1; i < length; ++i) {
    if ((octet(text[i]) & 0xC0U) != 0x80) return 0;
  }
  const std::uint8_t second = octet(text[1]);
  const bool overlong = (lead == 0xE0 && second < 0xA0) || (lead == 0xF0 && second < 0x90);
  const bool outside = (lead == 0xED && second > 0x9F) || (lead == 0xF4 && second > 0x8F);
  return overlong || outside ? 0 : length;
}

/// Value of `\DDD` at the front of `text`, or -1.
int decimal_escape(std::string_view text) {
  if (text.size() < 4 || text[0] != '\\' || !is_digit(text[1]) || !is_digit(text[2]) || !is_digit(text[3])) return -1;
  const int value = (text[1] - '0') * 100 + (text[2] - '0') * 10 + (text[3] - '0');
  return value <= 255 ? value : -1;
}

std::uint32_t code_point(std::string_view sequence) {
  std::uint32_t value = octet(sequence.front());
  if (sequence.size() == 1) return value;
  value &= 0xFFU >> (sequence.size() + 1);
  for (const char next : sequence.substr(1)) value = (value << 6U) | (octet(next) & 0x3FU);
  return value;
}

/// What protobuf's JSON printer writes as \uXXXX beside controls: markup, line separators, bidi and other format
/// characters.
bool is_escaped_in_json(std::uint32_t point) {
  if (point < 0x20 || (point >= 0x7F && point <= 0x9F) || point == '<' || point == '>') return true;
  if (point == 0xAD || point == 0x6DD || point == 0x70F || point == 0xFEFF || point == 0x17B4 || point == 0x17B5)
    return true;
  const auto within = [point](std::uint32_t low, std::uint32_t high) { return point >= low && point <= high; };
  return within(0x600, 0x603) || within(0x200B, 0x200F) || within(0x2028, 0x202E) || within(0x2060, 0x2064) ||
         within(0x206A, 0x206F) || within(0xFFF9, 0xFFFB) || within(0x1D173, 0x1D17A) || within(0xE0000, 0xE007F);
}

void append_unicode_escape(std::string& out, std::uint32_t point) {
  if (point < 0x10000) {
    fmt::format_to(std::back_inserter(out), "\\u{:04x}", point);
    return;
  }
  const std::uint32_t rest = point - 0x10000;
  fmt::format_to(std::back_inserter(out), "\\u{:04x}\\u{:04x}", 0xD800 + (rest >> 10U), 0xDC00 + (rest & 0x3FFU));
}

std::string_view short_json_escape(char character) {
  switch (character) {
    case '"':
      return "\\\"";
    case '\\':
      return "\\\\";
    case '\b':
      return "\\b";
    case '\f':
      return "\\f";
    case '\n':
      return "\\n";
    case '\r':
      return "\\r";
    case '\t':
      return "\\t";
    default:
      return {};
  }
}

std::string_view entity(char character) {
  switch (character) {
    case '&':
      return "&amp;";
    case '<':
      return "&lt;";
    case '>':
      return "&gt;";
    case '"':
      return "&quot;";
    case '\'':
      return "&#39;";
    default:
      return {};
  }
}

}  // namespace

std::string for_terminal(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (const char character : text) {
    if (is_plain(character)) {
      out += character;
    } else {
      append_hex(out, octet(character));
    }
  }
  return out;
}

std::string for_gateway_log(std::string_view name) {
  std::string out;
  out.reserve(name.size());
  while (!name.empty()) {
    const int escaped = decimal_escape(name);
    const char front = name.front();
    if (escaped >= 0) {
      append_hex(out, static_cast<std::uint8_t>(escaped));
    } else if (is_plain(front) && front != '\'') {
      out += front;
    } else {
      append_hex(out, octet(front));
    }
    name.remove_prefix(escaped >= 0 ? 4 : 1);
  }
  return out;
}

std::string for_markdown(std::string_view text) {
  constexpr std::string_view markup = "\\`*_{}[]()<>#+-.!|~&";
  std::string out;
  for (const char character : for_terminal(text)) {
    // dots and hyphens of names are markup only at the start of a line
    const bool inner = (character == '.' || character == '-' || character == '+') && !out.empty();
    if (!inner && markup.find(character) != std::string_view::npos) out += '\\';
    out += character;
  }
  return out;
}

std::string for_html(std::string_view text) {
  std::string out;
  for (const char character : for_terminal(text)) {
    const std::string_view replacement = entity(character);
    if (replacement.empty()) {
      out += character;
    } else {
      out += replacement;
    }
  }
  return out;
}

std::string for_csv(std::string_view text) {
  constexpr std::string_view formula = "=+-@\t\r";
  std::string field;
  if (!text.empty() && formula.find(text.front()) != std::string_view::npos) field += '\'';
  field += text;
  if (field.find_first_of(",\"\r\n") == std::string::npos) return field;
  std::string quoted = "\"";
  for (const char character : field) {
    if (character == '"') quoted += '"';
    quoted += character;
  }
  return quoted + '"';
}

std::string for_json(std::string_view text) {
  std::string out = "\"";
  while (!text.empty()) {
    const std::size_t length = std::max<std::size_t>(utf8_length(text), 1);
    const std::string_view sequence = text.substr(0, length);
    const std::string_view escape = short_json_escape(sequence.front());
    if (!escape.empty()) {
      out += escape;
    } else if (is_escaped_in_json(code_point(sequence))) {
      append_unicode_escape(out, code_point(sequence));
    } else {
      out += sequence;
    }
    text.remove_prefix(length);
  }
  return out + '"';
}

bool is_utf8(std::string_view text) {
  while (!text.empty()) {
    const std::size_t length = utf8_length(text);
    if (length == 0) return false;
    text.remove_prefix(length);
  }
  return true;
}

std::string as_utf8(std::string_view text) {
  if (is_utf8(text)) return std::string(text);
  std::string out;
  for (const char character : text) {
    if (octet(character) < 0x80) {
      out += character;
    } else {
      append_hex(out, octet(character));
    }
  }
  return out;
}

}  // namespace danesweep::output
