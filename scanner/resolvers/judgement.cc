// SPDX-License-Identifier: Apache-2.0
#include "scanner/resolvers/judgement.h"

#include <fmt/format.h>

#include "scanner/engine/sweep.h"

namespace danesweep::scanner {

Judgement fit(const std::string& text) { return {Fitness::Fit, "fit (" + text + ")"}; }
Judgement warning(const std::string& text) { return {Fitness::Warning, "warning, " + text}; }
Judgement unfit(const std::string& text) { return {Fitness::Unfit, "UNFIT, " + text}; }
Judgement no_answer(const std::string& text) { return {Fitness::NoAnswer, "no answer, " + text}; }
Judgement not_testable(const std::string& text) { return {Fitness::NotTestable, "not testable, " + text}; }

std::string asked(const wire::Question& question) {
  return question.name.to_display() + " " + wire::to_text(question.type);
}

bool is_error(const TryResult& result) {
  const bool has_rcode = result.kind == TryResult::Kind::Message || result.kind == TryResult::Kind::BareRcode;
  return has_rcode && result.rcode != wire::Rcode::NoError && result.rcode != wire::Rcode::NxDomain;
}

bool is_failure(const TryResult& result) { return result.kind != TryResult::Kind::Message || is_error(result); }

std::string trouble_of(const TryResult& result) {
  switch (result.kind) {
    case TryResult::Kind::Message:
    case TryResult::Kind::BareRcode:
      return wire::to_text(result.rcode);
    case TryResult::Kind::Silence:
      return result.carrier == Carrier::Tcp ? "nothing comes back by TCP" : "nothing comes back";
    case TryResult::Kind::Refused:
      return "nobody listens there";
    case TryResult::Kind::Unsendable:
      return "there is no way there from this machine";
    case TryResult::Kind::Unreadable:
      return "what comes back cannot be read";
    case TryResult::Kind::Unusable:
      break;
  }
  return "TCP connections are refused or cut off";
}

std::optional<Judgement> failure_of(const wire::Question& question, const dnssec::Verdict& verdict) {
  const auto why = [&] {
    return is_want_of_proofs(verdict.reason) ? "it strips DNSSEC" : dnssec::sentence(verdict.reason, verdict.facts);
  };
  switch (verdict.security) {
    case dnssec::Security::Secure:
    case dnssec::Security::Insecure:
      return std::nullopt;
    case dnssec::Security::Bogus:
      return unfit(fmt::format("{} is BOGUS: {}", asked(question), why()));
    case dnssec::Security::Indeterminate:
      break;
  }
  if (verdict.reason == dnssec::Reason::ResolverTimeout)
    return no_answer(fmt::format("{}: {}", asked(question), why()));
  return unfit(fmt::format("no verdict on {}: {}", asked(question), why()));
}

}  // namespace danesweep::scanner
