// SPDX-License-Identifier: Apache-2.0
// `--resume`: what an interrupted scan left in its file, and that file opened behind its last whole block (DESIGN part
// 4). Finished domains are known by their results, so nothing is written twice and nothing is left out.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>

#include "output/frames.h"
#include "output/result.h"
#include "scanner/values.h"

namespace danesweep::scanner {

struct EarlierResults {
  output::Header header;
  std::optional<output::Trailer> trailer;                    ///< the scan had come to its end
  std::unordered_map<std::uint32_t, std::uint32_t> written;  ///< index and recipients of each result
  std::array<std::uint64_t, 6> effective{};                  ///< results by effective verdict
  std::optional<std::uint64_t> torn_at;
  std::uint64_t size = 0;  ///< octets of the file
  output::Compression compression = output::Compression::Zstd;
};
Value<EarlierResults> read_earlier_results(const std::string& path);

/// Inputs, shard and modes must be those of the file; the error names what differs.
Value<void> check_same_scan(const output::Header& earlier, const output::Header& now);

/// The file with its torn tail cut off, to be written on.
Value<std::unique_ptr<output::Sink>> open_for_resuming(const std::string& path, const EarlierResults& earlier);

}  // namespace danesweep::scanner
