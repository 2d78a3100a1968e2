// SPDX-License-Identifier: Apache-2.0
// The three laws over random worlds. A failure prints the seed and the question.
#include <algorithm>

#include "tests/unit/dnssec/asker.h"
#include "tests/unit/dnssec/random_world.h"

namespace danesweep::dnssec {
namespace {

using enum Security;

constexpr std::uint32_t kSeeds = 16;
constexpr std::size_t kQuestionsPerWorld = 14;

void expect_same(const Verdict& a, const Verdict& b, const std::string& what) {
  if (a.security == Indeterminate || b.security == Indeterminate) return;  // time and budgets may differ (D-1)
  EXPECT_EQ(to_text(a.security), to_text(b.security)) << what;
  EXPECT_EQ(code(a.reason), code(b.reason)) << what;
  EXPECT_EQ(to_text(a.answer), to_text(b.answer)) << what;
  EXPECT_EQ(a.records.size(), b.records.size()) << what;
}

std::string describe(std::uint32_t seed, const std::string& asked, const char* how) {
  return "seed " + std::to_string(seed) + ", " + asked + ", " + how;
}

/// Records of each section in another order; same for the same seed.
World::Edit shuffle(std::uint32_t seed) {
  return [seed](Reply& reply) {
    std::mt19937 random(seed);
    std::ranges::shuffle(reply.answer, random);
    std::ranges::shuffle(reply.authority, random);
  };
}

class LawTest : public testing::TestWithParam<std::uint32_t> {};

TEST_P(LawTest, D1_OrderAndWarmthDoNotMatter) {
  const std::uint32_t seed = GetParam();
  RandomWorld random(seed, seed % 2 == 0 ? RandomWorld::Faults::None : RandomWorld::Faults::Some);
  World shuffled = random.world();
  shuffled.edit_all(shuffle(seed));
  Asker cold(random.world());
  Asker warm(random.world());
  Asker mixed(shuffled);
  Asker reversed(random.world());
  Asker hinted(random.world());
  reversed.reversed();
  hinted.hint(NameHint::LikelyZoneCut);
  for (std::size_t i = 0; i < kQuestionsPerWorld; ++i) {
    const std::string& asked = random.questions()[i % random.questions().size()];
    const Verdict expected = cold.ask_cold(asked);
    expect_same(expected, warm.ask(asked), describe(seed, asked, "warm"));
    expect_same(expected, mixed.ask_cold(asked), describe(seed, asked, "records shuffled"));
    expect_same(expected, reversed.ask_cold(asked), describe(seed, asked, "messages reversed"));
    expect_same(expected, hinted.ask(asked), describe(seed, asked, "DS asked along, warm"));
  }
}

TEST_P(LawTest, D1_OrderOfResolversDoesNotMatter) {
  const std::uint32_t seed = GetParam();
  RandomWorld one(seed, RandomWorld::Faults::None);
  World spoilt = RandomWorld(seed, RandomWorld::Faults::Some).world();
  const auto anchors = one.world().anchors(".");
  Asker good_first(one.world());
  good_first.add(spoilt).anchors(anchors);
  Asker good_last(spoilt);
  good_last.add(one.world()).anchors(anchors);
  for (std::size_t i = 0; i < kQuestionsPerWorld; ++i) {
    const std::string& asked = one.questions()[i];
    const Verdict a = good_first.ask_cold(asked);
    const Verdict b = good_last.ask_cold(asked);
    if (a.security == Insecure && b.security == Insecure) continue;  // an unsigned rcode may differ, nobody can tell
    expect_same(a, b, describe(seed, asked, "resolvers swapped"));
  }
}

/// What somebody without keys can do to a reply: leave out, double, move and forge records, change the rcode.
World::Edit attack(std::uint32_t seed, Records loot) {
  return [seed, loot = std::move(loot)](Reply& reply) {
    std::mt19937 random(seed ^ static_cast<std::uint32_t>(reply.question.name.hash()));
    const auto pick = [&](std::size_t bound) {
      return std::uniform_int_distribution<std::size_t>(0, bound - 1)(random);
    };
    for (std::size_t edits = pick(3); edits > 0; --edits) {
      Records& section = pick(2) == 0 ? reply.answer : reply.authority;
      switch (pick(6)) {
        case 0:
          if (!section.empty()) section.erase(section.begin() + static_cast<std::ptrdiff_t>(pick(section.size())));
          break;
        case 1:
          if (!section.empty()) section[pick(section.size())].rdata.back() ^= 1;
          break;
        case 2:
          section.push_back(loot[pick(loot.size())]);
          break;
        case 3:
          if (!section.empty()) section[pick(section.size())].owner = reply.question.name;
          break;
        case 4:
          reply.rcode = pick(2) == 0 ? wire::Rcode::NoError : wire::Rcode::NxDomain;
          break;
        default:
          std::swap(reply.answer, reply.authority);
      }
    }
  };
}

/// All records of all zones: what an attacker can collect and replay.
Records loot_of(RandomWorld& random) {
  Records loot;
  for (const std::string& text : random.questions()) {
    const Reply reply = random.world().reply(question(text));
    loot.insert(loot.end(), reply.answer.begin(), reply.answer.end());
    loot.insert(loot.end(), reply.authority.begin(), reply.authority.end());
  }
  return loot;
}

std::vector<std::vector<std::uint8_t>> sorted_rdata(const Verdict& verdict) {
  std::vector<std::vector<std::uint8_t>> all;
  for (const AnswerRecord& record : verdict.records) all.push_back(record.rdata);
  std::ranges::sort(all);
  return all;
}

TEST_P(LawTest, D2_NothingUnsignedMakesSecureOrInsecure) {
  const std::uint32_t seed = GetParam();
  RandomWorld random(seed);
  const auto anchors = random.world().anchors(".");
  const Records loot = loot_of(random);
  Asker honest(random.world());
  for (std::uint32_t round = 0; round < 4; ++round) {
    World attacked = random.world();
    attacked.edit_all(attack(seed * 100 + round, loot));
    Asker victim(attacked);
    victim.anchors(anchors).detail(Detail::Trace);
    for (std::size_t i = 0; i < kQuestionsPerWorld; ++i) {
      const std::string& asked = random.questions()[i];
      const Verdict truth = honest.ask(asked);
      const Verdict verdict = victim.ask_cold(asked);
      const std::string what = describe(seed, asked, "attacked, round ") + std::to_string(round);
      // Insecure truth may look Secure only where the attacker can show signed records for the same question.
      if (verdict.security == Secure && truth.security == Secure && asked.find(" ANY") == std::string::npos) {
        EXPECT_EQ(to_text(verdict.answer), to_text(truth.answer)) << what;
        EXPECT_EQ(sorted_rdata(verdict), sorted_rdata(truth)) << what << testing::PrintToString(verdict.trace);
      }
      const bool is_claimed = verdict.security == Secure || verdict.security == Insecure;
      if (!is_claimed) continue;
      EXPECT_EQ(to_text(verdict.security), to_text(truth.security)) << what << testing::PrintToString(verdict.trace);
    }
  }
}

TEST_P(LawTest, D112_SlicesOfWorkDoNotMatter) {
  const std::uint32_t seed = GetParam();
  RandomWorld random(seed, RandomWorld::Faults::Some);
  World attacked = random.world();
  attacked.edit_all(attack(seed, loot_of(random)));
  const auto anchors = random.world().anchors(".");
  Asker whole(attacked);
  Asker sliced(attacked);
  whole.anchors(anchors).detail(Detail::Trace).policy().units_per_step = 1'000'000;
  sliced.anchors(anchors).detail(Detail::Trace).policy().units_per_step = 1;
  for (std::size_t i = 0; i < kQuestionsPerWorld; ++i) {
    const std::string& asked = random.questions()[i];
    const Verdict expected = whole.ask_cold(asked);
    const Verdict verdict = sliced.ask_cold(asked);
    expect_same(expected, verdict, describe(seed, asked, "sliced"));
    EXPECT_EQ(verdict.trace, expected.trace) << describe(seed, asked, "sliced");
    EXPECT_GE(sliced.steps(), whole.steps());
  }
}

TEST_P(LawTest, D3_OurLimitsAreNotTheirFault) {
  const std::uint32_t seed = GetParam();
  RandomWorld random(seed);
  Asker unlimited(random.world());
  for (std::size_t i = 0; i < kQuestionsPerWorld; ++i) {
    const std::string& asked = random.questions()[i];
    const Verdict expected = unlimited.ask_cold(asked);
    Asker limited(random.world());
    Policy& policy = limited.policy();
    policy.max_checks = static_cast<std::uint32_t>(random.pick(8));
    policy.max_questions = static_cast<std::uint32_t>(1 + random.pick(8));
    policy.max_sha1_blocks = static_cast<std::uint32_t>(random.pick(40));
    policy.max_round_trips = static_cast<std::uint32_t>(1 + random.pick(5));
    policy.max_label_steps = static_cast<std::uint32_t>(random.pick(4));
    const Verdict verdict = limited.ask(asked);
    if (verdict.security == Indeterminate)
      EXPECT_EQ(code(verdict.reason), "work-limit") << describe(seed, asked, "limited");
    else
      expect_same(expected, verdict, describe(seed, asked, "limited"));
  }
}

INSTANTIATE_TEST_SUITE_P(Seeds, LawTest, testing::Range(1U, kSeeds + 1));

}  // namespace
}  // namespace danesweep::dnssec
