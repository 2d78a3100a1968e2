// SPDX-License-Identifier: Apache-2.0
// Each input format with what people's files hold: E-62, E-65 to E-71, E-126, K42 to K59.
#include <csv.h>
#include <gtest/gtest.h>

#include <random>

#include "scanner/input/csv.h"
#include "scanner/input/mail_logs.h"
#include "tests/unit/input/inputs.h"

namespace danesweep::input {
namespace {

using Rejects = std::vector<std::string>;

TEST(List, K42_MixedListIsAccountedFor) {
  const Account account = read_text(
      "\xef\xbb\xbf# last week\r\n\r\nexample.org\r\nEXAMPLE.ORG 3\r\nm\xc3\xbcller.example # why\r\nuser@mail.example "
      "12\r\n"
      "@dom.example\t7\r\n   \r\nexample.net.\r\nlast.example");
  EXPECT_EQ(account.domains, (Domains{{"example.org", 4},
                                      {"xn--mller-kva.example", 1},
                                      {"mail.example", 12},
                                      {"dom.example", 7},
                                      {"example.net", 1},
                                      {"last.example", 1}}));
  EXPECT_TRUE(account.adds_up());
  EXPECT_EQ(account.counts.read, 10U);
  EXPECT_EQ(account.counts.duplicates, 1U);
  EXPECT_EQ(account.skipped("blank"), 2U);
  EXPECT_EQ(account.skipped("comment"), 1U);
  EXPECT_TRUE(account.rejects.empty());
}

TEST(List, K43_EachCodeOfE63NamesFileAndLine) {
  const std::string text = "a..org\n" + std::string(64, 'a') + ".example\n" +
                           [] {
                             std::string name;
                             for (int i = 0; i < 130; ++i) name += "a.";
                             return name + "example\n";
                           }() +
                           "*.example\n\xff.example\n\xf3\xa0\x80\x81"
                           "a.example\nlocalhost\nuser@[192.0.2.1]\n192.0.2.1\n\"x@example.org\nuser@\n"
                           "example.org 1 2\nexample.org 4294967296\nexample.org -1\ngood.example\n";
  const Account account = read_text(text, Format::List);
  const char* codes[] = {"empty-label", "label-too-long", "name-too-long",   "bad-character", "bad-utf8",
                         "bad-idn",     "single-label",   "address-literal", "ip-address",    "bad-address",
                         "no-domain",   "extra-fields",   "bad-number",      "bad-number"};
  ASSERT_EQ(account.rejects.size(), std::size(codes));
  for (std::size_t i = 0; i < std::size(codes); ++i) {
    const std::string front = "in:" + std::to_string(i + 1) + ": " + codes[i] + ": ";
    EXPECT_EQ(account.rejects[i].substr(0, front.size()), front);
    EXPECT_LE(account.rejects[i].size(), front.size() + 4 * 80);
  }
  EXPECT_EQ(account.domains, (Domains{{"good.example", 1}}));
  EXPECT_TRUE(account.adds_up());
}

TEST(List, K44_QuotedLocalPartAndSourceRouteAreOneDomain) {
  const Account account = read_text("\"x@y\"@example.org\n<@a,@b:u@example.org>\n\"a b\"@other.example 3\n");
  EXPECT_EQ(account.domains, (Domains{{"example.org", 2}, {"other.example", 3}}));
  EXPECT_EQ(account.counts.checked, 2U);
  EXPECT_EQ(account.counts.duplicates, 1U);
}

TEST(List, K45_FinalDotsAreOneDomainAndAllowSingleLabels) {
  const Account account = read_text("example.org.\nexample.org\nlocalhost.\nlocalhost\n");
  EXPECT_EQ(account.domains, (Domains{{"example.org", 2}, {"localhost", 1}}));
  EXPECT_EQ(account.rejects, (Rejects{"in:4: single-label: localhost"}));
}

TEST(List, E66_CommentsBeginAtTheStartOrAfterWhitespace) {
  const Account account = read_text("example.org#no comment\n#x\nexample.net #x\nexample.com 5\t# x\n");
  EXPECT_EQ(account.domains, (Domains{{"example.net", 1}, {"example.com", 5}}));
  EXPECT_EQ(account.rejects.size(), 1U);
}

TEST(List, E63_TheSumOfADomainStopsAtItsLimitWithAWarning) {
  const Account account = read_text("example.org 4294967295\nexample.org 1\nexample.net 4294967295\n");
  EXPECT_EQ(account.domains.at("example.org"), 4294967295U);
  EXPECT_EQ(account.totals, (std::vector<std::string>{"recipients-capped: 1 domains"}));
}

TEST(List, IndicesCountDistinctDomainsByFirstAppearance) {
  EXPECT_EQ(read_text("b.example\na.example\nb.example\nc.example\n").order,
            (std::vector<std::string>{"b.example", "a.example", "c.example"}));
}

TEST(Csv, K46_QuotesNewlinesAndSemicolons) {
  const Account account = read_text(
      "Name;E-Mail Address;Note\n\"Doe; John\";john@one.example;\"said \"\"hi\"\"\"\n\"two\nlines\";a@b..example;x\n"
      "x;<y@two.example>;\n",
      Format::Csv);
  EXPECT_EQ(account.domains, (Domains{{"one.example", 1}, {"two.example", 1}}));
  EXPECT_EQ(account.rejects, (Rejects{"in:3: empty-label: a@b..example"})) << "the line of the record's first line";
  EXPECT_EQ(account.remarks, (std::vector<std::string>{"in: columns ignored: Name, Note"}));
  EXPECT_TRUE(account.adds_up());
}

/// The quick split against libcsv itself, which the trimmed fields must equal.
TEST(Csv, ASimpleRecordIsSplitAsLibcsvDoes) {
  std::mt19937 random(3);
  int simple = 0;
  for (int i = 0; i < 20000; ++i) {
    std::string line;
    for (std::size_t size = 1 + random() % 12; size > 0; --size) line += "ab,\"; ,\"a"[random() % 9];
    std::vector<std::string_view> fields;
    if (trim(line).empty() || !split_simple_record(line, ',', fields)) continue;
    ++simple;
    std::vector<std::string> expected;
    csv_parser parser{};
    csv_init(&parser, 0);
    const auto take = [](void* field, std::size_t size, void* out) {
      static_cast<std::vector<std::string>*>(out)->emplace_back(trim({static_cast<const char*>(field), size}));
    };
    csv_parse(&parser, (line + "\n").data(), line.size() + 1, take, nullptr, &expected);
    csv_free(&parser);
    std::vector<std::string> found;
    for (const std::string_view field : fields) found.emplace_back(trim(field));
    ASSERT_EQ(found, expected) << line;
  }
  EXPECT_GT(simple, 4000);
}

TEST(Csv, ACarriageReturnInsideALineLosesNothingE64) {
  const std::string odd = "\"say \"\"x\"\"\",a.example\r\"b\"\"\",b.example";
  const Account account =
      read_text("note,domain\r\r\nx,a.example\rb.example\n" + odd + "\n\"\"\"\",c.example\r\r\nx,d.example\n");
  EXPECT_EQ(account.domains, (Domains{{"c.example", 1}, {"d.example", 1}}));
  EXPECT_EQ(account.rejects, (Rejects{"in:2: bad-character: a.example\\x0db.example",
                                      "in:3: bad-character: \"say \"\"x\"\"\",a.example\\x0d\"b\"\"\",b.example"}));
  EXPECT_TRUE(account.adds_up());
}

TEST(Csv, TheLeftmostKnownColumnIsReadAndEachOtherIsNamedE67) {
  const Account account = read_text("To;Site;Domain;Messages;Total\nu@a.example;x;b.example;2;9\n");
  EXPECT_EQ(account.domains, (Domains{{"a.example", 2}}));
  EXPECT_EQ(account.remarks, (std::vector<std::string>{"in: columns ignored: Site, Domain, Total"}));
}

TEST(Csv, K47_DeliveryStatusTable) {
  const Account account = read_text(
      "Destination Domain,Latest Host Status,Active Recipients,Connections Out,Delivered Recipients,Soft Bounced\n"
      "example.org,Up,\"1,255\",3,45,0\nexample.net,Down,2,0,,0\n");
  EXPECT_EQ(account.domains, (Domains{{"example.org", 1300}, {"example.net", 2}}));
}

TEST(Csv, E67_TheFirstRowSaysWhatRecipientsHolds) {
  EXPECT_EQ(read_text("domain,recipients\nexample.org,12\n").domains, (Domains{{"example.org", 12}}));
  EXPECT_EQ(read_text("recipients,count\nu@example.org,12\n").domains, (Domains{{"example.org", 12}}));
  EXPECT_EQ(read_text("Recipients;x\n\"a@example.org, b@example.net\";1\n").domains,
            (Domains{{"example.org", 1}, {"example.net", 1}}));
}

TEST(Csv, E67_TheLeftmostKnownColumnWins) {
  EXPECT_EQ(read_text("to,domain,messages,total\na@one.example,two.example,3,4\n").domains,
            (Domains{{"one.example", 3}}));
}

TEST(Csv, E67_ShortRowsBadNumbersAndEmptyCells) {
  const Account account = read_text("count\tdomain\n1\n2\texample.org\nx\tb.example\n\tc.example\n3\t\n");
  EXPECT_EQ(account.domains, (Domains{{"example.org", 2}, {"c.example", 1}}));
  ASSERT_EQ(account.rejects.size(), 3U);
  EXPECT_EQ(account.rejects[0], "in:2: missing-column: 1");
  EXPECT_TRUE(account.rejects[1].starts_with("in:4: bad-number: "));
  EXPECT_TRUE(account.rejects[2].starts_with("in:6: no-domain: "));
  EXPECT_TRUE(account.adds_up());
}

TEST(Csv, AnUnclosedQuoteIsReportedAndBounded) {
  const Account account = read_text("domain\na.example\n\"b.example\nc.example\n", Format::Csv);
  EXPECT_EQ(account.rejects, (Rejects{"in:3: bad-address: \"b.example"}));
  std::string text = "domain\n\"b.example\n";
  for (int i = 0; i < 100'000; ++i) text += "filler" + std::to_string(i) + ".example\n";
  const Account longer = read_text(text, Format::Csv);
  EXPECT_EQ(longer.rejects.front(), "in:2: line-too-long: \"b.example");
  EXPECT_GT(longer.domains.size(), 1000U) << "behind the limit reading goes on";
}

TEST(Csv, AForcedCsvWithoutAKnownColumnIsRefusedE67) {
  const auto reader = make_reader(Format::Csv, "name,phone\nx,y\n");
  ASSERT_FALSE(reader.has_value());
  EXPECT_NE(reader.error().find("recipientdomain"), std::string::npos);
}

std::string cef(const std::string& extension, const std::string& event = "ESA_CONSOLIDATED_LOG_EVENT") {
  return "Tue Feb 3 15:15:49 2026: CEF:0|Cisco|C300V Email Security Virtual Appliance|14.0.0-657|" + event +
         "|Consolidated Log Event|5|deviceExternalId=42AB ESAMID=4631 " + extension + "\n";
}

TEST(Cef, TheSampleOfE68) {
  const Account account = read_text(
      "Tue Feb 3 15:15:49 2026: CEF:0|Cisco|C300V Email Security Virtual "
      "Appliance|14.0.0-657|ESA_CONSOLIDATED_LOG_EVENT|"
      "Consolidated Log Event|5|deviceExternalId=42AB ESAMID=4631 ESAICID=360 ESADCID=660 endTime=Tue Feb 3 15:15:48 "
      "2026 "
      "dvc=192.0.2.7 deviceOutboundInterface=Out deviceDirection=1 ESAMailFlowPolicy=RELAY suser=a@example.com "
      "act=DELIVERED duser=b@example.org msg='Hi \\= there' ESATLSOutConnStatus=Success ESATLSOutProtocol=TLSv1.2 "
      "ESATLSOutCipher=ECDHE-RSA-AES256-GCM-SHA384 ESADaneStatus=success ESADaneHost=example.org\n");
  EXPECT_EQ(account.domains, (Domains{{"example.org", 1}}));
  EXPECT_EQ(account.evidence.at("example.org"), (std::pair<std::uint64_t, std::uint64_t>{1, 0})) << "E-126";
}

TEST(Cef, K48_OnlyOutgoingMailCounts) {
  const Account account = read_text(cef("deviceDirection=1 duser=u@one.example act=DELIVERED") +
                                    cef("deviceDirection=0 duser=u@two.example act=DELIVERED") +
                                    cef("ESAMailFlowPolicy=RELAY duser=u@three.example act=DELIVERED") +
                                    cef("ESAMailFlowPolicy=ACCEPT duser=u@four.example act=DELIVERED") +
                                    cef("duser=u@five.example act=DELIVERED"));
  EXPECT_EQ(account.domains, (Domains{{"one.example", 1}, {"three.example", 1}, {"five.example", 1}}));
  EXPECT_EQ(account.skipped("incoming"), 2U);
  EXPECT_EQ(account.totals, (std::vector<std::string>{"direction unknown: 1 recipients"}));
  EXPECT_TRUE(account.adds_up());
}

TEST(Cef, E68_AbortedDroppedAndOtherEventsAreSkippedByKind) {
  const Account account = read_text(cef("deviceDirection=1 duser=u@one.example act=ABORTED") +
                                    cef("deviceDirection=1 duser=u@two.example;v@two.example act=DROPPED") +
                                    cef("deviceDirection=1 duser=u@three.example", "ESA_OTHER") +
                                    cef("deviceDirection=1 act=DELIVERED duser=") + "no event\n\nCEF:0|torn\n");
  EXPECT_TRUE(account.domains.empty());
  EXPECT_EQ(
      account.skips,
      (std::map<std::string, std::uint64_t>{
          {"aborted", 1}, {"dropped", 1}, {"other-event", 1}, {"no-recipient", 1}, {"other-line", 2}, {"blank", 1}}));
  EXPECT_TRUE(account.adds_up());
}

TEST(Cef, K49_TwoRecipientsAreTwoEntries) {
  const Account account = read_text(cef("deviceDirection=1 duser=a@x.example;b@y.example act=DELIVERED"));
  EXPECT_EQ(account.domains, (Domains{{"x.example", 1}, {"y.example", 1}}));
  EXPECT_EQ(account.counts.read, 2U);
}

TEST(Cef, K50_ASubjectCannotAddADomain) {
  const Account account =
      read_text(cef("deviceDirection=1 duser=a@x.example act=DELIVERED msg='x duser=evil@z.example'"));
  EXPECT_TRUE(account.domains.empty());
  ASSERT_EQ(account.rejects.size(), 1U);
  EXPECT_TRUE(account.rejects[0].starts_with("in:1: ambiguous-field: "));
  EXPECT_EQ(account.counts.read, 1U);
}

TEST(Cef, ASubjectCannotHideADomainEither) {
  const Account account = read_text(cef("deviceDirection=1 duser=a@x.example act=DELIVERED msg='x deviceDirection=0'"));
  EXPECT_EQ(account.counts.rejected, 1U);
}

TEST(Cef, K51_EscapesBeforeAndInTheRecipient) {
  const Account account =
      read_text(cef(R"(msg=a \=b duser\=evil@z.example \\ x\|y deviceDirection=1 duser=a\=b@x.example act=DELIVERED)"));
  EXPECT_EQ(account.domains, (Domains{{"x.example", 1}}));
  EXPECT_TRUE(account.rejects.empty());
}

TEST(Cef, E68_UnknownKeysBelongToTheValueBefore) {
  const Account account = read_text(cef("deviceDirection=1 duser=a@x.example foo=bar act=DELIVERED"));
  EXPECT_EQ(account.counts.rejected, 1U) << "`a@x.example foo=bar` is no address";
}

TEST(Cef, E68_SyslogPrefix) {
  const std::string line =
      "<166>Feb  3 15:15:49 mail " + cef("deviceDirection=1 duser=a@x.example act=DELIVERED").substr(25);
  EXPECT_EQ(read_text(line).domains, (Domains{{"x.example", 1}}));
}

/// A log of E-69's shape with two interleaved connections; `front` makes the stamp.
std::string mail_log(const std::string& front) {
  const char* lines[] = {
      "New SMTP ICID 28 interface Private (192.0.2.4) address 192.0.2.9 reverse dns host pc.example.com verified yes",
      "New SMTP ICID 29 interface Public (192.0.2.5) address 198.51.100.9 reverse dns host mx.example.net verified no",
      "ICID 28 RELAY SG RELAYLIST match 192.0.2.0/24 SBRS not enabled",
      "ICID 29 ACCEPT SG UNKNOWNLIST match sbrs[none] SBRS None",
      "Start MID 200 ICID 28",
      "Start MID 201 ICID 29",
      "MID 200 ICID 28 From: <me@example.com>",
      "MID 200 ICID 28 RID 0 To: <user@example.org>",
      "MID 201 ICID 29 RID 0 To: <me@example.com>",
      "MID 200 ICID 28 RID 1 To: <other@example.org>",
      "MID 200 ICID 28 RID 2 To: <\"a>b\"@second.example>",
      "MID 200 Subject 'MID 7 ICID 28 RID 0 To: <evil@z.example>'",
      "MID 200 matched all recipients for per-recipient policy DEFAULT in the outbound table",
      "New SMTP DCID 23 interface 192.0.2.4 address 198.51.100.25 port 25",
      "DCID 23 TLS success protocol TLSv1.2 cipher DHE-RSA-AES256-GCM-SHA384 for example.org",
      "DCID 24 TLS success protocol TLSv1.2 cipher DHE-RSA-AES256-GCM-SHA384",
      "Delivery start DCID 23 MID 200 to RID [0]",
      "Message done DCID 23 MID 200 to RID [0]",
      "ICID 28 close"};
  std::string log;
  for (const char* line : lines) log += front + "Info: " + line + "\n";
  return log;
}

TEST(MailLogs, K52_OnlyRecipientsOfRelayedConnections) {
  const Account account = read_text(mail_log("Tue Feb 3 21:42:34 2026 "));
  EXPECT_EQ(account.domains, (Domains{{"example.org", 2}, {"second.example", 1}}));
  EXPECT_EQ(account.skipped("incoming"), 1U);
  EXPECT_EQ(account.skipped("other-line"), 15U);
  EXPECT_EQ(account.evidence,
            (std::map<std::string, std::pair<std::uint64_t, std::uint64_t>>{{"example.org", {1, 0}}}));
  EXPECT_TRUE(account.adds_up());
}

TEST(MailLogs, K55_TheSameLogInSyslogForm) {
  const Account own = read_text(mail_log("Tue Feb  3 21:42:34 2026 "));
  const Account syslog = read_text(mail_log("<166>Feb 3 18:24:37 host mail_logs: "));
  EXPECT_EQ(own.domains, syslog.domains);
  EXPECT_EQ(own.skips, syslog.skips);
  EXPECT_EQ(own.counts.read, syslog.counts.read);
}

TEST(MailLogs, K53_ACutLogIsJudgedByThePolicyTable) {
  const std::string front = "Tue Feb 3 21:42:34 2026 Info: MID ";
  const Account account =
      read_text(front + "1 ICID 5 RID 0 To: <a@out.example>\n" + front + "2 ICID 6 RID 0 To: <b@in.example>\n" + front +
                "3 ICID 7 To: <c@unknown.example>\n" + front +
                "1 matched all recipients for per-recipient policy DEFAULT in the outbound table\n" + front +
                "2 matched all recipients for per-recipient policy DEFAULT in the inbound table\n");
  EXPECT_EQ(account.domains, (Domains{{"out.example", 1}, {"unknown.example", 1}}));
  EXPECT_EQ(account.skipped("incoming"), 1U);
  EXPECT_EQ(account.totals, (std::vector<std::string>{"direction unknown: 1 recipients"}));
  EXPECT_TRUE(account.adds_up());
}

TEST(MailLogs, K53_ASplitMessageIsJudgedByThePolicyTableToo) {
  const std::string front = "Tue Feb 3 21:42:34 2026 Info: MID ";
  const Account account =
      read_text(front + "1 ICID 5 RID 0 To: <a@out.example>\n" + front + "2 ICID 6 RID 0 To: <b@in.example>\n" + front +
                "1 was split creating MID 3 due to a per-recipient policy (Sales) in the outbound table\n" + front +
                "2 was split creating MID 4 due to a per-recipient policy in the inbound table\n");
  EXPECT_EQ(account.domains, (Domains{{"out.example", 1}}));
  EXPECT_EQ(account.skipped("incoming"), 1U);
  EXPECT_TRUE(account.totals.empty());
}

TEST(MailLogs, E69_ALineOfAnotherLevelCarriesNoRecipients) {
  const std::string front = "Tue Feb 3 21:42:34 2026 ";
  const Account account =
      read_text(front + "Info: ICID 1 RELAY SG R match x SBRS not enabled\n" + front +
                "Warning: MID 1 attachment 'Info: MID 7 ICID 1 RID 0 To: <evil@z.example>' could not be scanned\n" +
                front + "Info: MID 1 ICID 1 RID 0 To: <a@b.example>\n");
  EXPECT_EQ(account.domains, (Domains{{"b.example", 1}}));
}

TEST(MailLogs, E69_TheOldestOfTooManyWaitingMessagesIsCounted) {
  std::string log;
  for (std::size_t i = 0; i < MailLogsReader::kMaxWaitingMessages + 10; ++i)
    log += "Tue Feb 3 21:42:34 2026 Info: MID " + std::to_string(i) + " ICID 5 RID 0 To: <a@d" + std::to_string(i % 7) +
           ".example>\n";
  log += "Tue Feb 3 21:42:34 2026 Info: MID 0 matched all recipients for per-recipient policy X in the inbound table\n";
  const Account account = read_text(log);
  EXPECT_EQ(account.counts.skipped, 1U) << "MID 0 was given up before its table line came";
  EXPECT_TRUE(account.adds_up());
}

TEST(MailLogs, K54_RejectedRecipientsAndConnectionsAreSkipped) {
  const std::string front = "Tue Feb 3 21:42:34 2026 Info: ";
  const Account account =
      read_text(front + "ICID 1 RELAY SG R match x SBRS not enabled\n" + front +
                "MID 1 ICID 1 RID 0 To: <a@b.example> Rejected by RAT\n" + front +
                "ICID 2 REJECT SG BLOCK match x SBRS -9\n" + front + "MID 2 ICID 2 RID 0 To: <a@c.example>\n" + front +
                "MID 1 ICID 1 RID 1 To: <nobody>\n" + front + "MID 1 ICID 1 RID 1 To: <a@d.example\n");
  EXPECT_TRUE(account.domains.empty());
  EXPECT_EQ(account.skipped("rejected-by-gateway"), 2U);
  EXPECT_EQ(account.rejects, (Rejects{"in:5: no-domain: <nobody>", "in:6: bad-address: <a@d.example"}));
}

TEST(MailLogs, E69_CloseForgetsTheConnection) {
  const std::string front = "Tue Feb 3 21:42:34 2026 Info: ";
  const Account account = read_text(front + "ICID 1 ACCEPT SG R match x\n" + front + "ICID 1 close\n" + front +
                                    "MID 1 ICID 1 RID 0 To: <a@b.example>\n");
  EXPECT_EQ(account.domains, (Domains{{"b.example", 1}}));
  EXPECT_EQ(account.totals.size(), 1U);
}

TEST(TopHosts, K56_RanksNotesThousandsAndOwnQueues) {
  const Account account = read_text(
      "mail.example.com> tophosts active\n\nStatus as of:                 Tue Feb 03 21:42:38 2026 GMT\n"
      "                         Active  Conn.  Deliv.   Soft    Hard\n"
      "#  Recipient Host        Recip   Out    Recip.   Bounced Bounced\n\n"
      "1* example.org             365    10    1,255       21       8\n"
      "2  Example.NET               1     0        0        0       0\n"
      "3  the.cpq.host              9     0        0        0       0\n"
      "4  the.encryption.queue      9     0        0        0       0\n"
      "5  short.example             9\n6  bad.example               x  0 1 0 0\n");
  EXPECT_EQ(account.domains, (Domains{{"example.org", 1620}, {"example.net", 1}}));
  EXPECT_EQ(account.warnings.at("example.org"), (std::vector<std::string>{"gateway-host-down"}));
  EXPECT_FALSE(account.warnings.contains("example.net"));
  EXPECT_EQ(account.skipped("own-queue"), 2U);
  EXPECT_EQ(account.skipped("header"), 2U);
  EXPECT_EQ(account.skipped("prompt"), 1U);
  ASSERT_EQ(account.rejects.size(), 2U);
  EXPECT_TRUE(account.rejects[0].starts_with("in:11: missing-column: "));
  EXPECT_TRUE(account.rejects[1].starts_with("in:12: bad-number: "));
  EXPECT_TRUE(account.adds_up());
}

TEST(Postfix, K57_ByStatusRelayAndService) {
  const std::string front = "Feb  3 21:42:38 mx ";
  const std::string deferred = front +
                               "postfix/smtp[811]: 4F2B: to=<u@later.example>, relay=none, delay=1, delays=0/0/1/0, "
                               "dsn=4.4.1, status=deferred (x)\n";
  const Account account =
      read_text(front +
                "postfix/smtp[811]: 4F2B: to=<user@sent.example>, orig_to=<x@other.example>, "
                "relay=mx.example.org[192.0.2.25]:25, "
                "delay=1.2, delays=0.1/0/0.5/0.6, dsn=2.0.0, status=sent (250 ok)\n" +
                front +
                "postfix-out/relay/smtp[811]: 4F2C: to=<user@bounced.example>, relay=mx[192.0.2.25]:25, delay=1, "
                "dsn=5.1.1, status=bounced (no)\n" +
                deferred + deferred + deferred + front +
                "postfix/smtp[811]: 4F2D: to=<u@filter.example>, relay=127.0.0.1[127.0.0.1]:10024, delay=1, dsn=2.0.0, "
                "status=sent (250 ok)\n" +
                front + "postfix/lmtp[811]: 4F2E: to=<u@lmtp.example>, relay=dovecot, status=sent (ok)\n" + front +
                "postfix/smtp[811]: 4F2F: to=<u@probe.example>, relay=x[192.0.2.1]:25, status=undeliverable (no)\n" +
                front + "postfix/smtp[811]: Trusted TLS connection established to x[192.0.2.1]:25: TLSv1.3\n" + front +
                "postfix/qmgr[1]: 4F2B: removed\n" + front + "kernel: hello\n");
  EXPECT_EQ(account.domains,
            (Domains{{"sent.example", 1}, {"bounced.example", 1}, {"later.example", 0}, {"probe.example", 0}}));
  EXPECT_EQ(account.skipped("internal"), 1U);
  EXPECT_EQ(account.skipped("other-service"), 2U);
  EXPECT_EQ(account.skipped("other-line"), 2U);
  EXPECT_EQ(account.counts.duplicates, 2U);
  EXPECT_TRUE(account.adds_up());
}

TEST(Postfix, E71_LaterSentMailAddsToADeferredDomain) {
  const std::string front =
      "2026-02-03T21:42:38.123456+01:00 mx postfix/smtp[1]: 4F2B: to=<u@later.example>, relay=a[192.0.2.1]:25, status=";
  EXPECT_EQ(read_text(front + "deferred (x)\n" + front + "sent (y)\n").domains, (Domains{{"later.example", 1}}));
}

struct Sample {
  const char* name;
  Format format;
  std::string text;
};
const Sample kSamples[] = {
    {"list", Format::List, "# comment\nexample.org\nexample.net 3\n"},
    {"csv", Format::Csv, "Domain,Count\nexample.org,1\nexample.net,3\n"},
    {"cef", Format::Cef,
     cef("deviceDirection=1 duser=a@example.org act=DELIVERED") + cef("deviceDirection=1 duser=a@example.net")},
    {"mail_logs", Format::MailLogs, mail_log("Tue Feb 3 21:42:34 2026 ")},
    {"tophosts", Format::TopHosts, "#  Recipient Host  Recip Out Recip. Bounced Bounced\n1  example.org 1 0 2 0 0\n"},
    {"maillog", Format::MailLog,
     "Feb  3 21:42:38 mx postfix/smtp[811]: 4F2B: to=<user@example.org>, relay=mx[192.0.2.25]:25, status=sent (250 "
     "ok)\n"},
};

TEST(Detection, K59_EachFormatIsKnownByItsFirstLinesE65) {
  for (const Sample& sample : kSamples) {
    EXPECT_EQ(to_text(detect_format(sample.text)), sample.name);
    EXPECT_EQ(to_text(detect_format("\n\nsome banner\n" + sample.text)),
              sample.format == Format::Csv ? "list" : sample.name);
  }
  EXPECT_EQ(detect_format(""), Format::List);
  EXPECT_EQ(detect_format("Tue Feb 3 Debug: DNS query: Q('a', 'MX')\n"), Format::MailLogs);
}

TEST(Detection, K59_AWrongFormatRejectsOrSkipsButNeverFails) {
  for (const Sample& sample : kSamples)
    for (const Sample& other : kSamples)
      EXPECT_TRUE(read_text(sample.text, other.format).adds_up()) << sample.name << " as " << other.name;
  EXPECT_GT(read_text(kSamples[2].text, Format::List).counts.rejected, 0U);
}

TEST(Detection, E65_LooksAt200LinesOnly) {
  std::string text;
  for (int i = 0; i < 200; ++i) text += "a.example\n";
  EXPECT_EQ(detect_format(text + cef("x=1")), Format::List);
  EXPECT_EQ(detect_format(text.substr(10) + cef("x=1")), Format::Cef);
}

TEST(Formats, EveryPortionSizeGivesTheSameAccount) {
  for (const Sample& sample : kSamples) {
    const Account whole = read_text(sample.text);
    for (const std::size_t portion : {1, 2, 3, 7, 64}) {
      const Account split = read_text(sample.text, sample.format, portion);
      EXPECT_EQ(split.domains, whole.domains);
      EXPECT_EQ(split.counts.read, whole.counts.read);
    }
  }
}

}  // namespace
}  // namespace danesweep::input
