// SPDX-License-Identifier: Apache-2.0
// The peer's chain as recorded (T-56): digests, names, dates of each certificate as sent. No OpenSSL type leaves tls/
// but behind ChainHandle, which keeps libssl's own parsed certificates so that none is parsed twice (FACTS D1).
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "dnssec/wire/cursor.h"
#include "tls/tls_context.h"

namespace danesweep::tls {

inline constexpr std::size_t kMaxRecordedCertificates = 20;
inline constexpr std::size_t kMaxRecordedNames = 100;

struct CertificateRecord {
  std::array<std::uint8_t, 32> sha256{}, spki_sha256{};
  std::string subject, issuer;                 ///< RFC 2253 text, controls and non-ASCII escaped (T-48)
  std::vector<std::string> dns_names;          ///< DNS SANs, at most kMaxRecordedNames of 253 octets
  std::int64_t not_before = 0, not_after = 0;  ///< seconds since 1970
  std::string key_type;                        ///< "EC", "RSA", "ED25519"
  std::uint32_t key_bits = 0;
  std::string signature_algorithm;
};

/// The chain as sent, leaf first, for matching; opaque outside tls/.
class ChainHandle {
 public:
  struct Impl;
  explicit ChainHandle(std::unique_ptr<const Impl> impl);
  ~ChainHandle();
  ChainHandle(const ChainHandle&) = delete;
  ChainHandle& operator=(const ChainHandle&) = delete;
  ChainHandle(ChainHandle&&) = delete;
  ChainHandle& operator=(ChainHandle&&) = delete;
  const Impl& impl() const { return *impl_; }

 private:
  std::unique_ptr<const Impl> impl_;
};
using ChainPtr = std::shared_ptr<const ChainHandle>;

/// A chain out of DER certificates, leaf first, for a capture that was kept. Null if there is none, or if one is not
/// exactly one certificate.
ChainPtr chain_from_der(TlsContext& context, std::span<const wire::Bytes> certificates);

/// The way back: DER of each certificate, leaf first.
std::vector<std::vector<std::uint8_t>> chain_to_der(const ChainHandle& chain);

/// T-56: the chain for the results file and `--trace`.
std::vector<CertificateRecord> describe_chain(const ChainHandle& chain);

}  // namespace danesweep::tls
