// SPDX-License-Identifier: Apache-2.0
// RDATA of the types that code looks into. Every parser takes whole, decompressed RDATA and views it; unknown values
// are kept and judged elsewhere.
#pragma once

#include <array>
#include <cstdint>

#include "dnssec/wire/cursor.h"
#include "dnssec/wire/name.h"
#include "dnssec/wire/type_bitmap.h"
#include "dnssec/wire/types.h"

namespace danesweep::wire {

/// RFC 1035 section 3.3.9.
struct Mx {
  std::uint16_t preference = 0;
  DomainName exchange;
};
/// RFC 1035 section 3.3.13; only what validation reads.
struct Soa {
  DomainName primary, mailbox;
  std::uint32_t serial = 0, refresh = 0, retry = 0, expire = 0, minimum = 0;
};
/// RFC 4034 section 5.1.
struct Ds {
  std::uint16_t key_tag = 0;
  std::uint8_t algorithm = 0, digest_type = 0;
  Bytes digest;
};
/// RFC 4034 section 2.1.
struct Dnskey {
  static constexpr std::uint16_t kZone = 0x0100, kRevoke = 0x0080, kSep = 0x0001;
  std::uint16_t flags = 0;
  std::uint8_t protocol = 0, algorithm = 0;
  Bytes public_key;
};
/// RFC 4034 section 3.1. Times are seconds in serial arithmetic modulo 2^32 (RFC 1982).
struct Rrsig {
  RrType covered{};
  std::uint8_t algorithm = 0, labels = 0;
  std::uint32_t original_ttl = 0, expiration = 0, inception = 0;
  std::uint16_t key_tag = 0;
  DomainName signer;
  Bytes signature;
};
/// RFC 4034 section 4.1.
struct Nsec {
  DomainName next;
  TypeBitmap types;
};
/// RFC 5155 section 3.2.
struct Nsec3 {
  static constexpr std::uint8_t kOptOut = 0x01;
  std::uint8_t hash_algorithm = 0, flags = 0;
  std::uint16_t iterations = 0;
  Bytes salt, next_hash;
  TypeBitmap types;
};

Parsed<Mx> parse_mx(Bytes rdata);
Parsed<Soa> parse_soa(Bytes rdata);
Parsed<Ds> parse_ds(Bytes rdata);
Parsed<Dnskey> parse_dnskey(Bytes rdata);
Parsed<Rrsig> parse_rrsig(Bytes rdata);
Parsed<Nsec> parse_nsec(Bytes rdata);
Parsed<Nsec3> parse_nsec3(Bytes rdata);
/// CNAME, DNAME, NS, PTR: RDATA that is one name.
Parsed<DomainName> parse_single_name(Bytes rdata);
/// A: 4 octets; AAAA: 16.
Parsed<std::array<std::uint8_t, 4>> parse_a(Bytes rdata);
Parsed<std::array<std::uint8_t, 16>> parse_aaaa(Bytes rdata);

}  // namespace danesweep::wire
