// SPDX-License-Identifier: Apache-2.0
#include "output/result.h"

#include <array>

namespace danesweep::output {

namespace {

/// Names in the order of the enumerators; the first one, of Unset, is empty: it is never written.
template <class Enumeration, std::size_t Count>
std::string_view name_of(Enumeration value, const std::array<std::string_view, Count>& names) {
  const auto position = static_cast<std::size_t>(value);
  return position < Count ? names.at(position) : std::string_view{};
}

constexpr std::array<std::string_view, 7> kStatuses = {
    "", "SECURE", "INSECURE", "BOGUS", "INDETERMINATE", "NOT_QUERIED", "NXDOMAIN"};
constexpr std::array<std::string_view, 5> kAnswers = {"", "NONE", "DATA", "NODATA", "NXDOMAIN"};
constexpr std::array<std::string_view, 4> kCertificates = {"", "SUCCESS", "FAILED", "NOT_CHECKED"};
constexpr std::array<std::string_view, 6> kActions = {"",         "DANE_SUCCESS", "DANE_FAIL",
                                                      "FALLBACK", "UNDETERMINED", "NOT_APPLICABLE"};
constexpr std::array<std::string_view, 4> kModes = {"", "OPPORTUNISTIC", "MANDATORY", "NONE"};
constexpr std::array<std::string_view, 6> kStrict = {"", "VERIFIED", "ENCRYPTED", "OPPORTUNISTIC", "DEFER", "NO_MAIL"};

}  // namespace

std::string_view to_text(Status status) { return name_of(status, kStatuses); }
std::string_view to_text(Answer answer) { return name_of(answer, kAnswers); }
std::string_view to_text(Certificate certificate) { return name_of(certificate, kCertificates); }
std::string_view to_text(Action action) { return name_of(action, kActions); }
std::string_view to_text(Mode mode) { return name_of(mode, kModes); }
std::string_view to_text(Rfc7672 verdict) { return name_of(verdict, kStrict); }

}  // namespace danesweep::output
