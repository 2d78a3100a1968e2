// SPDX-License-Identifier: Apache-2.0
// The table of keys and DS that a trace shows (D-62, D-126): each row of a test says what was published for one zone
// and what the table must say of each record, keys by name instead of tag.
#include "dnssec/key_table.h"

#include <algorithm>
#include <map>
#include <regex>

#include "tests/unit/dnssec/asker.h"

namespace danesweep::dnssec {
namespace {

using support::KeyUse;
using support::SigningKey;

const SigningKey kKsk(13, 0, 257), kZsk(13, 1), kNextKsk(13, 2, 257), kOtherKsk(13, 3, 257);
const SigningKey kSmall(8, support::kRsa512);
const SigningKey kRevoked = kOtherKsk.with_flags(257 | 128), kNoZoneKey = kOtherKsk.with_flags(1);

std::string with_names(std::string text) {
  const std::pair<const SigningKey*, const char*> names[] = {
      {&kKsk, "ksk"},         {&kZsk, "zsk"},        {&kNextKsk, "next"}, {&kOtherKsk, "other"},
      {&kRevoked, "revoked"}, {&kNoZoneKey, "host"}, {&kSmall, "small"}};
  for (const auto& [key, called] : names)
    text = std::regex_replace(text, std::regex("\\b" + std::to_string(key->tag()) + "\\b"), called);
  return text;
}

/// "DNSKEY zsk: signs www.example. A", for each row of that zone, in a fixed order.
std::vector<std::string> shown(const Verdict& verdict, const wire::DomainName& zone) {
  std::vector<std::string> lines;
  for (const KeyRow& row : verdict.keys)
    if (row.zone == zone) lines.push_back(with_names(row.record + ' ' + std::to_string(row.tag) + ": " + row.state));
  std::ranges::sort(lines);
  return lines;
}

struct TableRow {
  const char* title;
  std::vector<std::pair<SigningKey, KeyUse>> keys;
  std::vector<std::pair<SigningKey, int>> ds;  ///< with digest type
  std::vector<std::string> expected;
  std::function<void(Record&)> change_ds = {};
};

const TableRow kTable[] = {
    {"a key that signs keys and one for data",
     {{kKsk, KeyUse::SignsKeys}, {kZsk, KeyUse::SignsData}},
     {{kKsk, 2}},
     {"DNSKEY ksk: named by DS, signs the key set", "DNSKEY zsk: signs www.example A", "DS ksk: names key ksk"}},
    {"the next key stands by, with its DS",
     {{kKsk, KeyUse::SignsKeys}, {kZsk, KeyUse::SignsData}, {kNextKsk, KeyUse::PublishedOnly}},
     {{kKsk, 2}, {kNextKsk, 2}},
     {"DNSKEY ksk: named by DS, signs the key set", "DNSKEY next: named by DS", "DNSKEY zsk: signs www.example A",
      "DS ksk: names key ksk", "DS next: names key next"}},
    {"a DS that was left behind",
     {{kKsk, KeyUse::SignsKeys}, {kZsk, KeyUse::SignsData}},
     {{kKsk, 2}, {kOtherKsk, 2}},
     {"DNSKEY ksk: named by DS, signs the key set", "DNSKEY zsk: signs www.example A", "DS ksk: names key ksk",
      "DS other: no key has this tag and algorithm"}},
    {"only a DS of a key that went: bogus",
     {{kKsk, KeyUse::SignsKeys}, {kZsk, KeyUse::SignsData}},
     {{kOtherKsk, 2}},
     {"DNSKEY ksk: not proven", "DNSKEY zsk: not proven", "DS other: no key has this tag and algorithm"}},
    {"the digest is of another key: bogus",
     {{kKsk, KeyUse::SignsAll}},
     {{kKsk, 2}},
     {"DNSKEY ksk: not proven", "DS ksk: differs from the digest of key ksk"},
     [](Record& ds) { ds.rdata.back() ^= 1; }},
    {"SHA-1 beside SHA-256",
     {{kKsk, KeyUse::SignsAll}},
     {{kKsk, 1}, {kKsk, 2}},
     {"DNSKEY ksk: named by DS, signs the key set, signs www.example A", "DS ksk: names key ksk",
      "DS ksk: passed over: a better digest is there"}},
    {"SHA-1 alone counts",
     {{kKsk, KeyUse::SignsAll}},
     {{kKsk, 1}},
     {"DNSKEY ksk: named by DS, signs the key set, signs www.example A", "DS ksk: names key ksk"}},
    {"an unknown digest type alone: insecure, keys never asked",
     {{kKsk, KeyUse::SignsAll}},
     {{kKsk, 2}},
     {"DS ksk: digest type not supported"},
     [](Record& ds) { ds.rdata[3] = 99; }},
    {"an unknown algorithm alone: insecure, keys never asked",
     {{kKsk, KeyUse::SignsAll}},
     {{kKsk, 2}},
     {"DS ksk: algorithm not supported"},
     [](Record& ds) { ds.rdata[2] = 200; }},
    {"a revoked key and one that is no zone key",
     {{kKsk, KeyUse::SignsAll}, {kRevoked, KeyUse::PublishedOnly}, {kNoZoneKey, KeyUse::PublishedOnly}},
     {{kKsk, 2}},
     {"DNSKEY host: no zone key", "DNSKEY ksk: named by DS, signs the key set, signs www.example A",
      "DNSKEY revoked: revoked", "DS ksk: names key ksk"}},
    {"a key of 512 bits",
     {{kKsk, KeyUse::SignsAll}, {kSmall, KeyUse::PublishedOnly}},
     {{kKsk, 2}},
     {"DNSKEY ksk: named by DS, signs the key set, signs www.example A", "DNSKEY small: size not supported",
      "DS ksk: names key ksk"}},
};

TEST(KeyTable, SaysWhatEachRecordWasGoodFor) {
  for (const TableRow& row : kTable) {
    World world;
    auto& zone = world.zone("example.").add("www A 192.0.2.1");
    for (const auto& [key, use] : row.keys) zone.key(key, use);
    auto& root = world.zone(".").add("example NS ns.nic.invalid.");
    root.before_signing([&](Records& records) {
      for (const auto& [key, digest] : row.ds) {
        Record ds{zone.apex(), 3600, RrType::Ds, key.ds_rdata(zone.apex(), digest)};
        if (row.change_ds) row.change_ds(ds);
        records.push_back(std::move(ds));
      }
    });
    const Verdict verdict = Asker(std::move(world)).detail(Detail::Trace).ask("www.example. A");
    EXPECT_EQ(shown(verdict, name("example.")), row.expected) << row.title;
  }
}

TEST(KeyTable, BeginsWithTheAnchorsAndGoesDown) {
  const Verdict verdict = Asker(honest_world()).detail(Detail::Trace).ask("www.signed.example. A");
  std::vector<std::string> zones;
  for (const KeyRow& row : verdict.keys)
    if (zones.empty() || zones.back() != row.zone.to_text()) zones.push_back(row.zone.to_text());
  EXPECT_EQ(zones, (std::vector<std::string>{".", "example.", "signed.example."}));
  EXPECT_EQ(verdict.keys.front().record, "anchor");
  EXPECT_TRUE(verdict.keys.front().state.starts_with("names key "));
}

TEST(KeyTable, SaysWhatAProofWasSignedBy) {
  const std::pair<const char*, const char*> rows[] = {
      {"nothing.example. A", "signs the denial of nothing.example A"},
      {"www.insecure.example. A", "signs the proof of the cut at insecure.example"}};
  for (const auto& row : rows) {
    const char* const asked = row.first;
    const char* const state = row.second;
    const Verdict verdict = Asker(honest_world()).detail(Detail::Trace).ask(asked);
    EXPECT_TRUE(std::ranges::any_of(verdict.keys, [&](const KeyRow& key) {
      return key.zone == name("example.") && key.record == "DNSKEY" && key.state.find(state) != std::string::npos;
    })) << asked;
  }
}

TEST(KeyTable, CallsNoRecordSignedWhoseSignatureDoesNotHold) {
  World world = honest_world();
  world.edit("www.example.", RrType::A, spoil_signatures(RrType::A));
  const Verdict verdict = Asker(std::move(world)).detail(Detail::Trace).ask("www.example. A");
  ASSERT_FALSE(verdict.keys.empty());
  for (const KeyRow& row : verdict.keys) EXPECT_EQ(row.state.find("signs www.example A"), std::string::npos);
}

TEST(KeyTable, KnowsAnchorsInTheFormOfKeys) {
  World world;
  auto& root = world.zone(".").add("www A 192.0.2.1").key(kKsk, KeyUse::SignsAll);
  std::vector<TrustAnchor> anchors;
  for (const SigningKey& key : {kKsk, kNextKsk})
    anchors.push_back({root.apex(), AnchorForm::Dnskey, key.dnskey_rdata()});
  const Verdict verdict = Asker(std::move(world)).anchors(anchors).detail(Detail::Trace).ask("www. A");
  EXPECT_EQ(shown(verdict, name(".")),
            (std::vector<std::string>{"DNSKEY ksk: named by anchor, signs the key set, signs www A",
                                      "anchor ksk: is key ksk", "anchor next: not in the key set"}));
}

TEST(KeyTable, IsEmptyUnlessAskedFor) { EXPECT_TRUE(Asker(honest_world()).ask("www.example. A").keys.empty()); }

TEST(KeyTable, PrintsColumns) {
  const KeyRow rows[] = {{name("."), "anchor", 20326, 8, "SHA-256 AB", "names key 20326"},
                         {name("example."), "DNSKEY", 7, 13, "flags 256, 256 bits", "signs example. MX"}};
  EXPECT_EQ(to_lines(rows), (std::vector<std::string>{
                                "zone     record  tag    algorithm           digest or key        state",
                                ".        anchor  20326  8 RSASHA256         SHA-256 AB           names key 20326",
                                "example  DNSKEY  7      13 ECDSAP256SHA256  flags 256, 256 bits  signs example. MX"}));
  EXPECT_TRUE(to_lines({}).empty());
}

}  // namespace
}  // namespace danesweep::dnssec
