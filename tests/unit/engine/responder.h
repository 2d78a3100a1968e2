// SPDX-License-Identifier: Apache-2.0
// A scripted DNS server on loopback, UDP and TCP on one port, in a thread of its own: the far end of transport tests.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "dnssec/wire/message.h"
#include "scanner/engine/settings.h"

namespace danesweep::scanner {

using Octets = std::vector<std::uint8_t>;

/// What the script says to one query.
struct Say {
  std::vector<Octets> datagrams;      ///< over UDP, in this order; over TCP the first is framed and sent
  std::optional<std::size_t> cut_at;  ///< TCP: so many octets of the frame, then the connection is closed
};

class Responder {
 public:
  enum class Carrier : std::uint8_t { Udp, Tcp };
  using Script = std::function<Say(const Octets& query, Carrier carrier)>;

  explicit Responder(Script script);
  ~Responder();
  Responder(const Responder&) = delete;
  Responder& operator=(const Responder&) = delete;

  SocketAddress address() const { return {"127.0.0.1", port_}; }
  unsigned udp_queries() const { return udp_queries_; }
  unsigned tcp_queries() const { return tcp_queries_; }
  /// Ports that UDP queries came from, each once.
  std::size_t source_ports() const { return source_ports_; }
  /// Where the last UDP query came from.
  std::string last_source() const {
    const std::lock_guard lock(mutex_);
    return last_source_;
  }
  /// From now on the port refuses. It stays ours, lest another program answer there.
  void kill();

 private:
  void serve();
  void serve_udp();
  void serve_tcp(int connection);

  Script script_;
  std::uint16_t port_ = 0;
  int udp_ = -1, listener_ = -1, wake_[2] = {-1, -1};
  std::atomic<unsigned> udp_queries_{0}, tcp_queries_{0};
  std::atomic<std::size_t> source_ports_{0};
  std::vector<bool> seen_ports_ = std::vector<bool>(65536);
  mutable std::mutex mutex_;
  std::string last_source_;
  std::thread thread_;
};

/// The query with QR set, these flags and rcode added, and the answer section put behind the question; OPT is kept.
struct Reply {
  std::uint16_t flags = 0x8180;
  std::vector<Octets> answers;  ///< whole records, owner as a pointer to the question
  bool with_question = true, with_opt = true;
  Octets to(const Octets& query) const;
};
/// An A record of the question's name.
Octets a_record(std::uint8_t last_octet);
/// A TXT record of about that many octets.
Octets big_record(std::size_t octets);

}  // namespace danesweep::scanner
