// SPDX-License-Identifier: Apache-2.0
// `export --format csv` and `sqlite` (DESIGN part 3).
#include <gtest/gtest.h>
#include <sqlite3.h>
#include <unistd.h>

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "memory_file.h"
#include "output/export/csv.h"
#include "output/export/sqlite.h"
#include "sample_results.h"

namespace danesweep::output {
namespace {

using namespace test;

Reader reader_of(const std::vector<Result>& results) {
  return std::move(*Reader::open(memory_source(file_of(sample_header(), results, sample_trailer())), "out.pb"));
}

std::vector<Result> two_results() {
  Result failing = decided(
      domain("fails.example", Status::Secure, {bad_host("a.fails.example", 10), down_host("b.fails.example", 20)}));
  failing.warnings = {"gateway-host-down", "recipients-capped"};
  return {design_sample(), failing};
}

TEST(Csv, ARowPerDomainBelowTheTitles) {
  std::string text;
  MemorySink sink(text);
  Reader reader = reader_of(two_results());
  ASSERT_TRUE(export_csv(reader, {}, sink));
  EXPECT_EQ(text,
            "index,domain,recipients,opportunistic,mandatory,rfc7672,reason,degraded,effective_mode,effective,"
            "effective_reason,row_opportunistic,row_mandatory,warnings,mx_status,mx_answer,mx_reason,hosts,"
            "host_opportunistic,host_mandatory,host_reason\r\n"
            "0,example.org,3,DANE_SUCCESS,DANE_SUCCESS,VERIFIED,ok,false,OPPORTUNISTIC,DANE_SUCCESS,ok,O-1,M-1,,SECURE,"
            "DATA,,mx1.example.org,DANE_SUCCESS,DANE_SUCCESS,ok\r\n"
            "0,fails.example,1,UNDETERMINED,UNDETERMINED,DEFER,connect-refused,false,OPPORTUNISTIC,UNDETERMINED,"
            "connect-refused,,,gateway-host-down recipients-capped,SECURE,DATA,,a.fails.example b.fails.example,"
            "DANE_FAIL UNDETERMINED,DANE_FAIL UNDETERMINED,tlsa-mismatch connect-refused\r\n");
}

TEST(Csv, ConditionsHold) {
  std::string text;
  MemorySink sink(text);
  Reader reader = reader_of(two_results());
  ASSERT_TRUE(export_csv(reader, {*parse_condition("reason=ok")}, sink));
  EXPECT_EQ(text.find("fails.example"), std::string::npos);
}

/// DESIGN part 4: the parts that are filled only if asked for are fields too.
TEST(Conditions, FieldsOfOptionalPartsAreKnownAndAbsentOnesFitTheEmptyValue) {
  Result with, without;
  with.failover = Failover{Action::Fallback, Action::DaneFail, "mx-insecure"};
  with.confirm = Confirm{3, 2};
  with.without_entry = WithoutEntry{Action::DaneSuccess, Action::Undetermined, "connect-refused"};
  for (const char* condition :
       {"failover.opportunistic=FALLBACK", "failover.mandatory=DANE_FAIL", "failover.reason=mx-insecure",
        "confirm.asked=3", "confirm.same=1,2", "without_entry.opportunistic=DANE_SUCCESS",
        "without_entry.mandatory=UNDETERMINED", "without_entry.reason=connect-refused"}) {
    const auto parsed = parse_condition(condition);
    ASSERT_TRUE(parsed.has_value()) << condition;
    EXPECT_TRUE(matches({*parsed}, with)) << condition;
    EXPECT_FALSE(matches({*parsed}, without)) << condition;
    const std::string field(condition, std::string_view(condition).find('='));
    EXPECT_TRUE(matches({*parse_condition(field + "=")}, without)) << field;
    const auto other = parse_condition(field + "=other");
    EXPECT_FALSE(other && matches({*other}, with)) << field;
  }
}

TEST(Conditions, AWordThatTheFieldNeverHoldsIsRefused) {
  for (const char* good :
       {"opportunistic=DANE_FAIL", "effective=dane_fail,UNDETERMINED", "rfc7672=", "host.certificate=failed",
        "host.tlsa_status=NXDOMAIN", "reason=whatever", "domain=DANE_FAILED", "degraded=true"})
    EXPECT_TRUE(parse_condition(good)) << good;
  for (const char* bad :
       {"opportunistic=DANE_FAILED", "effective=DANE_FAIL,FAIL", "mx.status=NXDOMAIN", "degraded=yes"}) {
    const auto refused = parse_condition(bad);
    ASSERT_FALSE(refused) << bad;
    EXPECT_NE(refused.error().find("expected"), std::string::npos) << refused.error();
  }
}

std::string ask(const std::string& path, const char* sql) {
  sqlite3* handle = nullptr;
  sqlite3_open(path.c_str(), &handle);
  sqlite3_stmt* statement = nullptr;
  sqlite3_prepare_v2(handle, sql, -1, &statement, nullptr);
  std::string answer;
  while (sqlite3_step(statement) == SQLITE_ROW) {
    const auto* text = sqlite3_column_text(statement, 0);
    if (!answer.empty()) answer += ' ';
    answer += text == nullptr ? "NULL" : reinterpret_cast<const char*>(text);
  }
  sqlite3_finalize(statement);
  sqlite3_close(handle);
  return answer;
}

class Sqlite : public testing::Test {
 protected:
  void TearDown() override { std::filesystem::remove(path_); }
  std::string path_ =
      std::filesystem::temp_directory_path() / ("danesweep-export-" + std::to_string(::getpid()) + ".db");
};

TEST_F(Sqlite, DomainsHostsProbesAndNotesCanBeJoined) {
  Reader reader = reader_of(two_results());
  ASSERT_TRUE(export_sqlite(reader, {}, path_, Existing::Refuse));
  EXPECT_EQ(ask(path_, "SELECT domain FROM domain ORDER BY domain"), "example.org fails.example");
  EXPECT_EQ(ask(path_, "SELECT sum(recipients) FROM domain"), "4");
  EXPECT_EQ(ask(path_,
                "SELECT outcome FROM probe JOIN host ON host.id = host_id JOIN domain ON domain.id = domain_id "
                "WHERE domain = 'fails.example' ORDER BY preference"),
            "tlsa-mismatch connect-refused");
  EXPECT_EQ(ask(path_, "SELECT code FROM note ORDER BY code"), "gateway-host-down recipients-capped");
  EXPECT_EQ(ask(path_, "SELECT json_extract(json, '$.trailer.read') FROM meta"), "10412");
}

TEST_F(Sqlite, AnExistingFileIsRefused) {
  Reader reader = reader_of(two_results());
  ASSERT_TRUE(export_sqlite(reader, {}, path_, Existing::Refuse));
  reader.rewind();
  const auto refused = export_sqlite(reader, {}, path_, Existing::Refuse);
  ASSERT_FALSE(refused);
  EXPECT_NE(refused.error().find("exists already"), std::string::npos);
  EXPECT_TRUE(export_sqlite(reader, {}, path_, Existing::Replace));
}

TEST_F(Sqlite, TextsAreBoundNotPasted) {
  Result hostile = design_sample();
  hostile.domain = "x'); DROP TABLE domain; --";
  Reader reader = reader_of({hostile});
  ASSERT_TRUE(export_sqlite(reader, {}, path_, Existing::Refuse));
  EXPECT_EQ(ask(path_, "SELECT domain FROM domain"), hostile.domain);
}

TEST_F(Sqlite, AFolderThatIsNotThereIsAnError) {
  Reader reader = reader_of(two_results());
  EXPECT_FALSE(export_sqlite(reader, {}, "/nonexistent/folder/x.db", Existing::Refuse));
}

}  // namespace
}  // namespace danesweep::output
