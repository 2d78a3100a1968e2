// SPDX-License-Identifier: Apache-2.0
// The trust anchors that keep themselves, as the commands use them: the stored state or the embedded keys to begin
// with, a refresh when one is due, and what validation may begin with (rules D-113 to D-122).
#pragma once

#include <string>
#include <vector>

#include <tl/expected.hpp>

#include "dnssec/rollover.h"
#include "scanner/anchor_store.h"
#include "scanner/engine/settings.h"
#include "scanner/exit_codes.h"

namespace danesweep::scanner {

enum class Origin : std::uint8_t { Stored, Fresh };  ///< Fresh: nothing on disk yet (D-121)

struct LoadedAnchors {
  dnssec::AnchorState state;
  Origin origin = Origin::Fresh;
};
/// Damaged and unreadable states are refused, exit code 3 (D-122).
tl::expected<LoadedAnchors, Refusal> load_anchor_state(const AnchorStore& store, dnssec::UnixTime now);

/// What one question for the keys came to.
struct AnchorRefresh {
  dnssec::AnchorState state;
  std::vector<dnssec::KeyChange> changes;
  std::vector<std::string> notes;  ///< sentences for the log
  bool answered = false;           ///< some resolver gave a message
  bool verified = false;           ///< the set counts (D-113)
  std::string failure;             ///< why it does not count
};
/// Asks the resolvers of `dns` for the zone's DNSKEY set, another one if the first answer does not verify, and advances
/// the state by it.
AnchorRefresh refresh_anchors(dnssec::AnchorState state, const DnsSettings& dns, const dnssec::RolloverClock& clock);

/// For a command that validates: loads, asks if due (not with a given time: D-120), stores, warns. Never waits for
/// another process that holds the state.
struct AnchorsForValidation {
  dnssec::AnchorState state;
  std::vector<std::string> notes, warnings;  ///< for the terminal
  std::string lost;                          ///< no trusted key is left (D-118): what to do
};
enum class Refreshing : std::uint8_t { WhenDue, Never };
tl::expected<AnchorsForValidation, Refusal> anchors_for_validation(const AnchorStore& store, const DnsSettings& dns,
                                                                   dnssec::UnixTime now, Refreshing refreshing);

/// D-118, D-119: what is left when nothing is, and what to do.
std::string nothing_trusted_text(const AnchorStore& store, const dnssec::AnchorState& state);

/// The system's clock with the build date and a random spread.
dnssec::RolloverClock system_rollover_clock(dnssec::UnixTime now);

/// ". 20326 ADDPEND -> VALID".
std::string change_text(const dnssec::AnchorState& state, const dnssec::KeyChange& change);

}  // namespace danesweep::scanner
