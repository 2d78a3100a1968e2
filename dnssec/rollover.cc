// SPDX-License-Identifier: Apache-2.0
#include "dnssec/rollover.h"

#include <algorithm>
#include <array>
#include <chrono>

#include <fmt/format.h>

#include "dnssec/key_identity.h"
#include "dnssec/wire/rdata.h"
#include "dnssec/zone_keys.h"

namespace danesweep::dnssec {
namespace {

using std::chrono::seconds;
using wire::Dnskey;

constexpr seconds kHour{3600}, kDay{86400};
constexpr seconds kAddHoldDown = 30 * kDay, kRemoveHoldDown = 30 * kDay;
constexpr seconds kBackwardsTolerance = kDay, kLongRefresh = 15 * kDay;
constexpr seconds kStale = 10 * kDay, kLongAway = 60 * kDay;
constexpr std::uint32_t kMinSights = 2;

using enum KeyState;

struct Row {
  KeyState state, seen, not_seen, hold_down_over, revoked;
};

// clang-format off
constexpr Row kTable[] = {
    // state   seen     not seen  hold-down over  seen revoked
    {Start,    AddPend, Start,    Start,          Start},
    {AddPend,  AddPend, Start,    Valid,          Start},
    {Valid,    Valid,   Missing,  Valid,          Revoked},
    {Missing,  Valid,   Missing,  Missing,        Revoked},
    {Revoked,  Revoked, Revoked,  Removed,        Revoked},
    {Removed,  Removed, Removed,  Removed,        Removed},
};
// clang-format on

constexpr std::array<std::string_view, 6> kStateTexts = {"START", "ADDPEND", "VALID", "MISSING", "REVOKED", "REMOVED"};
constexpr std::array<std::string_view, 3> kSourceTexts = {"embedded", "file", "rollover"};

/// One call of `advance`.
class Advance {
 public:
  Advance(AnchorState state, const Observation& seen, const RolloverClock& clock)
      : seen_(seen), clock_(clock), now_(clock.now) {
    step_.state = std::move(state);
  }

  RolloverStep run() {
    if (std::string warning = clock_warning(step_.state, clock_); !warning.empty()) {
      note(std::move(warning));
      return std::move(step_);
    }
    const bool any_revoked =
        std::any_of(seen_.keys.begin(), seen_.keys.end(), [](const ObservedKey& key) { return key.signed_revocation; });
    if (seen_.verified || any_revoked) blank_outranked_ds();
    for (const ObservedKey& key : seen_.keys)
      if (key.signed_revocation) revoke(key);
    if (seen_.verified)
      succeed();
    else
      fail();
    drop_start_records();
    if (trusted_anchors(step_.state).empty()) note(nothing_left());
    return std::move(step_);
  }

 private:
  void succeed() {
    adopt_keys_of_ds();
    replace_start_keys_without_sep();
    drop_start_records();
    for (AnchorKey& key : step_.state.keys)
      if (key.form == AnchorForm::Dnskey) apply_set(key);
    drop_start_records();
    add_new_keys();
    forget_long_missing();
    list_ignored();
    AnchorState& state = step_.state;
    state.last_success = now_;
    state.original_ttl = seen_.original_ttl;
    state.signature_expiration = seen_.expiration;
    const seconds interval = refresh_interval(seen_.original_ttl, seconds(seen_.expiration - now_));
    const seconds spread = interval * (900 + std::min(clock_.spread_permille, 1000U) / 10) / 1000;
    state.next_probe = now_ + std::max(spread, kHour).count();
  }

  /// D-117: no state changes for a set that does not count.
  void fail() {
    AnchorState& state = step_.state;
    state.last_failure = now_;
    const seconds to_expiration(state.signature_expiration ? *state.signature_expiration - now_ : 0);
    state.next_probe = now_ + retry_interval(state.original_ttl, to_expiration).count();
    note(fmt::format("the key set of {} could not be verified: {}", zone_text(), sentence(seen_.reason, seen_.facts)));
    const bool long_away = state.last_success && now_ - *state.last_success > kLongAway.count();
    const bool by_others =
        seen_.reason == Reason::AnchorNoMatchingKey || seen_.reason == Reason::DnskeyNotSignedByDsKey;
    if (long_away && by_others)
      note(fmt::format(
          "the last success was {}: the keys were probably rolled since then; get IANA's root-anchors.xml in "
          "a way that you trust and run `danesweep anchors init --from FILE --force`",
          date_to_text(*state.last_success)));
  }

  /// D-118, D-119.
  std::string nothing_left() const {
    const std::string text = fmt::format(
        "no trusted key of {} is left: give new ones by `danesweep anchors init --from FILE --force`", zone_text());
    return text + ignored_keys_text(step_.state);
  }

  const ObservedKey* find_seen(const AnchorKey& key) const {
    // One key may stand in a set with several flags: REVOKE counts, then those with which it may enter.
    const auto rank = [&](const ObservedKey& observed) {
      return std::pair(is_revoked(observed.rdata), may_enter(observed));
    };
    const ObservedKey* found = nullptr;
    for (const ObservedKey& observed : seen_.keys)
      if (same_key(observed.rdata, key.rdata) && (!found || rank(*found) < rank(observed))) found = &observed;
    return found;
  }

  void apply_set(AnchorKey& key) {
    const ObservedKey* observed = find_seen(key);
    if (observed && is_revoked(observed->rdata)) return;  // done by `revoke`, or not signed by it: says nothing (D-116)
    if (observed && key.state == AddPend && !may_enter(*observed)) observed = nullptr;  // D-113
    if (observed) {
      const bool ripe = key.state == AddPend && now_ >= key.hold_down_until.value_or(0) && key.sights + 1 >= kMinSights;
      apply(key, ripe ? KeyEvent::HoldDownOver : KeyEvent::Seen);
      see(key);
      return;
    }
    const bool over = key.state == Revoked && now_ >= key.hold_down_until.value_or(0);
    apply(key, over ? KeyEvent::HoldDownOver : KeyEvent::NotSeen);
  }

  void see(AnchorKey& key) {
    key.last_seen = now_;
    ++key.sights;
    if (key.state == Revoked) key.hold_down_until = now_ + kRemoveHoldDown.count();
  }

  void apply(AnchorKey& key, KeyEvent event) { enter(key, next_state(key.state, event)); }

  void enter(AnchorKey& key, KeyState next) {
    if (key.state == next) return;
    step_.changes.push_back({key.tag(), key.state, next});
    key.state = next;
    key.since = now_;
    key.hold_down_until.reset();
  }

  AnchorKey* find_record(Bytes rdata) {
    for (AnchorKey& key : step_.state.keys)
      if (key.form == AnchorForm::Dnskey && same_key(key.rdata, rdata)) return &key;
    return nullptr;
  }

  /// The one record of a key that DS of the state name: the first of them turns into it, the others are blanked.
  /// Nothing is erased yet, because `anchored_by` counts places.
  AnchorKey* claim(const ObservedKey& observed) {
    AnchorKey* record = find_record(observed.rdata);
    for (const std::size_t place : observed.anchored_by) {
      AnchorKey& key = step_.state.keys[place];
      if (key.form != AnchorForm::Ds) continue;
      key.form = AnchorForm::Dnskey;
      key.rdata = record ? std::vector<std::uint8_t>() : without_revoke(observed.rdata);
      if (!record) record = &key;
    }
    return record;
  }

  /// D-39: once the better DS turns into its key, a SHA-1 DS would stand alone and count.
  void blank_outranked_ds() {
    for (const std::size_t place : seen_.outranked_ds) {
      AnchorKey& key = step_.state.keys[place];
      note(fmt::format("the SHA-1 DS of key {} is left out: there are DS of better digests", key.tag()));
      key.form = AnchorForm::Dnskey;
      key.rdata.clear();
    }
  }

  /// Final and at once, whoever else signed the set (D-116).
  void revoke(const ObservedKey& observed) {
    AnchorKey* key = claim(observed);
    if (!key) return;
    if (key->state == Start) key->state = Valid;  // known by DS until now, and trusted
    if (key->is_trusted()) key->rdata = with_revoke(key->rdata);
    apply(*key, KeyEvent::SeenRevoked);
    if (key->state == Revoked) see(*key);
  }

  /// D-121: a key that a start DS names is VALID as soon as a set that counts holds it.
  void adopt_keys_of_ds() {
    for (const ObservedKey& observed : seen_.keys) {
      if (is_revoked(observed.rdata) || !observed.unusable.empty() || observed.anchored_by.empty()) continue;
      AnchorKey* key = claim(observed);
      if (key && (key->state == Start || key->state == AddPend)) enter(*key, Valid);
    }
  }

  /// Blanked DS, and keys that fell from ADDPEND back to START.
  void drop_start_records() {
    std::erase_if(step_.state.keys,
                  [](const AnchorKey& key) { return key.form == AnchorForm::Dnskey && key.state == Start; });
  }

  bool may_enter(const ObservedKey& observed) const {
    return is_sep(observed.rdata) && !is_revoked(observed.rdata) && observed.unusable.empty();
  }

  /// D-113. Without an SEP key in the set there is nothing to take its place, and it stays.
  void replace_start_keys_without_sep() {
    const bool any_sep =
        std::any_of(seen_.keys.begin(), seen_.keys.end(), [&](const ObservedKey& key) { return may_enter(key); });
    if (!any_sep || seen_.start_keys_without_sep.empty()) return;
    for (const ObservedKey& observed : seen_.keys)
      if (may_enter(observed)) enter_at_once(observed);
    for (const auto& rdata : seen_.start_keys_without_sep)
      if (AnchorKey* key = find_record(rdata)) enter(*key, Removed);
  }

  void enter_at_once(const ObservedKey& observed) {
    AnchorKey* known = find_record(observed.rdata);
    if (!known) {
      if (step_.state.keys.size() == kMaxAnchorKeys) return;
      known = &step_.state.keys.emplace_back();
      known->rdata = observed.rdata;
    }
    if (known->state == Start || known->state == AddPend) enter(*known, Valid);
  }

  void add_new_keys() {
    for (const ObservedKey& observed : seen_.keys) {
      if (!may_enter(observed) || find_record(observed.rdata)) continue;
      if (step_.state.keys.size() == kMaxAnchorKeys) {
        note(fmt::format("{} publishes more keys than the {} that are kept", zone_text(), kMaxAnchorKeys));
        return;
      }
      AnchorKey key;
      key.rdata = observed.rdata;
      apply(key, KeyEvent::Seen);
      see(key);
      key.hold_down_until = now_ + std::max<std::int64_t>(kAddHoldDown.count(), seen_.original_ttl);  // D-114
      step_.state.keys.push_back(std::move(key));
    }
  }

  void forget_long_missing() {  // D-117
    auto& keys = step_.state.keys;
    const bool any_valid =
        std::any_of(keys.begin(), keys.end(), [](const AnchorKey& key) { return key.state == Valid; });
    for (AnchorKey& key : keys)
      if (any_valid && key.state == Missing && now_ - key.since >= seconds(kKeepMissing).count()) enter(key, Removed);
  }

  void list_ignored() {
    step_.state.ignored.clear();
    for (const ObservedKey& key : seen_.keys)
      if (is_sep(key.rdata) && !is_revoked(key.rdata) && !key.unusable.empty() && key.rdata.size() > 3 &&
          step_.state.ignored.size() < kMaxAnchorKeys)
        step_.state.ignored.push_back({key_tag(key.rdata), key.rdata[3], key.unusable});
  }

  std::string zone_text() const { return step_.state.zone.to_text(); }
  void note(std::string text) { step_.notes.push_back(std::move(text)); }

  const Observation& seen_;
  const RolloverClock& clock_;
  UnixTime now_;
  RolloverStep step_;
};

std::int64_t days_until(UnixTime then, UnixTime now) {
  return std::max<std::int64_t>(0, (then - now + kDay.count() - 1) / kDay.count());
}

}  // namespace

std::string_view to_text(KeyState state) { return kStateTexts[static_cast<std::size_t>(state)]; }

std::optional<KeyState> parse_key_state(std::string_view text) {
  const auto found = std::find(kStateTexts.begin(), kStateTexts.end(), text);
  if (found == kStateTexts.end()) return std::nullopt;
  return static_cast<KeyState>(found - kStateTexts.begin());
}

std::string_view to_text(AnchorSource source) { return kSourceTexts[static_cast<std::size_t>(source)]; }

std::optional<AnchorSource> parse_anchor_source(std::string_view text) {
  const auto found = std::find(kSourceTexts.begin(), kSourceTexts.end(), text);
  if (found == kSourceTexts.end()) return std::nullopt;
  return static_cast<AnchorSource>(found - kSourceTexts.begin());
}

KeyState next_state(KeyState state, KeyEvent event) {
  const Row& row = kTable[static_cast<std::size_t>(state)];
  switch (event) {
    case KeyEvent::Seen:
      return row.seen;
    case KeyEvent::NotSeen:
      return row.not_seen;
    case KeyEvent::HoldDownOver:
      return row.hold_down_over;
    case KeyEvent::SeenRevoked:
      return row.revoked;
  }
  return state;
}

std::uint16_t AnchorKey::tag() const {
  if (form == AnchorForm::Dnskey) return key_tag(rdata);
  const auto ds = wire::parse_ds(rdata);
  return ds ? ds->key_tag : std::uint16_t{0};
}

std::uint8_t AnchorKey::algorithm() const {
  const std::size_t place = form == AnchorForm::Dnskey ? 3 : 2;
  return rdata.size() > place ? rdata[place] : std::uint8_t{0};
}

bool AnchorKey::is_trusted() const {
  return state == Valid || state == Missing || (state == Start && form == AnchorForm::Ds);
}

AnchorState initial_state(const wire::DomainName& zone, std::span<const TrustAnchor> anchors, AnchorSource source,
                          UnixTime now) {
  AnchorState state;
  state.zone = zone;
  for (const TrustAnchor& anchor : anchors) {
    if (state.keys.size() == kMaxAnchorKeys) break;
    AnchorKey key;
    key.form = anchor.form;
    key.rdata = anchor.rdata;
    key.state = anchor.form == AnchorForm::Ds ? Start : Valid;
    key.since = now;
    key.source = source;
    state.keys.push_back(std::move(key));
  }
  return state;
}

std::vector<TrustAnchor> trusted_anchors(const AnchorState& state) {
  std::vector<TrustAnchor> anchors;
  for (const AnchorKey& key : state.keys)
    if (key.is_trusted()) anchors.push_back({state.zone, key.form, key.rdata});
  return anchors;
}

RolloverStep advance(AnchorState state, const Observation& observation, const RolloverClock& clock) {
  return Advance(std::move(state), observation, clock).run();
}

UnixTime due_at(const AnchorState& state, UnixTime now) {
  const bool believable = state.next_probe && *state.next_probe <= now + kLongRefresh.count();
  return believable ? *state.next_probe : now;
}

bool is_due(const AnchorState& state, UnixTime now) { return now >= due_at(state, now); }

std::chrono::seconds refresh_interval(std::uint32_t original_ttl, std::chrono::seconds to_expiration) {
  return std::max(kHour, std::min({kLongRefresh, seconds(original_ttl / 2), to_expiration / 2}));
}

std::chrono::seconds retry_interval(std::uint32_t original_ttl, std::chrono::seconds to_expiration) {
  return std::max(kHour, std::min({kDay, seconds(original_ttl / 10), to_expiration / 10}));
}

std::string ignored_keys_text(const AnchorState& state) {
  std::string text;
  for (const IgnoredKey& key : state.ignored)
    text += fmt::format("; key {} is published but ignored: {}", key.tag, key.why);
  return text;
}

std::string clock_warning(const AnchorState& state, const RolloverClock& clock) {
  const bool before_last = state.last_success && clock.now < *state.last_success - kBackwardsTolerance.count();
  const bool before_build = clock.source == ClockSource::System && clock.now < clock.build_date;
  if (!before_last && !before_build) return {};
  return fmt::format("the clock says {}, which is before {}: the trust anchors are used as they stand, not advanced",
                     date_to_text(clock.now), before_last ? "their last refresh" : "this program was built");
}

namespace {

std::string outlook(const AnchorKey& key, UnixTime now) {
  const UnixTime until = key.hold_down_until.value_or(now);
  switch (key.state) {
    case Start:
      return "trusted by its DS; becomes VALID when its key is seen in a verified set";
    case AddPend:
      if (now >= until) return "becomes VALID when it is seen again in a verified set";
      return fmt::format("{} days of hold-down left; may become VALID from {}", days_until(until, now),
                         date_to_text(until));
    case Valid:
      return "trusted";
    case Missing:
      return fmt::format("trusted, although the last verified set did not hold it; REMOVED from {} if another is VALID",
                         date_to_text(key.since + seconds(kKeepMissing).count()));
    case Revoked:
      return fmt::format("revoked by its owner, never trusted again; REMOVED after {}", date_to_text(until));
    case Removed:
      return "never trusted again";
  }
  return {};
}

}  // namespace

std::vector<std::string> anchor_warnings(const AnchorState& state, UnixTime now) {
  std::vector<std::string> warnings;
  if (trusted_anchors(state).empty()) warnings.push_back("no trusted key is left: see `danesweep anchors show`");
  if (!state.last_success)
    warnings.push_back("the trust anchors were never refreshed: run `danesweep anchors update`");
  else if (now - *state.last_success > kStale.count())
    warnings.push_back(
        fmt::format("the trust anchors were last refreshed {} ({} days ago): run `danesweep anchors update`",
                    date_to_text(*state.last_success), (now - *state.last_success) / kDay.count()));
  for (const AnchorKey& key : state.keys)
    if (key.state == AddPend)
      warnings.push_back(fmt::format("key {} is within its hold-down: {}", key.tag(), outlook(key, now)));
  return warnings;
}

std::string outlook(const AnchorState& state, std::size_t place, UnixTime now, const Crypto& crypto) {
  if (std::ranges::count(outranked_ds(state, crypto), place) > 0)
    return "not used: a DS with a better digest than SHA-1 stands beside it (RFC 4509); goes with the next verified "
           "set";
  return outlook(state.keys[place], now);
}

}  // namespace danesweep::dnssec
