// SPDX-License-Identifier: Apache-2.0
#include "scanner/engine/host_scan.h"

#include <algorithm>
#include <array>
#include <utility>

#include "scanner/engine/probe_record.h"
#include "scanner/engine/shuffle.h"
#include "tls/reference_names.h"

namespace danesweep::scanner {

namespace {

using output::Status;

void note_once(std::vector<std::string>& notes, std::string_view note) {
  if (std::find(notes.begin(), notes.end(), note) == notes.end()) notes.emplace_back(note);
}

output::Probe undialled(const IpAddress& address, tls::Outcome why) {
  output::Probe probe;
  probe.address = address.to_text();
  probe.outcome = std::string(tls::code(why));
  return probe;
}

}  // namespace

wire::Parsed<wire::DomainName> tlsa_name(const wire::DomainName& base, std::uint16_t port) {
  auto below_tcp = base.with_label(std::string_view("_tcp"));
  if (!below_tcp) return below_tcp;
  return below_tcp->with_label(std::string_view("_" + std::to_string(port)));
}

HostScan::HostScan(const MxTarget& target, const DomainFacts& facts, const ScanSettings& settings, std::uint16_t index)
    : settings_(&settings), facts_(facts), name_(target.name), kind_(target.kind), index_(index) {
  host_.name = name_.to_display();
  host_.preference = target.preference;
}

void HostScan::start(ScanWants& wants) {
  switch (kind_) {
    case TargetKind::Host:
      want(LookupKind::A, name_, wire::RrType::A, wants);
      want(LookupKind::Aaaa, name_, wire::RrType::Aaaa, wants);
      if (settings_->cname == ScanSettings::CnameQuery::Ask) want(LookupKind::Cname, name_, wire::RrType::Cname, wants);
      return;
    case TargetKind::Literal:
      host_.special = "mx-target-literal";
      host_.address_status = Status::Insecure;  // T-10: Postfix connects to it, without DNSSEC
      return;
    case TargetKind::Invalid:
      host_.special = "mx-target-invalid";
      return;
    case TargetKind::OverCap:
      host_.special = "over-cap";
      return;
  }
}

void HostScan::want(LookupKind kind, const wire::DomainName& name, wire::RrType type, ScanWants& wants) {
  ++pending_lookups_;
  wants.lookups.push_back({{name, type}, {index_, kind, static_cast<std::uint8_t>(candidate_)}});
}

void HostScan::give(const LookupTag& tag, const VerdictPtr& verdict, ScanWants& wants) {
  --pending_lookups_;
  switch (tag.kind) {
    case LookupKind::A:
      ipv4_ = verdict;
      break;
    case LookupKind::Aaaa:
      ipv6_ = verdict;
      break;
    case LookupKind::Tlsa:
      tlsa_known(*verdict, wants);
      return;
    case LookupKind::Cname:
    case LookupKind::Mx:
      return;
  }
  if (ipv4_ && ipv6_) addresses_known(wants);
}

void HostScan::addresses_known(ScanWants& wants) {
  addresses_ =
      judge_addresses(name_, *ipv4_, *ipv6_, facts_.order, settings_->families, seeded(settings_->seed, host_.name));
  ipv4_ = ipv6_ = nullptr;
  host_.address_status = addresses_.status;
  host_.address_reason = addresses_.reason;
  for (const UsedAddress& used : addresses_.used) host_.addresses.push_back({used.address.to_text(), used.status});
  for (const std::string& note : addresses_.notes) note_once(host_.warnings, note);
  if (addresses_.is_absent) host_.special = "address-none";
  if (addresses_.is_alias && facts_.mx == DomainFacts::Mx::Explicit) note_once(host_.warnings, "mx-is-alias");  // T-9
  if (!addresses_.tlsa_candidates.empty()) ask_tlsa(wants);
}

void HostScan::ask_tlsa(ScanWants& wants) {
  for (; candidate_ < addresses_.tlsa_candidates.size(); ++candidate_) {
    if (const auto name = tlsa_name(addresses_.tlsa_candidates[candidate_], settings_->smtp_port)) {
      want(LookupKind::Tlsa, *name, wire::RrType::Tlsa, wants);
      return;
    }
    note_once(host_.warnings, "tlsa-name-too-long");  // no such name can exist: as absent
  }
  no_tlsa();
}

/// T-25, T-26: the first SECURE set wins, absence and INSECURE go on to the next candidate, anything broken stops.
void HostScan::tlsa_known(const dnssec::Verdict& verdict, ScanWants& wants) {
  switch (verdict.security) {
    case dnssec::Security::Bogus:
    case dnssec::Security::Indeterminate:
      host_.tlsa_status = status_of(verdict.security);
      host_.tlsa_reason = look_up_reason(verdict);
      return;
    case dnssec::Security::Insecure:
      had_insecure_ = true;
      insecure_reason_ = look_up_reason(verdict);
      break;
    case dnssec::Security::Secure:
      if (verdict.answer != dnssec::Answer::Data) break;
      take_tlsa(verdict, wants);
      return;
  }
  ++candidate_;
  ask_tlsa(wants);
}

void HostScan::no_tlsa() {
  host_.tlsa_status = had_insecure_ ? Status::Insecure : Status::NxDomain;
  host_.tlsa_reason = insecure_reason_;
}

void HostScan::take_tlsa(const dnssec::Verdict& verdict, ScanWants& wants) {
  std::vector<wire::Bytes> rdatas;
  rdatas.reserve(verdict.records.size());
  for (const dnssec::AnswerRecord& record : verdict.records) rdatas.emplace_back(record.rdata);
  tlsa_ = tls::TlsaSet(rdatas);
  host_.tlsa_status = Status::Secure;
  host_.tlsa_base = addresses_.tlsa_candidates[candidate_].to_display();  // aliases below it change nothing (T-27)
  host_.tlsa_count = static_cast<std::uint32_t>(tlsa_.records().size());
  for (const tls::ClassedRecord& classed : tlsa_.records()) {
    if (host_.tlsa_records.size() == kMaxStoredTlsa) break;
    host_.tlsa_records.push_back(tls::to_text(classed.record));
  }
  host_.tlsa_usable = tlsa_.has_usable();
  host_.first_link_secure = addresses_.is_secure_first_link;
  if (!host_.tlsa_usable) return;  // T-31: no connection
  names_ = tls::reference_names(host_.tlsa_base, next_hop(), facts_.domain, facts_.expanded_name);
  want_probes(wants);
}

tls::NextHop HostScan::next_hop() const {
  if (facts_.mx == DomainFacts::Mx::Implicit) return tls::NextHop::ImplicitMx;
  return facts_.mx_status == Status::Secure ? tls::NextHop::SecureMx : tls::NextHop::InsecureMx;
}

std::optional<tls::Outcome> HostScan::why_not_dialled(const IpAddress& address) const {
  const OptOutList* const opt_out = settings_->opt_out;
  if (opt_out != nullptr && (opt_out->names(host_.name) || opt_out->holds_address(address.to_text())))
    return tls::Outcome::OptedOut;
  if (settings_->special_addresses == SpecialAddresses::Skip && address.is_special())
    return tls::Outcome::SpecialAddress;
  if (address.is_v6 && !address.is_loopback() && settings_->ipv6_route == ScanSettings::Ipv6Route::Missing)
    return tls::Outcome::NoIpv6;
  if (settings_->mode == ProbeMode::NoProbe) return tls::Outcome::NoProbe;
  return std::nullopt;
}

void HostScan::want_probes(ScanWants& wants) {
  const bool both = settings_->tls_keys == TlsKeys::Both;
  const auto first = settings_->tls_keys == TlsKeys::Rsa ? tls::KeyOffer::RsaOnly : tls::KeyOffer::EcdsaFirst;
  for (const UsedAddress& used : addresses_.used) {
    const auto slot = static_cast<std::uint8_t>(host_.probes.size());
    if (const auto why = why_not_dialled(used.address)) {
      host_.probes.push_back(undialled(used.address, *why));
      continue;
    }
    host_.probes.emplace_back().address = used.address.to_text();
    wants.probes.push_back({used.address, host_.tlsa_base, host_.name, first, {index_, slot, 0}});
    if (both)
      wants.probes.push_back({used.address, host_.tlsa_base, host_.name, tls::KeyOffer::RsaOnly, {index_, slot, 1}});
    pending_probes_ += both ? 2 : 1;
  }
  for (const UsedAddress& over : addresses_.over_cap)
    host_.probes.push_back(undialled(over.address, tls::Outcome::OverCap));
  second_offers_.resize(host_.probes.size());
}

/// T-59: the verdict is that of the kind asked for first; the other kind only adds a note where it differs.
void HostScan::give(const ProbeTag& tag, output::Probe probe) {
  --pending_probes_;
  output::Probe& slot = host_.probes[tag.slot];
  if (tag.offer == 1) {
    second_offers_[tag.slot] = std::move(probe);
  } else {
    slot = std::move(probe);
  }
  const auto& other = second_offers_[tag.slot];
  if (!other || slot.outcome.empty() || other->chain.empty() || slot.chain.empty()) return;
  if (other->certificate != slot.certificate) note_once(slot.warnings, "key-type-differs");
}

}  // namespace danesweep::scanner
