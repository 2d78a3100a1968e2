// SPDX-License-Identifier: Apache-2.0
// Hexadecimal, base64 (RFC 4648 section 4) and base32hex without padding (section 7) as DNS texts use them.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "dnssec/wire/cursor.h"

namespace danesweep::wire {

/// Lower case.
std::string to_hex(Bytes octets);
/// Either case, blanks skipped.
Parsed<std::vector<std::uint8_t>> from_hex(std::string_view text);
std::string to_base64(Bytes octets);
/// Blanks skipped.
Parsed<std::vector<std::uint8_t>> from_base64(std::string_view text);
/// Lower case, no padding: an NSEC3 owner label.
std::string to_base32hex(Bytes octets);
Parsed<std::vector<std::uint8_t>> from_base32hex(std::string_view text);

}  // namespace danesweep::wire
