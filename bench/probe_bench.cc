// SPDX-License-Identifier: Apache-2.0
// What a probe costs its client beside bare OpenSSL handshakes: both against the same server in memory, and only the
// client's CPU time is counted. Measure: probes with match and record per second at least 70% of bare handshakes.
// The kernel's share (TCP) is not in here; `compare` has it.
#include <ctime>

#include <memory>
#include <string>

#include <benchmark/benchmark.h>
#include <openssl/bio.h>
#include <openssl/ssl.h>

#include "tests/support/tls_server.h"
#include "tls/dane_match.h"
#include "tls/probe.h"

namespace {

using namespace danesweep;
using test::Octets;

/// TLS 1.3, X25519, ECDSA P-256: leaf and CA sent.
struct Host {
  test::Certificate ca = test::CertificateBuilder("CA").key(test::key_from_pool(test::KeyKind::P256, 1)).ca().make();
  test::Certificate leaf = test::CertificateBuilder("mx.example.org")
                               .key(test::key_from_pool(test::KeyKind::P256, 2))
                               .issued_by(ca)
                               .san("DNS:mx.example.org")
                               .make();
  test::TlsServerSettings settings;
  Host() { settings.chains = {{leaf, ca}}; }
};
const Host& host() {
  static const Host made;
  return made;
}

/// CPU time of this thread while the client works.
class ClientTime {
 public:
  template <class Work>
  void spend(Work work) {
    const double before = now();
    work();
    seconds_ += now() - before;
  }
  double seconds() const { return seconds_; }

 private:
  static double now() {
    timespec time{};
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
    return static_cast<double>(time.tv_sec) + 1e-9 * static_cast<double>(time.tv_nsec);
  }
  double seconds_ = 0;
};

std::string drained(BIO* bio) {
  char* data = nullptr;
  const long size = BIO_get_mem_data(bio, &data);
  std::string octets(data, static_cast<std::size_t>(size));
  static_cast<void>(BIO_reset(bio));
  return octets;
}

void bare_handshake(SSL_CTX* context, test::TlsServer& server, ClientTime& time) {
  std::unique_ptr<SSL, decltype(&SSL_free)> ssl(nullptr, SSL_free);
  BIO* in = nullptr;
  BIO* out = nullptr;
  std::string records;
  bool done = false;
  time.spend([&] {
    ssl.reset(SSL_new(context));
    in = BIO_new(BIO_s_mem());
    out = BIO_new(BIO_s_mem());
    SSL_set_bio(ssl.get(), in, out);
    SSL_set_tlsext_host_name(ssl.get(), "mx.example.org");
    SSL_set_connect_state(ssl.get());
    SSL_do_handshake(ssl.get());
    records = drained(out);
  });
  while (!done) {
    server.feed(records);
    const std::string answer = server.take_output();
    time.spend([&] {
      BIO_write(in, answer.data(), static_cast<int>(answer.size()));
      done = SSL_do_handshake(ssl.get()) == 1;
      records = drained(out);
    });
  }
  time.spend([&] { ssl.reset(); });
}

void BM_BareHandshake(benchmark::State& state) {
  const std::unique_ptr<SSL_CTX, decltype(&SSL_CTX_free)> context(SSL_CTX_new(TLS_client_method()), SSL_CTX_free);
  for (auto _ : state) {
    test::TlsServer server(host().settings);
    ClientTime time;
    bare_handshake(context.get(), server, time);
    state.SetIterationTime(time.seconds());
  }
}
BENCHMARK(BM_BareHandshake)->UseManualTime();

/// The server's side of a probe; TLS is OpenSSL's.
class Server {
 public:
  Server() : tls_(host().settings) {}
  std::string greeting() { return "220 mx.example.org ESMTP\r\n"; }
  std::string answer(std::string_view heard) {
    if (in_tls_) return under_tls(heard);
    if (heard.starts_with("EHLO")) return "250-mx.example.org\r\n250-PIPELINING\r\n250-STARTTLS\r\n250 8BITMIME\r\n";
    in_tls_ = true;
    return "220 go ahead\r\n";
  }

 private:
  std::string under_tls(std::string_view records) {
    tls_.feed(records);
    const std::string command = tls_.take_plain();
    if (command.starts_with("EHLO")) tls_.write("250-mx.example.org\r\n250 8BITMIME\r\n");
    if (command.starts_with("QUIT")) tls_.write("221 bye\r\n");
    return tls_.take_output();
  }
  test::TlsServer tls_;
  bool in_tls_ = false;
};

tls::Capture probe_once(tls::TlsContext& context, ClientTime& time) {
  const tls::ProbeSettings settings{"scanner.example.net", {}, tls::Banners::Keep};
  const tls::Instant now{};
  Server server;
  std::string heard = server.greeting();
  std::unique_ptr<tls::Probe> probe;
  time.spend([&] { probe = std::make_unique<tls::Probe>(settings, "mx.example.org", context, now); });
  while (!probe->finished()) {
    std::string said;
    time.spend([&] {
      probe->feed({reinterpret_cast<const std::uint8_t*>(heard.data()), heard.size()}, now);
      const wire::Bytes octets = probe->to_send();
      said.assign(octets.begin(), octets.end());
      probe->sent(octets.size());
    });
    if (!said.empty()) heard = server.answer(said);
  }
  tls::Capture capture;
  time.spend([&] {
    capture = probe->take_capture();
    probe.reset();
  });
  return capture;
}

void run_probes(benchmark::State& state, tls::Decoders decoders, const Octets& rdata) {
  tls::TlsContext context(tls::KeyOffer::EcdsaFirst, decoders);
  const wire::Bytes rdatas[] = {rdata};
  const tls::TlsaSet set(rdatas);
  const tls::ReferenceNames names{{"mx.example.org", "example.org"}};
  for (auto _ : state) {
    ClientTime time;
    const tls::Capture capture = probe_once(context, time);
    time.spend([&] {
      const auto result = match_chain(context, *capture.chain, set, names, test::kNow);
      if (result.outcome != tls::Outcome::Ok) state.SkipWithError("no match");
      benchmark::DoNotOptimize(describe_chain(*capture.chain));
    });
    state.SetIterationTime(time.seconds());
  }
}

void BM_ProbeEe(benchmark::State& state) {
  run_probes(state, tls::Decoders::Trimmed, test::tlsa_rdata(3, 1, 1, host().leaf));
}
BENCHMARK(BM_ProbeEe)->UseManualTime();

void BM_ProbeTa(benchmark::State& state) {
  run_probes(state, tls::Decoders::Trimmed, test::tlsa_rdata(2, 1, 1, host().ca));
}
BENCHMARK(BM_ProbeTa)->UseManualTime();

void BM_ProbeEeStockDecoders(benchmark::State& state) {
  run_probes(state, tls::Decoders::Stock, test::tlsa_rdata(3, 1, 1, host().leaf));
}
BENCHMARK(BM_ProbeEeStockDecoders)->UseManualTime();

/// One more question to a chain that is there: what each further domain behind a host costs (T-51).
void BM_Match(benchmark::State& state, const Octets& rdata) {
  tls::TlsContext context;
  ClientTime time;
  const tls::Capture capture = probe_once(context, time);
  const wire::Bytes rdatas[] = {rdata};
  const tls::TlsaSet set(rdatas);
  const tls::ReferenceNames names{{"mx.example.org", "example.org"}};
  for (auto _ : state) benchmark::DoNotOptimize(match_chain(context, *capture.chain, set, names, test::kNow));
}
BENCHMARK_CAPTURE(BM_Match, ee, test::tlsa_rdata(3, 1, 1, host().leaf));
BENCHMARK_CAPTURE(BM_Match, ta, test::tlsa_rdata(2, 1, 1, host().ca));

void BM_DescribeChain(benchmark::State& state) {
  tls::TlsContext context;
  ClientTime time;
  const tls::Capture capture = probe_once(context, time);
  for (auto _ : state) benchmark::DoNotOptimize(describe_chain(*capture.chain));
}
BENCHMARK(BM_DescribeChain);

void BM_TlsaSet(benchmark::State& state) {
  const Octets rdata = test::tlsa_rdata(3, 1, 1, host().leaf);
  const wire::Bytes rdatas[] = {rdata};
  for (auto _ : state) benchmark::DoNotOptimize(tls::TlsaSet(rdatas));
}
BENCHMARK(BM_TlsaSet);

}  // namespace
