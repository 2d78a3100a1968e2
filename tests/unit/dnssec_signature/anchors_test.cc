// SPDX-License-Identifier: Apache-2.0
#include "dnssec/anchors.h"

#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

#include "dnssec/wire/presentation.h"
#include "tests/support/signed_zone.h"

namespace danesweep::dnssec {
namespace {

using support::kNow;
using support::name;

const std::string kDs20326 = ". IN DS 20326 8 2 E06D44B80B8F1D39A95C0B0D7C65D08458E880409BBC683457104237C7F8EC8D";
const std::string kKey =
    ". IN DNSKEY 257 3 13 mdsswUyr3DPW132mOi8V9xESWE8jTo0dxCjjnopKl+GqJxpVXckHAeF+KkxLbxILfDLUT0rAK9iUzy1L53eKGQ==";

std::string text_of(const TrustAnchor& anchor) {
  return wire::rdata_to_text(anchor.form == AnchorForm::Ds ? wire::RrType::Ds : wire::RrType::Dnskey, anchor.rdata);
}

TEST(EmbeddedAnchors, AreThoseOfDebiansRootData) {  // D-121, D-124
  std::ifstream in("/usr/share/dns/root.ds");
  std::stringstream content;
  content << in.rdbuf();
  ASSERT_TRUE(in) << "the package dns-root-data is missing";
  const auto file = parse_anchor_file(content.str(), kNow);
  ASSERT_TRUE(file);
  ASSERT_EQ(embedded_root_anchors().size(), 2U);
  ASSERT_GE(file->anchors.size(), 2U);
  for (const TrustAnchor& anchor : embedded_root_anchors()) {
    EXPECT_TRUE(anchor.zone.is_root());
    const bool known = std::any_of(file->anchors.begin(), file->anchors.end(),
                                   [&](const TrustAnchor& other) { return other.rdata == anchor.rdata; });
    EXPECT_TRUE(known) << text_of(anchor);
  }
}

TEST(EmbeddedAnchors, Are20326And38696) {  // D-124
  EXPECT_EQ(text_of(embedded_root_anchors()[0]).substr(0, 10), "20326 8 2 ");
  EXPECT_EQ(text_of(embedded_root_anchors()[1]).substr(0, 10), "38696 8 2 ");
}

struct LinesRow {
  const char* what;
  std::string content;
  std::size_t anchors;  ///< 0: refused
  std::size_t error_line;
};

std::string repeated(const std::string& text, std::size_t times) {
  std::string out;
  for (std::size_t i = 0; i < times; ++i) out += text;
  return out;
}

TEST(AnchorFile, OfLines) {  // D-42, D-121
  const LinesRow rows[] = {
      {"one DS", kDs20326, 1, 0},
      {"one DNSKEY", kKey + "\n", 1, 0},
      {"DS and DNSKEY with comments", "; the root\n# really\n\n" + kDs20326 + " ; tag 20326\n" + kKey + " # key\n", 2,
       0},
      {"Windows line ends", kDs20326 + "\r\n" + kKey + "\r\n", 2, 0},
      {"a record over several lines",
       ". IN DS 20326 8 2 ( E06D44B80B8F1D39A95C0B0D7C65D084 ; first half\n 58E880409BBC683457104237C7F8EC8D )\n", 1,
       0},
      {"a TTL", ". 172800 IN DS 20326 8 2 00FF\n", 1, 0},
      {"another zone", "example.org. DS 1 13 2 00FF\n", 1, 0},
      {"generic notation", "example.org. DS \\# 5 00010D0200\n", 1, 0},
      {"an address", kDs20326 + "\nexample. A 192.0.2.1\n", 0, 2},
      {"a CDNSKEY", ". CDNSKEY 257 3 13 AAAA\n", 0, 1},
      {"a CDS", ". CDS 1 8 2 00FF\n", 0, 1},
      {"not a record", "\n\nhello world\n", 0, 3},
      {"an open parenthesis", kDs20326 + "\n. DS 1 8 2 ( 00\n", 0, 2},
      {"a DNSKEY without the zone flag", ". DNSKEY 1 3 13 AAAA\n", 0, 1},
      {"a revoked DNSKEY", ". DNSKEY 385 3 13 AAAA\n", 0, 1},
      {"a DNSKEY of protocol 4", ". DNSKEY 257 4 13 AAAA\n", 0, 1},
      {"a DS cut short", ". DS \\# 3 000102\n", 0, 1},
      {"binary", std::string("\x01\x02\0\x03", 4), 0, 1},
      {"more than a megabyte", std::string(1024 * 1024 + 1, ' '), 0, 0},
      {"a DS and more than a megabyte", kDs20326 + "\n" + std::string(1024 * 1024, ' '), 0, 0},
      {"4096 anchors", repeated(". DS 1 8 2 00\n", 4096), 4096, 0},
      {"4097 anchors", repeated(". DS 1 8 2 00\n", 4097), 0, 4097},
  };
  for (const LinesRow& row : rows) {
    const auto file = parse_anchor_file(row.content, kNow);
    EXPECT_EQ(file.has_value(), row.anchors > 0) << row.what;
    if (file) {
      EXPECT_EQ(file->anchors.size(), row.anchors) << row.what;
      continue;
    }
    EXPECT_EQ(file.error().line, row.error_line) << row.what;
    EXPECT_FALSE(file.error().text.empty()) << row.what;
  }
}

std::string digest(int tag, const std::string& attributes) {
  return "<KeyDigest id=\"K\" " + attributes + "><KeyTag>" + std::to_string(tag) +
         "</KeyTag><Algorithm>8</Algorithm><DigestType>2</DigestType><Digest>E06D44B8</Digest></KeyDigest>";
}

std::string xml(const std::string& digests) {
  return "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<TrustAnchor id=\"X\" source=\"s\">\n<Zone>.</Zone>\n" + digests +
         "</TrustAnchor>\n";
}

std::vector<std::string> tags(const AnchorFile& file) {
  std::vector<std::string> out;
  for (const TrustAnchor& anchor : file.anchors) out.push_back(text_of(anchor).substr(0, 5));
  return out;
}

struct DateRow {
  const char* what;
  std::string attributes;
  std::int64_t now;
  bool counts;
};

TEST(AnchorFile, OfIanaCountsTheDigestsOfToday) {  // D-121: validFrom <= now < validUntil, absent = open
  constexpr std::int64_t kFrom = 1485993600;       // 2017-02-02T00:00:00Z
  const DateRow rows[] = {
      {"no dates", "", 0, true},
      {"a second early", "validFrom=\"2017-02-02T00:00:00+00:00\"", kFrom - 1, false},
      {"from the second on", "validFrom=\"2017-02-02T00:00:00+00:00\"", kFrom, true},
      {"Z for the zone", "validFrom=\"2017-02-02T00:00:00Z\"", kFrom, true},
      {"another zone", "validFrom=\"2017-02-02T02:00:00+02:00\"", kFrom, true},
      {"another zone, a second early", "validFrom=\"2017-02-01T19:00:00-05:00\"", kFrom - 1, false},
      {"up to the end", "validUntil=\"2017-02-02T00:00:00Z\"", kFrom - 1, true},
      {"not at the end", "validUntil=\"2017-02-02T00:00:00Z\"", kFrom, false},
  };
  for (const DateRow& row : rows) {
    const auto file = parse_anchor_file(xml(digest(11111, "") + digest(22222, row.attributes)), row.now);
    ASSERT_TRUE(file) << row.what;
    EXPECT_EQ(tags(*file).size(), row.counts ? 2U : 1U) << row.what;
    EXPECT_EQ(file->skipped.size(), row.counts ? 0U : 1U) << row.what;
  }
}

TEST(AnchorFile, OfIanaListsWhatItSkips) {  // D-121
  const auto file = parse_anchor_file(
      xml(digest(19036, "validFrom=\"2010-07-15T00:00:00+00:00\" validUntil=\"2019-01-11T00:00:00+00:00\"") +
          digest(20326, "validFrom=\"2017-02-02T00:00:00+00:00\"") +
          digest(55555, "validFrom=\"2030-01-01T00:00:00+00:00\"")),
      kNow);
  ASSERT_TRUE(file);
  EXPECT_EQ(tags(*file), std::vector<std::string>{"20326"});
  EXPECT_EQ(file->skipped, (std::vector<std::string>{"key 19036 was valid until 2019-01-11T00:00:00Z",
                                                     "key 55555 is valid only from 2030-01-01T00:00:00Z"}));
}

TEST(AnchorFile, OfIanaWithPublicKeyAndFlags) {  // RFC 9718
  const auto file = parse_anchor_file(
      xml("<KeyDigest id=\"K\" validFrom=\"2017-02-02T00:00:00+00:00\"><KeyTag>20326</KeyTag><Algorithm>8</Algorithm>"
          "<DigestType>2</DigestType><Digest>E06D44B8</Digest><PublicKey>AwEAAQ==</PublicKey><Flags>257</Flags>"
          "</KeyDigest>"),
      kNow);
  ASSERT_TRUE(file);
  EXPECT_EQ(tags(*file), std::vector<std::string>{"20326"});
}

TEST(AnchorFile, OfIanaThatCannotBeRead) {  // D-121
  const std::string rows[] = {
      "<",
      "<TrustAnchor>",
      "<html></html>",
      xml(""),
      xml(digest(1, "validFrom=\"yesterday\"")),
      xml(digest(1, "validFrom=\"2017-13-02T00:00:00Z\"")),
      xml(digest(1, "validFrom=\"2017-02-02T00:00:00\"")),
      xml(digest(70000, "")),
      xml("<KeyDigest><KeyTag>1</KeyTag></KeyDigest>"),
      xml("<KeyDigest><KeyTag>1</KeyTag><Algorithm>8</Algorithm><DigestType>2</DigestType><Digest>xx</Digest></"
          "KeyDigest>"),
  };
  for (const std::string& content : rows) {
    const auto file = parse_anchor_file(content, kNow);
    ASSERT_FALSE(file) << content;
    EXPECT_FALSE(file.error().text.empty());
  }
}

TEST(AnchorFile, OfIanaHoldsAtMost4096Digests) {  // D-121
  const std::string outdated = digest(1, "validUntil=\"2019-01-11T00:00:00Z\"");
  EXPECT_TRUE(parse_anchor_file(xml(repeated(outdated, 4095) + digest(2, "")), kNow));
  EXPECT_FALSE(parse_anchor_file(xml(repeated(outdated, 4096) + digest(2, "")), kNow));
}

TEST(AnchorFile, MayHoldNoAnchorThatCountsNow) {  // D-45, D-121
  const auto outdated = parse_anchor_file(xml(digest(1, "validUntil=\"2019-01-11T00:00:00Z\"")), kNow);
  ASSERT_TRUE(outdated);
  EXPECT_TRUE(outdated->anchors.empty());
  EXPECT_EQ(outdated->skipped.size(), 1U);
  for (const char* content : {"", "; nothing yet\n"}) {
    const auto empty = parse_anchor_file(content, kNow);
    ASSERT_TRUE(empty) << content;
    EXPECT_TRUE(empty->anchors.empty());
  }
}

TrustAnchors anchors_of(std::vector<const char*> zones) {
  std::vector<TrustAnchor> anchors;
  for (const char* zone : zones) anchors.push_back({name(zone), AnchorForm::Ds, {0, 1, 13, 2, 0}});
  return TrustAnchors(anchors);
}

std::string governing(const TrustAnchors& anchors, const char* at) {
  const auto zone = anchors.governing_zone(name(at));
  return zone ? zone->to_text() : "none";
}

TEST(GoverningZone, IsTheClosestAnchorThatEncloses) {  // D-44, D-45
  const TrustAnchors anchors = anchors_of({"org.", ".", "example.org.", "org.", "a.example.net."});
  EXPECT_EQ(governing(anchors, "www.example.org."), "example.org.");
  EXPECT_EQ(governing(anchors, "EXAMPLE.org."), "example.org.");
  EXPECT_EQ(governing(anchors, "other.org."), "org.");
  EXPECT_EQ(governing(anchors, "example.net."), ".");
  EXPECT_EQ(governing(anchors, "b.a.example.net."), "a.example.net.");
  EXPECT_EQ(governing(anchors, "."), ".");
  EXPECT_EQ(anchors.of(name("org.")).size(), 2U);
  EXPECT_EQ(anchors.of(name("com.")).size(), 0U);
}

TEST(GoverningZone, ForDsLiesStrictlyAbove) {  // D-44, D-45
  const TrustAnchors anchors = anchors_of({"org.", "example.org."});
  EXPECT_EQ(anchors.governing_zone_strictly_above(name("example.org."))->to_text(), "org.");
  EXPECT_FALSE(anchors.governing_zone_strictly_above(name("org.")));
  EXPECT_FALSE(anchors.governing_zone_strictly_above(name(".")));
}

TEST(GoverningZone, OutsideAllAnchorsIsNone) {  // D-45
  EXPECT_EQ(governing(anchors_of({"org."}), "example.com."), "none");
  EXPECT_EQ(governing(TrustAnchors(), "example.com."), "none");
}

}  // namespace
}  // namespace danesweep::dnssec
