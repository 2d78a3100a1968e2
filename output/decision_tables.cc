// SPDX-License-Identifier: Apache-2.0
#include "output/decision_tables.h"

namespace danesweep::output {

namespace {

constexpr auto any = std::nullopt;  ///< an empty cell of the printed table
using enum Status;
constexpr auto Success = Certificate::Success;
constexpr auto Failed = Certificate::Failed;
constexpr auto DaneSuccess = Action::DaneSuccess;
constexpr auto DaneFail = Action::DaneFail;
constexpr auto Fallback = Action::Fallback;

// clang-format off
/// Mandatory: nothing but success on a secure path is delivered (E-12, E-13).
constexpr Row kMandatory[] = {
    //       MX        addresses  TLSA      certificate
    {"M-1",  Secure,   Secure,    Secure,   Success,  DaneSuccess},
    {"M-2",  Secure,   Secure,    Secure,   Failed,   DaneFail},
    {"M-3",  Secure,   Secure,    Insecure, any,      DaneFail},
    {"M-4",  Secure,   Secure,    NxDomain, any,      DaneFail},
    {"M-5",  Secure,   Secure,    Bogus,    any,      DaneFail},
    {"M-6",  Secure,   Insecure,  any,      any,      DaneFail},
    {"M-7",  Secure,   Bogus,     any,      any,      DaneFail},
    {"M-8",  Insecure, Secure,    Secure,   Success,  DaneFail},
    {"M-9",  Insecure, Secure,    Secure,   Failed,   DaneFail},
    {"M-10", Insecure, Secure,    Insecure, any,      DaneFail},
    {"M-11", Insecure, Secure,    NxDomain, any,      DaneFail},
    {"M-12", Insecure, Secure,    Bogus,    any,      DaneFail},
    {"M-13", Insecure, Insecure,  any,      any,      DaneFail},
    {"M-14", Insecure, Bogus,     any,      any,      DaneFail},
    {"M-15", Bogus,    any,       any,      any,      DaneFail},
};

/// Opportunistic. O-8's certificate cell is empty; O-11, O-13, O-14 have no arrow in the document and fail (E-11).
constexpr Row kOpportunistic[] = {
    //       MX        addresses  TLSA      certificate
    {"O-1",  Secure,   Secure,    Secure,   Success,  DaneSuccess},
    {"O-2",  Secure,   Secure,    Secure,   Failed,   DaneFail},
    {"O-3",  Secure,   Secure,    Insecure, any,      Fallback},
    {"O-4",  Secure,   Secure,    NxDomain, any,      Fallback},
    {"O-5",  Secure,   Secure,    Bogus,    any,      DaneFail},
    {"O-6",  Secure,   Insecure,  any,      any,      Fallback},
    {"O-7",  Secure,   Bogus,     any,      any,      DaneFail},
    {"O-8",  Insecure, Secure,    Secure,   any,      Fallback},
    {"O-9",  Insecure, Secure,    Insecure, any,      Fallback},
    {"O-10", Insecure, Secure,    NxDomain, any,      Fallback},
    {"O-11", Insecure, Secure,    Bogus,    any,      DaneFail},
    {"O-12", Insecure, Insecure,  any,      any,      Fallback},
    {"O-13", Insecure, Bogus,     any,      any,      DaneFail},
    {"O-14", Bogus,    any,       any,      any,      DaneFail},
};
// clang-format on

bool agrees(const std::optional<Status>& cell, Status known) {
  return !cell || *cell == known || known == Indeterminate || known == NotQueried || known == Status::Unset;
}

bool agrees(const std::optional<Certificate>& cell, Certificate known) {
  return !cell || *cell == known || known == Certificate::NotChecked || known == Certificate::Unset;
}

bool agrees(const Row& row, const Facts& facts) {
  return agrees(std::optional(row.mx), facts.mx) && agrees(row.addresses, facts.addresses) &&
         agrees(row.tlsa, facts.tlsa) && agrees(row.certificate, facts.certificate);
}

}  // namespace

std::span<const Row> opportunistic_rows() { return kOpportunistic; }
std::span<const Row> mandatory_rows() { return kMandatory; }

Judgement judge(std::span<const Row> rows, const Facts& facts) {
  const Row* first = nullptr;
  bool several = false;
  for (const Row& row : rows) {
    if (!agrees(row, facts)) continue;
    if (first != nullptr && row.action != first->action) return {Action::Undetermined, {}};
    several = first != nullptr;
    if (first == nullptr) first = &row;
  }
  if (first == nullptr) return {Action::Undetermined, {}};
  return {first->action, several ? std::string_view{} : first->id};
}

}  // namespace danesweep::output
