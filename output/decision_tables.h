// SPDX-License-Identifier: Apache-2.0
// The gateway's two decision tables as data (ESA.md part B: rows M-1 to M-15 and O-1 to O-14; E-11 to E-14). One host's
// four cells go in, one action and at most one row id come out. To change what the gateway does: change a row here.
#pragma once

#include <optional>
#include <span>
#include <string_view>

#include "output/result.h"

namespace danesweep::output {

/// The four cells of one host. A cell that nobody knows is Indeterminate, NotQueried or NotChecked (E-6, E-7).
struct Facts {
  Status mx = Status::Secure, addresses = Status::Secure, tlsa = Status::Secure;
  Certificate certificate = Certificate::Success;
};

struct Row {
  std::string_view id;  ///< the row's name in ESA.md, in test names and in reports
  Status mx;
  std::optional<Status> addresses, tlsa;  ///< nothing = an empty cell of the printed table: matches anything (E-11)
  std::optional<Certificate> certificate;
  Action action;
  /// All cells known and equal, or the row's cell empty.
  constexpr bool matches(const Facts& facts) const {
    return mx == facts.mx && addresses.value_or(facts.addresses) == facts.addresses &&
           tlsa.value_or(facts.tlsa) == facts.tlsa && certificate.value_or(facts.certificate) == facts.certificate;
  }
};

std::span<const Row> opportunistic_rows();
std::span<const Row> mandatory_rows();

struct Judgement {
  Action action = Action::Undetermined;
  std::string_view row;  ///< empty when more than one row agrees with what is known (E-17)
};

/// E-14: an unknown cell stands for each value it could have; if all rows that agree give one action, that is it.
Judgement judge(std::span<const Row> rows, const Facts& facts);

}  // namespace danesweep::output
