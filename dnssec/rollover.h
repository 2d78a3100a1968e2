// SPDX-License-Identifier: Apache-2.0
// Trust anchors that keep themselves (RFC 5011; rules D-113 to D-121): the states of each key, what a DNSKEY set seen
// now changes, and when to ask again. Pure: `observe` judges an answer, `advance` turns state, observation and time
// into the next state; files are scanner/anchor_store's. A key's identity is algorithm, protocol and public key, flags
// apart.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "dnssec/anchors.h"
#include "dnssec/reason.h"
#include "dnssec/signature.h"
#include "dnssec/verdict.h"
#include "dnssec/wire/rrset.h"

namespace danesweep::dnssec {

enum class KeyState : std::uint8_t { Start, AddPend, Valid, Missing, Revoked, Removed };
std::string_view to_text(KeyState state);  ///< "ADDPEND"
std::optional<KeyState> parse_key_state(std::string_view text);

/// What a set that counts (D-113) says of one key.
enum class KeyEvent : std::uint8_t {
  Seen,
  NotSeen,
  HoldDownOver,  ///< ADDPEND: and seen in this very set (D-114); REVOKED: and not seen for so long
  SeenRevoked,   ///< with REVOKE, and the set signed by the key itself (D-116)
};
/// The table of RULES.md part G. START of a key that was ADDPEND means that its record is dropped.
KeyState next_state(KeyState state, KeyEvent event);

enum class AnchorSource : std::uint8_t { Embedded, File, Rollover };
std::string_view to_text(AnchorSource source);  ///< "embedded"
std::optional<AnchorSource> parse_anchor_source(std::string_view text);

/// One key of the trust point. In DS form it is START: trusted, its key not yet seen (D-121).
struct AnchorKey {
  AnchorForm form = AnchorForm::Dnskey;
  std::vector<std::uint8_t> rdata;  ///< DS or DNSKEY RDATA; that of a revoked key has REVOKE set
  KeyState state = KeyState::Start;
  UnixTime since = 0;  ///< of the state
  std::optional<UnixTime> last_seen, hold_down_until;
  std::uint32_t sights = 0;  ///< sets that counted and held it
  AnchorSource source = AnchorSource::Rollover;

  std::uint16_t tag() const;
  std::uint8_t algorithm() const;
  /// VALID, MISSING, and START in DS form (D-113).
  bool is_trusted() const;
  friend bool operator==(const AnchorKey&, const AnchorKey&) = default;
};

/// A key of the set that cannot become an anchor (D-119).
struct IgnoredKey {
  std::uint16_t tag = 0;
  std::uint8_t algorithm = 0;
  std::string why;
  friend bool operator==(const IgnoredKey&, const IgnoredKey&) = default;
};

/// Trust point: everything that is kept between runs.
struct AnchorState {
  wire::DomainName zone;
  std::vector<AnchorKey> keys;      ///< at most kMaxAnchorKeys
  std::vector<IgnoredKey> ignored;  ///< of the last set that counted, at most kMaxAnchorKeys
  std::optional<UnixTime> last_success, last_failure, next_probe;
  std::uint32_t original_ttl = 0;                ///< of the last set that counted; 0 = none yet
  std::optional<UnixTime> signature_expiration;  ///< of that set
  friend bool operator==(const AnchorState&, const AnchorState&) = default;
};
inline constexpr std::size_t kMaxAnchorKeys = 64;
inline constexpr std::chrono::days kKeepMissing{366};  ///< a MISSING key beside a VALID one (D-117)

/// DS stand as START, DNSKEY as VALID (D-121).
AnchorState initial_state(const wire::DomainName& zone, std::span<const TrustAnchor> anchors, AnchorSource source,
                          UnixTime now);
/// What validation may begin with (D-113). Empty: no valid anchor is left (D-118).
std::vector<TrustAnchor> trusted_anchors(const AnchorState& state);

struct ObservedKey {
  std::vector<std::uint8_t> rdata;
  bool signed_revocation = false;  ///< REVOKE set and the set signed by this key
  /// Places in AnchorState::keys of the DS that name it (with REVOKE cleared); empty unless one of these counts (D-39).
  std::vector<std::size_t> anchored_by;
  std::string unusable;  ///< why it cannot become an anchor: empty if it can
};

/// One DNSKEY answer, judged.
struct Observation {
  bool verified = false;  ///< by a key that is trusted now: the set counts
  Reason reason = Reason::None;
  ReasonFacts facts;                      ///< of a set that does not count
  std::vector<ObservedKey> keys;          ///< also of a set that does not count: revocations need nobody else (D-116)
  std::vector<std::size_t> outranked_ds;  ///< places in AnchorState::keys of the SHA-1 DS beside better ones (D-39)
  /// Start anchors without SEP that verified the set: the set's SEP keys take their place (D-113).
  std::vector<std::vector<std::uint8_t>> start_keys_without_sep;
  std::uint32_t original_ttl = 0;  ///< the smallest of the signatures by trusted keys (D-115)
  UnixTime expiration = 0;         ///< the earliest of these
};

/// `dnskeys` null: no reply, no data, or an answer that cannot be read; then `reason` should be set by the caller.
Observation observe(const AnchorState& state, const wire::Rrset* dnskeys, SignatureContext& context);

enum class ClockSource : std::uint8_t { System, Given };
struct RolloverClock {
  UnixTime now = 0;
  ClockSource source = ClockSource::System;
  UnixTime build_date = 0;            ///< a system clock before it is wrong (D-120)
  std::uint32_t spread_permille = 0;  ///< random, 0 to 1000: where in the last tenth the next probe falls (D-115)
};

struct KeyChange {
  std::uint16_t tag = 0;
  KeyState from{}, to{};
  friend bool operator==(const KeyChange&, const KeyChange&) = default;
};

struct RolloverStep {
  AnchorState state;
  std::vector<KeyChange> changes;
  std::vector<std::string> notes;  ///< sentences for the log
};
RolloverStep advance(AnchorState state, const Observation& observation, const RolloverClock& clock);

/// The next probe; `now` if none was set, or only for a time so far ahead that the clock was wrong then (D-115, D-120).
UnixTime due_at(const AnchorState& state, UnixTime now);
bool is_due(const AnchorState& state, UnixTime now);
std::chrono::seconds refresh_interval(std::uint32_t original_ttl, std::chrono::seconds to_expiration);
std::chrono::seconds retry_interval(std::uint32_t original_ttl, std::chrono::seconds to_expiration);

/// "; key 4711 is published but ignored: WHY" for each (D-119): behind the sentence that no trusted key is left.
std::string ignored_keys_text(const AnchorState& state);
/// Why `advance` would change nothing: the clock is behind the last refresh or the build (D-120). "" if it is not.
std::string clock_warning(const AnchorState& state, const RolloverClock& clock);
/// What every scan warns of: not refreshed for 10 days, a key in its hold-down, none trusted.
std::vector<std::string> anchor_warnings(const AnchorState& state, UnixTime now);
/// Places in AnchorState::keys of the SHA-1 DS beside better ones: no key is trusted by them (D-39).
std::vector<std::size_t> outranked_ds(const AnchorState& state, const Crypto& crypto);
/// What will happen to the key at that place of AnchorState::keys, for `anchors show`.
std::string outlook(const AnchorState& state, std::size_t place, UnixTime now, const Crypto& crypto);

}  // namespace danesweep::dnssec
