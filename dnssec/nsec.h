// SPDX-License-Identifier: Apache-2.0
// Denial by NSEC (RFC 4034 section 4, RFC 4035 section 5.4, RFC 6840 section 4; rules D-77 to D-84, D-91, D-92).
//
//     owner --------- covers --------> next          names in canonical order (RFC 4034 section 6.1)
//       |  matches: exactly the types of the bitmap exist here
#pragma once

#include <span>

#include "dnssec/denial_proof.h"
#include "dnssec/signature.h"
#include "dnssec/wire/rdata.h"

namespace danesweep::dnssec {

/// One verified NSEC. Its owner is the signed one: `*.` put back if it came expanded (D-77).
struct NsecRecord {
  wire::DomainName owner;
  wire::Nsec nsec;
};

/// Nothing if the RDATA cannot be parsed.
std::optional<NsecRecord> nsec_record(const VerifiedRrset& verified);

/// owner < name < next within the zone; the last NSEC of a zone (next = apex) covers all behind it (D-78).
bool covers(const NsecRecord& record, const wire::DomainName& zone, const wire::DomainName& name);

/// What the NSECs of one zone prove: NODATA, ENT, wildcard NODATA, NXDOMAIN, or that a delegation is in the way.
DenialProof prove_by_nsec(const DenialQuestion& question, const wire::DomainName& zone,
                          std::span<const NsecRecord> records);

/// The proof that a wildcard answer needs (D-64): the name is covered, and its closest encloser by this very record has
/// `encloser_labels` labels.
bool denies_closer_match(const NsecRecord& record, const wire::DomainName& zone, const wire::DomainName& name,
                         std::size_t encloser_labels);

}  // namespace danesweep::dnssec
