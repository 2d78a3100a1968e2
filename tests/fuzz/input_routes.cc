// SPDX-License-Identifier: Apache-2.0
// SMTP routes, recipient access tables and opt-out lists (E-92, E-93, T-71): an error with file and line, or an answer.
#include "scanner/input/opt_out.h"
#include "scanner/input/rat.h"
#include "scanner/input/smtp_routes.h"
#include "tests/fuzz/check.h"

namespace {

template <class Parsed, class Ask>
void check_file(std::string_view text, Ask ask) {
  const auto parsed = Parsed::parse(text, "in");
  if (!parsed) return danesweep::fuzz::check(parsed.error().starts_with("in:"));
  for (const char* domain : {"example.org", "a.example.org", "example", "192.0.2.1"}) ask(*parsed, domain);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace danesweep::input;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  check_file<SmtpRoutes>(text, [](const SmtpRoutes& routes, const char* domain) { (void)routes.find(domain); });
  check_file<RecipientAccessTable>(
      text, [](const RecipientAccessTable& table, const char* domain) { (void)table.accepts(domain); });
  check_file<OptOutNames>(text, [](const OptOutNames& list, const char* domain) {
    (void)list.holds_name(domain);
    (void)list.holds_address(domain);
  });
  return 0;
}
