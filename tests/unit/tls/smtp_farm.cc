// SPDX-License-Identifier: Apache-2.0
#include "tests/unit/tls/smtp_farm.h"

#include <algorithm>
#include <deque>

#include <gtest/gtest.h>

namespace danesweep::test {
namespace {

/// The script as a server: hears octets, queues what is to be sent and when.
class Server {
 public:
  struct Event {
    Instant at;
    std::string octets;
    bool closes = false;
  };

  explicit Server(const ServerScript& script) : script_(script) {}

  void accept(Instant now) { say(script_.greeting, now); }
  void hear(std::string_view octets, Instant now) {
    if (tls_) return hear_tls(octets, now);
    if (in_tls_) return;  // of `instead_of_tls`
    heard_ += octets;
    while (const auto command = next_command()) obey(*command, now);
  }
  std::deque<Event>& events() { return events_; }
  const std::vector<std::string>& commands() const { return commands_; }
  std::string server_name() const { return tls_ ? tls_->server_name() : std::string(); }

 private:
  std::optional<std::string> next_command() {
    const std::size_t end = heard_.find("\r\n");
    if (end == std::string::npos) return std::nullopt;
    std::string command = heard_.substr(0, end);
    heard_.erase(0, end + 2);
    EXPECT_TRUE(heard_.empty()) << "T-38: pipelined: " << command;
    commands_.push_back(command);
    return command;
  }

  void obey(const std::string& command, Instant now) {
    if (command.starts_with("EHLO ")) return say(script_.ehlo, now);
    if (command.starts_with("HELO ")) return say(script_.helo, now);
    if (command == "QUIT") return say(script_.quit, now);
    say(script_.starttls, now);
    if (script_.starttls.octets.empty() || script_.starttls.octets[0] != '2') return;
    in_tls_ = true;
    if (script_.instead_of_tls) return say(*script_.instead_of_tls, now);
    tls_.emplace(script_.tls);
  }

  void hear_tls(std::string_view records, Instant now) {
    tls_->feed(records);
    send_records(now);
    heard_ += tls_->take_plain();
    while (const auto command = next_command()) obey_tls(*command, now);
  }

  void obey_tls(const std::string& command, Instant now) {
    if (command.starts_with("EHLO ") && script_.before_ehlo_tls) script_.before_ehlo_tls(*tls_);
    if (command == "QUIT" && script_.before_quit_tls) {
      script_.before_quit_tls(*tls_);
      return send_records(now);
    }
    const Says& reply = command == "QUIT" ? script_.quit : script_.ehlo_tls;
    for (std::size_t i = 0; !reply.octets.empty() && i < reply.times; ++i) tls_->write(reply.octets);
    send_records(now + reply.delay);
    if (reply.then == Says::Then::Closes) say(closes(), now);
  }

  void send_records(Instant now) {
    std::string records = tls_->take_output();
    if (records.empty()) return;
    say(script_.bend ? script_.bend(std::move(records), flight_++) : says(std::move(records)), now);
  }

  void say(const Says& what, Instant now) {
    const std::size_t piece = what.piece == 0 ? std::max<std::size_t>(what.octets.size(), 1) : what.piece;
    Instant at = now + what.delay;
    for (std::size_t round = 0; round < what.times; ++round)
      for (std::size_t i = 0; i < what.octets.size(); i += piece, at += what.gap)
        events_.push_back({at, what.octets.substr(i, piece)});
    if (what.then == Says::Then::Closes) events_.push_back({at, {}, true});
  }

  const ServerScript& script_;
  std::optional<TlsServer> tls_;
  bool in_tls_ = false;
  int flight_ = 0;
  std::string heard_;
  std::deque<Event> events_;
  std::vector<std::string> commands_;
};

void deliver(tls::Probe& probe, const Server::Event& event, std::size_t chunk) {
  if (event.closes) return probe.closed(event.at);
  const std::size_t size = chunk == 0 ? event.octets.size() : chunk;
  for (std::size_t i = 0; i < event.octets.size(); i += size) {
    const std::string part = event.octets.substr(i, size);
    probe.feed({reinterpret_cast<const std::uint8_t*>(part.data()), part.size()}, event.at);
  }
}

void carry_to_server(tls::Probe& probe, Server& server, Instant now) {
  while (!probe.to_send().empty()) {
    const wire::Bytes octets = probe.to_send();
    const std::string text(octets.begin(), octets.end());
    probe.sent(text.size());
    server.hear(text, now);
  }
}

}  // namespace

std::string repeated(std::string_view text, std::size_t count) {
  std::string all;
  for (std::size_t i = 0; i < count; ++i) all += text;
  return all;
}

Played play(const ServerScript& script, tls::TlsContext& context, const PlaySettings& settings) {
  const Instant start{1000s};
  Instant now = start;
  tls::Probe probe(settings.probe, settings.base_name, context, start);
  Server server(script);
  probe.connected(now);
  server.accept(now);
  for (int turns = 0; !probe.finished(); ++turns) {
    if (turns > 100'000) {
      ADD_FAILURE() << "the probe does not end";
      break;
    }
    carry_to_server(probe, server, now);
    if (!server.events().empty() && server.events().front().at <= probe.deadline()) {
      const Server::Event event = server.events().front();
      server.events().pop_front();
      now = event.at;
      deliver(probe, event, settings.chunk);
    } else {
      now = probe.deadline();
      probe.timer(now);
    }
  }
  carry_to_server(probe, server, now);
  Played played;
  played.took = std::chrono::duration_cast<Duration>(now - start);
  played.capture = probe.take_capture();
  played.commands = server.commands();
  played.server_name = server.server_name();
  return played;
}

}  // namespace danesweep::test
