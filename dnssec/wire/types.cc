// SPDX-License-Identifier: Apache-2.0
#include "dnssec/wire/types.h"

#include <algorithm>
#include <charconv>

#include "dnssec/wire/case_fold.h"

namespace danesweep::wire {
namespace {

template <class Value>
struct Mnemonic {
  Value value;
  std::string_view text;
};

// clang-format off
constexpr Mnemonic<RrType> kTypes[] = {
    {RrType::A, "A"}, {RrType::Ns, "NS"}, {RrType::Md, "MD"}, {RrType::Mf, "MF"}, {RrType::Cname, "CNAME"},
    {RrType::Soa, "SOA"}, {RrType::Mb, "MB"}, {RrType::Mg, "MG"}, {RrType::Mr, "MR"}, {RrType::Null, "NULL"},
    {RrType::Wks, "WKS"}, {RrType::Ptr, "PTR"}, {RrType::Hinfo, "HINFO"}, {RrType::Minfo, "MINFO"},
    {RrType::Mx, "MX"}, {RrType::Txt, "TXT"}, {RrType::Rp, "RP"}, {RrType::Afsdb, "AFSDB"}, {RrType::Rt, "RT"},
    {RrType::Sig, "SIG"}, {RrType::Key, "KEY"}, {RrType::Px, "PX"}, {RrType::Aaaa, "AAAA"}, {RrType::Nxt, "NXT"},
    {RrType::Srv, "SRV"}, {RrType::Naptr, "NAPTR"}, {RrType::Kx, "KX"}, {RrType::Cert, "CERT"},
    {RrType::Dname, "DNAME"}, {RrType::Opt, "OPT"}, {RrType::Ds, "DS"}, {RrType::Sshfp, "SSHFP"},
    {RrType::Rrsig, "RRSIG"}, {RrType::Nsec, "NSEC"}, {RrType::Dnskey, "DNSKEY"}, {RrType::Nsec3, "NSEC3"},
    {RrType::Nsec3param, "NSEC3PARAM"}, {RrType::Tlsa, "TLSA"}, {RrType::Cds, "CDS"}, {RrType::Cdnskey, "CDNSKEY"},
    {RrType::Svcb, "SVCB"}, {RrType::Https, "HTTPS"}, {RrType::Nxname, "NXNAME"}, {RrType::Tkey, "TKEY"},
    {RrType::Tsig, "TSIG"}, {RrType::Ixfr, "IXFR"}, {RrType::Axfr, "AXFR"}, {RrType::Mailb, "MAILB"},
    {RrType::Maila, "MAILA"}, {RrType::Any, "ANY"}, {RrType::Caa, "CAA"}, {RrType::Loc, "LOC"}, {RrType::Apl, "APL"},
    {RrType::Ipseckey, "IPSECKEY"}, {RrType::Dhcid, "DHCID"}, {RrType::Smimea, "SMIMEA"}, {RrType::Hip, "HIP"},
    {RrType::Openpgpkey, "OPENPGPKEY"}, {RrType::Csync, "CSYNC"}, {RrType::Zonemd, "ZONEMD"}, {RrType::Spf, "SPF"},
    {RrType::Uri, "URI"},
};

constexpr Mnemonic<Rcode> kRcodes[] = {
    {Rcode::NoError, "NOERROR"}, {Rcode::FormErr, "FORMERR"}, {Rcode::ServFail, "SERVFAIL"},
    {Rcode::NxDomain, "NXDOMAIN"}, {Rcode::NotImp, "NOTIMP"}, {Rcode::Refused, "REFUSED"},
    {Rcode::YxDomain, "YXDOMAIN"}, {Rcode::YxRrset, "YXRRSET"}, {Rcode::NxRrset, "NXRRSET"},
    {Rcode::NotAuth, "NOTAUTH"}, {Rcode::NotZone, "NOTZONE"}, {Rcode::BadVers, "BADVERS"},
};
// clang-format on

template <class Value, std::size_t N>
std::string text_or_number(const Mnemonic<Value> (&table)[N], Value value, std::string_view prefix) {
  const auto* row = std::find_if(table, table + N, [value](const auto& each) { return each.value == value; });
  if (row != table + N) return std::string(row->text);
  return std::string(prefix) + std::to_string(static_cast<unsigned>(value));
}

bool equal_text(std::string_view a, std::string_view b) {
  return a.size() == b.size() && std::equal(a.begin(), a.end(), b.begin(), [](char left, char right) {
           return fold_case(static_cast<std::uint8_t>(left)) == fold_case(static_cast<std::uint8_t>(right));
         });
}

}  // namespace

std::string to_text(RrType type) { return text_or_number(kTypes, type, "TYPE"); }

std::optional<RrType> parse_rr_type(std::string_view text) {
  for (const auto& row : kTypes)
    if (equal_text(row.text, text)) return row.value;
  if (text.size() < 5 || text.size() > 9 || !equal_text(text.substr(0, 4), "TYPE")) return std::nullopt;
  std::uint16_t number = 0;
  const auto [end, error] = std::from_chars(text.data() + 4, text.data() + text.size(), number);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return static_cast<RrType>(number);
}

std::string to_text(Rcode rcode) { return text_or_number(kRcodes, rcode, "RCODE"); }

bool is_meta_type(RrType type) {
  // 128 is NXNAME (RFC 9824). ANY is asked of nobody, but it is a question (val_any).
  constexpr RrType kMeta[] = {RrType{0},    RrType::Opt,  RrType::Nxname, RrType::Tkey, RrType::Tsig,
                              RrType::Ixfr, RrType::Axfr, RrType::Mailb,  RrType::Maila};
  return std::find(std::begin(kMeta), std::end(kMeta), type) != std::end(kMeta);
}

}  // namespace danesweep::wire
