// SPDX-License-Identifier: Apache-2.0
// Every input format written from one random set and read back (K61), and 1,000 mutated files of each: every line is
// accounted for, whatever it holds (E-62).
#include <gtest/gtest.h>

#include <random>

#include "scanner/input/destination_config.h"
#include "scanner/input/opt_out.h"
#include "scanner/input/rat.h"
#include "scanner/input/smtp_routes.h"
#include "tests/unit/input/inputs.h"

namespace danesweep::input {
namespace {

/// Domains with as many recipients each, in a random order of single messages.
struct Mail {
  Domains recipients;
  std::vector<std::string> messages;  ///< one domain a message
};

Mail random_mail(std::uint32_t seed, std::size_t messages) {
  std::mt19937 random(seed);
  Mail mail;
  for (std::size_t i = 0; i < messages; ++i) {
    std::string domain = "d" + std::to_string(random() % 300) + (random() % 2 == 0 ? ".example" : "-x_y.sub.example");
    ++mail.recipients[domain];
    mail.messages.push_back(std::move(domain));
  }
  return mail;
}

std::string with_thousands(std::uint32_t number) {
  std::string digits = std::to_string(number);
  for (int at = static_cast<int>(digits.size()) - 3; at > 0; at -= 3) digits.insert(static_cast<std::size_t>(at), ",");
  return digits;
}

std::string write_list(const Mail& mail) {
  std::string text = "# domains\n";
  for (const auto& [domain, count] : mail.recipients) text += domain + " " + std::to_string(count) + "\n";
  return text;
}
std::string write_csv(const Mail& mail) {
  std::string text = "Note,Recipient Domain,Volume\r\n";
  for (const auto& [domain, count] : mail.recipients)
    text += "\"a, \"\"b\"\"\n\"," + domain + ",\"" + with_thousands(count) + "\"\r\n";
  return text;
}
/// Without quotes a record is a line, so that none can hide another.
std::string write_plain_csv(const Mail& mail) {
  std::string text = "Destination Domain;Site;Active Recipients;Delivered Recipients\n";
  for (const auto& [domain, count] : mail.recipients)
    text += domain + ";x;" + std::to_string(count / 4) + ";" + with_thousands(count - count / 4) + "\n";
  return text;
}
std::string write_cef(const Mail& mail) {
  std::string text;
  for (const std::string& domain : mail.messages)
    text +=
        "Tue Feb 3 15:15:49 2026: CEF:0|Cisco|C300V Email Security Virtual "
        "Appliance|14.0.0-657|ESA_CONSOLIDATED_LOG_EVENT|"
        "Consolidated Log Event|5|deviceExternalId=42AB ESAMID=4631 deviceDirection=1 ESAMailFlowPolicy=RELAY "
        "act=DELIVERED "
        "duser=\"o\\\\'x\"@" +
        domain + " msg='a \\= b' ESADCID=7\n";
  return text;
}
std::string write_mail_logs(const Mail& mail) {
  const std::string front = "Tue Feb  3 21:42:34 2026 Info: ";
  std::string text = front + "ICID 28 RELAY SG RELAYLIST match 192.0.2.0/24 SBRS not enabled\n";
  std::size_t message = 0;
  for (const std::string& domain : mail.messages)
    text += front + "MID " + std::to_string(++message) + " ICID 28 RID 0 To: <user@" + domain + ">\n";
  return text;
}
std::string write_top_hosts(const Mail& mail) {
  std::string text = "#  Recipient Host   Recip  Out  Recip.  Bounced Bounced\n";
  std::size_t rank = 0;
  for (const auto& [domain, count] : mail.recipients) {
    const std::uint32_t active = count / 3;
    text += std::to_string(++rank) + "  " + domain + "  " + with_thousands(active) + "  0  " +
            with_thousands(count - active) + "  0  0\n";
  }
  return text;
}
std::string write_maillog(const Mail& mail) {
  std::string text;
  for (const std::string& domain : mail.messages)
    text += "Feb  3 21:42:38 mx postfix/smtp[811]: 4F2B: to=<user@" + domain +
            ">, relay=mx.example.org[192.0.2.25]:25, delay=1.2, dsn=2.0.0, status=sent (250 ok)\n";
  return text;
}

struct Writer {
  const char* name;
  Format format;
  std::string (*write)(const Mail&);
};
void PrintTo(const Writer& writer, std::ostream* out) { *out << writer.name; }

class EveryFormat : public testing::TestWithParam<Writer> {};

TEST_P(EveryFormat, K61_ReadsBackWhatWasWritten) {
  for (std::uint32_t seed = 1; seed <= 5; ++seed) {
    const Mail mail = random_mail(seed, 3000);
    const std::string text = GetParam().write(mail);
    EXPECT_EQ(detect_format(text), GetParam().format);
    const Account account = read_text(text);
    EXPECT_EQ(account.domains, mail.recipients) << "seed " << seed;
    EXPECT_TRUE(account.rejects.empty());
    EXPECT_TRUE(account.adds_up());
  }
}

/// Some octets changed, some lines cut, doubled or joined.
std::string mutated(std::string text, std::mt19937& random) {
  static constexpr std::string_view kNasty("\0\n\r\"\\<>@,;=|[]\xff\xc3 :#*", 20);
  for (std::size_t changes = 1 + random() % 30; changes > 0 && !text.empty(); --changes) {
    const std::size_t at = random() % text.size();
    switch (random() % 5) {
      case 0:
        text[at] = static_cast<char>(random() % 256);
        break;
      case 1:
        text[at] = kNasty[random() % kNasty.size()];
        break;
      case 2:
        text.erase(at, random() % 40);
        break;
      case 3:
        text.insert(at, text.substr(random() % text.size(), random() % 60));
        break;
      default:
        text.insert(at, 1, kNasty[random() % kNasty.size()]);
    }
  }
  return text;
}

/// Entries can be no fewer than lines, but for lines that a quoted CSV field joins.
TEST_P(EveryFormat, AThousandMutatedFilesAreAccountedForE62) {
  const std::string text = GetParam().write(random_mail(7, 25));
  std::mt19937 random(4711);
  for (int i = 0; i < 1000; ++i) {
    const std::string changed = mutated(text, random);
    const Account account = read_text(changed, GetParam().format);
    if (account.counts.read == 0 && GetParam().format == Format::Csv) continue;  // refused: its header names no column
    ASSERT_TRUE(account.adds_up()) << GetParam().name << ", mutation " << i;
    const auto lines = static_cast<std::uint64_t>(std::ranges::count(changed, '\n'));
    const bool joins_lines = GetParam().format == Format::Csv && changed.find('"') != std::string::npos;
    const std::uint64_t least = joins_lines ? 0 : lines;
    ASSERT_GE(account.counts.read, least) << "a line was dropped, mutation " << i;
    for (const std::string& reject : account.rejects) ASSERT_TRUE(reject.starts_with("in:")) << reject;
    ASSERT_EQ(read_text(changed, GetParam().format, 61).domains, account.domains)
        << "mutation " << i << " in small portions";
  }
}

constexpr Writer kWriters[] = {{"list", Format::List, write_list},
                               {"csv", Format::Csv, write_csv},
                               {"csv_plain", Format::Csv, write_plain_csv},
                               {"cef", Format::Cef, write_cef},
                               {"mail_logs", Format::MailLogs, write_mail_logs},
                               {"tophosts", Format::TopHosts, write_top_hosts},
                               {"maillog", Format::MailLog, write_maillog}};
INSTANTIATE_TEST_SUITE_P(K61, EveryFormat, testing::ValuesIn(kWriters));

/// The words that mean the same, as the exports of several releases have them.
std::string one_of(std::initializer_list<const char*> words, std::mt19937& random) {
  return *(words.begin() + random() % words.size());
}

/// A random table of each kind written, read, and asked about every domain in it (E-86 to E-93).
TEST(Configuration, ReadsBackWhatWasWritten) {
  for (std::uint32_t seed = 1; seed <= 20; ++seed) {
    std::mt19937 random(seed);
    std::map<std::string, std::pair<bool, output::Mode>> entries;  // TLS, and the mode if TLS is on
    std::map<std::string, Route> routes;
    std::map<std::string, bool> own;
    std::string controls = "[DEFAULT]\ntable_tls = on\ndane_option = none\n\n", route_lines = "# exported\n", rat;
    for (int i = 0; i < 200; ++i) {
      const std::string name = "d" + std::to_string(i) + (i % 3 == 0 ? ".sub.example" : ".example");
      const bool tls = random() % 4 != 0;
      const auto mode = static_cast<output::Mode>(1 + random() % 3);
      entries[name] = {tls, mode};
      controls += "[" + name + "]\nmax_host_concurrency = " + std::to_string(random() % 500) + "\n; a remark\n" +
                  (tls ? "TABLE_TLS = " + one_of({"on", "1", "required", "3", "REQUIRE_VERIFY"}, random)
                       : "table_tls=" + one_of({"off", "0"}, random)) +
                  "\ndane_option = " +
                  (mode == output::Mode::None        ? one_of({"none", "0", "no"}, random)
                   : mode == output::Mode::Mandatory ? one_of({"mandatory", "2"}, random)
                                                     : one_of({"Opportunistic", "1"}, random)) +
                  "\n\n";
      routes[name] = static_cast<Route>(random() % 3);
      route_lines +=
          name + "  " +
          (routes[name] == Route::UseDns    ? "USEDNS"
           : routes[name] == Route::Dropped ? "/dev/null"
                                            : one_of({"mx.example.com", "[mx]:26/pri=7,192.0.2.1"}, random)) +
          "\n";
      own[name] = random() % 2 == 0;
      rat += name + (own[name] ? " ACCEPT" : " REJECT") + "\n";
    }
    const auto destinations = DestinationConfig::parse(controls, "in");
    const auto table = SmtpRoutes::parse(route_lines + "ALL USEDNS\n", "in");
    const auto accepted = RecipientAccessTable::parse(rat + "ALL REJECT\n", "in");
    ASSERT_TRUE(destinations && table && accepted);
    for (const auto& [name, entry] : entries) {
      const auto decision = destinations->decide(name, output::Mode::Opportunistic);
      EXPECT_EQ(decision.tls_off, !entry.first) << name;
      EXPECT_EQ(decision.mode, entry.first ? entry.second : output::Mode::None) << name;
      EXPECT_EQ(table->find(name), routes[name]) << name;
      EXPECT_EQ(accepted->accepts(name), own[name]) << name;
    }
  }
}

/// Configuration files: an error that begins with file and line, or a clean reading.
template <class Parsed>
void expect_errors_with_lines(const std::string& text) {
  std::mt19937 random(4712);
  for (int i = 0; i < 1000; ++i) {
    const auto parsed = Parsed::parse(mutated(text, random), "in");
    if (parsed) continue;
    ASSERT_TRUE(parsed.error().starts_with("in:")) << parsed.error();
    ASSERT_NE(parsed.error().find(": ", 3), std::string::npos) << parsed.error();
  }
}

TEST(MutatedConfiguration, AThousandFilesOfEachKindGiveErrorsWithFileAndLineE80) {
  expect_errors_with_lines<DestinationConfig>(
      "[DEFAULT]\ntable_tls = on\nip_sort_pref = PREFER_V4\n[example.org]\ndane_option = none\n; "
      "c\n[.example.net]\ntable_tls = 0\nfoo = bar\n");
  expect_errors_with_lines<SmtpRoutes>(
      "# x\nexample.org exchange.example.com\n.example.org USEDNS\npartner.example "
      "192.0.2.8:2525/pri=0,[2001:db8::8]/pri=10\nALL USEDNS\n");
  expect_errors_with_lines<RecipientAccessTable>(
      "# exported\nexample.com ACCEPT\n.example.com, help@example.net ACCEPT\nALL REJECT\n");
  expect_errors_with_lines<OptOutNames>("# x\nexample.org\n.example.net\n192.0.2.0/24\n2001:db8::/32\n");
}

}  // namespace
}  // namespace danesweep::input
