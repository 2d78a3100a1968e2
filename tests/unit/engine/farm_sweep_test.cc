// SPDX-License-Identifier: Apache-2.0
// The whole farm of tls/RULES.md part H in one sweep, over real sockets: each host gets its result, no descriptor stays
// open (T-46), and the servers hear nothing but the four verbs (T-38).
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <map>
#include <numeric>
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

/// Domains of a world, those of one kind before all others.
class Domains : public DomainSource {
 public:
  Domains(const lab::World& world, std::string_view first_kind) : world_(&world), order_(world.expectations().size()) {
    std::iota(order_.begin(), order_.end(), 0U);
    std::stable_partition(order_.begin(), order_.end(),
                          [&](std::uint32_t index) { return world.expectations()[index].kind == first_kind; });
  }
  std::optional<DomainTask> next() override {
    if (next_ == order_.size()) return std::nullopt;
    DomainTask task;
    task.index = order_[next_++];
    task.domain = world_->expectations()[task.index].domain;
    return task;
  }

 private:
  const lab::World* world_;
  std::vector<std::uint32_t> order_;
  std::size_t next_ = 0;
};

class Results : public ResultSink {
 public:
  bool write(output::Result result) override {
    by_index[result.index] = std::move(result);
    return true;
  }
  std::map<std::uint32_t, output::Result> by_index;
};

/// How many times the farm's own limits the sweep waits. A busy machine is no slow server: where a limit ended what it
/// must not end, all is swept again with more patience.
constexpr int kPatience[] = {2, 8, 32};

tls::Timeouts farm_limits(int patience) {
  return {1s * patience, 2s * patience, 1s * patience, 2s * patience, 500ms * patience, 6s * patience};
}

EngineSettings farm_settings(const lab::Lab& lab, std::uint16_t smtp_port, int patience) {
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
  settings.probe.timeouts = farm_limits(patience);
  settings.probe.per_address = settings.probe.per_net = settings.probe.per_provider = {0, 0};
  settings.probe.rate = settings.probe.max_probes = 0;
  settings.probe.retry_after = 1s;
  return settings;
}

struct Swept {
  std::map<std::uint32_t, output::Result> results;
  std::vector<lab::Expectation> expectations;
  std::uint64_t most_open = 0;  ///< connections at once
};

class FarmSweep : public testing::Test {
 protected:
  void SetUp() override { ASSERT_NE(mkdtemp(folder_.data()), nullptr); }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  /// The lab with hosts of these kinds, swept; both are gone before this returns.
  Swept sweep(int patience, const std::string& kinds, std::size_t domains, std::string_view first_kind = {},
              std::uint32_t max_inflight = 0) {
    std::filesystem::remove(folder_ + "/smtp.log");
    lab::WorldOptions options;
    options.kinds = kinds;
    options.domains = domains;
    options.now = static_cast<std::uint32_t>(std::time(nullptr));
    options.smtp_port = lab::find_free_port();
    lab::World world(options);
    const lab::Lab lab(world, folder_, 0, lab::Lab::Mail::Served);
    EngineSettings settings = farm_settings(lab, options.smtp_port, patience);
    settings.max_inflight = max_inflight;
    Domains source(world, first_kind);
    Results sink;
    Swept swept;
    SweepHooks hooks;
    hooks.progress = [&](const Progress& now) { swept.most_open = std::max(swept.most_open, now.probes_open); };
    EXPECT_EQ(run_sweep(settings, source, sink, hooks).end, SweepEnd::Done);
    swept.results = std::move(sink.by_index);
    swept.expectations = world.expectations();
    return swept;
  }

  /// Kinds of the hosts that did not end as they must, and how they did.
  static std::vector<std::string> faults_of(const Swept& swept) {
    std::vector<std::string> faults;
    if (swept.results.size() != swept.expectations.size()) faults.emplace_back("results are missing");
    for (const auto& [index, result] : swept.results) {
      const lab::Expectation& expected = swept.expectations[index];
      const std::string& outcome = expected.hosts.front().outcome;
      const std::string seen = result.hosts.size() == 1 ? result.hosts[0].reason : "not one host";
      if (seen != outcome || result.hosts[0].probes.empty() != (outcome == "tlsa-unusable"))
        faults.push_back(fmt::format("{} ended as {} instead of {}", expected.kind, seen, outcome));
    }
    return faults;
  }

  static bool is_late(const Swept& swept) {
    const auto faults = faults_of(swept);
    return std::ranges::any_of(faults,
                               [](const std::string& fault) { return fault.find("-timeout instead") != fault.npos; });
  }

  std::string folder_ = (std::filesystem::temp_directory_path() / "danesweep-farm-XXXXXX").string();
};

TEST_F(FarmSweep, EndsEachHostAsItMustAndLeavesNothingOpen) {
  { const Loop first; }  // libuv keeps a pipe for signals from its first loop on
  const auto before = open_descriptors();
  Swept swept;
  for (const int patience : kPatience) {
    swept = sweep(patience, "^host-", 2 * lab::host_kinds().size());
    EXPECT_EQ(open_descriptors(), before) << "T-46";
    if (!is_late(swept)) break;
  }
  EXPECT_EQ(faults_of(swept), std::vector<std::string>());
  std::set<std::string> kinds;
  for (const lab::Expectation& one : swept.expectations) kinds.insert(one.kind);
  EXPECT_GT(kinds.size(), 150U);

  std::set<std::string> verbs;
  std::ifstream log(folder_ + "/smtp.log");
  for (std::string address, verb, rest; log >> address >> verb && std::getline(log, rest);) verbs.insert(verb);
  EXPECT_EQ(verbs, (std::set<std::string>{"EHLO", "HELO", "STARTTLS", "QUIT"})) << "T-38";
}

// S-84: a thousand that accept and are silent, all open at once, beside a thousand good ones.
TEST_F(FarmSweep, ATarpitKeepsNobodyElseWaiting) {
  Swept swept;
  for (const int patience : kPatience) {
    swept = sweep(patience, "^host-s-(1|9)$", 2000, "host-s-9", 1100);
    if (swept.most_open >= 1000 && !is_late(swept)) break;
  }
  EXPECT_GE(swept.most_open, 1000U);
  EXPECT_EQ(faults_of(swept), std::vector<std::string>());
}

}  // namespace
}  // namespace danesweep::scanner
