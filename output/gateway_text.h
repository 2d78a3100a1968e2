// SPDX-License-Identifier: Apache-2.0
// What the gateway would print: the `daneverify` transcript of one domain (ESA.md part D, E-30 to E-49) and the debug
// mail-log trace of its look-ups (part E, E-50 to E-61). Pure functions from results and look-up events to text; names
// and values from the network cannot forge a line.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "dnssec/verdict.h"
#include "dnssec/wire/name.h"
#include "dnssec/wire/types.h"
#include "output/result.h"

namespace danesweep::output {

struct VerifySettings {
  std::uint16_t port = 25;
  MultiMx multi_mx = MultiMx::First;
};

/// The transcript of one decided domain, each line with its newline. Domains are parted by an empty line by the caller.
std::string daneverify_text(const Result& result, const VerifySettings& settings);

/// One packet to one resolver.
struct LookupAttempt {
  std::string server;         ///< address without port
  std::uint32_t timeout = 5;  ///< seconds, rounded up
  dnssec::UnixTime sent_at = 0;
  /// Empty when an answer came that validation could work with; else "SERVFAIL", "REFUSED", "TIMEOUT", "FORMERR".
  std::string failure;
  dnssec::UnixTime failed_at = 0;
};

enum class LookupSource : std::uint8_t { Asked, Cache };

/// One look-up of E-51 with everything that its debug lines tell.
struct DebugLookup {
  wire::DomainName name;
  wire::RrType type{};
  LookupSource source = LookupSource::Asked;
  std::uint32_t priority_group = 0;  ///< index of the group of resolvers, from 0
  dnssec::UnixTime begun_at = 0, ended_at = 0;
  std::vector<LookupAttempt> attempts;
  dnssec::Verdict verdict;
  std::int64_t expires_at_us = 0;  ///< our cache's expiry, microseconds since 1970 (E-60)
};

/// E-52 to E-58 of one look-up, each line whole with its prefix and without newline.
std::vector<std::string> debug_lines(const DebugLookup& lookup);

/// E-51: the look-ups that the gateway prints, in its order: MX, then per host A, AAAA, CNAME and, if the address is
/// SECURE, TLSA. Others are left out. The pointers look into `lookups`.
std::vector<const DebugLookup*> in_gateway_order(std::span<const DebugLookup> lookups, const Result& result,
                                                 const VerifySettings& settings);

/// E-59 for every connection of the transcript that came to TLS. `connections` counts them over all domains.
std::vector<std::string> debug_connection_lines(const Result& result, const VerifySettings& settings,
                                                dnssec::UnixTime now, std::uint32_t& connections);

/// E-50: "Mon Feb 2 20:08:47 2026 Debug: ", in local time.
std::string debug_prefix(dnssec::UnixTime time, std::string_view level);

/// A name as log lines write it: lower case, no final dot, every octet that could end or forge a text as `\xNN` (K40).
std::string gateway_name(const wire::DomainName& name);

}  // namespace danesweep::output
