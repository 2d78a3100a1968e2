// SPDX-License-Identifier: Apache-2.0
// One question to one resolver in a manner of one's own, and the message as it came: for examining resolvers. Nothing
// is validated and nobody else is asked.
#pragma once

#include "scanner/engine/dns_try.h"
#include "scanner/engine/settings.h"

namespace danesweep::scanner {

/// Waits for the answer. Silence is asked again, `settings.tries` times in all; `settings.resolvers` are not looked at.
TryResult ask_raw(const DnsSettings& settings, const ResolverSetting& resolver, const wire::Question& question,
                  const Manner& manner);

}  // namespace danesweep::scanner
