// SPDX-License-Identifier: Apache-2.0
// Exported Destination Controls (E-86 to E-89): an error with file and line, or decisions that hold together.
#include "scanner/input/destination_config.h"
#include "tests/fuzz/check.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace danesweep;
  const auto config = input::DestinationConfig::parse({reinterpret_cast<const char*>(data), size}, "in");
  if (!config) {
    fuzz::check(config.error().starts_with("in:"));
    return 0;
  }
  for (const char* domain : {"example.org", "a.example.org", "example"}) {
    const auto decision = config->decide(domain, output::Mode::Mandatory);
    fuzz::check((decision.tls_off || decision.dane_off) == (decision.mode == output::Mode::None));
    fuzz::check(!decision.dane_without_tls || decision.tls_off);
  }
  return 0;
}
