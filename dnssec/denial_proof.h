// SPDX-License-Identifier: Apache-2.0
// What the NSEC or NSEC3 records of one zone prove about one name and type (RFC 4035 section 5.4, RFC 5155 section 8;
// rules D-77 to D-93). The words that nsec, nsec3 and denial share. A proof is made of verified records alone, and it
// decides the answer: response codes are looked at afterwards (D-93).
#pragma once

#include <cstdint>
#include <optional>

#include "dnssec/reason.h"
#include "dnssec/wire/name.h"
#include "dnssec/wire/type_bitmap.h"
#include "dnssec/wire/types.h"

namespace danesweep::dnssec {

/// What a denial is wanted for. A zone cut may be denied at the owner of a CNAME, an answer may not (D-50, D-81).
enum class DenialPurpose : std::uint8_t { Answer, ZoneCut };

struct DenialQuestion {
  wire::DomainName name;
  wire::RrType type{};
  DenialPurpose purpose = DenialPurpose::Answer;
};

enum class Proof : std::uint8_t {
  NotProven,           ///< `reason` says what is wrong; None: the records are simply about something else
  NoData,              ///< the name exists (or a wildcard stands for it), the type does not
  Delegation,          ///< NoData for DS: the name is a delegation, without DS (D-50)
  NxDomain,            ///< neither name nor wildcard
  NxName,              ///< NxDomain by a compact denial (D-91)
  InsecureDelegation,  ///< `cut`, at or above the name, is a delegation without DS: the zone cannot say more (D-54,
                       ///< D-79)
  OptOut,              ///< only insecure delegations, and names made by them, can be there (D-51, D-89, D-90);
                       ///< `reason` WildcardNotDenied: and nothing is said about the wildcard
  TooManyIterations,   ///< not computed (D-87): `number` rounds
  ChildSide,           ///< a DS denied by the child itself (D-56)
  WorkLimit,
};

struct DenialProof {
  Proof proof = Proof::NotProven;
  Reason reason = Reason::None;
  wire::DomainName cut;
  std::optional<std::uint32_t> number;
  bool has_source = false;  ///< OptOut: a wildcard stands for the name, without the type
};

/// What the bitmap of an NSEC or NSEC3 that matches `question.name` says (D-81, D-79, D-50, D-91).
DenialProof judge_match(wire::RrType record, const wire::TypeBitmap& types, const DenialQuestion& question);
/// The same for a record that matches the wildcard `*.closest-encloser` (D-84): a delegation there is never used.
DenialProof judge_wildcard_match(const wire::TypeBitmap& types, const DenialQuestion& question);
/// A record at a strict ancestor of the name: NotProven without reason if names below may be denied, else why not
/// (D-79, D-80). `owner` becomes the cut.
DenialProof judge_ancestor(const wire::TypeBitmap& types, const wire::DomainName& owner);

/// Sums up what several records of one zone say, in any order (D-1).
class ProofSum {
 public:
  void add(const DenialProof& proof);
  DenialProof total() const;

 private:
  std::optional<DenialProof> exists_, absent_, cut_, failure_;
  bool nxname_ = false, is_contradictory_ = false;
};

}  // namespace danesweep::dnssec
