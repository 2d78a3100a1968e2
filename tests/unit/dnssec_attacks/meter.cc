// SPDX-License-Identifier: Apache-2.0
#include "tests/unit/dnssec_attacks/meter.h"

#include <ctime>

namespace danesweep::dnssec {

namespace {

double cpu_now() {
  timespec time{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) * 1e-9;
}

}  // namespace

wire::Question question(std::string_view name, wire::RrType type) { return {support::name(name), type}; }

std::string Meter::key(const wire::Question& question) {
  return question.name.lower().to_text() + ' ' + wire::to_text(question.type);
}

const std::vector<std::uint8_t>& Meter::octets(const wire::Question& question) {
  const auto [at, is_new] = octets_.try_emplace(key(question));
  if (is_new) at->second = world_->reply(question).octets();
  return at->second;
}

Environment Meter::environment() { return {&anchors_, &policy_, &crypto_, caches_.get()}; }

std::optional<Verdict> Meter::advance(Validation& validation, Cost& cost) {
  double began = cpu_now();
  auto progress = validation.step();
  cost.cpu_seconds += cpu_now() - began;
  if (auto* verdict = std::get_if<Verdict>(&progress)) return std::move(*verdict);
  const auto* wants = std::get_if<Wants>(&progress);
  for (std::size_t i = 0; wants != nullptr && i < wants->size(); ++i) {
    const Wanted& wanted = (*wants)[i];
    ++cost.questions;
    if (!wanted.not_from.is_empty()) {
      validation.give(wanted, {NoOtherResolver{}, kNoResolver});
      continue;
    }
    const auto& sent = octets(wanted.question);
    began = cpu_now();
    auto message = wire::Message::parse(sent);
    const bool counts = message && (*message)->answers(wanted.question);
    validation.give(wanted, counts ? Response{std::move(*message), 0} : Response{NoReply{}, 0});
    cost.cpu_seconds += cpu_now() - began;
  }
  return std::nullopt;
}

Meter::Cost Meter::ask(const wire::Question& question, Detail detail) {
  Cost cost;
  Validation validation(question, support::kNow, environment(), detail);
  for (;;)
    if (auto verdict = advance(validation, cost)) {
      cost.verdict = std::move(*verdict);
      return cost;
    }
}

Meter::Crossing Meter::ask_meanwhile(const wire::Question& attack, const wire::Question& neighbour) {
  Crossing crossing;
  Validation validation(attack, support::kNow, environment());
  for (;;) {
    auto verdict = advance(validation, crossing.attack);
    crossing.neighbours.push_back(ask(neighbour).verdict);
    if (!verdict) continue;
    crossing.attack.verdict = std::move(*verdict);
    return crossing;
  }
}

}  // namespace danesweep::dnssec
