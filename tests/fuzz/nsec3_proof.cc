// SPDX-License-Identifier: Apache-2.0
// Proofs of denial out of arbitrary records. First octet: name and type that are asked; then records: a kind, then a
// hash of 20 octets (NSEC3) or a label (NSEC), then RDATA with a length octet. The order of records must not matter,
// and an NSEC3 proof must end within its budget.
#include <algorithm>
#include <array>

#include "dnssec/lookup.h"
#include "dnssec/nsec.h"
#include "dnssec/nsec3.h"
#include "dnssec/wire/encodings.h"
#include "tests/fuzz/check.h"

namespace {

using namespace danesweep;
using namespace danesweep::dnssec;
using danesweep::fuzz::check;
using wire::RrType;

wire::DomainName name(std::string_view text) { return *wire::DomainName::from_text(text); }

struct Setup {
  TrustAnchors anchors;
  Policy policy;
  Crypto crypto{policy};
  std::unique_ptr<Caches> caches = make_plain_caches();
  wire::DomainName zone = name("example.");
};

Setup& setup() {
  static Setup instance;
  return instance;
}

struct Records {
  std::vector<wire::Rrset> nsec3_sets;
  std::vector<NsecRecord> nsecs;
};

Records read(wire::Cursor& in) {
  Records records;
  while (!in.at_end() && records.nsec3_sets.size() + records.nsecs.size() < 20) {
    if (in.u8() % 2 == 0) {
      wire::Rrset set;
      set.type = RrType::Nsec3;
      set.owner = setup().zone.with_label(std::string_view(wire::to_base32hex(in.take(20)))).value_or(setup().zone);
      set.rdata.push_back(in.take(std::min<std::size_t>(in.u8(), in.left())));
      records.nsec3_sets.push_back(std::move(set));
      continue;
    }
    const auto owner = setup().zone.with_label(in.take(std::min<std::size_t>(in.u8() % 8, in.left())));
    const auto nsec = wire::parse_nsec(in.take(std::min<std::size_t>(in.u8(), in.left())));
    if (owner && nsec) records.nsecs.push_back({*owner, *nsec});
  }
  return records;
}

Nsec3Proof prove(const DenialQuestion& question, const std::vector<wire::Rrset>& sets) {
  const Environment environment{&setup().anchors, &setup().policy, &setup().crypto, setup().caches.get()};
  Lookup lookup({question.name, question.type}, 0, environment, Detail::Plain);
  std::vector<Nsec3Record> usable;
  for (const wire::Rrset& set : sets)
    for (const Nsec3Record& record : usable_nsec3(set, setup().zone)) usable.push_back(record);
  return prove_by_nsec3(question, setup().zone, usable, lookup);
}

void expect_same(const DenialProof& a, const DenialProof& b) {
  check(a.proof == b.proof);
  check(a.reason == b.reason);
  check(a.cut == b.cut);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const std::array kNames = {name("example."), name("a.example."), name("b.a.example."), name("*.example."),
                                    name("c.b.a.example.")};
  static constexpr std::array kTypes = {RrType::A, RrType::Ds, RrType::Cname, RrType::Any};
  wire::Cursor in(wire::Bytes(data, size));
  const std::uint8_t first = in.u8();
  DenialQuestion question{kNames[first % kNames.size()], kTypes[first / 8 % kTypes.size()],
                          first >= 128 ? DenialPurpose::ZoneCut : DenialPurpose::Answer};
  if (question.type == RrType::Ds && question.name == setup().zone) return 0;  // judged in the zone above
  Records records = read(in);
  const Nsec3Proof hashed = prove(question, records.nsec3_sets);
  const DenialProof plain = prove_by_nsec(question, setup().zone, records.nsecs);
  std::ranges::reverse(records.nsec3_sets);
  std::ranges::reverse(records.nsecs);
  expect_same(hashed, prove(question, records.nsec3_sets));
  expect_same(plain, prove_by_nsec(question, setup().zone, records.nsecs));
  return 0;
}
