// SPDX-License-Identifier: Apache-2.0
// `merge OUT.pb SHARD.pb...`: joins shard results, refusing gaps and overlaps.
#include "scanner/merge.h"

#include <unistd.h>

#include "output/figures.h"
#include "scanner/commands/commands.h"
#include "scanner/option_builder.h"

namespace danesweep::scanner {
namespace {

struct MergeOptions {
  std::string output;
  std::vector<std::string> shards;
};

ExitCode run(const MergeOptions& options, Context context) {
  if (::access(options.output.c_str(), F_OK) == 0)
    return fail(context, {ExitCode::Usage, options.output + ": exists already; name another file or remove it"});
  auto shards = open_shards(options.shards);
  if (!shards) return fail(context, {ExitCode::Usage, shards.error()});
  auto out = output::create_file(options.output, output::Existing::Refuse);
  if (!out) return fail(context, {ExitCode::Usage, out.error()});
  const auto counts = merge_shards(*shards, std::move(*out));
  if (!counts) {
    ::unlink(options.output.c_str());  // nothing half-joined stays behind
    return fail(context, {ExitCode::Usage, counts.error()});
  }
  Console::always(output::account_line(*counts));
  return ExitCode::Done;
}

}  // namespace

void add_merge(CLI::App& root, Commands& commands) {
  auto options = std::make_shared<MergeOptions>();
  Command& command = add_command(root, commands, "merge", "join the results of all shards of a scan",
                                 "  danesweep merge whole.pb shard-1.pb shard-2.pb shard-3.pb");
  add_value(*command.app, "OUT.pb", options->output, any_text(), "the file to write", "")->required();
  add_values(*command.app, "SHARD.pb", options->shards, any_text(), "the results of every shard", "")->required();
  command.run = [options](Context context) { return run(*options, context); };
}

}  // namespace danesweep::scanner
