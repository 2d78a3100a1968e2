// SPDX-License-Identifier: Apache-2.0
// The debug mail-log trace (ESA.md part E: E-50 to E-61, K37 to K41). Local time is UTC here, as E-50 says.
#include <gtest/gtest.h>

#include <cstdlib>
#include <ctime>
#include <initializer_list>
#include <string>
#include <vector>

#include "dnssec/wire/presentation.h"
#include "output/gateway_text.h"
#include "results.h"

namespace danesweep::output {
namespace {

using namespace test;
using dnssec::Security;
using wire::DomainName;
using wire::RrType;

class GatewayDebug : public testing::Test {
 protected:
  void SetUp() override {
    setenv("TZ", "UTC", 1);
    tzset();
  }
};

constexpr dnssec::UnixTime kAsked = 1770062927;     // Mon Feb 2 20:08:47 2026
constexpr dnssec::UnixTime kAnswered = kAsked + 1;  // :48
constexpr std::int64_t kExpires = 1770064728000000;
constexpr auto kServer = "198.51.100.53";

DomainName name(std::string_view text) { return *DomainName::from_text(text); }

/// An answered look-up with one packet.
DebugLookup lookup(std::string_view owner, RrType type, Security security, std::initializer_list<const char*> rdatas) {
  DebugLookup made;
  made.name = name(owner);
  made.type = type;
  made.begun_at = kAsked;
  made.ended_at = kAnswered;
  made.attempts = {{kServer, 5, kAsked, "", 0}};
  made.verdict.security = security;
  made.verdict.answer = rdatas.size() == 0 ? dnssec::Answer::NoData : dnssec::Answer::Data;
  made.verdict.ttl = 1800;
  for (const char* rdata : rdatas) {
    made.verdict.records.push_back({made.name, 1800, *wire::rdata_from_text(type, rdata)});
  }
  made.expires_at_us = kExpires;
  return made;
}

using Texts = std::vector<std::string>;

TEST_F(GatewayDebug, TheSampleOfPartEByteForByte) {
  const Texts expected = {
      "Mon Feb 2 20:08:47 2026 Debug: DNS query: Q('example.org', 'MX')",
      "Mon Feb 2 20:08:47 2026 Debug: DNS query: QN('example.org', 'MX', 'recursive_nameserver0.parent')",
      "Mon Feb 2 20:08:47 2026 Debug: DNS query: QIP ('example.org','MX','198.51.100.53',5)",
      "Mon Feb 2 20:08:47 2026 Debug: DNS query: Q ('example.org', 'MX', '198.51.100.53')",
      "Mon Feb 2 20:08:48 2026 Debug: DNSSEC Response data([(0, 'mx.example.org.')], secure, 0, 1800)",
      "Mon Feb 2 20:08:48 2026 Debug: DNS encache (example.org, MX, [(1770064728000000L, 0, 'SECURE', (0, "
      "'mx.example.org'))])"};
  EXPECT_EQ(debug_lines(lookup("example.org", RrType::Mx, Security::Secure, {"0 mx.example.org."})), expected);
}

TEST_F(GatewayDebug, PrefixIsLocalTimeWithoutPaddingE50) {
  EXPECT_EQ(debug_prefix(1770062927, "Info"), "Mon Feb 2 20:08:47 2026 Info: ");
  EXPECT_EQ(debug_prefix(0, "Warning"), "Thu Jan 1 00:00:00 1970 Warning: ");
}

TEST_F(GatewayDebug, ACachedAnswerPrintsTheFirstLineOnlyE51) {
  DebugLookup cached = lookup("mx.example.org", RrType::A, Security::Secure, {"192.0.2.25"});
  cached.source = LookupSource::Cache;
  EXPECT_EQ(debug_lines(cached), Texts{"Mon Feb 2 20:08:47 2026 Debug: DNS query: Q('mx.example.org', 'A')"});
}

TEST_F(GatewayDebug, SeveralRecordsGiveSeveralTuplesE53E54E60) {
  const Texts lines =
      debug_lines(lookup("mx.example.org", RrType::A, Security::Insecure, {"192.0.2.25", "192.0.2.26"}));
  EXPECT_EQ(lines[4],
            "Mon Feb 2 20:08:48 2026 Debug: DNSSEC Response data(['192.0.2.25', '192.0.2.26'], insecure, 0, 1800)");
  EXPECT_EQ(lines[5],
            "Mon Feb 2 20:08:48 2026 Debug: DNS encache (mx.example.org, A, [(1770064728000000L, 0, 'INSECURE', "
            "'192.0.2.25'), (1770064728000000L, 0, 'INSECURE', '192.0.2.26')])");
}

TEST_F(GatewayDebug, TlsaIsLowerCaseHexE54) {
  const Texts lines =
      debug_lines(lookup("_25._tcp.mx.example.org", RrType::Tlsa, Security::Secure, {"3 1 1 0C72AC70"}));
  EXPECT_EQ(lines[4], "Mon Feb 2 20:08:48 2026 Debug: DNSSEC Response data(['0301010c72ac70'], secure, 0, 1800)");
}

TEST_F(GatewayDebug, CnameNodataK38E55E56) {
  const Texts lines = debug_lines(lookup("mx.example.org", RrType::Cname, Security::Secure, {}));
  ASSERT_EQ(lines.size(), 7U);
  EXPECT_EQ(lines[4], "Mon Feb 2 20:08:48 2026 Debug: DNSSEC Response data([], , 0, 1800)");
  EXPECT_EQ(lines[5], "Mon Feb 2 20:08:48 2026 Debug: Received NODATA for domain mx.example.org type CNAME");
  EXPECT_EQ(lines[6], "Mon Feb 2 20:08:48 2026 Debug: No CNAME record(NoError) found for domain(mx.example.org)");
}

TEST_F(GatewayDebug, NxdomainE55) {
  DebugLookup absent = lookup("_25._tcp.mx.example.org", RrType::Tlsa, Security::Secure, {});
  absent.verdict.rcode = wire::Rcode::NxDomain;
  const Texts lines = debug_lines(absent);
  EXPECT_EQ(lines[4], "Mon Feb 2 20:08:48 2026 Debug: DNSSEC Response data([], , 3, 1800)");
  EXPECT_EQ(lines[5], "Mon Feb 2 20:08:48 2026 Debug: Received NXDOMAIN for domain _25._tcp.mx.example.org type TLSA");
}

TEST_F(GatewayDebug, CnameFoundE56) {
  const Texts lines = debug_lines(lookup("mx.example.org", RrType::Cname, Security::Secure, {"target.example.net."}));
  EXPECT_EQ(lines.back(),
            "Mon Feb 2 20:08:48 2026 Debug: CNAME record(target.example.net) found for domain(mx.example.org)");
}

TEST_F(GatewayDebug, TwoResolversServfailK39E58) {
  DebugLookup failed = lookup("mx.example.org", RrType::Cname, Security::Indeterminate, {});
  failed.attempts = {{"198.51.100.53", 5, kAsked, "SERVFAIL", kAnswered},
                     {"198.51.100.54", 5, kAnswered, "SERVFAIL", kAnswered + 1}};
  failed.ended_at = kAnswered + 1;
  const Texts expected = {
      "Mon Feb 2 20:08:47 2026 Debug: DNS query: Q('mx.example.org', 'CNAME')",
      "Mon Feb 2 20:08:47 2026 Debug: DNS query: QN('mx.example.org', 'CNAME', 'recursive_nameserver0.parent')",
      "Mon Feb 2 20:08:47 2026 Debug: DNS query: QIP ('mx.example.org','CNAME','198.51.100.53',5)",
      "Mon Feb 2 20:08:47 2026 Debug: DNS query: Q ('mx.example.org', 'CNAME', '198.51.100.53')",
      "Mon Feb 2 20:08:48 2026 Warning: Received an invalid DNS Response: SERVER FAILED to IP 198.51.100.53 looking up "
      "mx.example.org",
      "Mon Feb 2 20:08:48 2026 Debug: DNS query: QIP ('mx.example.org','CNAME','198.51.100.54',5)",
      "Mon Feb 2 20:08:48 2026 Debug: DNS query: Q ('mx.example.org', 'CNAME', '198.51.100.54')",
      "Mon Feb 2 20:08:49 2026 Warning: Received an invalid DNS Response: SERVER FAILED to IP 198.51.100.54 looking up "
      "mx.example.org",
      "Mon Feb 2 20:08:49 2026 Debug: No CNAME record() found for domain(mx.example.org)"};
  EXPECT_EQ(debug_lines(failed), expected);
}

TEST_F(GatewayDebug, OtherFailuresHaveTheirWordsE58) {
  for (const auto& [failure, words] :
       {std::pair{"REFUSED", "REFUSED"}, {"TIMEOUT", "TIMED OUT"}, {"FORMERR", "FORMAT ERROR"}}) {
    DebugLookup failed = lookup("example.org", RrType::Mx, Security::Indeterminate, {});
    failed.attempts.front().failure = failure;
    EXPECT_NE(debug_lines(failed)[4].find(std::string("Response: ") + words + " to IP"), std::string::npos) << failure;
  }
}

TEST_F(GatewayDebug, BogusE57) {
  DebugLookup bogus = lookup("mx.example.org", RrType::Aaaa, Security::Bogus, {});
  bogus.verdict.reason = dnssec::Reason::SignatureExpired;
  const Texts lines = debug_lines(bogus);
  ASSERT_EQ(lines.size(), 5U);
  EXPECT_EQ(
      lines[4],
      "Mon Feb 2 20:08:48 2026 Warning: Received an invalid DNSSEC Response: DNSSEC_Error('mx.example.org', 'AAAA', "
      "'198.51.100.53', 'DNSSEC Error for hostname mx.example.org (AAAA) while asking 198.51.100.53. Error was: "
      "signature-expired') of qtype AAAA looking up mx.example.org");
}

TEST_F(GatewayDebug, NoAnswerForgesALineK40E61) {
  const Texts lines =
      debug_lines(lookup("example.org", RrType::Mx, Security::Secure, {"10 a\\010b\\027c\\039d.example."}));
  EXPECT_EQ(
      lines[4],
      "Mon Feb 2 20:08:48 2026 Debug: DNSSEC Response data([(10, 'a\\x0ab\\x1bc\\x27d.example.')], secure, 0, 1800)");
  for (const std::string& line : lines) EXPECT_EQ(line.find_first_of("\n\x1b"), std::string::npos);
}

TEST_F(GatewayDebug, LookupsStandInTheGatewaysOrderK37E51) {
  Result result = domain("example.org", Status::Secure, {good_host("mx.example.org")});
  decide(result, MultiMx::First);
  // As they came in, with what the validator asks for itself between them.
  const std::vector<DebugLookup> came = {lookup("_25._tcp.mx.example.org", RrType::Tlsa, Security::Secure, {}),
                                         lookup("example.org", RrType::Ds, Security::Secure, {}),
                                         lookup("mx.example.org", RrType::Cname, Security::Secure, {}),
                                         lookup("mx.example.org", RrType::Aaaa, Security::Secure, {}),
                                         lookup("mx.example.org", RrType::A, Security::Secure, {}),
                                         lookup("example.org", RrType::Mx, Security::Secure, {})};
  Texts order;
  for (const DebugLookup* one : in_gateway_order(came, result, {})) order.push_back(wire::to_text(one->type));
  EXPECT_EQ(order, (Texts{"MX", "A", "AAAA", "CNAME", "TLSA"}));
}

// T-24: behind an alias two names may be asked; what ended the host is printed whichever of them it was.
TEST_F(GatewayDebug, TlsaOfAnAliasHostIsPrintedInTheOrderOfAskingE51) {
  DebugLookup address = lookup("mx.example.org", RrType::A, Security::Secure, {"192.0.2.1"});
  address.verdict.aliases = 1;
  address.verdict.final_name = name("real.example.net");
  const DebugLookup own = lookup("_25._tcp.mx.example.org", RrType::Tlsa, Security::Secure, {});
  const DebugLookup expanded = lookup("_25._tcp.real.example.net", RrType::Tlsa, Security::Bogus, {});
  const Result result =
      decided(domain("example.org", Status::Secure, {HostBuilder("mx.example.org").tlsa(Status::Bogus)}));
  const auto order = [&](const std::vector<DebugLookup>& came) {
    Texts names;
    for (const DebugLookup* one : in_gateway_order(came, result, {})) names.push_back(one->name.to_display());
    return names;
  };
  EXPECT_EQ(order({address, expanded}), (Texts{"mx.example.org", "_25._tcp.real.example.net"}));
  EXPECT_EQ(order({own, expanded, address}),
            (Texts{"mx.example.org", "_25._tcp.real.example.net", "_25._tcp.mx.example.org"}));
}

TEST_F(GatewayDebug, TlsaAskedBesideTheTableIsNotPrintedE51) {
  HostBuilder host = good_host("mx.example.org").first_link_secure();
  host.host_.address_status = Status::Insecure;
  const std::vector<DebugLookup> came = {lookup("_25._tcp.mx.example.org", RrType::Tlsa, Security::Secure, {})};
  EXPECT_TRUE(in_gateway_order(came, decided(domain("example.org", Status::Secure, {host})), {}).empty());
}

Host spoke(HostBuilder host) {
  host.host_.probes.front().protocol = "TLSv1.2";
  host.host_.probes.front().cipher = "DHE-RSA-AES256-GCM-SHA384";
  return host;
}

TEST_F(GatewayDebug, TheWordForTellsDaneFromTlsK41E59) {
  std::uint32_t connections = 0;
  const Result verified = decided(domain("example.org", Status::Secure, {spoke(good_host("mx"))}));
  const Result fallback = decided(domain("example.net", Status::Insecure, {spoke(good_host("mx"))}));
  Texts lines = debug_connection_lines(verified, {}, kAsked, connections);
  const Texts more = debug_connection_lines(fallback, {}, kAsked, connections);
  lines.insert(lines.end(), more.begin(), more.end());
  const Texts expected = {
      "Mon Feb 2 20:08:47 2026 Info: DCID 1 TLS success protocol TLSv1.2 cipher DHE-RSA-AES256-GCM-SHA384 for "
      "example.org",
      "Mon Feb 2 20:08:47 2026 Info: DCID 2 TLS success protocol TLSv1.2 cipher DHE-RSA-AES256-GCM-SHA384"};
  EXPECT_EQ(lines, expected);
}

TEST_F(GatewayDebug, ConnectionsWithoutTlsAreCountedNotPrintedE59) {
  std::uint32_t connections = 0;
  const Result down = decided(domain("example.org", Status::Secure, {down_host("a", 10), spoke(good_host("b", 20))}));
  const Texts lines = debug_connection_lines(down, {}, kAsked, connections);
  ASSERT_EQ(lines.size(), 1U);
  EXPECT_NE(lines.front().find("DCID 2 "), std::string::npos);
}

/// E-52: a retry repeats the last two lines only.
TEST_F(GatewayDebug, ARetryRepeatsServerAndPacketE52) {
  DebugLookup retried = lookup("example.org", RrType::Mx, Security::Secure, {"0 mx.example.org."});
  retried.attempts.insert(retried.attempts.begin(), {"198.51.100.54", 5, kAsked, "TIMEOUT", kAsked + 5});
  EXPECT_EQ(debug_lines(retried).size(), 2U + 3U + 2U + 2U);
}

}  // namespace
}  // namespace danesweep::output
