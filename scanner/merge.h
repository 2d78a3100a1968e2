// SPDX-License-Identifier: Apache-2.0
// The shards of one scan joined into one results file (DESIGN part 4): all of them, each once, of the same scan. Every
// shard read the whole input, so what is the same in all is counted once.
#pragma once

#include <string>
#include <vector>

#include "output/frames.h"
#include "output/reader.h"
#include "output/result.h"
#include "scanner/values.h"

namespace danesweep::scanner {

struct OpenedShard {
  std::string path;
  output::Reader reader;
};

/// Opens all; the error names a gap, an overlap, a shard of another scan or one that did not finish.
Value<std::vector<OpenedShard>> open_shards(const std::vector<std::string>& paths);
/// Sum of the whole from the parts' accounts.
Value<output::InputCounts> merged_counts(const std::vector<output::InputCounts>& parts);
/// Writes the joined file; the account of the whole comes back.
Value<output::InputCounts> merge_shards(std::vector<OpenedShard>& shards, std::unique_ptr<output::Sink> out);

}  // namespace danesweep::scanner
