// SPDX-License-Identifier: Apache-2.0
// Mail logs of the gateway and of Postfix, the `tophosts` table, and the guess between all formats (E-65, E-69 to
// E-71). The first octet chooses among them.
#include "tests/fuzz/input_account.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace danesweep;
  using enum input::Format;
  if (size == 0) return 0;
  static constexpr input::Format kFormats[] = {MailLogs, MailLog, TopHosts};
  const std::string_view text(reinterpret_cast<const char*>(data + 1), size - 1);
  fuzz::check_input(text, data[0] % 4 == 3 ? input::detect_format(text) : kFormats[data[0] % 4]);
  return 0;
}
