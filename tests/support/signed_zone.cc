// SPDX-License-Identifier: Apache-2.0
#include "tests/support/signed_zone.h"

#include <ldns/ldns.h>
#include <openssl/core_names.h>
#include <openssl/ecdsa.h>

#include <algorithm>
#include <map>
#include <set>
#include <stdexcept>

namespace danesweep::support {
namespace {

using wire::DomainName;
using wire::RrType;
using Octets = std::vector<std::uint8_t>;

struct FreeRr {
  void operator()(ldns_rr* rr) const { ldns_rr_free(rr); }
};
using Rr = std::unique_ptr<ldns_rr, FreeRr>;

void put16(Octets& out, std::size_t value) {
  out.push_back(static_cast<std::uint8_t>(value >> 8));
  out.push_back(static_cast<std::uint8_t>(value));
}
void put32(Octets& out, std::uint32_t value) {
  put16(out, value >> 16);
  put16(out, value & 0xFFFF);
}
void put(Octets& out, wire::Bytes octets) { out.insert(out.end(), octets.begin(), octets.end()); }

Octets to_wire(const Record& record) {
  Octets out;
  put(out, record.owner.wire());
  put16(out, static_cast<std::size_t>(record.type));
  put16(out, 1);
  put32(out, record.ttl);
  put16(out, record.rdata.size());
  put(out, record.rdata);
  return out;
}

Octets to_wire(const ldns_rr* rr) {
  std::uint8_t* octets = nullptr;
  std::size_t size = 0;
  if (ldns_rr2wire(&octets, rr, LDNS_SECTION_ANSWER, &size) != LDNS_STATUS_OK) throw std::runtime_error("ldns_rr2wire");
  Octets out(octets, octets + size);
  std::free(octets);
  return out;
}

Record from_wire(const Octets& octets) {
  wire::Cursor in{wire::Bytes(octets)};
  Record record;
  record.owner = DomainName::read(in).value();
  record.type = static_cast<RrType>(in.u16());
  in.u16();
  record.ttl = in.u32();
  in.u16();
  const auto rdata = in.remaining();
  record.rdata.assign(rdata.begin(), rdata.end());
  return record;
}

/// The RRset as signatures cover it, by ldns: lower case, sorted, without duplicates.
Octets canonical_rrs(const Records& rrset, const DomainName& owner, std::uint32_t ttl) {
  std::set<Octets> wires;  // same owner, type, class and TTL: octet order up to RDLENGTH, so order by RDATA below
  for (Record record : rrset) {
    record.owner = owner;
    record.ttl = ttl;
    const Octets octets = to_wire(record);
    ldns_rr* raw = nullptr;
    std::size_t at = 0;
    if (ldns_wire2rr(&raw, octets.data(), octets.size(), &at, LDNS_SECTION_ANSWER) == LDNS_STATUS_OK) {
      const Rr rr(raw);
      ldns_rr2canonical(rr.get());
      wires.insert(to_wire(rr.get()));
    } else {
      wires.insert(octets);  // records that ldns cannot read are signed as they are
    }
  }
  const std::size_t fixed = owner.wire().size() + 10;
  std::vector<Octets> sorted(wires.begin(), wires.end());
  std::sort(sorted.begin(), sorted.end(), [&](const Octets& a, const Octets& b) {
    return std::lexicographical_compare(a.begin() + fixed, a.end(), b.begin() + fixed, b.end());
  });
  Octets out;
  for (const Octets& octets : sorted) put(out, octets);
  return out;
}

Octets big_number(EVP_PKEY* key, const char* what, std::size_t width) {
  BIGNUM* number = nullptr;
  EVP_PKEY_get_bn_param(key, what, &number);
  Octets out(width ? width : static_cast<std::size_t>(BN_num_bytes(number)));
  BN_bn2binpad(number, out.data(), static_cast<int>(out.size()));
  BN_free(number);
  return out;
}

const EVP_MD* hash_of(int algorithm) {
  switch (algorithm) {
    case 5:
    case 7:
      return EVP_sha1();
    case 8:
    case 13:
      return EVP_sha256();
    case 14:
      return EVP_sha384();
    case 10:
      return EVP_sha512();
    default:
      return nullptr;
  }
}

Octets plain_ecdsa(const Octets& der, std::size_t width) {
  const std::uint8_t* at = der.data();
  ECDSA_SIG* signature = d2i_ECDSA_SIG(nullptr, &at, static_cast<long>(der.size()));
  Octets out(2 * width);
  BN_bn2binpad(ECDSA_SIG_get0_r(signature), out.data(), static_cast<int>(width));
  BN_bn2binpad(ECDSA_SIG_get0_s(signature), out.data() + width, static_cast<int>(width));
  ECDSA_SIG_free(signature);
  return out;
}

std::size_t labels_of(const DomainName& owner) { return owner.label_count() - (owner.is_wildcard() ? 1 : 0); }

bool signs(KeyUse use, RrType type) {
  if (use == KeyUse::SignsAll) return true;
  return type == RrType::Dnskey ? use == KeyUse::SignsKeys
                                : use == KeyUse::SignsData || use == KeyUse::SignsDataUnpublished;
}

RrType covered(const Record& rrsig) { return static_cast<RrType>(rrsig.rdata[0] << 8 | rrsig.rdata[1]); }

}  // namespace

wire::DomainName name(std::string_view text) { return DomainName::from_text(text).value(); }

Record record(std::string_view text, std::string_view origin) {
  ldns_rr* raw = nullptr;
  ldns_rdf* base = ldns_dname_new_frm_str(std::string(origin).c_str());
  const ldns_status status = ldns_rr_new_frm_str(&raw, std::string(text).c_str(), 3600, base, nullptr);
  ldns_rdf_deep_free(base);
  if (status != LDNS_STATUS_OK) throw std::runtime_error(std::string(text) + ": " + ldns_get_errorstr_by_id(status));
  const Rr rr(raw);
  return from_wire(to_wire(rr.get()));
}

SigningKey::SigningKey(int algorithm, std::size_t pool_index, std::uint16_t flags, std::uint8_t protocol)
    : algorithm_(static_cast<std::uint8_t>(algorithm)),
      flags_(flags),
      protocol_(protocol),
      key_(pool_key(algorithm, pool_index).release(), FreeKey()) {}

SigningKey SigningKey::with_flags(std::uint16_t flags) const {
  SigningKey other = *this;
  other.flags_ = flags;
  return other;
}

Octets SigningKey::dnskey_rdata() const {
  Octets out;
  put16(out, flags_);
  out.push_back(protocol_);
  out.push_back(algorithm_);
  EVP_PKEY* key = key_.get();
  if (algorithm_ == 13 || algorithm_ == 14) {
    const std::size_t width = algorithm_ == 13 ? 32 : 48;
    put(out, big_number(key, OSSL_PKEY_PARAM_EC_PUB_X, width));
    put(out, big_number(key, OSSL_PKEY_PARAM_EC_PUB_Y, width));
  } else if (algorithm_ == 15 || algorithm_ == 16) {
    Octets raw(57);
    std::size_t size = raw.size();
    EVP_PKEY_get_raw_public_key(key, raw.data(), &size);
    raw.resize(size);
    put(out, raw);
  } else {
    const Octets exponent = big_number(key, OSSL_PKEY_PARAM_RSA_E, 0);
    out.push_back(static_cast<std::uint8_t>(exponent.size()));
    put(out, exponent);
    put(out, big_number(key, OSSL_PKEY_PARAM_RSA_N, 0));
  }
  return out;
}

std::uint16_t SigningKey::tag() const {
  const Octets rdata = dnskey_rdata();
  return ldns_calc_keytag_raw(rdata.data(), rdata.size());
}

Octets SigningKey::sign(const Octets& octets) const {
  EVP_MD_CTX* context = EVP_MD_CTX_new();
  EVP_DigestSignInit(context, nullptr, hash_of(algorithm_), nullptr, key_.get());
  Octets out(1024);
  std::size_t size = out.size();
  const int done = EVP_DigestSign(context, out.data(), &size, octets.data(), octets.size());
  EVP_MD_CTX_free(context);
  if (done != 1) throw std::runtime_error("cannot sign");
  out.resize(size);
  if (algorithm_ == 13 || algorithm_ == 14) return plain_ecdsa(out, algorithm_ == 13 ? 32 : 48);
  return out;
}

Octets SigningKey::ds_rdata(const wire::DomainName& zone, int digest) const {
  Octets covered_octets;
  put(covered_octets, zone.lower().wire());
  put(covered_octets, dnskey_rdata());
  Octets hash(EVP_MAX_MD_SIZE);
  unsigned size = 0;
  const EVP_MD* md = digest == 1 ? EVP_sha1() : digest == 4 ? EVP_sha384() : EVP_sha256();
  EVP_Digest(covered_octets.data(), covered_octets.size(), hash.data(), &size, md, nullptr);
  hash.resize(size);
  Octets out;
  put16(out, tag());
  out.push_back(algorithm_);
  out.push_back(static_cast<std::uint8_t>(digest));
  put(out, hash);
  return out;
}

Record sign(const Records& rrset, const wire::DomainName& zone, const SigningKey& key, const SignatureFields& fields) {
  const Record& first = rrset.front();
  const std::uint8_t labels = fields.labels.value_or(static_cast<std::uint8_t>(labels_of(first.owner)));
  const std::uint32_t original_ttl = fields.original_ttl.value_or(first.ttl);
  Octets rdata;
  put16(rdata, static_cast<std::size_t>(fields.covered.value_or(first.type)));
  rdata.push_back(fields.algorithm.value_or(key.algorithm()));
  rdata.push_back(labels);
  put32(rdata, original_ttl);
  put32(rdata, static_cast<std::uint32_t>(fields.expiration));
  put32(rdata, static_cast<std::uint32_t>(fields.inception));
  put16(rdata, fields.key_tag.value_or(key.tag()));
  put(rdata, fields.signer.value_or(zone).lower().wire());
  DomainName owner = first.owner;
  if (labels < labels_of(owner)) owner = owner.suffix(labels).wildcard().value();
  Octets octets = rdata;
  put(octets, canonical_rrs(rrset, owner.lower(), original_ttl));
  put(rdata, key.sign(octets));
  return {first.owner, first.ttl, RrType::Rrsig, rdata};
}

std::vector<std::uint8_t> type_bitmap(std::vector<wire::RrType> types) {
  std::map<std::uint8_t, Octets> windows;
  for (const RrType type : types) {
    const auto number = static_cast<std::uint16_t>(type);
    Octets& window = windows[static_cast<std::uint8_t>(number >> 8)];
    const std::size_t at = (number & 0xFFU) / 8;
    if (window.size() <= at) window.resize(at + 1);
    window[at] = static_cast<std::uint8_t>(window[at] | 0x80U >> (number & 7U));
  }
  Octets out;
  for (const auto& [number, window] : windows) {
    out.push_back(number);
    out.push_back(static_cast<std::uint8_t>(window.size()));
    put(out, window);
  }
  return out;
}

SignedZone::SignedZone(std::string_view apex) : apex_(name(apex)), apex_text_(apex) {
  algorithm(13);
  add("@ SOA ns. hostmaster. 1 7200 3600 1209600 900");
  add("@ NS ns.nic.invalid.");
}

SignedZone& SignedZone::algorithm(int number) {
  keys_ = {{SigningKey(number, 0, 257), KeyUse::SignsKeys}, {SigningKey(number, 1, 256), KeyUse::SignsData}};
  default_keys_ = true;
  return *this;
}

SignedZone& SignedZone::key(SigningKey key, KeyUse use) {
  if (std::exchange(default_keys_, false)) keys_.clear();
  keys_.emplace_back(std::move(key), use);
  return *this;
}

SignedZone& SignedZone::nsec3(Nsec3Style style) {
  nsec3_ = std::move(style);
  return *this;
}

SignedZone& SignedZone::unsigned_zone() {
  signed_ = false;
  return *this;
}

SignedZone& SignedZone::valid(std::int64_t inception, std::int64_t expiration) {
  fields_.inception = inception;
  fields_.expiration = expiration;
  return *this;
}

SignedZone& SignedZone::add(std::string_view text) {
  given_.push_back(record(text, apex_text_));
  built_.reset();
  return *this;
}

SignedZone& SignedZone::delegate(std::string_view child) { return add(std::string(child) + " NS ns.nic.invalid."); }

SignedZone& SignedZone::delegate(const SignedZone& child, int digest) {
  add(child.apex().to_text() + " NS ns.nic.invalid.");
  if (child.is_signed())
    for (Record& ds : child.ds(digest)) given_.push_back(std::move(ds));
  return *this;
}

SignedZone& SignedZone::before_signing(Edit edit) {
  before_.push_back(std::move(edit));
  return *this;
}

SignedZone& SignedZone::after_signing(Edit edit) {
  after_.push_back(std::move(edit));
  return *this;
}

Records SignedZone::ds(int digest) const {
  Records out;
  for (const auto& [key, use] : keys_)
    if (use == KeyUse::SignsKeys || use == KeyUse::SignsAll)
      out.push_back({apex_, 3600, RrType::Ds, key.ds_rdata(apex_, digest)});
  return out;
}

Records SignedZone::unsigned_records() const {
  Records records = given_;
  if (signed_)
    for (const auto& [key, use] : keys_)
      if (use != KeyUse::SignsDataUnpublished) records.push_back({apex_, 3600, RrType::Dnskey, key.dnskey_rdata()});
  return records;
}

const Records& SignedZone::records() const {
  if (!built_) build();
  return *built_;
}

void SignedZone::build() const {
  Records records = unsigned_records();
  for (const Edit& edit : before_) edit(records);
  if (signed_) {
    built_ = records;  // so that is_cut and the like can look
    if (nsec3_)
      add_nsec3(records);
    else
      add_nsec(records);
    add_signatures(records);
  }
  for (const Edit& edit : after_) edit(records);
  built_ = std::move(records);
}

bool SignedZone::is_cut(const wire::DomainName& owner) const {
  return owner != apex_ && std::any_of(records().begin(), records().end(), [&](const Record& record) {
           return record.type == RrType::Ns && record.owner == owner;
         });
}

std::optional<wire::DomainName> SignedZone::cut_above(const wire::DomainName& owner) const {
  for (std::size_t labels = apex_.label_count() + 1; labels <= owner.label_count(); ++labels)
    if (is_cut(owner.suffix(labels))) return owner.suffix(labels);
  return std::nullopt;
}

bool SignedZone::exists(const wire::DomainName& owner) const {
  return std::any_of(records().begin(), records().end(), [&](const Record& record) {
    return record.type != RrType::Nsec3 && record.type != RrType::Rrsig && record.owner.is_within(owner);
  });
}

std::vector<wire::RrType> SignedZone::types_at(const Records& records, const wire::DomainName& owner) const {
  const bool cut = is_cut(owner);
  std::set<RrType> types;
  for (const Record& record : records) {
    if (record.owner != owner || record.type == RrType::Nsec3 || record.type == RrType::Rrsig) continue;
    if (!cut || record.type == RrType::Ns || record.type == RrType::Ds) types.insert(record.type);
  }
  return {types.begin(), types.end()};
}

void SignedZone::add_nsec(Records& records) const {
  std::set<DomainName> owners;
  for (const Record& record : records) {
    const auto cut = cut_above(record.owner);
    if (!cut || *cut == record.owner) owners.insert(record.owner.lower());
  }
  Records chain;
  for (auto at = owners.begin(); at != owners.end(); ++at) {
    const auto next = std::next(at) == owners.end() ? owners.begin() : std::next(at);
    auto types = types_at(records, *at);
    types.insert(types.end(), {RrType::Rrsig, RrType::Nsec});
    Record nsec{*at, 900, RrType::Nsec, {}};
    put(nsec.rdata, next->wire());
    put(nsec.rdata, type_bitmap(types));
    chain.push_back(std::move(nsec));
  }
  records.insert(records.end(), chain.begin(), chain.end());
}

wire::DomainName SignedZone::nsec3_owner(const wire::DomainName& owner) const {
  ldns_rdf* plain = ldns_dname_new_frm_str(owner.lower().to_text().c_str());
  ldns_rdf* hashed = ldns_nsec3_hash_name(plain, 1, nsec3_->iterations, static_cast<std::uint8_t>(nsec3_->salt.size()),
                                          nsec3_->salt.data());
  char* text = ldns_rdf2str(hashed);
  std::string label(text);
  std::free(text);
  ldns_rdf_deep_free(hashed);
  ldns_rdf_deep_free(plain);
  label.resize(label.find('.'));
  return apex_.with_label(std::string_view(label)).value();
}

namespace {

Octets base32hex_octets(wire::Bytes label) {
  Octets out;
  unsigned value = 0, bits = 0;
  for (const std::uint8_t c : label) {
    value = value << 5 | static_cast<unsigned>(c <= '9' ? c - '0' : (c | 0x20) - 'a' + 10);
    bits += 5;
    if (bits < 8) continue;
    bits -= 8;
    out.push_back(static_cast<std::uint8_t>(value >> bits));
    value &= (1U << bits) - 1;
  }
  return out;
}

}  // namespace

void SignedZone::add_nsec3(Records& records) const {
  std::set<DomainName> names;
  for (const Record& record : records) {
    const auto cut = cut_above(record.owner);
    if (cut && *cut != record.owner) continue;
    const bool left_out = cut && nsec3_->opt_out == OptOut::Yes && find(*cut, RrType::Ds).empty();
    if (left_out) continue;
    for (std::size_t labels = apex_.label_count(); labels <= record.owner.label_count(); ++labels)
      names.insert(record.owner.suffix(labels).lower());  // empty non-terminals too
  }
  Octets parameters{1, 0};
  put16(parameters, nsec3_->iterations);
  parameters.push_back(static_cast<std::uint8_t>(nsec3_->salt.size()));
  put(parameters, nsec3_->salt);
  records.push_back({apex_, 0, RrType::Nsec3param, parameters});
  if (nsec3_->opt_out == OptOut::Yes) parameters[1] = 1;

  std::map<Octets, DomainName> hashes;
  for (const DomainName& one : names) hashes.emplace(base32hex_octets(nsec3_owner(one).label(0)), one);
  Records chain;
  for (auto at = hashes.begin(); at != hashes.end(); ++at) {
    const auto next = std::next(at) == hashes.end() ? hashes.begin() : std::next(at);
    auto types = types_at(records, at->second);
    const bool unsigned_cut = types == std::vector{RrType::Ns} && is_cut(at->second);
    if (!types.empty() && !unsigned_cut) types.push_back(RrType::Rrsig);
    Record nsec3{nsec3_owner(at->second), 900, RrType::Nsec3, parameters};
    nsec3.rdata.push_back(20);
    put(nsec3.rdata, next->first);
    put(nsec3.rdata, type_bitmap(types));
    chain.push_back(std::move(nsec3));
  }
  records.insert(records.end(), chain.begin(), chain.end());
}

void SignedZone::add_signatures(Records& records) const {
  std::map<std::pair<DomainName, RrType>, Records> rrsets;
  for (const Record& record : records) {
    const auto cut = cut_above(record.owner);
    const bool authoritative =
        !cut || (*cut == record.owner && (record.type == RrType::Ds || record.type == RrType::Nsec));
    if (authoritative) rrsets[{record.owner, record.type}].push_back(record);
  }
  for (const auto& [place, rrset] : rrsets)
    for (const auto& [key, use] : keys_)
      if (signs(use, place.second)) records.push_back(sign(rrset, apex_, key, fields_));
}

Records SignedZone::find(const wire::DomainName& owner, wire::RrType type) const {
  Records out;
  for (const Record& record : records())
    if (record.owner == owner && record.type == type) out.push_back(record);
  return out;
}

Records SignedZone::find_signed(const wire::DomainName& owner, wire::RrType type) const {
  Records out = find(owner, type);
  if (out.empty()) return out;
  for (const Record& record : records())
    if (record.owner == owner && record.type == RrType::Rrsig && covered(record) == type) out.push_back(record);
  return out;
}

Records SignedZone::covering_or_matching_nsec(const wire::DomainName& owner) const {
  const Record* best = nullptr;
  for (const Record& record : records())
    if (record.type == RrType::Nsec && record.owner <= owner && (!best || best->owner < record.owner)) best = &record;
  return best ? find_signed(best->owner, RrType::Nsec) : Records();
}

Records SignedZone::matching_nsec3(const wire::DomainName& owner) const {
  return find_signed(nsec3_owner(owner), RrType::Nsec3);
}

Records SignedZone::covering_nsec3(const wire::DomainName& owner) const {
  const DomainName hashed = nsec3_owner(owner);
  const Record *best = nullptr, *last = nullptr;
  for (const Record& record : records()) {
    if (record.type != RrType::Nsec3) continue;
    if (record.owner < hashed && (!best || best->owner < record.owner)) best = &record;
    if (!last || last->owner < record.owner) last = &record;
  }
  const Record* covering = best ? best : last;
  return covering ? find_signed(covering->owner, RrType::Nsec3) : Records();
}

}  // namespace danesweep::support
