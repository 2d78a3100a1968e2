// SPDX-License-Identifier: Apache-2.0
// Names: limits and folding (D-5), canonical order (D-13), the arithmetic of ancestors.
#include "dnssec/wire/name.h"

#include <gtest/gtest.h>

#include <random>

#include "tests/unit/wire/builders.h"

namespace danesweep::wire::test {
namespace {

DomainName parsed(std::string_view text) { return DomainName::from_text(text).value(); }

struct TextRow {
  const char* name;
  std::string_view text;
  Octets wire;
  std::string_view printed;
};

const TextRow kTexts[] = {
    {"the root", ".", {0}, "."},
    {"final dot missing", "a.bc", {1, 'a', 2, 'b', 'c', 0}, "a.bc."},
    {"case is kept", "Ab.C.", {2, 'A', 'b', 1, 'C', 0}, "Ab.C."},
    {"escaped dot", "a\\.b.c.", {3, 'a', '.', 'b', 1, 'c', 0}, "a\\.b.c."},
    {"escaped backslash at the end", "a\\\\", {2, 'a', '\\', 0}, "a\\\\."},
    {"decimal escapes", "\\000\\255\\046.", {3, 0, 255, '.', 0}, "\\000\\255\\.."},
    {"blank and quote", "a\\032b\\\"", {4, 'a', ' ', 'b', '"', 0}, "a\\032b\\\"."},
    {"octets of UTF-8 as they are", "\xC3\xA9.", {2, 0xC3, 0xA9, 0}, "\\195\\169."},
    {"what a zone file would misread", ";(@$)", {5, ';', '(', '@', '$', ')', 0}, "\\;\\(\\@\\$\\)."},
    {"service labels", "_25._tcp.mx", {3, '_', '2', '5', 4, '_', 't', 'c', 'p', 2, 'm', 'x', 0}, "_25._tcp.mx."},
};

TEST(NameText, IsReadAndPrintedAsRfc1035Says) {
  for (const TextRow& row : kTexts) {
    SCOPED_TRACE(row.name);
    const auto name = DomainName::from_text(row.text);
    ASSERT_TRUE(name);
    EXPECT_EQ(std::vector<std::uint8_t>(name->wire().begin(), name->wire().end()), row.wire.vector());
    EXPECT_EQ(name->to_text(), row.printed);
    EXPECT_EQ(DomainName::from_text(row.printed).value().to_text(), row.printed);
  }
}

const std::string k63(63, 'x');
const std::string k61(61, 'y');

struct WrongText {
  const char* name;
  std::string text;
  ParseError error;
};
const WrongText kWrongTexts[] = {
    {"nothing", "", ParseError::BadText},
    {"empty label", "a..b", ParseError::BadText},
    {"empty first label", ".a", ParseError::BadText},
    {"two dots", "..", ParseError::BadText},
    {"escape cut short", "a\\", ParseError::BadText},
    {"decimal escape cut short", "a\\25", ParseError::BadText},
    {"decimal escape over 255", "a\\256", ParseError::BadText},
    {"D-5: label of 64 octets", k63 + "x.", ParseError::BadLabel},
    {"D-5: name of 256 octets", k63 + "." + k63 + "." + k63 + "." + k61 + "y.", ParseError::NameTooLong},
};

TEST(NameText, RefusesWhatIsNoName) {
  for (const WrongText& row : kWrongTexts) {
    const auto name = DomainName::from_text(row.text);
    ASSERT_FALSE(name) << row.name;
    EXPECT_EQ(name.error(), row.error) << row.name;
  }
}

TEST(NameLimits, D5LongestNameHas255OctetsAndMostLabelsAre127) {
  const auto longest = DomainName::from_text(k63 + "." + k63 + "." + k63 + "." + k61);
  ASSERT_TRUE(longest);
  EXPECT_EQ(longest->wire().size(), 255U);
  std::string dotted;
  for (int label = 0; label < 127; ++label) dotted += "a.";
  const auto most = DomainName::from_text(dotted);
  ASSERT_TRUE(most);
  EXPECT_EQ(most->label_count(), 127U);
  EXPECT_EQ(most->with_label("b").error(), ParseError::NameTooLong);
  EXPECT_EQ(DomainName::from_text(dotted + "a").error(), ParseError::NameTooLong);
}

struct WireRow {
  const char* name;
  Octets wire;
  std::optional<ParseError> error;
};
const WireRow kWires[] = {
    {"the root", {0}, {}},
    {"D-5: all octets are legal in labels", {3, 0, 255, '.', 0}, {}},
    {"D-5: longest label", Octets().string(k63).u8(0), {}},
    {"nothing", {}, ParseError::Truncated},
    {"no root label", {1, 'a'}, ParseError::Truncated},
    {"cut inside a label", {3, 'a', 'b'}, ParseError::Truncated},
    {"octets behind the name", {0, 0}, ParseError::TrailingBytes},
    {"D-5: label type 01", Octets().u8(0x41).zeros(70), ParseError::BadLabel},
    {"D-5: label type 10", Octets().u8(0x80).zeros(130), ParseError::BadLabel},
    {"D-7: pointer", {1, 'a', 0xC0, 0}, ParseError::BadPointer},
    {"D-5: 255 octets", Octets().string(k63).string(k63).string(k63).string(k61).u8(0), {}},
    {"D-5: 256 octets", Octets().string(k63).string(k63).string(k63).string(k61 + "y").u8(0), ParseError::NameTooLong},
    {"D-5: 257 octets, root label at 256", Octets().string(k63).string(k63).string(k63).string(k63).u8(0),
     ParseError::NameTooLong},
};

TEST(NameWire, IsCheckedWhole) {
  for (const WireRow& row : kWires) {
    SCOPED_TRACE(row.name);
    const auto name = DomainName::from_wire(row.wire);
    EXPECT_EQ(name.has_value(), !row.error.has_value());
    if (row.error && !name) {
      EXPECT_EQ(name.error(), *row.error);
    }
  }
}

TEST(NameWire, IsTakenOffTheFront) {
  const Octets octets = Octets().name("a.example.").u8(42);
  Cursor in(octets);
  EXPECT_EQ(DomainName::read(in).value(), parsed("a.example."));
  EXPECT_EQ(in.u8(), 42);
}

TEST(NameComparison, D5FoldsAsciiLettersAndNothingElse) {
  EXPECT_EQ(parsed("MX.Example.ORG"), parsed("mx.eXAMPLE.org"));
  EXPECT_EQ(parsed("MX.Example.ORG").hash(), parsed("mx.eXAMPLE.org").hash());
  for (int a = 0; a < 256; ++a)
    for (int b = 0; b < 256; ++b) {
      // In the middle of a word of eight and in a short tail.
      const auto fold = [](int c) { return c >= 'A' && c <= 'Z' ? c + 32 : c; };
      const auto with = [](int c) { return Octets{1, c, 8, 'x', 'x', 'x', c, 'x', 'x', 'x', c, 0}; };
      const bool equal = DomainName::from_wire(with(a)).value() == DomainName::from_wire(with(b)).value();
      ASSERT_EQ(equal, fold(a) == fold(b)) << a << ' ' << b;
    }
}

TEST(NameComparison, D5ComparesPerLabelAndNotAsText) {
  const Octets one_label{3, 'a', '.', 'b', 0}, two_labels{1, 'a', 1, 'b', 0};
  EXPECT_NE(DomainName::from_wire(one_label).value(), DomainName::from_wire(two_labels).value());
}

// The list of RFC 4034 section 6.1, in its order.
constexpr std::string_view kCanonicalOrder[] = {
    "example.",   "a.example.",       "yljkjljk.a.example.", "Z.a.example.",     "zABC.a.EXAMPLE.",
    "z.example.", "\\001.z.example.", "*.z.example.",        "\\200.z.example.",
};

TEST(CanonicalOrder, D13IsTheListOfRfc4034) {
  for (std::size_t left = 0; left < std::size(kCanonicalOrder); ++left)
    for (std::size_t right = 0; right < std::size(kCanonicalOrder); ++right)
      EXPECT_EQ(parsed(kCanonicalOrder[left]) <=> parsed(kCanonicalOrder[right]), left <=> right)
          << kCanonicalOrder[left] << ' ' << kCanonicalOrder[right];
}

TEST(CanonicalOrder, D13AbsentLabelAndShorterLabelComeFirst) {
  EXPECT_LT(parsed("."), parsed("com."));
  EXPECT_LT(parsed("ab.com."), parsed("abc.com."));
  EXPECT_LT(parsed("z.a.com."), parsed("ab.com."));  // `a` before `ab`, whatever stands left of it
  EXPECT_LT(parsed("[.com."), parsed("a.com."));     // 0x5B lies between the cases: letters count as lower
  EXPECT_GT(parsed("[.com."), parsed("@.com."));
}

TEST(Ancestors, AreAMatterOfWholeLabels) {
  const DomainName name = parsed("a.b.Example.");
  EXPECT_TRUE(name.is_below(parsed("eXample.")));
  EXPECT_TRUE(name.is_within(name));
  EXPECT_FALSE(name.is_below(name));
  EXPECT_FALSE(name.is_within(parsed("xample.")));
  EXPECT_FALSE(parsed("ab.example.").is_within(parsed("b.example.")));
  EXPECT_TRUE(name.is_within(parsed(".")));
  // A label whose content looks like a label: the octets agree, the labels do not.
  const Octets trick{3, 'x', 1, 'b', 0};
  EXPECT_FALSE(DomainName::from_wire(trick).value().is_within(parsed("b.")));
}

TEST(Ancestors, ParentSuffixAndCommonLabels) {
  const DomainName name = parsed("a.b.example.");
  EXPECT_EQ(name.parent(), parsed("b.example."));
  EXPECT_EQ(name.suffix(0), parsed("."));
  EXPECT_EQ(name.suffix(1), parsed("example."));
  EXPECT_EQ(name.suffix(3), name);
  EXPECT_EQ(name.common_labels(parsed("x.B.example.")), 2U);
  EXPECT_EQ(name.common_labels(parsed("b.example.")), 2U);
  EXPECT_EQ(name.common_labels(parsed("a.b.org.")), 0U);
  EXPECT_EQ(name.common_labels(parsed("a.x.example.")), 1U);  // an equal label left of a differing one does not count
  EXPECT_EQ(name.common_labels(parsed(".")), 0U);
  EXPECT_EQ(name.label(1)[0], 'b');
}

TEST(Labels, ArePutInFront) {
  EXPECT_EQ(parsed("example.").wildcard().value(), parsed("*.example."));
  EXPECT_TRUE(parsed("*.example.").is_wildcard());
  EXPECT_FALSE(parsed("a.*.example.").is_wildcard());
  EXPECT_FALSE(parsed("**.example.").is_wildcard());
  EXPECT_EQ(parsed(".").with_label("").error(), ParseError::BadLabel);
  EXPECT_EQ(parsed(".").with_label(k63 + "x").error(), ParseError::BadLabel);
  EXPECT_EQ(parsed(".").with_label("a.b").value().label_count(), 1U);
}

TEST(Rebasing, ReplacesTheSuffixAsDnameDoes) {  // RFC 6672 section 2.2
  EXPECT_EQ(parsed("a.b.old.").rebased(parsed("old."), parsed("new.example.")).value(), parsed("a.b.new.example."));
  EXPECT_EQ(parsed("a.old.").rebased(parsed("old."), parsed(".")).value(), parsed("a."));
  const DomainName longest = parsed(k63 + "." + k63 + "." + k63 + "." + k61);
  EXPECT_EQ(longest.rebased(longest.suffix(1), parsed("b." + k61)).error(), ParseError::NameTooLong);
}

TEST(NameText, DisplayIsLowerCaseWithoutTheFinalDot) {
  EXPECT_EQ(parsed("MX1.Example.ORG.").to_display(), "mx1.example.org");
  EXPECT_EQ(parsed(".").to_display(), ".");
}

/// Names of a few labels over a tiny alphabet, so that equal, nested and close ones are common.
DomainName random_name(std::mt19937& random) {
  DomainName name;
  for (auto labels = random() % 4; labels > 0; --labels) {
    Octets label;
    for (auto size = 1 + random() % 12; size > 0; --size) label.u8("aAbZ[\x00\xFF"[random() % 7]);
    name = name.with_label(Bytes(label)).value();
  }
  return name;
}

/// RFC 4034 section 6.1 written down naively: labels from the right, in lower case, as vectors.
std::vector<std::vector<std::uint8_t>> labels_from_right(const DomainName& name) {
  std::vector<std::vector<std::uint8_t>> labels;
  for (std::size_t index = name.label_count(); index > 0; --index) {
    auto& label = labels.emplace_back();
    for (const std::uint8_t octet : name.label(index - 1))
      label.push_back(octet >= 'A' && octet <= 'Z' ? static_cast<std::uint8_t>(octet + 32) : octet);
  }
  return labels;
}

TEST(NameComparison, RandomNamesAgreeWithTheNaiveDefinition) {
  std::mt19937 random(1);
  for (int round = 0; round < 20000; ++round) {
    const DomainName a = random_name(random), b = random_name(random);
    const auto left = labels_from_right(a), right = labels_from_right(b);
    ASSERT_EQ(a <=> b, left <=> right) << a.to_text() << ' ' << b.to_text();
    ASSERT_EQ(a == b, left == right) << a.to_text() << ' ' << b.to_text();
    if (a == b) {
      ASSERT_EQ(a.hash(), b.hash());
    }
    const auto common = static_cast<std::size_t>(
        std::mismatch(left.begin(), left.end(), right.begin(), right.end()).first - left.begin());
    ASSERT_EQ(a.common_labels(b), common) << a.to_text() << ' ' << b.to_text();
    ASSERT_EQ(a.is_within(b), common == b.label_count()) << a.to_text() << ' ' << b.to_text();
  }
}

}  // namespace
}  // namespace danesweep::wire::test
