// SPDX-License-Identifier: Apache-2.0
// Verdicts as tests write them: status, answer, records in presentation format.
#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "dnssec/verdict.h"
#include "dnssec/wire/presentation.h"

namespace danesweep::scanner {

using dnssec::Answer;
using dnssec::Security;
using VerdictPtr = std::shared_ptr<const dnssec::Verdict>;

inline wire::DomainName name_of(const std::string& text) { return *wire::DomainName::from_text(text); }

/// A verdict about `name`; `rdatas` of type `type`.
struct Made {
  Security security = Security::Secure;
  Answer answer = Answer::Data;
  wire::RrType type = wire::RrType::A;
  std::vector<std::string> rdatas = {};
  const char* final_name = nullptr;  ///< set: reached through an alias
  Security first_link = Security::Secure;

  dnssec::Verdict about(const std::string& name) const {
    dnssec::Verdict verdict;
    verdict.security = security;
    verdict.answer = answer;
    verdict.ttl = 300;
    verdict.final_name = name_of(final_name != nullptr ? final_name : name);
    verdict.aliases = final_name != nullptr ? 1 : 0;
    verdict.first_link = final_name != nullptr ? first_link : security;
    if (security == Security::Insecure) verdict.reason = dnssec::Reason::InsecureDelegation;
    if (security == Security::Bogus) verdict.reason = dnssec::Reason::SignatureExpired;
    if (security == Security::Indeterminate) verdict.reason = dnssec::Reason::ResolverServfail;
    for (const std::string& rdata : rdatas)
      verdict.records.push_back({verdict.final_name, 300, *wire::rdata_from_text(type, rdata)});
    return verdict;
  }
};

inline Made data(Security security, wire::RrType type, std::vector<std::string> rdatas) {
  return {security, Answer::Data, type, std::move(rdatas)};
}
inline Made no_data(Security security) { return {security, Answer::NoData}; }
inline Made no_such_name(Security security) { return {security, Answer::NxDomain}; }
inline Made bogus() { return {Security::Bogus, Answer::None}; }
inline Made failed() { return {Security::Indeterminate, Answer::None}; }
inline Made through(Made made, const char* final_name, Security first_link = Security::Secure) {
  made.final_name = final_name;
  made.first_link = first_link;
  return made;
}

}  // namespace danesweep::scanner
