// SPDX-License-Identifier: Apache-2.0
// Addresses as texts and as the kernel wants them, and which of them are never dialled (T-21, RFC 6890).
#pragma once

#include <sys/socket.h>

#include <array>
#include <cstdint>
#include <optional>
#include <string>

#include "scanner/engine/settings.h"

namespace danesweep::scanner {

/// Size of what was filled, 0 for a text that is no address.
socklen_t to_sockaddr(const SocketAddress& from, sockaddr_storage& out);

/// An IPv4 or IPv6 address in network order.
struct IpAddress {
  std::array<std::uint8_t, 16> octets{};
  bool is_v6 = false;

  static std::optional<IpAddress> from_text(const std::string& text);
  static IpAddress v4(const std::array<std::uint8_t, 4>& octets);
  static IpAddress v6(const std::array<std::uint8_t, 16>& octets);
  std::string to_text() const;
  /// "192.0.2.0/24" or "2001:db8:1::/48": the network that T-68 counts by.
  std::string network() const;
  bool is_loopback() const;
  /// T-21.
  bool is_special() const;
  friend bool operator==(const IpAddress&, const IpAddress&) = default;
  friend auto operator<=>(const IpAddress&, const IpAddress&) = default;  // NOLINT(modernize-use-nullptr): its 0
};

/// T-22: a UDP socket can be connected into 2000::/3.
bool has_ipv6_route();

}  // namespace danesweep::scanner
