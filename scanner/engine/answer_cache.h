// SPDX-License-Identifier: Apache-2.0
// Verdicts of names that many domains share (A, AAAA and TLSA of mail hosts): looked up once by whichever worker comes
// first, for all (D-106), and kept for their TTL. Failures are kept for a few seconds, so that a provider whose servers
// are down is not asked again for each of its domains; a spent budget is not (D-105).
#pragma once

#include <functional>
#include <memory>
#include <vector>

#include "dnssec/verdict.h"
#include "dnssec/wire/message.h"
#include "scanner/engine/clock.h"
#include "scanner/engine/shared_map.h"

template <>
struct std::hash<danesweep::wire::Question> {
  std::size_t operator()(const danesweep::wire::Question& question) const noexcept {
    return question.name.hash() * 31 + static_cast<std::size_t>(question.type);
  }
};

namespace danesweep::scanner {

using VerdictPtr = std::shared_ptr<const dnssec::Verdict>;

/// Thread-safe.
template <template <class, class> class Map>
class BasicAnswerCache {
 public:
  static constexpr std::size_t kMost = 30'000;  ///< of about 5 KB
  static constexpr std::chrono::seconds kFailureLife{10};
  /// Called in the thread that finishes the look-up; hands the verdict on to its own loop.
  using Waiter = std::function<void(VerdictPtr)>;
  enum class Claim : std::uint8_t {
    Known,  ///< `verdict` is set
    Lead,   ///< the caller looks it up and calls `finish`
    Wait,   ///< another one does: the waiter will be called
  };
  struct Claimed {
    Claim claim{};
    VerdictPtr verdict;
  };

  explicit BasicAnswerCache(const Clock& clock, std::size_t most = kMost) : clock_(&clock), entries_(most) {}

  Claimed claim(const wire::Question& question, const Waiter& waiter) {
    Claimed claimed{Claim::Lead, nullptr};
    const Instant now = clock_->steady();
    entries_.update(question, [&](Entry& entry) {
      if (entry.is_running) {
        entry.waiters.push_back(waiter);
        claimed.claim = Claim::Wait;
      } else if (entry.verdict && entry.dies > now) {
        claimed = {Claim::Known, entry.verdict};
      } else {
        entry.is_running = true;
        entry.verdict = nullptr;
      }
    });
    return claimed;
  }

  void finish(const wire::Question& question, const VerdictPtr& verdict) {
    std::vector<Waiter> waiters;
    const Instant dies = clock_->steady() + life(*verdict);
    entries_.update(question, [&](Entry& entry) {
      entry.is_running = false;
      entry.verdict = verdict;
      entry.dies = dies;
      waiters.swap(entry.waiters);
    });
    for (const Waiter& waiter : waiters) waiter(verdict);
  }

  std::size_t size() const { return entries_.size(); }

 private:
  struct Entry {
    VerdictPtr verdict;
    Instant dies{};
    bool is_running = false;
    std::vector<Waiter> waiters;  ///< bounded by the domains in flight
  };

  static std::chrono::seconds life(const dnssec::Verdict& verdict) {
    if (verdict.security > dnssec::Security::Indeterminate) return std::chrono::seconds(verdict.ttl);
    return verdict.reason == dnssec::Reason::WorkLimit ? std::chrono::seconds(0) : kFailureLife;
  }

  const Clock* clock_;
  Map<wire::Question, Entry> entries_;
};

using AnswerCache = BasicAnswerCache<TbbMap>;

}  // namespace danesweep::scanner
