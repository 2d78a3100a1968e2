// SPDX-License-Identifier: Apache-2.0
// DNSSEC.md part I: denial by NSEC and NSEC3, and resolvers and servers that lie, fail or are silent.
#include "tests/lab/domain_kinds.h"
#include "tests/lab/making.h"

namespace danesweep::lab {
namespace {

constexpr auto kBoth = Flavours::Both;
constexpr auto kNsecOnly = Flavours::Nsec;
constexpr auto kNsec3Only = Flavours::Nsec3;
constexpr auto kFiles = Served::FromZoneFiles;
constexpr auto kLying = Served::ByLyingServer;

using Sets = std::vector<const RrSet*>;

// ---- parts of makings

/// A zone with the names `b` and `mx`, so that the wildcard and `nobody` fall into different spans.
Zone& filled(Making& m) {
  Zone& zone = m.zone();
  zone.add("b TXT \"b\"");
  zone.add("mx TXT \"mx\"");
  return zone;
}

/// `nobody` is asked; it does not exist.
void ask_nobody(Making& m) {
  filled(m);
  m.ask(m.name("nobody"));
  m.no_name();
}

/// `plain` is asked; it exists and has no MX.
void ask_plain(Making& m) {
  filled(m).add("plain TXT \"x\"");
  m.ask(m.name("plain"));
  m.no_data();
}

/// A name that is not there, with a proof of the row's choice.
Make nobody_with(std::function<Sets(Zone&, Answer&)> proof) {
  return [proof = std::move(proof)](Making& m) {
    ask_nobody(m);
    m.no_data();
    m.tamper(m.asked(), kMx, only_proof([proof, &zone = m.zone()](Answer& answer) { return proof(zone, answer); }));
  };
}

void set_types(RrSet& set, Zone& zone, const std::vector<std::uint16_t>& types) {
  std::string& rdata = set.rdatas.front();
  std::size_t next = 0;
  if (set.type == kNsec3) {
    next = 5 + static_cast<unsigned char>(rdata[4]) + 21U;
  } else {
    while (rdata[next] != '\0') next += static_cast<unsigned char>(rdata[next]) + 1U;
    ++next;
  }
  rdata = rdata.substr(0, next) + type_bitmap(types);
  zone.resign(set);
}

void on_denial(Making& m, const Name& owner, Zone::Breaking breaking) {
  Zone& zone = m.zone();
  if (m.is_nsec())
    zone.on_set(owner, kNsec, std::move(breaking));
  else
    zone.on_set(zone.hashed_owner(zone.hash(owner)), kNsec3, std::move(breaking));
}

/// `plain` without MX, whose denial record claims these types.
Make plain_claims(std::vector<std::uint16_t> types) {
  return [types = std::move(types)](Making& m) {
    ask_plain(m);
    auto all = types;
    all.insert(all.end(), {kTxt, kRrsig});
    if (m.is_nsec()) all.push_back(kNsec);
    on_denial(m, m.name("plain"), [all](RrSet& set, Zone& zone) { set_types(set, zone, all); });
  };
}

void overreaching(Making& m) {
  ask_nobody(m);
  m.no_data();
  m.zone().on_set(m.name("mx"), kNsec, [far = m.top().apex().below("zzz")](RrSet& set, Zone& zone) {
    set.rdatas.front() = far.wire() + type_bitmap({kTxt, kRrsig, kNsec});
    zone.resign(set);
  });
}

/// The denial comes with the parent's record for the zone's apex (D-79).
void from_parent(Making& m) {
  m.zone().add("b TXT \"b\"");
  m.no_data();
  m.tamper(m.domain(), kMx, [&top = m.top(), apex = m.domain()](Answer& answer) {
    answer.authority.clear();
    add_soa(top, answer);
    prove_no_data(top, apex, answer);
  });
}

void dname_above(Making& m) {
  Zone& zone = filled(m);
  zone.add(m.name("mx"), kDname, m.name("b").wire());
  m.ask(m.name("x.mx"));
  m.no_data();
  m.tamper(m.asked(), kMx, [&zone, asked = m.asked()](Answer& answer) {
    answer = {};
    answer.rcode = kNxDomain;
    add_soa(zone, answer);
    prove_no_name(zone, asked, answer);
  });
}

/// The wildcard's NSEC shown under the asked name, with a span that does not reach it (D-77).
void expanded(Making& m) {
  Zone& zone = m.zone();
  zone.add("*.w TXT \"wild\"");
  zone.add("a.w TXT \"a\"");
  m.ask(m.name("n.w"));
  m.no_data();
  m.tamper(m.asked(), kMx, [&zone, asked = m.asked(), wildcard = m.name("*.w")](Answer& answer) {
    answer.authority.clear();
    add_soa(zone, answer);
    answer.authority.push_back({asked, zone.nsec_at(wildcard)});
  });
}

/// Minimal spans made for the question (RFC 4470).
Sets white_lies(Zone& zone, Answer& answer) {
  const Name before = zone.apex().below(std::string("nobodx\xff", 7));
  const RrSet* name = answer.keep(zone.make_nsec(before, zone.apex().below("nobody!"), {kRrsig, kNsec}));
  const RrSet* wildcard = answer.keep(zone.make_nsec(zone.apex().below(")"), zone.apex().below("+"), {kRrsig, kNsec}));
  return {name, wildcard};
}

std::string next_hash(std::string hash) {
  for (std::size_t i = hash.size(); i-- > 0;)
    if (++hash[i] != '\0') break;
  return hash;
}

/// One record at the asked name for everything (RFC 9824).
void compact(Making& m, const std::vector<std::uint16_t>& marks) {
  filled(m);
  m.ask(m.name("nobody"));
  Zone& zone = m.zone();
  for (const std::uint16_t type : {kMx, kA, kAaaa})
    m.tamper(m.asked(), type, [&zone, asked = m.asked(), marks](Answer& answer) {
      answer = {};
      add_soa(zone, answer);
      auto types = marks;
      types.push_back(kRrsig);
      if (zone.denial() == Denial::Nsec) {
        types.push_back(kNsec);
        const RrSet* set = answer.keep(zone.make_nsec(asked, asked.below(std::string(1, '\0')), types));
        answer.authority.push_back({asked, set});
      } else {
        const std::string hash = zone.hash(asked);
        const RrSet* set = answer.keep(zone.make_nsec3(hash, next_hash(hash), types, 0));
        answer.authority.push_back({set->owner, set});
      }
    });
}

Make with_rcode(Make make, Rcode rcode) {
  return [make = std::move(make), rcode](Making& m) {
    make(m);
    m.tamper(m.asked(), kMx, [rcode](Answer& answer) { answer.rcode = rcode; });
  };
}

void empty_non_terminal(Making& m) {
  m.zone().add("below.ent TXT \"x\"");
  m.ask(m.name("ent"));
  m.no_data();
}

// ---- NSEC3

Make with_parameters(std::uint16_t iterations, std::string salt) {
  return [iterations, salt = std::move(salt)](Making& m) {
    m.zone().set_nsec3(iterations, salt);
    ask_nobody(m);
  };
}

enum class Part : std::uint8_t { ClosestEncloser, NextCloser, Wildcard };
/// The three parts of an NSEC3 denial of `nobody` but one (RFC 5155 8.4).
Make without_part(Part missing) {
  return nobody_with([missing](Zone& zone, Answer&) {
    const RrSet* encloser = zone.nsec3_matching(zone.apex());
    const RrSet* next = zone.nsec3_covering(zone.name("nobody"));
    const RrSet* wildcard = zone.nsec3_covering(zone.apex().below("*"));
    const RrSet* gone = missing == Part::ClosestEncloser ? encloser : missing == Part::NextCloser ? next : wildcard;
    Sets sets;
    for (const RrSet* set : {encloser, next, wildcard})
      if (set != gone) sets.push_back(set);
    return sets;
  });
}

/// Names enough that the three parts are three records.
Make among_many(Make make) {
  return [make = std::move(make)](Making& m) {
    for (int i = 0; i < 40; ++i) m.zone().add("n" + std::to_string(i) + " TXT \"x\"");
    make(m);
  };
}

Make every_nsec3(Zone::Breaking breaking) {
  return [breaking = std::move(breaking)](Making& m) {
    ask_nobody(m);
    m.no_data();
    m.zone().on_every_nsec3(breaking);
  };
}

Zone::Breaking octet_changed(std::size_t at, char value) {
  return [at, value](RrSet& set, Zone& zone) {
    set.rdatas.front()[at] = value;
    zone.resign(set);
  };
}

void other_zone(Making& m) {
  ask_nobody(m);
  m.no_data();
  Zone& other = m.neighbour("other", m.denial());
  other.add("mx TXT \"x\"");
  m.tamper(m.asked(), kMx, [&other, name = other.name("nobody")](Answer& answer) {
    answer.authority.clear();
    add_soa(other, answer);
    prove_no_name(other, name, answer);
  });
}

void beside_hash_2(Making& m) {
  ask_nobody(m);
  m.tamper(m.asked(), kMx, [&zone = m.zone()](Answer& answer) {
    RrSet other = zone.make_nsec3(zone.hash(zone.name("other")), zone.hash(zone.name("another")), {kTxt, kRrsig}, 0);
    other.rdatas.front()[0] = 2;
    zone.resign(other);
    const RrSet* set = answer.keep(std::move(other));
    answer.authority.push_back({set->owner, set});
  });
}

/// The zone's own SOA with the records that cover the name in the parent's zone.
void by_parents_hashes(Making& m) {
  ask_nobody(m);
  m.no_data();
  m.tamper(m.asked(), kMx, only_proof([&top = m.top(), asked = m.asked()](Answer&) {
             return Sets{top.nsec3_covering(asked), top.nsec3_covering(top.apex().below("*"))};
           }));
}

Zone& opt_out_zone(Making& m) { return m.zone_at(m.domain(), Denial::Nsec3OptOut); }

// clang-format off
std::vector<DomainKind> denials() {
  return {
    {"n-nx", "no such name, proven (D-83, D-89)", kNsecOnly, kFiles, ask_nobody},
    {"h-nx", "no such name, proven (D-83, D-89)", kNsec3Only, kFiles, ask_nobody},
    {"n-nodata", "no MX, proven (D-81)", kNsecOnly, kFiles, ask_plain},
    {"h-nodata", "no MX, proven (D-81)", kNsec3Only, kFiles, ask_plain},
    {"n-ent", "empty non-terminal (D-82)", kNsecOnly, kFiles, empty_non_terminal},
    {"h-ent", "empty non-terminal (D-82)", kNsec3Only, kFiles, empty_non_terminal},
    {"n-last", "no such name, behind the last (D-78)", kBoth, kFiles, [](Making& m) { filled(m); m.ask(m.name("zzzz")); m.no_name(); }},
    {"n-single", "no such name in a zone of one name (D-78)", kBoth, kFiles, [](Making& m) { m.zone(); m.ask(m.name("nobody")); m.no_name(); }},
    {"n-one-for-both", "one NSEC denies the name and the wildcard (D-83)", kNsecOnly, kFiles, [](Making& m) { m.zone().add("zz TXT \"z\""); m.ask(m.name("nobody")); m.no_name(); }},
    {"n-rcode-nx-ent", "NXDOMAIN with the proof of an empty non-terminal (D-93)", kBoth, kLying, with_rcode(empty_non_terminal, kNxDomain)},
    bogus("n-rcode-no-nx", "NOERROR with the proof of no such name (D-93)", "denial-wrong-rcode", with_rcode([](Making& m) { ask_nobody(m); m.no_data(); }, kNoError), kBoth, kLying),
    bogus("n-hastype", "the denial says that MX is there (D-81)", "denial-wrong-type", plain_claims({kMx})),
    bogus("n-hascname", "the denial says that an alias is there (D-81)", "denial-wrong-type", plain_claims({kCname}), kNsecOnly),
    bogus("h-nodata-cname-bit", "the denial says that an alias is there (D-81)", "denial-wrong-type", plain_claims({kCname}), kNsec3Only),
    bogus("n-soa-badsig", "the denial's SOA badly signed", "signature-wrong", [](Making& m) { ask_plain(m); m.zone().on_set(m.domain(), kSoa, bit_flipped()); }),
    bogus("n-none", "a denial without proof (D-94)", "denial-missing", [](Making& m) { ask_plain(m); m.tamper(m.asked(), kMx, without_denial()); }, kBoth, kLying),
    bogus("n-empty", "an empty answer (D-94)", "denial-missing", [](Making& m) { ask_plain(m); m.tamper(m.asked(), kMx, without_authority()); }, kBoth, kLying),
    bogus("n-unsigned", "the denial's records unsigned", std::string(kUnfixed), [](Making& m) { ask_plain(m); m.tamper(m.asked(), kMx, without_signatures()); }, kBoth, kLying),
    bogus("n-parent-nsec", "the denial is from the parent's side (D-79)", "denial-from-parent", from_parent, kBoth, kLying),
    bogus("n-dname-above", "the denial lies below a DNAME (D-80)", std::string(kUnfixed), dname_above, kNsecOnly, kLying),
    bogus("h-dname-ce", "the denial lies below a DNAME (D-80)", std::string(kUnfixed), dname_above, kNsec3Only, kLying),
    {"n-compact-nxname", "compact denial: no such name (D-91)", kNsecOnly, kLying, [](Making& m) { compact(m, {kNxname}); m.no_name(); }},
    {"h-compact-nxname", "compact denial: no such name (D-91)", kNsec3Only, kLying, [](Making& m) { compact(m, {kNxname}); m.no_name(); }},
    {"n-compact-nodata", "compact denial: no data (D-91)", kBoth, kLying, [](Making& m) { compact(m, {}); m.no_data(); }},
    bogus("n-nx-nocover", "the proof covers another name (D-83)", "nxdomain-not-proven", nobody_with([](Zone& zone, Answer&) { return Sets{zone.nsec_at(zone.name("b")), zone.nsec_at(zone.apex())}; }), kNsecOnly, kLying),
    bogus("n-nx-nowc", "the wildcard is not denied (D-83)", "wildcard-not-denied", nobody_with([](Zone& zone, Answer&) { return Sets{zone.nsec_covering(zone.name("nobody"))}; }), kNsecOnly, kLying),
    bogus("n-expanded", "a wildcard's NSEC under another name (D-77)", std::string(kUnfixed), expanded, kNsecOnly, kLying),
    bogus("n-overreach", "NSEC beyond the zone (D-25)", "nsec-overreach", overreaching, kNsecOnly),
    {"n-white-lies", "minimal NSEC spans made for the question (D-92)", kNsecOnly, kLying, [](Making& m) { nobody_with(white_lies)(m); m.no_name(); }},
  };
}

std::vector<DomainKind> hashed_denials() {
  return {
    {"h-salt", "salted NSEC3", kNsec3Only, kFiles, with_parameters(0, "\xab\xcd")},
    {"h-iter1", "one extra round (D-87)", kNsec3Only, kFiles, with_parameters(1, "")},
    {"h-iter150", "150 extra rounds (D-87)", kNsec3Only, kFiles, with_parameters(150, "\x01")},
    {"h-iter151", "151 extra rounds: not computed (D-87)", kNsec3Only, kFiles, [](Making& m) { with_parameters(151, "")(m); m.mx_insecure("nsec3-iterations"); }},
    bogus("h-iter151-badsig", "151 extra rounds, badly signed (D-87)", "signature-wrong", [](Making& m) { with_parameters(151, "")(m); m.no_data(); m.zone().on_every_nsec3(bit_flipped()); }, kNsec3Only),
    bogus("h-noce", "no closest encloser (D-88)", std::string(kUnfixed), among_many(without_part(Part::ClosestEncloser)), kNsec3Only, kLying),
    bogus("h-nonc", "next closer name not covered (D-88)", std::string(kUnfixed), among_many(without_part(Part::NextCloser)), kNsec3Only, kLying),
    bogus("h-nowc", "wildcard not covered (D-89)", std::string(kUnfixed), among_many(without_part(Part::Wildcard)), kNsec3Only, kLying),
    {"h-nx-optout", "no such name in an opt-out span (D-90)", kNsec3Only, kFiles, [](Making& m) { opt_out_zone(m); ask_nobody(m); m.mx_insecure("optout-span"); }},
    {"h-ent-optout", "empty non-terminal above an unsigned cut in an opt-out span (D-89)", kNsec3Only, kFiles, [](Making& m) {
       opt_out_zone(m); m.child("sub.ent", Denial::Unsigned); m.ask(m.name("ent")); m.no_data(); m.mx_insecure("optout-span");
       address_is(m.expected().hosts.front(), Status::Insecure, "dns:optout-span"); }},
    {"h-ent-optout-match", "empty non-terminal with a record of its own in an opt-out zone (D-90)", kNsec3Only, kFiles, [](Making& m) {
       opt_out_zone(m); m.child("sub.ent", Denial::Nsec3); m.ask(m.name("ent")); m.no_data(); }},
    bogus("h-hash2-only", "hash algorithm 2 (D-85)", "denial-missing", every_nsec3(octet_changed(0, 2)), kNsec3Only, kLying),
    bogus("h-flags-only", "unknown flags (D-85)", "denial-missing", every_nsec3(octet_changed(1, 4)), kNsec3Only, kLying),
    {"h-hash2-plus-good", "a record of hash algorithm 2 beside good ones (D-85)", kNsec3Only, kLying, beside_hash_2},
    bogus("h-mixed-params", "records of two parameter sets (D-86)", "nsec3-params-mixed", [](Making& m) { among_many(ask_nobody)(m); m.no_data(); on_denial(m, m.domain(), octet_changed(3, 7)); }, kNsec3Only, kLying),
    bogus("h-collision", "two records at one hash (D-86)", "nsec3-collision", [](Making& m) {
      ask_nobody(m); m.no_data(); on_denial(m, m.domain(), [](RrSet& set, Zone& zone) { std::string other = set.rdatas.front(); other[8] = static_cast<char>(other[8] ^ 1); set.rdatas.push_back(other); zone.resign(set); }); }, kNsec3Only, kLying),
    bogus("h-other-zone", "the denial of another zone (D-85)", std::string(kUnfixed), other_zone, kNsec3Only, kLying),
    bogus("h-parent-zone-hash-label", "the denial by the hashes of the parent's zone (D-85)", std::string(kUnfixed), by_parents_hashes, kNsec3Only, kLying),
  };
}

std::vector<DomainKind> failures() {
  return {
    unknown("r-servfail-dnskey", "the zone's keys SERVFAIL (D-61)", "resolver-servfail", [](Making& m) { m.zone(); m.tamper(m.domain(), kDnskey, fails_with(kServFail)); }),
    unknown("r-servfail-ds", "the zone's DS SERVFAIL (D-61)", "resolver-servfail", [](Making& m) { m.zone(); m.tamper(m.domain(), kDs, fails_with(kServFail)); }),
    unknown("r-timeout-dnskey", "the zone's keys unanswered (D-61)", "resolver-timeout", [](Making& m) { m.zone(); m.tamper(m.domain(), kDnskey, no_reply()); }),
    unknown("r-formerr", "MX FORMERR (D-61)", "resolver-refused", [](Making& m) { m.zone(); m.tamper(m.domain(), kMx, fails_with(kFormErr)); }),
    unknown("r-tc-loop", "TC over UDP and over TCP (D-4)", std::string(kUnfixed), [](Making& m) { m.zone(); m.tamper(m.domain(), kMx, with_fate(Fate::AlwaysTruncated)); }),
    unknown("r-wrong-question", "answers to another question (D-4)", std::string(kUnfixed), [](Making& m) { m.zone(); m.tamper(m.domain(), kMx, with_fate(Fate::WrongQuestion)); }),
    secure("r-junk-additional", "junk in the additional section (D-17)", [](Making& m) {
      m.zone(); m.tamper(m.domain(), kMx, [name = m.name("mx")](Answer& answer) {
        answer.additional.push_back({name, answer.keep({name, kA, 60, {a_rdata("192.0.2.66")}, {}, true})}); }); }, kBoth, kLying),
    secure("r-junk-answer", "records of another name in the answer (D-17)", [](Making& m) {
      m.zone(); m.tamper(m.domain(), kMx, [name = m.name("other")](Answer& answer) {
        answer.answer.insert(answer.answer.begin(), {name, answer.keep({name, kMx, 60, {mx_rdata(1, name)}, {}, true})}); }); }, kBoth, kLying),
    secure("r-shuffled", "records in another order (D-11)", [](Making& m) {
      m.host(m.zone(), "mx1"); m.host(m.zone(), "mx2", "S-2", 20); m.tamper(m.domain(), kMx, [](Answer& answer) {
        RrSet other = *answer.answer.front().set; std::swap(other.rdatas.front(), other.rdatas.back()); answer.answer.front().set = answer.keep(std::move(other)); }); }, kBoth, kLying),
  };
}
// clang-format on

}  // namespace

std::vector<DomainKind> denial_kinds() {
  std::vector<DomainKind> all;
  for (const auto& part : {denials(), hashed_denials(), failures()}) all.insert(all.end(), part.begin(), part.end());
  return all;
}

}  // namespace danesweep::lab
