// SPDX-License-Identifier: Apache-2.0
// `diff OLD.pb NEW.pb`: regressions, fixes, changed reasons; exit code 1 for regressions.
#include "output/reader.h"
#include "scanner/commands/commands.h"
#include "scanner/option_builder.h"
#include "scanner/result_diff.h"

namespace danesweep::scanner {
namespace {

struct DiffOptions {
  std::string older, newer;
  DiffFormat format = DiffFormat::Text;
};

ExitCode run(const DiffOptions& options, Context context) {
  auto older = output::Reader::open(options.older);
  if (!older) return fail(context, {ExitCode::Usage, older.error()});
  auto newer = output::Reader::open(options.newer);
  if (!newer) return fail(context, {ExitCode::Usage, newer.error()});
  for (const auto* reader : {&*older, &*newer})
    for (const std::string& warning : reader->warnings()) context.console.warn(warning);
  const auto diff = diff_results(*older, *newer);
  if (!diff) return fail(context, {ExitCode::Usage, diff.error()});
  Console::print(diff_text(*diff, options.format));
  return diff->count(Change::Regression) > 0 ? ExitCode::BadNews : ExitCode::Done;
}

}  // namespace

void add_diff(CLI::App& root, Commands& commands) {
  auto options = std::make_shared<DiffOptions>();
  Command& command = add_command(root, commands, "diff", "what has changed between two scans",
                                 "  danesweep diff yesterday.pb today.pb\n"
                                 "  danesweep diff yesterday.pb today.pb --format json\n"
                                 "Exit code 0: no regression; 1: a domain got worse.");
  add_value(*command.app, "OLD.pb", options->older, any_text(), "the earlier results", "")->required();
  add_value(*command.app, "NEW.pb", options->newer, any_text(), "the later results", "")->required();
  add_choice<DiffFormat>(*command.app, "--format", options->format,
                         {{"text", DiffFormat::Text}, {"markdown", DiffFormat::Markdown}, {"json", DiffFormat::Json}},
                         "form of the comparison (default text)");
  command.run = [options](Context context) { return run(*options, context); };
}

}  // namespace danesweep::scanner
