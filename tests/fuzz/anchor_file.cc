// SPDX-License-Identifier: Apache-2.0
// Trust anchors as an operator gives them (D-121): DS and DNSKEY lines, root-anchors.xml. Whatever is accepted is a
// sound record, and a point that begins with it trusts it.
#include "dnssec/anchors.h"

#include "dnssec/rollover.h"
#include "dnssec/wire/rdata.h"
#include "tests/fuzz/check.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace danesweep;
  using namespace danesweep::dnssec;
  using fuzz::check;
  constexpr UnixTime kNow = 1'800'000'000;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto file = parse_anchor_file(text, kNow);
  if (!file) {
    check(!file.error().text.empty());
    return 0;
  }
  for (const TrustAnchor& anchor : file->anchors)
    check(anchor.form == AnchorForm::Ds ? wire::parse_ds(anchor.rdata).has_value()
                                        : wire::parse_dnskey(anchor.rdata).has_value());
  const AnchorState state = initial_state(wire::DomainName(), file->anchors, AnchorSource::File, kNow);
  check(state.keys.size() == std::min(file->anchors.size(), kMaxAnchorKeys));
  check(trusted_anchors(state).size() == state.keys.size());
  (void)parse_date(text);
  return 0;
}
