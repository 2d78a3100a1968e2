// SPDX-License-Identifier: Apache-2.0
// Denial by NSEC3 (RFC 5155 section 8, RFC 6840 section 4.1, RFC 9276; rules D-85 to D-91, D-100).
//
//     a.b.c.example.     with  c.example. the closest encloser: the longest ancestor that a record matches,
//       | |                    b.c.example. the next closer name: one label longer, covered by a record,
//       | next closer name     *.c.example. the source of synthesis: covered (NXDOMAIN) or matched (wildcard NODATA)
#pragma once

#include <optional>
#include <span>
#include <vector>

#include "dnssec/denial_proof.h"
#include "dnssec/lookup.h"
#include "dnssec/signature.h"
#include "dnssec/wire/rdata.h"

namespace danesweep::dnssec {

/// One usable NSEC3 (D-85). Views the message that it came in.
struct Nsec3Record {
  Nsec3Hash owner_hash{}, next_hash{};
  bool opt_out = false;
  Nsec3Parameters parameters;
  wire::TypeBitmap types;
  std::uint32_t ttl = 0;  ///< 0 until verified

  bool matches(const Nsec3Hash& hash) const { return owner_hash == hash; }
  /// owner < hash < next around the circle; next = owner covers all but itself (D-88).
  bool covers(const Nsec3Hash& hash) const;
};

/// Usable ones among the RRs of one RRset; the others are ignored.
std::vector<Nsec3Record> usable_nsec3(const wire::Rrset& rrset, const wire::DomainName& zone);

/// Notes in the trace that rounds and salt are of no use (RFC 9276 section 3.1; D-87).
void trace_parameters(Lookup& lookup, const wire::DomainName& zone, const Nsec3Parameters& parameters);

/// Reason to refuse the whole set of one zone in one message: mixed parameters, one hash twice (D-86).
std::optional<Reason> find_conflict(std::span<const Nsec3Record> records);

struct Nsec3Proof : DenialProof {
  std::optional<Nsec3Record> span;  ///< the opt-out record that covers the next closer name, when that decided
};

/// What the usable NSEC3s of one zone prove about the question. Records verified, all of one zone that encloses the
/// name.
Nsec3Proof prove_by_nsec3(const DenialQuestion& question, const wire::DomainName& zone,
                          std::span<const Nsec3Record> records, Lookup& lookup);

}  // namespace danesweep::dnssec
