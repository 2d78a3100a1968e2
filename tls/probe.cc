// SPDX-License-Identifier: Apache-2.0
#include "tls/probe.h"

#include <algorithm>
#include <cassert>
#include <utility>

#include "tls/tls_channel.h"

namespace danesweep::tls {

using State = SmtpDialogue::State;
using Status = TlsChannel::Status;

bool is_retriable(const Capture& capture) {
  constexpr std::uint8_t kInternalErrorAlert = 80;
  return is_retriable(capture.outcome) ||
         (capture.outcome == Outcome::TlsAlert && capture.alert == kInternalErrorAlert);
}

/// Ties the dialogue to the wire: in the clear, and through `channel` once STARTTLS was accepted.
struct Probe::Impl {
  Impl(const ProbeSettings& wanted, std::string base_name, TlsContext& tls_context, Instant start)
      : timeouts(wanted.timeouts),
        sni(std::move(base_name)),
        context(tls_context),
        dialogue(wanted.helo, wanted.banners),
        phase_deadline(start + timeouts.connect),
        probe_deadline(start + timeouts.probe) {}

  void advance(Instant now);
  void start_tls();
  void feed_tls(wire::Bytes records);
  void handshake_completed();
  void channel_ended();
  void expire();
  void finish(Outcome outcome, std::string_view detail);
  void flush();
  Duration limit(State state) const;
  Instant deadline() const { return std::min(phase_deadline, probe_deadline); }

  Timeouts timeouts;
  std::string sni;
  TlsContext& context;
  SmtpDialogue dialogue;
  std::optional<TlsChannel> channel;
  std::string output;
  std::size_t output_sent = 0;
  std::optional<State> timed_state;  ///< the state that phase_deadline belongs to; none while connecting
  Instant phase_deadline, probe_deadline;
  bool is_finished = false;
  Capture capture;
};

Duration Probe::Impl::limit(State state) const {
  switch (state) {
    case State::Greeting:
      return timeouts.greeting;
    case State::Handshake:
      return timeouts.tls;
    case State::Quit:
      return timeouts.quit;
    default:
      return timeouts.reply;
  }
}

/// After every event: TLS begun, commands out, the end or a new deadline for a new state. An event that comes late
/// counts if it brought the phase to its end; octets that do not extend nothing (T-38).
void Probe::Impl::advance(Instant now) {
  if (is_finished) return;
  if (dialogue.state() == State::Handshake && !channel) {
    flush();  // a reply that came before its command does not take the command's place
    start_tls();
  }
  flush();
  if (channel) channel_ended();
  if (is_finished) return;
  const State state = dialogue.state();
  if (state == State::Ended) return finish(dialogue.failure().value_or(Outcome::Ok), dialogue.detail());
  if (timed_state != state) {
    timed_state = state;
    phase_deadline = now + limit(state);
  }
  if (now >= deadline()) expire();
}

void Probe::Impl::flush() {
  const std::string commands = dialogue.take_output();
  if (channel) {
    channel->write(commands);
    output += channel->take_output();
  } else {
    output += commands;
  }
}

void Probe::Impl::start_tls() {
  channel.emplace(context, sni);
  capture.sni = sni;
}

void Probe::Impl::feed_tls(wire::Bytes records) {
  const bool was_open = channel->was_open();
  channel->feed(records);
  if (!was_open && channel->was_open()) handshake_completed();
  const std::string plain = channel->take_plain();
  dialogue.feed({reinterpret_cast<const std::uint8_t*>(plain.data()), plain.size()});
}

/// T-51, T-56: all that later questions need is taken now.
void Probe::Impl::handshake_completed() {
  const TlsFacts facts = channel->facts();
  capture.protocol = facts.protocol;
  capture.cipher = facts.cipher;
  capture.group = facts.group;
  capture.signature_type = facts.signature_type;
  capture.chain = channel->chain();
  if (facts.protocol == "TLSv1.2") capture.warnings.emplace_back("tls-1.2-only");
  dialogue.secured();
}

/// What the end of TLS means depends on when it came: in the handshake it is the outcome, and so is a fatal alert of
/// the peer before its first reply under TLS (TLS 1.3 servers refuse our certificate only then); later it is a note
/// (T-45, T-58).
void Probe::Impl::channel_ended() {
  const Status status = channel->status();
  if (status == Status::Closed && !channel->was_open()) return finish(Outcome::TlsClosed, "close_notify");
  if (status == Status::Closed) return dialogue.closed();
  if (status != Status::Failed) return;
  capture.alert = channel->alert();
  if (!channel->was_open()) {
    capture.protocol = channel->protocol();
    return finish(channel->failure(), channel->detail());
  }
  if (dialogue.state() == State::EhloTls && channel->alert()) return finish(channel->failure(), channel->detail());
  dialogue.broken_after_handshake(channel->detail());
}

/// The first of the two deadlines has come.
void Probe::Impl::expire() {
  const bool all_time_is_over = probe_deadline <= phase_deadline;
  const auto outcome = [&](Outcome of_phase) { return all_time_is_over ? Outcome::ProbeTimeout : of_phase; };
  if (!timed_state) return finish(outcome(Outcome::ConnectTimeout), "connect");
  if (timed_state == State::Handshake) return finish(outcome(Outcome::TlsTimeout), "handshake");
  const bool was_decided = dialogue.failure().has_value();  // only the end of QUIT was waited for
  dialogue.timed_out();
  if (was_decided || !dialogue.failure()) return finish(dialogue.failure().value_or(Outcome::Ok), dialogue.detail());
  finish(outcome(*dialogue.failure()), dialogue.detail());
}

void Probe::Impl::finish(Outcome outcome, std::string_view detail) {
  if (channel) channel->close();
  flush();
  capture.outcome = outcome;
  capture.detail = detail;
  capture.greeted = dialogue.greeted();
  capture.replies = dialogue.take_replies();
  for (std::string& note : dialogue.take_warnings()) capture.warnings.push_back(std::move(note));
  is_finished = true;
}

Probe::Probe(const ProbeSettings& settings, std::string base_name, TlsContext& context, Instant start)
    : impl_(std::make_unique<Impl>(settings, std::move(base_name), context, start)) {}
Probe::~Probe() = default;
Probe::Probe(Probe&&) noexcept = default;
Probe& Probe::operator=(Probe&&) noexcept = default;

void Probe::connected(Instant now) {
  if (impl_->is_finished || impl_->timed_state) return;
  impl_->timed_state = State::Greeting;
  impl_->phase_deadline = now + impl_->timeouts.greeting;
}

void Probe::connect_failed(Outcome why) {
  if (!impl_->is_finished) impl_->finish(why, "connect");
}

void Probe::feed(wire::Bytes octets, Instant now) {
  if (impl_->is_finished) return;
  connected(now);  // octets say so too
  if (impl_->channel) {
    impl_->feed_tls(octets);
  } else {
    impl_->dialogue.feed(octets);
  }
  impl_->advance(now);
}

void Probe::closed(Instant now) {
  if (impl_->is_finished) return;
  if (impl_->channel && !impl_->channel->was_open()) return impl_->finish(Outcome::TlsClosed, "closed");
  impl_->dialogue.closed();
  impl_->advance(now);
}

void Probe::timer(Instant now) {
  if (!impl_->is_finished && now >= impl_->deadline()) impl_->expire();
}

wire::Bytes Probe::to_send() const {
  const std::string& output = impl_->output;
  return {reinterpret_cast<const std::uint8_t*>(output.data()) + impl_->output_sent,
          output.size() - impl_->output_sent};
}

void Probe::sent(std::size_t count) {
  assert(count <= impl_->output.size() - impl_->output_sent);
  impl_->output_sent += count;
  if (impl_->output_sent < impl_->output.size()) return;
  impl_->output.clear();
  impl_->output_sent = 0;
}

Instant Probe::deadline() const { return impl_->deadline(); }
bool Probe::finished() const { return impl_->is_finished; }
Capture Probe::take_capture() { return std::move(impl_->capture); }

}  // namespace danesweep::tls
