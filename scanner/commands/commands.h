// SPDX-License-Identifier: Apache-2.0
// Every subcommand adds itself: its options with help and examples, and what it runs. One file each.
#pragma once

#include <CLI/CLI.hpp>

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "scanner/console.h"
#include "scanner/exit_codes.h"
#include "scanner/options.h"

namespace danesweep::scanner {

/// What a command is run with.
struct Context {
  Console& console;
};

struct Command {
  CLI::App* app = nullptr;
  std::shared_ptr<EverywhereOptions> everywhere;
  std::shared_ptr<std::string> config_file;
  std::function<ExitCode(Context)> run;
};

using Commands = std::vector<Command>;

/// Adds the options of every command and the examples; returns the new last element of `commands`.
Command& add_command(CLI::App& parent, Commands& commands, const std::string& name, const std::string& description,
                     const std::string& examples);

/// A word before commands of its own, such as `anchors show`.
CLI::App& add_group(CLI::App& root, const std::string& name, const std::string& description,
                    const std::string& examples);

void add_scan(CLI::App& root, Commands& commands);
void add_verify(CLI::App& root, Commands& commands);
void add_query(CLI::App& root, Commands& commands);
void add_anchors(CLI::App& root, Commands& commands);
void add_report(CLI::App& root, Commands& commands);
void add_export(CLI::App& root, Commands& commands);
void add_diff(CLI::App& root, Commands& commands);
void add_merge(CLI::App& root, Commands& commands);
void add_compare_log(CLI::App& root, Commands& commands);
void add_resolver(CLI::App& root, Commands& commands);

/// Says why on stderr; the code is what the command returns.
ExitCode fail(Context context, const Refusal& refusal);

/// Version, libraries and embedded anchors.
std::string version_text();

}  // namespace danesweep::scanner
