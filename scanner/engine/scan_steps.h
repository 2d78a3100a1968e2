// SPDX-License-Identifier: Apache-2.0
// What a sweep's machines (domain_scan, host_scan) ask of the worker that runs them: look-ups and probes, each with a
// tag under which the answer comes back. The machines themselves have no I/O, no clock and no callbacks.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "dnssec/wire/message.h"
#include "scanner/engine/answer_cache.h"
#include "scanner/engine/settings.h"
#include "scanner/engine/socket_address.h"
#include "scanner/engine/sweep.h"
#include "tls/tls_context.h"

namespace danesweep::scanner {

enum class LookupKind : std::uint8_t { Mx, A, Aaaa, Cname, Tlsa };

struct LookupTag {
  std::uint16_t host = 0;
  LookupKind kind{};
  std::uint8_t candidate = 0;  ///< of TLSA (T-24)
};

struct WantedLookup {
  wire::Question question;
  LookupTag tag;
};

struct ProbeTag {
  std::uint16_t host = 0;
  std::uint8_t slot = 0;   ///< index into the host's probes
  std::uint8_t offer = 0;  ///< with `--tls-key both`: 0 ECDSA, 1 RSA
};

/// A connection to be made or shared (T-67). The host's scan holds the TLSA set and the reference names for its match.
struct WantedProbe {
  IpAddress address;
  std::string base;  ///< TLSA base domain: SNI, and part of the connection's key
  std::string host;  ///< name of the mail host: its registered domain is the provider (T-68)
  tls::KeyOffer offer{};
  ProbeTag tag;
};

struct ScanWants {
  std::vector<WantedLookup> lookups;
  std::vector<WantedProbe> probes;
};

/// What of the settings moves a scan, with what was found out at the start.
struct ScanSettings {
  std::uint64_t seed = 1;
  std::uint16_t smtp_port = 25;
  Families families = Families::Both;
  SpecialAddresses special_addresses = SpecialAddresses::Skip;
  ProbeMode mode = ProbeMode::Probe;
  TlsKeys tls_keys = TlsKeys::Ecdsa;
  enum class Ipv6Route : std::uint8_t { Missing, Present } ipv6_route = Ipv6Route::Present;  ///< T-22
  enum class CnameQuery : std::uint8_t { No, Ask } cname = CnameQuery::No;  ///< `verify --debug` alone asks it (E-51)
  const OptOutList* opt_out = nullptr;
};

/// The look-up reason of a result field: "" when SECURE, else "dns:" and the code.
inline std::string look_up_reason(const dnssec::Verdict& verdict) {
  if (verdict.security == dnssec::Security::Secure) return {};
  return "dns:" + std::string(dnssec::code(verdict.reason));
}

inline output::Status status_of(dnssec::Security security) {
  switch (security) {
    case dnssec::Security::Secure:
      return output::Status::Secure;
    case dnssec::Security::Insecure:
      return output::Status::Insecure;
    case dnssec::Security::Bogus:
      return output::Status::Bogus;
    case dnssec::Security::Indeterminate:
      break;
  }
  return output::Status::Indeterminate;
}

}  // namespace danesweep::scanner
