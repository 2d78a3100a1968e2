// SPDX-License-Identifier: Apache-2.0
// One domain from its MX to the facts of its hosts, over a made-up DNS and made-up connections: T-1 to T-5, T-9, T-13,
// T-14, T-20 to T-28, T-49, T-59, T-71; E-8, E-9, E-25, E-81, E-85.
#include "scanner/engine/domain_scan.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>

#include "tests/unit/engine/made_verdicts.h"
#include "tests/unit/engine/row_name.h"

namespace danesweep::scanner {
namespace {

using output::Status;
using enum dnssec::Security;
using wire::RrType;

const char* const kTlsa = "3 1 1 0C72AC70B745AC19998811B131D662C9AC69DBDBE7CB23E5B514B56664C5D3D6";

/// Answers what it was given, NODATA (SECURE) else; keeps count of what was asked and dialled.
class World {
 public:
  World& mx(Made made) { return add("example.org MX", made); }
  World& add(const std::string& question, const Made& made) {
    answers_.insert_or_assign(question, made);
    return *this;
  }
  /// The certificate verdict of connections to an address; SUCCESS unless said otherwise.
  World& server(const std::string& address, const std::string& outcome) {
    servers_[address] = outcome;
    return *this;
  }

  output::Result run(const DomainTask& task) {
    DomainScan scan(task, settings);
    ScanWants wants;
    scan.start(wants);
    while (!wants.lookups.empty() || !wants.probes.empty()) {
      ScanWants now;
      std::swap(now, wants);
      for (const WantedLookup& wanted : now.lookups) scan.give(wanted.tag, answer(wanted.question), wants);
      for (const WantedProbe& wanted : now.probes) scan.give(wanted.tag, connect(scan, wanted));
    }
    EXPECT_TRUE(scan.is_finished());
    return scan.take_result();
  }
  output::Result run() {
    DomainTask task;
    task.domain = "example.org";
    return run(task);
  }

  ScanSettings settings = [] {
    ScanSettings made;
    made.special_addresses = SpecialAddresses::Allow;
    return made;
  }();
  std::vector<std::string> asked, dialled, names;

 private:
  VerdictPtr answer(const wire::Question& question) {
    const std::string text = question.name.to_display() + " " + wire::to_text(question.type);
    asked.push_back(text);
    const auto found = answers_.find(text);
    const Made made = found != answers_.end() ? found->second : no_data(Secure);
    return std::make_shared<const dnssec::Verdict>(made.about(question.name.to_text()));
  }

  output::Probe connect(const DomainScan& scan, const WantedProbe& wanted) {
    const std::string address = wanted.address.to_text();
    dialled.push_back(address + " " + wanted.base);
    names = scan.host(wanted.tag.host).names().names;
    output::Probe probe;
    probe.address = address;
    const std::string key = wanted.tag.offer == 1 ? address + " rsa" : address;
    probe.outcome = servers_.contains(key) ? servers_[key] : "ok";
    probe.certificate = probe.outcome == "ok" ? output::Certificate::Success : output::Certificate::Failed;
    probe.chain.emplace_back();
    return probe;
  }

  std::map<std::string, Made> answers_;
  std::map<std::string, std::string> servers_;
};

Made one_mx(Security security = Secure) { return data(security, RrType::Mx, {"10 mx.example.org."}); }
Made one_a(Security security = Secure) { return data(security, RrType::A, {"192.0.2.1"}); }
Made one_tlsa(Security security = Secure) { return data(security, RrType::Tlsa, {kTlsa}); }

World good_world() {
  World world;
  world.mx(one_mx()).add("mx.example.org A", one_a()).add("_25._tcp.mx.example.org TLSA", one_tlsa());
  return world;
}

bool has(const std::vector<std::string>& list, const std::string& item) {
  return std::find(list.begin(), list.end(), item) != list.end();
}

struct MxRow {
  const char* name;
  Made mx;
  const char* decided_by;
  Status status;
  output::Answer answer;
  std::size_t hosts;
  const char* reason;
};
const MxRow kMxRows[] = {
    {"T-3 NODATA is an implicit MX", no_data(Secure), "", Status::Secure, output::Answer::NoData, 1, ""},
    {"T-3 NODATA without proof too", no_data(Insecure), "", Status::Insecure, output::Answer::NoData, 1,
     "dns:insecure-delegation"},
    {"T-4 no such domain, proven", no_such_name(Secure), "no-such-domain", Status::Secure, output::Answer::NxDomain, 0,
     ""},
    {"T-4 no such domain, unsigned", no_such_name(Insecure), "no-such-domain", Status::Insecure,
     output::Answer::NxDomain, 0, "dns:insecure-delegation"},
    {"T-4 an alias to nowhere", through(no_such_name(Secure), "gone.example."), "no-such-domain", Status::Secure,
     output::Answer::NxDomain, 0, ""},
    {"T-5 E-25 bogus", bogus(), "mx-bogus", Status::Bogus, output::Answer::None, 0, "dns:signature-expired"},
    {"T-5 E-9 a bogus denial", Made{Bogus, Answer::NxDomain}, "mx-bogus", Status::Bogus, output::Answer::NxDomain, 0,
     "dns:signature-expired"},
    {"T-5 failed", failed(), "mx-lookup-failed", Status::Indeterminate, output::Answer::None, 0,
     "dns:resolver-servfail"},
    {"T-6 null MX asks no addresses", data(Secure, RrType::Mx, {"0 ."}), "null-mx", Status::Secure,
     output::Answer::Data, 0, ""},
    {"T-6 bogus wins over null MX", data(Bogus, RrType::Mx, {"0 ."}), "mx-bogus", Status::Bogus, output::Answer::Data,
     0, "dns:signature-expired"},
    {"T-13 insecure: hosts are examined", one_mx(Insecure), "", Status::Insecure, output::Answer::Data, 1,
     "dns:insecure-delegation"},
};
class MxLookup : public testing::TestWithParam<MxRow> {};
TEST_P(MxLookup, LeadsTo) {
  const MxRow& row = GetParam();
  World world;
  const output::Result result = world.mx(row.mx).run();
  EXPECT_EQ(result.decided_by, row.decided_by);
  EXPECT_EQ(result.mx.status, row.status);
  EXPECT_EQ(result.mx.answer, row.answer);
  EXPECT_EQ(result.mx.reason, row.reason);
  EXPECT_EQ(result.hosts.size(), row.hosts);
  EXPECT_EQ(world.asked.size(), row.hosts == 0 ? 1U : 3U) << "MX, and A and AAAA of each host";
}
INSTANTIATE_TEST_SUITE_P(Rows, MxLookup, testing::ValuesIn(kMxRows),
                         [](const auto& row) { return row_name(row.param.name); });

// T-1
TEST(DomainScan, AsksTheMxOfTheDomain) {
  World world = good_world();
  const output::Result result = world.run();
  EXPECT_EQ(world.asked.front(), "example.org MX");
  EXPECT_EQ(result.domain, "example.org");
  EXPECT_EQ(result.mx.expanded_name, "example.org");
}

// T-2, T-49
TEST(DomainScan, AnAliasedDomainKeepsItsExpandedNameAsAReferenceName) {
  World world = good_world();
  world.mx(through(one_mx(), "mail.example.net."));
  EXPECT_EQ(world.run().mx.expanded_name, "mail.example.net");
  EXPECT_EQ(world.names, (std::vector<std::string>{"mx.example.org", "example.org", "mail.example.net"}));
}

// T-3, T-49: the domain as asked is the host, preference 0.
TEST(DomainScan, ImplicitMxIsTheDomainItself) {
  World world;
  world.mx(no_data(Secure)).add("example.org A", one_a()).add("_25._tcp.example.org TLSA", one_tlsa());
  const output::Result result = world.run();
  ASSERT_EQ(result.hosts.size(), 1U);
  EXPECT_EQ(result.hosts[0].name, "example.org");
  EXPECT_EQ(result.hosts[0].preference, 0U);
  EXPECT_EQ(world.names, std::vector<std::string>{"example.org"});
}

// T-9
TEST(DomainScan, AnAliasedExchangeIsFollowedAndNoted) {
  World world = good_world();
  world.add("mx.example.org A", through(one_a(), "real.example.net."))
      .add("_25._tcp.real.example.net TLSA", one_tlsa());
  const output::Host host = world.run().hosts.at(0);
  EXPECT_TRUE(has(host.warnings, "mx-is-alias"));
  EXPECT_EQ(host.tlsa_base, "real.example.net");  // T-25: the first candidate wins
  EXPECT_EQ(world.names, (std::vector<std::string>{"real.example.net", "example.org"})) << "T-49";
  EXPECT_EQ(world.dialled, std::vector<std::string>{"192.0.2.1 real.example.net"});
}

// T-10, T-11, T-12
TEST(DomainScan, ImpossibleTargetsAreNeitherAskedNorDialled) {
  World world;
  world.mx(data(Secure, RrType::Mx, {"10 192.0.2.1.", "20 localhost."}));
  const output::Result result = world.run();
  EXPECT_EQ(result.hosts[0].special, "mx-target-literal");
  EXPECT_EQ(result.hosts[0].address_status, Status::Insecure);
  EXPECT_EQ(result.hosts[1].special, "mx-target-invalid");
  EXPECT_EQ(world.asked.size(), 1U);
}

// T-13, T-49, E-8: MX INSECURE, the host is probed all the same, with the base domain alone as its name.
TEST(DomainScan, AnInsecureMxStillLeadsToTheCertificate) {
  World world = good_world();
  world.mx(one_mx(Insecure));
  const output::Result result = world.run();
  EXPECT_EQ(result.hosts[0].probes.size(), 1U);
  EXPECT_EQ(world.names, std::vector<std::string>{"mx.example.org"});
}

// T-14
TEST(DomainScan, BothFamiliesAreAlwaysAskedAndBeforeTlsa) {
  World world = good_world();
  world.settings.families = Families::Ipv4Only;
  world.settings.mode = ProbeMode::NoProbe;
  world.run();
  EXPECT_EQ(world.asked, (std::vector<std::string>{"example.org MX", "mx.example.org A", "mx.example.org AAAA",
                                                   "_25._tcp.mx.example.org TLSA"}));
}

// T-20
TEST(DomainScan, EveryAddressIsProbedNotOnlyTheFirstGoodOne) {
  World world = good_world();
  world.add("mx.example.org A", data(Secure, RrType::A, {"192.0.2.1", "192.0.2.2", "192.0.2.3"}))
      .server("192.0.2.2", "tlsa-mismatch");
  const output::Host host = world.run().hosts.at(0);
  EXPECT_EQ(host.probes.size(), 3U);
  EXPECT_EQ(std::count_if(host.probes.begin(), host.probes.end(), [](const auto& p) { return p.outcome == "ok"; }), 2);
}

class NamedOptOut : public OptOutList {
 public:
  bool names(const std::string& host) const override { return host == "mx.example.org" && is_host_out; }
  bool holds_address(const std::string& address) const override { return address == out_address; }
  bool is_host_out = false;
  std::string out_address;
};

struct DialRow {
  const char* name;
  SpecialAddresses special;
  ScanSettings::Ipv6Route route;
  ProbeMode mode;
  bool is_host_out;
  const char* out_address;
  const char* outcome4;
  const char* outcome6;
};
using Route = ScanSettings::Ipv6Route;
const DialRow kDialRows[] = {
    {"all are dialled", SpecialAddresses::Allow, Route::Present, ProbeMode::Probe, false, "", "ok", "ok"},
    {"T-21 special addresses are not dialled", SpecialAddresses::Skip, Route::Present, ProbeMode::Probe, false, "",
     "special-address", "special-address"},
    {"T-22 no IPv6 here", SpecialAddresses::Allow, Route::Missing, ProbeMode::Probe, false, "", "ok", "no-ipv6"},
    {"--no-probe", SpecialAddresses::Allow, Route::Present, ProbeMode::NoProbe, false, "", "no-probe", "no-probe"},
    {"T-71 host on the opt-out list", SpecialAddresses::Allow, Route::Present, ProbeMode::Probe, true, "", "opted-out",
     "opted-out"},
    {"T-71 address on the opt-out list", SpecialAddresses::Allow, Route::Present, ProbeMode::Probe, false, "192.0.2.1",
     "opted-out", "ok"},
};
class Dialling : public testing::TestWithParam<DialRow> {};
TEST_P(Dialling, Is) {
  const DialRow& row = GetParam();
  NamedOptOut opt_out;
  opt_out.is_host_out = row.is_host_out;
  opt_out.out_address = row.out_address;
  World world = good_world();
  world.add("mx.example.org AAAA", data(Secure, RrType::Aaaa, {"2001:db8::1"}));
  world.settings.special_addresses = row.special;
  world.settings.ipv6_route = row.route;
  world.settings.mode = row.mode;
  world.settings.opt_out = &opt_out;
  const output::Host host = world.run().hosts.at(0);
  ASSERT_EQ(host.probes.size(), 2U);
  EXPECT_EQ(host.probes[0].outcome, row.outcome4);
  EXPECT_EQ(host.probes[1].outcome, row.outcome6);
  const std::string outcome6 = row.outcome6;
  EXPECT_EQ(world.dialled.size(), (host.probes[0].outcome == "ok" ? 1U : 0U) + (outcome6 == "ok" ? 1U : 0U));
}
INSTANTIATE_TEST_SUITE_P(Rows, Dialling, testing::ValuesIn(kDialRows),
                         [](const auto& row) { return row_name(row.param.name); });

// T-22: the loopback address needs no route.
TEST(DomainScan, LoopbackIsDialledWithoutIpv6Route) {
  World world = good_world();
  world.add("mx.example.org AAAA", data(Secure, RrType::Aaaa, {"::1"}));
  world.settings.ipv6_route = Route::Missing;
  EXPECT_EQ(world.run().hosts.at(0).probes.at(1).outcome, "ok");
}

// T-23
TEST(DomainScan, TlsaIsAskedAtThePortOfSmtp) {
  World world = good_world();
  world.settings.smtp_port = 2525;
  world.run();
  EXPECT_TRUE(has(world.asked, "_2525._tcp.mx.example.org TLSA"));
}

// T-23
TEST(DomainScan, ATlsaNameThatCannotExistIsAbsent) {
  std::string host;
  for (int i = 0; i < 4; ++i) host += std::string(60, 'a') + ".";
  const std::string name = host + "example.";  // 253 octets on the wire
  const std::string mx_text = "10 " + name;
  dnssec::Verdict mx = data(Secure, RrType::Mx, {mx_text}).about("example.org.");
  const ScanSettings settings;
  DomainTask task;
  task.domain = "example.org";
  DomainScan scan(task, settings);
  ScanWants wants, more;
  scan.start(wants);
  scan.give(wants.lookups[0].tag, std::make_shared<const dnssec::Verdict>(mx), more);
  ScanWants last;
  scan.give(more.lookups[0].tag, std::make_shared<const dnssec::Verdict>(one_a().about(name)), last);
  scan.give(more.lookups[1].tag, std::make_shared<const dnssec::Verdict>(no_data(Secure).about(name)), last);
  EXPECT_TRUE(last.lookups.empty());
  ASSERT_TRUE(scan.is_finished());
  const output::Host result = scan.take_result().hosts.at(0);
  EXPECT_EQ(result.tlsa_status, Status::NxDomain);
  EXPECT_TRUE(has(result.warnings, "tlsa-name-too-long"));
}

struct TlsaRow {
  const char* name;
  Made expanded, original;  ///< candidates of T-24
  Status status;
  const char* base;
  const char* reason;
  int queries;
};
const TlsaRow kTlsaRows[] = {
    {"T-25 the expanded name wins", one_tlsa(), one_tlsa(), Status::Secure, "real.example.net", "", 1},
    {"T-25 absent there: the original", no_data(Secure), one_tlsa(), Status::Secure, "mx.example.org", "", 2},
    {"T-25 insecure there: the original", one_tlsa(Insecure), one_tlsa(), Status::Secure, "mx.example.org", "", 2},
    {"T-25 bogus there: stop", bogus(), one_tlsa(), Status::Bogus, "", "dns:signature-expired", 1},
    {"T-25 failed there: stop", failed(), one_tlsa(), Status::Indeterminate, "", "dns:resolver-servfail", 1},
    {"T-26 absent at both", no_such_name(Secure), no_data(Secure), Status::NxDomain, "", "", 2},
    {"T-26 insecure at one: INSECURE", one_tlsa(Insecure), no_data(Secure), Status::Insecure, "",
     "dns:insecure-delegation", 2},
    {"T-26 an insecure denial is INSECURE, and acts as absence", no_data(Insecure), no_data(Insecure), Status::Insecure,
     "", "dns:insecure-delegation", 2},
    {"T-26 absent, then bogus", no_data(Secure), bogus(), Status::Bogus, "", "dns:signature-expired", 2},
    {"T-27 an alias at the TLSA name changes no base", no_data(Secure), through(one_tlsa(), "tlsa._dane.example.net."),
     Status::Secure, "mx.example.org", "", 2},
};
class TlsaCandidates : public testing::TestWithParam<TlsaRow> {};
TEST_P(TlsaCandidates, End) {
  const TlsaRow& row = GetParam();
  World world;
  world.mx(one_mx())
      .add("mx.example.org A", through(one_a(), "real.example.net."))
      .add("_25._tcp.real.example.net TLSA", row.expanded)
      .add("_25._tcp.mx.example.org TLSA", row.original);
  const output::Host host = world.run().hosts.at(0);
  EXPECT_EQ(host.tlsa_status, row.status);
  EXPECT_EQ(host.tlsa_base, row.base);
  EXPECT_EQ(host.tlsa_reason, row.reason);
  EXPECT_EQ(std::count_if(world.asked.begin(), world.asked.end(),
                          [](const std::string& text) { return text.ends_with("TLSA"); }),
            row.queries);
  EXPECT_EQ(host.probes.size(), row.status == Status::Secure ? 1U : 0U) << "E-8";
}
INSTANTIATE_TEST_SUITE_P(Rows, TlsaCandidates, testing::ValuesIn(kTlsaRows),
                         [](const auto& row) { return row_name(row.param.name); });

// T-24: TLSA behind a SECURE first link is for RFC 7672 alone; the address stays INSECURE.
TEST(DomainScan, TlsaBehindASecureFirstLinkLeavesTheAddressInsecure) {
  World world = good_world();
  world.add("mx.example.org A", through(one_a(Insecure), "cdn.example.com."))
      .add("mx.example.org AAAA", no_data(Insecure));
  const output::Host host = world.run().hosts.at(0);
  EXPECT_EQ(host.address_status, Status::Insecure);
  EXPECT_TRUE(host.first_link_secure);
  EXPECT_EQ(host.tlsa_base, "mx.example.org");
  EXPECT_EQ(host.probes.size(), 1U);
}

// T-28
TEST(DomainScan, AllTlsaAreUsedAndTheFirstSixtyFourStored) {
  dnssec::Verdict many = one_tlsa().about("_25._tcp.mx.example.org.");
  for (int i = 0; i < 99; ++i) {
    auto record = many.records[0];
    record.rdata[3] = static_cast<std::uint8_t>(i);
    record.rdata[4] = 0x55;
    many.records.push_back(record);
  }
  const ScanSettings settings;
  DomainFacts facts;
  facts.mx_status = Status::Secure;
  HostScan host({name_of("mx.example.org."), 10, TargetKind::Host}, facts, settings, 0);
  ScanWants wants, more;
  host.start(wants);
  host.give(wants.lookups[0].tag, std::make_shared<const dnssec::Verdict>(one_a().about("mx.example.org.")), more);
  host.give(wants.lookups[1].tag, std::make_shared<const dnssec::Verdict>(no_data(Secure).about("mx.example.org.")),
            more);
  ScanWants last;
  host.give(more.lookups[0].tag, std::make_shared<const dnssec::Verdict>(many), last);
  EXPECT_EQ(host.tlsa().records().size(), 100U);
  const output::Host result = host.take_host();
  EXPECT_EQ(result.tlsa_count, 100U);
  EXPECT_EQ(result.tlsa_records.size(), 64U);
}

// E-8, E-15, T-31
TEST(DomainScan, UnusableTlsaLeadToNoConnection) {
  World world = good_world();
  world.add("_25._tcp.mx.example.org TLSA", data(Secure, RrType::Tlsa, {"1 1 1 00"}));
  const output::Host host = world.run().hosts.at(0);
  EXPECT_FALSE(host.tlsa_usable);
  EXPECT_TRUE(host.probes.empty());
  EXPECT_EQ(host.tlsa_count, 1U);
}

// T-59
TEST(DomainScan, BothKindsOfKeyAreAskedForAndADifferenceIsNoted) {
  World world = good_world();
  world.settings.tls_keys = TlsKeys::Both;
  world.server("192.0.2.1 rsa", "tlsa-mismatch");
  const output::Host host = world.run().hosts.at(0);
  EXPECT_EQ(world.dialled.size(), 2U);
  ASSERT_EQ(host.probes.size(), 1U);
  EXPECT_EQ(host.probes[0].outcome, "ok");
  EXPECT_TRUE(has(host.probes[0].warnings, "key-type-differs"));
}

// T-18
TEST(DomainScan, AddressesOverTheCapAreShownButNotDialled) {
  World world = good_world();
  world.add("mx.example.org A", data(Secure, RrType::A,
                                     {"192.0.2.1", "192.0.2.2", "192.0.2.3", "192.0.2.4", "192.0.2.5", "192.0.2.6",
                                      "192.0.2.7", "192.0.2.8", "192.0.2.9"}));
  const output::Host host = world.run().hosts.at(0);
  EXPECT_EQ(world.dialled.size(), 8U);
  ASSERT_EQ(host.probes.size(), 9U);
  EXPECT_EQ(host.probes[8].outcome, "over-cap");
  EXPECT_TRUE(has(host.warnings, "address-over-cap"));
}

// E-81, T-71
TEST(DomainScan, WhatTheConfigurationDecidesIsNotLookedUp) {
  for (const char* code : {"opted-out", "rat-domain", "tls-off", "dane-off", "route-dropped", "smtp-route"}) {
    World world = good_world();
    DomainTask task;
    task.domain = "example.org";
    task.decided_by = code;
    task.index = 7;
    task.recipients = 3;
    task.warnings = {"rat-route-relay"};
    const output::Result result = world.run(task);
    EXPECT_TRUE(world.asked.empty()) << code;
    EXPECT_EQ(result.decided_by, code);
    EXPECT_EQ(result.index, 7U);
    EXPECT_EQ(result.recipients, 3U);
    EXPECT_EQ(result.warnings, task.warnings);
    EXPECT_EQ(result.mx.status, Status::NotQueried);
  }
}

// E-85
TEST(DomainScan, ADomainWithDaneOffIsLookedUpAllTheSame) {
  World world = good_world();
  DomainTask task;
  task.domain = "example.org";
  task.decided_by = "dane-off";
  task.without_entry = true;
  const output::Result result = world.run(task);
  EXPECT_EQ(result.decided_by, "dane-off");
  EXPECT_EQ(result.hosts.at(0).probes.size(), 1U);
}

// E-51: the CNAME query is sent for `verify --debug` only.
TEST(DomainScan, CnameIsAskedOnlyWhenWanted) {
  World world = good_world();
  world.run();
  EXPECT_FALSE(has(world.asked, "mx.example.org CNAME"));
  world.settings.cname = ScanSettings::CnameQuery::Ask;
  world.run();
  EXPECT_TRUE(has(world.asked, "mx.example.org CNAME"));
}

}  // namespace
}  // namespace danesweep::scanner
