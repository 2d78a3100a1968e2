// SPDX-License-Identifier: Apache-2.0
// What the engine is told by the command line, already checked: no texts to parse are left in it.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "dnssec/anchors.h"
#include "dnssec/policy.h"
#include "dnssec/verdict.h"
#include "output/result.h"
#include "tls/probe.h"
#include "tls/timeouts.h"
#include "tls/tls_context.h"

namespace danesweep::scanner {

using std::chrono::milliseconds;

/// An IP address in text and a port.
struct SocketAddress {
  std::string address;  ///< "192.0.2.1", "::1"
  std::uint16_t port = 53;
  std::string to_text() const;  ///< "192.0.2.1:53", "[::1]:53"
};

/// E-100: a lower priority number is asked first, equal ones share the load.
struct ResolverSetting {
  SocketAddress where;
  std::uint32_t priority = 0;
};

/// T-68: open connections at once and starts a second; 0 lifts the limit.
struct RateLimit {
  std::uint32_t open = 0;
  double starts_per_second = 0;
};

enum class Families : std::uint8_t { Both, Ipv4Only, Ipv6Only };
enum class ProbeMode : std::uint8_t { Probe, NoProbe, DryRun };
enum class SpecialAddresses : std::uint8_t { Skip, Allow };
enum class TlsKeys : std::uint8_t { Ecdsa, Rsa, Both };

struct DnsSettings {
  std::vector<ResolverSetting> resolvers;
  milliseconds timeout{5000};  ///< per try
  std::uint32_t tries = 3;
  std::uint32_t rate = 0;  ///< queries a second in all; 0 = none but the window
  dnssec::TrustAnchors anchors;
  dnssec::Policy policy;
  std::optional<dnssec::UnixTime> validation_time;  ///< the validator's "now"; else the wall clock
  std::vector<std::string> source_addresses;        ///< at most one per family (T-80)
};

struct ProbeSettings {
  ProbeMode mode = ProbeMode::Probe;
  std::uint16_t smtp_port = 25;
  std::string helo;  ///< empty: the literal of the connection's own address (T-70)
  tls::Timeouts timeouts;
  tls::Banners banners = tls::Banners::Keep;
  SpecialAddresses special_addresses = SpecialAddresses::Skip;
  Families families = Families::Both;
  TlsKeys tls_keys = TlsKeys::Ecdsa;
  std::optional<milliseconds> retry_after = milliseconds{120'000};  ///< nothing: no second try (T-47)
  std::uint32_t rate = 100;                                         ///< starts a second in all; 0 = none
  std::uint32_t max_probes = 512;                                   ///< open at once in all; 0 = none
  RateLimit per_address{1, 0.2}, per_net{4, 2}, per_provider{8, 4};
  std::vector<std::string> source_addresses;
};

struct EngineSettings {
  DnsSettings dns;
  ProbeSettings probe;
  std::uint32_t threads = 1;
  std::uint32_t max_inflight = 0;  ///< domains in work at once; 0 = the measured default
  std::uint64_t seed = 1;          ///< order among equal hosts and addresses (T-7, T-19)
  output::MultiMx multi_mx = output::MultiMx::First;
  std::uint32_t confirm = 0;  ///< further looks at failing and undetermined domains
  bool simulate_failover = false;
};

}  // namespace danesweep::scanner
