// SPDX-License-Identifier: Apache-2.0
// Numbers and times as reports, remedies and exports write them.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "output/result.h"

namespace danesweep::output {

/// "1,255".
std::string grouped(std::uint64_t number);
/// "1 domain", "2,310 domains".
std::string counted(std::uint64_t number, std::string_view noun);
/// "0.6%"; "0%" when there is nothing to share.
std::string share(std::uint64_t part, std::uint64_t whole);
/// E-62: "read 10412 = checked 9800 + skipped 400 + duplicates 200 + rejected 12".
std::string account_line(const InputCounts& counts);
/// UTC, "2026-02-03T02:14:07Z".
std::string rfc3339(std::int64_t seconds);

}  // namespace danesweep::output
