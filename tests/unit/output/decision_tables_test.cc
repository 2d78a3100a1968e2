// SPDX-License-Identifier: Apache-2.0
// Every row of both tables, and that together they leave no gap and no overlap (ESA.md part B, E-11 to E-14).
#include "output/decision_tables.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

namespace danesweep::output {
namespace {

using enum Status;
constexpr auto Success = Certificate::Success;
constexpr auto Failed = Certificate::Failed;
constexpr auto Unknown = Certificate::NotChecked;
constexpr auto DaneSuccess = Action::DaneSuccess;
constexpr auto DaneFail = Action::DaneFail;
constexpr auto Fallback = Action::Fallback;
constexpr auto Undetermined = Action::Undetermined;

/// One row of the printed table: cells as an engine knows them when it stops where the table lets it stop.
struct PrintedRow {
  const char* id;
  Facts facts;
  Action action;
};

std::string test_name(std::string id) {
  std::replace(id.begin(), id.end(), '-', '_');
  return id;
}

class MandatoryTable : public testing::TestWithParam<PrintedRow> {};
class OpportunisticTable : public testing::TestWithParam<PrintedRow> {};

TEST_P(MandatoryTable, RowGivesItsAction) {
  const Judgement judgement = judge(mandatory_rows(), GetParam().facts);
  EXPECT_EQ(judgement.row, GetParam().id);
  EXPECT_EQ(judgement.action, GetParam().action);
}

TEST_P(OpportunisticTable, RowGivesItsAction) {
  const Judgement judgement = judge(opportunistic_rows(), GetParam().facts);
  EXPECT_EQ(judgement.row, GetParam().id);
  EXPECT_EQ(judgement.action, GetParam().action);
}

// clang-format off
const PrintedRow kMandatory[] = {
    {"M-1",  {Secure, Secure, Secure, Success}, DaneSuccess},
    {"M-2",  {Secure, Secure, Secure, Failed}, DaneFail},
    {"M-3",  {Secure, Secure, Insecure, Unknown}, DaneFail},
    {"M-4",  {Secure, Secure, NxDomain, Unknown}, DaneFail},
    {"M-5",  {Secure, Secure, Bogus, Unknown}, DaneFail},
    {"M-6",  {Secure, Insecure, NotQueried, Unknown}, DaneFail},
    {"M-7",  {Secure, Bogus, NotQueried, Unknown}, DaneFail},
    {"M-8",  {Insecure, Secure, Secure, Success}, DaneFail},
    {"M-9",  {Insecure, Secure, Secure, Failed}, DaneFail},
    {"M-10", {Insecure, Secure, Insecure, Unknown}, DaneFail},
    {"M-11", {Insecure, Secure, NxDomain, Unknown}, DaneFail},
    {"M-12", {Insecure, Secure, Bogus, Unknown}, DaneFail},
    {"M-13", {Insecure, Insecure, NotQueried, Unknown}, DaneFail},
    {"M-14", {Insecure, Bogus, NotQueried, Unknown}, DaneFail},
    {"M-15", {Bogus, NotQueried, NotQueried, Unknown}, DaneFail},
};
// E-12: what fails under Opportunistic fails as it does under Mandatory; E-13: what falls back does so only here.
const PrintedRow kOpportunistic[] = {
    {"O-1",  {Secure, Secure, Secure, Success}, DaneSuccess},
    {"O-2",  {Secure, Secure, Secure, Failed}, DaneFail},
    {"O-3",  {Secure, Secure, Insecure, Unknown}, Fallback},
    {"O-4",  {Secure, Secure, NxDomain, Unknown}, Fallback},
    {"O-5",  {Secure, Secure, Bogus, Unknown}, DaneFail},
    {"O-6",  {Secure, Insecure, NotQueried, Unknown}, Fallback},
    {"O-7",  {Secure, Bogus, NotQueried, Unknown}, DaneFail},
    {"O-8",  {Insecure, Secure, Secure, Unknown}, Fallback},
    {"O-9",  {Insecure, Secure, Insecure, Unknown}, Fallback},
    {"O-10", {Insecure, Secure, NxDomain, Unknown}, Fallback},
    {"O-11", {Insecure, Secure, Bogus, Unknown}, DaneFail},
    {"O-12", {Insecure, Insecure, NotQueried, Unknown}, Fallback},
    {"O-13", {Insecure, Bogus, NotQueried, Unknown}, DaneFail},
    {"O-14", {Bogus, NotQueried, NotQueried, Unknown}, DaneFail},
};
// clang-format on

INSTANTIATE_TEST_SUITE_P(Row, MandatoryTable, testing::ValuesIn(kMandatory),
                         [](const auto& row) { return test_name(row.param.id); });
INSTANTIATE_TEST_SUITE_P(Row, OpportunisticTable, testing::ValuesIn(kOpportunistic),
                         [](const auto& row) { return test_name(row.param.id); });

std::vector<Facts> all_known_facts() {
  std::vector<Facts> all;
  for (const Status mx : {Secure, Insecure, Bogus}) {
    for (const Status addresses : {Secure, Insecure, Bogus}) {
      for (const Status tlsa : {Secure, Insecure, Bogus, NxDomain}) {
        for (const Certificate certificate : {Success, Failed}) all.push_back({mx, addresses, tlsa, certificate});
      }
    }
  }
  return all;
}

TEST(DecisionTables, EveryCombinationOfKnownFactsMatchesExactlyOneRow) {
  for (const auto rows : {opportunistic_rows(), mandatory_rows()}) {
    for (const Facts& facts : all_known_facts()) {
      const auto matching = std::count_if(rows.begin(), rows.end(), [&](const Row& row) { return row.matches(facts); });
      EXPECT_EQ(matching, 1) << rows.front().id.substr(0, 1) << " table: " << to_text(facts.mx) << ' '
                             << to_text(facts.addresses) << ' ' << to_text(facts.tlsa) << ' '
                             << to_text(facts.certificate);
    }
  }
}

TEST(DecisionTables, EveryRowIsReachedByKnownFacts) {
  for (const auto rows : {opportunistic_rows(), mandatory_rows()}) {
    for (const Row& row : rows) {
      const auto facts = all_known_facts();
      EXPECT_TRUE(std::any_of(facts.begin(), facts.end(), [&](const Facts& one) { return row.matches(one); }))
          << row.id;
    }
  }
}

TEST(DecisionTables, HaveTheDocumentsSizeAndOrderE11) {
  EXPECT_EQ(mandatory_rows().size(), 15U);
  EXPECT_EQ(opportunistic_rows().size(), 14U);
  for (std::size_t i = 0; i < mandatory_rows().size(); ++i) {
    EXPECT_EQ(mandatory_rows()[i].id, "M-" + std::to_string(i + 1));
  }
  for (std::size_t i = 0; i < opportunistic_rows().size(); ++i) {
    EXPECT_EQ(opportunistic_rows()[i].id, "O-" + std::to_string(i + 1));
  }
}

TEST(DecisionTables, MandatoryNeverFallsBackE13) {
  for (const Row& row : mandatory_rows()) EXPECT_NE(row.action, Fallback) << row.id;
}

TEST(DecisionTables, WhatFailsUnderOpportunisticFailsUnderMandatoryE12) {
  for (const Facts& facts : all_known_facts()) {
    if (judge(opportunistic_rows(), facts).action != DaneFail) continue;
    EXPECT_EQ(judge(mandatory_rows(), facts).action, DaneFail);
  }
}

/// E-14: a cell that an error kept unknown stands for each value it could have.
struct UnknownCell {
  const char* name;
  Facts facts;
  Action opportunistic, mandatory;
  const char* row_opportunistic;
  const char* row_mandatory;
};

class UnknownCells : public testing::TestWithParam<UnknownCell> {};

TEST_P(UnknownCells, E14) {
  const auto opportunistic = judge(opportunistic_rows(), GetParam().facts);
  const auto mandatory = judge(mandatory_rows(), GetParam().facts);
  EXPECT_EQ(opportunistic.action, GetParam().opportunistic);
  EXPECT_EQ(mandatory.action, GetParam().mandatory);
  EXPECT_EQ(opportunistic.row, GetParam().row_opportunistic);
  EXPECT_EQ(mandatory.row, GetParam().row_mandatory);
}

// clang-format off
const UnknownCell kUnknownCells[] = {
    {"MxUnknown", {Indeterminate, NotQueried, NotQueried, Unknown}, Undetermined, Undetermined, "", ""},
    {"MxSecureAddressUnknown", {Secure, Indeterminate, NotQueried, Unknown}, Undetermined, Undetermined, "", ""},
    {"MxInsecureAddressUnknown", {Insecure, Indeterminate, NotQueried, Unknown}, Undetermined, DaneFail, "", ""},
    {"MxSecureTlsaUnknown", {Secure, Secure, Indeterminate, Unknown}, Undetermined, Undetermined, "", ""},
    {"MxInsecureTlsaUnknown", {Insecure, Secure, Indeterminate, Unknown}, Undetermined, DaneFail, "", ""},
    {"MxSecureCertificateUnknown", {Secure, Secure, Secure, Unknown}, Undetermined, Undetermined, "", ""},
    {"MxInsecureCertificateUnknown", {Insecure, Secure, Secure, Unknown}, Fallback, DaneFail, "O-8", ""},
    {"BogusMxNeedsNothingElse", {Bogus, Indeterminate, Indeterminate, Unknown}, DaneFail, DaneFail, "O-14", "M-15"},
};
// clang-format on

INSTANTIATE_TEST_SUITE_P(Cell, UnknownCells, testing::ValuesIn(kUnknownCells),
                         [](const auto& row) { return std::string(row.param.name); });

}  // namespace
}  // namespace danesweep::output
