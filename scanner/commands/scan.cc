// SPDX-License-Identifier: Apache-2.0
// `scan`: inputs to results. Everything that can be wrong is found before the first query (E-64); then the canary
// (E-102), the sweep, the account (E-62) and the report.
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <filesystem>
#include <thread>

#include "output/figures.h"
#include "output/reader.h"
#include "output/report/document.h"
#include "output/report/summary.h"
#include "scanner/anchor_keeper.h"
#include "scanner/canary.h"
#include "scanner/commands/commands.h"
#include "scanner/engine/sweep.h"
#include "scanner/gateway_context.h"
#include "scanner/helo_check.h"
#include "scanner/metrics.h"
#include "scanner/plan.h"
#include "scanner/preparation.h"
#include "scanner/progress.h"
#include "scanner/resume.h"
#include "scanner/scan_ledger.h"

namespace danesweep::scanner {
namespace {

constexpr std::size_t kRejectsShown = 100;

std::atomic<bool> interrupted{false};
std::atomic<bool> reread_wanted{false};

/// The first signal ends the scan in good order, the second at once.
extern "C" void on_interrupt(int number) {
  interrupted = true;
  std::signal(number, SIG_DFL);
}
extern "C" void on_hangup(int) { reread_wanted = true; }

struct Options {
  ScanOptions scan;
  DnsOptions dns;
  ProbeOptions probe;
  ContextOptions context;
};

/// Everything that a scan needs, opened and checked.
struct Prepared {
  EngineSettings engine;
  AnchorsInUse anchors;
  std::vector<input::OpenedInput> inputs;
  std::unique_ptr<GatewayContext> gateway;
  std::vector<output::NamedText> input_names;
};

/// Rejected entries: the first ones on stderr, all in the file if there is one.
class Rejects {
 public:
  Value<void> open(const std::string& path) {
    if (path.empty()) return {};
    file_.reset(std::fopen(path.c_str(), "we"));
    if (!file_) return tl::unexpected(fmt::format("{}: cannot be written; check the folder", path));
    path_ = path;
    return {};
  }
  void add(const std::string& line, Console& console) {
    ++count_;
    if (file_) {
      std::fwrite(line.data(), 1, line.size(), file_.get());
      std::fputc('\n', file_.get());
    }
    if (count_ <= kRejectsShown) console.line(line);
    if (count_ == kRejectsShown + 1)
      console.line(file_ ? fmt::format("more rejected entries: see {}", path_)
                         : "more rejected entries: name a file with --rejects");
  }
  /// Behind the last entry: whether the file has them all.
  Value<void> close() {
    if (!file_) return {};
    const bool failed = std::ferror(file_.get()) != 0;
    if (std::fclose(file_.release()) == 0 && !failed) return {};
    return tl::unexpected(fmt::format("{}: not all rejected entries could be written; is the disk full?", path_));
  }

 private:
  struct Close {
    void operator()(std::FILE* file) const { std::fclose(file); }
  };
  std::unique_ptr<std::FILE, Close> file_;
  std::string path_;
  std::size_t count_ = 0;
};

Value<void> check_output(const ScanOptions& options) {
  const std::string& path = options.output;
  if (options.resume) {
    if (path.empty() || std::ranges::count(options.inputs, "-") > 0)
      return tl::unexpected(std::string("--resume reads the input files again and goes on with OUT.pb; name both"));
    return {};
  }
  if (path.empty() && Console::stdout_is_terminal())
    return tl::unexpected(std::string("the results would go to this terminal; name a file with -o OUT.pb"));
  if (path.empty() || path.starts_with("/dev/") || ::access(path.c_str(), F_OK) != 0) return {};
  return tl::unexpected(fmt::format("{}: exists already; name another file or remove it", path));
}

bool has_one_priority(const std::vector<ResolverSetting>& resolvers) {
  return std::ranges::all_of(resolvers,
                             [&](const auto& resolver) { return resolver.priority == resolvers.front().priority; });
}

Value<EngineSettings> engine_settings(const Options& options) {
  auto dns = prepare_resolvers(options.dns);
  if (!dns) return tl::unexpected(dns.error());
  auto probes = prepare_probes(options.probe, options.dns, Retries::ByDefault);
  if (!probes) return tl::unexpected(probes.error());
  EngineSettings engine;
  engine.dns = std::move(*dns);
  engine.dns.rate = options.scan.dns_rate;
  engine.probe = share_of(*probes, options.scan.shard.of);
  engine.threads = options.scan.threads > 0 ? options.scan.threads : std::max(1U, std::thread::hardware_concurrency());
  engine.max_inflight = options.scan.max_inflight;
  engine.seed = options.probe.seed;
  engine.multi_mx = options.probe.multi_mx;
  engine.confirm = options.scan.confirm;
  engine.simulate_failover = options.scan.simulate_failover;
  if (engine.simulate_failover && has_one_priority(engine.dns.resolvers))
    return tl::unexpected(
        std::string("--simulate-failover: nothing to fail over to; give a resolver of another priority (prio=1)"));
  return engine;
}

/// What can be checked without a query; then the anchors, which may ask for their keys.
tl::expected<Prepared, Refusal> prepare(const Options& options) {
  const auto usage = [](std::string text) { return tl::unexpected(Refusal{ExitCode::Usage, std::move(text)}); };
  Prepared prepared;
  if (options.scan.inputs.empty()) return usage("no input: name the files to read, or - for standard input");
  if (const auto usable = check_output(options.scan); !usable) return usage(usable.error());
  auto engine = engine_settings(options);
  if (!engine) return usage(engine.error());
  auto gateway = GatewayContext::load(options.context);
  if (!gateway) return usage(gateway.error());
  auto inputs = input::open_inputs(options.scan.inputs, options.scan.format);
  if (!inputs) return usage(inputs.error());
  for (const auto& opened : *inputs)
    prepared.input_names.push_back({opened.lines.name(), std::string(input::to_text(opened.format))});
  auto anchors = anchors_in_use(options.dns, engine->dns);
  if (!anchors) return tl::unexpected(anchors.error());
  prepared.engine = std::move(*engine);
  prepared.engine.dns.anchors = anchors->anchors;
  prepared.anchors = std::move(*anchors);
  prepared.inputs = std::move(*inputs);
  prepared.gateway = std::move(*gateway);
  return prepared;
}

/// Options as given by any layer, for the header: what moves a result must be in it.
std::vector<output::NamedText> options_given(const CLI::App& app) {
  std::vector<output::NamedText> given;
  for (const CLI::Option* option : app.get_options()) {
    if (option->count() == 0 || option->get_lnames().empty()) continue;
    given.push_back({option->get_lnames().front(), fmt::format("{}", fmt::join(option->results(), " "))});
  }
  return given;
}

output::Header header_of(const Options& options, const Prepared& prepared, const CLI::App& app) {
  output::Header header;
  header.version = DANESWEEP_VERSION;
  header.start_time = wall_clock();
  header.options = options_given(app);
  header.anchors = prepared.anchors.names;
  header.default_mode = options.context.dane;
  header.multi_mx = options.probe.multi_mx;
  header.gateway_files = prepared.gateway->files();
  header.inputs = prepared.input_names;
  for (const auto& resolver : prepared.engine.dns.resolvers)
    header.resolvers.push_back({resolver.where.to_text(), resolver.priority, "not asked", "not checked by a canary"});
  header.shard = options.scan.shard.number;
  header.shards = options.scan.shard.of;
  return header;
}

/// E-102, E-103. The header keeps what came out.
CanaryJudgement check_resolvers(const Options& options, const Prepared& prepared, output::Header& header,
                                Console& console) {
  if (options.scan.canary == "none") return {};
  const auto name = wire::DomainName::from_text(options.scan.canary);
  if (!name) return {ExitCode::Usage, fmt::format("--canary: '{}' is no domain name", options.scan.canary)};
  const auto results = run_canary(prepared.engine.dns, *name);
  header.resolvers.clear();
  for (const CanaryResult& result : results) {
    console.line(canary_line(result));
    header.resolvers.push_back(health_of(result));
  }
  const auto unfit = options.scan.accept_unfit_resolvers ? UnfitResolvers::Accepted : UnfitResolvers::Refused;
  return judge_canary(results, unfit,
                      options.scan.simulate_failover ? UnfitLaterPriorities::Accepted : UnfitLaterPriorities::Refused);
}

/// T-70. One short try for each question: a slow resolver must not hold up the scan.
void warn_of_helo(const EngineSettings& engine, Console& console) {
  if (engine.probe.mode != ProbeMode::Probe) return;
  if (engine.probe.helo.empty())
    return console.warn(
        "this machine has no full name: EHLO will carry the address of each connection; better name one with --helo");
  DnsSettings dns = engine.dns;
  dns.tries = 1;
  dns.timeout = std::chrono::seconds(2);
  const auto look_up = [&](const wire::Question& question) {
    return run_query(dns, question, dnssec::Detail::Plain).verdict;
  };
  for (const std::string& warning : helo_warnings(engine.probe.helo, look_up)) console.warn(warning);
}

std::string skips_line(const output::InputCounts& counts) {
  std::vector<std::string> kinds;
  for (const auto& kind : counts.skipped_kinds) kinds.push_back(fmt::format("{} {}", kind.count, kind.kind));
  return fmt::format("skipped: {}", fmt::join(kinds, ", "));
}

/// A scan that was killed before its first block left this much or less.
bool is_barely_begun(const std::string& path) {
  std::error_code error;
  const auto size = std::filesystem::file_size(path, error);
  if (error || size > output::kMagic.size()) return false;
  const auto content = read_whole_file(path);
  return content && output::kMagic.starts_with(*content);
}

Value<std::unique_ptr<output::Sink>> open_output(const ScanOptions& options) {
  const std::string& path = options.output;
  if (path.empty()) return output::descriptor_sink(STDOUT_FILENO, "(stdout)");
  const bool replaced = path.starts_with("/dev/") || (options.resume && is_barely_begun(path));
  return output::create_file(path, replaced ? output::Existing::Replace : output::Existing::Refuse);
}

constexpr std::string_view kNoResolver = "no-resolver";  ///< end_reason of a trailer

/// The report of a finished file, on stdout.
void print_report(const std::string& path, Console& console) {
  auto reader = output::Reader::open(path);
  if (!reader) return console.error(reader.error());
  const auto summary = output::summarise(*reader);
  if (!summary) return console.error(summary.error());
  Console::print(output::report_text(output::report_document(*summary)));
}

/// One scan from the first query to the last line.
class Scan {
 public:
  Scan(const Options& options, Prepared prepared, Console& console)
      : options_(options),
        console_(console),
        engine_(std::move(prepared.engine)),
        next_anchor_probe_(prepared.anchors.next_probe),
        gateway_(std::move(prepared.gateway)),
        stream_(
            std::move(prepared.inputs), options.scan.shard,
            [this](const std::string& line) { rejects_.add(line, console_); },
            [this](const std::string& text) { console_.warn(text); }) {}

  Value<void> open_rejects() { return rejects_.open(options_.scan.rejects); }

  ExitCode run(const output::Header& header) {
    const std::string& path = options_.scan.output;
    const bool resumed = options_.scan.resume && ::access(path.c_str(), F_OK) == 0 && !is_barely_begun(path);
    if (resumed) {
      auto earlier = read_earlier_results(options_.scan.output);
      if (!earlier) return fail(ExitCode::Usage, earlier.error());
      if (const auto same = check_same_scan(earlier->header, header); !same) return fail(ExitCode::Usage, same.error());
      earlier_ = std::move(*earlier);
      if (earlier_.trailer) return say_again(*earlier_.trailer);
      console_.note(fmt::format("{}: {} domains were finished before", options_.scan.output, earlier_.written.size()));
    }
    metrics_ = MetricsFile(options_.scan.metrics_file, header.start_time);
    if (const auto begun = metrics_.update({}, std::chrono::steady_clock::now()); !begun)
      return fail(ExitCode::Usage, begun.error());
    auto sink = resumed ? open_for_resuming(options_.scan.output, earlier_) : open_output(options_.scan);
    if (!sink) return fail(ExitCode::Usage, sink.error());
    output::Writer writer(std::move(*sink), resumed                  ? earlier_.compression
                                            : options_.scan.compress ? output::Compression::Zstd
                                                                     : output::Compression::None);
    if (!resumed)
      if (const auto begun = writer.begin(header); !begun) return fail(ExitCode::CannotWork, begun.error());
    return run(writer);
  }

 private:
  /// The scan came to its end before, perhaps just when it was killed: it ends now as it would have then.
  ExitCode say_again(const output::Trailer& trailer) {
    console_.note(options_.scan.output + ": this scan came to its end before; nothing is left to do");
    print_report(options_.scan.output, console_);
    const ExitCode code = trailer.end_reason == kNoResolver ? no_resolver() : code_of_verdicts(0);
    Console::always(account_line(trailer.counts));
    return code;
  }

  ExitCode run(output::Writer& writer) {
    UnfinishedDomains unfinished;
    const std::uint64_t finished_before = earlier_.written.size();
    InputSource source(
        stream_, unfinished, [this](DomainTask& task) { gateway_->apply(task); }, std::move(earlier_.written));
    FileSink results(
        writer, unfinished, [this] { return stream_.counts().read; },
        [this](output::Result& result) { result.mode_source = gateway_->mode_source(result.domain); });
    const SweepSummary summary = sweep(source, results);
    for (const std::string& warning : summary.warnings) console_.warn(warning);
    const ExitCode code = finish(writer, summary, results, unfinished, finished_before);
    warn_unless(metrics_.finish(summary.totals, stream_.final_counts(), code));
    warn_unless(rejects_.close());
    Console::always(output::account_line(stream_.counts()));
    return code;
  }

  /// A scan goes on without its metrics and its list of rejected entries.
  void warn_unless(const Value<void>& written) {
    if (!written) console_.warn(written.error());
  }

  ExitCode fail(ExitCode code, const std::string& text) {
    console_.error(text);
    return code;
  }

  SweepSummary sweep(InputSource& source, FileSink& results) {
    std::signal(SIGINT, on_interrupt);
    std::signal(SIGTERM, on_interrupt);
    std::signal(SIGHUP, on_hangup);
    ProgressLine line(std::chrono::steady_clock::now());
    const bool shown = options_.scan.progress == When::Always ||
                       (options_.scan.progress == When::Auto && Console::stderr_is_terminal() && !console_.quiet());
    SweepHooks hooks;
    hooks.opt_out = gateway_->opt_out();
    hooks.notice = [this](const std::string& text) { console_.warn(text); };
    hooks.progress = [&](const Progress& progress) {
      if (reread_wanted.exchange(false)) reread_opt_out();
      warn_unless(metrics_.update(progress, std::chrono::steady_clock::now()));
      if (shown) console_.progress(line.text(progress, std::chrono::steady_clock::now()));
    };
    hooks.interrupt = &interrupted;
    const std::unique_ptr<AnchorKeeper> keeper = anchor_keeper();
    SweepSummary summary = run_sweep(engine_, source, results, hooks);
    if (shown) console_.progress("");
    return summary;
  }

  /// Nothing for static anchors and for another time than the present.
  std::unique_ptr<AnchorKeeper> anchor_keeper() {
    if (!next_anchor_probe_) return nullptr;
    AnchorKeeper::Hooks hooks;
    hooks.note = [this](const std::string& text) { console_.note(text); };
    hooks.warn = [this](const std::string& text) { console_.warn(text); };
    hooks.lost = [this](const std::string& text) {
      console_.error(text);
      anchors_lost_ = true;
      interrupted = true;
    };
    return std::make_unique<AnchorKeeper>(AnchorStore(state_folder(options_.dns.state_dir)), engine_.dns,
                                          *next_anchor_probe_, std::move(hooks));
  }

  void reread_opt_out() {
    if (options_.context.optout.empty()) return;
    const auto done = gateway_->reread_opt_out();
    if (done)
      console_.note(fmt::format("{}: read again", options_.context.optout));
    else
      console_.error(done.error() + "; the list read before stays in use");
  }

  ExitCode finish(output::Writer& writer, const SweepSummary& summary, const FileSink& results,
                  const UnfinishedDomains& unfinished, std::uint64_t finished_before) {
    const output::InputCounts counts = stream_.final_counts();
    if (summary.end == SweepEnd::SinkFailed) return fail(ExitCode::CannotWork, results.error());
    if (summary.end == SweepEnd::Interrupted) {
      const auto kept = writer.checkpoint(unfinished.checkpoint(counts.read)).and_then([&] { return writer.flush(); });
      if (!kept) return fail(ExitCode::CannotWork, kept.error());
      console_.warn(options_.scan.output.empty()
                        ? "interrupted: the results so far are written"
                        : "interrupted: the results so far are written; the same command with --resume goes on");
      return anchors_lost_ ? ExitCode::CannotWork : ExitCode::Interrupted;
    }
    output::Trailer trailer{counts, wall_clock(), finished_before + results.written(), summary.warnings, "", 0};
    for (const std::string& warning : stream_.warnings()) trailer.warnings.push_back(warning);
    if (summary.end == SweepEnd::NoResolver) trailer.end_reason = kNoResolver;
    trailer.log_domains_not_scanned = stream_.log_domains_not_scanned();
    const auto done = writer.recount(stream_.recounts())
                          .and_then([&] { return writer.log_evidence(stream_.log_evidence()); })
                          .and_then([&] { return writer.finish(trailer); });
    if (!done) return fail(ExitCode::CannotWork, done.error());
    for (const std::string& warning : stream_.warnings()) console_.warn(warning);
    print_plan(summary, options_.scan.output.empty() ? PlanTo::Stderr : PlanTo::Stdout, console_);
    if (!counts.skipped_kinds.empty()) console_.line(skips_line(counts));
    if (!options_.scan.output.empty()) print_report(options_.scan.output, console_);
    return code_of(summary, results);
  }

  ExitCode code_of(const SweepSummary& summary, const FileSink& results) {
    if (summary.end == SweepEnd::NoResolver) return no_resolver();
    if (stream_.damaged())
      return fail(ExitCode::Usage, "an input is damaged (see above); what was read before was scanned");
    return code_of_verdicts(options_.scan.fail_on ? results.with(*options_.scan.fail_on) : 0);
  }

  /// `--fail-on`: so many results of this run, and those of the run that was interrupted.
  ExitCode code_of_verdicts(std::uint64_t found) const {
    if (options_.scan.fail_on) found += earlier_.effective.at(static_cast<std::size_t>(*options_.scan.fail_on));
    return found > 0 ? ExitCode::BadNews : ExitCode::Done;
  }

  ExitCode no_resolver() {
    return fail(ExitCode::CannotWork, "no resolver answers any more; the domains left were written as UNDETERMINED");
  }

  const Options& options_;
  Console& console_;
  EngineSettings engine_;
  std::optional<dnssec::UnixTime> next_anchor_probe_;
  std::atomic<bool> anchors_lost_{false};
  std::unique_ptr<GatewayContext> gateway_;
  Rejects rejects_;
  MetricsFile metrics_{"", 0};
  EarlierResults earlier_;
  input::DomainStream stream_;
};

ExitCode run(const Options& options, const CLI::App& app, Context context) {
  Console& console = context.console;
  auto prepared = prepare(options);
  if (!prepared) return fail(context, prepared.error());
  say_about(prepared->anchors, console);
  if (!prepared->anchors.lost.empty()) return fail(context, {ExitCode::CannotWork, prepared->anchors.lost});
  for (const std::string& warning : prepared->gateway->warnings()) console.warn(warning);
  for (const auto& [name, format] : prepared->input_names) console.line(fmt::format("reading {} as {}", name, format));
  output::Header header = header_of(options, *prepared, app);
  const CanaryJudgement judgement = check_resolvers(options, *prepared, header, console);
  if (judgement.code != ExitCode::Done) return fail(context, {judgement.code, judgement.sentence});
  warn_of_helo(prepared->engine, console);
  Scan scan(options, std::move(*prepared), console);
  if (const auto opened = scan.open_rejects(); !opened) return fail(context, {ExitCode::Usage, opened.error()});
  return scan.run(header);
}

}  // namespace

void add_scan(CLI::App& root, Commands& commands) {
  auto options = std::make_shared<Options>();
  Command& command = add_command(
      root, commands, "scan", "sweep the domains of lists or logs and write a record for each",
      "  danesweep scan domains.txt -o results.pb\n"
      "  danesweep scan mail_logs.gz mail_logs.1.gz -o results.pb --destconfig destconfig.txt\n"
      "  danesweep scan list.csv -o results.pb --resolver 192.0.2.53 --resolver 192.0.2.54,prio=1\n"
      "Exit codes: 0 done; 1 --fail-on found; 2 usage or unreadable input; 3 no resolver, disk full; 4 interrupted.");
  add_options(*command.app, options->scan);
  add_options(*command.app, options->context);
  add_options(*command.app, options->dns);
  add_options(*command.app, options->probe);
  const CLI::App* app = command.app;
  command.run = [options, app](Context context) { return run(*options, *app, context); };
}

}  // namespace danesweep::scanner
