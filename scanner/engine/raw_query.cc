// SPDX-License-Identifier: Apache-2.0
#include "scanner/engine/raw_query.h"

#include <memory>
#include <utility>

#include "scanner/engine/dns_transport.h"
#include "scanner/engine/library.h"
#include "scanner/engine/loop.h"

namespace danesweep::scanner {
namespace {

/// A loop with one transport.
class RawSession {
 public:
  RawSession(const DnsSettings& settings, const ResolverSetting& resolver)
      : transport_(std::make_unique<DnsTransport>(loop_.uv(), clock_, transport_to(settings, resolver), ring_)) {
    loop_.set_before_poll([this] { transport_->flush(); });
    loop_.set_tick([this] { transport_->tick(); });
  }
  ~RawSession() { transport_ = nullptr; }
  RawSession(const RawSession&) = delete;
  RawSession& operator=(const RawSession&) = delete;

  TryResult ask(const wire::Question& question, const Manner& manner) {
    TryResult got;
    transport_->send(
        question,
        [&](TryResult result) {
          got = std::move(result);
          loop_.stop();
        },
        manner);
    loop_.run();
    return got;
  }

 private:
  Clock clock_;
  Loop loop_;
  ReceiveRing ring_;
  std::unique_ptr<DnsTransport> transport_;
};

}  // namespace

TryResult ask_raw(const DnsSettings& settings, const ResolverSetting& resolver, const wire::Question& question,
                  const Manner& manner) {
  initialise_libraries();
  RawSession session(settings, resolver);
  TryResult result = session.ask(question, manner);
  for (std::uint32_t tries = 1; tries < settings.tries && result.kind == TryResult::Kind::Silence; ++tries)
    result = session.ask(question, manner);
  return result;
}

}  // namespace danesweep::scanner
