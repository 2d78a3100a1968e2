// SPDX-License-Identifier: Apache-2.0
// Keys and signatures of the lab's zones, made by ldns. Keys are few and shared by many zones (making them is slow); a
// signature's fields can be set one by one, so that a wrong field is properly signed and only that field is wrong.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "tests/lab/record.h"

struct ldns_struct_key;

namespace danesweep::lab {

enum Algorithm : std::uint8_t {
  kRsaSha1 = 5,
  kRsaSha1Nsec3 = 7,
  kRsaSha256 = 8,
  kRsaSha512 = 10,
  kP256 = 13,
  kP384 = 14,
  kEd25519 = 15,
  kEd448 = 16,
};

constexpr std::uint16_t kZoneKey = 0x0100;
constexpr std::uint16_t kSecureEntryPoint = 0x0001;
constexpr std::uint16_t kRevoked = 0x0080;

/// One key pair. `dnskey(flags)` is its DNSKEY RDATA; the tag depends on the flags.
class Key {
 public:
  Key(std::uint8_t algorithm, unsigned bits, unsigned exponent = 65537);  ///< bits and exponent count for RSA only
  Key(std::uint8_t algorithm, const Key& same_pair);                      ///< RSA pairs serve several algorithms
  ~Key();
  Key(const Key&) = delete;
  Key& operator=(const Key&) = delete;
  Key(Key&&) = delete;
  Key& operator=(Key&&) = delete;

  std::uint8_t algorithm() const { return algorithm_; }
  const std::string& public_key() const { return public_key_; }
  std::string dnskey(std::uint16_t flags) const;
  /// Raw signature over `octets`, in the form of an RRSIG.
  std::string sign(const std::string& octets) const;

 private:
  void read_public_key();

  std::uint8_t algorithm_;
  ldns_struct_key* key_;
  std::string public_key_;
};

std::uint16_t key_tag(const std::string& dnskey_rdata);  ///< RFC 4034 appendix B
/// DS RDATA for a DNSKEY at `owner`; digest types 1, 2, 4.
std::string ds_rdata(const Name& owner, const std::string& dnskey_rdata, std::uint8_t digest_type);

/// What stands in an RRSIG. What is not set is taken from the RRset and the key.
struct SignatureFields {
  Name signer;
  std::uint32_t inception = 0;
  std::uint32_t expiration = 0;
  std::uint16_t tag = 0;
  std::optional<std::uint8_t> labels = {};
  std::optional<std::uint32_t> original_ttl = {};
  std::optional<std::uint16_t> type_covered = {};
};

/// RDATA of an RRSIG over `set`, its RRs in canonical form and order (RFC 4034 3.1.8.1 and 6).
std::string sign(const RrSet& set, const Key& key, const SignatureFields& fields);

/// A fixed number of keys for each algorithm and size, made on demand. Safe to use from several threads.
class KeyPool {
 public:
  /// The key number `turn` modulo the pool's size.
  const Key& key(std::uint8_t algorithm, std::size_t turn, unsigned bits = 2048);
  const Key& rsa_with_exponent_3();
  /// Two P-256 keys whose DNSKEYs of plain zone-key flags have one tag.
  std::pair<const Key*, const Key*> colliding_pair();

 private:
  const Key& key_locked(std::uint8_t algorithm, std::size_t number, unsigned bits);

  std::mutex mutex_;
  std::map<std::pair<unsigned, std::size_t>, std::unique_ptr<Key>> keys_;
  std::unique_ptr<Key> exponent_3_;
  std::vector<std::unique_ptr<Key>> colliding_;
};

/// Number of labels for an RRSIG: without root and a leading "*".
std::uint8_t signed_labels(const Name& owner);

}  // namespace danesweep::lab
