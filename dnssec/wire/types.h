// SPDX-License-Identifier: Apache-2.0
// Numbers and texts of RR types, classes and response codes (IANA "DNS Parameters"). Every 16-bit value is a legal
// RrType: unknown ones are opaque and print as TYPEnnn (RFC 3597 section 5).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace danesweep::wire {

// clang-format off
enum class RrType : std::uint16_t {
  A = 1, Ns = 2, Md = 3, Mf = 4, Cname = 5, Soa = 6, Mb = 7, Mg = 8, Mr = 9, Null = 10, Wks = 11, Ptr = 12,
  Hinfo = 13, Minfo = 14, Mx = 15, Txt = 16, Rp = 17, Afsdb = 18, Rt = 21, Sig = 24, Key = 25, Px = 26, Aaaa = 28,
  Loc = 29, Nxt = 30, Srv = 33, Naptr = 35, Kx = 36, Cert = 37, Dname = 39, Opt = 41, Apl = 42, Ds = 43, Sshfp = 44,
  Ipseckey = 45, Rrsig = 46, Nsec = 47, Dnskey = 48, Dhcid = 49, Nsec3 = 50, Nsec3param = 51, Tlsa = 52, Smimea = 53,
  Hip = 55, Cds = 59, Cdnskey = 60, Openpgpkey = 61, Csync = 62, Zonemd = 63, Svcb = 64, Https = 65, Spf = 99,
  Nxname = 128, Tkey = 249, Tsig = 250, Ixfr = 251, Axfr = 252, Mailb = 253, Maila = 254, Any = 255, Uri = 256,
  Caa = 257,
};
// clang-format on

enum class RrClass : std::uint16_t { In = 1, Ch = 3, Hs = 4, None = 254, Any = 255 };

// clang-format off
/// Response code, extended by OPT (RFC 6891 section 6.1.3). Names follow RFC 6895.
enum class Rcode : std::uint16_t {
  NoError = 0, FormErr = 1, ServFail = 2, NxDomain = 3, NotImp = 4, Refused = 5, YxDomain = 6, YxRrset = 7,
  NxRrset = 8, NotAuth = 9, NotZone = 10, BadVers = 16,
};
// clang-format on

/// "MX", "TYPE65280".
std::string to_text(RrType type);
/// Mnemonic in any case, or TYPEnnn. Nothing for what is neither.
std::optional<RrType> parse_rr_type(std::string_view text);
/// "NOERROR", "NXDOMAIN", "RCODE23".
std::string to_text(Rcode rcode);
/// Types that may not be asked by a look-up (D-20): OPT, TSIG, TKEY, IXFR, AXFR, MAILA, MAILB, 0 and NXNAME.
bool is_meta_type(RrType type);

}  // namespace danesweep::wire
