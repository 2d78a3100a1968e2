// SPDX-License-Identifier: Apache-2.0
// Queries as danesweep sends them: RD, CD and DO set, EDNS 1232, no cookie (RFC 6840 section 5.9, RFC 6891).
#pragma once

#include <array>
#include <cstdint>

#include "dnssec/wire/cursor.h"
#include "dnssec/wire/message.h"

namespace danesweep::wire {

inline constexpr std::uint16_t kEdnsUdpSize = 1232;

/// A query in a buffer of its own: header, one question, OPT. At most 12 + 255 + 4 + 11 octets.
class QueryPacket {
 public:
  /// `udp_size`: what EDNS says that we can take by UDP.
  QueryPacket(const Question& question, std::uint16_t id, std::uint16_t udp_size = kEdnsUdpSize);
  Bytes octets() const { return {octets_.data(), size_}; }

 private:
  std::array<std::uint8_t, 12 + kMaxNameOctets + 4 + 11> octets_;
  std::size_t size_ = 0;
};

}  // namespace danesweep::wire
