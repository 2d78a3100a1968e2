// SPDX-License-Identifier: Apache-2.0
#include "scanner/merge.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "output/writer.h"
#include "scanner/input/entry.h"
#include "scanner/resume.h"

namespace danesweep::scanner {
namespace {

/// Same inputs, same gateway files, same modes; only the number of the shard may differ.
Value<void> check_belongs(const OpenedShard& shard, const OpenedShard& first) {
  output::Header alike = shard.reader.header();
  alike.shard = first.reader.header().shard;
  if (!check_same_scan(first.reader.header(), alike))
    return tl::unexpected(fmt::format("{}: not of the same scan as {}", shard.path, first.path));
  if (!shard.reader.trailer())
    return tl::unexpected(
        fmt::format("{}: this scan did not finish; go on with it by `danesweep scan --resume`", shard.path));
  return {};
}

Value<void> check_complete(const std::vector<OpenedShard>& shards) {
  const std::uint32_t of = shards.front().reader.header().shards;
  std::set<std::uint32_t> seen;
  for (const OpenedShard& shard : shards)
    if (!seen.insert(shard.reader.header().shard).second)
      return tl::unexpected(fmt::format("{}: shard {}/{} is given twice", shard.path, shard.reader.header().shard, of));
  for (std::uint32_t number = 1; number <= of; ++number)
    if (!seen.contains(number)) return tl::unexpected(fmt::format("shard {}/{} is missing", number, of));
  return {};
}

std::uint64_t count_of(const output::InputCounts& counts, std::string_view kind) {
  const auto found = std::ranges::find(counts.skipped_kinds, kind, &output::SkipCount::kind);
  return found == counts.skipped_kinds.end() ? 0 : found->count;
}

}  // namespace

Value<std::vector<OpenedShard>> open_shards(const std::vector<std::string>& paths) {
  std::vector<OpenedShard> shards;
  for (const std::string& path : paths) {
    auto reader = output::Reader::open(path);
    if (!reader) return tl::unexpected(reader.error());
    shards.push_back({path, std::move(*reader)});
    if (const auto fits = check_belongs(shards.back(), shards.front()); !fits) return tl::unexpected(fits.error());
  }
  if (shards.empty()) return tl::unexpected(std::string("no shard is given"));
  if (const auto complete = check_complete(shards); !complete) return tl::unexpected(complete.error());
  return shards;
}

Value<output::InputCounts> merged_counts(const std::vector<output::InputCounts>& parts) {
  const std::string_view other = input::to_text(input::SkipKind::OtherShard);
  output::InputCounts whole = parts.front();
  std::erase_if(whole.skipped_kinds, [&](const output::SkipCount& kind) { return kind.kind == other; });
  whole.skipped -= count_of(parts.front(), other);
  whole.checked = whole.duplicates = 0;
  for (const output::InputCounts& part : parts) {
    whole.checked += part.checked;
    whole.duplicates += part.duplicates;
    if (part.read != whole.read || part.rejected != whole.rejected ||
        part.skipped - count_of(part, other) != whole.skipped)
      return tl::unexpected(std::string("the shards did not read the same input: their counts differ"));
  }
  if (whole.read != whole.checked + whole.skipped + whole.duplicates + whole.rejected)
    return tl::unexpected(std::string("the shards do not add up to the input that they read"));
  return whole;
}

Value<output::InputCounts> merge_shards(std::vector<OpenedShard>& shards, std::unique_ptr<output::Sink> out) {
  std::vector<output::InputCounts> parts;
  output::Trailer trailer;
  output::Header header = shards.front().reader.header();
  header.shard = header.shards = 1;
  for (const OpenedShard& shard : shards) {
    const output::Trailer& part = *shard.reader.trailer();
    parts.push_back(part.counts);
    header.start_time = std::min(header.start_time, shard.reader.header().start_time);
    trailer.end_time = std::max(trailer.end_time, part.end_time);
    trailer.results += part.results;
    trailer.warnings.insert(trailer.warnings.end(), part.warnings.begin(), part.warnings.end());
    if (!part.end_reason.empty()) trailer.end_reason = part.end_reason;
  }
  auto counts = merged_counts(parts);
  if (!counts) return counts;
  trailer.counts = *counts;
  trailer.log_domains_not_scanned = shards.front().reader.trailer()->log_domains_not_scanned;  // the same in all
  output::Writer writer(std::move(out), output::Compression::Zstd);
  if (const auto begun = writer.begin(header); !begun) return tl::unexpected(begun.error());
  for (OpenedShard& shard : shards) {
    for (;;) {
      const auto result = shard.reader.next();
      if (!result) return tl::unexpected(result.error());
      if (!*result) break;
      if (const auto written = writer.write(**result); !written) return tl::unexpected(written.error());
    }
  }
  if (const auto done = writer.finish(trailer); !done) return tl::unexpected(done.error());
  return counts;
}

}  // namespace danesweep::scanner
