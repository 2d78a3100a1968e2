// SPDX-License-Identifier: Apache-2.0
#include "dnssec/finding.h"

#include <utility>

namespace danesweep::dnssec {

namespace {

Finding finding(Security security, Reason reason, ReasonFacts facts) {
  Finding result;
  result.security = security;
  result.reason = reason;
  result.facts = std::move(facts);
  return result;
}

}  // namespace

Finding bogus(Reason reason, ReasonFacts facts) { return finding(Security::Bogus, reason, std::move(facts)); }
Finding insecure(Reason reason, ReasonFacts facts) { return finding(Security::Insecure, reason, std::move(facts)); }
Finding indeterminate(Reason reason, ReasonFacts facts) {
  return finding(Security::Indeterminate, reason, std::move(facts));
}

bool is_missing_reason(Reason reason) {
  switch (reason) {
    case Reason::RrsigsMissing:
    case Reason::DenialMissing:
    case Reason::DsDenialMissing:
    case Reason::WildcardNoDenial:
    case Reason::DnskeyMissing:
      return true;
    default:
      return false;
  }
}

bool is_unfetched_reason(Reason reason) {
  switch (reason) {
    case Reason::ResolverTimeout:
    case Reason::ResolverServfail:
    case Reason::ResolverRefused:
    case Reason::MalformedResponse:
      return true;
    default:
      return false;
  }
}

bool is_mended(const Finding& bad, const Finding& good) {
  return bad.security == Security::Bogus && good.security > Security::Indeterminate;
}

bool is_better(const Finding& a, const Finding& b) {
  if (a.security != b.security) return a.security > b.security;
  if (is_missing_reason(a.reason) != is_missing_reason(b.reason)) return !is_missing_reason(a.reason);
  return a.reason < b.reason;
}

}  // namespace danesweep::dnssec
