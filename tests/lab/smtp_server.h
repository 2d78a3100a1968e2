// SPDX-License-Identifier: Apache-2.0
// The mail hosts: one epoll loop that listens on many loopback addresses and one port, and plays each connection by the
// script of its host kind. Every line of every client is written to a log, so that a test can show that nothing but
// EHLO, HELO, STARTTLS and QUIT is ever said (T-38).
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "tests/lab/certificates.h"
#include "tests/lab/host_kinds.h"

namespace danesweep::lab {

struct Listener {
  std::string address;  ///< IPv4 or IPv6 text
  const HostKind* kind;
};

class SmtpServer {
 public:
  /// `chains` must outlive this. `log_file` may be empty.
  SmtpServer(ChainMaker& chains, std::uint16_t port, const std::string& log_file);
  ~SmtpServer();
  SmtpServer(const SmtpServer&) = delete;
  SmtpServer& operator=(const SmtpServer&) = delete;
  SmtpServer(SmtpServer&&) = delete;
  SmtpServer& operator=(SmtpServer&&) = delete;

  /// Throws std::runtime_error if the address cannot be bound.
  void listen(const Listener& listener);
  void run();   ///< until `stop`
  void stop();  ///< from any thread

 private:
  class Loop;
  std::unique_ptr<Loop> loop_;
};

/// Free for TCP and UDP on 127.0.0.1, for TCP on ::1 if that exists, and below the ports that the kernel hands out.
std::uint16_t find_free_port();

}  // namespace danesweep::lab
