// SPDX-License-Identifier: Apache-2.0
// What the gateway's exports decide before any look-up: E-80 to E-93, T-71, K62 to K74.
#include "scanner/gateway_context.h"

#include <gtest/gtest.h>

#include "tests/unit/input/inputs.h"

namespace danesweep::scanner {
namespace {

using output::Mode;

/// The three files as texts, and what they make of one domain.
struct Files {
  std::string destconfig, smtproutes;
  std::vector<std::string> rats;
  std::string optout;
  Mode dane = Mode::Opportunistic;
};

class Gateway {
 public:
  explicit Gateway(const Files& files) {
    ContextOptions options;
    options.dane = files.dane;
    if (!files.destconfig.empty()) options.destconfig = folder_.write("destconfig", files.destconfig);
    if (!files.smtproutes.empty()) options.smtproutes = folder_.write("smtproutes", files.smtproutes);
    if (!files.optout.empty()) options.optout = folder_.write("optout", files.optout);
    for (std::size_t i = 0; i < files.rats.size(); ++i)
      options.rat.push_back(folder_.write("rat" + std::to_string(i), files.rats[i]));
    auto loaded = GatewayContext::load(options);
    if (loaded)
      context_ = std::move(*loaded);
    else
      error_ = without_folder(loaded.error());
  }
  DomainTask task(const std::string& domain) const {
    DomainTask task;
    task.domain = domain;
    context_->apply(task);
    return task;
  }
  std::string decided(const std::string& domain) const { return task(domain).decided_by; }
  /// `destconfig:3: ...`: without the folder of the test.
  std::vector<std::string> warnings() const {
    std::vector<std::string> all;
    for (const std::string& warning : context_->warnings()) all.push_back(without_folder(warning));
    return all;
  }
  const std::string& error() const { return error_; }
  GatewayContext& context() { return *context_; }
  const input::TemporaryFolder& folder() const { return folder_; }

 private:
  std::string without_folder(const std::string& text) const {
    const std::string front = folder_.file("");
    return text.starts_with(front) ? text.substr(front.size()) : text;
  }
  input::TemporaryFolder folder_;
  std::unique_ptr<GatewayContext> context_;
  std::string error_;
};

const char* const kDestinations =
    "[DEFAULT]\n"
    "table_tls = off\n"
    "ip_sort_pref = PREFER_V6\n"
    "[none.example]\n"
    "table_tls = on\n"
    "dane_option = none\n"
    "[off.example]\n"
    "table_tls = off\n"
    "dane_option = mandatory\n"
    "[own.example]\n"
    "dane_option = mandatory\n"
    "[bare.example]\n"
    "max_host_concurrency = 5\n"
    "[.suffix.example]\n"
    "dane_option = 0\n"
    "[deep.suffix.example]\n"
    "dane_option = DEFAULT\n"
    "[.b.suffix.example]\n"
    "dane_option = 2\n"
    "[order.example]\n"
    "ip_sort_pref = require_v4\n";

TEST(DestinationControls, K62_SectionsInheritAndTheClosestOneCounts) {
  const Gateway gateway({.destconfig = kDestinations});
  ASSERT_EQ(gateway.error(), "");
  EXPECT_EQ(gateway.decided("bare.example"), "") << "E-88: inherits M and its TLS, not the export's off";
  EXPECT_EQ(gateway.decided("nowhere.example"), "");
  EXPECT_EQ(gateway.decided("x.suffix.example"), "dane-off");
  EXPECT_EQ(gateway.decided("suffix.example"), "") << "E-87: .suffix matches strict subdomains";
  EXPECT_EQ(gateway.decided("deep.suffix.example"), "") << "exact beats suffix";
  EXPECT_EQ(gateway.task("a.b.suffix.example").effective_mode, Mode::Mandatory) << "the longest suffix";
}

TEST(DestinationControls, K63_DaneNoneIsDaneOffAndLookedUpAllTheSame) {
  const DomainTask task = Gateway({.destconfig = kDestinations}).task("none.example");
  EXPECT_EQ(task.decided_by, "dane-off");
  EXPECT_TRUE(task.without_entry) << "E-85";
  EXPECT_EQ(task.effective_mode, Mode::None);
}

TEST(DestinationControls, K64_TlsOffWinsOverDaneAndWarns) {
  const Gateway gateway({.destconfig = kDestinations});
  const DomainTask task = gateway.task("off.example");
  EXPECT_EQ(task.decided_by, "tls-off");
  EXPECT_EQ(task.effective_mode, Mode::None);
  EXPECT_EQ(task.warnings, (std::vector<std::string>{"dane-without-tls"}));
  ASSERT_EQ(gateway.warnings().size(), 1U);
  EXPECT_TRUE(gateway.warnings()[0].starts_with("destconfig:9: dane-without-tls"));
}

TEST(DestinationControls, K65_AnOwnModeBeatsTheDefaultsMode) {
  EXPECT_EQ(Gateway({.destconfig = kDestinations}).task("own.example").effective_mode, Mode::Mandatory);
  const Gateway mandatory({.destconfig = "[own.example]\ndane_option = opportunistic\n", .dane = Mode::Mandatory});
  EXPECT_EQ(mandatory.task("own.example").effective_mode, Mode::Opportunistic);
  EXPECT_EQ(mandatory.task("other.example").effective_mode, Mode::Mandatory);
}

TEST(DestinationControls, K66_UnknownKeysAndValuesWarnAndTheDomainIsChecked) {
  const Gateway gateway(
      {.destconfig = "[a.example]\nfoo = bar\ndane_option = maybe\n[b.example]\ntable_tls = sometimes\n"});
  EXPECT_EQ(gateway.decided("a.example"), "");
  EXPECT_EQ(gateway.decided("b.example"), "");
  const auto warnings = gateway.warnings();
  ASSERT_EQ(warnings.size(), 3U);
  EXPECT_EQ(warnings[0], "destconfig:2: unknown key 'foo', kept");
  EXPECT_EQ(warnings[1], "destconfig:3: unknown value 'maybe' of dane_option, taken as inherited");
  EXPECT_EQ(warnings[2], "destconfig:5: unknown value 'sometimes' of table_tls, taken as on");
}

struct KeyRow {
  const char* line;
  const char* decided;  ///< for a section that holds this line alone
};

TEST(DestinationControls, E86_EveryValueOfTlsAndDane) {
  const KeyRow rows[] = {
      {"table_tls = 0", "tls-off"},
      {"TABLE_TLS = OFF", "tls-off"},
      {"table_tls = 1", ""},
      {"table_tls = on", ""},
      {"table_tls = required", ""},
      {"table_tls = 2", ""},
      {"table_tls = on_verify", ""},
      {"table_tls = 3", ""},
      {"table_tls = require_verify", ""},
      {"table_tls = 4", ""},
      {"table_tls = 5", ""},
      {"table_tls = require_verify_hosted_domains", ""},
      {"dane_option = none", "dane-off"},
      {"dane_option = no", "dane-off"},
      {"dane_option = Off", "dane-off"},
      {"dane_option = 0", "dane-off"},
      {"dane_option = 1", ""},
      {"dane_option = opportunistic", ""},
      {"dane_option = 2", ""},
      {"dane_option = mandatory", ""},
      {"dane_option = default", ""},
      {"limit_type = MXIP", ""},
      {"limit_apply = vg", ""},
      {"recipient_limit = 20", ""},
      {"bounce_profile = x", ""},
      {"certificate = y", ""},
      {"send_tls_req_alert = 1", ""},
  };
  for (const KeyRow& row : rows) {
    const Gateway gateway({.destconfig = std::string("[a.example]\n") + row.line + "\n"});
    EXPECT_EQ(gateway.decided("a.example"), row.decided) << row.line;
    EXPECT_TRUE(gateway.warnings().empty()) << row.line;
  }
}

TEST(DestinationControls, E86_AddressOrder) {
  const Gateway gateway({.destconfig = kDestinations});
  EXPECT_EQ(gateway.task("order.example").order, AddressOrder::V4Only);
  EXPECT_EQ(gateway.task("nowhere.example").order, AddressOrder::V6First) << "inherited from [DEFAULT]";
  EXPECT_EQ(Gateway({.destconfig = "[a.example]\nip_sort_pref = REQUIRE_V6\n"}).task("a.example").order,
            AddressOrder::V6Only);
  EXPECT_EQ(Gateway({.destconfig = "[a.example]\nip_sort_pref = PREFER_V6\n"}).task("b.example").order,
            AddressOrder::V4First);
}

TEST(DestinationControls, E89_RepeatedSectionsAndKeys) {
  const Gateway gateway(
      {.destconfig = "[a.example]\ndane_option = none\n[A.example]\ntable_tls = on\ntable_tls = off\n"});
  EXPECT_EQ(gateway.decided("a.example"), "tls-off") << "the last section replaces the earlier one whole";
  EXPECT_EQ(gateway.warnings(),
            (std::vector<std::string>{"destconfig:3: section [a.example] stands twice; the last one counts",
                                      "destconfig:5: key 'table_tls' stands twice; the last counts"}));
}

TEST(DestinationControls, E89_WhatIsNoIniFileStops) {
  EXPECT_EQ(Gateway({.destconfig = "# x\n[example.org\n"}).error(),
            "destconfig:2: a section begins with [ and has no ]");
  EXPECT_TRUE(
      Gateway({.destconfig = "dane_option = none\n"}).error().starts_with("destconfig:1: a key before any section"));
  EXPECT_TRUE(
      Gateway({.destconfig = "[a.example]\nx\x01 = y\n"}).error().starts_with("destconfig:2: octets that are no text"));
  EXPECT_TRUE(Gateway({.destconfig = "[a.example]\nwords\n"}).error().starts_with("destconfig:2: neither"));
}

TEST(SmtpRoutes, K67_ARouteToAHostFails) {
  const DomainTask task = Gateway({.smtproutes = "example.org exchange.example.com\n"}).task("example.org");
  EXPECT_EQ(task.decided_by, "smtp-route");
  EXPECT_EQ(task.effective_mode, Mode::Opportunistic);
  EXPECT_FALSE(task.without_entry);
}

TEST(SmtpRoutes, K68_UseDnsForSubdomainsUnderAll) {
  const Gateway gateway({.smtproutes = ".example.org\tUSEDNS # ours\nALL host.example\n"});
  EXPECT_EQ(gateway.decided("sub.example.org"), "");
  EXPECT_EQ(gateway.decided("example.org"), "smtp-route") << "E-92: .example.org does not match example.org";
}

TEST(SmtpRoutes, K69_DevNullDropsTheMail) {
  EXPECT_EQ(Gateway({.smtproutes = "example.org /dev/null\n"}).decided("example.org"), "route-dropped");
}

TEST(SmtpRoutes, K70_ADestinationEntryWithDaneNoneSolvesARoute) {
  const DomainTask task =
      Gateway({.destconfig = "[example.org]\ndane_option = none\n", .smtproutes = "example.org exchange.example.com\n"})
          .task("example.org");
  EXPECT_EQ(task.decided_by, "dane-off");
  EXPECT_FALSE(task.without_entry) << "E-85: not for domains with an SMTP route";
}

TEST(SmtpRoutes, K71_BadLinesAreNamedByFileAndLine) {
  EXPECT_TRUE(
      Gateway({.smtproutes = "# x\n\nexample.org\n"}).error().starts_with("smtproutes:3: a domain without hosts"));
  EXPECT_TRUE(
      Gateway({.smtproutes = "example.org a.example/pri=70000\n"}).error().starts_with("smtproutes:1: '/pri=70000'"));
  for (const char* hosts : {"a.example,USEDNS", "a.example,usedns/pri=5", "USEDNS/pri=5", "USEDNS:25", "USEDNS,USEDNS"})
    EXPECT_TRUE(
        Gateway({.smtproutes = "example.org " + std::string(hosts) + "\n"}).error().starts_with("smtproutes:1: USEDNS"))
        << hosts;
  EXPECT_TRUE(
      Gateway({.smtproutes = "example.org /dev/null,a.example\n"}).error().starts_with("smtproutes:1: /dev/null"));
  EXPECT_TRUE(Gateway({.smtproutes = "example.org a.example:99999\n"}).error().starts_with("smtproutes:1: ':99999'"));
  EXPECT_TRUE(Gateway({.smtproutes = "example.org [a.example\n"}).error().starts_with("smtproutes:1: a bracket"));
  EXPECT_TRUE(Gateway({.smtproutes = "a..b c.example\n"}).error().starts_with("smtproutes:1: 'a..b' is no domain"));
}

TEST(SmtpRoutes, E92_EveryFormOfHostIsTaken) {
  const Gateway gateway({.smtproutes = "a.example 192.0.2.8:2525/pri=0,[2001:db8::8]/pri=10\n"
                                       "b.example [mx.example.com]:26 , 2001:db8::9\n"
                                       "192.0.2.1 c.example\n[192.0.2.2] c.example\n"
                                       "c.example d.example/unknown=1\n"
                                       "A.example usedns\n"});
  ASSERT_EQ(gateway.error(), "");
  EXPECT_EQ(gateway.decided("b.example"), "smtp-route");
  EXPECT_EQ(gateway.decided("a.example"), "") << "the last line of a domain counts";
  ASSERT_EQ(gateway.warnings().size(), 2U);
  EXPECT_EQ(gateway.warnings()[0], "smtproutes:5: unknown option '/unknown=1', kept");
}

TEST(Rat, K72_AnOwnDomainIsNotAssessed) {
  const DomainTask task =
      Gateway({.rats = {"# exported\nexample.com ACCEPT\n.example.com, help@example.net ACCEPT\nALL REJECT\n"}})
          .task("example.com");
  EXPECT_EQ(task.decided_by, "rat-domain");
  EXPECT_EQ(task.effective_mode, Mode::Opportunistic) << "E-88: its entry's mode, else M";
  EXPECT_TRUE(task.warnings.empty());
}

TEST(Rat, K73_TheFirstMatchWinsAndUsersMakeNoDomain) {
  const Gateway gateway({.rats = {"u@example.com REJECT\nexample.com ACCEPT\nv@ ACCEPT\n[192.0.2.1] "
                                  "ACCEPT\nw@third.example ACCEPT\nALL REJECT\n"}});
  EXPECT_EQ(gateway.decided("example.com"), "rat-domain");
  EXPECT_EQ(gateway.decided("third.example"), "");
  const Gateway order({.rats = {"sub.example.com REJECT\n.example.com ACCEPT\nexample.com REJECT\nexample.com "
                                "ACCEPT\nALL REJECT\nlate.example ACCEPT\n"}});
  EXPECT_EQ(order.decided("sub.example.com"), "");
  EXPECT_EQ(order.decided("other.example.com"), "rat-domain");
  EXPECT_EQ(order.decided("example.com"), "");
  EXPECT_EQ(order.decided("late.example"), "") << "behind ALL nothing matches";
}

TEST(Rat, E93_SeveralListenersAndOpenRelays) {
  const Gateway gateway({.rats = {"a.example REJECT\nALL ACCEPT\n", "a.example ACCEPT SMTP 250\n"}});
  EXPECT_EQ(gateway.decided("a.example"), "rat-domain") << "one ACCEPT is enough";
  EXPECT_EQ(gateway.decided("b.example"), "") << "ALL ACCEPT makes no own domain";
  ASSERT_EQ(gateway.warnings().size(), 1U);
  EXPECT_TRUE(gateway.warnings()[0].starts_with("rat0:2: ALL ACCEPT"));
  EXPECT_TRUE(Gateway({.rats = {"a.example\n"}}).error().starts_with("rat0:1: neither ACCEPT nor REJECT"));
  EXPECT_TRUE(Gateway({.rats = {"ACCEPT\n"}}).error().starts_with("rat0:1: "));
}

TEST(Rat, K74_AnOwnDomainWithARouteToAHostIsARisk) {
  const Files files{.smtproutes = "example.com exchange.example.com\nb.example USEDNS\n",
                    .rats = {"example.com ACCEPT\nb.example ACCEPT\n"}};
  EXPECT_EQ(Gateway(files).task("example.com").warnings, (std::vector<std::string>{"rat-route-relay"}));
  EXPECT_TRUE(Gateway(files).task("b.example").warnings.empty());
  Files solved = files;
  solved.destconfig = "[example.com]\ndane_option = none\n";
  const DomainTask task = Gateway(solved).task("example.com");
  EXPECT_EQ(task.decided_by, "rat-domain");
  EXPECT_TRUE(task.warnings.empty()) << "E-93: effective mode NONE is no risk";
}

TEST(Order, E81_OptOutThenRatThenEntryThenRoute) {
  Files files{.destconfig = "[a.example]\ndane_option = none\n",
              .smtproutes = "a.example /dev/null\n",
              .rats = {"a.example ACCEPT\n"},
              .optout = "a.example\n"};
  EXPECT_EQ(Gateway(files).decided("a.example"), "opted-out") << "E-82";
  files.optout = "";
  EXPECT_EQ(Gateway(files).decided("a.example"), "rat-domain") << "E-83";
  files.rats.clear();
  EXPECT_EQ(Gateway(files).decided("a.example"), "dane-off") << "E-85";
  files.destconfig = "[a.example]\ntable_tls = off\n";
  EXPECT_EQ(Gateway(files).decided("a.example"), "tls-off") << "E-84";
  files.destconfig = "";
  EXPECT_EQ(Gateway(files).decided("a.example"), "route-dropped") << "E-90";
  files.smtproutes = "a.example mx.example\n";
  EXPECT_EQ(Gateway(files).decided("a.example"), "smtp-route") << "E-91";
  files.smtproutes = "";
  EXPECT_EQ(Gateway(files).decided("a.example"), "");
}

TEST(OptOut, T71_DomainsSubtreesAddressesAndNetworks) {
  Gateway gateway({.optout = "# asked us\nexact.example\n.below.example # all of "
                             "it\n192.0.2.1\n198.51.100.0/25\n2001:db8::/33\nM\xc3\xbcller.example\n"});
  ASSERT_EQ(gateway.error(), "");
  EXPECT_EQ(gateway.decided("exact.example"), "opted-out");
  EXPECT_EQ(gateway.decided("sub.exact.example"), "");
  EXPECT_EQ(gateway.decided("below.example"), "opted-out");
  EXPECT_EQ(gateway.decided("a.b.below.example"), "opted-out");
  EXPECT_EQ(gateway.decided("xn--mller-kva.example"), "opted-out");
  const OptOutList& list = *gateway.context().opt_out();
  EXPECT_TRUE(list.names("mx.below.example"));
  EXPECT_FALSE(list.names("mx.example"));
  EXPECT_TRUE(list.holds_address("192.0.2.1"));
  EXPECT_FALSE(list.holds_address("192.0.2.2"));
  EXPECT_TRUE(list.holds_address("198.51.100.127"));
  EXPECT_FALSE(list.holds_address("198.51.100.128"));
  EXPECT_TRUE(list.holds_address("2001:db8:7fff::1"));
  EXPECT_FALSE(list.holds_address("2001:db8:8000::1"));
}

TEST(OptOut, T71_IsReadAgainAndAnUnreadableOneChangesNothing) {
  Gateway gateway({.optout = "a.example\n"});
  gateway.folder().write("optout", "b.example\n");
  ASSERT_TRUE(gateway.context().reread_opt_out().has_value());
  EXPECT_EQ(gateway.decided("a.example"), "");
  EXPECT_EQ(gateway.decided("b.example"), "opted-out");
  gateway.folder().write("optout", "192.0.2.0/99\n");
  EXPECT_FALSE(gateway.context().reread_opt_out().has_value());
  EXPECT_EQ(gateway.decided("b.example"), "opted-out");
}

TEST(GatewayFiles, E80_TextsAreKeptForTheHeaderAndMissingOnesStop) {
  Gateway gateway({.destconfig = "[a.example]\n", .smtproutes = "ALL USEDNS\n", .rats = {"a.example ACCEPT\n"}});
  ASSERT_EQ(gateway.context().files().size(), 3U);
  EXPECT_EQ(gateway.context().files()[1].name, "smtproutes");
  EXPECT_EQ(gateway.context().files()[1].text, "ALL USEDNS\n");
  ContextOptions options;
  options.destconfig = "/nonexistent/destconfig";
  EXPECT_NE(GatewayContext::load(options).error().find("/nonexistent/destconfig"), std::string::npos);
}

}  // namespace
}  // namespace danesweep::scanner
