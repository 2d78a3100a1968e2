// SPDX-License-Identifier: Apache-2.0
// Answers by UDP held against the whole ones by TCP (D-4; RFC 6891 section 6.2.5).
#include "scanner/resolvers/big_answers.h"

#include <gtest/gtest.h>

#include "dnssec/wire/message.h"
#include "tests/unit/engine/row_name.h"

namespace danesweep::scanner {
namespace {

const wire::Question kQuestion{*wire::DomainName::from_text("big.example."), wire::RrType::Txt};

void put16(std::vector<std::uint8_t>& out, std::size_t value) {
  out.push_back(static_cast<std::uint8_t>(value >> 8U));
  out.push_back(static_cast<std::uint8_t>(value));
}

struct Made {
  std::size_t records = 0;
  bool tc = false;
};
constexpr std::size_t kOctetsOfRecord = 100;

/// A response of 12 + 17 octets and 100 more for each record.
TryResult message_of(const Made& made) {
  std::vector<std::uint8_t> octets;
  for (const std::size_t field : {std::size_t{7}, std::size_t{made.tc ? 0x8380U : 0x8180U}, std::size_t{1},
                                  made.records, std::size_t{0}, std::size_t{0}})
    put16(octets, field);
  for (const std::uint8_t octet : kQuestion.name.wire()) octets.push_back(octet);
  put16(octets, 16);
  put16(octets, 1);
  for (std::size_t i = 0; i < made.records; ++i) {
    for (const std::size_t field :
         {std::size_t{0xC00C}, std::size_t{16}, std::size_t{1}, std::size_t{0}, std::size_t{300}, kOctetsOfRecord - 12})
      put16(octets, field);
    octets.push_back(static_cast<std::uint8_t>(kOctetsOfRecord - 13));
    octets.insert(octets.end(), kOctetsOfRecord - 13, static_cast<std::uint8_t>('a' + i));
  }
  TryResult result{TryResult::Kind::Message};
  result.message = *wire::Message::parse(octets);
  return result;
}

TryResult failing(TryResult::Kind kind) { return {kind}; }

struct Row {
  const char* name;
  TryResult by_tcp, by_udp;
  Fitness truncation, datagrams, streams;
  const char* words;  ///< in one of the sentences
};

const Made kSmall{4}, kMiddle{8}, kBig{20}, kCut{0, true};
using Kind = TryResult::Kind;
using enum Fitness;

// clang-format off
const Row kRows[] = {
    {"small answers test nothing", message_of(kSmall), message_of(kSmall), NotTestable, NotTestable, NotTestable, "big.example TXT, 429 octets"},
    {"a middling answer, marked", message_of(kMiddle), message_of(kCut), Fit, Warning, NotTestable, "TC at 512 octets"},
    {"a middling answer, always whole", message_of(kMiddle), message_of(kMiddle), Warning, Fit, NotTestable, "sends 829 octets"},
    {"a middling answer, cut without TC", message_of(kMiddle), message_of({5}), Unfit, Unfit, NotTestable, "without saying so"},
    {"a middling answer, lost by UDP", message_of(kMiddle), failing(Kind::Silence), Warning, Unfit, NotTestable, "let datagrams of 1232 octets pass"},
    {"a big answer, marked", message_of(kBig), message_of(kCut), Fit, NotTestable, Fit, "big.example TXT, 2029 octets"},
    {"a big answer, lost by TCP", failing(Kind::Silence), message_of(kCut), NotTestable, NotTestable, Unfit, "remove what cuts connections"},
};
// clang-format on

class BigAnswersTest : public testing::TestWithParam<Row> {};

TEST_P(BigAnswersTest, IsJudged) {
  const Row& row = GetParam();
  const Ask ask = [&](const wire::Question&, const Manner& manner) {
    return manner.carrier == Carrier::Tcp ? row.by_tcp : row.by_udp;
  };
  const BigAnswers answers = collect_big_answers(ask, {kQuestion});
  const Judgement truncation = judge_truncation(ask, answers), datagrams = judge_big_datagrams(ask, answers),
                  streams = judge_big_streams(answers);
  EXPECT_EQ(truncation.fitness, row.truncation) << truncation.sentence;
  EXPECT_EQ(datagrams.fitness, row.datagrams) << datagrams.sentence;
  EXPECT_EQ(streams.fitness, row.streams) << streams.sentence;
  const std::string all = truncation.sentence + datagrams.sentence + streams.sentence;
  EXPECT_NE(all.find(row.words), std::string::npos) << all;
}

INSTANTIATE_TEST_SUITE_P(Rows, BigAnswersTest, testing::ValuesIn(kRows),
                         [](const auto& row) { return row_name(row.param.name); });

TEST(BigAnswers, WithoutTcpNothingIsKnown) {
  const Ask never = [](const wire::Question&, const Manner&) { return failing(Kind::Silence); };
  EXPECT_EQ(judge_truncation(never, {}).fitness, NotTestable);
  EXPECT_EQ(judge_big_datagrams(never, {}).fitness, NotTestable);
  EXPECT_EQ(judge_big_streams({}).fitness, NotTestable);
}

}  // namespace
}  // namespace danesweep::scanner
