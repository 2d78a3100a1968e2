// SPDX-License-Identifier: Apache-2.0
#include "tests/differential/traits.h"

#include <algorithm>
#include <functional>

namespace danesweep::differential {
namespace {

using support::KeyUse;
using support::Record;
using support::Records;
using support::SignedZone;
using support::SigningKey;
using wire::RrType;

constexpr std::int64_t kDay = support::kDay;

// Places in the RDATA of an RRSIG (RFC 4034 3.1).
constexpr std::size_t kOriginalTtl = 4, kKeyTag = 16;

RrType covered(const Record& rrsig) { return static_cast<RrType>(rrsig.rdata[0] << 8 | rrsig.rdata[1]); }
bool is_denial(RrType type) { return type == RrType::Nsec || type == RrType::Nsec3; }

/// RRSIGs that answer for data: those of keys and denials have traits of their own.
bool is_data_signature(const Record& record) {
  return record.type == RrType::Rrsig && covered(record) != RrType::Dnskey && !is_denial(covered(record));
}
bool is_denial_signature(const Record& record) { return record.type == RrType::Rrsig && is_denial(covered(record)); }
bool is_key_signature(const Record& record) {
  return record.type == RrType::Rrsig && covered(record) == RrType::Dnskey;
}

using Which = bool (*)(const Record&);

/// Changes each such record with a chance of `percent`, the same ones each time.
void change(SignedZone& zone, Chance& chance, Which which, unsigned percent, std::function<void(Record&)> how) {
  zone.after_signing([=, seed = chance.next()](Records& records) {
    Chance own(seed);
    for (Record& record : records)
      if (which(record) && own.happens(percent)) how(record);
  });
}

void strip(SignedZone& zone, Chance& chance, Which which, unsigned percent) {
  zone.after_signing([=, seed = chance.next()](Records& records) {
    Chance own(seed);
    std::erase_if(records, [&](const Record& record) { return which(record) && own.happens(percent); });
  });
}

void flip_last_octet(Record& record) { record.rdata.back() ^= 0x01; }

const SigningKey& data_key(const SignedZone& zone) {
  const auto& keys = zone.keys();
  const auto found = std::find_if(keys.begin(), keys.end(), [](const auto& key) {
    return key.second == KeyUse::SignsData || key.second == KeyUse::SignsAll;
  });
  return found == keys.end() ? keys.front().first : found->first;
}

/// Signs some data RRsets anew, with fields as a dishonest signer would set them.
void sign_anew(SignedZone& zone, Chance& chance, std::int64_t now,
               std::function<void(support::SignatureFields&, const Record&)> set) {
  zone.after_signing([&zone, set, now, seed = chance.next()](Records& records) {
    Chance own(seed);
    const SigningKey key = data_key(zone);
    Records made;
    std::erase_if(records, [&](const Record& record) {
      if (!is_data_signature(record) || !own.happens(60)) return false;
      Records rrset;
      std::copy_if(records.begin(), records.end(), std::back_inserter(rrset),
                   [&](const Record& other) { return other.owner == record.owner && other.type == covered(record); });
      if (rrset.empty()) return false;
      support::SignatureFields fields;
      fields.inception = now - kDay;
      fields.expiration = now + 30 * kDay;
      set(fields, record);
      made.push_back(support::sign(rrset, zone.apex(), key, fields));
      return true;
    });
    records.insert(records.end(), made.begin(), made.end());
  });
}

std::uint8_t labels_of(const Record& record) {
  return static_cast<std::uint8_t>(record.owner.label_count() - (record.owner.is_wildcard() ? 1 : 0));
}

void set_keys(SignedZone& zone, int algorithm, std::size_t key_index, std::size_t data_index) {
  zone.key(SigningKey(algorithm, key_index, 257), KeyUse::SignsKeys);
  zone.key(SigningKey(algorithm, data_index, 256), KeyUse::SignsData);
}

/// A second signature over each RRset of data by a key that nobody publishes.
void add_strangers(Records& records, const SignedZone& zone, std::int64_t now) {
  const SigningKey stranger(13, 3, 256);
  support::SignatureFields fields;
  fields.inception = now - kDay;
  fields.expiration = now + 30 * kDay;
  Records made;
  for (const Record& record : records)
    if (is_data_signature(record)) {
      Record other = record;
      const auto rdata =
          support::sign({{record.owner, record.ttl, RrType::A, {192, 0, 2, 1}}}, zone.apex(), stranger, fields).rdata;
      other.rdata = rdata;
      other.rdata[0] = record.rdata[0];
      other.rdata[1] = record.rdata[1];
      made.push_back(std::move(other));
    }
  records.insert(records.begin(), made.begin(), made.end());
}

/// Sets or clears the bit of type A, MX or TXT in window 0 of an NSEC's or NSEC3's bitmap, before it is signed again.
void lie_in_bitmaps(SignedZone& zone, Chance& chance, std::int64_t now) {
  zone.after_signing([&zone, now, seed = chance.next()](Records& records) {
    Chance own(seed);
    const SigningKey key = data_key(zone);
    support::SignatureFields fields;
    fields.inception = now - kDay;
    fields.expiration = now + 30 * kDay;
    for (Record& record : records) {
      if (record.type != RrType::Nsec || !own.happens(30)) continue;
      wire::Cursor in{wire::Bytes(record.rdata)};
      if (!wire::DomainName::read(in)) continue;
      const std::size_t bitmap = record.rdata.size() - in.remaining().size() + 2;
      if (bitmap + 2 >= record.rdata.size()) continue;
      record.rdata[bitmap + 1] ^= 0x01;  // type 15, MX
      for (Record& signature : records)
        if (is_denial_signature(signature) && signature.owner == record.owner)
          signature.rdata = support::sign({record}, zone.apex(), key, fields).rdata;
    }
  });
}

// clang-format off
constexpr ZoneTrait kZoneTraits[] = {
    {"", 60, [](SignedZone&, Chance&, std::int64_t) {}},
    {"expired", 2, [](SignedZone& z, Chance&, std::int64_t now) { z.valid(now - 40 * kDay, now - 10 * kDay); }},
    {"expired-ten-minutes-ago", 2, [](SignedZone& z, Chance&, std::int64_t now) { z.valid(now - 30 * kDay, now - 600); }},
    {"not-yet-valid", 2, [](SignedZone& z, Chance&, std::int64_t now) { z.valid(now + 10 * kDay, now + 40 * kDay); }},
    {"valid-in-ten-minutes", 2, [](SignedZone& z, Chance&, std::int64_t now) { z.valid(now + 600, now + 30 * kDay); }},
    {"dates-reversed", 2, [](SignedZone& z, Chance& c, std::int64_t now) { sign_anew(z, c, now, [now](auto& f, auto&) { f.inception = now + 2 * kDay; f.expiration = now - 2 * kDay; }); }},
    {"data-signatures-wrong", 3, [](SignedZone& z, Chance& c, std::int64_t) { change(z, c, is_data_signature, 50, flip_last_octet); }},
    {"denial-signatures-wrong", 2, [](SignedZone& z, Chance& c, std::int64_t) { change(z, c, is_denial_signature, 50, flip_last_octet); }},
    {"key-signatures-wrong", 2, [](SignedZone& z, Chance& c, std::int64_t) { change(z, c, is_key_signature, 100, flip_last_octet); }},
    {"data-signatures-stripped", 3, [](SignedZone& z, Chance& c, std::int64_t) { strip(z, c, is_data_signature, 50); }},
    {"denial-signatures-stripped", 2, [](SignedZone& z, Chance& c, std::int64_t) { strip(z, c, is_denial_signature, 60); }},
    {"key-signatures-stripped", 1, [](SignedZone& z, Chance& c, std::int64_t) { strip(z, c, is_key_signature, 100); }},
    {"all-signatures-stripped", 2, [](SignedZone& z, Chance& c, std::int64_t) { strip(z, c, [](const Record& r) { return r.type == RrType::Rrsig; }, 100); }},
    {"some-nsec-missing", 2, [](SignedZone& z, Chance& c, std::int64_t) { strip(z, c, [](const Record& r) { return r.type == RrType::Nsec; }, 40); }},
    {"keys-missing", 2, [](SignedZone& z, Chance& c, std::int64_t) { strip(z, c, [](const Record& r) { return r.type == RrType::Dnskey || is_key_signature(r); }, 100); }},
    {"bitmaps-lie", 2, lie_in_bitmaps},
    {"labels-too-many", 1, [](SignedZone& z, Chance& c, std::int64_t now) { sign_anew(z, c, now, [](auto& f, const Record& r) { f.labels = static_cast<std::uint8_t>(labels_of(r) + 1); }); }},
    {"labels-below-signer", 1, [](SignedZone& z, Chance& c, std::int64_t now) { sign_anew(z, c, now, [](auto& f, const Record& r) { f.labels = static_cast<std::uint8_t>(labels_of(r) > 0 ? 1 : 0); }); }},
    {"labels-one-less", 2, [](SignedZone& z, Chance& c, std::int64_t now) { sign_anew(z, c, now, [](auto& f, const Record& r) { f.labels = static_cast<std::uint8_t>(std::max(1, labels_of(r) - 1)); }); }},
    {"signed-as-parent", 2, [](SignedZone& z, Chance& c, std::int64_t now) { sign_anew(z, c, now, [&z](auto& f, auto&) { f.signer = z.apex().parent(); }); }},
    {"signed-as-stranger", 1, [](SignedZone& z, Chance& c, std::int64_t now) { sign_anew(z, c, now, [](auto& f, auto&) { f.signer = support::name("stranger.invalid."); }); }},
    {"tags-wrong", 2, [](SignedZone& z, Chance& c, std::int64_t) { change(z, c, is_data_signature, 60, [](Record& r) { r.rdata[kKeyTag] ^= 0x40; }); }},
    {"original-ttl-changed", 1, [](SignedZone& z, Chance& c, std::int64_t) { change(z, c, is_data_signature, 60, [](Record& r) { r.rdata[kOriginalTtl + 3] ^= 0x08; }); }},
    {"signatures-cut", 1, [](SignedZone& z, Chance& c, std::int64_t) { change(z, c, is_data_signature, 60, [](Record& r) { r.rdata.resize(r.rdata.size() - 5); }); }},
    {"data-changed", 2, [](SignedZone& z, Chance& c, std::int64_t) { change(z, c, [](const Record& r) { return r.type == RrType::A || r.type == RrType::Txt; }, 50, flip_last_octet); }},
    {"strangers-sign-too", 3, [](SignedZone& z, Chance&, std::int64_t now) { z.after_signing([&z, now](Records& records) { add_strangers(records, z, now); }); }},
    {"data-key-without-zone-flag", 1, [](SignedZone& z, Chance&, std::int64_t) { z.key(SigningKey(13, 0, 257), KeyUse::SignsKeys).key(SigningKey(13, 1, 0), KeyUse::SignsData); }},
    {"data-key-revoked", 1, [](SignedZone& z, Chance&, std::int64_t) { z.key(SigningKey(13, 0, 257), KeyUse::SignsKeys).key(SigningKey(13, 1, 384), KeyUse::SignsData); }},
    {"data-key-unpublished", 1, [](SignedZone& z, Chance&, std::int64_t) { z.key(SigningKey(13, 0, 257), KeyUse::SignsKeys).key(SigningKey(13, 1, 256), KeyUse::SignsDataUnpublished); }},
    {"one-key-for-all", 4, [](SignedZone& z, Chance& c, std::int64_t) { z.key(SigningKey(c.happens(50) ? 13 : 8, 0, c.happens(50) ? 257 : 256), KeyUse::SignsAll); }},
    {"two-algorithms", 3, [](SignedZone& z, Chance&, std::int64_t) { set_keys(z, 13, 0, 1); z.key(SigningKey(8, 0, 257), KeyUse::SignsKeys).key(SigningKey(8, 1, 256), KeyUse::SignsData); }},
    {"second-algorithm-signs-nothing", 2, [](SignedZone& z, Chance&, std::int64_t) { set_keys(z, 13, 0, 1); z.key(SigningKey(15, 0, 257), KeyUse::PublishedOnly).key(SigningKey(15, 1, 256), KeyUse::PublishedOnly); }},
    {"standby-keys", 2, [](SignedZone& z, Chance&, std::int64_t) { set_keys(z, 14, 0, 1); z.key(SigningKey(14, 2, 257), KeyUse::PublishedOnly).key(SigningKey(14, 3, 384), KeyUse::PublishedOnly); }},
    {"rsa-1024", 2, [](SignedZone& z, Chance&, std::int64_t) { set_keys(z, 8, 2, 2); }},
    {"rsa-4096", 1, [](SignedZone& z, Chance&, std::int64_t) { set_keys(z, 8, 0, 4); }},
    {"rsa-512", 1, [](SignedZone& z, Chance&, std::int64_t) { z.key(SigningKey(8, 3, 257), KeyUse::SignsAll); }},
    {"sha1-signatures", 2, [](SignedZone& z, Chance& c, std::int64_t) { set_keys(z, c.happens(50) ? 5 : 7, 0, 1); }},
    {"unsigned", 4, [](SignedZone& z, Chance&, std::int64_t) { z.unsigned_zone(); }},
};

Records plain_ds(const SignedZone& child, int digest) { return child.ds(digest); }
Records joined(Records first, const Records& second) {
  first.insert(first.end(), second.begin(), second.end());
  return first;
}
Records edited(Records records, void (*edit)(Record&)) {
  std::for_each(records.begin(), records.end(), edit);
  return records;
}
void wrong_digest(Record& ds) { ds.rdata.back() ^= 1; }
void wrong_tag(Record& ds) { ds.rdata[0] ^= 0x10; }
void private_algorithm(Record& ds) { ds.rdata[2] = 253; }
void unknown_digest(Record& ds) { ds.rdata[3] = 200; }
void gost_digest(Record& ds) { ds.rdata[3] = 3; }

constexpr LinkTrait kLinkTraits[] = {
    {"ds-sha256", 60, [](const SignedZone& z) { return plain_ds(z, 2); }},
    {"ds-sha384", 6, [](const SignedZone& z) { return plain_ds(z, 4); }},
    {"ds-sha1", 3, [](const SignedZone& z) { return plain_ds(z, 1); }},
    {"ds-sha1-and-sha256", 3, [](const SignedZone& z) { return joined(plain_ds(z, 1), plain_ds(z, 2)); }},
    {"ds-sha256-and-sha384", 3, [](const SignedZone& z) { return joined(plain_ds(z, 2), plain_ds(z, 4)); }},
    {"no-ds", 14, [](const SignedZone&) { return Records(); }},
    {"ds-wrong-digest", 2, [](const SignedZone& z) { return edited(plain_ds(z, 2), wrong_digest); }},
    {"ds-wrong-tag", 2, [](const SignedZone& z) { return edited(plain_ds(z, 2), wrong_tag); }},
    {"ds-stale-and-good", 3, [](const SignedZone& z) { return joined(edited(plain_ds(z, 2), wrong_tag), plain_ds(z, 2)); }},
    {"ds-sha256-wrong-sha384-good", 1, [](const SignedZone& z) { return joined(edited(plain_ds(z, 2), wrong_digest), plain_ds(z, 4)); }},
    {"ds-sha1-good-sha256-wrong", 2, [](const SignedZone& z) { return joined(plain_ds(z, 1), edited(plain_ds(z, 2), wrong_digest)); }},
    {"ds-private-algorithm", 2, [](const SignedZone& z) { return edited(plain_ds(z, 2), private_algorithm); }},
    {"ds-unknown-digest", 2, [](const SignedZone& z) { return edited(plain_ds(z, 2), unknown_digest); }},
    {"ds-gost-digest", 1, [](const SignedZone& z) { return edited(plain_ds(z, 2), gost_digest); }},
    {"ds-unknown-digest-and-good", 2, [](const SignedZone& z) { return joined(edited(plain_ds(z, 2), unknown_digest), plain_ds(z, 2)); }},
    {"ds-unknown-digest-and-wrong", 1, [](const SignedZone& z) { return joined(edited(plain_ds(z, 2), unknown_digest), edited(plain_ds(z, 2), wrong_digest)); }},
    {"ds-private-algorithm-and-good", 2, [](const SignedZone& z) { return joined(edited(plain_ds(z, 2), private_algorithm), plain_ds(z, 2)); }},
};
// clang-format on

}  // namespace

std::span<const ZoneTrait> zone_traits() { return kZoneTraits; }
std::span<const LinkTrait> link_traits() { return kLinkTraits; }

}  // namespace danesweep::differential
