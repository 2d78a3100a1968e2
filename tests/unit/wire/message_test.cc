// SPDX-License-Identifier: Apache-2.0
// Layout of responses: what counts as an answer (D-4), what makes the whole message malformed (D-8), EDNS.
#include "dnssec/wire/message.h"

#include <gtest/gtest.h>

#include "tests/unit/wire/builders.h"

namespace danesweep::wire::test {
namespace {

Question asked(std::string_view name, RrType type) { return {DomainName::from_text(name).value(), type}; }

Reply plain() {
  return Reply("mx.example.", RrType::A).answer(Octets().pointer(kQuestionOffset), RrType::A, {192, 0, 2, 1});
}

TEST(Message, IndexesRecordsOfAllSections) {
  const auto message =
      plain().authority(name("example."), RrType::Ns, name("ns.example."), 86400).opt(0x8000, {}).parse().value();
  EXPECT_EQ(message->id(), 0x1234);
  EXPECT_EQ(message->rcode(), Rcode::NoError);
  ASSERT_EQ(message->records().size(), 3U);
  const RecordIndex& first = message->records()[0];
  EXPECT_EQ(first.type, RrType::A);
  EXPECT_EQ(first.ttl, 300U);
  EXPECT_EQ(first.section, Section::Answer);
  EXPECT_EQ(message->owner(first).value().to_text(), "mx.example.");
  EXPECT_EQ(message->rdata(first).value()[3], 1);
  EXPECT_EQ(message->records()[1].section, Section::Authority);
  EXPECT_EQ(message->records()[2].section, Section::Additional);
}

struct AnswerRow {
  const char* name;
  Reply reply;
  bool answers;
};

const AnswerRow kAnswers[] = {
    {"D-4: the plain answer", plain(), true},
    {"D-4: name in another case", Reply("MX.Example.", RrType::A), true},
    {"D-4: another name", Reply("my.example.", RrType::A), false},
    {"D-4: another type", Reply("mx.example.", RrType::Aaaa), false},
    {"D-4: QR clear", plain().flags(0x0180), false},
    {"D-4: opcode 4", plain().flags(0xA180), false},
    {"D-4: no question", Reply("mx.example.", RrType::A).count(0, 0), false},
    {"D-4: AA and AD make no difference", plain().flags(0x85B0), true},
};

class Answers : public testing::TestWithParam<AnswerRow> {};
TEST_P(Answers, ToTheQuestion) {
  const auto message = GetParam().reply.parse();
  // Without the question its octets are read as a record that runs past the end, or as nothing.
  EXPECT_EQ(message && (*message)->answers(asked("mx.example.", RrType::A)), GetParam().answers);
}
INSTANTIATE_TEST_SUITE_P(Message, Answers, testing::ValuesIn(kAnswers), RowName());

TEST(Message, D4ClassOfTheQuestionMustBeIn) {
  Octets chaos = Reply("mx.example.", RrType::A).octets();
  chaos.set_u16(chaos.size() - 2, 3);
  const auto message = Message::parse(chaos).value();
  EXPECT_FALSE(message->question());
  EXPECT_FALSE(message->answers(asked("mx.example.", RrType::A)));
}

TEST(Message, D4TwoQuestionsAreNotOurs) {
  Octets two = Reply("mx.example.", RrType::A).count(0, 2).octets();
  two.name("mx.example.").type(RrType::A).u16(1);
  const auto message = Message::parse(two).value();
  EXPECT_FALSE(message->question());
}

TEST(Message, D4TruncationIsTold) { EXPECT_TRUE(plain().flags(0x8380).parse().value()->is_truncated()); }

struct WrongRow {
  const char* name;
  Octets octets;
  ParseError error;
};

Octets with_record(const Octets& record) { return Octets(Reply("a.", RrType::A).count(1, 1).octets()).append(record); }

std::string five_labels() {
  const std::string label(63, 'x');
  return label + '.' + label + '.' + label + '.' + label + '.' + label;
}

const WrongRow kWrong[] = {
    {"D-8: no whole header", Octets().zeros(11), ParseError::Truncated},
    {"D-4: answer count past the end", plain().count(1, 2).octets(), ParseError::BadCount},
    {"D-4: authority count past the end", plain().count(2, 1).octets(), ParseError::BadCount},
    {"D-4: additional count past the end", plain().count(3, 65535).octets(), ParseError::BadCount},
    {"D-4: question count past the end", Reply("a.", RrType::A).count(0, 2).octets(), ParseError::BadCount},
    {"D-4: RDLENGTH past the end", with_record(name("a.").type(RrType::A).u16(1).u32(0).u16(4).u8(1)),
     ParseError::BadCount},
    {"D-8: label type 01 in a question", Octets().u16(1).u16(0x8000).u16(1).zeros(6).u8(0x41).zeros(80),
     ParseError::BadLabel},
    {"D-8: label type 10 in an owner", with_record(Octets().u8(0x80).zeros(200)), ParseError::BadLabel},
    {"D-5: owner of 321 octets", with_record(Octets().labels(five_labels()).zeros(40)), ParseError::NameTooLong},
    {"D-8: question that points at itself", Octets().u16(1).u16(0x8000).u16(1).zeros(6).pointer(12).u16(1).u16(1),
     ParseError::BadPointer},
    {"D-6: owner that points forward", with_record(Octets().pointer(40).zeros(40)), ParseError::BadPointer},
    {"D-6: owner that points into the header", with_record(Octets().pointer(4).zeros(40)), ParseError::BadPointer},
    {"D-8: more than 65535 octets", Octets().zeros(65536), ParseError::BadValue},
    {"two OPT records (RFC 6891 section 6.1.1)", plain().opt(0, {}).opt(0, {}).octets(), ParseError::BadValue},
};

class Malformed : public testing::TestWithParam<WrongRow> {};
TEST_P(Malformed, IsNoReply) {
  const auto message = Message::parse(GetParam().octets);
  ASSERT_FALSE(message);
  EXPECT_EQ(message.error(), GetParam().error);
}
INSTANTIATE_TEST_SUITE_P(Message, Malformed, testing::ValuesIn(kWrong), RowName());

TEST(Message, OctetsBehindTheLastRecordAreIgnored) {
  EXPECT_TRUE(Message::parse(Octets(plain().octets()).u8(0).u8(7)));
}

// D-103
TEST(Message, RecordsOverTheLimitAreNotRead) {
  Octets octets = Reply("a.", RrType::A).count(1, kMaxRecordsPerMessage + 1).octets();
  for (std::size_t number = 0; number < kMaxRecordsPerMessage; ++number)
    octets.u8(0).type(RrType::A).u16(1).u32(0).u16(0);
  Octets whole = octets;
  whole.set_u16(6, kMaxRecordsPerMessage);
  EXPECT_FALSE(Message::parse(whole).value()->is_too_long());
  EXPECT_EQ(Message::parse(octets).error(), ParseError::BadCount);
  octets.u8(0).type(RrType::A).u16(1).u32(0).u16(0);
  octets.set_u16(8, 1);  // one in the authority, where no octets are left
  const auto long_one = Message::parse(octets);
  ASSERT_TRUE(long_one);
  EXPECT_TRUE((*long_one)->is_too_long());
  EXPECT_EQ((*long_one)->records().size(), kMaxRecordsPerMessage + 1);
}

TEST(Edns, GivesSizeFlagsExtendedRcodeAndExtendedError) {
  const Octets options = Octets().u16(10).u16(2).u16(0xABCD).u16(15).u16(6).u16(7).text("late");
  const auto message = plain().flags(0x8182).opt(0x01'00'8000, options, 4096).parse().value();
  ASSERT_TRUE(message->edns());
  EXPECT_EQ(message->edns()->udp_size, 4096);
  EXPECT_EQ(message->edns()->version, 0);
  EXPECT_TRUE(message->edns()->dnssec_ok);
  EXPECT_EQ(message->edns()->extended_error, 7);
  EXPECT_EQ(message->edns()->extended_error_text, "late");
  EXPECT_EQ(static_cast<int>(message->rcode()), 0x12);
}

TEST(Edns, FirstExtendedErrorCountsAndItsTextIsCut) {
  const Octets options = Octets().u16(15).u16(302).u16(9).text(std::string(300, 'x')).u16(15).u16(2).u16(8);
  const auto message = plain().opt(0, options).parse().value();
  EXPECT_EQ(message->edns()->extended_error, 9);
  EXPECT_EQ(message->edns()->extended_error_text, std::string(kMaxExtendedErrorText, 'x'));
}

TEST(Edns, BrokenOptionsSpoilNothingElse) {
  for (const Octets& options : {Octets{0}, Octets().u16(15).u16(1).u8(0), Octets().u16(15).u16(200).u16(1)}) {
    const auto message = plain().opt(0x8000, options).parse().value();
    EXPECT_TRUE(message->edns()->dnssec_ok);
    EXPECT_FALSE(message->edns()->extended_error);
  }
}

TEST(Edns, OptOutsideTheAdditionalSectionOrWithAnOwnerIsNone) {
  EXPECT_FALSE(plain().answer({0}, RrType::Opt, {}).parse().value()->edns());
  const auto owned = plain().record(Section::Additional, name("a."), RrType::Opt, 0, {}).parse().value();
  EXPECT_FALSE(owned->edns());
}

}  // namespace
}  // namespace danesweep::wire::test
