// SPDX-License-Identifier: Apache-2.0
// tls::Probe over a TCP connection of a loop: octets in and out, deadlines, one descriptor that is closed on every path
// (T-46). The connection's machine itself is tls/probe.
#pragma once

#include <uv.h>

#include <array>
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <vector>

#include "scanner/engine/clock.h"
#include "scanner/engine/loop.h"
#include "scanner/engine/probe_pool.h"

namespace danesweep::scanner {

class ProbeConnection;

/// OpenSSL's contexts of one thread, made when first needed. They outlive every chain that was captured with them,
/// hence the pool.
class TlsContexts {
 public:
  tls::TlsContext& context(tls::KeyOffer offer) {
    auto& context = contexts_[static_cast<std::size_t>(offer)];
    if (!context) context = std::make_unique<tls::TlsContext>(offer);
    return *context;
  }

 private:
  std::array<std::unique_ptr<tls::TlsContext>, 3> contexts_;  ///< by KeyOffer
};

/// The dialler of one loop.
class LoopDialler : public Dialler {
 public:
  LoopDialler(Loop& loop, const Clock& clock, const ProbeSettings& settings, TlsContexts& contexts);
  ~LoopDialler() override;
  LoopDialler(const LoopDialler&) = delete;
  LoopDialler& operator=(const LoopDialler&) = delete;

  void dial(const ProbeKey& key, std::function<void(Dialled)> done) override;
  /// Hangs up everything without telling anyone. In the loop's thread, before the loop ends.
  void hang_up();

 private:
  friend class ProbeConnection;
  static constexpr std::size_t kReadOctets = 65'536;

  Loop* loop_;
  const Clock* clock_;
  ProbeSettings settings_;
  TlsContexts* contexts_;
  std::set<ProbeConnection*> live_;
  std::vector<char> read_buffer_;  ///< connections read one after the other
};

}  // namespace danesweep::scanner
