// SPDX-License-Identifier: Apache-2.0
// What a sender that follows RFC 7672 to the letter would do, beside what the gateway's table does (T-75 to T-77).
#pragma once

#include "output/result.h"

namespace danesweep::output {

/// T-75, first line that fits. Defer stands for *skipped*; Unset: a probe was left out on purpose and nothing can be
/// said.
Rfc7672 strict_host_verdict(const Result& result, const Host& host);

/// Fills `rfc7672` of every host and of the domain (T-76), and the notes `backup-weaker` (T-77) and
/// `insecure-mx-would-defer` (T-75) of the hosts that they are about. Precondition: `decided_by` is final.
void judge_strict_sender(Result& result);

}  // namespace danesweep::output
