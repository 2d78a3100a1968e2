// SPDX-License-Identifier: Apache-2.0
#include "tls/peer_text.h"

namespace danesweep::tls {

std::string printable(std::string_view text, std::size_t max_octets) {
  constexpr std::string_view kDigits = "0123456789ABCDEF";
  std::string safe;
  for (const char c : text.substr(0, max_octets)) {
    const auto octet = static_cast<unsigned char>(c);
    if (octet >= 0x20 && octet <= 0x7E) {
      safe += c;
    } else {
      safe += "\\x";
      safe += kDigits[octet >> 4U];
      safe += kDigits[octet & 15U];
    }
  }
  return safe;
}

}  // namespace danesweep::tls
