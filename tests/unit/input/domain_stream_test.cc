// SPDX-License-Identifier: Apache-2.0
// Several files as one stream, compressed and plain, by shards: E-62, E-64, K58, K60.
#include "scanner/input/domain_stream.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <malloc.h>

#include <cstring>
#include <random>

#include "tests/unit/input/inputs.h"

namespace danesweep::input {
namespace {

Account read_files(const std::vector<std::string>& paths, std::optional<Format> format = {}, Shard shard = {}) {
  auto inputs = open_inputs(paths, format);
  EXPECT_TRUE(inputs.has_value()) << inputs.error();
  return inputs ? read_opened(std::move(*inputs), shard) : Account{};
}

TEST(Inputs, SeveralFilesOfSeveralFormatsAreOneInput) {
  const TemporaryFolder folder;
  const Account account = read_files(
      {folder.write("a", "b.example\na.example 2\n"), folder.write("b", "domain,count\na.example,5\nx..y,1\n")});
  EXPECT_EQ(account.domains, (Domains{{"a.example", 7}, {"b.example", 1}}));
  EXPECT_EQ(account.rejects, (std::vector<std::string>{folder.file("b") + ":3: empty-label: x..y"}));
  EXPECT_TRUE(account.adds_up());
}

/// The evidence of a log beside a list, as shard `number` of two would keep it.
std::pair<std::vector<std::string>, std::uint64_t> evidence_of(const TemporaryFolder& folder, Shard shard) {
  const std::string list = folder.write("list", "a.example\nb.example\nc.example\n");
  std::string log;
  for (const char* name : {"b.example", "c.example", "elsewhere.example", "B.example."})
    log +=
        std::string("Tue Feb  3 21:42:38 2026 Info: DCID 23 TLS success protocol TLSv1.2 cipher C for ") + name + "\n";
  DomainStream stream(*open_inputs({list, folder.write("log", log)}, {}), shard, {}, {});
  while (stream.next()) {
  }
  const char* names[] = {"a", "b", "c"};
  std::vector<std::string> seen;
  for (const auto& one : stream.log_evidence())
    seen.push_back(std::string(names[one.index]) + " " + std::to_string(one.seen.delivered));
  return {seen, stream.log_domains_not_scanned()};
}

TEST(Inputs, TheGatewaysLogIsKeptByIndexAndByShardE126) {
  const TemporaryFolder folder;
  const auto [whole, elsewhere] = evidence_of(folder, {});
  EXPECT_EQ(whole, (std::vector<std::string>{"b 2", "c 1"}));
  EXPECT_EQ(elsewhere, 1U);
  auto parts = evidence_of(folder, {1, 2}).first;
  for (const std::string& seen : evidence_of(folder, {2, 2}).first) parts.push_back(seen);
  std::ranges::sort(parts);
  EXPECT_EQ(parts, whole) << "each domain in one shard only";
}

TEST(Inputs, AllAreOpenedBeforeAnyIsReadE64) {
  const TemporaryFolder folder;
  const auto inputs = open_inputs({folder.write("a", "a.example\n"), folder.file("absent")}, {});
  ASSERT_FALSE(inputs.has_value());
  EXPECT_NE(inputs.error().find("absent"), std::string::npos);
  EXPECT_FALSE(open_inputs({"-", "-"}, {}).has_value()) << "standard input cannot be read twice";
}

TEST(Inputs, K58_PlainGzipZstdMembersAndStandardInputAreEqual) {
  const TemporaryFolder folder;
  std::string text = "Domain;Count\n";
  for (int i = 0; i < 5000; ++i) text += "d" + std::to_string(i % 4000) + ".example;" + std::to_string(i) + "\n";
  const std::string plain = folder.write("plain", text);
  const std::string half = folder.write("half1", text.substr(0, 30'000)),
                    rest = folder.write("half2", text.substr(30'000));
  const std::string gz = folder.file("gz"), zst = folder.file("zst"), two = folder.file("two");
  ASSERT_EQ(std::system(("gzip -c " + plain + " > " + gz + " && zstd -qc " + plain + " > " + zst + " && gzip -c " +
                         half + " > " + two + " && gzip -c " + rest + " >> " + two)
                            .c_str()),
            0);
  const Account expected = read_files({plain});
  EXPECT_EQ(expected.domains.size(), 4000U);
  for (const std::string& path : {gz, zst, two}) EXPECT_EQ(read_files({path}).domains, expected.domains) << path;
  const int saved = dup(STDIN_FILENO), file = open(gz.c_str(), O_RDONLY);
  dup2(file, STDIN_FILENO);
  const Account standard = read_files({"-"});
  dup2(saved, STDIN_FILENO);
  close(saved);
  close(file);
  EXPECT_EQ(standard.domains, expected.domains);
}

TEST(Inputs, DamageInMidFileKeepsWhatWasReadAndIsSaidE64) {
  const TemporaryFolder folder;
  std::string text;
  for (std::uint32_t i = 0, x = 1; i < 200'000; ++i, x = x * 1664525 + 1013904223)
    text += "n" + std::to_string(x) + ".example\n";
  const std::string plain = folder.write("plain", text), gz = folder.file("gz");
  ASSERT_EQ(std::system(("gzip -c " + plain + " > " + gz).c_str()), 0);
  std::filesystem::resize_file(gz, std::filesystem::file_size(gz) / 2);
  const Account account = read_files({gz, folder.write("good", "last.example\n")});
  EXPECT_TRUE(account.damaged);
  EXPECT_TRUE(account.domains.contains("last.example")) << "the files behind it are read";
  EXPECT_GT(account.domains.size(), 1000U);
  ASSERT_EQ(account.remarks.size(), 1U);
  EXPECT_TRUE(account.remarks[0].starts_with(gz + ": damaged at offset ")) << account.remarks[0];
}

TEST(Inputs, K60_ALongLineIsRejectedAndTheOthersAreRead) {
  const Account account = read_text("a.example\n" + std::string(2 << 20, 'x') + "\nb.example\n", Format::List);
  EXPECT_EQ(account.domains, (Domains{{"a.example", 1}, {"b.example", 1}}));
  EXPECT_EQ(account.rejects, (std::vector<std::string>{"in:2: line-too-long: " + std::string(80, 'x')}));
}

std::size_t allocated() {
  const struct mallinfo2 heap = mallinfo2();
  return heap.uordblks + heap.hblkhd;
}

/// A log that is never whole in memory: a cut one, whose recipients all wait for the table line that does not come.
class EndlessLog : public ByteSource {
 public:
  EndlessLog(std::size_t lines, std::size_t& most) : left_(lines), most_(most) {}
  std::size_t read(std::span<char> out) override {
    most_ = std::max(most_, allocated());
    while (rest_.size() < out.size() && left_ > 0) {
      const std::string number = std::to_string(left_);
      rest_ += "Tue Feb  3 21:42:36 2026 Info: MID " + number + " ICID " + number + " RID 0 To: <user.name@d" +
               std::to_string(left_-- % 5000) + ".example>\n";
    }
    const std::size_t size = std::min(out.size(), rest_.size());
    std::memcpy(out.data(), rest_.data(), size);
    rest_.erase(0, size);
    return size;
  }

 private:
  std::size_t left_;
  std::size_t& most_;
  std::string rest_;
};

/// K60's 10 GB at 1:100, which take a hundred times the memory allowed here if lines are kept.
TEST(Inputs, MemoryIsBoundedByDomainsAndNotByLinesE64) {
  constexpr std::size_t kLines = 1'200'000;  // 100 MB
  std::size_t most = 0;
  const std::size_t before = allocated();
  LineReader lines("log", std::make_unique<EndlessLog>(kLines, most));
  std::vector<OpenedInput> inputs;
  inputs.push_back({std::move(lines), Format::MailLogs, *make_reader(Format::MailLogs, "")});
  DomainStream stream(std::move(inputs), {}, {}, {});
  std::size_t domains = 0;
  while (stream.next()) ++domains;
  EXPECT_EQ(domains, 5000U);
  EXPECT_EQ(stream.counts().read, kLines);
  EXPECT_EQ(stream.warnings(), (std::vector<std::string>{"direction unknown: 1200000 recipients"}));
  EXPECT_LT(most - std::min(most, before), std::size_t{32} << 20) << "65,536 waiting recipients and 5,000 domains";
}

TEST(Inputs, EachDomainBelongsToOneShardUnderTheSameIndex) {
  const TemporaryFolder folder;
  std::string text;
  for (int i = 0; i < 300; ++i) text += "d" + std::to_string(i % 200) + ".example\n";
  const std::string path = folder.write("list", text);
  const Account whole = read_files({path});
  std::size_t checked = 0;
  for (std::uint32_t number = 1; number <= 3; ++number) {
    auto inputs = open_inputs({path}, {});
    DomainStream stream(std::move(*inputs), {number, 3}, {}, {});
    while (const auto found = stream.next()) EXPECT_EQ(whole.order.at(found->index), found->name);
    const auto counts = stream.final_counts();
    EXPECT_EQ(counts.read, 300U) << "each shard reads the whole input";
    EXPECT_EQ(counts.read, counts.checked + counts.skipped + counts.duplicates + counts.rejected);
    EXPECT_EQ(counts.skipped_kinds.at(0).kind, "other-shard");
    for (const auto& recount : stream.recounts()) EXPECT_EQ(shard_of(whole.order.at(recount.index), 3), number);
    checked += counts.checked;
  }
  EXPECT_EQ(checked, 200U);
}

TEST(DomainSetTest, KeepsAMillionDomainsApart) {
  DomainSet set;
  for (std::uint32_t i = 0; i < 1'000'000; ++i) {
    const auto added = set.add("name" + std::to_string(i) + ".example", i % 5);
    ASSERT_EQ(added.seen, Seen::First);
    ASSERT_EQ(added.index, i);
  }
  for (std::uint32_t i = 0; i < 1'000'000; i += 1001) {
    const std::string name = "name" + std::to_string(i) + ".example";
    EXPECT_EQ(set.add(name, 1).index, i);
    EXPECT_EQ(set.hand_out(name, i), i % 5 + 1);
  }
  EXPECT_TRUE(set.recounts().empty());
  set.add("name0.example", 4);
  ASSERT_EQ(set.recounts().size(), 1U);
  EXPECT_EQ(set.recounts()[0].recipients, 5U);
}

}  // namespace
}  // namespace danesweep::input
