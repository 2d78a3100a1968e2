// SPDX-License-Identifier: Apache-2.0
#include "output/report/document.h"

#include <algorithm>

#include <fmt/format.h>

#include "output/decision_tables.h"
#include "output/figures.h"
#include "output/reasons.h"
#include "output/report/advice.h"
#include "output/report/verdict.h"

namespace danesweep::output {

namespace {

constexpr auto kRight = Align::Right;
constexpr auto kLeft = Align::Left;
constexpr std::size_t kGroupsShown = 50;

std::string mode_line(const Summary& summary, Mode mode) {
  const GoVerdict verdict = go_verdict(summary, mode);
  return fmt::format("{}: {} - {}", mode_name(mode), to_text(verdict.go), verdict.why);
}

Lines headline(const Summary& summary) {
  std::vector<std::string> lines = {first_line(summary), mode_line(summary, Mode::Opportunistic),
                                    mode_line(summary, Mode::Mandatory)};
  if (routes_everything(summary.header)) {
    lines.emplace_back("This appliance hands its mail to another one (SMTP route for ALL): DANE belongs on that one.");
  }
  return {std::move(lines)};
}

std::string skips(const InputCounts& counts) {
  std::string text;
  for (const SkipCount& skip : counts.skipped_kinds) {
    text += fmt::format("{}{} {}", text.empty() ? "skipped: " : ", ", skip.kind, grouped(skip.count));
  }
  return text;
}

Lines origin(const Summary& summary) {
  const Header& header = summary.header;
  std::vector<std::string> lines;
  lines.push_back(fmt::format("danesweep {}, scan of {}{}, several mail hosts: {}", header.version,
                              rfc3339(header.start_time),
                              header.shards > 1 ? fmt::format(", shard {}/{}", header.shard, header.shards) : "",
                              header.multi_mx == MultiMx::All ? "all must do" : "the first that does"));
  if (!summary.trailer) {
    lines.emplace_back("The scan did not finish; these are the results so far.");
    return {std::move(lines)};
  }
  lines.push_back(account_line(summary.trailer->counts));
  const std::string kinds = skips(summary.trailer->counts);
  if (!kinds.empty()) lines.push_back(kinds);
  if (!summary.trailer->end_reason.empty()) {
    lines.push_back(fmt::format("The scan ended early: {}", in_words(summary.trailer->end_reason)));
  }
  return {std::move(lines)};
}

std::vector<std::string> counts_row(std::string_view name, const Tally& opportunistic, const Tally& mandatory) {
  return {std::string(name), grouped(opportunistic.domains), grouped(opportunistic.recipients),
          grouped(mandatory.domains), grouped(mandatory.recipients)};
}

Table counts_table(const Summary& summary) {
  Table table{{{"verdict", kLeft},
               {"Opportunistic: domains", kRight},
               {"recipients", kRight},
               {"Mandatory: domains", kRight},
               {"recipients", kRight}},
              {}};
  for (const Action action :
       {Action::DaneSuccess, Action::Fallback, Action::DaneFail, Action::Undetermined, Action::NotApplicable}) {
    table.rows.push_back(counts_row(to_text(action), summary.opportunistic.of(action), summary.mandatory.of(action)));
  }
  table.rows.push_back(counts_row("assessed", summary.opportunistic.assessed(), summary.mandatory.assessed()));
  table.rows.push_back(counts_row("checked", summary.all, summary.all));
  return table;
}

Lines other_counts(const Summary& summary) {
  std::vector<std::string> lines;
  lines.push_back(fmt::format("degraded (some way of delivery fails): {}, {}",
                              counted(summary.degraded.domains, "domain"),
                              counted(summary.degraded.recipients, "recipient")));
  for (const auto& [reason, tally] : summary.not_applicable) {
    lines.push_back(fmt::format("does not apply, {}: {}, {}", reason, counted(tally.domains, "domain"),
                                counted(tally.recipients, "recipient")));
  }
  if (summary.rat_route_relay.domains > 0) {
    lines.push_back(
        fmt::format("own domains with an SMTP route (rat-route-relay): {}", grouped(summary.rat_route_relay.domains)));
  }
  const auto confirmed = summary.confirmed_stable.domains + summary.confirmed_varying.domains;
  if (confirmed > 0) {
    lines.push_back(fmt::format("asked again: {} stable, {} varying", grouped(summary.confirmed_stable.domains),
                                grouped(summary.confirmed_varying.domains)));
  }
  return {std::move(lines)};
}

std::string cell(const std::optional<Status>& status) {
  return status ? std::string(to_text(*status)) : std::string("-");
}

Table rows_table(const Summary& summary, std::span<const Row> rows) {
  Table table{{{"row", kLeft},
               {"MX", kLeft},
               {"address", kLeft},
               {"TLSA", kLeft},
               {"certificate", kLeft},
               {"action", kLeft},
               {"hosts", kRight}},
              {}};
  for (const Row& row : rows) {
    const auto found = summary.rows.find(std::string(row.id));
    table.rows.push_back({std::string(row.id), std::string(to_text(row.mx)), cell(row.addresses), cell(row.tlsa),
                          row.certificate ? std::string(to_text(*row.certificate)) : "-",
                          std::string(to_text(row.action)), grouped(found == summary.rows.end() ? 0 : found->second)});
  }
  return table;
}

Table domain_table(const std::vector<Listed>& listed, std::uint64_t whole) {
  Table table{{{"domain", kLeft},
               {"recipients", kRight},
               {"share", kRight},
               {"verdict", kLeft},
               {"reason", kLeft},
               {"row", kLeft},
               {"who must mend it", kLeft},
               {"why", kLeft}},
              {}};
  for (const Listed& line : listed) {
    const std::string why = sentence(line.reason);
    const bool more = line.detail != in_words(line.reason);
    table.rows.push_back({line.domain, grouped(line.recipients), share(line.recipients, whole), line.verdict,
                          line.reason, line.row.empty() ? "-" : line.row, line.mender,
                          more ? fmt::format("{} ({})", why, line.detail) : why});
  }
  return table;
}

/// A table that shows the first of `whole` things, and how many it leaves out.
void add_first_of(Document& document, Table table, std::size_t whole, std::string_view what) {
  const std::size_t shown = table.rows.size();
  document.emplace_back(std::move(table));
  if (whole > shown) document.emplace_back(Lines{{fmt::format("and {} more", counted(whole - shown, what))}});
}

void add_domains(Document& document, std::string_view title, const Ranking& ranking, std::uint64_t whole) {
  if (ranking.all().domains == 0) return;
  document.emplace_back(Heading{fmt::format("{}: {}, {}", title, counted(ranking.all().domains, "domain"),
                                            counted(ranking.all().recipients, "recipient"))});
  add_first_of(document, domain_table(ranking.first(), whole), ranking.all().domains, "domain");
}

std::vector<Group> by_size(const Groups& groups) {
  std::vector<Group> sorted;
  for (const auto& [key, group] : groups) sorted.push_back(group);
  std::stable_sort(sorted.begin(), sorted.end(), [](const Group& a, const Group& b) {
    return a.tally.recipients != b.tally.recipients ? a.tally.recipients > b.tally.recipients
                                                    : a.tally.domains > b.tally.domains;
  });
  return sorted;
}

void add_groups(Document& document, std::string_view title, std::string_view key_title, const Groups& groups) {
  if (groups.empty()) return;
  const auto sorted = by_size(groups);
  document.emplace_back(Heading{std::string(title)});
  Table table{{{std::string(key_title), kLeft}, {"domains", kRight}, {"recipients", kRight}, {"examples", kLeft}}, {}};
  for (const Group& group : sorted) {
    if (table.rows.size() == kGroupsShown) break;
    table.rows.push_back({group.key, grouped(group.tally.domains), grouped(group.tally.recipients),
                          fmt::format("{}", fmt::join(group.examples, " "))});
  }
  add_first_of(document, std::move(table), sorted.size(), "group");
}

/// First the kinds of difference, then each domain and why.
void add_differing(Document& document, const Summary& summary) {
  add_groups(document, "Where RFC 7672 and the gateway's table differ", "gateway / RFC 7672: reason",
             summary.differing);
  if (summary.differing.empty()) return;
  Table table{{{"domain", kLeft}, {"recipients", kRight}, {"gateway", kLeft}, {"RFC 7672", kLeft}, {"why", kLeft}}, {}};
  for (const Listed& line : summary.differing_domains.first()) {
    table.rows.push_back({line.domain, grouped(line.recipients), line.verdict, line.detail, sentence(line.reason)});
  }
  document.emplace_back(Heading{"Where they differ, domain by domain"});
  add_first_of(document, std::move(table), summary.differing_domains.all().domains, "domain");
}

void add_resolvers(Document& document, const Header& header) {
  if (header.resolvers.empty()) return;
  document.emplace_back(Heading{"Resolvers"});
  Lines lines;
  for (const ResolverHealth& resolver : header.resolvers) {
    lines.lines.push_back(fmt::format("{} prio {}: {}", resolver.address, resolver.priority,
                                      resolver.sentence.empty() ? resolver.canary : resolver.sentence));
  }
  document.emplace_back(std::move(lines));
}

/// E-126: only if the logs that were read show DANE at work.
void add_gateway_log(Document& document, const Summary& summary) {
  const LogFigures& log = summary.gateway_log;
  const Tally contradicted = summary.contradicted.all();
  const std::uint64_t elsewhere = summary.trailer ? summary.trailer->log_domains_not_scanned : 0;
  if (log.delivered + log.failed + elsewhere == 0) return;
  document.emplace_back(Heading{"The gateway's own log of DANE"});
  document.emplace_back(
      Lines{{fmt::format("delivered with DANE to {}, stopped by DANE for {}", counted(log.delivered, "domain"),
                         counted(log.failed, "domain")),
             fmt::format("{} as predicted, {} differ, {} without a prediction, {} not scanned", grouped(log.agree),
                         grouped(contradicted.domains), grouped(log.not_predicted), grouped(elsewhere))}});
  if (contradicted.domains == 0) return;
  document.emplace_back(
      Heading{fmt::format("Differs from the gateway's log: {}, {}", counted(contradicted.domains, "domain"),
                          counted(contradicted.recipients, "recipient"))});
  Table table{{{"domain", kLeft}, {"recipients", kRight}, {"predicted", kLeft}, {"reason", kLeft}, {"the log", kLeft}},
              {}};
  for (const Listed& line : summary.contradicted.first()) {
    table.rows.push_back({line.domain, grouped(line.recipients), line.verdict, line.reason, line.detail});
  }
  add_first_of(document, std::move(table), contradicted.domains, "domain");
}

/// E-104: the sentence comes also with 0.
void add_failover(Document& document, const Summary& summary) {
  if (summary.failover_asked.domains == 0) return;
  const Tally changed = summary.failover_changes.all();
  document.emplace_back(Heading{"Resolver failover"});
  Lines lines{
      {fmt::format("If the priority-0 resolvers fail: {} of {} domains change ({} recipients)",
                   grouped(changed.domains), grouped(summary.failover_asked.domains), grouped(changed.recipients))}};
  for (const Listed& line : summary.failover_changes.first()) {
    lines.lines.push_back(fmt::format("  {}  {}", line.domain, line.detail));
  }
  document.emplace_back(std::move(lines));
}

void add_healed(Document& document, const Summary& summary) {
  if (summary.healed.all().domains == 0) return;
  document.emplace_back(Heading{"Exceptions no longer needed"});
  Lines lines;
  for (const Listed& line : summary.healed.first()) lines.lines.push_back(line.domain);
  document.emplace_back(std::move(lines));
}

}  // namespace

Document report_document(const Summary& summary) {
  Document document;
  document.emplace_back(headline(summary));
  document.emplace_back(origin(summary));
  document.emplace_back(Heading{"Counts"});
  document.emplace_back(counts_table(summary));
  document.emplace_back(other_counts(summary));
  const auto whole = summary.effective.assessed().recipients;
  add_domains(document, "Failing", summary.failing, whole);
  add_domains(document, "Not known (scan them again before deciding)", summary.undetermined, whole);
  add_groups(document, "Failing, by cause", "reason", summary.by_cause);
  add_groups(document, "Failing, by mail provider", "provider", summary.by_provider);
  add_differing(document, summary);
  add_gateway_log(document, summary);
  add_healed(document, summary);
  document.emplace_back(Heading{"Rows of the Opportunistic table"});
  document.emplace_back(rows_table(summary, opportunistic_rows()));
  document.emplace_back(Heading{"Rows of the Mandatory table"});
  document.emplace_back(rows_table(summary, mandatory_rows()));
  add_resolvers(document, summary.header);
  add_failover(document, summary);
  const auto items = advice(summary);
  if (!items.empty()) {
    document.emplace_back(Heading{"What to do"});
    document.emplace_back(Items{items});
  }
  return document;
}

}  // namespace danesweep::output
