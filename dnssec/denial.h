// SPDX-License-Identifier: Apache-2.0
// Which proof a question needs, and whether a response carries it (RFC 4035 section 5.4, RFC 5155 section 8; rules
// D-54, D-64, D-85 to D-95, D-101). A proof is made of the records of one zone in one message; all of them must verify
// in a negative answer, only those that are needed in a positive one.
#pragma once

#include <optional>

#include "dnssec/denial_proof.h"
#include "dnssec/finding.h"
#include "dnssec/lookup.h"
#include "dnssec/response_view.h"
#include "dnssec/zone_keys.h"

namespace danesweep::dnssec {

/// After a CNAME or DNAME the response code is that of the last name, and either proof will do (D-93).
enum class Position : std::uint8_t { First, AfterAlias };

struct DenialResult {
  Finding finding;
  Proof proof = Proof::NotProven;
  Answer answer = Answer::None;
  wire::DomainName cut;  ///< of Proof::InsecureDelegation and Proof::Delegation
  /// Of the proof's records the one whose signature ends first, for the chain; null: none. Lives as long as the
  /// look-up.
  const VerifiedRrset* signed_by = nullptr;
};

/// Judges the negative answer of `view` with the records of `keys.zone`, which encloses the name. Nothing: step again.
std::optional<DenialResult> judge_denial(Lookup& lookup, const ResponseView& view, const ZoneKeys& keys,
                                         const DenialQuestion& question, Position position);

struct WildcardDenial {
  Finding finding;
  const VerifiedRrset* signed_by = nullptr;  ///< the record that proves it, if one does; lives as long as the look-up
};

/// The proof that a wildcard answer needs (D-64). `encloser_labels`: labels of the signature. Nothing: step again.
std::optional<WildcardDenial> judge_wildcard_answer(Lookup& lookup, const ResponseView& view, const ZoneKeys& keys,
                                                    const wire::Question& question, std::size_t encloser_labels);

/// A delegation without DS at or above `name` that a verified record of this message shows (D-54).
struct CutSearch {
  std::optional<wire::DomainName> cut;
  std::uint32_t ttl = kUnlimitedTtl;
};
std::optional<CutSearch> find_insecure_cut(Lookup& lookup, const ResponseView& view, const ZoneKeys& keys,
                                           const wire::DomainName& name);

/// Zones that signed SOA, NSEC or NSEC3 of this message and enclose `name`, deepest first: hints (D-2).
std::vector<wire::DomainName> denial_signers(const ResponseView& view, const wire::DomainName& name);

/// Negative TTL of D-15 without the SOA: capped.
std::uint32_t negative_ttl(const Lookup& lookup, std::uint32_t ttl);

}  // namespace danesweep::dnssec
