// SPDX-License-Identifier: Apache-2.0
// Message parsing, grouping and the canonical form over hostile octets (D-4..D-19).
#include <algorithm>

#include "dnssec/wire/message.h"
#include "dnssec/wire/presentation.h"
#include "dnssec/wire/rdata.h"
#include "dnssec/wire/rrset.h"
#include "tests/fuzz/check.h"

namespace {

using namespace danesweep::wire;
using danesweep::fuzz::check;

bool same(const Rrset& a, const Rrset& b) {
  const auto equal = [](Bytes x, Bytes y) { return std::equal(x.begin(), x.end(), y.begin(), y.end()); };
  return a.owner == b.owner && a.type == b.type && a.ttl == b.ttl && a.malformed == b.malformed &&
         std::equal(a.rdata.begin(), a.rdata.end(), b.rdata.begin(), b.rdata.end(), equal) &&
         std::equal(a.signatures.begin(), a.signatures.end(), b.signatures.begin(), b.signatures.end(), equal);
}

void look_into(const Rrset& rrset) {
  const auto canonical = canonical_rdatas(rrset);
  check(canonical.has_value());  // what does not fit its type was left out by grouping
  check(std::is_sorted(canonical->begin(), canonical->end()));
  std::vector<std::uint8_t> covered;
  append_signed_rrs(covered, rrset.owner, rrset.type, rrset.ttl, *canonical);
  for (const Bytes rdata : rrset.rdata) check(!rdata_to_text(rrset.type, rdata).empty());
  for (const Bytes rrsig : rrset.signatures) (void)parse_rrsig(rrsig);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto message = Message::parse({data, size});
  if (!message) return 0;
  const GroupedRrsets grouped = group_rrsets(**message);
  for (const Rrset& rrset : grouped.rrsets) look_into(rrset);
  // Reading twice gives the same (D-1).
  const GroupedRrsets again = group_rrsets(**message);
  check(again.undecodable == grouped.undecodable);
  check(std::equal(grouped.rrsets.begin(), grouped.rrsets.end(), again.rrsets.begin(), again.rrsets.end(), same));
  return 0;
}
