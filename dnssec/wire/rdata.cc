// SPDX-License-Identifier: Apache-2.0
#include "dnssec/wire/rdata.h"

#include <algorithm>
#include <optional>

namespace danesweep::wire {
namespace {

/// Takes a name off `in`. The first error stays in `error`, and what is read after it counts for nothing.
DomainName take_name(Cursor& in, std::optional<ParseError>& error) {
  const auto name = DomainName::read(in);
  if (name) return *name;
  error = error.value_or(name.error());
  return {};
}

template <class T>
Parsed<T> finish(const Cursor& in, const std::optional<ParseError>& error, const T& value) {
  if (error) return tl::unexpected(*error);
  return in.finish(value);
}

template <std::size_t N>
Parsed<std::array<std::uint8_t, N>> parse_address(Bytes rdata) {
  Cursor in(rdata);
  const Bytes octets = in.take(N);
  std::array<std::uint8_t, N> address{};
  std::copy(octets.begin(), octets.end(), address.begin());
  return in.finish(address);
}

}  // namespace

Parsed<Mx> parse_mx(Bytes rdata) {
  Cursor in(rdata);
  Mx mx;
  std::optional<ParseError> error;
  mx.preference = in.u16();
  mx.exchange = take_name(in, error);
  return finish(in, error, mx);
}

Parsed<Soa> parse_soa(Bytes rdata) {
  Cursor in(rdata);
  Soa soa;
  std::optional<ParseError> error;
  soa.primary = take_name(in, error);
  soa.mailbox = take_name(in, error);
  soa.serial = in.u32();
  soa.refresh = in.u32();
  soa.retry = in.u32();
  soa.expire = in.u32();
  soa.minimum = in.u32();
  return finish(in, error, soa);
}

Parsed<Ds> parse_ds(Bytes rdata) {
  Cursor in(rdata);
  const Ds ds{in.u16(), in.u8(), in.u8(), in.remaining()};
  return in.finish(ds);
}

Parsed<Dnskey> parse_dnskey(Bytes rdata) {
  Cursor in(rdata);
  const Dnskey key{in.u16(), in.u8(), in.u8(), in.remaining()};
  return in.finish(key);
}

Parsed<Rrsig> parse_rrsig(Bytes rdata) {
  Cursor in(rdata);
  Rrsig rrsig;
  std::optional<ParseError> error;
  rrsig.covered = static_cast<RrType>(in.u16());
  rrsig.algorithm = in.u8();
  rrsig.labels = in.u8();
  rrsig.original_ttl = in.u32();
  rrsig.expiration = in.u32();
  rrsig.inception = in.u32();
  rrsig.key_tag = in.u16();
  rrsig.signer = take_name(in, error);
  rrsig.signature = in.remaining();
  if (!error && rrsig.signature.empty()) return tl::unexpected(ParseError::Truncated);  // D-21
  return finish(in, error, rrsig);
}

Parsed<Nsec> parse_nsec(Bytes rdata) {
  Cursor in(rdata);
  const auto next = DomainName::read(in);
  if (!next) return tl::unexpected(next.error());
  // At least NSEC and RRSIG exist at the owner: only NSEC3 knows an empty bitmap (D-19).
  if (in.at_end()) return tl::unexpected(ParseError::BadBitmap);
  const auto types = TypeBitmap::parse(in.remaining());
  if (!types) return tl::unexpected(types.error());
  return Nsec{*next, *types};
}

Parsed<Nsec3> parse_nsec3(Bytes rdata) {
  Cursor in(rdata);
  Nsec3 nsec3;
  nsec3.hash_algorithm = in.u8();
  nsec3.flags = in.u8();
  nsec3.iterations = in.u16();
  nsec3.salt = in.take(in.u8());
  nsec3.next_hash = in.take(in.u8());
  const Bytes windows = in.remaining();
  if (in.failed()) return tl::unexpected(ParseError::Truncated);
  if (nsec3.next_hash.empty()) return tl::unexpected(ParseError::BadValue);
  const auto types = TypeBitmap::parse(windows);
  if (!types) return tl::unexpected(types.error());
  nsec3.types = *types;
  return nsec3;
}

Parsed<DomainName> parse_single_name(Bytes rdata) { return DomainName::from_wire(rdata); }

Parsed<std::array<std::uint8_t, 4>> parse_a(Bytes rdata) { return parse_address<4>(rdata); }

Parsed<std::array<std::uint8_t, 16>> parse_aaaa(Bytes rdata) { return parse_address<16>(rdata); }

}  // namespace danesweep::wire
