// SPDX-License-Identifier: Apache-2.0
#include "tests/support/tls_server.h"

#include <array>
#include <stdexcept>
#include <utility>

#include <openssl/err.h>

namespace danesweep::test {
namespace {

int accept_any(int /*ok*/, X509_STORE_CTX* /*context*/) { return 1; }

void add_chain(SSL_CTX* context, const ServerChain& chain) {
  STACK_OF(X509)* issuers = sk_X509_new_null();
  for (std::size_t i = 1; i < chain.size(); ++i) sk_X509_push(issuers, chain[i].x509.get());
  if (SSL_CTX_use_cert_and_key(context, chain[0].x509.get(), chain[0].key.get(), issuers, 1) != 1)
    throw std::runtime_error("the server refuses its certificate");
  sk_X509_free(issuers);
}

int choose_by_name(SSL* ssl, int* /*alert*/, void* other_context) {
  const char* name = SSL_get_servername(ssl, TLSEXT_NAMETYPE_host_name);
  const auto* right = static_cast<const char*>(SSL_CTX_get_app_data(SSL_get_SSL_CTX(ssl)));
  if (name == nullptr || std::string_view(name) != right) SSL_set_SSL_CTX(ssl, static_cast<SSL_CTX*>(other_context));
  return SSL_TLSEXT_ERR_OK;
}

}  // namespace

std::shared_ptr<SSL_CTX> server_context(const TlsServerSettings& settings, const std::vector<ServerChain>& chains) {
  OPENSSL_init_ssl(OPENSSL_INIT_NO_LOAD_CONFIG, nullptr);
  std::shared_ptr<SSL_CTX> context(SSL_CTX_new(TLS_server_method()), SSL_CTX_free);
  SSL_CTX_set_security_level(context.get(), 0);
  SSL_CTX_set_min_proto_version(context.get(), settings.min_version);
  SSL_CTX_set_max_proto_version(context.get(), settings.max_version);
  for (const ServerChain& chain : chains) add_chain(context.get(), chain);
  if (settings.client_certificate != ClientCertificate::NotAsked) {
    const int required =
        settings.client_certificate == ClientCertificate::Required ? SSL_VERIFY_FAIL_IF_NO_PEER_CERT : 0;
    SSL_CTX_set_verify(context.get(), SSL_VERIFY_PEER | required, accept_any);
  }
  return context;
}

TlsServer::TlsServer(const TlsServerSettings& settings) : context_(server_context(settings, settings.chains)) {
  if (!settings.right_name.empty()) {
    other_context_ = server_context(settings, {settings.other_chain});
    SSL_CTX_set_app_data(context_.get(), const_cast<char*>(settings.right_name.c_str()));
    SSL_CTX_set_tlsext_servername_callback(context_.get(), choose_by_name);
    SSL_CTX_set_tlsext_servername_arg(context_.get(), other_context_.get());
  }
  ssl_.reset(SSL_new(context_.get()), SSL_free);
  in_ = BIO_new(BIO_s_mem());
  out_ = BIO_new(BIO_s_mem());
  SSL_set_bio(ssl_.get(), in_, out_);
  SSL_set_accept_state(ssl_.get());
}

void TlsServer::feed(std::string_view records) {
  BIO_write(in_, records.data(), static_cast<int>(records.size()));
  run();
}

void TlsServer::run() {
  ERR_clear_error();
  if (!is_open_) is_open_ = SSL_do_handshake(ssl_.get()) == 1;
  std::array<char, 1024> buffer{};
  while (is_open_) {
    ERR_clear_error();
    const int read = SSL_read(ssl_.get(), buffer.data(), static_cast<int>(buffer.size()));
    if (read <= 0) break;
    plain_.append(buffer.data(), static_cast<std::size_t>(read));
  }
  ERR_clear_error();
}

void TlsServer::write(std::string_view plain) {
  SSL_write(ssl_.get(), plain.data(), static_cast<int>(plain.size()));
  ERR_clear_error();
}

void TlsServer::close_notify() { SSL_shutdown(ssl_.get()); }

void TlsServer::ask_renegotiation() {
  SSL_renegotiate(ssl_.get());
  SSL_do_handshake(ssl_.get());
  ERR_clear_error();
}

void TlsServer::update_keys() {
  SSL_key_update(ssl_.get(), SSL_KEY_UPDATE_REQUESTED);
  SSL_do_handshake(ssl_.get());
  ERR_clear_error();
}

void TlsServer::fatal_alert() {
  // A record of a kind that cannot stand here makes OpenSSL send one.
  const std::string change_cipher_spec = {20, 3, 3, 0, 2, 1, 1};
  BIO_write(in_, change_cipher_spec.data(), static_cast<int>(change_cipher_spec.size()));
  char octet = 0;
  SSL_read(ssl_.get(), &octet, 1);
  ERR_clear_error();
}

std::string TlsServer::take_output() {
  char* data = nullptr;
  const long size = BIO_get_mem_data(out_, &data);
  std::string output = size > 0 ? std::string(data, static_cast<std::size_t>(size)) : std::string();
  static_cast<void>(BIO_reset(out_));
  return output;
}

std::string TlsServer::take_plain() { return std::exchange(plain_, std::string()); }

std::string TlsServer::server_name() const {
  const char* name = SSL_get_servername(ssl_.get(), TLSEXT_NAMETYPE_host_name);
  return name != nullptr ? name : "";
}

}  // namespace danesweep::test
