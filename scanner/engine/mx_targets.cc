// SPDX-License-Identifier: Apache-2.0
#include "scanner/engine/mx_targets.h"

#include <algorithm>
#include <array>
#include <compare>

#include "dnssec/wire/rdata.h"
#include "scanner/engine/shuffle.h"
#include "scanner/engine/socket_address.h"

namespace danesweep::scanner {

namespace {

bool is_host_octet(std::uint8_t octet) {
  return (octet >= 'a' && octet <= 'z') || (octet >= 'A' && octet <= 'Z') || (octet >= '0' && octet <= '9') ||
         octet == '-' || octet == '_';
}

bool has_only_host_octets(const wire::DomainName& name) {
  for (std::size_t i = 0; i < name.label_count(); ++i) {
    const wire::Bytes label = name.label(i);
    if (!std::all_of(label.begin(), label.end(), is_host_octet)) return false;
  }
  return true;
}

/// RFC 6761 and 7686, and mDNS: nothing there can be a mail host of the Internet.
bool is_reserved(const wire::DomainName& name) {
  constexpr std::array<std::string_view, 4> kReserved = {"localhost", "invalid", "onion", "local"};
  const std::string top = name.is_root() ? "" : name.suffix(1).to_display();
  return std::find(kReserved.begin(), kReserved.end(), top) != kReserved.end();
}

std::vector<wire::Mx> readable(std::span<const dnssec::AnswerRecord> records) {
  std::vector<wire::Mx> out;
  for (const dnssec::AnswerRecord& record : records)
    if (const auto mx = wire::parse_mx(record.rdata)) out.push_back(*mx);
  return out;
}

/// T-7: the same exchange twice is kept once, with its best preference.
std::vector<MxTarget> distinct(const std::vector<wire::Mx>& records) {
  std::vector<MxTarget> targets;
  targets.reserve(records.size());
  for (const wire::Mx& mx : records) targets.push_back({mx.exchange, mx.preference, target_kind(mx.exchange)});
  std::sort(targets.begin(), targets.end(), [](const MxTarget& a, const MxTarget& b) {
    const auto order = a.name <=> b.name;
    return std::is_eq(order) ? a.preference < b.preference : std::is_lt(order);
  });
  const auto is_same = [](const MxTarget& a, const MxTarget& b) { return a.name == b.name; };
  targets.erase(std::unique(targets.begin(), targets.end(), is_same), targets.end());
  return targets;
}

void order(std::vector<MxTarget>& targets, const std::string& domain, std::uint64_t seed) {
  shuffle(targets.begin(), targets.end(), seeded(seed, domain));
  std::stable_sort(targets.begin(), targets.end(),
                   [](const MxTarget& a, const MxTarget& b) { return a.preference < b.preference; });
}

void take_out_null(MxTargets& found) {
  const auto null = std::find_if(found.targets.begin(), found.targets.end(),
                                 [](const MxTarget& target) { return target.name.is_root(); });
  if (null == found.targets.end()) return;
  if (found.targets.size() == 1) {
    found.is_null_mx = true;
    if (null->preference != 0) found.notes.emplace_back("null-mx-preference");
  } else {
    found.notes.emplace_back("null-mx-mixed");
  }
  found.targets.erase(null);
}

}  // namespace

TargetKind target_kind(const wire::DomainName& exchange) {
  if (IpAddress::from_text(exchange.to_display())) return TargetKind::Literal;
  return is_reserved(exchange) || !has_only_host_octets(exchange) ? TargetKind::Invalid : TargetKind::Host;
}

MxTargets mx_targets(std::span<const dnssec::AnswerRecord> records, const std::string& domain, std::uint64_t seed) {
  MxTargets found;
  const std::vector<wire::Mx> readable_records = readable(records);
  found.is_unreadable = readable_records.empty();
  found.targets = distinct(readable_records);
  take_out_null(found);
  order(found.targets, domain, seed);
  if (found.targets.size() > kMaxHosts) {
    found.notes.emplace_back("mx-over-cap");
    for (std::size_t i = kMaxHosts; i < found.targets.size(); ++i) found.targets[i].kind = TargetKind::OverCap;
  }
  return found;
}

}  // namespace danesweep::scanner
