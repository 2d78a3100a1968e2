// SPDX-License-Identifier: Apache-2.0
// One RRset against its RRSIGs and the proven keys of a zone: checks 1 to 10 in their order (RFC 4035 section 5.3;
// rules D-21 to D-32, D-63, D-110). The only place that makes a VerifiedRrset.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "dnssec/budget.h"
#include "dnssec/crypto.h"
#include "dnssec/policy.h"
#include "dnssec/reason.h"
#include "dnssec/verdict.h"
#include "dnssec/wire/rdata.h"
#include "dnssec/wire/rrset.h"

namespace danesweep::dnssec {

/// One key of a zone's validated set.
struct ZoneKey {
  std::uint16_t tag = 0;
  std::uint16_t flags = 0;
  std::uint8_t protocol = 0, algorithm = 0;
  std::vector<std::uint8_t> rdata;       ///< whole DNSKEY RDATA
  std::shared_ptr<const PublicKey> key;  ///< null when `fault` says why
  std::optional<KeyFault> fault;
  bool is_linked = false;      ///< a DS or an anchor names it: the only ones that prove the DNSKEY set (D-40)
  bool signs_key_set = false;  ///< linked, and the DNSKEY set that it stands in has a signature by it (D-35)
  bool may_sign() const {
    return (flags & wire::Dnskey::kZone) != 0 && (flags & wire::Dnskey::kRevoke) == 0 && protocol == 3;
  }
};

/// The key as a sentence names it, to a DS or signature that wants `algorithm`: with why it cannot serve (D-29, D-40).
NamedKey named_key(const ZoneKey& key, std::uint8_t algorithm);

/// Remembers good signatures (D-110): key = SHA-256 over signed octets and key. Never holds a failing result.
class SignatureMemo {
 public:
  virtual ~SignatureMemo() = default;
  virtual bool contains(const Sha256& key) = 0;
  virtual void remember(const Sha256& key) = 0;
};

/// A set of checks for one call or look-up, whose budget bounds it.
class CheckSet : public SignatureMemo {
 public:
  bool contains(const Sha256& key) override { return keys_.contains(key); }
  void remember(const Sha256& key) override { keys_.insert(key); }

 private:
  std::set<Sha256> keys_;
};

/// What a check is done with; one per look-up and step, all of it borrowed.
struct SignatureContext {
  UnixTime now = 0;
  const Policy* policy = nullptr;
  Crypto* crypto = nullptr;
  WorkBudget* budget = nullptr;
  SignatureMemo* memo = nullptr;  ///< may be null
  /// The look-up's checks that failed: again after a pause they cost nothing and count once (D-105). Null: never pause;
  /// else pause where the slice of work ends (D-112).
  CheckSet* failed = nullptr;
  std::vector<std::string>* trace = nullptr;  ///< one line per signature looked at; may be null
};

/// Which rules the role of the RRset adds.
enum class SignedRole : std::uint8_t {
  Ordinary,
  DsOrItsDenial,  ///< the signer is a strict ancestor of the owner, root excepted (D-23)
  Revocation,     ///< a DNSKEY set by the revoked keys in it, for RFC 5011 alone (D-37, D-116)
};

/// An RRset whose signature holds. Views the same message as `rrset`.
class VerifiedRrset {
 public:
  const wire::Rrset& rrset() const { return rrset_; }
  const wire::DomainName& zone() const { return zone_; }  ///< signer
  /// Label count of the best good signature (D-63): smaller than the owner's = expanded from a wildcard.
  std::uint8_t signed_labels() const { return labels_; }
  bool is_wildcard_expanded() const;
  /// `*.` + rightmost labels when expanded, else the owner (D-77).
  wire::DomainName signed_owner() const;
  std::uint32_t ttl() const { return ttl_; }  ///< D-14
  std::uint32_t original_ttl() const { return original_ttl_; }
  UnixTime expiration() const { return expiration_; }
  UnixTime inception() const { return inception_; }
  std::uint16_t signing_key_tag() const { return key_tag_; }
  std::uint8_t algorithm() const { return algorithm_; }

 private:
  friend class SignatureCheck;
  VerifiedRrset() = default;
  wire::Rrset rrset_;
  wire::DomainName zone_;
  std::uint8_t labels_ = 0, algorithm_ = 0;
  std::uint32_t ttl_ = 0, original_ttl_ = 0;
  UnixTime expiration_ = 0, inception_ = 0;
  std::uint16_t key_tag_ = 0;
};

/// Why no signature of the RRset holds. Budget ended: security Indeterminate, reason WorkLimit; library: CryptoFailure.
/// Signatures that do not count (unsupported algorithm, odd key size) are as if not there: RrsigsMissing if no other
/// is.
struct SignatureFailure {
  /// Bogus or Indeterminate; Insecure only with UnsupportedKeySize, when the key set holds no supported key but those
  /// that sign the set (D-35).
  Security security = Security::Bogus;
  Reason reason = Reason::None;
  ReasonFacts facts;
  bool paused = false;  ///< nothing is known yet: the slice of work is spent, ask again in the next (D-112)
};

/// Checks `rrset` with the keys of `zone`: its whole validated set, or for a DNSKEY set those that DS or anchors name
/// (D-40). The rdata of `keys` and the message behind `rrset` are viewed, not kept.
tl::expected<VerifiedRrset, SignatureFailure> verify_rrset(const wire::Rrset& rrset, const wire::DomainName& zone,
                                                           std::span<const ZoneKey> keys, SignedRole role,
                                                           SignatureContext& context);

}  // namespace danesweep::dnssec
