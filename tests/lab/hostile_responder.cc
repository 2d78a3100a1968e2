// SPDX-License-Identifier: Apache-2.0
#include "tests/lab/hostile_responder.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <map>
#include <stdexcept>

#include "tests/lab/breakage.h"

namespace danesweep::lab {
namespace {

using Clock = std::chrono::steady_clock;

/// The world behind the responder: enough for a chain of two cuts, a denial and a wrong signature.
class SmallWorld {
 public:
  explicit SmallWorld(std::uint32_t now) : times_{now - 86400, now + 30 * 86400}, resolution_(zones_) {
    Zone& root = add(".", 0);
    Zone& good = add("good", 2);
    good.add("host A 192.0.2.1");
    for (int i = 0; i < 12; ++i) good.add("big TXT " + std::string(200, static_cast<char>('a' + i)));
    add("child.good", 4).add("www A 192.0.2.2");
    Zone& broken = add("broken.good", 6);
    broken.add("www A 192.0.2.3");
    broken.on_set(Name("www.broken.good"), kA, bit_flipped());
    link(root, good);
    link(good, *zones_.find(Name("child.good")));
    link(good, broken);
    for (const auto& zone : zones_.all()) zone->finish_apex();
  }

  Resolution& resolution() { return resolution_; }

  std::string anchor() {
    Zone& root = *zones_.find(Name("."));
    if (root.ds().empty()) root.make_default_ds();
    std::string lines;
    for (const auto& ds : root.ds()) lines += record_text(root.apex(), kDs, 172800, ds);
    return lines;
  }

 private:
  Zone& add(const char* apex, std::size_t turn) {
    Zone& zone = zones_.add(Name(apex), Denial::Nsec, times_);
    zone.add_key(keys_.key(kP256, turn), kZoneKey | kSecureEntryPoint, Signs::Keys);
    zone.add_key(keys_.key(kP256, turn + 1), kZoneKey, Signs::Data);
    return zone;
  }

  static void link(Zone& parent, Zone& child) {
    child.make_default_ds();
    parent.add(child.apex(), kNs, Name("ns.good").wire());
    for (const auto& ds : child.ds()) parent.add(child.apex(), kDs, ds);
  }

  Times times_;
  KeyPool keys_;
  ZoneTable zones_;
  Resolution resolution_;
};

sockaddr_in loopback(std::uint32_t address, std::uint16_t port) {
  sockaddr_in at{};
  at.sin_family = AF_INET;
  at.sin_port = htons(port);
  at.sin_addr.s_addr = htonl(address);
  return at;
}

int bound_socket(int type, std::uint32_t address, std::uint16_t port) {
  const int fd = socket(AF_INET, type | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  const sockaddr_in at = loopback(address, port);
  const int on = 1;
  if (type == SOCK_STREAM) setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  if (bind(fd, reinterpret_cast<const sockaddr*>(&at), sizeof at) == 0) return fd;
  close(fd);
  return -1;
}

std::uint16_t port_of(int fd) {
  sockaddr_in at{};
  socklen_t size = sizeof at;
  getsockname(fd, reinterpret_cast<sockaddr*>(&at), &size);
  return ntohs(at.sin_port);
}

}  // namespace

class HostileResponder::Loop {
 public:
  Loop(const HostileBehaviour& behaviour, std::uint32_t now) : behaviour_(behaviour), world_(now) {
    for (int attempt = 0; attempt < 50 && tcp_ < 0; ++attempt) open();
    if (tcp_ < 0) throw std::runtime_error("no port that is free for UDP and TCP");
    if (behaviour.tcp == HostileBehaviour::Tcp::Listens && listen(tcp_, 64) != 0)
      throw std::runtime_error("cannot listen");
  }
  ~Loop() {
    for (const auto& [fd, peer] : peers_) close(fd);
    for (const int fd : {udp_, other_port_, other_address_, tcp_, wake_})
      if (fd >= 0) close(fd);
  }
  Loop(const Loop&) = delete;
  Loop& operator=(const Loop&) = delete;

  std::uint16_t port() const { return port_of(udp_); }
  std::string anchor() { return world_.anchor(); }

  void run() {
    while (!is_stopped_.load()) {
      std::vector<pollfd> watched{{udp_, POLLIN, 0}, {wake_, POLLIN, 0}};
      if (behaviour_.tcp == HostileBehaviour::Tcp::Listens) watched.push_back({tcp_, POLLIN, 0});
      for (const auto& [fd, peer] : peers_) watched.push_back({fd, POLLIN, 0});
      poll(watched.data(), watched.size(), milliseconds_to_next());
      for (const pollfd& one : watched)
        if (one.revents != 0) serve(one.fd);
      send_due();
    }
  }

  void stop() {
    is_stopped_.store(true);
    const std::uint64_t one = 1;
    [[maybe_unused]] const auto written = write(wake_, &one, sizeof one);
  }

 private:
  struct Outgoing {
    Packet packet;
    int tcp_peer;  ///< -1: a datagram
    std::uint64_t peer_number;
    sockaddr_in to;
  };
  struct Peer {
    std::uint64_t number = 0;
    std::string input;
  };

  void open() {
    for (const int fd : {udp_, other_port_, other_address_})
      if (fd >= 0) close(fd);
    udp_ = bound_socket(SOCK_DGRAM, INADDR_LOOPBACK, 0);
    other_port_ = bound_socket(SOCK_DGRAM, INADDR_LOOPBACK, 0);
    other_address_ = bound_socket(SOCK_DGRAM, INADDR_LOOPBACK + 1, port_of(udp_));
    if (other_address_ >= 0) tcp_ = bound_socket(SOCK_STREAM, INADDR_LOOPBACK, port_of(udp_));
    const int buffer = 1 << 20;
    setsockopt(udp_, SOL_SOCKET, SO_SNDBUF, &buffer, sizeof buffer);
  }

  int milliseconds_to_next() const {
    if (queue_.empty()) return -1;
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(queue_.begin()->first - Clock::now()).count();
    return static_cast<int>(std::clamp<long>(left, 0, 1000));
  }

  void serve(int fd) {
    if (fd == udp_) {
      answer_datagrams();
    } else if (fd == tcp_) {
      accept_peer();
    } else if (fd != wake_) {
      read_peer(fd);
    }
  }

  void answer_datagrams() {
    std::array<char, 4096> buffer{};
    for (;;) {
      sockaddr_in from{};
      socklen_t size = sizeof from;
      const auto got = recvfrom(udp_, buffer.data(), buffer.size(), 0, reinterpret_cast<sockaddr*>(&from), &size);
      if (got < 0) return;
      answer({buffer.data(), static_cast<std::size_t>(got)}, -1, 0, from);
    }
  }

  void accept_peer() {
    const int fd = accept4(tcp_, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (fd < 0) return;
    const int on = 1;
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    peers_[fd].number = ++peer_count_;
  }

  void read_peer(int fd) {
    std::array<char, 4096> buffer{};
    const auto got = recv(fd, buffer.data(), buffer.size(), 0);
    if (got <= 0) return drop(fd);
    Peer& peer = peers_[fd];
    peer.input.append(buffer.data(), static_cast<std::size_t>(got));
    while (peer.input.size() >= 2) {
      const auto high = static_cast<unsigned char>(peer.input[0]), low = static_cast<unsigned char>(peer.input[1]);
      const std::size_t length = high * 256U + low;
      if (peer.input.size() < 2 + length) return;
      answer(std::string_view(peer.input).substr(2, length), fd, peer.number, {});
      peer.input.erase(0, 2 + length);
    }
  }

  void answer(std::string_view message, int tcp_peer, std::uint64_t peer_number, sockaddr_in to) {
    auto query = parse_query(message);
    if (!query) return;
    Answer honest = world_.resolution().resolve(query->name, query->type);
    Exchange exchange{std::move(*query), std::move(honest), tcp_peer >= 0, questions_++};
    for (Packet& packet : behaviour_.behave(exchange)) {
      const auto due = Clock::now() + packet.after;
      queue_.emplace(due, Outgoing{std::move(packet), tcp_peer, peer_number, to});
    }
  }

  void send_due() {
    while (!queue_.empty() && queue_.begin()->first <= Clock::now()) {
      const Outgoing out = std::move(queue_.begin()->second);
      queue_.erase(queue_.begin());
      if (out.tcp_peer >= 0) {
        send_to_peer(out);
      } else {
        const int fd = out.packet.from == Packet::From::OwnPort     ? udp_
                       : out.packet.from == Packet::From::OtherPort ? other_port_
                                                                    : other_address_;
        sendto(fd, out.packet.octets.data(), out.packet.octets.size(), 0, reinterpret_cast<const sockaddr*>(&out.to),
               sizeof out.to);
      }
    }
  }

  /// Blocks for a moment if the peer does not read: nothing else is waited for here.
  void send_to_peer(const Outgoing& out) {
    const auto at = peers_.find(out.tcp_peer);
    if (at == peers_.end() || at->second.number != out.peer_number) return;
    std::string_view rest = out.packet.octets;
    while (!rest.empty()) {
      const auto sent = send(out.tcp_peer, rest.data(), rest.size(), MSG_NOSIGNAL);
      if (sent < 0) {
        pollfd writable{out.tcp_peer, POLLOUT, 0};
        if (errno != EAGAIN || poll(&writable, 1, 1000) <= 0) break;
        continue;
      }
      rest.remove_prefix(static_cast<std::size_t>(sent));
    }
    if (out.packet.closes) drop(out.tcp_peer);
  }

  void drop(int fd) {
    peers_.erase(fd);
    close(fd);
  }

  const HostileBehaviour& behaviour_;
  SmallWorld world_;
  int udp_ = -1, other_port_ = -1, other_address_ = -1, tcp_ = -1;
  int wake_ = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
  std::atomic<bool> is_stopped_{false};
  std::map<int, Peer> peers_;
  std::uint64_t peer_count_ = 0;
  std::size_t questions_ = 0;
  std::multimap<Clock::time_point, Outgoing> queue_;
};

HostileResponder::HostileResponder(const HostileBehaviour& behaviour, std::uint32_t now)
    : loop_(std::make_unique<Loop>(behaviour, now)) {}
HostileResponder::~HostileResponder() = default;
std::uint16_t HostileResponder::port() const { return loop_->port(); }
std::string HostileResponder::anchor() const { return loop_->anchor(); }
void HostileResponder::run() { loop_->run(); }
void HostileResponder::stop() { loop_->stop(); }

}  // namespace danesweep::lab
