// SPDX-License-Identifier: Apache-2.0
// Names in messages: pointers and the decoding allowance (D-6), where pointers may stand (D-7), what a bad one spoils
// (D-8). Every message is also cut short at every octet.
#include <gtest/gtest.h>

#include "dnssec/wire/message.h"
#include "dnssec/wire/presentation.h"
#include "dnssec/wire/rrset.h"
#include "tests/unit/wire/builders.h"

namespace danesweep::wire::test {
namespace {

constexpr auto kQuestion = kQuestionOffset;

/// What the only record's RDATA decodes to, as text; or the error.
Parsed<std::string> decoded(RrType type, const Octets& rdata) {
  const auto message = Reply("mx.example.", type).answer(Octets().pointer(kQuestion), type, rdata).parse();
  if (!message) return tl::unexpected(message.error());
  const auto octets = (*message)->rdata((*message)->records()[0]);
  if (!octets) return tl::unexpected(octets.error());
  return rdata_to_text(type, *octets);
}

struct DecompressionRow {
  const char* name;
  RrType type;
  Octets rdata;
  std::string_view text;  ///< empty: malformed
};

Octets to_question() { return Octets().pointer(kQuestion); }
Octets soa_numbers() { return Octets().u32(1).u32(2).u32(3).u32(4).u32(5); }
Octets rrsig_front() { return Octets().type(RrType::A).u8(13).u8(2).u32(1).u32(2).u32(1).u16(3); }

// D-7, the whole list of types; pointers elsewhere are malformed.
const DecompressionRow kDecompression[] = {
    {"NS", RrType::Ns, to_question(), "mx.example."},
    {"MD", RrType::Md, to_question(), "mx.example."},
    {"MF", RrType::Mf, to_question(), "mx.example."},
    {"CNAME", RrType::Cname, Octets().labels("a").pointer(kQuestion + 3), "a.example."},
    {"SOA", RrType::Soa, to_question().labels("x").pointer(kQuestion).append(soa_numbers()),
     "mx.example. x.mx.example. 1 2 3 4 5"},
    {"MB", RrType::Mb, to_question(), "mx.example."},
    {"MG", RrType::Mg, to_question(), "mx.example."},
    {"MR", RrType::Mr, to_question(), "mx.example."},
    {"PTR", RrType::Ptr, to_question(), "mx.example."},
    {"MINFO", RrType::Minfo, to_question().append(to_question()), "mx.example. mx.example."},
    {"MX", RrType::Mx, Octets().u16(10).pointer(kQuestion), "10 mx.example."},
    {"RP", RrType::Rp, to_question().append(name(".")), "mx.example. ."},
    {"AFSDB", RrType::Afsdb, Octets().u16(1).pointer(kQuestion), "1 mx.example."},
    {"RT", RrType::Rt, Octets().u16(1).pointer(kQuestion), "1 mx.example."},
    {"SIG", RrType::Sig, rrsig_front().pointer(kQuestion).u8(9),
     "\\# 31 00010d0200000001000000020000000100030"
     "26d78076578616d706c650009"},
    {"PX", RrType::Px, Octets().u16(1).pointer(kQuestion).pointer(kQuestion), "1 mx.example. mx.example."},
    {"NXT", RrType::Nxt, to_question().u8(0x40), "\\# 13 026d78076578616d706c650040"},
    {"NAPTR", RrType::Naptr, Octets().u16(1).u16(2).string("s").string("").string("x y").pointer(kQuestion),
     "1 2 \"s\" \"\" \"x y\" mx.example."},
    {"KX", RrType::Kx, Octets().u16(1).pointer(kQuestion), "1 mx.example."},
    {"SRV", RrType::Srv, Octets().u16(1).u16(2).u16(25).pointer(kQuestion), "1 2 25 mx.example."},
    {"pointer in the middle of names", RrType::Minfo, Octets().pointer(kQuestion).labels("z").u8(0), "mx.example. z."},
    {"no pointer", RrType::Mx, mx(5, "a.b."), "5 a.b."},
    {"case is kept", RrType::Mx, Octets().u16(5).labels("MiX").pointer(kQuestion), "5 MiX.mx.example."},
    {"pointer in RRSIG", RrType::Rrsig, rrsig_front().pointer(kQuestion).text("signature"), ""},
    {"pointer in NSEC", RrType::Nsec, to_question().u8(0).u8(1).u8(0x40), ""},
    {"pointer in DNAME", RrType::Dname, to_question(), ""},
    {"pointer in SVCB", RrType::Svcb, Octets().u16(1).pointer(kQuestion), ""},
    {"pointer in HTTPS", RrType::Https, Octets().u16(1).labels("a").pointer(kQuestion), ""},
    {"pointer octets in an unknown type stay", RrType{65280}, to_question(), "\\# 2 c00c"},
    {"pointer octets in TXT stay", RrType::Txt, Octets().string("\xC0\x0C"), "\"\\192\\012\""},
    {"name that ends behind RDLENGTH", RrType::Mx, Octets().u16(10).u8(4).text("abc"), ""},
    {"pointer cut by RDLENGTH", RrType::Mx, Octets().u16(10).u8(0xC0), ""},
    {"second name behind RDLENGTH", RrType::Minfo, to_question(), ""},
    {"numbers behind RDLENGTH", RrType::Soa, to_question().pointer(kQuestion).u32(1), ""},
    {"octets behind the name", RrType::Cname, to_question().u8(0), ""},
    {"label type 10 in RDATA", RrType::Ns, Octets().u8(0x85).zeros(10), ""},
    {"empty RDATA of NS", RrType::Ns, {}, ""},
    {"preference alone", RrType::Mx, Octets().u16(10), ""},
};

class Decompression : public testing::TestWithParam<DecompressionRow> {};
TEST_P(Decompression, D7NamesInRdata) {
  const auto text = decoded(GetParam().type, GetParam().rdata);
  EXPECT_EQ(text.value_or(""), GetParam().text);
}
INSTANTIATE_TEST_SUITE_P(D7, Decompression, testing::ValuesIn(kDecompression), RowName());

TEST(MessageRdata, ViewsTheMessageWhenNothingWasCompressed) {
  const auto message = Reply("a.", RrType::Mx).answer(name("a."), RrType::Mx, mx(1, "b.a.")).parse().value();
  const auto rdata = message->rdata(message->records()[0]).value();
  EXPECT_EQ(rdata.data(), message->octets().data() + message->records()[0].rdata_offset);
}

TEST(MessageRdata, IsDecompressedOnce) {
  const auto message = Reply("a.", RrType::Mx)
                           .answer(name("a."), RrType::Mx, Octets().u16(1).pointer(kQuestion))
                           .answer(name("a."), RrType::Mx, Octets().u16(2).pointer(kQuestion))
                           .parse()
                           .value();
  const auto second = message->rdata(message->records()[1]).value();
  const auto first = message->rdata(message->records()[0]).value();
  EXPECT_EQ(message->rdata(message->records()[0]).value().data(), first.data());
  EXPECT_EQ(message->rdata(message->records()[1]).value().data(), second.data());
  EXPECT_EQ(first[1], 1);
  EXPECT_EQ(second[1], 2);
}

TEST(Pointers, D6ThatEndInAZeroOctetArePointers) {
  // Target 256 is the pointer C1 00: its last octet looks like a root label.
  Octets octets = Reply("mx.example.", RrType::Ns).count(1, 2).octets();
  octets.u8(0).type(RrType::Null).u16(1).u32(0);
  const std::size_t padding = 256 - octets.size() - 2;
  octets.u16(static_cast<int>(padding + 6)).zeros(padding).name("late").pointer(kQuestion).type(RrType::Ns).u16(1);
  octets.u32(0).u16(2).pointer(256);
  const auto message = Message::parse(octets).value();
  const auto rdata = message->rdata(message->records()[1]).value();
  EXPECT_EQ(rdata_to_text(RrType::Ns, rdata), "late.");
}

struct PointerRow {
  const char* name;
  Octets rdata;           ///< of an NS; its own offset in the message is kRdata
  std::string_view text;  ///< empty: malformed
};
constexpr std::size_t kRdata = 12 + 12 + 4 + 2 + 10;

const PointerRow kPointers[] = {
    {"back to the question", Octets().pointer(kQuestion), "mx.example."},
    {"back into the middle of a name", Octets().pointer(kQuestion + 3), "example."},
    {"to the owner, itself a pointer", Octets().pointer(kRdata - 12), "mx.example."},
    {"to itself", Octets().pointer(kRdata), ""},
    {"to the start of the name it ends", Octets().labels("a").pointer(kRdata), ""},
    {"into the label before it", Octets().labels("a").pointer(kRdata + 1), ""},
    {"forward inside the RDATA", Octets().pointer(kRdata + 2).name("a"), ""},
    {"forward to behind the message", Octets().pointer(0x3FFF), ""},
    {"into the header", Octets().pointer(0), ""},
    {"reserved label type behind a pointer", Octets().pointer(kRdata - 3), ""},  // RDLENGTH 0x0002, then 0xC0..
};

class Pointers : public testing::TestWithParam<PointerRow> {};
TEST_P(Pointers, D6GoStrictlyBackwards) {
  EXPECT_EQ(decoded(RrType::Ns, GetParam().rdata).value_or(""), GetParam().text);
}
INSTANTIATE_TEST_SUITE_P(D6, Pointers, testing::ValuesIn(kPointers), RowName());

TEST(Pointers, D6TwoNamesThatPointAtEachOtherEnd) {
  // Two NS in RDATA: the first points at the second (forward), the second at the first.
  Octets octets = Reply("mx.example.", RrType::Ns).count(1, 2).octets();
  const std::size_t first = octets.size() + 11, second = first + 2 + 11;
  octets.u8(0).type(RrType::Ns).u16(1).u32(0).u16(2).pointer(second);
  octets.u8(0).type(RrType::Ns).u16(1).u32(0).u16(2).pointer(first);
  const auto message = Message::parse(octets).value();
  EXPECT_EQ(message->rdata(message->records()[0]).error(), ParseError::BadPointer);
  EXPECT_EQ(message->rdata(message->records()[1]).error(), ParseError::BadPointer);
}

/// A NULL record full of pointers, each to the one before, then an NS that enters the chain so that it follows `count`.
Parsed<std::string> chain_of(std::size_t count) {
  Octets octets = Reply("mx.example.", RrType::Ns).count(1, 2).octets();
  octets.u8(0).type(RrType::Null).u16(1).u32(0).u16(static_cast<int>(2 * (count - 1)));
  std::size_t target = kQuestion;
  for (std::size_t pointers = 1; pointers < count; ++pointers) {
    const std::size_t here = octets.size();
    octets.pointer(target);
    target = here;
  }
  octets.u8(0).type(RrType::Ns).u16(1).u32(0).u16(2).pointer(target);
  const auto message = Message::parse(octets).value();
  const auto rdata = message->rdata(message->records()[1]);
  if (!rdata) return tl::unexpected(rdata.error());
  return rdata_to_text(RrType::Ns, *rdata);
}

TEST(Pointers, D6AtMost126PerName) {
  EXPECT_EQ(chain_of(1).value(), "mx.example.");
  EXPECT_EQ(chain_of(126).value(), "mx.example.");
  EXPECT_EQ(chain_of(127).error(), ParseError::BadPointer);
  EXPECT_EQ(chain_of(2000).error(), ParseError::BadPointer);
}

TEST(Pointers, D1OwnersOverTheLimitAreRefusedBeforeAndBehindOneWithin) {
  // 130 pointers in a NULL record; one MX whose owner follows 126 pointers and one whose owner follows 127.
  for (const std::size_t first : {126U, 127U}) {
    Octets octets = Reply("mx.example.", RrType::Mx).count(1, 3).octets();
    octets.u8(0).type(RrType::Null).u16(1).u32(0).u16(2 * 130);
    const std::size_t chain = octets.size();
    octets.pointer(kQuestion);
    for (std::size_t pointers = 1; pointers < 130; ++pointers) octets.pointer(chain + 2 * (pointers - 1));
    for (const std::size_t hops : {first, 126 + 127 - first})
      octets.pointer(chain + 2 * (hops - 2)).append(Octets().type(RrType::Mx).u16(1).u32(0).u16(3)).u16(1).u8(0);
    const auto message = Message::parse(octets).value();
    const auto grouped = group_rrsets(*message);
    EXPECT_TRUE(grouped.undecodable);
    ASSERT_EQ(grouped.rrsets.size(), 2U);
    EXPECT_EQ(grouped.rrsets[1].rdata.size(), 1U);
  }
}

TEST(Pointers, D6ForwardOrIntoTheHeaderIsRefusedInRdataToo) {
  Octets octets = Reply("mx.example.", RrType::Ns).count(1, 3).octets();
  const std::size_t behind = octets.size() + 3 * (11 + 2);
  for (const std::size_t target : {behind, std::size_t{4}, kQuestion})
    octets.u8(0).type(RrType::Ns).u16(1).u32(0).u16(2).pointer(target);
  octets.name("behind.");
  const auto message = Message::parse(octets).value();
  EXPECT_EQ(message->rdata(message->records()[0]).error(), ParseError::BadPointer);
  EXPECT_EQ(message->rdata(message->records()[1]).error(), ParseError::BadPointer);
  EXPECT_TRUE(message->rdata(message->records()[2]));
}

TEST(Pointers, D5NameThatGrowsOver255OctetsByPointersIsTooLong) {
  const std::string label(63, 'x');
  const auto reply = Reply(label + "." + label + "." + label, RrType::Ns)
                         .answer(Octets().string(std::string(61, 'y')).pointer(kQuestion), RrType::Ns, name("a"))
                         .answer(Octets().string(std::string(62, 'y')).pointer(kQuestion), RrType::Ns, name("a"));
  const auto message = reply.parse().value();
  EXPECT_EQ(message->owner(message->records()[0]).value().wire().size(), 255U);
  EXPECT_EQ(message->owner(message->records()[1]).error(), ParseError::NameTooLong);
}

/// Answers `count` MX whose exchanges point at a question of `octets` octets.
Reply bomb(std::size_t octets, std::size_t count) {
  std::string dotted;
  for (std::size_t left = octets - 1; left > 0; left -= std::min<std::size_t>(left, 64))
    dotted += std::string(std::min<std::size_t>(left, 64) - 1, 'x') + '.';
  Reply reply(dotted, RrType::Mx);
  for (std::size_t number = 0; number < count; ++number)
    reply.answer(to_question(), RrType::Mx, Octets().u16(static_cast<int>(number)).pointer(kQuestion));
  return reply;
}

TEST(Allowance, D6DecompressionBombIsStoppedAt256KiB) {
  const auto message = bomb(255, 2000).parse().value();
  std::size_t produced = 0, refused = 0;
  for (const RecordIndex& record : message->records()) {
    const auto rdata = message->rdata(record);
    produced += rdata ? rdata->size() : 0;
    refused += rdata ? 0U : 1U;
    if (!rdata) {
      EXPECT_EQ(rdata.error(), ParseError::WorkLimit);
    }
  }
  EXPECT_LE(produced, kMaxDecompressedOctets);
  EXPECT_GT(produced, kMaxDecompressedOctets - 1000);
  EXPECT_GT(refused, 900U);
}

TEST(Allowance, D6SpentAllowanceMakesTheMessageMalformed) {
  const auto message = bomb(255, 2000).parse().value();
  EXPECT_TRUE(group_rrsets(*message).undecodable);
  EXPECT_TRUE(group_rrsets(*message).undecodable);
}

TEST(Allowance, D6OrdinaryBigAnswersStayFarBelow) {
  const auto message = bomb(60, 1800).parse().value();
  const auto grouped = group_rrsets(*message);
  EXPECT_FALSE(grouped.undecodable);
  ASSERT_EQ(grouped.rrsets.size(), 1U);
  EXPECT_EQ(grouped.rrsets[0].rdata.size(), 1800U);
}

TEST(Allowance, D1ReadingAgainCostsNothing) {
  const auto message = bomb(255, 900).parse().value();
  for (int round = 0; round < 50; ++round) {
    const auto grouped = group_rrsets(*message);
    ASSERT_FALSE(grouped.undecodable) << round;
    ASSERT_EQ(grouped.rrsets.at(0).rdata.size(), 900U);
  }
}

/// Counts the owners of `count` records that can be read, each a label before a pointer to a name of 250 octets.
std::size_t readable_owners(std::size_t count, int rounds) {
  Reply reply = bomb(250, 0);
  for (std::size_t number = 0; number < count; ++number)
    reply.answer(Octets().string("a").pointer(kQuestion), RrType::A, Octets().u32(0));
  const auto message = reply.parse().value();
  std::size_t readable = 0;
  for (int round = 0; round < rounds; ++round) {
    readable = 0;
    for (const RecordIndex& record : message->records()) readable += message->owner(record) ? 1U : 0U;
  }
  return readable;
}

TEST(Allowance, D6OwnersThatGrowByPointersArePaidForOnce) {
  constexpr std::size_t kOctetsEach = 252;
  EXPECT_EQ(readable_owners(1000, 3), 1000U);
  EXPECT_EQ(readable_owners(1500, 1), kMaxDecompressedOctets / kOctetsEach);
}

TEST(Allowance, D6RecordsThatNobodyAsksForCostNothing) {
  const auto message = bomb(255, 2000).answer(name("last."), RrType::Ns, to_question()).parse().value();
  EXPECT_TRUE(message->rdata(message->records().back()));
}

/// Records of many kinds, compressed wherever that is allowed.
Octets rich_message() {
  return Reply("mx.example.", RrType::Mx)
      .answer(to_question(), RrType::Mx, Octets().u16(10).labels("a").pointer(kQuestion))
      .answer(to_question(), RrType::Mx, Octets().u16(20).pointer(kQuestion + 3))
      .answer(to_question(), RrType::Rrsig, rrsig(RrType::Mx))
      .authority(Octets().pointer(kQuestion + 3), RrType::Soa,
                 to_question().labels("x").pointer(kQuestion).append(soa_numbers()))
      .authority(Octets().labels("b").pointer(kQuestion), RrType::Nsec, name("c.example.").u8(0).u8(2).u8(0x40).u8(1))
      .authority(Octets().labels("b").pointer(kQuestion), RrType::Rrsig, rrsig(RrType::Nsec))
      .opt(0x8000, Octets().u16(15).u16(2).u16(6))
      .octets();
}

TEST(Grinder, WholeMessageIsRead) {
  const auto message = Message::parse(rich_message()).value();
  const auto grouped = group_rrsets(*message);
  ASSERT_EQ(grouped.rrsets.size(), 3U);
  EXPECT_FALSE(grouped.undecodable);
  for (const Rrset& rrset : grouped.rrsets) EXPECT_FALSE(rrset.malformed);
}

TEST(Grinder, D4MessageCutAnywhereIsNoReply) {
  const Octets whole = rich_message();
  for (std::size_t size = 0; size < whole.size(); ++size) {
    // A copy of exactly that size, so that a sanitizer sees a read past it.
    const std::vector<std::uint8_t> cut(whole.vector().begin(),
                                        whole.vector().begin() + static_cast<std::ptrdiff_t>(size));
    const auto message = Message::parse(cut);
    ASSERT_FALSE(message) << size;
    EXPECT_EQ(message.error(), size < 12 ? ParseError::Truncated : ParseError::BadCount) << size;
  }
}

TEST(Grinder, D8AnyOctetReplacedByAnyOtherIsSurvived) {
  std::vector<std::uint8_t> octets = rich_message().vector();
  for (std::size_t at = 0; at < octets.size(); ++at) {
    const std::uint8_t original = octets[at];
    for (int value = 0; value < 256; ++value) {
      octets[at] = static_cast<std::uint8_t>(value);
      const auto message = Message::parse(octets);
      if (!message) continue;
      for (const Rrset& rrset : group_rrsets(**message).rrsets)
        ASSERT_TRUE(canonical_rdatas(rrset)) << at << ' ' << value;
    }
    octets[at] = original;
  }
}

TEST(Grinder, D7RdataCutAnywhereIsMalformedOrOpaque) {
  for (const DecompressionRow& row : kDecompression) {
    if (row.text.empty() || row.text.front() == '\\') continue;
    const std::vector<std::uint8_t>& whole = row.rdata.vector();
    for (std::size_t size = 0; size < whole.size(); ++size) {
      Octets cut;
      for (std::size_t at = 0; at < size; ++at) cut.u8(whole[at]);
      if (row.type != RrType::Txt) {
        EXPECT_FALSE(decoded(row.type, cut)) << row.name << ' ' << size;
      }
    }
  }
}

}  // namespace
}  // namespace danesweep::wire::test
