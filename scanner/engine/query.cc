// SPDX-License-Identifier: Apache-2.0
// Single look-ups over a loop of their own: `query`, the canary (E-102), and the raw message that RFC 5011 asks for.
#include <fmt/format.h>

#include <utility>

#include "scanner/engine/dns_stack.h"
#include "scanner/engine/library.h"
#include "scanner/engine/sweep.h"

namespace danesweep::scanner {

namespace {

/// A loop with one DNS stack, run until told to stop.
class Session {
 public:
  explicit Session(const DnsSettings& settings, dnssec::Detail detail)
      : shared_(settings), stack_(std::make_unique<DnsStack>(loop_, shared_, detail)) {
    loop_.set_before_poll([this] { stack_->pool.before_poll(); });
    loop_.set_tick([this] { stack_->pool.tick(); });
    loop_.set_leftover([this] { return stack_->lookups.run_leftover() || stack_->pool.has_leftover(); });
  }
  ~Session() { stack_ = nullptr; }
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  Loop& loop() { return loop_; }
  DnsStack& stack() { return *stack_; }

 private:
  Loop loop_;
  DnsShared shared_;
  std::unique_ptr<DnsStack> stack_;
};

dnssec::Verdict look_up_once(const DnsSettings& settings, const wire::Question& question, dnssec::Detail detail) {
  initialise_libraries();
  Session session(settings, detail);
  VerdictPtr verdict;
  session.stack().lookups.look_up(question, dnssec::NameHint::None, [&](VerdictPtr found) {
    verdict = std::move(found);
    session.loop().stop();
  });
  if (!verdict) session.loop().run();
  return *verdict;
}

dnssec::Response ask_once(const DnsSettings& settings, const dnssec::Wanted& wanted) {
  initialise_libraries();
  Session session(settings, dnssec::Detail::Plain);
  dnssec::Response response;
  session.stack().pool.ask(
      wanted,
      [&](dnssec::Response got) {
        response = std::move(got);
        session.loop().stop();
      },
      nullptr);
  session.loop().run();
  return response;
}

DnsSettings with_one_resolver(const DnsSettings& settings, const ResolverSetting& resolver) {
  DnsSettings one = settings;
  one.resolvers = {resolver};
  return one;
}

/// E-102: a name that no anchor covers tells nothing, so the keys of an anchored zone are asked for.
wire::Question canary_question(const DnsSettings& settings, const wire::DomainName& name) {
  if (settings.anchors.empty() || settings.anchors.governing_zone(name)) return {name, wire::RrType::Mx};
  return {settings.anchors.all().front().zone, wire::RrType::Dnskey};
}

CanaryResult::State canary_state(const dnssec::Verdict& verdict) {
  using enum CanaryResult::State;
  switch (verdict.security) {
    case dnssec::Security::Secure:
    case dnssec::Security::Insecure:
      return Fit;
    case dnssec::Security::Bogus:
      return Unfit;
    case dnssec::Security::Indeterminate:
      break;
  }
  return verdict.reason == dnssec::Reason::ResolverTimeout ? NoAnswer : NoVerdict;
}

std::string canary_sentence(const CanaryResult& canary, const wire::Question& question) {
  const dnssec::Verdict& verdict = canary.verdict;
  const std::string asked = question.name.to_display() + " " + wire::to_text(question.type);
  switch (canary.state) {
    case CanaryResult::State::Fit:
      return fmt::format("fit ({} {}, {} ms)", asked, dnssec::to_text(verdict.security), canary.took.count());
    case CanaryResult::State::Unfit:
      if (is_want_of_proofs(verdict.reason))
        return "UNFIT, strips DNSSEC: every domain would be Bogus while it is in use";
      return fmt::format("UNFIT, {} is BOGUS: {}", asked, dnssec::sentence(verdict.reason, verdict.facts));
    case CanaryResult::State::NoAnswer:
      return "no answer";
    case CanaryResult::State::NoVerdict:
      break;
  }
  return fmt::format("no verdict: {}", dnssec::sentence(verdict.reason, verdict.facts));
}

CanaryResult ask_canary(const DnsSettings& settings, const ResolverSetting& resolver, const wire::DomainName& name) {
  const wire::Question question = canary_question(settings, name);
  CanaryResult canary;
  canary.resolver = resolver;
  const auto start = std::chrono::steady_clock::now();
  canary.verdict = look_up_once(with_one_resolver(settings, resolver), question, dnssec::Detail::Plain);
  canary.took = std::chrono::duration_cast<milliseconds>(std::chrono::steady_clock::now() - start);
  canary.state = canary_state(canary.verdict);
  canary.sentence = canary_sentence(canary, question);
  return canary;
}

}  // namespace

bool is_want_of_proofs(dnssec::Reason reason) {
  using enum dnssec::Reason;
  return reason == RrsigsMissing || reason == ResolverStripsDnssec || reason == DenialMissing ||
         reason == DsDenialMissing;
}

QueryOutcome run_query(const DnsSettings& settings, const wire::Question& question, dnssec::Detail detail) {
  QueryOutcome outcome;
  outcome.verdict = look_up_once(settings, question, detail);
  for (const ResolverSetting& resolver : settings.resolvers) outcome.resolver_texts.push_back(resolver.where.to_text());
  dnssec::ReasonFacts& facts = outcome.verdict.facts;
  if (facts.resolver >= 0 && static_cast<std::size_t>(facts.resolver) < outcome.resolver_texts.size())
    facts.resolver_address = outcome.resolver_texts[static_cast<std::size_t>(facts.resolver)];
  return outcome;
}

std::vector<CanaryResult> run_canary(const DnsSettings& settings, const wire::DomainName& name) {
  std::vector<CanaryResult> results;
  results.reserve(settings.resolvers.size());
  for (const ResolverSetting& resolver : settings.resolvers) results.push_back(ask_canary(settings, resolver, name));
  return results;
}

FetchedMessage fetch_message(const DnsSettings& settings, const dnssec::Wanted& wanted) {
  dnssec::Response response = ask_once(settings, wanted);
  const std::string asked = wanted.question.name.to_text() + " " + wire::to_text(wanted.question.type);
  if (auto* message = std::get_if<wire::MessagePtr>(&response.content)) {
    if ((*message)->is_too_long())
      return {nullptr, response.resolver, fmt::format("the answer to {} has more records than are read", asked)};
    return {std::move(*message), response.resolver, {}};
  }
  const auto* rcode = std::get_if<dnssec::ErrorRcode>(&response.content);
  return {nullptr, dnssec::kNoResolver,
          rcode != nullptr ? fmt::format("the resolvers answer {} with {}", asked, wire::to_text(rcode->rcode))
                           : fmt::format("no resolver answers {}", asked)};
}

}  // namespace danesweep::scanner
