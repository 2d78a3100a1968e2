// SPDX-License-Identifier: Apache-2.0
// ASCII case folding of octet strings, eight octets at a time (RFC 4343; D-5). Label lengths are at most 63 and so
// below 'A': a whole name in wire form folds like its labels do.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>

namespace danesweep::wire {

constexpr std::uint8_t fold_case(std::uint8_t octet) {
  return octet >= 'A' && octet <= 'Z' ? static_cast<std::uint8_t>(octet | 0x20U) : octet;
}

/// Each octet of the word folded, none influencing its neighbours.
constexpr std::uint64_t fold_case(std::uint64_t word) {
  constexpr std::uint64_t kOnes = 0x0101010101010101U;
  const std::uint64_t low_bits = word & (kOnes * 0x7F);
  const std::uint64_t above_z = low_bits + kOnes * (0x7F - 'Z');
  const std::uint64_t from_a = low_bits + kOnes * (0x80 - 'A');
  const std::uint64_t is_upper = ~word & (from_a ^ above_z) & (kOnes * 0x80);
  return word | (is_upper >> 2U);
}

inline std::uint64_t load_word(const std::uint8_t* octets) {
  std::uint64_t word = 0;
  std::memcpy(&word, octets, sizeof word);
  return word;
}

inline bool equal_folded(const std::uint8_t* a, const std::uint8_t* b, std::size_t size) {
  std::size_t at = 0;
  for (; at + 8 <= size; at += 8)
    if (fold_case(load_word(a + at)) != fold_case(load_word(b + at))) return false;
  if (size >= 8) return fold_case(load_word(a + size - 8)) == fold_case(load_word(b + size - 8));
  for (; at < size; ++at)
    if (fold_case(a[at]) != fold_case(b[at])) return false;
  return true;
}

/// `to` and `from` may be the same.
inline void copy_folded(std::uint8_t* to, const std::uint8_t* from, std::size_t size) {
  std::size_t at = 0;
  for (; at + 8 <= size; at += 8) {
    const std::uint64_t word = fold_case(load_word(from + at));
    std::memcpy(to + at, &word, sizeof word);
  }
  for (; at < size; ++at) to[at] = fold_case(from[at]);
}

}  // namespace danesweep::wire
