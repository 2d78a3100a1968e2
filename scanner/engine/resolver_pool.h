// SPDX-License-Identifier: Apache-2.0
// One loop's way to the resolvers: chooses who is asked, asks again, asks another (E-100, D-59, D-61), within the
// window of each resolver and `--dns-rate`. A question ends with a message, an error rcode of all resolvers of a
// priority, or nothing.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "dnssec/validation.h"
#include "scanner/engine/dns_transport.h"
#include "scanner/engine/loop.h"
#include "scanner/engine/rate_limit.h"
#include "scanner/engine/resolver_health.h"
#include "scanner/engine/sweep.h"

namespace danesweep::scanner {

/// Takes the events of one look-up for `verify --debug`; null: nobody wants them.
using LookupLog = std::shared_ptr<std::vector<LookupEvent>>;

/// Where a validation's responses come from: the resolvers, or a script in tests.
class ResponseSource {
 public:
  using Done = std::function<void(dnssec::Response)>;
  virtual ~ResponseSource() = default;
  /// `done` is never called from within this call. `log` receives Server, Sent and Error events (E-52c, E-52d, E-58).
  virtual void ask(const dnssec::Wanted& wanted, Done done, LookupLog log) = 0;
};

/// Not thread-safe: one per loop.
class ResolverPool : public ResponseSource {
 public:
  ResolverPool(Loop& loop, const Clock& clock, const DnsSettings& settings, ResolverHealth& health, SharedRate& rate);
  ~ResolverPool() override;
  ResolverPool(const ResolverPool&) = delete;
  ResolverPool& operator=(const ResolverPool&) = delete;

  void ask(const dnssec::Wanted& wanted, Done done, LookupLog log) override;

  /// To be called by the loop's hooks.
  void before_poll();
  void tick();
  /// Questions wait for a window or the rate.
  bool is_queueing() const { return !waiting_.empty(); }
  /// Answers are left over from the last slice.
  bool has_leftover() const { return !finished_.empty(); }
  /// Drops every question without calling back.
  void drop_all();

  std::uint64_t queries_sent() const;
  std::uint32_t outstanding() const;

 private:
  struct Ask;
  enum class Placement : std::uint8_t {
    Sent,
    Ended,
    Wait,   ///< for a window or the rate: first come, first served
    Later,  ///< for a pause, or a resolver of its own: looked at every tick
  };

  Placement place(Ask& ask);
  std::optional<Placement> place_at(Ask& ask, std::size_t level);
  bool has_reachable(const Ask& ask, std::size_t level) const;
  bool start_try(Ask& ask, ResolverId resolver);
  std::optional<ResolverId> choose(const Ask& ask, std::size_t level);
  std::optional<Placement> judge_tries(Ask& ask);
  void ping_doubted();
  bool may_ask(const Ask& ask, ResolverId resolver) const;
  bool is_asked_out(const Ask& ask, std::size_t level) const;
  std::size_t last_level(const Ask& ask) const;
  void try_ended(Ask& ask, ResolverId resolver, TryResult result);
  void note_error(Ask& ask, ResolverId resolver, const TryResult& result);
  void try_again(Ask& ask);
  void finish(Ask& ask, dnssec::Response response);
  void finish_empty(Ask& ask);
  void keep(Ask& ask, Placement placement);
  void pump();
  void nap();
  void log_event(Ask& ask, LookupEvent::Kind kind, ResolverId resolver, std::optional<wire::Rcode> error = {});
  std::uint32_t random_below(std::uint32_t bound);

  Loop* loop_;
  const Clock* clock_;
  const DnsSettings* settings_;
  ResolverHealth* health_;
  SharedRate* rate_;
  std::unique_ptr<ReceiveRing> ring_;
  std::vector<std::unique_ptr<DnsTransport>> transports_;
  std::vector<std::unique_ptr<Ask>> asks_;  ///< all, running or free
  std::vector<Ask*> free_;
  std::deque<Ask*> waiting_;  ///< Placement::Wait
  std::vector<Ask*> later_;   ///< Placement::Later
  struct Finished {
    Done done;
    dnssec::Response response;
  };
  std::deque<Finished> finished_;  ///< bounded by the windows
  wire::Question ping_;
  std::uint64_t random_state_;
  std::uint32_t answers_this_turn_ = 0;
  std::chrono::microseconds nap_{0};
};

}  // namespace danesweep::scanner
