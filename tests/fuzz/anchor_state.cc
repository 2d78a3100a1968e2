// SPDX-License-Identifier: Apache-2.0
// The state file of the trust anchors (D-122), as it is and with the checksum that fits it: refused, or read such that
// writing and reading it again changes nothing.
#include <string>

#include "dnssec/crypto.h"
#include "dnssec/wire/encodings.h"
#include "scanner/anchor_store.h"
#include "tests/fuzz/check.h"

namespace {

using danesweep::fuzz::check;

void read(const std::string& text) {
  using namespace danesweep::scanner;
  const auto state = parse_anchor_state(text);
  if (!state) return check(!state.error().text.empty());
  const std::string written = anchor_state_to_text(*state);
  const auto again = parse_anchor_state(written);
  if (!again) return;  // AnchorStore::save refuses what could not be read back
  check(again->keys == state->keys && again->zone == state->zone && again->next_probe == state->next_probe);
  check(anchor_state_to_text(*again) == written);
  for (const std::string& warning : danesweep::dnssec::anchor_warnings(*again, 1'800'000'000)) check(!warning.empty());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace danesweep;
  const std::string text(reinterpret_cast<const char*>(data), size);
  read(text);
  const std::string lines = "danesweep-anchors 1\n" + text + (text.ends_with('\n') ? "" : "\n");
  const auto* octets = reinterpret_cast<const std::uint8_t*>(lines.data());
  read(lines + "sha256 " + wire::to_hex(dnssec::sha256_of({octets, lines.size()})) + "\n");
  return 0;
}
