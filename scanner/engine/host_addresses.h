// SPDX-License-Identifier: Apache-2.0
// The A and AAAA verdicts of one mail host taken together: its address status, which addresses may be dialled and in
// which order, and for which names TLSA is asked (RFC 7672 section 2.2.2; rules T-15 to T-19, T-24, E-10, E-20, E-86).
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "dnssec/wire/name.h"
#include "output/result.h"
#include "scanner/engine/scan_steps.h"

namespace danesweep::scanner {

inline constexpr std::size_t kMaxAddresses = 8;          ///< dialled per host (T-18)
inline constexpr std::size_t kMaxOverCapAddresses = 24;  ///< recorded beside them

struct UsedAddress {
  IpAddress address;
  output::Status status{};  ///< of its own RRset (E-33)
};

struct HostAddresses {
  output::Status status = output::Status::Indeterminate;
  std::string reason;             ///< "dns:..." or ""
  bool is_absent = false;         ///< address-none: both families absent, the host is passed over
  bool is_alias = false;          ///< T-9
  std::vector<UsedAddress> used;  ///< within the caps, in the order of the walk
  std::vector<UsedAddress> over_cap;
  std::vector<std::string> notes;
  std::vector<wire::DomainName> tlsa_candidates;  ///< bases to ask for, in order; empty: no TLSA query at all
  bool is_secure_first_link = false;  ///< T-24: INSECURE, yet the candidates may be asked for RFC 7672's sake
};

/// `seed`: already of the host. `ipv4` and `ipv6` are the verdicts of A and AAAA.
HostAddresses judge_addresses(const wire::DomainName& host, const dnssec::Verdict& ipv4, const dnssec::Verdict& ipv6,
                              AddressOrder order, Families families, std::uint64_t seed);

}  // namespace danesweep::scanner
