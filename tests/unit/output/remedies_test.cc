// SPDX-License-Identifier: Apache-2.0
// The files to import (E-120 to E-122, E-85; K66, K74, K85).
#include "output/remedies.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <map>
#include <sstream>
#include <string>
#include <vector>

#include "memory_file.h"
#include "output/destination_sections.h"
#include "results.h"

namespace danesweep::output {
namespace {

using namespace test;
using enum Status;

struct Made {
  std::map<std::string, std::string> files;
  std::vector<std::string> notes;
};

Remedies remedies_of(const Header& header, const std::vector<Result>& results, UndeterminedDomains undetermined) {
  auto reader = Reader::open(memory_source(file_of(header, results)), "out.pb");
  EXPECT_TRUE(reader);
  const auto remedies = make_remedies(*reader, undetermined);
  EXPECT_TRUE(remedies);
  return *remedies;
}

Made made(const Header& header, const std::vector<Result>& results,
          UndeterminedDomains undetermined = UndeterminedDomains::Leave) {
  const Remedies remedies = remedies_of(header, results, undetermined);
  Made out{{}, remedies.notes};
  for (const RemedyFile& file : remedies.files) out.files[file.name] = file.content;
  return out;
}

Header header_with(std::string destconfig = "") {
  Header header;
  header.start_time = 1770084847;
  if (!destconfig.empty()) header.gateway_files = {{"destconfig", std::move(destconfig)}};
  return header;
}

Result broken(std::string name, std::uint32_t recipients) {
  Result result = early(std::move(name), "mx-bogus");
  result.mx = {Bogus, Answer::None, "dns:signature-expired", ""};
  result.recipients = recipients;
  return decided(result);
}

TEST(Remedies, TheSampleOfE120ByteForByte) {
  const Made files = made(header_with("[DEFAULT]\ntable_tls = on\n"), {broken("broken.example", 42)});
  EXPECT_EQ(files.files.at("destconfig.txt"), R"(# danesweep 2026-02-03T02:14:07Z, Default at opportunistic: 1 domain
[DEFAULT]
table_tls = on
[broken.example]
# mx bogus: signature expired; 42 recipients
dane_option = none
)");
  EXPECT_EQ(files.files.at("tls_policy"), "broken.example may\n");
  EXPECT_EQ(files.files.at("domains.txt"), "broken.example\n");
  EXPECT_EQ(files.files.at("mandatory_ready.txt"), "");
}

TEST(Remedies, WithoutAnExportTheHeaderSaysToMergeFirstE120) {
  const std::string table = made(header_with(), {broken("b.example", 1)}).files.at("destconfig.txt");
  EXPECT_NE(table.find("# Merge this with the gateway's exported table first"), std::string::npos);
  EXPECT_NE(table.find("\n[b.example]\n# mx bogus: signature expired; 1 recipient\ndane_option = none\n"),
            std::string::npos);
}

TEST(Remedies, SortedByRecipientsThenByNameE120) {
  const Made files = made(header_with(), {broken("c.example", 5), broken("b.example", 90), broken("a.example", 90)});
  EXPECT_EQ(files.files.at("domains.txt"), "a.example\nb.example\nc.example\n");
}

/// K85, K66: other sections, unknown keys and [DEFAULT] come along as they were.
TEST(Remedies, KeepsEverythingOfTheExportK85K66) {
  const std::string exported = R"(; exported
[DEFAULT]
table_tls = off
strange_key = kept

[partner.example]
max_host_concurrency = 20
[Broken.Example]
dane_option = mandatory
bounce_profile = Slow
)";
  const std::string table = made(header_with(exported), {broken("broken.example", 2)}).files.at("destconfig.txt");
  EXPECT_NE(table.find("; exported\n[DEFAULT]\ntable_tls = off\nstrange_key = kept\n\n[partner.example]\n"
                       "max_host_concurrency = 20\n"),
            std::string::npos)
      << table;
  EXPECT_NE(table.find("[Broken.Example]\nbounce_profile = Slow\n# mx bogus: signature expired; 2 recipients\n"
                       "dane_option = none\n"),
            std::string::npos)
      << table;
  EXPECT_EQ(table.find("mandatory"), table.npos);
}

TEST(Remedies, UndeterminedOnlyWhenAskedForE121) {
  const Result down = decided(domain("down.example", Secure, {down_host("mx")}));
  EXPECT_EQ(made(header_with(), {down}).files.at("domains.txt"), "");
  EXPECT_EQ(made(header_with(), {down}, UndeterminedDomains::Include).files.at("domains.txt"), "down.example\n");
}

TEST(Remedies, OwnDomainsWithARouteGetAnEntryK74E93) {
  Result own = early("own.example", "rat-domain");
  own.warnings = {"rat-route-relay"};
  const std::string table = made(header_with(), {decided(own)}).files.at("destconfig.txt");
  EXPECT_NE(table.find("[own.example]\n# own domain with an SMTP route; 1 recipient\ndane_option = none\n"),
            std::string::npos);
}

Result exempted(std::string name, Host host) {
  Result off = domain(std::move(name), Secure, {std::move(host)});
  off.decided_by = "dane-off";
  off.effective_mode = Mode::None;
  return decided(off);
}

TEST(Remedies, HealedExceptionsAreLeftOutAndSaidSoE85) {
  const std::string exported =
      "[healed.example]\n# old\ndane_option = none\n[other.example]\ndane_option = none\nbounce_profile = x\n"
      "[needed.example]\ndane_option = none\n";
  const Made files = made(header_with(exported),
                          {exempted("healed.example", good_host("mx")), exempted("other.example", good_host("mx")),
                           exempted("needed.example", bad_host("mx"))});
  const std::string& table = files.files.at("destconfig.txt");
  EXPECT_EQ(table.find("healed.example"), std::string::npos);
  EXPECT_NE(table.find("[other.example]"), std::string::npos);  // holds more than the exception
  EXPECT_NE(table.find("[needed.example]"), std::string::npos);
  EXPECT_EQ(files.notes, std::vector<std::string>{"[healed.example] left out: exception no longer needed"});
}

TEST(Remedies, AHealedExceptionStaysIfAnotherSectionWouldTakeItsPlaceE85E122) {
  const std::string exported =
      "[.example]\ndane_option = mandatory\n[plain.example]\ndane_option = none\n[good.example]\ndane_option = none\n"
      "[twice.example.org]\ndane_option = mandatory\n[twice.example.org]\ndane_option = none\n";
  const std::string table = made(header_with(exported), {exempted("plain.example", plain_host("mx")),
                                                         exempted("good.example", good_host("mx")),
                                                         exempted("twice.example.org", plain_host("mx"))})
                                .files.at("destconfig.txt");
  EXPECT_NE(table.find("[plain.example]\ndane_option = none\n"), std::string::npos) << "falls back under Opportunistic";
  EXPECT_EQ(table.find("[good.example]"), std::string::npos) << "does under each mode";
  EXPECT_TRUE(table.ends_with("[twice.example.org]\ndane_option = none\n"));
}

TEST(Remedies, MandatoryReadyAreThoseThatDeliverOnEveryWayE120) {
  const Made files =
      made(header_with(), {decided(domain("good.example", Secure, {good_host("mx")})),
                           decided(domain("degraded.example", Secure, {good_host("a"), bad_host("b", 20)})),
                           decided(domain("plain.example", Secure, {plain_host("mx")}))});
  EXPECT_EQ(files.files.at("mandatory_ready.txt"), "good.example\n");
}

TEST(Remedies, ANewSectionUnderASuffixEntrySaysSoE87) {
  const std::string table =
      made(header_with("[.example]\ntable_tls = required\n"), {broken("b.example", 1)}).files.at("destconfig.txt");
  EXPECT_NE(table.find("# [.example] no longer applies to this domain"), std::string::npos);
}

TEST(Remedies, TheSameResultsGiveTheSameBytesE121) {
  const std::vector<Result> results = {broken("a.example", 1), broken("b.example", 2)};
  EXPECT_EQ(made(header_with(), results).files, made(header_with(), results).files);
}

TEST(Remedies, NoNameForgesASection) {
  const Made files = made(header_with(), {broken("a]\n[DEFAULT", 1)});
  EXPECT_EQ(files.files.at("domains.txt"), "");
  EXPECT_EQ(files.notes.size(), 1U);
}

TEST(RemedyFiles, AreNotOverwrittenWithoutForceE121) {
  const auto folder = std::filesystem::temp_directory_path() / ("danesweep-remedies-" + std::to_string(::getpid()));
  const Remedies first = remedies_of(header_with(), {broken("a.example", 1)}, UndeterminedDomains::Leave);
  const Remedies second = remedies_of(header_with(), {broken("b.example", 1)}, UndeterminedDomains::Leave);
  const auto domains = [&folder] {
    std::ostringstream text;
    text << std::ifstream(folder / "domains.txt").rdbuf();
    return text.str();
  };
  EXPECT_TRUE(write_remedies(first, folder, Existing::Refuse));
  const auto refused = write_remedies(second, folder, Existing::Refuse);
  ASSERT_FALSE(refused);
  EXPECT_NE(refused.error().find("destconfig.txt: exists already; use --force"), std::string::npos);
  EXPECT_EQ(domains(), "a.example\n");
  EXPECT_TRUE(write_remedies(second, folder, Existing::Replace));
  EXPECT_EQ(domains(), "b.example\n");
  std::filesystem::remove_all(folder);
}

TEST(DestinationSections, SplitAndJoinKeepEveryLine) {
  const std::string text = "# head\n[A]\nx=1\n\n[b]\n; c\n";
  EXPECT_EQ(join_sections(split_sections(text)), text);
}

TEST(DestinationSections, TlsOffByDefaultE88) {
  const auto off = [](const char* text) { return default_has_tls_off(split_sections(text)); };
  EXPECT_TRUE(off("[DEFAULT]\ntable_tls = off\n"));
  EXPECT_TRUE(off("[default]\nTable_TLS = \"Off\"\n"));
  EXPECT_FALSE(off("[DEFAULT]\ntable_tls = off\n[DEFAULT]\n")) << "E-89: the last section counts";
  EXPECT_FALSE(off("[DEFAULT]\ntable_tls = off\ntable_tls = on\n")) << "E-89: the last key counts";
  EXPECT_FALSE(off("[a.example]\ntable_tls = off\n"));
}

TEST(DestinationSections, MereExceptionsE85) {
  const auto mere = [](const char* text) { return split_sections(text).back().is_mere_exception(); };
  EXPECT_TRUE(mere("[a]\ndane_option=none\n"));
  EXPECT_TRUE(mere("[a]\n# why\nDANE_Option = 0\n\n"));
  EXPECT_TRUE(mere("[a]\ndane_option = \"None\"\n"));
  EXPECT_FALSE(mere("[a]\ndane_option = none\ntable_tls = on\n"));
  EXPECT_FALSE(mere("[a]\ndane_option = mandatory\n"));
  EXPECT_FALSE(mere("[a]\n"));
}

}  // namespace
}  // namespace danesweep::output
