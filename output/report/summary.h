// SPDX-License-Identifier: Apache-2.0
// One streaming pass over a results file to the figures of the dry-run report (ESA.md part J: E-110 to E-114). Memory
// grows with the number of providers and kept names, not with the number of domains.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include <tl/expected.hpp>

#include "output/reader.h"
#include "output/result.h"

namespace danesweep::output {

struct Tally {
  std::uint64_t domains = 0, recipients = 0;
  void add(std::uint64_t count) {
    ++domains;
    recipients += count;
  }
};

/// Verdicts of all domains as if the Default had one mode, explicit entries staying as they are (E-111).
struct ModeCounts {
  std::array<Tally, 6> by_action;  ///< index: Action
  Tally of(Action action) const { return by_action.at(static_cast<std::size_t>(action)); }
  /// The first four of E-110.
  Tally assessed() const;
};

/// One line of a list of domains (E-113).
struct Listed {
  std::string domain;
  std::uint64_t recipients = 0;
  Action action = Action::Unset;
  std::string reason;   ///< code
  std::string detail;   ///< "mx bogus: signature expired"
  std::string verdict;  ///< E-26, "stuck in the queue until it bounces"
  std::string mender;   ///< "DNS operator"
  std::string row;      ///< "O-14"
};

/// The first `limit` of a list by recipients, then by name (K82), and the sums over all of it.
class Ranking {
 public:
  explicit Ranking(std::size_t limit) : limit_(limit) {}
  void add(Listed listed);
  /// Sorted.
  std::vector<Listed> first() const;
  Tally all() const { return all_; }

 private:
  std::size_t limit_;
  std::vector<Listed> heap_;  ///< the last of the list on top
  Tally all_;
};

/// Failing domains of one cause or one provider (E-114).
struct Group {
  std::string key;
  Tally tally;
  std::vector<std::string> examples;  ///< at most three
};
using Groups = std::map<std::string, Group>;

struct SummaryLimits {
  std::size_t listed = 1000;  ///< domains in one list; the rest is counted
};

/// What the gateway's own log shows of DANE, beside the verdicts (E-126).
struct LogFigures {
  std::uint64_t delivered = 0, failed = 0;  ///< domains
  std::uint64_t agree = 0, not_predicted = 0;
};

struct Summary {
  explicit Summary(const SummaryLimits& limits = {});

  Header header;
  std::optional<Trailer> trailer;
  Tally all;
  ModeCounts opportunistic, mandatory;
  ModeCounts effective;                         ///< the chosen mode
  std::map<std::string, Tally> not_applicable;  ///< by reason
  Tally degraded, rat_route_relay, routed, port_blocked;
  std::map<std::string, std::uint64_t> rows;  ///< hosts in each row of both tables; M-15 and O-14: domains
  Ranking failing, undetermined;
  Groups by_cause, by_provider;
  Groups differing;           ///< gateway's table against RFC 7672, key "FALLBACK / VERIFIED: mx-insecure"
  Ranking differing_domains;  ///< the same one by one: verdict and detail are the gateway's and RFC 7672's
  Ranking healed;             ///< E-85: exceptions no longer needed
  Ranking failover_changes;   ///< E-104
  Tally failover_asked;
  Tally confirmed_stable, confirmed_varying;  ///< --confirm
  LogFigures gateway_log;
  Ranking contradicted;  ///< E-126: differs from the gateway's log
};

/// Reads to the end of `reader`.
tl::expected<Summary, std::string> summarise(Reader& reader, const SummaryLimits& limits = {});
/// The same for results that are at hand already.
class Summariser {
 public:
  Summariser(const Header& header, const SummaryLimits& limits);
  ~Summariser();
  Summariser(const Summariser&) = delete;
  Summariser& operator=(const Summariser&) = delete;
  Summariser(Summariser&&) = delete;
  Summariser& operator=(Summariser&&) = delete;
  void add(const Result& result);
  Summary finish(const std::optional<Trailer>& trailer);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

/// Verdict of a domain if the Default had `mode` (E-111).
Action verdict_under(const Result& result, Mode mode);
/// E-26 in the effective mode: "delivered with DANE by mx.example.org".
std::string verdict_in_words(const Result& result);
/// "mx bogus: signature expired" of the effective verdict.
std::string cause_in_words(const Result& result);

}  // namespace danesweep::output
