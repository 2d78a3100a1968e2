// SPDX-License-Identifier: Apache-2.0
#include "tls/tls_context.h"

#include <string>

#include "tls/tls_library.h"
#include "tls/trimmed_provider.h"

namespace danesweep::tls {
namespace {

constexpr const char* kCiphers = "HIGH:MEDIUM:!aNULL:!eNULL:!PSK:!SRP:!RC4:!MD5";

/// T-59: with one kind alone asked for, a server that has both shows that one.
struct Offer {
  const char* ciphers;     ///< of TLS 1.2
  const char* signatures;  ///< null: OpenSSL's own list, which begins with ECDSA
};
Offer offer_of(KeyOffer keys) {
  switch (keys) {
    case KeyOffer::EcdsaOnly:
      return {"HIGH:MEDIUM:!aNULL:!eNULL:!PSK:!SRP:!RC4:!MD5:!aRSA:!aDSS",
              "ECDSA+SHA256:ECDSA+SHA384:ECDSA+SHA512:ed25519:ed448"};
    case KeyOffer::RsaOnly:
      return {"HIGH:MEDIUM:!aNULL:!eNULL:!PSK:!SRP:!RC4:!MD5:!aECDSA:!aDSS",
              "rsa_pss_rsae_sha256:rsa_pss_rsae_sha384:rsa_pss_rsae_sha512:rsa_pss_pss_sha256:rsa_pss_pss_sha384:"
              "rsa_pss_pss_sha512:RSA+SHA256:RSA+SHA384:RSA+SHA512"};
    default:
      return {kCiphers, nullptr};
  }
}

/// Stands in for OpenSSL's verification during the handshake: the chain is captured now and judged later (T-51), so
/// none is built here (FACTS D3), and no TLSA record or trust store can move the handshake.
int accept_any_chain(X509_STORE_CTX* /*context*/, void* /*argument*/) { return 1; }

bool apply_settings(SSL_CTX* context, KeyOffer keys) {
  const Offer offer = offer_of(keys);
  SSL_CTX_set_security_level(context, kSecurityLevel);
  SSL_CTX_set_options(context, SSL_OP_NO_TICKET | SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION);
  SSL_CTX_set_mode(context, SSL_MODE_RELEASE_BUFFERS);  // FACTS D4: 42 KB a probe instead of 76
  SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
  SSL_CTX_set_max_cert_list(context, static_cast<long>(kMaxCertificateOctets));
  SSL_CTX_set_verify(context, SSL_VERIFY_NONE, nullptr);
  SSL_CTX_set_cert_verify_callback(context, accept_any_chain, nullptr);
  return SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION) == 1 &&
         SSL_CTX_set_max_proto_version(context, TLS1_3_VERSION) == 1 &&
         SSL_CTX_set_cipher_list(context, offer.ciphers) == 1 &&
         (offer.signatures == nullptr || SSL_CTX_set1_sigalgs_list(context, offer.signatures) == 1) &&
         SSL_CTX_dane_enable(context) == 1;
}

}  // namespace

TlsLibrary::TlsLibrary(Decoders decoders) {
  // No openssl.cnf of the machine may move a verdict (T-50): this comes before any other call into OpenSSL.
  OPENSSL_init_ssl(OPENSSL_INIT_NO_LOAD_CONFIG, nullptr);
  context.reset(OSSL_LIB_CTX_new());
  if (decoders == Decoders::Trimmed) provider = load_trimmed_provider(context.get());
  if (!provider) provider.reset(OSSL_PROVIDER_load(context.get(), "default"));
  sha256.reset(EVP_MD_fetch(context.get(), "SHA2-256", nullptr));
  sha512.reset(EVP_MD_fetch(context.get(), "SHA2-512", nullptr));
}

TlsContext::Impl::Impl(KeyOffer offer, Decoders decoders)
    : library(std::make_shared<const TlsLibrary>(decoders)),
      ssl_context(SSL_CTX_new_ex(library->context.get(), nullptr, TLS_client_method())) {
  if (ssl_context && !apply_settings(ssl_context.get(), offer)) ssl_context.reset();
}

TlsContext::TlsContext(KeyOffer offer, Decoders decoders) : impl_(std::make_unique<Impl>(offer, decoders)) {}
TlsContext::~TlsContext() = default;

}  // namespace danesweep::tls
