// SPDX-License-Identifier: Apache-2.0
// A domain name in wire form (RFC 1035 section 3.1; rules D-5, D-6, D-13). All octets are legal in labels; case is
// kept as it came and ignored by comparison and hash, which fold ASCII per label (RFC 4343). A value of fixed size:
// no allocation, ever.
#pragma once

#include <array>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <utility>

#include "dnssec/wire/cursor.h"

namespace danesweep::wire {

inline constexpr std::size_t kMaxNameOctets = 255;
inline constexpr std::size_t kMaxLabels = 127;
inline constexpr std::size_t kMaxLabelOctets = 63;
inline constexpr std::size_t kMaxPointersPerName = 126;  ///< D-6

class DomainName {
 public:
  /// The root.
  DomainName() : size_(1), labels_(0) { octets_[0] = 0; }
  DomainName(const DomainName& other) noexcept { copy(other); }
  DomainName(DomainName&& other) noexcept { copy(other); }
  DomainName& operator=(const DomainName& other) noexcept {
    if (this != &other) copy(other);
    return *this;
  }
  DomainName& operator=(DomainName&& other) noexcept { return *this = std::as_const(other); }
  ~DomainName() = default;

  /// Presentation format (RFC 1035 section 5.1): `\.` and `\DDD` escapes; the final dot may be missing, the name is
  /// absolute all the same. "." is the root, "" is BadText.
  static Parsed<DomainName> from_text(std::string_view text);
  /// Whole uncompressed name and nothing behind it; a pointer is BadPointer.
  static Parsed<DomainName> from_wire(Bytes whole);
  /// Takes an uncompressed name off the front of `in`.
  static Parsed<DomainName> read(Cursor& in);
  /// The name at `offset` of a message, following pointers (D-6). What lies before its first pointer must end at or
  /// before `end` (D-7); `next` becomes the offset behind that part.
  static Parsed<DomainName> decompress(Bytes message, std::size_t offset, std::size_t end, std::size_t& next);

  Bytes wire() const { return {octets_.data(), size_}; }
  /// Without the root's empty label.
  std::size_t label_count() const { return labels_; }
  bool is_root() const { return labels_ == 0; }
  /// Leftmost label is `*`.
  bool is_wildcard() const { return size_ > 2 && octets_[0] == 1 && octets_[1] == '*'; }
  /// Octets of a label, 0 = leftmost; index < label_count().
  Bytes label(std::size_t index) const;

  /// Without the leftmost label. Precondition: not the root.
  DomainName parent() const;
  /// The ancestor-or-self of that many rightmost labels; labels <= label_count().
  DomainName suffix(std::size_t labels) const;
  /// A label in front: NameTooLong or BadLabel if it does not fit.
  Parsed<DomainName> with_label(Bytes label) const;
  Parsed<DomainName> with_label(std::string_view label) const;
  /// `*.` in front.
  Parsed<DomainName> wildcard() const { return with_label("*"); }
  /// This name with its suffix `from` replaced by `to` (DNAME, RFC 6672 section 2.2): NameTooLong over 255 octets.
  /// Precondition: is_below(from).
  Parsed<DomainName> rebased(const DomainName& from, const DomainName& to) const;
  /// All letters lower case: the canonical form (RFC 4034 section 6.2).
  DomainName lower() const;

  /// Strictly below: `a.example.` is below `example.`, no name is below itself.
  bool is_below(const DomainName& ancestor) const { return labels_ > ancestor.labels_ && is_within(ancestor); }
  /// At or below.
  bool is_within(const DomainName& ancestor) const;
  /// Number of rightmost labels that both names share.
  std::size_t common_labels(const DomainName& other) const;

  /// With final dot, "." for the root; what means something in a zone file (`. \ " ; ( ) @ $`) and octets outside
  /// 0x21..0x7E escaped.
  std::string to_text() const;
  /// As to_text, lower case and without the final dot (the root stays "."): how results and reports show names.
  std::string to_display() const;

  /// Case-insensitive FNV-like hash; not keyed: use it only for containers whose size a peer cannot choose.
  std::size_t hash() const;

  friend bool operator==(const DomainName& a, const DomainName& b);
  /// Canonical order (RFC 4034 section 6.1): label by label from the right, absent label first.
  friend std::strong_ordering operator<=>(const DomainName& a, const DomainName& b);

 private:
  void copy(const DomainName& other) noexcept;
  Parsed<void> append_label(Bytes label);
  void finish_with_root() { octets_[size_++] = 0; }
  std::size_t offset_of(std::size_t label) const;

  std::array<std::uint8_t, kMaxNameOctets> octets_;  ///< uncompressed, with the root's empty label; rest unset
  std::uint8_t size_;
  std::uint8_t labels_;
};

}  // namespace danesweep::wire

template <>
struct std::hash<danesweep::wire::DomainName> {
  std::size_t operator()(const danesweep::wire::DomainName& name) const noexcept { return name.hash(); }
};
