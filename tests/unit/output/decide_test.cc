// SPDX-License-Identifier: Apache-2.0
// From the facts of a domain to its verdicts: ESA.md parts A to C (E-1 to E-26), K14 to K32, T-62, T-63.
#include "output/decide.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <string>
#include <vector>

#include "results.h"

namespace danesweep::output {
namespace {

using namespace test;
using enum Status;
constexpr auto DaneSuccess = Action::DaneSuccess;
constexpr auto DaneFail = Action::DaneFail;
constexpr auto Fallback = Action::Fallback;
constexpr auto Undetermined = Action::Undetermined;
constexpr auto NotApplicable = Action::NotApplicable;

enum class Degraded : std::uint8_t { No, Yes };

struct Case {
  const char* name;
  Result given;
  Action opportunistic, mandatory;
  const char* rows;  ///< "O-1 M-1"; "" = no row
  const char* reason;
  Degraded degraded;
};

std::string rows_of(const Result& result) {
  if (result.row_opportunistic.empty() && result.row_mandatory.empty()) return "";
  return result.row_opportunistic + " " + result.row_mandatory;
}

void expect_case(const Case& expected, MultiMx multi_mx) {
  const Result result = decided(expected.given, multi_mx);
  EXPECT_EQ(to_text(result.opportunistic), to_text(expected.opportunistic));
  EXPECT_EQ(to_text(result.mandatory), to_text(expected.mandatory));
  EXPECT_EQ(rows_of(result), expected.rows);
  EXPECT_EQ(result.reason, expected.reason);
  EXPECT_EQ(result.degraded, expected.degraded == Degraded::Yes);
}

class First : public testing::TestWithParam<Case> {};
TEST_P(First, Decides) { expect_case(GetParam(), MultiMx::First); }
class All : public testing::TestWithParam<Case> {};
TEST_P(All, Decides) { expect_case(GetParam(), MultiMx::All); }

Result implicit(Status denial, Host host) {
  Result made = domain("example.org", denial, {std::move(host)});
  made.mx.answer = Answer::NoData;
  return made;
}

/// A is good, AAAA is BOGUS: the engine leaves that family out and names it.
Host one_family_left_out() {
  HostBuilder host = good_host("mx");
  host.host_.warnings = {"address-partly-bogus"};
  return host;
}

Result nowhere(std::string code, Status status, Answer answer) {
  Result made = early("example.org", std::move(code));
  made.mx = {status, answer, "", "example.org"};
  return made;
}

// clang-format off
const Case kFirst[] = {
    // One host: the cells of the host are those of the domain.
    {"E1_AllSecureAndMatching", domain("e.org", Secure, {good_host("mx.e.org")}), DaneSuccess, DaneSuccess, "O-1 M-1", "ok", Degraded::No},
    {"E5_TlsaDenialInsecure_K8", domain("e.org", Secure, {HostBuilder("mx").tlsa(Insecure)}), Fallback, DaneFail, "O-3 M-3", "tlsa-insecure", Degraded::No},
    {"E4_TlsaProvenAbsent_K6", domain("e.org", Secure, {plain_host("mx")}), Fallback, DaneFail, "O-4 M-4", "tlsa-none", Degraded::No},
    {"E5_TlsaDenialBogus_K9", domain("e.org", Secure, {HostBuilder("mx").tlsa(Bogus)}), DaneFail, DaneFail, "O-5 M-5", "tlsa-bogus", Degraded::No},
    {"E6_TlsaServfail_K10", domain("e.org", Secure, {HostBuilder("mx").tlsa(Indeterminate)}), Undetermined, Undetermined, "", "tlsa-lookup-failed", Degraded::No},
    {"E2_AddressInsecure_K11", domain("e.org", Secure, {HostBuilder("mx").address(Insecure)}), Fallback, DaneFail, "O-6 M-6", "address-insecure", Degraded::No},
    {"K14_InsecureMxGoodCertificate", domain("e.org", Insecure, {good_host("mx")}), Fallback, DaneFail, "O-8 M-8", "mx-insecure", Degraded::No},
    {"K14_InsecureMxBadCertificate", domain("e.org", Insecure, {bad_host("mx")}), Fallback, DaneFail, "O-8 M-9", "mx-insecure", Degraded::No},
    {"K14_InsecureMxPortClosed", domain("e.org", Insecure, {down_host("mx")}), Fallback, DaneFail, "O-8 ", "mx-insecure", Degraded::No},
    {"K15_InsecureMxAddressTimesOut", domain("e.org", Insecure, {HostBuilder("mx").address(Indeterminate)}), Undetermined, DaneFail, "", "address-lookup-failed", Degraded::No},
    {"K16_OnlyUnusableRecords_E15", domain("e.org", Secure, {HostBuilder("mx").unprobed("192.0.2.1").unusable()}), Fallback, DaneFail, "", "tlsa-unusable", Degraded::No},
    {"E15_OnlyUnusableRecordsBehindAnInsecureMx", domain("e.org", Insecure, {HostBuilder("mx").unprobed("192.0.2.1").unusable()}), Fallback, DaneFail, "O-8 ", "mx-insecure", Degraded::No},
    {"K17_NoStarttls_E16", domain("e.org", Secure, {HostBuilder("mx").at("192.0.2.1", "starttls-missing")}), DaneFail, DaneFail, "O-2 M-2", "starttls-missing", Degraded::No},
    {"K18_PortClosed_E16", domain("e.org", Secure, {down_host("mx")}), Undetermined, Undetermined, "", "connect-refused", Degraded::No},
    {"E7_NoProbeLeavesTheCellUnknown", domain("e.org", Secure, {HostBuilder("mx").at("192.0.2.1", "no-probe")}), Undetermined, Undetermined, "", "no-probe", Degraded::No},
    {"K19_OneFamilyBogusTheOtherDecides_E10", domain("e.org", Secure, {one_family_left_out()}), DaneSuccess, DaneSuccess, "O-1 M-1", "ok", Degraded::No},
    {"K20_BothFamiliesBogus_E10", domain("e.org", Secure, {HostBuilder("mx").address(Bogus)}), DaneFail, DaneFail, "O-7 M-7", "address-bogus", Degraded::No},
    {"E10_NoFamilyLeftKnown", domain("e.org", Secure, {HostBuilder("mx").address(Indeterminate)}), Undetermined, Undetermined, "", "address-lookup-failed", Degraded::No},
    {"T10_LiteralCountsAsInsecureAddress", domain("e.org", Secure, {HostBuilder("192.0.2.7").special("mx-target-literal")}), Fallback, DaneFail, "O-6 M-6", "mx-target-literal", Degraded::No},
    // Without any host.
    {"K21_ImplicitMxSecure_E9", implicit(Secure, good_host("example.org", 0)), DaneSuccess, DaneSuccess, "O-1 M-1", "ok", Degraded::No},
    {"E9_ImplicitMxInsecureDenial", implicit(Insecure, good_host("example.org", 0)), Fallback, DaneFail, "O-8 M-8", "mx-insecure", Degraded::No},
    {"K22_NullMx", nowhere("null-mx", Secure, Answer::Data), NotApplicable, NotApplicable, "", "null-mx", Degraded::No},
    {"K23_DomainAbsent", nowhere("no-such-domain", Secure, Answer::NxDomain), NotApplicable, NotApplicable, "", "no-such-domain", Degraded::No},
    {"E9_DomainAbsentByUnsignedDenial", nowhere("", Insecure, Answer::NxDomain), NotApplicable, NotApplicable, "", "no-such-domain", Degraded::No},
    {"K24_DenialBogus_E3", nowhere("", Bogus, Answer::None), DaneFail, DaneFail, "O-14 M-15", "mx-bogus", Degraded::No},
    {"E25_MxLookupFailed", nowhere("", Indeterminate, Answer::None), Undetermined, Undetermined, "", "mx-lookup-failed", Degraded::No},
    {"E25_NoHostWithAnAddress", domain("e.org", Secure, {HostBuilder("mx").special("address-none")}), NotApplicable, NotApplicable, "", "address-none", Degraded::No},
    {"E82_OptedOut", early("e.org", "opted-out"), NotApplicable, NotApplicable, "", "opted-out", Degraded::No},
    {"E91_SmtpRouteFailsUnderBoth", early("e.org", "smtp-route"), DaneFail, DaneFail, "", "smtp-route", Degraded::No},
    {"E90_RouteDropped", early("e.org", "route-dropped"), NotApplicable, NotApplicable, "", "route-dropped", Degraded::No},
    {"InternalError", early("e.org", "internal-error"), Undetermined, Undetermined, "", "internal-error", Degraded::No},
    // Several hosts, E-22.
    {"K25_FirstFails", domain("e.org", Secure, {bad_host("a", 10), good_host("b", 20)}), DaneSuccess, DaneSuccess, "O-1 M-1", "ok", Degraded::Yes},
    {"K26_SecondFails", domain("e.org", Secure, {good_host("a", 10), bad_host("b", 20)}), DaneSuccess, DaneSuccess, "O-1 M-1", "ok", Degraded::Yes},
    {"K27_EqualMixed", domain("e.org", Secure, {good_host("a", 10), plain_host("b", 10)}), Fallback, DaneSuccess, "O-4 M-1", "tlsa-none", Degraded::Yes},
    {"K28_FailThenFallback", domain("e.org", Secure, {bad_host("a", 10), plain_host("b", 20)}), Fallback, DaneFail, "O-4 M-2", "tlsa-none", Degraded::Yes},
    {"K29_DownThenGood", domain("e.org", Secure, {down_host("a", 10), good_host("b", 20)}), DaneSuccess, DaneSuccess, "O-1 M-1", "ok", Degraded::Yes},
    {"K30_FailAndDown", domain("e.org", Secure, {bad_host("a", 10), down_host("b", 20)}), Undetermined, Undetermined, "", "connect-refused", Degraded::No},
    {"K31_TwoAddresses_E21", domain("e.org", Secure, {HostBuilder("mx").at("192.0.2.1", "tlsa-mismatch").at("192.0.2.2", "ok")}), DaneSuccess, DaneSuccess, "O-1 M-1", "ok", Degraded::Yes},
    {"K32_HostWithoutAddress", domain("e.org", Secure, {HostBuilder("a", 10).special("address-none"), good_host("b", 20)}), DaneSuccess, DaneSuccess, "O-1 M-1", "ok", Degraded::No},
    {"T11_InvalidTargetIsPassedOver", domain("e.org", Secure, {HostBuilder("localhost", 10).special("mx-target-invalid"), good_host("b", 20)}), DaneSuccess, DaneSuccess, "O-1 M-1", "ok", Degraded::No},
    {"T12_OverCapTakesNoPart", domain("e.org", Secure, {good_host("a", 10), HostBuilder("b", 20).special("over-cap")}), DaneSuccess, DaneSuccess, "O-1 M-1", "ok", Degraded::No},
    {"E24_UndialledAddressDoesNotDegrade", domain("e.org", Secure, {HostBuilder("mx").at("192.0.2.1", "ok").at("2001:db8::1", "no-ipv6")}), DaneSuccess, DaneSuccess, "O-1 M-1", "ok", Degraded::No},
    {"E24_AddressOverTheCapDoesNotDegrade", domain("e.org", Secure, {HostBuilder("mx").at("192.0.2.1", "ok").at("192.0.2.2", "over-cap")}), DaneSuccess, DaneSuccess, "O-1 M-1", "ok", Degraded::No},
    {"E24_OurOwnFailureDegrades", domain("e.org", Secure, {HostBuilder("mx").at("192.0.2.1", "ok").at("192.0.2.2", "internal-error")}), DaneSuccess, DaneSuccess, "O-1 M-1", "ok", Degraded::Yes},
    {"E24_RefusedAddressDegrades", domain("e.org", Secure, {HostBuilder("mx").at("192.0.2.1", "ok").at("192.0.2.2", "connect-refused")}), DaneSuccess, DaneSuccess, "O-1 M-1", "ok", Degraded::Yes},
    {"E22_WorsePreferenceIsNotAsked", domain("e.org", Secure, {plain_host("a", 10), good_host("b", 20)}), Fallback, DaneSuccess, "O-4 M-1", "tlsa-none", Degraded::Yes},
};
// E-23: every host must do; `degraded` as under `first`.
const Case kAll[] = {
    {"K25_FirstFails", domain("e.org", Secure, {bad_host("a", 10), good_host("b", 20)}), DaneFail, DaneFail, "O-2 M-2", "tlsa-mismatch", Degraded::Yes},
    {"K26_SecondFails", domain("e.org", Secure, {good_host("a", 10), bad_host("b", 20)}), DaneFail, DaneFail, "O-2 M-2", "tlsa-mismatch", Degraded::Yes},
    {"K29_DownThenGood", domain("e.org", Secure, {down_host("a", 10), good_host("b", 20)}), Undetermined, Undetermined, "", "connect-refused", Degraded::Yes},
    {"K30_FailAndDown", domain("e.org", Secure, {bad_host("a", 10), down_host("b", 20)}), DaneFail, DaneFail, "O-2 M-2", "tlsa-mismatch", Degraded::No},
    {"K31_TwoAddresses_E21", domain("e.org", Secure, {HostBuilder("mx").at("192.0.2.1", "tlsa-mismatch").at("192.0.2.2", "ok")}), DaneFail, DaneFail, "O-2 M-2", "tlsa-mismatch", Degraded::Yes},
    {"E23_FallbackIsWorseThanSuccess", domain("e.org", Secure, {good_host("a", 10), plain_host("b", 20)}), Fallback, DaneFail, "O-4 M-4", "tlsa-none", Degraded::Yes},
    {"E23_PassedOverHostsDoNotCount", domain("e.org", Secure, {HostBuilder("a", 10).special("address-none"), good_host("b", 20)}), DaneSuccess, DaneSuccess, "O-1 M-1", "ok", Degraded::No},
    {"E21_SuccessBesideRefusedAddress", domain("e.org", Secure, {HostBuilder("mx").at("192.0.2.1", "connect-refused").at("192.0.2.2", "ok")}), DaneSuccess, DaneSuccess, "O-1 M-1", "ok", Degraded::Yes},
};
// clang-format on

std::string name_of(const testing::TestParamInfo<Case>& row) { return row.param.name; }
INSTANTIATE_TEST_SUITE_P(Case, First, testing::ValuesIn(kFirst), name_of);
INSTANTIATE_TEST_SUITE_P(Case, All, testing::ValuesIn(kAll), name_of);

/// E-20: the walk is by preference; equals were shuffled by the engine.
TEST(Decide, OrderAmongEqualsNeverChangesAVerdictK27) {
  std::vector<Host> hosts = {good_host("a"), plain_host("b"), bad_host("c"), down_host("d")};
  std::array<std::size_t, 4> order = {0, 1, 2, 3};
  do {
    std::vector<Host> walked;
    for (const std::size_t i : order) walked.push_back(hosts[i]);
    const Result result = decided(domain("e.org", Secure, std::move(walked)));
    EXPECT_EQ(result.opportunistic, Fallback);
    EXPECT_EQ(result.mandatory, DaneSuccess);
    EXPECT_EQ(result.reason, "tlsa-none");
    EXPECT_TRUE(result.degraded);
  } while (std::next_permutation(order.begin(), order.end()));
}

TEST(Decide, HostsCarryTheirOwnRowsE17) {
  const Result result = decided(domain("e.org", Secure, {bad_host("a", 10), plain_host("b", 20), down_host("c", 30)}));
  EXPECT_EQ(result.hosts[0].row_mandatory, "M-2");
  EXPECT_EQ(result.hosts[0].row_opportunistic, "O-2");
  EXPECT_EQ(result.hosts[1].row_mandatory, "M-4");
  EXPECT_EQ(result.hosts[1].row_opportunistic, "O-4");
  EXPECT_EQ(result.hosts[2].row_mandatory, "");  // not one row: E-14
  EXPECT_EQ(result.hosts[2].row_opportunistic, "");
}

TEST(Decide, HostsPassedOverOrOverTheCapAreNotApplicableWithoutRows) {
  const Result result = decided(domain(
      "e.org", Secure,
      {good_host("a", 10), HostBuilder("b", 20).special("over-cap"), HostBuilder("c", 30).special("address-none")}));
  for (const std::size_t i : {std::size_t{1}, std::size_t{2}}) {
    EXPECT_EQ(result.hosts[i].opportunistic, NotApplicable);
    EXPECT_EQ(result.hosts[i].mandatory, NotApplicable);
    EXPECT_EQ(result.hosts[i].row_opportunistic, "");
    EXPECT_EQ(result.hosts[i].reason, result.hosts[i].special);
  }
}

/// T-62: the reason of a host is that of the first step that gives it its action.
struct HostReason {
  const char* name;
  Status mx;
  Host host;
  const char* reason;
};
class HostReasons : public testing::TestWithParam<HostReason> {};
TEST_P(HostReasons, T62) {
  const Result result = decided(domain("e.org", GetParam().mx, {GetParam().host}));
  EXPECT_EQ(result.hosts.front().reason, GetParam().reason);
}
// clang-format off
const HostReason kHostReasons[] = {
    {"SuccessIsOk", Secure, good_host("mx"), "ok"},
    {"InsecureMxBeforeAllOthers", Insecure, plain_host("mx"), "mx-insecure"},
    {"InsecureMxBeforeInsecureAddress", Insecure, HostBuilder("mx").address(Insecure), "mx-insecure"},
    {"BogusStepWinsOverInsecureMx", Insecure, HostBuilder("mx").tlsa(Bogus), "tlsa-bogus"},
    {"BogusAddress", Insecure, HostBuilder("mx").address(Bogus), "address-bogus"},
    {"FirstFailedProbe", Secure, HostBuilder("mx").at("192.0.2.1", "connect-refused").at("192.0.2.2", "starttls-masked").at("192.0.2.3", "tlsa-mismatch"), "starttls-masked"},
    {"FirstNotCheckedProbe", Secure, HostBuilder("mx").at("192.0.2.1", "greeting-timeout").at("192.0.2.2", "connect-refused"), "greeting-timeout"},
    {"OverCapExplainsNothingIfAnotherDoes", Secure, HostBuilder("mx").at("192.0.2.1", "over-cap").at("192.0.2.2", "connect-refused"), "connect-refused"},
    {"FailedLookupBeforeProbes", Secure, HostBuilder("mx").tlsa(Indeterminate), "tlsa-lookup-failed"},
    {"OptedOutHostIsNotDialled", Secure, HostBuilder("mx").at("192.0.2.1", "opted-out"), "opted-out"},
};
// clang-format on
INSTANTIATE_TEST_SUITE_P(Case, HostReasons, testing::ValuesIn(kHostReasons),
                         [](const auto& row) { return std::string(row.param.name); });

TEST(Decide, ReasonIsOfTheFirstHostInTheWalkWithTheDomainsActionT63) {
  const Result result = decided(domain(
      "e.org", Secure,
      {HostBuilder("a", 10).at("192.0.2.1", "starttls-missing"), HostBuilder("b", 20).tlsa(Bogus), bad_host("c", 30)}));
  EXPECT_EQ(result.opportunistic, DaneFail);
  EXPECT_EQ(result.reason, "starttls-missing");
}

TEST(Decide, EffectiveFollowsTheModeK65) {
  Result mandatory = domain("e.org", Secure, {plain_host("mx")});
  mandatory.effective_mode = Mode::Mandatory;
  mandatory.mode_source = ModeSource::OwnEntry;
  mandatory = decided(mandatory);
  EXPECT_EQ(mandatory.opportunistic, Fallback);
  EXPECT_EQ(mandatory.effective, DaneFail);
  EXPECT_EQ(mandatory.effective_reason, "tlsa-none");

  const Result opportunistic = decided(domain("e.org", Secure, {plain_host("mx")}));
  EXPECT_EQ(opportunistic.effective, Fallback);
  EXPECT_EQ(opportunistic.effective_reason, "tlsa-none");
}

TEST(Decide, EffectiveReasonIsOfTheEffectiveColumnE26) {
  Result result = domain("e.org", Insecure, {HostBuilder("mx").address(Indeterminate)});
  result.effective_mode = Mode::Mandatory;
  result = decided(result);
  EXPECT_EQ(result.reason, "address-lookup-failed");  // UNDETERMINED under Opportunistic
  EXPECT_EQ(result.effective_reason, "mx-insecure");  // DANE_FAIL under Mandatory whatever the address is
}

TEST(Decide, DaneOffIsNotApplicableAndSaysWhatItWouldBeE85) {
  Result off = domain("e.org", Secure, {bad_host("mx")});
  off.decided_by = "dane-off";
  off.effective_mode = Mode::None;
  off = decided(off);
  EXPECT_EQ(off.opportunistic, NotApplicable);
  EXPECT_EQ(off.mandatory, NotApplicable);
  EXPECT_EQ(off.effective, NotApplicable);
  EXPECT_EQ(off.reason, "dane-off");
  EXPECT_FALSE(off.degraded);
  ASSERT_TRUE(off.without_entry.has_value());
  EXPECT_EQ(off.without_entry->opportunistic, DaneFail);
  EXPECT_EQ(off.without_entry->reason, "tlsa-mismatch");
  EXPECT_EQ(off.hosts.front().row_opportunistic, "O-2");
}

TEST(Decide, DaneOffWithoutLookupsHasNothingToAddE85) {
  EXPECT_FALSE(decided(early("e.org", "dane-off")).without_entry.has_value());
  EXPECT_FALSE(decided(domain("e.org", Secure, {bad_host("mx")})).without_entry.has_value());
}

TEST(Decide, AddressesThatDifferAreNotedT20) {
  const Result result =
      decided(domain("e.org", Secure, {HostBuilder("mx").at("192.0.2.1", "ok").at("192.0.2.2", "tlsa-mismatch")}));
  EXPECT_EQ(result.hosts.front().warnings, std::vector<std::string>{"address-differs"});
}

TEST(Decide, IsIdempotent) {
  Result once = domain("e.org", Insecure,
                       {HostBuilder("a").at("192.0.2.1", "ok").at("192.0.2.2", "tlsa-mismatch"), bad_host("b", 20)});
  decide(once, MultiMx::First);
  Result twice = once;
  decide(twice, MultiMx::First);
  EXPECT_EQ(once.hosts[0].warnings, twice.hosts[0].warnings);
  EXPECT_EQ(once.hosts[1].warnings, twice.hosts[1].warnings);
  EXPECT_EQ(once.reason, twice.reason);
  EXPECT_EQ(once.row_mandatory, twice.row_mandatory);
}

/// T-24: TLSA behind a SECURE first link is asked for RFC 7672's sake only; the row does not move.
TEST(Decide, TlsaAskedBesideTheTableChangesNoRowE8) {
  HostBuilder host("mx");
  host.at("192.0.2.1", "ok").first_link_secure();
  host.host_.address_status = Insecure;
  const Result result = decided(domain("e.org", Secure, {host}));
  EXPECT_EQ(result.row_opportunistic, "O-6");
  EXPECT_EQ(result.row_mandatory, "M-6");
  EXPECT_EQ(result.reason, "address-insecure");
  EXPECT_EQ(result.rfc7672, Rfc7672::Verified);
}

}  // namespace
}  // namespace danesweep::output
