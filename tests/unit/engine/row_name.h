// SPDX-License-Identifier: Apache-2.0
// A row's English name as googletest wants it: letters, digits and underscores.
#pragma once

#include <string>
#include <string_view>

namespace danesweep::scanner {

inline std::string row_name(std::string_view name) {
  std::string out(name);
  for (char& letter : out) {
    const bool is_plain =
        (letter >= 'a' && letter <= 'z') || (letter >= 'A' && letter <= 'Z') || (letter >= '0' && letter <= '9');
    if (!is_plain) letter = '_';
  }
  return out;
}

}  // namespace danesweep::scanner
