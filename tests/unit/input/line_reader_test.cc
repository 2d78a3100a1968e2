// SPDX-License-Identifier: Apache-2.0
// Lines of files of every kind: E-64, K58, K60.
#include "scanner/input/line_reader.h"

#include <gtest/gtest.h>

#include <cstdlib>

#include "tests/unit/input/inputs.h"

namespace danesweep::input {
namespace {

std::vector<std::string> lines_of(const std::string& text, std::size_t portion) {
  LineReader reader("in", std::make_unique<TextSource>(text, portion));
  std::vector<std::string> lines;
  while (const auto read = reader.next()) {
    EXPECT_EQ(read->line.number, lines.size() + 1);
    lines.push_back(read->state == LineState::TooLong ? "(too long)" : std::string(read->line.text));
  }
  return lines;
}

using Lines = std::vector<std::string>;

struct Row {
  const char* name;
  std::string text;
  Lines lines;
};
void PrintTo(const Row& row, std::ostream* out) { *out << row.name; }

const Row kRows[] = {
    {"nothing", "", {}},
    {"LF", "a\nb\n", {"a", "b"}},
    {"CRLF", "a\r\nb\r\n", {"a", "b"}},
    {"last line without newline", "a\nb", {"a", "b"}},
    {"last line with CR only", "a\nb\r", {"a", "b"}},
    {"blank lines count", "\n\r\na\n", {"", "", "a"}},
    {"byte order mark",
     "\xef\xbb\xbf"
     "a\nb",
     {"a", "b"}},
    {"only a byte order mark", "\xef\xbb\xbf", {}},
    {"stray binary line", std::string("a\n\0\x01\xff\nb\n", 8), {"a", std::string("\0\x01\xff", 3), "b"}},
};

class ReadsLines : public testing::TestWithParam<Row> {};

TEST_P(ReadsLines, HoweverTheOctetsArrive) {
  for (std::size_t portion = 1; portion <= GetParam().text.size() + 1; ++portion)
    EXPECT_EQ(lines_of(GetParam().text, portion), GetParam().lines) << "in portions of " << portion;
}
INSTANTIATE_TEST_SUITE_P(E64, ReadsLines, testing::ValuesIn(kRows));

TEST(LineReaderTest, K60_GivesUpALongLineAndReadsOnBehindIt) {
  const std::string text = "a\n" + std::string(2 << 20, 'x') + "\nb\n" + std::string(kMaxLine, 'y') + "\nc";
  for (const std::size_t portion : {std::size_t{1000}, std::size_t{65536}, std::size_t{1} << 22})
    EXPECT_EQ(lines_of(text, portion), (Lines{"a", "(too long)", "b", std::string(kMaxLine, 'y'), "c"}));
  EXPECT_EQ(lines_of(std::string(5 << 20, 'x'), 1 << 20), (Lines{"(too long)"}));
}

TEST(LineReaderTest, ShowsTheHeadBeforeTheFirstLine) {
  LineReader reader("in", std::make_unique<TextSource>("\xef\xbb\xbf"
                                                       "first\nsecond\n",
                                                       4));
  EXPECT_EQ(reader.head(), "first\nsecond\n");
  EXPECT_EQ(reader.next()->line.text, "first");
}

TEST(LineReaderTest, ASlowPipeIsReadAsFarAsItHasComeE64) {
  int ends[2];
  ASSERT_EQ(pipe(ends), 0);
  const auto come = [&](std::string_view text) {
    ASSERT_EQ(write(ends[1], text.data(), text.size()), static_cast<ssize_t>(text.size()));
  };
  come("a.example\nb.exam");
  auto reader = LineReader::open("/dev/fd/" + std::to_string(ends[0]));
  ASSERT_TRUE(reader.has_value()) << reader.error();
  EXPECT_EQ(reader->head(), "a.example\nb.exam");
  ASSERT_TRUE(reader->is_ready());
  EXPECT_EQ(reader->next()->line.text, "a.example");
  EXPECT_FALSE(reader->is_ready()) << "half a line";
  come("ple\n");
  ASSERT_TRUE(reader->is_ready());
  EXPECT_EQ(reader->next()->line.text, "b.example");
  EXPECT_FALSE(reader->is_ready());
  close(ends[1]);
  EXPECT_TRUE(reader->is_ready()) << "the end is known";
  EXPECT_FALSE(reader->next().has_value());
  close(ends[0]);
}

struct Refused {
  const char* name;
  std::string front;
  const char* mentioned;
};
void PrintTo(const Refused& row, std::ostream* out) { *out << row.name; }

std::string utf16(std::string_view text) {
  std::string out;
  for (const char c : text) (out += c) += '\0';
  return out;
}

const Refused kRefused[] = {
    {"ELF",
     "\x7f"
     "ELF\x02\x01",
     "ELF"},
    {"PDF", "%PDF-1.7\n", "PDF"},
    {"ZIP", "PK\x03\x04", "ZIP"},
    {"SQLite", std::string("SQLite format 3\0", 16), "SQLite"},
    {"our own results", "DSWEEP1\nxxx", "results"},
    {"UTF-16 by its mark", "\xff\xfe" + utf16("example.org\n"), "UTF-16"},
    {"UTF-16 without a mark", utf16("example.org\nexample.net\n"), "UTF-16"},
    {"big-endian UTF-16", std::string("\0a\0.\0b\0\n", 8), "UTF-16"},
};
class RefusesFile : public testing::TestWithParam<Refused> {};
TEST_P(RefusesFile, AndSaysWhatItIs) {
  const TemporaryFolder folder;
  const auto opened = LineReader::open(folder.write("x", GetParam().front));
  ASSERT_FALSE(opened.has_value());
  EXPECT_NE(opened.error().find(GetParam().mentioned), std::string::npos) << opened.error();
  EXPECT_NE(opened.error().find(folder.file("x")), std::string::npos) << "names the file";
}
INSTANTIATE_TEST_SUITE_P(E64, RefusesFile, testing::ValuesIn(kRefused));

TEST(LineReaderTest, AMissingFileAndAFolderAreErrorsThatNameThemE64) {
  const TemporaryFolder folder;
  EXPECT_NE(LineReader::open(folder.file("absent")).error().find("absent"), std::string::npos);
  EXPECT_FALSE(LineReader::open(folder.file("")).has_value());
}

/// The text as FILE, compressed by the tool that people use.
std::string compressed(const TemporaryFolder& folder, const std::string& text, const std::string& tool) {
  const std::string plain = folder.write("plain", text), packed = folder.file("packed");
  EXPECT_EQ(std::system((tool + " -c " + plain + " >> " + packed).c_str()), 0);
  return packed;
}

std::size_t count_lines(LineReader reader) {
  std::size_t count = 0;
  while (reader.next()) ++count;
  return count;
}

class Compressed : public testing::TestWithParam<const char*> {};
TEST_P(Compressed, K58_IsReadByContentAlsoInSeveralMembers) {
  const TemporaryFolder folder;
  std::string text;
  for (int i = 0; i < 20'000; ++i) text += "name" + std::to_string(i) + ".example\n";
  const std::string once = compressed(folder, text, GetParam());
  EXPECT_EQ(count_lines(std::move(*LineReader::open(once))), 20'000U);
  const std::string twice = compressed(folder, text, GetParam());
  EXPECT_EQ(count_lines(std::move(*LineReader::open(twice))), 40'000U);
}
TEST_P(Compressed, ACutMemberIsAnErrorWithOffsetBehindWhatWasReadE64) {
  const TemporaryFolder folder;
  std::string text;
  for (std::uint32_t i = 0, x = 1; i < 200'000; ++i, x = x * 1664525 + 1013904223)
    text += std::to_string(x) + ".example\n";
  const std::string packed = compressed(folder, text, GetParam());
  std::filesystem::resize_file(packed, std::filesystem::file_size(packed) / 2);
  auto reader = LineReader::open(packed);
  ASSERT_TRUE(reader.has_value());
  std::size_t lines = 0;
  while (const auto read = reader->next()) {
    ++lines;
    EXPECT_TRUE(read->line.text.ends_with(".example")) << "the line that the cut runs through is not given out";
  }
  EXPECT_GT(lines, 1000U);
  EXPECT_LT(lines, 200'000U);
  ASSERT_TRUE(reader->damage().has_value());
  EXPECT_NE(reader->damage()->find("offset"), std::string::npos) << *reader->damage();
}
TEST_P(Compressed, AnEmptyFileInsideIsEmpty) {
  const TemporaryFolder folder;
  auto reader = LineReader::open(compressed(folder, "", GetParam()));
  ASSERT_TRUE(reader.has_value()) << reader.error();
  EXPECT_FALSE(reader->next().has_value());
  EXPECT_FALSE(reader->damage().has_value());
}
INSTANTIATE_TEST_SUITE_P(K58, Compressed, testing::Values("gzip", "zstd -q"));

}  // namespace
}  // namespace danesweep::input
