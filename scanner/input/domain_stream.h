// SPDX-License-Identifier: Apache-2.0
// All input files as one stream of distinct domains, each at its first appearance, with the account of every entry
// (rules E-62 to E-64): read = checked + skipped + duplicates + rejected. Start reading here.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "output/result.h"
#include "scanner/input/detect.h"
#include "scanner/input/domain_set.h"
#include "scanner/input/entry.h"
#include "scanner/input/line_reader.h"

namespace danesweep::input {

/// DESIGN `--shard K/N`: 1 <= number <= of.
struct Shard {
  std::uint32_t number = 1, of = 1;
};
/// The shard that a domain belongs to, the same on every machine.
std::uint32_t shard_of(std::string_view domain, std::uint32_t shards);

struct OpenedInput {
  LineReader lines;
  Format format{};
  std::unique_ptr<FormatReader> reader;
};

/// Opens every file and looks at its first block (E-64). `forced`: no detection.
tl::expected<std::vector<OpenedInput>, std::string> open_inputs(const std::vector<std::string>& paths,
                                                                std::optional<Format> forced);

struct FoundDomain {
  std::uint32_t index = 0;
  std::string name;
  std::uint32_t recipients = 0;
  std::vector<std::string> warnings;
};

/// What the gateway's own log shows of DANE, by domain (E-126).
using GatewayLogs = std::map<std::string, output::GatewayLog, std::less<>>;

class DomainStream : private EntrySink {
 public:
  /// `FILE:LINE: CODE: TEXT`, one a rejected entry.
  using RejectLine = std::function<void(const std::string&)>;
  /// Sentences about files: ignored columns, damage.
  using Remark = std::function<void(const std::string&)>;

  DomainStream(std::vector<OpenedInput> inputs, Shard shard, RejectLine on_reject, Remark on_remark);

  std::optional<FoundDomain> next();
  /// False: next() would have to wait for a slow pipe.
  bool is_ready();
  /// A domain just given out was written by an earlier run with this sum (`--resume`): recounts compare with it.
  void written_before(std::uint32_t index, std::uint32_t recipients) { domains_.set_handed_out(index, recipients); }
  const output::InputCounts& counts() const { return counts_; }
  /// Kinds of skips, filled into the counts; call at the end.
  output::InputCounts final_counts() const;
  std::vector<output::Recount> recounts() const { return domains_.recounts(); }
  /// "direction unknown: 12 recipients", "recipients-capped: 1 domains": what the trailer keeps.
  std::vector<std::string> warnings() const;
  /// A file broke off in the middle: exit code 2 when all is done.
  bool damaged() const { return damaged_; }
  const GatewayLogs& gateway_logs() const { return gateway_logs_; }
  /// The same for the domains of this shard that were given out, by index.
  std::vector<output::LogEvidence> log_evidence() const;
  /// Domains that the log shows DANE to, and that are not in the input.
  std::uint64_t log_domains_not_scanned() const;

 private:
  static constexpr std::size_t kMaxLogDomains = 1'000'000;

  void recipient(const Entry& entry) override;
  void skip(SkipKind kind) override;
  void reject(std::uint64_t line, RejectCode code, std::string_view text) override;
  void evidence(std::string_view domain, Evidence evidence) override;
  void remark(std::string text) override;
  bool advance();

  std::vector<OpenedInput> inputs_;
  Shard shard_;
  RejectLine on_reject_;
  Remark on_remark_;
  std::size_t current_ = 0;
  DomainSet domains_;
  std::deque<FoundDomain> pending_;
  output::InputCounts counts_;
  std::array<std::uint64_t, kSkipKinds> skipped_{};
  std::uint64_t direction_unknown_ = 0;
  GatewayLogs gateway_logs_;
  std::uint64_t evidence_left_out_ = 0;
  bool damaged_ = false;
  NameBuffer buffer_{};
};

}  // namespace danesweep::input
