// SPDX-License-Identifier: Apache-2.0
// `export OUT.pb`: records for other programs (DESIGN part 4).
#include <unistd.h>

#include "output/export/csv.h"
#include "output/export/filter.h"
#include "output/export/jsonl.h"
#include "output/export/sqlite.h"
#include "output/reader.h"
#include "scanner/commands/commands.h"
#include "scanner/option_builder.h"

namespace danesweep::scanner {
namespace {

enum class ExportFormat : std::uint8_t { Jsonl, Csv, Sqlite };

struct ExportOptions {
  std::string file, output;
  ExportFormat format = ExportFormat::Jsonl;
  std::vector<output::Condition> conditions;
  bool meta = false, force = false;

  output::Existing existing() const { return force ? output::Existing::Replace : output::Existing::Refuse; }
};

Value<std::unique_ptr<output::Sink>> open_sink(const ExportOptions& options) {
  if (options.output.empty()) return output::descriptor_sink(STDOUT_FILENO, "(stdout)");
  return output::create_file(options.output, options.existing());
}

Value<void> write_records(const ExportOptions& options, output::Reader& reader, output::Sink& sink) {
  if (options.meta) return sink.write(output::meta_json(reader) + "\n");
  if (options.format == ExportFormat::Csv) return output::export_csv(reader, options.conditions, sink);
  return output::export_jsonl(reader, options.conditions, sink);
}

/// A file that is there already is wrong usage; whatever goes wrong later is not.
bool stands_in_the_way(const ExportOptions& options) {
  return !options.force && !options.output.empty() && !options.output.starts_with("/dev/") &&
         ::access(options.output.c_str(), F_OK) == 0;
}

ExitCode run(const ExportOptions& options, Context context) {
  const bool to_database = options.format == ExportFormat::Sqlite && !options.meta;
  if (to_database && options.output.empty())
    return fail(context, {ExitCode::Usage, "--format sqlite needs a file: name it with -o FILE"});
  if (stands_in_the_way(options))
    return fail(context, {ExitCode::Usage, options.output + ": exists already; name another file or give --force"});
  auto reader = output::Reader::open(options.file);
  if (!reader) return fail(context, {ExitCode::Usage, reader.error()});
  for (const std::string& warning : reader->warnings()) context.console.warn(warning);
  if (to_database) {
    const auto done = output::export_sqlite(*reader, options.conditions, options.output, options.existing());
    return done ? ExitCode::Done : fail(context, {ExitCode::CannotWork, done.error()});
  }
  const auto sink = open_sink(options);
  if (!sink) return fail(context, {ExitCode::Usage, sink.error()});
  const auto done = write_records(options, *reader, **sink);
  return done ? ExitCode::Done : fail(context, {ExitCode::CannotWork, done.error()});
}

Value<output::Condition> condition_of(const std::string& text) { return output::parse_condition(text); }

}  // namespace

void add_export(CLI::App& root, Commands& commands) {
  auto options = std::make_shared<ExportOptions>();
  Command& command =
      add_command(root, commands, "export", "write the records of a results file for other programs",
                  "  danesweep export results.pb\n"
                  "  danesweep export results.pb --where effective=DANE_FAIL,UNDETERMINED -o failing.jsonl\n"
                  "  danesweep export results.pb --where host.reason=tlsa-mismatch --format csv\n"
                  "  danesweep export results.pb --format sqlite -o results.sqlite\n"
                  "  danesweep export results.pb --meta");
  add_value(*command.app, "OUT.pb", options->file, any_text(), "the results file", "")->required();
  add_choice<ExportFormat>(
      *command.app, "--format", options->format,
      {{"jsonl", ExportFormat::Jsonl}, {"csv", ExportFormat::Csv}, {"sqlite", ExportFormat::Sqlite}},
      "form of the records (default jsonl)");
  add_values(*command.app, "--where", options->conditions, condition_of,
             "only records with one of these values; repeatable, all must hold", "FIELD=VALUE[,VALUE]");
  command.app->add_flag("--meta", options->meta, "header and trailer as one JSON object instead of the records");
  add_value(*command.app, "--output,-o", options->output, any_text(), "write here instead of standard output", "FILE");
  command.app->add_flag("--force", options->force, "overwrite a file that exists");
  command.run = [options](Context context) { return run(*options, context); };
}

}  // namespace danesweep::scanner
