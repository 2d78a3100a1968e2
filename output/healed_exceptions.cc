// SPDX-License-Identifier: Apache-2.0
#include "output/healed_exceptions.h"

#include <algorithm>

namespace danesweep::output {

namespace {

bool delivers(Action action) { return action == Action::DaneSuccess || action == Action::Fallback; }

}  // namespace

HealedExceptions::HealedExceptions(const Header& header) : default_mode_(header.default_mode) {
  for (const NamedText& file : header.gateway_files)
    if (file.name == "destconfig") sections_ = split_sections(file.text);
}

bool HealedExceptions::is_below_another_section(const std::string& domain) const {
  return std::ranges::find(sections_, domain, &DestinationSection::name) != sections_.end() &&
         covering_suffix(sections_, domain).has_value();
}

/// What the section that takes over says is left open: the domain must do under each mode.
bool HealedExceptions::holds(const Result& result) const {
  if (!result.without_entry) return false;
  const bool opportunistic = delivers(result.without_entry->opportunistic);
  const bool mandatory = delivers(result.without_entry->mandatory);
  if (is_below_another_section(result.domain)) return opportunistic && mandatory;
  return default_mode_ == Mode::Mandatory ? mandatory : opportunistic;
}

}  // namespace danesweep::output
