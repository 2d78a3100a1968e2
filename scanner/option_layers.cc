// SPDX-License-Identifier: Apache-2.0
#include "scanner/option_layers.h"

#include <fmt/format.h>
#include <unistd.h>
#include <CLI/CLI.hpp>

#include <algorithm>
#include <cctype>
#include <cstdlib>
#include <map>
#include <sstream>
#include <string_view>
#include <vector>

#include "scanner/input/ini.h"
#include "scanner/values.h"

namespace danesweep::scanner {
namespace {

using Done = tl::expected<void, std::string>;

/// A value that another layer has for an option, and where it stands.
struct Found {
  std::vector<std::string> values;
  std::string where;
};

std::string long_name(const CLI::Option& option) {
  return option.get_lnames().empty() ? "" : option.get_lnames().front();
}

std::string variable_name(const std::string& name) {
  std::string variable = "DANESWEEP_";
  for (const char c : name) variable += c == '-' ? '_' : static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  return variable;
}

bool is_repeatable(const CLI::Option& option) {
  return option.get_multi_option_policy() == CLI::MultiOptionPolicy::TakeAll;
}
bool is_flag(const CLI::Option& option) { return option.get_expected_max() == 0; }
bool belongs_to_cli(const std::string& name) {
  return name.empty() || name == "help" || name == "version" || name == "config";
}

std::vector<std::string> words_of(const std::string& text) {
  std::istringstream in(text);
  std::vector<std::string> words;
  for (std::string word; in >> word;) words.push_back(word);
  return words;
}

/// yes: given; no: as if absent; nothing: neither.
std::optional<bool> truth(std::string text) {
  std::ranges::transform(text, text.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  if (text == "1" || text == "true" || text == "yes" || text == "on") return true;
  if (text == "0" || text == "false" || text == "no" || text == "off") return false;
  return std::nullopt;
}

/// Hands the values to CLI11 as if they stood on the command line.
Done give(CLI::Option& option, const Found& found) {
  try {
    if (is_flag(option)) {
      const auto wanted = found.values.size() == 1 ? truth(found.values.front()) : std::nullopt;
      if (!wanted) return tl::unexpected(fmt::format("{}: expected true or false", found.where));
      if (!*wanted) return {};
      option.add_result("true");
    } else {
      option.add_result(found.values);
    }
    option.run_callback();
  } catch (const CLI::Error& error) {
    return tl::unexpected(fmt::format("{}: {}", found.where, error.what()));
  }
  return {};
}

/// The INI file's entries for one command: its own section beats the part above all sections.
using FileValues = std::map<std::string, Found>;

bool some_command_knows(const CLI::App& root, std::string_view section, const std::string& name) {
  for (const CLI::App* command : root.get_subcommands([](const CLI::App*) { return true; })) {
    if (!section.empty() && command->get_name() != section) continue;
    if (command->get_option_no_throw("--" + name) != nullptr) return true;
    if (some_command_knows(*command, {}, name)) return true;
  }
  return false;
}

bool is_command(const CLI::App& root, std::string_view name) {
  return std::ranges::any_of(root.get_subcommands([](const CLI::App*) { return true; }),
                             [&](const CLI::App* command) { return command->get_name() == name; });
}

bool is_within(const CLI::App& command, std::string_view section) {
  for (const CLI::App* app = &command; app != nullptr; app = app->get_parent())
    if (app->get_name() == section) return true;
  return false;
}

tl::expected<FileValues, std::string> file_values(const CLI::App& root, const CLI::App& command,
                                                  const std::string& path) {
  const auto content = read_whole_file(path);
  if (!content) return tl::unexpected(content.error());
  const auto lines = input::parse_ini(*content);
  if (!lines) return tl::unexpected(fmt::format("{}:{}: {}", path, lines.error().line, lines.error().text));
  FileValues general, own;
  std::string_view section;
  for (const input::IniLine& line : *lines) {
    const std::string where = fmt::format("{}:{}", path, line.number);
    if (line.kind == input::IniLine::Kind::Section) {
      section = line.section;
      if (!is_command(root, section))
        return tl::unexpected(fmt::format("{}: there is no command '{}'", where, section));
      continue;
    }
    std::string name(line.key);
    std::ranges::replace(name, '_', '-');
    if (belongs_to_cli(name) || !some_command_knows(root, section, name))
      return tl::unexpected(fmt::format(
          "{}: there is no option '{}'; options are named as on the command line, without --", where, line.key));
    if (!section.empty() && !is_within(command, section)) continue;
    Found& found = (section.empty() ? general : own)[name];
    found.values.emplace_back(line.value);
    found.where = where;
  }
  for (auto& [name, found] : own) general[name] = std::move(found);
  return general;
}

std::string usual_config_file(const Environment& environment) {
  std::vector<std::string> places;
  if (const auto folder = environment("XDG_CONFIG_HOME"); folder && !folder->empty())
    places.push_back(*folder + "/danesweep/danesweep.ini");
  else if (const auto home = environment("HOME"); home && !home->empty())
    places.push_back(*home + "/.config/danesweep/danesweep.ini");
  places.emplace_back("/etc/danesweep/danesweep.ini");
  const auto exists = [](const std::string& place) { return ::access(place.c_str(), F_OK) == 0; };
  const auto found = std::ranges::find_if(places, exists);
  return found == places.end() ? "" : *found;
}

std::optional<Found> in_environment(const CLI::Option& option, const std::string& name,
                                    const Environment& environment) {
  const std::string variable = variable_name(name);
  const auto text = environment(variable);
  if (!text || text->empty()) return std::nullopt;
  return Found{is_repeatable(option) ? words_of(*text) : std::vector{*text}, variable};
}

}  // namespace

std::optional<std::string> process_environment(const std::string& name) {
  const char* text = std::getenv(name.c_str());
  return text == nullptr ? std::nullopt : std::optional<std::string>(text);
}

Done apply_layers(const CLI::App& root, CLI::App& command, std::string config_file, const Environment& environment) {
  if (config_file.empty()) config_file = environment("DANESWEEP_CONFIG").value_or("");
  if (config_file.empty()) config_file = usual_config_file(environment);
  FileValues from_file;
  if (!config_file.empty()) {
    auto values = file_values(root, command, config_file);
    if (!values) return tl::unexpected(values.error());
    from_file = std::move(*values);
  }
  for (CLI::Option* option : command.get_options()) {
    const std::string name = long_name(*option);
    if (belongs_to_cli(name) || option->count() > 0) continue;
    auto found = in_environment(*option, name, environment);
    if (const auto line = from_file.find(name); !found && line != from_file.end()) {
      found = line->second;
      if (!is_repeatable(*option) && found->values.size() > 1) found->values = {found->values.back()};
    }
    if (!found) continue;
    if (auto done = give(*option, *found); !done) return done;
  }
  return {};
}

}  // namespace danesweep::scanner
