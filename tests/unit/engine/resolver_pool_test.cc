// SPDX-License-Identifier: Apache-2.0
// Who is asked, who is asked next, and how a question ends: E-100, D-59, D-61, over real sockets.
#include "scanner/engine/resolver_pool.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "scanner/engine/library.h"
#include "tests/unit/engine/responder.h"
#include "tests/unit/engine/row_name.h"

namespace danesweep::scanner {
namespace {

using Carrier = Responder::Carrier;

enum class Behaviour : std::uint8_t { Good, Servfail, Refused, NxDomain, Silent, Dead };

/// A resolver that behaves in one way; a dead one's port refuses.
std::unique_ptr<Responder> resolver(Behaviour behaviour) {
  auto made = std::make_unique<Responder>([behaviour](const Octets& query, Carrier) {
    Reply reply{0x8180, {a_record(1)}};
    if (behaviour == Behaviour::Silent) return Say{};
    if (behaviour != Behaviour::Good) reply.answers.clear();
    if (behaviour == Behaviour::Servfail) reply.flags = 0x8182;
    if (behaviour == Behaviour::NxDomain) reply.flags = 0x8183;
    if (behaviour == Behaviour::Refused) reply.flags = 0x8185;
    return Say{{reply.to(query)}, {}};
  });
  if (behaviour == Behaviour::Dead) made->kill();
  return made;
}

class Resolvers {
 public:
  void add(Behaviour behaviour, std::uint32_t priority) {
    servers.push_back(resolver(behaviour));
    settings.resolvers.push_back({servers.back()->address(), priority});
  }
  void start() {
    initialise_libraries();
    health = std::make_unique<ResolverHealth>(settings);
    rate = std::make_unique<SharedRate>(settings.rate);
    pool = std::make_unique<ResolverPool>(loop, clock, settings, *health, *rate);
    loop.set_before_poll([this] { pool->before_poll(); });
    loop.set_tick([this] { pool->tick(); });
    loop.set_leftover([this] { return pool->has_leftover(); });
  }
  ~Resolvers() {
    if (pool) pool->drop_all();
  }

  dnssec::Response ask(const dnssec::ResolverSet& not_from = {}, LookupLog log = nullptr) {
    dnssec::Response got;
    pool->ask(
        {{*wire::DomainName::from_text("mail.example.org."), wire::RrType::A}, not_from},
        [&](dnssec::Response response) {
          got = std::move(response);
          loop.stop();
        },
        std::move(log));
    loop.run();
    return got;
  }

  std::vector<std::unique_ptr<Responder>> servers;
  DnsSettings settings;
  Clock clock;
  Loop loop;
  std::unique_ptr<ResolverHealth> health;
  std::unique_ptr<SharedRate> rate;
  std::unique_ptr<ResolverPool> pool;
};

std::string shown(const dnssec::Response& response) {
  if (const auto* message = std::get_if<wire::MessagePtr>(&response.content))
    return "message " + wire::to_text((*message)->rcode());
  if (const auto* error = std::get_if<dnssec::ErrorRcode>(&response.content))
    return "error " + wire::to_text(error->rcode);
  return std::holds_alternative<dnssec::NoOtherResolver>(response.content) ? "no other" : "no reply";
}

struct Row {
  const char* name;
  std::vector<std::pair<Behaviour, std::uint32_t>> resolvers;
  const char* ends_as;
  dnssec::ResolverId from;  ///< -1: any
  std::vector<std::size_t> not_asked;
};
using enum Behaviour;
const Row kRows[] = {
    {"a good one", {{Good, 0}}, "message NOERROR", 0, {}},
    {"E-100 the lower number is asked, the other is left alone", {{Good, 1}, {Good, 0}}, "message NOERROR", 1, {0}},
    {"NXDOMAIN is an answer, not an error", {{NxDomain, 0}, {Good, 1}}, "message NXDOMAIN", 0, {1}},
    {"E-100 SERVFAIL asks an equal one", {{Servfail, 0}, {Good, 0}}, "message NOERROR", 1, {}},
    {"E-100 SERVFAIL never asks a lower priority", {{Servfail, 0}, {Good, 1}}, "error SERVFAIL", -1, {1}},
    {"D-61 errors of all equal ones", {{Refused, 0}, {Servfail, 0}, {Refused, 0}}, "error SERVFAIL", -1, {}},
    {"D-61 REFUSED alone", {{Refused, 0}}, "error REFUSED", 0, {}},
    {"E-100 silence asks an equal one", {{Silent, 0}, {Good, 0}}, "message NOERROR", 1, {}},
    {"E-100 a dead one leads to the next number", {{Dead, 0}, {Good, 1}}, "message NOERROR", 1, {}},
    {"E-100 a silent one leads to the next number", {{Silent, 0}, {Good, 1}}, "message NOERROR", 1, {}},
    {"E-100 all of a number dead lead to the next",
     {{Dead, 0}, {Silent, 0}, {Good, 7}, {Good, 9}},
     "message NOERROR",
     2,
     {3}},
    {"D-61 all silent", {{Silent, 0}, {Silent, 0}}, "no reply", -1, {}},
    {"D-61 all dead", {{Dead, 0}, {Dead, 1}}, "no reply", -1, {}},
    {"D-61 one dead, one with an error: the error", {{Dead, 0}, {Servfail, 0}, {Good, 1}}, "error SERVFAIL", 1, {2}},
    {"D-61 one silent, one with an error: the error", {{Silent, 0}, {Servfail, 0}}, "error SERVFAIL", 1, {}},
};

/// Time-outs where one is silent: a try that a busy machine was too slow for is made again with more time.
constexpr milliseconds kTimeouts[] = {milliseconds(150), milliseconds(1500), milliseconds(15'000)};

struct Ended {
  std::string as;
  dnssec::ResolverId from = dnssec::kNoResolver;
  std::vector<std::size_t> wrongly_asked;
  bool operator==(const Ended&) const = default;
};

Ended end_of(const Row& row, milliseconds timeout) {
  Resolvers resolvers;
  resolvers.settings.timeout = timeout;
  resolvers.settings.tries = 3;
  for (const auto& [behaviour, priority] : row.resolvers) resolvers.add(behaviour, priority);
  resolvers.start();
  const dnssec::Response response = resolvers.ask();
  Ended ended{shown(response), row.from < 0 ? row.from : response.resolver, {}};
  for (const std::size_t index : row.not_asked)
    if (resolvers.servers[index]->udp_queries() > 0) ended.wrongly_asked.push_back(index);
  return ended;
}

class Asking : public testing::TestWithParam<Row> {};
TEST_P(Asking, Ends) {
  const Row& row = GetParam();
  const Ended expected{row.ends_as, row.from, {}};
  Ended ended;
  for (const milliseconds timeout : kTimeouts)
    if (ended = end_of(row, timeout); ended == expected) break;
  EXPECT_EQ(ended.as, expected.as);
  EXPECT_EQ(ended.from, expected.from);
  EXPECT_EQ(ended.wrongly_asked, expected.wrongly_asked);
}
INSTANTIATE_TEST_SUITE_P(Rows, Asking, testing::ValuesIn(kRows),
                         [](const auto& row) { return row_name(row.param.name); });

// D-59
TEST(ResolverPool, AnotherResolverIsOneOfTheSamePriority) {
  Resolvers resolvers;
  resolvers.add(Good, 0);
  resolvers.add(Good, 0);
  resolvers.add(Good, 1);
  resolvers.start();
  for (int i = 0; i < 10; ++i) EXPECT_EQ(resolvers.ask({0}).resolver, 1);
  EXPECT_EQ(shown(resolvers.ask({2})), "no other");
  EXPECT_EQ(resolvers.servers[0]->udp_queries(), 0U);
}

// D-56
TEST(ResolverPool, EachResolverOfThePriorityCanBeAskedInTurn) {
  Resolvers resolvers;
  for (const std::uint32_t priority : {0U, 0U, 0U, 1U}) resolvers.add(Good, priority);
  resolvers.start();
  dnssec::ResolverSet asked;
  for (int i = 0; i < 3; ++i) {
    const dnssec::ResolverId next = resolvers.ask(asked).resolver;
    EXPECT_FALSE(asked.contains(next));
    asked.add(next);
  }
  EXPECT_EQ(asked, (dnssec::ResolverSet{0, 1, 2}));
  EXPECT_EQ(shown(resolvers.ask(asked)), "no other");
}

// D-61: the error of one whom another outdoes is kept for the trace.
TEST(ResolverPool, AnAnswerBringsTheErrorsThatItOutdoes) {
  Resolvers resolvers;
  resolvers.add(Refused, 0);
  resolvers.add(Servfail, 0);
  resolvers.add(Good, 0);
  resolvers.start();
  std::size_t outdone = 0;
  for (int i = 0; i < 30; ++i)
    for (const dnssec::Outdone& each : resolvers.ask().outdone) {
      ++outdone;
      EXPECT_EQ(each.error.rcode, each.resolver == 0 ? wire::Rcode::Refused : wire::Rcode::ServFail);
    }
  EXPECT_EQ(outdone, resolvers.servers[0]->udp_queries() + resolvers.servers[1]->udp_queries());
  EXPECT_GT(outdone, 0U);
  const dnssec::Response failed = resolvers.ask({2});
  EXPECT_EQ(shown(failed), "error SERVFAIL");
  ASSERT_EQ(failed.outdone.size(), 1U);
  EXPECT_EQ(failed.outdone[0].error.rcode, wire::Rcode::Refused);
}

// D-59: what the other one says is its own business.
TEST(ResolverPool, AnErrorOfTheOnlyOtherResolverIsTheAnswer) {
  Resolvers resolvers;
  resolvers.add(Good, 0);
  resolvers.add(Servfail, 0);
  resolvers.start();
  EXPECT_EQ(shown(resolvers.ask({0})), "error SERVFAIL");
}

// E-100: equal ones share at random
TEST(ResolverPool, EqualResolversShareTheLoad) {
  Resolvers resolvers;
  resolvers.add(Good, 3);
  resolvers.add(Good, 3);
  resolvers.start();
  for (int i = 0; i < 100; ++i) resolvers.ask();
  EXPECT_GT(resolvers.servers[0]->udp_queries(), 20U);
  EXPECT_GT(resolvers.servers[1]->udp_queries(), 20U);
}

// E-100: silence about one name is no sign of a dead resolver: it answers its ping.
TEST(ResolverPool, AResolverThatIsSilentAboutOneNameStaysInUse) {
  const Responder::Script silent_about_mail = [](const Octets& query, Carrier) {
    return query[12] == 4 ? Say{} : Say{{Reply{0x8180, {}}.to(query)}, {}};  // but not about the root
  };
  std::string ended;
  bool is_in_use = false, is_next_asked = true;
  for (const milliseconds timeout : kTimeouts) {
    Resolvers resolvers;
    resolvers.servers.push_back(std::make_unique<Responder>(silent_about_mail));
    resolvers.settings.resolvers.push_back({resolvers.servers.back()->address(), 0});
    resolvers.add(Good, 1);
    resolvers.settings.timeout = timeout;
    resolvers.start();
    ended = shown(resolvers.ask());
    is_in_use = resolvers.health->is_reachable(0);
    is_next_asked = resolvers.servers[1]->udp_queries() > 0;
    if (is_in_use && !is_next_asked) break;
  }
  EXPECT_EQ(ended, "no reply");
  EXPECT_FALSE(is_next_asked) << "never a lower priority";
  EXPECT_TRUE(is_in_use);
}

// E-52c, E-52d, E-58: what `verify --debug` is told.
TEST(ResolverPool, TheLogTellsEachTry) {
  Resolvers resolvers;
  resolvers.add(Servfail, 5);
  resolvers.start();
  auto log = std::make_shared<std::vector<LookupEvent>>();
  resolvers.ask({}, log);
  using Kind = LookupEvent::Kind;
  ASSERT_EQ(log->size(), 3U);
  EXPECT_EQ((*log)[0].kind, Kind::Server);
  EXPECT_EQ((*log)[1].kind, Kind::Sent);
  EXPECT_EQ((*log)[2].kind, Kind::Error);
  EXPECT_EQ((*log)[2].error, wire::Rcode::ServFail);
  EXPECT_EQ((*log)[0].resolver, "127.0.0.1");
  EXPECT_EQ((*log)[0].priority_group, 0U);
}

// T-80: queries leave from the address that was asked for.
TEST(ResolverPool, QueriesLeaveFromTheSourceAddress) {
  Resolvers resolvers;
  resolvers.add(Good, 0);
  resolvers.settings.source_addresses = {"127.0.0.77"};
  resolvers.start();
  EXPECT_EQ(shown(resolvers.ask()), "message NOERROR");
  EXPECT_EQ(resolvers.servers[0]->last_source(), "127.0.0.77");
}

// --dns-rate
TEST(ResolverPool, TheRateHoldsForAllQuestions) {
  Resolvers resolvers;
  resolvers.add(Good, 0);
  resolvers.settings.rate = 100;
  resolvers.start();
  const auto start = std::chrono::steady_clock::now();
  for (int i = 0; i < 30; ++i) resolvers.ask();
  EXPECT_GT(std::chrono::steady_clock::now() - start, milliseconds(200));
}

}  // namespace
}  // namespace danesweep::scanner
