// SPDX-License-Identifier: Apache-2.0
// One captured chain and many questions (T-51, T-67): what a domain learns does not depend on how the chain is kept.
#include "scanner/engine/probe_record.h"

#include <gtest/gtest.h>

#include "tests/support/certificates.h"

namespace danesweep::scanner {
namespace {

using test::CertificateBuilder;
using test::key_from_pool;
using test::KeyKind;

struct Host {
  test::Certificate ca = CertificateBuilder("CA").key(key_from_pool(KeyKind::P256, 1)).ca().make();
  test::Certificate leaf = CertificateBuilder("mx.example.org")
                               .key(key_from_pool(KeyKind::P256, 2))
                               .issued_by(ca)
                               .san("DNS:mx.example.org")
                               .make();

  ProbeRecord record(tls::TlsContext& context) const {
    const test::Octets ders[] = {leaf.der(), ca.der()};
    const wire::Bytes views[] = {ders[0], ders[1]};
    Dialled dialled;
    dialled.capture.outcome = tls::Outcome::Ok;
    dialled.capture.chain = chain_from_der(context, views);
    return {ProbeKey{*IpAddress::from_text("192.0.2.1"), 25, "mx.example.org"}, std::move(dialled), {}};
  }
};

output::Probe ask(const ProbeRecord& record, tls::TlsContext& context, const test::Octets& rdata) {
  const wire::Bytes rdatas[] = {rdata};
  return record.matched(context, tls::TlsaSet(rdatas), {{"mx.example.org", "example.org"}}, test::kNow);
}

TEST(ProbeRecord, AFoldedChainAnswersAsBefore) {
  tls::TlsContext context;
  const Host host;
  const ProbeRecord kept = host.record(context);
  const ProbeRecord folded = host.record(context);
  folded.fold();
  const struct {
    test::Octets rdata;
    const char* outcome;
  } kQuestions[] = {
      {test::tlsa_rdata(3, 1, 1, host.leaf), "ok"},
      {test::tlsa_rdata(2, 0, 1, host.ca), "ok"},
      {test::tlsa_rdata(3, 0, 1, host.ca), "tlsa-wrong-usage"},
      {test::tlsa_rdata(3, 1, 1, test::Octets(32, 7)), "tlsa-mismatch"},
  };
  for (const auto& question : kQuestions) {
    const output::Probe before = ask(kept, context, question.rdata);
    const output::Probe after = ask(folded, context, question.rdata);
    EXPECT_EQ(after.outcome, question.outcome);
    EXPECT_EQ(after.outcome, before.outcome);
    EXPECT_EQ(after.matched, before.matched);
    EXPECT_EQ(after.matched_depth, before.matched_depth);
    EXPECT_EQ(after.explanation, before.explanation);
    ASSERT_EQ(after.chain.size(), 2U);
    EXPECT_EQ(after.chain[0].sha256, before.chain[0].sha256);
    EXPECT_EQ(after.chain[1].subject, before.chain[1].subject);
  }
}

// T-57: a handshake proves nothing without a match.
TEST(ProbeRecord, AHandshakeWithoutAChainIsNoSuccess) {
  tls::TlsContext context;
  const Host host;
  Dialled dialled;
  dialled.capture.outcome = tls::Outcome::Ok;
  const ProbeRecord record(ProbeKey{*IpAddress::from_text("192.0.2.1"), 25, "mx.example.org"}, std::move(dialled), {});
  const output::Probe probe = ask(record, context, test::tlsa_rdata(3, 1, 1, host.leaf));
  EXPECT_EQ(probe.outcome, "internal-error");
  EXPECT_EQ(probe.certificate, output::Certificate::NotChecked);
  EXPECT_TRUE(probe.chain.empty());
}

// T-28, T-56: of a large set the first are shown, and the one that matched wherever it stands.
TEST(ProbeRecord, OfAThousandRecordsTheMatchIsShown) {
  tls::TlsContext context;
  const Host host;
  std::vector<test::Octets> rdatas;
  for (int i = 0; i < 1000; ++i) {
    test::Octets digest(32, 0);  // before the right one in match order
    digest[30] = static_cast<std::uint8_t>(i >> 8);
    digest[31] = static_cast<std::uint8_t>(i);
    rdatas.push_back(test::tlsa_rdata(3, 1, 1, digest));
  }
  rdatas.push_back(test::tlsa_rdata(3, 1, 1, host.leaf));
  const std::vector<wire::Bytes> views(rdatas.begin(), rdatas.end());
  const output::Probe probe =
      host.record(context).matched(context, tls::TlsaSet(views), {{"mx.example.org"}}, test::kNow);
  ASSERT_EQ(probe.tlsa.size(), kMaxStoredTlsa + 1);
  EXPECT_EQ(probe.tlsa.front().state, "did not match");
  EXPECT_EQ(probe.tlsa.back().state, "matched");
  EXPECT_EQ(probe.tlsa.back().record, probe.matched);
}

TEST(ProbeRecord, AConnectionNeverMadeHasNothingToFold) {
  tls::TlsContext context;
  const ProbeRecord record(ProbeKey{}, tls::Outcome::NoProbe);
  record.fold();
  const output::Probe probe = ask(record, context, test::Octets(35, 1));
  EXPECT_EQ(probe.outcome, "no-probe");
  EXPECT_TRUE(probe.chain.empty());
}

}  // namespace
}  // namespace danesweep::scanner
