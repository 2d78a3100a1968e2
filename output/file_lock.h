// SPDX-License-Identifier: Apache-2.0
// One writer of a results file at a time: a `--resume` beside a scan that still runs would spoil what both write.
#pragma once

#include <string>

#include <tl/expected.hpp>

namespace danesweep::output {

/// Held until the descriptor is closed or its process ends. A file system without locks is taken as it is.
tl::expected<void, std::string> lock_for_writing(int descriptor, const std::string& path);

}  // namespace danesweep::output
