// SPDX-License-Identifier: Apache-2.0
#include "output/report/verdict.h"

#include <algorithm>
#include <sstream>

#include <fmt/format.h>

#include "output/escape.h"
#include "output/figures.h"

namespace danesweep::output {

namespace {

std::uint32_t first_priority(const Header& header) {
  std::uint32_t lowest = 0;
  bool any = false;
  for (const ResolverHealth& resolver : header.resolvers) {
    lowest = any ? std::min(lowest, resolver.priority) : resolver.priority;
    any = true;
  }
  return lowest;
}

const ResolverHealth* unfit_resolver(const Header& header, bool (*wanted)(std::uint32_t, std::uint32_t)) {
  const std::uint32_t lowest = first_priority(header);
  for (const ResolverHealth& resolver : header.resolvers) {
    if (resolver.canary == "unfit" && wanted(resolver.priority, lowest)) return &resolver;
  }
  return nullptr;
}

bool is_first(std::uint32_t priority, std::uint32_t lowest) { return priority == lowest; }
bool is_later(std::uint32_t priority, std::uint32_t lowest) { return priority > lowest; }

/// part > percent of whole, without rounding.
bool exceeds(std::uint64_t part, std::uint64_t whole, std::uint64_t percent) { return part * 100 > whole * percent; }

std::string stuck(const ModeCounts& counts) {
  const Tally failing = counts.of(Action::DaneFail), assessed = counts.assessed();
  return fmt::format("{} of {} would be stuck ({} of the assessed domains, {} of their recipients)",
                     grouped(failing.domains), counted(assessed.domains, "assessed domain"),
                     share(failing.domains, assessed.domains), share(failing.recipients, assessed.recipients));
}

/// T-79: a scan from a machine that reaches no port 25 says nothing about certificates.
std::string unknown_sentence(const Summary& summary, const ModeCounts& counts) {
  const Tally unknown = counts.of(Action::Undetermined), assessed = counts.assessed();
  std::string text =
      fmt::format("{} of {} not known ({}, limit 2%)", grouped(unknown.domains),
                  counted(assessed.domains, "assessed domain"), share(unknown.domains, assessed.domains));
  if (summary.port_blocked.domains > 0) text += "; port 25 is blocked from this machine: scan from another one";
  return text;
}

std::string no_go(const Summary& summary, const ModeCounts& counts) {
  const Tally failing = counts.of(Action::DaneFail), assessed = counts.assessed();
  if (const auto* resolver = unfit_resolver(summary.header, is_first)) {
    return fmt::format("resolver {} of priority {} is unfit for DNSSEC", resolver->address, resolver->priority);
  }
  if (routes_everything(summary.header))
    return "the SMTP route for ALL hands the mail to another host, where DANE fails";
  if (exceeds(counts.of(Action::Undetermined).domains, assessed.domains, 2)) return unknown_sentence(summary, counts);
  if (exceeds(failing.domains, assessed.domains, 10) || exceeds(failing.recipients, assessed.recipients, 10)) {
    return stuck(counts) + ", limit 10%";
  }
  return assessed.domains == 0 ? "no domain was assessed" : "";
}

std::string exceptions(const Summary& summary, const ModeCounts& counts) {
  std::string why;
  const auto add = [&why](const std::string& text) { why += (why.empty() ? "" : "; ") + text; };
  if (counts.of(Action::DaneFail).domains > 0) add(stuck(counts));
  if (summary.rat_route_relay.domains > 0) {
    add(fmt::format("{} of your own with an SMTP route", counted(summary.rat_route_relay.domains, "domain")));
  }
  if (const auto* resolver = unfit_resolver(summary.header, is_later)) {
    add(fmt::format("resolver {} of priority {} is unfit for DNSSEC", resolver->address, resolver->priority));
  }
  return why;
}

bool same_word(std::string word, std::string_view upper) {
  std::transform(word.begin(), word.end(), word.begin(),
                 [](char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c; });
  return word == upper;
}

/// The last route for ALL counts, as in the scan.
bool routes_all(std::string_view text) {
  if (text.starts_with("\xef\xbb\xbf")) text.remove_prefix(3);
  std::istringstream lines{std::string(text)};
  bool to_host = false;
  for (std::string line; std::getline(lines, line);) {
    std::istringstream words(line.substr(0, line.find('#')));
    std::string domain, target;
    words >> domain >> target;
    if (same_word(domain, "ALL")) to_host = !same_word(target, "USEDNS") && target != "/dev/null";
  }
  return to_host;
}

}  // namespace

std::string_view to_text(Go go) {
  switch (go) {
    case Go::Go:
      return "GO";
    case Go::AfterExceptions:
      return "GO AFTER EXCEPTIONS";
    default:
      return "NO-GO";
  }
}

std::string_view mode_name(Mode mode) { return mode == Mode::Mandatory ? "Mandatory" : "Opportunistic"; }

bool routes_everything(const Header& header) {
  return std::any_of(header.gateway_files.begin(), header.gateway_files.end(),
                     [](const NamedText& file) { return file.name == "smtproutes" && routes_all(file.text); });
}

GoVerdict go_verdict(const Summary& summary, Mode mode) {
  const ModeCounts& counts = mode == Mode::Mandatory ? summary.mandatory : summary.opportunistic;
  const std::string obstacle = no_go(summary, counts);
  if (!obstacle.empty()) return {Go::NoGo, obstacle};
  const std::string remaining = exceptions(summary, counts);
  if (!remaining.empty()) return {Go::AfterExceptions, remaining};
  return {Go::Go, fmt::format("none of {} would be stuck", counted(counts.assessed().domains, "assessed domain"))};
}

std::string first_line(const Summary& summary) {
  const Tally failing = summary.effective.of(Action::DaneFail);
  const auto unknown = summary.effective.of(Action::Undetermined).domains;
  std::string line = fmt::format("Default = {} would stop ", mode_name(summary.header.default_mode));
  if (failing.domains == 0) {
    line += "nothing";
  } else {
    line += fmt::format("{} domain{}, {} recipient{}; first bounces after the bounce profile's time", failing.domains,
                        failing.domains == 1 ? "" : "s", failing.recipients, failing.recipients == 1 ? "" : "s");
  }
  if (unknown > 0) line += fmt::format(", {} not known", unknown);
  return line;
}

}  // namespace danesweep::output
