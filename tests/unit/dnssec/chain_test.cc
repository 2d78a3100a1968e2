// SPDX-License-Identifier: Apache-2.0
// From anchor to zone: D-44 to D-62.
#include "dnssec/chain.h"

#include "dnssec/exchanges.h"

#include <algorithm>

#include "dnssec/wire/rdata.h"
#include "tests/unit/dnssec/asker.h"

namespace danesweep::dnssec {
namespace {

using enum Security;
using support::sign;
using support::SigningKey;

Records ds_denial_of(const World& world, const char* child) { return world.reply({name(child), RrType::Ds}).authority; }

Record forged(const std::string& text) { return support::record(text); }

/// What example. signed at some time, and whoever kept it can send again.
Records signed_by_example(const std::string& text) {
  const Records rrset{support::record(text)};
  return {rrset.front(), support::sign(rrset, name("example."), support::SigningKey(13, 1))};
}

/// The DS question for `child` is answered by that NSEC of example.
void deny_ds(World& world, const char* child, const std::string& nsec) {
  world.edit(child, RrType::Ds, both(with_rcode(wire::Rcode::NoError), set_authority(signed_by_example(nsec))));
}

/// `example.` says that `sub.signed.example.` is an unsigned delegation, which only `signed.example.` could say.
const char* const kSaidFromAbove = "sub.signed.example. NSEC sud.signed.example. NS RRSIG NSEC";
void say_from_above(World& world) { deny_ds(world, "sub.signed.example.", kSaidFromAbove); }
/// An unsigned address below it, with what else the message holds.
World::Edit unsigned_answer(const std::string& text, Records authority) {
  return [text, authority = std::move(authority)](Reply& reply) {
    reply.rcode = wire::Rcode::NoError;
    reply.answer = {forged(text)};
    reply.authority = authority;
  };
}
const char* const kForgedBelow = "www.sub.signed.example. A 192.0.2.66";

/// www.example. A without signature, beside an NSEC that key `key` of the pool signed for example.
std::function<void(World&)> unsigned_beside(const std::string& text, std::size_t key = 1,
                                            const support::SignatureFields& fields = {}) {
  return [=](World& world) {
    const Records nsec{support::record(text)};
    const Record signature = support::sign(nsec, name("example."), support::SigningKey(13, key), fields);
    world.edit("www.example.", RrType::A, both(without_all_signatures(), add_authority({nsec.front(), signature})));
  };
}

class ChainTest : public testing::TestWithParam<Row> {};
TEST_P(ChainTest, EndsAsExpected) { check(GetParam()); }

const Row kRows[] = {
    {"signed data below two cuts", "D-46", {}, "www.signed.example. A", Secure},
    {"signed data below labels without a cut", "D-46", {}, "host.one.two.signed.example. A", Secure},
    {"unsigned zone below an insecure delegation by NSEC",
     "D-50",
     {},
     "www.insecure.example. A",
     Insecure,
     Reason::InsecureDelegation},
    {"unsigned zone below an insecure delegation by NSEC3",
     "D-50",
     {},
     "www.insecure.three. A",
     Insecure,
     Reason::InsecureDelegation},
    {"unsigned zone in an opt-out span", "D-51", {}, "www.insecure.opt. A", Insecure, Reason::InsecureDelegationOptout},
    {"unsigned zone some labels down in an opt-out span", "D-51",
     [](World& world) {
       world.zone("opt.").delegate("b.c.d");
       world.zone("b.c.d.opt.").unsigned_zone().add("www A 192.0.2.1");
     },
     "www.b.c.d.opt. A", Insecure, Reason::InsecureDelegationOptout},
    {"denial by an unsigned zone some labels down in an opt-out span", "D-51 D-57",
     [](World& world) {
       world.zone("opt.").delegate("b.c.d");
       world.zone("b.c.d.opt.").unsigned_zone().add("www A 192.0.2.1");
     },
     "nothing.b.c.d.opt. A", Insecure, Reason::InsecureDelegationOptout, Answer::NxDomain},
    {"apex of an unsigned zone", "D-50", {}, "insecure.example. SOA", Insecure, Reason::InsecureDelegation},
    {"denial by an unsigned zone",
     "D-57",
     {},
     "nothing.insecure.example. A",
     Insecure,
     Reason::InsecureDelegation,
     Answer::NxDomain},
    {"denial by an unsigned zone in an opt-out span",
     "D-57",
     {},
     "nothing.insecure.opt. A",
     Insecure,
     Reason::InsecureDelegationOptout,
     Answer::NxDomain},
    {"unsigned top-level domain", "D-50 pos-unsigned-tld",
     [](World& world) {
       world.zone(".").delegate("plain");
       world.zone("plain.").unsigned_zone().add("www A 192.0.2.1");
     },
     "www.plain. A", Insecure, Reason::InsecureDelegation},
    {"island without DS", "D-58", {}, "www.island.insecure.example. A", Insecure, Reason::InsecureDelegation},
    {"island with wrong signatures", "D-58",
     [](World& world) { world.edit("www.island.insecure.example.", RrType::A, spoil_signatures(RrType::A)); },
     "www.island.insecure.example. A", Insecure, Reason::InsecureDelegation},
    {"island whose data a zone above the cut signed too", "D-47",
     [](World& world) {
       world.edit("www.island.insecure.example.", RrType::A, [](Reply& reply) {
         reply.answer.push_back(support::sign({reply.answer.front()}, name("example."), support::SigningKey(13, 1)));
       });
     },
     "www.island.insecure.example. A", Insecure, Reason::InsecureDelegation},
    {"junk signature from above the cut over the DS of an island", "D-58",
     [](World& world) {
       const Record ds = world.zone("island.insecure.example.").ds().front();
       const Record junk = support::sign({ds}, name("example."), support::SigningKey(13, 3));
       world.edit("island.insecure.example.", RrType::Ds, [ds, junk](Reply& reply) {
         reply.authority.clear();
         reply.answer = {ds, junk};
       });
     },
     "www.island.insecure.example. A", Insecure, Reason::InsecureDelegation},
    {"no anchor covers a name: signer above the anchor", "D-44", {}, "www.example. A", Secure},
    {"unsigned data in a signed zone", "D-48",
     [](World& world) { world.edit("www.example.", RrType::A, without_all_signatures()); }, "www.example. A", Bogus,
     Reason::RrsigsMissing},
    {"unsigned data at an apex", "D-48",
     [](World& world) { world.edit("example.", RrType::Mx, without_all_signatures()); }, "example. MX", Bogus,
     Reason::RrsigsMissing},
    {"signatures of a stranger alone", "D-47",
     [](World& world) {
       world.edit("www.example.", RrType::A, [](Reply& reply) {
         const Records a{reply.answer.front()};
         reply.answer = {a.front(), support::sign(a, name("three."), support::SigningKey(13, 1))};
       });
     },
     "www.example. A", Bogus, Reason::SignerNotZone},
    {"signatures of a stranger beside good ones", "D-47",
     [](World& world) {
       world.edit("www.example.", RrType::A, [](Reply& reply) {
         reply.answer.push_back(support::sign({reply.answer.front()}, name("three."), support::SigningKey(13, 1)));
       });
     },
     "www.example. A", Secure},
    {"a signer that is no zone", "D-47",
     [](World& world) {
       world.edit("www.example.", RrType::A, [](Reply& reply) {
         const Records a{reply.answer.front()};
         reply.answer = {a.front(), support::sign(a, name("www.example."), support::SigningKey(13, 1))};
       });
     },
     "www.example. A", Bogus, Reason::SignerNotZone},
    {"a signer that is no zone, and below it a DS that nobody denies", "D-47",
     [](World& world) {
       world.zone("example.").add("www.between A 192.0.2.1");
       world.edit("www.between.example.", RrType::A, [](Reply& reply) {
         const Records a{reply.answer.front()};
         reply.answer = {a.front(), support::sign(a, name("between.example."), support::SigningKey(13, 1))};
       });
       world.edit("www.between.example.", RrType::Ds, set_authority({}));
     },
     "www.between.example. A", Bogus, Reason::SignerNotZone},
    {"signed in the parent's name by a key that it lacks", "D-47",
     [](World& world) {
       world.edit("www.signed.example.", RrType::A, [](Reply& reply) {
         const Records a{reply.answer.front()};
         reply.answer = {a.front(), support::sign(a, name("example."), support::SigningKey(13, 3))};
       });
     },
     "www.signed.example. A", Bogus, Reason::SignerNotZone},
    {"spoilt signature of the zone beside a good one by the zone above", "D-47",
     [](World& world) {
       world.edit("www.signed.example.", RrType::A, [](Reply& reply) {
         const Records a{reply.answer.front()};
         reply.answer.back().rdata.back() ^= 1;
         reply.answer.push_back(support::sign(a, name("example."), support::SigningKey(13, 1)));
       });
     },
     "www.signed.example. A", Secure},
    {"junk signature in the parent's name over an unsigned zone", "D-2",
     [](World& world) {
       world.edit("www.insecure.example.", RrType::A, [](Reply& reply) {
         reply.answer.push_back(support::sign({reply.answer.front()}, name("example."), support::SigningKey(13, 3)));
       });
     },
     "www.insecure.example. A", Insecure, Reason::InsecureDelegation},
    {"DS with an algorithm that nobody knows", "D-49",
     [](World& world) {
       world.zone("example.").before_signing([](Records& records) {
         for (Record& record : records)
           if (record.type == RrType::Ds) record.rdata[2] = 200;
       });
     },
     "www.signed.example. A", Insecure, Reason::UnsupportedAlgorithm},
    {"NODATA for DS with the DS bit set", "D-50",
     [](World& world) {
       world.edit("signed.example.", RrType::Ds, [&world](Reply& reply) {
         reply.answer.clear();
         reply.authority = world.zone("example.").covering_or_matching_nsec(name("signed.example."));
       });
     },
     "www.signed.example. A", Bogus, Reason::DenialWrongType},
    {"no NS bit is no delegation", "D-50",
     [](World& world) { world.edit("www.example.", RrType::A, without_all_signatures()); }, "www.example. A", Bogus,
     Reason::RrsigsMissing},
    {"empty non-terminals are no cuts", "D-50",
     [](World& world) { world.edit("deep.empty.example.", RrType::A, without_all_signatures()); },
     "deep.empty.example. A", Bogus, Reason::RrsigsMissing},
    {"cover without opt-out does not prove an insecure delegation", "D-51",
     [](World& world) {
       const Records proof = support::prove_nxdomain(world.zone("three."), name("nobody.three."));
       world.edit("insecure.three.", RrType::Ds, set_authority(proof));
     },
     "www.insecure.three. A", Bogus, Reason::NxdomainNotProven},
    {"unsigned answer at a name whose DS question gets NXDOMAIN", "D-52",
     [](World& world) {
       world.edit("forged.example.", RrType::A, [](Reply& reply) {
         reply.rcode = wire::Rcode::NoError;
         reply.authority.clear();
         reply.answer = {forged("forged.example. A 192.0.2.66")};
       });
     },
     "forged.example. A", Bogus, Reason::RrsigsMissing},
    {"unsigned answer below a name that does not exist", "D-52",
     [](World& world) {
       world.edit("a.b.forged.example.", RrType::A, [](Reply& reply) {
         reply.rcode = wire::Rcode::NoError;
         reply.authority.clear();
         reply.answer = {forged("a.b.forged.example. A 192.0.2.66")};
       });
     },
     "a.b.forged.example. A", Bogus, Reason::RrsigsMissing},
    {"unsigned answer at an old delegation below a name that does not exist", "D-52",
     [](World& world) {
       deny_ds(world, "a.forged.example.", "a.forged.example. NSEC b.forged.example. NS RRSIG NSEC");
       world.edit("www.a.forged.example.", RrType::A, [](Reply& reply) {
         reply.rcode = wire::Rcode::NoError;
         reply.authority.clear();
         reply.answer = {forged("www.a.forged.example. A 192.0.2.66")};
       });
     },
     "www.a.forged.example. A", Bogus, Reason::RrsigsMissing},
    {"the same with a hint that spares the walk", "D-52 D-57",
     [](World& world) {
       deny_ds(world, "a.forged.example.", "a.forged.example. NSEC b.forged.example. NS RRSIG NSEC");
       world.edit(
           "www.a.forged.example.", RrType::A,
           unsigned_answer("www.a.forged.example. A 192.0.2.66", {forged("a.forged.example. SOA . . 1 1 1 1 1")}));
     },
     "www.a.forged.example. A", Bogus, Reason::RrsigsMissing},
    {"an insecure delegation below a secure one, by the zone above both", "D-50",
     [](World& world) {
       say_from_above(world);
       world.edit("www.sub.signed.example.", RrType::A, unsigned_answer(kForgedBelow, {}));
     },
     "www.sub.signed.example. A", Bogus, Reason::SignerNotZone},
    {"the same with a hint that spares the walk, by the zone above both", "D-50 D-57",
     [](World& world) {
       say_from_above(world);
       world.edit("www.sub.signed.example.", RrType::A,
                  unsigned_answer(kForgedBelow, {forged("sub.signed.example. SOA . . 1 1 1 1 1")}));
     },
     "www.sub.signed.example. A", Bogus, Reason::SignerNotZone},
    {"an insecure delegation below a secure one, in the answer itself", "D-50 D-54",
     [](World& world) {
       world.edit("www.sub.signed.example.", RrType::A,
                  unsigned_answer(kForgedBelow, signed_by_example(kSaidFromAbove)));
     },
     "www.sub.signed.example. A", Bogus, Reason::RrsigsMissing},
    {"an insecure delegation below a secure one, in a denial", "D-50",
     [](World& world) {
       world.edit("www.sub.signed.example.", RrType::A,
                  both(with_rcode(wire::Rcode::NoError), set_authority(signed_by_example(kSaidFromAbove))));
     },
     "www.sub.signed.example. A", Bogus, Reason::SignerNotZone, Answer::None},
    {"no DS below a secure delegation, by the zone above both", "D-50", say_from_above, "sub.signed.example. DS", Bogus,
     Reason::SignerNotZone, Answer::None},
    {"an insecure delegation below an empty non-terminal, found by a hint", "D-50 D-57",
     [](World& world) {
       world.zone("example.").delegate("plain.gap");
       world.zone("plain.gap.example.").unsigned_zone().add("www A 192.0.2.1");
     },
     "nothing.plain.gap.example. A", Insecure, Reason::InsecureDelegation, Answer::NxDomain},
    {"NXDOMAIN for the DS of an empty non-terminal whose proof is an ENT's", "D-52",
     [](World& world) {
       world.edit("empty.example.", RrType::Ds, with_rcode(wire::Rcode::NxDomain));
       world.edit("deep.empty.example.", RrType::A, without_all_signatures());
     },
     "deep.empty.example. A", Bogus, Reason::RrsigsMissing},
    {"CNAME at the DS name", "D-53",
     [](World& world) { world.edit("alias.example.", RrType::A, without_all_signatures()); }, "alias.example. A", Bogus,
     Reason::RrsigsMissing},
    {"unsigned CNAME answers DS", "D-53",
     [](World& world) {
       world.edit("www.example.", RrType::A, without_all_signatures());
       world.edit("www.example.", RrType::Ds, [](Reply& reply) {
         reply.authority.clear();
         reply.answer = {forged("www.example. CNAME zz.example.")};
       });
     },
     "www.example. A", Bogus, Reason::DsAnswerInvalid},
    {"wildcard CNAME answers DS", "D-53",
     [](World& world) {
       world.edit("x.wildalias.example.", RrType::A, [](Reply& reply) {
         reply.authority.clear();
         reply.answer = {forged("x.wildalias.example. A 192.0.2.66")};
       });
     },
     "x.wildalias.example. A", Bogus, Reason::DsAnswerInvalid},
    {"CNAME with a wrong signature answers DS", "D-53",
     [](World& world) {
       world.edit("alias.example.", RrType::A, without_all_signatures());
       world.edit("alias.example.", RrType::Ds, spoil_signatures(RrType::Cname));
     },
     "alias.example. A", Bogus, Reason::SignatureWrong},
    {"wildcard CNAME denies DS", "D-53",
     [](World& world) {
       const Records proof = support::prove_wildcard_nodata(world.zone("example."), name("x.wildalias.example."));
       world.edit("x.wildalias.example.", RrType::Ds, [proof](Reply& reply) {
         reply.answer.clear();
         reply.authority = proof;
       });
       world.edit("x.wildalias.example.", RrType::A, [](Reply& reply) {
         reply.authority.clear();
         reply.answer = {forged("x.wildalias.example. A 192.0.2.66")};
       });
     },
     "x.wildalias.example. A", Bogus, Reason::DenialWrongType},
    {"DNAME above answers DS", "D-53",
     [](World& world) {
       world.edit("x.moved.example.", RrType::A,
                  [](Reply& reply) { reply.answer = {forged("x.moved.example. A 192.0.2.66")}; });
     },
     "x.moved.example. A", Bogus, Reason::DsAnswerInvalid},
    {"DNAME above that came alone answers DS", "D-53",
     [](World& world) {
       world.edit("x.moved.example.", RrType::Ds, without(RrType::Cname));
       world.edit("x.moved.example.", RrType::A,
                  [](Reply& reply) { reply.answer = {forged("x.moved.example. A 192.0.2.66")}; });
     },
     "x.moved.example. A", Bogus, Reason::DsAnswerInvalid},
    {"unsigned DS", "D-55", [](World& world) { world.edit("signed.example.", RrType::Ds, without_all_signatures()); },
     "www.signed.example. A", Bogus, Reason::DsDenialMissing},
    {"DS neither given nor denied", "D-55",
     [](World& world) { world.edit("insecure.example.", RrType::Ds, without(RrType::Nsec)); },
     "www.insecure.example. A", Bogus, Reason::DsDenialMissing},
    {"DS denied with a wrong signature", "D-55",
     [](World& world) { world.edit("insecure.three.", RrType::Ds, spoil_signatures(RrType::Nsec3)); },
     "www.insecure.three. A", Bogus, Reason::SignatureWrong},
    {"DS with a wrong signature", "D-55",
     [](World& world) { world.edit("signed.example.", RrType::Ds, spoil_signatures(RrType::Ds)); },
     "www.signed.example. A", Bogus, Reason::SignatureWrong},
    {"DS with the signature of a wildcard", "D-64",
     [](World& world) {
       const auto key = world.zone("example.").keys()[1].first;
       world.edit("signed.example.", RrType::Ds, [key](Reply& reply) {
         std::erase_if(reply.answer, [](const Record& record) { return record.type == RrType::Rrsig; });
         reply.answer.push_back(support::sign(reply.answer, name("example."), key, {.labels = 1}));
       });
     },
     "www.signed.example. A", Bogus, Reason::WildcardNoDenial},
    {"DS signed by the zone that it names", "D-23",
     [](World& world) {
       const auto key = world.zone("signed.example.").keys()[1].first;
       world.edit("signed.example.", RrType::Ds, [key](Reply& reply) {
         std::erase_if(reply.answer, [](const Record& record) { return record.type == RrType::Rrsig; });
         reply.answer.push_back(support::sign(reply.answer, name("signed.example."), key));
       });
     },
     "www.signed.example. A", Bogus, Reason::DsDenialMissing},
    {"DS question answered by the child", "D-56",
     [](World& world) {
       world.edit("signed.example.", RrType::Ds, [records = signed_by_child(world, "signed.example.")](Reply& reply) {
         reply.answer.clear();
         reply.authority = records;
       });
     },
     "www.signed.example. A", Bogus, Reason::DsFromChild},
    {"DS question answered by the child without its SOA", "D-56",
     [](World& world) {
       const Records nsec = world.zone("signed.example.").covering_or_matching_nsec(name("signed.example."));
       world.edit("signed.example.", RrType::Ds, [nsec](Reply& reply) {
         reply.answer.clear();
         reply.authority = nsec;
       });
     },
     "www.signed.example. A", Bogus, Reason::DsFromChild},
    {"DS of an unsigned child answered by the child", "D-56",
     [](World& world) {
       world.edit("insecure.example.", RrType::Ds,
                  set_authority({forged("insecure.example. SOA ns. host. 1 1 1 1 1")}));
     },
     "www.insecure.example. A", Bogus, Reason::DsFromChild},
    {"keys that nobody signed with the linked key", "D-40",
     [](World& world) { world.edit("signed.example.", RrType::Dnskey, without_all_signatures()); },
     "www.signed.example. A", Bogus, Reason::DnskeyNotSignedByDsKey},
    {"zone without keys", "D-41",
     [](World& world) { world.edit("signed.example.", RrType::Dnskey, without(RrType::Dnskey)); },
     "www.signed.example. A", Bogus, Reason::DnskeyMissing},
    {"CNAME in place of the keys", "D-41",
     [](World& world) {
       world.edit("signed.example.", RrType::Dnskey,
                  [](Reply& reply) { reply.answer = {forged("signed.example. CNAME www.example.")}; });
     },
     "www.signed.example. A", Bogus, Reason::DnskeyMissing},
    {"keys signed in the name of something below the zone", "D-23",
     [](World& world) {
       const auto key = world.zone("signed.example.").keys()[0].first;
       world.edit("signed.example.", RrType::Dnskey, [key](Reply& reply) {
         std::erase_if(reply.answer, [](const Record& record) { return record.type == RrType::Rrsig; });
         reply.answer.push_back(support::sign(reply.answer, name("www.signed.example."), key));
       });
     },
     "www.signed.example. A", Bogus, Reason::SignerNotZone},
    {"DS of another key", "D-41",
     [](World& world) {
       auto other =
           support::SignedZone("signed.example.").key(support::SigningKey(13, 2, 257), support::KeyUse::SignsAll);
       world.edit("signed.example.", RrType::Dnskey,
                  [other](Reply& reply) { reply.answer = other.find_signed(name("signed.example."), RrType::Dnskey); });
     },
     "www.signed.example. A", Bogus, Reason::DsNoMatchingKey},
    {"unsigned referral NS beside a good answer", "D-75",
     [](World& world) { world.edit("www.example.", RrType::A, add_authority({forged("example. NS junk.invalid.")})); },
     "www.example. A", Secure},
    {"an NSEC with a wrong signature shows no cut", "D-54",
     unsigned_beside("www.example. NSEC zz.example. NS RRSIG NSEC", 3), "www.example. A", Bogus, Reason::RrsigsMissing},
    {"an NSEC from a wildcard shows no cut", "D-54",
     unsigned_beside("www.example. NSEC zz.example. NS RRSIG NSEC", 1, {.labels = 1}), "www.example. A", Bogus,
     Reason::RrsigsMissing},
    {"an NSEC with SOA shows no cut", "D-54", unsigned_beside("www.example. NSEC zz.example. NS SOA RRSIG NSEC"),
     "www.example. A", Bogus, Reason::RrsigsMissing},
    {"an NSEC with DS shows no cut", "D-54", unsigned_beside("www.example. NSEC zz.example. NS DS RRSIG NSEC"),
     "www.example. A", Bogus, Reason::RrsigsMissing},
    {"an NSEC without NS shows no cut", "D-54", unsigned_beside("www.example. NSEC zz.example. A RRSIG NSEC"),
     "www.example. A", Bogus, Reason::RrsigsMissing},
    {"an NSEC of the zone's own apex shows no cut", "D-54", unsigned_beside("example. NSEC zz.example. NS RRSIG NSEC"),
     "www.example. A", Bogus, Reason::RrsigsMissing},
    {"an NSEC of another name shows no cut", "D-54", unsigned_beside("wwv.example. NSEC zz.example. NS RRSIG NSEC"),
     "www.example. A", Bogus, Reason::RrsigsMissing},
    {"an NSEC that came along shows the insecure delegation", "D-54",
     [](World& world) {
       world.edit("www.insecure.example.", RrType::A, add_authority(ds_denial_of(world, "insecure.example.")));
     },
     "www.insecure.example. A", Insecure, Reason::InsecureDelegation},
};
INSTANTIATE_TEST_SUITE_P(Table, ChainTest, testing::ValuesIn(kRows), row_name);

// D-46, D-60: what a cold and a warm look-up may cost.
TEST(Questions, ColdTwoLevelSignedName) {
  Asker asker(honest_world());
  EXPECT_EQ(asker.ask("www.signed.example. A").security, Secure);
  EXPECT_EQ(asker.asked().size(), 6U);  // answer, 2 x (DS, DNSKEY), root DNSKEY
  EXPECT_LE(asker.round_trips(), 3U);
}

// D-60
TEST(Questions, ColdTwoLevelSignedApexWithHint) {
  Asker asker(honest_world());
  EXPECT_EQ(asker.hint(NameHint::LikelyZoneCut).ask("signed.example. SOA").security, Secure);
  EXPECT_EQ(asker.asked().size(), 6U);
  EXPECT_LE(asker.round_trips(), 3U);
}

// D-60
TEST(Questions, WarmSignedNameNeedsTheAnswerAlone) {
  Asker asker(honest_world());
  asker.ask("www.signed.example. A");
  EXPECT_EQ(asker.hint(NameHint::LikelyZoneCut).ask("signed.example. SOA").security, Secure);
  EXPECT_EQ(asker.asked(), std::vector<std::string>{"signed.example. SOA"});
}

// D-47: a signer that does not enclose the name is a stranger, and nobody asks after it.
TEST(Questions, StrangersAreNotAskedFor) {
  World world = honest_world();
  world.edit("www.example.", RrType::A, [](Reply& reply) {
    const Records a{reply.answer.front()};
    for (const char* stranger : {"three.", "zz.opt.", "x.www.example."})
      reply.answer.push_back(support::sign(a, name(stranger), support::SigningKey(13, 1)));
  });
  Asker asker(world);
  EXPECT_EQ(asker.ask("www.example. A").security, Secure);
  EXPECT_EQ(asker.asked(), (std::vector<std::string>{"www.example. A", ". DNSKEY", "example. DNSKEY", "example. DS"}));
}

// D-1, D-87: a denial of too many rounds at an empty name ends one walk; it hides no signed zone below from others.
TEST(Warmth, UncomputedDenialsAreNotRemembered) {
  World world = honest_world();
  auto& three = world.zone("three.").nsec3({.iterations = 151});
  three.delegate(world.zone("signed.empty2.three.").add("www A 192.0.2.1")).delegate("plain.empty2");
  world.zone("plain.empty2.three.").unsigned_zone().add("www A 192.0.2.2");
  Asker asker(world);
  EXPECT_EQ(code(asker.ask("www.plain.empty2.three. A").reason), code(Reason::Nsec3Iterations));
  EXPECT_EQ(to_text(asker.ask("www.signed.empty2.three. A").security), to_text(Secure));
  EXPECT_EQ(to_text(asker.ask_cold("www.signed.empty2.three. A").security), to_text(Secure));
}

// D-60: unsigned domain in a known zone: answer and DS in one round trip.
TEST(Questions, UnsignedDomainInKnownZone) {
  Asker asker(honest_world());
  asker.ask("www.example. A");
  EXPECT_EQ(asker.hint(NameHint::LikelyZoneCut).ask("insecure.example. SOA").security, Insecure);
  EXPECT_EQ(asker.asked(), (std::vector<std::string>{"insecure.example. SOA", "insecure.example. DS"}));
  EXPECT_EQ(asker.round_trips(), 1U);
  asker.ask("www.insecure.example. A");  // D-108: the cut is known now
  EXPECT_EQ(asker.asked(), std::vector<std::string>{"www.insecure.example. A"});
}

// D-108: the opt-out span of one unsigned domain serves the next one.
TEST(Questions, KnownOptOutSpanSparesTheDs) {
  World world = honest_world();
  auto& opt = world.zone("opt.");
  for (int i = 0; i < 40; ++i) {
    const std::string child = "u" + std::to_string(i);
    opt.delegate(child);
    world.zone(child + ".opt.").unsigned_zone().add("@ A 192.0.2.1");
  }
  Asker asker(world);
  asker.hint(NameHint::LikelyZoneCut);
  std::size_t questions = 0;
  for (int i = 0; i < 40; ++i) {
    const Verdict verdict = asker.ask("u" + std::to_string(i) + ".opt. A");
    EXPECT_EQ(verdict.security, Insecure);
    EXPECT_EQ(code(verdict.reason), "insecure-delegation-optout");
    questions += asker.asked().size();
  }
  EXPECT_LE(questions, 40U + 18U + 3U);  // a DS question for each span that names fall into, not for each name
}

// D-94: an empty answer with the SOA of the zone above proves nothing and spoils nothing: the walk tells.
TEST(Denials, EmptyWithTheSoaOfTheZoneAboveAreLeftToTheWalk) {
  World world = honest_world();
  world.edit("x.insecure.example.", RrType::A, [&world](Reply& reply) {
    reply.rcode = wire::Rcode::NoError;
    reply.authority = world.zone("example.").find_signed(name("example."), RrType::Soa);
  });
  EXPECT_EQ(code(Asker(world).ask("x.insecure.example. A").reason), "insecure-delegation");
  world.edit("x.example.", RrType::A, [&world](Reply& reply) {
    reply.rcode = wire::Rcode::NoError;
    reply.authority = world.zone("example.").find_signed(name("example."), RrType::Soa);
  });
  EXPECT_EQ(code(Asker(world).ask("x.example. A").reason), "denial-missing");
}

// D-40, D-74: a key set signed by a key for data alone proves nothing, also when the zone's keys are known already.
TEST(KeySet, AskedForIsCheckedByLinkedKeysColdAndWarm) {
  World world = honest_world();
  world.edit("example.", RrType::Dnskey, [](Reply& reply) {
    Records keys = reply.answer;
    std::erase_if(keys, [](const Record& record) { return record.type == RrType::Rrsig; });
    keys.push_back(sign(keys, name("example."), SigningKey(13, 1)));
    reply.answer = keys;
  });
  const auto anchors = honest_world().anchors(".");
  EXPECT_EQ(code(Asker(world).anchors(anchors).ask("example. DNSKEY").reason), "dnskey-not-signed-by-ds-key");
  Asker warm(honest_world());
  warm.anchors(anchors).ask("www.example. A");
  warm.replace(world);
  EXPECT_EQ(code(warm.ask("example. DNSKEY").reason), "dnskey-not-signed-by-ds-key");
}

// D-14: what is insecure lives no longer than the keys that prove the cut.
TEST(Ttl, OfTheChainAboveACutCounts) {
  World world = honest_world();
  world.edit("example.", RrType::Dnskey, [](Reply& reply) {
    for (Record& record : reply.answer) record.ttl = 60;
  });
  EXPECT_LE(Asker(world).ask("www.insecure.example. A").ttl, 60U);
}

// D-62: every link is there, also the fine ones, in the order of proof.
TEST(Links, OfASecureAnswer) {
  const Verdict verdict = Asker(honest_world()).ask("www.signed.example. A");
  std::string steps;
  for (const ChainLink& link : verdict.chain) {
    steps += std::string(to_text(link.step)) + ' ' + link.name.to_text() + "; ";
    EXPECT_EQ(link.status, Secure);
    EXPECT_TRUE(link.key_tag && link.algorithm && link.signer && link.inception && link.expiration && link.ttl);
    EXPECT_EQ(link.resolver, 0);
  }
  EXPECT_EQ(steps,
            "anchor .; dnskey .; ds example.; dnskey example.; ds signed.example.; dnskey signed.example.; "
            "answer www.signed.example.; ");
}

// D-62
TEST(Links, OfAnInsecureAnswerEndAtTheCut) {
  const Verdict verdict = Asker(honest_world()).ask("www.insecure.example. A");
  ASSERT_GE(verdict.chain.size(), 2U);
  const auto cut = std::ranges::find_if(verdict.chain, [](const ChainLink& link) { return link.step == Step::Cut; });
  ASSERT_NE(cut, verdict.chain.end());
  EXPECT_EQ(cut->name, name("insecure.example."));
  EXPECT_EQ(cut->zone, name("example."));
}

// D-14, D-46
TEST(Ttl, IsTheSmallestOfAnswerAndChain) {
  World world = honest_world();
  world.zone("signed.example.").add("short 120 A 192.0.2.1");
  EXPECT_EQ(Asker(world).ask("short.signed.example. A").ttl, 120U);
  EXPECT_EQ(Asker(world).ask("www.signed.example. A").ttl, 3600U);
  world.zone("example.").before_signing([](Records& records) {
    for (Record& record : records)
      if (record.type == RrType::Dnskey) record.ttl = 60;
  });
  EXPECT_EQ(Asker(world).ask("www.signed.example. A").ttl, 60U);
}

}  // namespace
}  // namespace danesweep::dnssec
