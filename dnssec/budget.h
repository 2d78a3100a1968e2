// SPDX-License-Identifier: Apache-2.0
// What a look-up may cost (RULES.md part F, D-98 to D-105): counters that outlive every restart, each with the limit it
// has passed. Unit u = one RSA-2048 verification. Past a limit the verdict is INDETERMINATE work-limit.
#pragma once

#include <cstdint>
#include <string_view>

#include "dnssec/policy.h"

namespace danesweep::dnssec {

enum class Limit : std::uint8_t {
  None,
  FailedChecks,
  FailedUnits,
  Checks,
  Units,
  ChecksPerMessage,
  Sha1Blocks,
  Nsec3Records,
  NsecRecords,
  DsDigests,
  Keys,
  KeysPerSignature,
  RrsetSize,
  MessageSize,
  ChainLinks,
  LabelSteps,
  Questions,
  RoundTrips,
};
std::string_view to_text(Limit limit);

class WorkBudget {
 public:
  explicit WorkBudget(const Policy& policy) : policy_(&policy) {}

  /// Before a signature check that costs `units`: false when it would pass a limit (then `exceeded` says which).
  bool may_check(std::uint32_t units);
  void count_check(std::uint32_t units);
  /// In addition to `count_check`, for a check that did not succeed (a malformed key is one, D-36).
  void count_failed_check(std::uint32_t units);
  void begin_message() { message_checks_ = 0; }
  /// Before hashing: false when it would pass the limit.
  bool take_sha1_blocks(std::uint32_t blocks);
  bool take_ds_digest();
  void begin_ds_set() { ds_digests_ = 0; }
  bool take_question();
  bool take_round_trip();
  bool take_label_step();
  bool take_chain_link();
  /// Marks a limit that the caller itself has counted.
  void exceed(Limit limit) { exceeded_ = exceeded_ == Limit::None ? limit : exceeded_; }

  Limit exceeded() const { return exceeded_; }
  std::uint32_t checks() const { return checks_; }
  std::uint32_t units() const { return units_; }
  /// Slice of one step (D-112).
  void begin_slice() { slice_ = slice_blocks_ = 0; }
  /// True if a check of that many units belongs into the next slice. A slice takes at least one check.
  bool is_beyond_slice(std::uint32_t units) const {
    return slice_ > 0 && used_of_slice() + units > policy_->units_per_step;
  }
  bool slice_spent() const { return used_of_slice() >= policy_->units_per_step; }

 private:
  static constexpr std::uint32_t kSha1BlocksPerUnit = 100;

  std::uint32_t used_of_slice() const { return slice_ + slice_blocks_ / kSha1BlocksPerUnit; }
  bool within(std::uint32_t used, std::uint32_t more, std::uint32_t limit, Limit name);
  bool take(std::uint32_t& used, std::uint32_t limit, Limit name);

  const Policy* policy_;
  Limit exceeded_ = Limit::None;
  std::uint32_t checks_ = 0, units_ = 0, failed_checks_ = 0, failed_units_ = 0, message_checks_ = 0, sha1_blocks_ = 0,
                ds_digests_ = 0, questions_ = 0, round_trips_ = 0, label_steps_ = 0, chain_links_ = 0, slice_ = 0,
                slice_blocks_ = 0;
};

}  // namespace danesweep::dnssec
