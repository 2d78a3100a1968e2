// SPDX-License-Identifier: Apache-2.0
// What one resolver leaves out, garbles or never sends, and what another one mends: D-8, D-56, D-59, D-61, D-67, D-126.
#include "dnssec/exchanges.h"

#include <algorithm>

#include "dnssec/wire/rdata.h"
#include "tests/unit/dnssec/asker.h"

namespace danesweep::dnssec {
namespace {

using enum Security;
using support::sign;
using support::SigningKey;

/// Its DS of signed.example. comes from the child.
World child_sided() {
  World world = honest_world();
  world.edit("signed.example.", RrType::Ds, [records = signed_by_child(world, "signed.example.")](Reply& reply) {
    reply.answer.clear();
    reply.authority = records;
  });
  return world;
}

// D-56, D-59, D-126: another resolver may do better; the verdict is its.
TEST(OtherResolver, GivesTheDsThatTheFirstTookFromTheChild) {
  EXPECT_EQ(Asker(child_sided()).add(honest_world()).ask("www.signed.example. A").security, Secure);
  EXPECT_EQ(code(Asker(child_sided()).add(child_sided()).ask("www.signed.example. A").reason), "ds-from-child");
}

World with_spoilt_ds() {
  World world = honest_world();
  world.edit("signed.example.", RrType::Ds, spoil_signatures(RrType::Ds));
  return world;
}

/// The verdict of resolvers asked in that order, for a name below the cut and for the DS itself.
std::vector<Verdict> verdicts_of(const std::vector<World>& resolvers) {
  std::vector<Verdict> verdicts;
  for (const char* text : {"www.signed.example. A", "signed.example. DS"}) {
    Asker asker(resolvers.front());
    for (std::size_t i = 1; i < resolvers.size(); ++i) asker.add(resolvers[i]);
    verdicts.push_back(asker.ask(text));
  }
  return verdicts;
}

// D-56, D-1: as many as there are answer from the child, in any order; the one that asks the parent is found.
TEST(OtherResolver, IsAskedUntilOneKnowsTheParent) {
  for (const std::size_t count : {3U, 5U})
    for (std::size_t right = 0; right < count; ++right) {
      std::vector<World> resolvers(count, child_sided());
      resolvers[right] = honest_world();
      for (const Verdict& verdict : verdicts_of(resolvers)) {
        EXPECT_EQ(to_text(verdict.security), "SECURE") << right << " of " << count << ' ' << code(verdict.reason);
        std::vector<ResolverId> childs;
        for (std::size_t i = 0; i < right; ++i) childs.push_back(static_cast<ResolverId>(i));
        EXPECT_EQ(verdict.spoiling, childs) << right << " of " << count;
      }
    }
  for (const Verdict& verdict : verdicts_of({3, child_sided()})) EXPECT_EQ(code(verdict.reason), "ds-from-child");
}

// D-56, D-126: an answer from the child does not count as the one other try of an answer that fails.
TEST(OtherResolver, OfTheChildsSideIsNoTry) {
  std::vector<World> resolvers{child_sided(), with_spoilt_ds(), honest_world()};
  std::vector<int> order{0, 1, 2};
  do {
    for (const Verdict& verdict : verdicts_of({resolvers[order[0]], resolvers[order[1]], resolvers[order[2]]}))
      EXPECT_EQ(to_text(verdict.security), "SECURE") << order[0] << order[1] << order[2] << code(verdict.reason);
  } while (std::ranges::next_permutation(order).found);
  resolvers.back() = child_sided();
  order = {0, 1, 2};
  do {
    for (const Verdict& verdict : verdicts_of({resolvers[order[0]], resolvers[order[1]], resolvers[order[2]]}))
      EXPECT_EQ(code(verdict.reason), "signature-wrong") << "not all of them answered from the child";
  } while (std::ranges::next_permutation(order).found);
}

// D-126: what fails otherwise is asked once more, not of everybody.
TEST(OtherResolver, IsAskedOnceAboutWhatFails) {
  Asker asker(with_spoilt_ds());
  for (int i = 0; i < 4; ++i) asker.add(with_spoilt_ds());
  EXPECT_EQ(code(asker.ask("www.signed.example. A").reason), "signature-wrong");
  EXPECT_EQ(std::ranges::count(asker.asked(), "signed.example. DS"), 2);
}

// D-3, D-56, D-104: that we ask no more resolvers is not the fault of the zone.
TEST(OtherResolver, IsNotAskedBeyondTheLimitOfQuestions) {
  Asker asker(child_sided());
  for (int i = 0; i < 60; ++i) asker.add(child_sided());
  EXPECT_EQ(code(asker.ask("www.signed.example. A").reason), "work-limit");
}

// D-126
TEST(OtherResolver, MendsWhatACacheShouldHaveThrownAway) {
  for (const char* text : {"www.example. A", "signed.example. DNSKEY", "signed.example. DS"}) {
    World broken = honest_world();
    const auto asked = question(text);
    broken.edit(asked.name.to_text(), asked.type, spoil_signatures(asked.type));
    EXPECT_EQ(Asker(broken).add(honest_world()).ask("www.signed.example. A").security, Secure) << text;
  }
  World broken = honest_world();
  broken.edit("www.example.", RrType::A, spoil_signatures(RrType::A));
  EXPECT_EQ(Asker(broken).add(honest_world()).ask("www.example. A").security, Secure);
  EXPECT_EQ(code(Asker(broken).add(broken).ask("www.example. A").reason), "signature-wrong");
}

// D-59, D-126: the one whose message another mends is marked, wherever in the chain that was.
TEST(OtherResolver, MarksTheOneThatItMends) {
  struct Case {
    const char *spoilt, *asked;
    World::Edit (*edit)(RrType);
    std::vector<ResolverId> spoiling, stripping;
  };
  const Case cases[] = {
      {"www.signed.example. A", "www.signed.example. A", spoil_signatures, {0}, {}},
      {"signed.example. DNSKEY", "www.signed.example. A", spoil_signatures, {0}, {}},
      {"signed.example. DS", "www.signed.example. A", spoil_signatures, {0}, {}},
      {"www.signed.example. A", "www.signed.example. A", without_signatures, {}, {0}},
      {"signed.example. DS", "www.signed.example. A", without_signatures, {}, {0}},
      {"www.example. A", "www.signed.example. A", spoil_signatures, {}, {}},
  };
  for (const Case& each : cases) {
    World broken = honest_world();
    const auto spoilt = question(each.spoilt);
    broken.edit(spoilt.name.to_text(), spoilt.type, each.edit(spoilt.type));
    const Verdict verdict = Asker(broken).add(honest_world()).ask(each.asked);
    EXPECT_EQ(verdict.security, Secure) << each.spoilt;
    EXPECT_EQ(verdict.spoiling, each.spoiling) << each.spoilt;
    EXPECT_EQ(verdict.stripping, each.stripping) << each.spoilt;
    EXPECT_TRUE(Asker(broken).add(broken).ask(each.asked).spoiling.empty()) << "nobody mends it";
  }
}

// D-1: which of two resolvers is asked first changes nothing.
TEST(OtherResolver, OrderDoesNotMatter) {
  World expired = honest_world();
  expired.edit("www.example.", RrType::A, spoil_signatures(RrType::A));
  World stripped = honest_world();
  stripped.edit("www.example.", RrType::A, without_all_signatures());
  const Verdict one = Asker(expired).add(stripped).ask("www.example. A");
  const Verdict two = Asker(stripped).add(expired).ask("www.example. A");
  EXPECT_EQ(code(one.reason), "signature-wrong");
  EXPECT_EQ(code(two.reason), "signature-wrong");
  EXPECT_EQ(one.stripping, std::vector<ResolverId>{1});
  EXPECT_EQ(two.stripping, std::vector<ResolverId>{0});
  struct {
    const char* owner;
    RrType type;
    World::Edit missing;
  } const rows[] = {{"signed.example.", RrType::Dnskey, without(RrType::Dnskey)},
                    {"signed.example.", RrType::Ds, without_all_signatures()}};
  for (const auto& row : rows) {
    World wrong = honest_world();
    wrong.edit(row.owner, row.type, spoil_signatures(row.type));
    World missing = honest_world();
    missing.edit(row.owner, row.type, row.missing);
    EXPECT_EQ(code(Asker(wrong).add(missing).ask("www.signed.example. A").reason), "signature-wrong");
    EXPECT_EQ(code(Asker(missing).add(wrong).ask("www.signed.example. A").reason), "signature-wrong");
  }
}

// D-1, D-126: signed data needs no walk through the cuts, so that a cut which nobody can fetch harms the unsigned
// answer alone, and which resolver is asked first changes nothing.
TEST(OtherResolver, SparesTheCutsThatNobodyCanFetch) {
  World signs = honest_world();
  signs.edit("www.signed.example.", RrType::Ds, with_rcode(wire::Rcode::ServFail));
  World strips = signs;
  strips.edit("www.signed.example.", RrType::A, without_signatures(RrType::A));
  EXPECT_EQ(Asker(strips).add(signs).ask("www.signed.example. A").security, Secure);
  EXPECT_EQ(Asker(signs).add(strips).ask("www.signed.example. A").security, Secure);
  EXPECT_EQ(code(Asker(strips).add(strips).ask("www.signed.example. A").reason), "resolver-servfail");
}

// D-59: the resolver leaves out what the anchored zone surely has.
TEST(Stripping, IsTheResolversFault) {
  struct {
    const char* what;
    World::Edit edit;
    const char* question;
  } const rows[] = {
      {"all signatures", without_all_signatures(), "www.example. A"},
      {"all signatures, denial", without_all_signatures(), "nothing.example. A"},
      {"no EDNS",
       [](Reply& reply) {
         reply.has_edns = false;
         without_all_signatures()(reply);
       },
       "www.example. A"},
      {"no EDNS, signatures of one RRset",
       [](Reply& reply) {
         reply.has_edns = false;
         if (reply.question.type == RrType::Mx) without_all_signatures()(reply);
       },
       "example. MX"},
      {"no EDNS in denials, NSEC of one name",
       [](Reply& reply) {
         reply.has_edns = !reply.answer.empty();
         if (reply.question.name == name("nothing.example.")) without(RrType::Nsec)(reply);
       },
       "nothing.example. A"},
      {"NSEC and NSEC3 of denials", both(without(RrType::Nsec), without(RrType::Nsec3)), "nothing.example. A"},
      {"NSEC and NSEC3 of DS denials", both(without(RrType::Nsec), without(RrType::Nsec3)), "www.insecure.example. A"},
  };
  for (const auto& row : rows) {
    World stripping = honest_world();
    stripping.edit_all(row.edit);
    Asker cold(stripping);
    const Verdict verdict = cold.ask(row.question);
    EXPECT_EQ(verdict.security, Bogus) << row.what;
    EXPECT_EQ(code(verdict.reason), "resolver-strips-dnssec") << row.what;
    // With a good one beside it the truth comes out, whichever is asked first.
    const Verdict truth = Asker(honest_world()).ask(row.question);
    const Verdict mended = Asker(stripping).add(honest_world()).anchors(honest_world().anchors(".")).ask(row.question);
    EXPECT_EQ(mended.security, truth.security) << row.what;
    EXPECT_EQ(code(mended.reason), code(truth.reason)) << row.what;
  }
}

// D-59: that one resolver strips excuses no zone whose faults another shows.
TEST(Stripping, OfOneResolverExcusesNoZone) {
  World stripping = honest_world();
  stripping.edit_all(without_all_signatures());
  World faulty = honest_world();
  faulty.edit("www.example.", RrType::A, without_all_signatures());
  EXPECT_EQ(code(Asker(stripping).add(faulty).anchors(faulty.anchors(".")).ask("www.example. A").reason),
            "rrsigs-missing");
  EXPECT_EQ(code(Asker(faulty).add(stripping).ask("www.example. A").reason), "rrsigs-missing");
}

// D-59: a resolver that leaves out NSEC does not leave out signatures.
TEST(Stripping, OfDenialsDoesNotExplainMissingSignatures) {
  World world = honest_world();
  world.edit_all(both(without(RrType::Nsec), without(RrType::Nsec3)));
  world.edit("example.", RrType::Mx, without_all_signatures());
  EXPECT_EQ(code(Asker(world).ask("example. MX").reason), "rrsigs-missing");
}

// D-1, D-59: with warm keys the resolver is found out by a question of its own.
TEST(Stripping, IsFoundWithWarmCachesToo) {
  World world = honest_world();
  bool strips = false;
  world.edit_all([&strips](Reply& reply) {
    if (strips) without_all_signatures()(reply);
  });
  Asker asker(world);
  EXPECT_EQ(asker.ask("www.example. A").security, Secure);
  strips = true;
  EXPECT_EQ(code(asker.ask("www.example. A").reason), "resolver-strips-dnssec");
}

// D-61
TEST(Missing, RepliesMakeIndeterminate) {
  for (const char* text : {"www.signed.example. A", "signed.example. DS", "signed.example. DNSKEY", ". DNSKEY"}) {
    Asker silent(honest_world());
    const Verdict verdict = silent.mute(text).ask("www.signed.example. A");
    EXPECT_EQ(verdict.security, Indeterminate) << text;
    EXPECT_EQ(code(verdict.reason), "resolver-timeout") << text;
    EXPECT_EQ(verdict.ttl, 0U);
    World failing = honest_world();
    failing.edit(question(text).name.to_text(), question(text).type, with_rcode(wire::Rcode::ServFail));
    EXPECT_EQ(code(Asker(failing).ask("www.signed.example. A").reason), "resolver-servfail") << text;
    World refusing = honest_world();
    refusing.edit(question(text).name.to_text(), question(text).type, with_rcode(wire::Rcode::Refused));
    EXPECT_EQ(code(Asker(refusing).ask("www.signed.example. A").reason), "resolver-refused") << text;
    World strange = honest_world();  // a whole answer, under an error code
    strange.edit(question(text).name.to_text(), question(text).type, with_rcode(wire::Rcode::NotImp));
    EXPECT_EQ(code(Asker(strange).ask("www.signed.example. A").reason), "resolver-refused") << text;
  }
}

// D-46, D-126: what the zone of the signer says fails as it stands; a cut below it that nobody can fetch excuses
// nothing.
TEST(Missing, CutBelowAWrongSignatureExcusesNothing) {
  World world = honest_world();
  world.edit("www.insecure.example.", RrType::A, [](Reply& reply) {
    Record signature = sign(reply.answer, name("example."), SigningKey(13, 1));
    signature.rdata.back() ^= 1;
    reply.answer.push_back(signature);
  });
  EXPECT_EQ(code(Asker(world).ask("www.insecure.example. A").reason), "insecure-delegation");
  const Verdict verdict = Asker(world).mute("insecure.example. DS").ask("www.insecure.example. A");
  EXPECT_EQ(to_text(verdict.security), "BOGUS");
  EXPECT_EQ(code(verdict.reason), "signature-wrong");
}

// D-94, D-126: the same of a denial of which the signer's zone left out the proof, or spoilt it.
TEST(Missing, CutBelowAFailedDenialExcusesNothing) {
  struct Row {
    World::Edit edit;
    const char* reason;
  };
  for (const Row& row :
       {Row{without(RrType::Nsec), "denial-missing"}, Row{spoil_signatures(RrType::Nsec), "signature-wrong"}}) {
    World world = honest_world();
    world.edit("www.example.", RrType::Mx, row.edit);
    const Verdict verdict = Asker(world).mute("www.example. DS").ask("www.example. MX");
    EXPECT_EQ(to_text(verdict.security), "BOGUS") << row.reason;
    EXPECT_EQ(code(verdict.reason), row.reason);
  }
}

// D-48, D-61: unsigned data is nobody's until the walk has ended.
TEST(Missing, CutAboveUnsignedDataMakesIndeterminate) {
  World world = honest_world();
  const Verdict verdict = Asker(world).mute("insecure.example. DS").ask("www.insecure.example. A");
  EXPECT_EQ(to_text(verdict.security), "INDETERMINATE");
  EXPECT_EQ(code(verdict.reason), "resolver-timeout");
}

// D-67, D-126: what the alias's message says of the target is bad, and the target's own answer does not come.
TEST(Missing, AnswerOfATargetLeavesWhatTheAliasBrought) {
  World world = honest_world();
  world.edit("alias.example.", RrType::A, spoil_signatures(RrType::A));
  EXPECT_EQ(to_text(Asker(world).ask("alias.example. A").security), "SECURE");
  EXPECT_EQ(code(Asker(world).mute("www.example. A").ask("alias.example. A").reason), "signature-wrong");
}

// D-41, D-49: a DS set that nobody can use says enough; the keys that it names need not arrive.
TEST(Missing, KeysBelowAnUnusableDsAreNotNeeded) {
  World world = honest_world();
  world.zone("example.").before_signing([](Records& records) {
    for (Record& record : records)
      if (record.type == RrType::Ds) record.rdata[2] = 200;
  });
  const Verdict verdict = Asker(world).mute("signed.example. DNSKEY").ask("www.signed.example. A");
  EXPECT_EQ(verdict.security, Insecure);
  EXPECT_EQ(code(verdict.reason), "unsupported-algorithm");
}

// D-8: a message whose owner names cannot be read is no reply; another resolver is asked.
TEST(OtherResolver, IsAskedWhenAMessageCannotBeRead) {
  const Policy policy;
  WorkBudget budget(policy);
  Exchanges exchanges(budget);
  const auto asked = question("www.example. A");
  Reply empty;
  empty.question = asked;
  empty.has_edns = false;
  auto octets = empty.octets();
  octets[7] = 1;  // one answer, whose owner points into the middle of a label
  octets.insert(octets.end(), {0xC0, 13, 0, 1, 0, 1, 0, 0, 0, 60, 0, 4, 192, 0, 2, 1});
  const auto message = wire::Message::parse(octets);
  ASSERT_TRUE(message);
  exchanges.ask_readable(asked);
  exchanges.give({asked, {}}, {wire::MessagePtr(*message), 0});
  const Exchange& second = exchanges.ask_readable(asked);
  EXPECT_TRUE(second.is_waiting());
  EXPECT_EQ(second.wanted.not_from, ResolverSet{0});
  exchanges.give({asked, {0}}, {honest_world().message(asked), 1});
  EXPECT_TRUE(exchanges.ask_readable(asked).is_answered());
}

}  // namespace
}  // namespace danesweep::dnssec
