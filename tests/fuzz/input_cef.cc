// SPDX-License-Identifier: Apache-2.0
// Consolidated Event Logs, lists and CSV (E-66 to E-68).
#include "tests/fuzz/input_account.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace danesweep;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  for (const auto format : {input::Format::Cef, input::Format::List, input::Format::Csv})
    fuzz::check_input(text, format);
  return 0;
}
