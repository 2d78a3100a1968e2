// SPDX-License-Identifier: Apache-2.0
// Certificates as a hostile server sends them: taken in, described, and matched under every usage. Whatever they hold,
// the description is printable and within its limits (T-48, T-56) and each match ends with a verdict (T-60).
#include <algorithm>

#include "tests/fuzz/check.h"
#include "tests/fuzz/length_prefixed.h"
#include "tests/support/certificates.h"
#include "tls/dane_match.h"

namespace {

using namespace danesweep;
using fuzz::check;

bool is_printable(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return c >= 0x20 && c <= 0x7E; });
}

void check_record(const tls::CertificateRecord& record) {
  check(is_printable(record.subject) && is_printable(record.issuer) && is_printable(record.signature_algorithm));
  check(record.dns_names.size() <= tls::kMaxRecordedNames && std::ranges::all_of(record.dns_names, is_printable));
}

tls::MatchResult match(tls::TlsContext& context, const tls::ChainHandle& chain, const test::Octets& rdata) {
  const wire::Bytes rdatas[] = {rdata};
  return match_chain(context, chain, tls::TlsaSet(rdatas), {{"mx.example.org", "example.org"}}, test::kNow);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static tls::TlsContext context;
  const auto ders = fuzz::length_prefixed({data, size}, 16);
  const tls::ChainPtr chain = chain_from_der(context, ders);
  if (!chain) return 0;
  const auto records = describe_chain(*chain);
  check(records.size() == ders.size());
  std::ranges::for_each(records, check_record);
  const auto digest = [](const std::array<std::uint8_t, 32>& octets) {
    return test::Octets(octets.begin(), octets.end());
  };
  for (const auto& rdata :
       {test::tlsa_rdata(3, 1, 1, digest(records.front().spki_sha256)),
        test::tlsa_rdata(2, 0, 1, digest(records.back().sha256)), test::tlsa_rdata(2, 1, 1, test::Octets(32, 1))}) {
    const auto result = match(context, *chain, rdata);
    // A certificate that OpenSSL cannot encode again has no digest; then nothing can match it, but a verdict there is.
    check(result.outcome != tls::Outcome::InternalError || result.explanation.empty() || result.verify_error != 0);
    check(is_printable(result.matched_name));
  }
  return 0;
}
