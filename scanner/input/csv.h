// SPDX-License-Identifier: Apache-2.0
// CSV with a header (RFC 4180; rule E-67): which columns hold domains or addresses and which the counts is said by
// their names. Lines are given to libcsv one by one, so that a record is named by its first line. A record of more than
// 1 MiB is given up: an unclosed quote must not swallow a file.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "scanner/input/entry.h"

namespace danesweep::input {

/// The fields of a first line include a name of E-67 for domains or addresses.
bool looks_like_csv_header(std::string_view line);

/// Splits a record that begins and ends in this line and needs no unescaping, as nearly all do; the fields look into
/// it. False: libcsv must see it.
bool split_simple_record(std::string_view line, char delimiter, std::vector<std::string_view>& fields);

/// The error names what is missing when no column is known.
tl::expected<std::unique_ptr<FormatReader>, std::string> make_csv_reader(std::string_view head);

}  // namespace danesweep::input
