// SPDX-License-Identifier: Apache-2.0
#include "scanner/input/domain_name.h"

#include <arpa/inet.h>
#include <idn2.h>

#include <algorithm>
#include <cstring>
#include <memory>
#include <optional>

namespace danesweep::input {
namespace {

using Name = tl::expected<std::string_view, RejectCode>;

/// Lower-case form of each octet that a name may hold; 0 for all others.
constexpr std::array<char, 256> make_allowed() {
  std::array<char, 256> table{};
  for (int c = 'a'; c <= 'z'; ++c) table[static_cast<std::size_t>(c)] = static_cast<char>(c);
  for (int c = 'A'; c <= 'Z'; ++c) table[static_cast<std::size_t>(c)] = static_cast<char>(c - 'A' + 'a');
  for (int c = '0'; c <= '9'; ++c) table[static_cast<std::size_t>(c)] = static_cast<char>(c);
  table['-'] = '-';
  table['_'] = '_';
  table['.'] = '.';
  return table;
}
constexpr std::array<char, 256> kAllowed = make_allowed();

char lowered(char c) { return kAllowed[static_cast<unsigned char>(c)]; }
bool is_high(char c) { return static_cast<unsigned char>(c) > 127; }

/// Octets that follow a UTF-8 lead octet, and the least code point that needs them (RFC 3629 section 3).
struct Utf8Lead {
  std::size_t more;
  char32_t least, bits;
};
std::optional<Utf8Lead> utf8_lead(unsigned char c) {
  if (c < 0x80) return Utf8Lead{0, 0, c};
  if (c >= 0xC2 && c < 0xE0) return Utf8Lead{1, 0x80, c & 0x1Fu};
  if (c >= 0xE0 && c < 0xF0) return Utf8Lead{2, 0x800, c & 0x0Fu};
  if (c >= 0xF0 && c < 0xF5) return Utf8Lead{3, 0x10000, c & 0x07u};
  return std::nullopt;
}

bool is_utf8(std::string_view text) {
  for (std::size_t i = 0; i < text.size();) {
    const auto lead = utf8_lead(static_cast<unsigned char>(text[i++]));
    if (!lead || text.size() - i < lead->more) return false;
    char32_t point = lead->bits;
    for (std::size_t k = 0; k < lead->more; ++k, ++i) {
      const auto octet = static_cast<unsigned char>(text[i]);
      if ((octet & 0xC0) != 0x80) return false;
      point = (point << 6) | (octet & 0x3Fu);
    }
    if (point < lead->least || point > 0x10FFFF || (point >= 0xD800 && point < 0xE000)) return false;
  }
  return true;
}

bool is_ip_address(std::string_view name) {
  std::array<char, INET6_ADDRSTRLEN> text{};
  if (name.size() >= text.size()) return false;
  std::ranges::copy(name, text.begin());
  std::array<unsigned char, 16> address{};
  return inet_pton(AF_INET, text.data(), address.data()) == 1 || inet_pton(AF_INET6, text.data(), address.data()) == 1;
}

/// Only these can be addresses: spares all others the copy.
bool may_be_address(std::string_view name) {
  return (name.back() >= '0' && name.back() <= '9') || name.find(':') != std::string_view::npos;
}

/// A word without a dot stands for a name only if it ended in one (E-63).
enum class SingleLabel : std::uint8_t { Refused, Allowed };

/// Eight octets in one word, each below 0x80.
constexpr std::uint64_t kEach = 0x0101010101010101, kHighBits = 0x80 * kEach;
/// High bit of each octet that lies in `low`..`high`.
constexpr std::uint64_t within(std::uint64_t word, unsigned char low, unsigned char high) {
  return (word + kEach * (0x80U - low)) & ~(word + kEach * (0x7FU - high)) & kHighBits;
}

/// The quick way of nearly all names: short, good, with a dot, not the end of an address. Copied in lower case, eight
/// octets at a time and without branches that differ from name to name. False: all checks must be made.
bool copy_ordinary_name(std::string_view name, NameBuffer& buffer) {
  if (name.empty() || name.size() > 63) return false;  // no label can be too long
  std::uint64_t dots = 0, wrong = 0;
  for (std::size_t at = 0; at < name.size(); at += 8) {
    std::uint64_t word = kEach * 'a';
    if (name.size() - at >= 8)
      std::memcpy(&word, name.data() + at, 8);
    else
      std::memcpy(&word, name.data() + at, name.size() - at);
    wrong |= word & kHighBits;
    word &= ~kHighBits;
    word |= within(word, 'A', 'Z') >> 2;
    wrong |= kHighBits &
             ~(within(word, 'a', 'z') | within(word, '0', '9') | within(word, '-', '.') | within(word, '_', '_'));
    dots |= ((within(word, '.', '.') >> 7) * 0x0102040810204080 >> 56) << at;
    std::memcpy(buffer.data() + at, &word, 8);
  }
  const bool empty_label = (dots & (dots << 1 | 1)) != 0;
  const char last = buffer[name.size() - 1];
  return wrong == 0 && dots != 0 && !empty_label && last != '.' && (last < '0' || last > '9');
}

/// ASCII letters, digits, `-`, `_` and dots, copied in lower case; labels and lengths checked.
Name check_ascii(std::string_view name, SingleLabel single, NameBuffer& buffer) {
  std::size_t label = 0;
  std::optional<RejectCode> fault;
  for (std::size_t i = 0; i < name.size(); ++i) {
    const char c = lowered(name[i]);
    if (c == 0) return tl::unexpected(RejectCode::BadCharacter);
    if (i < kMaxNameText) buffer[i] = c;
    label = c == '.' ? 0 : label + 1;
    if (!fault && c == '.' && (i == 0 || name[i - 1] == '.')) fault = RejectCode::EmptyLabel;
    if (!fault && label > 63) fault = RejectCode::LabelTooLong;
  }
  if (label == 0) return tl::unexpected(RejectCode::EmptyLabel);
  if (fault) return tl::unexpected(*fault);
  if (name.size() > kMaxNameText) return tl::unexpected(RejectCode::NameTooLong);
  if (label == name.size() && single == SingleLabel::Refused) return tl::unexpected(RejectCode::SingleLabel);
  return std::string_view(buffer.data(), name.size());
}

RejectCode idn_fault(int code) {
  if (code == IDN2_TOO_BIG_LABEL || code == IDN2_PUNYCODE_BIG_OUTPUT) return RejectCode::LabelTooLong;
  if (code == IDN2_TOO_BIG_DOMAIN) return RejectCode::NameTooLong;
  return code == IDN2_ENCODING_ERROR ? RejectCode::BadUtf8 : RejectCode::BadIdn;
}

/// U-labels (T-1). Pure ASCII names never come here: libidn2 refuses some that exist (`r3---x.example`).
Name to_a_labels(std::string_view name, SingleLabel single, NameBuffer& buffer) {
  if (!is_utf8(name)) return tl::unexpected(RejectCode::BadUtf8);
  if (!std::ranges::all_of(name, [](char c) { return is_high(c) || lowered(c) != 0; }))
    return tl::unexpected(RejectCode::BadCharacter);
  // A name of 253 octets in A-labels has at most as many code points; longer texts only cost time in the library.
  if (name.size() > 4 * kMaxNameText) return tl::unexpected(RejectCode::NameTooLong);
  const std::string terminated(name);
  std::uint8_t* raw = nullptr;
  const int code = idn2_lookup_u8(reinterpret_cast<const std::uint8_t*>(terminated.c_str()), &raw,
                                  IDN2_NFC_INPUT | IDN2_NONTRANSITIONAL);
  const std::unique_ptr<std::uint8_t, void (*)(void*)> converted(raw, idn2_free);
  if (code != IDN2_OK) return tl::unexpected(idn_fault(code));
  std::string_view ascii(reinterpret_cast<const char*>(converted.get()));
  if (ascii.ends_with('.')) ascii.remove_suffix(1);  // an ideographic full stop at the end
  if (!ascii.empty() && may_be_address(ascii) && is_ip_address(ascii)) return tl::unexpected(RejectCode::IpAddress);
  return check_ascii(ascii, single, buffer);
}

/// Offset behind the last `@` outside quotes; 0 without one; nothing for an unclosed quote.
std::optional<std::size_t> domain_offset(std::string_view address) {
  if (address.find('"') == std::string_view::npos) {
    const void* at = memrchr(address.data(), '@', address.size());  // string_view::rfind goes octet by octet
    return at == nullptr ? 0 : static_cast<std::size_t>(static_cast<const char*>(at) - address.data()) + 1;
  }
  std::size_t offset = 0;
  bool quoted = false;
  for (std::size_t i = 0; i < address.size(); ++i) {
    if (address[i] == '\\' && quoted)
      ++i;
    else if (address[i] == '"')
      quoted = !quoted;
    else if (address[i] == '@' && !quoted)
      offset = i + 1;
  }
  return quoted ? std::nullopt : std::optional(offset);
}

/// `<...>` off (both brackets or none), and a source route `@a,@b:` (RFC 5321 section 4.1.1.3).
std::optional<std::string_view> bare_address(std::string_view entry) {
  const bool opened = entry.starts_with('<'), closed = entry.ends_with('>');
  if (opened != closed || entry == "<") return std::nullopt;
  if (opened) entry = trim(entry.substr(1, entry.size() - 2));
  if (entry.starts_with('@')) {
    const std::size_t colon = entry.find(':');
    if (colon != std::string_view::npos) entry.remove_prefix(colon + 1);
  }
  return entry;
}

}  // namespace

std::string_view to_text(RejectCode code) {
  static constexpr std::array<std::string_view, 16> kTexts = {
      "empty-label",  "label-too-long",  "name-too-long",   "bad-character", "bad-utf8",  "bad-idn",
      "single-label", "address-literal", "ip-address",      "bad-address",   "no-domain", "extra-fields",
      "bad-number",   "missing-column",  "ambiguous-field", "line-too-long"};
  return kTexts[static_cast<std::size_t>(code)];
}

std::string_view trim(std::string_view text) {
  const auto is_blank = [](char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; };
  while (!text.empty() && is_blank(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_blank(text.back())) text.remove_suffix(1);
  return text;
}

Name normalise_domain(std::string_view name, NameBuffer& buffer) {
  const bool absolute = name.ends_with('.');
  if (absolute) name.remove_suffix(1);
  if (name.empty()) return tl::unexpected(absolute ? RejectCode::EmptyLabel : RejectCode::NoDomain);
  if (copy_ordinary_name(name, buffer)) return std::string_view(buffer.data(), name.size());
  const SingleLabel single = absolute ? SingleLabel::Allowed : SingleLabel::Refused;
  if (may_be_address(name) && is_ip_address(name)) return tl::unexpected(RejectCode::IpAddress);
  return std::ranges::any_of(name, is_high) ? to_a_labels(name, single, buffer) : check_ascii(name, single, buffer);
}

Name domain_of(std::string_view entry, Expect expect, NameBuffer& buffer) {
  if (copy_ordinary_name(entry, buffer)) return std::string_view(buffer.data(), entry.size());
  const auto address = bare_address(entry);
  if (!address) return tl::unexpected(RejectCode::BadAddress);
  const auto offset = domain_offset(*address);
  if (!offset) return tl::unexpected(RejectCode::BadAddress);
  const std::string_view domain = address->substr(*offset);
  if (domain.starts_with('['))
    return tl::unexpected(domain.ends_with(']') ? RejectCode::AddressLiteral : RejectCode::BadAddress);
  Name name = normalise_domain(domain, buffer);
  if (!name && name.error() == RejectCode::SingleLabel && *offset == 0 && expect == Expect::Address)
    return tl::unexpected(RejectCode::NoDomain);
  return name;
}

std::string escape_text(std::string_view text, std::size_t max_characters) {
  static constexpr std::string_view kHex = "0123456789abcdef";
  std::string out;
  for (const char c : text.substr(0, max_characters)) {
    const auto octet = static_cast<unsigned char>(c);
    if (octet >= 0x20 && octet < 0x7F)
      out += c;
    else
      (((out += "\\x") += kHex[octet >> 4]) += kHex[octet & 15]);
  }
  return out;
}

}  // namespace danesweep::input
