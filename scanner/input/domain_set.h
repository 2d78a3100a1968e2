// SPDX-License-Identifier: Apache-2.0
// The distinct domains of an input with their recipients (rules E-62, E-63): each gets its index at its first
// appearance. Only 16-byte keyed hashes are kept (FACTS E4: eight bytes would lose domains of long lists), so memory is
// about 45 bytes a domain, whatever the number of lines. The key is random: an input cannot be built to make the table
// slow.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <unordered_set>
#include <vector>

#include "output/result.h"

namespace danesweep::input {

enum class Seen : std::uint8_t { First, Again };

class DomainSet {
 public:
  DomainSet();

  struct Added {
    Seen seen{};
    std::uint32_t index = 0;
  };
  /// Adds `recipients` to the domain's sum, which stops at 2^32-1.
  Added add(std::string_view domain, std::uint32_t recipients);
  std::optional<std::uint32_t> index_of(std::string_view domain) const;
  /// Sum so far of the domain `index`, which is remembered as what was handed out; only once per index.
  std::uint32_t hand_out(std::string_view domain, std::uint32_t index);
  /// The domain was handed out with this sum by an earlier run (`--resume`).
  void set_handed_out(std::uint32_t index, std::uint32_t recipients) { handed_out_[index] = recipients; }
  std::uint32_t size() const { return static_cast<std::uint32_t>(handed_out_.size()); }
  /// Domains that were handed out and whose sum has grown since, and those whose sum did not fit, by index.
  std::vector<output::Recount> recounts() const;
  /// Domains whose sum did not fit (`recipients-capped`).
  std::size_t capped() const { return capped_.size(); }

 private:
  struct Slot {
    std::uint64_t high = 0, low = 0;
    std::uint32_t index = 0;
    std::uint32_t recipients = 0;
  };
  struct Hash {
    std::uint64_t high, low;
  };
  Hash hash(std::string_view domain) const;
  /// Where the hash stands, or the empty slot where it belongs.
  std::size_t position(const Hash& hash) const;
  Slot& find(const Hash& hash) { return slots_[position(hash)]; }
  void grow();

  std::vector<Slot> slots_;                ///< a power of two; empty: both halves of the hash 0
  std::vector<std::uint32_t> handed_out_;  ///< by index; 2^32-1: not at all, or a sum that cannot grow
  std::unordered_set<std::uint32_t> capped_;
  std::uint64_t key_;
};

}  // namespace danesweep::input
