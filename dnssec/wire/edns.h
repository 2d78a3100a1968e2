// SPDX-License-Identifier: Apache-2.0
// EDNS of a response (RFC 6891): what the OPT record in its additional section says, with the first extended error
// (RFC 8914). Hints only: nothing in it makes a verdict Secure or Insecure (D-2).
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "dnssec/wire/cursor.h"

namespace danesweep::wire {

inline constexpr std::size_t kMaxExtendedErrorText = 200;

struct Edns {
  std::uint16_t udp_size = 0;
  std::uint8_t version = 0;
  bool dnssec_ok = false;  ///< DO echoed
  std::optional<std::uint16_t> extended_error;
  std::string extended_error_text;  ///< at most kMaxExtendedErrorText octets, unsanitised
};

/// From the class, TTL and RDATA fields of an OPT record. Options behind a broken one are ignored.
Edns read_edns(std::uint16_t rr_class, std::uint32_t ttl, Bytes options);
/// The upper eight bits of the response code, in place.
constexpr std::uint16_t extended_rcode_bits(std::uint32_t ttl) { return static_cast<std::uint16_t>(ttl >> 24U << 4U); }

}  // namespace danesweep::wire
