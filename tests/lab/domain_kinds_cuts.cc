// SPDX-License-Identifier: Apache-2.0
// DNSSEC.md part I: zone cuts, wildcards, chains of aliases. Each is a mail domain whose MX shows the status.
#include "tests/lab/domain_kinds.h"
#include "tests/lab/making.h"

namespace danesweep::lab {
namespace {

constexpr auto kBoth = Flavours::Both;
constexpr auto kNsecOnly = Flavours::Nsec;
constexpr auto kNsec3Only = Flavours::Nsec3;
constexpr auto kFiles = Served::FromZoneFiles;
constexpr auto kLying = Served::ByLyingServer;

// ---- parts of makings

Zone& opt_out_zone(Making& m) { return m.zone_at(m.domain(), Denial::Nsec3OptOut); }

/// MX of a good host at `relative`, which is the name to ask.
void mail_at(Making& m, std::string_view relative) {
  m.ask(m.name(relative));
  m.host(m.provider(), "mx-good");
}

/// MX at `owner`; what is asked is `asked`.
void mail_at(Making& m, std::string_view owner, std::string_view asked) {
  mail_at(m, owner);
  m.ask(m.name(asked));
}

/// The answer to MX at `relative` is an unsigned record that no zone holds.
void forge_mx(Making& m, std::string_view relative) {
  m.ask(m.name(relative));
  const Name target = m.provider().name("mx-good");
  m.tamper(m.asked(), kMx, [owner = m.asked(), target](Answer& answer) {
    answer = {};
    answer.answer.push_back({owner, answer.keep({owner, kMx, 3600, {mx_rdata(10, target)}, {}, true})});
  });
  m.no_data();
}

/// Sets the types that a denial record of `owner` shows, and signs it again.
void show_types(Making& m, const Name& owner, const std::vector<std::uint16_t>& types) {
  Zone& zone = m.zone();
  if (m.is_nsec()) {
    zone.on_set(owner, kNsec, [types](RrSet& set, Zone& z) {
      const std::string& rdata = set.rdatas.front();
      std::size_t next = 0;
      while (rdata[next] != '\0') next += static_cast<unsigned char>(rdata[next]) + 1U;
      set.rdatas.front() = rdata.substr(0, next + 1) + type_bitmap(types);
      z.resign(set);
    });
    return;
  }
  zone.on_set(zone.hashed_owner(zone.hash(owner)), kNsec3, [types](RrSet& set, Zone& z) {
    const std::string& rdata = set.rdatas.front();
    const std::size_t salt = static_cast<unsigned char>(rdata[4]);
    set.rdatas.front() = rdata.substr(0, 5 + salt + 21) + type_bitmap(types);
    z.resign(set);
  });
}

/// The signed child `sub` itself denies its DS.
void child_answers_ds(Making& m, Link link) {
  m.zone();
  Zone& child = m.child("sub", m.denial());
  child.link() = link;
  mail_at(m, "sub");
  m.tamper(m.name("sub"), kDs, [&child](Answer& answer) {
    answer = {};
    add_soa(child, answer);
    prove_no_data(child, child.apex(), answer);
  });
}

void chain_of_aliases(Making& m, int links) {
  Zone& zone = m.zone();
  for (int i = 0; i < links; ++i)
    zone.add(m.name("a" + std::to_string(i)), kCname, m.name("a" + std::to_string(i + 1)).wire());
  mail_at(m, "a" + std::to_string(links), "a0");
}

void loop_of_aliases(Making& m, int links) {
  Zone& zone = m.zone();
  for (int i = 0; i < links; ++i)
    zone.add(m.name("a" + std::to_string(i)), kCname, m.name("a" + std::to_string((i + 1) % links)).wire());
  m.host(zone, "mx");
  m.ask(m.name("a0"));
}

/// Asked: x.old, with old a DNAME to new.
void dname(Making& m) {
  m.zone().add(m.name("old"), kDname, m.name("new").wire());
  mail_at(m, "x.new", "x.old");
}

void change_cname(Making& m) {
  dname(m);
  m.tamper(m.asked(), kMx, [target = m.name("elsewhere")](Answer& answer) {
    for (auto& item : answer.answer) {
      if (item.set->type != kCname) continue;
      RrSet other = *item.set;
      other.rdatas = {target.wire()};
      item.set = answer.keep(std::move(other));
    }
  });
}

void wildcard_dname(Making& m) {
  Zone& zone = m.zone();
  zone.add(m.name("*.w"), kDname, m.name("new").wire());
  mail_at(m, "x.new", "x.n.w");
  m.tamper(m.asked(), kMx,
           [&zone, &resolution = m.world().resolution(), owner = m.name("n.w"), asked = m.asked(),
            target = m.name("x.new"), wildcard = m.name("*.w")](Answer& answer) {
             answer = resolution.resolve(target, kMx);
             const RrSet* cname = answer.keep({asked, kCname, 3600, {target.wire()}, {}, true});
             answer.answer.insert(answer.answer.begin(), {{owner, zone.finished(wildcard, kDname)}, {asked, cname}});
             prove_no_closer_match(zone, owner, answer);
           });
}

void replayed_wildcard(Making& m) {
  Zone& zone = m.zone();
  mail_at(m, "*.w", "exists.w");
  zone.add("exists.w TXT \"here\"");
  m.tamper(m.asked(), kMx,
           [&zone, owner = m.asked(), wildcard = m.name("*.w"), other = m.name("other.w")](Answer& answer) {
             answer = {};
             answer.answer.push_back({owner, zone.finished(wildcard, kMx)});
             prove_no_closer_match(zone, other, answer);
           });
}

void keep_wildcard_record_only(Making& m) {
  Zone& zone = m.zone();
  zone.add("*.w TXT \"wild\"");
  zone.add("b.w TXT \"between\"");
  m.ask(m.name("n.w"));
  m.tamper(m.asked(), kMx, only_proof([&zone, wildcard = m.name("*.w")](Answer&) {
             const RrSet* nsec = zone.nsec_at(wildcard);
             return std::vector<const RrSet*>{nsec != nullptr ? nsec : zone.nsec3_matching(wildcard)};
           }));
  m.no_data();
}

// clang-format off
std::vector<DomainKind> cuts() {
  return {
    {"cut-insecure-nsec", "unsigned zone below a signed one (K2)", kNsecOnly, kFiles, [](Making& m) { m.zone(); m.child("sub", Denial::Unsigned); mail_at(m, "sub"); m.mx_insecure("insecure-delegation"); }},
    {"cut-insecure-nsec3", "unsigned zone below a signed one (K2)", kNsec3Only, kFiles, [](Making& m) { m.zone(); m.child("sub", Denial::Unsigned); mail_at(m, "sub"); m.mx_insecure("insecure-delegation"); }},
    {"cut-optout", "unsigned zone in an opt-out span (D-51)", kNsec3Only, kFiles, [](Making& m) { opt_out_zone(m); m.child("sub", Denial::Unsigned); mail_at(m, "sub"); m.mx_insecure("insecure-delegation-optout"); }},
    bogus("cut-optout-badflag", "unsigned zone in a span without the opt-out flag (D-51)", std::string(kUnfixed), [](Making& m) {
      opt_out_zone(m).on_every_nsec3([](RrSet& set, Zone& zone) { set.rdatas.front()[1] = 0; zone.resign(set); }); m.child("sub", Denial::Unsigned); mail_at(m, "sub"); }, kNsec3Only),
    bogus("cut-nods-unproven", "the parent does not prove that there is no DS (D-55)", "ds-denial-missing", [](Making& m) {
      m.zone(); m.child("sub", Denial::Unsigned); mail_at(m, "sub"); m.tamper(m.asked(), kDs, without_denial()); }, kBoth, kLying),
    bogus("cut-nods-no-ns-bit", "the denial of DS shows no NS (D-50)", "rrsigs-missing", [](Making& m) {
      m.zone(); m.child("sub", Denial::Unsigned); mail_at(m, "sub"); show_types(m, m.name("sub"), {kTxt, kRrsig, kNsec}); }),
    bogus("cut-nods-child-nsec", "DS answered from the child's side (D-56)", "ds-from-child", [](Making& m) { child_answers_ds(m, Link::WithoutDs); }, kBoth, kLying),
    bogus("n-child-apex-for-ds", "the DS that the parent has, denied by the child's apex (D-56)", "ds-from-child", [](Making& m) { child_answers_ds(m, Link::Signed); }, kNsecOnly, kLying),
    secure("cut-ent-many", "eight empty non-terminals (D-46)", [](Making& m) { m.zone(); mail_at(m, "a.b.c.d.e.f.g.h.i"); }),
    {"cut-ent-unsigned-below", "unsigned zone below empty non-terminals", kBoth, kFiles, [](Making& m) { m.zone(); m.child("x.y.z", Denial::Unsigned); mail_at(m, "x.y.z"); m.mx_insecure("insecure-delegation"); }},
    secure("cut-same-server", "signed zone below a signed one, on one server", [](Making& m) { m.zone(); m.child("sub", m.denial()); mail_at(m, "sub"); }),
    {"cut-cname-at-ds", "unsigned zone below an alias: DS of the alias is answered by a CNAME (D-53)", kBoth, kFiles, [](Making& m) {
       m.zone().add("alias CNAME mx"); m.child("x.alias", Denial::Unsigned); mail_at(m, "x.alias"); m.mx_insecure("insecure-delegation"); }},
    bogus("cut-wcname-at-ds", "DS answered by a CNAME from a wildcard (D-53)", "ds-answer-invalid", [](Making& m) { m.zone().add("*.w CNAME mx"); forge_mx(m, "n.w"); }, kBoth, kLying),
    {"cut-island", "signed zone without DS (D-58)", kBoth, kFiles, [](Making& m) { m.zone(); m.child("sub", m.denial()).link() = Link::WithoutDs; mail_at(m, "sub"); m.mx_insecure("insecure-delegation"); }},
    {"cut-island-broken", "signed zone without DS, its signatures wrong (D-58)", kBoth, kFiles, [](Making& m) {
       m.zone(); Zone& child = m.child("sub", m.denial()); child.link() = Link::WithoutDs; mail_at(m, "sub"); child.on_set(child.apex(), kMx, bit_flipped()); m.mx_insecure("insecure-delegation"); }},
    {"cut-secure-below-insecure", "signed zone below an unsigned one", kBoth, kFiles, [](Making& m) {
       m.zone(); m.child("sub", Denial::Unsigned); m.child("low.sub", m.denial()).link() = Link::WithoutDs; mail_at(m, "low.sub"); m.mx_insecure("insecure-delegation"); }},
    bogus("cut-unsigned-in-signed", "unsigned zone that the signed parent does not know (D-48)", "rrsigs-missing", [](Making& m) { m.zone(); m.child("sub", Denial::Unsigned).link() = Link::Hidden; mail_at(m, "sub"); }),
    bogus("cut-wild-ns", "unsigned data below a wildcard NS (D-84)", std::string(kUnfixed), [](Making& m) { m.zone().add("*.w NS ns.servers.nsec."); forge_mx(m, "n.w"); }, kBoth, kLying),
    bogus("cut-forged", "unsigned MX for a name that the zone denies (D-52)", "rrsigs-missing", [](Making& m) { m.zone(); forge_mx(m, "nobody"); }, kBoth, kLying),
  };
}

std::vector<DomainKind> wildcards() {
  return {
    secure("wc-pos-nsec", "MX from a wildcard (D-63)", [](Making& m) { m.zone(); mail_at(m, "*.w", "n.w"); }, kNsecOnly),
    secure("wc-pos-nsec3", "MX from a wildcard (D-63)", [](Making& m) { m.zone(); mail_at(m, "*.w", "n.w"); }, kNsec3Only),
    secure("wc-pos-deep", "MX from a wildcard three labels up (D-63)", [](Making& m) { m.zone(); mail_at(m, "*.w", "a.b.c.w"); }),
    {"wc-pos-optout", "MX from a wildcard, denied in an opt-out span (D-64)", kNsec3Only, kFiles, [](Making& m) { opt_out_zone(m); mail_at(m, "*.w", "n.w"); m.mx_insecure("optout-span"); }},
    bogus("wc-pos-noproof", "MX from a wildcard without proof (D-64)", "wildcard-no-denial", [](Making& m) { m.zone(); mail_at(m, "*.w", "n.w"); m.tamper(m.asked(), kMx, without_authority()); }, kBoth, kLying),
    bogus("wc-pos-wrong-ce", "MX from a wildcard with the proof for another name (D-64)", std::string(kUnfixed), [](Making& m) {
      Zone& zone = m.zone(); zone.add("y TXT \"between\""); mail_at(m, "*.w", "n.w");
      m.tamper(m.asked(), kMx, [&zone, other = m.name("z")](Answer& answer) { answer.authority.clear(); prove_no_closer_match(zone, other, answer); }); }, Flavours::Nsec, kLying),
    secure("wc-direct", "an alias to the wildcard's own name (D-63)", [](Making& m) { m.zone().add(m.name("alias"), kCname, m.name("*.w").wire()); mail_at(m, "*.w", "alias"); }),
    {"wc-nodata", "wildcard without MX (D-84)", kNsecOnly, kFiles, [](Making& m) { m.zone().add("*.w TXT \"wild\""); m.ask(m.name("n.w")); m.no_data(); }},
    {"h-wc-nodata", "wildcard without MX (D-84)", kNsec3Only, kFiles, [](Making& m) { m.zone().add("*.w TXT \"wild\""); m.ask(m.name("n.w")); m.no_data(); }},
    bogus("wc-nodata-noce", "wildcard without MX, the name itself not denied (D-84)", std::string(kUnfixed), keep_wildcard_record_only, kBoth, kLying),
    secure("wc-cname", "alias from a wildcard (D-66)", [](Making& m) { m.zone().add("*.w CNAME mail"); mail_at(m, "mail", "n.w"); }),
    bogus("wc-cname-noproof", "alias from a wildcard without proof (D-66)", "wildcard-no-denial", [](Making& m) { m.zone().add("*.w CNAME mail"); mail_at(m, "mail", "n.w"); m.tamper(m.asked(), kMx, without_authority()); }, kBoth, kLying),
    {"wc-ent", "the wildcard is an empty non-terminal (D-84)", kBoth, kFiles, [](Making& m) { m.zone().add("x.*.w TXT \"below\""); m.ask(m.name("n.w")); m.no_data(); }},
    bogus("wc-replayed-elsewhere", "a wildcard's MX shown at a name that exists (D-65)", std::string(kUnfixed), replayed_wildcard, kBoth, kLying),
    secure("wc-mx-tlsa", "MX, address and TLSA all from wildcards (T-27)", [](Making& m) {
      Zone& zone = m.zone(); const Name host = m.name("any.hosts"); m.address(zone, m.name("*.hosts"), "S-1"); m.tlsa_at(zone, m.name("*.hosts"), "S-1", "any"); m.mx(10, host); m.expect(host, 10, "S-1"); }),
  };
}

std::vector<DomainKind> aliases() {
  return {
    secure("cn-pos", "alias within the zone (D-66)", [](Making& m) { m.zone().add("alias CNAME mail"); mail_at(m, "mail", "alias"); }),
    secure("cn-cross-zone", "alias into another signed zone (D-66)", [](Making& m) {
      Zone& other = m.neighbour("target", m.denial()); m.zone().add(m.name("alias"), kCname, other.apex().wire()); m.ask(other.apex()); m.host(m.provider(), "mx-good"); m.ask(m.name("alias")); }),
    secure("cn-to-wc", "alias to a name from a wildcard (D-66)", [](Making& m) { m.zone().add("alias CNAME n.w"); mail_at(m, "*.w", "alias"); }),
    {"cn-to-nodata", "alias to a name without MX", kBoth, kFiles, [](Making& m) { m.zone().add("alias CNAME plain"); m.zone().add("plain TXT \"x\""); m.ask(m.name("alias")); m.no_data(); }},
    {"cn-to-nx", "alias to a name that does not exist", kBoth, kFiles, [](Making& m) { m.zone().add("alias CNAME nobody"); m.ask(m.name("alias")); m.no_name(); }},
    {"cn-from-insecure", "alias of an unsigned zone into a signed one (D-66)", kBoth, kFiles, [](Making& m) {
       Zone& other = m.neighbour("target", m.denial()); m.unsigned_zone().add(m.name("alias"), kCname, other.apex().wire()); m.ask(other.apex()); m.host(m.provider(), "mx-good"); m.ask(m.name("alias")); m.mx_insecure(); }},
    {"cn-to-insecure", "alias of a signed zone into an unsigned one (D-66)", kBoth, kFiles, [](Making& m) {
       m.zone().add(m.name("alias"), kCname, m.name("sub").wire()); m.child("sub", Denial::Unsigned); mail_at(m, "sub", "alias"); m.mx_insecure("insecure-delegation"); }},
    bogus("cn-to-bogus", "alias into a zone whose MX signature expired (D-66)", "signature-expired", [](Making& m) {
      Zone& other = m.neighbour("target", m.denial()); m.zone().add(m.name("alias"), kCname, other.apex().wire()); m.ask(other.apex()); m.host(m.provider(), "mx-good");
      other.on_set(other.apex(), kMx, expired()); m.ask(m.name("alias")); }),
    bogus("cn-loop", "two aliases in a circle (D-68)", "cname-loop", [](Making& m) { loop_of_aliases(m, 2); }),
    bogus("cn-loop3", "three aliases in a circle (D-68)", "cname-loop", [](Making& m) { loop_of_aliases(m, 3); }),
    secure("cn-10", "ten aliases in a row (D-68)", [](Making& m) { chain_of_aliases(m, 10); }),
    unknown("cn-13", "fourteen aliases in a row (D-68)", "work-limit", [](Making& m) { chain_of_aliases(m, 14); }, kBoth, kLying),
    bogus("cn-sig-missing", "alias without signature", std::string(kUnfixed), [](Making& m) { m.zone().add("alias CNAME mail"); mail_at(m, "mail", "alias"); m.zone().on_set(m.asked(), kCname, no_signatures()); }),
    secure("cn-beside-data", "alias beside MX: the asked type wins (D-18)", [](Making& m) { m.zone().add("both CNAME mail"); mail_at(m, "both"); }, kBoth, kLying),
    secure("dn-pos", "MX below a DNAME (D-69)", dname),
    secure("dn-twice", "one DNAME twice in a chain (D-70)", [](Making& m) { m.zone().add(m.name("old"), kDname, m.name("new").wire()); m.zone().add("x.new CNAME y.old"); mail_at(m, "y.new", "x.old"); }),
    secure("dn-chain", "two DNAMEs in a row (D-69)", [](Making& m) {
      m.zone().add(m.name("old"), kDname, m.name("mid").wire()); m.zone().add(m.name("mid"), kDname, m.name("new").wire()); mail_at(m, "x.new", "x.old"); }),
    secure("dn-nocname", "DNAME without the CNAME that it makes (D-69)", [](Making& m) { dname(m); m.tamper(m.asked(), kMx, [](Answer& answer) { drop_type(answer.answer, kCname); }); }, kBoth, kLying),
    bogus("dn-bad-cname", "the CNAME is not what the DNAME makes (D-69)", "dname-cname-mismatch", change_cname, kBoth, kLying),
    bogus("dn-wild", "DNAME from a wildcard (D-70)", "dname-wildcard", wildcard_dname, kBoth, kLying),
    bogus("dn-sig-missing", "DNAME without signature", "rrsigs-missing", [](Making& m) { dname(m); m.zone().on_set(m.name("old"), kDname, no_signatures()); }),
  };
}
// clang-format on

}  // namespace

std::vector<DomainKind> cut_kinds() {
  std::vector<DomainKind> all;
  for (const auto& part : {cuts(), wildcards(), aliases()}) all.insert(all.end(), part.begin(), part.end());
  return all;
}

}  // namespace danesweep::lab
