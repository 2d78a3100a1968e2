// SPDX-License-Identifier: Apache-2.0
// The reason table (T-62, T-64, T-66) and the notes (T-65).
#include "output/reasons.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <set>
#include <string>

#include "tls/outcome.h"

namespace danesweep::output {
namespace {

/// The codes of DANE.md part G, as printed there.
constexpr const char* kPrinted[] = {
    "ok",
    "null-mx",
    "no-such-domain",
    "rat-domain",
    "tls-off",
    "dane-off",
    "route-dropped",
    "smtp-route",
    "opted-out",
    "mx-bogus",
    "mx-lookup-failed",
    "mx-insecure",
    "mx-target-invalid",
    "mx-target-literal",
    "over-cap",
    "address-none",
    "address-bogus",
    "address-insecure",
    "address-lookup-failed",
    "tlsa-none",
    "tlsa-insecure",
    "tlsa-bogus",
    "tlsa-lookup-failed",
    "tlsa-unusable",
    "tlsa-mismatch",
    "ta-not-in-chain",
    "tlsa-wrong-usage",
    "name-mismatch",
    "cert-expired",
    "cert-not-yet-valid",
    "cert-key-too-weak",
    "ta-chain-invalid",
    "starttls-missing",
    "starttls-masked",
    "starttls-refused",
    "starttls-injection",
    "tls-version-old",
    "tls-alert",
    "tls-protocol-error",
    "tls-not-tls",
    "tls-client-cert-required",
    "tls-chain-too-big",
    "connect-refused",
    "connect-timeout",
    "connect-unreachable",
    "greeting-timeout",
    "smtp-timeout",
    "tls-timeout",
    "probe-timeout",
    "smtp-closed",
    "tls-closed",
    "greeting-tempfail",
    "ehlo-tempfail",
    "starttls-tempfail",
    "greeting-refused",
    "ehlo-refused",
    "host-no-mail",
    "not-smtp",
    "reply-malformed",
    "reply-too-long",
    "special-address",
    "no-ipv6",
    "no-probe",
    "port-blocked",
    "provider-backoff",
    "internal-error",
};

TEST(Reasons, EveryCodeOfTheTableIsThereOnceT64) {
  std::set<std::string> ours;
  for (const ReasonInfo& row : all_reasons()) EXPECT_TRUE(ours.insert(std::string(row.code)).second) << row.code;
  const std::set<std::string> printed(std::begin(kPrinted), std::end(kPrinted));
  EXPECT_EQ(ours, printed);
}

TEST(Reasons, CodesParseBackAndStandAtTheirPlace) {
  for (const ReasonInfo& row : all_reasons()) {
    EXPECT_EQ(parse_reason(row.code), row.reason);
    EXPECT_EQ(info(row.reason).code, row.code);
  }
  EXPECT_FALSE(parse_reason("no-such-code").has_value());
  EXPECT_EQ(sentence("no-such-code"), "no-such-code");  // a file of a later version
}

TEST(Reasons, EachHasASentenceAndKnownLettersT64) {
  for (const ReasonInfo& row : all_reasons()) {
    EXPECT_TRUE(row.sentence.ends_with('.')) << row.code;
    EXPECT_EQ(row.menders.find_first_not_of("DMRY"), std::string_view::npos) << row.code;
    EXPECT_EQ(row.places.find_first_not_of("dhp"), std::string_view::npos) << row.code;
    EXPECT_NE(std::string_view("VEOxnd?-").find(row.strict), std::string_view::npos) << row.code;
  }
}

TEST(Reasons, EveryOutcomeOfAConnectionIsAReasonWithTheSameCertificateT57) {
  for (const tls::Outcome outcome : tls::all_outcomes()) {
    const ReasonInfo* row = find_reason(tls::code(outcome));
    ASSERT_NE(row, nullptr) << tls::code(outcome);
    EXPECT_NE(row->places.find('p'), std::string_view::npos) << row->code;
    const auto verdict = tls::certificate_verdict(outcome);
    const char expected = verdict == tls::CertificateVerdict::Success  ? 'S'
                          : verdict == tls::CertificateVerdict::Failed ? 'F'
                                                                       : 'N';
    EXPECT_EQ(row->certificate, expected) << row->code;
  }
}

/// T-66, as printed.
TEST(Reasons, NamesOfTlsReportsRfc8460T66) {
  const std::map<std::string, std::string> printed = {{"starttls-missing", "starttls-not-supported"},
                                                      {"starttls-masked", "starttls-not-supported"},
                                                      {"starttls-refused", "starttls-not-supported"},
                                                      {"starttls-injection", "starttls-not-supported"},
                                                      {"tlsa-mismatch", "tlsa-invalid"},
                                                      {"ta-not-in-chain", "tlsa-invalid"},
                                                      {"tlsa-wrong-usage", "tlsa-invalid"},
                                                      {"tlsa-unusable", "tlsa-invalid"},
                                                      {"name-mismatch", "certificate-host-mismatch"},
                                                      {"cert-expired", "certificate-expired"},
                                                      {"mx-bogus", "dnssec-invalid"},
                                                      {"address-bogus", "dnssec-invalid"},
                                                      {"tlsa-bogus", "dnssec-invalid"}};
  for (const ReasonInfo& row : all_reasons()) {
    const auto found = printed.find(std::string(row.code));
    const std::string expected = found != printed.end()   ? found->second
                                 : row.certificate == 'F' ? "validation-failure"
                                                          : "";
    EXPECT_EQ(row.tls_report, expected) << row.code;
  }
}

TEST(Notes, EachHasASentenceT65) {
  for (const char* code :
       {"tls-1.2-only", "weak-signature", "rsa-1024", "flapping", "rat-route-relay", "backup-weaker"}) {
    EXPECT_FALSE(note_sentence(code).empty()) << code;
  }
  EXPECT_TRUE(note_sentence("no-such-note").empty());
}

TEST(Reasons, InWords) {
  EXPECT_EQ(in_words("mx-bogus"), "mx bogus");
  EXPECT_EQ(in_words("dns:signature-expired"), "signature expired");
}

}  // namespace
}  // namespace danesweep::output
