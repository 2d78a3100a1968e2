// SPDX-License-Identifier: Apache-2.0
// Zones made to burn the validator's CPU (RULES.md parts F and I, group `attacks`). Each may cost at most 20 times what
// an ordinary cold look-up costs, ends INDETERMINATE `work-limit` by the limit that is there for it, and a neighbour of
// the same zone that is asked meanwhile, over the same caches, keeps its status.
#include <gtest/gtest.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/evp.h>

#include <algorithm>
#include <functional>

#include "tests/unit/dnssec_attacks/meter.h"

namespace danesweep::dnssec {
namespace {

using support::Record;
using support::Records;
using support::Reply;
using support::SigningKey;
using support::World;
using wire::RrType;
using Octets = std::vector<std::uint8_t>;

constexpr double kMostTimes = 20;

Octets p384_point() {
  EVP_PKEY* key = EVP_EC_gen("P-384");
  Octets point(97);
  std::size_t size = 0;
  EVP_PKEY_get_octet_string_param(key, OSSL_PKEY_PARAM_PUB_KEY, point.data(), point.size(), &size);
  EVP_PKEY_free(key);
  point.erase(point.begin());  // the octet 4 of uncompressed points
  return point;
}

std::uint16_t tag_of(const Octets& dnskey) {  // RFC 4034 appendix B
  std::uint32_t sum = 0;
  for (std::size_t i = 0; i < dnskey.size(); ++i) sum += (i & 1U) != 0 ? dnskey[i] : std::uint32_t{dnskey[i]} << 8U;
  return static_cast<std::uint16_t>(sum + (sum >> 16U));
}

Octets dnskey(std::uint16_t flags, std::uint8_t algorithm, const Octets& key) {
  Octets out{static_cast<std::uint8_t>(flags >> 8U), static_cast<std::uint8_t>(flags), 3, algorithm};
  out.insert(out.end(), key.begin(), key.end());
  return out;
}

/// The key with flags that give it the tag: the reserved bits are free. Nothing if that would touch ZONE or REVOKE.
std::optional<Octets> with_tag(const Octets& key, std::uint16_t tag) {
  for (unsigned flags = 0x0100; flags <= 0xFFFF; ++flags) {
    if ((flags & 0x0180U) != 0x0100) continue;
    Octets made = dnskey(static_cast<std::uint16_t>(flags), 14, key);
    if (tag_of(made) == tag) return made;
  }
  return std::nullopt;
}

constexpr std::uint16_t kTag = 0x4242;

/// P-384 keys that all have the tag kTag; made once.
const std::vector<Octets>& colliding_keys() {
  static const std::vector<Octets> keys = [] {
    std::vector<Octets> made;
    while (made.size() < 100)
      if (auto key = with_tag(p384_point(), kTag)) made.push_back(std::move(*key));
    return made;
  }();
  return keys;
}

/// Keys of the right form whose points are not on the curve, with the tag kTag.
std::vector<Octets> malformed_keys() {
  std::vector<Octets> made;
  for (std::uint8_t i = 0; made.size() < 100; ++i) {
    Octets point(96, static_cast<std::uint8_t>(0x11 + i));
    if (auto key = with_tag(point, kTag)) made.push_back(std::move(*key));
  }
  return made;
}

void publish(World& world, const std::vector<Octets>& keys) {
  auto& zone = world.zone("example.");
  zone.before_signing([keys, apex = zone.apex()](Records& records) {
    for (const Octets& key : keys) records.push_back({apex, 3600, RrType::Dnskey, key});
  });
}

/// `count` signatures over `owner`'s RRset that look right in every field but do not verify.
Records junk_signatures(const Record& covered, std::size_t count, std::uint8_t algorithm, std::uint16_t tag,
                        std::size_t size) {
  support::SignatureFields fields;
  fields.algorithm = algorithm;
  fields.key_tag = tag;
  const Record honest = support::sign({covered}, support::name("example."), SigningKey(13, 1), fields);
  Records junk;
  for (std::size_t i = 0; i < count; ++i) {
    Record one = honest;
    one.rdata.resize(one.rdata.size() - 64);
    for (std::size_t j = 0; j < size; ++j) one.rdata.push_back(static_cast<std::uint8_t>(1 + (i * 31 + j * 7) % 120));
    junk.push_back(std::move(one));
  }
  return junk;
}

/// Only junk signs www.example. A.
void jam(World& world, std::size_t count, std::uint8_t algorithm, std::uint16_t tag, std::size_t size) {
  world.edit("www.example.", RrType::A, [=](Reply& reply) {
    const Record data = reply.answer.front();
    std::erase_if(reply.answer, [](const Record& record) { return record.type == RrType::Rrsig; });
    const Records junk = junk_signatures(data, count, algorithm, tag, size);
    reply.answer.insert(reply.answer.end(), junk.begin(), junk.end());
  });
}

World plain_world() {
  World world;
  auto& example = world.zone("example.").add("www A 192.0.2.1").add("mail MX 10 www");
  auto& three = world.zone("three.")
                    .nsec3({.iterations = 150, .salt = {1, 2, 3, 4}})
                    .add("www A 192.0.2.1")
                    .add("mail MX 10 www");
  world.zone(".").delegate(example).delegate(three);
  return world;
}

std::string labels(std::size_t count, const std::string& apex) {
  std::string name;
  for (std::size_t i = 0; i < count; ++i) name += "a.";
  return name + apex;
}

// --- the attacks ---------------------------------------------------------------------------------------------------

void keytrap(World& world) {
  publish(world, colliding_keys());
  jam(world, 300, 14, kTag, 96);
}

void sigjam(World& world) {
  publish(world, {colliding_keys().front()});
  jam(world, 300, 14, kTag, 96);
}

void lockcram(World& world) {
  publish(world, colliding_keys());
  jam(world, 1, 14, kTag, 96);
}

void p384_junk(World& world) {
  publish(world, {colliding_keys().begin(), colliding_keys().begin() + 4});
  jam(world, 16, 14, kTag, 96);
}

void malformed(World& world) {
  publish(world, malformed_keys());
  jam(world, 300, 14, kTag, 96);
}

/// 300 DS that all name the tag of 100 keys; none of their digests is right.
void hashtrap(World& world) {
  publish(world, colliding_keys());
  world.edit("example.", RrType::Ds, [&world](Reply& reply) {
    const Record honest = reply.answer.front();
    Records ds;
    for (int i = 0; i < 300; ++i) {
      Record one = honest;
      one.rdata = {static_cast<std::uint8_t>(kTag >> 8U), static_cast<std::uint8_t>(kTag & 0xFFU), 14, 4};
      for (int j = 0; j < 48; ++j) one.rdata.push_back(static_cast<std::uint8_t>(i * 3 + j));
      one.rdata[4] = static_cast<std::uint8_t>(i >> 8);
      one.rdata[5] = static_cast<std::uint8_t>(i);
      ds.push_back(std::move(one));
    }
    const Record signature = support::sign(ds, support::name("."), world.zone(".").keys()[1].first);
    reply.answer = ds;
    reply.answer.push_back(signature);
  });
}

/// A denial with 200 NSEC3 instead of three.
void padded_denial(World& world) {
  auto& three = world.zone("three.");
  for (int i = 0; i < 220; ++i) three.add("n" + std::to_string(i) + " A 192.0.2.1");
  world.edit("nothing.three.", RrType::A, [&three](Reply& reply) {
    Records all;
    for (const Record& record : three.records()) {
      const bool is_proof = record.type == RrType::Nsec3 || (record.type == RrType::Rrsig && record.rdata[1] == 50);
      if (is_proof) all.push_back(record);
    }
    reply.authority.insert(reply.authority.begin(), all.begin(), all.end());
  });
}

struct Attack {
  const char* name;
  const char* rule;
  void (*prepare)(World&);
  Limit limit;  ///< what ends it, and nothing else: without that limit another one would, later
  std::string question;
  const char* neighbour;
  bool neighbour_is_secure = true;
};
std::ostream& operator<<(std::ostream& out, const Attack& attack) { return out << attack.name; }

void nothing(World&) {}

// clang-format off
const Attack kAttacks[] = {
    {"a_keytrap", "D-98 D-31 D-36: 100 keys of one tag x 300 signatures, P-384", keytrap, Limit::FailedUnits, "www.example.", "mail.example."},
    {"a_sigjam", "D-98 D-32: 300 signatures for one key", sigjam, Limit::FailedUnits, "www.example.", "mail.example."},
    {"a_lockcram", "D-31: 100 keys of one tag for one signature", lockcram, Limit::KeysPerSignature, "www.example.", "mail.example."},
    {"a_p384_junk", "D-98: the dearest algorithm, 4 keys x 16 signatures", p384_junk, Limit::FailedUnits, "www.example.", "mail.example."},
    {"a_malformed_keys", "D-36: keys off the curve are not free", malformed, Limit::FailedChecks, "www.example.", "mail.example."},
    {"a_hashtrap", "D-102: 300 DS x 100 keys", hashtrap, Limit::DsDigests, "www.example.", "mail.example.", false},
    {"a_nsec3_labels", "D-100: 125 labels, 150 rounds", nothing, Limit::Sha1Blocks, labels(118, "three."), "mail.three."},
    {"a_denial_padded", "D-101 D-99: 200 NSEC3 in one denial", padded_denial, Limit::Nsec3Records, "nothing.three.", "mail.three."},
};
// clang-format on

class Attacks : public testing::TestWithParam<Attack> {};

/// The measure of part F: a cold look-up two levels below the root, all zones signed with P-256 but the root.
World ordinary_world() {
  World world;
  auto& inner = world.zone("inner.example.").add("www A 192.0.2.1");
  auto& outer = world.zone("example.").delegate(inner);
  world.zone(".").algorithm(8).delegate(outer);
  return world;
}

double cold_cost(Meter& meter, const wire::Question& asked) {
  meter.forget();
  return meter.ask(asked).cpu_seconds;
}

bool is_bad_end(const Verdict& verdict) {
  return verdict.security == Security::Bogus || verdict.reason == Reason::WorkLimit;
}

void expect_end(const Verdict& verdict, Limit limit) {
  EXPECT_EQ(code(verdict.reason), code(Reason::WorkLimit)) << to_text(verdict.security);
  EXPECT_EQ(verdict.facts.text, to_text(limit));
}

/// Sanitizers slow our code and not libcrypto's: the ratio means nothing there, and the attacks run for what they find.
#ifdef __SANITIZE_ADDRESS__
constexpr bool kIsMeasured = false;
#elif defined(__has_feature)
constexpr bool kIsMeasured = !__has_feature(address_sanitizer);
#else
constexpr bool kIsMeasured = true;
#endif

/// Both are measured in turns and the cheapest of each counts: a machine that is slow for a while makes either dearer.
void expect_cheap(Meter& meter, const wire::Question& asked) {
  if (!kIsMeasured) return;
  constexpr int kFewestTurns = 5, kMostTurns = 200;
  const World world = ordinary_world();
  Meter ordinary_meter(world);
  double ordinary = 1, attack = 1;
  for (int turn = 0; turn < kFewestTurns || (turn < kMostTurns && attack > kMostTimes * ordinary); ++turn) {
    ordinary = std::min(ordinary, cold_cost(ordinary_meter, question("www.inner.example.", RrType::A)));
    attack = std::min(attack, cold_cost(meter, asked));
  }
  testing::Test::RecordProperty("times", std::to_string(attack / ordinary));
  EXPECT_LE(attack, kMostTimes * ordinary) << attack * 1e6 << " us against " << ordinary * 1e6 << " us";
}

TEST_P(Attacks, CostAtMostTwentyLookupsAndSpareTheNeighbour) {
  const Attack& attack = GetParam();
  World world = plain_world();
  attack.prepare(world);
  const auto asked = question(attack.question, RrType::A), neighbour = question(attack.neighbour, RrType::Mx);

  Meter alone(world);
  const Verdict calm = alone.ask(neighbour).verdict;
  if (attack.neighbour_is_secure) {
    EXPECT_EQ(to_text(calm.security), to_text(Security::Secure)) << code(calm.reason);
  }

  Meter cold(world);
  std::ignore = cold.ask(question("mail.three.", RrType::Mx));  // replies are made once; caches are emptied below
  cold.forget();
  const auto cost = cold.ask(asked);
  expect_end(cost.verdict, attack.limit);
  expect_cheap(cold, asked);

  cold.forget();
  const auto crossing = cold.ask_meanwhile(asked, neighbour);
  EXPECT_EQ(to_text(crossing.attack.verdict.security), to_text(cost.verdict.security));
  for (const Verdict& verdict : crossing.neighbours) {
    EXPECT_EQ(to_text(verdict.security), to_text(calm.security)) << code(verdict.reason);
    EXPECT_EQ(code(verdict.reason), code(calm.reason));
  }
}

std::string attack_name(const testing::TestParamInfo<Attack>& info) { return info.param.name; }

INSTANTIATE_TEST_SUITE_P(Zones, Attacks, testing::ValuesIn(kAttacks), attack_name);

/// A ladder of aliases over zone cuts, a_cname_cuts.
World ladder(int algorithm) {
  constexpr int kRungs = 30;
  World world;
  auto& example = world.zone("example.").add("mail MX 10 mail").add("www CNAME www.c0.example.");
  for (int i = 0; i < kRungs; ++i) {
    auto& zone = world.zone("c" + std::to_string(i) + ".example.").algorithm(algorithm);
    zone.add("www CNAME www.c" + std::to_string(i + 1) + ".example.").add("mail MX 10 mail");
    example.delegate(zone);
  }
  world.zone(".").delegate(example);
  return world;
}

// D-104, D-105. All its signatures are good, so they are paid for; a neighbour in the midst of it is as Secure as ever.
TEST(Ladder, OfAliasesOverCutsEndsAtTheLimit) {
  const World world = ladder(13);
  Meter meter(world);
  const auto cost = meter.ask(question("www.example.", RrType::A));
  expect_end(cost.verdict, Limit::ChainLinks);
  expect_cheap(meter, question("www.example.", RrType::A));
  meter.forget();
  const auto crossing =
      meter.ask_meanwhile(question("www.example.", RrType::A), question("mail.c3.example.", RrType::Mx));
  for (const Verdict& verdict : crossing.neighbours)
    EXPECT_EQ(to_text(verdict.security), to_text(Security::Secure)) << code(verdict.reason);
}

// D-99: 400 u are 10 good signatures of P-384. Counted in checks, for the price of P-384 beside P-256 differs between
// builds of libcrypto; bench/validation_bench has the time.
TEST(Ladder, OfTheDearestAlgorithmEndsByUnits) {
  constexpr int kUnitsOfP384 = 40, kUnitsOfP256 = 4, kMostUnits = 400;
  const World world = ladder(14);
  Meter meter(world);
  const auto cost = meter.ask(question("www.example.", RrType::A), Detail::Trace);
  EXPECT_EQ(code(cost.verdict.reason), code(Reason::WorkLimit)) << to_text(cost.verdict.security);
  int units = 0;
  for (const std::string& line : cost.verdict.trace) {
    const bool is_check = line.find(": signature by key") != std::string::npos;
    if (!is_check || line.find("checked before") != std::string::npos) continue;
    units += line.find("ECDSAP384") != std::string::npos ? kUnitsOfP384 : kUnitsOfP256;
  }
  EXPECT_GT(units, kMostUnits - kUnitsOfP384);
  EXPECT_LE(units, kMostUnits);
}

/// Records whose owners each decompress to about 200 octets, by 100 pointers; together to more than the limit of D-6.
Octets compression_bomb(const wire::Question& asked) {
  Reply reply;
  reply.question = asked;
  reply.has_edns = false;
  Octets out = reply.octets();
  const auto put16 = [&](std::size_t value) {
    out.push_back(static_cast<std::uint8_t>(value >> 8U));
    out.push_back(static_cast<std::uint8_t>(value));
  };
  std::size_t previous = 0xC000 | 12, count = 0;
  while (count < 3900) {
    const std::size_t here = 0xC000 | out.size();
    out.insert(out.end(), {1, 'a'});  // a name of its own, each decoded for itself
    put16(previous);
    for (const int value : {1, 1, 0, 300, 0}) put16(static_cast<std::size_t>(value));
    if (count < 100) previous = here;
    ++count;
  }
  out[6] = static_cast<std::uint8_t>(count >> 8U);
  out[7] = static_cast<std::uint8_t>(count);
  return out;
}

// D-6: a_compress_bomb. The message is refused: no reply.
TEST(CompressionBomb, CostsNoMoreThanTwentyLookups) {
  World world = plain_world();
  Meter meter(world);
  const auto asked = question("www.example.", RrType::A);
  meter.reply(asked, compression_bomb(asked));
  const auto cost = meter.ask(asked);
  EXPECT_EQ(code(cost.verdict.reason), code(Reason::MalformedResponse)) << to_text(cost.verdict.security);
  expect_cheap(meter, asked);
  meter.forget();
  const auto crossing = meter.ask_meanwhile(asked, question("mail.example.", RrType::Mx));
  for (const Verdict& verdict : crossing.neighbours)
    EXPECT_EQ(to_text(verdict.security), to_text(Security::Secure)) << code(verdict.reason);
}

// D-105: work-limit is never remembered: the same name, honest again, is Secure over the same caches.
TEST(WorkLimit, IsNotRemembered) {
  World spoilt = plain_world();
  keytrap(spoilt);
  Meter meter(spoilt);
  const auto asked = question("www.example.", RrType::A);
  EXPECT_TRUE(is_bad_end(meter.ask(asked).verdict));
  World honest = plain_world();
  publish(honest, colliding_keys());
  meter.reply(asked, honest.reply(asked).octets());
  const auto again = meter.ask(asked);
  EXPECT_EQ(to_text(again.verdict.security), to_text(Security::Secure)) << code(again.verdict.reason);
}

}  // namespace
}  // namespace danesweep::dnssec
