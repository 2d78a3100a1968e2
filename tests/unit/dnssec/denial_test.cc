// SPDX-License-Identifier: Apache-2.0
// Denial of existence: D-77 to D-96.
#include <algorithm>

#include "dnssec/nsec.h"
#include "dnssec/nsec3.h"
#include "tests/unit/dnssec/asker.h"

namespace danesweep::dnssec {
namespace {

using enum Security;
using support::prove_no_closer_match;
using support::prove_nodata;
using support::prove_nxdomain;
using support::sign;
using support::SigningKey;

SigningKey zsk() { return SigningKey(13, 1); }

Record nsec(const char* owner, const char* next, std::vector<RrType> types) {
  Record record{name(owner), 900, RrType::Nsec, {}};
  const wire::DomainName after = name(next);
  record.rdata.assign(after.wire().begin(), after.wire().end());
  const auto bitmap = support::type_bitmap(std::move(types));
  record.rdata.insert(record.rdata.end(), bitmap.begin(), bitmap.end());
  return record;
}

Records with_signature(const Record& record, const char* zone) { return {record, sign({record}, name(zone), zsk())}; }

Records joined(Records a, const Records& b) {
  a.insert(a.end(), b.begin(), b.end());
  return a;
}

/// An NSEC3 without opt-out from the lowest hash to the highest.
Records whole_circle(const std::string& zone) {
  Record record{name(std::string(32, '0') + "." + zone), 900, RrType::Nsec3, {1, 0, 0, 0, 0, 20}};
  record.rdata.insert(record.rdata.end(), 20, 0xFF);
  return with_signature(record, zone.c_str());
}

Records soa_of(const World& world, const char* zone) {
  return const_cast<World&>(world).zone(zone).find_signed(name(zone), RrType::Soa);
}

/// A negative reply: rcode, SOA of the zone and these records.
World::Edit denies(const World& world, const char* zone, wire::Rcode rcode, const Records& proof) {
  return both(with_rcode(rcode), [records = joined(soa_of(world, zone), proof)](Reply& reply) {
    reply.answer.clear();
    reply.authority = records;
  });
}

/// Edits each NSEC3 of the zone (flags, algorithm, iterations: octets 1, 0, 2-3) and signs it anew.
std::function<void(World&)> nsec3_octet(const char* zone, std::size_t at, std::uint8_t value) {
  return [=](World& world) {
    world.zone(zone).after_signing([=](Records& records) {
      for (std::size_t i = 0; i < records.size(); ++i) {
        if (records[i].type != RrType::Nsec3) continue;
        records[i].rdata[at] = value;
        for (Record& each : records) {
          const bool covers_it = each.type == RrType::Rrsig && each.owner == records[i].owner;
          if (covers_it) each = sign({records[i]}, name(zone), zsk());
        }
      }
    });
  };
}

/// The first NSEC3 of `three.` in a reply, taken out with its signature and given back as these.
World::Edit replace_nsec3(std::function<Records(const Record&)> with) {
  return [with = std::move(with)](Reply& reply) {
    const Record first = *std::ranges::find(reply.authority, RrType::Nsec3, &Record::type);
    std::erase_if(reply.authority, [&](const Record& each) { return each.owner == first.owner; });
    reply.authority = joined(reply.authority, with(first));
  };
}

/// Signed as if a wildcard had made it.
World::Edit expand_nsec3() {
  return replace_nsec3([](const Record& nsec3) {
    return Records{nsec3, sign({nsec3}, name("three."), zsk(), {.labels = 1})};
  });
}

/// Two RRs at one hash, with different next hashes.
World::Edit double_nsec3() {
  return replace_nsec3([](const Record& nsec3) {
    Record twin = nsec3;
    twin.rdata[6] ^= 1;
    return Records{nsec3, twin, sign({nsec3, twin}, name("three."), zsk())};
  });
}

constexpr auto kNoError = wire::Rcode::NoError;
constexpr auto kNxDomain = wire::Rcode::NxDomain;

/// One NSEC at `*.wns` with NS, which covers `a.wns` too.
std::function<void(World&)> wildcard_delegation(RrType asked) {
  return [asked](World& world) {
    const Records wildcard = with_signature(nsec("*.wns.example.", "z.wns.example.", {RrType::Ns}), "example.");
    world.edit("a.wns.example.", asked, denies(world, "example.", kNoError, wildcard));
  };
}

class DenialTest : public testing::TestWithParam<Row> {};
TEST_P(DenialTest, EndsAsExpected) { check(GetParam()); }

const Row kNsecRows[] = {
    {"no such name", "D-83", {}, "nothing.example. A", Secure, Reason::None, Answer::NxDomain},
    {"no such name behind the last", "D-78", {}, "zzz.example. A", Secure, Reason::None, Answer::NxDomain},
    {"no such name before the first", "D-78", {}, "a.example. A", Secure, Reason::None, Answer::NxDomain},
    {"one NSEC for name and wildcard", "D-83", {}, "0.signed.example. A", Secure, Reason::None, Answer::NxDomain},
    {"zone with a single name", "D-78",
     [](World& world) {
       auto& single = world.zone("single.example.");
       world.zone("example.").delegate(single);
     },
     "nothing.single.example. A", Secure, Reason::None, Answer::NxDomain},
    {"no such type", "D-81", {}, "www.example. TXT", Secure, Reason::None, Answer::NoData},
    {"no such type at the apex", "D-81", {}, "example. TXT", Secure, Reason::None, Answer::NoData},
    {"empty non-terminal", "D-82", {}, "empty.example. A", Secure, Reason::None, Answer::NoData},
    {"empty non-terminal with rcode NXDOMAIN", "D-93",
     [](World& world) { world.edit("empty.example.", RrType::A, with_rcode(kNxDomain)); }, "empty.example. A", Secure,
     Reason::None, Answer::NoData},
    {"NODATA with rcode NXDOMAIN", "D-93",
     [](World& world) { world.edit("www.example.", RrType::Txt, with_rcode(kNxDomain)); }, "www.example. TXT", Secure,
     Reason::None, Answer::NoData},
    {"NXDOMAIN proof with rcode NOERROR", "D-93",
     [](World& world) { world.edit("nothing.example.", RrType::A, with_rcode(kNoError)); }, "nothing.example. A", Bogus,
     Reason::DenialWrongRcode},
    {"wildcard without the type", "D-84", {}, "x.wild.example. TXT", Secure, Reason::None, Answer::NoData},
    {"wildcard that is an empty non-terminal", "D-84",
     [](World& world) { world.zone("example.").add("a.*.entwild A 192.0.2.1"); }, "x.entwild.example. A", Secure,
     Reason::None, Answer::NoData},
    {"name not covered", "D-83",
     [](World& world) {
       world.edit("nothing.example.", RrType::A,
                  denies(world, "example.", kNxDomain, prove_nodata(world.zone("example."), name("www.example."))));
     },
     "nothing.example. A", Bogus, Reason::NxdomainNotProven},
    {"wildcard not denied", "D-83",
     [](World& world) {
       world.zone("example.").add("* A 192.0.2.1");
       world.edit("nothing.example.", RrType::A,
                  denies(world, "example.", kNxDomain,
                         prove_no_closer_match(world.zone("example."), name("nothing.example."))));
     },
     "nothing.example. A", Bogus, Reason::WildcardNotDenied},
    {"type is there by the bitmap", "D-81",
     [](World& world) {
       world.edit("www.example.", RrType::A,
                  denies(world, "example.", kNoError, prove_nodata(world.zone("example."), name("www.example."))));
     },
     "www.example. A", Bogus, Reason::DenialWrongType},
    {"CNAME is there by the bitmap", "D-81",
     [](World& world) {
       world.edit("alias.example.", RrType::A,
                  denies(world, "example.", kNoError, prove_nodata(world.zone("example."), name("alias.example."))));
     },
     "alias.example. A", Bogus, Reason::DenialWrongType},
    {"NSEC from above the cut, DS present", "D-79",
     [](World& world) {
       world.edit("signed.example.", RrType::Txt,
                  denies(world, "example.", kNoError, prove_nodata(world.zone("example."), name("signed.example."))));
     },
     "signed.example. TXT", Bogus, Reason::DenialFromParent},
    {"NSEC from above the cut denies a name below, DS present", "D-79",
     [](World& world) {
       world.edit("www.signed.example.", RrType::A,
                  denies(world, "example.", kNxDomain, prove_nodata(world.zone("example."), name("signed.example."))));
     },
     "www.signed.example. A", Bogus, Reason::DenialFromParent},
    {"NSEC from above the cut, no DS", "D-79",
     [](World& world) {
       world.edit(
           "www.insecure.example.", RrType::Txt,
           denies(world, "example.", kNxDomain, prove_nodata(world.zone("example."), name("insecure.example."))));
     },
     "www.insecure.example. TXT", Insecure, Reason::InsecureDelegation, Answer::NxDomain},
    {"DNAME above the name", "D-80",
     [](World& world) {
       const auto& zone = world.zone("example.");
       world.edit("www.moved.example.", RrType::A,
                  denies(world, "example.", kNxDomain,
                         joined(prove_nodata(zone, name("moved.example.")), prove_nodata(zone, name("example.")))));
     },
     "www.moved.example. A", Bogus, Reason::NxdomainNotProven},
    {"NSEC expanded from a wildcard is the wildcard's", "D-77",
     [](World& world) {
       Records proof = prove_nodata(world.zone("example."), name("*.wild.example."));
       for (Record& each : proof) each.owner = name("there.wild.example.");
       world.edit("there.wild.example.", RrType::Txt, denies(world, "example.", kNoError, proof));
     },
     "there.wild.example. TXT", Secure, Reason::None, Answer::NoData},
    {"NSEC expanded from a wildcard denies no type of a name that exists", "D-77",
     [](World& world) {
       auto& zone = world.zone("example.").add("there.wild TXT text");
       Records proof = prove_nodata(zone, name("*.wild.example."));
       for (Record& each : proof) each.owner = name("there.wild.example.");
       world.edit("there.wild.example.", RrType::Txt, denies(world, "example.", kNoError, proof));
     },
     "there.wild.example. TXT", Bogus, Reason::DenialMissing},
    {"DS denied by a record that has the SOA bit", "D-81",
     [](World& world) {
       const Records apex = with_signature(nsec("sub.example.", "t.example.", {RrType::Ns, RrType::Soa}), "example.");
       world.edit("sub.example.", RrType::Ds, denies(world, "example.", kNoError, apex));
     },
     "sub.example. DS", Bogus, Reason::DsFromChild},
    {"wildcard with NS denies no type", "D-84", wildcard_delegation(RrType::Txt), "a.wns.example. TXT", Bogus,
     Reason::WildcardNotDenied},
    {"wildcard with NS denies no DS", "D-84", wildcard_delegation(RrType::Ds), "a.wns.example. DS", Bogus,
     Reason::WildcardNotDenied},
    {"closest encloser that only the next name shows", "D-83",
     [](World& world) { world.zone("example.").add("c.x A 192.0.2.1"); }, "b.x.example. A", Secure, Reason::None,
     Answer::NxDomain},
    {"NSEC from above the cut denies no wildcard, DS present", "D-83",
     [](World& world) {
       const Records name_denied = with_signature(nsec("w.sub.example.", "y.sub.example.", {RrType::A}), "example.");
       const Records cut = with_signature(nsec("sub.example.", "a.sub.example.", {RrType::Ns, RrType::Ds}), "example.");
       world.edit("x.sub.example.", RrType::A, denies(world, "example.", kNxDomain, joined(name_denied, cut)));
     },
     "x.sub.example. A", Bogus, Reason::DenialFromParent},
    {"NSEC that leaves its zone", "D-25",
     [](World& world) {
       world.edit("nothing.signed.example.", RrType::A,
                  denies(world, "signed.example.", kNxDomain,
                         with_signature(nsec("a.signed.example.", "zz.example.", {RrType::A}), "signed.example.")));
     },
     "nothing.signed.example. A", Bogus, Reason::NsecOverreach},
    {"SOA with a wrong signature", "D-94",
     [](World& world) { world.edit("nothing.example.", RrType::A, spoil_signatures(RrType::Soa)); },
     "nothing.example. A", Bogus, Reason::SignatureWrong},
    {"NSEC with a wrong signature", "D-94",
     [](World& world) { world.edit("nothing.example.", RrType::A, spoil_signatures(RrType::Nsec)); },
     "nothing.example. A", Bogus, Reason::SignatureWrong},
    {"NSEC without signature", "D-94",
     [](World& world) { world.edit("nothing.example.", RrType::A, without_signatures(RrType::Nsec)); },
     "nothing.example. A", Bogus, Reason::RrsigsMissing},
    {"denial without any NSEC", "D-94",
     [](World& world) { world.edit("nothing.example.", RrType::A, without(RrType::Nsec)); }, "nothing.example. A",
     Bogus, Reason::DenialMissing},
    {"empty answer without anything", "D-94",
     [](World& world) { world.edit("www.example.", RrType::Txt, set_authority({})); }, "www.example. TXT", Bogus,
     Reason::DenialMissing},
    {"an irrelevant NSEC beside the proof", "D-94",
     [](World& world) {
       world.edit("nothing.example.", RrType::A,
                  add_authority(prove_nodata(world.zone("example."), name("zz.example."))));
     },
     "nothing.example. A", Secure, Reason::None, Answer::NxDomain},
    {"unsigned NS and DS beside the proof", "D-17",
     [](World& world) {
       world.edit("nothing.example.", RrType::A,
                  add_authority({support::record("example. NS junk.invalid."),
                                 support::record("nothing.example. DS 1 13 2 "
                                                 "0000000000000000000000000000000000000000000000000000000000000000")}));
     },
     "nothing.example. A", Secure, Reason::None, Answer::NxDomain},
    {"records of another zone are set aside", "D-85",
     [](World& world) {
       world.edit("nothing.example.", RrType::A, add_authority(prove_nxdomain(world.zone("three."), name("x.three."))));
     },
     "nothing.example. A", Secure, Reason::None, Answer::NxDomain},
    {"the SOA of another zone is set aside", "D-94",
     [](World& world) { world.edit("nothing.example.", RrType::A, add_authority(soa_of(world, "three."))); },
     "nothing.example. A", Secure, Reason::None, Answer::NxDomain},
    {"proofs that contradict each other", "D-93",
     [](World& world) {
       const Records covering = with_signature(nsec("wwa.example.", "wwz.example.", {RrType::A}), "example.");
       Records proof = joined(prove_nodata(world.zone("example."), name("www.example.")), covering);
       proof = joined(proof, prove_nodata(world.zone("example."), name("example.")));
       world.edit("www.example.", RrType::Txt, denies(world, "example.", kNoError, proof));
     },
     "www.example. TXT", Bogus, Reason::DenialContradictory},
    {"a name both there and covered, its wildcard not denied", "D-93",
     [](World& world) {
       const Records proof = joined(with_signature(nsec("q.example.", "r.example.", {RrType::Txt}), "example."),
                                    with_signature(nsec("p.example.", "s.example.", {RrType::A}), "example."));
       world.edit("q.example.", RrType::A, denies(world, "example.", kNoError, proof));
     },
     "q.example. A", Bogus, Reason::DenialContradictory},
    {"an empty non-terminal and NXNAME", "D-93",
     [](World& world) {
       const Records proof = joined(
           with_signature(nsec("p.example.", "x.q.example.", {RrType::A}), "example."),
           with_signature(nsec("q.example.", "r.example.", {RrType::Rrsig, RrType::Nsec, RrType::Nxname}), "example."));
       world.edit("q.example.", RrType::A, denies(world, "example.", kNoError, proof));
     },
     "q.example. A", Bogus, Reason::DenialContradictory},
    {"a record whose only signature cannot be read", "part E",
     [](World& world) {
       world.edit("nothing.example.", RrType::A, [](Reply& reply) {
         for (Record& each : reply.authority)
           if (each.type == RrType::Rrsig && each.rdata[1] == static_cast<std::uint8_t>(RrType::Nsec))
             each.rdata.resize(19);
       });
     },
     "nothing.example. A", Bogus, Reason::SignatureMalformed},
    {"a wildcard both denied and there with the type", "D-93",
     [](World& world) {
       const Records proof = joined(with_signature(nsec("n.example.", "o.example.", {RrType::A}), "example."),
                                    with_signature(nsec("*.example.", "0.example.", {RrType::A}), "example."));
       const Records apex = with_signature(nsec("example.", "1.example.", {RrType::Soa, RrType::Ns}), "example.");
       world.edit("nothing.example.", RrType::A, denies(world, "example.", kNxDomain, joined(proof, apex)));
     },
     "nothing.example. A", Bogus, Reason::DenialWrongType},
    {"one name both a delegation and an empty non-terminal", "D-93",
     [](World& world) {
       const Records ent = with_signature(nsec("cut.example.", "x.sub.example.", {RrType::A}), "example.");
       const Records cut = with_signature(nsec("sub.example.", "t.example.", {RrType::Ns}), "example.");
       world.edit("sub.example.", RrType::Ds, denies(world, "example.", kNoError, joined(ent, cut)));
     },
     "sub.example. DS", Bogus, Reason::DenialContradictory},
    {"compact denial of a name", "D-91",
     [](World& world) {
       world.edit("nothing.example.", RrType::A,
                  denies(world, "example.", kNoError,
                         with_signature(nsec("nothing.example.", "\\000.nothing.example.",
                                             {RrType::Rrsig, RrType::Nsec, RrType::Nxname}),
                                        "example.")));
     },
     "nothing.example. A", Secure, Reason::None, Answer::NxDomain},
    {"NXNAME beside other types", "D-91",
     [](World& world) {
       world.edit("nothing.example.", RrType::A,
                  denies(world, "example.", kNoError,
                         with_signature(nsec("nothing.example.", "\\000.nothing.example.",
                                             {RrType::Txt, RrType::Rrsig, RrType::Nsec, RrType::Nxname}),
                                        "example.")));
     },
     "nothing.example. A", Secure, Reason::None, Answer::NoData},
    {"compact denial of a type", "D-91",
     [](World& world) {
       world.edit("some.example.", RrType::A,
                  denies(world, "example.", kNoError,
                         with_signature(nsec("some.example.", "\\000.some.example.", {RrType::Rrsig, RrType::Nsec}),
                                        "example.")));
     },
     "some.example. A", Secure, Reason::None, Answer::NoData},
    {"white lies", "D-92",
     [](World& world) {
       world.edit("nothing.example.", RrType::A,
                  denies(world, "example.", kNxDomain,
                         joined(with_signature(nsec("nothinf~.example.", "nothing\\000.example.", {RrType::Rrsig}),
                                               "example."),
                                with_signature(nsec("\\041~.example.", "+.example.", {RrType::Rrsig}), "example."))));
     },
     "nothing.example. A", Secure, Reason::None, Answer::NxDomain},
    {"TLSA denied", "D-96", {}, "_25._tcp.www.example. TLSA", Secure, Reason::None, Answer::NxDomain},
};
INSTANTIATE_TEST_SUITE_P(Nsec, DenialTest, testing::ValuesIn(kNsecRows), row_name);

const Row kNsec3Rows[] = {
    {"no such name", "D-89", {}, "nothing.three. A", Secure, Reason::None, Answer::NxDomain},
    {"zone with a single hash", "D-88",
     [](World& world) { world.zone("example.").delegate(world.zone("single.example.").nsec3()); },
     "nothing.single.example. A", Secure, Reason::None, Answer::NxDomain},
    {"zone of one opt-out hash and unsigned delegations", "D-90",
     [](World& world) {
       auto& single = world.zone("single.example.").nsec3({.opt_out = support::OptOut::Yes});
       single.delegate("child");
       world.zone("example.").delegate(single);
     },
     "nothing.single.example. A", Insecure, Reason::OptoutSpan, Answer::NxDomain},
    {"no such name some labels deeper", "D-88", {}, "a.b.c.three. A", Secure, Reason::None, Answer::NxDomain},
    {"no such type", "D-89", {}, "www.three. TXT", Secure, Reason::None, Answer::NoData},
    {"empty non-terminal", "D-89", {}, "empty.three. A", Secure, Reason::None, Answer::NoData},
    {"wildcard without the type", "D-89", {}, "x.wild.three. TXT", Secure, Reason::None, Answer::NoData},
    {"wildcard with CNAME", "D-89",
     [](World& world) {
       const auto& zone = world.zone("three.");
       world.edit("x.wildalias.three.", RrType::A,
                  denies(world, "three.", kNoError, support::prove_wildcard_nodata(zone, name("x.wildalias.three."))));
     },
     "x.wildalias.three. A", Bogus, Reason::DenialWrongType},
    {"no such name over an opt-out span", "D-90", {}, "nothing.opt. A", Insecure, Reason::OptoutSpan, Answer::NxDomain},
    {"no such type by an exact match in an opt-out zone",
     "D-90",
     {},
     "www.opt. TXT",
     Secure,
     Reason::None,
     Answer::NoData},
    {"empty non-terminal by an exact match in an opt-out zone",
     "D-90",
     {},
     "empty.opt. A",
     Secure,
     Reason::None,
     Answer::NoData},
    {"empty non-terminal made by an insecure delegation", "D-89",
     [](World& world) { world.zone("opt.").delegate("sub.hidden"); }, "hidden.opt. A", Insecure, Reason::OptoutSpan,
     Answer::NoData},
    {"wildcard without the type over an opt-out span",
     "D-90",
     {},
     "x.wild.opt. TXT",
     Insecure,
     Reason::OptoutSpan,
     Answer::NoData},
    {"wildcard with the type over an opt-out span", "D-90",
     [](World& world) {
       const Records proof = support::prove_wildcard_nodata(world.zone("opt."), name("x.wild.opt."));
       world.edit("x.wild.opt.", RrType::A, denies(world, "opt.", kNoError, proof));
     },
     "x.wild.opt. A", Bogus, Reason::DenialWrongType},
    {"of two spans over a name that without opt-out decides", "D-90",
     [](World& world) { world.edit("nothing.opt.", RrType::A, add_authority(whole_circle("opt."))); }, "nothing.opt. A",
     Secure, Reason::None, Answer::NxDomain},
    {"NSEC3 that matches the name and one that covers it", "D-93",
     [](World& world) { world.edit("www.three.", RrType::Txt, add_authority(whole_circle("three."))); },
     "www.three. TXT", Bogus, Reason::DenialContradictory},
    {"no closest encloser", "D-88",
     [](World& world) {
       const auto& zone = world.zone("three.");
       world.edit("nothing.three.", RrType::A,
                  denies(world, "three.", kNxDomain, zone.covering_nsec3(name("nothing.three."))));
     },
     "nothing.three. A", Bogus, Reason::NxdomainNotProven},
    {"next closer name not covered", "D-88",
     [](World& world) {
       const auto& zone = world.zone("three.");
       world.edit("a.empty.three.", RrType::A,
                  denies(world, "three.", kNxDomain, zone.matching_nsec3(name("empty.three."))));
     },
     "a.empty.three. A", Bogus, Reason::NxdomainNotProven},
    {"wildcard not denied", "D-89",
     [](World& world) {
       auto& zone = world.zone("three.");
       zone.add("* A 192.0.2.1");
       const Records proof = joined(zone.matching_nsec3(name("three.")), zone.covering_nsec3(name("nothing.three.")));
       world.edit("nothing.three.", RrType::Txt, denies(world, "three.", kNxDomain, proof));
     },
     "nothing.three. TXT", Bogus, Reason::WildcardNotDenied},
    {"NXDOMAIN over an opt-out span without wildcard denial", "D-89",
     [](World& world) {
       auto& zone = world.zone("opt.");
       zone.add("* A 192.0.2.1");
       const Records proof = joined(zone.matching_nsec3(name("opt.")), zone.covering_nsec3(name("nothing.opt.")));
       world.edit("nothing.opt.", RrType::Txt, denies(world, "opt.", kNxDomain, proof));
     },
     "nothing.opt. TXT", Bogus, Reason::WildcardNotDenied},
    {"closest encloser is a delegation without DS", "D-88 h-ancestor-ns",
     [](World& world) {
       const auto& zone = world.zone("three.");
       const Records proof =
           joined(zone.matching_nsec3(name("insecure.three.")), zone.covering_nsec3(name("x.insecure.three.")));
       world.edit("x.insecure.three.", RrType::A, denies(world, "three.", kNxDomain, proof));
     },
     "x.insecure.three. A", Insecure, Reason::InsecureDelegation, Answer::NxDomain},
    {"closest encloser is a delegation with DS", "D-88 h-ancestor-ns",
     [](World& world) {
       const auto& zone = world.zone("three.");
       const Records proof =
           joined(zone.matching_nsec3(name("signed.three.")), zone.covering_nsec3(name("x.signed.three.")));
       world.edit("x.signed.three.", RrType::A, denies(world, "three.", kNxDomain, proof));
     },
     "x.signed.three. A", Bogus, Reason::DenialFromParent},
    {"closest encloser has a DNAME", "D-88",
     [](World& world) {
       const auto& zone = world.zone("three.");
       const Records proof =
           joined(zone.matching_nsec3(name("moved.three.")), zone.covering_nsec3(name("x.moved.three.")));
       world.edit("x.moved.three.", RrType::A, denies(world, "three.", kNxDomain, proof));
     },
     "x.moved.three. A", Bogus, Reason::NxdomainNotProven},
    {"salt and some rounds", "D-87",
     [](World& world) {
       world.zone("three.").nsec3({.iterations = 10, .salt = {0xAB, 0xCD}});
     },
     "nothing.three. A", Secure, Reason::None, Answer::NxDomain},
    {"150 rounds", "D-87", [](World& world) { world.zone("three.").nsec3({.iterations = 150}); }, "nothing.three. A",
     Secure, Reason::None, Answer::NxDomain},
    {"151 rounds", "D-87", [](World& world) { world.zone("three.").nsec3({.iterations = 151}); }, "nothing.three. A",
     Insecure, Reason::Nsec3Iterations, Answer::NxDomain},
    {"151 rounds and a wrong signature", "D-87",
     [](World& world) {
       world.zone("three.").nsec3({.iterations = 151});
       world.edit("nothing.three.", RrType::A, spoil_signatures(RrType::Nsec3));
     },
     "nothing.three. A", Bogus, Reason::SignatureWrong},
    {"151 rounds excuse no wrong signature over data", "D-87",
     [](World& world) {
       world.zone("three.").nsec3({.iterations = 151});
       world.edit("www.three.", RrType::A, spoil_signatures(RrType::A));
     },
     "www.three. A", Bogus, Reason::SignatureWrong},
    {"151 rounds excuse no wrong signature over a DNAME", "D-87",
     [](World& world) {
       world.zone("three.").nsec3({.iterations = 151});
       world.edit("www.moved.three.", RrType::A, spoil_signatures(RrType::Dname));
     },
     "www.moved.three. A", Bogus, Reason::SignatureWrong},
    {"151 rounds at the proof of a wildcard answer", "D-87",
     [](World& world) { world.zone("three.").nsec3({.iterations = 151}); }, "x.wild.three. A", Insecure,
     Reason::Nsec3Iterations},
    {"151 rounds at a DS denial", "D-87", [](World& world) { world.zone("three.").nsec3({.iterations = 151}); },
     "www.insecure.three. A", Insecure, Reason::Nsec3Iterations},
    {"unknown hash algorithm alone", "D-85", nsec3_octet("three.", 0, 2), "nothing.three. A", Bogus,
     Reason::DenialMissing},
    {"unknown flags alone", "D-85", nsec3_octet("three.", 1, 2), "nothing.three. A", Bogus, Reason::DenialMissing},
    {"mixed parameters", "D-86",
     [](World& world) {
       auto other = support::SignedZone("three.").nsec3({.iterations = 3}).add("www A 192.0.2.1");
       world.edit("nothing.three.", RrType::A, add_authority(other.matching_nsec3(name("www.three."))));
     },
     "nothing.three. A", Bogus, Reason::Nsec3ParamsMixed},
    {"mixed salts", "D-86",
     [](World& world) {
       auto other = support::SignedZone("three.").nsec3({.salt = {0xAB}}).add("www A 192.0.2.1");
       world.edit("nothing.three.", RrType::A, add_authority(other.matching_nsec3(name("www.three."))));
     },
     "nothing.three. A", Bogus, Reason::Nsec3ParamsMixed},
    {"one hash twice", "D-86", [](World& world) { world.edit("www.three.", RrType::Txt, double_nsec3()); },
     "www.three. TXT", Bogus, Reason::Nsec3Collision},
    {"NSEC3 expanded from a wildcard", "D-77",
     [](World& world) { world.edit("www.three.", RrType::Txt, expand_nsec3()); }, "www.three. TXT", Bogus,
     Reason::DenialMissing},
    {"wildcard answer beside an NSEC3 of other parameters", "D-86",
     [](World& world) {
       auto other = support::SignedZone("three.").nsec3({.iterations = 3}).add("www A 192.0.2.1");
       world.edit("x.wild.three.", RrType::A, add_authority(other.matching_nsec3(name("www.three."))));
     },
     "x.wild.three. A", Bogus, Reason::Nsec3ParamsMixed},
    {"wildcard answer beside an unsigned NSEC3 of other parameters, which counts for nothing", "D-86",
     [](World& world) {
       auto other = support::SignedZone("three.").nsec3({.iterations = 3}).add("www A 192.0.2.1");
       Records record = other.matching_nsec3(name("www.three."));
       std::erase_if(record, [](const Record& each) { return each.type == RrType::Rrsig; });
       world.edit("x.wild.three.", RrType::A, add_authority(record));
     },
     "x.wild.three. A", Secure},
    {"wildcard answer, one hash twice", "D-86",
     [](World& world) { world.edit("x.wild.three.", RrType::A, double_nsec3()); }, "x.wild.three. A", Bogus,
     Reason::Nsec3Collision},
    {"wildcard answer, its NSEC3 expanded from a wildcard", "D-77",
     [](World& world) { world.edit("x.wild.three.", RrType::A, expand_nsec3()); }, "x.wild.three. A", Bogus,
     Reason::WildcardNoDenial},
    {"151 rounds of the zone above", "D-50",
     [](World& world) {
       auto many = support::SignedZone("three.").nsec3({.iterations = 151}).add("www A 192.0.2.1");
       world.edit("nothing.signed.three.", RrType::Tlsa,
                  denies(world, "three.", kNoError, many.matching_nsec3(name("www.three."))));
     },
     "nothing.signed.three. TLSA", Bogus, Reason::SignerNotZone},
    {"NXNAME beside the NSEC bit in an NSEC3 is a type that is there", "D-91",
     [](World& world) {
       Record record{world.zone("three.").nsec3_owner(name("nothing.three.")), 900, RrType::Nsec3, {1, 0, 0, 0, 0, 20}};
       record.rdata.insert(record.rdata.end(), 20, 0xFF);
       const auto bitmap = support::type_bitmap({RrType::Nsec, RrType::Rrsig, RrType::Nxname});
       record.rdata.insert(record.rdata.end(), bitmap.begin(), bitmap.end());
       world.edit("nothing.three.", RrType::A, denies(world, "three.", kNoError, with_signature(record, "three.")));
     },
     "nothing.three. A", Secure, Reason::None, Answer::NoData},
    {"records of another zone cannot help", "D-85",
     [](World& world) {
       world.edit("nothing.three.", RrType::A,
                  denies(world, "three.", kNxDomain, prove_nxdomain(world.zone("opt."), name("nothing.opt."))));
     },
     "nothing.three. A", Bogus, Reason::DenialMissing},
    {"NSEC beside NSEC3", "D-95",
     [](World& world) {
       world.edit("nothing.three.", RrType::A,
                  add_authority(with_signature(nsec("a.three.", "b.three.", {RrType::A}), "three.")));
     },
     "nothing.three. A", Secure, Reason::None, Answer::NxDomain},
    {"NXNAME in an NSEC3", "D-91",
     [](World& world) {
       Record record{world.zone("three.").nsec3_owner(name("nothing.three.")), 900, RrType::Nsec3, {1, 0, 0, 0, 0, 20}};
       record.rdata.insert(record.rdata.end(), 20, 0xFF);
       const auto bitmap = support::type_bitmap({RrType::Rrsig, RrType::Nxname});
       record.rdata.insert(record.rdata.end(), bitmap.begin(), bitmap.end());
       world.edit("nothing.three.", RrType::A, denies(world, "three.", kNoError, with_signature(record, "three.")));
     },
     "nothing.three. A", Secure, Reason::None, Answer::NxDomain},
    {"type is there by the bitmap", "D-89",
     [](World& world) {
       world.edit("www.three.", RrType::A,
                  denies(world, "three.", kNoError, world.zone("three.").matching_nsec3(name("www.three."))));
     },
     "www.three. A", Bogus, Reason::DenialWrongType},
};
INSTANTIATE_TEST_SUITE_P(Nsec3, DenialTest, testing::ValuesIn(kNsec3Rows), row_name);

/// D-78: covering is in canonical order and never of the owner itself.
TEST(NsecCovers, FollowsCanonicalOrder) {
  const auto zone = name("example.");
  const auto covers_name = [&](const char* owner, const char* next, const char* q) {
    return covers({name(owner), {name(next), {}}}, zone, name(q));
  };
  EXPECT_TRUE(covers_name("a.example.", "c.example.", "b.example."));
  EXPECT_TRUE(covers_name("a.example.", "c.example.", "x.a.example."));
  EXPECT_FALSE(covers_name("a.example.", "c.example.", "a.example."));
  EXPECT_FALSE(covers_name("a.example.", "c.example.", "c.example."));
  EXPECT_FALSE(covers_name("a.example.", "c.example.", "x.c.example."));
  EXPECT_TRUE(covers_name("a.example.", "example.", "z.example."));
  EXPECT_TRUE(covers_name("example.", "example.", "any.thing.example."));
  EXPECT_FALSE(covers_name("example.", "example.", "example."));
  EXPECT_FALSE(covers_name("a.example.", "c.example.", "b.other."));
  EXPECT_FALSE(covers_name("z.example.", "example.", "b.other."));
}

/// D-88: the circle of hashes.
TEST(Nsec3Covers, GoesAroundTheCircle) {
  Nsec3Record record;
  const auto hash = [](std::uint8_t first) {
    Nsec3Hash value{};
    value[0] = first;
    return value;
  };
  record.owner_hash = hash(10);
  record.next_hash = hash(20);
  EXPECT_TRUE(record.covers(hash(15)));
  EXPECT_FALSE(record.covers(hash(10)));
  EXPECT_FALSE(record.covers(hash(20)));
  record.next_hash = hash(5);
  EXPECT_TRUE(record.covers(hash(200)));
  EXPECT_TRUE(record.covers(hash(1)));
  EXPECT_FALSE(record.covers(hash(7)));
  record.next_hash = record.owner_hash;
  EXPECT_TRUE(record.covers(hash(11)));
  EXPECT_TRUE(record.covers(hash(9)));
  EXPECT_FALSE(record.covers(hash(10)));
}

// D-85: one whole hash of the one algorithm, one label below the zone.
TEST(Nsec3Usable, IsOneWholeHashBelowTheZone) {
  const std::string hash = "0p9mhaveqvm6t7vbl5lop2u3t2rp3tom.";
  const auto octets = [](std::uint8_t algorithm, std::uint8_t flags, std::uint8_t next) {
    std::vector<std::uint8_t> rdata{algorithm, flags, 0, 0, 0, next};
    rdata.insert(rdata.end(), next, 0xFF);
    return rdata;
  };
  struct Case {
    const char* what;
    std::string owner;
    std::vector<std::uint8_t> rdata;
    std::size_t usable;
  };
  const Case cases[] = {
      {"a plain one", hash + "example.", octets(1, 0, 20), 1},
      {"with opt-out", hash + "example.", octets(1, 1, 20), 1},
      {"another algorithm", hash + "example.", octets(2, 0, 20), 0},
      {"another flag", hash + "example.", octets(1, 2, 20), 0},
      {"a next hash cut short", hash + "example.", octets(1, 0, 19), 0},
      {"a next hash too long", hash + "example.", octets(1, 0, 21), 0},
      {"an owner two labels below", hash + "sub.example.", octets(1, 0, 20), 0},
      {"an owner of another zone", hash + "other.", octets(1, 0, 20), 0},
      {"an owner that is no hash", "w" + hash.substr(1) + "example.", octets(1, 0, 20), 0},
      {"an owner cut short", hash.substr(8) + "example.", octets(1, 0, 20), 0},
      {"the apex", "example.", octets(1, 0, 20), 0},
  };
  for (const Case& each : cases) {
    wire::Rrset rrset{.owner = name(each.owner), .type = RrType::Nsec3};
    rrset.rdata = {each.rdata, each.rdata};  // the same RR twice is one (D-12)
    EXPECT_EQ(usable_nsec3(rrset, name("example.")).size(), each.usable) << each.what;
  }
}

// D-15: SOA MINIMUM, SOA TTL, NSEC TTL, cap.
TEST(NegativeTtl, IsTheSmallest) {
  struct {
    std::uint32_t soa, minimum, nsec, expected;
  } const rows[] = {
      {600, 300, 900, 300}, {200, 300, 900, 200}, {600, 300, 50, 50}, {86400, 86400, 86400, 3600}, {600, 0, 900, 0}};
  for (const auto& row : rows) {
    World world = honest_world();
    world.edit("nothing.example.", RrType::A, [&row](Reply& reply) {
      Records denial{support::record("example. " + std::to_string(row.soa) + " SOA ns. host. 1 1 1 1 " +
                                     std::to_string(row.minimum))};
      std::ranges::copy_if(reply.authority, std::back_inserter(denial),
                           [](const Record& each) { return each.type == RrType::Nsec; });
      reply.authority.clear();
      for (Record& each : denial) {
        if (each.type == RrType::Nsec) each.ttl = row.nsec;
        reply.authority.insert(reply.authority.end(), {each, sign({each}, name("example."), zsk())});
      }
    });
    Asker asker(world);
    EXPECT_EQ(asker.ask("nothing.example. A").ttl, row.expected);
    asker.policy().max_negative_ttl = 40;  // below what the chain lives
    EXPECT_EQ(asker.ask_cold("nothing.example. A").ttl, std::min(row.expected, 40U));
  }
}

// D-15: of an insecure denial by its SOA, and not at all without one.
TEST(NegativeTtl, OfAnInsecureDenialIsThatOfItsSoa) {
  const char* asked = "nothing.insecure.example. A";
  const struct {
    Records authority;
    std::uint32_t expected;
  } rows[] = {
      {{support::record("insecure.example. 600 SOA ns. host. 1 1 1 1 30")}, 30},
      {{support::record("insecure.example. 20 SOA ns. host. 1 1 1 1 300")}, 20},
      {{support::record("elsewhere. 20 SOA ns. host. 1 1 1 1 300")}, 0},
      {{}, 0},
  };
  for (const auto& row : rows) {
    World world = honest_world();
    world.edit("nothing.insecure.example.", RrType::A, set_authority(row.authority));
    const Verdict verdict = Asker(world).ask(asked);
    EXPECT_EQ(verdict.security, Insecure);
    EXPECT_EQ(verdict.ttl, row.expected);
  }
}

// D-97: what one NSEC proved is not used for another name.
TEST(AggressiveUse, IsOff) {
  Asker asker(honest_world());
  asker.ask("nothing.example. A");
  asker.ask("nothinh.example. A");
  EXPECT_EQ(asker.asked(), std::vector<std::string>{"nothinh.example. A"});
}

}  // namespace
}  // namespace danesweep::dnssec
