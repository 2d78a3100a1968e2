// SPDX-License-Identifier: Apache-2.0
#include "scanner/resolvers/load.h"

#include <algorithm>
#include <cmath>

#include "scanner/engine/raw_query.h"

namespace danesweep::scanner {
namespace {

using Seconds = std::chrono::duration<double>;

constexpr std::chrono::microseconds kLate{10'000};
constexpr double kFew = 0.01;  ///< share of questions that may be lost, late or waiting
constexpr double kMostUsualLoss = 0.1;
constexpr double kRampStep = 1.5;  ///< from one rate of a ramp to the next
constexpr std::uint32_t kMostRampSteps = 40;
constexpr Seconds kRampDuration{5};

void count(LoadPass& pass, const PacedAnswer& answer) {
  using enum TryResult::Kind;
  pass.late += !answer.waited_for_room && answer.late > kLate ? 1 : 0;
  pass.waited += answer.waited_for_room ? 1 : 0;
  switch (answer.result.kind) {
    case Message:
    case BareRcode:
      ++pass.answered;
      ++pass.rcodes[answer.result.rcode];
      pass.by_tcp += answer.result.carrier == Carrier::Tcp ? 1 : 0;
      pass.latencies.add(answer.latency);
      return;
    case Silence:
      ++pass.timeouts;
      return;
    case Refused:
    case Unsendable:
      ++pass.unreachable;
      return;
    case Unreadable:
    case Unusable:
      ++pass.unusable;
  }
}

/// Takes turns through a list, beginning where the last pass ended.
class Turns {
 public:
  explicit Turns(const std::vector<wire::Question>& questions) : questions_(&questions) {}
  const wire::Question& next() { return (*questions_)[at_++ % questions_->size()]; }
  void rewind() { at_ = 0; }

 private:
  const std::vector<wire::Question>* questions_;
  std::size_t at_ = 0;
};

std::uint64_t questions_within(Seconds duration, double rate) {
  return std::max<std::uint64_t>(1, static_cast<std::uint64_t>(std::llround(duration.count() * rate)));
}

LoadPass run_pass(const DnsSettings& settings, const ResolverSetting& resolver, const Pace& pace,
                  std::uint64_t questions, Turns& turns) {
  LoadPass pass;
  pass.rate = pace.rate;
  const auto start = std::chrono::steady_clock::now();
  PacedQuestions paced;
  paced.next = [&]() -> std::optional<wire::Question> {
    if (pass.sent == questions) return std::nullopt;
    ++pass.sent;
    return turns.next();
  };
  paced.ended = [&](const PacedAnswer& answer) {
    const std::uint64_t before = pass.answered;
    count(pass, answer);
    if (pass.answered > before) pass.took = std::chrono::steady_clock::now() - start;
  };
  pass.own_drops = ask_paced(settings, resolver, pace, paced);
  return pass;
}

bool is_there(const DnsSettings& settings, const ResolverSetting& resolver) {
  return ask_raw(settings, resolver, {wire::DomainName(), wire::RrType::Soa}, {}).is_answer();
}

double share(std::uint64_t part, const LoadPass& pass) {
  return static_cast<double>(part) / static_cast<double>(std::max<std::uint64_t>(1, pass.sent));
}

}  // namespace

double LoadPass::throughput() const { return took.count() > 0 ? static_cast<double>(answered) / took.count() : 0; }

bool LoadPass::is_machine_the_limit() const { return share(late + own_drops, *this) > kFew; }

std::optional<double> find_knee(double rate, const RunStep& run) {
  std::optional<double> knee;
  double usual_loss = kMostUsualLoss;
  for (std::uint32_t step = 1; step <= kMostRampSteps; ++step, rate *= kRampStep) {
    const LoadPass& pass = run(step, rate);
    usual_loss = std::min(usual_loss, share(pass.lost(), pass));
    if (share(pass.lost() + pass.waited, pass) > usual_loss + kFew || pass.is_machine_the_limit()) break;
    knee = rate;
  }
  return knee;
}

ResolverLoad put_load(const DnsSettings& settings, const ResolverSetting& resolver, const LoadPlan& plan,
                      const std::function<void(const LoadPass&)>& passed) {
  ResolverLoad load{resolver, {}, {}};
  if (!is_there(settings, resolver)) return load;
  Turns turns(plan.questions);
  const auto run = [&](std::uint32_t number, double rate, std::uint64_t questions) -> const LoadPass& {
    load.passes.push_back(run_pass(settings, resolver, {rate, plan.pace.max_inflight}, questions, turns));
    load.passes.back().number = number;
    passed(load.passes.back());
    return load.passes.back();
  };
  if (plan.ramp) {
    const Seconds duration = plan.duration.value_or(kRampDuration);
    load.knee = find_knee(plan.pace.rate, [&](std::uint32_t step, double rate) -> const LoadPass& {
      return run(step, rate, questions_within(duration, rate));
    });
    return load;
  }
  std::uint64_t questions = plan.questions.size();
  if (plan.duration) questions = std::min(questions, questions_within(*plan.duration, plan.pace.rate));
  for (std::uint32_t number = 1; number <= plan.passes; ++number) {
    turns.rewind();
    run(number, plan.pace.rate, questions);
  }
  return load;
}

}  // namespace danesweep::scanner
