// SPDX-License-Identifier: Apache-2.0
#include "dnssec/verdict.h"

#include <array>

namespace danesweep::dnssec {

std::string_view to_text(Security security) {
  constexpr std::array<std::string_view, 4> kTexts = {"BOGUS", "INDETERMINATE", "INSECURE", "SECURE"};
  return kTexts[static_cast<std::size_t>(security)];
}

std::string_view to_text(Answer answer) {
  constexpr std::array<std::string_view, 4> kTexts = {"NONE", "DATA", "NODATA", "NXDOMAIN"};
  return kTexts[static_cast<std::size_t>(answer)];
}

std::string_view to_text(Step step) {
  constexpr std::array<std::string_view, 7> kTexts = {"anchor", "dnskey", "ds", "cut", "alias", "answer", "denial"};
  return kTexts[static_cast<std::size_t>(step)];
}

}  // namespace danesweep::dnssec
