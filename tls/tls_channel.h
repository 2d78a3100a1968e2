// SPDX-License-Identifier: Apache-2.0
// One TLS client over octets in memory (RFC 8446, RFC 5246; rules T-50, T-56 to T-58): records go in, records and plain
// octets come out. It never verifies; it shows the chain and says, where TLS broke, who broke it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "tls/certificate.h"
#include "tls/openssl_handles.h"
#include "tls/outcome.h"
#include "tls/tls_context.h"

namespace danesweep::tls {

/// What a completed handshake agreed on (T-56).
struct TlsFacts {
  std::string protocol, cipher, group, signature_type;
};

class TlsChannel {
 public:
  enum class Status : std::uint8_t {
    Handshaking,
    Open,    ///< handshake complete
    Closed,  ///< the peer's close_notify
    Failed,  ///< `failure` and `detail` say how
  };

  /// Begins at once: the ClientHello is in `take_output`. `sni`: A-labels without final dot. Borrows `context`.
  TlsChannel(TlsContext& context, const std::string& sni);
  ~TlsChannel() = default;
  TlsChannel(const TlsChannel&) = delete;
  TlsChannel& operator=(const TlsChannel&) = delete;
  TlsChannel(TlsChannel&&) = delete;
  TlsChannel& operator=(TlsChannel&&) = delete;

  void feed(wire::Bytes records);
  /// Only when open.
  void write(std::string_view plain);
  /// Queues our close_notify.
  void close();

  std::string take_output();
  std::string take_plain();

  Status status() const { return status_; }
  bool was_open() const { return was_open_; }
  Outcome failure() const { return failure_; }
  const std::string& detail() const { return detail_; }
  /// The peer's fatal alert, if that ended TLS.
  std::optional<std::uint8_t> alert() const { return alert_; }
  /// Of the ServerHello, even when TLS failed over it; else empty.
  std::string protocol() const;
  /// Both only after a completed handshake.
  TlsFacts facts() const;
  ChainPtr chain() const;

 private:
  static void on_message(int is_sent, int version, int content_type, const void* octets, std::size_t size, SSL* ssl,
                         void* channel);
  bool set_up(const std::string& sni);
  void handshake();
  void read();
  void broken(int result);
  void fail(Outcome outcome, std::string_view detail);
  bool begins_as_tls(wire::Bytes records);

  TlsContext& context_;
  SslPtr ssl_;
  BIO* in_ = nullptr;  ///< owned by ssl_, as is out_
  BIO* out_ = nullptr;
  Status status_ = Status::Handshaking;
  bool was_open_ = false;
  bool certificate_requested_ = false;
  std::uint16_t server_version_ = 0;  ///< of the ServerHello; TLS 1.3 says 1.2 there
  std::size_t received_ = 0;
  std::string plain_;
  Outcome failure_ = Outcome::InternalError;
  std::string detail_;
  std::optional<std::uint8_t> alert_;
};

}  // namespace danesweep::tls
