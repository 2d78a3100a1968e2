// SPDX-License-Identifier: Apache-2.0
// Positive answers and aliases: D-17, D-63 to D-76.
#include <algorithm>
#include <set>

#include "tests/unit/dnssec/asker.h"

namespace danesweep::dnssec {
namespace {

using enum Security;
using support::record;
using support::sign;
using support::SigningKey;

/// The key that signs the data of every zone of the honest world.
SigningKey zsk() { return SigningKey(13, 1); }

/// A signed copy of `text` in the name of `zone`.
Records signed_records(const char* text, const char* zone, const support::SignatureFields& fields = {}) {
  const Records rrset{record(text)};
  return {rrset.front(), sign(rrset, name(zone), zsk(), fields)};
}

void lengthen(World& world) {
  auto& zone = world.zone("example.");
  for (int i = 0; i < 14; ++i) zone.add("c" + std::to_string(i) + " CNAME c" + std::to_string(i + 1));
  zone.add("c14 A 192.0.2.1");
}

constexpr unsigned kFirstType = 65300, kLastType = 65329;

/// The name `many` with an RRset of each type from kFirstType to kLastType, one of them unsigned.
std::function<void(World&)> many_types(unsigned unsigned_type) {
  return [unsigned_type](World& world) {
    for (unsigned type = kFirstType; type <= kLastType; ++type)
      world.zone("example.").add("many TYPE" + std::to_string(type) + " \\# 1 00");
    world.edit("many.example.", RrType::Any, without_signatures(static_cast<RrType>(unsigned_type)));
  };
}

/// The question for the NSEC at `owner` is answered with that of `zone`, one side of a cut, and spoilt by `edit`.
std::function<void(World&)> nsec_of(const char* zone, const char* owner, const World::Edit& edit = {}) {
  return [=](World& world) {
    world.edit(owner, RrType::Nsec, [records = world.zone(zone).find_signed(name(owner), RrType::Nsec)](Reply& reply) {
      reply.answer = records;
      reply.authority.clear();
    });
    if (edit) world.edit(owner, RrType::Nsec, edit);
  };
}

/// An NSEC as the other side of the cut would have it, signed all the same.
std::function<void(World&)> made_nsec(const char* text, const char* zone) {
  return [=](World& world) {
    const Records records = signed_records(text, zone);
    world.edit(records.front().owner.to_text(), RrType::Nsec, [records](Reply& reply) {
      reply.answer = records;
      reply.authority.clear();
    });
  };
}

/// The denial of an NSEC at `owner` by the NSEC3 of `zone` there.
std::function<void(World&)> no_nsec_by(const char* zone, const char* owner) {
  return [=](World& world) {
    Records records = world.zone(zone).nsec3().matching_nsec3(name(owner));
    const Records soa = world.zone(zone).find_signed(name(zone), RrType::Soa);
    records.insert(records.end(), soa.begin(), soa.end());
    world.edit(owner, RrType::Nsec, [records](Reply& reply) {
      reply.answer.clear();
      reply.authority = records;
    });
  };
}

class AnswerTest : public testing::TestWithParam<Row> {};
TEST_P(AnswerTest, EndsAsExpected) { check(GetParam()); }

const Row kRows[] = {
    {"plain answer", "D-63", {}, "www.example. A", Secure},
    {"answer in a zone with NSEC3", "D-63", {}, "www.three. A", Secure},
    {"name in mixed case", "D-5", {}, "WwW.eXample. A", Secure},
    {"wildcard answer with NSEC", "D-64", {}, "x.wild.example. A", Secure},
    {"wildcard answer with NSEC3", "D-64", {}, "x.wild.three. A", Secure},
    {"wildcard answer some labels deeper", "D-64", {}, "a.b.c.wild.example. A", Secure},
    {"direct question for the wildcard", "D-63", {}, "*.wild.example. A", Secure},
    {"wildcard answer at a name that begins with an asterisk", "D-63", {}, "*.x.wild.example. A", Secure},
    {"wildcard answer over an opt-out span", "D-64", {}, "x.wild.opt. A", Insecure, Reason::OptoutSpan},
    {"wildcard answer without proof", "D-64",
     [](World& world) { world.edit("x.wild.example.", RrType::A, set_authority({})); }, "x.wild.example. A", Bogus,
     Reason::WildcardNoDenial},
    {"wildcard answer without proof, NSEC3", "D-64",
     [](World& world) { world.edit("x.wild.three.", RrType::A, set_authority({})); }, "x.wild.three. A", Bogus,
     Reason::WildcardNoDenial},
    {"wildcard answer with an NSEC3 that covers another name", "D-64",
     [](World& world) {
       world.edit("x.wild.three.", RrType::A, set_authority(world.zone("three.").matching_nsec3(name("www.three."))));
     },
     "x.wild.three. A", Bogus, Reason::WildcardNoDenial},
    {"wildcard answer with a wrong signature on the proof", "D-64",
     [](World& world) { world.edit("x.wild.example.", RrType::A, spoil_signatures(RrType::Nsec)); },
     "x.wild.example. A", Bogus, Reason::SignatureWrong},
    {"wildcard replayed at a name that exists", "D-65",
     [](World& world) {
       world.zone("example.").add("there.wild A 192.0.2.99");
       world.edit("there.wild.example.", RrType::A, [&world](Reply& reply) {
         reply.answer = world.zone("example.").find_signed(name("*.wild.example."), RrType::A);
         for (Record& each : reply.answer) each.owner = name("there.wild.example.");
         reply.authority = world.zone("example.").covering_or_matching_nsec(name("there.wild.example."));
       });
     },
     "there.wild.example. A", Bogus, Reason::WildcardNoDenial},
    {"wildcard of a higher name although a closer encloser exists", "D-64",
     [](World& world) {
       world.zone("example.").add("* A 192.0.2.98");
       world.edit("x.wild.example.", RrType::A, [&world](Reply& reply) {
         reply.answer = world.zone("example.").find_signed(name("*.example."), RrType::A);
         for (Record& each : reply.answer) each.owner = name("x.wild.example.");
         reply.authority = world.zone("example.").covering_or_matching_nsec(name("x.wild.example."));
       });
     },
     "x.wild.example. A", Bogus, Reason::WildcardNoDenial},
    {"wildcard of old at what is delegated now", "D-64",
     [](World& world) {
       const Records a{record("x.signed.example. 3600 A 192.0.2.97")};
       const Records cut = world.zone("example.").covering_or_matching_nsec(name("signed.example."));
       world.edit("x.signed.example.", RrType::A, [a, cut](Reply& reply) {
         reply.rcode = wire::Rcode::NoError;
         reply.answer = {a.front(), sign(a, name("example."), zsk(), {.labels = 2})};
         reply.authority = cut;
       });
     },
     "x.signed.example. A", Bogus, Reason::WildcardNoDenial},
    {"exact answer with a replayed wildcard signature beside its own", "D-63",
     [](World& world) {
       world.edit("www.example.", RrType::A, [](Reply& reply) {
         support::SignatureFields fields;
         fields.labels = 1;
         reply.answer.push_back(sign({reply.answer.front()}, name("example."), zsk(), fields));
       });
     },
     "www.example. A", Secure},
    {"labels below those of the signer", "D-24",
     [](World& world) {
       world.edit("www.signed.example.", RrType::A, [](Reply& reply) {
         support::SignatureFields fields;
         fields.labels = 1;
         reply.answer = {reply.answer.front(), sign({reply.answer.front()}, name("signed.example."), zsk(), fields)};
       });
     },
     "www.signed.example. A", Bogus, Reason::LabelsInvalid},
    {"alias within the zone", "D-66", {}, "alias.example. A", Secure},
    {"alias into another zone", "D-66", [](World& world) { world.zone("example.").add("far CNAME www.three."); },
     "far.example. A", Secure},
    {"alias into an unsigned zone", "D-66",
     [](World& world) { world.zone("example.").add("far CNAME www.insecure.three."); }, "far.example. A", Insecure,
     Reason::InsecureDelegation},
    {"alias from an unsigned zone", "D-66",
     [](World& world) { world.zone("insecure.example.").add("far CNAME www.three."); }, "far.insecure.example. A",
     Insecure, Reason::InsecureDelegation},
    {"alias from an unsigned zone to spoilt data", "D-66",
     [](World& world) {
       world.zone("insecure.example.").add("far CNAME www.three.");
       world.edit_all([](Reply& reply) {
         for (Record& each : reply.answer)
           if (each.type == RrType::Rrsig && each.owner == name("www.three.")) each.rdata.back() ^= 1;
       });
     },
     "far.insecure.example. A", Bogus, Reason::SignatureWrong},
    {"alias with a wrong signature", "D-66",
     [](World& world) { world.edit("alias.example.", RrType::A, spoil_signatures(RrType::Cname)); }, "alias.example. A",
     Bogus, Reason::SignatureWrong},
    {"alias without signature", "D-66",
     [](World& world) { world.edit("alias.example.", RrType::A, without_signatures(RrType::Cname)); },
     "alias.example. A", Bogus, Reason::RrsigsMissing},
    {"alias to a name without the type", "D-93",
     [](World& world) { world.zone("example.").add("toward CNAME txt.three."); }, "toward.example. A", Secure,
     Reason::None, Answer::NoData},
    {"alias to a name that does not exist", "D-93",
     [](World& world) { world.zone("example.").add("toward CNAME nothing.three."); }, "toward.example. A", Secure,
     Reason::None, Answer::NxDomain},
    {"alias to nothing, rcode of the first name", "D-93",
     [](World& world) {
       world.zone("example.").add("toward CNAME nothing.three.");
       world.edit("toward.example.", RrType::A, with_rcode(wire::Rcode::NoError));
     },
     "toward.example. A", Secure, Reason::None, Answer::NxDomain},
    {"denial of the target spoilt on the way, and left out when asked for", "D-126",
     [](World& world) {
       world.zone("example.").add("toward CNAME nothing.three.");
       world.edit("toward.example.", RrType::A, spoil_signatures(RrType::Nsec3));
       world.edit("nothing.three.", RrType::A, without(RrType::Nsec3));
     },
     "toward.example. A", Bogus, Reason::SignatureWrong},
    {"alias to a wildcard", "D-66", [](World& world) { world.zone("example.").add("toward CNAME x.wild.three."); },
     "toward.example. A", Secure},
    {"wildcard alias", "D-66", {}, "x.wildalias.example. A", Secure},
    {"wildcard alias without proof", "D-66",
     [](World& world) { world.edit("x.wildalias.example.", RrType::A, set_authority({})); }, "x.wildalias.example. A",
     Bogus, Reason::WildcardNoDenial},
    {"message that ends at the alias", "D-67",
     [](World& world) {
       world.zone("example.").add("far CNAME www.three.");
       world.edit("far.example.", RrType::A, without(RrType::A));
     },
     "far.example. A", Secure},
    {"message that ends at the alias, with the SOA of another zone", "D-67",
     [](World& world) {
       world.zone("example.").add("far CNAME www.insecure.three.");
       world.edit("far.example.", RrType::A,
                  both(without(RrType::A), add_authority({record("elsewhere. SOA ns. host. 1 1 1 1 1")})));
     },
     "far.example. A", Insecure, Reason::InsecureDelegation},
    {"message whose denial of the target does not hold", "D-67",
     [](World& world) {
       world.zone("example.").add("toward CNAME nothing.three.");
       world.edit("toward.example.", RrType::A, without(RrType::Nsec3));
     },
     "toward.example. A", Secure, Reason::None, Answer::NxDomain},
    {"aliases that come back", "D-68", {}, "loop1.example. A", Bogus, Reason::CnameLoop},
    {"aliases that come back in an unsigned zone", "D-68",
     [](World& world) { world.zone("insecure.example.").add("l1 CNAME l2").add("l2 CNAME l1"); },
     "l1.insecure.example. A", Insecure, Reason::CnameLoop, Answer::None},
    {"twelve aliases", "D-104", lengthen, "c2.example. A", Secure},
    {"fourteen aliases", "D-68", lengthen, "c0.example. A", Indeterminate, Reason::WorkLimit},
    {"alias beside the asked type", "D-18",
     [](World& world) {
       world.edit("www.example.", RrType::A,
                  add_answer(signed_records("www.example. 3600 CNAME zz.example.", "example.")));
     },
     "www.example. A", Secure},
    {"signed answer with a malformed record", "D-8",
     [](World& world) {
       world.edit("www.example.", RrType::A, [](Reply& reply) { reply.answer.front().rdata.pop_back(); });
     },
     "www.example. A", Bogus, Reason::MalformedRrset},
    {"unsigned answer with a malformed record", "D-8",
     [](World& world) {
       world.edit("www.example.", RrType::A, [](Reply& reply) {
         reply.answer.resize(1);
         reply.answer.front().rdata.pop_back();
       });
     },
     "www.example. A", Bogus, Reason::MalformedRrset},
    {"malformed record of another type beside the answer", "D-8",
     [](World& world) {
       Record broken = record("www.example. AAAA 2001:db8::1");
       broken.rdata.pop_back();
       world.edit("www.example.", RrType::A, add_answer({broken}));
     },
     "www.example. A", Secure},
    {"DNAME", "D-69", {}, "www.moved.example. A", Secure},
    {"DNAME without the CNAME that it makes", "D-69",
     [](World& world) { world.edit("www.moved.example.", RrType::A, without(RrType::Cname)); }, "www.moved.example. A",
     Secure},
    {"DNAME with a CNAME to elsewhere", "D-69",
     [](World& world) {
       world.edit("www.moved.example.", RrType::A, [](Reply& reply) {
         for (Record& each : reply.answer)
           if (each.type == RrType::Cname) each = record("www.moved.example. 3600 CNAME zz.example.");
       });
     },
     "www.moved.example. A", Bogus, Reason::DnameCnameMismatch},
    {"DNAME with its CNAME and one to elsewhere", "D-69",
     [](World& world) {
       world.edit("www.moved.example.", RrType::Cname,
                  add_answer({record("www.moved.example. 0 CNAME evil.example.")}));
     },
     "www.moved.example. CNAME", Bogus, Reason::DnameCnameMismatch},
    {"DNAME with a junk signature over its CNAME", "D-69",
     [](World& world) {
       world.edit("www.moved.example.", RrType::A,
                  add_answer({sign({record("www.moved.example. 0 CNAME www.target.example.")}, name("example."),
                                   SigningKey(13, 3))}));
     },
     "www.moved.example. A", Secure},
    {"DNAME without signature", "D-69",
     [](World& world) { world.edit("www.moved.example.", RrType::A, without_signatures(RrType::Dname)); },
     "www.moved.example. A", Bogus, Reason::RrsigsMissing},
    {"DNAME in an unsigned zone", "D-69", [](World& world) { world.zone("insecure.example.").add("m DNAME three."); },
     "www.m.insecure.example. A", Insecure, Reason::InsecureDelegation},
    {"the same DNAME twice", "D-70",
     [](World& world) { world.zone("example.").add("twice DNAME x").add("a.x CNAME b.twice").add("b.x A 192.0.2.1"); },
     "a.twice.example. A", Secure},
    {"of two DNAMEs above the name the closest", "D-69",
     [](World& world) {
       Records dnames = signed_records("two.example. 3600 DNAME gone.example.", "example.");
       const Records closest = signed_records("a.two.example. 3600 DNAME target.example.", "example.");
       dnames.insert(dnames.end(), closest.begin(), closest.end());
       world.edit("www.a.two.example.", RrType::A, [dnames](Reply& reply) {
         reply.rcode = wire::Rcode::NoError;
         reply.authority.clear();
         reply.answer = dnames;
       });
     },
     "www.a.two.example. A", Secure},
    {"DNAME that is not above the name", "D-70",
     [](World& world) {
       world.edit("www.example.", RrType::A, add_answer({record("other.example. DNAME junk.invalid.")}));
     },
     "www.example. A", Secure},
    {"DNAME from a wildcard", "D-70",
     [](World& world) {
       world.edit("a.x.example.", RrType::A, [](Reply& reply) {
         support::SignatureFields fields;
         fields.labels = 1;
         const Records dname{record("x.example. 3600 DNAME target.example.")};
         reply.authority.clear();
         reply.rcode = wire::Rcode::NoError;
         reply.answer = {dname.front(), sign(dname, name("example."), zsk(), fields)};
       });
     },
     "a.x.example. A", Bogus, Reason::DnameWildcard},
    {"DNAME type at the DNAME", "D-72", {}, "moved.example. DNAME", Secure},
    {"CNAME type at the alias", "D-72", {}, "alias.example. CNAME", Secure},
    {"CNAME type below a DNAME", "D-72", {}, "www.moved.example. CNAME", Secure},
    {"CNAME type below a DNAME that came alone", "D-69",
     [](World& world) { world.edit("www.moved.example.", RrType::Cname, without(RrType::Cname)); },
     "www.moved.example. CNAME", Secure},
    {"ANY below a DNAME", "D-73", {}, "www.moved.example. ANY", Secure},
    {"ANY below a DNAME that came alone", "D-73",
     [](World& world) { world.edit("www.moved.example.", RrType::Any, [](Reply& reply) { reply.answer.resize(2); }); },
     "www.moved.example. ANY", Secure},
    {"ANY", "D-73", {}, "txt.example. ANY", Secure},
    {"ANY at an alias is not followed", "D-73", {}, "alias.example. ANY", Secure},
    {"ANY with one RRset unsigned", "D-73",
     [](World& world) { world.edit("example.", RrType::Any, without_signatures(RrType::Mx)); }, "example. ANY", Bogus,
     Reason::RrsigsMissing},
    {"ANY whose denial shows types", "D-81",
     [](World& world) {
       world.edit("www.example.", RrType::Any, [&world](Reply& reply) {
         reply.answer.clear();
         reply.authority = world.zone("example.").find_signed(name("example."), RrType::Soa);
         for (const Record& each : world.zone("example.").covering_or_matching_nsec(name("www.example.")))
           reply.authority.push_back(each);
       });
     },
     "www.example. ANY", Bogus, Reason::DenialWrongType},
    {"ANY of more RRsets than are looked at, the last one unsigned", "D-73", many_types(kLastType), "many.example. ANY",
     Secure},
    {"ANY of more RRsets than are looked at, the first one unsigned", "D-73", many_types(kFirstType),
     "many.example. ANY", Bogus, Reason::RrsigsMissing},
    {"ANY beside a record of the name in the authority", "D-73",
     [](World& world) {
       world.edit("txt.example.", RrType::Any, add_authority({record("txt.example. A 192.0.2.66")}));
     },
     "txt.example. ANY", Secure},
    {"ANY of a wildcard", "D-73", {}, "x.wild.example. ANY", Secure},
    {"RRSIG is never signed", "D-74", {}, "www.example. RRSIG", Insecure, Reason::UnsignableType},
    {"NSEC type", "D-74", {}, "www.example. NSEC", Secure},
    {"NSEC type at a cut, the child's", "D-74", nsec_of("signed.example.", "signed.example."), "signed.example. NSEC",
     Secure},
    {"NSEC type at a cut, the parent's", "D-74", nsec_of("example.", "signed.example."), "signed.example. NSEC",
     Secure},
    {"NSEC type at an insecure cut, the parent's", "D-74", nsec_of("example.", "insecure.example."),
     "insecure.example. NSEC", Secure},
    {"NSEC type at an insecure cut, the parent's, unsigned", "D-74",
     nsec_of("example.", "insecure.example.", without_all_signatures()), "insecure.example. NSEC", Bogus,
     Reason::RrsigsMissing},
    {"NSEC type at an insecure cut, the parent's, signature wrong", "D-74",
     nsec_of("example.", "insecure.example.", spoil_signatures(RrType::Nsec)), "insecure.example. NSEC", Bogus,
     Reason::SignatureWrong},
    {"NSEC type at an island, the child's, signature wrong", "D-74",
     nsec_of("island.insecure.example.", "island.insecure.example.", spoil_signatures(RrType::Nsec)),
     "island.insecure.example. NSEC", Insecure, Reason::InsecureDelegation},
    {"NSEC type at a cut, the child's, signature wrong", "D-74",
     nsec_of("signed.example.", "signed.example.", spoil_signatures(RrType::Nsec)), "signed.example. NSEC", Bogus,
     Reason::SignatureWrong},
    {"NSEC type at a cut, the child signs the parent's", "D-74",
     made_nsec("signed.example. NSEC www.signed.example. NS DS RRSIG NSEC", "signed.example."), "signed.example. NSEC",
     Bogus, Reason::SignerNotZone},
    {"NSEC type at a cut, the parent signs the child's", "D-74",
     made_nsec("signed.example. NSEC www.signed.example. NS SOA RRSIG NSEC DNSKEY", "example."), "signed.example. NSEC",
     Bogus, Reason::SignerNotZone},
    {"NSEC type at a cut with NSEC3, denied by the child", "D-74", no_nsec_by("signed.three.", "signed.three."),
     "signed.three. NSEC", Secure, Reason::None, Answer::NoData},
    {"NSEC type at a cut with NSEC3, denied by the parent", "D-74 D-79", no_nsec_by("three.", "signed.three."),
     "signed.three. NSEC", Bogus, Reason::DenialFromParent},
    {"NSEC type at an insecure cut with NSEC3, denied by the parent", "D-74 D-79",
     no_nsec_by("three.", "insecure.three."), "insecure.three. NSEC", Insecure, Reason::InsecureDelegation,
     Answer::NoData},
    {"DNSKEY type", "D-74", {}, "signed.example. DNSKEY", Secure},
    {"DNSKEY type at a name that is no zone", "D-74",
     [](World& world) { world.zone("example.").add("host DNSKEY 256 3 13 " + std::string(86, 'A') + "=="); },
     "host.example. DNSKEY", Secure},
    {"DNSKEY type at a name that has none", "D-74", {}, "www.example. DNSKEY", Secure, Reason::None, Answer::NoData},
    {"DS type", "D-74", {}, "signed.example. DS", Secure},
    {"DS type at an insecure delegation", "D-74", {}, "insecure.example. DS", Secure, Reason::None, Answer::NoData},
    {"DS type in an opt-out span",
     "D-51",
     {},
     "insecure.opt. DS",
     Insecure,
     Reason::InsecureDelegationOptout,
     Answer::NoData},
    {"DS of the root", "D-74", {}, ". DS", Secure, Reason::None, Answer::NoData},
    {"DS type answered from the child", "D-74",
     [](World& world) {
       Records records = world.zone("signed.example.").find_signed(name("signed.example."), RrType::Soa);
       const Records nsec = world.zone("signed.example.").covering_or_matching_nsec(name("signed.example."));
       records.insert(records.end(), nsec.begin(), nsec.end());
       world.edit("signed.example.", RrType::Ds, [records](Reply& reply) {
         reply.answer.clear();
         reply.authority = records;
       });
     },
     "signed.example. DS", Bogus, Reason::DsFromChild},
    {"DS type of an unsigned child answered from the child", "D-74",
     [](World& world) {
       world.edit("insecure.example.", RrType::Ds,
                  set_authority({record("insecure.example. SOA ns. host. 1 1 1 1 1")}));
     },
     "insecure.example. DS", Bogus, Reason::DsFromChild},
    {"a referral's DS and NS in the authority are ignored", "D-17",
     [](World& world) {
       world.edit("www.example.", RrType::A,
                  add_authority({record("www.example. NS junk.invalid."),
                                 record("www.example. DS 1 13 2 "
                                        "0000000000000000000000000000000000000000000000000000000000000000")}));
     },
     "www.example. A", Secure},
    {"answer that stands in the authority", "D-17",
     [](World& world) {
       world.edit("www.example.", RrType::A, [](Reply& reply) { std::swap(reply.answer, reply.authority); });
     },
     "www.example. A", Bogus, Reason::DenialMissing},
    {"denial that stands in the answer", "D-17",
     [](World& world) {
       world.edit("nothing.example.", RrType::A, [](Reply& reply) { std::swap(reply.answer, reply.authority); });
     },
     "nothing.example. A", Bogus, Reason::DenialMissing},
    {"foreign records in the answer", "D-17",
     [](World& world) { world.edit("www.example.", RrType::A, add_answer({record("zz.three. A 192.0.2.66")})); },
     "www.example. A", Secure},
};
INSTANTIATE_TEST_SUITE_P(Table, AnswerTest, testing::ValuesIn(kRows), row_name);

// D-71, dn-long: no Secure answer exists.
TEST(DnameTooLong, IsInsecureYxdomain) {
  World world = honest_world();
  const std::string label(60, 'x');
  world.zone("example.").add("long DNAME " + label + "." + label + "." + label);
  const std::string asked = label + ".a.b.c.long.example. A";
  const Verdict verdict = Asker(world).ask(asked);
  EXPECT_EQ(verdict.security, Insecure);
  EXPECT_EQ(code(verdict.reason), "dname-too-long");
  EXPECT_EQ(verdict.rcode, wire::Rcode::YxDomain);
  EXPECT_EQ(verdict.answer, Answer::None);
  World unsigned_dname = world;
  unsigned_dname.edit(label + ".a.b.c.long.example.", RrType::A, without_all_signatures());
  EXPECT_EQ(code(Asker(unsigned_dname).ask(asked).reason), "rrsigs-missing");
  world.edit(label + ".a.b.c.long.example.", RrType::A, without(RrType::Dname));
  EXPECT_EQ(code(Asker(world).ask(asked).reason), "resolver-servfail");
}

// D-76: what is BOGUS is shown nowhere but in the trace.
TEST(Bogus, HasNoRecords) {
  World world = honest_world();
  world.edit("www.example.", RrType::A, spoil_signatures(RrType::A));
  const Verdict verdict = Asker(world).ask("www.example. A");
  EXPECT_EQ(verdict.security, Bogus);
  EXPECT_TRUE(verdict.records.empty());
  EXPECT_EQ(verdict.answer, Answer::None);
  EXPECT_EQ(verdict.ttl, Policy{}.bogus_ttl);  // D-109
}

// D-66, D-69: what a caller learns of an alias chain.
TEST(Alias, IsDescribed) {
  World world = honest_world();
  world.zone("example.").add("far CNAME www.insecure.three.");
  const Verdict verdict = Asker(world).ask("far.example. A");
  EXPECT_EQ(verdict.final_name, name("www.insecure.three."));
  EXPECT_EQ(verdict.aliases, 1U);
  EXPECT_EQ(verdict.first_link, Secure);
  EXPECT_EQ(verdict.security, Insecure);
  ASSERT_EQ(verdict.records.size(), 1U);
  EXPECT_EQ(verdict.records[0].rdata, (std::vector<std::uint8_t>{192, 0, 2, 7}));
  EXPECT_EQ(Asker(world).ask("www.example. A").aliases, 0U);
}

// D-66: where a BOGUS alias points is nobody's business.
TEST(Alias, ThatIsBogusIsNotFollowed) {
  World world = honest_world();
  world.zone("example.").add("far CNAME www.three.");
  world.edit("far.example.", RrType::A, both(without(RrType::A), spoil_signatures(RrType::Cname)));
  Asker asker(world);
  const Verdict verdict = asker.ask("far.example. A");
  EXPECT_EQ(verdict.security, Bogus);
  EXPECT_EQ(verdict.final_name, name("far.example."));
  EXPECT_EQ(std::ranges::count(asker.asked(), "www.three. A"), 0);
}

// D-1, D-18: in an unsigned zone two aliases at one name are what they are, but the first to come means nothing.
TEST(Aliases, TwoAtOneNameOfAnUnsignedZoneDependOnNoOrder) {
  std::set<std::string> finals;
  for (const bool is_reversed : {false, true}) {
    World world = honest_world();
    world.zone("insecure.example.").add("two CNAME a").add("two CNAME b").add("a A 192.0.2.1").add("b A 192.0.2.2");
    world.edit("two.insecure.example.", RrType::A, [=](Reply& reply) {
      reply.answer = {record("two.insecure.example. 300 CNAME a.insecure.example."),
                      record("two.insecure.example. 300 CNAME b.insecure.example.")};
      if (is_reversed) std::ranges::reverse(reply.answer);
    });
    finals.insert(Asker(std::move(world)).ask("two.insecure.example. A").final_name.to_text());
  }
  EXPECT_EQ(finals.size(), 1U);
}

// D-1, D-73: of several bad RRsets the same one gives the reason in every order.
TEST(Any, TellsTheSameReasonInEveryOrder) {
  std::set<std::string> reasons;
  for (const bool is_reversed : {false, true}) {
    World world = honest_world();
    world.zone("example.").add("both A 192.0.2.1").add("both TXT text");
    world.edit("both.example.", RrType::Any, both(spoil_signatures(RrType::A), without_signatures(RrType::Txt)));
    world.edit("both.example.", RrType::Any, [=](Reply& reply) {
      if (is_reversed) std::ranges::reverse(reply.answer);
    });
    reasons.insert(std::string(code(Asker(std::move(world)).ask("both.example. ANY").reason)));
  }
  EXPECT_EQ(reasons.size(), 1U);
}

// D-74: signatures of another name are no answer to a question for RRSIG.
TEST(Rrsig, OfAnotherNameIsNoAnswer) {
  World world = honest_world();
  world.edit("nothing.example.", RrType::Rrsig, [&world](Reply& reply) {
    reply.rcode = wire::Rcode::NoError;
    for (const Record& each : world.zone("example.").find_signed(name("www.example."), RrType::A))
      if (each.type == RrType::Rrsig) reply.answer.push_back(each);
  });
  EXPECT_NE(to_text(Asker(world).ask("nothing.example. RRSIG").answer), "DATA");
}

// D-12: also those that differ only before canonicalisation.
TEST(Records, AreDistinctInCanonicalForm) {
  World world = honest_world();
  world.edit("mail.example.", RrType::Mx, [](Reply& reply) {
    Record twin = reply.answer.front();
    for (std::uint8_t& octet : twin.rdata)
      if (octet == 'w') octet = 'W';
    reply.answer.push_back(twin);
  });
  const Verdict verdict = Asker(world).ask("mail.example. MX");
  EXPECT_EQ(verdict.security, Secure);
  EXPECT_EQ(verdict.records.size(), 1U);
}

// D-12: duplicates count once.
TEST(Records, AreDistinct) {
  World world = honest_world();
  world.edit("www.example.", RrType::A, [](Reply& reply) { reply.answer.push_back(reply.answer.front()); });
  const Verdict verdict = Asker(world).ask("www.example. A");
  EXPECT_EQ(verdict.security, Secure);
  EXPECT_EQ(verdict.records.size(), 1U);
}

// D-73: a part of a long answer, the same one in whatever order it came.
TEST(Any, OfManyRrsetsShowsThoseOfTheLowestTypes) {
  World world = honest_world();
  many_types(0)(world);
  const Verdict verdict = Asker(world).ask("many.example. ANY");
  EXPECT_EQ(verdict.security, Secure);
  EXPECT_EQ(verdict.records.size(), Policy{}.max_any_rrsets);
  world.edit("many.example.", RrType::Any, [](Reply& reply) { std::ranges::reverse(reply.answer); });
  const Verdict reversed = Asker(world).ask("many.example. ANY");
  EXPECT_EQ(reversed.security, Secure);
  EXPECT_EQ(reversed.records.size(), verdict.records.size());
}

// D-74
TEST(Rrsig, RecordsAreShown) {
  World world = honest_world();
  world.edit("www.example.", RrType::Rrsig, [](Reply& reply) {
    reply.authority.clear();
    reply.answer = signed_records("www.example. 3600 A 192.0.2.1", "example.");
    reply.answer.erase(reply.answer.begin());
  });
  const Verdict verdict = Asker(world).ask("www.example. RRSIG");
  EXPECT_EQ(verdict.security, Insecure);
  EXPECT_EQ(verdict.records.size(), 1U);
}

}  // namespace
}  // namespace danesweep::dnssec
