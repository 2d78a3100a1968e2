// SPDX-License-Identifier: Apache-2.0
// Several byte strings out of one fuzz input: each behind its length, two octets, big-endian.
#pragma once

#include <algorithm>
#include <cstddef>
#include <vector>

#include "dnssec/wire/cursor.h"

namespace danesweep::fuzz {

inline std::vector<wire::Bytes> length_prefixed(wire::Bytes input, std::size_t max_strings) {
  std::vector<wire::Bytes> strings;
  wire::Cursor in(input);
  while (!in.at_end() && strings.size() < max_strings) {
    const std::size_t size = in.u16();
    strings.push_back(in.take(std::min(size, in.left())));
  }
  return strings;
}

}  // namespace danesweep::fuzz
