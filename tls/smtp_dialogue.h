// SPDX-License-Identifier: Apache-2.0
// The SMTP side of one probe: greeting, EHLO, STARTTLS, and after the handshake EHLO again and QUIT (RFC 5321, RFC
// 3207; rules T-38 to T-46, T-48). It takes reply octets and gives commands; who carries them, in the clear or under
// TLS, is the probe's business. Only EHLO, HELO, STARTTLS and QUIT ever leave it, one at a time.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "tls/outcome.h"
#include "tls/smtp_reply.h"

namespace danesweep::tls {

enum class Banners : std::uint8_t { Keep, CodesOnly };

/// One reply as stored (T-48).
struct RecordedReply {
  std::string phase;  ///< "greeting", "ehlo", "helo", "starttls", "ehlo-tls", "quit"
  int reply_code = 0;
  std::string enhanced_code;
  std::vector<std::string> lines;
};

class SmtpDialogue {
 public:
  enum class State : std::uint8_t {
    Greeting,  ///< waits for the server's first word (T-40)
    Ehlo,      ///< the others wait for the reply to the command of that name
    Helo,
    Starttls,
    Handshake,  ///< TLS has the word; `secured` goes on
    EhloTls,
    Quit,   ///< all is decided; the server may say its last word
    Ended,  ///< nothing more to say or to wait for
  };

  /// `helo`: the argument of EHLO and HELO (T-70).
  SmtpDialogue(std::string helo, Banners banners);

  /// Octets of the server; under TLS the decrypted ones. Not to be called in Handshake and Ended.
  void feed(wire::Bytes octets);
  /// The server ended the stream.
  void closed();
  /// The state's time is over.
  void timed_out();
  /// The handshake is complete: nothing said in the clear counts any more (RFC 3207 section 4.2), EHLO again.
  void secured();
  /// TLS itself broke after the handshake: `what` is noted, the verdict stands (T-45).
  void broken_after_handshake(std::string_view what);

  State state() const { return state_; }
  /// Commands to send since the last call.
  std::string take_output();

  /// Set when the dialogue ends without TLS.
  std::optional<Outcome> failure() const { return failure_; }
  const std::string& detail() const { return detail_; }
  /// A 220 greeting came.
  bool greeted() const { return greeted_; }
  std::vector<RecordedReply> take_replies() { return std::move(replies_); }
  std::vector<std::string> take_warnings() { return std::move(warnings_); }

 private:
  void handle(const Reply& reply, bool octets_behind);
  void handle_greeting(const Reply& reply);
  void handle_ehlo(const Reply& reply);
  void handle_helo(const Reply& reply);
  void handle_starttls(const Reply& reply, bool octets_behind);
  void handle_ehlo_tls(const Reply& reply);
  void handle(ReplyFault fault);
  void look_for_starttls(const Reply& reply);
  void say(std::string_view verb, State next);
  void fail(Outcome outcome, std::string detail);
  void fail_and_quit(Outcome outcome, const Reply& reply);
  void warn(std::string_view note);
  void record(const Reply& reply);

  std::string helo_;
  Banners banners_;
  State state_ = State::Greeting;
  ReplyReader reader_;
  std::string output_;
  std::optional<Outcome> failure_;
  std::string detail_;
  bool greeted_ = false;
  std::vector<RecordedReply> replies_;  ///< at most one of each phase
  std::vector<std::string> warnings_;   ///< each note once
};

}  // namespace danesweep::tls
