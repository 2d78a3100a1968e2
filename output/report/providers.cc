// SPDX-License-Identifier: Apache-2.0
#include "output/report/providers.h"

#include <libpsl.h>

#include "output/reasons.h"

namespace danesweep::output {

struct RegisteredDomains::List {
  psl_ctx_t* own = nullptr;
  const psl_ctx_t* used = nullptr;
};

// The file of the package `publicsuffix` is newer than what the library has built in.
RegisteredDomains::RegisteredDomains() : list_(std::make_unique<List>()) {
  list_->own = psl_latest(nullptr);
  list_->used = list_->own != nullptr ? list_->own : psl_builtin();
}

RegisteredDomains::~RegisteredDomains() { psl_free(list_->own); }

std::string RegisteredDomains::of(const std::string& name) const {
  const bool is_address = !name.empty() && name.find_first_not_of("0123456789.") == std::string::npos;
  if (list_->used == nullptr || is_address) return name;  // T-10: an MX record may hold one
  const char* registered = psl_registrable_domain(list_->used, name.c_str());
  return registered == nullptr ? name : std::string(registered);
}

std::string provider_of(const Result& result, const RegisteredDomains& registered) {
  if (result.mx.answer == Answer::NoData) return result.domain;
  if (result.hosts.empty()) return "(no mail host)";
  return registered.of(result.hosts.front().name);
}

namespace {

std::string_view mail_operator(const Result& result, const RegisteredDomains& registered) {
  const bool own =
      provider_of(result, registered) == registered.of(result.domain) || result.mx.answer == Answer::NoData;
  return own ? "domain owner" : "mail provider";
}

std::string_view mender(char letter, const Result& result, const RegisteredDomains& registered) {
  switch (letter) {
    case 'D':
      return "DNS operator";
    case 'M':
      return mail_operator(result, registered);
    case 'R':
      return "own administrator (resolver)";
    default:
      return "own administrator";
  }
}

}  // namespace

std::string mender_of(const Result& result, std::string_view reason, const RegisteredDomains& registered) {
  const ReasonInfo* row = find_reason(reason);
  if (row == nullptr || row->menders.empty()) return "nobody";
  std::string who;
  for (const char letter : row->menders) {
    if (!who.empty()) who += " or ";
    who += mender(letter, result, registered);
  }
  return who;
}

}  // namespace danesweep::output
