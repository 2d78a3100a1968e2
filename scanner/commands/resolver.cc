// SPDX-License-Identifier: Apache-2.0
// `resolver check`: is each resolver fit for DNSSEC, property by property; `resolver bench`: how fast is it.
#include <algorithm>

#include "output/escape.h"
#include "scanner/commands/commands.h"
#include "scanner/input/domain_stream.h"
#include "scanner/option_builder.h"
#include "scanner/preparation.h"
#include "scanner/resolvers/check_report.h"
#include "scanner/resolvers/load_report.h"

namespace danesweep::scanner {
namespace {

struct CheckOptions {
  CheckPlan plan{*wire::DomainName::from_text("ietf.org"), {}, {}};
  bool json = false;
  DnsOptions dns;
};

Value<wire::DomainName> parse_name(const std::string& text) {
  return parse_domain(text).map([](const std::string& name) { return *wire::DomainName::from_text(name); });
}

/// `NAME/TYPE`
Value<wire::Question> parse_question(const std::string& text) {
  const auto slash = text.rfind('/');
  if (slash == std::string::npos)
    return tl::unexpected(fmt::format("'{}' is no NAME/TYPE, such as example.org/TXT", output::for_terminal(text)));
  const auto type = parse_query_type(text.substr(slash + 1));
  if (!type) return tl::unexpected(type.error());
  return parse_name(text.substr(0, slash)).map([&](const wire::DomainName& name) {
    return wire::Question{name, *type};
  });
}

ExitCode check(const CheckOptions& options, Context context) {
  const auto settings = prepare_look_ups(options.dns, context.console);
  if (!settings) return fail(context, settings.error());
  std::vector<Examination> examinations;
  for (const ResolverSetting& resolver : settings->resolvers) {
    examinations.push_back(examine(*settings, resolver, options.plan));
    if (!options.json) Console::print(check_text(examinations.back()));
  }
  if (options.json) Console::print(check_json(options.plan, examinations));
  return code_of(examinations);
}

void add_check(CLI::App& resolver, Commands& commands) {
  auto options = std::make_shared<CheckOptions>();
  Command& command = add_command(
      resolver, commands, "check", "is each resolver fit for DNSSEC",
      "  danesweep resolver check\n"
      "  danesweep resolver check --resolver 192.0.2.53 --resolver 192.0.2.54 --broken-name dnssec-failed.org\n"
      "  danesweep resolver check example.org --big example.org/TXT --json\n"
      "Each resolver is asked alone, one question after the other.\n"
      "Exit code 0: all are fit; 1: one is unfit or silent; 3: none answers, or no valid anchor.");
  add_value(*command.app, "NAME", options->plan.canary, parse_name,
            "a signed zone that is in order, to try look-ups with (default ietf.org)", "");
  add_value(
      *command.app, "--broken-name", options->plan.broken, parse_name,
      "a name whose signatures are wrong on purpose: does the resolver hand it out with CD set (default: not tested)",
      "NAME");
  add_values(
      *command.app, "--big", options->plan.big, parse_question,
      "a question with an answer of more than 1232 octets, beside the key sets that are tried anyway; repeatable",
      "NAME/TYPE");
  command.app->add_flag("--json", options->json, "one JSON object with every property of every resolver");
  add_options(*command.app, options->dns);
  command.run = [options](Context context) { return check(*options, context); };
}

struct BenchOptions {
  std::string list;
  wire::RrType type = wire::RrType::Mx;
  std::uint32_t rate = 100;
  std::optional<milliseconds> duration;
  LoadPlan plan;
  bool json = false;
  DnsOptions dns;
};

constexpr std::size_t kMostQuestions = 200'000;  ///< of a list: 50 MB

/// The list's domains, each once.
Value<std::vector<wire::Question>> questions_of(const BenchOptions& options, Console& console) {
  auto inputs = input::open_inputs({options.list}, {});
  if (!inputs) return tl::unexpected(inputs.error());
  const auto remark = [&](const std::string& text) { console.warn(text); };
  input::DomainStream stream(std::move(*inputs), {}, remark, remark);
  std::vector<wire::Question> questions;
  while (auto domain = stream.next()) {
    const auto name = wire::DomainName::from_text(domain->name);
    if (name) questions.push_back({*name, options.type});
    if (questions.size() < kMostQuestions) continue;
    console.note(fmt::format("{}: the first {} domains are asked for", options.list, kMostQuestions));
    break;
  }
  if (questions.empty()) return tl::unexpected(fmt::format("{}: holds no domain", options.list));
  return questions;
}

LoadPlan plan_of(const BenchOptions& options, std::vector<wire::Question> questions) {
  LoadPlan plan = options.plan;
  plan.questions = std::move(questions);
  plan.pace.rate = options.rate;
  plan.duration = options.duration;
  return plan;
}

ExitCode bench(const BenchOptions& options, Context context) {
  const auto settings = prepare_resolvers(options.dns);
  if (!settings) return fail(context, {ExitCode::Usage, settings.error()});
  auto questions = questions_of(options, context.console);
  if (!questions) return fail(context, {ExitCode::Usage, questions.error()});
  const LoadPlan plan = plan_of(options, std::move(*questions));
  const auto say = [&](const std::string& text) {
    if (!options.json) Console::print(text);
  };
  if (!plan.ramp)
    context.console.note(fmt::format("{} questions, {} a second, {} passes over each resolver", plan.questions.size(),
                                     options.rate, plan.passes));
  std::vector<ResolverLoad> loads;
  for (const ResolverSetting& resolver : settings->resolvers) {
    say(load_head(resolver));
    loads.push_back(put_load(*settings, resolver, plan, [&](const LoadPass& pass) { say(pass_text(pass)); }));
    say(load_end(loads.back(), plan));
  }
  if (options.json) Console::print(load_json(plan, loads));
  const bool answers = std::ranges::any_of(loads, [](const ResolverLoad& load) { return !load.passes.empty(); });
  return answers ? ExitCode::Done : ExitCode::CannotWork;
}

void add_bench(CLI::App& resolver, Commands& commands) {
  auto options = std::make_shared<BenchOptions>();
  Command& command = add_command(
      resolver, commands, "bench", "how fast is each resolver: latency and throughput",
      "  danesweep resolver bench domains.txt\n"
      "  danesweep resolver bench domains.txt --resolver 192.0.2.53 --rate 500 --duration 30 --passes 3 --json\n"
      "  danesweep resolver bench domains.txt --ramp --rate 200 --type A\n"
      "Each resolver is asked alone, each question once a pass, at its time whatever became of those before it. "
      "Nothing is\n"
      "validated or repeated: --tries and the trust anchors do not matter here. Exit code 0; 3: none answers.");
  CLI::App& app = *command.app;
  add_value(app, "LIST", options->list, any_text(), "domains, in any format that `scan` reads; - is standard input", "")
      ->required();
  add_value(app, "--type", options->type, parse_query_type, "ask for this type (default MX)", "TYPE");
  add_value(app, "--rate", options->rate, number_of<std::uint32_t>(1, 1'000'000), "questions a second (default 100)",
            "N");
  auto* passes = add_value(app, "--passes", options->plan.passes, number_of<std::uint32_t>(1, 1000),
                           "go through the list so often: the first pass finds the cache cold (default 2)", "N");
  add_value(app, "--duration", options->duration, parse_duration,
            "end each pass after this time (default: with the list; each step of --ramp: 5)", "SECONDS");
  app.add_flag(
         "--ramp", options->plan.ramp,
         "raise the rate by half at each step, until 1% more of the questions than before are lost or wait for room")
      ->excludes(passes);
  add_value(app, "--max-inflight", options->plan.pace.max_inflight, number_of<std::uint32_t>(1, 50'000),
            "questions in flight at most; others wait (default 1000)", "N");
  app.add_flag("--json", options->json, "one JSON object with every pass of every resolver");
  add_options(app, options->dns);
  command.run = [options](Context context) { return bench(*options, context); };
}

}  // namespace

void add_resolver(CLI::App& root, Commands& commands) {
  CLI::App& resolver = add_group(root, "resolver", "are the resolvers fit for DNSSEC, and how fast are they",
                                 "  danesweep resolver check\n  danesweep resolver bench domains.txt");
  add_check(resolver, commands);
  add_bench(resolver, commands);
}

}  // namespace danesweep::scanner
