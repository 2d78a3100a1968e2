// SPDX-License-Identifier: Apache-2.0
// What one signature costs, layer by layer: libcrypto alone on a kept context (the floor), dnssec/crypto, the whole
// check of an RRset, and the same from the memo (D-110). Then keys, digests and NSEC3 hashes, and a rate for the table
// of units in RULES.md part F: `units` is the time per check in RSA-2048 checks of the same run.
#include <benchmark/benchmark.h>
#include <openssl/evp.h>
#include <openssl/rsa.h>

#include <set>

#include "dnssec/crypto.h"
#include "dnssec/signature.h"
#include "dnssec/zone_keys.h"
#include "tests/support/world.h"

namespace danesweep::dnssec {
namespace {

using support::name;
using support::Records;
using support::SigningKey;
using Octets = std::vector<std::uint8_t>;

Policy policy_with_sha1() {
  Policy policy;
  policy.sha1 = Sha1Signatures::Checked;
  return policy;
}

/// Pool keys: algorithm and index.
void each_key(benchmark::internal::Benchmark* bench) {
  bench->Args({8, 0})->Args({8, support::kRsa1024})->Args({8, support::kRsa4096});
  for (const int algorithm : {10, 13, 14, 15, 16}) bench->Args({algorithm, 0});
}

SigningKey key_of(const benchmark::State& state) {
  return {static_cast<int>(state.range(0)), static_cast<std::size_t>(state.range(1))};
}

Octets der(const Octets& plain) {
  Octets out{0x30, 0};
  for (const std::size_t begin : {std::size_t{0}, plain.size() / 2}) {
    Octets number(plain.begin() + static_cast<std::ptrdiff_t>(begin),
                  plain.begin() + static_cast<std::ptrdiff_t>(begin + plain.size() / 2));
    while (number.size() > 1 && number[0] == 0) number.erase(number.begin());
    if (number[0] & 0x80) number.insert(number.begin(), 0);
    out.push_back(2);
    out.push_back(static_cast<std::uint8_t>(number.size()));
    out.insert(out.end(), number.begin(), number.end());
  }
  out[1] = static_cast<std::uint8_t>(out.size() - 2);
  return out;
}

/// The floor: fetched digest, kept contexts, nothing of ours.
void RawVerify(benchmark::State& state) {
  const int algorithm = static_cast<int>(state.range(0));
  const auto key = support::pool_key(algorithm, static_cast<std::size_t>(state.range(1)));
  const Octets data(300, 7);
  Octets signature = key_of(state).sign(data);
  const bool eddsa = algorithm >= 15, ecdsa = algorithm == 13 || algorithm == 14;
  if (ecdsa) signature = der(signature);
  EVP_MD* md = eddsa ? nullptr
                     : EVP_MD_fetch(nullptr,
                                    algorithm == 14   ? "SHA384"
                                    : algorithm == 10 ? "SHA512"
                                                      : "SHA256",
                                    nullptr);
  EVP_MD_CTX* digester = EVP_MD_CTX_new();
  EVP_MD_CTX* one_shot = EVP_MD_CTX_new();
  EVP_PKEY_CTX* context = EVP_PKEY_CTX_new(key.get(), nullptr);
  if (eddsa) {
    EVP_DigestVerifyInit(one_shot, nullptr, nullptr, nullptr, key.get());
  } else {
    EVP_PKEY_verify_init(context);
    if (!ecdsa) EVP_PKEY_CTX_set_rsa_padding(context, RSA_PKCS1_PADDING);
    EVP_PKEY_CTX_set_signature_md(context, md);
  }
  Octets digest(64);
  for (auto _ : state) {
    int good = 0;
    if (eddsa) {
      good = EVP_DigestVerify(one_shot, signature.data(), signature.size(), data.data(), data.size());
    } else {
      unsigned size = 0;
      EVP_DigestInit_ex2(digester, md, nullptr);
      EVP_DigestUpdate(digester, data.data(), data.size());
      EVP_DigestFinal_ex(digester, digest.data(), &size);
      good = EVP_PKEY_verify(context, signature.data(), signature.size(), digest.data(), size);
    }
    if (good != 1) state.SkipWithError("does not verify");
  }
  EVP_PKEY_CTX_free(context);
  EVP_MD_CTX_free(one_shot);
  EVP_MD_CTX_free(digester);
  EVP_MD_free(md);
}
BENCHMARK(RawVerify)->Apply(each_key);

void CryptoCheck(benchmark::State& state) {
  Crypto crypto(policy_with_sha1());
  const SigningKey key = key_of(state);
  const Octets data(300, 7), signature = key.sign(data), rdata = key.dnskey_rdata();
  const auto loaded = crypto.load_key(key.algorithm(), Bytes(rdata).subspan(4)).value();
  for (auto _ : state)
    if (crypto.check(*loaded, data, signature) != CheckResult::Good) state.SkipWithError("does not verify");
}
BENCHMARK(CryptoCheck)->Apply(each_key);

class SetMemo : public SignatureMemo {
 public:
  bool contains(const Sha256& key) override { return good_.contains(key); }
  void remember(const Sha256& key) override { good_.insert(key); }

 private:
  std::set<Sha256> good_;
};

/// An MX RRset of two with its signature, grouped from a message.
struct SignedMx {
  explicit SignedMx(const SigningKey& key) {
    support::Reply reply;
    reply.question = {name("example."), wire::RrType::Mx};
    reply.answer = {support::record("example. MX 10 mx1.example."), support::record("example. MX 20 mx2.example.")};
    reply.answer.push_back(support::sign(reply.answer, name("example."), key));
    message = reply.message();
    rrset = wire::group_rrsets(*message).rrsets.at(0);
    support::Reply keys;
    keys.question = {name("example."), wire::RrType::Dnskey};
    keys.answer = {{name("example."), 3600, wire::RrType::Dnskey, key.dnskey_rdata()}};
    key_message = keys.message();
    dnskeys = wire::group_rrsets(*key_message).rrsets.at(0);
  }
  wire::MessagePtr message, key_message;
  wire::Rrset rrset, dnskeys;
};

void verify(benchmark::State& state, SignatureMemo* memo) {
  const Policy policy = policy_with_sha1();
  Crypto crypto(policy);
  WorkBudget budget(policy);
  SignatureContext context{support::kNow, &policy, &crypto, &budget, memo, nullptr};
  const SignedMx mx(key_of(state));
  const auto keys = load_zone_keys(mx.dnskeys, context);
  for (auto _ : state) {
    budget = WorkBudget(policy);
    if (!verify_rrset(mx.rrset, name("example."), keys, SignedRole::Ordinary, context))
      state.SkipWithError("does not verify");
  }
}
void VerifyRrset(benchmark::State& state) { verify(state, nullptr); }
BENCHMARK(VerifyRrset)->Apply(each_key);
void VerifyRrsetFromMemo(benchmark::State& state) {
  SetMemo memo;
  verify(state, &memo);
}
BENCHMARK(VerifyRrsetFromMemo)->Args({13, 0})->Args({8, 0});

void LoadKey(benchmark::State& state) {
  Crypto crypto(policy_with_sha1());
  const Octets rdata = key_of(state).dnskey_rdata();
  for (auto _ : state) benchmark::DoNotOptimize(crypto.load_key(rdata[3], Bytes(rdata).subspan(4)));
}
BENCHMARK(LoadKey)->Apply(each_key);

/// A key that is loaded, used once and thrown away, as that of a cold domain.
void LoadAndCheckOnce(benchmark::State& state) {
  Crypto crypto(policy_with_sha1());
  const SigningKey key = key_of(state);
  const Octets data(300, 7), signature = key.sign(data), rdata = key.dnskey_rdata();
  for (auto _ : state) {
    const auto loaded = crypto.load_key(rdata[3], Bytes(rdata).subspan(4)).value();
    if (crypto.check(*loaded, data, signature) != CheckResult::Good) state.SkipWithError("does not verify");
  }
}
BENCHMARK(LoadAndCheckOnce)->Args({13, 0})->Args({8, 0})->Args({15, 0});

void Nsec3Hash(benchmark::State& state) {
  Crypto crypto{Policy()};
  const Octets salt(8, 1);
  const auto owner = name("mail.example.org.");
  for (auto _ : state)
    benchmark::DoNotOptimize(crypto.nsec3_hash(owner.wire(), salt, static_cast<std::uint16_t>(state.range(0))));
}
BENCHMARK(Nsec3Hash)->Arg(0)->Arg(10)->Arg(99)->Arg(150);

void DsDigest(benchmark::State& state) {
  Crypto crypto{Policy()};
  const Octets rdata = SigningKey(8, 0).dnskey_rdata();
  const auto owner = name("example.org.");
  for (auto _ : state)
    benchmark::DoNotOptimize(crypto.ds_digest(static_cast<std::uint8_t>(state.range(0)), owner.wire(), rdata));
}
BENCHMARK(DsDigest)->Arg(1)->Arg(2)->Arg(4);

void HashEightKibioctets(benchmark::State& state) {
  Crypto crypto{Policy()};
  const Octets data(8192, 7);
  for (auto _ : state) benchmark::DoNotOptimize(crypto.sha256(data));
}
BENCHMARK(HashEightKibioctets);

}  // namespace
}  // namespace danesweep::dnssec
