// SPDX-License-Identifier: Apache-2.0
// One connection of a mail host as a machine over byte buffers: octets in, octets out, a time to wake up. The script's
// steps are played one by one; TLS runs over memory BIOs.
#pragma once

#include <openssl/ssl.h>

#include <chrono>
#include <cstdint>
#include <deque>
#include <functional>
#include <optional>
#include <string>

#include "tests/lab/host_kinds.h"

namespace danesweep::lab {

using SteadyTime = std::chrono::steady_clock::time_point;

enum class Ending : std::uint8_t { None, Close, Reset, HalfClose };

class SmtpConnection {
 public:
  using LogLine = std::function<void(const std::string&)>;

  /// `is_odd`: the kind's own scripts are played, else those of a good server.
  enum class Play : std::uint8_t { Odd, Good };
  SmtpConnection(const HostKind& kind, SSL_CTX* context, Play play, LogLine log);
  ~SmtpConnection();
  SmtpConnection(const SmtpConnection&) = delete;
  SmtpConnection& operator=(const SmtpConnection&) = delete;
  SmtpConnection(SmtpConnection&&) = delete;
  SmtpConnection& operator=(SmtpConnection&&) = delete;

  void start(SteadyTime now);
  void receive(std::string_view octets, SteadyTime now);
  /// The output buffer ran empty, or the time of `wake_up` has come.
  void go_on(SteadyTime now);

  std::string& output() { return output_; }
  std::optional<SteadyTime> wake_up() const { return wake_up_; }
  /// What to do once the output is written; taken once.
  Ending ending() const { return ending_; }
  void half_closed() { ending_ = Ending::None; }

 private:
  void play(const Script& script, const Script& ordinary);
  void run_steps(SteadyTime now);
  bool run_step(Step& step, SteadyTime now);  ///< whether it is done
  void say(const std::string& text);
  bool drip(Step& step, SteadyTime now);
  void read_lines(SteadyTime now);
  void obey(const std::string& line);
  void start_tls();
  void run_tls(SteadyTime now);
  void take_tls_output(SteadyTime now);
  void mend_output(std::string& octets);  ///< what a quirk does to the server's flight

  const ServerKind& server_;
  SSL_CTX* context_;
  LogLine log_;
  SSL* ssl_ = nullptr;
  bool is_handshake_done_ = false;
  bool is_silent_ = false;
  std::string input_;
  std::string output_;
  std::string held_;  ///< TLS octets that drip out one by one
  std::deque<Step> steps_;
  std::optional<SteadyTime> wake_up_;
  std::size_t dripped_ = 0;
  Ending ending_ = Ending::None;
};

}  // namespace danesweep::lab
