// SPDX-License-Identifier: Apache-2.0
// Datagrams of one connected UDP socket in batches: queued sends leave by one sendmmsg, receives come by recvmmsg into
// a ring (FACTS A1, A3, A4). Sits behind c-ares' socket functions.
#pragma once

#include <sys/socket.h>

#include <array>
#include <cstdint>
#include <memory>
#include <vector>

#include "dnssec/wire/cursor.h"

namespace danesweep::scanner {

/// What went wrong at the socket since the last look; the caller counts it for health and window.
struct SocketTroubles {
  std::uint32_t refused = 0;      ///< ICMP port unreachable: nobody listens there
  std::uint32_t unreachable = 0;  ///< no route, no permission: the datagram did not leave
  std::uint32_t own_drops = 0;    ///< SO_RXQ_OVFL: dropped at our receive buffer
};

/// Shared by all sockets of a loop: they take turns, none keeps a datagram in it beyond one poll event.
class ReceiveRing {
 public:
  static constexpr std::size_t kDatagrams = 32, kOctets = 4096;
  ReceiveRing();

 private:
  friend class UdpBatch;
  std::vector<std::uint8_t> octets_;
  std::array<mmsghdr, kDatagrams> headers_{};
  std::array<iovec, kDatagrams> pieces_{};
  std::array<std::array<std::uint8_t, 64>, kDatagrams> controls_{};
};

class UdpBatch {
 public:
  static constexpr std::size_t kMaxPerEvent = 256;  ///< FACTS A4: else timers and probes starve

  explicit UdpBatch(ReceiveRing& ring) : ring_(&ring) {}
  void attach(int socket) { socket_ = socket; }
  int socket() const { return socket_; }

  /// Copies the datagram; it leaves at the next `flush`.
  void queue(wire::Bytes datagram);
  /// What the kernel has no room for stays queued.
  void flush();
  bool has_queued() const { return sent_ < sizes_.size(); }

  /// Call when the socket is readable, before `next`.
  void begin_event();
  /// Next datagram, empty view when there is none for now. Valid until the next call.
  struct Received {
    bool any = false;
    wire::Bytes octets;
  };
  Received next();

  SocketTroubles take_troubles();

 private:
  void refill();
  void note_error(int error);
  void read_drop_counter(const mmsghdr& header);

  ReceiveRing* ring_;
  int socket_ = -1;
  std::vector<std::uint8_t> out_;  ///< queued datagrams, one behind the other
  std::vector<std::uint16_t> sizes_;
  std::size_t sent_ = 0, sent_octets_ = 0;
  std::size_t filled_ = 0, used_ = 0, handed_out_ = 0;
  bool drained_ = true;  ///< the last batch was not full: the socket is empty
  SocketTroubles troubles_;
  std::uint32_t last_drops_ = 0;
};

}  // namespace danesweep::scanner
