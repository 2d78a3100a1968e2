// SPDX-License-Identifier: Apache-2.0
// Checked reading of octets that came from the network: the only way in which danesweep looks into DNS, TLSA and
// anchor bytes. Views only: whoever makes a Cursor keeps the bytes alive.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>

#include <tl/expected.hpp>

namespace danesweep::wire {

using Bytes = std::span<const std::uint8_t>;

/// Why octets could not be read. The peer's fault, never ours.
enum class ParseError : std::uint8_t {
  Truncated,      ///< ends inside a field
  TrailingBytes,  ///< octets left behind the last field
  BadLabel,       ///< label type 01 or 10, or a length over 63 (RFC 1035 section 3.1)
  NameTooLong,    ///< over 255 octets or 127 labels
  BadPointer,     ///< a compression pointer that does not go strictly backwards, or one where none may be (D-6, D-7)
  BadCount,       ///< a section count that runs past the end (D-4)
  WorkLimit,      ///< decompression would produce more than the limit of the message (D-6)
  BadBitmap,      ///< NSEC/NSEC3 type bitmap out of order or of impossible length (D-19)
  BadText,        ///< presentation format that cannot be read
  BadValue,       ///< a field whose value is impossible
};

template <class T>
using Parsed = tl::expected<T, ParseError>;

/// Reads big-endian fields off the front of a view. A read past the end is remembered, and from then on every
/// read yields nothing (numbers: 0). A parser checks once, in `finish`; loops run `while (!in.at_end())`.
class Cursor {
 public:
  explicit Cursor(Bytes bytes) : rest_(bytes) {}

  Bytes take(std::size_t count) {
    failed_ = failed_ || count > rest_.size();
    if (failed_) return {};
    const Bytes front = rest_.first(count);
    rest_ = rest_.subspan(count);
    return front;
  }
  std::uint8_t u8() { return static_cast<std::uint8_t>(big_endian(take(1))); }
  std::uint16_t u16() { return static_cast<std::uint16_t>(big_endian(take(2))); }
  std::uint32_t u32() { return big_endian(take(4)); }
  Bytes remaining() { return take(rest_.size()); }

  /// True also after a failed read, so that loops end.
  bool at_end() const { return failed_ || rest_.empty(); }
  bool failed() const { return failed_; }
  std::size_t left() const { return failed_ ? 0 : rest_.size(); }
  /// What `remaining` would take; nothing is taken.
  Bytes peek() const { return failed_ ? Bytes{} : rest_; }

  template <class T>
  Parsed<T> finish(T value) const {
    if (failed_) return tl::unexpected(ParseError::Truncated);
    if (!rest_.empty()) return tl::unexpected(ParseError::TrailingBytes);
    return value;
  }

 private:
  static std::uint32_t big_endian(Bytes octets) {
    std::uint32_t value = 0;
    for (const std::uint8_t octet : octets) value = value << 8U | octet;
    return value;
  }

  Bytes rest_;
  bool failed_ = false;
};

}  // namespace danesweep::wire
