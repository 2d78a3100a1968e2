// SPDX-License-Identifier: Apache-2.0
// What lies behind TlsContext and ChainHandle, for the .cc files of tls/ and for tests that build chains: OpenSSL's
// library context with its settings (T-50), and certificates that keep that library context alive.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "tls/certificate.h"
#include "tls/openssl_handles.h"
#include "tls/tls_context.h"

namespace danesweep::tls {

/// T-50: level 1 as Postfix has it; Debian's default of 2 turns RSA-1024 leaves into failures.
inline constexpr int kSecurityLevel = 1;
inline constexpr int kVerifyDepth = 10;                             ///< T-53
inline constexpr std::size_t kMaxCertificateOctets = 100UL * 1024;  ///< of one Certificate message

/// A library context of our own and what is fetched from it once (FACTS C1).
struct TlsLibrary {
  explicit TlsLibrary(Decoders decoders);
  LibraryPtr context;
  ProviderPtr provider;
  DigestPtr sha256, sha512;
};

struct TlsContext::Impl {
  Impl(KeyOffer offer, Decoders decoders);
  std::shared_ptr<const TlsLibrary> library;
  SslCtxPtr ssl_context;  ///< null if OpenSSL could not be set up: every probe ends `internal-error`
};

struct ChainHandle::Impl {
  std::shared_ptr<const TlsLibrary> library;  ///< outlives the certificates, which point into it
  CertificatesPtr certificates;               ///< as sent, leaf first; never empty
  X509* leaf() const { return sk_X509_value(certificates.get(), 0); }
  int size() const { return sk_X509_num(certificates.get()); }
  X509* at(int depth) const { return sk_X509_value(certificates.get(), depth); }
};

/// A chain of libssl's own certificates. Null if there are none.
ChainPtr make_chain(std::shared_ptr<const TlsLibrary> library, CertificatesPtr certificates);

/// DER of the certificate or of its SubjectPublicKeyInfo: what selectors 0 and 1 speak of (RFC 6698 section 2.1.2).
std::vector<std::uint8_t> certificate_der(X509* certificate);
std::vector<std::uint8_t> public_key_der(X509* certificate);

std::vector<std::uint8_t> digest(const EVP_MD* algorithm, std::span<const std::uint8_t> octets);

}  // namespace danesweep::tls
