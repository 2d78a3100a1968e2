// SPDX-License-Identifier: Apache-2.0
// Every octet of every RRSIG, DNSKEY, DS, NSEC and NSEC3 of a valid chain is changed, one at a time. No mutant may be
// SECURE, and none INSECURE where the original was SECURE, unless the change means nothing (D-2). What means nothing:
//   - the case of the signer's name in an RRSIG: it is folded before it is signed and compared (D-10)
//   - anything in records that the verdict does not rest on: keys, DS and signatures beside those that suffice (D-38)
#include <algorithm>
#include <map>

#include "tests/unit/dnssec/asker.h"

namespace danesweep::dnssec {
namespace {

using enum Security;

bool is_dnssec(RrType type) {
  return type == RrType::Rrsig || type == RrType::Dnskey || type == RrType::Ds || type == RrType::Nsec ||
         type == RrType::Nsec3;
}

/// Keys of a question in a map.
std::string key_of(const wire::Question& question) {
  return question.name.to_display() + ' ' + wire::to_text(question.type);
}

/// Canned replies of one look-up.
class Canned {
 public:
  Canned(World world, std::string_view asked)
      : world_(std::move(world)), asked_(question(asked)), anchors_(world_.anchors(".")) {
    original_ = run(nullptr, {});
  }

  const Verdict& original() const { return original_; }
  const std::map<std::string, Reply>& replies() const { return replies_; }

  /// The look-up with one reply replaced.
  Verdict run(const Reply* changed, const std::string& key) {
    const auto caches = make_plain_caches();
    const Environment environment{&anchors_, &policy_, &crypto_, caches.get()};
    return dnssec::run(Validation(asked_, support::kNow, environment), [&](const Wanted& wanted) -> Response {
      if (!wanted.not_from.is_empty()) return {NoOtherResolver{}};
      const std::string at = key_of(wanted.question);
      if (changed != nullptr && at == key) return {changed->message(), 0};
      if (!replies_.contains(at)) replies_.emplace(at, world_.reply(wanted.question));
      return {replies_.at(at).message(), 0};
    });
  }

 private:
  World world_;
  wire::Question asked_;
  TrustAnchors anchors_;
  Policy policy_;
  Crypto crypto_{policy_};
  std::map<std::string, Reply> replies_;
  Verdict original_;
};

constexpr std::uint8_t kMasks[] = {0x01, 0x20, 0x80};
constexpr std::size_t kSignerAt = 18;  // RRSIG RDATA: fixed fields, then the signer's name

/// The case of a letter in the signer's name of an RRSIG.
bool is_void(const Record& record, std::size_t at, std::uint8_t mask) {
  if (record.type != RrType::Rrsig || mask != 0x20 || at < kSignerAt) return false;
  wire::Cursor in(wire::Bytes(record.rdata).subspan(kSignerAt));
  const auto signer = wire::DomainName::read(in);
  return signer && at < kSignerAt + signer->wire().size() && std::isalpha(record.rdata[at]) != 0;
}

struct Count {
  int mutants = 0, bogus = 0, indeterminate = 0, void_ones = 0;
};

void mutate(Canned& canned, const std::string& key, Reply reply, Records Reply::*section, Count& count) {
  Records& records = reply.*section;
  for (Record& record : records) {
    if (!is_dnssec(record.type)) continue;
    for (std::size_t at = 0; at < record.rdata.size(); ++at) {
      for (const std::uint8_t mask : kMasks) {
        record.rdata[at] ^= mask;
        const Verdict verdict = canned.run(&reply, key);
        record.rdata[at] ^= mask;
        ++count.mutants;
        count.bogus += verdict.security == Bogus ? 1 : 0;
        count.indeterminate += verdict.security == Indeterminate ? 1 : 0;
        if (is_void(record, at, mask)) {
          ++count.void_ones;
          EXPECT_EQ(verdict.security, canned.original().security)
              << key << ' ' << wire::to_text(record.type) << ' ' << at;
          continue;
        }
        ASSERT_TRUE(verdict.security == Bogus || verdict.security == Indeterminate)
            << key << ": " << record.owner.to_text() << ' ' << wire::to_text(record.type) << " octet " << at << " ^ "
            << int{mask} << " gives " << to_text(verdict.security);
      }
    }
  }
}

class MutationTest : public testing::TestWithParam<const char*> {};

// D-2, D-21 to D-30, D-40, D-77, D-85
TEST_P(MutationTest, NoMutantIsBelieved) {
  World world;
  auto& signed_zone = world.zone("signed.").key(support::SigningKey(13, 0, 257), support::KeyUse::SignsAll);
  signed_zone.add("www A 192.0.2.1").add("*.wild A 192.0.2.2").delegate("insecure");
  world.zone("insecure.signed.").unsigned_zone().add("www A 192.0.2.3");
  auto& hashed = world.zone("hashed.")
                     .key(support::SigningKey(13, 1, 257), support::KeyUse::SignsAll)
                     .nsec3({.iterations = 1, .salt = {0xAB}});
  hashed.add("www A 192.0.2.1").add("*.wild A 192.0.2.2").delegate("insecure");
  world.zone("insecure.hashed.").unsigned_zone().add("www A 192.0.2.3");
  world.zone(".")
      .key(support::SigningKey(13, 2, 257), support::KeyUse::SignsAll)
      .delegate(signed_zone)
      .delegate(hashed);

  Canned canned(world, GetParam());
  ASSERT_GE(canned.original().security, Insecure) << code(canned.original().reason);
  Count count;
  const auto replies = canned.replies();
  for (const auto& [key, reply] : replies)
    for (Records Reply::*section : {&Reply::answer, &Reply::authority}) mutate(canned, key, reply, section, count);
  RecordProperty("mutants", count.mutants);
  RecordProperty("void", count.void_ones);
  EXPECT_GT(count.mutants, 500);
}

INSTANTIATE_TEST_SUITE_P(Chains, MutationTest,
                         testing::Values("www.signed. A", "nothing.signed. A", "www.signed. TXT", "x.wild.signed. A",
                                         "www.insecure.signed. A", "nothing.hashed. A", "www.hashed. TXT",
                                         "x.wild.hashed. A", "www.insecure.hashed. A"));

}  // namespace
}  // namespace danesweep::dnssec
