// SPDX-License-Identifier: Apache-2.0
// TLSA RRsets: what the program calls usable is what OpenSSL takes, so a match never ends in an error of ours; order
// and duplicates mean nothing (T-29 to T-33).
#include <algorithm>

#include "tests/fuzz/check.h"
#include "tests/fuzz/length_prefixed.h"
#include "tests/support/certificates.h"
#include "tls/dane_match.h"

namespace {

using namespace danesweep;
using fuzz::check;

const tls::ChainPtr& chain(tls::TlsContext& context) {
  static const tls::ChainPtr made = [&] {
    const test::Octets der = test::CertificateBuilder("mx.example.org").san("DNS:mx.example.org").make().der();
    const wire::Bytes views[] = {der};
    return chain_from_der(context, views);
  }();
  return made;
}

void check_class(const tls::ClassedRecord& classed) {
  const tls::TlsaRecord& r = classed.record;
  const bool in_play = classed.usability == tls::Usability::Usable || classed.usability == tls::Usability::Shadowed;
  check(!in_play || (r.present == 3 && (r.usage == 2 || r.usage == 3) && r.selector < 2 && r.matching_type < 3));
  check(!in_play || r.matching_type == 0 || r.data.size() == (r.matching_type == 1 ? 32U : 64U));
  check(in_play == code(classed.usability).empty() || code(classed.usability) == "shadowed");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static tls::TlsContext context;
  std::vector<wire::Bytes> rdatas = fuzz::length_prefixed({data, size}, 64);
  const tls::TlsaSet set(rdatas);
  check(set.records().size() <= rdatas.size());
  for (const tls::ClassedRecord& classed : set.records()) check_class(classed);
  std::ranges::reverse(rdatas);
  const std::size_t once = rdatas.size();
  for (std::size_t i = 0; i < once; ++i) rdatas.push_back(rdatas[i]);
  const tls::TlsaSet again(rdatas);
  check(again.key() == set.key() && again.records().size() == set.records().size());
  check(again.has_usable() == set.has_usable() && again.has_usable_ta() == set.has_usable_ta());
  if (!set.has_usable()) return 0;
  const auto result = match_chain(context, *chain(context), set, {{"mx.example.org"}}, test::kNow);
  check(result.outcome != tls::Outcome::InternalError && !result.explanation.empty());
  return 0;
}
