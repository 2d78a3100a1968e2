// SPDX-License-Identifier: Apache-2.0
#include "output/decide.h"

#include <algorithm>
#include <array>
#include <span>

#include "output/decision_tables.h"
#include "output/reasons.h"
#include "output/rfc7672.h"
#include "tls/outcome.h"

namespace danesweep::output {

namespace {

/// E-25, T-12: no address to deliver to, or beyond the cap; no part in any verdict.
bool is_passed_over(const Host& host) {
  return host.special == "mx-target-invalid" || host.special == "address-none" || host.special == "over-cap";
}

bool any_probe(const Host& host, Certificate certificate) {
  return std::any_of(host.probes.begin(), host.probes.end(),
                     [=](const Probe& probe) { return probe.certificate == certificate; });
}

/// E-21: `first` is content with one good address, `all` with none that failed.
Certificate host_certificate(const Host& host, MultiMx multi_mx) {
  const auto preferred = multi_mx == MultiMx::First ? Certificate::Success : Certificate::Failed;
  const auto other = multi_mx == MultiMx::First ? Certificate::Failed : Certificate::Success;
  if (any_probe(host, preferred)) return preferred;
  return any_probe(host, other) ? other : Certificate::NotChecked;
}

/// T-10: a literal counts as a host whose address is INSECURE.
Status address_cell(const Host& host) {
  return host.special == "mx-target-literal" ? Status::Insecure : host.address_status;
}

/// E-15: TLSA SECURE, nothing in it can be used: no certificate will ever be looked at.
bool is_unusable(const Host& host) { return host.tlsa_status == Status::Secure && !host.tlsa_usable; }

struct HostJudgement {
  Certificate certificate = Certificate::NotChecked;
  Judgement opportunistic, mandatory;
};

HostJudgement judge_host(const Result& result, const Host& host, MultiMx multi_mx) {
  if (is_passed_over(host)) {
    return {Certificate::NotChecked, {Action::NotApplicable, {}}, {Action::NotApplicable, {}}};
  }
  const auto certificate = host_certificate(host, multi_mx);
  const Facts facts{result.mx.status, address_cell(host), host.tlsa_status, certificate};
  if (is_unusable(host) && facts.mx == Status::Secure && facts.addresses == Status::Secure) {
    return {certificate, {Action::Fallback, {}}, {Action::DaneFail, {}}};
  }
  return {certificate, judge(opportunistic_rows(), facts), judge(mandatory_rows(), facts)};
}

std::string_view bogus_step(const Host& host) {
  if (address_cell(host) == Status::Bogus) return "address-bogus";
  if (address_cell(host) == Status::Secure && host.tlsa_status == Status::Bogus) return "tlsa-bogus";
  return {};
}

/// The first step that is insecure, absent or unusable; the MX before all others (T-62).
std::string_view weak_step(const Result& result, const Host& host) {
  if (result.mx.status == Status::Insecure) return "mx-insecure";
  if (host.special == "mx-target-literal") return "mx-target-literal";
  if (host.address_status == Status::Insecure) return "address-insecure";
  if (host.tlsa_status == Status::NxDomain) return "tlsa-none";
  if (host.tlsa_status == Status::Insecure) return "tlsa-insecure";
  return is_unusable(host) ? std::string_view("tlsa-unusable") : std::string_view{};
}

std::string_view failed_lookup(const Result& result, const Host& host) {
  if (result.mx.status == Status::Indeterminate) return "mx-lookup-failed";
  if (host.address_status == Status::Indeterminate) return "address-lookup-failed";
  return host.tlsa_status == Status::Indeterminate ? std::string_view("tlsa-lookup-failed") : std::string_view{};
}

/// Outcome of the first probe with that certificate verdict; an address over the cap explains nothing if another does.
std::string_view probe_code(const Host& host, Certificate certificate) {
  std::string_view over_cap;
  for (const Probe& probe : host.probes) {
    if (probe.certificate != certificate) continue;
    if (probe.outcome != "over-cap") return probe.outcome;
    over_cap = probe.outcome;
  }
  return over_cap;
}

std::string_view first_of(std::initializer_list<std::string_view> codes) {
  const auto* found = std::find_if(codes.begin(), codes.end(), [](std::string_view code) { return !code.empty(); });
  return found == codes.end() ? std::string_view("internal-error") : *found;
}

/// T-62, for the action that the host has in either mode.
std::string_view host_reason(const Result& result, const Host& host, Action action) {
  switch (action) {
    case Action::DaneSuccess:
      return "ok";
    case Action::Fallback:
      return first_of({weak_step(result, host)});
    case Action::DaneFail:
      return first_of({bogus_step(host), weak_step(result, host), probe_code(host, Certificate::Failed)});
    case Action::Undetermined:
      return first_of({failed_lookup(result, host), probe_code(host, Certificate::NotChecked), host.special});
    default:
      return first_of({host.special, "address-none"});
  }
}

/// One of the two verdict columns.
struct Column {
  Action Host::*host_action;
  std::string Host::*host_row;
};
constexpr Column kOpportunisticColumn{&Host::opportunistic, &Host::row_opportunistic};
constexpr Column kMandatoryColumn{&Host::mandatory, &Host::row_mandatory};

bool is_taker(Action action) { return action == Action::DaneSuccess || action == Action::Fallback; }

int severity(Action action) {
  switch (action) {
    case Action::DaneFail:
      return 4;
    case Action::Undetermined:
      return 3;
    case Action::Fallback:
      return 2;
    case Action::DaneSuccess:
      return 1;
    default:
      return 0;  // passed over
  }
}

Action worst(std::span<const Host> hosts, const Column& column) {
  Action found = Action::NotApplicable;
  for (const Host& host : hosts) {
    if (severity(host.*column.host_action) > severity(found)) found = host.*column.host_action;
  }
  return found;
}

/// E-22: the best preference with a taker decides, and there the weaker taker, since equals are tried at random.
Action walk_first(std::span<const Host> hosts, const Column& column) {
  const Host* decisive = nullptr;
  for (const Host& host : hosts) {
    const Action action = host.*column.host_action;
    if (!is_taker(action)) continue;
    const bool better = decisive == nullptr || host.preference < decisive->preference;
    const bool weaker = !better && host.preference == decisive->preference && action == Action::Fallback;
    if (better || weaker) decisive = &host;
  }
  if (decisive != nullptr) return decisive->*column.host_action;
  const bool unknown = std::any_of(hosts.begin(), hosts.end(),
                                   [&](const Host& host) { return host.*column.host_action == Action::Undetermined; });
  return unknown ? Action::Undetermined : worst(hosts, column);
}

struct DomainVerdict {
  Action action = Action::NotApplicable;
  std::string row, reason;
};

/// T-63: code and row of the first host, in the order of the walk, that has the domain's own action.
DomainVerdict explained(const Result& result, Action action, const Column& column) {
  const auto host = std::find_if(result.hosts.begin(), result.hosts.end(),
                                 [&](const Host& candidate) { return candidate.*column.host_action == action; });
  if (host == result.hosts.end()) return {action, {}, "address-none"};
  return {action, (*host).*column.host_row, std::string(host_reason(result, *host, action))};
}

DomainVerdict from_hosts(const Result& result, MultiMx multi_mx, const Column& column) {
  const Action action = multi_mx == MultiMx::First ? walk_first(result.hosts, column) : worst(result.hosts, column);
  return explained(result, action, column);
}

/// What the MX look-up alone decides (E-9, E-25), empty if the hosts do.
std::string_view mx_decision(const Result& result) {
  if (result.mx.status == Status::Bogus) return "mx-bogus";
  if (result.mx.status == Status::Indeterminate) return "mx-lookup-failed";
  if (result.mx.status == Status::NotQueried) return {};
  if (result.mx.answer == Answer::NxDomain) return "no-such-domain";
  return result.hosts.empty() && result.mx.answer == Answer::Data ? std::string_view("null-mx") : std::string_view{};
}

Action early_action(std::string_view code) {
  const ReasonInfo* row = find_reason(code);
  if (row == nullptr || row->action == "U") return Action::Undetermined;
  return row->action == "F/F" ? Action::DaneFail : Action::NotApplicable;
}

DomainVerdict early_verdict(std::string_view code, std::string_view bogus_row) {
  return {early_action(code), code == "mx-bogus" ? std::string(bogus_row) : std::string(), std::string(code)};
}

struct Verdicts {
  DomainVerdict opportunistic, mandatory;
};

/// `code`: what decided before any host, or empty.
Verdicts domain_verdicts(const Result& result, std::string_view code, MultiMx multi_mx) {
  if (!code.empty()) return {early_verdict(code, "O-14"), early_verdict(code, "M-15")};
  return {from_hosts(result, multi_mx, kOpportunisticColumn), from_hosts(result, multi_mx, kMandatoryColumn)};
}

void apply(Host& host, const HostJudgement& judgement) {
  host.certificate = judgement.certificate;
  host.opportunistic = judgement.opportunistic.action;
  host.mandatory = judgement.mandatory.action;
  host.row_opportunistic = judgement.opportunistic.row;
  host.row_mandatory = judgement.mandatory.row;
}

void judge_hosts(Result& result, MultiMx multi_mx) {
  for (Host& host : result.hosts) {
    apply(host, judge_host(result, host, multi_mx));
    host.reason = host_reason(result, host, host.opportunistic);
  }
}

/// E-24: a connection that was tried and did not succeed, beside one that did.
bool has_failing_address(const Host& host) {
  if (host.certificate != Certificate::Success) return false;
  return std::any_of(host.probes.begin(), host.probes.end(), [](const Probe& probe) {
    const auto outcome = tls::parse_outcome(probe.outcome);
    const bool is_undialled = outcome && tls::is_undialled(*outcome);
    return probe.certificate != Certificate::Success && !is_undialled;
  });
}

/// Precondition: the hosts carry the judgements of `first`.
bool is_degraded(const Result& result, Action opportunistic) {
  if (!is_taker(opportunistic)) return false;
  return std::any_of(result.hosts.begin(), result.hosts.end(), [&](const Host& host) {
    return !is_passed_over(host) && (host.opportunistic != opportunistic || has_failing_address(host));
  });
}

void forget_notes(Host& host) {
  constexpr std::array<std::string_view, 3> own = {"address-differs", "backup-weaker", "insecure-mx-would-defer"};
  std::erase_if(host.warnings,
                [&](const std::string& note) { return std::find(own.begin(), own.end(), note) != own.end(); });
}

void note_differing_addresses(Host& host) {
  if (any_probe(host, Certificate::Success) && any_probe(host, Certificate::Failed)) {
    host.warnings.emplace_back("address-differs");
  }
}

void fill_effective(Result& result, const Verdicts& verdicts) {
  const bool mandatory = result.effective_mode == Mode::Mandatory;
  const DomainVerdict& verdict = mandatory ? verdicts.mandatory : verdicts.opportunistic;
  result.effective = result.effective_mode == Mode::None ? Action::NotApplicable : verdict.action;
  result.effective_reason = verdict.reason;
}

void fill_columns(Result& result, const Verdicts& verdicts) {
  result.opportunistic = verdicts.opportunistic.action;
  result.mandatory = verdicts.mandatory.action;
  result.row_opportunistic = verdicts.opportunistic.row;
  result.row_mandatory = verdicts.mandatory.row;
  result.reason = verdicts.opportunistic.reason;
}

/// E-85: what a domain with DANE off would be without its entry.
std::optional<WithoutEntry> without_entry(const Result& result, MultiMx multi_mx) {
  if (result.decided_by != "dane-off" || result.mx.status == Status::NotQueried) return std::nullopt;
  const Verdicts verdicts = domain_verdicts(result, mx_decision(result), multi_mx);
  return WithoutEntry{verdicts.opportunistic.action, verdicts.mandatory.action, verdicts.opportunistic.reason};
}

}  // namespace

void decide(Result& result, MultiMx multi_mx) {
  for (Host& host : result.hosts) {
    forget_notes(host);
    note_differing_addresses(host);
  }
  if (result.decided_by.empty()) result.decided_by = mx_decision(result);
  const std::string& code = result.decided_by;
  judge_hosts(result, MultiMx::First);
  result.degraded = code.empty() && is_degraded(result, walk_first(result.hosts, kOpportunisticColumn));
  if (multi_mx == MultiMx::All) judge_hosts(result, multi_mx);
  const Verdicts verdicts = domain_verdicts(result, code, multi_mx);
  fill_columns(result, verdicts);
  fill_effective(result, verdicts);
  result.without_entry = without_entry(result, multi_mx);
  judge_strict_sender(result);
}

}  // namespace danesweep::output
