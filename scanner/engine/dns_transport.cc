// SPDX-License-Identifier: Apache-2.0
#include "scanner/engine/dns_transport.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cassert>
#include <cerrno>
#include <cstring>
#include <utility>

#include "dnssec/crypto.h"
#include "dnssec/wire/writer.h"
#include "scanner/engine/socket_address.h"

namespace danesweep::scanner {

namespace {

constexpr std::size_t kBuckets = 4096;  ///< running tries of a channel by id
constexpr std::size_t kHeaderOctets = 12;
constexpr int kReceiveBuffer = 4 << 20;  ///< FACTS B1: holds a burst of 8,000 answers
/// A question that has been out for so long waits for another server, not in our resolver's socket.
constexpr milliseconds kSlow{600};
/// c-ares walks a timeout bucket at every step when its time-out is below a second (FACTS A6).
constexpr milliseconds kLeastCaresTimeout{2000};

/// The bits of a DNS header that are looked at before c-ares.
struct Header {
  std::uint16_t id, flags, questions, additional;
  static Header of(wire::Bytes datagram) {
    wire::Cursor in(datagram.first(kHeaderOctets));
    Header header{};
    header.id = in.u16();
    header.flags = in.u16();
    header.questions = in.u16();
    in.take(4);
    header.additional = in.u16();
    return header;
  }
  bool is_answer() const { return (flags & 0x8000U) != 0 && (flags & 0x7800U) == 0; }
  std::uint16_t rcode() const { return flags & 0x000FU; }
};

void set_option(int socket, int level, int option, int value) {
  // Refusals are harmless: a smaller buffer or no drop counter, which Window survives.
  (void)setsockopt(socket, level, option, &value, sizeof value);
}

}  // namespace

/// One try, also while c-ares still holds it after our own deadline (FACTS A7).
struct DnsTransport::Try {
  DnsTransport* owner = nullptr;
  Channel* channel = nullptr;
  const wire::Question* question = nullptr;
  Manner manner;
  Done done;  ///< empty once ended
  Instant sent{};
  std::uint16_t id = 0;
  enum class Place : std::uint8_t { None, Window, Slow } place{};  ///< in the window
  bool listed = false;
  Try* earlier = nullptr;
  Try* later = nullptr;
  Try* same_bucket = nullptr;
};

struct DnsTransport::Channel {
  Channel(DnsTransport& transport, Carrier how, ReceiveRing& ring) : owner(&transport), carrier(how), batch(ring) {}
  DnsTransport* owner;
  Carrier carrier;
  ares_channel handle = nullptr;
  UdpBatch batch;
  Poll* poll = nullptr;
  std::uint32_t sent = 0, inside = 0;  ///< in all; now held by c-ares
  std::uint32_t renew_at = 0;
  std::array<Try*, kBuckets> by_id{};

  Try* find(std::uint16_t id) const {
    Try* found = by_id[id % kBuckets];
    while (found != nullptr && found->id != id) found = found->same_bucket;
    return found;
  }
  void insert(Try& attempt) { attempt.same_bucket = std::exchange(by_id[attempt.id % kBuckets], &attempt); }
  void erase(Try& attempt) {
    Try** link = &by_id[attempt.id % kBuckets];
    while (*link != nullptr && *link != &attempt) link = &(*link)->same_bucket;
    if (*link != nullptr) *link = attempt.same_bucket;
  }
};

/// Outlives its channel until libuv lets go of it (FACTS A20).
struct DnsTransport::Poll {
  uv_poll_t handle{};
  Channel* channel = nullptr;
};

TransportSettings transport_to(const DnsSettings& settings, const ResolverSetting& resolver) {
  TransportSettings transport;
  transport.server = resolver.where;
  transport.timeout = settings.timeout;
  transport.source_addresses = settings.source_addresses;
  return transport;
}

DnsTransport::DnsTransport(uv_loop_t* loop, const Clock& clock, TransportSettings settings, ReceiveRing& ring)
    : loop_(loop), clock_(&clock), settings_(std::move(settings)), ring_(&ring), window_(settings_.window) {
  server_size_ = to_sockaddr(settings_.server, server_);
  udp_.resize(std::max(1U, settings_.channels));
}

DnsTransport::~DnsTransport() {
  closing_ = true;
  for (auto& channel : udp_)
    if (channel) ares_destroy(channel->handle);
  if (tcp_) ares_destroy(tcp_->handle);
  for (auto& channel : draining_) ares_destroy(channel->handle);
}

std::unique_ptr<DnsTransport::Channel> DnsTransport::open_channel(Carrier carrier) {
  static const ares_socket_functions kFunctions{open_socket, close_socket, connect_socket, receive, send_vector};
  auto channel = std::make_unique<Channel>(*this, carrier, *ring_);
  // Everything given, so that c-ares reads no file (FACTS A19); one resolver, one try (A8); TCP gets a second one, for
  // a connection that the server closed while idle (A12).
  ares_options options{};
  options.flags = ARES_FLAG_NOCHECKRESP | ARES_FLAG_STAYOPEN | ARES_FLAG_NOSEARCH | ARES_FLAG_EDNS | ARES_FLAG_IGNTC |
                  (carrier == Carrier::Tcp ? ARES_FLAG_USEVC : 0);
  options.timeout = static_cast<int>(std::max(settings_.timeout + milliseconds{100}, kLeastCaresTimeout).count());
  options.tries = carrier == Carrier::Tcp ? 2 : 1;
  options.ndots = 1;
  options.udp_port = options.tcp_port = settings_.server.port;
  char lookups[] = "b";
  options.lookups = lookups;
  options.ednspsz = 4096;
  options.sock_state_cb = socket_state;
  options.sock_state_cb_data = channel.get();
  in_addr none{};
  options.servers = &none;
  options.nservers = 0;
  const int mask = ARES_OPT_FLAGS | ARES_OPT_TIMEOUTMS | ARES_OPT_TRIES | ARES_OPT_NDOTS | ARES_OPT_UDP_PORT |
                   ARES_OPT_TCP_PORT | ARES_OPT_SERVERS | ARES_OPT_DOMAINS | ARES_OPT_SORTLIST | ARES_OPT_LOOKUPS |
                   ARES_OPT_EDNSPSZ | ARES_OPT_SOCK_STATE_CB;
  if (ares_init_options(&channel->handle, &options, mask) != ARES_SUCCESS) return nullptr;
  ares_addr_port_node server{};
  server.family = server_.ss_family;
  server.udp_port = server.tcp_port = settings_.server.port;
  if (server_.ss_family == AF_INET6) {
    std::memcpy(&server.addr.addr6, &reinterpret_cast<const sockaddr_in6&>(server_).sin6_addr, 16);
  } else {
    server.addr.addr4 = reinterpret_cast<const sockaddr_in&>(server_).sin_addr;
  }
  ares_set_servers_ports(channel->handle, &server);
  ares_set_socket_functions(channel->handle, &kFunctions, channel.get());
  std::array<std::uint8_t, 2> jitter{};
  dnssec::random_octets(jitter);
  const std::uint32_t most = settings_.queries_per_port;
  channel->renew_at = most - (most / 4) * jitter[0] / 256;  // not all ports of a resolver at the same moment
  return channel;
}

/// The channels take turns by chance; a channel that has used up its port is retired and replaced.
DnsTransport::Channel& DnsTransport::udp_channel() {
  if (random_used_ + 1 > random_.size()) {
    dnssec::random_octets(random_);
    random_used_ = 0;
  }
  auto& slot = udp_[random_[random_used_++] % udp_.size()];
  if (slot && slot->sent >= slot->renew_at) retire(slot);
  if (!slot) slot = open_channel(Carrier::Udp);
  assert(slot);
  return *slot;
}

DnsTransport::Channel& DnsTransport::tcp_channel() {
  if (!tcp_) tcp_ = open_channel(Carrier::Tcp);
  assert(tcp_);
  return *tcp_;
}

void DnsTransport::retire(std::unique_ptr<Channel>& channel) { draining_.push_back(std::move(channel)); }

void DnsTransport::drop_drained() {
  std::erase_if(draining_, [](std::unique_ptr<Channel>& channel) {
    if (channel->inside > 0 || channel->batch.has_queued()) return false;
    ares_destroy(channel->handle);
    return true;
  });
}

std::uint16_t DnsTransport::free_id(const Channel& channel) {
  for (;;) {  // ends: a window is far below 65,536
    if (random_used_ + 2 > random_.size()) {
      dnssec::random_octets(random_);
      random_used_ = 0;
    }
    const auto id = static_cast<std::uint16_t>(random_[random_used_] << 8U | random_[random_used_ + 1]);
    random_used_ += 2;
    if (channel.find(id) == nullptr) return id;
  }
}

DnsTransport::Try& DnsTransport::new_try(Channel& channel, const wire::Question& question, const Manner& manner,
                                         Done done) {
  if (free_tries_.empty()) {
    tries_.push_back(std::make_unique<Try>());
    free_tries_.push_back(tries_.back().get());
  }
  Try& attempt = *free_tries_.back();
  free_tries_.pop_back();
  attempt = Try{};
  attempt.owner = this;
  attempt.channel = &channel;
  attempt.question = &question;
  attempt.manner = manner;
  attempt.done = std::move(done);
  attempt.sent = clock_->steady();
  attempt.id = free_id(channel);
  return attempt;
}

void DnsTransport::send(const wire::Question& question, Done done, Manner manner) {
  Channel& channel = manner.carrier == Carrier::Tcp ? tcp_channel() : udp_channel();
  Try& attempt = new_try(channel, question, manner, std::move(done));
  attempt.place = Try::Place::Window;
  window_.sent();
  launch(attempt);
}

void DnsTransport::launch(Try& attempt) {
  Channel& channel = *attempt.channel;
  channel.insert(attempt);
  ++channel.sent;
  ++channel.inside;
  ++queries_sent_;
  list_append(attempt);
  const wire::QueryPacket packet(*attempt.question, attempt.id, attempt.manner.udp_size);
  ares_send(channel.handle, packet.octets().data(), static_cast<int>(packet.octets().size()), answered, &attempt);
}

/// c-ares lets go of a try: an answer, its own timeout, or an error of the socket.
void DnsTransport::answered(void* attempt, int status, int /*timeouts*/, unsigned char* octets, int size) {
  Try& ended = *static_cast<Try*>(attempt);
  DnsTransport& self = *ended.owner;
  if (self.closing_) return;
  if (ended.done) {
    if (status == ARES_SUCCESS) {
      self.judge_answer(ended, {octets, static_cast<std::size_t>(size)});
    } else if (status == ARES_ETIMEOUT) {
      self.end(ended, {TryResult::Kind::Silence});
    } else {
      const bool is_tcp = ended.channel->carrier == Carrier::Tcp;
      self.end(ended, {is_tcp ? TryResult::Kind::Unusable : TryResult::Kind::Unsendable});
    }
  }
  self.release(ended);
}

/// D-4: what counts as a response; truncation and counts past the end go to TCP and are never used.
void DnsTransport::judge_answer(Try& attempt, wire::Bytes octets) {
  auto message = wire::Message::parse(octets);
  const bool is_tcp = attempt.channel->carrier == Carrier::Tcp;
  const bool is_cut = message ? (*message)->is_truncated() : message.error() == wire::ParseError::BadCount;
  const bool keeps_cut = attempt.manner.truncated == Manner::Truncated::Keep;
  if (is_cut && !is_tcp && !keeps_cut) {
    if (attempt.place != Try::Place::None) window_.answered(clock_->steady());
    list_remove(attempt);
    launch(new_try(tcp_channel(), *attempt.question, attempt.manner, std::exchange(attempt.done, nullptr)));
    return;
  }
  if (!message || (is_cut && !keeps_cut) || !(*message)->answers(*attempt.question)) {
    end(attempt, {TryResult::Kind::Unreadable});
    return;
  }
  const wire::Rcode rcode = (*message)->rcode();
  end(attempt, {TryResult::Kind::Message, std::move(*message), rcode});
}

/// The try is over for whoever asked; c-ares may hold it longer.
void DnsTransport::end(Try& attempt, TryResult result) {
  list_remove(attempt);
  if (attempt.place != Try::Place::None) {
    if (result.is_answer()) window_.answered(clock_->steady());
    if (result.kind == TryResult::Kind::Silence) window_.timed_out(clock_->steady());
    // A silent one may be held by the resolver until c-ares gives it up.
    if (result.kind != TryResult::Kind::Silence) leave_window(attempt);
  }
  result.sent = attempt.sent;
  result.carrier = attempt.channel->carrier;
  ended_.push_back({std::exchange(attempt.done, nullptr), std::move(result)});
}

void DnsTransport::release(Try& attempt) {
  list_remove(attempt);
  attempt.channel->erase(attempt);
  --attempt.channel->inside;
  leave_window(attempt);
  free_tries_.push_back(&attempt);
}

void DnsTransport::leave_window(Try& attempt) {
  if (attempt.place == Try::Place::Window) window_.released();
  if (attempt.place == Try::Place::Slow) window_.slow_released();
  attempt.place = Try::Place::None;
}

void DnsTransport::note_slow(Instant now) {
  for (; not_slow_ != nullptr && now - not_slow_->sent >= kSlow; not_slow_ = not_slow_->later) {
    if (not_slow_->place != Try::Place::Window) continue;
    not_slow_->place = Try::Place::Slow;
    window_.slowed();
  }
}

void DnsTransport::list_append(Try& attempt) {
  attempt.earlier = newest_;
  attempt.later = nullptr;
  (newest_ != nullptr ? newest_->later : oldest_) = &attempt;
  newest_ = &attempt;
  if (not_slow_ == nullptr) not_slow_ = &attempt;
  attempt.listed = true;
}

void DnsTransport::list_remove(Try& attempt) {
  if (!std::exchange(attempt.listed, false)) return;
  if (not_slow_ == &attempt) not_slow_ = attempt.later;
  (attempt.earlier != nullptr ? attempt.earlier->later : oldest_) = attempt.later;
  (attempt.later != nullptr ? attempt.later->earlier : newest_) = attempt.earlier;
}

void DnsTransport::tick() {
  const Instant now = clock_->steady();
  note_slow(now);
  while (oldest_ != nullptr && now - oldest_->sent >= settings_.timeout) end(*oldest_, {TryResult::Kind::Silence});
  for (auto& channel : udp_)
    if (channel) ares_process_fd(channel->handle, ARES_SOCKET_BAD, ARES_SOCKET_BAD);
  if (tcp_) ares_process_fd(tcp_->handle, ARES_SOCKET_BAD, ARES_SOCKET_BAD);
  for (auto& channel : draining_) ares_process_fd(channel->handle, ARES_SOCKET_BAD, ARES_SOCKET_BAD);
  drop_drained();
  deliver();
}

void DnsTransport::flush() {
  const auto flush_one = [this](Channel& channel) {
    channel.batch.flush();
    notice_troubles(channel);
  };
  for (auto& channel : udp_)
    if (channel && channel->batch.has_queued()) flush_one(*channel);
  for (auto& channel : draining_)
    if (channel->batch.has_queued()) flush_one(*channel);
  deliver();
}

void DnsTransport::notice_troubles(Channel& channel) {
  const SocketTroubles troubles = channel.batch.take_troubles();
  window_.own_drops(troubles.own_drops);
  own_drops_ += troubles.own_drops;
  if (troubles.refused > 0) fail_channel(channel, TryResult::Kind::Refused);
  if (troubles.unreachable > 0) fail_channel(channel, TryResult::Kind::Unsendable);
}

/// The kernel says that this port got nothing through: its tries need not wait for their time-out (FACTS A13).
void DnsTransport::fail_channel(Channel& channel, TryResult::Kind kind) {
  for (Try* attempt = oldest_; attempt != nullptr;) {
    Try* const next = attempt->later;
    if (attempt->channel == &channel) end(*attempt, {kind});
    attempt = next;
  }
}

void DnsTransport::abandon() {
  while (oldest_ != nullptr) end(*oldest_, {TryResult::Kind::Refused});
  deliver();
}

void DnsTransport::deliver() {
  // By index: a callback may send, and what it sends may end at once.
  for (std::size_t i = 0; i < ended_.size(); ++i) {
    Ended ended = std::move(ended_[i]);
    ended.done(std::move(ended.result));
  }
  ended_.clear();
}

// --- c-ares' socket functions -------------------------------------------------------------------------------------

int DnsTransport::open_socket(int family, int type, int protocol, void* data) {
  Channel& channel = *static_cast<Channel*>(data);
  const int made = socket(family, type | SOCK_NONBLOCK | SOCK_CLOEXEC, protocol);
  if (made < 0) return -1;
  for (const std::string& text : channel.owner->settings_.source_addresses) {
    sockaddr_storage source{};
    const socklen_t size = to_sockaddr({text, 0}, source);
    if (size > 0 && source.ss_family == family && bind(made, reinterpret_cast<sockaddr*>(&source), size) != 0) {
      close(made);
      return -1;
    }
  }
  if (type == SOCK_DGRAM) {
    const int wanted = kReceiveBuffer;
    if (setsockopt(made, SOL_SOCKET, SO_RCVBUFFORCE, &wanted, sizeof wanted) != 0)
      set_option(made, SOL_SOCKET, SO_RCVBUF, wanted);
    set_option(made, SOL_SOCKET, SO_RXQ_OVFL, 1);
    channel.batch.attach(made);
  } else {
    set_option(made, IPPROTO_TCP, TCP_NODELAY, 1);
  }
  return made;
}

int DnsTransport::close_socket(int socket, void* data) {
  Channel& channel = *static_cast<Channel*>(data);
  if (channel.batch.socket() == socket) channel.batch.attach(-1);
  return close(socket);
}

int DnsTransport::connect_socket(int socket, const sockaddr* address, ares_socklen_t size, void* /*channel*/) {
  return connect(socket, address, size);
}

ares_ssize_t DnsTransport::send_vector(int socket, const iovec* pieces, int count, void* data) {
  Channel& channel = *static_cast<Channel*>(data);
  if (channel.carrier == Carrier::Tcp) {
    msghdr message{};
    message.msg_iov = const_cast<iovec*>(pieces);
    message.msg_iovlen = static_cast<std::size_t>(count);
    return sendmsg(socket, &message, MSG_NOSIGNAL);  // writev has no way to refuse SIGPIPE
  }
  assert(count == 1);
  channel.batch.queue({static_cast<const std::uint8_t*>(pieces[0].iov_base), pieces[0].iov_len});
  return static_cast<ares_ssize_t>(pieces[0].iov_len);
}

ares_ssize_t DnsTransport::receive(int socket, void* data, size_t size, int flags, sockaddr* from,
                                   ares_socklen_t* from_size, void* channel_data) {
  Channel& channel = *static_cast<Channel*>(channel_data);
  DnsTransport& self = *channel.owner;
  if (channel.carrier == Carrier::Tcp) return recv(socket, data, size, flags);
  for (;;) {
    const UdpBatch::Received received = channel.batch.next();
    if (!received.any) {
      errno = EAGAIN;  // also after an error: c-ares would close both its sockets (FACTS A12)
      return -1;
    }
    if (self.intercept(channel, received.octets)) continue;
    const std::size_t taken = std::min(size, received.octets.size());
    std::memcpy(data, received.octets.data(), taken);
    if (from != nullptr && from_size != nullptr) {  // the socket is connected: nobody else's datagrams get here
      const auto room = std::min<std::size_t>(*from_size, self.server_size_);
      std::memcpy(from, &self.server_, room);
      *from_size = static_cast<ares_socklen_t>(room);
    }
    return static_cast<ares_ssize_t>(taken);
  }
}

/// Keeps from c-ares what it would take wrongly: reflected queries, which it would deliver as answers, and other
/// opcodes (A15, D-4); FORMERR without OPT, after which it would leave out EDNS for ever (A10); errors without a
/// question, which it would not match (A15).
bool DnsTransport::intercept(Channel& channel, wire::Bytes datagram) {
  if (datagram.size() < kHeaderOctets) return true;
  const Header header = Header::of(datagram);
  if (!header.is_answer()) return true;
  const bool is_bare_error = header.questions == 0 && header.rcode() != 0 && header.rcode() != 3;
  const bool switches_edns_off = header.rcode() == 1 && header.additional == 0;
  if (!is_bare_error && !switches_edns_off) return header.questions == 0;
  Try* const attempt = channel.find(header.id);
  if (attempt == nullptr || !attempt->done) return true;
  if (header.questions != 0) {
    const auto message = wire::Message::parse(datagram);
    if (!message || !(*message)->answers(*attempt->question)) return true;
  }
  end(*attempt, {TryResult::Kind::BareRcode, nullptr, static_cast<wire::Rcode>(header.rcode())});
  return true;
}

void DnsTransport::socket_state(void* data, int socket, int readable, int writable) {
  Channel& channel = *static_cast<Channel*>(data);
  if (readable == 0 && writable == 0) {
    if (channel.poll == nullptr) return;
    Poll* const poll = std::exchange(channel.poll, nullptr);
    uv_poll_stop(&poll->handle);
    uv_close(reinterpret_cast<uv_handle_t*>(&poll->handle),
             [](uv_handle_t* handle) { delete static_cast<Poll*>(handle->data); });
    return;
  }
  if (channel.poll == nullptr) {
    channel.poll = new Poll;
    channel.poll->channel = &channel;
    channel.poll->handle.data = channel.poll;
    uv_poll_init(channel.owner->loop_, &channel.poll->handle, socket);
  }
  uv_poll_start(&channel.poll->handle, (readable != 0 ? UV_READABLE : 0) | (writable != 0 ? UV_WRITABLE : 0), on_poll);
}

/// c-ares takes one read for a length and one for its message, each a call: without this a burst of TCP answers would
/// need two wake-ups, and two naps, for each.
void DnsTransport::read_on(Channel& channel, int socket) {
  constexpr int kMostReads = 512;  // then the other sockets have their turn; the poll is level triggered
  for (int reads = 0, waiting = 0; reads < kMostReads && channel.poll != nullptr; ++reads) {
    int now_open = -1;
    const auto* handle = reinterpret_cast<const uv_handle_t*>(&channel.poll->handle);
    if (uv_fileno(handle, &now_open) != 0 || now_open != socket) return;  // closed and opened anew meanwhile
    if (ioctl(socket, FIONREAD, &waiting) != 0 || waiting <= 0) return;
    ares_process_fd(channel.handle, socket, ARES_SOCKET_BAD);
  }
}

void DnsTransport::on_poll(uv_poll_t* handle, int status, int events) {
  Channel& channel = *static_cast<Poll*>(handle->data)->channel;
  DnsTransport& self = *channel.owner;
  int socket = -1;
  if (uv_fileno(reinterpret_cast<const uv_handle_t*>(handle), &socket) != 0) return;
  if (channel.carrier == Carrier::Udp) channel.batch.begin_event();
  const bool readable = status < 0 || (events & UV_READABLE) != 0;
  const bool writable = status < 0 || (events & UV_WRITABLE) != 0;
  ares_process_fd(channel.handle, readable ? socket : ARES_SOCKET_BAD, writable ? socket : ARES_SOCKET_BAD);
  if (channel.carrier == Carrier::Udp) self.notice_troubles(channel);
  if (channel.carrier == Carrier::Tcp && readable) read_on(channel, socket);
  self.deliver();
}

}  // namespace danesweep::scanner
