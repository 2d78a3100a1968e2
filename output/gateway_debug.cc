// SPDX-License-Identifier: Apache-2.0
// The debug mail-log trace (ESA.md part E).
#include <algorithm>
#include <array>
#include <ctime>
#include <iterator>

#include <fmt/format.h>

#include "dnssec/reason.h"
#include "dnssec/wire/encodings.h"
#include "dnssec/wire/presentation.h"
#include "dnssec/wire/rdata.h"
#include "output/escape.h"
#include "output/gateway_text.h"
#include "output/gateway_walk.h"

namespace danesweep::output {

namespace {

constexpr std::array<std::string_view, 7> kDays = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
constexpr std::array<std::string_view, 12> kMonths = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                      "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};

enum class FinalDot : std::uint8_t { With, Without };

std::string dotted(const wire::DomainName& name, FinalDot dot) {
  return gateway_name(name) + (dot == FinalDot::With ? "." : "");
}

/// V of E-53 and E-54.
std::string value_text(wire::RrType type, wire::Bytes rdata, FinalDot dot) {
  if (type == wire::RrType::Mx) {
    const auto mx = wire::parse_mx(rdata);
    if (mx) return fmt::format("({}, '{}')", mx->preference, dotted(mx->exchange, dot));
  } else if (type == wire::RrType::Cname) {
    const auto target = wire::parse_single_name(rdata);
    if (target) return fmt::format("'{}'", dotted(*target, dot));
  } else if (type == wire::RrType::A || type == wire::RrType::Aaaa) {
    return fmt::format("'{}'", for_gateway_log(wire::rdata_to_text(type, rdata)));
  }
  return fmt::format("'{}'", wire::to_hex(rdata));
}

/// The words of E-58.
std::string_view failure_words(std::string_view failure) {
  if (failure == "SERVFAIL") return "SERVER FAILED";
  if (failure == "TIMEOUT") return "TIMED OUT";
  return failure == "REFUSED" ? "REFUSED" : "FORMAT ERROR";
}

/// The lines of one look-up.
class LookupLines {
 public:
  explicit LookupLines(const DebugLookup& lookup)
      : lookup_(lookup), name_(gateway_name(lookup.name)), type_(wire::to_text(lookup.type)) {}

  std::vector<std::string> write() {
    debug(lookup_.begun_at, "DNS query: Q('{}', '{}')", name_, type_);  // E-52a
    if (lookup_.source == LookupSource::Cache) return std::move(lines_);
    debug(lookup_.begun_at, "DNS query: QN('{}', '{}', 'recursive_nameserver{}.parent')", name_, type_,
          lookup_.priority_group);  // E-52b
    for (const LookupAttempt& attempt : lookup_.attempts) attempt_lines(attempt);
    outcome();
    return std::move(lines_);
  }

 private:
  template <class... Values>
  void debug(dnssec::UnixTime time, fmt::format_string<Values...> pattern, Values&&... values) {
    lines_.push_back(debug_prefix(time, "Debug") + fmt::format(pattern, std::forward<Values>(values)...));
  }
  template <class... Values>
  void warn(dnssec::UnixTime time, fmt::format_string<Values...> pattern, Values&&... values) {
    lines_.push_back(debug_prefix(time, "Warning") + fmt::format(pattern, std::forward<Values>(values)...));
  }

  void attempt_lines(const LookupAttempt& attempt) {
    const std::string server = for_gateway_log(attempt.server);
    debug(attempt.sent_at, "DNS query: QIP ('{}','{}','{}',{})", name_, type_, server, attempt.timeout);  // E-52c
    debug(attempt.sent_at, "DNS query: Q ('{}', '{}', '{}')", name_, type_, server);                      // E-52d
    if (attempt.failure.empty()) return;
    warn(attempt.failed_at, "Received an invalid DNS Response: {} to IP {} looking up {}",
         failure_words(attempt.failure), server, name_);  // E-58
  }

  void outcome() {
    const auto security = lookup_.verdict.security;
    if (security == dnssec::Security::Bogus) {
      bogus();
    } else if (security == dnssec::Security::Indeterminate) {
      no_alias("");
    } else if (lookup_.verdict.records.empty()) {
      no_data();
    } else {
      data();
    }
  }

  /// E-57.
  void bogus() {
    const std::string server = lookup_.attempts.empty() ? "" : for_gateway_log(lookup_.attempts.back().server);
    warn(lookup_.ended_at,
         "Received an invalid DNSSEC Response: DNSSEC_Error('{0}', '{1}', '{2}', 'DNSSEC Error for hostname {0} ({1}) "
         "while asking {2}. Error was: {3}') of qtype {1} looking up {0}",
         name_, type_, server, dnssec::code(lookup_.verdict.reason));
    no_alias("");
  }

  /// E-56, second form after errors.
  void no_alias(std::string_view word) {
    if (lookup_.type != wire::RrType::Cname) return;
    debug(lookup_.ended_at, "No CNAME record({}) found for domain({})", word, name_);
  }

  /// E-53's empty form, E-55, E-56.
  void no_data() {
    const bool absent = lookup_.verdict.rcode == wire::Rcode::NxDomain;
    debug(lookup_.ended_at, "DNSSEC Response data([], , {}, {})", absent ? 3 : 0, lookup_.verdict.ttl);
    debug(lookup_.ended_at, "Received {} for domain {} type {}", absent ? "NXDOMAIN" : "NODATA", name_, type_);
    no_alias("NoError");
  }

  /// E-53, E-54.
  void data() {
    const bool secure = lookup_.verdict.security == dnssec::Security::Secure;
    std::string values, tuples;
    for (const auto& record : lookup_.verdict.records) {
      const std::string_view comma = values.empty() ? "" : ", ";
      fmt::format_to(std::back_inserter(values), "{}{}", comma, value_text(lookup_.type, record.rdata, FinalDot::With));
      fmt::format_to(std::back_inserter(tuples), "{}({}L, 0, '{}', {})", comma, lookup_.expires_at_us,
                     secure ? "SECURE" : "INSECURE", value_text(lookup_.type, record.rdata, FinalDot::Without));
    }
    debug(lookup_.ended_at, "DNSSEC Response data([{}], {}, {}, {})", values, secure ? "secure" : "insecure",
          static_cast<unsigned>(lookup_.verdict.rcode), lookup_.verdict.ttl);
    debug(lookup_.ended_at, "DNS encache ({}, {}, [{}])", name_, type_, tuples);
    if (lookup_.type != wire::RrType::Cname) return;
    const auto target = wire::parse_single_name(lookup_.verdict.records.front().rdata);
    debug(lookup_.ended_at, "CNAME record({}) found for domain({})", target ? gateway_name(*target) : "", name_);
  }

  const DebugLookup& lookup_;
  std::string name_, type_;
  std::vector<std::string> lines_;
};

bool is_plain_label_octet(std::uint8_t octet) {
  return octet > 0x20 && octet < 0x7F && octet != '.' && octet != '\\' && octet != '\'';
}

const DebugLookup* find_lookup(std::span<const DebugLookup> lookups, std::string_view display, wire::RrType type) {
  for (const DebugLookup& lookup : lookups) {
    if (lookup.type == type && lookup.name.to_display() == display) return &lookup;
  }
  return nullptr;
}

/// Whose TLSA may have been asked: the name behind the aliases, then the host's own (T-24).
std::vector<std::string> tlsa_bases(std::span<const DebugLookup> lookups, const std::string& host) {
  std::vector<std::string> bases;
  for (const auto type : {wire::RrType::A, wire::RrType::Aaaa}) {
    const DebugLookup* found = find_lookup(lookups, host, type);
    if (found != nullptr && found->verdict.aliases > 0) bases.push_back(found->verdict.final_name.to_display());
  }
  bases.push_back(host);
  bases.erase(std::unique(bases.begin(), bases.end()), bases.end());
  return bases;
}

}  // namespace

std::string debug_prefix(dnssec::UnixTime time, std::string_view level) {
  const auto seconds = static_cast<std::time_t>(time);
  std::tm parts{};
  localtime_r(&seconds, &parts);
  return fmt::format("{} {} {} {:02}:{:02}:{:02} {} {}: ", kDays.at(static_cast<std::size_t>(parts.tm_wday)),
                     kMonths.at(static_cast<std::size_t>(parts.tm_mon)), parts.tm_mday, parts.tm_hour, parts.tm_min,
                     parts.tm_sec, parts.tm_year + 1900, level);
}

std::string gateway_name(const wire::DomainName& name) {
  if (name.is_root()) return ".";
  const wire::DomainName lower = name.lower();
  std::string text;
  for (std::size_t i = 0; i < lower.label_count(); ++i) {
    if (i > 0) text += '.';
    for (const std::uint8_t octet : lower.label(i)) {
      if (is_plain_label_octet(octet)) {
        text += static_cast<char>(octet);
      } else {
        fmt::format_to(std::back_inserter(text), "\\x{:02x}", octet);
      }
    }
  }
  return text;
}

std::vector<std::string> debug_lines(const DebugLookup& lookup) { return LookupLines(lookup).write(); }

std::vector<const DebugLookup*> in_gateway_order(std::span<const DebugLookup> lookups, const Result& result,
                                                 const VerifySettings& settings) {
  std::vector<const DebugLookup*> order;
  const auto add = [&](std::string_view name, wire::RrType type) {
    const DebugLookup* found = find_lookup(lookups, name, type);
    if (found != nullptr) order.push_back(found);
  };
  add(result.domain, wire::RrType::Mx);
  for (const Host& host : result.hosts) {
    for (const auto type : {wire::RrType::A, wire::RrType::Aaaa, wire::RrType::Cname}) add(host.name, type);
    if (host.address_status != Status::Secure) continue;  // what T-24 asks is not printed
    for (const std::string& base : tlsa_bases(lookups, host.name))
      add(fmt::format("_{}._tcp.{}", settings.port, base), wire::RrType::Tlsa);
  }
  return order;
}

std::vector<std::string> debug_connection_lines(const Result& result, const VerifySettings& settings,
                                                dnssec::UnixTime now, std::uint32_t& connections) {
  std::vector<std::string> lines;
  if (!result.decided_by.empty()) return lines;
  for (const HostVisit& host : gateway_walk(result, settings.multi_mx)) {
    for (const Visit& visit : host.visits) {
      const Stage stage = visit.probe == nullptr ? Stage::NotMade : stage_of(*visit.probe);
      if (stage == Stage::NotMade) continue;
      ++connections;
      if (stage != Stage::Success && stage != Stage::Certificate) continue;
      const bool verified = is_delivered(result, *host.host, visit);
      lines.push_back(fmt::format("{}DCID {} TLS success protocol {} cipher {}{}", debug_prefix(now, "Info"),
                                  connections, for_terminal(visit.probe->protocol), for_terminal(visit.probe->cipher),
                                  verified ? " for " + for_gateway_log(result.domain) : ""));
    }
  }
  return lines;
}

}  // namespace danesweep::output
