// SPDX-License-Identifier: Apache-2.0
// The engine's face: a sweep over many domains, one look-up, the canary. Workers, loops and sockets lie behind it;
// memory is bounded by the domains in flight, not by the source's length. Start reading here.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "dnssec/validation.h"
#include "dnssec/verdict.h"
#include "output/result.h"
#include "scanner/engine/settings.h"

namespace danesweep::scanner {

enum class AddressOrder : std::uint8_t { V4First, V6First, V4Only, V6Only };  ///< E-86

/// One distinct domain of the input, with what the gateway's configuration says about it.
struct DomainTask {
  std::uint32_t index = 0;
  std::string domain;  ///< lower-case A-labels, no final dot
  std::uint32_t recipients = 1;
  output::Mode effective_mode = output::Mode::Opportunistic;
  /// Decided by context (E-81): "opted-out", "rat-domain", "tls-off", "dane-off", "route-dropped", "smtp-route"; the
  /// result is written without look-ups, but for dane-off with `without_entry`.
  std::string decided_by;
  bool without_entry = false;  ///< E-85: looked up all the same
  AddressOrder order = AddressOrder::V4First;
  std::vector<std::string> warnings;
};

/// Pulled by the sweep when there is room; called from one thread at a time.
class DomainSource {
 public:
  virtual ~DomainSource() = default;
  virtual std::optional<DomainTask> next() = 0;
  /// False: next() would have to wait for a slow input, and what was read before goes on meanwhile.
  virtual bool is_ready() { return true; }
};

/// Takes finished results in the order in which they end; called from one thread at a time.
class ResultSink {
 public:
  virtual ~ResultSink() = default;
  /// False: the disk is full or the like; the sweep stops.
  virtual bool write(output::Result result) = 0;
};

/// T-71: names and addresses that are never dialled. Thread-safe, may change on SIGHUP.
class OptOutList {
 public:
  virtual ~OptOutList() = default;
  virtual bool names(const std::string& host) const = 0;
  virtual bool holds_address(const std::string& address) const = 0;
};

/// One event of a look-up for `verify --debug` (E-50 to E-61), in the order in which things happened.
struct LookupEvent {
  enum class Kind : std::uint8_t { Begin, Server, Sent, Verdict, Error } kind{};
  wire::DomainName name;
  wire::RrType type{};
  std::string resolver;  ///< address without port
  std::uint32_t priority_group = 0;
  std::int64_t unix_micros = 0;
  bool from_cache = false;
  std::optional<dnssec::Verdict> verdict;
  std::optional<wire::Rcode> error;  ///< nothing with Kind::Error: timed out
};

struct Progress {
  std::uint64_t started = 0, finished = 0, queries = 0, probes = 0;
  std::uint64_t success = 0, fallback = 0, fail = 0, undetermined = 0, not_applicable = 0;
  std::uint64_t probes_open = 0, probes_waiting = 0, longest_queue = 0;
  bool source_ended = false;
};

enum class SweepEnd : std::uint8_t { Done, NoResolver, Interrupted, SinkFailed };

/// Notices for people during a sweep ("port 25 seems to be blocked from this machine").
using Notice = std::function<void(const std::string&)>;

struct SweepHooks {
  const OptOutList* opt_out = nullptr;
  Notice notice;
  std::function<void(const Progress&)> progress;  ///< about four times a second
  std::function<void(const DomainTask&, const LookupEvent&)>
      lookup;  ///< `verify --debug` only; makes the engine ask CNAME too
  dnssec::Detail detail = dnssec::Detail::Plain;
  std::atomic<bool>* interrupt = nullptr;  ///< set by a signal handler
};

/// T-72: what `--dry-run` would have connected to.
struct PlannedConnections {
  std::string provider;
  std::uint64_t connections = 0, addresses = 0, longest_queue = 0;  ///< longest_queue: most host names on one address
};

struct SweepSummary {
  SweepEnd end = SweepEnd::Done;
  Progress totals;
  std::vector<std::string> warnings;
  std::vector<PlannedConnections> planned;  ///< most connections first; empty but for ProbeMode::DryRun
};

/// Runs to the end of the source. Every task gets exactly one result.
SweepSummary run_sweep(const EngineSettings& settings, DomainSource& source, ResultSink& sink, const SweepHooks& hooks);

/// One validated look-up with all its links; `resolver_texts[id]` names the resolvers of the chain.
struct QueryOutcome {
  dnssec::Verdict verdict;
  std::vector<std::string> resolver_texts;
};
QueryOutcome run_query(const DnsSettings& settings, const wire::Question& question, dnssec::Detail detail);

/// E-102 for one resolver.
struct CanaryResult {
  enum class State : std::uint8_t { Fit, Unfit, NoVerdict, NoAnswer } state{};
  ResolverSetting resolver;
  dnssec::Verdict verdict;
  milliseconds took{};
  std::string sentence;  ///< what is printed behind the colon
};
/// What a resolver leaves out may be the reason: it strips DNSSEC if it is the only one.
bool is_want_of_proofs(dnssec::Reason reason);
std::vector<CanaryResult> run_canary(const DnsSettings& settings, const wire::DomainName& name);

/// A message as raw material for RFC 5011, of whichever resolver answers.
struct FetchedMessage {
  wire::MessagePtr message;  ///< null: `error` says why
  dnssec::ResolverId resolver = dnssec::kNoResolver;
  std::string error;
};
FetchedMessage fetch_message(const DnsSettings& settings, const dnssec::Wanted& wanted);

/// "c-ares 1.18.1, libuv 1.44.2, oneTBB 2021.8".
std::string engine_library_versions();

}  // namespace danesweep::scanner
