// SPDX-License-Identifier: Apache-2.0
// The gateway's exported SMTP routes (rule E-92): `DOMAIN HOST[,HOST...]`. Mail that a route hands to a host fails
// under DANE (E-91).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "scanner/input/gateway_file.h"

namespace danesweep::input {

enum class Route : std::uint8_t { UseDns, ToHost, Dropped };

class SmtpRoutes {
 public:
  /// The error is `FILE:LINE: TEXT`.
  static tl::expected<SmtpRoutes, std::string> parse(std::string_view content, std::string_view file);
  /// Exact name, longest `.suffix`, ALL, else UseDns.
  Route find(const std::string& domain) const;
  const std::vector<std::string>& warnings() const { return warnings_; }

 private:
  NameTable<Route> routes_;
  Route all_ = Route::UseDns;
  std::vector<std::string> warnings_;
};

}  // namespace danesweep::input
