// SPDX-License-Identifier: Apache-2.0
// Why a look-up is not SECURE: one enum for the whole validator, each with its code, its RFC 8914 number, one English
// sentence and who can mend it (rules D-125, D-126; the table of RULES.md part H).
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "dnssec/wire/name.h"
#include "dnssec/wire/types.h"

namespace danesweep::dnssec {

enum class Security : std::uint8_t;  // dnssec/verdict.h

enum class Reason : std::uint8_t {
  None,
  // INSECURE
  InsecureDelegation,
  InsecureDelegationOptout,
  OptoutSpan,
  UnsupportedAlgorithm,
  UnsupportedDigest,
  UnsupportedKeySize,
  Nsec3Iterations,
  OutsideAnchors,
  UnsignableType,
  DnameTooLong,
  // BOGUS (CnameLoop: also INSECURE)
  CnameLoop,
  RrsigsMissing,
  ResolverStripsDnssec,
  SignatureExpired,
  SignatureNotYetValid,
  SignatureDatesReversed,
  SignatureWrong,
  SignatureMalformed,
  MalformedRrset,
  SignerNotZone,
  SignerAboveAnchor,
  LabelsInvalid,
  NoMatchingKey,
  KeyNotZoneKey,
  KeyRevoked,
  DnskeyMalformed,
  DnskeyMissing,
  DsNoMatchingKey,
  DsDigestWrong,
  DnskeyNotSignedByDsKey,
  AnchorNoMatchingKey,
  DsDenialMissing,
  DsFromChild,
  DsAnswerInvalid,
  DenialMissing,
  NxdomainNotProven,
  WildcardNotDenied,
  WildcardNoDenial,
  DenialWrongType,
  DenialFromParent,
  DenialWrongRcode,
  DenialContradictory,
  NsecOverreach,
  Nsec3ParamsMixed,
  Nsec3Collision,
  DnameCnameMismatch,
  DnameWildcard,
  // INDETERMINATE
  ResolverTimeout,
  ResolverServfail,
  ResolverRefused,
  MalformedResponse,
  WorkLimit,
  NoValidAnchor,
  CryptoFailure,
};

/// A published key as a sentence names it.
struct NamedKey {
  std::uint16_t tag = 0;
  std::string flaw;  ///< why it may not be used: "revoked"; "" if it may
};

/// A signature that failed, for its link of the chain (D-62).
struct FailedSignature {
  std::uint8_t algorithm = 0;
  std::int64_t inception = 0, expiration = 0;  ///< seconds since 1970
};

/// What fills a sentence. Only what the reason's sentence and menders name need be set: they are printed as "?"
/// without it.
struct ReasonFacts {
  wire::DomainName name;             ///< the name that is judged
  std::optional<wire::RrType> type;  ///< the type that is judged
  std::optional<wire::DomainName> zone, parent, signer;
  std::optional<std::uint16_t> key_tag;
  std::vector<std::uint16_t> ds_tags;
  std::vector<NamedKey> keys;
  std::optional<FailedSignature> signature;  ///< made by `signer` with `key_tag`
  std::optional<std::uint32_t> number;       ///< algorithm, digest type, bits, rounds
  std::optional<std::int64_t> date;          ///< seconds since 1970 of the signature's end or begin
  std::int64_t now = 0;
  std::int32_t resolver = -1;    ///< the resolver at fault, a ResolverId
  std::string resolver_address;  ///< of `resolver`: filled in by who knows the addresses
  std::string text;              ///< rcode, limit, library error
};

std::string_view code(Reason reason);  ///< "insecure-delegation"; "" for None
std::optional<Reason> parse_reason(std::string_view code);
std::optional<std::uint16_t> extended_error(Reason reason);  ///< RFC 8914 number
/// The status that this reason goes with; CnameLoop also goes with INSECURE. SECURE for None.
Security usual_status(Reason reason);
std::string sentence(Reason reason, const ReasonFacts& facts);
std::string_view mender(Reason reason);  ///< letters Z, P, R, U of RULES.md part H, "" if nobody
/// The same in words: "the operator of the DNS of example.org, or the operator of resolver 192.0.2.53"; "nobody".
std::string who_can_mend(Reason reason, const ReasonFacts& facts);
/// Every reason but None, in the order of the table.
std::span<const Reason> all_reasons();
/// Seconds since 1970 as RFC 3339 in UTC: "2026-10-11T00:00:00Z".
std::string date_to_text(std::int64_t seconds);

}  // namespace danesweep::dnssec
