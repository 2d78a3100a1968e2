// SPDX-License-Identifier: Apache-2.0
// OpenSSL's settings for probes (T-50), one per worker: own library context without the machine's openssl.cnf, empty
// trust store, security level 1, TLS 1.2 to 1.3.
#pragma once

#include <cstdint>
#include <memory>

namespace danesweep::tls {

/// T-59: which kind of certificate is asked for.
enum class KeyOffer : std::uint8_t { EcdsaFirst, EcdsaOnly, RsaOnly };
/// FACTS D2: only the decoders that certificates need are looked through; same results, a quarter less CPU.
enum class Decoders : std::uint8_t { Trimmed, Stock };

class TlsContext {
 public:
  explicit TlsContext(KeyOffer offer = KeyOffer::EcdsaFirst, Decoders decoders = Decoders::Trimmed);
  ~TlsContext();
  TlsContext(const TlsContext&) = delete;
  TlsContext& operator=(const TlsContext&) = delete;
  TlsContext(TlsContext&&) = delete;
  TlsContext& operator=(TlsContext&&) = delete;

  struct Impl;
  Impl& impl() { return *impl_; }

 private:
  std::unique_ptr<Impl> impl_;
};

}  // namespace danesweep::tls
