// SPDX-License-Identifier: Apache-2.0
// Bare OpenSSL client handshakes over TCP, what a probe can at best cost: connect, TLS 1.3 with X25519 and a P-256 leaf
// below a CA, close. The server is a process of its own; only the client's CPU time is printed.
// usage: handshakes COUNT
#include <arpa/inet.h>
#include <openssl/ssl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <memory>

#include "tests/support/certificates.h"

namespace {

using namespace danesweep;
using Context = std::unique_ptr<SSL_CTX, decltype(&SSL_CTX_free)>;

constexpr const char* kName = "mx.example.org";

int listening_socket(sockaddr_in& bound) {
  const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  bound.sin_family = AF_INET;
  bound.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof bound;
  if (bind(fd, reinterpret_cast<sockaddr*>(&bound), size) != 0 || listen(fd, 64) != 0) std::abort();
  getsockname(fd, reinterpret_cast<sockaddr*>(&bound), &size);
  return fd;
}

[[noreturn]] void serve(int listener) {
  const test::Key key = test::key_from_pool(test::KeyKind::P256, 2);
  const test::Certificate ca =
      test::CertificateBuilder("CA").key(test::key_from_pool(test::KeyKind::P256, 1)).ca().make();
  const test::Certificate leaf =
      test::CertificateBuilder(kName).key(key).issued_by(ca).san(std::string("DNS:") + kName).make();
  const Context context(SSL_CTX_new(TLS_server_method()), SSL_CTX_free);
  SSL_CTX_set_num_tickets(context.get(), 0);
  SSL_CTX_use_certificate(context.get(), leaf.x509.get());
  SSL_CTX_use_PrivateKey(context.get(), key.get());
  SSL_CTX_add1_chain_cert(context.get(), ca.x509.get());
  for (;;) {
    const int peer = accept(listener, nullptr, nullptr);
    SSL* ssl = SSL_new(context.get());
    SSL_set_fd(ssl, peer);
    if (SSL_accept(ssl) == 1) {
      char octet = 0;
      SSL_read(ssl, &octet, 1);  // until the client closes
    }
    SSL_free(ssl);
    close(peer);
  }
}

void shake_hands(SSL_CTX* context, const sockaddr_in& server) {
  const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  SSL* ssl = SSL_new(context);
  SSL_set_tlsext_host_name(ssl, kName);
  SSL_set_fd(ssl, fd);
  if (connect(fd, reinterpret_cast<const sockaddr*>(&server), sizeof server) != 0 || SSL_connect(ssl) != 1)
    std::abort();
  SSL_shutdown(ssl);
  SSL_free(ssl);
  close(fd);
}

double cpu_seconds() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  const auto seconds = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) + 1e-6 * static_cast<double>(time.tv_usec);
  };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

}  // namespace

int main(int argc, char** argv) {
  const int count = argc > 1 ? std::atoi(argv[1]) : 1000;
  sockaddr_in bound{};
  const int listener = listening_socket(bound);
  const pid_t server = fork();
  if (server == 0) serve(listener);
  const Context context(SSL_CTX_new(TLS_client_method()), SSL_CTX_free);
  shake_hands(context.get(), bound);  // what OpenSSL sets up once is not counted
  const double before = cpu_seconds();
  for (int i = 0; i < count; ++i) shake_hands(context.get(), bound);
  std::printf("%.6f\n", cpu_seconds() - before);
  kill(server, SIGTERM);
  waitpid(server, nullptr, 0);
  return 0;
}
