// SPDX-License-Identifier: Apache-2.0
#include "scanner/engine/lookups.h"

#include <utility>

namespace danesweep::scanner {

struct Lookups::Running {
  dnssec::Validation validation;
  wire::Question question;
  Done done;
  LookupLog log;
};

/// One question on its way, for all who want its answer.
struct Lookups::Flight {
  std::vector<RunId> waiters;
};

Lookups::Lookups(ResponseSource& source, const Clock& clock, const dnssec::Environment& environment,
                 dnssec::Detail detail, std::function<void()> leftover)
    : source_(&source), clock_(&clock), environment_(environment), detail_(detail), leftover_(std::move(leftover)) {}

Lookups::~Lookups() = default;

void Lookups::look_up(const wire::Question& question, dnssec::NameHint hint, Done done, LookupLog log) {
  const RunId id = next_id_++;
  running_.emplace(id, std::make_unique<Running>(
                           Running{dnssec::Validation(question, clock_->validator(), environment_, detail_, hint),
                                   question, std::move(done), std::move(log)}));
  step(id);
}

void Lookups::step(RunId id) {
  const auto found = running_.find(id);
  if (found == running_.end()) return;
  auto progress = found->second->validation.step();
  if (auto* verdict = std::get_if<dnssec::Verdict>(&progress)) {
    const Done done = std::move(found->second->done);
    running_.erase(found);
    done(std::make_shared<const dnssec::Verdict>(std::move(*verdict)));
  } else if (const auto* wants = std::get_if<dnssec::Wants>(&progress)) {
    for (const dnssec::Wanted& wanted : *wants) want(id, wanted);
  } else {
    going_on_.push_back(id);
    leftover_();
  }
}

void Lookups::want(RunId id, const dnssec::Wanted& wanted) {
  const auto [flight, is_new] = flights_.try_emplace(wanted);
  flight->second.waiters.push_back(id);
  if (!is_new) return;
  const Running& run = *running_.at(id);
  const bool is_own = wanted.question == run.question;
  const dnssec::Wanted* const key = &flight->first;  // stays put until `answered` erases it
  source_->ask(
      wanted, [this, key](const dnssec::Response& response) { answered(*key, response); }, is_own ? run.log : nullptr);
}

void Lookups::answered(const dnssec::Wanted& wanted, const dnssec::Response& response) {
  auto node = flights_.extract(wanted);
  for (const RunId id : node.mapped().waiters) {
    const auto run = running_.find(id);
    if (run == running_.end()) continue;  // its verdict did not need this any more
    run->second->validation.give(node.key(), response);
    step(id);
  }
}

bool Lookups::run_leftover() {
  std::vector<RunId> now;
  now.swap(going_on_);
  for (const RunId id : now) step(id);
  return !going_on_.empty();
}

}  // namespace danesweep::scanner
