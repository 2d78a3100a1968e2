// SPDX-License-Identifier: Apache-2.0
#include "tests/lab/making.h"

#include <fmt/format.h>

#include <utility>

namespace danesweep::lab {

Making::Making(World& world, const std::string& kind, Denial denial, std::size_t number)
    : world_(world), denial_(denial), number_(number) {
  // NSEC3 kinds live now under the one, now under the other top-level domain that uses it.
  mixed_ = number * 2654435761U >> 16U;
  if (denial_ == Denial::Nsec3 && mixed_ % 2 == 1) denial_ = Denial::Nsec3OptOut;
  tld_ = denial_ == Denial::Nsec ? kNsecTld : denial_ == Denial::Nsec3 ? kNsec3Tld : kOptOutTld;
  domain_ = Name(fmt::format("{}-{}.{}", kind, number, tld_));
  expectation_.kind = kind;
  ask(domain_);
}

void Making::ask(const Name& name) {
  asked_ = name;
  expectation_.domain = name.text();
}

Zone& Making::zone_at(const Name& apex, Denial denial, std::uint8_t algorithm) {
  if (Zone* found = world_.zones().find(apex)) return *found;
  return world_.add_zone(apex, denial, algorithm, mixed_ >> 1U);
}

Zone& Making::zone(std::uint8_t algorithm) { return zone_at(domain_, denial(), algorithm); }
Zone& Making::unsigned_zone() { return zone_at(domain_, Denial::Unsigned); }
Zone& Making::zone_without_keys() { return world_.zones().add(domain_, denial(), world_.times()); }
Zone& Making::child(std::string_view label, Denial denial) { return zone_at(name(label), denial); }

Zone& Making::neighbour(std::string_view word, Denial denial) {
  return zone_at(Name(fmt::format("{}-{}.{}", word, domain_.first_label(), tld_)), denial);
}

Zone& Making::provider() { return zone_at(Name("provider." + tld_), denial()); }
Zone& Making::unsigned_provider() { return zone_at(Name("unsigned-provider." + tld_), Denial::Unsigned); }

std::string Making::insecure_reason() const {
  return denial_ == Denial::Nsec3OptOut ? "dns:insecure-delegation-optout" : "dns:insecure-delegation";
}

void Making::mx(int preference, const Name& exchange) {
  world_.zones().enclosing(asked_).add(asked_, kMx, mx_rdata(static_cast<std::uint16_t>(preference), exchange));
}

void Making::address(Zone& zone, const Name& host, std::string_view kind) {
  if (zone.node(host) != nullptr && zone.node(host)->has(kA)) return;  // a shared host is there already
  zone.add(host, kA, a_rdata(world_.address_of(host_kind(kind))));
}

void Making::ipv6_address(Zone& zone, const Name& host) { zone.add(host, kAaaa, aaaa_rdata("::1")); }

Name Making::tlsa_name(const Name& base) const {
  return base.below("_tcp").below("_" + std::to_string(world_.options().smtp_port));
}

void Making::tlsa(Zone& zone, const Name& base, std::string_view kind) {
  const Name owner = tlsa_name(base);
  if (zone.node(owner) != nullptr && zone.node(owner)->has(kTlsa)) return;
  tlsa_at(zone, owner, kind, base.text());
}

void Making::tlsa_at(Zone& zone, const Name& owner, std::string_view kind, const std::string& base) {
  zone.add_all(owner, kTlsa, world_.chains().tlsa(*host_kind(kind).arrangement, base));
}

HostExpectation& Making::expect(const Name& host, int preference, std::string_view kind) {
  const HostKind& row = host_kind(kind);
  HostExpectation& expected = expectation_.hosts.emplace_back();
  expected.name = host.text();
  expected.preference = preference;
  expected.tlsa_base = host.text();
  expected.certificate = row.certificate();
  expected.outcome = row.outcome();
  if (expected.outcome == "tlsa-unusable") expected.usable = Usable::None;
  for (const auto warning : row.warnings()) expected.warnings.emplace_back(warning);
  return expected;
}

HostExpectation& Making::host(Zone& zone, std::string_view label, std::string_view kind, int preference) {
  const Name host = zone.name(label);
  mx(preference, host);
  address(zone, host, kind);
  tlsa(zone, host, kind);
  return expect(host, preference, kind);
}

HostExpectation& Making::host_without_tlsa(Zone& zone, std::string_view label, int preference) {
  const Name host = zone.name(label);
  mx(preference, host);
  address(zone, host, "S-1");
  HostExpectation& expected = expect(host, preference, "S-1");
  no_tlsa(expected);
  return expected;
}

HostExpectation& Making::insecure_host(Zone& zone, std::string_view label, int preference) {
  const Name host = zone.name(label);
  mx(preference, host);
  address(zone, host, "S-1");
  HostExpectation& expected = expect(host, preference, "S-1");
  address_is(expected, Status::Insecure, insecure_reason());
  return expected;
}

void Making::mx_bogus(std::string_view code) {
  expectation_.mx = Status::Bogus;
  expectation_.mx_reason = code == kUnfixed ? std::string(code) : "dns:" + std::string(code);
  decided("mx-bogus");
}

void Making::mx_failed(std::string_view code) {
  expectation_.mx = Status::Indeterminate;
  expectation_.mx_reason = code == kUnfixed ? std::string(code) : "dns:" + std::string(code);
  decided("mx-lookup-failed");
}

void Making::mx_insecure() {
  expectation_.mx = Status::Insecure;
  expectation_.mx_reason = insecure_reason();
}

void Making::mx_insecure(std::string_view code) {
  expectation_.mx = Status::Insecure;
  expectation_.mx_reason = "dns:" + std::string(code);
}

void Making::no_data() {
  expectation_.mx_answer = "NODATA";
  HostExpectation& host = expect(asked_, 0, "S-1");
  tlsa_is(host, Status::NotQueried, std::string(kUnfixed));
  host.standing = Standing::NoAddress;
}

void Making::no_name() {
  expectation_.mx_answer = "NXDOMAIN";
  decided("no-such-domain");
}

void Making::decided(std::string_view reason) {
  expectation_.decided = reason;
  expectation_.hosts.clear();
  if (expectation_.mx == Status::Bogus || expectation_.mx == Status::Indeterminate) expectation_.mx_answer.clear();
}

void Making::tamper(const Name& name, std::uint16_t type, Resolution::Tampering tampering) {
  world_.resolution().tamper(name, type, std::move(tampering));
}

Expectation Making::take_expectation() { return std::move(expectation_); }

void no_tlsa(HostExpectation& host) { tlsa_is(host, Status::NxDomain, ""); }

void tlsa_is(HostExpectation& host, Status status, std::string reason) {
  host.tlsa = status;
  host.tlsa_reason = std::move(reason);
  host.tlsa_base.clear();
  host.certificate = Checked::NotChecked;
  host.usable = Usable::Some;
  host.warnings.clear();
}

void address_is(HostExpectation& host, Status status, std::string reason) {
  tlsa_is(host, Status::NotQueried, std::string(kUnfixed));
  host.address = status;
  host.address_reason = std::move(reason);
}

}  // namespace danesweep::lab
