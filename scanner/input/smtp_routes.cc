// SPDX-License-Identifier: Apache-2.0
#include "scanner/input/smtp_routes.h"

#include <arpa/inet.h>

#include <algorithm>
#include <array>
#include <charconv>

#include "scanner/input/entry.h"

namespace danesweep::input {
namespace {

/// What is wrong with a host; empty: nothing. Unknown options are said but accepted.
struct HostCheck {
  std::string fault, warning;
};

bool is_address(std::string_view text) {
  std::array<unsigned char, 16> octets{};
  const std::string terminated(text);
  return inet_pton(AF_INET, terminated.c_str(), octets.data()) == 1 ||
         inet_pton(AF_INET6, terminated.c_str(), octets.data()) == 1;
}

bool is_number_up_to_65535(std::string_view text) {
  std::uint16_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return !text.empty() && error == std::errc{} && end == text.data() + text.size();
}

bool is_name_or_address(std::string_view text) { return is_address(text) || configured_name(text).has_value(); }

/// `name`, `[name]`, an address, each with an optional `:port`.
std::string check_place(std::string_view place) {
  std::string_view port;
  if (place.starts_with('[')) {
    const std::size_t close = place.find(']');
    if (close == std::string_view::npos) return "a bracket is not closed";
    port = place.substr(close + 1);
    place = place.substr(1, close - 1);
  } else if (std::ranges::count(place, ':') == 1) {
    port = place.substr(place.find(':'));
    place = place.substr(0, place.find(':'));
  }
  if (!is_name_or_address(place)) return fmt::format("'{}' is no host", escape_text(place, 80));
  if (!port.empty() && (port[0] != ':' || !is_number_up_to_65535(port.substr(1)) || port == ":0"))
    return fmt::format("'{}' is no port", escape_text(port, 40));
  return "";
}

HostCheck check_host(std::string_view host) {
  HostCheck check;
  const std::size_t slash = host.find('/');
  check.fault = check_place(host.substr(0, slash));
  for (std::size_t at = slash; at != std::string_view::npos && check.fault.empty();) {
    const std::size_t next = host.find('/', at + 1);
    const std::string_view option = host.substr(at + 1, next == std::string_view::npos ? next : next - at - 1);
    if (!option.starts_with("pri="))
      check.warning = fmt::format("unknown option '/{}', kept", escape_text(option, 40));
    else if (!is_number_up_to_65535(option.substr(4)))
      check.fault = fmt::format("'/{}': a priority from 0 to 65535 is expected", escape_text(option, 40));
    at = next;
  }
  return check;
}

std::vector<std::string_view> split_hosts(std::string_view text) {
  std::vector<std::string_view> hosts;
  for (;;) {
    const std::size_t comma = text.find(',');
    hosts.push_back(trim(text.substr(0, comma)));
    if (comma == std::string_view::npos) return hosts;
    text.remove_prefix(comma + 1);
  }
}

/// What a line's hosts come to; `warning` for options that are not known.
tl::expected<Route, std::string> route_of(std::string_view text, std::string& warning) {
  const auto hosts = split_hosts(text);
  const auto is_dns = [](std::string_view host) {
    return same_word(host.substr(0, host.find_first_of("/:")), "USEDNS");
  };
  const auto is_null = [](std::string_view host) { return host == "/dev/null"; };
  if (hosts.size() == 1 && same_word(hosts[0], "USEDNS")) return Route::UseDns;
  if (hosts.size() == 1 && is_null(hosts[0])) return Route::Dropped;
  if (std::ranges::any_of(hosts, is_dns))
    return tl::unexpected(std::string("USEDNS stands among other hosts or has options; it must stand alone"));
  if (std::ranges::any_of(hosts, is_null))
    return tl::unexpected(std::string("/dev/null stands among other hosts; it must stand alone"));
  for (const std::string_view host : hosts) {
    HostCheck check = check_host(host);
    if (!check.fault.empty()) return tl::unexpected(std::move(check.fault));
    if (!check.warning.empty()) warning = std::move(check.warning);
  }
  return Route::ToHost;
}

/// `[192.0.2.1]` or a bare address: a route for address literals, which no domain matches.
bool is_literal(std::string_view text) {
  if (text.starts_with('[') && text.ends_with(']')) text = text.substr(1, text.size() - 2);
  if (text.starts_with("IPv6:")) text.remove_prefix(5);
  return is_address(text);
}

}  // namespace

tl::expected<SmtpRoutes, std::string> SmtpRoutes::parse(std::string_view content, std::string_view file) {
  SmtpRoutes routes;
  bool all_seen = false;
  for (const FileLine& line : lines_without_comments(content)) {
    const auto fault = [&](std::string_view text) { return tl::unexpected(at_line(file, line.number, text)); };
    if (holds_control(line.text)) return fault("octets that are no text");
    std::string_view rest = line.text;
    const std::string_view domain = take_word(rest);
    if (trim(rest).empty()) return fault("a domain without hosts; expected DOMAIN HOST[,HOST...]");
    std::string warning;
    const auto route = route_of(trim(rest), warning);
    if (!route) return fault(route.error());
    if (!warning.empty()) routes.warnings_.push_back(at_line(file, line.number, warning));
    bool fresh = true;
    if (same_word(domain, "ALL")) {
      fresh = !std::exchange(all_seen, true);
      routes.all_ = *route;
    } else if (const auto name = configured_name(domain)) {
      fresh = routes.routes_.put(*name, *route);
    } else if (!is_literal(domain)) {
      return fault(fmt::format("'{}' is no domain", escape_text(domain, 80)));
    }
    if (!fresh)
      routes.warnings_.push_back(at_line(file, line.number, fmt::format("{} stands twice; the last counts", domain)));
  }
  return routes;
}

Route SmtpRoutes::find(const std::string& domain) const {
  const Route* found = routes_.find(domain);
  return found != nullptr ? *found : all_;
}

}  // namespace danesweep::input
