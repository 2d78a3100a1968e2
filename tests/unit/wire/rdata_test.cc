// SPDX-License-Identifier: Apache-2.0
// RDATA parsers and type bitmaps (D-19, D-21).
#include "dnssec/wire/rdata.h"

#include <gtest/gtest.h>

#include <random>

#include "dnssec/wire/rdata_layout.h"
#include "tests/unit/wire/builders.h"

namespace danesweep::wire::test {
namespace {

Octets bits() { return Octets().u8(0).u8(1).u8(0x40); }
Octets nsec3_front(const Octets& salt, const Octets& hash) {
  return Octets()
      .u8(1)
      .u8(1)
      .u16(10)
      .u8(static_cast<int>(salt.size()))
      .append(salt)
      .u8(static_cast<int>(hash.size()))
      .append(hash);
}

TEST(Rdata, FieldsAreReadInOrder) {
  const Octets mx_octets = mx(10, "mx.example.");
  EXPECT_EQ(parse_mx(mx_octets).value().preference, 10);
  EXPECT_EQ(parse_mx(mx_octets).value().exchange.to_text(), "mx.example.");

  const Octets soa_octets = name("ns.").name("mail.").u32(1).u32(2).u32(3).u32(4).u32(5);
  const Soa soa = parse_soa(soa_octets).value();
  EXPECT_EQ(soa.mailbox.to_text(), "mail.");
  EXPECT_EQ(soa.serial, 1U);
  EXPECT_EQ(soa.minimum, 5U);

  const Octets ds_octets = Octets().u16(12345).u8(13).u8(2).text("digest");
  const Ds ds = parse_ds(ds_octets).value();
  EXPECT_EQ(ds.key_tag, 12345);
  EXPECT_EQ(ds.algorithm, 13);
  EXPECT_EQ(ds.digest_type, 2);
  EXPECT_EQ(ds.digest.size(), 6U);

  const Octets key_octets = Octets().u16(257).u8(3).u8(8).text("key");
  const Dnskey key = parse_dnskey(key_octets).value();
  EXPECT_EQ(key.flags, Dnskey::kZone | Dnskey::kSep);
  EXPECT_EQ(key.protocol, 3);
  EXPECT_EQ(key.algorithm, 8);
  EXPECT_EQ(key.public_key.size(), 3U);

  EXPECT_EQ(parse_a(Octets{192, 0, 2, 1}).value()[0], 192);
  EXPECT_EQ(parse_aaaa(Octets().zeros(15).u8(1)).value()[15], 1);
  EXPECT_EQ(parse_single_name(name("a.b.")).value().to_text(), "a.b.");
}

TEST(Rdata, RrsigFieldsAreRead) {
  const Octets octets = rrsig(RrType::Mx, "Example.");
  const Rrsig parsed = parse_rrsig(octets).value();
  EXPECT_EQ(parsed.covered, RrType::Mx);
  EXPECT_EQ(parsed.algorithm, 13);
  EXPECT_EQ(parsed.labels, 2);
  EXPECT_EQ(parsed.original_ttl, 3600U);
  EXPECT_EQ(parsed.expiration, 2000U);
  EXPECT_EQ(parsed.inception, 1000U);
  EXPECT_EQ(parsed.key_tag, 7);
  EXPECT_EQ(parsed.signer.to_text(), "Example.");
  EXPECT_EQ(parsed.signature.size(), 9U);
}

TEST(Rdata, Nsec3FieldsAreRead) {
  const Octets octets = nsec3_front({0xAA, 0xBB}, Octets().text("twenty octets of it!")).append(bits());
  const Nsec3 parsed = parse_nsec3(octets).value();
  EXPECT_EQ(parsed.hash_algorithm, 1);
  EXPECT_EQ(parsed.flags, Nsec3::kOptOut);
  EXPECT_EQ(parsed.iterations, 10);
  EXPECT_EQ(parsed.salt.size(), 2U);
  EXPECT_EQ(parsed.next_hash.size(), 20U);
  EXPECT_TRUE(parsed.types.has(RrType::A));
}

template <class T>
bool fails(Parsed<T> (*parse)(Bytes), const Octets& octets) {
  return !parse(octets).has_value();
}

TEST(Rdata, D85Nsec3NeedsItsNextHash) {
  EXPECT_TRUE(parse_nsec3(Octets{1, 0, 0, 0, 0, 1, 0xAA}));
  EXPECT_FALSE(parse_nsec3(Octets{1, 0, 0, 0, 0, 0}));
  EXPECT_FALSE(parse_nsec3(Octets{1, 0, 0, 0, 0, 2, 0xAA}));
}

TEST(Rdata, CutShortIsAnErrorAtEveryOctet) {
  const auto grind = [](auto parse, const Octets& whole, std::size_t least) {
    for (std::size_t size = 0; size < least; ++size) {
      Octets cut;
      for (std::size_t at = 0; at < size; ++at) cut.u8(whole.vector()[at]);
      EXPECT_FALSE(parse(cut)) << size;
    }
    EXPECT_TRUE(parse(whole));
  };
  grind(parse_mx, mx(1, "a.b."), 7);
  grind(parse_soa, name("a").name("b").zeros(20), 26);
  grind(parse_ds, Octets().zeros(8), 4);
  grind(parse_dnskey, Octets().zeros(8), 4);
  grind(parse_rrsig, rrsig(RrType::A, "a."), 22);  // D-21: at least one octet of signature
  grind(parse_nsec, name("a").append(bits()), 6);
  grind(parse_nsec3, nsec3_front({1}, {2, 3}), 9);
  grind(parse_a, Octets().zeros(4), 4);
  grind(parse_aaaa, Octets().zeros(16), 16);
  grind(parse_single_name, name("a.b."), 5);
}

TEST(Rdata, OctetsBehindTheLastFieldAreAnError) {
  EXPECT_TRUE(fails(parse_mx, mx(1, "a").u8(0)));
  EXPECT_TRUE(fails(parse_soa, name("a").name("b").zeros(21)));
  EXPECT_TRUE(fails(parse_a, Octets().zeros(5)));
  EXPECT_TRUE(fails(parse_aaaa, Octets().zeros(17)));
  EXPECT_TRUE(fails(parse_single_name, name("a").u8(0)));
}

TEST(Rdata, D21SignerMustBeWholeAndUncompressed) {
  const Octets front = Octets().type(RrType::A).u8(13).u8(2).u32(1).u32(2).u32(1).u16(3);
  EXPECT_EQ(parse_rrsig(Octets(front).pointer(12).text("sig")).error(), ParseError::BadPointer);
  EXPECT_EQ(parse_rrsig(Octets(front).u8(9).text("sig")).error(), ParseError::Truncated);
  EXPECT_EQ(parse_rrsig(Octets(front).name("a")).error(), ParseError::Truncated);
  EXPECT_EQ(parse_rrsig(Octets(front).u8(0x41).zeros(80)).error(), ParseError::BadLabel);
}

// --- bitmaps

struct BitmapRow {
  const char* name;
  Octets windows;
  bool good;
};

const BitmapRow kBitmaps[] = {
    {"one window", {0, 1, 0x40}, true},
    {"two windows", {0, 1, 0x40, 1, 1, 0x40}, true},
    {"largest window", Octets().u8(255).u8(32).zeros(31).u8(1), true},
    {"trailing zero octets are read", {0, 3, 0x40, 0, 0}, true},
    {"empty", {}, true},
    {"windows in reverse", {1, 1, 0x40, 0, 1, 0x40}, false},
    {"window twice", {0, 1, 0x40, 0, 1, 0x20}, false},
    {"length 0", {0, 0}, false},
    {"length 33", Octets().u8(0).u8(33).zeros(33), false},
    {"window without length", {0}, false},
    {"bits cut short", {0, 2, 0x40}, false},
    {"second window cut short", {0, 1, 0x40, 1}, false},
};

class Bitmaps : public testing::TestWithParam<BitmapRow> {};
TEST_P(Bitmaps, D19AreCheckedWhole) {
  const auto parsed = TypeBitmap::parse(GetParam().windows);
  EXPECT_EQ(parsed.has_value(), GetParam().good);
  if (!parsed) {
    EXPECT_EQ(parsed.error(), ParseError::BadBitmap);
  }
  const Octets nsec = name("a").append(GetParam().windows), nsec3 = nsec3_front({}, {1}).append(GetParam().windows);
  const bool empty = GetParam().windows.size() == 0;  // legal in NSEC3 alone: an empty non-terminal
  EXPECT_EQ(parse_nsec(nsec).has_value(), GetParam().good && !empty);
  EXPECT_EQ(parse_nsec3(nsec3).has_value(), GetParam().good);
  EXPECT_EQ(fits_type(RrType::Nsec, nsec), GetParam().good && !empty);
  EXPECT_EQ(fits_type(RrType::Nsec3, nsec3), GetParam().good);
}
INSTANTIATE_TEST_SUITE_P(D19, Bitmaps, testing::ValuesIn(kBitmaps), RowName());

TEST(Bitmaps, D19ExampleOfRfc4034) {
  // RFC 4034 section 4.3: A MX RRSIG NSEC TYPE1234.
  const Octets windows =
      Octets().u8(0).u8(6).text(std::string("\x40\x01\x00\x00\x00\x03", 6)).u8(4).u8(27).zeros(26).u8(0x20);
  const TypeBitmap bitmap = TypeBitmap::parse(windows).value();
  const std::vector<RrType> expected{RrType::A, RrType::Mx, RrType::Rrsig, RrType::Nsec, RrType{1234}};
  EXPECT_EQ(bitmap.types(), expected);
  for (const RrType type : expected) EXPECT_TRUE(bitmap.has(type)) << to_text(type);
  for (const RrType type :
       {RrType::Ns, RrType::Cname, RrType::Dnskey, RrType::Caa, RrType{1235}, RrType{65535}, RrType{0}})
    EXPECT_FALSE(bitmap.has(type)) << to_text(type);
  EXPECT_EQ(encode_type_bitmap(expected), windows.vector());
}

TEST(Bitmaps, EmptyMeansNoBitSet) {
  EXPECT_TRUE(TypeBitmap().empty());
  EXPECT_FALSE(TypeBitmap().has(RrType::A));
  const Octets zeros{0, 2, 0, 0}, one{0, 2, 0, 1};
  EXPECT_TRUE(TypeBitmap::parse(zeros).value().empty());
  EXPECT_FALSE(TypeBitmap::parse(one).value().empty());
}

TEST(Bitmaps, RandomSetsOfTypesComeBack) {
  std::mt19937 random(11);
  for (int round = 0; round < 500; ++round) {
    std::vector<RrType> types;
    for (auto count = random() % 20; count > 0; --count)
      types.push_back(static_cast<RrType>(random() % (round % 2 == 0 ? 300 : 65536)));
    const auto encoded = encode_type_bitmap(types);
    const TypeBitmap bitmap = TypeBitmap::parse(encoded).value();
    std::sort(types.begin(), types.end());
    types.erase(std::unique(types.begin(), types.end()), types.end());
    ASSERT_EQ(bitmap.types(), types);
    for (const RrType type : types) ASSERT_TRUE(bitmap.has(type));
  }
}

// --- the table of layouts

TEST(RdataLayouts, D7NamesMayBeCompressedInTheListOfRfc3597AndNowhereElse) {
  const std::vector<RrType> list{RrType::Ns, RrType::Md,  RrType::Mf,    RrType::Cname, RrType::Soa,
                                 RrType::Mb, RrType::Mg,  RrType::Mr,    RrType::Ptr,   RrType::Minfo,
                                 RrType::Mx, RrType::Rp,  RrType::Afsdb, RrType::Rt,    RrType::Sig,
                                 RrType::Px, RrType::Nxt, RrType::Naptr, RrType::Kx,    RrType::Srv};
  for (int number = 0; number < 65536; ++number) {
    const auto type = static_cast<RrType>(number);
    const RdataLayout* layout = find_layout(type);
    const bool compressed = layout != nullptr && layout->names == NameRule::Compressed;
    EXPECT_EQ(compressed, std::find(list.begin(), list.end(), type) != list.end()) << to_text(type);
    const bool lowered = layout != nullptr && layout->names == NameRule::Lowered;  // D-10
    EXPECT_EQ(lowered, type == RrType::Dname || type == RrType::Rrsig) << to_text(type);
    if (layout != nullptr) {
      EXPECT_EQ(layout->type, type);
    }
  }
}

TEST(RdataLayouts, HoldAtMostAsManyNamesAsTheDecoderHasRoomFor) {
  for (int number = 0; number < 300; ++number)
    if (const RdataLayout* layout = find_layout(static_cast<RrType>(number))) {
      EXPECT_LE(std::count(layout->fields.begin(), layout->fields.end(), FieldKind::Name),
                static_cast<std::ptrdiff_t>(RdataLayout::kMaxNames));
    }
}

}  // namespace
}  // namespace danesweep::wire::test
