// SPDX-License-Identifier: Apache-2.0
// Drives validations on one loop: what they want goes to the resolvers, a question that several want at once goes out
// once (D-60, D-106), answers come back to each, and a validation that has spent its slice goes on after the loop's
// other work (D-112). Signatures are checked here, inline in the loop.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <unordered_map>
#include <vector>

#include "dnssec/validation.h"
#include "scanner/engine/answer_cache.h"
#include "scanner/engine/resolver_pool.h"

template <>
struct std::hash<danesweep::dnssec::Wanted> {
  std::size_t operator()(const danesweep::dnssec::Wanted& wanted) const noexcept {
    return std::hash<danesweep::wire::Question>{}(wanted.question) + static_cast<std::size_t>(wanted.not_from.bits());
  }
};

namespace danesweep::scanner {

/// Not thread-safe: one per loop.
class Lookups {
 public:
  using Done = std::function<void(VerdictPtr)>;

  /// `leftover` is called when there is work for `run_leftover`. All arguments must outlive this.
  Lookups(ResponseSource& source, const Clock& clock, const dnssec::Environment& environment, dnssec::Detail detail,
          std::function<void()> leftover);
  ~Lookups();
  Lookups(const Lookups&) = delete;
  Lookups& operator=(const Lookups&) = delete;

  /// `done` may be called before this returns. `log` takes the events of the asked question itself, not those of its
  /// proof (E-51).
  void look_up(const wire::Question& question, dnssec::NameHint hint, Done done, LookupLog log = nullptr);
  /// One slice for each validation that has gone on; true while there is more.
  bool run_leftover();
  std::size_t running() const { return running_.size(); }

 private:
  struct Running;
  struct Flight;
  using RunId = std::uint64_t;

  void step(RunId id);
  void want(RunId id, const dnssec::Wanted& wanted);
  void answered(const dnssec::Wanted& wanted, const dnssec::Response& response);

  ResponseSource* source_;
  const Clock* clock_;
  dnssec::Environment environment_;
  dnssec::Detail detail_;
  std::function<void()> leftover_;
  std::unordered_map<RunId, std::unique_ptr<Running>> running_;
  std::unordered_map<dnssec::Wanted, Flight> flights_;
  std::vector<RunId> going_on_;
  RunId next_id_ = 1;
};

}  // namespace danesweep::scanner
