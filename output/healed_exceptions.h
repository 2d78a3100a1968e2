// SPDX-License-Identifier: Apache-2.0
// E-85: which domains would be delivered again if the destination entry that switches DANE off for them were gone.
#pragma once

#include <vector>

#include "output/destination_sections.h"
#include "output/result.h"

namespace danesweep::output {

class HealedExceptions {
 public:
  /// By the mode of the scan and the export that it read.
  explicit HealedExceptions(const Header& header);

  bool holds(const Result& result) const;

 private:
  /// A `.suffix` section takes the place of the domain's own one (E-87).
  bool is_below_another_section(const std::string& domain) const;

  Mode default_mode_;
  std::vector<DestinationSection> sections_;
};

}  // namespace danesweep::output
