// SPDX-License-Identifier: Apache-2.0
// RRsets of the lab, in wire form as they go out: RDATA uncompressed, signatures as RDATA of RRSIGs. Text in and out by
// ldns (RFC 1035 section 5, RFC 3597).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "tests/lab/name.h"

namespace danesweep::lab {

/// Type numbers of the lab (IANA registry).
enum Type : std::uint16_t {
  kA = 1,
  kNs = 2,
  kCname = 5,
  kSoa = 6,
  kPtr = 12,
  kMx = 15,
  kTxt = 16,
  kAaaa = 28,
  kDname = 39,
  kDs = 43,
  kRrsig = 46,
  kNsec = 47,
  kDnskey = 48,
  kNsec3 = 50,
  kNsec3Param = 51,
  kTlsa = 52,
  kNxname = 128,
  kAny = 255,
};

struct RrSet {
  Name owner;
  std::uint16_t type = 0;
  std::uint32_t ttl = 3600;
  std::vector<std::string> rdatas;
  std::vector<std::string> signatures;  ///< RDATA of the RRSIGs that cover this set
  bool is_finished = false;             ///< signed, and broken if its making says so
};

struct ParsedRecord {
  Name owner;
  std::uint16_t type;
  std::uint32_t ttl;
  std::string rdata;
};

/// One line of a zone file below `origin`. Throws std::invalid_argument with the line: our own rows are at fault.
ParsedRecord parse_record(const std::string& line, const Name& origin);
/// A line of a zone file; what ldns cannot print is written as RFC 3597 says.
std::string record_text(const Name& owner, std::uint16_t type, std::uint32_t ttl, const std::string& rdata);
std::string type_text(std::uint16_t type);
std::uint16_t type_number(const std::string& text);

std::string a_rdata(const std::string& address);     ///< IPv4 text to 4 octets
std::string aaaa_rdata(const std::string& address);  ///< IPv6 text to 16 octets
std::string mx_rdata(std::uint16_t preference, const Name& exchange);
std::string from_hex(std::string_view hex);
std::string to_hex(std::string_view octets);
std::string u16(std::uint16_t value);  ///< big-endian
std::string u32(std::uint32_t value);  ///< big-endian

}  // namespace danesweep::lab
