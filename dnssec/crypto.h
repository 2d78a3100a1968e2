// SPDX-License-Identifier: Apache-2.0
// The cryptographic library behind a narrow door: nothing else in dnssec/ (nor scanner/, output/) includes OpenSSL.
// Algorithms and digests are fetched once per process; a Crypto holds the contexts of one thread (FACTS: no fetch on
// the hot path).
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "dnssec/policy.h"
#include "dnssec/wire/cursor.h"

namespace danesweep::dnssec {

using wire::Bytes;

enum class KeyFault : std::uint8_t {
  UnsupportedAlgorithm,  ///< not in the table, switched off, or refused by the library (D-33, D-34)
  UnsupportedSize,       ///< RSA modulus out of range (D-35)
  Malformed,             ///< lengths, exponent or point impossible (D-35)
};

enum class CheckResult : std::uint8_t { Good, Wrong, LibraryFailure };

/// A public key ready for checks; may be shared between threads. ~1-2 KB.
class PublicKey {
 public:
  struct Impl;
  explicit PublicKey(std::unique_ptr<const Impl> impl);
  ~PublicKey();
  PublicKey(const PublicKey&) = delete;
  PublicKey& operator=(const PublicKey&) = delete;
  PublicKey(PublicKey&&) = delete;
  PublicKey& operator=(PublicKey&&) = delete;
  const Impl& impl() const { return *impl_; }
  std::uint8_t algorithm() const;
  std::uint32_t bits() const;
  /// What one check costs, in u (RULES.md part F).
  std::uint32_t units() const;

 private:
  std::unique_ptr<const Impl> impl_;
};

using Sha256 = std::array<std::uint8_t, 32>;

/// A key, data and a signature that fits, in hexadecimal: what the library must be able to verify (D-34).
struct KnownAnswer {
  std::uint8_t algorithm;
  std::string_view public_key, data, signature;
};
/// One per known algorithm.
std::span<const KnownAnswer> known_answers();

/// The contexts of one thread: never shared.
class Crypto {
 public:
  /// Probes each algorithm with a known answer (D-34); what the library refuses counts as unsupported.
  explicit Crypto(const Policy& policy) : Crypto(policy, known_answers()) {}
  /// With other answers than the built-in ones: an algorithm without an answer that verifies is unsupported.
  Crypto(const Policy& policy, std::span<const KnownAnswer> answers);
  ~Crypto();
  Crypto(const Crypto&) = delete;
  Crypto& operator=(const Crypto&) = delete;
  Crypto(Crypto&&) = delete;
  Crypto& operator=(Crypto&&) = delete;

  bool supports_algorithm(std::uint8_t algorithm) const;
  bool supports_digest(std::uint8_t digest_type) const;
  /// Algorithms that the policy wants and the library did not prove: worth a warning.
  const std::vector<std::uint8_t>& refused_algorithms() const;

  /// Key of DNSKEY RDATA's public key field.
  tl::expected<std::shared_ptr<const PublicKey>, KeyFault> load_key(std::uint8_t algorithm, Bytes public_key);
  /// Signature over `data` as DNSSEC writes it (r|s plain for ECDSA). A signature of impossible length is Wrong.
  CheckResult check(const PublicKey& key, Bytes data, Bytes signature);
  /// DS digest over the concatenation of two pieces; nothing for an unsupported type. The result lives until the next
  /// call.
  std::optional<Bytes> ds_digest(std::uint8_t digest_type, Bytes owner, Bytes rdata);
  Sha256 sha256(Bytes data);
  /// NSEC3 hash (RFC 5155 section 5) of a canonical name in wire form: SHA-1, iterations extra rounds.
  std::array<std::uint8_t, 20> nsec3_hash(Bytes name, Bytes salt, std::uint16_t iterations);
  /// Text of the last library failure.
  const std::string& last_error() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

/// Unpredictable octets (query ids, seeds). Aborts the process if the system has none.
void random_octets(std::span<std::uint8_t> out);
/// "OpenSSL 3.0.15 ...".
std::string crypto_library_version();
/// SHA-256 for checksums and names outside the hot path.
Sha256 sha256_of(Bytes data);

}  // namespace danesweep::dnssec
