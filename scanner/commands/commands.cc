// SPDX-License-Identifier: Apache-2.0
#include "scanner/commands/commands.h"

#include <archive.h>
#include <fmt/core.h>
#include <idn2.h>
#include <spdlog/version.h>
#include <xxhash.h>
#include <zstd.h>

#include "dnssec/anchors.h"
#include "dnssec/crypto.h"
#include "scanner/engine/sweep.h"
#include "scanner/preparation.h"

namespace danesweep::scanner {

Command& add_command(CLI::App& parent, Commands& commands, const std::string& name, const std::string& description,
                     const std::string& examples) {
  Command command;
  command.app = parent.add_subcommand(name, description);
  command.everywhere = std::make_shared<EverywhereOptions>();
  command.config_file = std::make_shared<std::string>();
  command.app->footer("Examples:\n" + examples);
  command.app->set_help_flag("--help,-h", "this text")->group("Everywhere");
  command.app->set_version_flag("--version", version_text, "version, libraries and embedded trust anchors")
      ->group("Everywhere");
  add_options(*command.app, *command.everywhere, *command.config_file);
  commands.push_back(std::move(command));
  return commands.back();
}

CLI::App& add_group(CLI::App& root, const std::string& name, const std::string& description,
                    const std::string& examples) {
  CLI::App* group = root.add_subcommand(name, description);
  group->require_subcommand(1);
  group->set_help_flag("--help,-h", "this text");
  group->set_version_flag("--version", version_text, "version, libraries and embedded trust anchors");
  group->footer("Examples:\n" + examples);
  return *group;
}

ExitCode fail(Context context, const Refusal& refusal) {
  context.console.error(refusal.text);
  return refusal.code;
}

std::string version_text() {
  std::string text = fmt::format("danesweep {}\n", DANESWEEP_VERSION);
  text += fmt::format("libraries: {}, {}, libarchive {}, libidn2 {}, zstd {}, CLI11 {}, spdlog {}.{}.{}\n",
                      engine_library_versions(), dnssec::crypto_library_version(), ARCHIVE_VERSION_ONLY_STRING,
                      idn2_check_version(nullptr), ZSTD_versionString(), CLI11_VERSION, SPDLOG_VER_MAJOR,
                      SPDLOG_VER_MINOR, SPDLOG_VER_PATCH);
  for (const auto& anchor : dnssec::embedded_root_anchors())
    text += fmt::format("embedded trust anchor: {}\n", anchor_name(anchor, "DS"));
  text.pop_back();
  return text;
}

}  // namespace danesweep::scanner
