// SPDX-License-Identifier: Apache-2.0
// `report OUT.pb`: the dry-run report (ESA.md part J). Ends with 0 whatever the verdict.
#include "output/reader.h"
#include "output/report/document.h"
#include "output/report/summary.h"
#include "scanner/commands/commands.h"
#include "scanner/option_builder.h"

namespace danesweep::scanner {
namespace {

enum class ReportFormat : std::uint8_t { Text, Markdown };

struct ReportOptions {
  std::string file;
  ReportFormat format = ReportFormat::Text;
};

ExitCode run(const ReportOptions& options, Context context) {
  auto reader = output::Reader::open(options.file);
  if (!reader) {
    context.console.error(reader.error());
    return ExitCode::Usage;
  }
  for (const std::string& warning : reader->warnings()) context.console.warn(warning);
  const auto summary = output::summarise(*reader);
  if (!summary) {
    context.console.error(summary.error());
    return ExitCode::Usage;
  }
  const output::Document document = output::report_document(*summary);
  Console::print(options.format == ReportFormat::Markdown ? output::report_markdown(document)
                                                          : output::report_text(document));
  return ExitCode::Done;
}

}  // namespace

void add_report(CLI::App& root, Commands& commands) {
  auto options = std::make_shared<ReportOptions>();
  Command& command = add_command(root, commands, "report", "whose mail would stop, and what to configure first",
                                 "  danesweep report results.pb\n"
                                 "  danesweep report results.pb --format markdown > report.md");
  add_value(*command.app, "OUT.pb", options->file, any_text(), "the results file", "")->required();
  add_choice<ReportFormat>(*command.app, "--format", options->format,
                           {{"text", ReportFormat::Text}, {"markdown", ReportFormat::Markdown}},
                           "form of the report (default text)");
  command.run = [options](Context context) { return run(*options, context); };
}

}  // namespace danesweep::scanner
