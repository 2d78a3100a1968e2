// SPDX-License-Identifier: Apache-2.0
#include "tests/unit/engine/responder.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cassert>
#include <cstring>

namespace danesweep::scanner {

namespace {

constexpr std::size_t kHeader = 12;

std::size_t question_end(const Octets& query) {
  std::size_t at = kHeader;
  while (at < query.size() && query[at] != 0) at += query[at] + 1U;
  return at + 5;
}

void append(Octets& out, const Octets& more) { out.insert(out.end(), more.begin(), more.end()); }
void append16(Octets& out, std::size_t number) {
  out.push_back(static_cast<std::uint8_t>(number >> 8U));
  out.push_back(static_cast<std::uint8_t>(number));
}
void set16(Octets& out, std::size_t at, std::size_t number) {
  out[at] = static_cast<std::uint8_t>(number >> 8U);
  out[at + 1] = static_cast<std::uint8_t>(number);
}

}  // namespace

Octets Reply::to(const Octets& query) const {
  const std::size_t end = question_end(query);
  Octets out(query.begin(), query.begin() + static_cast<std::ptrdiff_t>(with_question ? end : kHeader));
  set16(out, 2, flags);
  set16(out, 4, with_question ? 1 : 0);
  set16(out, 6, answers.size());
  set16(out, 8, 0);
  set16(out, 10, with_opt ? 1 : 0);
  for (const Octets& record : answers) append(out, record);
  if (with_opt) out.insert(out.end(), query.begin() + static_cast<std::ptrdiff_t>(end), query.end());
  return out;
}

Octets a_record(std::uint8_t last_octet) { return {0xC0, 12, 0, 1, 0, 1, 0, 0, 1, 0, 0, 4, 192, 0, 2, last_octet}; }

Octets big_record(std::size_t octets) {
  Octets record{0xC0, 12, 0, 16, 0, 1, 0, 0, 1, 0};
  append16(record, octets);
  record.insert(record.end(), octets, 'x');
  return record;
}

Responder::Responder(Script script) : script_(std::move(script)) {
  sockaddr_in here{};
  here.sin_family = AF_INET;
  here.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  for (int attempt = 0; attempt < 20 && port_ == 0; ++attempt) {  // TCP may not get the port that UDP got
    udp_ = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    listener_ = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    here.sin_port = 0;
    socklen_t size = sizeof here;
    if (bind(udp_, reinterpret_cast<sockaddr*>(&here), size) == 0 &&
        getsockname(udp_, reinterpret_cast<sockaddr*>(&here), &size) == 0 &&
        bind(listener_, reinterpret_cast<sockaddr*>(&here), size) == 0 && listen(listener_, 16) == 0) {
      port_ = ntohs(here.sin_port);
    } else {
      close(udp_);
      close(listener_);
    }
  }
  assert(port_ != 0);
  [[maybe_unused]] const int made = pipe(wake_);
  assert(made == 0);
  thread_ = std::thread([this] { serve(); });
}

Responder::~Responder() {
  kill();
  for (const int fd : {wake_[0], wake_[1], udp_, listener_}) close(fd);
}

void Responder::kill() {
  if (!thread_.joinable()) return;
  [[maybe_unused]] const auto written = write(wake_[1], "x", 1);
  thread_.join();
  shutdown(listener_, SHUT_RDWR);
  sockaddr_in own{};
  socklen_t size = sizeof own;
  getsockname(udp_, reinterpret_cast<sockaddr*>(&own), &size);
  // Takes nothing from others any more: the kernel refuses theirs.
  (void)connect(udp_, reinterpret_cast<const sockaddr*>(&own), size);
}

void Responder::serve() {
  std::vector<pollfd> watched{{wake_[0], POLLIN, 0}, {udp_, POLLIN, 0}, {listener_, POLLIN, 0}};
  for (;;) {
    poll(watched.data(), watched.size(), -1);
    if (watched[0].revents != 0) break;
    if (watched[1].revents != 0) serve_udp();
    for (std::size_t i = 3; i < watched.size();) {
      if (watched[i].revents == 0) {
        ++i;
        continue;
      }
      serve_tcp(watched[i].fd);
      watched.erase(watched.begin() + static_cast<std::ptrdiff_t>(i));
    }
    if (watched[2].revents != 0) watched.push_back({accept(listener_, nullptr, nullptr), POLLIN, 0});
  }
  for (std::size_t i = 3; i < watched.size(); ++i) close(watched[i].fd);
}

void Responder::serve_udp() {
  sockaddr_in from{};
  socklen_t from_size = sizeof from;
  Octets query(65536);
  const ssize_t size = recvfrom(udp_, query.data(), query.size(), 0, reinterpret_cast<sockaddr*>(&from), &from_size);
  if (size < static_cast<ssize_t>(kHeader)) return;
  query.resize(static_cast<std::size_t>(size));
  ++udp_queries_;
  {
    const std::lock_guard lock(mutex_);
    std::array<char, INET_ADDRSTRLEN> text{};
    last_source_ = inet_ntop(AF_INET, &from.sin_addr, text.data(), text.size());
  }
  if (!seen_ports_[ntohs(from.sin_port)]) ++source_ports_;
  seen_ports_[ntohs(from.sin_port)] = true;
  for (const Octets& datagram : script_(query, Carrier::Udp).datagrams)
    sendto(udp_, datagram.data(), datagram.size(), 0, reinterpret_cast<sockaddr*>(&from), from_size);
}

/// One query per connection, then it is closed.
void Responder::serve_tcp(int connection) {
  std::array<std::uint8_t, 2> length{};
  if (recv(connection, length.data(), 2, MSG_WAITALL) == 2) {
    Octets query(static_cast<std::size_t>(length[0] << 8U | length[1]));
    if (recv(connection, query.data(), query.size(), MSG_WAITALL) == static_cast<ssize_t>(query.size())) {
      ++tcp_queries_;
      const Say say = script_(query, Carrier::Tcp);
      if (!say.datagrams.empty()) {
        Octets frame;
        append16(frame, say.datagrams.front().size());
        append(frame, say.datagrams.front());
        const std::size_t sent = std::min(frame.size(), say.cut_at.value_or(frame.size()));
        send(connection, frame.data(), sent, MSG_NOSIGNAL);
      }
    }
  }
  close(connection);
}

}  // namespace danesweep::scanner
