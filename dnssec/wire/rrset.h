// SPDX-License-Identifier: Apache-2.0
// Records of one message grouped into RRsets with their RRSIGs (rules D-8, D-12, D-14, D-16), and the canonical form
// that signatures cover (RFC 4034 section 6; D-10, D-11). Unverified: dnssec/signature makes another type of it.
#pragma once

#include <cstdint>
#include <vector>

#include "dnssec/wire/message.h"
#include "dnssec/wire/name.h"
#include "dnssec/wire/types.h"

namespace danesweep::wire {

inline constexpr std::size_t kMaxRecordsPerRrset = 2000;  ///< D-103; a TLSA RRset holds about 1,800 (T-28)

/// Same owner, class IN, same type, same section: what stands in the authority cannot add to an answer (D-17). Views
/// the message that it was grouped from.
struct Rrset {
  DomainName owner;  ///< case as in its first record
  RrType type{};
  std::uint32_t ttl = 0;  ///< smallest of its records, top bit counted as large, uncapped
  Section section = Section::Answer;
  std::vector<Bytes> rdata;       ///< decompressed wire form in order of arrival, duplicates kept
  std::vector<Bytes> signatures;  ///< RRSIG RDATA that cover it, wherever in answer or authority they stood
  bool malformed = false;         ///< an RR could not be decoded, or a singleton type has two different RRs (D-18)
  bool too_large = false;         ///< more RRs than kMaxRecordsPerRrset: the rest was dropped
};

/// RRsets of answer and authority in order of first appearance. RRSIGs are attached and do not appear themselves,
/// but for RRSIGs of a message whose question asks type RRSIG or ANY... those stay attached too. Records of other
/// classes are dropped; an RRSIG without RRset is dropped. `owner` that cannot be decoded: the record is dropped and
/// `undecodable` of the result is set (the message then counts as malformed, D-8).
struct GroupedRrsets {
  std::vector<Rrset> rrsets;
  bool undecodable = false;  ///< also when the decoding allowance of the message is spent (D-6)
};
GroupedRrsets group_rrsets(const Message& message);

/// RDATA in canonical form: names of D-10 lower-cased. `rdata` is decompressed. Unchanged octets for all other types;
/// BadValue/Truncated for RDATA too short for its names.
Parsed<std::vector<std::uint8_t>> canonical_rdata(RrType type, Bytes rdata);

/// Canonical RDATAs of an RRset, sorted and without duplicates (D-11, D-12).
Parsed<std::vector<std::vector<std::uint8_t>>> canonical_rdatas(const Rrset& rrset);

/// Appends the octets that an RRSIG covers behind its own RDATA: for each RR owner | type | class IN | ttl | rdlength |
/// canonical RDATA (RFC 4034 section 3.1.8.1). `owner` is already the signed owner (wildcard put back, D-30).
void append_signed_rrs(std::vector<std::uint8_t>& out, const DomainName& owner, RrType type, std::uint32_t original_ttl,
                       const std::vector<std::vector<std::uint8_t>>& canonical_rdatas);

}  // namespace danesweep::wire
