// SPDX-License-Identifier: Apache-2.0
#include "dnssec/algorithms.h"

#include <algorithm>
#include <bit>

namespace danesweep::dnssec {
namespace {

// clang-format off
constexpr Algorithm kAlgorithms[] = {
    //   mnemonic            family         hash          key  sig  bits units
    { 5, "RSASHA1",          Family::Rsa,   Hash::Sha1,     0,   0,   0,  1},
    { 7, "RSASHA1NSEC3SHA1", Family::Rsa,   Hash::Sha1,     0,   0,   0,  1},
    { 8, "RSASHA256",        Family::Rsa,   Hash::Sha2_256,   0,   0,   0,  1},
    {10, "RSASHA512",        Family::Rsa,   Hash::Sha2_512,   0,   0,   0,  1},
    {13, "ECDSAP256SHA256",  Family::Ecdsa, Hash::Sha2_256,  64,  64, 256,  4},
    {14, "ECDSAP384SHA384",  Family::Ecdsa, Hash::Sha2_384,  96,  96, 384, 40},
    {15, "ED25519",          Family::EdDsa, Hash::None,    32,  64, 256,  6},
    {16, "ED448",            Family::EdDsa, Hash::None,    57, 114, 456, 14},
};

constexpr Digest kDigests[] = {
    {1, "SHA-1",   Hash::Sha1,   20},
    {2, "SHA-256", Hash::Sha2_256, 32},
    {4, "SHA-384", Hash::Sha2_384, 48},
};
// clang-format on

constexpr std::uint32_t kLongRsaBits = 2048, kLongRsaUnits = 4;

template <class Row, std::size_t N>
const Row* find(const Row (&rows)[N], std::uint8_t number) {
  const Row* row = std::find_if(rows, rows + N, [&](const Row& r) { return r.number == number; });
  return row == rows + N ? nullptr : row;
}

wire::Bytes without_leading_zeros(wire::Bytes number) {
  const auto first = std::find_if(number.begin(), number.end(), [](std::uint8_t octet) { return octet != 0; });
  return number.subspan(static_cast<std::size_t>(first - number.begin()));
}

}  // namespace

std::span<const Algorithm> known_algorithms() { return kAlgorithms; }

const Algorithm* find_algorithm(std::uint8_t number) { return find(kAlgorithms, number); }

const Algorithm* find_algorithm(std::uint8_t number, const Policy& policy) {
  const Algorithm* algorithm = find_algorithm(number);
  const bool off = algorithm && algorithm->hash == Hash::Sha1 && policy.sha1 == Sha1Signatures::Unsupported;
  return off ? nullptr : algorithm;
}

const Digest* find_digest(std::uint8_t number) { return find(kDigests, number); }

std::string algorithm_to_text(std::uint8_t number) {
  const Algorithm* algorithm = find_algorithm(number);
  return algorithm ? std::string(algorithm->mnemonic) : std::to_string(number);
}

std::uint32_t check_units(const Algorithm& algorithm, std::uint32_t bits) {
  return algorithm.family == Family::Rsa && bits > kLongRsaBits ? kLongRsaUnits : algorithm.units;
}

std::optional<RsaKey> parse_rsa_key(wire::Bytes public_key) {
  wire::Cursor in(public_key);
  std::size_t exponent_octets = in.u8();
  if (exponent_octets == 0) exponent_octets = in.u16();
  RsaKey key;
  key.exponent = without_leading_zeros(in.take(exponent_octets));
  key.modulus = without_leading_zeros(in.remaining());
  if (in.failed() || key.exponent.empty() || key.modulus.empty()) return std::nullopt;
  const auto top = static_cast<std::uint32_t>(std::bit_width(key.modulus.front()));
  key.bits = static_cast<std::uint32_t>(key.modulus.size() - 1) * 8 + top;
  return key;
}

bool has_sound_exponent(const RsaKey& key) {
  if (key.exponent.size() > 5) return false;
  std::uint64_t exponent = 0;
  for (const std::uint8_t octet : key.exponent) exponent = exponent << 8U | octet;
  return exponent % 2 == 1 && exponent >= 3 && exponent <= (std::uint64_t{1} << 32U) + 1;
}

}  // namespace danesweep::dnssec
