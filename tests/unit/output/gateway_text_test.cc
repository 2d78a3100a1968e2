// SPDX-License-Identifier: Apache-2.0
// The `daneverify` transcripts T1 to T9 byte for byte (K33), and every other line of ESA.md part D (E-30 to E-49; lines
// of a connection: E-38, E-41).
#include "output/gateway_text.h"

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "results.h"

namespace danesweep::output {
namespace {

using namespace test;
using enum Status;

constexpr auto kCipher12 = "ECDHE-RSA-AES256-GCM-SHA384";
constexpr auto kCipher13 = "TLS_AES_256_GCM_SHA384";

/// What the connection of the last address showed.
HostBuilder spoke(HostBuilder host, std::string protocol, std::string cipher, std::string own_address) {
  Probe& connection = host.host_.probes.back();
  connection.protocol = std::move(protocol);
  connection.cipher = std::move(cipher);
  connection.source_address = std::move(own_address);
  return host;
}

HostBuilder greeted(HostBuilder host, std::uint32_t code) {
  host.host_.probes.back().replies.push_back({"greeting", code, "", {}});
  return host;
}

Result implicit(Result result) {
  result.mx.answer = Answer::NoData;
  return result;
}

std::string transcript(Result result, MultiMx multi_mx = MultiMx::First) {
  decide(result, multi_mx);
  return daneverify_text(result, {25, multi_mx});
}

struct Sample {
  const char* name;
  Result given;
  const char* printed;
};
class Transcripts : public testing::TestWithParam<Sample> {};
TEST_P(Transcripts, K33) { EXPECT_EQ(transcript(GetParam().given), GetParam().printed); }

const Sample kSamples[] = {
    // E-30, E-33, E-35 to E-41: success
    {"T1",
     domain("example.org", Secure,
            {spoke(HostBuilder("mx.example.org").at("192.0.2.25", "ok"), "TLSv1.2", kCipher12, "198.51.100.7")}),
     R"(SECURE MX record(mx.example.org) found for example.org
SECURE A record (192.0.2.25) found for MX(mx.example.org) in example.org
Connecting to 192.0.2.25 on port 25.
Connected to 192.0.2.25 from interface 198.51.100.7.
SECURE TLSA record found for MX(mx.example.org) in example.org
Checking TLS connection.
TLS connection established: protocol TLSv1.2, cipher ECDHE-RSA-AES256-GCM-SHA384.
Certificate verification successful
TLS connection succeeded example.org.
DANE SUCCESS for example.org
DANE verification completed.
)"},
    // E-32
    {"T2", early("broken.example", "mx-bogus"),
     R"(BOGUS MX record found for broken.example
DANE FAILED for broken.example
DANE verification completed.
)"},
    // E-31, E-43
    {"T3",
     domain("example.com", Insecure,
            {HostBuilder("a.example.com", 10).unprobed("203.0.113.1").address(Insecure),
             HostBuilder("b.example.com", 20).unprobed("203.0.113.2").address(Insecure)}),
     R"(INSECURE MX record(a.example.com) found for example.com
INSECURE MX record(a.example.com) found. The command will still proceed.
INSECURE A record (203.0.113.1) found for MX(a.example.com) in example.com
Trying next MX record in example.com
INSECURE MX record(b.example.com) found for example.com
INSECURE MX record(b.example.com) found. The command will still proceed.
INSECURE A record (203.0.113.2) found for MX(b.example.com) in example.com
DANE FAILED for example.com
DANE verification completed.
)"},
    // E-42
    {"T4",
     domain("example.net", Insecure,
            {HostBuilder("in.example.net").unprobed("203.0.113.9").unprobed("203.0.113.10").address(Insecure)}),
     R"(INSECURE MX record(in.example.net) found for example.net
INSECURE MX record(in.example.net) found. The command will still proceed.
INSECURE A record (203.0.113.9) found for MX(in.example.net) in example.net
Trying next A record (203.0.113.10) for MX(in.example.net) in example.net
INSECURE A record (203.0.113.10) found for MX(in.example.net) in example.net
DANE FAILED for example.net
DANE verification completed.
)"},
    // E-40, E-43; IPv6
    {"T5",
     domain(
         "two.example", Secure,
         {spoke(HostBuilder("mx1.two.example", 10).at("192.0.2.1", "tlsa-mismatch"), "TLSv1.3", kCipher13,
                "198.51.100.7"),
          spoke(HostBuilder("mx2.two.example", 20).at("2001:db8::25", "ok"), "TLSv1.3", kCipher13, "2001:db8:1::7")}),
     R"(SECURE MX record(mx1.two.example) found for two.example
SECURE A record (192.0.2.1) found for MX(mx1.two.example) in two.example
Connecting to 192.0.2.1 on port 25.
Connected to 192.0.2.1 from interface 198.51.100.7.
SECURE TLSA record found for MX(mx1.two.example) in two.example
Checking TLS connection.
TLS connection established: protocol TLSv1.3, cipher TLS_AES_256_GCM_SHA384.
Certificate verification failed: no TLSA record matches the certificate.
TLS connection failed two.example.
Trying next MX record in two.example
SECURE MX record(mx2.two.example) found for two.example
SECURE AAAA record (2001:db8::25) found for MX(mx2.two.example) in two.example
Connecting to 2001:db8::25 on port 25.
Connected to 2001:db8::25 from interface 2001:db8:1::7.
SECURE TLSA record found for MX(mx2.two.example) in two.example
Checking TLS connection.
TLS connection established: protocol TLSv1.3, cipher TLS_AES_256_GCM_SHA384.
Certificate verification successful
TLS connection succeeded two.example.
DANE SUCCESS for two.example
DANE verification completed.
)"},
    // E-34, E-37
    {"T6",
     domain("mixed.example", Secure,
            {HostBuilder("mx1.mixed.example", 10).unprobed("192.0.2.2").tlsa(NxDomain),
             HostBuilder("mx2.mixed.example", 20).address(Bogus)}),
     R"(SECURE MX record(mx1.mixed.example) found for mixed.example
SECURE A record (192.0.2.2) found for MX(mx1.mixed.example) in mixed.example
No TLSA record found for MX(mx1.mixed.example) in mixed.example
Trying next MX record in mixed.example
SECURE MX record(mx2.mixed.example) found for mixed.example
BOGUS A record found for MX(mx2.mixed.example) in mixed.example
DANE FAILED for mixed.example
DANE verification completed.
)"},
    // E-44, E-36, E-42, E-39
    {"T7",
     implicit(domain(
         "bare.example", Secure,
         {spoke(HostBuilder("bare.example", 0).at("192.0.2.3", "connect-refused").at("192.0.2.4", "starttls-missing"),
                "", "", "198.51.100.7")})),
     R"(No MX record found for bare.example. Using bare.example as mail host.
SECURE A record (192.0.2.3) found for MX(bare.example) in bare.example
Connecting to 192.0.2.3 on port 25.
Connection to 192.0.2.3 failed: connection refused.
Trying next A record (192.0.2.4) for MX(bare.example) in bare.example
SECURE A record (192.0.2.4) found for MX(bare.example) in bare.example
Connecting to 192.0.2.4 on port 25.
Connected to 192.0.2.4 from interface 198.51.100.7.
SECURE TLSA record found for MX(bare.example) in bare.example
Checking TLS connection.
TLS connection failed: STARTTLS not offered.
DANE FAILED for bare.example
DANE verification completed.
)"},
    // E-45
    {"T8", early("nomail.example", "null-mx"),
     R"(Null MX record found for nomail.example.
DANE NOT APPLICABLE for nomail.example
DANE verification completed.
)"},
    // E-36: no TLSA line after a failed connection
    {"T9", domain("down.example", Secure, {HostBuilder("mx.down.example").at("192.0.2.5", "connect-timeout")}),
     R"(SECURE MX record(mx.down.example) found for down.example
SECURE A record (192.0.2.5) found for MX(mx.down.example) in down.example
Connecting to 192.0.2.5 on port 25.
Connection to 192.0.2.5 failed: timed out.
DANE UNDETERMINED for down.example
DANE verification completed.
)"},
};
INSTANTIATE_TEST_SUITE_P(Sample, Transcripts, testing::ValuesIn(kSamples),
                         [](const auto& row) { return std::string(row.param.name); });

bool has_line(const std::string& text, const std::string& line) {
  return ("\n" + text).find("\n" + line + "\n") != std::string::npos;
}

/// A line that must stand in the transcript, and one that must not.
struct LineCase {
  const char* name;
  Result given;
  const char* line;
  const char* never;
};
class Lines : public testing::TestWithParam<LineCase> {};
TEST_P(Lines, PartD) {
  const std::string text = transcript(GetParam().given);
  EXPECT_TRUE(has_line(text, GetParam().line)) << text;
  if (*GetParam().never == '\0') return;
  EXPECT_EQ(text.find(GetParam().never), std::string::npos) << text;
}

Result one(HostBuilder host) { return domain("e.org", Secure, {std::move(host)}); }
Result lookup_failed() {
  Result made = early("e.org", "mx-lookup-failed");
  made.mx.reason = "dns:resolver-timeout";
  return made;
}
Result tlsa_failed() {
  HostBuilder host = HostBuilder("mx").unprobed("192.0.2.1").tlsa(Indeterminate);
  host.host_.tlsa_reason = "dns:resolver-servfail";
  return one(host);
}
Result family_left_out() {
  HostBuilder host = good_host("mx");
  host.host_.addresses.push_back({"2001:db8::1", Bogus});
  return one(host);
}
Result beside_the_table() {
  HostBuilder host = good_host("mx").first_link_secure();
  host.host_.address_status = Insecure;
  host.host_.addresses.front().status = Insecure;
  return one(host);
}
Result mixed_families() {
  HostBuilder host = HostBuilder("mx").unprobed("192.0.2.1").unprobed("2001:db8::1").address(Insecure);
  host.host_.addresses.front().status = Secure;
  return one(host);
}

// clang-format off
const LineCase kLines[] = {
    {"E31_ImplicitInsecure", implicit(domain("e.org", Insecure, {good_host("e.org", 0)})), "INSECURE MX record(e.org) found. The command will still proceed.", "found for e.org\n"},
    {"E33_EachLineShowsItsOwnRRset", mixed_families(), "SECURE A record (192.0.2.1) found for MX(mx) in e.org", "TLSA"},
    {"E33_TheOtherFamily", mixed_families(), "INSECURE AAAA record (2001:db8::1) found for MX(mx) in e.org", "Connecting"},
    {"E34_FamilyLeftOutPrintsNothing", family_left_out(), "SECURE A record (192.0.2.1) found for MX(mx) in e.org", "2001:db8::1"},
    {"E34_NoAddress", one(HostBuilder("mx").special("address-none")), "No A record found for MX(mx) in e.org", "TLSA"},
    {"E34_InvalidTarget", one(HostBuilder("localhost").special("mx-target-invalid")), "No A record found for MX(localhost) in e.org", ""},
    {"E34_Literal", one(HostBuilder("192.0.2.7").special("mx-target-literal")), "INSECURE A record (192.0.2.7) found for MX(192.0.2.7) in e.org", "Connecting"},
    {"E35_NoProbe", one(HostBuilder("mx").at("192.0.2.1", "no-probe")), "Not connecting to 192.0.2.1: Not probed: probing is switched off.", "Checking"},
    {"E35_SpecialAddress", one(HostBuilder("mx").at("10.0.0.1", "special-address")), "Not connecting to 10.0.0.1: The address is not on the public Internet.", "Connecting to"},
    {"E35_TlsaIsStillShown", one(HostBuilder("mx").at("10.0.0.1", "special-address")), "SECURE TLSA record found for MX(mx) in e.org", ""},
    {"E36_Greeting421", one(greeted(HostBuilder("mx").at("192.0.2.1", "greeting-tempfail"), 421)), "Connection to 192.0.2.1 failed: greeting 421.", "TLSA"},
    {"E36_Unreachable", one(HostBuilder("mx").at("192.0.2.1", "connect-unreachable")), "Connection to 192.0.2.1 failed: network unreachable.", "TLSA"},
    {"E36_ClosedBeforeTheGreeting", one(HostBuilder("mx").at("192.0.2.1", "smtp-closed")), "Connection to 192.0.2.1 failed: closed by the server.", "Checking"},
    {"E39_ClosedAfterTheGreeting", one(greeted(HostBuilder("mx").at("192.0.2.1", "smtp-closed"), 220)), "TLS connection failed: closed by the server.", "Connection to"},
    {"E37_Insecure", one(HostBuilder("mx").unprobed("192.0.2.1").tlsa(Insecure)), "INSECURE TLSA record found for MX(mx) in e.org", "Connecting"},
    {"E37_Bogus", one(HostBuilder("mx").unprobed("192.0.2.1").tlsa(Bogus)), "BOGUS TLSA record found for MX(mx) in e.org", "Connecting"},
    {"E37_Unusable", one(HostBuilder("mx").unprobed("192.0.2.1").unusable()), "No usable TLSA record for MX(mx) in e.org", "Connecting"},
    {"E42_NotAfterAnotherTlsaResult", one(HostBuilder("mx").unprobed("192.0.2.1").unprobed("192.0.2.2").tlsa(NxDomain)), "No TLSA record found for MX(mx) in e.org", "Trying next"},
    {"E42_NotAfterSuccess", one(HostBuilder("mx").at("192.0.2.1", "ok").at("192.0.2.2", "ok")), "DANE SUCCESS for e.org", "Trying next"},
    {"E45_NoSuchDomain", early("e.org", "no-such-domain"), "Domain e.org does not exist.", "BOGUS"},
    {"E45_MxError", lookup_failed(), "Error looking up MX of e.org: resolver timeout.", "FAILED"},
    {"E45_TlsaError", tlsa_failed(), "Error looking up TLSA of _25._tcp.mx: resolver servfail.", "Connecting"},
    {"E46_FirstSuccessEndsTheWalk", domain("e.org", Secure, {good_host("a", 10), good_host("b", 20)}), "DANE SUCCESS for e.org", "MX(b)"},
    {"E48_RouteOfTheGateway", early("e.org", "smtp-route"), "e.org: Your gateway sends this domain by a fixed route; DANE fails there.", "MX record"},
    {"E48_ThenItsVerdict", early("e.org", "rat-domain"), "DANE NOT APPLICABLE for e.org", "MX record"},
    {"E51_WhatT24ProbesIsNotPrinted", beside_the_table(), "INSECURE A record (192.0.2.1) found for MX(mx) in e.org", "Connecting"},
    {"T12_OverCapIsNotPrinted", domain("e.org", Secure, {bad_host("a", 10), HostBuilder("b", 20).special("over-cap")}), "DANE FAILED for e.org", "(b)"},
};
// clang-format on
INSTANTIATE_TEST_SUITE_P(Case, Lines, testing::ValuesIn(kLines),
                         [](const auto& row) { return std::string(row.param.name); });

TEST(Transcript, InsecureMxProceedsToTheCertificateAndFailsK36) {
  const std::string text = transcript(domain("e.org", Insecure, {good_host("mx.e.org")}));
  EXPECT_TRUE(has_line(text, "Certificate verification successful")) << text;
  EXPECT_TRUE(has_line(text, "DANE FAILED for e.org")) << text;
}

TEST(Transcript, WalksByPreferenceK34) {
  const std::string text =
      transcript(domain("e.org", Secure, {bad_host("a", 10), bad_host("b", 20), bad_host("c", 30)}));
  EXPECT_LT(text.find("MX record(a)"), text.find("MX record(b)"));
  EXPECT_LT(text.find("MX record(b)"), text.find("MX record(c)"));
}

TEST(Transcript, AFamilyThatIsLeftOutPrintsNothingE34E10) {
  Host host = bad_host("mx");
  const Result without = decided(domain("e.org", Status::Secure, {host}));
  host.addresses.push_back({"2001:db8::1", Status::Bogus});
  const Result with = decided(domain("e.org", Status::Secure, {host}));
  EXPECT_EQ(transcript(with, MultiMx::First), transcript(without, MultiMx::First));
}

TEST(Transcript, MultiMxAllPrintsAllHostsE46) {
  const Result two = domain("e.org", Secure, {good_host("a", 10), good_host("b", 20)});
  EXPECT_NE(transcript(two, MultiMx::All).find("MX(b)"), std::string::npos);
}

/// K35: the exit code follows from the last verdict line.
TEST(Transcript, VerdictWordsE46K35) {
  EXPECT_TRUE(has_line(transcript(one(good_host("mx"))), "DANE SUCCESS for e.org"));
  EXPECT_TRUE(has_line(transcript(one(bad_host("mx"))), "DANE FAILED for e.org"));
  EXPECT_TRUE(has_line(transcript(one(down_host("mx"))), "DANE UNDETERMINED for e.org"));
  EXPECT_TRUE(has_line(transcript(early("e.org", "null-mx")), "DANE NOT APPLICABLE for e.org"));
}

TEST(Transcript, EndsWithTheSameLineAlwaysE47) {
  for (const Sample& sample : kSamples) {
    EXPECT_TRUE(transcript(sample.given).ends_with("\nDANE verification completed.\n")) << sample.name;
  }
}

TEST(Transcript, NoNameForgesALineE61) {
  const std::string text = transcript(one(good_host("mx\\010evil\nDANE SUCCESS for e.org\x1b[2J")));
  EXPECT_EQ(text.find('\x1b'), std::string::npos);
  EXPECT_NE(text.find("SECURE MX record(mx\\x0aevil\\x0aDANE SUCCESS for e.org\\x1b[2J) found for e.org\n"),
            std::string::npos)
      << text;
}

TEST(Transcript, EveryReasonOfAConnectionHasWordsE36E39E40) {
  for (const ReasonInfo& row : all_reasons()) {
    if (row.places.find('p') == std::string_view::npos) continue;
    const std::string text = transcript(one(HostBuilder("mx").at("192.0.2.1", std::string(row.code))));
    EXPECT_EQ(text.find(": ."), std::string::npos) << text;
    EXPECT_EQ(text.find(".."), std::string::npos) << text;
  }
}

}  // namespace
}  // namespace danesweep::output
