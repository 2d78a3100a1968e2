// SPDX-License-Identifier: Apache-2.0
// What a look-up may cost, and what look-ups share: D-98 to D-112.
#include <algorithm>

#include "dnssec/exchanges.h"
#include "dnssec/lookup.h"
#include "tests/unit/dnssec/asker.h"

namespace danesweep::dnssec {
namespace {

using enum Security;
using support::KeyUse;
using support::record;
using support::sign;
using support::SigningKey;

constexpr const char* kAsked = "www.example. A";

void expect_work_limit(Asker& asker, std::string_view asked, Limit limit) {
  const Verdict verdict = asker.ask(asked);
  EXPECT_EQ(verdict.security, Indeterminate) << asked;
  EXPECT_EQ(code(verdict.reason), "work-limit") << asked;
  EXPECT_EQ(verdict.facts.text, to_text(limit)) << asked;
  EXPECT_EQ(verdict.ttl, 0U);  // D-105: never cached
}

/// So many wrong signatures over the answer, each as if by the zone's key.
World::Edit junk_signatures(std::size_t count, bool keep_good) {
  return [=](Reply& reply) {
    const Record data = reply.answer.front();
    Records signatures(reply.answer.begin() + 1, reply.answer.end());
    reply.answer = {data};
    for (std::size_t i = 0; i < count; ++i) {
      support::SignatureFields fields;
      fields.expiration = support::kNow + 1000 + static_cast<std::int64_t>(i);
      Record junk = sign({data}, name("example."), SigningKey(13, 1), fields);
      junk.rdata.back() ^= 1;
      reply.answer.push_back(junk);
    }
    if (keep_good) reply.answer.insert(reply.answer.end(), signatures.begin(), signatures.end());
  };
}

TEST(Budget, D98_FailedChecks) {
  World world = honest_world();
  world.edit("www.example.", RrType::A, junk_signatures(12, false));
  Asker asker(world);
  expect_work_limit(asker, kAsked, Limit::FailedChecks);
}

// D-98: a lookup stays within 20 times the cost of an ordinary one, and its neighbour keeps its status (D-105).
TEST(Budget, D105_WorkLimitMarksNobodyElse) {
  World world = honest_world();
  world.edit("www.example.", RrType::A, junk_signatures(12, false));
  Asker asker(world);
  expect_work_limit(asker, kAsked, Limit::FailedChecks);
  EXPECT_EQ(asker.ask("zz.example. A").security, Secure);
  EXPECT_EQ(asker.ask("www.signed.example. A").security, Secure);
}

TEST(Budget, D99_AllChecks) {
  Asker checks(honest_world());
  checks.policy().max_checks = 4;
  expect_work_limit(checks, "www.signed.example. A", Limit::Checks);
  Asker units(honest_world());
  units.policy().max_units = 12;
  expect_work_limit(units, "www.signed.example. A", Limit::Units);
}

TEST(Budget, D99_ChecksPerMessage) {
  World world = honest_world();
  Asker asker(world);
  asker.policy().max_checks_per_message = 2;
  expect_work_limit(asker, "nothing.example. A", Limit::ChecksPerMessage);
}

TEST(Budget, D100_Sha1Blocks) {
  World world = honest_world();
  world.zone("three.").nsec3({.iterations = 150});
  std::string deep;
  for (int i = 0; i < 100; ++i) deep += "a.";
  Asker asker(world);
  expect_work_limit(asker, deep + "three. A", Limit::Sha1Blocks);
}

// D-100: each name is hashed once, however often the machine is stepped: four labels, the apex and its wildcard.
TEST(Budget, D100_HashesAreNotPaidTwice) {
  World world = honest_world();
  world.zone("three.").nsec3({.iterations = 150});
  constexpr std::uint32_t kNames = 6, kBlocksEach = 151;
  Asker enough(world);
  enough.policy().units_per_step = 1;
  enough.policy().max_sha1_blocks = kNames * kBlocksEach;
  EXPECT_EQ(enough.ask("a.b.c.d.three. A").security, Secure);
  Asker one_short(world);
  one_short.policy().max_sha1_blocks = kNames * kBlocksEach - 1;
  expect_work_limit(one_short, "a.b.c.d.three. A", Limit::Sha1Blocks);
}

// D-100, RFC 5155 5: a hash is that of the lower-case name, under the parameters that were asked for.
TEST(Hashes, D100_AreKeptByNameAndParameters) {
  const TrustAnchors anchors;
  const Policy policy;
  Crypto crypto(policy);
  const auto caches = make_plain_caches();
  const Environment environment{&anchors, &policy, &crypto, caches.get()};
  const std::vector<std::uint8_t> salt{0xAB}, other_salt{0xCD};
  const auto asked = question("www.example. A");
  Lookup lookup(asked, support::kNow, environment, Detail::Plain);
  const auto hash = lookup.nsec3_hash(asked.name, {salt, 1});
  EXPECT_EQ(lookup.nsec3_hash(asked.name, {salt, 1}), hash);
  EXPECT_NE(lookup.nsec3_hash(asked.name, {other_salt, 1}), hash);
  EXPECT_NE(lookup.nsec3_hash(asked.name, {salt, 2}), hash);
  EXPECT_NE(lookup.nsec3_hash(name("zz.example."), {salt, 1}), hash);
  Lookup another(asked, support::kNow, environment, Detail::Plain);
  EXPECT_EQ(another.nsec3_hash(name("WWW.exAMPle."), {salt, 1}), hash);
}

TEST(Budget, D101_PaddedDenials) {
  World world = honest_world();
  for (const char* zone : {"example.", "three."}) {
    const RrType type = zone[0] == 'e' ? RrType::Nsec : RrType::Nsec3;
    for (int i = 0; i < 12; ++i) world.zone(zone).add("n" + std::to_string(i) + " A 192.0.2.1");
    Records all;
    for (const Record& each : world.zone(zone).records())
      if (each.type == type || (each.type == RrType::Rrsig && each.rdata[1] == static_cast<std::uint8_t>(type)))
        all.push_back(each);
    world.edit(std::string("nothing.") + zone, RrType::A, support::World::Edit(add_authority(all)));
  }
  Asker asker(world);
  expect_work_limit(asker, "nothing.example. A", Limit::NsecRecords);
  expect_work_limit(asker, "nothing.three. A", Limit::Nsec3Records);
}

// D-101: wherever denials are looked at, one record over the limit is too many.
TEST(Budget, D101_OneRecordTooMany) {
  struct {
    const char* asked;
    std::uint32_t needed;
    Limit limit;
  } const rows[] = {{"nothing.example. A", 2, Limit::NsecRecords},
                    {"x.wild.example. A", 1, Limit::NsecRecords},
                    {"a.b.three. A", 2, Limit::Nsec3Records},
                    {"x.wild.three. A", 1, Limit::Nsec3Records}};
  for (const auto& row : rows) {
    Asker enough(honest_world()), one_short(honest_world());
    enough.policy().max_nsec_records = enough.policy().max_nsec3_records = row.needed;
    EXPECT_EQ(enough.ask(row.asked).security, Secure) << row.asked;
    one_short.policy().max_nsec_records = one_short.policy().max_nsec3_records = row.needed - 1;
    expect_work_limit(one_short, row.asked, row.limit);
  }
}

TEST(Budget, D101_ManyRecordsAtOneHash) {
  World world = honest_world();
  world.edit("www.three.", RrType::Txt, [](Reply& reply) {
    Record twin = *std::ranges::find(reply.authority, RrType::Nsec3, &Record::type);
    for (int i = 0; i < 10; ++i) {
      ++twin.rdata[6];  // next hash
      reply.authority.push_back(twin);
    }
  });
  Asker asker(world);
  expect_work_limit(asker, "www.three. TXT", Limit::Nsec3Records);
}

// D-54, D-101: a padded answer shows no cut, so that its DS is asked for.
TEST(Budget, D101_PaddedAnswersShowNoCut) {
  World world = honest_world();
  world.edit("www.insecure.example.", RrType::A, [&world](Reply& reply) {
    for (const char* owner : {"insecure.example.", "zz.example."})
      for (const Record& each : world.zone("example.").covering_or_matching_nsec(name(owner)))
        reply.authority.push_back(each);
  });
  for (const std::uint32_t limit : {2U, 1U}) {
    Asker asker(world);
    asker.policy().max_nsec_records = limit;
    EXPECT_EQ(asker.ask("www.insecure.example. A").security, Insecure);
    EXPECT_EQ(std::ranges::count(asker.asked(), "insecure.example. DS"), limit == 2 ? 0 : 1);
  }
}

TEST(Budget, D103_KeysInASet) {
  World world = honest_world();
  world.edit("signed.example.", RrType::Dnskey, [](Reply& reply) {
    Record key = reply.answer.front();
    for (int i = 0; i < 130; ++i) {
      key.rdata[10] = static_cast<std::uint8_t>(i);
      key.rdata[11] ^= 1;
      reply.answer.push_back(key);
    }
  });
  Asker asker(world);
  expect_work_limit(asker, "www.signed.example. A", Limit::Keys);
}

TEST(Budget, D104_Questions) {
  Asker asker(honest_world());
  asker.policy().max_questions = 3;
  expect_work_limit(asker, "www.signed.example. A", Limit::Questions);
  EXPECT_LE(asker.asked().size(), 3U);
}

TEST(Budget, D104_RoundTrips) {
  Asker asker(honest_world());
  asker.policy().max_round_trips = 2;
  expect_work_limit(asker, "www.signed.example. A", Limit::RoundTrips);
}

TEST(Budget, D104_LabelSteps) {
  World world = honest_world();
  std::string deep;
  for (int i = 0; i < 20; ++i) deep += "l" + std::to_string(i) + ".";
  world.zone("example.").add(deep + "example. A 192.0.2.1");
  world.edit(deep + "example.", RrType::A, without_all_signatures());
  Asker asker(world);
  expect_work_limit(asker, deep + "example. A", Limit::LabelSteps);
}

// D-104: a ladder of aliases through fresh cuts ends by some limit, not by the attacker.
TEST(Budget, D104_AliasesThroughCuts) {
  World world;
  auto& root = world.zone(".");
  for (int i = 0; i < 14; ++i) {
    const std::string next = "a.z" + std::to_string(i + 1) + ".";
    auto& zone = world.zone("z" + std::to_string(i) + ".").add("a CNAME " + next);
    root.delegate(zone);
    world.edit("a.z" + std::to_string(i) + ".", RrType::A, [](Reply& reply) {
      reply.rcode = wire::Rcode::NoError;
      reply.authority.clear();
      reply.answer.resize(2);  // each resolver answer ends at the first alias
    });
  }
  Asker asker(world);
  const Verdict verdict = asker.ask("a.z0. A");
  EXPECT_EQ(verdict.security, Indeterminate);
  EXPECT_EQ(code(verdict.reason), "work-limit");
  EXPECT_LE(asker.asked().size(), 40U);
  EXPECT_LE(asker.round_trips(), 24U);
}

// D-106, D-60: no question is asked twice within a look-up.
TEST(Questions, D106_AreAskedOnce) {
  Asker asker(honest_world());
  for (const char* text : {"www.signed.example. A", "nothing.opt. A", "www.insecure.three. A", "loop1.example. A"}) {
    asker.ask(text);
    auto asked = asker.asked();
    std::ranges::sort(asked);
    EXPECT_EQ(std::ranges::adjacent_find(asked), asked.end()) << text;
  }
}

// D-107: keys die with the first of their TTLs; a fresh walk then says the same.
TEST(Caches, D107_ZoneKeysExpire) {
  Asker asker(honest_world());
  asker.ask("www.signed.example. A");
  EXPECT_TRUE(asker.caches().find_zone(name("signed.example."), support::kNow));
  EXPECT_TRUE(asker.caches().find_zone(name("SIGNED.example."), support::kNow + 3599));
  EXPECT_FALSE(asker.caches().find_zone(name("signed.example."), support::kNow + 3600));
  EXPECT_EQ(asker.at(support::kNow + 3600).ask("www.signed.example. A").security, Secure);
  EXPECT_EQ(asker.asked().size(), 6U);
}

// D-108
TEST(Caches, D108_CutsAndSpansExpire) {
  Asker asker(honest_world());
  asker.ask("www.insecure.example. A");
  EXPECT_TRUE(asker.caches().find_cut(name("insecure.example."), support::kNow));
  EXPECT_FALSE(asker.caches().find_cut(name("insecure.example."), support::kNow + 3600));
  asker.ask("www.insecure.opt. A");
  EXPECT_TRUE(asker.caches().span_parameters(name("opt."), support::kNow));
}

// D-15, D-108: a cut is kept no longer than any other denial.
TEST(Caches, D108_CutsAreCappedAsDenialsAre) {
  World world = honest_world();
  world.zone("example.").before_signing([](Records& records) {
    for (Record& record : records)
      if (record.type == RrType::Ds) record.rdata[2] = 200;  // an algorithm that nobody knows ends security too
  });
  Asker asker(world);
  asker.policy().max_negative_ttl = 100;
  for (const char* asked : {"www.insecure.example. A", "www.insecure.opt. A", "www.signed.example. A"})
    asker.ask(asked);
  for (const char* cut : {"insecure.example.", "insecure.opt.", "signed.example."}) {
    EXPECT_TRUE(asker.caches().find_cut(name(cut), support::kNow + 99)) << cut;
    EXPECT_FALSE(asker.caches().find_cut(name(cut), support::kNow + 100)) << cut;
  }
}

// D-109: the first cause is kept, for a minute, after another resolver was asked.
TEST(Caches, D109_FaultsKeepTheirCause) {
  World world = honest_world();
  world.edit("signed.example.", RrType::Dnskey, spoil_signatures(RrType::Dnskey));
  Asker asker(world);
  asker.detail(Detail::Trace);
  const Verdict first = asker.ask("www.signed.example. A");
  EXPECT_EQ(code(first.reason), "signature-wrong");
  const Verdict second = asker.at(support::kNow + 30).ask("www.signed.example. A");
  EXPECT_EQ(second.reason, first.reason);
  EXPECT_EQ(asker.asked(), std::vector<std::string>{"www.signed.example. A"});
  const auto says_cached = [](const std::string& line) {
    return line.find("cached, seen 30 s ago") != std::string::npos;
  };
  EXPECT_TRUE(std::ranges::any_of(second.trace, says_cached));
  asker.at(support::kNow + 60).ask("www.signed.example. A");
  EXPECT_GT(asker.asked().size(), 1U);
}

// D-59, D-109: a resolver that left something out is asked again at once.
TEST(Caches, D109_WhatWasLeftOutIsNotKept) {
  struct {
    const char* zone;
    RrType type;
    World::Edit edit;
    const char* reason;
  } const rows[] = {{"signed.example.", RrType::Ds, without_all_signatures(), "ds-denial-missing"},
                    {"signed.example.", RrType::Dnskey, without(RrType::Dnskey), "dnskey-missing"},
                    {".", RrType::Dnskey, without_all_signatures(), "resolver-strips-dnssec"}};
  for (const auto& row : rows) {
    bool leaves_out = true;
    World world = honest_world();
    world.edit(row.zone, row.type, [&](Reply& reply) {
      if (leaves_out) row.edit(reply);
    });
    Asker asker(world);
    EXPECT_EQ(code(asker.ask("www.signed.example. A").reason), row.reason);
    leaves_out = false;
    EXPECT_EQ(asker.ask("www.signed.example. A").security, Secure) << row.reason;
  }
}

// D-110: a signature that held is not computed again, its dates are looked at again.
TEST(Caches, D110_MemoOfGoodSignatures) {
  Asker asker(honest_world());
  asker.ask(kAsked);
  asker.policy().max_checks = 0;  // any real check would be over the limit
  EXPECT_EQ(asker.ask(kAsked).security, Secure);
  asker.policy().max_checks = 48;
  EXPECT_EQ(code(asker.at(support::kNow + 31 * support::kDay).ask(kAsked).reason), "signature-expired");
}

// D-111: the time is an argument, and nothing else tells the machine what time it is.
TEST(Time, D111_IsPassedIn) {
  EXPECT_EQ(Asker(honest_world()).at(support::kNow + 30 * support::kDay).ask(kAsked).security, Secure);
  EXPECT_EQ(code(Asker(honest_world()).at(support::kNow + 30 * support::kDay + 1).ask(kAsked).reason),
            "signature-expired");
  EXPECT_EQ(code(Asker(honest_world()).at(support::kNow - 2 * support::kDay).ask(kAsked).reason),
            "signature-not-yet-valid");
}

// D-112: small slices of work give the same verdict in more steps.
TEST(Slices, D112_DoNotChangeTheVerdict) {
  for (const char* text : {"www.signed.example. A", "nothing.example. A", "nothing.three. A", "x.wild.opt. A",
                           "www.insecure.three. A", "alias.example. A"}) {
    Asker whole(honest_world());
    Asker sliced(honest_world());
    sliced.policy().units_per_step = 1;
    const Verdict expected = whole.ask(text);
    const Verdict verdict = sliced.ask(text);
    EXPECT_EQ(verdict.security, expected.security) << text;
    EXPECT_EQ(verdict.reason, expected.reason) << text;
    EXPECT_EQ(verdict.answer, expected.answer) << text;
    EXPECT_GE(sliced.steps(), whole.steps()) << text;
  }
}

// D-112: also between the signatures of one RRset.
TEST(Slices, D112_CutBetweenSignaturesOfOneRrset) {
  constexpr std::size_t kWrong = 6;
  World world = honest_world();
  world.edit("www.example.", RrType::A, junk_signatures(kWrong, false));
  Asker whole(world), sliced(world);
  sliced.policy().units_per_step = 1;
  const Verdict expected = whole.ask(kAsked);
  const Verdict verdict = sliced.ask(kAsked);
  EXPECT_EQ(code(expected.reason), "signature-wrong");
  EXPECT_EQ(verdict.reason, expected.reason);
  EXPECT_GE(sliced.steps(), whole.steps() + kWrong - 1);
}

// D-4: a response that does not answer the question counts for nothing.
TEST(Responses, D4_OfAnotherQuestionAreNoReply) {
  World world = honest_world();
  const Policy policy;
  WorkBudget budget(policy);
  Exchanges exchanges(budget);
  const Exchange& exchange = exchanges.ask(question("www.example. A"));
  exchanges.give({question("zz.example. A"), {}}, {world.message(question("zz.example. A")), 0});
  EXPECT_TRUE(exchange.is_waiting());
  exchanges.give({question("www.example. A"), {}}, {world.message(question("zz.example. A")), 0});
  EXPECT_EQ(exchange.state, Exchange::State::Missing);
  EXPECT_EQ(code(exchange.missing.reason), "malformed-response");
}

// D-4: nor does what is there of a truncated one.
TEST(Responses, D4_ThatAreTruncatedAreNoReply) {
  const auto asked = question("www.example. A");
  auto octets = honest_world().reply(asked).octets();
  octets[2] |= 0x02;  // TC
  const auto message = wire::Message::parse(octets);
  ASSERT_TRUE(message);
  const Policy policy;
  WorkBudget budget(policy);
  Exchanges exchanges(budget);
  const Exchange& exchange = exchanges.ask(asked);
  exchanges.give({asked, {}}, {wire::MessagePtr(*message), 0});
  EXPECT_EQ(exchange.state, Exchange::State::Missing);
  EXPECT_EQ(code(exchange.missing.reason), "malformed-response");
}

// D-103, D-105: a message of more records is none that cannot be read, but one that costs too much.
TEST(MessageSize, EndsTheLookup) {
  constexpr std::size_t kCount = 4001;
  const World world = honest_world();
  const TrustAnchors anchors(world.anchors("."));
  const Policy policy;
  Crypto crypto{policy};
  const auto caches = make_plain_caches();
  const auto asked = question("www.example. A");
  const Verdict verdict = run(Validation(asked, support::kNow, {&anchors, &policy, &crypto, caches.get()}),
                              [&](const Wanted& wanted) -> Response {
                                if (wanted.question != asked) return {world.message(wanted.question), 0};
                                Reply reply;
                                reply.question = asked;
                                reply.has_edns = false;
                                auto octets = reply.octets();
                                octets[6] = kCount >> 8U;
                                octets[7] = kCount & 0xFFU;
                                for (std::size_t i = 0; i < kCount; ++i)
                                  octets.insert(octets.end(), {0, 0, 16, 0, 1, 0, 0, 0, 60, 0, 1, 0});
                                return {wire::Message::parse(octets).value(), 0};
                              });
  EXPECT_EQ(to_text(verdict.security), "INDETERMINATE");
  EXPECT_EQ(code(verdict.reason), "work-limit");
  EXPECT_EQ(verdict.facts.text, "records per message");
}

}  // namespace
}  // namespace danesweep::dnssec
