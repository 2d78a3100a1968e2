// SPDX-License-Identifier: Apache-2.0
// The EHLO name in the DNS: which warnings a scan begins with (T-70).
#include "scanner/helo_check.h"

#include <gtest/gtest.h>

#include <map>

#include "tests/unit/engine/made_verdicts.h"

namespace danesweep::scanner {
namespace {

using wire::RrType;

struct Row {
  std::string name;
  std::string helo;
  std::map<std::string, Made> answers;  ///< by "NAME TYPE"; what is not there is NXDOMAIN
  std::vector<std::string> warnings;    ///< a part of each
};
void PrintTo(const Row& row, std::ostream* out) { *out << row.name; }

const std::string kV4 = "1.2.0.192.in-addr.arpa PTR";
const std::string kV6 = "1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa PTR";

Made address(const char* text) { return data(Security::Insecure, RrType::A, {text}); }
Made pointer(std::vector<std::string> names) { return data(Security::Insecure, RrType::Ptr, std::move(names)); }

std::vector<Row> rows() {
  const Made ipv6 = data(Security::Secure, RrType::Aaaa, {"2001:db8::1"});
  return {
      {"there and back", "a.example", {{"a.example A", address("192.0.2.1")}, {kV4, pointer({"a.example."})}}, {}},
      {"there and back in other letters",
       "A.Example",
       {{"a.example A", address("192.0.2.1")}, {kV4, pointer({"a.EXAMPLE."})}},
       {}},
      {"one of two names leads back",
       "a.example",
       {{"a.example A", address("192.0.2.1")}, {kV4, pointer({"b.example.", "a.example."})}},
       {}},
      {"IPv6 alone", "a.example", {{"a.example AAAA", ipv6}, {kV6, pointer({"a.example."})}}, {}},
      {"no address", "a.example", {}, {"the EHLO name a.example has no address record"}},
      {"another name",
       "a.example",
       {{"a.example A", address("192.0.2.1")}, {kV4, pointer({"pool-1.example."})}},
       {"192.0.2.1, an address of the EHLO name a.example, is called pool-1.example"}},
      {"no name", "a.example", {{"a.example A", address("192.0.2.1")}}, {"a.example, has no PTR record"}},
      {"one family right, one wrong",
       "a.example",
       {{"a.example A", address("192.0.2.1")}, {kV4, pointer({"a.example."})}, {"a.example AAAA", ipv6}},
       {"2001:db8::1, an address of the EHLO name a.example, has no PTR record"}},
      {"addresses not to be had", "a.example", {{"a.example A", failed()}, {"a.example AAAA", failed()}}, {}},
      {"one family absent, one not to be had", "a.example", {{"a.example AAAA", failed()}}, {}},
      {"PTR not to be had", "a.example", {{"a.example A", address("192.0.2.1")}, {kV4, failed()}}, {}},
      {"PTR bogus", "a.example", {{"a.example A", address("192.0.2.1")}, {kV4, bogus()}}, {}},
      {"an address literal", "[192.0.2.1]", {}, {}},
  };
}

class HeloCheck : public testing::TestWithParam<Row> {};

TEST_P(HeloCheck, Warns) {
  const Row& row = GetParam();
  const auto look_up = [&](const wire::Question& question) {
    std::string key = question.name.to_display() + " " + wire::to_text(question.type);
    if (key.starts_with("A.Example")) key = "a.example" + key.substr(9);
    const auto found = row.answers.find(key);
    return (found == row.answers.end() ? no_such_name(Security::Secure) : found->second)
        .about(question.name.to_display());
  };
  const auto warnings = helo_warnings(row.helo, look_up);
  ASSERT_EQ(warnings.size(), row.warnings.size()) << (warnings.empty() ? "" : warnings.front());
  for (std::size_t i = 0; i < warnings.size(); ++i)
    EXPECT_NE(warnings[i].find(row.warnings[i]), std::string::npos) << warnings[i];
}

INSTANTIATE_TEST_SUITE_P(T70, HeloCheck, testing::ValuesIn(rows()));

}  // namespace
}  // namespace danesweep::scanner
