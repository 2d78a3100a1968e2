// SPDX-License-Identifier: Apache-2.0
#include "dnssec/crypto.h"

#include <gtest/gtest.h>
#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <sys/wait.h>

#include <csignal>
#include <cstdlib>
#include <thread>

#include "dnssec/wire/encodings.h"
#include "tests/unit/dnssec_signature/verification.h"

namespace {

// The library's memory, to be denied to it: D-43. Counts down; below zero nothing is denied.
thread_local long allocations_left = -1;

bool denied() {
  if (allocations_left < 0) return false;
  if (allocations_left > 0) --allocations_left;
  return allocations_left == 0;
}
void* test_malloc(std::size_t size, const char*, int) { return denied() ? nullptr : std::malloc(size); }
void* test_realloc(void* old, std::size_t size, const char*, int) {
  return denied() ? nullptr : std::realloc(old, size);
}
void test_free(void* memory, const char*, int) { std::free(memory); }

// Before any other initialiser: the library takes these only while it has allocated nothing.
[[gnu::constructor(101)]] void take_over_memory() { CRYPTO_set_mem_functions(test_malloc, test_realloc, test_free); }

}  // namespace

namespace danesweep::dnssec {
namespace {

using support::SigningKey;
using Octets = std::vector<std::uint8_t>;

Policy with_sha1() {
  Policy policy;
  policy.sha1 = Sha1Signatures::Checked;
  return policy;
}

const Octets kData = {'d', 'a', 't', 'a'};

std::shared_ptr<const PublicKey> load(Crypto& crypto, const SigningKey& key) {
  const Octets rdata = key.dnskey_rdata();
  return crypto.load_key(key.algorithm(), Bytes(rdata).subspan(4)).value();
}

TEST(KnownAnswers, AllHoldHere) {  // D-34
  const Crypto crypto(with_sha1());
  EXPECT_TRUE(crypto.refused_algorithms().empty());
  for (const int number : {5, 7, 8, 10, 13, 14, 15, 16})
    EXPECT_TRUE(crypto.supports_algorithm(static_cast<std::uint8_t>(number))) << number;
}

TEST(KnownAnswers, WhatTheLibraryDoesNotProveIsUnsupportedNotWrong) {  // D-34
  std::vector<KnownAnswer> answers(known_answers().begin(), known_answers().end());
  for (KnownAnswer& answer : answers)
    if (answer.algorithm == 14) answer.data = "00";
  std::erase_if(answers, [](const KnownAnswer& answer) { return answer.algorithm == 5; });
  Crypto crypto(with_sha1(), answers);
  EXPECT_EQ(crypto.refused_algorithms(), (std::vector<std::uint8_t>{5, 14}));
  EXPECT_FALSE(crypto.supports_algorithm(14));
  const Octets rdata = SigningKey(14, 0).dnskey_rdata();
  EXPECT_EQ(crypto.load_key(14, Bytes(rdata).subspan(4)).error(), KeyFault::UnsupportedAlgorithm);
}

TEST(KnownAnswers, ASwitchedOffAlgorithmIsNotARefusedOne) {  // D-33, D-34
  const Crypto crypto{Policy()};
  EXPECT_FALSE(crypto.supports_algorithm(5));
  EXPECT_TRUE(crypto.refused_algorithms().empty());
}

TEST(OwnContext, IsNotMovedByASystemPolicy) {  // D-34
  // Under this policy the default context could fetch nothing at all.
  EVP_set_default_properties(nullptr, "provider=none");
  EXPECT_EQ(EVP_MD_fetch(nullptr, "SHA256", nullptr), nullptr);
  const Crypto crypto(with_sha1());
  EVP_set_default_properties(nullptr, "");
  EXPECT_TRUE(crypto.refused_algorithms().empty());
}

class EachKey : public testing::TestWithParam<std::pair<int, std::size_t>> {};
INSTANTIATE_TEST_SUITE_P(Pool, EachKey,
                         testing::Values(std::pair(5, 0), std::pair(7, 1), std::pair(8, 0), std::pair(8, 2),
                                         std::pair(8, 4), std::pair(10, 0), std::pair(13, 0), std::pair(14, 0),
                                         std::pair(15, 0), std::pair(16, 0)));

TEST_P(EachKey, ManySignaturesGoodAndBad) {  // D-33
  Crypto crypto(with_sha1());
  const SigningKey key(GetParam().first, GetParam().second);
  const auto loaded = load(crypto, key);
  EXPECT_EQ(loaded->algorithm(), key.algorithm());
  for (int i = 0; i < 20; ++i) {
    const Octets data(static_cast<std::size_t>(i) * 37, static_cast<std::uint8_t>(i));
    Octets signature = key.sign(data);
    EXPECT_EQ(crypto.check(*loaded, data, signature), CheckResult::Good);
    signature[static_cast<std::size_t>(i) % signature.size()] ^= 0x40;
    EXPECT_EQ(crypto.check(*loaded, data, signature), CheckResult::Wrong);
  }
}

TEST_P(EachKey, SignaturesOfImpossibleLengthAreWrong) {
  Crypto crypto(with_sha1());
  const SigningKey key(GetParam().first, GetParam().second);
  const auto loaded = load(crypto, key);
  Octets signature = key.sign(kData);
  EXPECT_EQ(crypto.check(*loaded, kData, {}), CheckResult::Wrong);
  signature.push_back(0);
  EXPECT_EQ(crypto.check(*loaded, kData, signature), CheckResult::Wrong);
  signature.resize(signature.size() - 2);
  EXPECT_EQ(crypto.check(*loaded, kData, signature), CheckResult::Wrong);
  const Octets zeros(key.sign(kData).size(), 0), ones(key.sign(kData).size(), 0xFF);
  EXPECT_EQ(crypto.check(*loaded, kData, zeros), CheckResult::Wrong);
  EXPECT_EQ(crypto.check(*loaded, kData, ones), CheckResult::Wrong);
}

TEST_P(EachKey, WithoutMemoryIsAFailureOfOursNeverTheirs) {  // D-43
  Crypto crypto(with_sha1());
  const SigningKey key(GetParam().first, GetParam().second);
  const Octets signature = key.sign(kData);
  int failures = 0;
  for (long allowed = 1; allowed < 120; ++allowed) {
    const auto loaded = load(crypto, key);  // a new key: its context has to be made
    allocations_left = allowed;
    const CheckResult result = crypto.check(*loaded, kData, signature);
    allocations_left = -1;
    ASSERT_NE(result, CheckResult::Wrong) << "after " << allowed << " allocations";
    failures += result == CheckResult::LibraryFailure;
    EXPECT_EQ(crypto.check(*loaded, kData, signature), CheckResult::Good);
  }
  EXPECT_GT(failures, 0);
  EXPECT_FALSE(crypto.last_error().empty());
}

TEST_P(EachKey, IsNeverCalledBadForWantOfMemory) {  // D-43
  const SigningKey key(GetParam().first, GetParam().second);
  const auto is_good_or_aborted = [](int status) {
    return (WIFEXITED(status) && WEXITSTATUS(status) == 0) || (WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT);
  };
  for (long allowed = 1; allowed < 30; ++allowed)
    EXPECT_EXIT(
        {
          Crypto crypto(with_sha1());
          const Octets rdata = key.dnskey_rdata();
          allocations_left = allowed;
          const auto loaded = crypto.load_key(key.algorithm(), Bytes(rdata).subspan(4));
          allocations_left = -1;
          std::_Exit(loaded ? 0 : 1);
        },
        is_good_or_aborted, "")
        << "after " << allowed << " allocations";
}

/// Asked right before a check is computed: from then on there is no memory.
class DenyingMemo : public SignatureMemo {
 public:
  bool contains(const Sha256&) override {
    allocations_left = 1;
    return false;
  }
  void remember(const Sha256&) override {}
};

TEST(LibraryFailure, OfACheckIsNobodysFault) {  // D-43
  const SigningKey key(13, 0);
  support::Records records{support::record("www.example. A 192.0.2.1")};
  records.push_back(support::sign(records, support::name("example."), key));
  const Grouped grouped(records);
  Desk desk;
  const auto keys = desk.load({dnskey(key)});
  const auto verify = [&] {
    return verify_rrset(grouped.first(), support::name("example."), keys, SignedRole::Ordinary, desk.context);
  };
  DenyingMemo memo;
  desk.context.memo = &memo;
  const auto failed = verify();
  allocations_left = -1;
  desk.context.memo = nullptr;
  ASSERT_FALSE(failed);
  EXPECT_EQ(failed.error().security, Security::Indeterminate);
  EXPECT_EQ(code(failed.error().reason), "crypto-failure");
  EXPECT_FALSE(failed.error().facts.text.empty());
  EXPECT_TRUE(verify());
}

TEST(Keys, ContextsAreNeverTakenForThoseOfAnotherKey) {
  Crypto crypto(with_sha1());
  for (int round = 0; round < 200; ++round) {
    const SigningKey key(13, static_cast<std::size_t>(round) % 4), other(13, static_cast<std::size_t>(round + 1) % 4);
    const auto loaded = load(crypto, key);  // the one before is gone, and its address may be used again
    EXPECT_EQ(crypto.check(*loaded, kData, key.sign(kData)), CheckResult::Good);
    EXPECT_EQ(crypto.check(*loaded, kData, other.sign(kData)), CheckResult::Wrong);
  }
}

TEST(Keys, MayBeSharedBetweenThreads) {
  Crypto main(with_sha1());
  const SigningKey key(13, 0);
  const auto loaded = load(main, key);
  const Octets signature = key.sign(kData);
  auto work = [&] {
    Crypto crypto(with_sha1());
    for (int i = 0; i < 50; ++i) EXPECT_EQ(crypto.check(*loaded, kData, signature), CheckResult::Good);
  };
  std::thread one(work), two(work);
  one.join();
  two.join();
}

struct FaultRow {
  const char* what;
  std::uint8_t algorithm;
  Octets octets;
  std::optional<KeyFault> fault;
};

Octets rsa(Octets exponent, std::size_t bits) {
  Octets out{static_cast<std::uint8_t>(exponent.size())};
  out.insert(out.end(), exponent.begin(), exponent.end());
  Octets modulus((bits + 7) / 8, 0xFF);
  if (bits % 8 != 0) modulus[0] = static_cast<std::uint8_t>((1U << bits % 8) - 1);
  out.insert(out.end(), modulus.begin(), modulus.end());
  return out;
}

Octets spoiled(const SigningKey& key) {
  Octets rdata = key.dnskey_rdata();
  rdata.erase(rdata.begin(), rdata.begin() + 4);
  rdata.back() ^= 1;
  return rdata;
}

TEST(Keys, AreLoadedOrTheirFaultIsTold) {  // D-33, D-35
  const FaultRow rows[] = {
      {"1024 bits", 8, rsa({3}, 1024), std::nullopt},
      {"1023 bits", 8, rsa({3}, 1023), KeyFault::UnsupportedSize},
      {"512 bits", 8, rsa({1, 0, 1}, 512), KeyFault::UnsupportedSize},
      {"4096 bits", 10, rsa({1, 0, 1}, 4096), std::nullopt},
      {"4097 bits", 10, rsa({1, 0, 1}, 4097), KeyFault::UnsupportedSize},
      {"8192 bits", 8, rsa({1, 0, 1}, 8192), KeyFault::UnsupportedSize},
      {"exponent in four octets", 8, rsa({0, 1, 0, 1}, 2048), std::nullopt},
      {"even exponent", 8, rsa({1, 0, 0}, 2048), KeyFault::Malformed},
      {"exponent 1", 8, rsa({1}, 2048), KeyFault::Malformed},
      {"huge exponent", 8, rsa({1, 0, 0, 0, 0, 1}, 2048), KeyFault::Malformed},
      {"no modulus", 8, {3, 1, 0, 1}, KeyFault::Malformed},
      {"P-256 off the curve", 13, spoiled(SigningKey(13, 0)), KeyFault::Malformed},
      {"P-256 all zeros", 13, Octets(64, 0), KeyFault::Malformed},
      {"P-256 coordinates too large", 13, Octets(64, 0xFF), KeyFault::Malformed},
      {"P-256 an octet short", 13, Octets(63, 1), KeyFault::Malformed},
      {"P-256 of 4000 octets", 13, Octets(4000, 1), KeyFault::Malformed},
      {"P-384 off the curve", 14, spoiled(SigningKey(14, 0)), KeyFault::Malformed},
      {"P-384 of P-256's length", 14, Octets(64, 1), KeyFault::Malformed},
      {"P-384 of 4000 octets", 14, Octets(4000, 1), KeyFault::Malformed},
      {"Ed25519 an octet long", 15, Octets(33, 1), KeyFault::Malformed},
      {"Ed448 an octet short", 16, Octets(56, 1), KeyFault::Malformed},
      {"RSA/MD5", 1, rsa({3}, 1024), KeyFault::UnsupportedAlgorithm},
      {"DSA", 3, Octets(100, 1), KeyFault::UnsupportedAlgorithm},
      {"GOST", 12, Octets(64, 1), KeyFault::UnsupportedAlgorithm},
      {"private", 253, Octets(64, 1), KeyFault::UnsupportedAlgorithm},
      {"RSA/SHA-1, switched off", 5, rsa({3}, 1024), KeyFault::UnsupportedAlgorithm},
  };
  Crypto crypto{Policy()};
  for (const FaultRow& row : rows) {
    const auto key = crypto.load_key(row.algorithm, row.octets);
    EXPECT_EQ(key.has_value(), !row.fault) << row.what;
    if (!key && row.fault) {
      EXPECT_EQ(key.error(), *row.fault) << row.what;
    }
  }
}

TEST(Keys, KnowTheirSizeAndPrice) {  // RULES.md part F
  Crypto crypto{Policy()};
  EXPECT_EQ(load(crypto, SigningKey(8, support::kRsa1024))->bits(), 1024U);
  EXPECT_EQ(load(crypto, SigningKey(8, 0))->units(), 1U);
  EXPECT_EQ(load(crypto, SigningKey(8, support::kRsa4096))->units(), 4U);
  EXPECT_EQ(load(crypto, SigningKey(14, 0))->units(), 40U);
  EXPECT_EQ(load(crypto, SigningKey(14, 0))->bits(), 384U);
}

/// A signature (r, s) for which the verifier's sum is the point at infinity: r = -e/d. Only the key's owner can make
/// one, to have us report a failure of our own.
Octets signature_at_infinity(const Octets& data) {
  const support::PrivateKey key = support::pool_key(13, 0);
  BIGNUM *d = nullptr, *n = BN_new(), *e = BN_new(), *r = BN_new();
  EVP_PKEY_get_bn_param(key.get(), OSSL_PKEY_PARAM_PRIV_KEY, &d);
  EC_GROUP* group = EC_GROUP_new_by_curve_name(NID_X9_62_prime256v1);
  EC_GROUP_get_order(group, n, nullptr);
  const Sha256 digest = sha256_of(data);
  BN_bin2bn(digest.data(), 32, e);
  BN_CTX* context = BN_CTX_new();
  BN_mod_inverse(r, d, n, context);
  BN_mod_mul(r, r, e, n, context);
  BN_sub(r, n, r);
  Octets out(64, 0);
  BN_bn2binpad(r, out.data(), 32);
  out.back() = 1;  // s
  for (BIGNUM* number : {d, n, e, r}) BN_free(number);
  BN_CTX_free(context);
  EC_GROUP_free(group);
  return out;
}

TEST(Signatures, ThatEndAtInfinityAreWrong) {  // D-43
  Crypto crypto{Policy()};
  const auto key = load(crypto, SigningKey(13, 0));
  EXPECT_EQ(crypto.check(*key, kData, signature_at_infinity(kData)), CheckResult::Wrong);
}

TEST(DsDigests, OfTheRootKeyOf2017) {  // D-39, D-124
  const auto key = wire::from_base64(
      "AwEAAaz/tAm8yTn4Mfeh5eyI96WSVexTBAvkMgJzkKTOiW1vkIbzxeF3+/4RgWOq7HrxRixHlFlExOLAJr5emLvN7SWXgnLh4+B5xQlNVz8Og8kv"
      "ArMtNROxVQuCaSnIDdD5LKyWbRd2n9WGe2R8PzgCmr3EgVLrjyBxWezF0jLHwVN8efS3rCj/EWgvIWgb9tarpVUDK/b58Da+sqqls3eNbuv7pr+e"
      "oZG+SrDK6nWeL3c6H5Apxz7LjVc1uTIdsIXxuOLYA4/ilBmSVIzuDWfdRUfhHdY6+cn8HFRm+2hM8AnXGXws9555KrUB5qihylGa8subX2Nn6UwN"
      "R1AkUTV74bU=");
  Octets rdata{1, 1, 3, 8};
  rdata.insert(rdata.end(), key->begin(), key->end());
  Crypto crypto{Policy()};
  const Octets root{0};
  EXPECT_EQ(wire::to_hex(*crypto.ds_digest(2, root, rdata)),
            "e06d44b80b8f1d39a95c0b0d7c65d08458e880409bbc683457104237c7f8ec8d");
  EXPECT_EQ(crypto.ds_digest(1, root, rdata)->size(), 20U);
  EXPECT_EQ(crypto.ds_digest(4, root, rdata)->size(), 48U);
  for (const int type : {0, 3, 5, 6, 200}) EXPECT_FALSE(crypto.ds_digest(static_cast<std::uint8_t>(type), root, rdata));
}

TEST(Nsec3Hash, OfTheExampleZone) {  // RFC 5155 appendix A; D-88
  Crypto crypto{Policy()};
  const Octets salt{0xAA, 0xBB, 0xCC, 0xDD};
  const std::pair<const char*, const char*> rows[] = {
      {"example.", "0p9mhaveqvm6t7vbl5lop2u3t2rp3tom"},     {"a.example.", "35mthgpgcu1qg68fab165klnsnk3dpvl"},
      {"ns1.example.", "2t7b4g4vsa5smi47k61mv5bv1a22bojr"}, {"*.w.example.", "r53bq7cc2uvmubfu5ocmm6pers9tk9en"},
      {"xx.example.", "t644ebqk9bibcna874givr6joj62mlhv"},
  };
  for (const auto& [name, hash] : rows)
    EXPECT_EQ(wire::to_base32hex(crypto.nsec3_hash(support::name(name).wire(), salt, 12)), hash) << name;
  const Octets long_salt(255, 7);
  EXPECT_NE(crypto.nsec3_hash(support::name("example.").wire(), long_salt, 1),
            crypto.nsec3_hash(support::name("example.").wire(), long_salt, 0));
}

TEST(Hashes, Sha256) {
  Crypto crypto{Policy()};
  const Octets abc{'a', 'b', 'c'};
  EXPECT_EQ(wire::to_hex(crypto.sha256(abc)), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(crypto.sha256(abc), sha256_of(abc));
  EXPECT_EQ(wire::to_hex(sha256_of({})), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
}

TEST(Randomness, IsNotTheSameTwice) {
  std::array<std::uint8_t, 16> a{}, b{};
  random_octets(a);
  random_octets(b);
  EXPECT_NE(a, b);
  random_octets({});
}

TEST(Version, NamesTheLibrary) { EXPECT_EQ(crypto_library_version().substr(0, 7), "OpenSSL"); }

}  // namespace
}  // namespace danesweep::dnssec
