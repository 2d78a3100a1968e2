// SPDX-License-Identifier: Apache-2.0
#include "dnssec/wire/presentation.h"

#include <arpa/inet.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <limits>
#include <optional>

#include "dnssec/wire/encodings.h"
#include "dnssec/wire/rdata_layout.h"
#include "dnssec/wire/text_tokens.h"
#include "dnssec/wire/type_bitmap.h"

namespace danesweep::wire {
namespace {

using Octets = std::vector<std::uint8_t>;

// --- wire to text

std::uint32_t number_of(Bytes field) {
  Cursor in(field);
  return field.size() == 1 ? in.u8() : field.size() == 2 ? in.u16() : in.u32();
}

std::string padded(unsigned value, std::size_t width) {
  std::string text = std::to_string(value);
  return text.insert(0, width - std::min(width, text.size()), '0');
}

/// YYYYMMDDHHMMSS, of the seconds since 1970 as an unsigned number.
std::string time_to_text(std::uint32_t seconds) {
  using namespace std::chrono;
  const sys_seconds time{std::chrono::seconds{seconds}};
  const auto day = floor<days>(time);
  const year_month_day date{day};
  const hh_mm_ss clock{time - day};
  return padded(static_cast<unsigned>(static_cast<int>(date.year())), 4) +
         padded(static_cast<unsigned>(date.month()), 2) + padded(static_cast<unsigned>(date.day()), 2) +
         padded(static_cast<unsigned>(clock.hours().count()), 2) +
         padded(static_cast<unsigned>(clock.minutes().count()), 2) +
         padded(static_cast<unsigned>(clock.seconds().count()), 2);
}

std::string address_to_text(int family, Bytes field) {
  std::array<char, INET6_ADDRSTRLEN> text{};
  inet_ntop(family, field.data(), text.data(), text.size());
  return text.data();
}

std::string quoted(Bytes octets) { return '"' + escape(octets) + '"'; }

std::string strings_to_text(Bytes field) {
  std::string text;
  for (Cursor in(field); !in.at_end();) {
    if (!text.empty()) text += ' ';
    text += quoted(in.take(in.u8()));
  }
  return text;
}

/// Nothing for a bitmap whose octets would not come back: a broken one, or one with zero octets at the end.
std::optional<std::string> bitmap_to_text(Bytes field) {
  const auto bitmap = TypeBitmap::parse(field);
  if (!bitmap) return std::nullopt;
  const std::vector<RrType> types = bitmap->types();
  const Octets encoded = encode_type_bitmap(types);
  if (!std::equal(encoded.begin(), encoded.end(), field.begin(), field.end())) return std::nullopt;
  std::string text;
  for (const RrType type : types) text += (text.empty() ? "" : " ") + to_text(type);
  return text;
}

/// Nothing for what has no text.
std::optional<std::string> field_to_text(FieldKind kind, Bytes field) {
  using enum FieldKind;
  switch (kind) {
    case U8:
    case U16:
    case U32:
    case Algorithm:
      return std::to_string(number_of(field));
    case Time:
      return time_to_text(number_of(field));
    case Type:
      return to_text(static_cast<RrType>(number_of(field)));
    case Ipv4:
      return address_to_text(AF_INET, field);
    case Ipv6:
      return address_to_text(AF_INET6, field);
    case Name: {
      const auto name = DomainName::from_wire(field);
      return name ? std::optional(name->to_text()) : std::nullopt;
    }
    case String:
    case Strings:
      return strings_to_text(field);
    case Tag:
      return escape_word(field.subspan(1));
    case CountedHex:
      return field.size() == 1 ? "-" : to_hex(field.subspan(1));
    case CountedBase32:
      return to_base32hex(field.subspan(1));
    case Quoted:
      return quoted(field);
    case Hex:
      return to_hex(field);
    case Base64:
      return to_base64(field);
    case Bitmap:
      return bitmap_to_text(field);
    case Opaque:
    case End:
      break;
  }
  return std::nullopt;
}

std::string generic_to_text(Bytes rdata) {
  const std::string text = "\\# " + std::to_string(rdata.size());
  return rdata.empty() ? text : text + ' ' + to_hex(rdata);
}

// --- text to wire

struct AlgorithmMnemonic {
  std::string_view text;
  std::uint8_t number;
};
// clang-format off
/// IANA "DNS Security Algorithm Numbers".
constexpr AlgorithmMnemonic kAlgorithms[] = {
    {"RSAMD5", 1}, {"DH", 2}, {"DSA", 3}, {"ECC", 4}, {"RSASHA1", 5}, {"DSA-NSEC3-SHA1", 6}, {"RSASHA1-NSEC3-SHA1", 7},
    {"RSASHA256", 8}, {"RSASHA512", 10}, {"ECC-GOST", 12}, {"ECDSAP256SHA256", 13}, {"ECDSAP384SHA384", 14},
    {"ED25519", 15}, {"ED448", 16}, {"INDIRECT", 252}, {"PRIVATEDNS", 253}, {"PRIVATEOID", 254},
};
// clang-format on

/// Reads the words of one RDATA; the first error stays.
class RdataReader {
 public:
  RdataReader(const Token* first, const Token* last) : at_(first), last_(last) {}

  Parsed<Octets> generic() {
    const auto size = number(std::numeric_limits<std::uint16_t>::max());
    const auto octets = from_hex(joined());
    if (!size || !octets || octets->size() != *size) return tl::unexpected(ParseError::BadText);
    return *octets;
  }

  Parsed<Octets> fields(const RdataLayout& layout) {
    for (const FieldKind kind : layout.fields)
      if (!field(kind)) return tl::unexpected(ParseError::BadText);
    if (at_ != last_ || out_.size() > std::numeric_limits<std::uint16_t>::max())
      return tl::unexpected(ParseError::BadText);
    return std::move(out_);
  }

 private:
  bool field(FieldKind kind) {
    using enum FieldKind;
    switch (kind) {
      case End:
        return true;
      case U8:
        return put_number(number(0xFF), 1);
      case U16:
        return put_number(number(0xFFFF), 2);
      case U32:
        return put_number(number(0xFFFFFFFF), 4);
      case Algorithm:
        return put_number(algorithm(), 1);
      case Time:
        return put_number(time(), 4);
      case Type:
        return put_number(type(), 2);
      case Ipv4:
        return put_address(AF_INET, 4);
      case Ipv6:
        return put_address(AF_INET6, 16);
      case Name:
        return put_name();
      case Bitmap:
        return put_bitmap();
      case Hex:
        return put(from_hex(joined()));
      case Base64:
        return put(from_base64(joined()));
      case CountedHex: {
        const std::string_view text = word();
        return text == "-" ? put_counted(Octets{}, 0) : put_counted(from_hex(text), 1);
      }
      case CountedBase32:
        return put_counted(from_base32hex(word()), 1);
      case Tag:
        return put_counted(unescape(word()), 1);
      case String:
        return at_ != last_ && put_counted(unescape(word()), 0);
      case Strings:
        return put_strings();
      case Quoted:
        return at_ != last_ && put(unescape(word()));
      case Opaque:
        break;
    }
    return false;
  }

  /// Empty behind the last word.
  std::string_view word() { return at_ == last_ ? std::string_view{} : (at_++)->text; }
  std::string joined() {
    std::string text;
    while (at_ != last_) text += word();
    return text;
  }
  std::optional<std::uint32_t> number(std::uint32_t largest) { return to_number(word(), largest); }

  static std::optional<std::uint32_t> to_number(std::string_view text, std::uint32_t largest) {
    std::uint32_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (text.empty() || error != std::errc{} || end != text.data() + text.size() || value > largest)
      return std::nullopt;
    return value;
  }

  /// YYYYMMDDHHMMSS, or seconds since 1970 (RFC 4034 section 3.2).
  std::optional<std::uint32_t> time() {
    const std::string_view text = word();
    if (text.size() != 14) return to_number(text, 0xFFFFFFFF);
    const auto part = [text](std::size_t at, std::size_t size) { return to_number(text.substr(at, size), 9999); };
    const auto year = part(0, 4), month = part(4, 2), day = part(6, 2), hour = part(8, 2), minute = part(10, 2),
               second = part(12, 2);
    if (!year || !month || !day || !hour || !minute || !second || *hour > 23 || *minute > 59 || *second > 59)
      return std::nullopt;
    using namespace std::chrono;
    const year_month_day date{std::chrono::year(static_cast<int>(*year)), std::chrono::month(*month),
                              std::chrono::day(*day)};
    if (!date.ok()) return std::nullopt;
    const sys_seconds moment = sys_days(date) + hours(*hour) + minutes(*minute) + seconds(*second);
    const auto since_1970 = moment.time_since_epoch().count();
    if (since_1970 < 0 || since_1970 > 0xFFFFFFFF) return std::nullopt;
    return static_cast<std::uint32_t>(since_1970);
  }

  std::optional<std::uint32_t> algorithm() {
    const std::string_view text = word();
    for (const AlgorithmMnemonic& each : kAlgorithms)
      if (each.text == text) return each.number;
    return to_number(text, 0xFF);
  }

  std::optional<std::uint32_t> type() {
    const auto parsed = parse_rr_type(word());
    if (!parsed) return std::nullopt;
    return static_cast<std::uint32_t>(*parsed);
  }

  bool put_number(std::optional<std::uint32_t> value, unsigned octets) {
    if (!value) return false;
    for (unsigned left = octets; left > 0; --left) out_.push_back(static_cast<std::uint8_t>(*value >> 8U * (left - 1)));
    return true;
  }
  bool put(const Parsed<Octets>& octets) {
    if (octets) out_.insert(out_.end(), octets->begin(), octets->end());
    return octets.has_value();
  }
  bool put_counted(const Parsed<Octets>& octets, std::size_t least) {
    if (!octets || octets->size() < least || octets->size() > 0xFF) return false;
    out_.push_back(static_cast<std::uint8_t>(octets->size()));
    return put(octets);
  }
  bool put_address(int family, std::size_t size) {
    Octets octets(size);
    const std::string text(word());
    return inet_pton(family, text.c_str(), octets.data()) == 1 && put(octets);
  }
  bool put_name() {
    const auto name = DomainName::from_text(word());
    if (name) out_.insert(out_.end(), name->wire().begin(), name->wire().end());
    return name.has_value();
  }
  bool put_strings() {
    do {
      if (at_ == last_ || !put_counted(unescape(word()), 0)) return false;
    } while (at_ != last_);
    return true;
  }
  bool put_bitmap() {
    std::vector<RrType> types;
    while (at_ != last_) {
      const auto type = parse_rr_type(word());
      if (!type) return false;
      types.push_back(*type);
    }
    return put(encode_type_bitmap(types));
  }

  const Token* at_;
  const Token* last_;
  Octets out_;
};

Parsed<Octets> rdata_from_tokens(RrType type, const Token* first, const Token* last) {
  if (first != last && first->text == "\\#" && !first->quoted) return RdataReader(first + 1, last).generic();
  const RdataLayout* layout = find_layout(type);
  if (layout == nullptr || !layout->has_text()) return tl::unexpected(ParseError::BadText);
  return RdataReader(first, last).fields(*layout);
}

bool is_class_in(const Token& token) { return token.text == "IN" || token.text == "in"; }

std::optional<std::uint32_t> parse_ttl(std::string_view text) {
  std::uint32_t ttl = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), ttl);
  if (text.empty() || error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return ttl;
}

}  // namespace

std::string rdata_to_text(RrType type, Bytes rdata) {
  const RdataLayout* layout = find_layout(type);
  if (layout == nullptr || !layout->has_text()) return generic_to_text(rdata);
  std::string text;
  bool printable = true;
  const auto walked = walk_fields(*layout, NameRule::Kept, rdata, [&](FieldKind kind, Bytes field) {
    const auto part = field_to_text(kind, field);
    printable = printable && part.has_value();
    if (!part || part->empty()) return;
    if (!text.empty()) text += ' ';
    text += *part;
  });
  return walked && printable && !text.empty() ? text : generic_to_text(rdata);
}

Parsed<Octets> rdata_from_text(RrType type, std::string_view text) {
  const auto tokens = tokenize(text);
  if (!tokens) return tl::unexpected(tokens.error());
  return rdata_from_tokens(type, tokens->data(), tokens->data() + tokens->size());
}

std::string record_to_text(const DomainName& owner, std::uint32_t ttl, RrType type, Bytes rdata) {
  return owner.to_text() + ' ' + std::to_string(ttl) + " IN " + to_text(type) + ' ' + rdata_to_text(type, rdata);
}

Parsed<TextRecord> record_from_text(std::string_view line) {
  const auto tokens = tokenize(line);
  if (!tokens) return tl::unexpected(tokens.error());
  const Token* at = tokens->data();
  const Token* const last = at + tokens->size();
  if (at == last || at->quoted) return tl::unexpected(ParseError::BadText);
  const auto owner = DomainName::from_text((at++)->text);
  if (!owner) return tl::unexpected(owner.error());
  TextRecord record{.owner = *owner};
  std::optional<std::uint32_t> ttl;
  bool has_class = false;
  for (; at != last; ++at) {  // in either order
    if (!ttl && (ttl = parse_ttl(at->text))) continue;
    if (has_class || !is_class_in(*at)) break;
    has_class = true;
  }
  record.ttl = ttl.value_or(0);
  const auto type = at == last ? std::nullopt : parse_rr_type(at->text);
  if (!type) return tl::unexpected(ParseError::BadText);
  record.type = *type;
  auto rdata = rdata_from_tokens(*type, at + 1, last);
  if (!rdata) return tl::unexpected(rdata.error());
  record.rdata = std::move(*rdata);
  return record;
}

}  // namespace danesweep::wire
