// SPDX-License-Identifier: Apache-2.0
// What a row of the domain catalogue is made with: zones, records and the facts that follow from them.
#pragma once

#include <cstddef>
#include <string>

#include "tests/lab/breakage.h"
#include "tests/lab/expected.h"
#include "tests/lab/world.h"

namespace danesweep::lab {

class Making {
 public:
  Making(World& world, const std::string& kind, Denial denial, std::size_t number);

  const Name& domain() const { return domain_; }
  Name name(std::string_view relative) const { return Name::relative(relative, domain_); }
  /// How this domain's own zones deny (never opt-out: that is the top-level domain's way).
  Denial denial() const { return denial_ == Denial::Nsec ? Denial::Nsec : Denial::Nsec3; }
  bool is_nsec() const { return denial_ == Denial::Nsec; }
  std::uint32_t now() const { return world_.options().now; }
  World& world() { return world_; }
  const Key& key(std::uint8_t algorithm, std::size_t turn, unsigned bits = 2048) {
    return world_.keys().key(algorithm, turn, bits);
  }
  std::size_t number() const { return number_; }

  /// The name that is put on the list, if it is not the zone's apex; MX records go there from now on.
  void ask(const Name& name);
  const Name& asked() const { return asked_; }

  // Zones. The first call makes it, later ones return it.
  Zone& zone(std::uint8_t algorithm = kP256);
  Zone& unsigned_zone();
  Zone& zone_without_keys();  ///< the domain's zone, signed by keys that the row adds
  Zone& top() { return world_.zones().strictly_enclosing(domain_); }  ///< the top-level domain
  Zone& child(std::string_view label, Denial denial);                 ///< below the domain
  Zone& neighbour(std::string_view word, Denial denial);              ///< another domain of the same top-level domain
  Zone& provider();                                                   ///< signed, shared by all makings of this flavour
  Zone& unsigned_provider();
  Zone& zone_at(const Name& apex, Denial denial, std::uint8_t algorithm = kP256);
  /// The reason why a zone without DS in this top-level domain is insecure.
  std::string insecure_reason() const;

  // Records.
  void mx(int preference, const Name& exchange);
  void address(Zone& zone, const Name& host, std::string_view kind);
  void ipv6_address(Zone& zone, const Name& host);  ///< ::1
  void tlsa(Zone& zone, const Name& base, std::string_view kind);
  void tlsa_at(Zone& zone, const Name& owner, std::string_view kind, const std::string& base);  ///< at any owner
  Name tlsa_name(const Name& base) const;

  // Records and facts together.
  /// MX, A and TLSA of a host of the catalogue at `label` of `zone`, and what follows from its kind.
  HostExpectation& host(Zone& zone, std::string_view label, std::string_view kind = "S-1", int preference = 10);
  /// The same without TLSA: proven absent.
  HostExpectation& host_without_tlsa(Zone& zone, std::string_view label, int preference = 10);
  /// In a zone that is not signed: MX, A.
  HostExpectation& insecure_host(Zone& zone, std::string_view label, int preference = 10);
  /// Facts only; as if all were well with a host of this kind.
  HostExpectation& expect(const Name& host, int preference, std::string_view kind);

  // Facts.
  Expectation& expected() { return expectation_; }
  void mx_bogus(std::string_view code);
  void mx_failed(std::string_view code);
  void mx_insecure();  ///< for want of a DS
  void mx_insecure(std::string_view code);
  void no_data();  ///< no MX, and no address either: the implicit host is passed over
  void no_name();
  void decided(std::string_view reason);
  void tamper(const Name& name, std::uint16_t type, Resolution::Tampering tampering);

  Expectation take_expectation();

 private:
  World& world_;
  Denial denial_;
  std::size_t number_;
  std::size_t mixed_ = 0;  ///< of the number: what need not be the same in each round
  std::string tld_;
  Name domain_;
  Name asked_;
  Expectation expectation_;
};

void no_tlsa(HostExpectation& host);  ///< proven absent
void tlsa_is(HostExpectation& host, Status status, std::string reason);
void address_is(HostExpectation& host, Status status, std::string reason);

}  // namespace danesweep::lab
