// SPDX-License-Identifier: Apache-2.0
// Order by chance that repeats exactly: the same seed and the same name give the same order on every machine, whatever
// the standard library does (T-7, T-19).
#pragma once

#include <cstdint>
#include <string_view>
#include <utility>

namespace danesweep::scanner {

/// SplitMix64 (Steele, Lea, Flood 2014): next value of the state.
inline std::uint64_t split_mix(std::uint64_t& state) {
  state += 0x9E3779B97F4A7C15U;
  std::uint64_t mixed = state;
  mixed = (mixed ^ (mixed >> 30U)) * 0xBF58476D1CE4E5B9U;
  mixed = (mixed ^ (mixed >> 27U)) * 0x94D049BB133111EBU;
  return mixed ^ (mixed >> 31U);
}

/// FNV-1a of the name over the scan's seed.
inline std::uint64_t seeded(std::uint64_t seed, std::string_view name) {
  std::uint64_t hash = 0xCBF29CE484222325U ^ seed;
  for (const char letter : name) hash = (hash ^ static_cast<unsigned char>(letter)) * 0x100000001B3U;
  return split_mix(hash);
}

/// Fisher-Yates over [first, last).
template <class Iterator>
void shuffle(Iterator first, Iterator last, std::uint64_t seed) {
  for (auto left = static_cast<std::uint64_t>(last - first); left > 1; --left) {
    using std::swap;
    swap(first[static_cast<std::ptrdiff_t>(left - 1)], first[static_cast<std::ptrdiff_t>(split_mix(seed) % left)]);
  }
}

}  // namespace danesweep::scanner
