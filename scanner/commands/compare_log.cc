// SPDX-License-Identifier: Apache-2.0
// `compare-log OUT.pb LOG...`: predictions against what the gateway's log shows after going live (E-126).
#include "output/reader.h"
#include "scanner/commands/commands.h"
#include "scanner/log_comparison.h"
#include "scanner/option_builder.h"

namespace danesweep::scanner {
namespace {

struct CompareOptions {
  std::string file;
  std::vector<std::string> logs;
};

ExitCode run(const CompareOptions& options, Context context) {
  auto reader = output::Reader::open(options.file);
  if (!reader) return fail(context, {ExitCode::Usage, reader.error()});
  for (const std::string& warning : reader->warnings()) context.console.warn(warning);
  auto inputs = input::open_inputs(options.logs, {});
  if (!inputs) return fail(context, {ExitCode::Usage, inputs.error()});
  for (const auto& opened : *inputs)
    if (opened.format != input::Format::Cef && opened.format != input::Format::MailLogs)
      return fail(context, {ExitCode::Usage,
                            fmt::format("{}: neither mail_logs nor Consolidated Event Logs, which alone show DANE",
                                        opened.lines.name())});
  input::DomainStream stream(std::move(*inputs), {}, {}, [&](const std::string& text) { context.console.warn(text); });
  while (stream.next()) {
  }
  const auto comparison = compare_with_log(*reader, stream.gateway_logs());
  if (!comparison) return fail(context, {ExitCode::Usage, comparison.error()});
  Console::print(comparison_text(*comparison));
  if (stream.damaged())
    return fail(context, {ExitCode::Usage, "a log is damaged (see above); what was read before was compared"});
  return comparison->differing.empty() ? ExitCode::Done : ExitCode::BadNews;
}

}  // namespace

void add_compare_log(CLI::App& root, Commands& commands) {
  auto options = std::make_shared<CompareOptions>();
  Command& command = add_command(root, commands, "compare-log", "predictions against what the gateway's log shows",
                                 "  danesweep compare-log results.pb mail_logs mail_logs.1.gz\n"
                                 "Exit code 0: nothing differs; 1: a domain differs.");
  add_value(*command.app, "OUT.pb", options->file, any_text(), "the results file", "")->required();
  add_values(*command.app, "LOG", options->logs, any_text(), "the gateway's logs, plain, gzip or zstd", "")->required();
  command.run = [options](Context context) { return run(*options, context); };
}

}  // namespace danesweep::scanner
