// SPDX-License-Identifier: Apache-2.0
#include "scanner/input/domain_stream.h"

#include <fmt/format.h>
#include <xxhash.h>

#include <algorithm>
#include <limits>
#include <utility>

namespace danesweep::input {

std::uint32_t shard_of(std::string_view domain, std::uint32_t shards) {
  return static_cast<std::uint32_t>(XXH3_64bits(domain.data(), domain.size()) % shards) + 1;
}

tl::expected<std::vector<OpenedInput>, std::string> open_inputs(const std::vector<std::string>& paths,
                                                                std::optional<Format> forced) {
  if (std::ranges::count(paths, "-") > 1)
    return tl::unexpected(std::string("standard input (-) can be read only once; name it once"));
  std::vector<OpenedInput> inputs;
  for (const std::string& path : paths) {
    auto lines = LineReader::open(path);
    if (!lines) return tl::unexpected(lines.error());
    const Format format = forced ? *forced : detect_format(lines->head());
    auto reader = make_reader(format, lines->head());
    if (!reader) return tl::unexpected(fmt::format("{}: {}", lines->name(), reader.error()));
    inputs.push_back({std::move(*lines), format, std::move(*reader)});
  }
  return inputs;
}

DomainStream::DomainStream(std::vector<OpenedInput> inputs, Shard shard, RejectLine on_reject, Remark on_remark)
    : inputs_(std::move(inputs)), shard_(shard), on_reject_(std::move(on_reject)), on_remark_(std::move(on_remark)) {}

std::optional<FoundDomain> DomainStream::next() {
  while (pending_.empty())
    if (!advance()) return std::nullopt;
  FoundDomain found = std::move(pending_.front());
  pending_.pop_front();
  found.recipients = domains_.hand_out(found.name, found.index);
  return found;
}

bool DomainStream::is_ready() {
  while (pending_.empty() && current_ < inputs_.size()) {
    if (!inputs_[current_].lines.is_ready()) return false;
    advance();
  }
  return true;
}

bool DomainStream::advance() {
  if (current_ == inputs_.size()) return false;
  OpenedInput& input = inputs_[current_];
  if (const auto read = input.lines.next()) {
    if (read->state == LineState::TooLong)
      reject(read->line.number, RejectCode::LineTooLong, read->line.text);
    else
      input.reader->read(read->line, *this);
    return true;
  }
  input.reader->finish(*this);
  if (const auto& damage = input.lines.damage()) {
    damaged_ = true;
    remark(fmt::format("{}; the lines before it were read", *damage));
  }
  ++current_;
  return true;
}

void DomainStream::recipient(const Entry& entry) {
  const auto name = domain_of(entry.text, entry.expect, buffer_);
  if (!name) return reject(entry.line, name.error(), entry.text);
  const DomainSet::Added added = domains_.add(*name, entry.count);
  if (shard_.of > 1 && shard_of(*name, shard_.of) != shard_.number) return skip(SkipKind::OtherShard);
  ++counts_.read;
  if (entry.note == EntryNote::DirectionUnknown) ++direction_unknown_;
  if (added.seen == Seen::Again) {
    ++counts_.duplicates;
    return;
  }
  ++counts_.checked;
  pending_.push_back({added.index, std::string(*name), 0, {}});
  if (entry.note == EntryNote::HostDown) pending_.back().warnings.emplace_back("gateway-host-down");
}

void DomainStream::skip(SkipKind kind) {
  ++counts_.read;
  ++counts_.skipped;
  ++skipped_[static_cast<std::size_t>(kind)];
}

void DomainStream::reject(std::uint64_t line, RejectCode code, std::string_view text) {
  ++counts_.read;
  ++counts_.rejected;
  if (on_reject_)
    on_reject_(
        fmt::format("{}:{}: {}: {}", inputs_[current_].lines.name(), line, to_text(code), escape_text(text, 80)));
}

void DomainStream::evidence(std::string_view domain, Evidence evidence) {
  NameBuffer buffer;
  const auto name = normalise_domain(domain, buffer);
  if (!name) return;
  auto found = gateway_logs_.find(*name);
  if (found == gateway_logs_.end()) {
    if (gateway_logs_.size() == kMaxLogDomains) {
      ++evidence_left_out_;
      return;
    }
    found = gateway_logs_.emplace(*name, output::GatewayLog{}).first;
  }
  std::uint32_t& sum = evidence == Evidence::Delivered ? found->second.delivered : found->second.failed;
  if (sum < std::numeric_limits<std::uint32_t>::max()) ++sum;
}

void DomainStream::remark(std::string text) {
  if (on_remark_) on_remark_(fmt::format("{}: {}", inputs_[current_].lines.name(), text));
}

output::InputCounts DomainStream::final_counts() const {
  output::InputCounts counts = counts_;
  for (std::size_t kind = 0; kind < kSkipKinds; ++kind)
    if (skipped_[kind] > 0)
      counts.skipped_kinds.push_back({std::string(to_text(static_cast<SkipKind>(kind))), skipped_[kind]});
  return counts;
}

std::vector<output::LogEvidence> DomainStream::log_evidence() const {
  std::vector<output::LogEvidence> evidence;
  for (const auto& [domain, seen] : gateway_logs_) {
    if (shard_of(domain, shard_.of) != shard_.number) continue;
    if (const auto index = domains_.index_of(domain)) evidence.push_back({*index, seen});
  }
  return evidence;
}

std::uint64_t DomainStream::log_domains_not_scanned() const {
  return static_cast<std::uint64_t>(
      std::ranges::count_if(gateway_logs_, [&](const auto& entry) { return !domains_.index_of(entry.first); }));
}

std::vector<std::string> DomainStream::warnings() const {
  std::vector<std::string> warnings;
  if (direction_unknown_ > 0) warnings.push_back(fmt::format("direction unknown: {} recipients", direction_unknown_));
  if (domains_.capped() > 0)
    warnings.push_back(fmt::format("{}: {} domains", output::kRecipientsCapped, domains_.capped()));
  if (evidence_left_out_ > 0)
    warnings.push_back(fmt::format("the log's DANE lines of more than {} domains: {} lines left out", kMaxLogDomains,
                                   evidence_left_out_));
  return warnings;
}

}  // namespace danesweep::input
