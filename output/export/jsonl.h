// SPDX-License-Identifier: Apache-2.0
// `export --format jsonl`: a record a line in the proto JSON mapping (DESIGN "The results"), and `export --meta`:
// header and trailer as one JSON object.
#pragma once

#include <string>
#include <vector>

#include <tl/expected.hpp>

#include "output/export/filter.h"
#include "output/frames.h"
#include "output/reader.h"

namespace danesweep::output {

/// One record as a line without its newline; also `verify --json`.
std::string json_line(const Result& result);

/// Every record of the file that the conditions let through, in the order of the file.
tl::expected<void, std::string> export_jsonl(Reader& reader, const std::vector<Condition>& conditions, Sink& out);

/// `{"header":{...},"trailer":{...}}`; the trailer is null when the scan did not finish. Numbers are numbers here,
/// times RFC 3339.
std::string meta_json(const Reader& reader);

}  // namespace danesweep::output
