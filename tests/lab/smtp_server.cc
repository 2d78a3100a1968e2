// SPDX-License-Identifier: Apache-2.0
#include "tests/lab/smtp_server.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/ssl.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <map>
#include <random>
#include <set>
#include <stdexcept>
#include <unordered_map>

#include "tests/lab/smtp_connection.h"

namespace danesweep::lab {
namespace {

using std::chrono::steady_clock;

struct SocketAddress {
  sockaddr_storage storage = {};
  socklen_t size = 0;
  const sockaddr* raw() const { return reinterpret_cast<const sockaddr*>(&storage); }
};

SocketAddress socket_address(const std::string& text, std::uint16_t port) {
  SocketAddress result;
  if (text.find(':') != std::string::npos) {
    auto& six = reinterpret_cast<sockaddr_in6&>(result.storage);
    six.sin6_family = AF_INET6;
    six.sin6_port = htons(port);
    inet_pton(AF_INET6, text.c_str(), &six.sin6_addr);
    result.size = sizeof six;
  } else {
    auto& four = reinterpret_cast<sockaddr_in&>(result.storage);
    four.sin_family = AF_INET;
    four.sin_port = htons(port);
    inet_pton(AF_INET, text.c_str(), &four.sin_addr);
    result.size = sizeof four;
  }
  return result;
}

int bind_socket(const std::string& address, std::uint16_t port, int type = SOCK_STREAM) {
  const SocketAddress to = socket_address(address, port);
  const int fd = socket(to.storage.ss_family, type | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  const int on = 1;
  setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  if (to.storage.ss_family == AF_INET6) setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof on);
  if (fd >= 0 && bind(fd, to.raw(), to.size) == 0) return fd;
  const int error = errno;
  if (fd >= 0) ::close(fd);
  errno = error;
  return -1;
}

/// Also where the machine has no such address.
bool is_free(const std::string& address, std::uint16_t port, int type) {
  const int fd = bind_socket(address, port, type);
  if (fd < 0) return errno != EADDRINUSE;
  ::close(fd);
  return true;
}

struct FreeContext {
  void operator()(SSL_CTX* context) const { SSL_CTX_free(context); }
};
using Context = std::unique_ptr<SSL_CTX, FreeContext>;

/// What the certificate callback of a context needs.
struct Showing {
  ChainMaker* chains;
  const HostKind* kind;
  PrivateKey wrong_key = nullptr;  ///< S-68
};

void show(SSL* ssl, const Chain& chain, EVP_PKEY* key) {
  SSL_use_certificate(ssl, chain.leaf);
  SSL_use_PrivateKey(ssl, key);
  SSL_clear_chain_certs(ssl);
  for (X509* other : chain.others) SSL_add1_chain_cert(ssl, other);
}

/// The public half of `certificate`'s key with the private half of another one: signatures come out wrong (S-68).
PrivateKey mismatched_key(EVP_PKEY* right) {
  const PrivateKey other = make_key("P-256");
  OSSL_PARAM* params = nullptr;
  EVP_PKEY_todata(other.get(), EVP_PKEY_KEYPAIR, &params);
  unsigned char point[256];
  std::size_t size = 0;
  EVP_PKEY_get_octet_string_param(right, "pub", point, sizeof point, &size);
  OSSL_PARAM* pub = OSSL_PARAM_locate(params, "pub");
  // "pub" of a freshly made pair is as long as the right one: both uncompressed points.
  if (pub != nullptr && pub->data_size == size) std::memcpy(pub->data, point, size);
  EVP_PKEY* key = nullptr;
  EVP_PKEY_CTX* context = EVP_PKEY_CTX_new_from_name(nullptr, "EC", nullptr);
  EVP_PKEY_fromdata_init(context);
  EVP_PKEY_fromdata(context, &key, EVP_PKEY_KEYPAIR, params);
  EVP_PKEY_CTX_free(context);
  OSSL_PARAM_free(params);
  return PrivateKey(key);
}

int choose_certificate(SSL* ssl, void* argument) {
  auto& showing = *static_cast<Showing*>(argument);
  const char* name = SSL_get_servername(ssl, TLSEXT_NAMETYPE_host_name);
  const std::string base = name == nullptr ? "no-name.lab" : name;
  const TlsQuirk quirk = showing.kind->server->tls.quirk;
  if (quirk == TlsQuirk::Stranger || (quirk == TlsQuirk::RightOnlyBySni && name == nullptr)) {
    const Chain stranger = showing.chains->stranger("P-256");
    show(ssl, stranger, stranger.key);
    return 1;
  }
  if (quirk == TlsQuirk::StaleRsaBeside) {
    const Chain stranger = showing.chains->stranger("RSA-2048");
    show(ssl, stranger, stranger.key);
  }
  const Chain chain = showing.chains->chain(*showing.kind->arrangement, base);
  if (quirk == TlsQuirk::WrongSignature && !showing.wrong_key) showing.wrong_key = mismatched_key(chain.key);
  show(ssl, chain, showing.wrong_key ? showing.wrong_key.get() : chain.key);
  return 1;
}

int warn_of_name(SSL*, int* alert, void*) {
  *alert = SSL_AD_UNRECOGNIZED_NAME;
  return SSL_TLSEXT_ERR_ALERT_WARNING;
}

Context make_context(Showing& showing) {
  const TlsKind& tls = showing.kind->server->tls;
  Context context(SSL_CTX_new(TLS_server_method()));
  SSL_CTX_set_security_level(context.get(), 0);
  SSL_CTX_set_min_proto_version(context.get(), tls.lowest == 0 ? TLS1_2_VERSION : tls.lowest);
  SSL_CTX_set_max_proto_version(context.get(), tls.highest == 0 ? TLS1_3_VERSION : tls.highest);
  SSL_CTX_set_session_cache_mode(context.get(), SSL_SESS_CACHE_OFF);
  SSL_CTX_set_num_tickets(context.get(), 0);
  SSL_CTX_set_mode(context.get(), SSL_MODE_NO_AUTO_CHAIN | SSL_MODE_RELEASE_BUFFERS);
  SSL_CTX_set_cert_cb(context.get(), choose_certificate, &showing);
  if (tls.quirk == TlsQuirk::SniWarning) SSL_CTX_set_tlsext_servername_callback(context.get(), warn_of_name);
  if (tls.client_certificate == ClientCertificate::Asked) SSL_CTX_set_verify(context.get(), SSL_VERIFY_PEER, nullptr);
  if (tls.client_certificate == ClientCertificate::Required)
    SSL_CTX_set_verify(context.get(), SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, nullptr);
  return context;
}

}  // namespace

class SmtpServer::Loop {
 public:
  Loop(ChainMaker& chains, std::uint16_t port, const std::string& log_file)
      : chains_(chains),
        port_(port),
        epoll_(epoll_create1(EPOLL_CLOEXEC)),
        wake_(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
    if (!log_file.empty()) log_ = std::fopen(log_file.c_str(), "ae");
    watch(wake_, EPOLLIN, EPOLL_CTL_ADD);
  }

  ~Loop() {
    for (const auto& [fd, peer] : peers_) ::close(fd);
    for (const auto& [fd, door] : doors_) ::close(fd);
    for (const int fd : fillers_) ::close(fd);
    ::close(epoll_);
    ::close(wake_);
    if (log_ != nullptr) std::fclose(log_);
  }

  Loop(const Loop&) = delete;
  Loop& operator=(const Loop&) = delete;
  Loop(Loop&&) = delete;
  Loop& operator=(Loop&&) = delete;

  void listen(const Listener& listener) {
    const Listening listening = listener.kind->server->listening;
    const int fd = bind_socket(listener.address, port_);
    if (fd < 0) throw std::runtime_error("cannot listen on " + listener.address + ": " + std::strerror(errno));
    doors_[fd] = {listener.address, listener.kind, 0};
    if (listening == Listening::Closed) return;  // bound, not listening: refused, and nobody else takes the port
    ::listen(fd, listening == Listening::FullBacklog ? 0 : 4096);
    if (listening == Listening::FullBacklog)
      fill_backlog(listener.address);
    else
      watch(fd, EPOLLIN, EPOLL_CTL_ADD);
  }

  void run() {
    epoll_event events[32];  // few at a time, so that sleepers wake in time beside many handshakes
    while (!is_stopped_.load()) {
      const int count = epoll_wait(epoll_, events, 32, patience());
      for (int i = 0; i < count; ++i) handle(events[i]);
      wake_sleepers();
    }
  }

  void stop() {
    is_stopped_.store(true);
    const std::uint64_t one = 1;
    [[maybe_unused]] const auto written = ::write(wake_, &one, sizeof one);
  }

 private:
  struct Door {
    std::string address;
    const HostKind* kind;
    std::uint64_t accepted;
  };
  struct Peer {
    std::unique_ptr<SmtpConnection> connection;
    std::optional<SteadyTime> wake_up;
    bool wants_write = false;
  };

  void watch(int fd, std::uint32_t events, int operation) const {
    epoll_event event{};
    event.events = events;
    event.data.fd = fd;
    epoll_ctl(epoll_, operation, fd, &event);
  }

  /// Connections that nobody accepts: with the queue full the kernel answers no further SYN (S-8).
  void fill_backlog(const std::string& address) {
    const SocketAddress to = socket_address(address, port_);
    for (int i = 0; i < 3; ++i) {
      const int fd = socket(to.storage.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
      [[maybe_unused]] const int result = connect(fd, to.raw(), to.size);
      fillers_.push_back(fd);
    }
  }

  int patience() const {
    if (sleepers_.empty()) return -1;
    const auto left = sleepers_.begin()->first - steady_clock::now();
    return static_cast<int>(std::max<std::int64_t>(0, std::chrono::ceil<milliseconds>(left).count()));
  }

  void handle(const epoll_event& event) {
    const int fd = event.data.fd;
    if (fd == wake_) return;
    if (const auto door = doors_.find(fd); door != doors_.end()) {
      accept_all(fd, door->second);
      return;
    }
    if (!peers_.contains(fd)) return;
    if ((event.events & (EPOLLIN | EPOLLHUP | EPOLLERR)) != 0) {
      if (!read(fd)) return;
    }
    settle(fd);
  }

  SSL_CTX* context(const HostKind& kind) {
    auto& context = contexts_[&kind];
    if (!context.second) {
      context.first = std::make_unique<Showing>(Showing{&chains_, &kind});
      context.second = make_context(*context.first);
    }
    return context.second.get();
  }

  void accept_all(int door_fd, Door& door) {
    for (int i = 0; i < 64; ++i) {
      const int fd = accept4(door_fd, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
      if (fd < 0) return;
      const int on = 1;
      setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
      const bool is_odd = door.kind->server->odd == Odd::Always || door.accepted++ == 0;
      auto log = [this, address = door.address](const std::string& line) { write_log(address, line); };
      Peer peer;
      peer.connection = std::make_unique<SmtpConnection>(
          *door.kind, context(*door.kind), is_odd ? SmtpConnection::Play::Odd : SmtpConnection::Play::Good,
          std::move(log));
      peer.connection->start(steady_clock::now());
      peers_[fd] = std::move(peer);
      watch(fd, EPOLLIN, EPOLL_CTL_ADD);
      settle(fd);
    }
  }

  void write_log(const std::string& address, const std::string& line) const {
    if (log_ == nullptr) return;
    std::string shown;
    for (const char octet : line.substr(0, 200)) shown += octet >= ' ' && octet <= '~' ? octet : '?';
    std::fprintf(log_, "%s %s\n", address.c_str(), shown.c_str());
    std::fflush(log_);
  }

  /// False if the connection is gone.
  bool read(int fd) {
    char buffer[16384];
    for (int i = 0; i < 8; ++i) {
      const auto count = recv(fd, buffer, sizeof buffer, 0);
      if (count < 0 && (errno == EAGAIN || errno == EINTR)) return true;
      if (count <= 0) {
        drop(fd, Ending::Close);
        return false;
      }
      peers_[fd].connection->receive({buffer, static_cast<std::size_t>(count)}, steady_clock::now());
    }
    return true;
  }

  /// Writes what there is, ends what is over, and notes when to come back.
  void settle(int fd) {
    Peer& peer = peers_[fd];
    SmtpConnection& connection = *peer.connection;
    if (connection.ending() == Ending::Reset && connection.output().empty()) return drop(fd, Ending::Reset);
    for (int i = 0; i < 16 && !connection.output().empty(); ++i) {
      const auto count = send(fd, connection.output().data(), connection.output().size(), MSG_NOSIGNAL);
      if (count < 0 && errno != EAGAIN) return drop(fd, Ending::Close);
      if (count < 0) break;
      connection.output().erase(0, static_cast<std::size_t>(count));
      if (connection.output().empty() && connection.ending() == Ending::None) connection.go_on(steady_clock::now());
    }
    const bool wants_write = !connection.output().empty();
    if (!wants_write && connection.ending() == Ending::HalfClose) {
      shutdown(fd, SHUT_WR);
      connection.half_closed();
      connection.go_on(steady_clock::now());
    } else if (!wants_write && connection.ending() != Ending::None) {
      return drop(fd, connection.ending());
    }
    if (wants_write != peer.wants_write) watch(fd, EPOLLIN | (wants_write ? EPOLLOUT : 0U), EPOLL_CTL_MOD);
    peer.wants_write = wants_write;
    set_alarm(fd, peer, connection.wake_up());
  }

  void set_alarm(int fd, Peer& peer, std::optional<SteadyTime> wake_up) {
    if (peer.wake_up == wake_up) return;
    if (peer.wake_up) sleepers_.erase({*peer.wake_up, fd});
    if (wake_up) sleepers_.insert({*wake_up, fd});
    peer.wake_up = wake_up;
  }

  void wake_sleepers() {
    const auto now = steady_clock::now();
    while (!sleepers_.empty() && sleepers_.begin()->first <= now) {
      const int fd = sleepers_.begin()->second;
      Peer& peer = peers_[fd];
      set_alarm(fd, peer, {});
      peer.connection->go_on(now);
      settle(fd);
    }
  }

  void drop(int fd, Ending ending) {
    set_alarm(fd, peers_[fd], {});
    if (ending == Ending::Reset) {
      const linger now{1, 0};
      setsockopt(fd, SOL_SOCKET, SO_LINGER, &now, sizeof now);
    }
    peers_.erase(fd);
    ::close(fd);
  }

  ChainMaker& chains_;
  std::uint16_t port_;
  int epoll_;
  int wake_;
  std::FILE* log_ = nullptr;
  std::atomic<bool> is_stopped_{false};
  std::unordered_map<int, Door> doors_;
  std::vector<int> fillers_;
  std::unordered_map<int, Peer> peers_;
  std::set<std::pair<SteadyTime, int>> sleepers_;
  std::map<const HostKind*, std::pair<std::unique_ptr<Showing>, Context>> contexts_;
};

SmtpServer::SmtpServer(ChainMaker& chains, std::uint16_t port, const std::string& log_file)
    : loop_(std::make_unique<Loop>(chains, port, log_file)) {}
SmtpServer::~SmtpServer() = default;
void SmtpServer::listen(const Listener& listener) { loop_->listen(listener); }
void SmtpServer::run() { loop_->run(); }
void SmtpServer::stop() { loop_->stop(); }

std::uint16_t find_free_port() {
  std::random_device random;
  for (int attempt = 0; attempt < 1000; ++attempt) {
    const auto port = static_cast<std::uint16_t>(10'000 + random() % 22'000);
    if (is_free("127.0.0.1", port, SOCK_STREAM) && is_free("127.0.0.1", port, SOCK_DGRAM) &&
        is_free("::1", port, SOCK_STREAM))
      return port;
  }
  throw std::runtime_error("no free port");
}

}  // namespace danesweep::lab
