// SPDX-License-Identifier: Apache-2.0
#include "tls/smtp_reply.h"

#include <optional>
#include <random>
#include <string>

#include <gtest/gtest.h>

namespace danesweep::tls {
namespace {

std::string times(std::size_t count, std::string_view text) {
  std::string all;
  for (std::size_t i = 0; i < count; ++i) all += text;
  return all;
}

struct Row {
  std::string name;
  std::string octets;
  std::optional<ReplyFault> fault;  ///< none: a reply
  int code = 0;
  std::vector<std::string> lines = {};
  bool bare_lf = false, codes_differ = false;
};

// T-39, each row also split at every octet and cut short at every octet.
const std::vector<Row>& rows() {
  using enum ReplyFault;
  static const std::vector<Row> all = {
      {"one line", "220 mx ready\r\n", {}, 220, {"mx ready"}},
      {"code alone", "220\r\n", {}, 220, {""}},
      {"code and a space", "220 \r\n", {}, 220, {""}},
      {"three lines", "250-mx\r\n250-SIZE 1\r\n250 STARTTLS\r\n", {}, 250, {"mx", "SIZE 1", "STARTTLS"}},
      {"empty text in the middle", "250-\r\n250 x\r\n", {}, 250, {"", "x"}},
      {"last line is a code alone", "250-mx\r\n250\r\n", {}, 250, {"mx", ""}},
      {"bare LF", "220 mx\n", {}, 220, {"mx"}, true},
      {"bare LF behind a code alone", "220\n", {}, 220, {""}, true},
      {"one bare LF of two", "250-a\n250 b\r\n", {}, 250, {"a", "b"}, true},
      {"codes differ: the last counts", "250-a\r\n550 b\r\n", {}, 550, {"a", "b"}, false, true},
      {"codes differ in the middle only", "250-a\r\n251-b\r\n250 c\r\n", {}, 250, {"a", "b", "c"}, false, true},
      {"8-bit text", "220 gr\xC3\xBC\xC3\x9F\r\n", {}, 220, {"gr\xC3\xBC\xC3\x9F"}},
      {"two CRs at the end", "250-mx\r\r\n250 STARTTLS\r\r\n", {}, 250, {"mx", "STARTTLS"}},
      {"CR in the text", "220 a\rb\r\n", {}, 220, {"a\rb"}},
      {"line of 4,096 octets", "220 " + times(4092, "x") + "\r\n", {}, 220, {times(4092, "x")}},
      {"line of 4,097 octets", "220 " + times(4093, "x") + "\r\n", TooLong},
      {"line without end", times(10'000, "2"), NotAReply},
      {"legal line without end", "220 " + times(1'000'000, "x"), TooLong},
      {"128 lines", times(127, "220-x\r\n") + "220 x\r\n", {}, 220, std::vector<std::string>(128, "x")},
      {"129 lines", times(128, "220-x\r\n") + "220 x\r\n", TooLong},
      {"64 KiB and one octet in legal lines", times(64, "220-" + times(1018, "x") + "\r\n") + "220\r\n", TooLong},
      {"letter O for a zero", "22O hello\r\n", NotAReply},
      {"SSH", "SSH-2.0-x\r\n", NotAReply},
      {"HTTP", "HTTP/1.1 400\r\n", NotAReply},
      {"TLS record", std::string("\x16\x03\x01\x00\x05", 5), NotAReply},
      {"first digit 1", "120 x\r\n", NotAReply},
      {"first digit 6", "650 x\r\n", NotAReply},
      {"second digit 6", "260 x\r\n", NotAReply},
      {"two digits", "22 x\r\n", NotAReply},
      {"four digits", "2200 x\r\n", NotAReply},
      {"no separator", "220x\r\n", NotAReply},
      {"empty line", "\r\n", NotAReply},
      {"blank before the code", " 220 x\r\n", NotAReply},
      {"NUL first", std::string("\0", 1), NotAReply},
      {"NUL in the text", std::string("220 a\0b\r\n", 9), Malformed},
      {"second line is no reply line", "250-a\r\nhello\r\n", Malformed},
      {"second line is empty", "250-a\r\n\r\n", Malformed},
      {"CR behind the code is no line end", "220\rx", Malformed},
  };
  return all;
}

void PrintTo(const Row& row, std::ostream* out) { *out << row.name; }

/// The first reply or fault of `octets`, given in pieces of the sizes that `cuts` ask for.
ReplyReader::Progress read(std::string_view octets, std::size_t first_piece, std::size_t other_pieces) {
  ReplyReader reader;
  ReplyReader::Progress progress = NeedMore{};
  for (std::size_t at = 0; at < octets.size() && std::holds_alternative<NeedMore>(progress);) {
    const std::size_t size = std::min(at == 0 ? first_piece : other_pieces, octets.size() - at);
    wire::Bytes piece(reinterpret_cast<const std::uint8_t*>(octets.data()) + at, size);
    progress = reader.feed(piece);
    at += size;
  }
  return progress;
}

void expect(const Row& row, const ReplyReader::Progress& progress) {
  if (row.fault) {
    ASSERT_TRUE(std::holds_alternative<ReplyFault>(progress));
    EXPECT_EQ(std::get<ReplyFault>(progress), *row.fault);
    return;
  }
  ASSERT_TRUE(std::holds_alternative<Reply>(progress));
  const auto& reply = std::get<Reply>(progress);
  EXPECT_EQ(reply.code, row.code);
  EXPECT_EQ(reply.lines, row.lines);
  EXPECT_EQ(reply.bare_lf, row.bare_lf);
  EXPECT_EQ(reply.codes_differ, row.codes_differ);
}

class SmtpReply : public testing::TestWithParam<Row> {};

TEST_P(SmtpReply, Whole) { expect(GetParam(), read(GetParam().octets, 1U << 30U, 1)); }
TEST_P(SmtpReply, OctetByOctet) { expect(GetParam(), read(GetParam().octets, 1, 1)); }
TEST_P(SmtpReply, SplitAtEveryOctet) {
  const std::size_t end = std::min<std::size_t>(GetParam().octets.size(), 200);
  for (std::size_t cut = 1; cut < end; ++cut) expect(GetParam(), read(GetParam().octets, cut, 1U << 30U));
}
TEST_P(SmtpReply, CutShortAtEveryOctetIsUnfinished) {
  if (GetParam().fault) return;  // a fault shows before the end, on purpose
  const std::string& octets = GetParam().octets;
  for (std::size_t size = 1; size < octets.size(); size += size < 300 ? 1 : 97)
    EXPECT_TRUE(std::holds_alternative<NeedMore>(read(octets.substr(0, size), size, 1))) << size;
}

std::string row_name(const testing::TestParamInfo<Row>& info) {
  std::string name;
  for (const char c : info.param.name) name += std::isalnum(static_cast<unsigned char>(c)) != 0 ? c : '_';
  return name;
}
INSTANTIATE_TEST_SUITE_P(T39, SmtpReply, testing::ValuesIn(rows()), row_name);

TEST(SmtpReply, T39OctetsBehindAReplyAreLeftToTheCaller) {
  const std::string text = "220 a\r\n250 b\r\n";
  wire::Bytes octets(reinterpret_cast<const std::uint8_t*>(text.data()), text.size());
  ReplyReader reader;
  EXPECT_EQ(std::get<Reply>(reader.feed(octets)).code, 220);
  EXPECT_EQ(octets.size(), 7u);
  EXPECT_EQ(std::get<Reply>(reader.feed(octets)).code, 250);
  EXPECT_TRUE(octets.empty());
}

TEST(SmtpReply, T39TheLimitOfAReplyIsNotCarriedIntoTheNext) {
  const std::string text = times(60, "220-" + times(1000, "x") + "\r\n") + "220 x\r\n";
  ReplyReader reader;
  for (int i = 0; i < 3; ++i) {
    wire::Bytes octets(reinterpret_cast<const std::uint8_t*>(text.data()), text.size());
    EXPECT_TRUE(std::holds_alternative<Reply>(reader.feed(octets)));
  }
}

TEST(SmtpReply, T48EnhancedCodes) {
  struct {
    std::string_view text, expected;
  } const codes[] = {
      {"5.7.1 no", "5.7.1"}, {"4.3.2", "4.3.2"}, {"2.0.0 ok", "2.0.0"}, {"5.123.999 x", "5.123.999"},
      {"3.1.1 x", ""},       {"5.7 x", ""},      {"5.1234.1 x", ""},    {"5.7.1234 x", ""},
      {"5.7.1x", ""},        {"", ""},           {"5.7.", ""},          {"version 5.7.1", ""},
      {"5..1", ""},
  };
  for (const auto& row : codes) {
    Reply reply;
    reply.lines = {"first", std::string(row.text)};
    EXPECT_EQ(enhanced_code(reply), row.expected) << row.text;
  }
  EXPECT_EQ(enhanced_code(Reply{}), "");
}

TEST(SmtpReply, RandomOctetsNeverHarm) {
  std::mt19937 random(1);
  for (int round = 0; round < 20'000; ++round) {
    std::string octets = round % 2 == 0 ? "220-" : "";
    for (int i = 0; i < 60; ++i) octets += "2205-\r\n x\0\xFF"[random() % 12];
    static_cast<void>(read(octets, 1 + random() % 30, 1 + random() % 30));
  }
}

}  // namespace
}  // namespace danesweep::tls
