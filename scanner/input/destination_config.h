// SPDX-License-Identifier: Apache-2.0
// The gateway's exported Destination Controls (rules E-86 to E-89): which domains have TLS off, DANE none or a mode of
// their own. Unknown keys and values warn and are taken as harmless, so that nothing goes unchecked.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "scanner/engine/sweep.h"
#include "scanner/input/gateway_file.h"

namespace danesweep::input {

/// What a section says; absent: inherited from the default.
struct DestinationEntry {
  std::optional<bool> tls;  ///< table_tls off or any other value
  std::optional<output::Mode> dane;
  std::optional<scanner::AddressOrder> order;
};

/// What holds for one domain.
struct DestinationDecision {
  bool tls_off = false;   ///< E-84
  bool dane_off = false;  ///< E-85
  bool dane_without_tls = false;
  bool own_mode = false;                            ///< the entry itself names dane_option or TLS off (E-111)
  output::Mode mode = output::Mode::Opportunistic;  ///< None for the two above
  scanner::AddressOrder order = scanner::AddressOrder::V4First;
};

class DestinationConfig {
 public:
  /// The error is `FILE:LINE: TEXT`.
  static tl::expected<DestinationConfig, std::string> parse(std::string_view content, std::string_view file);

  /// `default_mode`: what the Default would be set to; its TLS counts as Preferred (E-88).
  DestinationDecision decide(const std::string& domain, output::Mode default_mode) const;
  const std::vector<std::string>& warnings() const { return warnings_; }

 private:
  NameTable<DestinationEntry> sections_;
  DestinationEntry default_;
  std::vector<std::string> warnings_;
  friend class DestinationParser;
};

}  // namespace danesweep::input
