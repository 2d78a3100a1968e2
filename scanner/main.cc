// SPDX-License-Identifier: Apache-2.0
// The program: finds the command, fills its options (command line, then DANESWEEP_ variables, then the INI file), runs
// it, and turns its end into an exit code. Start reading here; each command is a file in commands/.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <csignal>
#include <cstdio>
#include <exception>
#include <sstream>
#include <string>
#include <vector>

#include "scanner/commands/commands.h"
#include "scanner/option_layers.h"

namespace danesweep::scanner {
namespace {

constexpr const char* kDescription =
    "danesweep - what will happen to mail for every recipient domain when DANE is switched on at the gateway.\n"
    "It looks up MX, addresses and TLSA through the gateway's resolvers, validates every answer itself, probes the "
    "mail\n"
    "hosts over STARTTLS and writes one record per domain. No message is ever sent.";

constexpr const char* kFooter =
    "Examples:\n"
    "  danesweep scan domains.txt -o results.pb            sweep a list and print the report\n"
    "  danesweep verify example.org                        one domain in the gateway's words\n"
    "  danesweep query example.org MX --trace              one validated look-up with its chain\n"
    "Exit codes: 0 done; 1 done, bad news; 2 wrong usage or unreadable input; 3 cannot work; 4 interrupted.";

void add_all(CLI::App& root, Commands& commands) {
  add_scan(root, commands);
  add_verify(root, commands);
  add_query(root, commands);
  add_anchors(root, commands);
  add_resolver(root, commands);
  add_report(root, commands);
  add_export(root, commands);
  add_diff(root, commands);
  add_merge(root, commands);
  add_compare_log(root, commands);
}

int code_of(ExitCode code) { return static_cast<int>(code); }

/// A sentence and where to find more: what a usage error ends with.
int usage_error(const CLI::App& app, const std::string& text) {
  std::string name = app.get_name();
  for (const CLI::App* parent = app.get_parent(); parent != nullptr; parent = parent->get_parent())
    name.insert(0, parent->get_name() + " ");
  const std::string message = "danesweep: " + text + "\nSee: " + name + " --help\n";
  std::fwrite(message.data(), 1, message.size(), stderr);
  return code_of(ExitCode::Usage);
}

/// CLI11's sentence, but where its own words do not say what to do.
std::string sentence_of(const CLI::ParseError& error, const CLI::App& app) {
  std::vector<std::string> parts;
  const auto remaining = app.remaining();
  const std::string text = error.what();
  if (const std::size_t twice = text.find(": At Most 1 required"); twice != std::string::npos)
    parts.push_back(text.substr(0, twice) + ": given more than once; it takes one value");
  else if (error.get_name() != "ExtrasError" || remaining.empty())
    parts.push_back(text);
  for (const std::string& word : remaining) parts.push_back(fmt::format("'{}' is not known here", word));
  return fmt::format("{}", fmt::join(parts, "; "));
}

const Command* chosen(const Commands& commands) {
  const Command* found = nullptr;
  for (const Command& command : commands)
    if (command.app->parsed()) found = &command;  // a nested command stands behind its parent
  return found;
}

const CLI::App& deepest(const CLI::App& app) {
  const auto parsed = app.get_subcommands();
  return parsed.empty() ? app : deepest(*parsed.front());
}

int run(int argc, char** argv) {
  CLI::App root(kDescription, "danesweep");
  root.footer(kFooter);
  root.require_subcommand(1);
  root.set_help_flag("--help,-h", "this text; each command has its own");
  root.set_version_flag("--version", version_text, "version, libraries and embedded trust anchors");
  Commands commands;
  commands.reserve(32);
  add_all(root, commands);
  try {
    root.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    // Help and version are errors of code 0 to CLI11; its other codes are all wrong usage here (FACTS H3).
    if (error.get_exit_code() == 0) {
      std::ostringstream text;
      const int code = root.exit(error, text);
      Console::print(text.str());
      return code;
    }
    return usage_error(deepest(root), sentence_of(error, deepest(root)));
  }
  const Command* command = chosen(commands);
  if (command == nullptr || !command->run) return usage_error(deepest(root), "a command is missing");
  const auto layered = apply_layers(root, *command->app, *command->config_file, process_environment);
  if (!layered) return usage_error(*command->app, layered.error());
  Console console(*command->everywhere);
  return code_of(command->run({console}));
}

}  // namespace
}  // namespace danesweep::scanner

int main(int argc, char** argv) {
  std::signal(SIGPIPE, SIG_IGN);
  try {
    const int code = danesweep::scanner::run(argc, argv);
    if (std::ferror(stdout) == 0) return code;
    std::fputs("danesweep: standard output cannot be written: what was printed is not whole\n", stderr);
    return static_cast<int>(danesweep::scanner::ExitCode::CannotWork);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "danesweep: cannot go on: %s\n", error.what());
    return static_cast<int>(danesweep::scanner::ExitCode::CannotWork);
  }
}
