// SPDX-License-Identifier: Apache-2.0
// The farm of RULES.md part H without sockets: a server is a script of replies, in the clear and under TLS, played to a
// probe on a clock that the test hands out. What the probe would wait for costs no time.
#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "tests/support/tls_server.h"
#include "tls/probe.h"

namespace danesweep::test {

using namespace std::chrono_literals;
using tls::Duration;
using tls::Instant;

/// Part H: connect 1 s, greeting 2 s, reply 1 s, TLS 2 s, QUIT 0.5 s, probe 6 s.
inline constexpr tls::Timeouts kFarmLimits{1s, 2s, 1s, 2s, 500ms, 6s};

/// What a server does at one point: octets, at once or drop by drop, and how it goes on.
struct Says {
  enum class Then : std::uint8_t { Listens, Closes };
  std::string octets;
  Then then = Then::Listens;
  Duration delay{0};
  std::size_t piece = 0;  ///< octets at a time; 0: all at once
  Duration gap{0};        ///< between pieces
  std::size_t times = 1;
};
inline Says says(std::string octets) { return {std::move(octets)}; }
/// Floods: `octets`, `times` times.
inline Says says_often(std::string octets, std::size_t times) {
  return {std::move(octets), Says::Then::Listens, Duration{0}, 0, Duration{0}, times};
}
inline Says silent() { return {}; }
inline Says closes(std::string octets = {}) { return {std::move(octets), Says::Then::Closes}; }
inline Says drips(std::string octets, std::size_t piece, Duration gap) {
  return {std::move(octets), Says::Then::Listens, gap, piece, gap};
}
inline Says late(Duration delay, std::string octets) { return {std::move(octets), Says::Then::Listens, delay}; }
/// `text`, `count` times.
std::string repeated(std::string_view text, std::size_t count);

struct ServerScript {
  Says greeting = says("220 mx.example.org ESMTP ready\r\n");
  Says ehlo = says("250-mx.example.org greets you\r\n250-PIPELINING\r\n250-STARTTLS\r\n250 8BITMIME\r\n");
  Says helo = says("250 mx.example.org\r\n");
  Says starttls = says("220 go ahead\r\n");
  /// Instead of TLS; none: the server of `tls`.
  std::optional<Says> instead_of_tls;
  TlsServerSettings tls;
  /// Bends the records that the TLS server sends: flight by flight, counted from 0.
  std::function<Says(std::string, int)> bend;
  Says ehlo_tls = says("250-mx.example.org\r\n250 PIPELINING\r\n");
  /// Does something to TLS when the second EHLO comes; `ehlo_tls` follows.
  std::function<void(TlsServer&)> before_ehlo_tls;
  /// The same when QUIT comes, instead of a reply.
  std::function<void(TlsServer&)> before_quit_tls;
  Says quit = says("221 bye\r\n");
};

struct Played {
  tls::Capture capture;
  Duration took{0};                   ///< from the start of connecting to the end
  std::vector<std::string> commands;  ///< all that the client said, in the clear and under TLS
  std::string server_name;            ///< SNI
};

struct PlaySettings {
  tls::ProbeSettings probe{"scanner.example.net", kFarmLimits, tls::Banners::Keep};
  std::string base_name = "mx.example.org";
  std::size_t chunk = 0;  ///< octets that the probe gets at a time; 0: as sent
};

/// Plays one connection to its end. Fails the running test if the probe sets no deadline that comes.
Played play(const ServerScript& script, tls::TlsContext& context, const PlaySettings& settings = {});

}  // namespace danesweep::test
