// SPDX-License-Identifier: Apache-2.0
#include "tests/lab/smtp_connection.h"

#include <openssl/err.h>

#include <algorithm>
#include <cctype>
#include <string_view>

namespace danesweep::lab {
namespace {

using Do = Step::Do;
using namespace std::chrono_literals;

constexpr std::size_t kMaxInput = 8192;
constexpr std::size_t kFloodChunk = 65536;

// A good server's part in the dialogue, said at each turn for which the kind has no script of its own.
const ServerKind kGood = {
    .id = "good",
    .english = "",
    .outcome = "ok",
    .certificate = Checked::Success,
    .greeting = {{Do::Send, "220 mx.lab ESMTP\r\n"}},
    .ehlo = {{Do::Send, "250-mx.lab\r\n250-PIPELINING\r\n250-SIZE 10240000\r\n250-STARTTLS\r\n250 8BITMIME\r\n"}},
    .helo = {{Do::Send, "250 mx.lab\r\n"}},
    .starttls = {{Do::Send, "220 ready for TLS\r\n"}, {Do::StartTls}},
    .ehlo_in_tls = {{Do::Send, "250-mx.lab\r\n250-PIPELINING\r\n250 8BITMIME\r\n"}},
    .quit = {{Do::Send, "221 bye\r\n"}, {Do::CloseNotify}, {Do::Close}},
};
const Script kUnknownVerb = {{Do::Send, "500 what?\r\n"}};

}  // namespace

SmtpConnection::SmtpConnection(const HostKind& kind, SSL_CTX* context, Play play, LogLine log)
    : server_(play == Play::Odd ? *kind.server : kGood), context_(context), log_(std::move(log)) {}

SmtpConnection::~SmtpConnection() { SSL_free(ssl_); }

void SmtpConnection::start(SteadyTime now) {
  play(server_.greeting, kGood.greeting);
  run_steps(now);
}

void SmtpConnection::play(const Script& script, const Script& ordinary) {
  const Script& chosen = script.empty() ? ordinary : script;
  steps_.insert(steps_.end(), chosen.begin(), chosen.end());
}

void SmtpConnection::receive(std::string_view octets, SteadyTime now) {
  if (is_silent_) return;
  if (ssl_ != nullptr) {
    BIO_write(SSL_get_rbio(ssl_), octets.data(), static_cast<int>(octets.size()));
    run_tls(now);
    return;
  }
  if (input_.size() < kMaxInput) input_ += octets;
  if (!steps_.empty() && steps_.front().what == Do::AwaitInput) run_steps(now);
  read_lines(now);
}

void SmtpConnection::go_on(SteadyTime now) {
  if (wake_up_ && now < *wake_up_) return;
  wake_up_.reset();
  if (!held_.empty()) take_tls_output(now);
  run_steps(now);
}

void SmtpConnection::read_lines(SteadyTime now) {
  // A line is looked at when the script before it has been played.
  while (steps_.empty() && ending_ == Ending::None && !is_silent_) {
    const auto end = input_.find('\n');
    if (end == std::string::npos) return;
    std::string line = input_.substr(0, end);
    input_.erase(0, end + 1);
    if (!line.empty() && line.back() == '\r') line.pop_back();
    obey(line);
    run_steps(now);
  }
}

void SmtpConnection::obey(const std::string& line) {
  log_(line);
  std::string verb = line.substr(0, line.find(' '));
  for (char& letter : verb) letter = static_cast<char>(std::toupper(static_cast<unsigned char>(letter)));
  if (verb == "EHLO" && is_handshake_done_)
    play(server_.ehlo_in_tls, kGood.ehlo_in_tls);
  else if (verb == "EHLO")
    play(server_.ehlo, kGood.ehlo);
  else if (verb == "HELO")
    play(server_.helo, kGood.helo);
  else if (verb == "STARTTLS" && ssl_ == nullptr)
    play(server_.starttls, kGood.starttls);
  else if (verb == "QUIT")
    play(server_.quit, kGood.quit);
  else
    play(kUnknownVerb, kUnknownVerb);
}

void SmtpConnection::run_steps(SteadyTime now) {
  while (!steps_.empty() && !wake_up_ && ending_ == Ending::None && !is_silent_) {
    if (!run_step(steps_.front(), now)) break;
    steps_.pop_front();
    dripped_ = 0;
  }
  if (steps_.empty() && ssl_ == nullptr && !input_.empty()) read_lines(now);
}

bool SmtpConnection::run_step(Step& step, SteadyTime now) {
  switch (step.what) {
    case Do::Send:
      say(step.text);
      return true;
    case Do::Drip:
    case Do::DripForever:
      return drip(step, now);
    case Do::FloodForever:
      if (output_.size() < kFloodChunk)
        while (output_.size() < kFloodChunk) output_ += step.text;
      return false;  // again when the output is written
    case Do::Wait:
      step.what = Do::Send;  // of nothing, when the time is over
      step.text.clear();
      wake_up_ = now + step.pause;
      return false;
    case Do::AwaitInput:
      return !input_.empty();
    case Do::Close:
      ending_ = Ending::Close;
      return true;
    case Do::Reset:
      ending_ = Ending::Reset;
      return true;
    case Do::HalfClose:
      ending_ = Ending::HalfClose;
      return true;
    case Do::Silence:
      is_silent_ = true;
      return true;
    case Do::StartTls:
      start_tls();
      return true;
    case Do::Renegotiate:
      SSL_renegotiate(ssl_);
      SSL_do_handshake(ssl_);
      take_tls_output(now);
      return true;
    case Do::KeyUpdates:
      for (int i = 0; i < 20; ++i) {
        SSL_key_update(ssl_, SSL_KEY_UPDATE_NOT_REQUESTED);
        SSL_do_handshake(ssl_);
      }
      take_tls_output(now);
      wake_up_ = now + 10ms;
      return false;
    case Do::CloseNotify:
      if (ssl_ != nullptr && is_handshake_done_) SSL_shutdown(ssl_);
      if (ssl_ != nullptr) take_tls_output(now);
      return true;
  }
  return true;
}

void SmtpConnection::say(const std::string& text) {
  if (ssl_ == nullptr || !is_handshake_done_) {
    output_ += text;
    return;
  }
  if (text.empty()) return;
  ERR_clear_error();
  SSL_write(ssl_, text.data(), static_cast<int>(text.size()));
  take_tls_output({});
}

bool SmtpConnection::drip(Step& step, SteadyTime now) {
  say(step.text.substr(dripped_ % step.text.size(), 1));
  ++dripped_;
  if (step.what == Do::Drip && dripped_ >= step.text.size()) return true;
  wake_up_ = now + step.pause;
  return false;
}

void SmtpConnection::start_tls() {
  ssl_ = SSL_new(context_);
  SSL_set_bio(ssl_, BIO_new(BIO_s_mem()), BIO_new(BIO_s_mem()));
  SSL_set_accept_state(ssl_);
  if (!input_.empty()) BIO_write(SSL_get_rbio(ssl_), input_.data(), static_cast<int>(input_.size()));
  input_.clear();
}

void SmtpConnection::run_tls(SteadyTime now) {
  ERR_clear_error();
  if (!is_handshake_done_) {
    const int result = SSL_do_handshake(ssl_);
    const int error = SSL_get_error(ssl_, result);
    take_tls_output(now);
    if (result != 1) {
      if (error != SSL_ERROR_WANT_READ && error != SSL_ERROR_WANT_WRITE) ending_ = Ending::Close;
      return;
    }
    is_handshake_done_ = true;
  }
  char buffer[4096];
  for (int count = 0; (count = SSL_read(ssl_, buffer, sizeof buffer)) > 0 && input_.size() < kMaxInput;)
    input_.append(buffer, static_cast<std::size_t>(count));
  const bool is_over = (SSL_get_shutdown(ssl_) & SSL_RECEIVED_SHUTDOWN) != 0;
  take_tls_output(now);
  read_lines(now);
  if (is_over && steps_.empty() && !is_silent_) ending_ = Ending::Close;
}

void SmtpConnection::mend_output(std::string& octets) {
  const TlsQuirk quirk = server_.tls.quirk;
  if (quirk == TlsQuirk::GarbageCertificate && !is_handshake_done_) {
    // TLS 1.2 sends the certificate in the clear: its DER begins behind three lengths of the message of type 11.
    const auto at = octets.find(std::string_view("\x30\x82", 2));
    if (at != std::string::npos) octets.replace(at, 8, std::string(8, '\x41'));
  }
  if (quirk != TlsQuirk::FirstRecordOnly || octets.size() < 5) return;
  const std::size_t length = (static_cast<unsigned char>(octets[3]) << 8U) + static_cast<unsigned char>(octets[4]);
  octets.resize(std::min(octets.size(), 5 + length));
  is_silent_ = true;
}

void SmtpConnection::take_tls_output(SteadyTime now) {
  char buffer[16384];
  std::string octets;
  for (int count = 0; (count = BIO_read(SSL_get_wbio(ssl_), buffer, sizeof buffer)) > 0;)
    octets.append(buffer, static_cast<std::size_t>(count));
  if (!octets.empty()) mend_output(octets);
  if (server_.tls.quirk != TlsQuirk::DripHandshake) {
    output_ += octets;
    return;
  }
  held_ += octets;
  if (held_.empty() || wake_up_) return;
  output_ += held_.front();
  held_.erase(0, 1);
  wake_up_ = now + 300ms;
}

}  // namespace danesweep::lab
