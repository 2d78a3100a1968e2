// SPDX-License-Identifier: Apache-2.0
// Mail domains: every row of both decision tables (ESA.md part B), and the rules on MX, addresses, TLSA and several
// hosts (DANE.md parts A to D, ESA.md part C).
#include <fmt/format.h>

#include "tests/lab/domain_kinds.h"
#include "tests/lab/making.h"

namespace danesweep::lab {
namespace {

constexpr auto kLying = Served::ByLyingServer;
constexpr auto kBoth = Flavours::Both;
constexpr auto kFiles = Served::FromZoneFiles;

// ---- parts of makings

void break_tlsa(Making& m, Zone& zone, HostExpectation& host, Zone::Breaking breaking, std::string_view code) {
  zone.on_set(m.tlsa_name(Name(host.name)), kTlsa, std::move(breaking));
  tlsa_is(host, Status::Bogus, "dns:" + std::string(code));
}

void break_address(Zone& zone, HostExpectation& host) {
  zone.on_set(Name(host.name), kA, expired());
  address_is(host, Status::Bogus, "dns:signature-expired");
}

/// TLSA by an alias into a zone that is not signed.
HostExpectation& host_with_insecure_tlsa(Making& m, Zone& zone, std::string_view label) {
  const Name host = zone.name(label);
  Zone& outside = m.neighbour("tlsa-target", Denial::Unsigned);
  m.mx(10, host);
  m.address(zone, host, "S-1");
  const Name target = outside.name("_tlsa");
  zone.add(m.tlsa_name(host), kCname, target.wire());
  m.tlsa_at(outside, target, "S-1", host.text());
  HostExpectation& expected = m.expect(host, 10, "S-1");
  tlsa_is(expected, Status::Insecure, m.insecure_reason());
  return expected;
}

/// A signed zone of someone else, for hosts of unsigned domains.
Zone& elsewhere(Making& m) { return m.neighbour("host-of", m.denial()); }

void unsigned_domain(Making& m) {
  m.unsigned_zone();
  m.mx_insecure();
}

HostExpectation& alias(Making& m, Zone& zone, const Name& target) {
  const Name name = zone.name("mx");
  m.mx(10, name);
  zone.add(name, kCname, target.wire());
  HostExpectation& expected = m.expect(name, 10, "S-1");
  expected.warnings.emplace_back("mx-is-alias");
  return expected;
}

void addresses_fail(Making& m, HostExpectation& host, Resolution::Tampering tampering, std::string_view code) {
  m.tamper(Name(host.name), kA, tampering);
  m.tamper(Name(host.name), kAaaa, std::move(tampering));
  address_is(host, Status::Indeterminate, "dns:" + std::string(code));
}

void tlsa_fails(Making& m, HostExpectation& host, Resolution::Tampering tampering, std::string_view code) {
  m.tamper(m.tlsa_name(Name(host.name)), kTlsa, std::move(tampering));
  tlsa_is(host, Status::Indeterminate, "dns:" + std::string(code));
}

void mx_fails(Making& m, Resolution::Tampering tampering, std::string_view code) {
  m.host(m.zone(), "mx");
  m.tamper(m.domain(), kMx, std::move(tampering));
  m.mx_failed(code);
}

/// A host that is stored and passed over, with no look-ups.
void unusable_target(Making& m, int preference, const Name& target, Standing standing) {
  m.mx(preference, target);
  HostExpectation& host = m.expect(target, preference, "S-1");
  tlsa_is(host, Status::NotQueried, std::string(kUnfixed));
  host.standing = standing;
  if (standing == Standing::Literal) address_is(host, Status::Insecure, std::string(kUnfixed));
}

void host_without_address(Making& m, Zone& zone, int preference) {
  const Name host = zone.name("no-address");
  m.mx(preference, host);
  zone.add("no-address TXT \"no address here\"");
  HostExpectation& expected = m.expect(host, preference, "S-1");
  tlsa_is(expected, Status::NotQueried, std::string(kUnfixed));
  expected.standing = Standing::NoAddress;
}

void two_addresses(Making& m, std::string_view first, std::string_view second, Checked certificate,
                   std::string_view outcome) {
  Zone& zone = m.zone();
  HostExpectation& host = m.host(zone, "mx", first);
  zone.add(Name(host.name), kA, a_rdata(m.world().address_of(host_kind(second))));
  host.certificate = certificate;
  host.outcome = outcome;
  host.warnings.clear();
  if (certificate != Checked::Success) return;
  host.other_addresses = OtherAddresses::SomeFailed;
  host.warnings.emplace_back("address-differs");
}

/// A name in capitals: the resolver hands it on as the zone has it. Octets of length are below the letters.
std::string in_capitals(std::string wire) {
  for (char& octet : wire)
    if (octet >= 'a' && octet <= 'z') octet = static_cast<char>(octet - 'a' + 'A');
  return wire;
}

void host_in_capitals(Making& m, std::string_view kind) {
  Zone& zone = m.zone();
  const Name host = m.name("mx");
  zone.add(m.asked(), kMx, std::string("\0\12", 2) + in_capitals(host.wire()));
  m.address(zone, host, kind);
  m.tlsa(zone, host, kind);
  m.expect(host, 10, kind);
}

/// Server software that treats the two families apart: A is there, AAAA is answered by an alias into an unsigned zone.
void ipv6_by_insecure_alias(Making& m) {
  HostExpectation& host = m.host(m.zone(), "mx");
  Zone& out = m.neighbour("alias-target", Denial::Unsigned);
  const Name target = out.name("real");
  m.ipv6_address(out, target);
  m.tamper(m.name("mx"), kAaaa, [&zone = m.zone(), &out, owner = m.name("mx"), target](Answer& answer) {
    answer = {};
    RrSet alias{owner, kCname, 60, {target.wire()}};
    with_fields([](SignatureFields&, const Zone&) {})(alias, zone);
    answer.answer = {{owner, answer.keep(std::move(alias))}, {target, out.finished(target, kAaaa)}};
  });
  address_is(host, Status::Insecure, m.insecure_reason());
  host.warnings = {"address-mixed", "mx-is-alias"};
}

void repeat_tlsa(Making& m, const HostExpectation& host, std::size_t times) {
  m.tamper(m.tlsa_name(Name(host.name)), kTlsa, [times](Answer& answer) {
    Item& item = answer.answer.front();
    RrSet repeated = *item.set;
    repeated.rdatas.resize(times, repeated.rdatas.front());
    item.set = answer.keep(std::move(repeated));
  });
}

void many_hosts(Making& m, int count) {
  for (int i = 0; i < count; ++i) {
    HostExpectation& host = m.host(m.zone(), fmt::format("mx{}", i), "S-1", i);
    if (i < 32) continue;
    tlsa_is(host, Status::NotQueried, std::string(kUnfixed));
    host.standing = Standing::OverCap;
  }
  if (count > 32) m.expected().warnings.emplace_back("mx-over-cap");
}

void implicit(Making& m, Zone& zone, std::string_view kind) {
  m.address(zone, m.domain(), kind);
  m.tlsa(zone, m.domain(), kind);
  m.expect(m.domain(), 0, kind);
  m.expected().mx_answer = "NODATA";
}

void null_mx(Making& m, Zone& zone, int preference) {
  zone.add(m.domain(), kMx, mx_rdata(static_cast<std::uint16_t>(preference), Name(".")));
  if (preference != 0) m.expected().warnings.emplace_back("null-mx-preference");
  m.decided("null-mx");
}

// clang-format off
std::vector<DomainKind> rows() {
  return {
    {"row-m1", "MX, address, TLSA secure, certificate right (M-1, O-1)", kBoth, kFiles, [](Making& m) { m.host(m.zone(), "mx"); }},
    {"row-m2", "certificate wrong (M-2, O-2)", kBoth, kFiles, [](Making& m) { m.host(m.zone(), "mx", "C-7"); }},
    {"row-m3", "TLSA in an unsigned zone (M-3, O-3)", kBoth, kFiles, [](Making& m) { host_with_insecure_tlsa(m, m.zone(), "mx"); }},
    {"row-m4", "no TLSA, proven (M-4, O-4)", kBoth, kFiles, [](Making& m) { m.host_without_tlsa(m.zone(), "mx"); }},
    {"row-m5", "TLSA signature wrong (M-5, O-5)", kBoth, kFiles, [](Making& m) { break_tlsa(m, m.zone(), m.host(m.zone(), "mx"), bit_flipped(), "signature-wrong"); }},
    {"row-m6", "host in an unsigned zone (M-6, O-6)", kBoth, kFiles, [](Making& m) { m.zone(); m.insecure_host(m.unsigned_provider(), "mx"); }},
    {"row-m7", "address signature expired (M-7, O-7)", kBoth, kFiles, [](Making& m) { break_address(m.zone(), m.host(m.zone(), "mx")); }},
    {"row-m8", "unsigned domain, good host of a signed provider (M-8, O-8)", kBoth, kFiles, [](Making& m) { unsigned_domain(m); m.host(m.provider(), "mx-good"); }},
    {"row-m9", "unsigned domain, provider's certificate wrong (M-9, O-8)", kBoth, kFiles, [](Making& m) { unsigned_domain(m); m.host(m.provider(), "mx-stale", "C-7"); }},
    {"row-m10", "unsigned domain, host signed, TLSA in an unsigned zone (M-10, O-9)", kBoth, kFiles, [](Making& m) { unsigned_domain(m); host_with_insecure_tlsa(m, elsewhere(m), "mx"); }},
    {"row-m11", "unsigned domain, host signed, no TLSA (M-11, O-10)", kBoth, kFiles, [](Making& m) { unsigned_domain(m); m.host_without_tlsa(m.provider(), "mx-plain"); }},
    {"row-m12", "unsigned domain, host signed, TLSA signature wrong (M-12, O-11)", kBoth, kFiles, [](Making& m) { unsigned_domain(m); Zone& zone = elsewhere(m); break_tlsa(m, zone, m.host(zone, "mx"), bit_flipped(), "signature-wrong"); }},
    {"row-m13", "unsigned domain, unsigned host (M-13, O-12)", kBoth, kFiles, [](Making& m) { unsigned_domain(m); m.insecure_host(m.unsigned_zone(), "mx"); }},
    {"row-m14", "unsigned domain, host's address signature expired (M-14, O-13)", kBoth, kFiles, [](Making& m) { unsigned_domain(m); Zone& zone = elsewhere(m); break_address(zone, m.host(zone, "mx")); }},
    {"row-m15", "MX signature expired (M-15, O-14)", kBoth, kFiles, [](Making& m) { m.host(m.zone(), "mx"); m.zone().on_set(m.domain(), kMx, expired()); m.mx_bogus("signature-expired"); }},
  };
}

std::vector<DomainKind> mail_exchangers() {
  return {
    {"provider-good", "signed domain, mail host shared with many (T-67)", kBoth, kFiles, [](Making& m) { m.zone(); m.host(m.provider(), "mx-good"); }},
    {"provider-pair", "signed domain, two shared mail hosts", kBoth, kFiles, [](Making& m) { m.zone(); m.host(m.provider(), "mx-good"); m.host(m.provider(), "mx-second", "S-2", 20); }},
    {"provider-unsigned", "unsigned domain, unsigned provider: the commonest case", kBoth, kFiles, [](Making& m) { unsigned_domain(m); m.insecure_host(m.unsigned_provider(), "mx"); }},
    {"plain-tld", "domain and host under a top-level domain that is not signed", kBoth, kFiles, [](Making& m) {
       Zone& zone = m.zone_at(Name(m.domain().first_label() + "." + kPlainTld), Denial::Unsigned); m.ask(zone.apex()); m.mx_insecure("insecure-delegation");
       address_is(m.insecure_host(zone, "mx"), Status::Insecure, "dns:insecure-delegation"); }},
    {"unsigned-two-hosts", "unsigned domain, two unsigned hosts", kBoth, kFiles, [](Making& m) { unsigned_domain(m); m.insecure_host(m.unsigned_provider(), "mx1", 10); m.insecure_host(m.unsigned_provider(), "mx2", 20); }},
    {"implicit-secure", "no MX, good host at the domain itself (T-3)", kBoth, kFiles, [](Making& m) { implicit(m, m.zone(), "S-1"); }},
    {"implicit-stale", "no MX, wrong certificate at the domain itself (T-3)", kBoth, kFiles, [](Making& m) { implicit(m, m.zone(), "C-7"); }},
    {"implicit-insecure", "no MX, unsigned domain with an address (T-3)", kBoth, kFiles, [](Making& m) {
       unsigned_domain(m); implicit(m, m.unsigned_zone(), "S-1"); address_is(m.expected().hosts.front(), Status::Insecure, m.insecure_reason()); }},
    {"implicit-nothing", "no MX and no address (T-16)", kBoth, kFiles, [](Making& m) {
       m.zone().add("@ TXT \"nothing\""); m.no_data(); }},
    {"null-mx", "null MX (T-6)", kBoth, kFiles, [](Making& m) { null_mx(m, m.zone(), 0); }},
    {"null-mx-preference", "null MX with another preference (T-6)", kBoth, kFiles, [](Making& m) { null_mx(m, m.zone(), 10); }},
    {"null-mx-insecure", "null MX of an unsigned domain (T-6)", kBoth, kFiles, [](Making& m) { unsigned_domain(m); null_mx(m, m.unsigned_zone(), 0); }},
    {"null-mx-bogus", "null MX, signature wrong: BOGUS wins (T-6)", kBoth, kFiles, [](Making& m) { null_mx(m, m.zone(), 0); m.zone().on_set(m.domain(), kMx, bit_flipped()); m.mx_bogus("signature-wrong"); }},
    {"null-mx-mixed", "a dot beside a good MX (T-6)", kBoth, kFiles, [](Making& m) { m.host(m.zone(), "mx"); m.mx(0, Name(".")); m.expected().warnings.emplace_back("null-mx-mixed"); }},
    {"absent-secure", "no such domain, proven (T-4)", kBoth, kFiles, [](Making& m) { m.no_name(); if (m.insecure_reason() == "dns:insecure-delegation-optout") m.mx_insecure("optout-span"); }},
    {"absent-below", "no such name in a signed domain (T-4)", kBoth, kFiles, [](Making& m) { m.zone(); m.ask(m.name("nobody")); m.no_name(); }},
    {"absent-insecure", "no such name in an unsigned domain (T-4)", kBoth, kFiles, [](Making& m) { unsigned_domain(m); m.ask(m.name("nobody")); m.no_name(); }},
    {"absent-bogus", "no such name, denial's signature wrong (T-5)", kBoth, kFiles, [](Making& m) {
       m.zone(); m.zone().on_set(m.domain(), kSoa, bit_flipped()); m.ask(m.name("nobody")); m.mx_bogus("signature-wrong"); }},
    {"mx-servfail", "MX look-up SERVFAIL (T-5)", kBoth, kLying, [](Making& m) { mx_fails(m, fails_with(kServFail), "resolver-servfail"); }},
    {"mx-refused", "MX look-up REFUSED (T-5)", kBoth, kLying, [](Making& m) { mx_fails(m, fails_with(kRefused), "resolver-refused"); }},
    {"mx-timeout", "MX look-up unanswered (T-5)", kBoth, kLying, [](Making& m) { mx_fails(m, no_reply(), "resolver-timeout"); }},
    {"domain-alias", "the domain is an alias (T-2)", kBoth, kFiles, [](Making& m) {
       m.zone(); m.host(m.zone(), "mx"); m.zone().add("alias CNAME @"); m.ask(m.name("alias")); }},
    {"domain-alias-out", "the domain is an alias into an unsigned zone (T-2)", kBoth, kFiles, [](Making& m) {
       Zone& out = m.neighbour("alias-target", Denial::Unsigned); m.zone().add(m.name("alias"), kCname, out.apex().wire());
       m.ask(out.apex()); m.host(m.provider(), "mx-good"); m.ask(m.name("alias")); m.mx_insecure(); }},
    {"domain-alias-nx", "the domain is an alias of a name that does not exist (T-4)", kBoth, kFiles, [](Making& m) {
       m.zone().add(m.name("alias"), kCname, m.name("nobody").wire()); m.ask(m.name("alias")); m.no_name(); }},
    {"domain-dname", "the domain lies under a DNAME (T-2)", kBoth, kFiles, [](Making& m) {
       m.zone().add(m.name("old"), kDname, m.name("new").wire()); m.ask(m.name("x.new")); m.host(m.zone(), "mx"); m.ask(m.name("x.old")); }},
    {"mx-duplicate", "the same exchange twice (T-7)", kBoth, kFiles, [](Making& m) { m.host(m.zone(), "mx", "S-1", 10); m.mx(30, m.name("mx")); }},
    {"mx-literal", "MX holds an IP address (T-10)", kBoth, kFiles, [](Making& m) { m.zone(); unusable_target(m, 10, Name("192.0.2.1"), Standing::Literal); }},
    {"mx-literal-then-good", "IP address in MX, then a good host (T-10)", kBoth, kFiles, [](Making& m) { m.zone(); unusable_target(m, 10, Name("192.0.2.1"), Standing::Literal); m.host(m.zone(), "mx", "S-1", 20); }},
    {"mx-localhost", "MX localhost (T-11)", kBoth, kFiles, [](Making& m) { m.zone(); unusable_target(m, 10, Name("localhost"), Standing::InvalidTarget); }},
    {"mx-local-then-good", "MX under local, then a good host (T-11)", kBoth, kFiles, [](Making& m) { m.zone(); unusable_target(m, 10, Name("mail.local"), Standing::InvalidTarget); m.host(m.zone(), "mx", "S-1", 20); }},
    {"mx-odd-bytes", "MX name with a star, then a good host (T-11)", kBoth, kFiles, [](Making& m) { m.zone(); unusable_target(m, 10, Name("*.mail-" + m.domain().text()), Standing::InvalidTarget); m.host(m.zone(), "mx", "S-1", 20); }},
    {"mx-underscore", "MX name with an underscore (T-11)", kBoth, kFiles, [](Making& m) { m.host(m.zone(), "mx_1"); }},
    {"mx-32", "32 hosts: the limit (T-12)", kBoth, kFiles, [](Making& m) { many_hosts(m, 32); }},
    {"mx-over-cap", "35 hosts: three too many (T-12)", kBoth, kFiles, [](Making& m) { many_hosts(m, 35); }},
  };
}

std::vector<DomainKind> address_kinds() {
  return {
    {"address-both", "IPv4 and IPv6 address (T-14)", kBoth, kFiles, [](Making& m) { m.host(m.zone(), "mx"); m.ipv6_address(m.zone(), m.name("mx")); }},
    {"address-ipv6-only", "IPv6 address alone, of the host that --ipv6-host names (C-60)", kBoth, kFiles, [](Making& m) {
       const std::string& kind = m.world().options().behaviour_of_ipv6; Zone& zone = m.zone(); m.mx(10, m.name("mx")); m.ipv6_address(zone, m.name("mx"));
       m.tlsa(zone, m.name("mx"), kind); m.expect(m.name("mx"), 10, kind); }},
    {"address-partly-bogus", "A good, AAAA signature wrong (C-60, K19)", kBoth, kFiles, [](Making& m) {
       HostExpectation& host = m.host(m.zone(), "mx"); m.ipv6_address(m.zone(), m.name("mx")); m.zone().on_set(m.name("mx"), kAaaa, bit_flipped()); host.warnings.emplace_back("address-partly-bogus"); }},
    {"address-partly-unknown", "A good, AAAA SERVFAIL (C-60)", kBoth, kLying, [](Making& m) {
       HostExpectation& host = m.host(m.zone(), "mx"); m.tamper(m.name("mx"), kAaaa, fails_with(kServFail)); host.warnings.emplace_back("address-partly-unknown"); }},
    {"address-mixed", "A SECURE, AAAA by an alias into an unsigned zone (T-16)", kBoth, kLying, ipv6_by_insecure_alias},
    {"address-denial-unsigned", "A good, AAAA denial without proof (DANE.md K 2)", kBoth, kLying, [](Making& m) {
       HostExpectation& host = m.host(m.zone(), "mx"); m.tamper(m.name("mx"), kAaaa, without_denial()); host.warnings.emplace_back("address-partly-bogus"); }},
    {"address-both-bogus", "A and AAAA signatures wrong (K20)", kBoth, kFiles, [](Making& m) {
       HostExpectation& host = m.host(m.zone(), "mx"); m.ipv6_address(m.zone(), m.name("mx")); m.zone().on_set(m.name("mx"), kAaaa, expired()); break_address(m.zone(), host); }},
    {"address-none", "host without address (T-16)", kBoth, kFiles, [](Making& m) { host_without_address(m, m.zone(), 10); }},
    {"address-nx", "host name does not exist (T-16)", kBoth, kFiles, [](Making& m) {
       m.zone(); m.mx(10, m.name("nobody")); HostExpectation& host = m.expect(m.name("nobody"), 10, "S-1"); tlsa_is(host, Status::NotQueried, std::string(kUnfixed)); host.standing = Standing::NoAddress; }},
    {"address-servfail", "A and AAAA SERVFAIL (T-16)", kBoth, kLying, [](Making& m) { addresses_fail(m, m.host(m.zone(), "mx"), fails_with(kServFail), "resolver-servfail"); }},
    {"address-timeout-insecure-mx", "unsigned domain, addresses unanswered (K15)", kBoth, kLying, [](Making& m) {
       unsigned_domain(m); addresses_fail(m, m.host(elsewhere(m), "mx"), no_reply(), "resolver-timeout"); }},
    {"address-alias-target", "host alias, TLSA at its target (C-58)", kBoth, kFiles, [](Making& m) {
       Zone& zone = m.zone(); const Name target = m.name("real"); m.address(zone, target, "S-1"); m.tlsa(zone, target, "S-1"); alias(m, zone, target).tlsa_base = target.text(); }},
    {"address-alias-original", "host alias, TLSA at the original name (C-58)", kBoth, kFiles, [](Making& m) {
       Zone& zone = m.zone(); m.address(zone, m.name("real"), "S-1"); alias(m, zone, m.name("real")); m.tlsa(zone, m.name("mx"), "S-1"); }},
    {"address-alias-both", "host alias, TLSA at both, the target's right (C-58)", kBoth, kFiles, [](Making& m) {
       Zone& zone = m.zone(); m.address(zone, m.name("real"), "S-1"); m.tlsa(zone, m.name("real"), "S-1"); alias(m, zone, m.name("real")).tlsa_base = m.name("real").text(); m.tlsa(zone, m.name("mx"), "C-7"); }},
    {"address-alias-bogus", "host alias, target's TLSA bogus, the original's good (C-58)", kBoth, kFiles, [](Making& m) {
       Zone& zone = m.zone(); const Name target = m.name("real"); m.address(zone, target, "S-1"); m.tlsa(zone, target, "S-1"); m.tlsa(zone, m.name("mx"), "S-1");
       zone.on_set(m.tlsa_name(target), kTlsa, bit_flipped()); tlsa_is(alias(m, zone, target), Status::Bogus, "dns:signature-wrong"); }},
    {"address-alias-unsigned", "host alias into an unsigned zone, TLSA at the original (C-59)", kBoth, kFiles, [](Making& m) {
       Zone& zone = m.zone(); Zone& out = m.neighbour("alias-target", Denial::Unsigned); m.address(out, out.name("real"), "S-1");
       HostExpectation& host = alias(m, zone, out.name("real")); m.tlsa(zone, m.name("mx"), "S-1");
       host.address = Status::Insecure; host.address_reason = m.insecure_reason(); host.first_link = FirstLink::Secure; }},
    {"address-alias-loop", "host is an alias of itself over another name", kBoth, kFiles, [](Making& m) {
       Zone& zone = m.zone(); zone.add(m.name("real"), kCname, m.name("mx").wire()); HostExpectation& host = alias(m, zone, m.name("real")); address_is(host, Status::Bogus, "dns:cname-loop"); host.warnings.clear(); }},
    {"address-dead-ipv4", "IPv4 address dead, IPv6 good (S-82)", kBoth, kFiles, [](Making& m) {
       Zone& zone = m.zone(); HostExpectation& host = m.host(zone, "mx", "S-7"); m.ipv6_address(zone, m.name("mx")); host.certificate = Checked::Success; host.outcome = "ok"; host.other_addresses = OtherAddresses::SomeFailed; }},
    {"address-stale-first", "one address with a stale certificate, one good (S-83, K31)", kBoth, kFiles, [](Making& m) { two_addresses(m, "S-1", "X-stale", Checked::Success, "ok"); }},
    {"address-no-starttls-beside", "one address without STARTTLS, one good (T-20)", kBoth, kFiles, [](Making& m) { two_addresses(m, "S-1", "S-37", Checked::Success, "ok"); }},
    {"address-refused-and-silent", "one address refused, one without STARTTLS (E-21)", kBoth, kFiles, [](Making& m) { two_addresses(m, "S-37", "S-7", Checked::Failed, "starttls-missing"); }},
  };
}

std::vector<DomainKind> tlsa_kinds() {
  return {
    {"tlsa-nodata", "TLSA name exists without TLSA (K6)", kBoth, kFiles, [](Making& m) { m.host_without_tlsa(m.zone(), "mx"); m.zone().add(m.tlsa_name(m.name("mx")), kTxt, "\4none"); }},
    {"tlsa-ent", "TLSA name is an empty non-terminal", kBoth, kFiles, [](Making& m) { m.host_without_tlsa(m.zone(), "mx"); m.zone().add(m.tlsa_name(m.name("mx")).below("x"), kTxt, "\4none"); }},
    {"tlsa-insecure-cut", "TLSA below an unsigned cut (K8)", kBoth, kFiles, [](Making& m) {
       HostExpectation& host = m.host_without_tlsa(m.zone(), "mx"); Zone& cut = m.child("_tcp.mx", Denial::Unsigned); m.tlsa(cut, m.name("mx"), "S-1"); tlsa_is(host, Status::Insecure, "dns:insecure-delegation"); }},
    {"tlsa-insecure-denial", "no TLSA below an unsigned cut", kBoth, kFiles, [](Making& m) {
       HostExpectation& host = m.host_without_tlsa(m.zone(), "mx"); m.child("_tcp.mx", Denial::Unsigned); tlsa_is(host, Status::Insecure, "dns:insecure-delegation"); }},
    {"tlsa-denial-bogus", "TLSA denial without proof (K9)", kBoth, kLying, [](Making& m) {
       HostExpectation& host = m.host_without_tlsa(m.zone(), "mx"); m.tamper(m.tlsa_name(m.name("mx")), kTlsa, without_denial()); tlsa_is(host, Status::Bogus, "dns:denial-missing"); }},
    {"tlsa-expired", "TLSA signature expired", kBoth, kFiles, [](Making& m) { break_tlsa(m, m.zone(), m.host(m.zone(), "mx"), expired(), "signature-expired"); }},
    {"tlsa-unsigned", "TLSA without signature", kBoth, kFiles, [](Making& m) { break_tlsa(m, m.zone(), m.host(m.zone(), "mx"), no_signatures(), "rrsigs-missing"); }},
    {"tlsa-servfail", "TLSA look-up SERVFAIL (K10)", kBoth, kLying, [](Making& m) { tlsa_fails(m, m.host(m.zone(), "mx"), fails_with(kServFail), "resolver-servfail"); }},
    {"tlsa-timeout", "TLSA look-up unanswered (T-26)", kBoth, kLying, [](Making& m) { tlsa_fails(m, m.host(m.zone(), "mx"), no_reply(), "resolver-timeout"); }},
    {"tlsa-notimp", "TLSA look-up NOTIMP (T-26)", kBoth, kLying, [](Making& m) { tlsa_fails(m, m.host(m.zone(), "mx"), fails_with(kNotImp), "resolver-refused"); }},
    {"tlsa-alias", "TLSA by an alias in a signed zone (T-27)", kBoth, kFiles, [](Making& m) {
       Zone& zone = m.zone(); HostExpectation& host = m.host_without_tlsa(zone, "mx"); zone.add(m.tlsa_name(m.name("mx")), kCname, m.name("_dane").wire());
       m.tlsa_at(zone, m.name("_dane"), "C-1", host.name);
       m.expected().hosts.pop_back(); m.expect(m.name("mx"), 10, "S-1"); }},
    {"tlsa-duplicates", "the same TLSA record five times (C-56, T-33)", kBoth, kLying, [](Making& m) {
       HostExpectation& host = m.host(m.zone(), "mx"); host.tlsa_count = 1; repeat_tlsa(m, host, 5); }},
    {"tlsa-alias-name", "TLSA by an alias, certificate names another host (C-57)", kBoth, kFiles, [](Making& m) {
       Zone& zone = m.zone(); m.mx(10, m.name("mx")); m.address(zone, m.name("mx"), "C-36"); zone.add(m.tlsa_name(m.name("mx")), kCname, m.name("_dane").wire());
       m.tlsa_at(zone, m.name("_dane"), "C-36", m.name("mx").text()); m.expect(m.name("mx"), 10, "C-36"); }},
    {"tlsa-wildcard-below", "wildcard below the host's _tcp label (T-27)", kBoth, kFiles, [](Making& m) {
       Zone& zone = m.zone(); m.mx(10, m.name("mx")); m.address(zone, m.name("mx"), "S-1");
       m.tlsa_at(zone, m.name("*._tcp.mx"), "S-1", "any"); m.expect(m.name("mx"), 10, "S-1"); }},
    {"name-in-capitals", "MX in capitals, certificate of a CA names the host in small letters (C-46)", kBoth, kFiles, [](Making& m) { host_in_capitals(m, "C-17a"); }},
    {"name-insecure-mx", "unsigned domain, certificate names the domain only (C-38)", kBoth, kFiles, [](Making& m) {
       Zone& zone = elsewhere(m); unsigned_domain(m); HostExpectation& host = m.host(zone, "mx", "C-37"); host.certificate = Checked::Failed; host.outcome = "name-mismatch"; }},
    {"name-two-labels", "unsigned domain, wildcard certificate over two labels (C-42)", kBoth, kFiles, [](Making& m) {
       Zone& zone = elsewhere(m); unsigned_domain(m); HostExpectation& host = m.host(zone, "a.mx", "C-41"); host.outcome = "name-mismatch"; }},
  };
}

std::vector<DomainKind> several_hosts() {
  return {
    {"hosts-first-fails", "first host's certificate wrong, second good (K25)", kBoth, kFiles, [](Making& m) { m.host(m.zone(), "mx1", "C-7", 10); m.host(m.zone(), "mx2", "S-1", 20); }},
    {"hosts-second-fails", "first host good, second's certificate wrong (K26)", kBoth, kFiles, [](Making& m) { m.host(m.zone(), "mx1", "S-1", 10); m.host(m.zone(), "mx2", "C-7", 20); }},
    {"hosts-equal-mixed", "equal preference: good, and without TLSA (K27)", kBoth, kFiles, [](Making& m) { m.host(m.zone(), "mx1", "S-1", 10); m.host_without_tlsa(m.zone(), "mx2", 10); }},
    {"hosts-fail-then-fallback", "certificate wrong, then a host without TLSA (K28)", kBoth, kFiles, [](Making& m) { m.host(m.zone(), "mx1", "C-7", 10); m.host_without_tlsa(m.zone(), "mx2", 20); }},
    {"hosts-down-then-good", "port closed, then good (K29)", kBoth, kFiles, [](Making& m) { m.host(m.zone(), "mx1", "S-7", 10); m.host(m.zone(), "mx2", "S-1", 20); }},
    {"hosts-fail-and-down", "certificate wrong, then port closed (K30)", kBoth, kFiles, [](Making& m) { m.host(m.zone(), "mx1", "C-7", 10); m.host(m.zone(), "mx2", "S-7", 20); }},
    {"hosts-without-address-then-good", "no address, then good (K32)", kBoth, kFiles, [](Making& m) { host_without_address(m, m.zone(), 10); m.host(m.zone(), "mx2", "S-1", 20); }},
    {"hosts-bogus-then-good", "address bogus, then good", kBoth, kFiles, [](Making& m) { break_address(m.zone(), m.host(m.zone(), "mx1", "S-1", 10)); m.host(m.zone(), "mx2", "S-1", 20); }},
    {"hosts-insecure-backup", "good, then an unsigned host (T-77)", kBoth, kFiles, [](Making& m) { m.host(m.zone(), "mx1", "S-1", 10); m.insecure_host(m.unsigned_provider(), "mx", 20).warnings.emplace_back("backup-weaker"); }},
    {"hosts-thirty-ten-twenty", "preferences 30, 10, 20, all good (K34)", kBoth, kFiles, [](Making& m) { m.host(m.zone(), "c", "S-1", 30); m.host(m.zone(), "a", "S-2", 10); m.host(m.zone(), "b", "S-3", 20); }},
    {"hosts-all-servfail", "no host's address can be looked up", kBoth, kLying, [](Making& m) {
       for (const char* label : {"mx1", "mx2"}) addresses_fail(m, m.host(m.zone(), label, "S-1", label[2] == '1' ? 10 : 20), fails_with(kServFail), "resolver-servfail"); }},
    {"hosts-unusable-then-good", "unusable TLSA only, then good", kBoth, kFiles, [](Making& m) { m.host(m.zone(), "mx1", "C-54a", 10); m.host(m.zone(), "mx2", "S-1", 20); }},
    {"shape-t4", "unsigned domain, one host of two addresses (transcript T4)", kBoth, kFiles, [](Making& m) {
       unsigned_domain(m); Zone& zone = m.unsigned_zone(); m.insecure_host(zone, "in"); zone.add(zone.name("in"), kA, a_rdata(m.world().address_of(host_kind("S-2")))); }},
    {"shape-t5", "first host's certificate wrong, second good on IPv6 (transcript T5)", kBoth, kFiles, [](Making& m) {
       Zone& zone = m.zone(); m.host(zone, "mx1", "C-7", 10); m.mx(20, m.name("mx2")); m.ipv6_address(zone, m.name("mx2")); m.tlsa(zone, m.name("mx2"), "S-1"); m.expect(m.name("mx2"), 20, "S-1"); }},
    {"shape-t6", "first host without TLSA, second's address bogus (transcript T6)", kBoth, kFiles, [](Making& m) {
       m.host_without_tlsa(m.zone(), "mx1", 10); break_address(m.zone(), m.host(m.zone(), "mx2", "S-1", 20)); }},
    {"shape-t7", "no MX; one address refused, one without STARTTLS (transcript T7)", kBoth, kFiles, [](Making& m) {
       implicit(m, m.zone(), "S-37"); m.zone().add(m.domain(), kA, a_rdata(m.world().address_of(host_kind("S-7")))); }},
    {"o8-refused", "unsigned domain, signed host, port closed (K14)", kBoth, kFiles, [](Making& m) { unsigned_domain(m); m.host(m.provider(), "mx-closed", "S-7"); }},
  };
}
// clang-format on

}  // namespace

std::vector<DomainKind> mail_kinds() {
  std::vector<DomainKind> all;
  for (const auto& part : {rows(), mail_exchangers(), address_kinds(), tlsa_kinds(), several_hosts()})
    all.insert(all.end(), part.begin(), part.end());
  return all;
}

}  // namespace danesweep::lab
