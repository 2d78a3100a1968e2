// SPDX-License-Identifier: Apache-2.0
// The whole farm of tls/RULES.md part H in one sweep, over real sockets: each host gets its result, no descriptor stays
// open (T-46), and the servers hear nothing but the four verbs (T-38).
#include <gtest/gtest.h>

#include <ctime>
#include <filesystem>
#include <fstream>
#include <map>
#include <memory>
#include <set>

#include "scanner/engine/loop.h"
#include "scanner/engine/sweep.h"
#include "scanner/preparation.h"
#include "tests/lab/host_kinds.h"
#include "tests/lab/lab.h"

namespace danesweep::scanner {
namespace {

using namespace std::chrono_literals;

/// What stands behind each descriptor, as the kernel names it.
std::multiset<std::string> open_descriptors() {
  std::multiset<std::string> open;
  for (const auto& entry : std::filesystem::directory_iterator("/proc/self/fd")) {
    std::error_code gone;  // the directory's own
    open.insert(std::filesystem::read_symlink(entry.path(), gone).string());
  }
  return open;
}

class Domains : public DomainSource {
 public:
  explicit Domains(const lab::World& world) : world_(&world) {}
  std::optional<DomainTask> next() override {
    if (next_ == world_->expectations().size()) return std::nullopt;
    DomainTask task;
    task.index = next_;
    task.domain = world_->expectations()[next_++].domain;
    return task;
  }

 private:
  const lab::World* world_;
  std::uint32_t next_ = 0;
};

class Results : public ResultSink {
 public:
  bool write(output::Result result) override {
    by_index[result.index] = std::move(result);
    return true;
  }
  std::map<std::uint32_t, output::Result> by_index;
};

EngineSettings farm_settings(const lab::Lab& lab, std::uint16_t smtp_port) {
  const auto variables = lab.variables();
  const auto variable = [&](const char* name) {
    return std::find_if(variables.begin(), variables.end(), [&](const auto& one) { return one.first == name; })->second;
  };
  const std::string resolver = variable("DANESWEEP_LAB_RESOLVER");
  EngineSettings settings;
  settings.threads = 2;
  settings.dns.resolvers = {
      {{"127.0.0.1", static_cast<std::uint16_t>(std::stoi(resolver.substr(resolver.find(':') + 1)))}, 0}};
  settings.dns.anchors = anchors_of_file(variable("DANESWEEP_LAB_ANCHOR"), std::time(nullptr))->anchors;
  settings.probe.smtp_port = smtp_port;
  settings.probe.helo = "client.example";
  settings.probe.special_addresses = SpecialAddresses::Allow;
  settings.probe.timeouts = {2s, 4s, 2s, 4s, 1s, 12s};  // twice the farm's: a busy machine is no slow server
  settings.probe.per_address = settings.probe.per_net = settings.probe.per_provider = {0, 0};
  settings.probe.rate = settings.probe.max_probes = 0;
  settings.probe.retry_after = 1s;
  return settings;
}

/// The lab with the farm's hosts, swept; gone before this returns. `log`: what the servers heard.
std::pair<std::map<std::uint32_t, output::Result>, std::vector<lab::Expectation>> sweep_the_farm(
    const std::string& folder) {
  lab::WorldOptions options;
  options.kinds = "^host-";
  options.domains = 2 * lab::host_kinds().size();
  options.now = static_cast<std::uint32_t>(std::time(nullptr));
  options.smtp_port = lab::find_free_port();
  lab::World world(options);
  const lab::Lab lab(world, folder, 0, lab::Lab::Mail::Served);
  Domains source(world);
  Results sink;
  EXPECT_EQ(run_sweep(farm_settings(lab, options.smtp_port), source, sink, {}).end, SweepEnd::Done);
  return {std::move(sink.by_index), world.expectations()};
}

TEST(FarmSweep, EndsEachHostAsItMustAndLeavesNothingOpen) {
  std::string folder = (std::filesystem::temp_directory_path() / "danesweep-farm-XXXXXX").string();
  ASSERT_NE(mkdtemp(folder.data()), nullptr);
  { const Loop first; }  // libuv keeps a pipe for signals from its first loop on
  const auto before = open_descriptors();
  const auto [results, expectations] = sweep_the_farm(folder);
  EXPECT_EQ(open_descriptors(), before) << "T-46";

  ASSERT_EQ(results.size(), expectations.size());
  std::set<std::string> kinds;
  for (const auto& [index, result] : results) {
    const lab::Expectation& expected = expectations[index];
    ASSERT_EQ(result.hosts.size(), 1U) << expected.kind;
    const lab::HostExpectation& host = expected.hosts.front();
    EXPECT_EQ(result.hosts[0].reason, host.outcome) << expected.kind;
    EXPECT_EQ(result.hosts[0].probes.empty(), host.outcome == "tlsa-unusable") << expected.kind;
    kinds.insert(expected.kind);
  }
  EXPECT_GT(kinds.size(), 150U);

  std::set<std::string> verbs;
  std::ifstream log(folder + "/smtp.log");
  for (std::string address, verb, rest; log >> address >> verb && std::getline(log, rest);) verbs.insert(verb);
  EXPECT_EQ(verbs, (std::set<std::string>{"EHLO", "HELO", "STARTTLS", "QUIT"})) << "T-38";
  std::filesystem::remove_all(folder);
}

}  // namespace
}  // namespace danesweep::scanner
