// SPDX-License-Identifier: Apache-2.0
// What the texts of options mean: durations, resolvers, limits, times. An error is a sentence that says what was
// expected. Used alike for the command line, DANESWEEP_ variables and the INI file.
#pragma once

#include <chrono>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>

#include <tl/expected.hpp>

#include "scanner/engine/settings.h"
#include "scanner/input/domain_stream.h"

namespace danesweep::scanner {

template <class T>
using Value = tl::expected<T, std::string>;

/// A whole number of decimal digits, `least` to `most`.
Value<std::uint64_t> parse_number(std::string_view text, std::uint64_t least, std::uint64_t most);

template <class T>
auto number_of(T least = 0, T most = std::numeric_limits<T>::max()) {
  return [least, most](const std::string& text) -> Value<T> {
    return parse_number(text, least, most).map([](std::uint64_t number) { return static_cast<T>(number); });
  };
}

/// `10`, `0.5` (seconds), `250ms`, `2m`, `1h`.
Value<milliseconds> parse_duration(const std::string& text);
Value<milliseconds> parse_timeout(const std::string& text);  ///< the same, but not 0
/// `5000` (milliseconds), or with a unit: `5s`.
Value<milliseconds> parse_milliseconds(const std::string& text);
/// `ADDR[:PORT][,prio=N]`, `[::1]:53` (E-100).
Value<ResolverSetting> parse_resolver(const std::string& text);
/// `OPEN/STARTS` or `0` (T-68).
Value<RateLimit> parse_rate_limit(const std::string& text);
/// RFC 3339 (`2026-02-03T04:05:06Z`, with offset) or seconds since 1970.
Value<dnssec::UnixTime> parse_time(const std::string& text);
/// `K/N`, 1 <= K <= N.
Value<input::Shard> parse_shard(const std::string& text);
/// An IPv4 or IPv6 address that this machine has (T-80).
Value<std::string> parse_own_address(const std::string& text);
/// A name with a dot or an address literal (T-70).
Value<std::string> parse_helo(const std::string& text);
/// A domain name as people write it, U-labels too: lower-case A-labels without final dot.
Value<std::string> parse_domain(const std::string& text);
/// A type that can be looked up, by name or as TYPEnnn (D-20).
Value<wire::RrType> parse_query_type(const std::string& text);

/// Files whole; for configuration, anchors and lists, at most 64 MiB.
Value<std::string> read_whole_file(const std::string& path);

}  // namespace danesweep::scanner
