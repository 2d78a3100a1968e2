// SPDX-License-Identifier: Apache-2.0
// The gateway's exported Destination Controls as text to be written again (E-120): every section, known or not, stays
// as it is, but for the entries that danesweep changes. Reading their meaning is the scanner's business.
#pragma once

#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace danesweep::output {

/// One `[name]` with its lines; the part before the first section has no name.
struct DestinationSection {
  std::string name;                ///< lower case, as between the brackets
  std::vector<std::string> lines;  ///< the bracket line first, if there is one

  /// E-85: nothing but `dane_option = none` in it.
  bool is_mere_exception() const;
  /// The section with `dane_option = none` instead of whatever it said, `remark` as a comment before it.
  void switch_dane_off(const std::string& remark);
};

std::vector<DestinationSection> split_sections(std::string_view text);
std::string join_sections(const std::vector<DestinationSection>& sections);

/// E-88: the export's `[DEFAULT]` has TLS Support off, so that DANE cannot be chosen before it is changed.
bool default_has_tls_off(const std::vector<DestinationSection>& sections);

/// Name of the longest `.suffix` section that covers a domain, nothing if none does (E-87).
std::optional<std::string> covering_suffix(const std::vector<DestinationSection>& sections, std::string_view domain);

}  // namespace danesweep::output
