// SPDX-License-Identifier: Apache-2.0
#include "dnssec/wire/writer.h"

#include <algorithm>

namespace danesweep::wire {

QueryPacket::QueryPacket(const Question& question, std::uint16_t id, std::uint16_t udp_size) {
  const auto put = [this](std::uint8_t octet) { octets_[size_++] = octet; };
  const auto put_pair = [&put](std::uint16_t value) {
    put(static_cast<std::uint8_t>(value >> 8U));
    put(static_cast<std::uint8_t>(value));
  };
  constexpr std::uint16_t kRecursionDesired = 0x0100, kCheckingDisabled = 0x0010, kDnssecOk = 0x8000;
  put_pair(id);
  put_pair(kRecursionDesired | kCheckingDisabled);
  constexpr std::array<std::uint16_t, 4> kSectionCounts{1, 0, 0, 1};
  for (const std::uint16_t count : kSectionCounts) put_pair(count);

  const Bytes name = question.name.wire();
  std::copy(name.begin(), name.end(), octets_.begin() + static_cast<std::ptrdiff_t>(size_));
  size_ += name.size();
  put_pair(static_cast<std::uint16_t>(question.type));
  put_pair(static_cast<std::uint16_t>(RrClass::In));

  put(0);  // OPT: owner root, then type, size, extended rcode and version, flags, no options (RFC 6891 section 6.1.2)
  for (const std::uint16_t field :
       {static_cast<std::uint16_t>(RrType::Opt), udp_size, std::uint16_t{0}, kDnssecOk, std::uint16_t{0}})
    put_pair(field);
}

}  // namespace danesweep::wire
