// SPDX-License-Identifier: Apache-2.0
// `verify DOMAIN...`: each domain in the gateway's words (ESA.md parts D and E; E-48, E-49), or as its record (--json).
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <map>
#include <thread>

#include "dnssec/key_table.h"
#include "dnssec/reason.h"
#include "dnssec/wire/encodings.h"
#include "output/decide.h"
#include "output/escape.h"
#include "output/export/jsonl.h"
#include "output/gateway_text.h"
#include "output/reasons.h"
#include "scanner/commands/commands.h"
#include "scanner/debug_log.h"
#include "scanner/engine/sweep.h"
#include "scanner/gateway_context.h"
#include "scanner/input/domain_name.h"
#include "scanner/option_builder.h"
#include "scanner/plan.h"
#include "scanner/preparation.h"

namespace danesweep::scanner {
namespace {

struct Options {
  std::vector<std::string> domains;
  bool json = false, debug = false, trace = false;
  DnsOptions dns;
  ProbeOptions probe;
  ContextOptions context;
};

class TaskList : public DomainSource {
 public:
  explicit TaskList(std::vector<DomainTask> tasks) : tasks_(std::move(tasks)) {}
  std::optional<DomainTask> next() override {
    if (next_ == tasks_.size()) return std::nullopt;
    return tasks_[next_++];
  }

 private:
  std::vector<DomainTask> tasks_;
  std::size_t next_ = 0;
};

/// One certificate as it was sent: what the records are compared with.
std::string certificate_line(const tls::CertificateRecord& certificate, std::size_t depth) {
  return fmt::format("certificate {}: {}, issued by {}, {} to {}, {} {}, names {}, SHA-256 {}, of its key {}", depth,
                     certificate.subject, certificate.issuer, dnssec::date_to_text(certificate.not_before),
                     dnssec::date_to_text(certificate.not_after), certificate.key_type, certificate.key_bits,
                     certificate.dns_names.empty() ? "none" : fmt::format("{}", fmt::join(certificate.dns_names, " ")),
                     wire::to_hex(certificate.sha256), wire::to_hex(certificate.spki_sha256));
}

/// Each note with what it means (T-65).
void add_notes(std::vector<std::string>& lines, const std::vector<std::string>& notes, std::string_view indent) {
  for (const std::string& note : notes)
    lines.push_back(fmt::format("{}note {}: {}", indent, note, output::note_sentence(note)));
}

/// The reason's name in TLS reports behind it, if it has one (T-66).
std::string reason_text(const std::string& code) {
  const output::ReasonInfo* const row = output::find_reason(code);
  if (row == nullptr || row->tls_report.empty()) return code;
  return fmt::format("{} (in TLS reports: {})", code, row->tls_report);
}

/// One connection: what the server said, what TLS agreed on and showed, and what each record is worth (T-65).
std::vector<std::string> probe_lines(const output::Probe& probe) {
  std::vector<std::string> lines;
  for (const output::Try& one : probe.tries) lines.push_back(fmt::format("first try: {} {}", one.outcome, one.detail));
  for (const output::Reply& reply : probe.replies)
    lines.push_back(fmt::format("{}: {} {}", reply.phase, reply.reply_code, fmt::join(reply.lines, " / ")));
  if (!probe.protocol.empty())
    lines.push_back(fmt::format("{}, {}, {}, SNI {}", probe.protocol, probe.cipher, probe.group, probe.sni));
  for (std::size_t depth = 0; depth < probe.chain.size(); ++depth)
    lines.push_back(certificate_line(probe.chain[depth], depth));
  lines.insert(lines.end(), probe.explanation.begin(), probe.explanation.end());
  add_notes(lines, probe.warnings, "");
  return lines;
}

/// What was looked at for one domain: each look-up with its checks, then each host and connection (T-65).
std::vector<std::string> trace_lines(const output::Result& result, const std::vector<output::DebugLookup>& lookups) {
  std::vector<std::string> lines = {result.domain + ":"};
  add_notes(lines, result.warnings, "  ");
  for (const auto& lookup : lookups) {
    const dnssec::Verdict& verdict = lookup.verdict;
    std::string line = fmt::format("  {} {}: {}, {}", lookup.name.to_display(), wire::to_text(lookup.type),
                                   dnssec::to_text(verdict.security), dnssec::to_text(verdict.answer));
    if (verdict.reason != dnssec::Reason::None)
      line += fmt::format(", {}: {}; can be mended by {}", dnssec::code(verdict.reason),
                          dnssec::sentence(verdict.reason, verdict.facts),
                          dnssec::who_can_mend(verdict.reason, verdict.facts));
    lines.push_back(std::move(line));
    for (const std::string& row : dnssec::to_lines(verdict.keys)) lines.push_back("    " + row);
    for (const std::string& check : verdict.trace) lines.push_back("    " + check);
  }
  for (const auto& host : result.hosts) {
    lines.push_back(fmt::format("  host {}, preference {}: {}", host.name, host.preference, reason_text(host.reason)));
    add_notes(lines, host.warnings, "    ");
    for (const auto& probe : host.probes) {
      lines.push_back(
          fmt::format("    {}: {}{}{}", probe.address, probe.outcome, probe.detail.empty() ? "" : ", ", probe.detail));
      for (const std::string& line : probe_lines(probe)) lines.push_back("      " + line);
    }
  }
  lines.push_back(fmt::format("  {}: opportunistic {}, mandatory {}", result.reason,
                              output::to_text(result.opportunistic), output::to_text(result.mandatory)));
  return lines;
}

/// Prints the domains in the order in which they were named, each as soon as those before it are done.
class Transcript : public ResultSink {
 public:
  Transcript(const Options& options, DebugLog& log) : options_(options), log_(log) {}

  bool write(output::Result result) override {
    if (result.opportunistic == output::Action::Unset) output::decide(result, options_.probe.multi_mx);
    waiting_.emplace(result.index, std::move(result));
    for (auto found = waiting_.find(next_); found != waiting_.end(); found = waiting_.find(next_)) {
      print(found->second);
      waiting_.erase(found);
      ++next_;
    }
    return true;
  }
  /// E-48: every domain ended SUCCESS or NOT APPLICABLE.
  bool all_good() const { return all_good_; }

 private:
  void print(const output::Result& result) {
    const output::VerifySettings settings{options_.probe.smtp_port, options_.probe.multi_mx};
    const auto lookups = log_.take_of(result.index);
    if (options_.debug) print_debug(result, lookups, settings);
    if (options_.trace)
      for (const std::string& line : trace_lines(result, lookups)) Console::always(output::for_terminal(line));
    if (options_.json) {
      Console::print(output::json_line(result) + "\n");
    } else {
      Console::print((next_ > 0 ? "\n" : "") + output::daneverify_text(result, settings));
    }
    all_good_ = all_good_ &&
                (result.mandatory == output::Action::DaneSuccess || result.mandatory == output::Action::NotApplicable);
  }

  void print_debug(const output::Result& result, const std::vector<output::DebugLookup>& lookups,
                   const output::VerifySettings& settings) {
    for (const auto* lookup : output::in_gateway_order(lookups, result, settings))
      for (const std::string& line : output::debug_lines(*lookup)) Console::always(line);
    for (const std::string& line : output::debug_connection_lines(result, settings, wall_clock(), connections_))
      Console::always(line);
  }

  const Options& options_;
  DebugLog& log_;
  std::map<std::uint32_t, output::Result> waiting_;
  std::uint32_t next_ = 0, connections_ = 0;
  bool all_good_ = true;
};

Value<std::vector<DomainTask>> tasks_of(const Options& options, const GatewayContext& gateway) {
  std::vector<DomainTask> tasks;
  for (const std::string& text : options.domains) {
    input::NameBuffer buffer{};
    const auto name = input::domain_of(text, input::Expect::DomainOrAddress, buffer);
    if (!name)
      return tl::unexpected(
          fmt::format("'{}' is no domain ({})", input::escape_text(text, 80), input::to_text(name.error())));
    DomainTask task;
    task.index = static_cast<std::uint32_t>(tasks.size());
    task.domain = *name;
    gateway.apply(task);
    tasks.push_back(std::move(task));
  }
  return tasks;
}

/// DESIGN: of DANE.md part I only the totals apply, unless a limit is asked for.
void lift_limits(ProbeSettings& settings, const ProbeOptions& options) {
  settings.per_address = options.per_address.value_or(RateLimit{0, 0});
  settings.per_net = options.per_net.value_or(RateLimit{0, 0});
  settings.per_provider = options.per_provider.value_or(RateLimit{0, 0});
}

tl::expected<EngineSettings, Refusal> engine_settings(const Options& options, Console& console) {
  auto probes = prepare_probes(options.probe, options.dns, Retries::OnlyIfAsked);
  if (!probes) return tl::unexpected(Refusal{ExitCode::Usage, probes.error()});
  auto dns = prepare_look_ups(options.dns, console);
  if (!dns) return tl::unexpected(dns.error());
  EngineSettings engine;
  engine.dns = std::move(*dns);
  engine.probe = std::move(*probes);
  lift_limits(engine.probe, options.probe);
  engine.threads = std::clamp<std::uint32_t>(static_cast<std::uint32_t>(options.domains.size()), 1,
                                             std::max(1U, std::thread::hardware_concurrency()));
  engine.seed = options.probe.seed;
  engine.multi_mx = options.probe.multi_mx;
  return engine;
}

ExitCode run(const Options& options, Context context) {
  auto gateway = GatewayContext::load(options.context);
  if (!gateway) return fail(context, {ExitCode::Usage, gateway.error()});
  for (const std::string& warning : (*gateway)->warnings()) context.console.warn(warning);
  auto tasks = tasks_of(options, **gateway);
  if (!tasks) return fail(context, {ExitCode::Usage, tasks.error()});
  const auto engine = engine_settings(options, context.console);
  if (!engine) return fail(context, engine.error());
  DebugLog log(options.dns.timeout);
  TaskList source(std::move(*tasks));
  Transcript transcript(options, log);
  SweepHooks hooks;
  hooks.opt_out = (*gateway)->opt_out();
  hooks.notice = [&](const std::string& text) { context.console.warn(text); };
  hooks.detail = options.trace ? dnssec::Detail::Trace : dnssec::Detail::Plain;
  if (options.debug || options.trace)
    hooks.lookup = [&](const DomainTask& task, const LookupEvent& event) { log.take(task.index, event); };
  for (std::size_t id = 0; options.trace && id < engine->dns.resolvers.size(); ++id)
    Console::always(fmt::format("resolver {}: {}", id, engine->dns.resolvers[id].where.to_text()));
  const SweepSummary summary = run_sweep(*engine, source, transcript, hooks);
  for (const std::string& warning : summary.warnings) context.console.warn(warning);
  print_plan(summary, PlanTo::Stderr, context.console);
  if (summary.end == SweepEnd::NoResolver)
    return fail(context, {ExitCode::CannotWork, "no resolver answers; check --resolver and the network"});
  return transcript.all_good() ? ExitCode::Done : ExitCode::BadNews;
}

}  // namespace

void add_verify(CLI::App& root, Commands& commands) {
  auto options = std::make_shared<Options>();
  Command& command = add_command(
      root, commands, "verify", "what the gateway's daneverify would say about a domain",
      "  danesweep verify example.org\n"
      "  danesweep verify example.org example.net --debug\n"
      "  danesweep verify example.org --trace --json\n"
      "Exit code 0: every domain succeeds or is not concerned; 1: one fails or is not known; 3: no resolver answers.");
  add_values(*command.app, "DOMAIN", options->domains, any_text(), "domains or addresses", "")->required();
  command.app->add_flag("--json", options->json, "instead of the text the record of each domain, a line each");
  command.app->add_flag("--debug", options->debug, "the debug mail-log trace on stderr");
  command.app->add_flag("--trace", options->trace, "every look-up with its checks and every connection, on stderr");
  add_options(*command.app, options->context);
  add_options(*command.app, options->dns);
  add_options(*command.app, options->probe);
  command.run = [options](Context context) { return run(*options, context); };
}

}  // namespace danesweep::scanner
