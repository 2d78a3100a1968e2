// SPDX-License-Identifier: Apache-2.0
#include "output/reader.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

namespace danesweep::output {

namespace {

/// By index, each once: the last entry of an index is its final one.
template <class Entry>
void settle(std::vector<Entry>& entries) {
  std::reverse(entries.begin(), entries.end());
  std::ranges::stable_sort(entries, {}, &Entry::index);
  const auto same = [](const Entry& a, const Entry& b) { return a.index == b.index; };
  entries.erase(std::unique(entries.begin(), entries.end(), same), entries.end());
}

template <class Entry>
const Entry* find(const std::vector<Entry>& entries, std::uint32_t index) {
  const auto found = std::ranges::lower_bound(entries, index, {}, &Entry::index);
  return found == entries.end() || found->index != index ? nullptr : &*found;
}

}  // namespace

Reader::Reader(std::unique_ptr<Source> source, std::string name)
    : source_(std::move(source)), name_(std::move(name)), frames_(std::make_unique<FrameReader>(*source_)) {}

tl::expected<Reader, std::string> Reader::open(const std::string& path) {
  auto source = open_file(path);
  if (!source) return tl::unexpected(source.error());
  return open(std::move(*source), path);
}

tl::expected<Reader, std::string> Reader::open(std::unique_ptr<Source> source, std::string name) {
  Reader reader(std::move(source), std::move(name));
  const auto indexed = reader.index();
  if (!indexed) return tl::unexpected(indexed.error());
  reader.rewind();
  return reader;
}

std::string Reader::sentence(const Damage& damage) const {
  return fmt::format("{}: damaged at offset {}: {}", name_, damage.offset, damage.what);
}

tl::expected<void, std::string> Reader::take_header(const Message& message, std::uint64_t offset) {
  const auto header = decode_header(message.octets);
  if (!header || has_header_)
    return tl::unexpected(sentence({offset, "the header cannot be read, or is the second one"}));
  header_ = *header;
  has_header_ = true;
  return {};
}

/// Results are not looked into here: most of the time of a pass would go there.
tl::expected<void, std::string> Reader::take(const Message& message, std::uint64_t offset) {
  if (message.kind == FrameKind::Header) return take_header(message, offset);
  if (!has_header_) return tl::unexpected(sentence({offset, "the header is missing"}));
  if (message.kind == FrameKind::Result) {
    ++results_;
  } else if (message.kind == FrameKind::Checkpoint) {
    const auto checkpoint = decode_checkpoint(message.octets);
    if (!checkpoint) return tl::unexpected(sentence({offset, "the checkpoint cannot be read"}));
    checkpoint_ = *checkpoint;
  } else if (message.kind == FrameKind::Recount) {
    const auto late = decode_recount(message.octets);
    if (!late) return tl::unexpected(sentence({offset, "the recount cannot be read"}));
    recounts_.insert(recounts_.end(), late->recounts.begin(), late->recounts.end());
    evidence_.insert(evidence_.end(), late->evidence.begin(), late->evidence.end());
  } else {
    const auto trailer = decode_trailer(message.octets);
    if (!trailer) return tl::unexpected(sentence({offset, "the trailer cannot be read"}));
    trailer_ = *trailer;
  }
  return {};
}

void Reader::apply_late_knowledge(Result& result) const {
  if (const Recount* recount = find(recounts_, result.index)) {
    result.recipients = recount->recipients;
    if (recount->capped) result.warnings.emplace_back(kRecipientsCapped);
  }
  if (const LogEvidence* evidence = find(evidence_, result.index)) result.gateway_log = evidence->seen;
}

tl::expected<void, std::string> Reader::index() {
  for (;;) {
    const auto message = frames_->next();
    if (!message) return tl::unexpected(sentence(message.error()));
    if (!*message) break;
    auto taken = take(**message, frames_->offset());
    if (!taken) return taken;
  }
  torn_at_ = frames_->torn_at();
  if (torn_at_) warnings_.push_back(fmt::format("{}: torn at offset {}: what follows was dropped", name_, *torn_at_));
  if (!has_header_) return tl::unexpected(fmt::format("{}: ends before its header", name_));
  if (!trailer_) warnings_.push_back(fmt::format("{}: the scan did not finish; the results so far are shown", name_));
  settle(recounts_);
  settle(evidence_);
  return {};
}

void Reader::rewind() {
  source_->rewind();
  frames_ = std::make_unique<FrameReader>(*source_);
}

tl::expected<std::optional<Result>, std::string> Reader::next() {
  for (;;) {
    const auto message = frames_->next();
    if (!message) return tl::unexpected(sentence(message.error()));
    if (!*message) return std::nullopt;
    if ((*message)->kind != FrameKind::Result) continue;
    auto result = decode_result((*message)->octets);
    if (!result) return tl::unexpected(sentence({frames_->offset(), "the record cannot be read"}));
    apply_late_knowledge(*result);
    return std::optional<Result>(std::move(*result));
  }
}

}  // namespace danesweep::output
