// SPDX-License-Identifier: Apache-2.0
// A DNS zone made and signed on the spot, for tests: `SignedZone("example.").nsec3().add("www A 192.0.2.1")`. Parsing,
// canonical form and NSEC3 hashes are ldns', signatures are OpenSSL's: nothing here is shared with the code under test
// but the type of names. A faulty zone is an honest one with an edit before or after signing.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "dnssec/wire/name.h"
#include "dnssec/wire/types.h"
#include "tests/support/key_pool.h"

namespace danesweep::support {

/// When tests take place, unless they say otherwise: 2026-10-14T20:26:40Z.
inline constexpr std::int64_t kNow = 1792009600;
inline constexpr std::int64_t kDay = 86400;

struct Record {
  wire::DomainName owner;
  std::uint32_t ttl = 0;
  wire::RrType type{};
  std::vector<std::uint8_t> rdata;  ///< uncompressed wire form
  friend bool operator==(const Record&, const Record&) = default;
};
using Records = std::vector<Record>;

/// "www.example. 300 IN A 192.0.2.1"; names without final dot end in `origin`, `@` is the origin itself.
Record record(std::string_view text, std::string_view origin = ".");
wire::DomainName name(std::string_view text);

/// A key of the pool in the role of a zone's key.
class SigningKey {
 public:
  SigningKey(int algorithm, std::size_t pool_index, std::uint16_t flags = 256, std::uint8_t protocol = 3);
  std::uint8_t algorithm() const { return algorithm_; }
  std::vector<std::uint8_t> dnskey_rdata() const;
  std::uint16_t tag() const;
  /// Signature as DNSSEC writes it.
  std::vector<std::uint8_t> sign(const std::vector<std::uint8_t>& octets) const;
  /// DS RDATA for the zone; digest 1, 2 or 4.
  std::vector<std::uint8_t> ds_rdata(const wire::DomainName& zone, int digest = 2) const;
  SigningKey with_flags(std::uint16_t flags) const;

 private:
  std::uint8_t algorithm_;
  std::uint16_t flags_;
  std::uint8_t protocol_;
  std::shared_ptr<EVP_PKEY> key_;
};

/// Fields of an RRSIG that differ from what an honest signer writes; the signature is computed over them.
struct SignatureFields {
  std::int64_t inception = kNow - kDay, expiration = kNow + 30 * kDay;
  std::optional<wire::DomainName> signer;
  std::optional<std::uint8_t> labels, algorithm;
  std::optional<std::uint32_t> original_ttl;
  std::optional<std::uint16_t> key_tag;
  std::optional<wire::RrType> covered;
};
/// The RRSIG over one RRset.
Record sign(const Records& rrset, const wire::DomainName& zone, const SigningKey& key, const SignatureFields& = {});

enum class KeyUse : std::uint8_t { SignsKeys, SignsData, SignsAll, PublishedOnly, SignsDataUnpublished };
enum class OptOut : std::uint8_t { No, Yes };
struct Nsec3Style {
  OptOut opt_out = OptOut::No;
  std::uint16_t iterations = 0;
  std::vector<std::uint8_t> salt;
};

class SignedZone {
 public:
  using Edit = std::function<void(Records&)>;

  explicit SignedZone(std::string_view apex);

  // How it is made. Everything returns the zone, to be chained.
  SignedZone& algorithm(int number);            ///< KSK and ZSK of it; 13 unless said
  SignedZone& key(SigningKey key, KeyUse use);  ///< the first call drops the default keys
  SignedZone& nsec3(Nsec3Style style = {});     ///< NSEC unless said
  SignedZone& unsigned_zone();
  SignedZone& valid(std::int64_t inception, std::int64_t expiration);
  SignedZone& add(std::string_view text);                         ///< "www A 192.0.2.1", "@ MX 10 mail"
  SignedZone& delegate(std::string_view child);                   ///< NS alone
  SignedZone& delegate(const SignedZone& child, int digest = 2);  ///< NS and a DS for each key that signs its keys
  SignedZone& before_signing(Edit edit);                          ///< sees all records but NSEC, NSEC3, RRSIG
  SignedZone& after_signing(Edit edit);                           ///< sees all records

  // What it holds.
  const wire::DomainName& apex() const { return apex_; }
  bool is_signed() const { return signed_; }
  bool uses_nsec3() const { return nsec3_.has_value(); }
  const Records& records() const;                                               ///< all, signed at the first call
  Records find(const wire::DomainName& owner, wire::RrType type) const;         ///< without signatures
  Records find_signed(const wire::DomainName& owner, wire::RrType type) const;  ///< with them
  bool exists(const wire::DomainName& owner) const;  ///< has records or lies above some (empty non-terminal)
  bool is_cut(const wire::DomainName& owner) const;
  std::optional<wire::DomainName> cut_above(const wire::DomainName& owner) const;  ///< at or above, below the apex
  Records covering_or_matching_nsec(const wire::DomainName& owner) const;          ///< the one NSEC, signed
  Records matching_nsec3(const wire::DomainName& owner) const;                     ///< empty if there is none
  Records covering_nsec3(const wire::DomainName& owner) const;
  wire::DomainName nsec3_owner(const wire::DomainName& owner) const;
  const std::vector<std::pair<SigningKey, KeyUse>>& keys() const { return keys_; }
  Records ds(int digest = 2) const;  ///< DS of the keys that sign its keys

 private:
  void build() const;
  Records unsigned_records() const;
  void add_nsec(Records& records) const;
  void add_nsec3(Records& records) const;
  void add_signatures(Records& records) const;
  std::vector<wire::RrType> types_at(const Records& records, const wire::DomainName& owner) const;

  wire::DomainName apex_;
  std::string apex_text_;
  bool signed_ = true, default_keys_ = true;
  std::optional<Nsec3Style> nsec3_;
  SignatureFields fields_;
  std::vector<std::pair<SigningKey, KeyUse>> keys_;
  Records given_;
  std::vector<Edit> before_, after_;
  mutable std::optional<Records> built_;
};

/// Type bitmap of NSEC and NSEC3.
std::vector<std::uint8_t> type_bitmap(std::vector<wire::RrType> types);

}  // namespace danesweep::support
