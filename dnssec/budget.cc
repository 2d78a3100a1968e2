// SPDX-License-Identifier: Apache-2.0
#include "dnssec/budget.h"

#include <array>

namespace danesweep::dnssec {

std::string_view to_text(Limit limit) {
  constexpr std::array<std::string_view, 18> kTexts = {"none",
                                                       "failed signature checks",
                                                       "units of failed checks",
                                                       "signature checks",
                                                       "units of work",
                                                       "checks per message",
                                                       "SHA-1 blocks",
                                                       "NSEC3 records",
                                                       "NSEC records",
                                                       "DS digests",
                                                       "keys per set",
                                                       "keys per signature",
                                                       "records per RRset",
                                                       "records per message",
                                                       "chain links",
                                                       "label steps",
                                                       "questions",
                                                       "round trips"};
  static_assert(kTexts.size() == static_cast<std::size_t>(Limit::RoundTrips) + 1);
  return kTexts[static_cast<std::size_t>(limit)];
}

bool WorkBudget::within(std::uint32_t used, std::uint32_t more, std::uint32_t limit, Limit name) {
  if (used <= limit && more <= limit - used) return true;
  exceed(name);
  return false;
}

bool WorkBudget::take(std::uint32_t& used, std::uint32_t limit, Limit name) {
  if (!within(used, 1, limit, name)) return false;
  ++used;
  return true;
}

bool WorkBudget::may_check(std::uint32_t units) {
  // Any check may fail, so the failures' limits are asked beforehand too: they are never overrun by an expensive one.
  return within(failed_checks_, 1, policy_->max_failed_checks, Limit::FailedChecks) &&
         within(failed_units_, units, policy_->max_failed_units, Limit::FailedUnits) &&
         within(checks_, 1, policy_->max_checks, Limit::Checks) &&
         within(units_, units, policy_->max_units, Limit::Units) &&
         within(message_checks_, 1, policy_->max_checks_per_message, Limit::ChecksPerMessage);
}

void WorkBudget::count_check(std::uint32_t units) {
  ++checks_;
  ++message_checks_;
  units_ += units;
  slice_ += units;
}

void WorkBudget::count_failed_check(std::uint32_t units) {
  ++failed_checks_;
  failed_units_ += units;
}

bool WorkBudget::take_sha1_blocks(std::uint32_t blocks) {
  if (!within(sha1_blocks_, blocks, policy_->max_sha1_blocks, Limit::Sha1Blocks)) return false;
  sha1_blocks_ += blocks;
  slice_blocks_ += blocks;
  return true;
}

bool WorkBudget::take_ds_digest() { return take(ds_digests_, policy_->max_ds_digests, Limit::DsDigests); }
bool WorkBudget::take_question() { return take(questions_, policy_->max_questions, Limit::Questions); }
bool WorkBudget::take_round_trip() { return take(round_trips_, policy_->max_round_trips, Limit::RoundTrips); }
bool WorkBudget::take_label_step() { return take(label_steps_, policy_->max_label_steps, Limit::LabelSteps); }
bool WorkBudget::take_chain_link() { return take(chain_links_, policy_->max_chain_links, Limit::ChainLinks); }

}  // namespace danesweep::dnssec
