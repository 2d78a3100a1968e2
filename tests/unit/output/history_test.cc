// SPDX-License-Identifier: Apache-2.0
// `report --history`: a folder of nightly scans as a trend. What is not known, or gone from the input, is not mended.
#include "output/report/history.h"

#include <gtest/gtest.h>

#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "output/writer.h"
#include "results.h"

namespace danesweep::output {
namespace {

using namespace test;
using enum Status;

using Hosts = std::vector<std::pair<std::string, Host>>;
enum class End : std::uint8_t { Whole, Interrupted };

class Folder {
 public:
  Folder() : path_(std::filesystem::temp_directory_path() / ("danesweep-history-" + std::to_string(::getpid()))) {
    std::filesystem::create_directories(path_);
  }
  ~Folder() { std::filesystem::remove_all(path_); }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  Folder(Folder&&) = delete;
  Folder& operator=(Folder&&) = delete;

  std::string path() const { return path_.string(); }
  std::string file(const std::string& name) const { return (path_ / name).string(); }
  /// The scan that began at `start`, with one host for each domain.
  std::string scan(const std::string& name, std::int64_t start, const Hosts& domains, End end = End::Whole,
                   std::uint32_t shards = 1) const {
    Writer writer(*create_file(file(name), Existing::Replace), Compression::Zstd);
    Header header;
    header.start_time = start;
    header.shards = shards;
    EXPECT_TRUE(writer.begin(header));
    std::uint32_t index = 0;
    for (const auto& [domain_name, host] : domains) {
      Result result = domain(domain_name, Secure, {host});
      result.index = index++;
      result.recipients = 10;
      EXPECT_TRUE(writer.write(decided(result)));
    }
    EXPECT_TRUE(end == End::Whole ? writer.finish({}) : writer.flush());
    return file(name);
  }

 private:
  std::filesystem::path path_;
};

History history_of(const Folder& folder, const std::string& current) {
  auto reader = Reader::open(current);
  EXPECT_TRUE(reader);
  auto history = read_history(folder.path(), *reader);
  EXPECT_TRUE(history) << history.error();
  return std::move(*history);
}

using Names = std::vector<std::string>;
const Hosts kFirstNight = {{"a.example", good_host("mx")},
                           {"b.example", bad_host("mx")},
                           {"c.example", bad_host("mx")},
                           {"d.example", bad_host("mx")},
                           {"e.example", plain_host("mx")}};
const Hosts kSecondNight = {{"a.example", bad_host("mx")},
                            {"b.example", good_host("mx")},
                            {"c.example", down_host("mx")},
                            {"e.example", plain_host("mx")}};

TEST(HistoryTest, ScansByTimeAndWhoBeganToFail) {
  const Folder folder;
  folder.scan("z.pb", 1770084847, kFirstNight);
  const std::string now = folder.scan("a.pb", 1770171247, kSecondNight);
  folder.scan("later.pb", 1770257647, kFirstNight);
  std::ofstream(folder.file("notes.txt")) << "no scan\n";
  const History history = history_of(folder, now);
  ASSERT_EQ(history.scans.size(), 2U) << "the one begun later takes no part";
  EXPECT_EQ(history.scans[0].by_action[static_cast<std::size_t>(Action::DaneFail)].recipients, 30U);
  EXPECT_EQ(history.began, Names{"a.example"});
  EXPECT_EQ(history.mended, Names{"b.example"}) << "c is not known, d is not in the input";
  EXPECT_TRUE(history.notes.empty());
  Document document;
  add_history(document, history);
  const std::string text = report_text(document);
  for (const char* line :
       {"\nHistory: 2 scans\n",
        "\n2026-02-03T02:14:07Z  Opportunistic             1         1          3                   30             0"
        "              0       0\n",
        "\n2026-02-04T02:14:07Z  Opportunistic             1         1          1                   10             1"
        "              1       1\n",
        "\nBegan to fail since the scan before: a.example\n", "\nMended since the scan before: b.example\n"})
    EXPECT_NE(text.find(line), std::string::npos) << line << "is missing in:\n" << text;
}

TEST(HistoryTest, WhatIsNoWholeScanIsLeftOutAndSaidSo) {
  const Folder folder;
  folder.scan("cut.pb", 1, kFirstNight, End::Interrupted);
  folder.scan("part.pb", 2, kFirstNight, End::Whole, 3);
  std::ofstream(folder.file("odd.pb")) << "no results file\n";
  const History history = history_of(folder, folder.scan("now.pb", 5, kSecondNight));
  EXPECT_EQ(history.scans.size(), 1U);
  EXPECT_EQ(history.notes.size(), 3U);
  Document document;
  add_history(document, history);
  EXPECT_TRUE(document.empty()) << "one scan is no history";
}

TEST(HistoryTest, AFolderThatCannotBeReadIsNamed) {
  const Folder folder;
  auto reader = Reader::open(folder.scan("now.pb", 5, kSecondNight));
  const auto history = read_history(folder.file("absent"), *reader);
  ASSERT_FALSE(history);
  EXPECT_NE(history.error().find("absent: cannot be read"), std::string::npos) << history.error();
}

}  // namespace
}  // namespace danesweep::output
