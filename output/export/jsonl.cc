// SPDX-License-Identifier: Apache-2.0
#include "output/export/jsonl.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "output/escape.h"
#include "output/export/json_record.h"
#include "output/figures.h"

namespace danesweep::output {

namespace {

using Json = nlohmann::ordered_json;

constexpr std::size_t kBufferOctets = 64U << 10U;

Json texts(const std::vector<NamedText>& named) {
  Json out = Json::object();
  for (const NamedText& entry : named) {
    Json& place = out[entry.name];
    // A repeatable option has one entry per value.
    if (place.is_null()) {
      place = as_utf8(entry.text);
    } else {
      if (place.is_string()) place = Json::array({place});
      place.push_back(as_utf8(entry.text));
    }
  }
  return out;
}

Json resolvers(const Header& header) {
  Json out = Json::array();
  for (const ResolverHealth& resolver : header.resolvers) {
    out.push_back({{"address", resolver.address},
                   {"priority", resolver.priority},
                   {"canary", resolver.canary},
                   {"sentence", resolver.sentence}});
  }
  return out;
}

Json header_json(const Header& header) {
  return {{"version", header.version},
          {"start_time", rfc3339(header.start_time)},
          {"default_mode", to_text(header.default_mode)},
          {"multi_mx", header.multi_mx == MultiMx::All ? "all" : "first"},
          {"shard", header.shard},
          {"shards", header.shards},
          {"options", texts(header.options)},
          {"resolvers", resolvers(header)},
          {"anchors", header.anchors},
          {"gateway_files", texts(header.gateway_files)},
          {"inputs", texts(header.inputs)}};
}

Json trailer_json(const Trailer& trailer) {
  Json kinds = Json::object();
  for (const SkipCount& skip : trailer.counts.skipped_kinds) kinds[skip.kind] = skip.count;
  return {{"read", trailer.counts.read},
          {"checked", trailer.counts.checked},
          {"skipped", trailer.counts.skipped},
          {"duplicates", trailer.counts.duplicates},
          {"rejected", trailer.counts.rejected},
          {"skipped_kinds", std::move(kinds)},
          {"results", trailer.results},
          {"end_time", rfc3339(trailer.end_time)},
          {"end_reason", trailer.end_reason},
          {"warnings", trailer.warnings},
          {"log_domains_not_scanned", trailer.log_domains_not_scanned}};
}

}  // namespace

std::string json_line(const Result& result) {
  std::string line;
  append_json(line, result);
  return line;
}

tl::expected<void, std::string> export_jsonl(Reader& reader, const std::vector<Condition>& conditions, Sink& out) {
  std::string lines;
  for (;;) {
    const auto result = reader.next();
    if (!result) return tl::unexpected(result.error());
    if (!*result) return out.write(lines);
    if (!matches(conditions, **result)) continue;
    append_json(lines, **result);
    lines += '\n';
    if (lines.size() < kBufferOctets) continue;
    auto written = out.write(lines);
    if (!written) return written;
    lines.clear();
  }
}

std::string meta_json(const Reader& reader) {
  Json out;
  out["header"] = header_json(reader.header());
  out["trailer"] = reader.trailer() ? trailer_json(*reader.trailer()) : Json();
  return out.dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace danesweep::output
