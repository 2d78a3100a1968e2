// SPDX-License-Identifier: Apache-2.0
// One connection to a mail host as a machine over byte buffers: greeting, EHLO, STARTTLS, handshake, EHLO, QUIT (RFC
// 5321, RFC 3207; rules T-38 to T-48, T-57, T-58). It owns no socket and reads no clock: the engine hands it octets and
// the time, sends what it wants sent, and wakes it at its deadline. Start reading here.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "dnssec/wire/cursor.h"
#include "tls/certificate.h"
#include "tls/outcome.h"
#include "tls/smtp_dialogue.h"
#include "tls/timeouts.h"
#include "tls/tls_context.h"

namespace danesweep::tls {

/// Monotonic time of the engine.
using Instant = std::chrono::steady_clock::time_point;

struct ProbeSettings {
  std::string helo;  ///< EHLO argument (T-70)
  Timeouts timeouts;
  Banners banners = Banners::Keep;
};

/// What one connection brought. The DANE verdict is match_chain's business: `outcome` is Ok when the handshake was
/// completed, else the failure.
struct Capture {
  Outcome outcome = Outcome::InternalError;
  std::string detail;  ///< alert number, OpenSSL's text, reply code: for sentences; sanitised
  std::string protocol, cipher, group, signature_type, sni;
  ChainPtr chain;  ///< set when a handshake was completed
  std::vector<RecordedReply> replies;
  std::vector<std::string>
      warnings;  ///< bare-lf, reply-codes-differ, starttls-code, post-tls-trouble, tls-1.2-only, ehlo-refused
  std::optional<std::uint8_t> alert;  ///< the fatal alert of the peer that ended TLS
  bool greeted = false;               ///< a 220 greeting arrived (resets a provider's back-off, T-69)
};

/// T-47: worth one more try later. Beside the outcomes of that kind also an alert 80, which says that the server is
/// ill.
bool is_retriable(const Capture& capture);

class Probe {
 public:
  /// `base_name`: SNI (T-50), lower case without final dot. Borrows `context`. `start`: when connecting began.
  Probe(const ProbeSettings& settings, std::string base_name, TlsContext& context, Instant start);
  ~Probe();
  Probe(Probe&&) noexcept;
  Probe& operator=(Probe&&) noexcept;
  Probe(const Probe&) = delete;
  Probe& operator=(const Probe&) = delete;

  /// TCP is up.
  void connected(Instant now);
  /// TCP could not be had: ConnectRefused, ConnectTimeout or ConnectUnreachable.
  void connect_failed(Outcome why);
  /// Octets from the peer.
  void feed(wire::Bytes octets, Instant now);
  /// Orderly end of the peer's octets, or a reset.
  void closed(Instant now);
  /// The deadline has come (or later).
  void timer(Instant now);

  /// Octets to send next; the engine sends all of them and calls `sent`. Valid until the next call.
  wire::Bytes to_send() const;
  void sent(std::size_t count);
  /// When `timer` wants to be called; changes with every call.
  Instant deadline() const;
  /// True: close the connection (after sending what is left, without waiting for it) and take the capture.
  bool finished() const;
  /// Once, when finished.
  Capture take_capture();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace danesweep::tls
