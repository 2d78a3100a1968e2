// SPDX-License-Identifier: Apache-2.0
// `resolver check`: is each resolver fit for DNSSEC, property by property.
#include <algorithm>

#include "scanner/commands/commands.h"
#include "scanner/option_builder.h"
#include "scanner/preparation.h"
#include "scanner/resolvers/check_report.h"

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
  const auto slash = std::min(text.rfind('/'), text.size());
  const auto type = wire::parse_rr_type(std::string_view(text).substr(std::min(slash + 1, text.size())));
  if (!type || wire::is_meta_type(*type))
    return tl::unexpected(fmt::format("'{}' is no NAME/TYPE, such as example.org/TXT", text));
  return parse_name(text.substr(0, slash)).map([&](const wire::DomainName& name) {
    return wire::Question{name, *type};
  });
}

ExitCode check(const CheckOptions& options, Context context) {
  const auto settings = prepare_look_ups(options.dns, context.console);
  if (!settings) {
    context.console.error(settings.error().text);
    return settings.error().code;
  }
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

}  // namespace

void add_resolver(CLI::App& root, Commands& commands) {
  CLI::App* resolver = root.add_subcommand("resolver", "are the resolvers fit for DNSSEC");
  resolver->require_subcommand(1);
  resolver->set_help_flag("--help,-h", "this text");
  resolver->footer("Examples:\n  danesweep resolver check");
  add_check(*resolver, commands);
}

}  // namespace danesweep::scanner
