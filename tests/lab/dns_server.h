// SPDX-License-Identifier: Apache-2.0
// Serves a Resolution on one loopback port over UDP and TCP: one epoll loop, datagrams in batches.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "tests/lab/resolution.h"

namespace danesweep::lab {

class DnsServer {
 public:
  /// `resolution` must outlive this and is used by the thread in `run` only. Port 0: any. Throws std::runtime_error if
  /// the address cannot be bound.
  DnsServer(Resolution& resolution, const std::string& address, std::uint16_t port);
  ~DnsServer();
  DnsServer(const DnsServer&) = delete;
  DnsServer& operator=(const DnsServer&) = delete;
  DnsServer(DnsServer&&) = delete;
  DnsServer& operator=(DnsServer&&) = delete;

  std::uint16_t port() const;
  void run();
  void stop();  ///< from any thread

 private:
  class Loop;
  std::unique_ptr<Loop> loop_;
};

}  // namespace danesweep::lab
