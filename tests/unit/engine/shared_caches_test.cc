// SPDX-License-Identifier: Apache-2.0
// What all workers share: D-105 to D-111. Each test runs over oneTBB's map and over a plain mutex, since
// ThreadSanitizer cannot see into the first.
#include <gtest/gtest.h>

#include <thread>

#include "scanner/engine/answer_cache.h"
#include "scanner/engine/zone_key_cache.h"
#include "tests/unit/engine/fake_clock.h"
#include "tests/unit/engine/made_verdicts.h"

namespace danesweep::scanner {
namespace {

template <template <class, class> class Map>
struct Over {
  using Zones = BasicZoneKeyCache<Map>;
  using Answers = BasicAnswerCache<Map>;
  using Numbers = Map<int, int>;
};

template <class T>
class SharedCaches : public testing::Test {};
using Maps = testing::Types<Over<TbbMap>, Over<MutexMap>>;
TYPED_TEST_SUITE(SharedCaches, Maps);

wire::Question question(const std::string& name) { return {name_of(name), wire::RrType::A}; }
VerdictPtr made(Made verdict, std::uint32_t ttl = 300) {
  dnssec::Verdict out = verdict.about("mx.example.org.");
  out.ttl = ttl;
  return std::make_shared<const dnssec::Verdict>(std::move(out));
}

std::shared_ptr<dnssec::ZoneKeys> keys_of(const std::string& zone, UnixTime expires) {
  auto keys = std::make_shared<dnssec::ZoneKeys>();
  keys->zone = name_of(zone);
  keys->expires = expires;
  return keys;
}

// D-107
TYPED_TEST(SharedCaches, ZoneKeysLiveUntilTheyExpire) {
  FakeClock clock;
  typename TypeParam::Zones zones(clock);
  zones.store(std::shared_ptr<const dnssec::ZoneKeys>(keys_of("example.org.", clock.wall() + 60)));
  EXPECT_TRUE(zones.find_zone(name_of("EXAMPLE.org."), clock.wall()));
  EXPECT_FALSE(zones.find_zone(name_of("www.example.org."), clock.wall()));
  EXPECT_FALSE(zones.find_zone(name_of("example.org."), clock.wall() + 60));
  clock.pass(std::chrono::seconds(60));
  EXPECT_FALSE(zones.find_zone(name_of("example.org."), clock.wall() - 60)) << "D-111: monotonic time counts too";
}

// D-107: a day at most
TYPED_TEST(SharedCaches, NoZoneKeyLivesLongerThanADay) {
  FakeClock clock;
  typename TypeParam::Zones zones(clock);
  const UnixTime then = clock.wall();
  zones.store(std::shared_ptr<const dnssec::ZoneKeys>(keys_of("example.org.", then + 1'000'000)));
  clock.pass(std::chrono::hours(23));
  EXPECT_TRUE(zones.find_zone(name_of("example.org."), then));
  clock.pass(std::chrono::hours(2));
  EXPECT_FALSE(zones.find_zone(name_of("example.org."), then));
}

// D-108, D-109
TYPED_TEST(SharedCaches, CutsAndFaultsAreKeptByName) {
  FakeClock clock;
  typename TypeParam::Zones zones(clock);
  auto cut = std::make_shared<dnssec::InsecureCut>();
  cut->name = name_of("example.org.");
  cut->expires = clock.wall() + 60;
  zones.store(std::shared_ptr<const dnssec::InsecureCut>(cut));
  auto bogus_zone = std::make_shared<dnssec::BogusZone>();
  bogus_zone->zone = name_of("broken.example.");
  bogus_zone->reason = dnssec::Reason::DsDigestWrong;
  bogus_zone->expires = clock.wall() + 60;
  zones.store(std::shared_ptr<const dnssec::BogusZone>(bogus_zone));
  EXPECT_TRUE(zones.find_cut(name_of("example.org."), clock.wall()));
  EXPECT_FALSE(zones.find_cut(name_of("broken.example."), clock.wall()));
  EXPECT_EQ(zones.find_bogus(name_of("broken.example."), clock.wall())->reason, dnssec::Reason::DsDigestWrong);
  EXPECT_FALSE(zones.find_bogus(name_of("broken.example."), clock.wall() + 61));
}

std::array<std::uint8_t, 20> hash(std::uint8_t first) {
  std::array<std::uint8_t, 20> out{};
  out[0] = first;
  return out;
}

std::shared_ptr<const dnssec::OptOutSpan> span(std::uint8_t from, std::uint8_t to, UnixTime expires,
                                               std::uint16_t iterations = 0) {
  auto out = std::make_shared<dnssec::OptOutSpan>();
  out->zone = name_of("org.");
  out->owner_hash = hash(from);
  out->next_hash = hash(to);
  out->expires = expires;
  out->iterations = iterations;
  return out;
}

// D-108
TYPED_TEST(SharedCaches, AnOptOutSpanCoversWhatLiesInsideIt) {
  FakeClock clock;
  const UnixTime now = clock.wall();
  typename TypeParam::Zones zones(clock);
  EXPECT_FALSE(zones.span_parameters(name_of("org."), now));
  zones.store(span(10, 20, now + 60));
  zones.store(span(200, 5, now + 60));  // the last one of the ring
  ASSERT_TRUE(zones.span_parameters(name_of("org."), now));
  const auto covers = [&](std::uint8_t first) { return zones.find_span(name_of("org."), hash(first), now) != nullptr; };
  EXPECT_TRUE(covers(11));
  EXPECT_TRUE(covers(19));
  EXPECT_FALSE(covers(10)) << "the owner itself is not covered";
  EXPECT_FALSE(covers(20));
  EXPECT_FALSE(covers(100));
  EXPECT_TRUE(covers(201));
  EXPECT_TRUE(covers(1));
  EXPECT_FALSE(covers(5));
  EXPECT_FALSE(zones.find_span(name_of("com."), hash(11), now));
  EXPECT_FALSE(zones.find_span(name_of("org."), hash(11), now + 60));
}

// D-108: a zone that changed its salt or rounds has no use for old spans.
TYPED_TEST(SharedCaches, SpansOfOldParametersAreForgotten) {
  FakeClock clock;
  typename TypeParam::Zones zones(clock);
  zones.store(span(10, 20, clock.wall() + 60, 0));
  zones.store(span(30, 40, clock.wall() + 60, 5));
  EXPECT_EQ(zones.span_parameters(name_of("org."), clock.wall())->iterations, 5);
  EXPECT_FALSE(zones.find_span(name_of("org."), hash(11), clock.wall()));
  EXPECT_TRUE(zones.find_span(name_of("org."), hash(31), clock.wall()));
}

// D-110
TYPED_TEST(SharedCaches, TheMemoForgetsByGenerationsAndHoldsOnlyWhatItWasGiven) {
  SharedMemo memo(64 * 4);  // two digests per shard and generation, and one more
  dnssec::Sha256 key{};
  EXPECT_FALSE(memo.contains(key));
  memo.remember(key);
  EXPECT_TRUE(memo.contains(key));
  for (std::uint8_t i = 1; i < 40; ++i) {
    dnssec::Sha256 other{};
    other[8] = i;  // same shard
    memo.remember(other);
    EXPECT_TRUE(memo.contains(other));
  }
  EXPECT_FALSE(memo.contains(key));
}

// D-106: one looks up, the others wait for its result.
TYPED_TEST(SharedCaches, OneFlightPerQuestion) {
  FakeClock clock;
  typename TypeParam::Answers answers(clock);
  using Claim = typename TypeParam::Answers::Claim;
  int told = 0;
  const auto waiter = [&told](const VerdictPtr& verdict) { told += verdict->answer == Answer::Data ? 1 : 0; };
  EXPECT_EQ(answers.claim(question("mx.example.org."), waiter).claim, Claim::Lead);
  EXPECT_EQ(answers.claim(question("MX.example.org."), waiter).claim, Claim::Wait);
  EXPECT_EQ(answers.claim(question("mx.example.org."), waiter).claim, Claim::Wait);
  EXPECT_EQ(answers.claim(question("mx.example.net."), waiter).claim, Claim::Lead);
  answers.finish(question("mx.example.org."), made(data(Security::Secure, wire::RrType::A, {"192.0.2.1"})));
  EXPECT_EQ(told, 2);
  EXPECT_EQ(answers.claim(question("mx.example.org."), waiter).claim, Claim::Known);
}

struct LifeRow {
  const char* name;
  Made verdict;
  std::uint32_t ttl;
  int known_for;  ///< seconds
};
// D-14, D-105
TYPED_TEST(SharedCaches, AnswersLiveForTheirTtlAndFailuresForSeconds) {
  Made work_limit = failed();
  const LifeRow rows[] = {
      {"data", data(Security::Secure, wire::RrType::A, {"192.0.2.1"}), 300, 300},
      {"D-14 TTL 0 serves this look-up alone", data(Security::Secure, wire::RrType::A, {"192.0.2.1"}), 0, 0},
      {"a denial", no_data(Security::Insecure), 60, 60},
      {"bogus", bogus(), 300, 10},
      {"failed", failed(), 0, 10},
  };
  for (const LifeRow& row : rows) {
    FakeClock clock;
    typename TypeParam::Answers answers(clock);
    using Claim = typename TypeParam::Answers::Claim;
    answers.claim(question("mx.example.org."), {});
    answers.finish(question("mx.example.org."), made(row.verdict, row.ttl));
    const auto known = [&] {
      const auto claimed = answers.claim(question("mx.example.org."), {});
      if (claimed.claim == Claim::Lead) answers.finish(question("mx.example.org."), made(row.verdict, 0));
      return claimed.claim == Claim::Known;
    };
    if (row.known_for > 0) {
      clock.pass(std::chrono::milliseconds(row.known_for * 1000 - 1));
      EXPECT_TRUE(known()) << row.name;
      clock.pass(std::chrono::milliseconds(1));
    }
    EXPECT_FALSE(known()) << row.name;
  }
  FakeClock clock;
  typename TypeParam::Answers answers(clock);
  dnssec::Verdict limit = failed().about("mx.example.org.");
  limit.reason = dnssec::Reason::WorkLimit;
  answers.claim(question("mx.example.org."), {});
  answers.finish(question("mx.example.org."), std::make_shared<const dnssec::Verdict>(limit));
  EXPECT_EQ(answers.claim(question("mx.example.org."), {}).claim, TypeParam::Answers::Claim::Lead) << "D-105";
}

TYPED_TEST(SharedCaches, AreBoundedAndGiveUpTheOldestFirst) {
  typename TypeParam::Numbers numbers(100);
  for (int i = 0; i < 1000; ++i) numbers.update(i, [i](int& value) { value = i; });
  EXPECT_LE(numbers.size(), 100U);
  EXPECT_FALSE(numbers.find(0));
  EXPECT_EQ(numbers.find(999), 999);
}

// D-106 over threads: every question is led once, and every waiter is told.
TYPED_TEST(SharedCaches, ManyThreadsLeadEachQuestionOnce) {
  FakeClock clock;
  typename TypeParam::Answers answers(clock);
  typename TypeParam::Zones zones(clock);
  using Claim = typename TypeParam::Answers::Claim;
  std::atomic<int> led{0}, told{0};
  const auto work = [&] {
    for (int i = 0; i < 200; ++i) {
      const std::string name = "mx" + std::to_string(i) + ".example.org.";
      const auto claimed = answers.claim(question(name), [&told](const VerdictPtr&) { ++told; });
      if (claimed.claim == Claim::Known) ++told;
      if (claimed.claim == Claim::Lead) {
        ++led;
        ++told;
        answers.finish(question(name), made(no_data(Security::Secure)));
      }
      zones.store(std::shared_ptr<const dnssec::ZoneKeys>(keys_of(name, clock.wall() + 60)));
      EXPECT_TRUE(zones.find_zone(name_of(name), clock.wall()));
      zones.store(span(static_cast<std::uint8_t>(i), static_cast<std::uint8_t>(i + 2), clock.wall() + 60));
      zones.find_span(name_of("org."), hash(static_cast<std::uint8_t>(i + 1)), clock.wall());
      zones.memo().remember(dnssec::Sha256{static_cast<std::uint8_t>(i)});
    }
  };
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) threads.emplace_back(work);
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(led, 200);
  EXPECT_EQ(told, 800);
}

}  // namespace
}  // namespace danesweep::scanner
