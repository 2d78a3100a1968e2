// SPDX-License-Identifier: Apache-2.0
// The type bitmap of NSEC and NSEC3 (RFC 4034 section 4.1.2; D-19).
#pragma once

#include <vector>

#include "dnssec/wire/cursor.h"
#include "dnssec/wire/types.h"

namespace danesweep::wire {

/// A checked view into RDATA. Default: empty, as legal in NSEC3 for an empty non-terminal.
class TypeBitmap {
 public:
  TypeBitmap() = default;
  /// BadBitmap: windows not strictly ascending, length 0 or over 32, or cut short.
  static Parsed<TypeBitmap> parse(Bytes windows);

  bool has(RrType type) const;
  bool empty() const;
  std::vector<RrType> types() const;

 private:
  explicit TypeBitmap(Bytes windows) : windows_(windows) {}
  Bytes windows_;
};

/// The windows for these types, in any order, duplicates allowed.
std::vector<std::uint8_t> encode_type_bitmap(std::span<const RrType> types);

}  // namespace danesweep::wire
