// SPDX-License-Identifier: Apache-2.0
// Limits of one probe per phase, as data (T-38). Shorter than a server may take by RFC 5321 section 4.5.3.2: a timeout
// is never a verdict.
#pragma once

#include <chrono>

namespace danesweep::tls {

using Duration = std::chrono::milliseconds;

struct Timeouts {
  Duration connect{10'000};
  Duration greeting{30'000};
  Duration reply{20'000};  ///< a whole reply, not a byte
  Duration tls{20'000};
  Duration quit{2'000};
  Duration probe{75'000};  ///< all of it
};

}  // namespace danesweep::tls
