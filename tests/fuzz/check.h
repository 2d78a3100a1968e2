// SPDX-License-Identifier: Apache-2.0
// What a fuzz target asserts, in builds with NDEBUG too.
#pragma once

#include <cstdlib>

namespace danesweep::fuzz {

inline void check(bool holds) {  // NOLINT(readability-named-parameter): the claim itself is the argument
  if (!holds) std::abort();
}

}  // namespace danesweep::fuzz
