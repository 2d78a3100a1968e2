// SPDX-License-Identifier: Apache-2.0
// Drives a validation against resolvers made of worlds, and keeps count of what it asks. A row of the tables below says
// how the honest world is spoilt, what is asked and what must come of it.
#pragma once

#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "dnssec/validation.h"
#include "tests/support/world.h"

namespace danesweep::dnssec {

using support::name;
using support::Record;
using support::Records;
using support::Reply;
using support::World;
using wire::RrType;

/// The honest world of these tests, over a signed root.
///   example.           signed, NSEC       three.  signed, NSEC3    opt.  signed, NSEC3 with opt-out
///   signed.example.    signed             signed.three.            signed.opt.
///   insecure.example.  unsigned           insecure.three.          insecure.opt.
///   island.insecure.example.  signed, without DS; of three. and opt. likewise
/// Each of the three has www A, mail MX, txt, a wildcard *.wild A, aliases, a DNAME `moved` and an empty non-terminal.
World honest_world();

wire::Question question(std::string_view text);  ///< "www.example. A"

/// Resolvers of one priority: a wanted question goes to the first that is not excluded.
class Asker {
 public:
  explicit Asker(World world) { add(std::move(world)); }
  Asker& add(World resolver);
  /// The first resolver's world becomes another; the caches stay.
  Asker& replace(World resolver);
  Asker& anchors(std::vector<TrustAnchor> anchors);
  Asker& hint(NameHint hint);
  Asker& detail(Detail detail);
  Asker& at(UnixTime now);
  /// This question is not answered at all.
  Asker& mute(std::string_view question);
  /// Replies are handed over in reverse order of the wants.
  Asker& reversed();

  Verdict ask(std::string_view question);
  /// The same look-up with empty caches.
  Verdict ask_cold(std::string_view question);

  Policy& policy() { return policy_; }
  Caches& caches() { return *caches_; }
  const std::vector<std::string>& asked() const { return asked_; }  ///< of the last look-up
  std::size_t round_trips() const { return round_trips_; }
  std::size_t steps() const { return steps_; }

 private:
  Response respond(const Wanted& wanted);

  std::vector<World> resolvers_;
  std::optional<std::vector<TrustAnchor>> anchors_;
  Policy policy_;
  std::unique_ptr<Caches> caches_ = make_plain_caches();
  NameHint hint_ = NameHint::None;
  Detail detail_ = Detail::Chain;
  UnixTime now_ = support::kNow;
  std::vector<wire::Question> muted_;
  bool reversed_ = false;
  std::vector<std::string> asked_;
  std::size_t round_trips_ = 0, steps_ = 0;
};

// Edits of replies, to be combined.
World::Edit without(RrType type);             ///< RRsets of the type and their signatures, everywhere
World::Edit without_signatures(RrType type);  ///< the RRSIGs that cover the type
World::Edit without_all_signatures();
World::Edit spoil_signatures(RrType type);  ///< one bit of the last octet
World::Edit with_rcode(wire::Rcode rcode);
World::Edit add_answer(Records records);
World::Edit add_authority(Records records);
World::Edit set_authority(Records records);
World::Edit both(World::Edit first, World::Edit second);

/// What a child says of itself when it is asked for its DS: its SOA and the NSEC at its apex, signed.
Records signed_by_child(World& world, const char* child);

/// A row of a table: how the honest world is changed, what is asked, and what must come of it.
struct Row {
  std::string title;
  std::string rule;
  std::function<void(World&)> change;
  std::string question;
  Security security;
  Reason reason = Reason::None;
  Answer answer = Answer::Data;
};
std::ostream& operator<<(std::ostream& out, const Row& row);
std::string row_name(const testing::TestParamInfo<Row>& info);
/// Asks cold, warm, and with replies in reverse order: all must give the row's outcome (D-1).
void check(const Row& row);

}  // namespace danesweep::dnssec
