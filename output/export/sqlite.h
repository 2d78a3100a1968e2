// SPDX-License-Identifier: Apache-2.0
// `export --format sqlite`: tables `domain`, `host`, `probe` and `note` for questions that a filter cannot ask; `meta`
// holds header and trailer.
#pragma once

#include <string>
#include <vector>

#include <tl/expected.hpp>

#include "output/export/filter.h"
#include "output/frames.h"
#include "output/reader.h"

namespace danesweep::output {

/// A new database at `path`; Replace: an ordinary file there is removed first. Nothing half-written stays on an error.
tl::expected<void, std::string> export_sqlite(Reader& reader, const std::vector<Condition>& conditions,
                                              const std::string& path, Existing existing);

}  // namespace danesweep::output
