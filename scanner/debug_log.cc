// SPDX-License-Identifier: Apache-2.0
#include "scanner/debug_log.h"

#include <utility>

namespace danesweep::scanner {
namespace {

constexpr std::int64_t kMicros = 1'000'000;

output::DebugLookup begun(const LookupEvent& event) {
  output::DebugLookup lookup;
  lookup.name = event.name;
  lookup.type = event.type;
  lookup.source = event.from_cache ? output::LookupSource::Cache : output::LookupSource::Asked;
  lookup.begun_at = lookup.ended_at = event.unix_micros / kMicros;
  return lookup;
}

std::string failure_of(const LookupEvent& event) {
  if (!event.error) return "TIMEOUT";
  if (*event.error == wire::Rcode::ServFail) return "SERVFAIL";
  return *event.error == wire::Rcode::Refused ? "REFUSED" : "FORMERR";
}

}  // namespace

void DebugLog::take(std::uint32_t index, const LookupEvent& event) {
  auto& all = lookups_[index];
  if (event.kind == LookupEvent::Kind::Begin) {
    all.push_back(begun(event));
    return;
  }
  if (all.empty()) return;
  output::DebugLookup& lookup = all.back();
  const std::int64_t now = event.unix_micros / kMicros;
  switch (event.kind) {
    case LookupEvent::Kind::Begin:
      break;
    case LookupEvent::Kind::Server:
      // Several packets of one look-up (its links) may be under way; the question of the look-up itself is printed.
      if (event.name == lookup.name && event.type == lookup.type) {
        lookup.priority_group = event.priority_group;
        lookup.attempts.push_back(
            {event.resolver, static_cast<std::uint32_t>((timeout_.count() + 999) / 1000), now, "", 0});
      }
      break;
    case LookupEvent::Kind::Sent:
      if (!lookup.attempts.empty()) lookup.attempts.back().sent_at = now;
      break;
    case LookupEvent::Kind::Error:
      if (!lookup.attempts.empty() && event.name == lookup.name && event.type == lookup.type) {
        lookup.attempts.back().failure = failure_of(event);
        lookup.attempts.back().failed_at = now;
      }
      break;
    case LookupEvent::Kind::Verdict:
      lookup.ended_at = now;
      if (event.verdict) lookup.verdict = *event.verdict;
      lookup.expires_at_us = event.unix_micros + std::int64_t{lookup.verdict.ttl} * kMicros;
      break;
  }
}

std::vector<output::DebugLookup> DebugLog::take_of(std::uint32_t index) {
  const auto found = lookups_.find(index);
  if (found == lookups_.end()) return {};
  auto lookups = std::move(found->second);
  lookups_.erase(found);
  return lookups;
}

}  // namespace danesweep::scanner
