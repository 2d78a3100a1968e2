// SPDX-License-Identifier: Apache-2.0
// Connections over real sockets: T-46 (one descriptor, closed on every path), T-70 (the literal of the own address),
// T-80 (source address), and how failures to connect are told apart.
#include "scanner/engine/probe_connection.h"

#include <arpa/inet.h>
#include <dirent.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <mutex>
#include <thread>

#include "scanner/engine/library.h"

namespace danesweep::scanner {
namespace {

using tls::Outcome;

/// A mail server without STARTTLS, or something worse; one connection after the other.
class MailServer {
 public:
  enum class Kind : std::uint8_t { NoStarttls, ClosesAtOnce, Resets, Silent };
  explicit MailServer(Kind kind) : kind_(kind) {
    listener_ = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in here{};
    here.sin_family = AF_INET;
    here.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof here;
    bind(listener_, reinterpret_cast<sockaddr*>(&here), size);
    listen(listener_, 64);
    getsockname(listener_, reinterpret_cast<sockaddr*>(&here), &size);
    port = ntohs(here.sin_port);
    thread_ = std::thread([this] { serve(); });
  }
  ~MailServer() {
    shutdown(listener_, SHUT_RDWR);
    thread_.join();
    close(listener_);
  }
  MailServer(const MailServer&) = delete;
  MailServer& operator=(const MailServer&) = delete;

  std::uint16_t port = 0;
  std::string ehlo() const { return read(ehlo_); }
  std::string peer() const { return read(peer_); }

 private:
  void serve() {
    sockaddr_in from{};
    socklen_t size = sizeof from;
    for (int fd = 0; (fd = accept(listener_, reinterpret_cast<sockaddr*>(&from), &size)) >= 0; close(fd)) {
      std::array<char, INET_ADDRSTRLEN> text{};
      note(peer_, inet_ntop(AF_INET, &from.sin_addr, text.data(), text.size()));
      talk(fd);
    }
  }
  void talk(int fd) {
    const linger at_once{1, 0};
    std::array<char, 512> line{};
    switch (kind_) {
      case Kind::ClosesAtOnce:
        return;
      case Kind::Resets:
        setsockopt(fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
        return;
      case Kind::Silent:
        (void)recv(fd, line.data(), line.size(), 0);
        return;
      case Kind::NoStarttls:
        break;
    }
    send(fd, "220 mx.example.org\r\n", 20, MSG_NOSIGNAL);
    const ssize_t size = recv(fd, line.data(), line.size(), 0);
    note(ehlo_, std::string(line.data(), static_cast<std::size_t>(std::max<ssize_t>(size, 0))));
    send(fd, "250 mx.example.org\r\n", 20, MSG_NOSIGNAL);
    if (recv(fd, line.data(), line.size(), 0) > 0) send(fd, "221 bye\r\n", 9, MSG_NOSIGNAL);  // QUIT
  }

  void note(std::string& what, std::string text) {
    const std::lock_guard lock(mutex_);
    what = std::move(text);
  }
  std::string read(const std::string& what) const {
    const std::lock_guard lock(mutex_);
    return what;
  }

  Kind kind_;
  int listener_ = -1;
  mutable std::mutex mutex_;
  std::string ehlo_, peer_;  ///< of the last connection
  std::thread thread_;
};

std::size_t open_descriptors() {
  DIR* const folder = opendir("/proc/self/fd");
  std::size_t count = 0;
  while (readdir(folder) != nullptr) ++count;
  closedir(folder);
  return count;
}

/// For servers that are silent. All others answer within the limits of every day, however slow the machine is now.
ProbeSettings quick() {
  ProbeSettings settings;
  settings.timeouts = {milliseconds(500), milliseconds(200), milliseconds(200),
                       milliseconds(200), milliseconds(100), milliseconds(1000)};
  return settings;
}

/// A port of 127.0.0.1 that is taken, but where nobody listens.
class ClosedPort {
 public:
  ClosedPort() : socket_(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in here{};
    here.sin_family = AF_INET;
    here.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof here;
    (void)bind(socket_, reinterpret_cast<sockaddr*>(&here), size);
    getsockname(socket_, reinterpret_cast<sockaddr*>(&here), &size);
    number = ntohs(here.sin_port);
  }
  ~ClosedPort() { close(socket_); }
  ClosedPort(const ClosedPort&) = delete;
  ClosedPort& operator=(const ClosedPort&) = delete;

  std::uint16_t number = 0;

 private:
  int socket_;
};

class Dialling {
 public:
  explicit Dialling(const ProbeSettings& settings = {}) : dialler(loop, clock, settings, contexts) {
    initialise_libraries();
  }
  ~Dialling() { dialler.hang_up(); }

  Dialled dial(const std::string& address, std::uint16_t port) {
    Dialled got;
    dialler.dial({*IpAddress::from_text(address), port, "mx.example.org", tls::KeyOffer::EcdsaFirst},
                 [&](Dialled dialled) {
                   got = std::move(dialled);
                   loop.stop();
                 });
    loop.run();
    return got;
  }

  Clock clock;
  TlsContexts contexts;
  Loop loop;
  LoopDialler dialler;
};

// T-70, RFC 5321 4.1.4
TEST(ProbeConnection, WhoHasNoNameSaysItsAddress) {
  MailServer server(MailServer::Kind::NoStarttls);
  Dialling dialling;
  const Dialled got = dialling.dial("127.0.0.1", server.port);
  EXPECT_EQ(got.capture.outcome, Outcome::StarttlsMissing);
  EXPECT_TRUE(got.capture.greeted);
  EXPECT_EQ(got.source_address, "127.0.0.1");
  EXPECT_EQ(server.ehlo(), "EHLO [127.0.0.1]\r\n");
}

// T-70, T-80
TEST(ProbeConnection, LeavesFromTheSourceAddressAndSaysItsName) {
  MailServer server(MailServer::Kind::NoStarttls);
  ProbeSettings settings;
  settings.helo = "scan.example.net";
  settings.source_addresses = {"127.0.0.99", "::1"};
  Dialling dialling(settings);
  const Dialled got = dialling.dial("127.0.0.1", server.port);
  EXPECT_EQ(got.source_address, "127.0.0.99");
  EXPECT_EQ(server.peer(), "127.0.0.99");
  EXPECT_EQ(server.ehlo(), "EHLO scan.example.net\r\n");
}

TEST(ProbeConnection, TellsFailuresApart) {
  const ClosedPort closed;
  Dialling dialling;
  EXPECT_EQ(dialling.dial("127.0.0.1", closed.number).capture.outcome, Outcome::ConnectRefused);
  EXPECT_EQ(dialling.dial("255.255.255.255", 25).capture.outcome, Outcome::ConnectUnreachable);
  MailServer closing(MailServer::Kind::ClosesAtOnce);
  EXPECT_EQ(dialling.dial("127.0.0.1", closing.port).capture.outcome, Outcome::SmtpClosed);
  MailServer resetting(MailServer::Kind::Resets);  // S-12
  for (int i = 0; i < 20; ++i)
    EXPECT_EQ(dialling.dial("127.0.0.1", resetting.port).capture.outcome, Outcome::SmtpClosed);
  ProbeSettings settings;  // its connection may take as long as it likes
  settings.timeouts.greeting = quick().timeouts.greeting;
  Dialling impatient(settings);
  MailServer silent(MailServer::Kind::Silent);
  EXPECT_EQ(impatient.dial("127.0.0.1", silent.port).capture.outcome, Outcome::GreetingTimeout);
}

// T-46
TEST(ProbeConnection, NoDescriptorIsLeftOpen) {
  MailServer good(MailServer::Kind::NoStarttls), closing(MailServer::Kind::ClosesAtOnce),
      silent(MailServer::Kind::Silent);
  const ClosedPort closed;
  Dialling dialling(quick());
  dialling.dial("127.0.0.1", good.port);
  dialling.dial("127.0.0.1", good.port);
  const std::size_t before = open_descriptors();
  for (const std::uint16_t port : {good.port, closing.port, silent.port, closed.number})
    for (int i = 0; i < 3; ++i) dialling.dial("127.0.0.1", port);
  dialling.dial("127.0.0.1", good.port);
  // The last connection may be open yet, here and at the server, and each server closes when its thread comes to it.
  for (int i = 0; i < 6000 && open_descriptors() > before + 2; ++i)
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  EXPECT_LE(open_descriptors(), before + 2);
}

}  // namespace
}  // namespace danesweep::scanner
