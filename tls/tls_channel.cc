// SPDX-License-Identifier: Apache-2.0
#include "tls/tls_channel.h"

#include <array>
#include <cassert>
#include <span>
#include <utility>

#include <openssl/objects.h>

#include "tls/tls_library.h"

namespace danesweep::tls {
namespace {

/// All that a peer may send us: OpenSSL bounds each message, this bounds their number (KeyUpdate, tickets,
/// HelloRequest).
constexpr std::size_t kMaxReceivedOctets = 512UL * 1024;

constexpr std::size_t kRecordHeader = 5;
constexpr std::uint8_t kServerHello = 2, kCertificateRequest = 13;

/// T-58. With a CertificateRequest behind it, an alert that finds fault with a certificate means ours.
Outcome outcome_of_alert(int alert, bool certificate_requested) {
  switch (alert) {
    case SSL_AD_PROTOCOL_VERSION:
      return Outcome::TlsVersionOld;
    case SSL_AD_CERTIFICATE_REQUIRED:
      return Outcome::TlsClientCertRequired;
    case SSL_AD_HANDSHAKE_FAILURE:
    case SSL_AD_BAD_CERTIFICATE:
    case SSL_AD_UNSUPPORTED_CERTIFICATE:
    case SSL_AD_CERTIFICATE_REVOKED:
    case SSL_AD_CERTIFICATE_EXPIRED:
    case SSL_AD_CERTIFICATE_UNKNOWN:
    case SSL_AD_UNKNOWN_CA:
      return certificate_requested ? Outcome::TlsClientCertRequired : Outcome::TlsAlert;
    default:
      return Outcome::TlsAlert;
  }
}

std::string_view signature_name(int nid) {
  switch (nid) {
    case NID_X9_62_id_ecPublicKey:
      return "ECDSA";
    case NID_rsaEncryption:
      return "RSA";
    case NID_rsassaPss:
      return "RSA-PSS";
    case NID_ED25519:
      return "ED25519";
    case NID_ED448:
      return "ED448";
    default:
      return "";
  }
}

/// The group of the key exchange; TLS 1.2 keeps it only in the server's temporary key.
std::string group_name(SSL* ssl) {
  EVP_PKEY* raw = nullptr;
  if (SSL_get_peer_tmp_key(ssl, &raw) != 1) return {};
  const KeyPtr key(raw);
  std::array<char, 80> name{};
  std::size_t length = 0;
  if (EVP_PKEY_is_a(key.get(), "EC") == 1 && EVP_PKEY_get_group_name(key.get(), name.data(), name.size(), &length) == 1)
    return name.data();
  const char* type = EVP_PKEY_get0_type_name(key.get());
  if (type == nullptr) return {};
  return EVP_PKEY_is_a(key.get(), "DH") == 1 ? "DH-" + std::to_string(EVP_PKEY_get_bits(key.get())) : std::string(type);
}

}  // namespace

TlsChannel::TlsChannel(TlsContext& context, const std::string& sni) : context_(context) {
  ERR_clear_error();
  if (!set_up(sni)) {
    fail(Outcome::InternalError, "no TLS context");
  } else {
    handshake();
  }
}

bool TlsChannel::set_up(const std::string& sni) {
  SSL_CTX* settings = context_.impl().ssl_context.get();
  if (settings != nullptr) ssl_.reset(SSL_new(settings));
  BioPtr in(BIO_new(BIO_s_mem()));
  BioPtr out(BIO_new(BIO_s_mem()));
  if (!ssl_ || !in || !out) return false;
  in_ = in.release();
  out_ = out.release();
  SSL_set_bio(ssl_.get(), in_, out_);
  SSL_set_connect_state(ssl_.get());
  SSL_set_msg_callback(ssl_.get(), on_message);
  SSL_set_msg_callback_arg(ssl_.get(), this);
  return sni.empty() || SSL_set_tlsext_host_name(ssl_.get(), sni.c_str()) == 1;
}

/// Notes what the classification of failures needs; OpenSSL calls it before it judges the message itself.
void TlsChannel::on_message(int is_sent, int /*version*/, int content_type, const void* octets, std::size_t size,
                            SSL* /*ssl*/, void* channel) {
  auto& self = *static_cast<TlsChannel*>(channel);
  if (is_sent != 0 || content_type != SSL3_RT_HANDSHAKE || size < 1) return;
  const std::span message(static_cast<const std::uint8_t*>(octets), size);
  if (message[0] == kServerHello && size >= 6)
    self.server_version_ = static_cast<std::uint16_t>(message[4] << 8U | message[5]);
  if (message[0] == kCertificateRequest) self.certificate_requested_ = true;
}

/// Whether the octets so far may open a TLS record: type, version 3.x, a length that a record can have. OpenSSL would
/// answer plain text with an alert, which no peer of that kind wants to see (S-50, S-54).
bool TlsChannel::begins_as_tls(wire::Bytes records) {
  for (std::size_t i = 0; received_ + i < kRecordHeader && i < records.size(); ++i) {
    const std::uint8_t octet = records[i];
    switch (received_ + i) {
      case 0:
        if (octet < SSL3_RT_CHANGE_CIPHER_SPEC || octet > SSL3_RT_APPLICATION_DATA + 1) return false;
        break;
      case 1:
        if (octet != 3) return false;
        break;
      case 2:
        if (octet > 4) return false;
        break;
      case 3:
        if (octet > (SSL3_RT_MAX_ENCRYPTED_LENGTH >> 8)) return false;
        break;
      default:
        break;
    }
  }
  return true;
}

void TlsChannel::feed(wire::Bytes records) {
  if (status_ == Status::Closed || status_ == Status::Failed || records.empty()) return;
  if (!begins_as_tls(records)) return fail(Outcome::TlsNotTls, "");
  received_ += records.size();
  if (received_ > kMaxReceivedOctets) return fail(Outcome::TlsProtocolError, "too many octets");
  const int size = static_cast<int>(records.size());  // the limit above keeps it small
  if (BIO_write(in_, records.data(), size) != size) return fail(Outcome::InternalError, "out of memory");
  if (status_ == Status::Handshaking) handshake();
  if (status_ == Status::Open) read();
}

void TlsChannel::handshake() {
  ERR_clear_error();
  const int result = SSL_do_handshake(ssl_.get());
  if (result != 1) return broken(result);
  status_ = Status::Open;
  was_open_ = true;
}

void TlsChannel::read() {
  std::array<char, 4096> buffer{};
  for (;;) {
    ERR_clear_error();
    const int result = SSL_read(ssl_.get(), buffer.data(), static_cast<int>(buffer.size()));
    if (result <= 0) return broken(result);
    plain_.append(buffer.data(), static_cast<std::size_t>(result));
  }
}

/// OpenSSL stopped: it waits, or the peer is done, or one of the two broke TLS.
void TlsChannel::broken(int result) {
  const int error = SSL_get_error(ssl_.get(), result);
  if (error == SSL_ERROR_WANT_READ || error == SSL_ERROR_WANT_WRITE) return;
  if (error == SSL_ERROR_ZERO_RETURN) {
    status_ = Status::Closed;
    return;
  }
  const unsigned long cause = ERR_peek_last_error();
  const int reason = ERR_GET_REASON(cause);
  const char* text = ERR_reason_error_string(cause);
  const std::string_view detail = text != nullptr ? text : "";
  if (reason == ERR_R_MALLOC_FAILURE || reason == ERR_R_INTERNAL_ERROR) return fail(Outcome::InternalError, detail);
  constexpr int kLastAlert = SSL_AD_REASON_OFFSET + 255;
  if (ERR_GET_LIB(cause) == ERR_LIB_SSL && reason >= SSL_AD_REASON_OFFSET && reason <= kLastAlert) {
    const int alert = reason - SSL_AD_REASON_OFFSET;
    alert_ = static_cast<std::uint8_t>(alert);
    return fail(outcome_of_alert(alert, certificate_requested_),
                "alert " + std::to_string(alert) + " " + SSL_alert_desc_string_long(alert));
  }
  if (server_version_ != 0 && server_version_ < TLS1_2_VERSION) return fail(Outcome::TlsVersionOld, detail);
  if (reason == SSL_R_EXCESSIVE_MESSAGE_SIZE && SSL_get_state(ssl_.get()) == TLS_ST_CR_CERT)
    return fail(Outcome::TlsChainTooBig, detail);
  fail(Outcome::TlsProtocolError, detail);
}

void TlsChannel::fail(Outcome outcome, std::string_view detail) {
  ERR_clear_error();
  status_ = Status::Failed;
  failure_ = outcome;
  detail_ = detail;
}

void TlsChannel::write(std::string_view plain) {
  if (status_ != Status::Open || plain.empty()) return;
  ERR_clear_error();
  const int result = SSL_write(ssl_.get(), plain.data(), static_cast<int>(plain.size()));
  if (result <= 0) broken(result);
}

void TlsChannel::close() {
  if (status_ != Status::Open && status_ != Status::Closed) return;
  ERR_clear_error();
  SSL_shutdown(ssl_.get());
  ERR_clear_error();
}

std::string TlsChannel::take_output() {
  if (out_ == nullptr) return {};
  char* data = nullptr;
  const long size = BIO_get_mem_data(out_, &data);
  std::string output = size > 0 ? std::string(data, static_cast<std::size_t>(size)) : std::string();
  static_cast<void>(BIO_reset(out_));
  return output;
}

std::string TlsChannel::take_plain() { return std::exchange(plain_, std::string()); }

std::string TlsChannel::protocol() const {
  if (was_open_) return SSL_get_version(ssl_.get());
  switch (server_version_) {
    case SSL3_VERSION:
      return "SSLv3";
    case TLS1_VERSION:
      return "TLSv1";
    case TLS1_1_VERSION:
      return "TLSv1.1";
    default:
      return "";
  }
}

TlsFacts TlsChannel::facts() const {
  assert(was_open_);
  TlsFacts facts;
  facts.protocol = SSL_get_version(ssl_.get());
  facts.cipher = SSL_get_cipher_name(ssl_.get());
  facts.group = group_name(ssl_.get());
  int signature = NID_undef;
  if (SSL_get_peer_signature_type_nid(ssl_.get(), &signature) == 1) facts.signature_type = signature_name(signature);
  return facts;
}

ChainPtr TlsChannel::chain() const {
  assert(was_open_);
  CertificatesPtr certificates(X509_chain_up_ref(SSL_get_peer_cert_chain(ssl_.get())));
  return make_chain(context_.impl().library, std::move(certificates));
}

}  // namespace danesweep::tls
