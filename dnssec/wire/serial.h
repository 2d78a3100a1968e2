// SPDX-License-Identifier: Apache-2.0
// Serial number arithmetic modulo 2^32 (RFC 1982), in which the times of an RRSIG are compared (RFC 4034 section
// 3.1.5; D-27, D-28). Two numbers exactly 2^31 apart are in no order: neither is before the other.
#pragma once

#include <cstdint>

namespace danesweep::wire {

/// `a` equals `b` or lies before it.
constexpr bool serial_not_after(std::uint32_t a, std::uint32_t b) { return b - a < 0x80000000U; }

}  // namespace danesweep::wire
