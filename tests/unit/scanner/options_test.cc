// SPDX-License-Identifier: Apache-2.0
// Option texts and where they come from (DESIGN "The command line"; E-100, T-68, T-70, T-80).
#include "scanner/options.h"

#include <gtest/gtest.h>

#include <CLI/CLI.hpp>

#include "scanner/option_builder.h"
#include "scanner/option_layers.h"
#include "scanner/preparation.h"
#include "scanner/values.h"
#include "tests/unit/input/inputs.h"

namespace danesweep::scanner {
namespace {

struct DurationRow {
  const char* text;
  std::int64_t milliseconds;  ///< -1: refused
};

TEST(Values, DurationsAreInSecondsOrHaveAUnit) {
  const DurationRow rows[] = {{"10", 10'000}, {"0.5", 500}, {"250ms", 250}, {"2m", 120'000}, {"1h", 3'600'000},
                              {"3s", 3000},   {"0", 0},     {".5", 500},    {"", -1},        {"x", -1},
                              {"10x", -1},    {"1e3", -1},  {"-1", -1},     {"1 s", -1},     {"1.2.3", -1},
                              {"99999h", -1}, {"inf", -1},  {"nan", -1}};
  for (const DurationRow& row : rows) {
    const auto value = parse_duration(row.text);
    EXPECT_EQ(value ? value->count() : -1, row.milliseconds) << row.text;
  }
  EXPECT_EQ(parse_milliseconds("5000")->count(), 5000);
  EXPECT_EQ(parse_milliseconds("5s")->count(), 5000);
  EXPECT_FALSE(parse_milliseconds("0").has_value());
  EXPECT_FALSE(parse_timeout("0").has_value());
  EXPECT_EQ(parse_timeout("2m")->count(), 120'000);
}

TEST(Values, WhatStandsWithoutANameTakesAllAndAnOptionOneEachTime) {
  CLI::App app;
  std::vector<std::string> files, tables;
  add_values(app, "FILE", files, any_text(), "", "");
  add_values(app, "--rat", tables, any_text(), "", "FILE");
  app.parse("a --rat r1 b --rat r2 c");
  EXPECT_EQ(files, (std::vector<std::string>{"a", "b", "c"}));
  EXPECT_EQ(tables, (std::vector<std::string>{"r1", "r2"}));
}

struct ResolverRow {
  const char* text;
  const char* shown;  ///< "" = refused
  std::uint32_t priority;
};

TEST(Values, E100_Resolvers) {
  const ResolverRow rows[] = {{"192.0.2.53", "192.0.2.53:53", 0},
                              {"192.0.2.53:5353", "192.0.2.53:5353", 0},
                              {"192.0.2.53,prio=2", "192.0.2.53:53", 2},
                              {"[::1]:53", "[::1]:53", 0},
                              {"[2001:db8::53],prio=1", "[2001:db8::53]:53", 1},
                              {"2001:db8::53", "[2001:db8::53]:53", 0},
                              {"dns.example", "", 0},
                              {"192.0.2.53:0", "", 0},
                              {"192.0.2.53:99999", "", 0},
                              {"192.0.2.53,", "", 0},
                              {"192.0.2.53,prio=x", "", 0},
                              {"[192.0.2.53]", "", 0},
                              {"[::1", "", 0},
                              {"", "", 0}};
  for (const ResolverRow& row : rows) {
    const auto value = parse_resolver(row.text);
    EXPECT_EQ(value ? value->where.to_text() : "", row.shown) << row.text;
    EXPECT_EQ(value ? value->priority : 0, row.priority) << row.text;
  }
}

TEST(Values, TimesAreRfc3339OrSecondsSince1970) {
  EXPECT_EQ(parse_time("1770091507").value_or(-1), 1770091507);
  EXPECT_EQ(parse_time("1970-01-01T00:00:00Z").value_or(-1), 0);
  EXPECT_EQ(parse_time("2026-02-03T04:05:07Z").value_or(-1), 1770091507);
  EXPECT_EQ(parse_time("2026-02-03T05:05:07+01:00").value_or(-1), 1770091507);
  EXPECT_EQ(parse_time("2026-02-03t04:05:07.999z").value_or(-1), 1770091507);
  EXPECT_EQ(parse_time("2024-02-29T00:00:00Z").value_or(-1), 1709164800);
  for (const char* bad : {"", "now", "-5", "2026-02-30T00:00:00Z", "2026-02-03", "2026-02-03T04:05:07",
                          "2026-02-03T25:00:00Z", "2026-02-03T04:05:07+1:00", "2026-02-03T04:05:07.Z"})
    EXPECT_FALSE(parse_time(bad).has_value()) << bad;
}

TEST(Values, T68_RateLimits) {
  EXPECT_EQ(parse_rate_limit("4/2")->open, 4U);
  EXPECT_DOUBLE_EQ(parse_rate_limit("1/0.2")->starts_per_second, 0.2);
  EXPECT_EQ(parse_rate_limit("0")->open, 0U) << "lifts the limit";
  for (const char* bad : {"", "4", "/2", "4/", "x/2", "4/x", "-1/2"})
    EXPECT_FALSE(parse_rate_limit(bad).has_value()) << bad;
}

TEST(Values, ShardsAndNumbers) {
  EXPECT_EQ(parse_shard("2/8")->of, 8U);
  for (const char* bad : {"0/8", "9/8", "2", "/8", "2/", "x/y"}) EXPECT_FALSE(parse_shard(bad).has_value()) << bad;
  EXPECT_EQ(parse_number("65535", 1, 65535).value_or(0), 65535U);
  const auto many = parse_number("many", 1, 8);
  ASSERT_FALSE(many.has_value());
  EXPECT_EQ(many.error(), "'many' is no number from 1 to 8");
}

TEST(Values, T70_HeloIsANameWithADotOrALiteral) {
  EXPECT_EQ(parse_helo("Mail.Example").value_or(""), "mail.example");
  EXPECT_EQ(parse_helo("[192.0.2.1]").value_or(""), "[192.0.2.1]");
  EXPECT_EQ(parse_helo("[IPv6:2001:db8::1]").value_or(""), "[IPv6:2001:db8::1]");
  for (const char* bad : {"localhost", "", "[192.0.2]", "[2001:db8::1]", "a b.example", "192.0.2.1"})
    EXPECT_FALSE(parse_helo(bad).has_value()) << bad;
}

TEST(Values, T80_ASourceAddressMustBeThisMachines) {
  EXPECT_TRUE(parse_own_address("127.0.0.1").has_value());
  EXPECT_FALSE(parse_own_address("192.0.2.1").has_value());
  EXPECT_FALSE(parse_own_address("localhost").has_value());
}

TEST(Preparation, ResolversOfResolvConf) {
  const auto found = resolvers_of(
      "# x\nsearch example\nnameserver 192.0.2.53\nnameserver 2001:db8::53 ; y\nnameserver nonsense\noptions edns0\n");
  ASSERT_EQ(found.size(), 2U);
  EXPECT_EQ(found[1].where.to_text(), "[2001:db8::53]:53");
}

// As many as a set of resolvers can name (D-56).
TEST(Preparation, AtMost64Resolvers) {
  DnsOptions options;
  options.resolvers.assign(64, *parse_resolver("192.0.2.53"));
  EXPECT_TRUE(prepare_resolvers(options).has_value());
  options.resolvers.push_back(options.resolvers.front());
  EXPECT_FALSE(prepare_resolvers(options).has_value());
}

TEST(Preparation, T80_OneSourceAddressPerFamily) {
  DnsOptions options;
  options.resolvers = {*parse_resolver("192.0.2.53")};
  options.source_addresses = {"127.0.0.1", "127.0.0.2"};
  EXPECT_FALSE(prepare_resolvers(options).has_value());
  options.source_addresses = {"127.0.0.1", "::1"};
  EXPECT_TRUE(prepare_resolvers(options).has_value());
}

TEST(Preparation, T47_VerifyRetriesOnlyIfAsked) {
  ProbeOptions options;
  EXPECT_EQ(prepare_probes(options, {}, Retries::ByDefault)->retry_after, milliseconds(120'000));
  EXPECT_FALSE(prepare_probes(options, {}, Retries::OnlyIfAsked)->retry_after.has_value());
  options.retry_after = milliseconds(7000);
  EXPECT_EQ(prepare_probes(options, {}, Retries::OnlyIfAsked)->retry_after, milliseconds(7000));
  options.no_retry = true;
  EXPECT_FALSE(prepare_probes(options, {}, Retries::ByDefault)->retry_after.has_value());
}

// T-73: machines that share a scan share its limits; a limit that is lifted stays lifted.
TEST(Preparation, ShardsShareTheLimits) {
  const ProbeSettings share = share_of(*prepare_probes({}, {}, Retries::ByDefault), 4);
  EXPECT_EQ(share.rate, 25U);
  EXPECT_EQ(share.max_probes, 128U);
  EXPECT_EQ(share.per_address.open, 1U) << "none can do with less";
  EXPECT_DOUBLE_EQ(share.per_address.starts_per_second, 0.05);
  EXPECT_EQ(share.per_provider.open, 2U);
  ProbeSettings lifted;
  lifted.rate = lifted.max_probes = 0;
  lifted.per_net = {0, 0};
  EXPECT_EQ(share_of(lifted, 4).rate, 0U);
  EXPECT_EQ(share_of(lifted, 4).max_probes, 0U);
  EXPECT_EQ(share_of(lifted, 4).per_net.open, 0U);
  EXPECT_EQ(share_of(ProbeSettings{}, 1).per_address.starts_per_second, 0.2);
}

TEST(Preparation, AnchorFilesAreReadAndNamedWhenUnreadable) {
  const input::TemporaryFolder folder;
  const std::string good =
      folder.write("good", ". IN DS 20326 8 2 E06D44B80B8F1D39A95C0B0D7C65D08458E880409BBC683457104237C7F8EC8D\n");
  ASSERT_TRUE(anchors_of_file(good, 0).has_value());
  EXPECT_EQ(anchors_of_file(good, 0)->names, (std::vector<std::string>{". 20326 (file)"}));
  const std::string bad = folder.write("bad", std::string("\0\1 nothing", 10));
  EXPECT_NE(anchors_of_file(bad, 0).error().find(bad), std::string::npos);
  const std::string empty = folder.write("empty", "; nothing\n");
  EXPECT_NE(anchors_of_file(empty, 0)->lost.find(empty), std::string::npos);
}

/// Anchors as a command gets them, with a state folder of the test and no resolver that answers.
tl::expected<AnchorsInUse, Refusal> managed(const input::TemporaryFolder& folder) {
  DnsOptions options;
  options.state_dir = folder.file("");
  options.validation_time = 1'770'000'000;  // D-120: nothing is asked, nothing written
  return anchors_in_use(options, DnsSettings{});
}

TEST(Preparation, D121_WithoutAStateTheEmbeddedAnchorsAreUsed) {
  const input::TemporaryFolder folder;
  EXPECT_EQ(managed(folder)->names, (std::vector<std::string>{". 20326 (embedded)", ". 38696 (embedded)"}));
  EXPECT_FALSE(std::filesystem::exists(folder.file("root-anchors"))) << "D-120";
}

TEST(Preparation, D122_ADamagedStateIsRefusedWithExitCode3) {
  const input::TemporaryFolder folder;
  folder.write("root-anchors", "danesweep-anchors 1\nnonsense\n");
  const auto anchors = managed(folder);
  ASSERT_FALSE(anchors.has_value());
  EXPECT_EQ(anchors.error().code, ExitCode::CannotWork);
  EXPECT_NE(anchors.error().text.find("root-anchors"), std::string::npos);
}

TEST(Preparation, D118_WithoutATrustedKeyNothingIsValidated) {
  const input::TemporaryFolder folder;
  const AnchorStore store{std::filesystem::path(folder.file(""))};
  auto state =
      dnssec::initial_state(wire::DomainName(), dnssec::embedded_root_anchors(), dnssec::AnchorSource::Embedded, 0);
  state.keys.clear();
  ASSERT_TRUE(store.save(state, *store.lock()).has_value());
  const auto anchors = managed(folder);
  ASSERT_TRUE(anchors.has_value());
  EXPECT_TRUE(anchors->anchors.empty());
  EXPECT_NE(anchors->lost.find("danesweep anchors init --force"), std::string::npos);
}

TEST(Preparation, D115_OnlyManagedAnchorsOfThePresentAreRefreshedLater) {
  const input::TemporaryFolder folder;
  EXPECT_FALSE(managed(folder)->next_probe.has_value());
  DnsOptions options;
  options.trust_anchor_file = folder.write("anchors", ". IN DS 20326 8 2 " + std::string(64, '0') + "\n");
  EXPECT_FALSE(anchors_in_use(options, DnsSettings{})->next_probe.has_value());
}

/// A program with one command, parsed from words, a variable table and an INI file.
class Layers : public testing::Test {
 protected:
  Layers() {
    scan_ = root_.add_subcommand("scan");
    add_options(*scan_, everywhere_, config_);
    add_options(*scan_, dns_);
    add_options(*scan_, probe_);
    other_ = root_.add_subcommand("report");
    add_options(*other_, everywhere_, config_);
  }
  tl::expected<void, std::string> parse(const std::string& words) {
    root_.parse(words, false);
    return apply_layers(root_, *root_.get_subcommands().front(), config_, [this](const std::string& name) {
      const auto found = variables_.find(name);
      return found == variables_.end() ? std::nullopt : std::optional(found->second);
    });
  }
  std::string ini(const std::string& text) { return folder_.write("danesweep.ini", text); }

  CLI::App root_{"test", "danesweep"};
  CLI::App *scan_ = nullptr, *other_ = nullptr;
  EverywhereOptions everywhere_;
  std::string config_;
  DnsOptions dns_;
  ProbeOptions probe_;
  std::map<std::string, std::string> variables_;
  input::TemporaryFolder folder_;
};

TEST_F(Layers, CommandLineBeatsVariableBeatsFile) {
  const std::string file = ini("tries = 4\ntimeout = 100\nsmtp-port = 26\n");
  variables_ = {{"DANESWEEP_TRIES", "5"}, {"DANESWEEP_TIMEOUT", "200"}};
  ASSERT_TRUE(parse("scan --tries 6 --config " + file).has_value());
  EXPECT_EQ(dns_.tries, 6U);
  EXPECT_EQ(dns_.timeout.count(), 200);
  EXPECT_EQ(probe_.smtp_port, 26);
}

TEST_F(Layers, RepeatableOnesArePartedBySpacesInVariablesAndByLinesInFiles) {
  variables_ = {{"DANESWEEP_RESOLVER", "192.0.2.1 192.0.2.2,prio=1"}};
  ASSERT_TRUE(parse("scan").has_value());
  ASSERT_EQ(dns_.resolvers.size(), 2U);
  EXPECT_EQ(dns_.resolvers[1].priority, 1U);
}

TEST_F(Layers, AFileKeepsCommasAndRepeats) {
  ASSERT_TRUE(
      parse("scan --config " + ini("resolver = 192.0.2.1,prio=0\nresolver = \"192.0.2.2,prio=1\"\n")).has_value());
  ASSERT_EQ(dns_.resolvers.size(), 2U);
  EXPECT_EQ(dns_.resolvers[1].priority, 1U);
}

TEST_F(Layers, SectionsBelongToOneCommandAndBeatTheGeneralPart) {
  const std::string file =
      ini("; for all\ntries = 4\nquiet = true\n[scan]\ntries = 5\nno_probe = yes\n[report]\nlog-level = error\n");
  ASSERT_TRUE(parse("scan --config " + file).has_value());
  EXPECT_EQ(dns_.tries, 5U);
  EXPECT_TRUE(everywhere_.quiet);
  EXPECT_TRUE(probe_.no_probe);
  EXPECT_EQ(everywhere_.log_level, "info");
}

TEST_F(Layers, OptionsOfOtherCommandsAreLeftAlone) {
  ASSERT_TRUE(parse("report --config " + ini("tries = 4\n")).has_value());
}

TEST_F(Layers, FlagsCanBeSwitchedOff) {
  variables_ = {{"DANESWEEP_NO_PROBE", "0"}};
  ASSERT_TRUE(parse("scan --config " + ini("no-probe = true\n")).has_value());
  EXPECT_FALSE(probe_.no_probe) << "the variable beats the file";
}

TEST_F(Layers, ErrorsNameTheVariableOrTheLine) {
  variables_ = {{"DANESWEEP_TRIES", "many"}};
  EXPECT_TRUE(parse("scan").error().starts_with("DANESWEEP_TRIES: --tries: 'many' is no number"));
  variables_.clear();
  const std::string file = ini("tries = 4\nno-such = 1\n");
  EXPECT_TRUE(parse("scan --config " + file).error().starts_with(file + ":2: there is no option 'no-such'"));
  EXPECT_TRUE(parse("scan --config " + ini("[sweep]\n")).error().find(":1: there is no command 'sweep'") !=
              std::string::npos);
  EXPECT_TRUE(parse("scan --config " + ini("no-probe = maybe\n")).error().ends_with(":1: expected true or false"));
  EXPECT_TRUE(
      parse("scan --config /nonexistent/file.ini").error().starts_with("/nonexistent/file.ini: cannot be opened"));
}

TEST_F(Layers, TheConfigFileIsFoundByVariableAndInItsUsualPlace) {
  variables_ = {{"DANESWEEP_CONFIG", ini("tries = 7\n")}};
  ASSERT_TRUE(parse("scan").has_value());
  EXPECT_EQ(dns_.tries, 7U);
}

}  // namespace
}  // namespace danesweep::scanner
