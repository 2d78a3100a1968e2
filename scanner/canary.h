// SPDX-License-Identifier: Apache-2.0
// Is each resolver fit for DNSSEC? Asked before a scan, said on stderr, kept in the header (E-101 to E-103).
#pragma once

#include <span>
#include <string>
#include <vector>

#include "output/result.h"
#include "scanner/engine/sweep.h"
#include "scanner/exit_codes.h"

namespace danesweep::scanner {

/// `resolver 198.51.100.53:53 prio 0: fit (ietf.org MX SECURE, 18 ms)`.
std::string canary_line(const CanaryResult& result);
output::ResolverHealth health_of(const CanaryResult& result);

enum class UnfitResolvers : std::uint8_t { Refused, Accepted };
/// Failover: later priorities may be unfit, that is what is being looked at (E-103).
enum class UnfitLaterPriorities : std::uint8_t { Refused, Accepted };

struct CanaryJudgement {
  ExitCode code = ExitCode::Done;
  std::string sentence;  ///< why the scan may not begin
};
CanaryJudgement judge_canary(std::span<const CanaryResult> results, UnfitResolvers unfit, UnfitLaterPriorities later);

}  // namespace danesweep::scanner
