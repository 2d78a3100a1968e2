// SPDX-License-Identifier: Apache-2.0
// Certificates made on the spot, by OpenSSL, for tests and benchmarks: a builder that reads as a sentence. Keys come
// from a pool: one kind and number is the same key all through a program. RSA keys are kept, not made; there are few of
// them.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include <openssl/evp.h>
#include <openssl/x509.h>

namespace danesweep::test {

/// The wall clock of all tests: 2026-06-01 00:00:00 UTC.
inline constexpr std::int64_t kNow = 1'780'272'000;
inline constexpr std::int64_t kDay = 24L * 3600;

using Octets = std::vector<std::uint8_t>;

enum class KeyKind : std::uint8_t { P256, P384, Rsa2048, Rsa1024, Rsa512, RsaPss, Ed25519 };
using Key = std::shared_ptr<EVP_PKEY>;

/// Key `number` of its kind, made when first asked for.
Key key_from_pool(KeyKind kind, int number);

struct Certificate {
  std::shared_ptr<X509> x509;
  Key key;

  Octets der() const;
  Octets spki() const;
};

/// RDATA of a TLSA record on `of`, made by hand: DER or SPKI, whole or hashed (RFC 6698 section 2.1).
Octets tlsa_rdata(int usage, int selector, int matching_type, const Certificate& of);
Octets tlsa_rdata(int usage, int selector, int matching_type, const Octets& data);
Octets sha256(const Octets& octets);
Octets sha512(const Octets& octets);

class CertificateBuilder {
 public:
  /// Subject CN; empty: no subject at all.
  explicit CertificateBuilder(std::string common_name) : common_name_(std::move(common_name)) {}

  CertificateBuilder& key(Key key) { return key_ = std::move(key), *this; }
  CertificateBuilder& issued_by(const Certificate& issuer) { return issuer_ = &issuer, *this; }
  /// As OpenSSL writes them: "DNS:mx.example.org", "IP:192.0.2.1", "email:a@example.org".
  CertificateBuilder& san(std::string text) { return san_ = std::move(text), *this; }
  CertificateBuilder& dates(std::int64_t from, std::int64_t to) { return from_ = from, to_ = to, *this; }
  CertificateBuilder& ca(std::string constraints = "critical,CA:TRUE") {
    return constraints_ = std::move(constraints), key_usage_ = "critical,keyCertSign,cRLSign", *this;
  }
  CertificateBuilder& key_usage(std::string text) { return key_usage_ = std::move(text), *this; }
  CertificateBuilder& extended_key_usage(std::string text) { return extended_key_usage_ = std::move(text), *this; }
  CertificateBuilder& unknown_critical_extension() { return unknown_critical_ = true, *this; }
  /// Makes the certificate this much larger.
  CertificateBuilder& padding(std::size_t octets) { return padding_ = octets, *this; }
  CertificateBuilder& signed_with(const EVP_MD* digest) { return digest_ = digest, *this; }
  /// Signs with this key although the issuer has another.
  CertificateBuilder& signed_by_stranger(Key key) { return signer_ = std::move(key), *this; }
  Certificate make() const;

 private:
  std::string common_name_, san_, constraints_, key_usage_, extended_key_usage_;
  Key key_, signer_;
  const Certificate* issuer_ = nullptr;  ///< null: self-signed
  std::int64_t from_ = kNow - 30 * kDay, to_ = kNow + 300 * kDay;
  bool unknown_critical_ = false;
  std::size_t padding_ = 0;
  const EVP_MD* digest_ = nullptr;
};

}  // namespace danesweep::test
