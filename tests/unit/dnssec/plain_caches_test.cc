// SPDX-License-Identifier: Apache-2.0
// The caches of one thread: what they give back, until when, and how much they hold (D-107 to D-110).
#include "dnssec/caches.h"

#include <gtest/gtest.h>

#include "tests/support/signed_zone.h"

namespace danesweep::dnssec {
namespace {

using support::kNow;
using support::name;

std::array<std::uint8_t, 20> hash(std::uint32_t number) {
  std::array<std::uint8_t, 20> value{};
  for (std::size_t i = 0; i < 4; ++i) value[i] = static_cast<std::uint8_t>(number >> (24 - 8 * i));
  return value;
}

void store_span(Caches& caches, std::uint32_t from, std::uint32_t to, std::uint8_t salt = 0xAB) {
  auto span = std::make_shared<OptOutSpan>();
  span->zone = name("opt.");
  span->salt = {salt};
  span->owner_hash = hash(from);
  span->next_hash = hash(to);
  span->expires = kNow + 60;
  caches.store(std::shared_ptr<const OptOutSpan>(std::move(span)));
}

void store_cut(Caches& caches, const std::string& at) {
  auto cut = std::make_shared<InsecureCut>();
  cut->name = name(at);
  cut->expires = kNow + 60;
  caches.store(std::shared_ptr<const InsecureCut>(std::move(cut)));
}

TEST(PlainCaches, D108_SpansCoverWhatLiesInsideThemUntilTheyExpire) {
  const auto caches = make_plain_caches();
  store_span(*caches, 10, 20);
  store_span(*caches, 90, 5);  // around the circle
  struct Row {
    std::uint32_t at;
    bool covered;
  };
  for (const Row& row :
       {Row{10, false}, {15, true}, {20, false}, {50, false}, {95, true}, {90, false}, {2, true}, {5, false}})
    EXPECT_EQ(caches->find_span(name("opt."), hash(row.at), kNow) != nullptr, row.covered) << row.at;
  EXPECT_TRUE(caches->find_span(name("opt."), hash(15), kNow + 59));
  EXPECT_FALSE(caches->find_span(name("opt."), hash(15), kNow + 60));
  EXPECT_FALSE(caches->find_span(name("three."), hash(15), kNow));
}

TEST(PlainCaches, D108_SpansOfOldParametersAreForgotten) {
  const auto caches = make_plain_caches();
  EXPECT_FALSE(caches->span_parameters(name("opt."), kNow));
  store_span(*caches, 10, 20, 0xAB);
  store_span(*caches, 30, 40, 0xCD);
  EXPECT_EQ(caches->span_parameters(name("opt."), kNow)->salt, std::vector<std::uint8_t>{0xCD});
  EXPECT_FALSE(caches->find_span(name("opt."), hash(15), kNow));
  EXPECT_TRUE(caches->find_span(name("opt."), hash(35), kNow));
}

TEST(PlainCaches, D108_CutsExpireAndANewerOneTakesThePlaceOfTheOlder) {
  const auto caches = make_plain_caches();
  store_cut(*caches, "a.example.");
  store_cut(*caches, "A.example.");
  EXPECT_TRUE(caches->find_cut(name("a.example."), kNow + 59));
  EXPECT_FALSE(caches->find_cut(name("a.example."), kNow + 60));
  EXPECT_FALSE(caches->find_cut(name("b.a.example."), kNow));
}

TEST(PlainCaches, D110_AreBoundedAndGiveUpTheOldestFirst) {
  constexpr std::uint32_t kMany = 210'000;
  const auto caches = make_plain_caches();
  for (std::uint32_t i = 0; i < kMany / 10; ++i) store_cut(*caches, "n" + std::to_string(i) + ".example.");
  EXPECT_FALSE(caches->find_cut(name("n0.example."), kNow));
  EXPECT_TRUE(caches->find_cut(name("n20999.example."), kNow));
  for (std::uint32_t i = 0; i < kMany; ++i) store_span(*caches, 4 * i, 4 * i + 2);
  EXPECT_FALSE(caches->find_span(name("opt."), hash(1), kNow));
  EXPECT_TRUE(caches->find_span(name("opt."), hash(4 * (kMany - 1) + 1), kNow));
  Sha256 signature{};
  for (std::uint32_t i = 0; i < kMany; ++i) {
    for (std::size_t at = 0; at < 4; ++at) signature[at] = static_cast<std::uint8_t>(i >> (8 * at));
    caches->memo().remember(signature);
  }
  EXPECT_TRUE(caches->memo().contains(signature));
  EXPECT_FALSE(caches->memo().contains(Sha256{}));
}

}  // namespace
}  // namespace danesweep::dnssec
