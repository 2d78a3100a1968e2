// SPDX-License-Identifier: Apache-2.0
// From DS set (or trust anchor) to the proven keys of a zone (RFC 4035 section 5.2; rules D-31, D-35 to D-42).
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "dnssec/anchors.h"
#include "dnssec/crypto.h"
#include "dnssec/reason.h"
#include "dnssec/signature.h"
#include "dnssec/verdict.h"
#include "dnssec/wire/rrset.h"

namespace danesweep::dnssec {

/// Key tag (RFC 4034 appendix B) of DNSKEY RDATA.
std::uint16_t key_tag(Bytes dnskey_rdata);

/// A proven key set. Immutable; shared by all look-ups below the zone until `expires`.
struct ZoneKeys {
  wire::DomainName zone;
  std::vector<ZoneKey> keys;     ///< all keys of the validated set, usable or not
  UnixTime expires = 0;          ///< min of TTLs and signature expirations of DS and DNSKEY (D-107)
  std::vector<ChainLink> links;  ///< DS and DNSKEY links of this zone alone
  wire::DomainName parent;       ///< zone whose keys proved the DS; itself at an anchor
};

/// What became of the step from a verified DS set (or anchors) to keys.
struct KeySetOutcome {
  Security security =
      Security::Bogus;  ///< Secure: `keys` set. Insecure: nothing usable (D-41). Bogus / Indeterminate: reason.
  Reason reason = Reason::None;
  ReasonFacts facts;
  std::shared_ptr<const ZoneKeys> keys;
  bool paused = false;  ///< nothing is known yet: the slice of work is spent, ask again in the next (D-112)
};

/// Makes the ZoneKey list of a DNSKEY RRset: tags computed, keys loaded lazily or at once, faults kept (D-35, D-36).
std::vector<ZoneKey> load_zone_keys(const wire::Rrset& dnskeys, SignatureContext& context);

/// RDATA of the anchors of that form; views them.
std::vector<Bytes> rdatas_of(std::span<const TrustAnchor> anchors, AnchorForm form);
/// Parallel to `rdatas`: which DS count (D-39), the usable ones, and SHA-1 only where nothing better stands.
std::vector<bool> ds_that_count(std::span<const Bytes> rdatas, const Crypto& crypto);

/// True if at least one DS is usable (algorithm and digest type supported, D-40); else the reason to be INSECURE for.
struct DsUsability {
  bool usable = false;
  Reason reason = Reason::None;
  std::uint32_t number = 0;  ///< algorithm or digest type for the sentence
};
DsUsability usability(const VerifiedRrset& ds_set, SignatureContext& context);

/// D-39, D-40, D-41: `dnskeys` null when the question was answered with no data.
KeySetOutcome prove_by_ds(const wire::DomainName& zone, const VerifiedRrset& ds_set, const wire::Rrset* dnskeys,
                          SignatureContext& context);
/// D-42: the anchors of exactly `zone`.
KeySetOutcome prove_by_anchors(const wire::DomainName& zone, std::span<const TrustAnchor> anchors,
                               const wire::Rrset* dnskeys, SignatureContext& context);

}  // namespace danesweep::dnssec
