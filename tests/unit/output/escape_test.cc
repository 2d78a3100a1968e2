// SPDX-License-Identifier: Apache-2.0
// Hostile text on each medium (E-61, T-48).
#include "output/escape.h"

#include <gtest/gtest.h>

#include <string>

namespace danesweep::output {
namespace {

TEST(Escape, TerminalNeverSeesAControlCharacter) {
  EXPECT_EQ(for_terminal("a\x1b[2J\n\x7f"), "a\\x1b[2J\\x0a\\x7f");
  EXPECT_EQ(for_terminal("\xe2\x80\xae"), "\\xe2\\x80\\xae");  // right-to-left override
}

TEST(Escape, GatewayLogTurnsDecimalEscapesIntoHex) {
  EXPECT_EQ(for_gateway_log("a\\010b\\027"), "a\\x0ab\\x1b");
  EXPECT_EQ(for_gateway_log("a\\999"), "a\\999");
  EXPECT_EQ(for_gateway_log("a') forged"), "a\\x27) forged");
}

TEST(Escape, MarkdownNamesAreNoMarkup) {
  EXPECT_EQ(for_markdown("[x](http://e)|*b*"), "\\[x\\]\\(http://e\\)\\|\\*b\\*");
  EXPECT_EQ(for_markdown("a-b.example.org"), "a-b.example.org");
  EXPECT_EQ(for_markdown("- item"), "\\- item");
  EXPECT_EQ(for_markdown("<script>"), "\\<script\\>");
}

TEST(Escape, HtmlNamesAreNoMarkup) {
  EXPECT_EQ(for_html("<img src=x onerror='y'>&\""), "&lt;img src=x onerror=&#39;y&#39;&gt;&amp;&quot;");
  EXPECT_EQ(for_html("\x1b"), "\\x1b");
}

TEST(Escape, CsvFieldsAreQuotedAndNoFormulas) {
  EXPECT_EQ(for_csv("plain"), "plain");
  EXPECT_EQ(for_csv("a,b"), "\"a,b\"");
  EXPECT_EQ(for_csv("say \"hi\"\n"), "\"say \"\"hi\"\"\n\"");
  for (const char* formula : {"=1+1", "+1", "-1", "@x"}) EXPECT_EQ(for_csv(formula).front(), '\'') << formula;
}

TEST(Escape, JsonStrings) {
  EXPECT_EQ(for_json("a\"\\\n\x01"), "\"a\\\"\\\\\\n\\u0001\"");
  EXPECT_EQ(for_json("<"), "\"\\u003c\"");
}

TEST(Escape, Utf8IsKeptAndAnythingElseEscaped) {
  EXPECT_EQ(as_utf8("b\xc3\xbc"
                    "cher"),
            "b\xc3\xbc"
            "cher");
  EXPECT_EQ(as_utf8("b\xfc"
                    "cher"),
            "b\\xfc"
            "cher");
  for (const char* bad : {"\xc0\x80", "\xed\xa0\x80", "\xf4\x90\x80\x80", "\xe2\x82", "\x80"})
    EXPECT_FALSE(is_utf8(bad));
}

}  // namespace
}  // namespace danesweep::output
