// SPDX-License-Identifier: Apache-2.0
#include "scanner/engine/udp_batch.h"

#include <cerrno>
#include <cstring>
#include <utility>

namespace danesweep::scanner {

ReceiveRing::ReceiveRing() : octets_(kDatagrams * kOctets) {
  for (std::size_t i = 0; i < kDatagrams; ++i) {
    pieces_[i] = {octets_.data() + i * kOctets, kOctets};
    headers_[i].msg_hdr.msg_iov = &pieces_[i];
    headers_[i].msg_hdr.msg_iovlen = 1;
  }
}

void UdpBatch::queue(wire::Bytes datagram) {
  out_.insert(out_.end(), datagram.begin(), datagram.end());
  sizes_.push_back(static_cast<std::uint16_t>(datagram.size()));
}

// A pending ICMP error is reported by the next send, which then does not go out (FACTS A13): it is counted, and the
// datagram is tried again, once. What cannot leave for another reason is dropped and becomes a failed try.
void UdpBatch::flush() {
  constexpr std::size_t kBatch = 64;
  std::array<mmsghdr, kBatch> headers;
  std::array<iovec, kBatch> pieces;
  std::size_t again = 0;
  while (has_queued() && socket_ >= 0) {
    const std::size_t count = std::min(kBatch, sizes_.size() - sent_);
    std::size_t offset = sent_octets_;
    for (std::size_t i = 0; i < count; ++i) {
      pieces[i] = {out_.data() + offset, sizes_[sent_ + i]};
      headers[i] = {};
      headers[i].msg_hdr.msg_iov = &pieces[i];
      headers[i].msg_hdr.msg_iovlen = 1;
      offset += sizes_[sent_ + i];
    }
    const int left = sendmmsg(socket_, headers.data(), static_cast<unsigned>(count), MSG_NOSIGNAL);
    std::size_t gone = left > 0 ? static_cast<std::size_t>(left) : 0;
    if (left < 0) {
      if (errno == EAGAIN || errno == EWOULDBLOCK || errno == ENOBUFS) return;
      note_error(errno);
      if (errno == EINTR || (errno == ECONNREFUSED && again++ < 2)) continue;
      gone = 1;
    }
    for (std::size_t i = 0; i < gone; ++i) sent_octets_ += sizes_[sent_++];
  }
  out_.clear();
  sizes_.clear();
  sent_ = sent_octets_ = 0;
}

void UdpBatch::begin_event() {
  filled_ = used_ = handed_out_ = 0;
  drained_ = false;
}

UdpBatch::Received UdpBatch::next() {
  if (used_ == filled_) {
    if (drained_ || handed_out_ >= kMaxPerEvent) return {};
    refill();
    if (filled_ == 0) return {};
  }
  const std::size_t index = used_++;
  ++handed_out_;
  return {true, {ring_->octets_.data() + index * ReceiveRing::kOctets, ring_->headers_[index].msg_len}};
}

void UdpBatch::refill() {
  used_ = filled_ = 0;
  for (std::size_t i = 0; i < ReceiveRing::kDatagrams; ++i) {
    ring_->headers_[i].msg_hdr.msg_control = ring_->controls_[i].data();
    ring_->headers_[i].msg_hdr.msg_controllen = ring_->controls_[i].size();
  }
  const int count = recvmmsg(socket_, ring_->headers_.data(), ReceiveRing::kDatagrams, MSG_DONTWAIT, nullptr);
  drained_ = count < static_cast<int>(ReceiveRing::kDatagrams);
  if (count < 0) {
    if (errno != EAGAIN && errno != EWOULDBLOCK && errno != EINTR) note_error(errno);
    return;
  }
  filled_ = static_cast<std::size_t>(count);
  if (filled_ > 0) read_drop_counter(ring_->headers_[filled_ - 1]);
}

void UdpBatch::read_drop_counter(const mmsghdr& header) {
  auto& message = const_cast<msghdr&>(header.msg_hdr);  // CMSG_NXTHDR wants it so
  for (cmsghdr* control = CMSG_FIRSTHDR(&message); control != nullptr; control = CMSG_NXTHDR(&message, control)) {
    if (control->cmsg_level != SOL_SOCKET || control->cmsg_type != SO_RXQ_OVFL) continue;
    std::uint32_t drops = 0;
    std::memcpy(&drops, CMSG_DATA(control), sizeof drops);
    troubles_.own_drops += drops - std::exchange(last_drops_, drops);
  }
}

void UdpBatch::note_error(int error) {
  if (error == ECONNREFUSED) {
    ++troubles_.refused;
  } else if (error != EINTR) {
    ++troubles_.unreachable;
  }
}

SocketTroubles UdpBatch::take_troubles() { return std::exchange(troubles_, {}); }

}  // namespace danesweep::scanner
