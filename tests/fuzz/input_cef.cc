// SPDX-License-Identifier: Apache-2.0
// Consolidated Event Logs, lists and CSV (E-66 to E-68). The first octet chooses among them.
#include "tests/fuzz/input_account.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace danesweep;
  using enum input::Format;
  if (size == 0) return 0;
  static constexpr input::Format kFormats[] = {Cef, List, Csv};
  const std::string_view text(reinterpret_cast<const char*>(data + 1), size - 1);
  fuzz::check_input(text, kFormats[data[0] % 3]);
  return 0;
}
