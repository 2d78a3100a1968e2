// SPDX-License-Identifier: Apache-2.0
#include "dnssec/wire/encodings.h"

#include <array>

namespace danesweep::wire {
namespace {

constexpr std::string_view kHexDigits = "0123456789abcdef";
constexpr std::string_view kBase64Digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr std::string_view kBase32Digits = "0123456789abcdefghijklmnopqrstuv";

constexpr std::int8_t kNoDigit = -1;
using DigitValues = std::array<std::int8_t, 256>;

constexpr DigitValues values_of(std::string_view digits) {
  DigitValues values{};
  for (auto& value : values) value = kNoDigit;
  for (std::size_t value = 0; value < digits.size(); ++value)
    values[static_cast<unsigned char>(digits[value])] = static_cast<std::int8_t>(value);
  return values;
}

/// Upper-case letters mean what lower-case ones do.
constexpr DigitValues values_of_either_case(std::string_view digits) {
  DigitValues values = values_of(digits);
  for (char letter = 'a'; letter <= 'z'; ++letter)
    values[static_cast<unsigned char>(letter - 'a' + 'A')] = values[static_cast<unsigned char>(letter)];
  return values;
}

constexpr DigitValues kHexValues = values_of_either_case(kHexDigits);
constexpr DigitValues kBase64Values = values_of(kBase64Digits);
constexpr DigitValues kBase32Values = values_of_either_case(kBase32Digits);

bool is_blank(char symbol) { return symbol == ' ' || symbol == '\t' || symbol == '\n' || symbol == '\r'; }

std::string encode(Bytes octets, std::string_view digits, unsigned bits_per_digit) {
  std::string text;
  text.reserve((octets.size() * 8 + bits_per_digit - 1) / bits_per_digit + 3);
  std::uint32_t pending = 0;
  unsigned bits = 0;
  const std::uint32_t mask = (1U << bits_per_digit) - 1;
  for (const std::uint8_t octet : octets) {
    pending = pending << 8U | octet;
    for (bits += 8; bits >= bits_per_digit; bits -= bits_per_digit)
      text += digits[pending >> (bits - bits_per_digit) & mask];
  }
  if (bits > 0) text += digits[pending << (bits_per_digit - bits) & mask];
  return text;
}

/// Collects digits into octets; bits left over at the end must be zero and fewer than one digit has.
class DigitReader {
 public:
  DigitReader(const DigitValues& values, unsigned bits_per_digit) : values_(values), bits_per_digit_(bits_per_digit) {}

  bool feed(char symbol) {
    const std::int8_t value = values_[static_cast<unsigned char>(symbol)];
    if (value == kNoDigit) return false;
    pending_ = pending_ << bits_per_digit_ | static_cast<std::uint32_t>(value);
    bits_ += bits_per_digit_;
    ++digits_;
    if (bits_ >= 8) {
      bits_ -= 8;
      octets_.push_back(static_cast<std::uint8_t>(pending_ >> bits_));
      pending_ &= (1U << bits_) - 1;
    }
    return true;
  }
  std::size_t digits() const { return digits_; }
  bool is_whole() const { return bits_ < bits_per_digit_ && pending_ == 0; }
  std::vector<std::uint8_t> take() { return std::move(octets_); }

 private:
  const DigitValues& values_;
  unsigned bits_per_digit_;
  std::uint32_t pending_ = 0;
  unsigned bits_ = 0;
  std::size_t digits_ = 0;
  std::vector<std::uint8_t> octets_;
};

Parsed<std::vector<std::uint8_t>> decode(std::string_view text, const DigitValues& values, unsigned bits_per_digit) {
  DigitReader reader(values, bits_per_digit);
  for (const char symbol : text)
    if (!is_blank(symbol) && !reader.feed(symbol)) return tl::unexpected(ParseError::BadText);
  if (!reader.is_whole()) return tl::unexpected(ParseError::BadText);
  return reader.take();
}

}  // namespace

std::string to_hex(Bytes octets) { return encode(octets, kHexDigits, 4); }

Parsed<std::vector<std::uint8_t>> from_hex(std::string_view text) { return decode(text, kHexValues, 4); }

std::string to_base64(Bytes octets) {
  std::string text = encode(octets, kBase64Digits, 6);
  while (text.size() % 4 != 0) text += '=';
  return text;
}

Parsed<std::vector<std::uint8_t>> from_base64(std::string_view text) {
  DigitReader reader(kBase64Values, 6);
  std::size_t padding = 0;
  for (const char symbol : text) {
    if (is_blank(symbol)) continue;
    padding += symbol == '=' ? 1U : 0U;
    if (symbol != '=' && (padding > 0 || !reader.feed(symbol))) return tl::unexpected(ParseError::BadText);
  }
  if (padding > 2 || (reader.digits() + padding) % 4 != 0 || !reader.is_whole())
    return tl::unexpected(ParseError::BadText);
  return reader.take();
}

std::string to_base32hex(Bytes octets) { return encode(octets, kBase32Digits, 5); }

Parsed<std::vector<std::uint8_t>> from_base32hex(std::string_view text) { return decode(text, kBase32Values, 5); }

}  // namespace danesweep::wire
