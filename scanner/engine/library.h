// SPDX-License-Identifier: Apache-2.0
// What the libraries below the engine want done once before any thread starts.
#pragma once

namespace danesweep::scanner {

/// Any number of calls, from any thread.
void initialise_libraries();

}  // namespace danesweep::scanner
