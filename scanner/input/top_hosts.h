// SPDX-License-Identifier: Apache-2.0
// What the gateway's `tophosts` command prints (rule E-70): rows `# HOST ACTIVE CONN-OUT DELIVERED SOFT HARD` below the
// header; `*` at the rank says that the host was down at the last attempt. Count = ACTIVE + DELIVERED.
#pragma once

#include "scanner/input/entry.h"

namespace danesweep::input {

bool looks_like_top_hosts(std::string_view line);

class TopHostsReader : public FormatReader {
 public:
  void read(const Line& line, EntrySink& sink) override;
};

}  // namespace danesweep::input
