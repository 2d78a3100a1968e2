// SPDX-License-Identifier: Apache-2.0
// Ways in which a resolver, or somebody on the way to it, misbehaves towards `danesweep query`: a table. Each row says
// what it does with one question, which look-up shows it, and what must come of that (RULES.md D-4 to D-8, D-59, D-61).
#pragma once

#include <chrono>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "tests/lab/dns_message.h"
#include "tests/lab/resolution.h"

namespace danesweep::lab {

/// One thing that goes out: a datagram, or octets of a TCP stream.
struct Packet {
  enum class From : std::uint8_t { OwnPort, OtherPort, OtherAddress };
  std::string octets;
  std::chrono::milliseconds after{0};
  From from = From::OwnPort;  ///< UDP only
  bool closes = false;        ///< TCP: the connection, behind the octets
};
using Packets = std::vector<Packet>;

/// One question as it came, and the honest answer to it.
struct Exchange {
  Query query;
  Answer answer;
  bool is_tcp = false;
  std::size_t number = 0;  ///< of the questions so far, from 0

  /// The message for `answer` as it stands, truncated as UDP wants it.
  std::string message() const;
  /// The same as a packet: with its length in front over TCP.
  Packets honest() const { return packets(message()); }
  Packets packets(std::string message) const;
};

struct HostileBehaviour {
  enum class Tcp : std::uint8_t { Listens, Closed };
  const char* name;
  const char* question;  ///< "host.good. A": what is looked up to see it
  const char* status;
  const char* reason;  ///< "" for SECURE
  Packets (*behave)(Exchange& exchange);
  Tcp tcp = Tcp::Listens;
};

std::span<const HostileBehaviour> hostile_behaviours();
/// Throws std::runtime_error with the known names.
const HostileBehaviour& hostile_behaviour(std::string_view name);

}  // namespace danesweep::lab
