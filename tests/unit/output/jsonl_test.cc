// SPDX-License-Identifier: Apache-2.0
// `export --format jsonl`, `--where` and `--meta` against DESIGN part 4: names, types, values.
#include "output/export/jsonl.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <random>
#include <string>
#include <vector>

#include "memory_file.h"
#include "output/export/filter.h"
#include "output/proto_mapping.h"
#include "sample_results.h"

namespace danesweep::output {
namespace {

using namespace test;
using Json = nlohmann::json;

/// As printed in DESIGN.
constexpr const char* kDesignSample = R"({"index":0,"domain":"example.org","recipients":3,
     "opportunistic":"DANE_SUCCESS","mandatory":"DANE_SUCCESS","rfc7672":"VERIFIED","reason":"ok","degraded":false,
     "effective_mode":"OPPORTUNISTIC","effective":"DANE_SUCCESS","effective_reason":"ok",
     "row_opportunistic":"O-1","row_mandatory":"M-1","warnings":[],
     "mx":{"status":"SECURE","answer":"DATA","reason":""},
     "hosts":[{"name":"mx1.example.org","preference":10,"address_status":"SECURE","tlsa_status":"SECURE",
               "tlsa_base":"mx1.example.org","tlsa_records":["3 1 1 0c72..."],"tlsa_count":1,"certificate":"SUCCESS","reason":"ok",
               "address_reason":"","tlsa_reason":"","warnings":[],
               "opportunistic":"DANE_SUCCESS","mandatory":"DANE_SUCCESS","row_opportunistic":"O-1","row_mandatory":"M-1",
               "probes":[{"address":"192.0.2.1","outcome":"ok","protocol":"TLSv1.3","cipher":"TLS_AES_256_GCM_SHA384",
                          "certificate":"SUCCESS","matched":"3 1 1 0c72...","warnings":[]}]}]})";

/// Every value that is expected is there with its type; more may be there.
void expect_within(const Json& expected, const Json& found, const std::string& where) {
  ASSERT_EQ(expected.type_name(), std::string(found.type_name())) << where;
  if (expected.is_object()) {
    for (const auto& [name, value] : expected.items()) {
      ASSERT_TRUE(found.contains(name)) << where << '.' << name;
      expect_within(value, found[name], where + '.' + name);
    }
  } else if (expected.is_array()) {
    ASSERT_EQ(expected.size(), found.size()) << where;
    for (std::size_t i = 0; i < expected.size(); ++i) expect_within(expected[i], found[i], where + "[]");
  } else {
    EXPECT_EQ(expected, found) << where;
  }
}

std::string utf8(std::uint32_t point) {
  const auto octet = [](std::uint32_t value) { return static_cast<char>(value); };
  const auto tail = [&](unsigned shift) { return octet(0x80 | ((point >> shift) & 0x3FU)); };
  if (point < 0x80) return {octet(point)};
  if (point < 0x800) return {octet(0xC0 | (point >> 6U)), tail(0)};
  if (point < 0x10000) return {octet(0xE0 | (point >> 12U)), tail(6), tail(0)};
  return {octet(0xF0 | (point >> 18U)), tail(12), tail(6), tail(0)};
}

TEST(Jsonl, TheRecordOfDesignHasTheseNamesTypesAndValues) {
  expect_within(Json::parse(kDesignSample), Json::parse(json_line(design_sample())), "record");
}

/// The hand-written printer against protobuf's own.
TEST(Jsonl, EqualsTheProtoJsonMappingByteForByte) {
  EXPECT_EQ(json_line(full_result()), to_json(full_result()));
  EXPECT_EQ(json_line(design_sample()), to_json(design_sample()));
  Result bare;
  bare.hosts.emplace_back();
  bare.hosts.front().probes.emplace_back();
  EXPECT_EQ(json_line(bare), to_json(bare));
}

TEST(Jsonl, EscapesEveryTextAsTheProtoJsonMappingDoes) {
  std::mt19937 random(7);  // seed 7
  for (int round = 0; round < 300; ++round) {
    Result result = design_sample();
    std::string& text = result.hosts.front().probes.front().detail;
    for (int i = 0; i < 12; ++i) text += static_cast<char>(random() % 256);
    ASSERT_EQ(json_line(result), to_json(result)) << "round " << round;
  }
  for (std::uint32_t first = 0; first < 0x110000; first += first < 0x3000 ? 0x100 : 0x3100) {
    Result result = design_sample();
    for (std::uint32_t point = first; point < first + 0x100; ++point) {
      if (point < 0xD800 || point >= 0xE000) result.domain += utf8(point);
    }
    ASSERT_EQ(json_line(result), to_json(result)) << "from code point " << first;
  }
}

TEST(Jsonl, ARecordIsOneLine) { EXPECT_EQ(json_line(full_result()).find('\n'), std::string::npos); }

TEST(Jsonl, WhatIsAbsentIsNotWritten) {
  const Json record = Json::parse(json_line(decided(early("example.org", "smtp-route"))));
  EXPECT_FALSE(record.contains("rfc7672"));  // T-75: nothing can be said
  EXPECT_FALSE(record.contains("failover"));
  EXPECT_FALSE(record.contains("confirm"));
  EXPECT_FALSE(record.contains("without_entry"));
  EXPECT_FALSE(record.contains("gateway_log"));
  EXPECT_EQ(record["hosts"], Json::array());
  EXPECT_EQ(record["mx"]["status"], "NOT_QUERIED");
  EXPECT_EQ(record["mx"]["answer"], "NONE");
  EXPECT_EQ(record["effective"], "DANE_FAIL");
}

TEST(Jsonl, UnsetIsNeverWritten) {
  EXPECT_EQ(json_line(Result{}).find("UNSET"), std::string::npos);
  Result bare;
  bare.hosts.emplace_back();
  bare.hosts.front().probes.emplace_back();
  EXPECT_EQ(json_line(bare).find("UNSET"), std::string::npos);
}

TEST(Jsonl, CountsAreNumbers) {
  const Json record = Json::parse(json_line(full_result()));
  EXPECT_EQ(record["index"], 4294967295U);
  EXPECT_EQ(record["recipients"], 4000000000U);
  EXPECT_EQ(record["gateway_log"], Json::parse(R"({"delivered":7,"failed":1})"));
  EXPECT_EQ(record["confirm"], Json::parse(R"({"asked":3,"same":2})"));
  EXPECT_EQ(record["failover"],
            Json::parse(R"({"opportunistic":"DANE_FAIL","mandatory":"DANE_FAIL","reason":"mx-bogus"})"));
  EXPECT_EQ(record["hosts"][0]["tlsa_count"], 1800);
}

std::string written(const std::vector<Result>& results) { return file_of(sample_header(), results, sample_trailer()); }

std::vector<std::string> exported(const std::vector<std::string>& where) {
  Result failing = decided(domain("fails.example", Status::Secure, {bad_host("mx.fails.example")}));
  Result plain = decided(domain("plain.example", Status::Insecure, {plain_host("mx.plain.example")}));
  plain.index = 1;
  auto reader = Reader::open(memory_source(written({failing, plain, design_sample()})), "out.pb");
  EXPECT_TRUE(reader);
  std::vector<Condition> conditions;
  for (const std::string& text : where) {
    const auto condition = parse_condition(text);
    EXPECT_TRUE(condition) << condition.error();
    conditions.push_back(*condition);
  }
  std::string lines;
  MemorySink sink(lines);
  EXPECT_TRUE(export_jsonl(*reader, conditions, sink));
  std::vector<std::string> domains;
  for (std::size_t at = 0; at < lines.size();) {
    const std::size_t end = lines.find('\n', at);
    domains.push_back(Json::parse(lines.substr(at, end - at))["domain"]);
    at = end + 1;
  }
  return domains;
}

TEST(Where, NoConditionLetsEverythingThrough) { EXPECT_EQ(exported({}).size(), 3U); }

TEST(Where, FieldsOfTheRecordTheHostAndTheProbe) {
  using Names = std::vector<std::string>;
  EXPECT_EQ(exported({"effective=DANE_FAIL"}), Names{"fails.example"});
  EXPECT_EQ(exported({"effective=DANE_FAIL,FALLBACK"}), (Names{"fails.example", "plain.example"}));
  EXPECT_EQ(exported({"effective=dane_fail"}), Names{"fails.example"});
  EXPECT_EQ(exported({"mx.status=SECURE", "opportunistic=DANE_SUCCESS"}), Names{"example.org"});
  EXPECT_EQ(exported({"host.tlsa_status=NXDOMAIN"}), Names{"plain.example"});
  EXPECT_EQ(exported({"probe.outcome=tlsa-mismatch,ok"}), (Names{"fails.example", "example.org"}));
  EXPECT_EQ(exported({"degraded=false", "reason=ok"}), Names{"example.org"});
  EXPECT_EQ(exported({"recipients=3"}), Names{"example.org"});
  EXPECT_EQ(exported({"probe.outcome="}), Names{"plain.example"});  // no probe at all
}

TEST(Where, EveryNameOfTheRecordCanBeAskedFor) {
  const auto fields = filter_fields();
  const auto knows = [&](const std::string& name) {
    return std::find(fields.begin(), fields.end(), name) != fields.end();
  };
  const Json sample = Json::parse(kDesignSample);
  for (const auto& [name, value] : sample.items()) {
    if (value.is_object() || name == "hosts") continue;
    EXPECT_TRUE(knows(name)) << name;
  }
  for (const auto& [name, value] : sample["hosts"][0].items()) {
    if (name == "probes") continue;
    EXPECT_TRUE(knows("host." + name)) << name;
  }
  for (const auto& [name, value] : sample["hosts"][0]["probes"][0].items()) EXPECT_TRUE(knows("probe." + name)) << name;
}

TEST(Where, ErrorsSayWhatWasExpected) {
  EXPECT_NE(parse_condition("colour=red").error().find("known are: index domain"), std::string::npos);
  EXPECT_NE(parse_condition("effective").error().find("FIELD=VALUE"), std::string::npos);
}

TEST(Meta, HeaderAndTrailerAsOneObject) {
  const auto reader = Reader::open(memory_source(written({design_sample()})), "out.pb");
  ASSERT_TRUE(reader);
  const Json meta = Json::parse(meta_json(*reader));
  EXPECT_EQ(meta["header"]["version"], "0.1.0");
  EXPECT_EQ(meta["header"]["start_time"], "2026-02-03T02:14:07Z");
  EXPECT_EQ(meta["header"]["default_mode"], "MANDATORY");
  EXPECT_EQ(meta["header"]["options"]["resolver"], (Json{"198.51.100.53:53", "198.51.100.54:53"}));
  EXPECT_EQ(meta["header"]["resolvers"][0]["canary"], "fit");
  EXPECT_EQ(meta["trailer"]["read"], 10412);
  EXPECT_EQ(meta["trailer"]["checked"], 9800);
  EXPECT_EQ(meta["trailer"]["skipped_kinds"]["comment"], 100);
}

}  // namespace
}  // namespace danesweep::output
