// SPDX-License-Identifier: Apache-2.0
// What the RDATA of each known type consists of, as one table. From it follow where names may be compressed (D-7),
// which names are lower-cased in canonical form (D-10), what makes a record malformed (D-8), and the text form.
// A type without a row is opaque octets (D-9, RFC 3597).
#pragma once

#include <array>
#include <cstdint>

#include "dnssec/wire/cursor.h"
#include "dnssec/wire/types.h"

namespace danesweep::wire {

enum class FieldKind : std::uint8_t {
  End,            ///< no more fields
  U8,             ///< decimal number
  U16,            ///< decimal number
  U32,            ///< decimal number
  Algorithm,      ///< 8 bits; mnemonics are read too (RFC 4034 section 2.2)
  Time,           ///< 32 bits, YYYYMMDDHHMMSS as text (RFC 4034 section 3.2)
  Type,           ///< 16 bits, mnemonic of a type
  Ipv4,           ///< 4 octets
  Ipv6,           ///< 16 octets
  Name,           ///< domain name; see NameRule
  String,         ///< length octet and octets, in quotes
  Tag,            ///< length octet and at least one octet, without quotes (RFC 8659)
  CountedHex,     ///< length octet and octets, `-` for none (NSEC3 salt)
  CountedBase32,  ///< length octet and at least one octet (NSEC3 next hash)
  Strings,        ///< one or more String to the end
  Quoted,         ///< all the rest, in quotes (CAA value)
  Hex,            ///< all the rest
  Base64,         ///< all the rest
  Bitmap,         ///< all the rest: type bitmap, not checked here
  Opaque,         ///< all the rest: no text form
};

/// What happens to the names in RDATA of a type.
enum class NameRule : std::uint8_t {
  Kept,        ///< a pointer is malformed, case counts: NSEC, SVCB, HTTPS
  Lowered,     ///< a pointer is malformed, lower case when canonical: DNAME, RRSIG
  Compressed,  ///< may be compressed, lower case when canonical: RFC 1035 and the list of RFC 3597 section 4
};

/// Whether RDATA that does not fit its fields makes the record malformed, or is for the reader of the type to judge:
/// short TLSA are unusable, broken DNSKEY and DS count one by one, texts are nobody's evidence.
enum class Fit : std::uint8_t { Required, JudgedByReader };

struct RdataLayout {
  static constexpr std::size_t kMaxFields = 10;
  static constexpr std::size_t kMaxNames = 2;
  RrType type;
  NameRule names;
  Fit fit;
  std::array<FieldKind, kMaxFields> fields;  ///< closed by End

  constexpr bool has_text() const {
    for (const FieldKind kind : fields)
      if (kind == FieldKind::Opaque) return false;
    return true;
  }
};

/// Nothing for an opaque type.
const RdataLayout* find_layout(RrType type);

/// Takes the octets of one field off `in`. A name under NameRule::Compressed is taken up to its pointer; any other is
/// whole. Text kinds that need content (Tag, CountedBase32) fail without it.
Parsed<Bytes> take_field(FieldKind kind, NameRule names, Cursor& in);

/// Calls `visit(kind, octets)` for each field of whole RDATA; the first error ends it.
template <class Visitor>
Parsed<void> walk_fields(const RdataLayout& layout, NameRule names, Bytes rdata, Visitor visit) {
  Cursor in(rdata);
  for (const FieldKind kind : layout.fields) {
    if (kind == FieldKind::End) break;
    const Parsed<Bytes> octets = take_field(kind, names, in);
    if (!octets) return tl::unexpected(octets.error());
    visit(kind, *octets);
  }
  if (in.left() != 0) return tl::unexpected(ParseError::TrailingBytes);
  return {};
}

/// D-8: whether decompressed RDATA fits its type, type bitmaps included (D-19). Opaque types and Fit::JudgedByReader
/// always do.
bool fits_type(RrType type, Bytes rdata);

}  // namespace danesweep::wire
