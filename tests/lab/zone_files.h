// SPDX-License-Identifier: Apache-2.0
// The same world for real servers: a zone file per zone, signed and broken as it is served by the lab itself, an
// `nsd.conf` for one authority of all zones and an `unbound.conf` that asks it, beside the lab's own files.
#pragma once

#include <string>

#include "tests/lab/world.h"

namespace danesweep::lab {

/// Writes into `folder`, which is made if missing. NSD and Unbound listen on 127.0.0.1, on ports that were free now;
/// `nsd.conf` and `unbound.conf` name them, `resolver` holds Unbound's ADDR:PORT.
void write_zone_files(World& world, const std::string& folder);

}  // namespace danesweep::lab
