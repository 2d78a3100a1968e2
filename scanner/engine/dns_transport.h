// SPDX-License-Identifier: Apache-2.0
// Our own packets to one resolver from one loop, through c-ares (FACTS A1 to A20): several UDP channels with a source
// port each, renewed every 5,000 queries at most; TCP in a channel of its own when an answer is truncated (D-4). One
// try = one question with one id; retries, health and the choice of resolver lie in resolver_pool.
#pragma once

#include <ares.h>
#include <uv.h>

#include <array>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "scanner/engine/clock.h"
#include "scanner/engine/dns_try.h"
#include "scanner/engine/settings.h"
#include "scanner/engine/udp_batch.h"
#include "scanner/engine/window.h"

namespace danesweep::scanner {

struct TransportSettings {
  SocketAddress server;
  milliseconds timeout{5000};
  std::vector<std::string> source_addresses;
  std::uint32_t channels = 4;
  std::uint32_t queries_per_port = 5000;  ///< the contract's most
  WindowLimits window;
};

/// As every command's options say.
TransportSettings transport_to(const DnsSettings& settings, const ResolverSetting& resolver);

/// Of one loop; not thread-safe. `ares_library_init` has been called once before.
class DnsTransport {
 public:
  using Done = std::function<void(TryResult)>;

  DnsTransport(uv_loop_t* loop, const Clock& clock, TransportSettings settings, ReceiveRing& ring);
  ~DnsTransport();
  DnsTransport(const DnsTransport&) = delete;
  DnsTransport& operator=(const DnsTransport&) = delete;

  /// `question` must live until `done`, which is never called from within this call.
  void send(const wire::Question& question, Done done, Manner manner = {});
  bool has_room() const { return window_.has_room(); }
  const Window& window() const { return window_; }
  std::uint64_t queries_sent() const { return queries_sent_; }
  /// Datagrams that our own receive buffer dropped.
  std::uint64_t own_drops() const { return own_drops_; }

  /// Sends what is queued, and hands out what has ended. Before each poll.
  void flush();
  /// Expiry; every 50 ms or so.
  void tick();
  /// Ends all tries in flight as Refused: the resolver is known to be gone.
  void abandon();

 private:
  struct Try;
  struct Channel;
  struct Poll;

  std::unique_ptr<Channel> open_channel(Carrier carrier);
  Channel& udp_channel();
  Channel& tcp_channel();
  void retire(std::unique_ptr<Channel>& channel);
  void drop_drained();

  Try& new_try(Channel& channel, const wire::Question& question, const Manner& manner, Done done);
  void launch(Try& attempt);
  std::uint16_t free_id(const Channel& channel);
  void end(Try& attempt, TryResult result);
  void judge_answer(Try& attempt, wire::Bytes octets);
  void release(Try& attempt);
  void leave_window(Try& attempt);
  void note_slow(Instant now);
  void list_append(Try& attempt);
  void list_remove(Try& attempt);
  void notice_troubles(Channel& channel);
  void fail_channel(Channel& channel, TryResult::Kind kind);
  void deliver();

  static int open_socket(int family, int type, int protocol, void* channel);
  static int close_socket(int socket, void* channel);
  static int connect_socket(int socket, const sockaddr* address, ares_socklen_t size, void* channel);
  static ares_ssize_t receive(int socket, void* data, size_t size, int flags, sockaddr* from, ares_socklen_t* from_size,
                              void* channel);
  static ares_ssize_t send_vector(int socket, const iovec* pieces, int count, void* channel);
  static void socket_state(void* channel, int socket, int readable, int writable);
  static void answered(void* attempt, int status, int timeouts, unsigned char* octets, int size);
  static void on_poll(uv_poll_t* handle, int status, int events);
  static void read_on(Channel& channel, int socket);
  /// True: c-ares must not see this datagram.
  bool intercept(Channel& channel, wire::Bytes datagram);

  uv_loop_t* loop_;
  const Clock* clock_;
  TransportSettings settings_;
  ReceiveRing* ring_;
  sockaddr_storage server_{};
  socklen_t server_size_ = 0;
  Window window_;
  std::vector<std::unique_ptr<Channel>> udp_;  ///< one per source port in use
  std::unique_ptr<Channel> tcp_;
  std::vector<std::unique_ptr<Channel>> draining_;  ///< retired, with tries still inside
  Try* oldest_ = nullptr;                           ///< running tries in the order of their deadlines
  Try* newest_ = nullptr;
  Try* not_slow_ = nullptr;  ///< oldest running try that has not been out for long
  std::vector<std::unique_ptr<Try>> tries_;
  std::vector<Try*> free_tries_;
  struct Ended {
    Done done;
    TryResult result;
  };
  std::vector<Ended> ended_;
  std::array<std::uint8_t, 2048> random_{};
  std::size_t random_used_ = sizeof random_;
  std::uint64_t queries_sent_ = 0, own_drops_ = 0;
  bool closing_ = false;
};

}  // namespace danesweep::scanner
