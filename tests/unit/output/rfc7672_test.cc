// SPDX-License-Identifier: Apache-2.0
// The strict RFC 7672 sender: T-75 line by line, T-76 over several hosts, T-77.
#include "output/rfc7672.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "results.h"

namespace danesweep::output {
namespace {

using namespace test;
using enum Status;

Result implicit(Status denial, Host host) {
  Result made = domain("example.org", denial, {std::move(host)});
  made.mx.answer = Answer::NoData;
  return made;
}

HostBuilder behind_secure_first_link(HostBuilder host) {
  host.host_.address_status = Insecure;
  return host.first_link_secure();
}

struct Case {
  const char* name;
  Result given;
  const char* verdict;  ///< "" = unset
};
class StrictSender : public testing::TestWithParam<Case> {};
TEST_P(StrictSender, Verdict) { EXPECT_EQ(to_text(decided(GetParam().given).rfc7672), GetParam().verdict); }

// clang-format off
const Case kCases[] = {
    // T-75
    {"T75_AddressBogus", domain("e.org", Secure, {HostBuilder("mx").address(Bogus)}), "DEFER"},
    {"T75_AddressFailed", domain("e.org", Insecure, {HostBuilder("mx").address(Indeterminate)}), "DEFER"},
    {"T75_AddressNone", domain("e.org", Secure, {HostBuilder("mx").special("address-none")}), "DEFER"},
    {"T75_TargetInvalid", domain("e.org", Secure, {HostBuilder("mx").special("mx-target-invalid")}), "DEFER"},
    {"T75_TlsaBogus", domain("e.org", Insecure, {HostBuilder("mx").tlsa(Bogus)}), "DEFER"},
    {"T75_TlsaFailed", domain("e.org", Secure, {HostBuilder("mx").tlsa(Indeterminate)}), "DEFER"},
    {"T75_InsecureMxIsNeverVerified", domain("e.org", Insecure, {good_host("mx")}), "OPPORTUNISTIC"},
    {"T75_InsecureMxMismatch", domain("e.org", Insecure, {bad_host("mx")}), "OPPORTUNISTIC"},
    {"T75_AddressInsecureFromTheFirstLinkOn", domain("e.org", Secure, {HostBuilder("mx").address(Insecure)}), "OPPORTUNISTIC"},
    {"T75_TargetLiteral", domain("e.org", Secure, {HostBuilder("192.0.2.1").special("mx-target-literal")}), "OPPORTUNISTIC"},
    {"T75_NoTlsa", domain("e.org", Secure, {plain_host("mx")}), "OPPORTUNISTIC"},
    {"T75_TlsaInsecure", domain("e.org", Secure, {HostBuilder("mx").tlsa(Insecure)}), "OPPORTUNISTIC"},
    {"T75_NoneUsable", domain("e.org", Secure, {HostBuilder("mx").unusable()}), "ENCRYPTED"},
    {"T75_Success", domain("e.org", Secure, {good_host("mx")}), "VERIFIED"},
    {"T75_OneAddressIsEnough", domain("e.org", Secure, {HostBuilder("mx").at("192.0.2.1", "tlsa-mismatch").at("192.0.2.2", "ok")}), "VERIFIED"},
    {"T75_Failed", domain("e.org", Secure, {bad_host("mx")}), "DEFER"},
    {"T75_NotConnected", domain("e.org", Secure, {down_host("mx")}), "DEFER"},
    {"T75_NotTried", domain("e.org", Secure, {HostBuilder("mx").at("192.0.2.1", "no-probe")}), ""},
    {"T75_ImplicitSecure", implicit(Secure, good_host("example.org", 0)), "VERIFIED"},
    {"T75_ImplicitInsecureDenialPutsNoConditionOnDane", implicit(Insecure, good_host("example.org", 0)), "VERIFIED"},
    {"T75_InsecureBehindSecureFirstLink_C59", domain("e.org", Secure, {behind_secure_first_link(good_host("mx"))}), "VERIFIED"},
    {"T75_InsecureBehindSecureFirstLinkNoTlsa", domain("e.org", Secure, {behind_secure_first_link(plain_host("mx"))}), "OPPORTUNISTIC"},
    // T-76
    {"T76_NullMx", early("e.org", "null-mx"), "NO_MAIL"},
    {"T76_NoSuchDomain", early("e.org", "no-such-domain"), "NO_MAIL"},
    {"T76_MxBogus", early("e.org", "mx-bogus"), "DEFER"},
    {"T76_MxFailed", early("e.org", "mx-lookup-failed"), "DEFER"},
    {"T76_GatewayOnlyMattersSayNothing", early("e.org", "smtp-route"), ""},
    {"T76_WeakestOfEquals", domain("e.org", Secure, {good_host("a"), plain_host("b")}), "OPPORTUNISTIC"},
    {"T76_EncryptedIsWeakerThanVerified", domain("e.org", Secure, {good_host("a"), HostBuilder("b").unusable()}), "ENCRYPTED"},
    {"T76_UnsetIsTheWeakest", domain("e.org", Secure, {good_host("a"), HostBuilder("b").at("192.0.2.9", "no-probe")}), ""},
    {"T76_SkippedHostsPassToTheNextPreference", domain("e.org", Secure, {bad_host("a", 10), good_host("b", 20)}), "VERIFIED"},
    {"T76_BestPreferenceDecides", domain("e.org", Secure, {plain_host("a", 10), good_host("b", 20)}), "OPPORTUNISTIC"},
    {"T76_AllSkipped", domain("e.org", Secure, {bad_host("a", 10), down_host("b", 20)}), "DEFER"},
    {"T76_OverCapTakesNoPart", domain("e.org", Secure, {bad_host("a", 10), HostBuilder("b", 20).special("over-cap")}), "DEFER"},
};
// clang-format on
INSTANTIATE_TEST_SUITE_P(Case, StrictSender, testing::ValuesIn(kCases),
                         [](const auto& row) { return std::string(row.param.name); });

TEST(StrictSenderNotes, WeakerBackupIsABackDoorT77) {
  const Result result = decided(domain("e.org", Secure, {good_host("a", 10), plain_host("b", 20), bad_host("c", 30)}));
  EXPECT_EQ(result.rfc7672, Rfc7672::Verified);
  EXPECT_EQ(result.hosts[1].warnings, std::vector<std::string>{"backup-weaker"});
  EXPECT_TRUE(result.hosts[2].warnings.empty());  // skipped: nobody is led there
}

TEST(StrictSenderNotes, InsecureMxWithMismatchWouldDeferAtPostfixT75) {
  const Result result = decided(domain("e.org", Insecure, {bad_host("a", 10), good_host("b", 20)}));
  EXPECT_EQ(result.hosts[0].warnings, std::vector<std::string>{"insecure-mx-would-defer"});
  EXPECT_TRUE(result.hosts[1].warnings.empty());
  Result implicit = domain("e.org", Insecure, {bad_host("e.org", 0)});
  implicit.mx.answer = Answer::NoData;
  EXPECT_TRUE(decided(implicit).hosts[0].warnings.empty()) << "every sender defers there";
}

}  // namespace
}  // namespace danesweep::output
