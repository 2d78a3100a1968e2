// SPDX-License-Identifier: Apache-2.0
//   danesweep-anchors 1
//   # comments
//   zone .
//   point last_success=2026-10-14T20:26:40Z last_failure=- next_probe=... original_ttl=172800 signature_expiration=...
//   key form=dnskey state=VALID since=... last_seen=... hold_down_until=- sights=3 source=embedded rdata=257 3 8
//   AwEAAa... ignored tag=12345 algorithm=253 why=algorithm 253 is not supported sha256 SUM OF ALL LINES ABOVE
#include <algorithm>
#include <charconv>
#include <map>

#include <fmt/format.h>

#include "dnssec/crypto.h"
#include "dnssec/wire/encodings.h"
#include "dnssec/wire/presentation.h"
#include "dnssec/wire/rdata.h"
#include "scanner/anchor_store.h"

namespace danesweep::scanner {
namespace {

using dnssec::AnchorForm;
using dnssec::AnchorKey;
using dnssec::AnchorState;
using dnssec::UnixTime;

constexpr std::string_view kHeader = "danesweep-anchors 1";
constexpr std::string_view kNote =
    "# Written by danesweep; the last line is a checksum. `danesweep anchors show` explains the keys.";
constexpr std::size_t kMaxOctets = std::size_t{512} * 1024, kMaxLine = 4096, kMaxRdata = 2048, kMaxWhy = 200;

using Error = tl::unexpected<AnchorStateError>;
Error error(std::size_t line, std::string text) { return tl::unexpected(AnchorStateError{line, std::move(text)}); }

wire::RrType type_of(AnchorForm form) { return form == AnchorForm::Ds ? wire::RrType::Ds : wire::RrType::Dnskey; }

std::string time_to_text(const std::optional<UnixTime>& time) { return time ? dnssec::date_to_text(*time) : "-"; }

std::string checksum(std::string_view text) {
  const auto* octets = reinterpret_cast<const std::uint8_t*>(text.data());
  return wire::to_hex(dnssec::sha256_of({octets, text.size()}));
}

/// `name=value` words; the value of the last name takes the rest of the line.
class Fields {
 public:
  Fields(std::string_view line, std::string_view last_name) {
    while (!line.empty() && good_) {
      const std::size_t equals = std::min(line.find('='), line.size());
      const std::string_view name = line.substr(0, equals);
      line.remove_prefix(std::min(equals + 1, line.size()));
      const std::size_t end = name == last_name ? line.size() : std::min(line.find(' '), line.size());
      good_ = values_.emplace(name, line.substr(0, end)).second;
      line.remove_prefix(std::min(end + 1, line.size()));
    }
  }

  std::string_view text(std::string_view name) {
    const auto found = values_.find(name);
    if (found != values_.end()) return found->second;
    fail();
    return {};
  }

  template <class Number>
  Number number(std::string_view name) {
    const std::string_view value = text(name);
    Number out = 0;
    const auto [end, fault] = std::from_chars(value.data(), value.data() + value.size(), out);
    if (fault != std::errc() || end != value.data() + value.size() || value.empty()) fail();
    return out;
  }

  std::optional<UnixTime> time(std::string_view name) {
    const std::string_view value = text(name);
    if (value == "-") return std::nullopt;
    const auto date = dnssec::parse_date(value);
    if (!date) fail();
    return date;
  }

  template <class T>
  T required(const std::optional<T>& value) {
    if (!value) fail();
    return value.value_or(T{});
  }

  bool good() const { return good_; }

 private:
  void fail() { good_ = false; }
  std::map<std::string_view, std::string_view> values_;
  bool good_ = true;
};

std::optional<AnchorKey> parse_key(std::string_view line) {
  Fields in(line, "rdata");
  AnchorKey key;
  const std::string_view form = in.text("form");
  if (form != "ds" && form != "dnskey") return std::nullopt;
  key.form = form == "ds" ? AnchorForm::Ds : AnchorForm::Dnskey;
  key.state = in.required(dnssec::parse_key_state(in.text("state")));
  key.since = in.required(in.time("since"));
  key.last_seen = in.time("last_seen");
  key.hold_down_until = in.time("hold_down_until");
  key.sights = in.number<std::uint32_t>("sights");
  key.source = in.required(dnssec::parse_anchor_source(in.text("source")));
  auto rdata = wire::rdata_from_text(type_of(key.form), in.text("rdata"));
  if (!in.good() || !rdata || rdata->size() > kMaxRdata) return std::nullopt;
  key.rdata = std::move(*rdata);
  const bool is_sound =
      key.form == AnchorForm::Ds ? wire::parse_ds(key.rdata).has_value() : wire::parse_dnskey(key.rdata).has_value();
  const bool states_fit =
      key.form == AnchorForm::Ds ? key.state == dnssec::KeyState::Start : key.state != dnssec::KeyState::Start;
  const bool times_fit = key.state != dnssec::KeyState::AddPend || key.hold_down_until.has_value();
  if (!is_sound || !states_fit || !times_fit) return std::nullopt;
  return key;
}

bool parse_point(std::string_view line, AnchorState& state) {
  Fields in(line, "");
  state.last_success = in.time("last_success");
  state.last_failure = in.time("last_failure");
  state.next_probe = in.time("next_probe");
  state.original_ttl = in.number<std::uint32_t>("original_ttl");
  state.signature_expiration = in.time("signature_expiration");
  return in.good();
}

bool parse_ignored(std::string_view line, AnchorState& state) {
  Fields in(line, "why");
  dnssec::IgnoredKey key{in.number<std::uint16_t>("tag"), in.number<std::uint8_t>("algorithm"),
                         std::string(in.text("why"))};
  state.ignored.push_back(std::move(key));
  return in.good() && state.ignored.size() <= dnssec::kMaxAnchorKeys;
}

bool parse_zone(std::string_view line, AnchorState& state) {
  const auto zone = wire::DomainName::from_text(line);
  if (zone) state.zone = *zone;
  return zone.has_value();
}

/// Empty if the line is fine, else what was expected.
std::string_view parse_line(std::string_view line, AnchorState& state) {
  if (line.empty() || line.front() == '#') return {};
  const std::size_t space = std::min(line.find(' '), line.size());
  const std::string_view word = line.substr(0, space);
  const std::string_view rest = line.substr(std::min(space + 1, line.size()));
  if (word == "zone") return parse_zone(rest, state) ? "" : "expected a zone name";
  if (word == "point") return parse_point(rest, state) ? "" : "expected the times of the trust point";
  if (word == "ignored") return parse_ignored(rest, state) ? "" : "expected tag, algorithm and why";
  if (word != "key") return "expected zone, point, key or ignored";
  auto key = parse_key(rest);
  if (!key || state.keys.size() == dnssec::kMaxAnchorKeys) return "expected a key with its state and times";
  state.keys.push_back(std::move(*key));
  return {};
}

/// The text in front of the checksum line, if that fits.
std::optional<std::string_view> checked_part(std::string_view text) {
  constexpr std::string_view kWord = "sha256 ";
  constexpr std::size_t kLine = kWord.size() + 64 + 1;
  if (text.size() < kLine) return std::nullopt;
  const std::string_view part = text.substr(0, text.size() - kLine), line = text.substr(part.size());
  if (line != fmt::format("{}{}\n", kWord, checksum(part))) return std::nullopt;
  return part;
}

}  // namespace

std::string anchor_state_to_text(const dnssec::AnchorState& state) {
  std::string out = fmt::format("{}\n{}\nzone {}\n", kHeader, kNote, state.zone.to_text());
  out += fmt::format("point last_success={} last_failure={} next_probe={} original_ttl={} signature_expiration={}\n",
                     time_to_text(state.last_success), time_to_text(state.last_failure), time_to_text(state.next_probe),
                     state.original_ttl, time_to_text(state.signature_expiration));
  for (const AnchorKey& key : state.keys)
    out += fmt::format("key form={} state={} since={} last_seen={} hold_down_until={} sights={} source={} rdata={}\n",
                       key.form == AnchorForm::Ds ? "ds" : "dnskey", to_text(key.state),
                       dnssec::date_to_text(key.since), time_to_text(key.last_seen), time_to_text(key.hold_down_until),
                       key.sights, to_text(key.source), wire::rdata_to_text(type_of(key.form), key.rdata));
  for (const dnssec::IgnoredKey& key : state.ignored)
    out += fmt::format("ignored tag={} algorithm={} why={}\n", key.tag, key.algorithm, key.why.substr(0, kMaxWhy));
  return out + fmt::format("sha256 {}\n", checksum(out));
}

tl::expected<dnssec::AnchorState, AnchorStateError> parse_anchor_state(std::string_view text) {
  if (text.empty()) return error(0, "it is empty");
  if (text.size() > kMaxOctets) return error(0, "it is too large");
  if (text.substr(0, std::min(text.find('\n'), text.size())) != kHeader)
    return error(1, fmt::format("expected `{}`; it may be of another version or another program", kHeader));
  const auto part = checked_part(text);
  if (!part) return error(0, "its checksum does not fit: it was cut short or changed");
  AnchorState state;
  std::string_view rest = *part;
  for (std::size_t number = 1; !rest.empty(); ++number) {
    const std::size_t end = std::min(rest.find('\n'), rest.size());
    const std::string_view line = rest.substr(0, end);
    rest.remove_prefix(std::min(end + 1, rest.size()));
    if (line.size() > kMaxLine) return error(number, "the line is too long");
    if (number == 1) continue;
    const std::string_view expected = parse_line(line, state);
    if (!expected.empty()) return error(number, std::string(expected));
  }
  return state;
}

}  // namespace danesweep::scanner
