// SPDX-License-Identifier: Apache-2.0
// What makes two DNSKEYs the same key for RFC 5011: algorithm, protocol and public key, flags apart; and the flags.
#pragma once

#include <algorithm>
#include <cstdint>
#include <vector>

#include "dnssec/wire/cursor.h"
#include "dnssec/wire/rdata.h"

namespace danesweep::dnssec {

inline constexpr std::size_t kFlagsOctets = 2;

inline bool same_key(wire::Bytes a, wire::Bytes b) {
  return a.size() > kFlagsOctets &&
         std::ranges::equal(a.subspan(kFlagsOctets), b.subspan(std::min(kFlagsOctets, b.size())));
}

inline std::uint16_t flags_of(wire::Bytes rdata) {
  return rdata.size() < kFlagsOctets ? std::uint16_t{0} : static_cast<std::uint16_t>(rdata[0] << 8U | rdata[1]);
}

inline bool is_revoked(wire::Bytes rdata) { return (flags_of(rdata) & wire::Dnskey::kRevoke) != 0; }
inline bool is_sep(wire::Bytes rdata) { return (flags_of(rdata) & wire::Dnskey::kSep) != 0; }

inline std::vector<std::uint8_t> with_revoke(std::vector<std::uint8_t> rdata) {
  rdata[1] = static_cast<std::uint8_t>(rdata[1] | wire::Dnskey::kRevoke);
  return rdata;
}

inline std::vector<std::uint8_t> without_revoke(wire::Bytes rdata) {
  std::vector<std::uint8_t> out(rdata.begin(), rdata.end());
  out[1] = static_cast<std::uint8_t>(out[1] & ~unsigned{wire::Dnskey::kRevoke});
  return out;
}

}  // namespace danesweep::dnssec
