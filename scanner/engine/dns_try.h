// SPDX-License-Identifier: Apache-2.0
// One try of one question at one resolver: how it is made, and what came of it.
#pragma once

#include <cstdint>

#include "dnssec/wire/message.h"
#include "dnssec/wire/writer.h"
#include "tls/probe.h"

namespace danesweep::scanner {

enum class Carrier : std::uint8_t { Udp, Tcp };

/// The defaults are the way of every look-up (D-4); the others are for examining a resolver.
struct Manner {
  enum class Truncated : std::uint8_t {
    AskByTcp,
    Keep,  ///< the truncated message is the result
  };
  Carrier carrier = Carrier::Udp;
  std::uint16_t udp_size = wire::kEdnsUdpSize;
  Truncated truncated = Truncated::AskByTcp;
};

struct TryResult {
  enum class Kind : std::uint8_t {
    Message,     ///< a response to our question (D-4), whatever its rcode
    BareRcode,   ///< an error rcode without question section (FACTS A15) or FORMERR without OPT (A10)
    Silence,     ///< nothing within the time
    Refused,     ///< ICMP: nobody listens there
    Unsendable,  ///< no route, no socket
    Unreadable,  ///< answered, but with nothing that counts: malformed, truncated over TCP (D-4, D-8)
    Unusable,    ///< truncated, and TCP is not to be had
  };
  Kind kind = Kind::Silence;
  wire::MessagePtr message;
  wire::Rcode rcode{};
  tls::Instant sent{};             ///< when the try began
  Carrier carrier = Carrier::Udp;  ///< by which it ended

  /// The resolver is there and said something.
  bool is_answer() const {
    return kind == Kind::Message || kind == Kind::BareRcode || kind == Kind::Unreadable || kind == Kind::Unusable;
  }
};

}  // namespace danesweep::scanner
