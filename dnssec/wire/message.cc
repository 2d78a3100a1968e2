// SPDX-License-Identifier: Apache-2.0
#include "dnssec/wire/message.h"

#include <algorithm>
#include <cstring>

#include "dnssec/wire/rdata_layout.h"

namespace danesweep::wire {
namespace {

constexpr std::size_t kHeaderOctets = 12;
constexpr std::size_t kMaxMessageOctets = 65535;
constexpr std::size_t kFixedRecordOctets = 10;     ///< type, class, TTL, RDLENGTH
constexpr std::size_t kSmallestRecordOctets = 11;  ///< and a root owner

/// Precondition: labels, closed by the root or a pointer.
bool ends_in_pointer(Bytes name) {
  std::size_t at = 0;
  while (name[at] != 0 && name[at] <= kMaxLabelOctets) at += name[at] + 1U;
  return name[at] != 0;
}

}  // namespace

Message::Message(Bytes octets)
    : octets_(octets.begin(), octets.end()), arena_(first_of_arena_.data(), first_of_arena_.size()) {}

Parsed<std::shared_ptr<Message>> Message::parse(Bytes octets) {
  if (octets.size() < kHeaderOctets) return tl::unexpected(ParseError::Truncated);
  if (octets.size() > kMaxMessageOctets) return tl::unexpected(ParseError::BadValue);
  std::shared_ptr<Message> message(new Message(octets));
  if (const auto read = message->read_all(); !read) return tl::unexpected(read.error());
  return message;
}

/// Octets behind the last record are ignored, as other resolvers do.
Parsed<void> Message::read_all() {
  Cursor header(octets());
  id_ = header.u16();
  const std::uint16_t flags = header.u16();
  response_ = (flags & 0x8000U) != 0;
  opcode_ = flags >> 11U & 0xFU;
  truncated_ = (flags & 0x0200U) != 0;
  rcode_ = static_cast<Rcode>(flags & 0xFU);
  const std::size_t questions = header.u16(), answers = header.u16(), authorities = header.u16(),
                    additionals = header.u16();
  const std::size_t can_hold = (octets_.size() - kHeaderOctets) / kSmallestRecordOctets;
  records_.reserve(std::min({answers + authorities + additionals, can_hold, kMaxRecordsPerMessage}));

  std::size_t at = kHeaderOctets;
  Parsed<void> read = read_question(at, questions);
  if (read) read = read_section(at, Section::Answer, answers);
  if (read) read = read_section(at, Section::Authority, authorities);
  if (read) read = read_section(at, Section::Additional, additionals);
  return read;
}

Parsed<void> Message::read_question(std::size_t& at, std::size_t count) {
  for (std::size_t number = 0; number < count; ++number) {
    std::size_t next = 0;
    auto name = DomainName::decompress(octets(), at, octets_.size(), next);
    if (!name) return tl::unexpected(name.error() == ParseError::Truncated ? ParseError::BadCount : name.error());
    Cursor in(octets().subspan(next));
    const auto type = static_cast<RrType>(in.u16());
    const auto rr_class = static_cast<RrClass>(in.u16());
    if (in.failed()) return tl::unexpected(ParseError::BadCount);
    at = next + 4;
    if (count == 1 && rr_class == RrClass::In) question_ = Question{*name, type};
  }
  return {};
}

Parsed<void> Message::read_section(std::size_t& at, Section section, std::size_t count) {
  for (std::size_t number = 0; number < count && !too_long_; ++number) {
    if (const auto read = read_record(at, section); !read) return read;
    too_long_ = records_.size() > kMaxRecordsPerMessage;
  }
  return {};
}

Parsed<void> Message::read_record(std::size_t& at, Section section) {
  const auto behind_owner = skip_name(at);
  if (!behind_owner) return tl::unexpected(behind_owner.error());
  if (octets_.size() - *behind_owner < kFixedRecordOctets) return tl::unexpected(ParseError::BadCount);
  const std::uint8_t* fields = octets_.data() + *behind_owner;
  const auto pair = [fields](std::size_t index) {
    return static_cast<std::uint16_t>(fields[index] << 8U | fields[index + 1]);
  };
  const RecordIndex record{.owner_offset = static_cast<std::uint16_t>(at),
                           .type = static_cast<RrType>(pair(0)),
                           .rr_class = static_cast<RrClass>(pair(2)),
                           .section = section,
                           .ttl = static_cast<std::uint32_t>(pair(4)) << 16U | pair(6),
                           .rdata_offset = static_cast<std::uint16_t>(*behind_owner + kFixedRecordOctets),
                           .rdata_size = pair(8)};
  if (octets_.size() - record.rdata_offset < record.rdata_size) return tl::unexpected(ParseError::BadCount);
  at = std::size_t{record.rdata_offset} + record.rdata_size;
  records_.push_back(record);
  if (record.type == RrType::Opt && section == Section::Additional) return read_opt(record);
  return {};
}

/// RFC 6891 section 6.1.1: more than one OPT is a format error. One with an owner is none.
Parsed<void> Message::read_opt(const RecordIndex& record) {
  if (octets_[record.owner_offset] != 0) return {};
  if (edns_) return tl::unexpected(ParseError::BadValue);
  edns_ = read_edns(static_cast<std::uint16_t>(record.rr_class), record.ttl, raw_rdata(record));
  rcode_ = static_cast<Rcode>(static_cast<unsigned>(rcode_) | extended_rcode_bits(record.ttl));
  return {};
}

/// The offset behind the name at `at`. Only its part before the first pointer is looked at; decoding does the rest.
Parsed<std::size_t> Message::skip_name(std::size_t at) const {
  const std::size_t start = at;
  while (at < octets_.size()) {
    const std::uint8_t length = octets_[at];
    if (length >= 0xC0) {
      if (at + 2 > octets_.size()) break;
      const std::size_t target = (length & 0x3FU) << 8U | octets_[at + 1];
      if (target >= start || target < kHeaderOctets) return tl::unexpected(ParseError::BadPointer);
      return at + 2;
    }
    if (length > kMaxLabelOctets) return tl::unexpected(ParseError::BadLabel);
    at += length + 1U;
    if (at - start > kMaxNameOctets) return tl::unexpected(ParseError::NameTooLong);
    if (length == 0) return at;
  }
  return tl::unexpected(ParseError::BadCount);
}

bool Message::answers(const Question& asked) const {
  return response_ && opcode_ == 0 && question_ && *question_ == asked;
}

std::size_t Message::first_label(std::size_t offset) const {
  std::size_t at = offset;
  for (std::size_t pointers = 0; at + 1 < octets_.size() && octets_[at] >= 0xC0; ++pointers) {
    const std::size_t target = (octets_[at] & 0x3FU) << 8U | octets_[at + 1];
    if (target >= at || target < kHeaderOctets || pointers == kMaxPointersPerName) return offset;
    at = target;
  }
  return at;
}

Parsed<void> Message::charge(std::size_t octets) const {
  decompressed_ += octets;  // stays spent: nothing is decoded behind the limit, however short
  if (decompressed_ > kMaxDecompressedOctets) return tl::unexpected(ParseError::WorkLimit);
  return {};
}

/// So that reading the same message again, as caches do, gives the same (D-1).
Parsed<void> Message::charge_name_once(std::size_t offset, std::size_t octets) const {
  if (charged_.empty()) {
    const std::size_t size = octets_.size() / 8 + 1;
    charged_ = {static_cast<std::uint8_t*>(arena_.allocate(size, 1)), size};
    std::fill(charged_.begin(), charged_.end(), std::uint8_t{0});
  }
  const auto bit = static_cast<std::uint8_t>(1U << (offset % 8));
  if ((charged_[offset / 8] & bit) != 0) return {};
  const auto charged = charge(octets);
  if (charged) charged_[offset / 8] = charged_[offset / 8] | bit;
  return charged;
}

Parsed<DomainName> Message::owner(const RecordIndex& record) const {
  std::size_t next = 0;
  return name_at(record.owner_offset, next);
}

Parsed<DomainName> Message::name_at(std::size_t offset, std::size_t& next) const {
  auto name = DomainName::decompress(octets(), offset, octets_.size(), next);
  if (!name || next - offset == name->wire().size()) return name;  // an error, or nothing was compressed
  if (const auto charged = charge_name_once(first_label(offset), name->wire().size()); !charged)
    return tl::unexpected(charged.error());
  return name;
}

Parsed<Bytes> Message::rdata(const RecordIndex& record) const {
  const Bytes raw = raw_rdata(record);
  const RdataLayout* layout = find_layout(record.type);
  if (layout == nullptr || layout->names != NameRule::Compressed) {
    if (!fits_type(record.type, raw)) return tl::unexpected(ParseError::BadValue);
    return raw;
  }
  bool compressed = false;
  const auto walked = walk_fields(*layout, layout->names, raw, [&compressed](FieldKind kind, Bytes octets) {
    compressed = compressed || (kind == FieldKind::Name && ends_in_pointer(octets));
  });
  if (!walked) return tl::unexpected(walked.error());
  if (!compressed) return raw;
  const auto known =
      std::lower_bound(memo_.begin(), memo_.end(), record.rdata_offset,
                       [](const Decompressed& each, std::uint16_t at) { return each.rdata_offset < at; });
  if (known != memo_.end() && known->rdata_offset == record.rdata_offset) return known->octets;
  const auto made = decompressed_rdata(record, *layout);
  if (made) memo_.insert(known, Decompressed{record.rdata_offset, *made});
  return made;
}

/// Precondition: the RDATA fits its layout, up to what its pointers lead to.
Parsed<Bytes> Message::decompressed_rdata(const RecordIndex& record, const RdataLayout& layout) const {
  const std::size_t end = std::size_t{record.rdata_offset} + record.rdata_size;
  std::array<DomainName, RdataLayout::kMaxNames> names;
  std::size_t decoded = 0, total = 0;
  std::optional<ParseError> error;
  (void)walk_fields(layout, layout.names, raw_rdata(record), [&](FieldKind kind, Bytes field) {
    total += field.size();
    if (kind != FieldKind::Name || error) return;
    std::size_t next = 0;
    const auto offset = static_cast<std::size_t>(field.data() - octets_.data());
    const auto name = DomainName::decompress(octets(), offset, end, next);
    if (!name) {
      error = name.error();
      return;
    }
    total += name->wire().size() - field.size();
    names[decoded++] = *name;
  });
  if (error) return tl::unexpected(*error);
  if (const auto charged = charge(total); !charged) return tl::unexpected(charged.error());

  auto* const out = static_cast<std::uint8_t*>(arena_.allocate(total, 1));
  std::uint8_t* at = out;
  std::size_t name = 0;
  (void)walk_fields(layout, layout.names, raw_rdata(record), [&](FieldKind kind, Bytes field) {
    const Bytes octets = kind == FieldKind::Name ? names[name++].wire() : field;
    at = std::copy(octets.begin(), octets.end(), at);
  });
  return Bytes(out, total);
}

}  // namespace danesweep::wire
