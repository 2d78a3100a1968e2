// SPDX-License-Identifier: Apache-2.0
#include "scanner/engine/paced_queries.h"

#include <sys/timerfd.h>
#include <unistd.h>

#include <memory>
#include <stdexcept>
#include <utility>
#include <vector>

#include "scanner/engine/dns_transport.h"
#include "scanner/engine/library.h"
#include "scanner/engine/loop.h"

namespace danesweep::scanner {
namespace {

using std::chrono::microseconds;
using std::chrono::nanoseconds;

/// Wakes the loop at a point of steady time: libuv's own timers know milliseconds only.
class Alarm {
 public:
  Alarm(Loop& loop, std::function<void()> rings)
      : rings_(std::move(rings)), descriptor_(timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC)) {
    if (descriptor_ < 0) throw std::runtime_error("no timer from the kernel (timerfd_create)");
    handle_.data = this;
    uv_poll_init(loop.uv(), &handle_, descriptor_);
    uv_poll_start(&handle_, UV_READABLE, [](uv_poll_t* handle, int, int) {
      auto& self = *static_cast<Alarm*>(handle->data);
      std::uint64_t times = 0;
      (void)!read(self.descriptor_, &times, sizeof times);
      self.rings_();
    });
  }
  ~Alarm() {
    uv_close(reinterpret_cast<uv_handle_t*>(&handle_), nullptr);
    uv_run(handle_.loop, UV_RUN_NOWAIT);  // libuv lets go of the handle
    close(descriptor_);
  }
  Alarm(const Alarm&) = delete;
  Alarm& operator=(const Alarm&) = delete;

  void set(Instant at) {
    const auto since = std::chrono::duration_cast<nanoseconds>(at.time_since_epoch()).count();
    const itimerspec when{{0, 0}, {since / 1'000'000'000, since % 1'000'000'000}};
    timerfd_settime(descriptor_, TFD_TIMER_ABSTIME, &when, nullptr);
  }

 private:
  std::function<void()> rings_;
  int descriptor_;
  uv_poll_t handle_{};
};

class PacedSession {
 public:
  PacedSession(const DnsSettings& settings, const ResolverSetting& resolver, const Pace& pace,
               const PacedQuestions& questions)
      : pace_(pace),
        questions_(questions),
        transport_(std::make_unique<DnsTransport>(loop_.uv(), clock_, transport_to(settings, resolver), ring_)),
        alarm_(std::make_unique<Alarm>(loop_, [this] { start_due(); })),
        places_(pace.max_inflight) {
    for (Place& place : places_) free_.push_back(&place);
    loop_.set_before_poll([this] { transport_->flush(); });
    loop_.set_tick([this] { transport_->tick(); });
  }
  ~PacedSession() {
    alarm_ = nullptr;
    transport_ = nullptr;
  }
  PacedSession(const PacedSession&) = delete;
  PacedSession& operator=(const PacedSession&) = delete;

  std::uint64_t run() {
    start_ = clock_.steady();
    next_ = questions_.next();
    start_due();
    if (next_ || !is_idle()) loop_.run();
    return transport_->own_drops();
  }

 private:
  /// A question in flight.
  struct Place {
    wire::Question question;
    Instant due{};
    microseconds late{};
    bool waited = false;
  };

  bool is_idle() const { return free_.size() == places_.size(); }
  Instant due() const {
    return start_ + std::chrono::duration_cast<nanoseconds>(
                        std::chrono::duration<double>(static_cast<double>(started_) / pace_.rate));
  }

  /// Starts whatever is due, as far as there is room, and sets the alarm for the next one.
  void start_due() {
    for (; next_ && due() <= clock_.steady(); next_ = questions_.next()) {
      if (free_.empty()) {
        has_backlog_ = true;  // an end makes room and calls again
        return;
      }
      start_next();
    }
    has_backlog_ = false;
    if (next_) alarm_->set(due());
  }

  void start_next() {
    Place& place = *free_.back();
    free_.pop_back();
    place = {std::move(*next_), due(), {}, has_backlog_};
    place.late = std::chrono::duration_cast<microseconds>(clock_.steady() - place.due);
    ++started_;
    transport_->send(place.question, [this, &place](TryResult result) { ended(place, std::move(result)); });
  }

  void ended(Place& place, TryResult result) {
    PacedAnswer answer;
    answer.result = std::move(result);
    answer.late = place.late;
    answer.latency = std::chrono::duration_cast<microseconds>(clock_.steady() - place.due);
    answer.waited_for_room = place.waited;
    free_.push_back(&place);
    questions_.ended(answer);
    if (has_backlog_) start_due();
    if (!next_ && is_idle()) loop_.stop();
  }

  const Pace pace_;
  const PacedQuestions& questions_;
  Clock clock_;
  Loop loop_;
  ReceiveRing ring_;
  std::unique_ptr<DnsTransport> transport_;
  std::unique_ptr<Alarm> alarm_;
  std::vector<Place> places_;
  std::vector<Place*> free_;
  std::optional<wire::Question> next_;
  Instant start_{};
  std::uint64_t started_ = 0;
  bool has_backlog_ = false;
};

}  // namespace

std::uint64_t ask_paced(const DnsSettings& settings, const ResolverSetting& resolver, const Pace& pace,
                        const PacedQuestions& questions) {
  initialise_libraries();
  return PacedSession(settings, resolver, pace, questions).run();
}

}  // namespace danesweep::scanner
