// SPDX-License-Identifier: Apache-2.0
#include "dnssec/wire/text_tokens.h"

#include <algorithm>

namespace danesweep::wire {
namespace {

constexpr std::string_view kEndsWord = " \t\r\n;()\"";
constexpr std::string_view kBlanks = " \t\r";

/// Length of the text up to an unescaped member of `ends`.
std::size_t length_until(std::string_view text, std::string_view ends) {
  std::size_t at = 0;
  while (at < text.size() && ends.find(text[at]) == std::string_view::npos) at += text[at] == '\\' ? 2 : 1;
  return std::min(at, text.size());
}

class Tokenizer {
 public:
  explicit Tokenizer(std::string_view line) : rest_(line) {}

  Parsed<std::vector<Token>> run() {
    while (!rest_.empty() && ok_) step();
    if (!ok_ || depth_ != 0) return tl::unexpected(ParseError::BadText);
    return std::move(tokens_);
  }

 private:
  void step() {
    const char next = rest_.front();
    if (kBlanks.find(next) != std::string_view::npos) return rest_.remove_prefix(1);
    if (next == ';') return rest_.remove_prefix(std::min(rest_.find('\n'), rest_.size()));
    if (next == '\n') return end_line();
    if (next == '(' || next == ')') return parenthesis(next);
    if (ended_) return fail();
    if (next == '"') return quoted();
    const std::size_t length = length_until(rest_, kEndsWord);
    tokens_.push_back({rest_.substr(0, length), false});
    rest_.remove_prefix(length);
  }
  void end_line() {
    ended_ = ended_ || (depth_ == 0 && !tokens_.empty());
    rest_.remove_prefix(1);
  }
  void parenthesis(char symbol) {
    depth_ += symbol == '(' ? 1 : -1;
    ok_ = depth_ >= 0 && !ended_;
    rest_.remove_prefix(1);
  }
  void quoted() {
    rest_.remove_prefix(1);
    const std::size_t length = length_until(rest_, "\"");
    if (length >= rest_.size()) return fail();
    tokens_.push_back({rest_.substr(0, length), true});
    rest_.remove_prefix(length + 1);
  }
  void fail() { ok_ = false; }

  std::string_view rest_;
  std::vector<Token> tokens_;
  int depth_ = 0;
  bool ended_ = false;  ///< a line end outside parentheses, behind words
  bool ok_ = true;
};

std::string escape_with(Bytes octets, std::string_view also) {
  std::string text;
  text.reserve(octets.size());
  for (const std::uint8_t octet : octets) {
    const char symbol = static_cast<char>(octet);
    if (octet < 0x20 || octet > 0x7E || (symbol == ' ' && !also.empty())) {
      append_decimal_escape(text, octet);
      continue;
    }
    if (symbol == '"' || symbol == '\\' || also.find(symbol) != std::string_view::npos) text += '\\';
    text += symbol;
  }
  return text;
}

}  // namespace

void append_decimal_escape(std::string& text, std::uint8_t octet) {
  text += {'\\', static_cast<char>('0' + octet / 100), static_cast<char>('0' + octet / 10 % 10),
           static_cast<char>('0' + octet % 10)};
}

Parsed<std::vector<Token>> tokenize(std::string_view line) { return Tokenizer(line).run(); }

Parsed<std::uint8_t> unescape_octet(std::string_view text, std::size_t& at) {
  const char first = text[at++];
  if (first != '\\') return static_cast<std::uint8_t>(first);
  if (at >= text.size()) return tl::unexpected(ParseError::BadText);
  const auto is_digit = [&](std::size_t index) {
    return index < text.size() && text[index] >= '0' && text[index] <= '9';
  };
  if (!is_digit(at)) return static_cast<std::uint8_t>(text[at++]);
  if (!is_digit(at + 1) || !is_digit(at + 2)) return tl::unexpected(ParseError::BadText);
  const int value = (text[at] - '0') * 100 + (text[at + 1] - '0') * 10 + (text[at + 2] - '0');
  at += 3;
  if (value > 255) return tl::unexpected(ParseError::BadText);
  return static_cast<std::uint8_t>(value);
}

Parsed<std::vector<std::uint8_t>> unescape(std::string_view text) {
  std::vector<std::uint8_t> octets;
  octets.reserve(text.size());
  for (std::size_t at = 0; at < text.size();) {
    const auto octet = unescape_octet(text, at);
    if (!octet) return tl::unexpected(octet.error());
    octets.push_back(*octet);
  }
  return octets;
}

std::string escape(Bytes octets) { return escape_with(octets, ""); }

std::string escape_word(Bytes octets) { return escape_with(octets, ";()"); }

}  // namespace danesweep::wire
