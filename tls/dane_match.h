// SPDX-License-Identifier: Apache-2.0
// A captured chain against a TLSA set and reference names, by OpenSSL's DANE verification of a store context
// (RFC 7671, RFC 7672 section 3; rules T-35, T-49, T-51 to T-55, T-60, T-65). Usages 0 and 1 never get here.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "tls/certificate.h"
#include "tls/outcome.h"
#include "tls/reference_names.h"
#include "tls/tls_context.h"
#include "tls/tlsa_set.h"

namespace danesweep::tls {

struct MatchResult {
  Outcome outcome = Outcome::InternalError;  ///< Ok or one of the FAILED codes from the chain
  std::optional<TlsaRecord> matched;
  std::uint32_t depth = 0;
  std::string matched_name;           ///< usage 2 only
  int verify_error = 0;               ///< OpenSSL's number when it is not Ok
  std::vector<std::string> warnings;  ///< ee-expired, ee-name-differs, digest-shadowed, tlsa-some-unusable,
                                      ///< rollover-pair, cert-expires-soon, rsa-1024, weak-signature
  /// T-65: one line per record: where it was compared and what came of it; then the record that would be right.
  std::vector<std::string> explanation;
  std::string right_record;  ///< `3 1 1 ...` of the leaf
};

/// `now`: wall clock of the engine (T-55), seconds since 1970.
MatchResult match_chain(TlsContext& context, const ChainHandle& chain, const TlsaSet& set, const ReferenceNames& names,
                        std::int64_t now);

}  // namespace danesweep::tls
