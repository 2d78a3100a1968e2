// SPDX-License-Identifier: Apache-2.0
// Worlds out of a seed for the laws of the validator: a root, some TLDs of every denial style, children signed and not,
// aliases, wildcards, empty non-terminals; some replies spoilt. The same seed makes the same world.
#pragma once

#include <random>
#include <string>
#include <vector>

#include "tests/support/world.h"

namespace danesweep::dnssec {

class RandomWorld {
 public:
  enum class Faults { None, Some };
  explicit RandomWorld(std::uint32_t seed, Faults faults = Faults::None);

  support::World& world() { return world_; }
  /// Names worth asking, those that do not exist among them.
  const std::vector<std::string>& questions() const { return questions_; }
  std::mt19937& random() { return random_; }
  std::size_t pick(std::size_t bound) { return std::uniform_int_distribution<std::size_t>(0, bound - 1)(random_); }
  bool chance(unsigned percent) { return pick(100) < percent; }

 private:
  void fill(support::SignedZone& zone, int depth);
  std::string any_target();
  void spoil();

  std::mt19937 random_;
  support::World world_;
  std::vector<std::string> apexes_, questions_;
};

}  // namespace danesweep::dnssec
