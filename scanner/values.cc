// SPDX-License-Identifier: Apache-2.0
#include "scanner/values.h"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <cmath>
#include <cstdio>
#include <cstring>
#include <memory>

#include "dnssec/wire/types.h"
#include "output/escape.h"
#include "scanner/input/domain_name.h"

namespace danesweep::scanner {
namespace {

constexpr std::size_t kMaxFile = 64U << 20U;

template <class T>
std::optional<T> whole_number(std::string_view text) {
  T number{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (text.empty() || error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return number;
}

std::optional<double> decimal(std::string_view text) {
  const bool plain = !text.empty() && text.find_first_not_of("0123456789.") == std::string_view::npos;
  return plain ? whole_number<double>(text) : std::nullopt;
}

struct Unit {
  std::string_view name;
  double milliseconds;
};
constexpr std::array<Unit, 4> kUnits = {{{"ms", 1}, {"s", 1000}, {"m", 60'000}, {"h", 3'600'000}}};

Value<milliseconds> duration_with(std::string_view text, double default_unit, std::string_view examples) {
  const std::size_t digits = std::min(text.find_first_not_of("0123456789."), text.size());
  const auto number = decimal(text.substr(0, digits));
  const std::string_view unit = text.substr(digits);
  const auto* known = std::ranges::find(kUnits, unit, &Unit::name);
  const double factor = unit.empty() ? default_unit : known != kUnits.end() ? known->milliseconds : 0;
  // A day is longer than any wait that makes sense here.
  if (!number || factor == 0 || *number * factor > 86'400'000.0)
    return tl::unexpected(fmt::format("'{}' is no duration; expected {}", text, examples));
  return milliseconds(std::llround(*number * factor));
}

bool is_address(const std::string& text, int family) {
  std::array<unsigned char, 16> octets{};
  return inet_pton(family, text.c_str(), octets.data()) == 1;
}

/// Address and port out of `ADDR[:PORT]`.
std::optional<SocketAddress> socket_address(std::string_view text) {
  std::string_view address = text, port;
  if (text.starts_with('[')) {
    const std::size_t close = text.find(']');
    if (close == std::string_view::npos) return std::nullopt;
    address = text.substr(1, close - 1);
    port = text.substr(close + 1);
  } else if (std::ranges::count(text, ':') == 1) {
    address = text.substr(0, text.find(':'));
    port = text.substr(text.find(':'));
  }
  SocketAddress where{std::string(address), 53};
  const bool bracketed = text.starts_with('[');
  if (!is_address(where.address, bracketed ? AF_INET6 : AF_INET) && (bracketed || !is_address(where.address, AF_INET6)))
    return std::nullopt;
  if (port.empty()) return where;
  const auto number = port.starts_with(':') ? whole_number<std::uint16_t>(port.substr(1)) : std::nullopt;
  if (!number || *number == 0) return std::nullopt;
  where.port = *number;
  return where;
}

/// Days from 1970-01-01 by the civil calendar; nothing for a date that does not exist.
std::optional<std::int64_t> days_of(unsigned year, unsigned month, unsigned day) {
  const std::chrono::year_month_day date{std::chrono::year(static_cast<int>(year)), std::chrono::month(month),
                                         std::chrono::day(day)};
  if (!date.ok()) return std::nullopt;
  return std::chrono::sys_days(date).time_since_epoch().count();
}

/// `Z`, `+01:00`; in seconds.
std::optional<std::int64_t> offset_of(std::string_view text) {
  if (text == "Z" || text == "z") return 0;
  if (text.size() != 6 || (text[0] != '+' && text[0] != '-') || text[3] != ':') return std::nullopt;
  const auto hours = whole_number<unsigned>(text.substr(1, 2)), minutes = whole_number<unsigned>(text.substr(4, 2));
  if (!hours || !minutes || *hours > 23 || *minutes > 59) return std::nullopt;
  const std::int64_t seconds = std::int64_t{*hours} * 3600 + std::int64_t{*minutes} * 60;
  return text[0] == '-' ? -seconds : seconds;
}

std::optional<dnssec::UnixTime> rfc3339(std::string_view text) {
  // 2026-02-03T04:05:06 and an offset; a fraction of a second is dropped.
  if (text.size() < 20 || text[4] != '-' || text[7] != '-' || (text[10] != 'T' && text[10] != 't' && text[10] != ' ') ||
      text[13] != ':' || text[16] != ':')
    return std::nullopt;
  std::array<unsigned, 6> fields{};
  constexpr std::array<std::pair<std::size_t, std::size_t>, 6> kPlaces = {
      {{0, 4}, {5, 2}, {8, 2}, {11, 2}, {14, 2}, {17, 2}}};
  for (std::size_t i = 0; i < fields.size(); ++i) {
    const auto number = whole_number<unsigned>(text.substr(kPlaces[i].first, kPlaces[i].second));
    if (!number) return std::nullopt;
    fields[i] = *number;
  }
  std::string_view rest = text.substr(19);
  if (rest.starts_with('.')) {
    const std::size_t digits = std::min(rest.find_first_not_of("0123456789", 1), rest.size());
    if (digits == 1) return std::nullopt;
    rest.remove_prefix(digits);
  }
  const auto days = days_of(fields[0], fields[1], fields[2]);
  const auto offset = offset_of(rest);
  if (!days || !offset || fields[3] > 23 || fields[4] > 59 || fields[5] > 60) return std::nullopt;
  using dnssec::UnixTime;
  return *days * 86400 + UnixTime{fields[3]} * 3600 + UnixTime{fields[4]} * 60 + fields[5] - *offset;
}

Value<milliseconds> not_zero(const std::string& text, const Value<milliseconds>& time) {
  return !time || time->count() > 0 ? time : tl::unexpected(fmt::format("'{}' is no time to wait", text));
}

}  // namespace

Value<std::uint64_t> parse_number(std::string_view text, std::uint64_t least, std::uint64_t most) {
  const auto number = whole_number<std::uint64_t>(text);
  if (!number || *number < least || *number > most)
    return tl::unexpected(fmt::format("'{}' is no number from {} to {}", text, least, most));
  return *number;
}

Value<milliseconds> parse_duration(const std::string& text) {
  return duration_with(text, 1000, "seconds (10, 0.5) or a number with a unit (250ms, 2m)");
}

Value<milliseconds> parse_timeout(const std::string& text) { return not_zero(text, parse_duration(text)); }

Value<milliseconds> parse_milliseconds(const std::string& text) {
  return not_zero(text, duration_with(text, 1, "milliseconds (5000) or a number with a unit (5s)"));
}

Value<ResolverSetting> parse_resolver(const std::string& text) {
  const std::size_t comma = text.find(',');
  const auto where = socket_address(std::string_view(text).substr(0, comma));
  if (!where)
    return tl::unexpected(fmt::format(
        "'{}' is no address; expected ADDR[:PORT][,prio=N], such as 192.0.2.53, [2001:db8::53]:53,prio=1", text));
  ResolverSetting resolver{*where, 0};
  if (comma == std::string::npos) return resolver;
  std::string_view rest = std::string_view(text).substr(comma + 1);
  const bool named = rest.starts_with("prio=");
  const auto number = named ? whole_number<std::uint32_t>(rest.substr(5)) : std::nullopt;
  if (!number || *number > 65535) return tl::unexpected(fmt::format("'{}': behind the comma prio=N is expected", text));
  resolver.priority = *number;
  return resolver;
}

Value<RateLimit> parse_rate_limit(const std::string& text) {
  if (text == "0") return RateLimit{0, 0};
  const std::size_t slash = text.find('/');
  const auto open = whole_number<std::uint32_t>(std::string_view(text).substr(0, slash));
  const auto starts = slash == std::string::npos ? std::nullopt : decimal(std::string_view(text).substr(slash + 1));
  if (!open || !starts)
    return tl::unexpected(
        fmt::format("'{}' is no limit; expected OPEN/STARTS, such as 4/2 or 1/0.2, or 0 for none", text));
  return RateLimit{*open, *starts};
}

Value<dnssec::UnixTime> parse_time(const std::string& text) {
  if (const auto seconds = whole_number<std::int64_t>(text); seconds && *seconds >= 0) return *seconds;
  if (const auto time = rfc3339(text)) return *time;
  return tl::unexpected(
      fmt::format("'{}' is no time; expected RFC 3339 (2026-02-03T04:05:06Z) or seconds since 1970", text));
}

Value<input::Shard> parse_shard(const std::string& text) {
  const std::size_t slash = text.find('/');
  if (slash != std::string::npos) {
    const auto number = whole_number<std::uint32_t>(std::string_view(text).substr(0, slash));
    const auto of = whole_number<std::uint32_t>(std::string_view(text).substr(slash + 1));
    if (number && of && *number >= 1 && *number <= *of) return input::Shard{*number, *of};
  }
  return tl::unexpected(fmt::format("'{}' is no shard; expected K/N with 1 <= K <= N, such as 2/8", text));
}

Value<std::string> parse_own_address(const std::string& text) {
  sockaddr_in v4{};
  sockaddr_in6 v6{};
  v4.sin_family = AF_INET;
  v6.sin6_family = AF_INET6;
  const bool is_v4 = inet_pton(AF_INET, text.c_str(), &v4.sin_addr) == 1;
  if (!is_v4 && inet_pton(AF_INET6, text.c_str(), &v6.sin6_addr) != 1)
    return tl::unexpected(fmt::format("'{}' is no IPv4 or IPv6 address", text));
  const int probe = ::socket(is_v4 ? AF_INET : AF_INET6, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  const bool own = probe >= 0 && (is_v4 ? ::bind(probe, reinterpret_cast<const sockaddr*>(&v4), sizeof v4)
                                        : ::bind(probe, reinterpret_cast<const sockaddr*>(&v6), sizeof v6)) == 0;
  if (probe >= 0) ::close(probe);
  if (!own) return tl::unexpected(fmt::format("'{}' is no address of this machine; see `ip address`", text));
  return text;
}

Value<std::string> parse_helo(const std::string& text) {
  const auto refused = [&] {
    return tl::unexpected(
        fmt::format("'{}' is neither a name with a dot nor an address literal such as [192.0.2.1]", text));
  };
  if (text.starts_with('[')) {
    if (!text.ends_with(']')) return refused();
    const std::string inside = text.substr(1, text.size() - 2);
    const bool v6 = inside.starts_with("IPv6:") && is_address(inside.substr(5), AF_INET6);
    return v6 || is_address(inside, AF_INET) ? Value<std::string>(text) : refused();
  }
  auto name = parse_domain(text);
  if (!name || name->find('.') == std::string::npos) return refused();
  return name;
}

Value<std::string> parse_domain(const std::string& text) {
  input::NameBuffer buffer{};
  const auto name = input::normalise_domain(text, buffer);
  if (!name)
    return tl::unexpected(
        fmt::format("'{}' is no domain name ({})", input::escape_text(text, 80), input::to_text(name.error())));
  return std::string(*name);
}

Value<wire::RrType> parse_query_type(const std::string& text) {
  const auto type = wire::parse_rr_type(text);
  if (!type)
    return tl::unexpected(fmt::format("'{}' is no record type; expected a name such as MX or TLSA, or TYPEnnn",
                                      output::for_terminal(text)));
  if (wire::is_meta_type(*type))
    return tl::unexpected(fmt::format("{} is no type that can be looked up (it is a meta type)", wire::to_text(*type)));
  return *type;
}

Value<std::string> read_whole_file(const std::string& path) {
  const auto close = [](std::FILE* file) { std::fclose(file); };
  const std::unique_ptr<std::FILE, decltype(close)> file(std::fopen(path.c_str(), "rbe"), close);
  if (!file) return tl::unexpected(fmt::format("{}: cannot be opened: {}; check the name", path, std::strerror(errno)));
  std::string content;
  std::array<char, 65536> block{};
  for (std::size_t got = 0; (got = std::fread(block.data(), 1, block.size(), file.get())) > 0;) {
    content.append(block.data(), got);
    if (content.size() > kMaxFile)
      return tl::unexpected(fmt::format("{}: larger than 64 MiB; is this the right file?", path));
  }
  if (std::ferror(file.get()) != 0)
    return tl::unexpected(fmt::format("{}: cannot be read: {}", path, std::strerror(errno)));
  return content;
}

}  // namespace danesweep::scanner
