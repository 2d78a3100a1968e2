// SPDX-License-Identifier: Apache-2.0
#include "dnssec/wire/name.h"

#include <algorithm>
#include <cstring>

#include "dnssec/wire/case_fold.h"
#include "dnssec/wire/text_tokens.h"

namespace danesweep::wire {
namespace {

constexpr std::size_t kHeaderOctets = 12;

struct PlainSize {
  std::size_t octets, labels;
};

/// Measures the uncompressed name at the front of `octets`.
Parsed<PlainSize> measure_plain(Bytes octets) {
  std::size_t at = 0;
  for (std::size_t labels = 0; at < octets.size(); ++labels) {
    const std::uint8_t length = octets[at];
    if (length >= 0xC0) return tl::unexpected(ParseError::BadPointer);
    if (length > kMaxLabelOctets) return tl::unexpected(ParseError::BadLabel);
    at += length + 1U;
    if (at > kMaxNameOctets || (at == kMaxNameOctets && length != 0)) return tl::unexpected(ParseError::NameTooLong);
    if (length == 0) return PlainSize{at, labels};
  }
  return tl::unexpected(ParseError::Truncated);
}

/// Where the labels that begin at `start` end in a root label or a pointer; `labels` grows by their number.
Parsed<std::size_t> end_of_labels(Bytes message, std::size_t start, std::uint8_t& labels) {
  for (std::size_t at = start; at < message.size(); ++labels) {
    const std::uint8_t length = message[at];
    if (length == 0 || length >= 0xC0) return at;
    if (length > kMaxLabelOctets) return tl::unexpected(ParseError::BadLabel);
    at += length + 1U;
    if (at - start >= kMaxNameOctets) return tl::unexpected(ParseError::NameTooLong);
  }
  return tl::unexpected(ParseError::Truncated);
}

bool is_special(std::uint8_t octet) {
  return std::string_view(".\\\"();@$").find(static_cast<char>(octet)) != std::string_view::npos;
}

void append_escaped(std::string& text, std::uint8_t octet) {
  if (octet < 0x21 || octet > 0x7E) {
    append_decimal_escape(text, octet);
    return;
  }
  if (is_special(octet)) text += '\\';
  text += static_cast<char>(octet);
}

}  // namespace

void DomainName::copy(const DomainName& other) noexcept {
  std::memcpy(octets_.data(), other.octets_.data(), other.size_);
  size_ = other.size_;
  labels_ = other.labels_;
}

Parsed<void> DomainName::append_label(Bytes label) {
  if (label.empty() || label.size() > kMaxLabelOctets) return tl::unexpected(ParseError::BadLabel);
  if (size_ + label.size() + 2 > kMaxNameOctets) return tl::unexpected(ParseError::NameTooLong);
  octets_[size_++] = static_cast<std::uint8_t>(label.size());
  std::memcpy(octets_.data() + size_, label.data(), label.size());
  size_ = static_cast<std::uint8_t>(size_ + label.size());
  ++labels_;
  return {};
}

Parsed<DomainName> DomainName::from_text(std::string_view text) {
  DomainName name;
  if (text == ".") return name;
  if (text.empty()) return tl::unexpected(ParseError::BadText);
  name.size_ = 0;
  std::array<std::uint8_t, kMaxLabelOctets> label;
  std::size_t filled = 0;
  for (std::size_t at = 0; at < text.size();) {
    const bool ends_label = text[at] == '.';
    if (!ends_label) {
      const auto octet = unescape_octet(text, at);
      if (!octet) return tl::unexpected(octet.error());
      if (filled == label.size()) return tl::unexpected(ParseError::BadLabel);
      label[filled++] = *octet;
      if (at < text.size()) continue;
    }
    if (filled == 0) return tl::unexpected(ParseError::BadText);
    if (const auto appended = name.append_label({label.data(), filled}); !appended)
      return tl::unexpected(appended.error());
    filled = 0;
    if (ends_label) ++at;
  }
  name.finish_with_root();
  return name;
}

Parsed<DomainName> DomainName::from_wire(Bytes whole) {
  Cursor in(whole);
  auto name = read(in);
  if (name && !in.at_end()) return tl::unexpected(ParseError::TrailingBytes);
  return name;
}

Parsed<DomainName> DomainName::read(Cursor& in) {
  const auto measured = measure_plain(in.peek());
  if (!measured) return tl::unexpected(measured.error());
  const Bytes octets = in.take(measured->octets);
  DomainName name;
  std::memcpy(name.octets_.data(), octets.data(), octets.size());
  name.size_ = static_cast<std::uint8_t>(measured->octets);
  name.labels_ = static_cast<std::uint8_t>(measured->labels);
  return name;
}

Parsed<DomainName> DomainName::decompress(Bytes message, std::size_t offset, std::size_t end, std::size_t& next) {
  DomainName name;
  name.size_ = 0;
  std::size_t limit = std::min(end, message.size());
  std::size_t run = offset;  // start of the part being read: pointers in it go before it, so this ends (D-6)
  for (std::size_t pointers = 0;;) {
    const auto run_end = end_of_labels(message.first(limit), run, name.labels_);
    if (!run_end) return tl::unexpected(run_end.error());
    if (name.size_ + (*run_end - run) >= kMaxNameOctets) return tl::unexpected(ParseError::NameTooLong);
    std::memcpy(name.octets_.data() + name.size_, message.data() + run, *run_end - run);
    name.size_ = static_cast<std::uint8_t>(name.size_ + (*run_end - run));
    const std::uint8_t closing = message[*run_end];
    if (pointers == 0) next = *run_end + (closing == 0 ? 1 : 2);
    if (closing == 0) {
      name.finish_with_root();
      return name;
    }
    if (*run_end + 2 > limit) return tl::unexpected(ParseError::Truncated);
    const std::size_t target = (closing & 0x3FU) << 8U | message[*run_end + 1];
    if (target >= run || target < kHeaderOctets || ++pointers > kMaxPointersPerName)
      return tl::unexpected(ParseError::BadPointer);
    run = target;
    limit = message.size();
  }
}

std::size_t DomainName::offset_of(std::size_t label) const {
  std::size_t at = 0;
  for (; label > 0; --label) at += octets_[at] + 1U;
  return at;
}

Bytes DomainName::label(std::size_t index) const {
  const std::size_t at = offset_of(index);
  return Bytes(octets_.data() + at + 1, octets_[at]);
}

DomainName DomainName::parent() const { return suffix(labels_ - 1U); }

DomainName DomainName::suffix(std::size_t labels) const {
  const std::size_t at = offset_of(labels_ - labels);
  DomainName name;
  name.size_ = static_cast<std::uint8_t>(size_ - at);
  name.labels_ = static_cast<std::uint8_t>(labels);
  std::memcpy(name.octets_.data(), octets_.data() + at, name.size_);
  return name;
}

Parsed<DomainName> DomainName::with_label(Bytes label) const {
  DomainName name;
  name.size_ = 0;
  if (const auto appended = name.append_label(label); !appended) return tl::unexpected(appended.error());
  if (name.size_ + std::size_t{size_} > kMaxNameOctets) return tl::unexpected(ParseError::NameTooLong);
  std::memcpy(name.octets_.data() + name.size_, octets_.data(), size_);
  name.size_ = static_cast<std::uint8_t>(name.size_ + size_);
  name.labels_ = static_cast<std::uint8_t>(labels_ + 1);
  return name;
}

Parsed<DomainName> DomainName::with_label(std::string_view label) const {
  return with_label(Bytes(reinterpret_cast<const std::uint8_t*>(label.data()), label.size()));
}

Parsed<DomainName> DomainName::rebased(const DomainName& from, const DomainName& to) const {
  const std::size_t kept = offset_of(labels_ - std::size_t{from.labels_});
  if (kept + to.size_ > kMaxNameOctets) return tl::unexpected(ParseError::NameTooLong);
  DomainName name;
  std::memcpy(name.octets_.data(), octets_.data(), kept);
  std::memcpy(name.octets_.data() + kept, to.octets_.data(), to.size_);
  name.size_ = static_cast<std::uint8_t>(kept + to.size_);
  name.labels_ = static_cast<std::uint8_t>(labels_ - from.labels_ + to.labels_);
  return name;
}

DomainName DomainName::lower() const {
  DomainName name;
  copy_folded(name.octets_.data(), octets_.data(), size_);
  name.size_ = size_;
  name.labels_ = labels_;
  return name;
}

bool DomainName::is_within(const DomainName& ancestor) const {
  if (labels_ < ancestor.labels_ || size_ < ancestor.size_) return false;
  const std::size_t at = offset_of(labels_ - std::size_t{ancestor.labels_});
  return size_ - at == ancestor.size_ && equal_folded(octets_.data() + at, ancestor.octets_.data(), ancestor.size_);
}

std::size_t DomainName::common_labels(const DomainName& other) const {
  const std::size_t most = std::min(labels_, other.labels_);
  std::size_t mine = offset_of(labels_ - most);
  std::size_t theirs = other.offset_of(other.labels_ - most);
  std::size_t shared = 0;
  for (std::size_t left = most; left > 0; --left) {
    const std::uint8_t length = octets_[mine];
    const bool equal = length == other.octets_[theirs] &&
                       equal_folded(octets_.data() + mine + 1, other.octets_.data() + theirs + 1, length);
    shared = equal ? shared + 1 : 0;
    mine += length + 1U;
    theirs += other.octets_[theirs] + 1U;
  }
  return shared;
}

std::string DomainName::to_text() const {
  if (is_root()) return ".";
  std::string text;
  text.reserve(size_);
  for (std::size_t at = 0; octets_[at] != 0;) {
    const std::size_t end = at + 1U + octets_[at];
    for (++at; at < end; ++at) append_escaped(text, octets_[at]);
    text += '.';
  }
  return text;
}

std::string DomainName::to_display() const {
  std::string text = lower().to_text();
  if (!is_root()) text.pop_back();
  return text;
}

std::size_t DomainName::hash() const {
  constexpr std::uint64_t kMultiplier = 0x9E3779B97F4A7C15U;
  std::uint64_t hash = size_;
  const auto mix = [&hash](std::uint64_t word) {
    hash = (hash ^ word) * kMultiplier;
    hash ^= hash >> 32U;
  };
  std::size_t at = 0;
  for (; at + 8 <= size_; at += 8) mix(fold_case(load_word(octets_.data() + at)));
  if (size_ >= 8) {
    mix(fold_case(load_word(octets_.data() + size_ - 8)));
  } else {
    std::uint64_t word = 0;
    for (; at < size_; ++at) word = word << 8U | fold_case(octets_[at]);
    mix(word);
  }
  return static_cast<std::size_t>(hash);
}

bool operator==(const DomainName& a, const DomainName& b) {
  return a.size_ == b.size_ && equal_folded(a.octets_.data(), b.octets_.data(), a.size_);
}

std::strong_ordering operator<=>(const DomainName& a, const DomainName& b) {
  std::array<std::uint8_t, kMaxLabels> a_offsets, b_offsets;
  for (std::size_t label = 0, at = 0; label < a.labels_; at += a.octets_[at] + 1U)
    a_offsets[label++] = static_cast<std::uint8_t>(at);
  for (std::size_t label = 0, at = 0; label < b.labels_; at += b.octets_[at] + 1U)
    b_offsets[label++] = static_cast<std::uint8_t>(at);
  const std::size_t common = std::min(a.labels_, b.labels_);
  for (std::size_t from_right = 1; from_right <= common; ++from_right) {
    const std::uint8_t* left = a.octets_.data() + a_offsets[a.labels_ - from_right];
    const std::uint8_t* right = b.octets_.data() + b_offsets[b.labels_ - from_right];
    const std::size_t shorter = std::min(*left, *right);
    for (std::size_t at = 1; at <= shorter; ++at)
      if (const auto order = fold_case(left[at]) <=> fold_case(right[at]); std::is_neq(order)) return order;
    if (const auto order = *left <=> *right; std::is_neq(order)) return order;
  }
  return a.labels_ <=> b.labels_;
}

}  // namespace danesweep::wire
