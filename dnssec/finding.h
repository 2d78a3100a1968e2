// SPDX-License-Identifier: Apache-2.0
// What one part of a look-up came to: a status, and if it is not SECURE the reason given by the very check that decided
// (rules D-125, D-126). Links of an alias chain combine to the weakest (D-66), alternatives for one link to the best.
#pragma once

#include <algorithm>
#include <cstdint>
#include <limits>

#include "dnssec/reason.h"
#include "dnssec/verdict.h"

namespace danesweep::dnssec {

inline constexpr std::uint32_t kUnlimitedTtl = std::numeric_limits<std::uint32_t>::max();

/// Whose fault a finding is: of the message that was judged (another resolver may do better, D-59, D-126), or of
/// something that other questions brought and that has been tried again there.
enum class FaultAt : std::uint8_t { ThisMessage, Elsewhere };

struct Finding {
  Security security = Security::Secure;
  Reason reason = Reason::None;
  ReasonFacts facts;
  std::uint32_t ttl = kUnlimitedTtl;  ///< smallest of all that it rests on (D-14, D-15)
  FaultAt fault_at = FaultAt::ThisMessage;

  bool is_secure() const { return security == Security::Secure; }
  void limit_ttl(std::uint32_t seconds) { ttl = std::min(ttl, seconds); }
};

Finding bogus(Reason reason, ReasonFacts facts);
Finding insecure(Reason reason, ReasonFacts facts);
Finding indeterminate(Reason reason, ReasonFacts facts);

/// Reasons that another resolver, or a look at the resolver itself, may turn into `resolver-strips-dnssec` (D-59).
bool is_missing_reason(Reason reason);

/// Reasons that say: no resolver delivers a message that was needed (D-61).
bool is_unfetched_reason(Reason reason);

/// What one message failed at another one proved (D-126).
bool is_mended(const Finding& bad, const Finding& good);

/// Of two attempts at one thing: the higher status; of two Bogus ones that which had something to check; of two such
/// the smaller enumerator, so that the order of attempts does not show (D-1).
bool is_better(const Finding& a, const Finding& b);

}  // namespace danesweep::dnssec
