// SPDX-License-Identifier: Apache-2.0
// `query NAME TYPE`: one validated look-up (DESIGN "The command line": the JSON object and its fields; D-20).
#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "dnssec/key_table.h"
#include "dnssec/trace.h"
#include "dnssec/wire/presentation.h"
#include "output/escape.h"
#include "scanner/commands/commands.h"
#include "scanner/engine/sweep.h"
#include "scanner/option_builder.h"
#include "scanner/preparation.h"

namespace danesweep::scanner {
namespace {

using Json = nlohmann::ordered_json;

struct QueryOptions {
  std::string name, type;
  bool json = false, trace = false;
  DnsOptions dns;
};

/// Names of a query may be anything that the DNS allows, escapes included; U-labels are converted.
Value<wire::DomainName> query_name(const std::string& text) {
  std::string ascii = text;
  if (std::ranges::any_of(text, [](char c) { return static_cast<unsigned char>(c) > 127; })) {
    auto converted = parse_domain(text);
    if (!converted) return tl::unexpected(converted.error());
    ascii = *converted;
  }
  const auto name = wire::DomainName::from_text(ascii);
  if (!name) return tl::unexpected(fmt::format("'{}' is no domain name", output::for_terminal(text)));
  return *name;
}

Value<wire::Question> question_of(const QueryOptions& options) {
  const auto name = query_name(options.name);
  if (!name) return tl::unexpected(name.error());
  return parse_query_type(options.type).map([&](wire::RrType type) { return wire::Question{*name, type}; });
}

template <class T>
Json or_null(const std::optional<T>& value) {
  return value ? Json(*value) : Json(nullptr);
}

Json time_or_null(const std::optional<dnssec::UnixTime>& time) {
  return time ? Json(dnssec::date_to_text(*time)) : Json(nullptr);
}

std::string resolver_text(const QueryOutcome& outcome, dnssec::ResolverId id) {
  const bool known = id >= 0 && static_cast<std::size_t>(id) < outcome.resolver_texts.size();
  return known ? outcome.resolver_texts[static_cast<std::size_t>(id)] : std::string();
}

Json link_json(const dnssec::ChainLink& link, const QueryOutcome& outcome) {
  const std::string resolver = resolver_text(outcome, link.resolver);
  return Json{{"step", dnssec::to_text(link.step)},
              {"zone", link.zone.to_display()},
              {"name", link.name.to_display()},
              {"type", link.type ? Json(wire::to_text(*link.type)) : Json(nullptr)},
              {"status", dnssec::to_text(link.status)},
              {"reason", link.reason == dnssec::Reason::None ? Json(nullptr) : Json(dnssec::code(link.reason))},
              {"key_tag", or_null(link.key_tag)},
              {"algorithm", or_null(link.algorithm)},
              {"signer", link.signer ? Json(link.signer->to_display()) : Json(nullptr)},
              {"inception", time_or_null(link.inception)},
              {"expiration", time_or_null(link.expiration)},
              {"ttl", or_null(link.ttl)},
              {"resolver", resolver.empty() ? Json(nullptr) : Json(resolver)}};
}

std::vector<std::string> record_lines(const dnssec::Verdict& verdict) {
  std::vector<std::string> lines;
  for (const auto& record : verdict.records)
    lines.push_back(wire::record_to_text(record.owner, record.ttl, record.type, record.rdata));
  return lines;
}

std::string json_text(const wire::Question& question, const QueryOutcome& outcome) {
  const dnssec::Verdict& verdict = outcome.verdict;
  Json chain = Json::array();
  for (const auto& link : verdict.chain) chain.push_back(link_json(link, outcome));
  const Json object{{"name", question.name.to_display()},
                    {"type", wire::to_text(question.type)},
                    {"status", dnssec::to_text(verdict.security)},
                    {"answer", dnssec::to_text(verdict.answer)},
                    {"rcode", wire::to_text(verdict.rcode)},
                    {"reason", dnssec::code(verdict.reason)},
                    {"ede", or_null(dnssec::extended_error(verdict.reason))},
                    {"ttl", verdict.ttl},
                    {"records", record_lines(verdict)},
                    {"chain", std::move(chain)}};
  return object.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n";
}

std::string link_line(const dnssec::ChainLink& link, const QueryOutcome& outcome) {
  std::string line = fmt::format("  {:<7} {} {}", dnssec::to_text(link.step), link.name.to_display(),
                                 link.type ? wire::to_text(*link.type) : std::string("-"));
  line += fmt::format("  {}", dnssec::to_text(link.status));
  if (link.reason != dnssec::Reason::None) line += fmt::format(" ({})", dnssec::code(link.reason));
  if (link.signer) line += fmt::format(", signed by {}", link.signer->to_display());
  if (link.key_tag) line += fmt::format(", key {}", *link.key_tag);
  if (link.algorithm) line += fmt::format(", algorithm {}", *link.algorithm);
  if (link.inception && link.expiration)
    line += fmt::format(", {} to {}", dnssec::date_to_text(*link.inception), dnssec::date_to_text(*link.expiration));
  if (link.ttl) line += fmt::format(", ttl {}", *link.ttl);
  if (const std::string resolver = resolver_text(outcome, link.resolver); !resolver.empty())
    line += fmt::format(", from {}", resolver);
  return line + "\n";
}

/// The keys and DS seen, each check with the resolver's number, and the numbers that the checks went by.
std::vector<std::string> trace_lines(const QueryOutcome& outcome, const dnssec::Policy& policy) {
  const dnssec::Verdict& verdict = outcome.verdict;
  std::vector<std::string> resolvers;
  for (std::size_t id = 0; id < outcome.resolver_texts.size(); ++id)
    resolvers.push_back(fmt::format("{}: {}", id, outcome.resolver_texts[id]));
  std::vector<std::string> lines;
  const auto add = [&](std::string_view title, const std::vector<std::string>& part) {
    lines.push_back(fmt::format("{}:", title));
    for (const std::string& line : part) lines.push_back("  " + output::for_terminal(line));
  };
  if (!verdict.keys.empty()) add("keys and DS", dnssec::to_lines(verdict.keys));
  add("resolvers", resolvers);
  add("checks", verdict.trace);
  add("policy", dnssec::describe(policy));
  return lines;
}

std::string plain_text(const wire::Question& question, const QueryOutcome& outcome, const QueryOptions& options,
                       const dnssec::Policy& policy) {
  const dnssec::Verdict& verdict = outcome.verdict;
  std::string text = fmt::format("{} {}: {}, {}, {}, ttl {}\n", question.name.to_display(),
                                 wire::to_text(question.type), dnssec::to_text(verdict.security),
                                 dnssec::to_text(verdict.answer), wire::to_text(verdict.rcode), verdict.ttl);
  if (verdict.reason != dnssec::Reason::None)
    text += fmt::format("{}: {}\ncan be mended by: {}\n", dnssec::code(verdict.reason),
                        output::for_terminal(dnssec::sentence(verdict.reason, verdict.facts)),
                        output::for_terminal(dnssec::who_can_mend(verdict.reason, verdict.facts)));
  for (const std::string& line : record_lines(verdict)) text += line + "\n";
  if (!options.trace) return text;
  text += "chain:\n";
  for (const auto& link : verdict.chain) text += link_line(link, outcome);
  for (const std::string& line : trace_lines(outcome, policy)) text += line + "\n";
  return text;
}

/// Not one resolver said anything: nothing can be done here (exit 3); other unknowns are an answer (exit 1).
ExitCode code_of(const dnssec::Verdict& verdict) {
  const auto was_answered = [](const dnssec::ChainLink& link) { return link.resolver != dnssec::kNoResolver; };
  if (verdict.reason == dnssec::Reason::ResolverTimeout && std::ranges::none_of(verdict.chain, was_answered))
    return ExitCode::CannotWork;
  const bool bad = verdict.security == dnssec::Security::Bogus || verdict.security == dnssec::Security::Indeterminate;
  return bad ? ExitCode::BadNews : ExitCode::Done;
}

ExitCode run(const QueryOptions& options, Context context) {
  const auto question = question_of(options);
  if (!question) return fail(context, {ExitCode::Usage, question.error()});
  auto settings = prepare_resolvers(options.dns);
  if (!settings) return fail(context, {ExitCode::Usage, settings.error()});
  const auto anchors = anchors_in_use(options.dns, *settings);
  if (!anchors) return fail(context, anchors.error());
  say_about(*anchors, context.console);
  if (!anchors->lost.empty()) context.console.error(anchors->lost);
  settings->anchors = anchors->anchors;
  const auto detail = options.trace  ? dnssec::Detail::Trace
                      : options.json ? dnssec::Detail::Chain
                                     : dnssec::Detail::Plain;
  const QueryOutcome outcome = run_query(*settings, *question, detail);
  Console::print(options.json ? json_text(*question, outcome)
                              : plain_text(*question, outcome, options, settings->policy));
  if (options.json && options.trace)
    for (const std::string& line : trace_lines(outcome, settings->policy)) context.console.line(line);
  return anchors->lost.empty() ? code_of(outcome.verdict) : ExitCode::CannotWork;
}

}  // namespace

void add_query(CLI::App& root, Commands& commands) {
  auto options = std::make_shared<QueryOptions>();
  Command& command = add_command(root, commands, "query", "look up one name and type, validated to the trust anchor",
                                 "  danesweep query example.org MX\n"
                                 "  danesweep query _25._tcp.mx.example.org TLSA --trace\n"
                                 "  danesweep query example.org DNSKEY --json --resolver 192.0.2.53\n"
                                 "Exit code 0: secure or insecure; 1: bogus or not known; 3: no resolver answers.");
  add_value(*command.app, "NAME", options->name, any_text(), "the name", "")->required();
  add_value(*command.app, "TYPE", options->type, any_text(), "the record type, by name or as TYPEnnn", "")->required();
  command.app->add_flag("--json", options->json, "one JSON object with the whole chain");
  command.app->add_flag("--trace", options->trace, "show each link of the chain, the keys and DS seen, and each check");
  add_options(*command.app, options->dns);
  command.run = [options](Context context) { return run(*options, context); };
}

}  // namespace danesweep::scanner
