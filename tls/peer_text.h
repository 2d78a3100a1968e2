// SPDX-License-Identifier: Apache-2.0
// Text that a stranger's server sent (reply lines, names out of certificates) made fit for a terminal, a file and a
// report: it is cut, and what is not printable ASCII becomes `\xHH` (T-48). So no control, no bidirectional mark and no
// 8-bit octet of a peer gets past tls/.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace danesweep::tls {

inline constexpr std::size_t kMaxStoredLines = 8;         ///< of one reply
inline constexpr std::size_t kMaxStoredLineOctets = 200;  ///< of one line, before escaping
inline constexpr std::size_t kMaxStoredNameOctets = 253;  ///< of one DNS name out of a certificate
inline constexpr std::size_t kMaxStoredSubjectOctets = 500;

/// At most `max_octets` of `text`, octets outside 0x20..0x7E as `\xHH` (upper case).
std::string printable(std::string_view text, std::size_t max_octets);

}  // namespace danesweep::tls
