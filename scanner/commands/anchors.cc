// SPDX-License-Identifier: Apache-2.0
// `anchors show|init|update|watch`: the RFC 5011 state of the trust anchors (DESIGN "The command line"; D-113 to
// D-122).
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <chrono>
#include <csignal>
#include <nlohmann/json.hpp>
#include <thread>

#include "dnssec/crypto.h"
#include "dnssec/reason.h"
#include "output/escape.h"
#include "scanner/commands/commands.h"
#include "scanner/managed_anchors.h"
#include "scanner/option_builder.h"
#include "scanner/preparation.h"

namespace danesweep::scanner {
namespace {

using Json = nlohmann::ordered_json;
using OptionalTime = std::optional<dnssec::UnixTime>;

struct ShowOptions {
  std::string state_dir;
  OptionalTime now;
  bool json = false;
};
struct InitOptions {
  std::string state_dir, from;
  OptionalTime now;
  bool force = false;
};
struct UpdateOptions {
  DnsOptions dns;
  OptionalTime now;
};

AnchorStore store_of(const std::string& state_dir) { return AnchorStore(state_folder(state_dir)); }

Json time_json(const OptionalTime& time) { return time ? Json(dnssec::date_to_text(*time)) : Json(nullptr); }

std::string state_json(const dnssec::AnchorState& state) {
  Json keys = Json::array(), ignored = Json::array();
  for (const auto& key : state.keys)
    keys.push_back({{"key_tag", key.tag()},
                    {"algorithm", key.algorithm()},
                    {"state", dnssec::to_text(key.state)},
                    {"since", dnssec::date_to_text(key.since)},
                    {"hold_down_until", time_json(key.hold_down_until)},
                    {"source", dnssec::to_text(key.source)}});
  for (const auto& key : state.ignored)
    ignored.push_back({{"key_tag", key.tag}, {"algorithm", key.algorithm}, {"why", key.why}});
  const Json object{{"zone", state.zone.to_display()},
                    {"keys", std::move(keys)},
                    {"ignored", std::move(ignored)},
                    {"last_success", time_json(state.last_success)},
                    {"last_failure", time_json(state.last_failure)},
                    {"next_probe", time_json(state.next_probe)}};
  return object.dump() + "\n";
}

std::string day_text(const OptionalTime& time) { return time ? dnssec::date_to_text(*time).substr(0, 10) : "-"; }
std::string time_text(const OptionalTime& time) { return time ? dnssec::date_to_text(*time) : "never"; }

dnssec::RolloverClock clock_of(const OptionalTime& given) {
  dnssec::RolloverClock clock = system_rollover_clock(given.value_or(wall_clock()));
  if (given) clock.source = dnssec::ClockSource::Given;
  return clock;
}

std::string state_text(const LoadedAnchors& loaded, const AnchorStore& store, const dnssec::RolloverClock& clock) {
  const dnssec::AnchorState& state = loaded.state;
  const dnssec::UnixTime now = clock.now;
  std::string text = loaded.origin == Origin::Fresh
                         ? fmt::format("{}: no state yet; the embedded anchors are in use\n", store.file().string())
                         : fmt::format("{}: trust anchors of {}\n", store.file().string(), state.zone.to_display());
  constexpr std::string_view kRow = "{:<6} {:<10} {:<8} {:<11} {:<11} {:<15} {:<9} {}\n";
  text += fmt::format(kRow, "KEY", "ALGORITHM", "STATE", "SINCE", "LAST SEEN", "HOLD-DOWN ENDS", "SOURCE", "NEXT");
  const dnssec::Crypto crypto{dnssec::Policy{}};
  for (std::size_t i = 0; i < state.keys.size(); ++i) {
    const auto& key = state.keys[i];
    text += fmt::format(kRow, key.tag(), key.algorithm(), dnssec::to_text(key.state), day_text(key.since),
                        day_text(key.last_seen), day_text(key.hold_down_until), dnssec::to_text(key.source),
                        dnssec::outlook(state, i, now, crypto));
  }
  for (const auto& key : state.ignored)
    text += fmt::format("ignored: {} algorithm {}: {}\n", key.tag, key.algorithm, output::for_terminal(key.why));
  text +=
      fmt::format("last success {}, last failure {}, next question {}\n", time_text(state.last_success),
                  time_text(state.last_failure),
                  state.next_probe == dnssec::due_at(state, now) ? dnssec::date_to_text(*state.next_probe) : "at once");
  std::vector<std::string> warnings = dnssec::anchor_warnings(state, now);
  if (std::string warning = dnssec::clock_warning(state, clock); !warning.empty())
    warnings.insert(warnings.begin(), std::move(warning));
  for (const std::string& warning : warnings) text += "warning: " + warning + "\n";
  return text;
}

ExitCode show(const ShowOptions& options, Context context) {
  const dnssec::RolloverClock clock = clock_of(options.now);
  const AnchorStore store = store_of(options.state_dir);
  const auto loaded = load_anchor_state(store, clock.now);
  if (!loaded) return fail(context, loaded.error());
  Console::print(options.json ? state_json(loaded->state) : state_text(*loaded, store, clock));
  if (dnssec::trusted_anchors(loaded->state).empty())
    return fail(context, {ExitCode::CannotWork, nothing_trusted_text(store, loaded->state)});
  return ExitCode::Done;
}

/// What `init` writes: the file's anchors, or the embedded ones. All must be of one zone.
Value<dnssec::AnchorState> initial_of(const InitOptions& options, dnssec::UnixTime now, Console& console) {
  if (options.from.empty())
    return dnssec::initial_state(wire::DomainName(), dnssec::embedded_root_anchors(), dnssec::AnchorSource::Embedded,
                                 now);
  const auto anchors = anchors_of_file(options.from, now);
  if (!anchors) return tl::unexpected(anchors.error());
  if (!anchors->lost.empty()) return tl::unexpected(anchors->lost);
  for (const std::string& note : anchors->notes) console.note(note);
  const auto all = anchors->anchors.all();
  for (const auto& anchor : all)
    if (!(anchor.zone == all.front().zone))
      return tl::unexpected(fmt::format("{}: holds anchors of several zones; the state keeps one zone", options.from));
  if (all.size() > dnssec::kMaxAnchorKeys) {
    std::vector<std::uint16_t> left_out;
    for (const auto& anchor : all.subspan(dnssec::kMaxAnchorKeys)) left_out.push_back(anchor_key_tag(anchor));
    console.warn(fmt::format("{}: the state keeps {} keys; left out: {}", options.from, dnssec::kMaxAnchorKeys,
                             fmt::join(left_out, ", ")));
  }
  return dnssec::initial_state(all.front().zone, all, dnssec::AnchorSource::File, now);
}

ExitCode init(const InitOptions& options, Context context) {
  const dnssec::UnixTime now = options.now.value_or(wall_clock());
  const AnchorStore store = store_of(options.state_dir);
  const auto state = initial_of(options, now, context.console);
  if (!state) return fail(context, {ExitCode::Usage, state.error()});
  const auto stored = store.load();
  const bool absent = !stored && stored.error().fault == AnchorStore::Fault::Absent;
  if (!absent && !options.force)
    return fail(context, {ExitCode::Usage,
                          fmt::format("{}: there is a state already; replace it with --force", store.file().string())});
  const auto lock = store.lock(std::chrono::seconds(5));
  if (!lock) return fail(context, {ExitCode::CannotWork, lock.error().text});
  if (const auto saved = store.save(*state, *lock); !saved)
    return fail(context, {ExitCode::CannotWork, saved.error().text});
  context.console.note(fmt::format("{}: written with {} keys", store.file().string(), state->keys.size()));
  return ExitCode::Done;
}

/// Asks once under the lock and stores what came of it.
ExitCode update_once(const UpdateOptions& options, const DnsSettings& dns, const dnssec::RolloverClock& clock,
                     Context context) {
  const AnchorStore store = store_of(options.dns.state_dir);
  const auto lock = store.lock(std::chrono::seconds(10));
  if (!lock) return fail(context, {ExitCode::CannotWork, lock.error().text});
  auto loaded = load_anchor_state(store, clock.now);
  if (!loaded) return fail(context, loaded.error());
  const AnchorRefresh refresh = refresh_anchors(std::move(loaded->state), dns, clock);
  for (const auto& change : refresh.changes) context.console.note(change_text(refresh.state, change));
  for (const std::string& note : refresh.notes) context.console.warn(output::for_terminal(note));
  if (loaded->origin == Origin::Stored || refresh.verified)
    if (const auto saved = store.save(refresh.state, *lock); !saved)
      return fail(context, {ExitCode::CannotWork, saved.error().text});
  if (!refresh.answered) return fail(context, {ExitCode::CannotWork, refresh.failure});
  if (dnssec::trusted_anchors(refresh.state).empty())
    return fail(context, {ExitCode::CannotWork, nothing_trusted_text(store, refresh.state)});
  if (!refresh.verified)
    return fail(context, {ExitCode::BadNews, "the keys do not verify, the state keeps its anchors: " +
                                                 output::for_terminal(refresh.failure)});
  return ExitCode::Done;
}

ExitCode update(const UpdateOptions& options, Context context) {
  const auto dns = prepare_resolvers(options.dns);
  if (!dns) return fail(context, {ExitCode::Usage, dns.error()});
  return update_once(options, *dns, clock_of(options.now), context);
}

volatile std::sig_atomic_t stopped = 0;
extern "C" void on_stop(int) { stopped = 1; }

bool is_nothing_trusted(const AnchorStore& store, dnssec::UnixTime now) {
  const auto loaded = load_anchor_state(store, now);
  return loaded && dnssec::trusted_anchors(loaded->state).empty();
}

/// Asks whenever it is due, until SIGINT or SIGTERM, or until no key is trusted (D-118): for machines that scan rarely.
/// Ends with what its last question ended with.
ExitCode watch(const UpdateOptions& options, Context context) {
  const auto dns = prepare_resolvers(options.dns);
  if (!dns) return fail(context, {ExitCode::Usage, dns.error()});
  std::signal(SIGINT, on_stop);
  std::signal(SIGTERM, on_stop);
  const AnchorStore store = store_of(options.dns.state_dir);
  ExitCode code = ExitCode::Done;
  OptionalTime asked;  // a state that cannot be written must not make this loop ask at once again
  while (stopped == 0) {
    const dnssec::UnixTime now = wall_clock();
    const auto loaded = load_anchor_state(store, now);
    if (!loaded) return fail(context, loaded.error());
    if (dnssec::trusted_anchors(loaded->state).empty())
      return fail(context, {ExitCode::CannotWork, nothing_trusted_text(store, loaded->state)});
    const bool just_asked = asked && now >= *asked && now < *asked + 3600;
    const bool wrong_clock = !dnssec::clock_warning(loaded->state, system_rollover_clock(now)).empty();
    if ((wrong_clock || dnssec::is_due(loaded->state, now)) && !just_asked) {
      code = update_once(options, *dns, system_rollover_clock(now), context);
      asked = now;
      if (code == ExitCode::CannotWork && is_nothing_trusted(store, now)) break;  // has been said
    }
    for (int tenth = 0; tenth < 600 && stopped == 0; ++tenth)
      std::this_thread::sleep_for(std::chrono::milliseconds(100));
  }
  return code;
}

void add_state_dir(CLI::App& app, std::string& target) {
  add_value(app, "--state-dir", target, any_text(),
            "where the state lives (default /var/lib/danesweep as root, else $XDG_STATE_HOME/danesweep)", "DIR");
}

void add_now(CLI::App& app, OptionalTime& now) {
  add_value(app, "--now", now, parse_time, "take this as the time: RFC 3339 or seconds since 1970", "TIME");
}

void add_show(CLI::App& anchors, Commands& commands) {
  auto options = std::make_shared<ShowOptions>();
  Command& command = add_command(anchors, commands, "show", "print the state of each key",
                                 "  danesweep anchors show\n  danesweep anchors show --json\n"
                                 "Exit code 0; 3: no valid anchor.");
  add_state_dir(*command.app, options->state_dir);
  add_now(*command.app, options->now);
  command.app->add_flag("--json", options->json, "one JSON object");
  command.run = [options](Context context) { return show(*options, context); };
}

void add_init(CLI::App& anchors, Commands& commands) {
  auto options = std::make_shared<InitOptions>();
  Command& command = add_command(anchors, commands, "init", "begin with given or embedded anchors; asks nothing",
                                 "  danesweep anchors init\n  danesweep anchors init --from root-anchors.xml --force");
  add_state_dir(*command.app, options->state_dir);
  add_value(*command.app, "--from", options->from, any_text(),
            "DS or DNSKEY lines, or IANA's root-anchors.xml (default: the embedded anchors)", "FILE");
  add_now(*command.app, options->now);
  command.app->add_flag("--force", options->force, "replace a state that exists; the old one is kept as .bak");
  command.run = [options](Context context) { return init(*options, context); };
}

void add_update(CLI::App& anchors, Commands& commands) {
  auto options = std::make_shared<UpdateOptions>();
  Command& command = add_command(anchors, commands, "update", "ask the resolvers once and advance the state",
                                 "  danesweep anchors update\n  danesweep anchors update --resolver 192.0.2.53\n"
                                 "Exit code 0: the keys verify; 1: they do not; 3: no answer, or no valid anchor.");
  add_anchor_options(*command.app, options->dns);
  add_now(*command.app, options->now);
  command.run = [options](Context context) { return update(*options, context); };
}

void add_watch(CLI::App& anchors, Commands& commands) {
  auto options = std::make_shared<UpdateOptions>();
  Command& command =
      add_command(anchors, commands, "watch", "ask whenever it is due, until stopped",
                  "  danesweep anchors watch\n"
                  "Exit code: that of the last question, as of `anchors update`; 3 at once when no key is trusted.");
  add_anchor_options(*command.app, options->dns);
  command.run = [options](Context context) { return watch(*options, context); };
}

}  // namespace

void add_anchors(CLI::App& root, Commands& commands) {
  CLI::App& anchors = add_group(root, "anchors", "the trust anchors that keep themselves (RFC 5011)",
                                "  danesweep anchors show\n  danesweep anchors update");
  add_show(anchors, commands);
  add_init(anchors, commands);
  add_update(anchors, commands);
  add_watch(anchors, commands);
}

}  // namespace danesweep::scanner
