// SPDX-License-Identifier: Apache-2.0
#include "output/reader.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

namespace danesweep::output {

namespace {

bool before(const Recount& a, const Recount& b) { return a.index < b.index; }

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
    const auto recounts = decode_recount(message.octets);
    if (!recounts) return tl::unexpected(sentence({offset, "the recount cannot be read"}));
    recounts_.insert(recounts_.end(), recounts->begin(), recounts->end());
  } else {
    const auto trailer = decode_trailer(message.octets);
    if (!trailer) return tl::unexpected(sentence({offset, "the trailer cannot be read"}));
    trailer_ = *trailer;
  }
  return {};
}

/// The last count of an index is its final one.
void Reader::settle_recounts() {
  std::reverse(recounts_.begin(), recounts_.end());
  std::stable_sort(recounts_.begin(), recounts_.end(), before);
  const auto same = [](const Recount& a, const Recount& b) { return a.index == b.index; };
  recounts_.erase(std::unique(recounts_.begin(), recounts_.end(), same), recounts_.end());
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
  settle_recounts();
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
    const Recount wanted{result->index, 0};
    const auto recount = std::lower_bound(recounts_.begin(), recounts_.end(), wanted, before);
    if (recount != recounts_.end() && recount->index == result->index) result->recipients = recount->recipients;
    return std::optional<Result>(std::move(*result));
  }
}

}  // namespace danesweep::output
