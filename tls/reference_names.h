// SPDX-License-Identifier: Apache-2.0
// The names that a certificate under a DANE-TA record may show (RFC 7671 section 7, RFC 7672 section 3.2.2; rule T-49).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "tls/tlsa_set.h"

namespace danesweep::tls {

/// In order, lower case, without trailing dot: base domain first.
struct ReferenceNames {
  std::vector<std::string> names;
  /// Stable key; empty if the set has no usable usage 2, which alone looks at names.
  std::string key(const TlsaSet& set) const;
};

/// How the mail host became known.
enum class NextHop : std::uint8_t {
  SecureMx,    ///< from an MX RRset that validated
  InsecureMx,  ///< from one that proves nothing: the domain is no reference name then (RFC 7672 section 3.2.2)
  ImplicitMx,  ///< no MX: the host is the domain
};

/// T-49. `expanded_domain`: what the domain's aliases lead to, or the domain itself. Case and final dots do not matter.
ReferenceNames reference_names(std::string_view base_domain, NextHop next_hop, std::string_view domain,
                               std::string_view expanded_domain);

}  // namespace danesweep::tls
