// SPDX-License-Identifier: Apache-2.0
#include "dnssec/wire/rdata_layout.h"

#include <algorithm>

#include "dnssec/wire/name.h"
#include "dnssec/wire/rdata.h"

namespace danesweep::wire {
namespace {

using enum FieldKind;
using enum NameRule;
using enum Fit;

// clang-format off
constexpr RdataLayout kLayouts[] = {
    // type             names       fit             fields
    {RrType::A,          Kept,       Required,       {Ipv4}},
    {RrType::Ns,         Compressed, Required,       {Name}},
    {RrType::Md,         Compressed, Required,       {Name}},
    {RrType::Mf,         Compressed, Required,       {Name}},
    {RrType::Cname,      Compressed, Required,       {Name}},
    {RrType::Soa,        Compressed, Required,       {Name, Name, U32, U32, U32, U32, U32}},
    {RrType::Mb,         Compressed, Required,       {Name}},
    {RrType::Mg,         Compressed, Required,       {Name}},
    {RrType::Mr,         Compressed, Required,       {Name}},
    {RrType::Ptr,        Compressed, Required,       {Name}},
    {RrType::Hinfo,      Kept,       JudgedByReader, {String, String}},
    {RrType::Minfo,      Compressed, Required,       {Name, Name}},
    {RrType::Mx,         Compressed, Required,       {U16, Name}},
    {RrType::Txt,        Kept,       JudgedByReader, {Strings}},
    {RrType::Rp,         Compressed, Required,       {Name, Name}},
    {RrType::Afsdb,      Compressed, Required,       {U16, Name}},
    {RrType::Rt,         Compressed, Required,       {U16, Name}},
    {RrType::Sig,        Compressed, Required,       {U16, U8, U8, U32, U32, U32, U16, Name, Opaque}},
    {RrType::Px,         Compressed, Required,       {U16, Name, Name}},
    {RrType::Aaaa,       Kept,       Required,       {Ipv6}},
    {RrType::Nxt,        Compressed, Required,       {Name, Opaque}},
    {RrType::Srv,        Compressed, Required,       {U16, U16, U16, Name}},
    {RrType::Naptr,      Compressed, Required,       {U16, U16, String, String, String, Name}},
    {RrType::Kx,         Compressed, Required,       {U16, Name}},
    {RrType::Dname,      Lowered,    Required,       {Name}},
    {RrType::Ds,         Kept,       JudgedByReader, {U16, Algorithm, U8, Hex}},
    {RrType::Sshfp,      Kept,       JudgedByReader, {U8, U8, Hex}},
    {RrType::Rrsig,      Lowered,    Required,       {Type, Algorithm, U8, U32, Time, Time, U16, Name, Base64}},
    {RrType::Nsec,       Kept,       Required,       {Name, Bitmap}},
    {RrType::Dnskey,     Kept,       JudgedByReader, {U16, U8, Algorithm, Base64}},
    {RrType::Nsec3,      Kept,       Required,       {U8, U8, U16, CountedHex, CountedBase32, Bitmap}},
    {RrType::Nsec3param, Kept,       JudgedByReader, {U8, U8, U16, CountedHex}},
    {RrType::Tlsa,       Kept,       JudgedByReader, {U8, U8, U8, Hex}},
    {RrType::Cds,        Kept,       JudgedByReader, {U16, Algorithm, U8, Hex}},
    {RrType::Cdnskey,    Kept,       JudgedByReader, {U16, U8, Algorithm, Base64}},
    {RrType::Smimea,     Kept,       JudgedByReader, {U8, U8, U8, Hex}},
    {RrType::Openpgpkey, Kept,       JudgedByReader, {Base64}},
    {RrType::Csync,      Kept,       JudgedByReader, {U32, U16, Bitmap}},
    {RrType::Zonemd,     Kept,       JudgedByReader, {U32, U8, U8, Hex}},
    {RrType::Spf,        Kept,       JudgedByReader, {Strings}},
    {RrType::Svcb,       Kept,       Required,       {U16, Name, Opaque}},
    {RrType::Https,      Kept,       Required,       {U16, Name, Opaque}},
    {RrType::Uri,        Kept,       JudgedByReader, {U16, U16, Quoted}},
    {RrType::Caa,        Kept,       JudgedByReader, {U8, Tag, Quoted}},
};
// clang-format on

constexpr std::size_t kTypesCovered = 258;  // CAA has the highest number

/// Position in kLayouts plus 1 by type number: one load instead of a search.
constexpr auto kRowOfType = [] {
  std::array<std::uint8_t, kTypesCovered> rows{};
  std::uint8_t row = 0;
  for (const RdataLayout& layout : kLayouts) rows[static_cast<std::size_t>(layout.type)] = ++row;
  return rows;
}();

/// Octets of the name at the front, up to and with its first pointer or its root label.
Parsed<std::size_t> measure_name(Bytes octets, NameRule names) {
  std::size_t at = 0;
  while (at < octets.size()) {
    const std::uint8_t length = octets[at];
    if (length >= 0xC0) {
      if (names != Compressed) return tl::unexpected(ParseError::BadPointer);
      return at + 2;
    }
    if (length > kMaxLabelOctets) return tl::unexpected(ParseError::BadLabel);
    at += length + 1U;
    if (at > kMaxNameOctets) return tl::unexpected(ParseError::NameTooLong);
    if (length == 0) return at;
  }
  return tl::unexpected(ParseError::Truncated);
}

std::size_t fixed_size(FieldKind kind) {
  switch (kind) {
    case U8:
    case Algorithm:
      return 1;
    case U16:
    case Type:
      return 2;
    case U32:
    case Time:
    case Ipv4:
      return 4;
    default:
      return 16;  // Ipv6
  }
}

Parsed<Bytes> take_counted(Cursor& in, std::size_t least) {
  const Bytes whole = in.peek();
  const std::size_t count = in.u8();
  in.take(count);
  if (in.failed()) return tl::unexpected(ParseError::Truncated);
  if (count < least) return tl::unexpected(ParseError::BadValue);
  return whole.first(count + 1);
}

Parsed<Bytes> take_strings(Cursor& in) {
  const Bytes all = in.peek();
  do in.take(in.u8());
  while (!in.at_end());
  if (in.failed()) return tl::unexpected(ParseError::Truncated);
  return all;
}

}  // namespace

const RdataLayout* find_layout(RrType type) {
  const auto number = static_cast<std::size_t>(type);
  if (number >= kTypesCovered || kRowOfType[number] == 0) return nullptr;
  return &kLayouts[kRowOfType[number] - 1];
}

Parsed<Bytes> take_field(FieldKind kind, NameRule names, Cursor& in) {
  std::size_t size = 0;
  switch (kind) {
    case End:
      return Bytes{};
    case String:
    case CountedHex:
      return take_counted(in, 0);
    case Tag:
    case CountedBase32:
      return take_counted(in, 1);
    case Strings:
      return take_strings(in);
    case Quoted:
    case Hex:
    case Base64:
    case Bitmap:
    case Opaque:
      return in.remaining();
    case Name: {
      const auto measured = measure_name(in.peek(), names);
      if (!measured) return tl::unexpected(measured.error());
      size = *measured;
      break;
    }
    default:
      size = fixed_size(kind);
  }
  const Bytes octets = in.take(size);
  if (in.failed()) return tl::unexpected(ParseError::Truncated);
  return octets;
}

bool fits_type(RrType type, Bytes rdata) {
  const RdataLayout* layout = find_layout(type);
  if (layout == nullptr || layout->fit == JudgedByReader) return true;
  if (type == RrType::Nsec) return parse_nsec(rdata).has_value();
  if (type == RrType::Nsec3) return parse_nsec3(rdata).has_value();
  const NameRule whole_names = layout->names == Compressed ? Lowered : layout->names;
  return walk_fields(*layout, whole_names, rdata, [](FieldKind, Bytes) {}).has_value();
}

}  // namespace danesweep::wire
