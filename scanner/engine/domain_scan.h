// SPDX-License-Identifier: Apache-2.0
// One recipient domain as a machine without I/O: MX, then all its hosts side by side, and the facts into an
// output::Result (rules T-1 to T-13, E-8, E-9, E-25, E-81). Verdicts are output::decide's.
#pragma once

#include <vector>

#include "output/result.h"
#include "scanner/engine/host_scan.h"
#include "scanner/engine/scan_steps.h"

namespace danesweep::scanner {

class DomainScan {
 public:
  /// `settings` must outlive this.
  DomainScan(const DomainTask& task, const ScanSettings& settings);

  void start(ScanWants& wants);
  void give(const LookupTag& tag, const VerdictPtr& verdict, ScanWants& wants);
  void give(const ProbeTag& tag, output::Probe probe);
  bool is_finished() const { return pending_hosts_ == 0 && !mx_pending_; }

  const HostScan& host(std::uint16_t index) const { return hosts_[index]; }
  /// Once, when finished: facts only.
  output::Result take_result();

 private:
  void mx_known(const dnssec::Verdict& verdict, ScanWants& wants);
  void end_without_hosts(std::string_view code);
  void start_hosts(const std::vector<MxTarget>& targets, DomainFacts::Mx mx, ScanWants& wants);
  void note_host_end(const HostScan& host);

  const ScanSettings* settings_;
  wire::DomainName name_;
  AddressOrder order_;
  output::Result result_;
  std::vector<HostScan> hosts_;
  std::size_t pending_hosts_ = 0;
  bool skips_lookups_ = false, mx_pending_ = false;
};

}  // namespace danesweep::scanner
