// SPDX-License-Identifier: Apache-2.0
// Is the name that EHLO carries this machine's in the DNS (T-70)? Receivers that look distrust a client without it.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "dnssec/verdict.h"
#include "dnssec/wire/message.h"

namespace danesweep::scanner {

/// One look-up; a script in tests.
using LookUp = std::function<dnssec::Verdict(const wire::Question&)>;

/// The name below in-addr.arpa (RFC 1035 section 3.5) or ip6.arpa (RFC 3596 section 2.5) of 4 or 16 octets.
std::string reverse_name(std::span<const std::uint8_t> address);

/// Sentences for the user; none if all is well, if `helo` is an address literal, or if a look-up gave no answer.
std::vector<std::string> helo_warnings(const std::string& helo, const LookUp& look_up);

}  // namespace danesweep::scanner
