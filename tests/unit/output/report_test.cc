// SPDX-License-Identifier: Apache-2.0
// The dry-run report: first line, verdicts, lists, groups, advice (E-110 to E-118; K80 to K83).
#include <gtest/gtest.h>
#include <pugixml.hpp>

#include <algorithm>
#include <string>
#include <vector>

#include "output/log_agreement.h"
#include "output/report/advice.h"
#include "output/report/document.h"
#include "output/report/summary.h"
#include "output/report/verdict.h"
#include "results.h"

namespace danesweep::output {
namespace {

using namespace test;
using enum Status;

/// A scan as it would stand in a results file.
class Scan {
 public:
  Header header;

  Scan() {
    header.version = "0.1.0";
    header.resolvers = {{"198.51.100.53:53", 0, "fit", ""}};
  }
  Scan& add(Result result, std::uint32_t recipients = 1) {
    result.recipients = recipients;
    result.index = static_cast<std::uint32_t>(results_.size());
    if (result.mode_source == ModeSource::Default && result.effective_mode != Mode::None) {
      result.effective_mode = header.default_mode;
    }
    decide(result, MultiMx::First);
    results_.push_back(std::move(result));
    return *this;
  }
  Scan& good(std::size_t count, std::uint32_t recipients = 1) {
    for (std::size_t i = 0; i < count; ++i)
      add(domain(unique("good"), Secure, {good_host("mx.good.example")}), recipients);
    return *this;
  }
  Scan& failing(std::size_t count, std::uint32_t recipients = 1) {
    for (std::size_t i = 0; i < count; ++i)
      add(domain(unique("bad"), Secure, {bad_host("mx.bad.example")}), recipients);
    return *this;
  }
  Scan& unknown(std::size_t count) {
    for (std::size_t i = 0; i < count; ++i) add(domain(unique("down"), Secure, {down_host("mx.down.example")}));
    return *this;
  }
  Scan& plain(std::size_t count) {
    for (std::size_t i = 0; i < count; ++i) add(domain(unique("plain"), Secure, {plain_host("mx.plain.example")}));
    return *this;
  }
  Summary summary(std::size_t listed = 1000) const {
    SummaryLimits limits;
    limits.listed = listed;
    Summariser summariser(header, limits);
    for (const Result& result : results_) summariser.add(result);
    Trailer trailer;
    trailer.counts = {results_.size(), results_.size(), 0, 0, 0, {}};
    return summariser.finish(trailer);
  }
  std::string text() const { return report_text(report_document(summary())); }

 private:
  std::string unique(const std::string& kind) const { return kind + std::to_string(results_.size()) + ".example"; }
  std::vector<Result> results_;
};

std::string first_line_of(const std::string& text) { return text.substr(0, text.find('\n')); }

TEST(FirstLine, AnswersInOneSentenceE111) {
  const std::string text = Scan().good(90).failing(13, 15).failing(1, 17).text();
  EXPECT_EQ(
      first_line_of(text),
      "Default = Opportunistic would stop 14 domains, 212 recipients; first bounces after the bounce profile's time");
}
TEST(FirstLine, NothingStopsE111) {
  EXPECT_EQ(first_line_of(Scan().good(3).text()), "Default = Opportunistic would stop nothing");
}
TEST(FirstLine, NotKnownIsSaidE111) {
  EXPECT_EQ(first_line_of(Scan().good(3).unknown(2).text()), "Default = Opportunistic would stop nothing, 2 not known");
  EXPECT_EQ(
      first_line_of(Scan().failing(1, 42).unknown(1).text()),
      "Default = Opportunistic would stop 1 domain, 42 recipients; first bounces after the bounce profile's time, 1 "
      "not known");
}
TEST(FirstLine, OfTheChosenModeE111) {
  Scan scan;
  scan.header.default_mode = Mode::Mandatory;
  EXPECT_EQ(first_line_of(scan.plain(2).text()),
            "Default = Mandatory would stop 2 domains, 2 recipients; first bounces after the bounce profile's time");
}

TEST(VerdictLines, OnePerModeThenWhyE111) {
  const std::string text = Scan().good(98).plain(2).text();
  EXPECT_NE(text.find("\nOpportunistic: GO - none of 100 assessed domains would be stuck\n"), std::string::npos)
      << text;
  EXPECT_NE(text.find("\nMandatory: GO AFTER EXCEPTIONS - 2 of 100 assessed domains would be stuck (2.0% of "),
            std::string::npos)
      << text;
}

/// E-112, first hit.
struct GoCase {
  const char* name;
  Scan scan;
  Go go;
  const char* why;  ///< a part of it
};
class GoVerdicts : public testing::TestWithParam<GoCase> {};
TEST_P(GoVerdicts, E112) {
  const GoVerdict verdict = go_verdict(GetParam().scan.summary(), Mode::Opportunistic);
  EXPECT_EQ(to_text(verdict.go), to_text(GetParam().go));
  EXPECT_NE(verdict.why.find(GetParam().why), std::string::npos) << verdict.why;
}

Scan with_resolver(Scan scan, std::uint32_t priority, std::string canary) {
  scan.header.resolvers.push_back({"198.51.100.54:53", priority, std::move(canary), ""});
  return scan;
}
Scan routed(Scan scan, std::string routes) {
  scan.header.gateway_files = {{"smtproutes", std::move(routes)}};
  return scan;
}
Scan own_domain_at_risk() {
  Result own = early("own.example", "rat-domain");
  own.warnings = {"rat-route-relay"};
  return Scan().good(5).add(own);
}
Scan blocked() {
  return Scan().good(3).add(domain("x.example", Secure, {HostBuilder("mx").at("192.0.2.1", "port-blocked")}));
}

// clang-format off
const GoCase kGo[] = {
    {"K79_Go", Scan().good(100), Go::Go, "none of 100 assessed domains"},
    {"K80_GoAfterExceptions", Scan().good(99).failing(1), Go::AfterExceptions, "1 of 100 assessed domains would be stuck (1.0% of the assessed domains, 1.0% of their recipients)"},
    {"K81_ElevenOfAHundredFail", Scan().good(89).failing(11), Go::NoGo, "11 of 100 assessed domains would be stuck"},
    {"TenOfAHundredIsTheLimit", Scan().good(90).failing(10), Go::AfterExceptions, "10 of 100"},
    {"TenPercentOfRecipients", Scan().good(99).failing(1, 50), Go::NoGo, "limit 10%"},
    {"K81_ThreePercentUndetermined", Scan().good(97).unknown(3), Go::NoGo, "3 of 100 assessed domains not known (3.0%, limit 2%)"},
    {"TwoPercentUndeterminedIsTheLimit", Scan().good(98).unknown(2), Go::Go, ""},
    {"K81_UnfitFirstResolver", with_resolver(Scan().good(5), 0, "unfit"), Go::NoGo, "resolver 198.51.100.54:53 of priority 0 is unfit"},
    {"UnfitLaterResolver", with_resolver(Scan().good(5), 1, "unfit"), Go::AfterExceptions, "resolver 198.51.100.54:53 of priority 1 is unfit"},
    {"SilentResolverIsNoVerdict", with_resolver(Scan().good(5), 0, "no answer"), Go::Go, ""},
    {"NothingAssessed", Scan().add(early("e.example", "null-mx")), Go::NoGo, "no domain was assessed"},
    {"AllRoutedToAHost_E92", routed(Scan().good(5), "# exported\nexample.org USEDNS\nALL inner.example.com\n"), Go::NoGo, "SMTP route for ALL"},
    {"TheLastAllCounts_E92", routed(Scan().good(5), "\xef\xbb\xbf" "ALL USEDNS\nall inner.example.com\n"), Go::NoGo, "SMTP route for ALL"},
    {"TheLastAllCountsByDns_E92", routed(Scan().good(5), "ALL inner.example.com\nALL USEDNS\n"), Go::Go, ""},
    {"AnAllBehindAByteOrderMark_E92", routed(Scan().good(5), "\xef\xbb\xbf" "ALL inner.example.com\n"), Go::NoGo, "SMTP route for ALL"},
    {"AllByDnsIsNoRoute_E92", routed(Scan().good(5), "ALL USEDNS\n"), Go::Go, ""},
    {"AllDroppedIsNoHost_E92", routed(Scan().good(5), "all /dev/null\n"), Go::Go, ""},
    {"K74_OwnDomainWithARoute_E93", own_domain_at_risk(), Go::AfterExceptions, "1 domain of your own with an SMTP route"},
    {"T79_PortBlockedIsNamed", blocked(), Go::NoGo, "port 25 is blocked from this machine"},
};
// clang-format on
INSTANTIATE_TEST_SUITE_P(Case, GoVerdicts, testing::ValuesIn(kGo),
                         [](const auto& row) { return std::string(row.param.name); });

Result with_own_mode(Result result, Mode mode) {
  result.effective_mode = mode;
  result.mode_source = ModeSource::OwnEntry;
  return result;
}

TEST(ModeCounts, BothAsIfTheDefaultHadThatModeAndEntriesStayE111E88) {
  Scan scan;
  scan.plain(1);
  scan.add(with_own_mode(domain("m.example", Secure, {plain_host("mx")}), Mode::Mandatory));
  scan.add(with_own_mode(domain("o.example", Secure, {plain_host("mx")}), Mode::Opportunistic));
  const Summary summary = scan.summary();
  EXPECT_EQ(summary.opportunistic.of(Action::DaneFail).domains, 1U);  // m.example only
  EXPECT_EQ(summary.opportunistic.of(Action::Fallback).domains, 2U);
  EXPECT_EQ(summary.mandatory.of(Action::DaneFail).domains, 2U);  // not o.example
  EXPECT_EQ(summary.effective.of(Action::DaneFail).domains, 1U);
}

TEST(Counts, DomainsAndRecipientsOfEachVerdictE110) {
  const Summary summary =
      Scan().good(2, 10).failing(1, 5).unknown(1).plain(3).add(early("n.example", "null-mx"), 7).summary();
  EXPECT_EQ(summary.all.domains, 8U);
  EXPECT_EQ(summary.all.recipients, 36U);
  EXPECT_EQ(summary.opportunistic.of(Action::DaneSuccess).recipients, 20U);
  EXPECT_EQ(summary.opportunistic.assessed().domains, 7U);
  EXPECT_EQ(summary.not_applicable.at("null-mx").recipients, 7U);
  EXPECT_EQ(summary.rows.at("O-1"), 2U);
  EXPECT_EQ(summary.rows.at("M-4"), 3U);
}

TEST(Counts, RowsOfBogusMxAreCountedByDomainE110) {
  const Summary summary = Scan().add(early("b.example", "mx-bogus")).summary();
  EXPECT_EQ(summary.rows.at("O-14"), 1U);
  EXPECT_EQ(summary.rows.at("M-15"), 1U);
}

TEST(Counts, TotalsAreSixtyFourBitE63) {
  const Summary summary = Scan().good(3, 4294967295U).summary();
  EXPECT_EQ(summary.all.recipients, 3ULL * 4294967295U);
}

std::vector<std::string> names(const std::vector<Listed>& listed) {
  std::vector<std::string> out;
  for (const Listed& line : listed) out.push_back(line.domain);
  return out;
}

Result named_failing(std::string name) { return domain(std::move(name), Secure, {bad_host("mx.bad.example")}); }

TEST(FailingList, ByRecipientsThenByNameK82E113) {
  const Summary summary = Scan()
                              .add(named_failing("c.example"), 5)
                              .add(named_failing("b.example"), 90)
                              .add(named_failing("a.example"), 90)
                              .summary();
  EXPECT_EQ(names(summary.failing.first()), (std::vector<std::string>{"a.example", "b.example", "c.example"}));
}

TEST(FailingList, KeepsTheFirstOnesAndCountsTheRest) {
  Scan scan;
  for (std::uint32_t i = 1; i <= 50; ++i) scan.add(named_failing("d" + std::to_string(100 + i) + ".example"), i);
  const Summary summary = scan.summary(2);
  EXPECT_EQ(names(summary.failing.first()), (std::vector<std::string>{"d150.example", "d149.example"}));
  EXPECT_EQ(summary.failing.all().domains, 50U);
  EXPECT_NE(report_text(report_document(summary)).find("and 48 domains more"), std::string::npos);
}

TEST(FailingList, SaysVerdictReasonMenderAndRowE113E26) {
  Result bogus = early("broken.example", "mx-bogus");
  bogus.mx.reason = "dns:signature-expired";
  const auto listed = Scan().add(bogus, 42).summary().failing.first();
  ASSERT_EQ(listed.size(), 1U);
  EXPECT_EQ(listed[0].verdict, "stuck in the queue until it bounces");
  EXPECT_EQ(listed[0].reason, "mx-bogus");
  EXPECT_EQ(listed[0].detail, "mx bogus: signature expired");
  EXPECT_EQ(listed[0].mender, "DNS operator");
  EXPECT_EQ(listed[0].row, "O-14");
}

TEST(FailingList, MenderTellsOwnMailHostsFromAProvidersE113) {
  const auto mender = [](const char* host) {
    return Scan()
        .add(domain("shop.example.com", Secure, {HostBuilder(host).at("192.0.2.1", "starttls-missing")}))
        .summary()
        .failing.first()
        .front()
        .mender;
  };
  EXPECT_EQ(mender("mx.example.com"), "domain owner");
  EXPECT_EQ(mender("mx.provider.net"), "mail provider");
}

TEST(VerdictWords, OneOfFiveE26) {
  EXPECT_EQ(verdict_in_words(decided(domain("e.org", Secure, {bad_host("a", 10), good_host("b", 20)}))),
            "delivered with DANE by b");
  EXPECT_EQ(verdict_in_words(decided(domain("e.org", Secure, {plain_host("a")}))), "delivered by a without DANE");
  EXPECT_EQ(verdict_in_words(decided(domain("e.org", Secure, {bad_host("a")}))), "stuck in the queue until it bounces");
  EXPECT_EQ(verdict_in_words(decided(domain("e.org", Secure, {down_host("a")}))), "not known: connect refused");
  EXPECT_EQ(verdict_in_words(decided(early("e.org", "null-mx"))), "does not apply: null mx");
}

TEST(Groups, ByCauseAndByRegisteredDomainK83E114) {
  Scan scan;
  scan.add(domain("a.example", Secure, {bad_host("mx1.mail.provider.co.uk")}), 10);
  scan.add(domain("b.example", Secure, {bad_host("mx2.provider.co.uk")}), 20);
  scan.add(domain("c.example", Secure, {bad_host("in.provider.co.uk")}), 30);
  scan.add(domain("d.example", Secure, {bad_host("in.provider.co.uk")}), 1);
  Result bare = domain("bare.example", Secure, {bad_host("bare.example", 0)});
  bare.mx.answer = Answer::NoData;
  scan.add(bare);
  const Summary summary = scan.summary();
  const Group& provider = summary.by_provider.at("provider.co.uk");
  EXPECT_EQ(provider.tally.domains, 4U);
  EXPECT_EQ(provider.tally.recipients, 61U);
  EXPECT_EQ(provider.examples.size(), 3U);
  EXPECT_EQ(summary.by_provider.at("bare.example").tally.domains, 1U);  // implicit MX: its own name
  EXPECT_EQ(summary.by_cause.at("tlsa-mismatch").tally.domains, 5U);
}

TEST(Groups, AnAddressInAnMxRecordIsNoNameBelowADomainE114) {
  HostBuilder literal("192.0.2.1");
  literal.host_.special = "mx-target-literal";
  literal.host_.address_status = Insecure;
  Scan scan;
  scan.header.default_mode = Mode::Mandatory;
  const Summary summary = scan.add(domain("a.example", Secure, {literal})).summary();
  EXPECT_TRUE(summary.by_provider.contains("192.0.2.1"));
}

TEST(Differences, WhereRfc7672AndTheTableDifferAreListed) {
  HostBuilder behind_alias = good_host("mx").first_link_secure();
  behind_alias.host_.address_status = Insecure;
  const Summary summary = Scan().add(domain("e.example", Secure, {behind_alias})).good(2).summary();
  ASSERT_EQ(summary.differing.size(), 1U);
  EXPECT_EQ(summary.differing.begin()->first, "FALLBACK / VERIFIED: address-insecure");
  const std::string text = report_text(report_document(summary));
  EXPECT_NE(text.find("\ne.example           1  FALLBACK  VERIFIED  "), std::string::npos) << text;
}

TEST(Failover, TheSentenceComesAlsoWithNothingChangedE104) {
  Result same = domain("a.example", Secure, {good_host("mx")});
  same.failover = Failover{Action::DaneSuccess, Action::DaneSuccess, "ok"};
  EXPECT_NE(Scan().add(same).text().find("If the priority-0 resolvers fail: 0 of 1 domains change (0 recipients)"),
            std::string::npos);
  Result changed = domain("example.org", Secure, {good_host("mx")});
  changed.failover = Failover{Action::DaneFail, Action::DaneFail, "mx-bogus"};
  const std::string text = Scan().add(changed, 1500).text();
  EXPECT_NE(text.find("If the priority-0 resolvers fail: 1 of 1 domains change (1,500 recipients)"), std::string::npos)
      << text;
  EXPECT_NE(text.find("  example.org  DANE_SUCCESS -> DANE_FAIL  mx bogus\n"), std::string::npos) << text;
}

TEST(Failover, TheResolverThatIsToBlameIsNamedE104) {
  Result changed = domain("example.org", Secure, {good_host("mx")});
  changed.failover = Failover{Action::DaneFail, Action::DaneFail, "mx-bogus"};
  Scan scan;
  scan.header.resolvers.push_back(
      {"198.51.100.54:53", 1, "unfit", "UNFIT, strips DNSSEC: every domain would be Bogus"});
  const std::string text = scan.add(changed).text();
  EXPECT_NE(text.find("  example.org  DANE_SUCCESS -> DANE_FAIL  mx bogus (198.51.100.54 strips DNSSEC)\n"),
            std::string::npos)
      << text;
}

TEST(Healed, ExceptionsNoLongerNeededAreListedE85) {
  Result healed = with_own_mode(domain("healed.example", Secure, {good_host("mx")}), Mode::None);
  healed.decided_by = "dane-off";
  Result needed = with_own_mode(domain("needed.example", Secure, {bad_host("mx")}), Mode::None);
  needed.decided_by = "dane-off";
  const std::string text = Scan().good(1).add(healed).add(needed).text();
  const auto at = text.find("Exceptions no longer needed");
  ASSERT_NE(at, std::string::npos);
  EXPECT_NE(text.find("healed.example", at), std::string::npos);
  EXPECT_EQ(text.find("needed.example", at), std::string::npos);
}

struct PredictionRow {
  Action predicted;
  std::uint32_t delivered, failed;
  Agreement agreement;
};

TEST(GatewayLogs, EachPredictionBesideWhatTheLogShowsE126) {
  const PredictionRow rows[] = {
      {Action::DaneSuccess, 3, 0, Agreement::Agrees},        {Action::DaneSuccess, 3, 1, Agreement::Differs},
      {Action::DaneFail, 0, 2, Agreement::Agrees},           {Action::DaneFail, 1, 0, Agreement::Differs},
      {Action::Fallback, 1, 0, Agreement::Differs},          {Action::Fallback, 0, 1, Agreement::Differs},
      {Action::Undetermined, 1, 0, Agreement::NotPredicted}, {Action::NotApplicable, 0, 1, Agreement::NotPredicted}};
  for (const PredictionRow& row : rows)
    EXPECT_EQ(judge_prediction(row.predicted, {row.delivered, row.failed}), row.agreement) << to_text(row.predicted);
}

TEST(GatewayLogs, DomainsThatDifferAreListedByRecipientsE126) {
  const auto seen = [](Result result, GatewayLog log) {
    result.gateway_log = log;
    return result;
  };
  Scan scan;
  scan.good(1).add(seen(domain("agrees.example", Secure, {good_host("mx")}), {9, 0}));
  scan.add(seen(named_failing("small.example"), {1, 0}), 2).add(seen(named_failing("big.example"), {1200, 3}), 90);
  scan.add(seen(domain("down.example", Secure, {down_host("mx")}), {1, 0}));
  Summary summary = scan.summary();
  summary.trailer->log_domains_not_scanned = 6;
  EXPECT_EQ(names(summary.contradicted.first()), (std::vector<std::string>{"big.example", "small.example"}));
  const std::string text = report_text(report_document(summary));
  for (const char* line : {"\ndelivered with DANE to 4 domains, stopped by DANE for 1 domain\n",
                           "\n1 as predicted, 2 differ, 1 without a prediction, 6 not scanned\n",
                           "\nDiffers from the gateway's log: 2 domains, 92 recipients\n",
                           "tlsa-mismatch  delivered with DANE 1,200 times, stopped by DANE 3 times\n",
                           "tlsa-mismatch  delivered with DANE once\n"})
    EXPECT_NE(text.find(line), std::string::npos) << line << "is missing in:\n" << text;
}

TEST(GatewayLogs, NoLogNoChapterE126) {
  EXPECT_EQ(Scan().good(1).failing(1).text().find("gateway's own log"), std::string::npos);
}

bool advises(const Scan& scan, std::string_view words) {
  const auto texts = advice(scan.summary());
  return std::any_of(texts.begin(), texts.end(),
                     [&](const std::string& text) { return text.find(words) != std::string::npos; });
}

TEST(Advice, OnlyWhatTheScanMakesRelevantE115) {
  const Scan good = Scan().good(5), bad = Scan().failing(5);
  EXPECT_TRUE(advises(good, "AsyncOS 12.0"));                         // (1)
  EXPECT_TRUE(advises(good, "TLS Support to Preferred"));             // (2)
  EXPECT_TRUE(advises(good, "danesweep verify"));                     // (3)
  EXPECT_TRUE(advises(good, "Active Recipients"));                    // (4)
  EXPECT_TRUE(advises(good, "grep \"TLS success.*for\" mail_logs"));  // (5)
  EXPECT_FALSE(advises(good, "debug level"));                         // (6)
  EXPECT_TRUE(advises(bad, "debug level"));
  EXPECT_FALSE(advises(bad, "TLS success"));
  EXPECT_FALSE(advises(Scan().add(early("e.example", "null-mx")), "AsyncOS"));
}

TEST(Advice, UndeterminedIsScannedAgainE113) {
  EXPECT_TRUE(advises(Scan().unknown(1), "again before deciding"));
  EXPECT_FALSE(advises(Scan().good(1), "again before deciding"));
}

TEST(Advice, ResolversE116) {
  EXPECT_TRUE(advises(with_resolver(Scan().good(1), 1, "unfit"), "low priority numbers"));
  EXPECT_TRUE(advises(with_resolver(Scan().good(1), 1, "fit"), "need DNSSEC as well"));
  EXPECT_FALSE(advises(Scan().good(1), "need DNSSEC as well"));
}

TEST(Advice, SeveralLayersE117) {
  EXPECT_TRUE(advises(routed(Scan().good(1), "ALL inner.example\n"), "connections to the outside"));
  EXPECT_TRUE(advises(Scan().good(1).add(early("a.example", "smtp-route")).add(early("b.example", "smtp-route")),
                      "connections to the outside"));
  EXPECT_FALSE(advises(Scan().good(2).add(early("a.example", "smtp-route")), "connections to the outside"));
}

TEST(Advice, RoutesE118) {
  EXPECT_TRUE(advises(Scan().good(2).add(early("a.example", "smtp-route")), "destination entry with DANE None"));
  EXPECT_TRUE(advises(own_domain_at_risk(), "your own domains"));
}

TEST(Advice, TlsOfTheDefaultComesFirstWhenTheExportHasItOffE88) {
  const auto first_advice = [](const char* table) {
    Scan scan = Scan().good(5);
    scan.header.gateway_files = {{"destconfig", table}};
    return advice(scan.summary()).front();
  };
  const std::string wanted = "First of all set TLS Support of the Default to Preferred";
  EXPECT_TRUE(first_advice("[DEFAULT]\nTable_TLS = OFF\n").starts_with(wanted));
  EXPECT_TRUE(first_advice("[example.org]\ntable_tls = on\n[default]\ntable_tls=1\ntable_tls=0\n").starts_with(wanted));
  EXPECT_FALSE(first_advice("[DEFAULT]\ntable_tls = on\n[example.org]\ntable_tls = off\n").starts_with(wanted));
  EXPECT_FALSE(first_advice("[DEFAULT]\nip_sort_pref = PREFER_V4\n").starts_with(wanted));
}

TEST(Report, EachResolverIsShownAsTheCanaryFoundItE102) {
  Scan scan = Scan().good(1);
  scan.header.resolvers = {{"198.51.100.53:53", 0, "fit", "fit (ietf.org MX SECURE, 18 ms)"},
                           {"198.51.100.54:53", 1, "not asked", ""}};
  EXPECT_NE(scan.text().find("\n198.51.100.53:53 prio 0: fit (ietf.org MX SECURE, 18 ms)\n"
                             "198.51.100.54:53 prio 1: not asked\n"),
            std::string::npos);
}

TEST(Report, InputLineHasNoSeparatorsE110) {
  Scan scan;
  scan.good(1);
  Summary summary = scan.summary();
  summary.trailer->counts = {10412, 9800, 400, 200, 12, {{"blank", 400}}};
  EXPECT_NE(report_text(report_document(summary))
                .find("\nread 10412 = checked 9800 + skipped 400 + duplicates 200 + rejected 12\n"),
            std::string::npos);
}

TEST(Report, AnInterruptedScanSaysSo) {
  Summariser summariser(Header{}, {});
  EXPECT_NE(report_text(report_document(summariser.finish(std::nullopt))).find("did not finish"), std::string::npos);
}

TEST(Report, HostileNamesAreHarmlessInEveryMedium) {
  const Summary summary = Scan().add(named_failing("evil\x1b[2J|<b>.example")).summary();
  const Document document = report_document(summary);
  EXPECT_NE(report_text(document).find("evil\\x1b[2J|<b>.example"), std::string::npos);
  EXPECT_NE(report_markdown(document).find("evil\\\\x1b\\[2J\\|\\<b\\>.example"), std::string::npos);
  EXPECT_NE(report_html(document).find("evil\\x1b[2J|&lt;b&gt;.example"), std::string::npos);
}

/// Read by another program's parser, as XML: every element is closed, nothing stands outside the page.
TEST(Html, IsAWellFormedPageThatBeginsWithTheAnswerE111) {
  const std::string text = report_html(report_document(Scan().good(3).failing(1, 42).summary()));
  pugi::xml_document page;
  const auto parsed = page.load_string(text.c_str(), pugi::parse_default | pugi::parse_fragment);
  ASSERT_TRUE(parsed) << parsed.description() << " at " << parsed.offset << "\n" << text;
  const auto body = page.child("html").child("body");
  EXPECT_STREQ(body.first_child().name(), "h1");
  EXPECT_STREQ(
      body.first_child().text().get(),
      "Default = Opportunistic would stop 1 domain, 42 recipients; first bounces after the bounce profile's time");
  EXPECT_STREQ(page.child("html").child("head").child("title").text().get(), body.first_child().text().get());
  EXPECT_STREQ(body.find_child_by_attribute("p", "class", "bad").text().get(),
               "Opportunistic: NO-GO - 1 of 4 assessed domains would be stuck (25.0% of the assessed domains, 93.3% of "
               "their recipients), limit 10%");
  const auto failing =
      page.select_node("//h2[starts-with(., 'Failing: 1 domain')]/following-sibling::div[1]//tbody/tr");
  EXPECT_STREQ(failing.node().child("td").text().get(), "bad3.example");
  for (const char* never : {"//script", "//img", "//a", "//link", "//iframe"})
    EXPECT_TRUE(page.select_nodes(never).empty()) << never;
}

TEST(Markdown, BeginsWithTheAnswerAndHasTables) {
  const std::string text = report_markdown(report_document(Scan().good(3).failing(1).summary()));
  EXPECT_EQ(text.find("Default = Opportunistic would stop 1 domain"), 0U);
  EXPECT_NE(text.find("| domain | recipients |"), std::string::npos);
  EXPECT_NE(text.find("|---|---:|"), std::string::npos);
}

}  // namespace
}  // namespace danesweep::output
