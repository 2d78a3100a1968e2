// SPDX-License-Identifier: Apache-2.0
// The DNS side put together: what all loops share of one set of resolvers, and what one loop has of its own. With
// --simulate-failover a sweep has two of each (E-104): nothing is shared between them.
#pragma once

#include "dnssec/crypto.h"
#include "scanner/engine/answer_cache.h"
#include "scanner/engine/lookups.h"
#include "scanner/engine/resolver_pool.h"
#include "scanner/engine/zone_key_cache.h"

namespace danesweep::scanner {

/// Shared by all loops.
struct DnsShared {
  explicit DnsShared(DnsSettings given)
      : settings(std::move(given)),
        clock(settings.validation_time),
        health(settings),
        rate(settings.rate),
        caches(clock),
        answers(clock) {}
  DnsSettings settings;
  Clock clock;
  ResolverHealth health;
  SharedRate rate;
  ZoneKeyCache caches;
  AnswerCache answers;
};

/// Of one loop. The loop's hooks call `before_poll`, `tick` and `run_leftover`.
class DnsStack {
 public:
  DnsStack(Loop& loop, DnsShared& shared, dnssec::Detail detail)
      : pool(loop, shared.clock, shared.settings, shared.health, shared.rate),
        crypto(shared.settings.policy),
        lookups(pool, shared.clock,
                dnssec::Environment{&shared.settings.anchors, &shared.settings.policy, &crypto, &shared.caches}, detail,
                [&loop] { loop.wake_leftover(); }) {}
  ResolverPool pool;
  dnssec::Crypto crypto;
  Lookups lookups;
};

}  // namespace danesweep::scanner
