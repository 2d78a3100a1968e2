// SPDX-License-Identifier: Apache-2.0
#include "tests/lab/dns_server.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <cstring>
#include <stdexcept>
#include <unordered_map>

#include "tests/lab/dns_message.h"

namespace danesweep::lab {
namespace {

constexpr std::size_t kBatch = 64;
constexpr std::size_t kMaxDatagram = 4096;
constexpr std::size_t kMaxTcpMessage = 65535;
constexpr std::size_t kMaxTcpPeers = 2000;

sockaddr_in loopback(const std::string& address, std::uint16_t port) {
  sockaddr_in result{};
  result.sin_family = AF_INET;
  result.sin_port = htons(port);
  if (inet_pton(AF_INET, address.c_str(), &result.sin_addr) != 1)
    throw std::runtime_error("not an IPv4 address: " + address);
  return result;
}

std::string header_only(std::string_view message, std::uint8_t rcode) {
  if (message.size() < 12) return {};
  std::string reply(message.substr(0, 12));
  reply[2] = static_cast<char>(reply[2] | 0x80);
  reply[3] = static_cast<char>(rcode);
  reply.replace(4, 8, 8, '\0');
  return reply;
}

}  // namespace

class DnsServer::Loop {
 public:
  Loop(Resolution& resolution, const std::string& address, std::uint16_t port)
      : resolution_(resolution), epoll_(epoll_create1(EPOLL_CLOEXEC)), wake_(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
    // The same number must be free for both; with port 0 a few tries find one.
    for (int attempt = 0; attempt < 50; ++attempt) {
      if (open(address, port)) break;
      if (port != 0 || attempt == 49)
        throw std::runtime_error("cannot serve DNS on " + address + ": " + std::strerror(errno));
    }
    for (const int fd : {wake_, udp_, tcp_}) watch(fd, EPOLLIN, EPOLL_CTL_ADD);
  }

  ~Loop() {
    for (const auto& [fd, peer] : peers_) ::close(fd);
    for (const int fd : {udp_, tcp_, wake_, epoll_})
      if (fd >= 0) ::close(fd);
  }

  Loop(const Loop&) = delete;
  Loop& operator=(const Loop&) = delete;
  Loop(Loop&&) = delete;
  Loop& operator=(Loop&&) = delete;

  std::uint16_t port() const { return port_; }

  void run() {
    std::array<epoll_event, 64> events{};
    while (!is_stopped_.load()) {
      const int count = epoll_wait(epoll_, events.data(), static_cast<int>(events.size()), -1);
      for (int i = 0; i < count; ++i) {
        const int fd = events[static_cast<std::size_t>(i)].data.fd;
        if (fd == udp_)
          answer_datagrams();
        else if (fd == tcp_)
          accept_peers();
        else if (fd != wake_)
          serve_peer(fd, events[static_cast<std::size_t>(i)].events);
      }
    }
  }

  void stop() {
    is_stopped_.store(true);
    const std::uint64_t one = 1;
    [[maybe_unused]] const auto written = ::write(wake_, &one, sizeof one);
  }

 private:
  struct Peer {
    std::string input;
    std::string output;
  };

  bool open(const std::string& address, std::uint16_t port) {
    udp_ = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    sockaddr_in at = loopback(address, port);
    if (bind(udp_, reinterpret_cast<const sockaddr*>(&at), sizeof at) != 0) return close_both();
    socklen_t size = sizeof at;
    getsockname(udp_, reinterpret_cast<sockaddr*>(&at), &size);
    port_ = ntohs(at.sin_port);
    tcp_ = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    const int on = 1;
    setsockopt(tcp_, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (bind(tcp_, reinterpret_cast<const sockaddr*>(&at), sizeof at) != 0 || listen(tcp_, 512) != 0)
      return close_both();
    // A burst of a whole window must fit; the kernel's own limit holds where FORCE is not allowed.
    const int buffer = 8 << 20;
    if (setsockopt(udp_, SOL_SOCKET, SO_RCVBUFFORCE, &buffer, sizeof buffer) != 0)
      setsockopt(udp_, SOL_SOCKET, SO_RCVBUF, &buffer, sizeof buffer);
    return true;
  }

  bool close_both() {
    const int error = errno;
    if (udp_ >= 0) ::close(udp_);
    if (tcp_ >= 0) ::close(tcp_);
    udp_ = tcp_ = -1;
    errno = error;
    return false;
  }

  void watch(int fd, std::uint32_t events, int operation) const {
    epoll_event event{};
    event.events = events;
    event.data.fd = fd;
    epoll_ctl(epoll_, operation, fd, &event);
  }

  /// Empty: nothing is sent.
  std::string reply_to(std::string_view message, bool is_tcp) {
    const auto query = parse_query(message);
    if (!query) return header_only(message, kFormErr);
    const Answer answer = resolution_.resolve(query->name, query->type);
    if (answer.fate == Fate::Drop) return {};
    return encode(*query, answer, is_tcp ? kMaxTcpMessage : query->udp_size);
  }

  void answer_datagrams() {
    for (std::size_t i = 0; i < kBatch; ++i) {
      in_vectors_[i] = {in_[i].data(), kMaxDatagram};
      in_headers_[i] = {};
      in_headers_[i].msg_hdr.msg_iov = &in_vectors_[i];
      in_headers_[i].msg_hdr.msg_iovlen = 1;
      in_headers_[i].msg_hdr.msg_name = &from_[i];
      in_headers_[i].msg_hdr.msg_namelen = sizeof from_[i];
    }
    const int count = recvmmsg(udp_, in_headers_.data(), kBatch, MSG_DONTWAIT, nullptr);
    unsigned ready = 0;
    for (std::size_t i = 0; count > 0 && i < static_cast<std::size_t>(count); ++i) {
      out_[ready] = reply_to({in_[i].data(), in_headers_[i].msg_len}, false);
      if (out_[ready].empty()) continue;
      out_vectors_[ready] = {out_[ready].data(), out_[ready].size()};
      out_headers_[ready] = {};
      out_headers_[ready].msg_hdr.msg_iov = &out_vectors_[ready];
      out_headers_[ready].msg_hdr.msg_iovlen = 1;
      out_headers_[ready].msg_hdr.msg_name = &from_[i];
      out_headers_[ready].msg_hdr.msg_namelen = in_headers_[i].msg_hdr.msg_namelen;
      ++ready;
    }
    for (unsigned sent = 0; sent < ready;) {
      const int now = sendmmsg(udp_, out_headers_.data() + sent, ready - sent, 0);
      sent += now > 0 ? static_cast<unsigned>(now) : 1;  // what cannot be sent is lost, as on any network
    }
  }

  void accept_peers() {
    for (;;) {
      const int fd = accept4(tcp_, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
      if (fd < 0) return;
      if (peers_.size() >= kMaxTcpPeers) {
        ::close(fd);
        continue;
      }
      peers_[fd] = {};
      watch(fd, EPOLLIN, EPOLL_CTL_ADD);
    }
  }

  void serve_peer(int fd, std::uint32_t events) {
    Peer& peer = peers_[fd];
    if ((events & (EPOLLIN | EPOLLHUP | EPOLLERR)) != 0) {
      std::array<char, 16384> buffer{};
      const auto count = recv(fd, buffer.data(), buffer.size(), 0);
      if (count == 0 || (count < 0 && errno != EAGAIN)) return drop(fd);
      if (count > 0) peer.input.append(buffer.data(), static_cast<std::size_t>(count));
      answer_messages(peer);
    }
    const auto sent = send(fd, peer.output.data(), peer.output.size(), MSG_NOSIGNAL);
    if (sent < 0 && errno != EAGAIN) return drop(fd);
    if (sent > 0) peer.output.erase(0, static_cast<std::size_t>(sent));
    watch(fd, EPOLLIN | (peer.output.empty() ? 0U : EPOLLOUT), EPOLL_CTL_MOD);
  }

  void answer_messages(Peer& peer) {
    while (peer.input.size() >= 2) {
      const std::size_t length =
          (static_cast<unsigned char>(peer.input[0]) << 8U) + static_cast<unsigned char>(peer.input[1]);
      if (peer.input.size() < 2 + length) return;
      const std::string reply = reply_to(std::string_view(peer.input).substr(2, length), true);
      peer.input.erase(0, 2 + length);
      if (!reply.empty()) peer.output += u16(static_cast<std::uint16_t>(reply.size())) + reply;
    }
  }

  void drop(int fd) {
    peers_.erase(fd);
    ::close(fd);
  }

  Resolution& resolution_;
  int epoll_;
  int wake_;
  int udp_ = -1;
  int tcp_ = -1;
  std::uint16_t port_ = 0;
  std::atomic<bool> is_stopped_{false};
  std::unordered_map<int, Peer> peers_;
  std::array<std::array<char, kMaxDatagram>, kBatch> in_{};
  std::array<std::string, kBatch> out_;
  std::array<iovec, kBatch> in_vectors_{}, out_vectors_{};
  std::array<mmsghdr, kBatch> in_headers_{}, out_headers_{};
  std::array<sockaddr_storage, kBatch> from_{};
};

DnsServer::DnsServer(Resolution& resolution, const std::string& address, std::uint16_t port)
    : loop_(std::make_unique<Loop>(resolution, address, port)) {}
DnsServer::~DnsServer() = default;
std::uint16_t DnsServer::port() const { return loop_->port(); }
void DnsServer::run() { loop_->run(); }
void DnsServer::stop() { loop_->stop(); }

}  // namespace danesweep::lab
