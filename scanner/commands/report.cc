// SPDX-License-Identifier: Apache-2.0
// `report OUT.pb`: the dry-run report (ESA.md part J) and, with --remedies, what to import first (E-120 to E-122). Ends
// with 0 whatever the verdict.
#include "output/reader.h"
#include "output/remedies.h"
#include "output/report/document.h"
#include "output/report/history.h"
#include "output/report/summary.h"
#include "scanner/commands/commands.h"
#include "scanner/option_builder.h"

namespace danesweep::scanner {
namespace {

enum class ReportFormat : std::uint8_t { Text, Markdown, Html };

struct ReportOptions {
  std::string file, remedies, history;
  ReportFormat format = ReportFormat::Text;
  bool remedies_undetermined = false, force = false;
};

Value<std::string> report_of(output::Reader& reader, const ReportOptions& options, Console& console) {
  const auto summary = output::summarise(reader);
  if (!summary) return tl::unexpected(summary.error());
  output::Document document = output::report_document(*summary);
  if (!options.history.empty()) {
    reader.rewind();
    const auto history = output::read_history(options.history, reader);
    if (!history) return tl::unexpected(history.error());
    for (const std::string& note : history->notes) console.warn(note);
    output::add_history(document, *history);
  }
  switch (options.format) {
    case ReportFormat::Markdown:
      return output::report_markdown(document);
    case ReportFormat::Html:
      return output::report_html(document);
    default:
      return output::report_text(document);
  }
}

/// Written before the report is printed, so that a refusal is not lost behind pages of text.
Value<std::string> write_remedy_files(const ReportOptions& options, output::Reader& reader) {
  reader.rewind();
  const auto undetermined =
      options.remedies_undetermined ? output::UndeterminedDomains::Include : output::UndeterminedDomains::Leave;
  const auto remedies = output::make_remedies(reader, undetermined);
  if (!remedies) return tl::unexpected(remedies.error());
  const auto existing = options.force ? output::Existing::Replace : output::Existing::Refuse;
  if (const auto written = output::write_remedies(*remedies, options.remedies, existing); !written)
    return tl::unexpected(written.error());
  std::string text = "Remedies written to " + options.remedies + ":";
  for (const auto& file : remedies->files) text += " " + file.name;
  text += "\n";
  for (const std::string& note : remedies->notes) text += note + "\n";
  return text;
}

ExitCode run(const ReportOptions& options, Context context) {
  if (options.remedies.empty() && options.remedies_undetermined)
    return fail(context, {ExitCode::Usage, "--remedies-undetermined says what --remedies DIR writes; name the folder"});
  auto reader = output::Reader::open(options.file);
  if (!reader) return fail(context, {ExitCode::Usage, reader.error()});
  for (const std::string& warning : reader->warnings()) context.console.warn(warning);
  const auto report = report_of(*reader, options, context.console);
  if (!report) return fail(context, {ExitCode::Usage, report.error()});
  std::string remedies;
  if (!options.remedies.empty()) {
    const auto written = write_remedy_files(options, *reader);
    if (!written) return fail(context, {ExitCode::Usage, written.error()});
    // Behind a page nothing may stand.
    if (options.format == ReportFormat::Html)
      context.console.line(*written);
    else
      remedies = "\n" + *written;
  }
  Console::print(*report + remedies);
  return ExitCode::Done;
}

}  // namespace

void add_report(CLI::App& root, Commands& commands) {
  auto options = std::make_shared<ReportOptions>();
  Command& command = add_command(root, commands, "report", "whose mail would stop, and what to configure first",
                                 "  danesweep report results.pb\n"
                                 "  danesweep report results.pb --format html > report.html\n"
                                 "  danesweep report results.pb --history nights\n"
                                 "  danesweep report results.pb --remedies exceptions");
  add_value(*command.app, "OUT.pb", options->file, any_text(), "the results file", "")->required();
  add_choice<ReportFormat>(
      *command.app, "--format", options->format,
      {{"text", ReportFormat::Text}, {"markdown", ReportFormat::Markdown}, {"html", ReportFormat::Html}},
      "form of the report (default text)");
  add_value(*command.app, "--history", options->history, any_text(),
            "trend over the earlier scans (*.pb) of this folder, and who began to fail since the last one", "DIR");
  add_value(*command.app, "--remedies", options->remedies, any_text(),
            "write destination-control entries to import, a Postfix policy map and plain lists into this folder",
            "DIR");
  command.app->add_flag("--remedies-undetermined", options->remedies_undetermined,
                        "entries for undetermined domains too");
  command.app->add_flag("--force", options->force, "overwrite files that exist in the folder");
  command.run = [options](Context context) { return run(*options, context); };
}

}  // namespace danesweep::scanner
