// SPDX-License-Identifier: Apache-2.0
// What a person is told of a failure, and whom to turn to: the right name, type, zone, signer and key (D-62, D-126).
#include "dnssec/reason.h"

#include <fmt/format.h>

#include "tests/unit/dnssec/asker.h"

namespace danesweep::dnssec {
namespace {

using support::KeyUse;
using support::SigningKey;

struct Told {
  std::string title;
  std::function<void(World&)> change;
  std::string question, sentence, mender;
};

std::ostream& operator<<(std::ostream& out, const Told& row) { return out << row.title; }

class Sentences : public testing::TestWithParam<Told> {};

TEST_P(Sentences, NameWhatFailedAndWhoCanMendIt) {
  const Told& row = GetParam();
  World world = honest_world();
  if (row.change) row.change(world);
  const Verdict verdict = Asker(std::move(world)).ask(row.question);
  EXPECT_EQ(sentence(verdict.reason, verdict.facts), row.sentence) << code(verdict.reason);
  EXPECT_EQ(who_can_mend(verdict.reason, verdict.facts), row.mender);
}

/// The signer of all signatures is replaced by another zone.
World::Edit in_the_name_of(const char* signer) {
  return [signer](Reply& reply) {
    constexpr std::ptrdiff_t kSignerAt = 18;
    const auto old_end = kSignerAt + static_cast<std::ptrdiff_t>(name("example.").wire().size());
    for (Record& record : reply.answer) {
      if (record.type != RrType::Rrsig) continue;
      const wire::DomainName zone = name(signer);
      record.rdata.erase(record.rdata.begin() + kSignerAt, record.rdata.begin() + old_end);
      record.rdata.insert(record.rdata.begin() + kSignerAt, zone.wire().begin(), zone.wire().end());
    }
  };
}

const SigningKey kRevoked(13, 2, 257 | 0x80), kSound(13, 2, 257), kOddProtocol(13, 3, 256, 2);

/// A child of example. with these keys.
std::function<void(World&)> child_with(std::vector<std::pair<SigningKey, KeyUse>> keys) {
  return [keys](World& world) {
    auto& child = world.zone("child.example.").add("www A 192.0.2.20");
    for (const auto& [key, use] : keys) child.key(key, use);
    world.zone("example.").delegate(child);
  };
}

/// The denial of a name that does not exist, under a response code that says it does.
void deny_with_wrong_rcode(World& world) {
  world.edit("gone.three.", RrType::A, [](Reply& reply) {
    reply.rcode = wire::Rcode::NoError;
    reply.authority.clear();
    reply.answer = {support::record("gone.three. 300 A 192.0.2.66")};
  });
  world.edit("gone.three.", RrType::Ds, with_rcode(wire::Rcode::NoError));
}

const std::string kLabel(60, 'x');

const Told kTold[] = {
    {"D-47 a stranger's signature",
     [](World& world) { world.edit("www.example.", RrType::A, in_the_name_of("three.")); }, "www.example. A",
     "www.example A is signed in the name of three, which has no say over www.example",
     "the operator of the DNS of example"},
    {"D-55 no DS and no proof",
     [](World& world) { world.edit("insecure.example.", RrType::Ds, without(RrType::Nsec)); },
     "www.insecure.example. A", "example neither gives a DS for insecure.example nor proves that there is none",
     "the operator of example or the registrar of insecure.example, or the operator of the resolver"},
    {"D-55 no DS and a proof without signatures",
     [](World& world) { world.edit("insecure.example.", RrType::Ds, without_signatures(RrType::Soa)); },
     "www.insecure.example. A", "example neither gives a DS for insecure.example nor proves that there is none",
     "the operator of example or the registrar of insecure.example, or the operator of the resolver"},
    {"D-93 a DS question that is denied badly", deny_with_wrong_rcode, "gone.three. A",
     "the proof given for gone.three DS says something else than the response code",
     "the operator of the DNS of three"},
    {"D-53 an unsigned CNAME",
     [](World& world) {
       world.edit("alias.example.", RrType::A, without_all_signatures());
       world.edit("alias.example.", RrType::Ds, without_all_signatures());
     },
     "alias.example. A",
     "the DS question for alias.example was answered by an unsigned CNAME: neither a DS nor a proof that there is none",
     "the operator of the DNS of example"},
    {"D-56 D-74 a DS question that the child answers",
     [](World& world) {
       world.edit("insecure.example.", RrType::Ds,
                  set_authority({support::record("insecure.example. SOA ns. host. 1 1 1 1 1")}));
     },
     "insecure.example. DS", "the DS question was answered by insecure.example itself instead of example",
     "the operator of the resolver, or the operator of example or the registrar of insecure.example"},
    {"D-94 a denial without signatures",
     [](World& world) { world.edit("zz.example.", RrType::Txt, without_all_signatures()); }, "zz.example. TXT",
     "example SOA arrived without signature although example is signed", "the operator of the DNS of example"},
    {"D-68 aliases that come back",
     {},
     "loop1.example. A",
     "the CNAME chain comes back to loop1.example",
     "the operator of the DNS of example"},
    {"D-71 a DNAME that makes too long a name",
     [](World& world) { world.zone("example.").add("long DNAME " + kLabel + "." + kLabel + "." + kLabel); },
     kLabel + ".a.b.c.long.example. A", "the DNAME at long.example makes a name longer than 255 octets",
     "the operator of the DNS of example"},
    {"D-37 a DS of a revoked key", child_with({{kRevoked, KeyUse::SignsAll}}), "www.child.example. A",
     fmt::format(
         "no usable key of child.example has a tag of its DS (DS: {0}, keys: {0} (revoked)): key {0} may not be "
         "used: revoked",
         kRevoked.tag()),
     "the operator of example or the registrar of child.example"},
    {"D-29 a key of another protocol", child_with({{kSound, KeyUse::SignsKeys}, {kOddProtocol, KeyUse::SignsData}}),
     "www.child.example. A",
     fmt::format("the signature over www.child.example A names key {0}, but child.example publishes no such key for it "
                 "(published: {1} {0} (protocol 2))",
                 kOddProtocol.tag(), kSound.tag()),
     "the operator of the DNS of child.example"},
};

INSTANTIATE_TEST_SUITE_P(All, Sentences, testing::ValuesIn(kTold));

}  // namespace
}  // namespace danesweep::dnssec
