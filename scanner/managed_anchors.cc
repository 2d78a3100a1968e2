// SPDX-License-Identifier: Apache-2.0
#include "scanner/managed_anchors.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "dnssec/crypto.h"
#include "dnssec/signature.h"
#include "dnssec/wire/rrset.h"
#include "output/escape.h"
#include "scanner/engine/sweep.h"

namespace danesweep::scanner {
namespace {

using Fault = AnchorStore::Fault;

/// Looks for the DNSKEY set of the answer section and judges it.
dnssec::Observation judge(const dnssec::AnchorState& state, const wire::MessagePtr& message, const DnsSettings& dns,
                          dnssec::UnixTime now) {
  dnssec::Crypto crypto(dns.policy);
  dnssec::WorkBudget budget(dns.policy);
  dnssec::SignatureContext context{now, &dns.policy, &crypto, &budget, nullptr, nullptr};
  if (!message) return dnssec::observe(state, nullptr, context);
  const wire::GroupedRrsets grouped = wire::group_rrsets(*message);
  const auto keys = std::ranges::find_if(grouped.rrsets, [&](const wire::Rrset& rrset) {
    return rrset.type == wire::RrType::Dnskey && rrset.section == wire::Section::Answer && rrset.owner == state.zone;
  });
  return dnssec::observe(state, keys == grouped.rrsets.end() ? nullptr : &*keys, context);
}

/// Says something that no stranger can say: the set counts, or a key in it revokes itself (D-116).
bool is_authentic(const dnssec::Observation& seen) {
  return seen.verified || std::ranges::any_of(seen.keys, &dnssec::ObservedKey::signed_revocation);
}

/// What the resolvers say of the zone's keys. As with any question, another resolver is asked once if the first one's
/// answer does not verify (D-123, D-126).
struct AskedKeys {
  bool answered = false;
  dnssec::Observation observation;
  std::string failure;  ///< why the set does not count
};

AskedKeys ask_for_keys(const dnssec::AnchorState& state, const DnsSettings& dns, dnssec::UnixTime now) {
  const wire::Question question{state.zone, wire::RrType::Dnskey};
  FetchedMessage fetched = fetch_message(dns, {question, {}});
  AskedKeys asked{fetched.message != nullptr, judge(state, fetched.message, dns, now), fetched.error};
  if (!asked.answered) asked.observation.reason = dnssec::Reason::ResolverTimeout;
  if (asked.answered && !is_authentic(asked.observation)) {
    const FetchedMessage other = fetch_message(dns, {question, {fetched.resolver}});
    dnssec::Observation second = judge(state, other.message, dns, now);
    if (is_authentic(second)) asked.observation = std::move(second);
  }
  if (asked.answered && !asked.observation.verified)
    asked.failure = dnssec::sentence(asked.observation.reason, asked.observation.facts);
  return asked;
}

/// A scan asks once only: without an answer it goes on with the anchors that it has.
DnsSettings one_try(DnsSettings settings) {
  settings.tries = 1;
  return settings;
}

/// With a clock that is believed (D-120).
bool is_to_be_asked(const dnssec::AnchorState& state, const dnssec::RolloverClock& clock) {
  return dnssec::clock_warning(state, clock).empty() && dnssec::is_due(state, clock.now);
}

/// Refreshes under the lock and stores; `told` gets what changed and what could not be done.
void refresh_if_due(const AnchorStore& store, LoadedAnchors& loaded, const DnsSettings& dns,
                    const dnssec::RolloverClock& clock, AnchorsForValidation& told) {
  if (!is_to_be_asked(loaded.state, clock)) return;
  const auto lock = store.lock();
  if (!lock && lock.error().fault == Fault::Locked) return;  // whoever holds it is refreshing
  if (!lock) told.warnings.push_back(lock.error().text);
  if (lock) {
    auto again = load_anchor_state(store, clock.now);
    if (again) loaded = std::move(*again);
    if (!is_to_be_asked(loaded.state, clock)) return;
  }
  AnchorRefresh refresh = refresh_anchors(std::move(loaded.state), one_try(dns), clock);
  loaded.state = std::move(refresh.state);
  for (const auto& change : refresh.changes) told.notes.push_back("trust anchor " + change_text(loaded.state, change));
  for (const std::string& note : refresh.notes) told.warnings.push_back(output::for_terminal(note));
  if (!lock || (loaded.origin == Origin::Fresh && !refresh.verified))
    return;  // D-121: first written once a set verified
  if (const auto saved = store.save(loaded.state, *lock); !saved) told.warnings.push_back(saved.error().text);
}

}  // namespace

tl::expected<LoadedAnchors, Refusal> load_anchor_state(const AnchorStore& store, dnssec::UnixTime now) {
  auto stored = store.load();
  if (stored) return LoadedAnchors{std::move(*stored), Origin::Stored};
  if (stored.error().fault != Fault::Absent) return tl::unexpected(Refusal{ExitCode::CannotWork, stored.error().text});
  return LoadedAnchors{
      dnssec::initial_state(wire::DomainName(), dnssec::embedded_root_anchors(), dnssec::AnchorSource::Embedded, now),
      Origin::Fresh};
}

AnchorRefresh refresh_anchors(dnssec::AnchorState state, const DnsSettings& dns, const dnssec::RolloverClock& clock) {
  AskedKeys asked = ask_for_keys(state, dns, clock.now);
  AnchorRefresh refresh;
  refresh.answered = asked.answered;
  refresh.verified = asked.observation.verified;
  refresh.failure = std::move(asked.failure);
  dnssec::RolloverStep step = dnssec::advance(std::move(state), asked.observation, clock);
  refresh.state = std::move(step.state);
  refresh.changes = std::move(step.changes);
  refresh.notes = std::move(step.notes);
  return refresh;
}

tl::expected<AnchorsForValidation, Refusal> anchors_for_validation(const AnchorStore& store, const DnsSettings& dns,
                                                                   dnssec::UnixTime now, Refreshing refreshing) {
  auto loaded = load_anchor_state(store, now);
  if (!loaded) return tl::unexpected(loaded.error());
  AnchorsForValidation use;
  dnssec::RolloverClock clock = system_rollover_clock(now);
  if (refreshing == Refreshing::Never) clock.source = dnssec::ClockSource::Given;
  if (refreshing == Refreshing::WhenDue) refresh_if_due(store, *loaded, dns, clock, use);
  if (std::string warning = dnssec::clock_warning(loaded->state, clock); !warning.empty())
    use.warnings.push_back(std::move(warning));
  if (loaded->origin == Origin::Stored || loaded->state.last_success)
    for (std::string& warning : dnssec::anchor_warnings(loaded->state, now)) use.warnings.push_back(std::move(warning));
  use.state = std::move(loaded->state);
  if (dnssec::trusted_anchors(use.state).empty()) use.lost = nothing_trusted_text(store, use.state);
  return use;
}

std::string nothing_trusted_text(const AnchorStore& store, const dnssec::AnchorState& state) {
  return fmt::format(
      "{}: no valid trust anchor is left, nothing can be validated; begin again with "
      "`danesweep anchors init --force --from root-anchors.xml`{}",
      store.file().string(), output::for_terminal(dnssec::ignored_keys_text(state)));
}

dnssec::RolloverClock system_rollover_clock(dnssec::UnixTime now) {
  std::array<std::uint8_t, 2> octets{};
  dnssec::random_octets(octets);
  const auto spread = static_cast<std::uint32_t>((octets[0] << 8 | octets[1]) % 1001);
  return {now, dnssec::ClockSource::System, DANESWEEP_BUILD_TIME, spread};
}

std::string change_text(const dnssec::AnchorState& state, const dnssec::KeyChange& change) {
  return fmt::format("{} {} {} -> {}", state.zone.to_display(), change.tag, dnssec::to_text(change.from),
                     dnssec::to_text(change.to));
}

}  // namespace danesweep::scanner
