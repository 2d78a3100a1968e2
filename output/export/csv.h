// SPDX-License-Identifier: Apache-2.0
// `export --format csv`: a row per domain for spreadsheets (RFC 4180), with what a list of several values joins by
// blanks. No text from the network can become a formula.
#pragma once

#include <string>
#include <vector>

#include <tl/expected.hpp>

#include "output/export/filter.h"
#include "output/frames.h"
#include "output/reader.h"

namespace danesweep::output {

/// Header line first. Lines end with CRLF.
tl::expected<void, std::string> export_csv(Reader& reader, const std::vector<Condition>& conditions, Sink& out);

}  // namespace danesweep::output
