// SPDX-License-Identifier: Apache-2.0
// How one property of a resolver is judged, in the words of the canary (E-102): "fit (...)", "UNFIT, ...".
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "dnssec/verdict.h"
#include "scanner/engine/dns_try.h"
#include "scanner/resolvers/properties.h"

namespace danesweep::scanner {

/// Asks the resolver under examination.
using Ask = std::function<TryResult(const wire::Question&, const Manner&)>;

struct Judgement {
  Fitness fitness{};
  std::string sentence;
};

Judgement fit(const std::string& text);
Judgement warning(const std::string& text);
Judgement unfit(const std::string& text);
Judgement no_answer(const std::string& text);
Judgement not_testable(const std::string& text);

/// "ietf.org MX"
std::string asked(const wire::Question& question);
/// Answered, with an rcode other than NOERROR and NXDOMAIN.
bool is_error(const TryResult& result);
/// An error, or nothing that counts as a response.
bool is_failure(const TryResult& result);
/// What went wrong, of a failure: "SERVFAIL", "nobody listens there".
std::string trouble_of(const TryResult& result);
/// Of a look-up that is neither SECURE nor INSECURE.
std::optional<Judgement> failure_of(const wire::Question& question, const dnssec::Verdict& verdict);

}  // namespace danesweep::scanner
