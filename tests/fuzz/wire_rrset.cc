// SPDX-License-Identifier: Apache-2.0
// The canonical form of an RRset (D-10..D-12): type from the first two octets, then RDATAs with a length octet each.
#include <algorithm>

#include "dnssec/wire/rdata_layout.h"
#include "dnssec/wire/rrset.h"
#include "tests/fuzz/check.h"

namespace {

using namespace danesweep::wire;
using danesweep::fuzz::check;

void examine(const Rrset& rrset) {
  const auto canonical = canonical_rdatas(rrset);
  if (!canonical) return;
  check(canonical->size() <= rrset.rdata.size());
  check(std::is_sorted(canonical->begin(), canonical->end()));
  check(std::adjacent_find(canonical->begin(), canonical->end()) == canonical->end());
  Rrset second{.type = rrset.type};
  for (const auto& rdata : *canonical) second.rdata.emplace_back(rdata);
  check(canonical_rdatas(second) == canonical);  // canonical already
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  Cursor in(Bytes(data, size));
  Rrset rrset;
  rrset.type = static_cast<RrType>(in.u16());
  while (!in.at_end()) {
    const Bytes rdata = in.take(in.u8());
    if (!in.failed()) rrset.rdata.push_back(rdata);
    (void)fits_type(rrset.type, rdata);
  }
  examine(rrset);
  return 0;
}
