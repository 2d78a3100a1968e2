// SPDX-License-Identifier: Apache-2.0
// From an entry to its domain: E-63, E-66, T-1, K43 to K45.
#include "scanner/input/domain_name.h"

#include <gtest/gtest.h>

#include <cctype>
#include <optional>
#include <ostream>
#include <random>

namespace danesweep::input {
namespace {

struct Row {
  const char* name;
  std::string entry;
  Expect expect;
  const char* outcome;  ///< the domain, or the code in brackets
};
void PrintTo(const Row& row, std::ostream* out) { *out << row.name; }

const auto kAny = Expect::DomainOrAddress;
const auto kAddress = Expect::Address;

std::string labels(std::size_t count, std::size_t size) {
  std::string name;
  for (std::size_t i = 0; i < count; ++i) name += (i > 0 ? "." : "") + std::string(size, 'a');
  return name;
}

// clang-format off
const Row kRows[] = {
    {"plain name", "example.org", kAny, "example.org"},
    {"upper case becomes lower case", "EXAMPLE.Org", kAny, "example.org"},
    {"K45 one final dot is taken off", "example.org.", kAny, "example.org"},
    {"two final dots are an empty label", "example.org..", kAny, "[empty-label]"},
    {"subdomains stay", "a.b.example.org", kAny, "a.b.example.org"},
    {"digits, hyphens and underscores", "_x.3-4.example", kAny, "_x.3-4.example"},
    {"a leading hyphen is accepted", "-x.example", kAny, "-x.example"},
    {"ASCII names are not given to libidn2", "r3---x.example", kAny, "r3---x.example"},
    {"nor are A-labels that decode to nothing", "xn--a.example", kAny, "xn--a.example"},
    {"U-label", "m\xc3\xbcller.example", kAny, "xn--mller-kva.example"},
    {"U-label in upper case", "M\xc3\x9cLLER.example", kAny, "xn--mller-kva.example"},
    {"UTS 46 non-transitional: sharp s stays", "stra\xc3\x9f" "e.example", kAny, "xn--strae-oqa.example"},
    {"an ideographic full stop parts labels", "m\xc3\xbcller\xe3\x80\x82" "example", kAny, "xn--mller-kva.example"},
    {"full-width letters are mapped", "\xef\xbd\x81\xef\xbd\x82.example", kAny, "ab.example"},
    {"address", "user@example.org", kAny, "example.org"},
    {"@domain means the domain", "@example.org", kAny, "example.org"},
    {"angle brackets", "<user@example.org>", kAddress, "example.org"},
    {"K44 quoted local part with @", "\"x@y\"@example.org", kAddress, "example.org"},
    {"K44 source route", "<@a,@b:u@example.org>", kAddress, "example.org"},
    {"quoted pair in the local part", R"("a\"@b"@example.org)", kAddress, "example.org"},
    {"the last @ outside quotes", "a@b@example.org", kAny, "example.org"},
    {"a name where an address should stand", "example.org", kAddress, "example.org"},
    {"K45 single label with final dot", "localhost.", kAny, "localhost"},
    {"K43 empty-label", "a..org", kAny, "[empty-label]"},
    {"leading dot", ".example.org", kAny, "[empty-label]"},
    {"the root", ".", kAny, "[empty-label]"},
    {"K43 label-too-long", std::string(64, 'a') + ".example", kAny, "[label-too-long]"},
    {"63 octets fit", std::string(63, 'a') + ".example", kAny, "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa.example"},
    {"K43 name-too-long", labels(128, 1), kAny, "[name-too-long]"},
    {"K43 name-too-long as A-labels", "\xc3\xbc." + labels(124, 1), kAny, "[name-too-long]"},
    {"a very long U-label name", std::string(2000, '.') + "\xc3\xbc", kAny, "[name-too-long]"},
    {"K43 label-too-long as A-label", std::string(60, 'a') + "\xc3\xbc.example", kAny, "[label-too-long]"},
    {"K43 bad-character: wildcard", "*.example.org", kAny, "[bad-character]"},
    {"control", "a\x01.example", kAny, "[bad-character]"},
    {"NUL", std::string("a\0b.example", 11), kAny, "[bad-character]"},
    {"space", "a b.example", kAny, "[bad-character]"},
    {"control beside a U-label", "\xc3\xbc\x1b.example", kAny, "[bad-character]"},
    {"K43 bad-utf8", "\xff\xfe.example", kAny, "[bad-utf8]"},
    {"overlong UTF-8", "\xc0\xaf.example", kAny, "[bad-utf8]"},
    {"UTF-8 surrogate", "\xed\xa0\x80.example", kAny, "[bad-utf8]"},
    {"UTF-8 cut short", "a.example\xc3", kAny, "[bad-utf8]"},
    {"K43 bad-idn: an unassigned code point", "\xf3\xa0\x80\x81" "a.example", kAny, "[bad-idn]"},
    {"K43 single-label", "localhost", kAny, "[single-label]"},
    {"single label behind an @", "root@localhost", kAddress, "[single-label]"},
    {"K43 address-literal", "user@[192.0.2.1]", kAny, "[address-literal]"},
    {"address literal of IPv6", "user@[IPv6:2001:db8::1]", kAddress, "[address-literal]"},
    {"K43 ip-address", "192.0.2.1", kAny, "[ip-address]"},
    {"IPv6 address", "2001:db8::1", kAny, "[ip-address]"},
    {"IPv4 address behind an @", "user@192.0.2.1", kAddress, "[ip-address]"},
    {"full-width digits of an address", "\xef\xbc\x91.2.3.4", kAny, "[ip-address]"},
    {"K43 bad-address: unclosed quote", "\"abc@example.org", kAny, "[bad-address]"},
    {"unclosed bracket", "<user@example.org", kAny, "[bad-address]"},
    {"unopened bracket", "user@example.org>", kAny, "[bad-address]"},
    {"unclosed literal", "user@[192.0.2.1", kAny, "[bad-address]"},
    {"K43 no-domain: nothing behind the @", "user@", kAny, "[no-domain]"},
    {"K43 no-domain: postmaster where an address must stand", "postmaster", kAddress, "[no-domain]"},
    {"null sender", "<>", kAddress, "[no-domain]"},
};
// clang-format on

class EntryToDomain : public testing::TestWithParam<Row> {};

TEST_P(EntryToDomain, IsAsInE63) {
  NameBuffer buffer;
  const auto name = domain_of(GetParam().entry, GetParam().expect, buffer);
  const std::string outcome = name ? std::string(*name) : "[" + std::string(to_text(name.error())) + "]";
  EXPECT_EQ(outcome, GetParam().outcome);
}

INSTANTIATE_TEST_SUITE_P(E63, EntryToDomain, testing::ValuesIn(kRows));

/// E-63 octet by octet: lower case if the name is good, else nothing.
std::optional<std::string> good_name(std::string_view name) {
  std::string lower;
  std::size_t label = 0, dots = 0;
  for (const char c : name) {
    const bool letter = std::isalpha(static_cast<unsigned char>(c)) != 0, dot = c == '.';
    if (!letter && !std::isdigit(static_cast<unsigned char>(c)) && c != '-' && c != '_' && !dot) return {};
    if (dot && label == 0) return {};
    label = dot ? 0 : label + 1;
    dots += dot ? 1 : 0;
    if (label > 63) return {};
    lower += letter ? static_cast<char>(std::tolower(c)) : c;
  }
  return label > 0 && dots > 0 ? std::optional(lower) : std::nullopt;
}

TEST(NormaliseDomain, EachOctetAtEachPlaceE63) {
  for (std::size_t size = 1; size <= 70; ++size)
    for (std::size_t place = 0; place < size; ++place)
      for (int octet = 0; octet < 128; ++octet) {
        std::string name = std::string(size, 'q') + ".Ab_c-9x";
        name[place] = static_cast<char>(octet);
        NameBuffer buffer;
        const auto found = normalise_domain(name, buffer);
        ASSERT_EQ(found ? std::optional(std::string(*found)) : std::nullopt, good_name(name)) << name;
      }
}

TEST(NormaliseDomain, RandomNamesE63) {
  std::mt19937 random(5);
  for (int i = 0; i < 100'000; ++i) {
    std::string name;
    for (std::size_t size = 1 + random() % 70; size > 0; --size)
      name += "abcXYZ019-_.~@"[random() % (i % 3 == 0 ? 14 : 12)];
    name += 'x';  // no address ends so
    NameBuffer buffer;
    const auto found = normalise_domain(name, buffer);
    ASSERT_EQ(found ? std::optional(std::string(*found)) : std::nullopt, good_name(name)) << name;
  }
}

TEST(EscapeText, HidesControlAndNonAsciiOctetsE61) {
  EXPECT_EQ(escape_text("a\nb\x1b\xc3\xbc", 80), "a\\x0ab\\x1b\\xc3\\xbc");
  EXPECT_EQ(escape_text(std::string(100, 'x'), 80), std::string(80, 'x'));
}

std::vector<std::string> recipients_of(std::string_view text) {
  std::vector<std::string> found;
  for_each_recipient(text, [&](std::string_view one) { found.emplace_back(one); });
  return found;
}

TEST(Recipients, ArePartedByCommaAndSemicolonOutsideQuotesE68) {
  using Found = std::vector<std::string>;
  EXPECT_EQ(recipients_of("a@x.example;b@y.example"), (Found{"a@x.example", "b@y.example"}));
  EXPECT_EQ(recipients_of(" a@x.example , , b@y.example,"), (Found{"a@x.example", "b@y.example"}));
  EXPECT_EQ(recipients_of(R"("a;b"@x.example,c@y.example)"), (Found{R"("a;b"@x.example)", "c@y.example"}));
  EXPECT_EQ(recipients_of(R"("a\";b"@x.example)"), (Found{R"("a\";b"@x.example)"}));
  EXPECT_EQ(recipients_of("<@a,@b:u@x.example>,v@y.example"), (Found{"<@a,@b:u@x.example>", "v@y.example"}));
  EXPECT_EQ(recipients_of("  <@a,@b:u@x.example> "), (Found{"<@a,@b:u@x.example>"}));
  EXPECT_TRUE(recipients_of("").empty());
  EXPECT_EQ(recipients_of(std::string(1 << 19, ',') + "a@x.example" + std::string(1 << 19, ' ')),
            (Found{"a@x.example"}))
      << "in time that does not grow with the square";
}

}  // namespace
}  // namespace danesweep::input
