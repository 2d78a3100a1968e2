// SPDX-License-Identifier: Apache-2.0
// danesweep-ask NAME TYPE PORT ANCHORFILE: one validated look-up over blocking sockets to 127.0.0.1:PORT. Prints the
// status in lower case, and on stderr reason, answer and trace. The smallest program around the validator.
#include <arpa/inet.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <fstream>
#include <iostream>
#include <sstream>

#include "dnssec/validation.h"
#include "dnssec/wire/writer.h"

namespace {

using namespace danesweep;

int open_socket(int kind, std::uint16_t port) {
  const int fd = socket(AF_INET, kind, 0);
  const timeval limit{5, 0};
  setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0) return fd;
  close(fd);
  return -1;
}

std::vector<std::uint8_t> ask_udp(std::uint16_t port, wire::Bytes query) {
  std::vector<std::uint8_t> answer(65535);
  const int fd = open_socket(SOCK_DGRAM, port);
  if (fd < 0) return {};
  const bool sent = send(fd, query.data(), query.size(), 0) == static_cast<ssize_t>(query.size());
  const ssize_t got = sent ? recv(fd, answer.data(), answer.size(), 0) : -1;
  close(fd);
  answer.resize(got > 0 ? static_cast<std::size_t>(got) : 0);
  return answer;
}

std::vector<std::uint8_t> ask_tcp(std::uint16_t port, wire::Bytes query) {
  const int fd = open_socket(SOCK_STREAM, port);
  if (fd < 0) return {};
  std::vector<std::uint8_t> framed = {static_cast<std::uint8_t>(query.size() >> 8U),
                                      static_cast<std::uint8_t>(query.size())};
  framed.insert(framed.end(), query.begin(), query.end());
  std::uint8_t length[2] = {};
  std::vector<std::uint8_t> answer;
  if (send(fd, framed.data(), framed.size(), 0) == static_cast<ssize_t>(framed.size()) &&
      recv(fd, length, sizeof length, MSG_WAITALL) == 2) {
    answer.resize(static_cast<std::size_t>(length[0] << 8U | length[1]));
    if (recv(fd, answer.data(), answer.size(), MSG_WAITALL) != static_cast<ssize_t>(answer.size())) answer.clear();
  }
  close(fd);
  return answer;
}

dnssec::Response ask(std::uint16_t port, const dnssec::Wanted& wanted) {
  if (!wanted.not_from.is_empty()) return {dnssec::NoOtherResolver{}};
  static std::uint16_t id = 0;
  const wire::QueryPacket query(wanted.question, ++id);
  auto message = wire::Message::parse(ask_udp(port, query.octets()));
  if (message && (*message)->is_truncated()) message = wire::Message::parse(ask_tcp(port, query.octets()));
  if (!message || !(*message)->answers(wanted.question)) return {dnssec::NoReply{}, 0};
  return {wire::MessagePtr(*message), 0};
}

std::string lower(std::string_view text) {
  std::string result(text);
  std::ranges::transform(result, result.begin(), [](char c) { return static_cast<char>(std::tolower(c)); });
  return result;
}

}  // namespace

int main(int count, char** arguments) {
  if (count != 5) {
    std::cerr << "usage: danesweep-ask NAME TYPE PORT ANCHORFILE\n";
    return 2;
  }
  const auto name = wire::DomainName::from_text(arguments[1]);
  const auto type = wire::parse_rr_type(arguments[2]);
  std::ostringstream content;
  content << std::ifstream(arguments[4]).rdbuf();
  const auto now = std::chrono::system_clock::to_time_t(std::chrono::system_clock::now());
  const auto file = dnssec::parse_anchor_file(content.str(), now);
  if (!name || !type || !file) {
    std::cerr << "danesweep-ask: name, type or anchor file cannot be read\n";
    return 2;
  }
  const dnssec::Policy policy;
  const dnssec::TrustAnchors anchors(file->anchors);
  dnssec::Crypto crypto(policy);
  const auto caches = dnssec::make_plain_caches();
  const dnssec::Environment environment{&anchors, &policy, &crypto, caches.get()};
  const auto port = static_cast<std::uint16_t>(std::stoi(arguments[3]));
  const auto verdict = dnssec::run(
      dnssec::Validation({*name, *type}, now, environment, dnssec::Detail::Trace), [&](const dnssec::Wanted& wanted) {
        auto response = ask(port, wanted);
        std::cerr << "asked " << wanted.question.name.to_text() << ' ' << wire::to_text(wanted.question.type) << '\n';
        return response;
      });
  for (const std::string& line : verdict.trace) std::cerr << line << '\n';
  std::cerr << dnssec::code(verdict.reason) << ' ' << dnssec::sentence(verdict.reason, verdict.facts) << ' '
            << dnssec::to_text(verdict.answer) << ' ' << wire::to_text(verdict.rcode) << " ttl " << verdict.ttl << '\n';
  std::cout << lower(dnssec::to_text(verdict.security)) << '\n';
}
