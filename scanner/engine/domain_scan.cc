// SPDX-License-Identifier: Apache-2.0
#include "scanner/engine/domain_scan.h"

#include <utility>

namespace danesweep::scanner {

namespace {

output::Answer answer_of(dnssec::Answer answer) {
  switch (answer) {
    case dnssec::Answer::Data:
      return output::Answer::Data;
    case dnssec::Answer::NoData:
      return output::Answer::NoData;
    case dnssec::Answer::NxDomain:
      return output::Answer::NxDomain;
    case dnssec::Answer::None:
      break;
  }
  return output::Answer::None;
}

}  // namespace

DomainScan::DomainScan(const DomainTask& task, const ScanSettings& settings)
    : settings_(&settings), order_(task.order) {
  result_.index = task.index;
  result_.domain = task.domain;
  result_.recipients = task.recipients;
  result_.warnings = task.warnings;
  result_.decided_by = task.decided_by;
  result_.effective_mode = task.effective_mode;
  skips_lookups_ = !task.decided_by.empty() && !task.without_entry;  // E-81, E-85
  if (const auto name = wire::DomainName::from_text(task.domain)) {
    name_ = *name;
  } else if (!skips_lookups_) {  // the input lets no such name through
    skips_lookups_ = true;
    result_.decided_by = "internal-error";
  }
}

void DomainScan::start(ScanWants& wants) {
  if (skips_lookups_) return;
  mx_pending_ = true;
  wants.lookups.push_back({{name_, wire::RrType::Mx}, {0, LookupKind::Mx, 0}});
}

void DomainScan::give(const LookupTag& tag, const VerdictPtr& verdict, ScanWants& wants) {
  if (tag.kind == LookupKind::Mx) {
    mx_pending_ = false;
    mx_known(*verdict, wants);
    return;
  }
  HostScan& host = hosts_[tag.host];
  host.give(tag, verdict, wants);
  note_host_end(host);
}

void DomainScan::give(const ProbeTag& tag, output::Probe probe) {
  HostScan& host = hosts_[tag.host];
  host.give(tag, std::move(probe));
  note_host_end(host);
}

void DomainScan::note_host_end(const HostScan& host) {
  if (host.is_finished()) --pending_hosts_;
}

/// With a destination entry that switches DANE off (E-85) the code of that stays; `decide` finds the MX's own again.
void DomainScan::end_without_hosts(std::string_view code) {
  if (result_.decided_by.empty()) result_.decided_by = code;
}

void DomainScan::mx_known(const dnssec::Verdict& verdict, ScanWants& wants) {
  output::MxLookup& mx = result_.mx;
  mx.status = status_of(verdict.security);
  mx.answer = answer_of(verdict.answer);
  mx.reason = look_up_reason(verdict);
  mx.expanded_name = verdict.final_name.to_display();
  if (verdict.security == dnssec::Security::Bogus) return end_without_hosts("mx-bogus");                  // T-5
  if (verdict.security == dnssec::Security::Indeterminate) return end_without_hosts("mx-lookup-failed");  // T-5
  switch (verdict.answer) {
    case dnssec::Answer::NxDomain:
      return end_without_hosts("no-such-domain");  // T-4
    case dnssec::Answer::None:
      return end_without_hosts("mx-lookup-failed");  // an insecure alias loop
    case dnssec::Answer::NoData:                     // T-3
      return start_hosts({{name_, 0, TargetKind::Host}}, DomainFacts::Mx::Implicit, wants);
    case dnssec::Answer::Data:
      break;
  }
  MxTargets found = mx_targets(verdict.records, result_.domain, settings_->seed);
  result_.warnings.insert(result_.warnings.end(), found.notes.begin(), found.notes.end());
  if (found.is_null_mx) return end_without_hosts("null-mx");  // T-6
  if (found.is_unreadable) return end_without_hosts("mx-lookup-failed");
  start_hosts(found.targets, DomainFacts::Mx::Explicit, wants);
}

void DomainScan::start_hosts(const std::vector<MxTarget>& targets, DomainFacts::Mx mx, ScanWants& wants) {
  const DomainFacts facts{result_.domain, result_.mx.expanded_name, result_.mx.status, mx, order_};
  hosts_.reserve(targets.size());
  for (const MxTarget& target : targets) {
    hosts_.emplace_back(target, facts, *settings_, static_cast<std::uint16_t>(hosts_.size()));
    hosts_.back().start(wants);
    pending_hosts_ += hosts_.back().is_finished() ? 0 : 1;
  }
}

output::Result DomainScan::take_result() {
  result_.hosts.reserve(hosts_.size());
  for (HostScan& host : hosts_) result_.hosts.push_back(host.take_host());
  return std::move(result_);
}

}  // namespace danesweep::scanner
