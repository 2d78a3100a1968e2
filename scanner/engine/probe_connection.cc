// SPDX-License-Identifier: Apache-2.0
#include "scanner/engine/probe_connection.h"

#include <algorithm>
#include <cerrno>
#include <utility>

namespace danesweep::scanner {

namespace {

tls::Outcome connect_outcome(int error) {
  switch (error) {
    case UV_ECONNREFUSED:
    case UV_ECONNRESET:
      return tls::Outcome::ConnectRefused;
    case UV_ETIMEDOUT:
      return tls::Outcome::ConnectTimeout;
    case UV_EMFILE:
    case UV_ENFILE:
    case UV_ENOMEM:
    case UV_ENOBUFS:
      return tls::Outcome::InternalError;  // law 1: our own trouble is nobody's verdict
    default:
      return tls::Outcome::ConnectUnreachable;
  }
}

std::string own_address(const uv_tcp_t& handle) {
  sockaddr_storage own{};
  int size = sizeof own;
  if (uv_tcp_getsockname(&handle, reinterpret_cast<sockaddr*>(&own), &size) != 0) return {};
  std::array<char, 64> text{};
  if (own.ss_family == AF_INET6) {
    uv_ip6_name(reinterpret_cast<const sockaddr_in6*>(&own), text.data(), text.size());
  } else {
    uv_ip4_name(reinterpret_cast<const sockaddr_in*>(&own), text.data(), text.size());
  }
  return text.data();
}

/// RFC 5321 section 4.1.4: who has no name says its address (T-70).
std::string address_literal(const std::string& address) {
  return address.find(':') == std::string::npos ? "[" + address + "]" : "[IPv6:" + address + "]";
}

}  // namespace

/// Deletes itself once both handles are closed.
class ProbeConnection {
 public:
  ProbeConnection(LoopDialler& dialler, const ProbeKey& key, std::function<void(Dialled)> done)
      : dialler_(&dialler), key_(key), done_(std::move(done)) {
    dialler.live_.insert(this);
  }
  ~ProbeConnection() = default;
  ProbeConnection(const ProbeConnection&) = delete;
  ProbeConnection& operator=(const ProbeConnection&) = delete;

  void start() {
    uv_loop_t* const loop = dialler_->loop_->uv();
    sockaddr_storage peer{};
    to_sockaddr({key_.address.to_text(), key_.port}, peer);
    uv_timer_init(loop, &timer_);
    timer_.data = tcp_.data = connecting_.data = this;
    int error = uv_tcp_init_ex(loop, &tcp_, peer.ss_family);
    is_tcp_open_ = error == 0;
    if (error == 0) error = bind_source(peer.ss_family);
    if (error == 0) {
      error = uv_tcp_connect(
          &connecting_, &tcp_, reinterpret_cast<const sockaddr*>(&peer),
          [](uv_connect_t* request, int status) { static_cast<ProbeConnection*>(request->data)->connected(status); });
    }
    make_probe();
    if (error != 0) {
      probe_->connect_failed(connect_outcome(error));
      finish_later();
    } else {
      arm();
    }
  }

  /// Ends without a word to whoever waits.
  void hang_up() {
    done_ = nullptr;
    close();
  }

 private:
  int bind_source(int family) {
    for (const std::string& text : dialler_->settings_.source_addresses) {
      sockaddr_storage source{};
      if (to_sockaddr({text, 0}, source) == 0 || source.ss_family != family) continue;
      return uv_tcp_bind(&tcp_, reinterpret_cast<const sockaddr*>(&source), 0);
    }
    return 0;
  }

  void make_probe() {
    if (is_tcp_open_) source_ = own_address(tcp_);  // the kernel chose it when connecting began
    tls::ProbeSettings settings;
    settings.helo = dialler_->settings_.helo.empty() ? address_literal(source_) : dialler_->settings_.helo;
    settings.timeouts = dialler_->settings_.timeouts;
    settings.banners = dialler_->settings_.banners;
    probe_.emplace(settings, key_.base, dialler_->contexts_->context(key_.offer), now());
  }

  Instant now() const { return dialler_->clock_->steady(); }

  void connected(int status) {
    if (is_closing_) return;
    if (status == UV_ECONNRESET) {  // it was up, and reset before we looked (S-12)
      probe_->connected(now());
      probe_->closed(now());
    } else if (status != 0) {
      probe_->connect_failed(connect_outcome(status));
    } else {
      source_ = own_address(tcp_);
      probe_->connected(now());
      uv_read_start(
          reinterpret_cast<uv_stream_t*>(&tcp_),
          [](uv_handle_t* handle, size_t, uv_buf_t* buffer) {
            auto& room = static_cast<ProbeConnection*>(handle->data)->dialler_->read_buffer_;
            *buffer = uv_buf_init(room.data(), static_cast<unsigned>(room.size()));
          },
          [](uv_stream_t* stream, ssize_t size, const uv_buf_t* buffer) {
            static_cast<ProbeConnection*>(stream->data)->received(size, buffer->base);
          });
    }
    go_on();
  }

  void received(ssize_t size, const char* octets) {
    if (is_closing_ || size == 0) return;
    if (size > 0) {
      probe_->feed({reinterpret_cast<const std::uint8_t*>(octets), static_cast<std::size_t>(size)}, now());
    } else {
      probe_->closed(now());
    }
    go_on();
  }

  void go_on() {
    send();
    if (probe_->finished()) {
      finish();
    } else {
      arm();
    }
  }

  /// Everything fits into the kernel's buffer but in rare cases; the rest is copied and follows in order.
  void send() {
    for (wire::Bytes rest = probe_->to_send(); !rest.empty(); rest = probe_->to_send()) {
      uv_buf_t buffer = uv_buf_init(const_cast<char*>(reinterpret_cast<const char*>(rest.data())),
                                    static_cast<unsigned>(rest.size()));
      const int sent = uv_try_write(reinterpret_cast<uv_stream_t*>(&tcp_), &buffer, 1);
      if (sent >= 0) {
        probe_->sent(static_cast<std::size_t>(sent));
      } else if (sent == UV_EAGAIN) {
        write_later(rest);
        probe_->sent(rest.size());
      } else {
        probe_->sent(rest.size());
        if (!probe_->finished()) probe_->closed(now());
        return;
      }
    }
  }

  struct LateWrite {
    uv_write_t request{};
    std::vector<std::uint8_t> octets;
  };
  void write_later(wire::Bytes rest) {
    auto* const write = new LateWrite{{}, {rest.begin(), rest.end()}};
    write->request.data = write;
    uv_buf_t buffer =
        uv_buf_init(reinterpret_cast<char*>(write->octets.data()), static_cast<unsigned>(write->octets.size()));
    const int error = uv_write(&write->request, reinterpret_cast<uv_stream_t*>(&tcp_), &buffer, 1,
                               [](uv_write_t* request, int) { delete static_cast<LateWrite*>(request->data); });
    if (error != 0) delete write;
  }

  void arm() {
    const Instant deadline = probe_->deadline();
    if (deadline == armed_for_) return;
    armed_for_ = deadline;
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - now()).count();
    // The loop's time is that of the begin of its turn: a timer may ring early, and is then wound again.
    uv_timer_start(
        &timer_, [](uv_timer_t* handle) { static_cast<ProbeConnection*>(handle->data)->rang(); },
        static_cast<std::uint64_t>(std::clamp<std::int64_t>(left, 0, 3'600'000)), 0);
  }

  void rang() {
    armed_for_ = {};
    if (is_closing_) return;
    if (probe_->finished() || now() >= probe_->deadline()) {
      if (!probe_->finished()) probe_->timer(now());
      go_on();
    } else {
      uv_update_time(dialler_->loop_->uv());
      arm();
    }
  }

  /// The end must not come from within `dial`'s own task chain before the caller has returned.
  void finish_later() {
    uv_timer_start(
        &timer_, [](uv_timer_t* handle) { static_cast<ProbeConnection*>(handle->data)->finish(); }, 0, 0);
  }

  void finish() {
    if (is_closing_) return;
    Dialled dialled{probe_->take_capture(), source_};
    const auto done = std::move(done_);
    close();
    if (done) done(std::move(dialled));
  }

  void close() {
    if (std::exchange(is_closing_, true)) return;
    dialler_->live_.erase(this);
    probe_.reset();
    const auto closed = [](uv_handle_t* handle) { static_cast<ProbeConnection*>(handle->data)->handle_closed(); };
    open_handles_ = is_tcp_open_ ? 2 : 1;
    uv_close(reinterpret_cast<uv_handle_t*>(&timer_), closed);
    if (is_tcp_open_) uv_close(reinterpret_cast<uv_handle_t*>(&tcp_), closed);
  }

  void handle_closed() {
    if (--open_handles_ == 0) delete this;
  }

  LoopDialler* dialler_;
  ProbeKey key_;
  std::function<void(Dialled)> done_;
  uv_tcp_t tcp_{};
  uv_timer_t timer_{};
  uv_connect_t connecting_{};
  std::optional<tls::Probe> probe_;
  std::string source_;
  Instant armed_for_{};
  int open_handles_ = 0;
  bool is_tcp_open_ = false, is_closing_ = false;
};

LoopDialler::LoopDialler(Loop& loop, const Clock& clock, const ProbeSettings& settings, TlsContexts& contexts)
    : loop_(&loop), clock_(&clock), settings_(settings), contexts_(&contexts), read_buffer_(kReadOctets) {}

LoopDialler::~LoopDialler() = default;

void LoopDialler::dial(const ProbeKey& key, std::function<void(Dialled)> done) {
  loop_->post(
      [this, key, done = std::move(done)]() mutable { (new ProbeConnection(*this, key, std::move(done)))->start(); });
}

void LoopDialler::hang_up() {
  while (!live_.empty()) (*live_.begin())->hang_up();
}

}  // namespace danesweep::scanner
