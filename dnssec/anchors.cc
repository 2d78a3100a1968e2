// SPDX-License-Identifier: Apache-2.0
#include "dnssec/anchors.h"

#include <algorithm>
#include <charconv>
#include <chrono>
#include <cstdlib>
#include <limits>

#include <fmt/format.h>
#include <pugixml.hpp>

#include "dnssec/wire/encodings.h"
#include "dnssec/wire/presentation.h"
#include "dnssec/wire/rdata.h"

namespace danesweep::dnssec {
namespace {

constexpr std::size_t kMaxFileOctets = std::size_t{1} << 20U;
constexpr std::size_t kMaxAnchors = 4096;

using Error = tl::unexpected<AnchorFileError>;
Error error(std::size_t line, std::string text) { return tl::unexpected(AnchorFileError{line, std::move(text)}); }

/// The line without its comment: `;` always begins one, `#` only where a word begins (RFC 3597's `\#` does not).
std::string_view without_comment(std::string_view line) {
  line = line.substr(0, line.find(';'));
  for (std::size_t i = 0; i < line.size(); ++i)
    if (line[i] == '#' && (i == 0 || line[i - 1] == ' ' || line[i - 1] == '\t')) return line.substr(0, i);
  return line;
}

bool is_blank(std::string_view text) { return text.find_first_not_of(" \t\r\n") == std::string_view::npos; }

tl::unexpected<std::string> refuse(std::string text) { return tl::unexpected(std::move(text)); }

tl::expected<TrustAnchor, std::string> parse_anchor(std::string_view line) {
  auto record = wire::record_from_text(line);
  if (!record) return refuse("expected `NAME [TTL] [IN] DS ...` or `NAME [TTL] [IN] DNSKEY ...`");
  TrustAnchor anchor{record->owner, AnchorForm::Ds, std::move(record->rdata)};
  if (record->type == wire::RrType::Ds && wire::parse_ds(anchor.rdata)) return anchor;
  if (record->type != wire::RrType::Dnskey) return refuse("only DS and DNSKEY records can be trust anchors");
  anchor.form = AnchorForm::Dnskey;
  const auto key = wire::parse_dnskey(anchor.rdata);
  if (!key || key->protocol != 3) return refuse("this DNSKEY cannot be parsed, or its protocol is not 3");
  if ((key->flags & wire::Dnskey::kZone) == 0) return refuse("this DNSKEY lacks the zone-key flag");
  if ((key->flags & wire::Dnskey::kRevoke) != 0) return refuse("this DNSKEY is revoked");
  return anchor;
}

tl::expected<AnchorFile, AnchorFileError> parse_lines(std::string_view content) {
  AnchorFile file;
  std::string record;  // joined lines while a parenthesis is open
  std::size_t number = 0, first_line = 0;
  while (!content.empty()) {
    const std::size_t end = std::min(content.find('\n'), content.size());
    const std::string_view line = without_comment(content.substr(0, end));
    content.remove_prefix(std::min(end + 1, content.size()));
    ++number;
    if (record.empty()) first_line = number;
    record.append(line).append(" ");
    if (std::count(record.begin(), record.end(), '(') > std::count(record.begin(), record.end(), ')')) continue;
    if (!is_blank(record)) {
      auto anchor = parse_anchor(record);
      if (!anchor) return error(first_line, std::move(anchor.error()));
      if (file.anchors.size() == kMaxAnchors) return error(number, fmt::format("more than {} anchors", kMaxAnchors));
      file.anchors.push_back(std::move(*anchor));
    }
    record.clear();
  }
  if (!is_blank(record)) return error(first_line, "a parenthesis is not closed");
  return file;
}

std::optional<int> parse_digits(std::string_view text, std::size_t at, std::size_t count) {
  int value = 0;
  if (at + count > text.size()) return std::nullopt;
  const char* begin = text.data() + at;
  const auto [end, fault] = std::from_chars(begin, begin + count, value);
  if (fault != std::errc() || end != begin + count || value < 0) return std::nullopt;
  return value;
}

std::optional<TrustAnchor> digest_anchor(const pugi::xml_node& node, const wire::DomainName& zone) {
  const auto number = [&](const char* name, int limit) -> std::optional<int> {
    const std::string_view text = node.child_value(name);
    const auto value = parse_digits(text, 0, text.size());
    return value && !text.empty() && *value <= limit ? value : std::nullopt;
  };
  const auto tag = number("KeyTag", 0xFFFF), algorithm = number("Algorithm", 0xFF), type = number("DigestType", 0xFF);
  const auto digest = wire::from_hex(node.child_value("Digest"));
  if (!tag || !algorithm || !type || !digest || digest->empty()) return std::nullopt;
  TrustAnchor anchor{zone, AnchorForm::Ds, {}};
  anchor.rdata = {static_cast<std::uint8_t>(*tag >> 8), static_cast<std::uint8_t>(*tag),
                  static_cast<std::uint8_t>(*algorithm), static_cast<std::uint8_t>(*type)};
  anchor.rdata.insert(anchor.rdata.end(), digest->begin(), digest->end());
  return anchor;
}

std::size_t line_at(std::string_view content, std::ptrdiff_t offset) {
  const auto end = std::clamp<std::ptrdiff_t>(offset, 0, static_cast<std::ptrdiff_t>(content.size()));
  return 1 + static_cast<std::size_t>(std::count(content.begin(), content.begin() + end, '\n'));
}

/// Bounds of a KeyDigest's life; an attribute that is not there leaves that end open (RFC 9718 section 2.2).
struct Validity {
  UnixTime from = std::numeric_limits<UnixTime>::min(), until = std::numeric_limits<UnixTime>::max();
};

std::optional<Validity> parse_validity(const pugi::xml_node& node) {
  Validity validity;
  for (auto [name, bound] : {std::pair("validFrom", &validity.from), std::pair("validUntil", &validity.until)}) {
    const auto attribute = node.attribute(name);
    if (!attribute) continue;
    const auto date = parse_date(attribute.value());
    if (!date) return std::nullopt;
    *bound = *date;
  }
  return validity;
}

tl::expected<AnchorFile, AnchorFileError> parse_xml(std::string_view content, UnixTime now) {
  pugi::xml_document document;
  const auto result = document.load_buffer(content.data(), content.size());
  if (!result) return error(line_at(content, result.offset), fmt::format("not XML: {}", result.description()));
  const auto root = document.child("TrustAnchor");
  const auto zone = wire::DomainName::from_text(root.child_value("Zone"));
  if (!root || !zone) return error(1, "expected IANA's <TrustAnchor> with a <Zone>");
  AnchorFile file;
  for (const auto& node : root.children("KeyDigest")) {
    const std::size_t line = line_at(content, node.offset_debug());
    const auto validity = parse_validity(node);
    if (!validity) return error(line, "validFrom and validUntil must be dates such as 2017-02-02T00:00:00+00:00");
    auto anchor = digest_anchor(node, *zone);
    if (!anchor) return error(line, "expected KeyTag, Algorithm, DigestType and a hexadecimal Digest");
    if (file.anchors.size() + file.skipped.size() == kMaxAnchors) return error(line, "too many digests");
    const std::string_view tag = node.child_value("KeyTag");
    if (now < validity->from)
      file.skipped.push_back(fmt::format("key {} is valid only from {}", tag, date_to_text(validity->from)));
    else if (now >= validity->until)
      file.skipped.push_back(fmt::format("key {} was valid until {}", tag, date_to_text(validity->until)));
    else
      file.anchors.push_back(std::move(*anchor));
  }
  if (file.anchors.empty() && file.skipped.empty()) return error(0, "no KeyDigest in it");
  return file;
}

TrustAnchor embedded(std::string_view line) {
  auto anchor = parse_anchor(line);
  if (!anchor) std::abort();  // a constant of ours
  return std::move(*anchor);
}

}  // namespace

std::optional<UnixTime> parse_date(std::string_view text) {
  using namespace std::chrono;
  const auto y = parse_digits(text, 0, 4), mon = parse_digits(text, 5, 2), d = parse_digits(text, 8, 2);
  const auto h = parse_digits(text, 11, 2), min = parse_digits(text, 14, 2), s = parse_digits(text, 17, 2);
  if (!y || !mon || !d || !h || !min || !s || *h > 23 || *min > 59 || *s > 60) return std::nullopt;
  if (text[4] != '-' || text[7] != '-' || text[10] != 'T' || text[13] != ':' || text[16] != ':') return std::nullopt;
  const year_month_day date(year(*y), month(static_cast<unsigned>(*mon)), day(static_cast<unsigned>(*d)));
  if (!date.ok()) return std::nullopt;
  const UnixTime local = (sys_days(date).time_since_epoch() + hours(*h) + minutes(*min) + seconds(*s)) / seconds(1);
  const std::string_view zone = text.substr(19);
  if (zone == "Z") return local;
  const auto zh = parse_digits(zone, 1, 2), zm = parse_digits(zone, 4, 2);
  if (zone.size() != 6 || (zone[0] != '+' && zone[0] != '-') || zone[3] != ':' || !zh || !zm) return std::nullopt;
  const UnixTime offset = (hours(*zh) + minutes(*zm)) / seconds(1);
  return zone[0] == '+' ? local - offset : local + offset;
}

TrustAnchors::TrustAnchors(std::vector<TrustAnchor> anchors) : anchors_(std::move(anchors)) {
  std::stable_sort(anchors_.begin(), anchors_.end(),
                   [](const TrustAnchor& a, const TrustAnchor& b) { return a.zone < b.zone; });
}

std::span<const TrustAnchor> TrustAnchors::of(const wire::DomainName& zone) const {
  const auto first = std::lower_bound(anchors_.begin(), anchors_.end(), zone,
                                      [](const TrustAnchor& anchor, const auto& name) { return anchor.zone < name; });
  const auto last = std::find_if(first, anchors_.end(), [&](const TrustAnchor& anchor) { return anchor.zone != zone; });
  return {first, last};
}

std::optional<wire::DomainName> TrustAnchors::governing_zone(const wire::DomainName& name) const {
  if (anchors_.empty()) return std::nullopt;
  for (std::size_t labels = name.label_count() + 1; labels-- > 0;) {
    const auto here = of(name.suffix(labels));
    if (!here.empty()) return here.front().zone;
  }
  return std::nullopt;
}

std::optional<wire::DomainName> TrustAnchors::governing_zone_strictly_above(const wire::DomainName& name) const {
  if (name.is_root()) return std::nullopt;
  return governing_zone(name.parent());
}

tl::expected<AnchorFile, AnchorFileError> parse_anchor_file(std::string_view content, UnixTime now) {
  if (content.size() > kMaxFileOctets) return error(0, "larger than 1 MiB");
  const std::size_t first = content.find_first_not_of(" \t\r\n\xEF\xBB\xBF");
  const bool is_xml = first != std::string_view::npos && content[first] == '<';
  return is_xml ? parse_xml(content, now) : parse_lines(content);
}

const std::vector<TrustAnchor>& embedded_root_anchors() {
  static const std::vector<TrustAnchor> anchors = {
      embedded(". IN DS 20326 8 2 E06D44B80B8F1D39A95C0B0D7C65D08458E880409BBC683457104237C7F8EC8D"),
      embedded(". IN DS 38696 8 2 683D2D0ACB8C9B712A1948B27F741219298D0A450D612C483AF444A4C0FB2B16"),
  };
  return anchors;
}

}  // namespace danesweep::dnssec
