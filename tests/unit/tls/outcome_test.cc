// SPDX-License-Identifier: Apache-2.0
// The codes of a probe: T-47, T-57, T-62, T-64.
#include "tls/outcome.h"

#include <set>
#include <string>

#include <gtest/gtest.h>

namespace danesweep::tls {
namespace {

TEST(Outcome, T64EveryCodeIsDistinctAndReadsBack) {
  std::set<std::string_view> codes;
  for (const Outcome outcome : all_outcomes()) {
    EXPECT_TRUE(codes.insert(code(outcome)).second) << code(outcome);
    EXPECT_EQ(parse_outcome(code(outcome)), outcome);
  }
  EXPECT_EQ(parse_outcome("no-such-code"), std::nullopt);
  EXPECT_EQ(parse_outcome(""), std::nullopt);
}

// T-57, column `cert` of the table of reasons (T-62): F.
TEST(Outcome, T57FailedIsOnlyWhatTheServerSaidForGood) {
  const std::set<std::string_view> failed = {
      "tlsa-mismatch",      "ta-not-in-chain",          "tlsa-wrong-usage", "name-mismatch",    "cert-expired",
      "cert-not-yet-valid", "cert-key-too-weak",        "ta-chain-invalid", "starttls-missing", "starttls-masked",
      "starttls-refused",   "starttls-injection",       "tls-version-old",  "tls-alert",        "tls-protocol-error",
      "tls-not-tls",        "tls-client-cert-required", "tls-chain-too-big"};
  for (const Outcome outcome : all_outcomes()) {
    const CertificateVerdict expected = outcome == Outcome::Ok           ? CertificateVerdict::Success
                                        : failed.contains(code(outcome)) ? CertificateVerdict::Failed
                                                                         : CertificateVerdict::NotChecked;
    EXPECT_EQ(certificate_verdict(outcome), expected) << code(outcome);
  }
}

TEST(Outcome, T47TriedAgainIsWhatMayPass) {
  const std::set<std::string_view> again = {
      "connect-refused", "connect-timeout", "connect-unreachable", "smtp-closed",   "greeting-timeout",  "smtp-timeout",
      "tls-timeout",     "probe-timeout",   "greeting-tempfail",   "ehlo-tempfail", "starttls-tempfail", "tls-closed"};
  for (const Outcome outcome : all_outcomes())
    EXPECT_EQ(is_retriable(outcome), again.contains(code(outcome))) << code(outcome);
}

TEST(Outcome, T62NothingWasDialledForTheLastGroup) {
  const std::set<std::string_view> undialled = {"special-address",  "no-ipv6",   "no-probe", "port-blocked",
                                                "provider-backoff", "opted-out", "over-cap"};
  for (const Outcome outcome : all_outcomes())
    EXPECT_EQ(is_undialled(outcome), undialled.contains(code(outcome))) << code(outcome);
}

}  // namespace
}  // namespace danesweep::tls
