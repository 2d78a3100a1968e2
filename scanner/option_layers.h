// SPDX-License-Identifier: Apache-2.0
// Options that the command line does not name are taken from DANESWEEP_ variables, then from an INI file (DESIGN "The
// command line": command line beats variable beats file). CLI11's own layers would let the file win, cut values at
// commas and name no line (FACTS H3), so both are read here and handed to it as if they had been typed.
#pragma once

#include <functional>
#include <optional>
#include <string>

#include <tl/expected.hpp>

namespace CLI {
class App;
}

namespace danesweep::scanner {

/// Reads one environment variable.
using Environment = std::function<std::optional<std::string>(const std::string&)>;
std::optional<std::string> process_environment(const std::string& name);

/// Gives `command`, a parsed subcommand of `root`, what its own command line left open. `config_file`: of --config, or
/// empty: the usual places. The error names the variable, or file and line.
tl::expected<void, std::string> apply_layers(const CLI::App& root, CLI::App& command, std::string config_file,
                                             const Environment& environment);

}  // namespace danesweep::scanner
