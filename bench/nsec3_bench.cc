// SPDX-License-Identifier: Apache-2.0
// Denials by NSEC3: hashing by rounds, and whole NXDOMAIN proofs in a zone whose keys are known.
#include <benchmark/benchmark.h>

#include "bench/bench_zones.h"

namespace danesweep::bench {
namespace {

using dnssec::Security;

/// One hash of a name of ordinary length. Argument: extra rounds.
void BM_Nsec3Hash(benchmark::State& state) {
  dnssec::Crypto crypto{dnssec::Policy{}};
  const auto name = support::name("mail.example.org.");
  for (auto _ : state)
    benchmark::DoNotOptimize(crypto.nsec3_hash(name.wire(), {}, static_cast<std::uint16_t>(state.range(0))));
}
BENCHMARK(BM_Nsec3Hash)->Arg(0)->Arg(10)->Arg(150)->Unit(benchmark::kMicrosecond);

/// SOA and up to three NSEC3 checked, three hashes. Argument: algorithm.
void BM_Nsec3Nxdomain(benchmark::State& state) {
  CannedWorld canned(static_cast<int>(state.range(0)));
  BenchCaches caches(BenchCaches::Memo::Off);
  const wire::Question asked{support::name("nothing.hashed.test."), wire::RrType::A};
  for (auto _ : state)
    if (canned.ask(asked, caches).security != Security::Secure) state.SkipWithError("unexpected verdict");
}
BENCHMARK(BM_Nsec3Nxdomain)->Arg(13)->Arg(8)->Unit(benchmark::kMicrosecond);

/// The same with the memo: what is left is parsing, hashing and looking up.
void BM_Nsec3NxdomainRemembered(benchmark::State& state) {
  CannedWorld canned(13);
  BenchCaches caches(BenchCaches::Memo::On);
  const wire::Question asked{support::name("nothing.hashed.test."), wire::RrType::A};
  for (auto _ : state)
    if (canned.ask(asked, caches).security != Security::Secure) state.SkipWithError("unexpected verdict");
}
BENCHMARK(BM_Nsec3NxdomainRemembered)->Unit(benchmark::kMicrosecond);

}  // namespace
}  // namespace danesweep::bench
