// SPDX-License-Identifier: Apache-2.0
// The questions of one look-up and what became of each: asked at most once per resolver demand, counted (D-104), judged
// as often as needed. Responses of other shape than D-4 allows, and error rcodes, become the INDETERMINATE of D-61.
#pragma once

#include <memory>
#include <vector>

#include "dnssec/budget.h"
#include "dnssec/finding.h"
#include "dnssec/response_view.h"
#include "dnssec/validation.h"

namespace danesweep::dnssec {

/// One question on its way, or its response.
struct Exchange {
  enum class State { Waiting, Answered, Missing, NoOther };

  Wanted wanted;
  State state = State::Waiting;
  std::unique_ptr<const ResponseView> view;  ///< set when Answered
  ResolverId resolver = kNoResolver;
  Finding missing;                              ///< set when Missing: INDETERMINATE with its reason
  std::optional<std::uint16_t> extended_error;  ///< what the resolver says of it; for the trace alone (D-61)
  std::string extended_error_text;
  std::vector<Outdone> outdone;

  bool is_waiting() const { return state == State::Waiting; }
  bool is_answered() const { return state == State::Answered; }
};

class Exchanges {
 public:
  explicit Exchanges(WorkBudget& budget) : budget_(&budget) {}

  /// The exchange of this question, put on the list of wants if it is new. Past the budget of questions it is Missing
  /// at once, `work-limit`. The reference holds for the life of this object.
  const Exchange& ask(const wire::Question& question, const ResolverSet& not_from = {});
  /// The same, and from the other resolvers if what came cannot be read (D-8, D-61): what a transport sees of a message
  /// is not all.
  const Exchange& ask_readable(const wire::Question& question, const ResolverSet& not_from = {});
  /// The same as `ask`, but only if it was asked already.
  const Exchange* find(const wire::Question& question, const ResolverSet& not_from = {}) const;
  /// Stores a response; one that nobody waits for is dropped, and null returned.
  const Exchange* give(const Wanted& wanted, Response response);

  /// New questions since the last call.
  Wants take_wants();
  bool is_any_waiting() const;
  const std::vector<std::unique_ptr<Exchange>>& all() const { return exchanges_; }

 private:
  WorkBudget* budget_;
  std::vector<std::unique_ptr<Exchange>> exchanges_;  ///< at most Policy::max_questions + 1
  Wants wants_;
};

}  // namespace danesweep::dnssec
