// SPDX-License-Identifier: Apache-2.0
#include "dnssec/wire/edns.h"

#include <algorithm>

namespace danesweep::wire {
namespace {

constexpr std::uint16_t kExtendedErrorOption = 15;
constexpr std::uint32_t kDnssecOkBit = 0x8000;

void read_extended_error(Bytes value, Edns& edns) {
  Cursor in(value);
  const std::uint16_t code = in.u16();
  if (in.failed()) return;
  const Bytes text = in.peek().first(std::min(in.left(), kMaxExtendedErrorText));
  edns.extended_error = code;
  edns.extended_error_text.assign(text.begin(), text.end());
}

}  // namespace

Edns read_edns(std::uint16_t rr_class, std::uint32_t ttl, Bytes options) {
  Edns edns;
  edns.udp_size = rr_class;
  edns.version = static_cast<std::uint8_t>(ttl >> 16U);
  edns.dnssec_ok = (ttl & kDnssecOkBit) != 0;
  for (Cursor in(options); !in.at_end();) {
    const std::uint16_t code = in.u16();
    const Bytes value = in.take(in.u16());
    if (in.failed()) break;
    if (code == kExtendedErrorOption && !edns.extended_error) read_extended_error(value, edns);
  }
  return edns;
}

}  // namespace danesweep::wire
