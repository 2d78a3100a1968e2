// SPDX-License-Identifier: Apache-2.0
// A set of resolvers, by their numbers: those that need not be asked again (rules D-56, D-59, D-126).
#pragma once

#include <bit>
#include <cstdint>
#include <initializer_list>

#include "dnssec/verdict.h"

namespace danesweep::dnssec {

/// Their numbers go from 0 to one less than this.
inline constexpr ResolverId kMaxResolvers = 64;

class ResolverSet {
 public:
  ResolverSet() = default;
  ResolverSet(std::initializer_list<ResolverId> resolvers) {
    for (const ResolverId resolver : resolvers) add(resolver);
  }

  /// A number of no resolver changes nothing.
  void add(ResolverId resolver) { bits_ |= bit(resolver); }
  void add(const ResolverSet& others) { bits_ |= others.bits_; }
  bool contains(ResolverId resolver) const { return (bits_ & bit(resolver)) != 0; }
  bool is_empty() const { return bits_ == 0; }
  /// The smallest number; kNoResolver if empty.
  ResolverId first() const { return is_empty() ? kNoResolver : std::countr_zero(bits_); }
  std::uint64_t bits() const { return bits_; }

  friend bool operator==(const ResolverSet&, const ResolverSet&) = default;

 private:
  static constexpr std::uint64_t bit(ResolverId resolver) {
    return resolver >= 0 && resolver < kMaxResolvers ? std::uint64_t{1} << static_cast<unsigned>(resolver) : 0;
  }

  std::uint64_t bits_ = 0;
};

}  // namespace danesweep::dnssec
