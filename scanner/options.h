// SPDX-License-Identifier: Apache-2.0
// The options of the command line, one struct per group, each with the function that adds them to a command together
// with their help texts (DESIGN "The command line"; what DANE.md and ESA.md add). The same table serves DANESWEEP_
// variables and the INI file (option_layers.h).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "output/result.h"
#include "scanner/console.h"
#include "scanner/engine/settings.h"
#include "scanner/input/domain_stream.h"

namespace CLI {
class App;
}

namespace danesweep::scanner {

/// Of every command that asks the DNS.
struct DnsOptions {
  std::vector<ResolverSetting> resolvers;
  std::string trust_anchor_file;
  std::string state_dir;
  std::optional<dnssec::UnixTime> validation_time;
  milliseconds timeout{5000};
  std::uint32_t tries = 3;
  bool accept_sha1 = false;
  std::vector<std::string> source_addresses;
};

/// Of `scan` and `verify`: how hosts are probed.
struct ProbeOptions {
  std::uint16_t smtp_port = 25;
  std::string helo;
  bool no_probe = false, dry_run = false;
  bool allow_special_addresses = false;
  bool ipv4_only = false, ipv6_only = false;
  output::MultiMx multi_mx = output::MultiMx::First;
  std::uint64_t seed = 1;
  tls::Timeouts timeouts;
  std::optional<milliseconds> retry_after;  ///< nothing: the command's own default
  bool no_retry = false;
  bool no_banners = false;
  TlsKeys tls_keys = TlsKeys::Ecdsa;
  std::uint32_t probe_rate = 100;
  std::uint32_t max_probes = 512;
  std::optional<RateLimit> per_address, per_net, per_provider;  ///< nothing: T-68's for `scan`, none for `verify`
};

/// Of `scan` and `verify`: what the gateway is configured to do (ESA.md part G) and who is left alone (T-71).
struct ContextOptions {
  std::string destconfig, smtproutes, optout;
  std::vector<std::string> rat;
  output::Mode dane = output::Mode::Opportunistic;
};

/// Of `scan` alone.
struct ScanOptions {
  std::vector<std::string> inputs;
  std::string output;
  std::optional<input::Format> format;
  std::string rejects, metrics_file;
  std::uint32_t threads = 0;  ///< 0: one per core
  std::uint32_t max_inflight = 0;
  std::uint32_t dns_rate = 0;
  std::string canary = "ietf.org";
  bool accept_unfit_resolvers = false;
  bool compress = true;
  bool simulate_failover = false;
  std::uint32_t confirm = 0;
  input::Shard shard;
  bool resume = false;
  When progress = When::Auto;
  std::optional<output::Action> fail_on;
};

void add_options(CLI::App& app, EverywhereOptions& options, std::string& config_file);
void add_options(CLI::App& app, DnsOptions& options);
/// Only what a question for the anchors' own keys needs.
void add_anchor_options(CLI::App& app, DnsOptions& options);
void add_options(CLI::App& app, ProbeOptions& options);
void add_options(CLI::App& app, ContextOptions& options);
void add_options(CLI::App& app, ScanOptions& options);

}  // namespace danesweep::scanner
