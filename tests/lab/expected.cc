// SPDX-License-Identifier: Apache-2.0
#include "tests/lab/expected.h"

#include <algorithm>
#include <map>
#include <optional>
#include <set>

namespace danesweep::lab {
namespace {

using nlohmann::ordered_json;

constexpr std::string_view kSuccess = "DANE_SUCCESS", kFail = "DANE_FAIL", kFallback = "FALLBACK",
                           kUndetermined = "UNDETERMINED", kNotApplicable = "NOT_APPLICABLE";

/// S Secure, I Insecure, B Bogus, N proven absent; certificate S or F; '-' an empty cell.
struct Row {
  std::string_view id;
  char mx, address, tlsa, certificate;
  std::string_view action;
};

// clang-format off
constexpr Row kMandatory[] = {
    {"M-1",  'S', 'S', 'S', 'S', kSuccess}, {"M-2",  'S', 'S', 'S', 'F', kFail}, {"M-3",  'S', 'S', 'I', '-', kFail},
    {"M-4",  'S', 'S', 'N', '-', kFail},    {"M-5",  'S', 'S', 'B', '-', kFail}, {"M-6",  'S', 'I', '-', '-', kFail},
    {"M-7",  'S', 'B', '-', '-', kFail},    {"M-8",  'I', 'S', 'S', 'S', kFail}, {"M-9",  'I', 'S', 'S', 'F', kFail},
    {"M-10", 'I', 'S', 'I', '-', kFail},    {"M-11", 'I', 'S', 'N', '-', kFail}, {"M-12", 'I', 'S', 'B', '-', kFail},
    {"M-13", 'I', 'I', '-', '-', kFail},    {"M-14", 'I', 'B', '-', '-', kFail}, {"M-15", 'B', '-', '-', '-', kFail},
};
constexpr Row kOpportunistic[] = {
    {"O-1",  'S', 'S', 'S', 'S', kSuccess},  {"O-2",  'S', 'S', 'S', 'F', kFail},     {"O-3",  'S', 'S', 'I', '-', kFallback},
    {"O-4",  'S', 'S', 'N', '-', kFallback}, {"O-5",  'S', 'S', 'B', '-', kFail},     {"O-6",  'S', 'I', '-', '-', kFallback},
    {"O-7",  'S', 'B', '-', '-', kFail},     {"O-8",  'I', 'S', 'S', '-', kFallback}, {"O-9",  'I', 'S', 'I', '-', kFallback},
    {"O-10", 'I', 'S', 'N', '-', kFallback}, {"O-11", 'I', 'S', 'B', '-', kFail},     {"O-12", 'I', 'I', '-', '-', kFallback},
    {"O-13", 'I', 'B', '-', '-', kFail},     {"O-14", 'B', '-', '-', '-', kFail},
};
// clang-format on

char letter(Status status) {
  constexpr std::string_view letters = "SIB?.N";
  return letters[static_cast<std::size_t>(status)];
}

/// The cells of one host; '?' is a cell that an error kept unknown (E-14).
struct Cells {
  char mx, address, tlsa, certificate;
};

Cells cells_of(Status mx, const HostExpectation& host) {
  Cells cells{letter(mx), letter(host.address), letter(host.tlsa), '?'};
  if (cells.address == '?') cells.tlsa = '?';
  if (host.certificate != Checked::NotChecked) cells.certificate = host.certificate == Checked::Success ? 'S' : 'F';
  return cells;
}

bool agrees(char row, char cell) { return row == '-' || cell == '?' || row == cell; }

/// What a host gives in one mode: its action and its row if there is just one.
struct Outcome {
  std::string_view action;
  std::optional<std::string_view> row = std::string_view{};  ///< nothing: not fixed
};

template <class Table>
Outcome outcome_in(const Table& table, const Cells& cells) {
  std::vector<const Row*> rows;
  for (const Row& row : table)
    if (agrees(row.mx, cells.mx) && agrees(row.address, cells.address) && agrees(row.tlsa, cells.tlsa) &&
        agrees(row.certificate, cells.certificate))
      rows.push_back(&row);
  const bool is_one_action =
      std::all_of(rows.begin(), rows.end(), [&](const Row* row) { return row->action == rows.front()->action; });
  Outcome outcome{!rows.empty() && is_one_action ? rows.front()->action : kUndetermined};
  if (rows.size() == 1) outcome.row = rows.front()->id;
  return outcome;
}

bool takes_part(const HostExpectation& host) {
  return host.standing == Standing::Examined || host.standing == Standing::Literal;
}

struct HostVerdict {
  const HostExpectation* host;
  Outcome opportunistic, mandatory;
  std::string reason;
  std::string strict;  ///< RFC 7672: VERIFIED, ENCRYPTED, OPPORTUNISTIC, skipped
};

/// E-15 leaves the row open: two rows agree with the cells, and neither decides.
bool is_unusable(const HostExpectation& host) { return host.tlsa == Status::Secure && host.usable == Usable::None; }

std::string reason_of(Status mx, const HostExpectation& host, std::string_view action) {
  switch (host.standing) {
    case Standing::NoAddress:
      return "address-none";
    case Standing::InvalidTarget:
      return "mx-target-invalid";
    case Standing::OverCap:
      return "over-cap";
    default:
      break;
  }
  if (action == kSuccess) return "ok";
  if (action == kFallback) {
    if (mx == Status::Insecure) return "mx-insecure";
    if (host.standing == Standing::Literal) return "mx-target-literal";
    if (host.address == Status::Insecure) return "address-insecure";
    if (host.tlsa == Status::Insecure) return "tlsa-insecure";
    return host.tlsa == Status::NxDomain ? "tlsa-none" : "tlsa-unusable";
  }
  if (host.address == Status::Bogus) return "address-bogus";
  if (host.address == Status::Indeterminate) return "address-lookup-failed";
  if (host.tlsa == Status::Bogus) return "tlsa-bogus";
  if (host.tlsa == Status::Indeterminate) return "tlsa-lookup-failed";
  return host.outcome;
}

/// T-75, line by line.
std::string strict_verdict(Status mx, const HostExpectation& host) {
  if (!takes_part(host) || host.address == Status::Bogus || host.address == Status::Indeterminate) return "skipped";
  if (host.tlsa == Status::Bogus || host.tlsa == Status::Indeterminate) return "skipped";
  if (mx == Status::Insecure) return "OPPORTUNISTIC";
  const bool is_dane_host = host.address == Status::Secure || host.first_link == FirstLink::Secure;
  if (!is_dane_host || host.tlsa != Status::Secure) return "OPPORTUNISTIC";
  if (host.usable == Usable::None) return "ENCRYPTED";
  return host.certificate == Checked::Success ? "VERIFIED" : "skipped";
}

HostVerdict judge(Status mx, const HostExpectation& host) {
  HostVerdict verdict{&host, {kNotApplicable}, {kNotApplicable}, {}, strict_verdict(mx, host)};
  if (takes_part(host)) {
    Cells cells = cells_of(mx, host);
    if (host.address != Status::Secure && host.address != Status::Indeterminate)
      cells.tlsa = '.';  // T-24's exception moves no row
    verdict.opportunistic = outcome_in(kOpportunistic, cells);
    verdict.mandatory = outcome_in(kMandatory, cells);
    if (is_unusable(host) && host.address == Status::Secure)
      verdict.opportunistic = {kFallback, {}}, verdict.mandatory = {kFail, {}};
  }
  verdict.reason = reason_of(mx, host, verdict.opportunistic.action);
  return verdict;
}

using Mode = Outcome HostVerdict::*;

/// E-22: the best preference with a taker decides.
std::string_view domain_action(const std::vector<HostVerdict>& hosts, Mode mode) {
  std::map<int, std::set<std::string_view>> by_preference;
  std::set<std::string_view> all;
  for (const auto& verdict : hosts) {
    if (!takes_part(*verdict.host)) continue;
    by_preference[verdict.host->preference].insert((verdict.*mode).action);
    all.insert((verdict.*mode).action);
  }
  if (all.empty()) return kNotApplicable;
  for (const auto& [preference, actions] : by_preference) {
    if (actions.contains(kFallback)) return kFallback;
    if (actions.contains(kSuccess)) return kSuccess;
  }
  return all.contains(kUndetermined) ? kUndetermined : kFail;
}

/// The hosts that may have decided: those of the best preference whose own action is the domain's.
std::vector<const HostVerdict*> deciders(const std::vector<HostVerdict>& hosts, Mode mode, std::string_view action) {
  std::vector<const HostVerdict*> found;
  for (const auto& verdict : hosts)
    if ((verdict.*mode).action == action) found.push_back(&verdict);
  if (found.empty()) return found;
  const auto best = [](const HostVerdict* a, const HostVerdict* b) {
    return a->host->preference < b->host->preference;
  };
  const int preference = (*std::min_element(found.begin(), found.end(), best))->host->preference;
  std::erase_if(found, [&](const HostVerdict* verdict) { return verdict->host->preference != preference; });
  return found;
}

std::optional<std::string> row_text(const Outcome& outcome) {
  if (!outcome.row) return {};
  return std::string(*outcome.row);
}

/// The value that all deciders share; nothing if the shuffle of equals decides.
template <class Value>
std::optional<std::string> shared(const std::vector<const HostVerdict*>& hosts, Value value) {
  if (hosts.empty()) return {};
  const std::optional<std::string> first = value(*hosts.front());
  const bool is_shared =
      std::all_of(hosts.begin(), hosts.end(), [&](const HostVerdict* host) { return value(*host) == first; });
  return is_shared ? first : std::nullopt;
}

/// T-76.
std::string strict_domain(const std::vector<HostVerdict>& hosts) {
  std::map<int, std::set<std::string>> by_preference;
  for (const auto& verdict : hosts)
    if (verdict.strict != "skipped") by_preference[verdict.host->preference].insert(verdict.strict);
  if (by_preference.empty()) return "DEFER";
  const auto& best = by_preference.begin()->second;
  for (const char* weakest : {"OPPORTUNISTIC", "ENCRYPTED"})
    if (best.contains(weakest)) return weakest;
  return "VERIFIED";
}

/// E-24.
bool is_degraded(const std::vector<HostVerdict>& hosts, std::string_view action) {
  if (action != kSuccess && action != kFallback) return false;
  return std::any_of(hosts.begin(), hosts.end(), [&](const HostVerdict& verdict) {
    if (!takes_part(*verdict.host)) return false;
    const bool some_failed = verdict.host->other_addresses == OtherAddresses::SomeFailed;
    return verdict.opportunistic.action != action || (verdict.host->certificate == Checked::Success && some_failed);
  });
}

std::string_view certificate_text(const HostExpectation& host) {
  switch (host.certificate) {
    case Checked::Success:
      return "SUCCESS";
    case Checked::Failed:
      return "FAILED";
    case Checked::NotChecked:
      return "NOT_CHECKED";
  }
  return "";
}

void put_reason(ordered_json& record, const char* field, const std::string& reason) {
  if (reason != kUnfixed) record[field] = reason;
}

/// Notes stand where they are about: those of a connection at the probe, of which such a host has one.
void put_notes(ordered_json& record, const HostExpectation& host) {
  constexpr std::string_view kOfTheHost[] = {
      "address-differs",        "address-mixed", "address-over-cap",        "address-partly-bogus",
      "address-partly-unknown", "backup-weaker", "insecure-mx-would-defer", "mx-is-alias"};
  std::vector<std::string> of_host, of_probe;
  for (const auto& note : host.warnings)
    (std::ranges::find(kOfTheHost, note) != std::end(kOfTheHost) ? of_host : of_probe).push_back(note);
  if (!of_host.empty()) record["warnings"] = of_host;
  if (!of_probe.empty()) record["probes"] = ordered_json::array({{{"warnings", of_probe}}});
}

ordered_json host_record(const HostVerdict& verdict) {
  const HostExpectation& host = *verdict.host;
  ordered_json record;
  record["name"] = host.name;
  record["preference"] = host.preference;
  record["opportunistic"] = verdict.opportunistic.action;
  record["mandatory"] = verdict.mandatory.action;
  if (verdict.opportunistic.row) record["row_opportunistic"] = *verdict.opportunistic.row;
  if (verdict.mandatory.row) record["row_mandatory"] = *verdict.mandatory.row;
  if (host.standing == Standing::OverCap || host.standing == Standing::InvalidTarget) {
    record["reason"] = verdict.reason;
    return record;
  }
  record["address_status"] = status_text(host.address);
  put_reason(record, "address_reason", host.address_reason);
  record["tlsa_status"] = status_text(host.tlsa);
  put_reason(record, "tlsa_reason", host.tlsa_reason);
  if (!host.tlsa_base.empty()) record["tlsa_base"] = host.tlsa_base;
  if (host.tlsa_count >= 0) record["tlsa_count"] = host.tlsa_count;
  record["certificate"] = certificate_text(host);
  record["reason"] = verdict.reason;
  put_notes(record, host);
  return record;
}

void put_verdict(ordered_json& record, std::string_view opportunistic, std::string_view mandatory,
                 const std::string& strict) {
  record["opportunistic"] = opportunistic;
  record["mandatory"] = mandatory;
  record["rfc7672"] = strict;
}

void decide_early(ordered_json& record, const Expectation& expectation) {
  const std::string& reason = expectation.decided;
  const bool is_bogus = reason == "mx-bogus";
  if (is_bogus)
    put_verdict(record, kFail, kFail, "DEFER");
  else if (reason == "mx-lookup-failed")
    put_verdict(record, kUndetermined, kUndetermined, "DEFER");
  else
    put_verdict(record, kNotApplicable, kNotApplicable, "NO_MAIL");
  record["reason"] = reason;
  record["degraded"] = false;
  record["row_opportunistic"] = is_bogus ? "O-14" : "";
  record["row_mandatory"] = is_bogus ? "M-15" : "";
}

void decide_by_hosts(ordered_json& record, const std::vector<HostVerdict>& hosts) {
  const auto opportunistic = domain_action(hosts, &HostVerdict::opportunistic);
  const auto mandatory = domain_action(hosts, &HostVerdict::mandatory);
  put_verdict(record, opportunistic, mandatory, strict_domain(hosts));
  const auto by_opportunistic = deciders(hosts, &HostVerdict::opportunistic, opportunistic);
  const auto by_mandatory = deciders(hosts, &HostVerdict::mandatory, mandatory);
  const auto reason =
      shared(by_opportunistic, [](const HostVerdict& host) { return std::optional<std::string>(host.reason); });
  if (reason) record["reason"] = *reason;
  record["degraded"] = is_degraded(hosts, opportunistic);
  const auto row = shared(by_opportunistic, [](const HostVerdict& host) { return row_text(host.opportunistic); });
  if (row) record["row_opportunistic"] = *row;
  const auto other = shared(by_mandatory, [](const HostVerdict& host) { return row_text(host.mandatory); });
  if (other) record["row_mandatory"] = *other;
}

}  // namespace

std::string_view status_text(Status status) {
  switch (status) {
    case Status::Secure:
      return "SECURE";
    case Status::Insecure:
      return "INSECURE";
    case Status::Bogus:
      return "BOGUS";
    case Status::Indeterminate:
      return "INDETERMINATE";
    case Status::NotQueried:
      return "NOT_QUERIED";
    case Status::NxDomain:
      return "NXDOMAIN";
  }
  return "";
}

ordered_json expected_record(const Expectation& expectation) {
  ordered_json record;
  record["kind"] = expectation.kind;
  record["domain"] = expectation.domain;
  std::vector<HostVerdict> hosts;
  for (const auto& host : expectation.hosts) hosts.push_back(judge(expectation.mx, host));
  if (!expectation.decided.empty())
    decide_early(record, expectation);
  else
    decide_by_hosts(record, hosts);
  record["warnings"] = expectation.warnings;
  record["mx"]["status"] = status_text(expectation.mx);
  if (!expectation.mx_answer.empty()) record["mx"]["answer"] = expectation.mx_answer;
  put_reason(record["mx"], "reason", expectation.mx_reason);
  record["hosts"] = ordered_json::array();
  // Results list hosts as they are walked (T-7).
  std::ranges::stable_sort(hosts, {}, [](const HostVerdict& verdict) { return verdict.host->preference; });
  for (const auto& verdict : hosts) record["hosts"].push_back(host_record(verdict));
  return record;
}

}  // namespace danesweep::lab
