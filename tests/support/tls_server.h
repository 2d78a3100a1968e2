// SPDX-License-Identifier: Apache-2.0
// A TLS server of OpenSSL's over octets in memory, for tests and benchmarks of the client: no socket, no thread.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <openssl/ssl.h>

#include "tests/support/certificates.h"

namespace danesweep::test {

enum class ClientCertificate : std::uint8_t { NotAsked, Asked, Required };

/// A certificate with its key, then the issuers sent behind it.
using ServerChain = std::vector<Certificate>;

struct TlsServerSettings {
  std::vector<ServerChain> chains;  ///< one of each key type, as servers with ECDSA and RSA have
  int min_version = TLS1_2_VERSION, max_version = TLS1_3_VERSION;
  ClientCertificate client_certificate = ClientCertificate::NotAsked;
  std::string right_name;  ///< not empty: `chains` only for this SNI, `other_chain` for the rest
  ServerChain other_chain;
};

class TlsServer {
 public:
  explicit TlsServer(const TlsServerSettings& settings);

  /// Records of the client in; what the server wants sent comes from `take_output`.
  void feed(std::string_view records);
  void write(std::string_view plain);
  void close_notify();
  void ask_renegotiation();
  void update_keys();
  /// Sends a fatal alert (unexpected_message) under the keys of the connection.
  void fatal_alert();

  std::string take_output();
  std::string take_plain();
  bool is_open() const { return is_open_; }
  /// SNI of the client.
  std::string server_name() const;
  SSL* ssl() const { return ssl_.get(); }

 private:
  void run();

  std::shared_ptr<SSL_CTX> context_, other_context_;
  std::shared_ptr<SSL> ssl_;
  BIO* in_;
  BIO* out_;
  bool is_open_ = false;
  std::string plain_;
};

/// The SSL_CTX of such a server: benchmarks make many connections with one.
std::shared_ptr<SSL_CTX> server_context(const TlsServerSettings& settings, const std::vector<ServerChain>& chains);

}  // namespace danesweep::test
