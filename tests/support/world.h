// SPDX-License-Identifier: Apache-2.0
// Several zones behind one honest recursive resolver that is asked with CD=1 and DO=1: for each question the answer,
// the denial and their signatures as a real one would put them together. Tests spoil single replies by an edit.
#pragma once

#include <cstdint>
#include <functional>
#include <list>
#include <vector>

#include "dnssec/anchors.h"
#include "dnssec/wire/message.h"
#include "tests/support/signed_zone.h"

namespace danesweep::support {

/// A response before it becomes octets.
struct Reply {
  wire::Question question;
  wire::Rcode rcode = wire::Rcode::NoError;
  Records answer, authority, additional;
  bool has_edns = true;
  std::vector<std::uint8_t> octets(std::uint16_t id = 0) const;
  wire::MessagePtr message() const;  ///< parsed by the code under test
};

class World {
 public:
  using Edit = std::function<void(Reply&)>;

  /// A zone of the world; make it further through the reference. The reference stays good.
  SignedZone& zone(std::string_view apex);
  SignedZone& add(SignedZone zone);
  /// Applied to every reply whose question has that name and type.
  World& edit(std::string_view name, wire::RrType type, Edit edit);
  World& edit_all(Edit edit);

  Reply reply(const wire::Question& question) const;
  wire::MessagePtr message(const wire::Question& question) const { return reply(question).message(); }
  /// DS anchors of the zone's keys.
  std::vector<dnssec::TrustAnchor> anchors(std::string_view apex) const;

 private:
  const SignedZone* authority_for(const wire::DomainName& name, wire::RrType type) const;
  void resolve(Reply& reply) const;

  std::list<SignedZone> zones_;
  std::vector<std::pair<std::optional<wire::Question>, Edit>> edits_;
};

/// The parts of a proof in `zone` that `name` does not exist, or has no such type; for tests that spoil proofs.
Records prove_nodata(const SignedZone& zone, const wire::DomainName& name);
Records prove_no_closer_match(const SignedZone& zone, const wire::DomainName& name);
Records prove_nxdomain(const SignedZone& zone, const wire::DomainName& name);
Records prove_wildcard_nodata(const SignedZone& zone, const wire::DomainName& name);
wire::DomainName closest_encloser(const SignedZone& zone, const wire::DomainName& name);

}  // namespace danesweep::support
