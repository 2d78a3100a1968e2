// SPDX-License-Identifier: Apache-2.0
// One mail host as a machine without I/O: A and AAAA at once, then the TLSA candidates one after the other, then a
// probe of each address, and the facts into an output::Host (rules T-14 to T-31, E-8, E-10).
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "output/result.h"
#include "scanner/engine/host_addresses.h"
#include "scanner/engine/mx_targets.h"
#include "scanner/engine/scan_steps.h"
#include "tls/dane_match.h"
#include "tls/tlsa_set.h"

namespace danesweep::scanner {

/// `_25._tcp.` in front of the base (T-23).
wire::Parsed<wire::DomainName> tlsa_name(const wire::DomainName& base, std::uint16_t port);

/// What a host's scan knows of its domain.
struct DomainFacts {
  std::string domain, expanded_name;  ///< without final dot (T-49)
  output::Status mx_status{};
  enum class Mx : std::uint8_t { Explicit, Implicit } mx{};  ///< T-3
  AddressOrder order = AddressOrder::V4First;
};

class HostScan {
 public:
  /// `settings` must outlive this. `index`: of the host in its domain, for the tags.
  HostScan(const MxTarget& target, const DomainFacts& facts, const ScanSettings& settings, std::uint16_t index);

  void start(ScanWants& wants);
  void give(const LookupTag& tag, const VerdictPtr& verdict, ScanWants& wants);
  /// A connection of this host, already matched against `tlsa()` and `names()`.
  void give(const ProbeTag& tag, output::Probe probe);
  bool is_finished() const { return pending_lookups_ == 0 && pending_probes_ == 0; }

  /// Valid from the first wanted probe on.
  const tls::TlsaSet& tlsa() const { return tlsa_; }
  const tls::ReferenceNames& names() const { return names_; }
  /// Once, when finished.
  output::Host take_host() { return std::move(host_); }

 private:
  void want(LookupKind kind, const wire::DomainName& name, wire::RrType type, ScanWants& wants);
  void addresses_known(ScanWants& wants);
  void ask_tlsa(ScanWants& wants);
  void tlsa_known(const dnssec::Verdict& verdict, ScanWants& wants);
  void take_tlsa(const dnssec::Verdict& verdict, ScanWants& wants);
  void no_tlsa();
  void want_probes(ScanWants& wants);
  std::optional<tls::Outcome> why_not_dialled(const IpAddress& address) const;
  tls::NextHop next_hop() const;

  const ScanSettings* settings_;
  DomainFacts facts_;
  wire::DomainName name_;
  TargetKind kind_;
  std::uint16_t index_;
  output::Host host_;
  VerdictPtr ipv4_, ipv6_;
  HostAddresses addresses_;
  std::size_t candidate_ = 0;
  std::string insecure_reason_;  ///< of a TLSA candidate that DNSSEC does not cover
  bool had_insecure_ = false;
  tls::TlsaSet tlsa_;
  tls::ReferenceNames names_;
  std::vector<std::optional<output::Probe>> second_offers_;  ///< `--tls-key both`, by slot
  std::size_t pending_lookups_ = 0, pending_probes_ = 0;
};

}  // namespace danesweep::scanner
