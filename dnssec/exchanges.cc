// SPDX-License-Identifier: Apache-2.0
#include "dnssec/exchanges.h"

#include <algorithm>
#include <utility>

namespace danesweep::dnssec {

using wire::Rcode;

namespace {

ReasonFacts facts_of(const wire::Question& question) {
  ReasonFacts facts;
  facts.name = question.name;
  facts.type = question.type;
  return facts;
}

/// Rcodes whose messages can be judged: YXDOMAIN only together with the DNAME that makes the name too long (D-71).
bool is_judgeable(Rcode rcode) {
  return rcode == Rcode::NoError || rcode == Rcode::NxDomain || rcode == Rcode::YxDomain;
}

void set_missing(Exchange& exchange, Reason reason, std::string text) {
  ReasonFacts facts = facts_of(exchange.wanted.question);
  facts.resolver = exchange.resolver;
  facts.text = std::move(text);
  exchange.state = Exchange::State::Missing;
  exchange.missing = indeterminate(reason, std::move(facts));
}

void set_error(Exchange& exchange, Rcode rcode) {
  set_missing(exchange, rcode == Rcode::ServFail ? Reason::ResolverServfail : Reason::ResolverRefused,
              wire::to_text(rcode));
  exchange.missing.facts.number = static_cast<std::uint32_t>(rcode);
}

void set_message(Exchange& exchange, wire::MessagePtr message) {
  if (message == nullptr || message->is_truncated() || !message->answers(exchange.wanted.question)) {
    set_missing(exchange, Reason::MalformedResponse, {});
    return;
  }
  if (message->is_too_long()) {  // D-103, D-105
    set_missing(exchange, Reason::WorkLimit, std::string(to_text(Limit::MessageSize)));
    return;
  }
  if (message->edns()) {
    exchange.extended_error = message->edns()->extended_error;
    exchange.extended_error_text = message->edns()->extended_error_text;
  }
  if (!is_judgeable(message->rcode())) {
    set_error(exchange, message->rcode());
    return;
  }
  auto view = std::make_unique<const ResponseView>(std::move(message), exchange.resolver);
  if (view->is_malformed()) {
    set_missing(exchange, Reason::MalformedResponse, {});
    return;
  }
  exchange.view = std::move(view);
  exchange.state = Exchange::State::Answered;
}

struct Receiver {
  Exchange& exchange;
  void operator()(wire::MessagePtr message) const { set_message(exchange, std::move(message)); }
  void operator()(const NoReply&) const { set_missing(exchange, Reason::ResolverTimeout, {}); }
  void operator()(const Unreadable&) const { set_missing(exchange, Reason::MalformedResponse, {}); }
  void operator()(const ErrorRcode& error) const {
    set_error(exchange, error.rcode);
    exchange.extended_error = error.extended_error;
    exchange.extended_error_text = error.extended_error_text;
  }
  void operator()(const NoOtherResolver&) const {
    if (exchange.wanted.not_from.is_empty())
      set_missing(exchange, Reason::ResolverTimeout, {});
    else
      exchange.state = Exchange::State::NoOther;
  }
};

}  // namespace

const Exchange* Exchanges::find(const wire::Question& question, const ResolverSet& not_from) const {
  for (const auto& exchange : exchanges_)
    if (exchange->wanted.question.type == question.type && exchange->wanted.not_from == not_from &&
        exchange->wanted.question.name == question.name)
      return exchange.get();
  return nullptr;
}

const Exchange& Exchanges::ask(const wire::Question& question, const ResolverSet& not_from) {
  if (const Exchange* known = find(question, not_from)) return *known;
  auto exchange = std::make_unique<Exchange>();
  exchange->wanted = {question, not_from};
  if (budget_->take_question())
    wants_.push_back(exchange->wanted);
  else
    set_missing(*exchange, Reason::WorkLimit, std::string(to_text(budget_->exceeded())));
  exchanges_.push_back(std::move(exchange));
  return *exchanges_.back();
}

const Exchange& Exchanges::ask_readable(const wire::Question& question, const ResolverSet& not_from) {
  const Exchange& first = ask(question, not_from);
  const bool is_unreadable =
      first.state == Exchange::State::Missing && first.missing.reason == Reason::MalformedResponse;
  ResolverSet asked = not_from;
  asked.add(first.resolver);
  if (!is_unreadable || asked == not_from) return first;
  const Exchange& second = ask_readable(question, asked);
  return second.is_answered() || second.is_waiting() ? second : first;
}

const Exchange* Exchanges::give(const Wanted& wanted, Response response) {
  const auto waiting = std::find_if(exchanges_.begin(), exchanges_.end(), [&](const auto& exchange) {
    return exchange->is_waiting() && exchange->wanted == wanted;
  });
  if (waiting == exchanges_.end()) return nullptr;
  (*waiting)->resolver = response.resolver;
  (*waiting)->outdone = std::move(response.outdone);
  std::visit(Receiver{**waiting}, std::move(response.content));
  return waiting->get();
}

Wants Exchanges::take_wants() { return std::exchange(wants_, {}); }

bool Exchanges::is_any_waiting() const {
  return std::any_of(exchanges_.begin(), exchanges_.end(), [](const auto& exchange) { return exchange->is_waiting(); });
}

}  // namespace danesweep::dnssec
