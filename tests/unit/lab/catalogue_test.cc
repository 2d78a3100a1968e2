// SPDX-License-Identifier: Apache-2.0
// The lab's catalogue: what issue and design demand of it, and that its worlds are made as they say.
#include <gtest/gtest.h>

#include <map>
#include <set>
#include <string>

#include "tests/lab/domain_kinds.h"
#include "tests/lab/host_kinds.h"
#include "tests/lab/world.h"

namespace danesweep::lab {
namespace {

/// The kinds with odd keys are left out: making RSA keys takes seconds, and their expectations are of no other form.
bool is_left_out(const DomainKind& kind) { return kind.id.starts_with("key-"); }

WorldOptions one_of_each() {
  WorldOptions options;
  options.now = 1790000000;
  options.domains = 0;
  options.kinds = "^(?!key-)";
  for (const auto& kind : domain_kinds())
    if (!is_left_out(kind)) options.domains += flavours(kind).size();
  return options;
}

const std::vector<Expectation>& expectations_of_one_of_each() {
  static World world(one_of_each());
  return world.expectations();
}

TEST(Catalogue, EveryKindHasAnIdOfItsOwnAndAnEnglishName) {
  std::set<std::string> ids;
  for (const auto& kind : domain_kinds()) {
    EXPECT_TRUE(ids.insert(kind.id).second) << kind.id;
    EXPECT_FALSE(kind.english.empty()) << kind.id;
  }
  EXPECT_GE(ids.size(), 60U);
}

TEST(Catalogue, KindsTakeTurnsSoThatAsManyDomainsAsKindsHaveAll) {
  WorldOptions options = one_of_each();
  options.domains = 0;
  for (const auto& kind : domain_kinds())
    if (!is_left_out(kind)) ++options.domains;
  std::set<std::string> seen;
  std::set<std::string> flavours_seen;
  World world(options);
  for (const auto& expectation : world.expectations()) {
    seen.insert(expectation.kind);
    flavours_seen.insert(expectation.domain.substr(expectation.domain.rfind('.') + 1));
  }
  EXPECT_EQ(seen.size(), options.domains);
  EXPECT_TRUE(flavours_seen.contains("nsec") && flavours_seen.contains("nsec3"));
}

TEST(Catalogue, AsManyDomainsAsFlavoursHaveEachKindInAllOfIts) {
  std::map<std::string, std::size_t> seen;
  for (const auto& expectation : expectations_of_one_of_each()) ++seen[expectation.kind];
  for (const auto& kind : domain_kinds()) {
    if (is_left_out(kind)) continue;
    EXPECT_EQ(seen[kind.id], flavours(kind).size()) << kind.id;
  }
}

TEST(Catalogue, EveryRowOfBothTablesComesInNsecAndInNsec3Zones) {
  std::map<std::string, std::set<bool>> flavours_of_row;
  for (const auto& expectation : expectations_of_one_of_each()) {
    const auto record = expected_record(expectation);
    for (const char* field : {"row_mandatory", "row_opportunistic"})
      if (record.contains(field)) flavours_of_row[record[field]].insert(expectation.domain.ends_with(".nsec"));
  }
  for (int i = 1; i <= 15; ++i) EXPECT_EQ(flavours_of_row["M-" + std::to_string(i)].size(), 2U) << "M-" << i;
  for (int i = 1; i <= 14; ++i) EXPECT_EQ(flavours_of_row["O-" + std::to_string(i)].size(), 2U) << "O-" << i;
}

TEST(Catalogue, EveryServerOfTheFarmIsThere) {
  std::set<int> numbers;
  for (const auto& kind : server_kinds())
    if (kind.id.front() == 'S') numbers.insert(std::stoi(std::string(kind.id.substr(2))));
  for (int i = 1; i <= 81; ++i) EXPECT_TRUE(numbers.contains(i)) << "S-" << i;
}

TEST(Catalogue, EveryCertificateArrangementIsThere) {
  // C-38, C-42 and C-57 to C-60 are about names and addresses: they are kinds of domain.
  const std::set<int> elsewhere = {38, 42};
  std::set<int> numbers;
  for (const auto& row : arrangements())
    if (row.id.front() == 'C') numbers.insert(std::stoi(std::string(row.id.substr(2))));
  for (int i = 1; i <= 56; ++i) EXPECT_TRUE(numbers.contains(i) || elsewhere.contains(i)) << "C-" << i;
}

TEST(World, OneSeedMakesOneWorld) {
  WorldOptions options = one_of_each();
  options.domains = 200;
  options.kinds = "^(row|cut|wc)-";
  const World first(options), again(options);
  options.seed = 2;
  const World other(options);
  ASSERT_EQ(first.expectations().size(), 200U);
  bool differs = false;
  for (std::size_t i = 0; i < 200; ++i) {
    EXPECT_EQ(expected_record(first.expectations()[i]), expected_record(again.expectations()[i]));
    differs = differs || first.expectations()[i].domain != other.expectations()[i].domain;
  }
  EXPECT_TRUE(differs);
}

TEST(World, NamesOnTheListAreDistinct) {
  std::set<std::string> names;
  for (const auto& expectation : expectations_of_one_of_each()) EXPECT_TRUE(names.insert(expectation.domain).second);
}

// What a domain of two hosts must give, as ESA.md K25 to K30 say.
struct TwoHosts {
  std::string_view name, kind, opportunistic, mandatory, reason;
  bool is_degraded;
};

class SeveralHosts : public testing::TestWithParam<TwoHosts> {};

TEST_P(SeveralHosts, GiveTheVerdictOfTheAcceptanceCatalogue) {
  WorldOptions options = one_of_each();
  options.domains = 2;
  options.kinds = "^" + std::string(GetParam().kind) + "$";
  const World world(options);
  ASSERT_EQ(world.expectations().size(), 2U);
  for (const auto& expectation : world.expectations()) {
    const auto record = expected_record(expectation);
    EXPECT_EQ(record["opportunistic"], GetParam().opportunistic);
    EXPECT_EQ(record["mandatory"], GetParam().mandatory);
    EXPECT_EQ(record["reason"], GetParam().reason);
    EXPECT_EQ(record["degraded"], GetParam().is_degraded);
  }
}

// clang-format off
INSTANTIATE_TEST_SUITE_P(AsListed, SeveralHosts, testing::Values(
    TwoHosts{"K25", "hosts-first-fails", "DANE_SUCCESS", "DANE_SUCCESS", "ok", true},
    TwoHosts{"K26", "hosts-second-fails", "DANE_SUCCESS", "DANE_SUCCESS", "ok", true},
    TwoHosts{"K27", "hosts-equal-mixed", "FALLBACK", "DANE_SUCCESS", "tlsa-none", true},
    TwoHosts{"K28", "hosts-fail-then-fallback", "FALLBACK", "DANE_FAIL", "tlsa-none", true},
    TwoHosts{"K29", "hosts-down-then-good", "DANE_SUCCESS", "DANE_SUCCESS", "ok", true},
    TwoHosts{"K30", "hosts-fail-and-down", "UNDETERMINED", "UNDETERMINED", "connect-refused", false},
    TwoHosts{"K31", "address-stale-first", "DANE_SUCCESS", "DANE_SUCCESS", "ok", true},
    TwoHosts{"K32", "hosts-without-address-then-good", "DANE_SUCCESS", "DANE_SUCCESS", "ok", false},
    TwoHosts{"K14", "o8-refused", "FALLBACK", "DANE_FAIL", "mx-insecure", false},
    TwoHosts{"K15", "address-timeout-insecure-mx", "UNDETERMINED", "DANE_FAIL", "address-lookup-failed", false}),
    [](const auto& row) { return std::string(row.param.name); });
// clang-format on

}  // namespace
}  // namespace danesweep::lab
