// SPDX-License-Identifier: Apache-2.0
#include "scanner/engine/socket_address.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>

namespace danesweep::scanner {

namespace {

struct Prefix {
  const char* text;
  unsigned bits;
};

// RFC 6890 and its registry, as T-21 lists them.
constexpr Prefix kSpecialV4[] = {
    {"0.0.0.0", 8},       {"10.0.0.0", 8},     {"100.64.0.0", 10}, {"127.0.0.0", 8},    {"169.254.0.0", 16},
    {"172.16.0.0", 12},   {"192.0.0.0", 24},   {"192.0.2.0", 24},  {"192.168.0.0", 16}, {"198.18.0.0", 15},
    {"198.51.100.0", 24}, {"203.0.113.0", 24}, {"224.0.0.0", 4},   {"240.0.0.0", 4},
};
constexpr Prefix kSpecialV6[] = {
    {"::", 128},        {"::1", 128},   {"::ffff:0:0", 96}, {"64:ff9b:1::", 48}, {"100::", 64},
    {"2001:db8::", 32}, {"3fff::", 20}, {"fc00::", 7},      {"fe80::", 10},      {"ff00::", 8},
};

bool lies_in(const IpAddress& address, const Prefix& prefix) {
  const std::optional<IpAddress> base = IpAddress::from_text(prefix.text);
  const unsigned whole = prefix.bits / 8, rest = prefix.bits % 8;
  if (!std::equal(base->octets.begin(), base->octets.begin() + whole, address.octets.begin())) return false;
  if (rest == 0) return true;
  const auto mask = static_cast<std::uint8_t>(0xFF00U >> rest);
  return (base->octets[whole] & mask) == (address.octets[whole] & mask);
}

}  // namespace

std::string SocketAddress::to_text() const {
  const bool is_v6 = address.find(':') != std::string::npos;
  return (is_v6 ? "[" + address + "]" : address) + ":" + std::to_string(port);
}

socklen_t to_sockaddr(const SocketAddress& from, sockaddr_storage& out) {
  out = {};
  auto& v4 = reinterpret_cast<sockaddr_in&>(out);
  if (inet_pton(AF_INET, from.address.c_str(), &v4.sin_addr) == 1) {
    v4.sin_family = AF_INET;
    v4.sin_port = htons(from.port);
    return sizeof v4;
  }
  auto& v6 = reinterpret_cast<sockaddr_in6&>(out);
  if (inet_pton(AF_INET6, from.address.c_str(), &v6.sin6_addr) == 1) {
    v6.sin6_family = AF_INET6;
    v6.sin6_port = htons(from.port);
    return sizeof v6;
  }
  return 0;
}

std::optional<IpAddress> IpAddress::from_text(const std::string& text) {
  IpAddress address;
  if (inet_pton(AF_INET, text.c_str(), address.octets.data()) == 1) return address;
  address.is_v6 = true;
  if (inet_pton(AF_INET6, text.c_str(), address.octets.data()) == 1) return address;
  return std::nullopt;
}

IpAddress IpAddress::v4(const std::array<std::uint8_t, 4>& octets) {
  IpAddress address;
  std::copy(octets.begin(), octets.end(), address.octets.begin());
  return address;
}

IpAddress IpAddress::v6(const std::array<std::uint8_t, 16>& octets) { return {octets, true}; }

std::string IpAddress::to_text() const {
  std::array<char, INET6_ADDRSTRLEN> text{};
  inet_ntop(is_v6 ? AF_INET6 : AF_INET, octets.data(), text.data(), text.size());
  return text.data();
}

std::string IpAddress::network() const {
  IpAddress base = *this;
  const unsigned kept = is_v6 ? 6 : 3;
  std::fill(base.octets.begin() + kept, base.octets.end(), std::uint8_t{0});
  return base.to_text() + (is_v6 ? "/48" : "/24");
}

bool IpAddress::is_loopback() const { return is_v6 ? lies_in(*this, {"::1", 128}) : octets[0] == 127; }

bool IpAddress::is_special() const {
  const auto holds = [this](const Prefix& prefix) { return lies_in(*this, prefix); };
  return is_v6 ? std::any_of(std::begin(kSpecialV6), std::end(kSpecialV6), holds)
               : std::any_of(std::begin(kSpecialV4), std::end(kSpecialV4), holds);
}

bool has_ipv6_route() {
  const int probe = socket(AF_INET6, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if (probe < 0) return false;
  sockaddr_storage target{};
  const socklen_t size = to_sockaddr({"2000::1", 53}, target);
  const bool reachable = connect(probe, reinterpret_cast<sockaddr*>(&target), size) == 0;
  close(probe);
  return reachable;
}

}  // namespace danesweep::scanner
