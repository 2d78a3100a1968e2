// SPDX-License-Identifier: Apache-2.0
// Look-ups of the validator beside the raw signature checks that they cannot do without. Argument: algorithm.
#include <benchmark/benchmark.h>

#include "bench/bench_zones.h"
#include "dnssec/wire/rdata.h"
#include "dnssec/wire/rrset.h"

namespace danesweep::bench {
namespace {

using dnssec::Security;

wire::Question question(const char* name, wire::RrType type) { return {support::name(name), type}; }

void expect(benchmark::State& state, const dnssec::Verdict& verdict, Security security) {
  if (verdict.security != security) state.SkipWithError("unexpected verdict");
}

/// One check by the library alone, key loaded.
void BM_RawVerify(benchmark::State& state) {
  CannedWorld canned(static_cast<int>(state.range(0)));
  const support::SigningKey key(static_cast<int>(state.range(0)), 1);
  const auto rdata = key.dnskey_rdata();
  const auto loaded = canned.crypto().load_key(key.algorithm(), wire::Bytes(rdata).subspan(4));
  const std::vector<std::uint8_t> octets(200, 7);
  const auto signature = key.sign(octets);
  for (auto _ : state)
    if (canned.crypto().check(**loaded, octets, signature) != dnssec::CheckResult::Good) state.SkipWithError("wrong");
}
BENCHMARK(BM_RawVerify)->Arg(13)->Arg(8)->Arg(15)->Unit(benchmark::kMicrosecond);

/// Nothing known: root, two cuts, the answer; six checks.
void BM_ColdChain(benchmark::State& state) {
  CannedWorld canned(static_cast<int>(state.range(0)));
  const auto asked = question("www.signed.test.", wire::RrType::A);
  for (auto _ : state) {
    BenchCaches caches(BenchCaches::Memo::Off);
    expect(state, canned.ask(asked, caches), Security::Secure);
  }
}
BENCHMARK(BM_ColdChain)->Arg(13)->Arg(8)->Arg(15)->Unit(benchmark::kMicrosecond);

/// The dearest that a look-up can be made: at most 20 times the cold chain of algorithm 13 (D-99).
void BM_LadderOfP384(benchmark::State& state) {
  CannedWorld canned(13);
  const auto asked = question("www.c0.test.", wire::RrType::A);
  for (auto _ : state) {
    BenchCaches caches(BenchCaches::Memo::Off);
    expect(state, canned.ask(asked, caches), Security::Indeterminate);
  }
}
BENCHMARK(BM_LadderOfP384)->Unit(benchmark::kMicrosecond);

/// Keys known, the signature of the answer checked: at most 1.25 raw checks (D-112).
void BM_WarmAnswer(benchmark::State& state) {
  CannedWorld canned(static_cast<int>(state.range(0)));
  BenchCaches caches(BenchCaches::Memo::Off);
  const auto asked = question("www.signed.test.", wire::RrType::A);
  for (auto _ : state) expect(state, canned.ask(asked, caches), Security::Secure);
}
BENCHMARK(BM_WarmAnswer)->Arg(13)->Arg(8)->Arg(15)->Unit(benchmark::kMicrosecond);

/// The same answer again: the memo knows the signature (D-110).
void BM_RememberedAnswer(benchmark::State& state) {
  CannedWorld canned(13);
  BenchCaches caches(BenchCaches::Memo::On);
  const auto asked = question("www.signed.test.", wire::RrType::A);
  for (auto _ : state) expect(state, canned.ask(asked, caches), Security::Secure);
}
BENCHMARK(BM_RememberedAnswer)->Unit(benchmark::kMicrosecond);

/// An unsigned domain whose opt-out span is known: no check, no DS question (D-108).
void BM_UnsignedInKnownSpan(benchmark::State& state) {
  CannedWorld canned(13);
  BenchCaches caches(BenchCaches::Memo::On);
  const auto asked = question("plain.opt.test.", wire::RrType::Mx);
  for (auto _ : state) expect(state, canned.ask(asked, caches), Security::Insecure);
}
BENCHMARK(BM_UnsignedInKnownSpan)->Unit(benchmark::kMicrosecond);

/// What of a look-up is reading the answer's octets and grouping its records.
void BM_ParseAndGroup(benchmark::State& state) {
  CannedWorld canned(13);
  const auto octets = canned.world().reply(question("plain.opt.test.", wire::RrType::Mx)).octets();
  for (auto _ : state) {
    const auto message = wire::Message::parse(octets);
    benchmark::DoNotOptimize(wire::group_rrsets(**message));
  }
}
BENCHMARK(BM_ParseAndGroup)->Unit(benchmark::kMicrosecond);

}  // namespace
}  // namespace danesweep::bench
