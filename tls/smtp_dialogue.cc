// SPDX-License-Identifier: Apache-2.0
#include "tls/smtp_dialogue.h"

#include <algorithm>
#include <cassert>
#include <utility>

#include "tls/peer_text.h"

namespace danesweep::tls {
namespace {

using State = SmtpDialogue::State;

std::string_view phase_name(State state) {
  switch (state) {
    case State::Greeting:
      return "greeting";
    case State::Ehlo:
      return "ehlo";
    case State::Helo:
      return "helo";
    case State::Starttls:
      return "starttls";
    case State::EhloTls:
      return "ehlo-tls";
    default:
      return "quit";
  }
}

/// The keyword of an EHLO line in upper case: its first word, whatever parameters follow.
std::string keyword(std::string_view line) {
  const std::size_t begin = std::min(line.find_first_not_of(" \t"), line.size());
  const std::size_t end = std::min(line.find_first_of(" \t", begin), line.size());
  std::string word(line.substr(begin, end - begin));
  for (char& c : word)
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
  return word;
}

enum class Offer : std::uint8_t { Missing, Masked, Offered };

/// T-42. The first line is the server's name, not a keyword.
Offer starttls_offer(const Reply& reply) {
  Offer offer = Offer::Missing;
  for (std::size_t i = 1; i < reply.lines.size(); ++i) {
    const std::string word = keyword(reply.lines[i]);
    if (word == "STARTTLS") return Offer::Offered;
    if (word == "XXXXXXXX") offer = Offer::Masked;
  }
  return offer;
}

}  // namespace

SmtpDialogue::SmtpDialogue(std::string helo, Banners banners) : helo_(std::move(helo)), banners_(banners) {}

void SmtpDialogue::feed(wire::Bytes octets) {
  while (!octets.empty() && state_ != State::Ended && state_ != State::Handshake) {
    const ReplyReader::Progress progress = reader_.feed(octets);
    if (const auto* fault = std::get_if<ReplyFault>(&progress)) return handle(*fault);
    if (const auto* reply = std::get_if<Reply>(&progress)) handle(*reply, !octets.empty());
  }
}

void SmtpDialogue::handle(const Reply& reply, bool octets_behind) {
  record(reply);
  if (reply.bare_lf) warn("bare-lf");
  if (reply.codes_differ) warn("reply-codes-differ");
  switch (state_) {
    case State::Greeting:
      return handle_greeting(reply);
    case State::Ehlo:
      return handle_ehlo(reply);
    case State::Helo:
      return handle_helo(reply);
    case State::Starttls:
      return handle_starttls(reply, octets_behind);
    case State::EhloTls:
      return handle_ehlo_tls(reply);
    default:
      state_ = State::Ended;  // the reply to QUIT, whatever it says
  }
}

/// T-40.
void SmtpDialogue::handle_greeting(const Reply& reply) {
  if (reply.code == 220) {
    greeted_ = true;
    return say("EHLO " + helo_, State::Ehlo);
  }
  if (reply.first_digit() == 4) return fail_and_quit(Outcome::GreetingTempfail, reply);
  if (reply.code == 521) return fail_and_quit(Outcome::HostNoMail, reply);  // RFC 7504
  if (reply.first_digit() == 5) return fail_and_quit(Outcome::GreetingRefused, reply);
  fail(Outcome::ReplyMalformed, "greeting " + std::to_string(reply.code));
}

/// T-41.
void SmtpDialogue::handle_ehlo(const Reply& reply) {
  switch (reply.first_digit()) {
    case 2:
      return look_for_starttls(reply);
    case 4:
      return fail_and_quit(Outcome::EhloTempfail, reply);
    case 5:
      return say("HELO " + helo_, State::Helo);
    default:
      return fail(Outcome::ReplyMalformed, "EHLO " + std::to_string(reply.code));
  }
}

/// T-41: a server without EHLO has no STARTTLS.
void SmtpDialogue::handle_helo(const Reply& reply) {
  switch (reply.first_digit()) {
    case 2:
      warn("ehlo-refused");
      return fail_and_quit(Outcome::StarttlsMissing, reply);
    case 4:
      return fail_and_quit(Outcome::EhloTempfail, reply);
    case 5:
      return fail_and_quit(Outcome::EhloRefused, reply);
    default:
      return fail(Outcome::ReplyMalformed, "HELO " + std::to_string(reply.code));
  }
}

void SmtpDialogue::look_for_starttls(const Reply& reply) {
  switch (starttls_offer(reply)) {
    case Offer::Offered:
      return say("STARTTLS", State::Starttls);
    case Offer::Masked:
      return fail_and_quit(Outcome::StarttlsMasked, reply);
    case Offer::Missing:
      return fail_and_quit(Outcome::StarttlsMissing, reply);
  }
}

/// T-43, T-44. What stands behind the line that starts TLS was put there by somebody who could not encrypt it: neither
/// SMTP nor TLS may see it (CVE-2011-0411 and its kin).
void SmtpDialogue::handle_starttls(const Reply& reply, bool octets_behind) {
  switch (reply.first_digit()) {
    case 2:
      if (octets_behind) return fail(Outcome::StarttlsInjection, "octets behind the reply to STARTTLS");
      if (reply.code != 220) warn("starttls-code");
      state_ = State::Handshake;
      return;
    case 4:
      return fail_and_quit(Outcome::StarttlsTempfail, reply);
    case 5:
      return fail_and_quit(Outcome::StarttlsRefused, reply);
    default:
      return fail(Outcome::ReplyMalformed, "STARTTLS " + std::to_string(reply.code));
  }
}

/// T-45: the verdict stands from the handshake.
void SmtpDialogue::handle_ehlo_tls(const Reply& reply) {
  if (reply.first_digit() != 2) {
    warn("post-tls-trouble");
    detail_ = "EHLO under TLS " + std::to_string(reply.code);
  }
  say("QUIT", State::Quit);
}

void SmtpDialogue::handle(ReplyFault fault) {
  if (state_ == State::EhloTls) return broken_after_handshake("reply malformed");
  if (state_ == State::Quit) {
    state_ = State::Ended;
    return;
  }
  const std::string phase(phase_name(state_));
  if (fault == ReplyFault::TooLong) return fail(Outcome::ReplyTooLong, phase);
  const bool other_protocol = fault == ReplyFault::NotAReply && state_ == State::Greeting;
  fail(other_protocol ? Outcome::NotSmtp : Outcome::ReplyMalformed, phase);
}

void SmtpDialogue::closed() {
  if (state_ == State::EhloTls) return broken_after_handshake("closed");
  if (state_ != State::Quit && state_ != State::Ended) fail(Outcome::SmtpClosed, std::string(phase_name(state_)));
  state_ = State::Ended;
}

void SmtpDialogue::timed_out() {
  if (state_ == State::EhloTls) return broken_after_handshake("timeout");
  if (state_ == State::Greeting) fail(Outcome::GreetingTimeout, "greeting");
  if (state_ == State::Ehlo || state_ == State::Helo || state_ == State::Starttls)
    fail(Outcome::SmtpTimeout, std::string(phase_name(state_)));
  state_ = State::Ended;
}

void SmtpDialogue::secured() {
  assert(state_ == State::Handshake);
  reader_ = ReplyReader();
  say("EHLO " + helo_, State::EhloTls);
}

void SmtpDialogue::broken_after_handshake(std::string_view what) {
  if (state_ == State::EhloTls) {
    warn("post-tls-trouble");
    detail_ = "EHLO under TLS: " + std::string(what);
  }
  state_ = State::Ended;
}

std::string SmtpDialogue::take_output() { return std::exchange(output_, std::string()); }

void SmtpDialogue::say(std::string_view verb, State next) {
  output_.append(verb).append("\r\n");
  state_ = next;
}

/// T-46: nothing more is said to a peer that broke the grammar, injected or was too slow.
void SmtpDialogue::fail(Outcome outcome, std::string detail) {
  failure_ = outcome;
  detail_ = std::move(detail);
  state_ = State::Ended;
}

void SmtpDialogue::fail_and_quit(Outcome outcome, const Reply& reply) {
  const std::string text = reply.lines.empty() || banners_ == Banners::CodesOnly
                               ? std::string()
                               : " " + printable(reply.lines.back(), kMaxStoredLineOctets);
  fail(outcome, std::string(phase_name(state_)) + " " + std::to_string(reply.code) + text);
  say("QUIT", State::Quit);
}

void SmtpDialogue::warn(std::string_view note) {
  if (std::ranges::find(warnings_, note) == warnings_.end()) warnings_.emplace_back(note);
}

/// T-48.
void SmtpDialogue::record(const Reply& reply) {
  RecordedReply stored;
  stored.phase = phase_name(state_);
  stored.reply_code = reply.code;
  stored.enhanced_code = enhanced_code(reply);
  if (banners_ == Banners::Keep)
    for (std::size_t i = 0; i < std::min(reply.lines.size(), kMaxStoredLines); ++i)
      stored.lines.push_back(printable(reply.lines[i], kMaxStoredLineOctets));
  replies_.push_back(std::move(stored));
}

}  // namespace danesweep::tls
