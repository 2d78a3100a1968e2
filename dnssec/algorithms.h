// SPDX-License-Identifier: Apache-2.0
// The table of signature algorithms and DS digests that danesweep knows (IANA "DNS Security Algorithm Numbers"; RFC
// 9904, 9905, 9906; rules D-33, D-39), what one check costs (RULES.md part F), and the shape of an RSA key (RFC 3110;
// D-35). Whether libcrypto really does them is crypto.h's question.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "dnssec/policy.h"
#include "dnssec/wire/cursor.h"

namespace danesweep::dnssec {

enum class Family : std::uint8_t { Rsa, Ecdsa, EdDsa };
enum class Hash : std::uint8_t { None, Sha1, Sha2_256, Sha2_384, Sha2_512 };

struct Algorithm {
  std::uint8_t number;
  std::string_view mnemonic;
  Family family;
  Hash hash;                                 ///< None: part of the algorithm itself
  std::size_t key_octets, signature_octets;  ///< 0: by the key (RSA)
  std::uint32_t bits;                        ///< 0: by the key (RSA)
  std::uint32_t units;                       ///< cost of one check in u; RSA: up to 2048 bits
};

struct Digest {
  std::uint8_t number;
  std::string_view mnemonic;
  Hash hash;
  std::size_t octets;
};

/// Algorithms with code behind them, whatever the policy says.
std::span<const Algorithm> known_algorithms();
/// Null for what this program cannot check at all.
const Algorithm* find_algorithm(std::uint8_t number);
/// Known and not switched off (D-33).
const Algorithm* find_algorithm(std::uint8_t number, const Policy& policy);
/// Null for an unsupported digest type.
const Digest* find_digest(std::uint8_t number);
/// "ECDSAP256SHA256"; unknown ones by number: "253".
std::string algorithm_to_text(std::uint8_t number);

/// What one check by a key of that size costs, in u.
std::uint32_t check_units(const Algorithm& algorithm, std::uint32_t bits);

/// An RSA public key field, leading zero octets left out.
struct RsaKey {
  wire::Bytes exponent, modulus;
  std::uint32_t bits = 0;  ///< of the modulus
};
/// Nothing if the length fields do not add up, or a number is missing.
std::optional<RsaKey> parse_rsa_key(wire::Bytes public_key);
/// e odd, 3 <= e <= 2^32 + 1 (D-35).
bool has_sound_exponent(const RsaKey& key);

}  // namespace danesweep::dnssec
