// SPDX-License-Identifier: Apache-2.0
// The open loop: every question once, never more in flight than allowed, and waiting counts from when a question was
// due.
#include "scanner/engine/paced_queries.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "tests/unit/engine/responder.h"

namespace danesweep::scanner {
namespace {

using std::chrono::milliseconds;

/// Asks numbered names and keeps what came of them.
class Load {
 public:
  Load(const Responder& responder, milliseconds timeout) : resolver_{responder.address(), 0} {
    settings_.timeout = timeout;
  }

  void ask(std::size_t questions, const Pace& pace) {
    std::size_t asked = 0;
    PacedQuestions paced;
    paced.next = [&]() -> std::optional<wire::Question> {
      most_open_ = std::max(most_open_, asked - answers.size());
      if (asked == questions) return std::nullopt;
      return wire::Question{*wire::DomainName::from_text(std::to_string(asked++) + ".example."), wire::RrType::A};
    };
    paced.ended = [&](const PacedAnswer& answer) { answers.push_back(answer); };
    ask_paced(settings_, resolver_, pace, paced);
  }
  std::size_t count(TryResult::Kind kind) const {
    return static_cast<std::size_t>(
        std::ranges::count_if(answers, [&](const PacedAnswer& a) { return a.result.kind == kind; }));
  }
  std::size_t most_open() const { return most_open_; }

  std::vector<PacedAnswer> answers;

 private:
  DnsSettings settings_;
  ResolverSetting resolver_;
  std::size_t most_open_ = 0;
};

Say good_answer(const Octets& query, Responder::Carrier) { return {{Reply{0x8180, {a_record(1)}}.to(query)}, {}}; }
Say silence(const Octets&, Responder::Carrier) { return {}; }

TEST(PacedQueries, EachQuestionEndsOnce) {
  Responder responder(good_answer);
  Load load(responder, milliseconds{20'000});
  load.ask(500, {5000, 100});
  EXPECT_EQ(load.answers.size(), 500U);
  EXPECT_EQ(load.count(TryResult::Kind::Message), 500U);
  EXPECT_EQ(responder.udp_queries(), 500U);
}

TEST(PacedQueries, NoQuestionsAreNoWork) {
  Responder responder(silence);
  Load load(responder, milliseconds{20'000});
  load.ask(0, {100, 10});
  EXPECT_TRUE(load.answers.empty());
}

TEST(PacedQueries, WhatFindsNoRoomWaitsAndItsWaitingCounts) {
  constexpr milliseconds kTimeout{100};
  Responder responder(silence);
  Load load(responder, kTimeout);
  load.ask(4, {1'000'000, 1});
  ASSERT_EQ(load.answers.size(), 4U);
  EXPECT_EQ(load.count(TryResult::Kind::Silence), 4U);
  EXPECT_FALSE(load.answers.front().waited_for_room);
  for (std::size_t i = 1; i < 4; ++i) {
    EXPECT_TRUE(load.answers[i].waited_for_room) << i;
    // One after the other, each with its whole time-out; all were due within four microseconds.
    EXPECT_GE(load.answers[i].latency, kTimeout * (i + 1) - std::chrono::microseconds(10)) << i;
    EXPECT_GE(load.answers[i].late, kTimeout * i - std::chrono::microseconds(10)) << i;
  }
}

TEST(PacedQueries, NeverMoreInFlightThanAllowed) {
  Responder responder(silence);
  Load load(responder, milliseconds{100});
  load.ask(30, {1'000'000, 7});
  EXPECT_EQ(load.answers.size(), 30U);
  EXPECT_LE(load.most_open(), 7U + 1);  // one is taken off the list before there is room for it
}

TEST(PacedQueries, ADeadResolverEndsThemAll) {
  Responder responder(silence);
  responder.kill();
  Load load(responder, milliseconds{20'000});
  load.ask(20, {1000, 100});
  EXPECT_EQ(load.count(TryResult::Kind::Refused) + load.count(TryResult::Kind::Silence), 20U);
}

}  // namespace
}  // namespace danesweep::scanner
