// SPDX-License-Identifier: Apache-2.0
// Mail logs of the gateway and of Postfix, the `tophosts` table, and the guess between all formats (E-65, E-69 to
// E-71).
#include "tests/fuzz/input_account.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace danesweep;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  for (const auto format :
       {input::Format::MailLogs, input::Format::MailLog, input::Format::TopHosts, input::detect_format(text)})
    fuzz::check_input(text, format);
  return 0;
}
