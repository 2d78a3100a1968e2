// SPDX-License-Identifier: Apache-2.0
// danesweep-lab: the command line of the mini-internet (DESIGN.md section 5).
#include <fmt/format.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <csignal>
#include <cstdlib>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <thread>

#include "tests/lab/domain_kinds.h"
#include "tests/lab/hostile_responder.h"
#include "tests/lab/lab.h"
#include "tests/lab/zone_files.h"

namespace danesweep::lab {
namespace {

namespace fs = std::filesystem;

struct Settings {
  WorldOptions world;
  std::uint16_t dns_port = 0;
  std::string folder;
  std::string zones_folder;
  bool only_dns = false;
  std::vector<std::string> command;
  std::string behaviour;
  bool lists_behaviours = false;
  bool lists_hosts = false;
};

/// A folder of our own, removed at the end unless the user named it.
class Folder {
 public:
  explicit Folder(const std::string& named) {
    if (!named.empty()) {
      fs::create_directories(named);
      path_ = fs::absolute(named);
      return;
    }
    std::string pattern = fs::temp_directory_path() / "danesweep-lab-XXXXXX";
    if (mkdtemp(pattern.data()) == nullptr) throw std::runtime_error("cannot make a temporary folder");
    path_ = pattern;
    is_temporary_ = true;
  }
  ~Folder() {
    std::error_code ignored;
    if (is_temporary_) fs::remove_all(path_, ignored);
  }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  Folder(Folder&&) = delete;
  Folder& operator=(Folder&&) = delete;
  const std::string& path() const { return path_; }

 private:
  std::string path_;
  bool is_temporary_ = false;
};

void raise_descriptor_limit() {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);
}

void complete(Settings& settings) {
  if (settings.world.now == 0) settings.world.now = static_cast<std::uint32_t>(std::time(nullptr));
  if (settings.world.smtp_port == 0) settings.world.smtp_port = find_free_port();
}

Lab::Mail mail_of(const Settings& settings) { return settings.only_dns ? Lab::Mail::Off : Lab::Mail::Served; }

/// Signals that end the lab wait until `sigwait`; threads inherit that.
sigset_t block_endings() {
  sigset_t endings;
  sigemptyset(&endings);
  for (const int signal : {SIGINT, SIGTERM}) sigaddset(&endings, signal);
  pthread_sigmask(SIG_BLOCK, &endings, nullptr);
  return endings;
}

int run_command(const std::vector<std::string>& command, const Lab& lab, const sigset_t& endings) {
  std::vector<char*> arguments;
  arguments.reserve(command.size() + 1);
  for (const auto& word : command) arguments.push_back(const_cast<char*>(word.c_str()));
  arguments.push_back(nullptr);
  const auto variables = lab.variables();
  const pid_t child = fork();
  if (child == 0) {
    pthread_sigmask(SIG_UNBLOCK, &endings, nullptr);
    for (const auto& [name, value] : variables) setenv(name.c_str(), value.c_str(), 1);
    execvp(arguments[0], arguments.data());
    fmt::print(stderr, "danesweep-lab: cannot run {}: {}\n", arguments[0], std::strerror(errno));
    _exit(127);
  }
  int status = 0;
  waitpid(child, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

std::string quoted_for_shell(const std::string& value) {
  std::string quoted = "'";
  for (const char c : value) quoted += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return quoted + "'";
}

/// Shell assignments, one a line, and then one `export` of them all.
void print_assignments(const Variables& variables) {
  constexpr std::string_view kPlain = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-.,:/[]";
  std::string exported = "export";
  for (const auto& [name, value] : variables) {
    const bool plain = value.find_first_not_of(kPlain) == std::string::npos;
    fmt::print("{}={}\n", name, plain ? value : quoted_for_shell(value));
    exported += " " + name;
  }
  fmt::print("{}\n", exported);
  std::fflush(stdout);
}

void write_zones_if_asked(World& world, const Settings& settings) {
  if (!settings.zones_folder.empty()) write_zone_files(world, settings.zones_folder);
}

int run(Settings& settings) {
  const sigset_t endings = block_endings();
  complete(settings);
  const Folder folder(settings.folder);
  World world(settings.world);
  write_zones_if_asked(world, settings);
  const Lab lab(world, folder.path(), settings.dns_port, mail_of(settings));
  return run_command(settings.command, lab, endings);
}

int serve(Settings& settings) {
  const sigset_t endings = block_endings();
  complete(settings);
  const Folder folder(settings.folder);
  World world(settings.world);
  write_zones_if_asked(world, settings);
  const Lab lab(world, folder.path(), settings.dns_port, mail_of(settings));
  print_assignments(lab.variables());
  int signal = 0;
  sigwait(&endings, &signal);
  return 0;
}

int zones(Settings& settings) {
  complete(settings);
  settings.world.serving = WorldOptions::Serving::ZoneFilesOnly;
  fs::create_directories(settings.zones_folder);
  World world(settings.world);
  write_zone_files(world, settings.zones_folder);
  return 0;
}

int list_kinds() {
  for (const auto& kind : domain_kinds()) {
    std::string in;
    for (const Denial denial : flavours(kind))
      in += denial == Denial::Nsec ? "nsec " : denial == Denial::Nsec3 ? "nsec3 " : "optout ";
    fmt::print("{}\t{}\t{}\t{}\n", kind.id, in.substr(0, in.size() - 1),
               kind.served == Served::FromZoneFiles ? "zone-files" : "lying-server", kind.english);
  }
  return 0;
}

int list_hosts() {
  for (const auto& kind : host_kinds()) fmt::print("{}\t{}\t{}\n", kind.id, kind.outcome(), kind.english);
  return 0;
}

int list_behaviours() {
  for (const auto& row : hostile_behaviours())
    fmt::print("{}\t{}\t{}\t{}\n", row.name, row.question, row.status, row.reason);
  return 0;
}

int hostile(const Settings& settings) {
  const sigset_t endings = block_endings();
  const Folder folder(settings.folder);
  HostileResponder responder(hostile_behaviour(settings.behaviour), static_cast<std::uint32_t>(std::time(nullptr)));
  std::ofstream(folder.path() + "/anchor") << responder.anchor();
  print_assignments({{"DANESWEEP_LAB_RESOLVER", fmt::format("127.0.0.1:{}", responder.port())},
                     {"DANESWEEP_LAB_ANCHOR", folder.path() + "/anchor"}});
  std::thread ending([&] {
    int signal = 0;
    sigwait(&endings, &signal);
    responder.stop();
  });
  responder.run();
  ending.join();
  return 0;
}

void add_world_options(CLI::App& command, Settings& settings) {
  command.add_option("--domains", settings.world.domains, "number of domains")->check(CLI::Range(1, 1000000));
  command.add_option("--seed", settings.world.seed, "the world's number");
  command.add_option("--kinds", settings.world.kinds, "only kinds whose id this regular expression finds");
  command.add_option("--smtp-port", settings.world.smtp_port, "port of all mail hosts; 0: any free one");
  command.add_option("--now", settings.world.now,
                     "seconds since 1970 around which signatures hold; default: the clock");
}

void add_serving_options(CLI::App& command, Settings& settings) {
  add_world_options(command, settings);
  command.add_option("--port", settings.dns_port, "port of the resolver; 0: any free one");
  command.add_flag("--only-dns", settings.only_dns, "no mail hosts");
  command.add_option("--ipv6-host", settings.world.behaviour_of_ipv6, "host kind that answers at ::1");
  command.add_option("--dir", settings.folder, "where the files are kept; default: a temporary folder");
  command.add_option("--zones", settings.zones_folder,
                     "also write zone files here; leaves out kinds that no zone file can hold");
}

int dispatch(int argc, char** argv) {
  Settings settings;
  settings.world.smtp_port = 0;
  CLI::App app("danesweep-lab: a mini-internet with known answers, on loopback");
  app.require_subcommand(1);
  CLI::App* run_command = app.add_subcommand("run", "serve the world, run a command in it, end with its exit code");
  add_serving_options(*run_command, settings);
  run_command->add_option("command", settings.command, "the command, after --")->required();
  CLI::App* serve_command = app.add_subcommand("serve", "serve the world until SIGINT or SIGTERM");
  add_serving_options(*serve_command, settings);
  CLI::App* zones_command = app.add_subcommand("zones", "write zone files, nsd.conf and unbound.conf");
  add_world_options(*zones_command, settings);
  zones_command->add_option("dir", settings.zones_folder, "the folder")->required();
  CLI::App* hostile_command = app.add_subcommand("hostile", "a resolver that misbehaves, until SIGINT or SIGTERM");
  hostile_command->add_option("--behaviour", settings.behaviour, "how: a name of the list");
  hostile_command->add_flag("--list", settings.lists_behaviours, "name, question, expected status and reason of each");
  CLI::App* kinds_command = app.add_subcommand("kinds", "list the catalogue: id, flavours, who serves it, English");
  kinds_command->add_flag("--hosts", settings.lists_hosts, "the kinds of mail hosts instead: id, outcome, English");
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : 2;
  }
  raise_descriptor_limit();
  if (!settings.zones_folder.empty()) settings.world.serving = WorldOptions::Serving::ZoneFilesOnly;
  if (*kinds_command) return settings.lists_hosts ? list_hosts() : list_kinds();
  if (*hostile_command) return settings.lists_behaviours ? list_behaviours() : hostile(settings);
  if (*zones_command) return zones(settings);
  return *serve_command ? serve(settings) : run(settings);
}

}  // namespace
}  // namespace danesweep::lab

int main(int argc, char** argv) {
  try {
    return danesweep::lab::dispatch(argc, argv);
  } catch (const std::exception& error) {
    fmt::print(stderr, "danesweep-lab: {}\n", error.what());
    return 2;
  }
}
