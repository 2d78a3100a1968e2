// SPDX-License-Identifier: Apache-2.0
// From facts to verdicts: rows of both tables per host, several hosts to one domain, reason, degraded, the RFC 7672
// sender (ESA.md parts B and C, E-10 to E-26; T-62, T-63, T-75 to T-77). Pure.
#pragma once

#include "output/result.h"

namespace danesweep::output {

/// Fills every field marked "Filled by decide" of the result and its hosts, and the notes that follow from them
/// (address-differs, backup-weaker, insecure-mx-would-defer). Idempotent. `effective_mode` is an input.
void decide(Result& result, MultiMx multi_mx);

}  // namespace danesweep::output
