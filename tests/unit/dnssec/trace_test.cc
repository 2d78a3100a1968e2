// SPDX-License-Identifier: Apache-2.0
// What a person debugging a zone reads: every check, every key and DS, what the resolver said. D-18, D-61, D-62, D-87,
// D-126.
#include "dnssec/trace.h"

#include "dnssec/exchanges.h"

#include <algorithm>

#include "tests/unit/dnssec/asker.h"

namespace danesweep::dnssec {
namespace {

bool has_line(const Verdict& verdict, std::string_view part) {
  return std::ranges::any_of(verdict.trace,
                             [&](const std::string& line) { return line.find(part) != std::string::npos; });
}

Verdict traced(World world, const char* asked) { return Asker(std::move(world)).detail(Detail::Trace).ask(asked); }

// D-62
TEST(Trace, NamesQuestionsAndChecks) {
  const Verdict verdict = traced(honest_world(), "www.signed.example. A");
  for (const char* part :
       {"asked www.signed.example A: NOERROR", "signature by key ", "link www.signed.example A: SECURE"})
    EXPECT_TRUE(has_line(verdict, part)) << part;
}

TEST(Trace, IsEmptyUnlessAskedFor) { EXPECT_TRUE(Asker(honest_world()).ask("www.example. A").trace.empty()); }

// D-126: the reason comes from the failing check itself, with its sentence.
TEST(Trace, SaysWhatFailed) {
  World world = honest_world();
  world.edit("www.example.", RrType::A, spoil_signatures(RrType::A));
  const Verdict verdict = traced(world, "www.example. A");
  EXPECT_TRUE(has_line(verdict, "signature-wrong"));
  EXPECT_EQ(verdict.facts.name, name("www.example."));
  EXPECT_TRUE(verdict.facts.key_tag.has_value());
}

TEST(Trace, IsTheOnlyPlaceThatShowsBogusRecords) {  // D-76
  World world = honest_world();
  world.edit("www.example.", RrType::A, spoil_signatures(RrType::A));
  const Verdict verdict = traced(world, "www.example. A");
  EXPECT_TRUE(verdict.records.empty());
  EXPECT_TRUE(has_line(verdict, "not believed: www.example. 3600 IN A 192.0.2.1"));
  EXPECT_FALSE(has_line(traced(honest_world(), "www.example. A"), "not believed"));
}

// D-62: also of what denies, and of the DS above keys that do not hold, the chain says who signed it until when.
TEST(Chain, NamesTheSignatureOfEachLink) {
  struct Row {
    const char* asked;
    std::function<void(World&)> change;
    Step step;
    const char* name;
    const char* signer;
  };
  const Row rows[] = {
      {"www.signed.example. A", {}, Step::Ds, "signed.example.", "example."},
      {"www.signed.example. A", {}, Step::Answer, "www.signed.example.", "signed.example."},
      {"nothing.example. A", {}, Step::Denial, "nothing.example.", "example."},
      {"www.three. TXT", {}, Step::Denial, "www.three.", "three."},
      {"www.insecure.example. A", {}, Step::Cut, "insecure.example.", "example."},
      {"www.insecure.opt. A", {}, Step::Cut, "insecure.opt.", "opt."},
      {"x.wild.example. A", {}, Step::Denial, "x.wild.example.", "example."},
      {"x.wild.three. A", {}, Step::Denial, "x.wild.three.", "three."},
      {"www.example. A", [](World& world) { world.edit("www.example.", RrType::A, spoil_signatures(RrType::A)); },
       Step::Answer, "www.example.", "example."},
      {"nothing.example. A",
       [](World& world) { world.edit("nothing.example.", RrType::A, spoil_signatures(RrType::Nsec)); }, Step::Denial,
       "nothing.example.", "example."},
      {"www.signed.example. A",
       [](World& world) { world.edit("signed.example.", RrType::Ds, spoil_signatures(RrType::Ds)); }, Step::Ds,
       "signed.example.", "example."},
      {"www.signed.example. A",
       [](World& world) { world.edit("signed.example.", RrType::Dnskey, spoil_signatures(RrType::Dnskey)); },
       Step::Dnskey, "signed.example.", "signed.example."},
      {"www.signed.example. A",
       [](World& world) { world.edit("signed.example.", RrType::Dnskey, spoil_signatures(RrType::Dnskey)); }, Step::Ds,
       "signed.example.", "example."},
  };
  for (const Row& row : rows) {
    World world = honest_world();
    if (row.change) row.change(world);
    const Verdict verdict = Asker(std::move(world)).ask(row.asked);
    const auto link = std::ranges::find_if(
        verdict.chain, [&](const ChainLink& each) { return each.step == row.step && each.name == name(row.name); });
    ASSERT_NE(link, verdict.chain.end()) << row.asked << ' ' << row.name;
    ASSERT_TRUE(link->signer && link->key_tag && link->algorithm) << row.asked << ' ' << row.name;
    EXPECT_EQ(*link->signer, name(row.signer)) << row.asked;
    EXPECT_EQ(link->inception, support::kNow - support::kDay) << row.asked;
    EXPECT_EQ(link->expiration, support::kNow + 30 * support::kDay) << row.asked;
  }
}

// D-62, D-64: the proof of a wildcard answer stands before the answer, and what a fault elsewhere had for a signature
// is not that of the answer.
TEST(Trace, PutsTheWildcardsProofBeforeItsAnswer) {
  const Verdict verdict = Asker(honest_world()).ask("x.wild.example. A");
  ASSERT_GE(verdict.chain.size(), 2U);
  EXPECT_EQ(verdict.chain.back().step, Step::Answer);
  EXPECT_EQ(verdict.chain[verdict.chain.size() - 2].step, Step::Denial);
  World world = honest_world();
  world.edit("signed.example.", RrType::Dnskey, spoil_signatures(RrType::Dnskey));
  const Verdict broken = Asker(std::move(world)).ask("www.signed.example. A");
  EXPECT_EQ(broken.chain.back().step, Step::Answer);
  EXPECT_FALSE(broken.chain.back().signer.has_value());
}

// D-87
TEST(Trace, NotesRoundsAndSalt) {
  World world = honest_world();
  world.zone("three.").nsec3({.iterations = 60, .salt = {1, 2}});
  const Verdict verdict = traced(world, "nothing.three. A");
  EXPECT_TRUE(has_line(verdict, "60 extra rounds and a salt of 2 octets"));
  EXPECT_TRUE(has_line(verdict, "others call this insecure"));
  EXPECT_TRUE(has_line(traced(world, "x.wild.three. A"), "others call this insecure"));
  EXPECT_FALSE(has_line(traced(honest_world(), "x.wild.three. A"), "extra rounds"));
}

// D-18
TEST(Trace, NotesACnameBesideData) {
  World world = honest_world();
  world.edit("www.example.", RrType::A, add_answer({support::record("www.example. 3600 CNAME zz.example.")}));
  EXPECT_TRUE(has_line(traced(world, "www.example. A"), "CNAME beside other data"));
}

// D-61: what the resolver says goes into the trace, never into the status.
TEST(Trace, RepeatsTheResolversExtendedError) {
  const Policy policy;
  WorkBudget budget(policy);
  Exchanges exchanges(budget);
  exchanges.ask(question("www.example. A"));
  const Exchange* given = exchanges.give({question("www.example. A"), {}},
                                         {ErrorRcode{wire::Rcode::ServFail, 22, "no reachable authority"}, 3});
  ASSERT_NE(given, nullptr);
  EXPECT_EQ(given->extended_error, 22);
  EXPECT_EQ(given->extended_error_text, "no reachable authority");
  EXPECT_EQ(code(given->missing.reason), "resolver-servfail");
}

// D-61: also of one whom another outdoes.
TEST(Trace, RepeatsTheExtendedErrorThatAnAnswerOutdoes) {
  const World world = honest_world();
  const TrustAnchors anchors(world.anchors("."));
  const Policy policy;
  Crypto crypto{policy};
  const auto caches = make_plain_caches();
  const Verdict verdict = run(
      Validation(question("www.example. A"), support::kNow, {&anchors, &policy, &crypto, caches.get()}, Detail::Trace),
      [&](const Wanted& wanted) {
        Response response{world.message(wanted.question), 1};
        if (wanted.question.type == RrType::A)
          response.outdone = {{{wire::Rcode::ServFail, 9, "no key"}, 0}, {{wire::Rcode::Refused, {}, {}}, 2}};
        return response;
      });
  EXPECT_EQ(to_text(verdict.security), "SECURE");
  EXPECT_TRUE(has_line(verdict,
                       "resolver 1; resolver 0 said SERVFAIL, extended error 9 no key; "
                       "resolver 2 said REFUSED"));
}

// Part F: every number of the policy is printed once.
TEST(Trace, PrintsThePolicy) {
  const auto lines = describe(Policy{});
  EXPECT_EQ(lines.size(), 33U);
  for (const char* line :
       {"D-6: octets that the compressed names of a message make: 262144", "D-103: records of an RRset: 2000",
        "D-103: records of a message: 4000", "D-103: keys in a set: 128",
        "D-107: seconds that proven keys are kept, at most: 86400",
        "D-117: days that a trust anchor stays MISSING: 366", "D-97: denials made of cached NSEC and NSEC3: none"})
    EXPECT_EQ(std::ranges::count(lines, line), 1) << line;
  EXPECT_TRUE(std::ranges::find(lines, "D-87: extra NSEC3 rounds: 150") != lines.end());
}

}  // namespace
}  // namespace danesweep::dnssec
