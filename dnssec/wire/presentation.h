// SPDX-License-Identifier: Apache-2.0
// Presentation format of records both ways (RFC 1035 section 5.1, RFC 3597 section 5): what `query` prints and what
// anchor files and tests are written in.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "dnssec/wire/cursor.h"
#include "dnssec/wire/name.h"
#include "dnssec/wire/types.h"

namespace danesweep::wire {

/// RDATA (decompressed wire form) as text on one line; what does not fit its type as `\# LENGTH HEX`.
std::string rdata_to_text(RrType type, Bytes rdata);
/// RDATA text of the type, or the generic `\# LENGTH HEX` of any type. Names are absolute.
Parsed<std::vector<std::uint8_t>> rdata_from_text(RrType type, std::string_view text);

/// One record that owns its octets.
struct TextRecord {
  DomainName owner;
  std::uint32_t ttl = 0;
  RrType type{};
  std::vector<std::uint8_t> rdata;
};
/// `NAME TTL IN TYPE RDATA`.
std::string record_to_text(const DomainName& owner, std::uint32_t ttl, RrType type, Bytes rdata);
/// `NAME [TTL] [IN] TYPE RDATA`, TTL 0 when missing; comments behind `;` and parentheses accepted.
Parsed<TextRecord> record_from_text(std::string_view line);

}  // namespace danesweep::wire
