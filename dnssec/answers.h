// SPDX-License-Identifier: Apache-2.0
// What several resolvers answered to one question, each answer judged for itself. What failed is asked once from
// another one (rules D-59, D-126). An answer from the child side of a zone cut proves nothing and does not count: the
// next one is asked, until all have answered so (D-56).
#pragma once

#include <optional>
#include <utility>
#include <vector>

#include "dnssec/exchanges.h"
#include "dnssec/finding.h"
#include "dnssec/lookup.h"
#include "dnssec/resolver_set.h"

namespace danesweep::dnssec {

/// `State`: what an answer came to.
template <class State>
class Answers {
 public:
  /// The best of the answers, once no other may do better; what did worse is marked. `judge(exchange)` makes a State,
  /// or nothing if it has to go on later; `may_be_bettered(state)`: could another resolver? Nothing: step again.
  template <class Judge, class MayBeBettered>
  std::optional<State> ask(Lookup& lookup, const wire::Question& question, Judge judge, MayBeBettered may_be_bettered) {
    for (bool is_over = false; !is_over;) {
      const Exchange& exchange = lookup.exchanges().ask_readable(question, asked_);
      if (exchange.is_waiting()) return std::nullopt;
      if (!asked_.is_empty() && !exchange.is_answered() && !is_our_limit(exchange)) break;  // what arrived is judged
      std::optional<State> state = judge(exchange);
      if (!state) return std::nullopt;
      is_over = !exchange.is_answered() || !may_be_bettered(*state);
      add(std::move(*state), exchange);
      is_over = is_over || counted_ == kCounted || !asked_.contains(exchange.resolver);
    }
    mark_worse(lookup);
    return std::move(best_);
  }

 private:
  static constexpr int kCounted = 2;  ///< answers that count; those of the child come on top
  struct Failed {
    ResolverId resolver;
    Finding finding;
  };

  static const Finding& finding_of(const State& state) {
    if constexpr (requires { state.result; })
      return state.result.finding;
    else
      return state.finding;
  }
  static bool is_from_child(const State& state) { return finding_of(state).reason == Reason::DsFromChild; }
  /// D-3: not that another resolver has no better answer, but that we do not ask for it.
  static bool is_our_limit(const Exchange& exchange) { return exchange.missing.reason == Reason::WorkLimit; }

  void add(State state, const Exchange& exchange) {
    asked_.add(exchange.wanted.not_from);
    asked_.add(exchange.resolver);
    counted_ += is_from_child(state) ? 0 : 1;
    if (finding_of(state).security <= Security::Indeterminate)
      failed_.push_back({exchange.resolver, finding_of(state)});
    if (!best_ || is_preferred(state, *best_)) best_ = std::move(state);
  }

  static bool is_preferred(const State& a, const State& b) {
    if (is_from_child(a) != is_from_child(b)) return is_from_child(b);
    return is_better(finding_of(a), finding_of(b));
  }

  /// One resolver delivered what others left out (D-59), or what holds where theirs is bad (D-126).
  void mark_worse(Lookup& lookup) const {
    const Finding& best = finding_of(*best_);
    for (const Failed& failed : failed_) {
      const bool is_left_out = is_missing_reason(failed.finding.reason) && !is_missing_reason(best.reason);
      if (is_left_out || is_mended(failed.finding, best)) lookup.mark(failed.resolver, failed.finding.reason);
    }
  }

  std::optional<State> best_;
  ResolverSet asked_;
  int counted_ = 0;
  std::vector<Failed> failed_;
};

}  // namespace danesweep::dnssec
