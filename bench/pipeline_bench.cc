// SPDX-License-Identifier: Apache-2.0
// The whole pipeline, domain in to record out, over the lab's resolver and mail hosts in a process of their own. CPU
// time is that of this process alone: loops, validator, probes, decisions. Arguments: kind of domain (a row of
// kGroups), threads.
#include <benchmark/benchmark.h>
#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <fstream>
#include <map>
#include <sstream>

#include "scanner/engine/sweep.h"

namespace danesweep::bench {
namespace {

constexpr std::uint32_t kDomains = 2000;

struct Group {
  const char* name;
  const char* kinds;   ///< of the lab
  const char* ending;  ///< of the domains taken; the lab spreads each kind over its top-level domains
  scanner::ProbeMode probes;
  output::Action expected;
};
constexpr Group kGroups[] = {
    {"unsigned, opt-out span", "^row-m13$", ".optout", scanner::ProbeMode::NoProbe, output::Action::Fallback},
    {"unsigned, own NSEC", "^row-m13$", ".nsec", scanner::ProbeMode::NoProbe, output::Action::Fallback},
    {"signed, no probes", "^row-m1$", "", scanner::ProbeMode::NoProbe, output::Action::Undetermined},
    {"signed, probed", "^row-m1$", "", scanner::ProbeMode::Probe, output::Action::DaneSuccess},
};

/// `danesweep-lab serve`, which lies beside the folder of this program, for the life of the object.
class LabProcess {
 public:
  explicit LabProcess(const std::string& kinds) {
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) != 0) throw std::runtime_error("pipe");
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO);
    std::vector<std::string> words{DANESWEEP_LAB, "serve", "--domains", std::to_string(4 * kDomains), "--kinds", kinds};
    std::vector<char*> arguments;
    for (std::string& word : words) arguments.push_back(word.data());
    arguments.push_back(nullptr);
    const int failed = posix_spawn(&process_, arguments[0], &actions, nullptr, arguments.data(), environ);
    posix_spawn_file_actions_destroy(&actions);
    close(ends[1]);
    output_ = fdopen(ends[0], "r");
    if (failed != 0) throw std::runtime_error("cannot start " + words[0]);
    read_variables();
  }
  ~LabProcess() {
    kill(process_, SIGTERM);
    waitpid(process_, nullptr, 0);
    fclose(output_);
  }
  LabProcess(const LabProcess&) = delete;
  LabProcess& operator=(const LabProcess&) = delete;

  const std::string& operator[](const std::string& variable) const {
    return variables_.at("DANESWEEP_LAB_" + variable);
  }

 private:
  void read_variables() {
    char line[4096];
    while (!variables_.contains("DANESWEEP_LAB_SMTP_PORT") && fgets(line, sizeof line, output_) != nullptr) {
      std::string text(line);
      std::erase_if(text, [](char c) { return c == '\'' || c == '"' || c == '\n'; });
      const auto equals = text.find('=');
      if (equals != std::string::npos) variables_[text.substr(0, equals)] = text.substr(equals + 1);
    }
  }

  pid_t process_ = 0;
  FILE* output_ = nullptr;
  std::map<std::string, std::string> variables_;
};

class Source : public scanner::DomainSource {
 public:
  Source(const std::string& listing, const std::string& ending) {
    std::ifstream file(listing);
    for (std::string line; domains_.size() < kDomains && std::getline(file, line);)
      if (line.ends_with(ending)) domains_.push_back(line);
  }
  std::optional<scanner::DomainTask> next() override {
    if (next_ == domains_.size()) return std::nullopt;
    scanner::DomainTask task;
    task.index = next_;
    task.domain = domains_[next_++];
    return task;
  }
  void rewind() { next_ = 0; }
  std::size_t size() const { return domains_.size(); }

 private:
  std::vector<std::string> domains_;
  std::uint32_t next_ = 0;
};

class Counter : public scanner::ResultSink {
 public:
  explicit Counter(output::Action expected) : expected_(expected) {}
  bool write(output::Result result) override {
    if (result.effective == expected_) ++as_expected;
    return true;
  }
  std::size_t as_expected = 0;

 private:
  output::Action expected_;
};

scanner::EngineSettings settings_of(const LabProcess& lab, const Group& group, std::uint32_t threads) {
  scanner::EngineSettings settings;
  const std::string& where = lab["RESOLVER"];
  const auto colon = where.rfind(':');
  settings.dns.resolvers = {
      {{where.substr(0, colon), static_cast<std::uint16_t>(std::stoi(where.substr(colon + 1)))}, 0}};
  std::stringstream anchor;
  anchor << std::ifstream(lab["ANCHOR"]).rdbuf();
  const dnssec::UnixTime now{std::time(nullptr)};
  settings.dns.anchors = dnssec::TrustAnchors(dnssec::parse_anchor_file(anchor.str(), now)->anchors);
  settings.probe.mode = group.probes;
  settings.probe.smtp_port = static_cast<std::uint16_t>(std::stoi(lab["SMTP_PORT"]));
  settings.probe.special_addresses = scanner::SpecialAddresses::Allow;
  settings.probe.rate = 0;
  settings.probe.per_address = settings.probe.per_net = settings.probe.per_provider = {};
  settings.threads = threads;
  return settings;
}

void BM_Sweep(benchmark::State& state) {
  const Group& group = kGroups[state.range(0)];
  const LabProcess lab(group.kinds);
  const scanner::EngineSettings settings = settings_of(lab, group, static_cast<std::uint32_t>(state.range(1)));
  Source source(lab["DOMAINS"], group.ending);
  for (auto _ : state) {
    source.rewind();
    Counter sink(group.expected);
    const auto summary = scanner::run_sweep(settings, source, sink, {});
    if (summary.end != scanner::SweepEnd::Done || sink.as_expected != source.size())
      state.SkipWithError(
          (std::to_string(sink.as_expected) + " of " + std::to_string(source.size()) + " as expected").c_str());
  }
  state.SetLabel(group.name);
  state.SetItemsProcessed(static_cast<std::int64_t>(state.iterations() * source.size()));
}
BENCHMARK(BM_Sweep)
    ->ArgsProduct({benchmark::CreateDenseRange(0, std::size(kGroups) - 1, 1), {1, 2}})
    ->MeasureProcessCPUTime()
    ->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace danesweep::bench
