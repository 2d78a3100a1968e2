// SPDX-License-Identifier: Apache-2.0
// DNSSEC.md part I: plain zones, dates, signatures, keys, DS. Each is a mail domain whose MX shows the status.
#include "tests/lab/domain_kinds.h"
#include "tests/lab/making.h"

namespace danesweep::lab {
namespace {

constexpr auto kBoth = Flavours::Both;
constexpr auto kLying = Served::ByLyingServer;
constexpr std::uint16_t kSep = kZoneKey | kSecureEntryPoint;

// ---- parts of makings

void break_mx(Making& m, Zone::Breaking breaking) { m.zone().on_set(m.domain(), kMx, std::move(breaking)); }

/// Keeps the good signatures and adds those that `breaking` makes, before them or behind.
enum class Place : std::uint8_t { Before, Behind };
Zone::Breaking beside_good(Zone::Breaking breaking, Place place) {
  return [breaking = std::move(breaking), place](RrSet& set, Zone& zone) {
    RrSet other = set;
    breaking(other, zone);
    auto at = place == Place::Before ? set.signatures.begin() : set.signatures.end();
    set.signatures.insert(at, other.signatures.begin(), other.signatures.end());
  };
}

/// Octets of the RRSIG's RDATA overwritten after signing.
Zone::Breaking overwritten(std::size_t at, std::string octets) {
  return [at, octets = std::move(octets)](RrSet& set, Zone&) {
    for (auto& signature : set.signatures) signature.replace(at, octets.size(), octets);
  };
}

/// A sound KSK, and a data key whose published form is `dnskey`.
void odd_data_key(Making& m, const Key& key, const std::string& dnskey) {
  Zone& zone = m.zone_without_keys();
  zone.add_key(m.key(key.algorithm(), 9), kSep, Signs::Keys);
  zone.keys().push_back({&key, kZoneKey, Signs::Data, dnskey});
}

/// The one key of the zone, published as `dnskey`.
void only_key(Making& m, const Key& key, std::uint16_t flags, const std::string& dnskey) {
  m.zone_without_keys().keys().push_back({&key, flags, Signs::Both, dnskey});
}

void only_key(Making& m, const Key& key, std::uint16_t flags) { only_key(m, key, flags, key.dnskey(flags)); }

std::string with_protocol(std::string dnskey, char protocol) {
  dnskey[2] = protocol;
  return dnskey;
}

/// An RSA DNSKEY of flags `flags` with this exponent field and the modulus of `key` (RFC 3110 section 2).
std::string with_exponent(const Key& key, std::uint16_t flags, const std::string& exponent) {
  const std::string modulus = key.public_key().substr(1 + static_cast<unsigned char>(key.public_key()[0]));
  return u16(flags) + '\3' + static_cast<char>(key.algorithm()) + static_cast<char>(exponent.size()) + exponent +
         modulus;
}

std::string off_curve(const Key& key) {
  std::string dnskey = key.dnskey(kZoneKey);
  dnskey.back() = static_cast<char>(dnskey.back() ^ 1);
  return dnskey;
}

std::string good_ds(Zone& zone, std::uint8_t digest = 2) {
  return ds_rdata(zone.apex(), zone.keys().front().dnskey, digest);
}

std::string wrong_digest(std::string ds) {
  ds.back() = static_cast<char>(ds.back() ^ 1);
  return ds;
}

std::string wrong_tag(std::string ds) {
  ds[1] = static_cast<char>(ds[1] + 1);
  return ds;
}

std::string ds_of(std::uint8_t algorithm, std::uint8_t digest, std::size_t octets, std::uint16_t tag = 4711) {
  return u16(tag) + static_cast<char>(algorithm) + static_cast<char>(digest) + std::string(octets, '\x7e');
}

using Ds = std::vector<std::string>;
Make with_ds(std::function<Ds(Zone&)> ds) {
  return [ds = std::move(ds)](Making& m) { m.zone().ds() = ds(m.zone()); };
}

void deep(Making& m) {
  Name name = m.domain();
  m.zone();
  for (int depth = 1; depth <= 4; ++depth) {
    name = name.below("c" + std::to_string(depth));
    m.zone_at(name, m.denial());
  }
  m.ask(name);
  m.host(m.zone_at(name, m.denial()), "mx");
}

std::string upper(std::string wire) {
  for (char& octet : wire)
    if (octet >= 'a' && octet <= 'z') octet = static_cast<char>(octet - 32);
  return wire;
}

void mixed_case(Making& m) {
  m.host(m.zone(), "mx");
  m.zone().set(m.domain(), kMx).rdatas = {u16(10) + upper(m.name("mx").wire())};
}

void twice_in_other_case(Making& m) {
  m.host(m.zone(), "mx");
  m.zone().set(m.domain(), kMx).rdatas.push_back(u16(10) + upper(m.name("mx").wire()));
}

void many_keys(Making& m) {
  Zone& zone = m.zone();
  for (std::size_t i = 0; i < 4; ++i) zone.add_key(m.key(kRsaSha256, i), kZoneKey, Signs::Nothing);
  for (std::size_t i = 0; i < 4; ++i) zone.add_key(m.key(kRsaSha512, i), kZoneKey, Signs::Nothing);
}

/// The RRset comes as two, with different TTLs (RFC 2181 5.2).
void mixed_ttls(Making& m) {
  m.host(m.zone(), "mx1");
  m.host(m.zone(), "mx2", "S-2", 20);
  m.tamper(m.domain(), kMx, [](Answer& answer) {
    Item& item = answer.answer.front();
    RrSet first = *item.set, second = *item.set;
    first.rdatas.resize(1);
    second.rdatas.erase(second.rdatas.begin());
    second.signatures.clear();
    second.ttl = 60;
    item.set = answer.keep(std::move(first));
    answer.answer.push_back({item.owner, answer.keep(std::move(second))});
  });
}

void unsigned_ns_in_authority(Answer& answer) {
  const Name owner = answer.answer.front().owner;
  answer.authority.push_back({owner, answer.keep({owner, kNs, 3600, {Name("ns.servers.nsec").wire()}, {}, true})});
}

void signatures_first(Answer& answer) {
  const Item item = answer.answer.front();
  answer.answer = {{item.owner, item.set, Show::Signatures}, {item.owner, item.set, Show::Records}};
}

// clang-format off
std::vector<DomainKind> plain() {
  const auto algorithm = [](std::uint8_t number) { return [number](Making& m) { m.zone(number); }; };
  return {
    secure("pos-alg8", "algorithm 8", algorithm(kRsaSha256)),
    secure("pos-alg10", "algorithm 10", algorithm(kRsaSha512)),
    secure("pos-alg13", "algorithm 13", algorithm(kP256)),
    secure("pos-alg14", "algorithm 14", algorithm(kP384)),
    secure("pos-alg15", "algorithm 15", algorithm(kEd25519)),
    secure("pos-alg16", "algorithm 16", algorithm(kEd448)),
    insecure("pos-alg5", "algorithm 5, not checked by default (D-33)", "unsupported-algorithm", algorithm(kRsaSha1), Flavours::Nsec),
    insecure("pos-alg7", "algorithm 7, not checked by default (D-33)", "unsupported-algorithm", algorithm(kRsaSha1Nsec3), Flavours::Nsec3),
    secure("pos-deep", "five zone cuts", deep),
    secure("pos-mixedcase", "MX target in upper case (D-10)", mixed_case),
    secure("pos-dup-mx-case", "two MX that differ in case only (D-12)", twice_in_other_case, kBoth, kLying),
    secure("pos-unknown-type", "a type beyond the first window beside MX (D-9)", [](Making& m) { m.zone().add("@ TYPE65280 \\# 4 deadbeef"); }),
    secure("pos-big-dnskey", "key set that needs TCP", many_keys),
    secure("pos-ttl-mixed", "MX of two TTLs (D-14)", mixed_ttls, kBoth, kLying),
    secure("pos-ns-unsigned-authority", "unsigned NS in the authority section (D-75)", [](Making& m) { m.zone(); m.tamper(m.domain(), kMx, unsigned_ns_in_authority); }, kBoth, kLying),
    secure("pos-rrsig-first", "signature before the records (D-16)", [](Making& m) { m.zone(); m.tamper(m.domain(), kMx, signatures_first); }, kBoth, kLying),
  };
}

std::vector<DomainKind> dates_and_signatures() {
  return {
    bogus("sig-expired", "MX signature expired (D-28)", "signature-expired", [](Making& m) { break_mx(m, expired()); }),
    bogus("sig-future", "MX signature not yet valid (D-28)", "signature-not-yet-valid", [](Making& m) { break_mx(m, not_yet_valid()); }),
    bogus("sig-reversed", "signature ends before it begins (D-27)", "signature-dates-reversed", [](Making& m) { break_mx(m, dates_reversed()); }),
    secure("sig-expired-one-of-two", "an expired signature beside a good one", [](Making& m) { break_mx(m, beside_good(expired(), Place::Before)); }),
    bogus("sig-bitflip", "one bit of the signature flipped (D-30)", "signature-wrong", [](Making& m) { break_mx(m, bit_flipped()); }),
    bogus("sig-none", "no signature over anything but the keys (D-48)", "rrsigs-missing", [](Making& m) {
      for (const std::uint16_t type : {kMx, kSoa, kNs}) m.zone().on_set(m.domain(), type, no_signatures());
      m.zone().on_set(m.name("mx"), kA, no_signatures()); }),
    bogus("sig-mx-only-missing", "MX alone unsigned (K3)", "rrsigs-missing", [](Making& m) { break_mx(m, no_signatures()); }),
    bogus("sig-labels-high", "label count above the owner's (D-24)", "labels-invalid", [](Making& m) { break_mx(m, label_count(1)); }),
    bogus("sig-labels-below-signer", "label count below the signer's (D-24)", "labels-invalid", [](Making& m) { break_mx(m, label_count(-1)); }),
    bogus("sig-signer-parent", "signed in the parent's name by another key (D-23)", std::string(kUnfixed), [](Making& m) { break_mx(m, signed_by(m.key(kP256, 11), kZoneKey, m.top().apex())); }),
    bogus("sig-signer-sibling", "signed in a neighbour's name (D-23)", "signer-not-zone", [](Making& m) {
      Zone& sibling = m.neighbour("sibling", m.denial()); break_mx(m, signed_by(*sibling.keys().back().key, sibling.keys().back().flags, sibling.apex())); }),
    bogus("sig-wrong-tag", "signature names a tag that no key has (D-29)", "no-matching-key", [](Making& m) { break_mx(m, tag_changed()); }),
    bogus("sig-type-covered", "signature covers another type (D-22)", "rrsigs-missing", [](Making& m) { break_mx(m, with_fields([](SignatureFields& f, const Zone&) { f.type_covered = kTxt; })); }, kBoth, kLying),
    bogus("sig-origttl", "original TTL changed after signing (D-11)", "signature-wrong", [](Making& m) { break_mx(m, overwritten(4, u32(3599))); }),
    bogus("sig-truncated", "signature cut short (D-21)", "signature-malformed", [](Making& m) { break_mx(m, signatures_cut()); }, kBoth, kLying),
    secure("sig-unknown-alg-plus-good", "a signature of algorithm 200 beside a good one (D-26)", [](Making& m) { break_mx(m, beside_good(overwritten(2, "\xC8"), Place::Before)); }),
    secure("sig-stranger-plus-good", "a signature by an unknown key beside a good one (D-38)", [](Making& m) { break_mx(m, beside_good(tag_changed(), Place::Before)); }),
    secure("sig-junk-plus-good", "a wrong signature by the right key beside a good one (D-32)", [](Making& m) { break_mx(m, beside_good(bit_flipped(), Place::Before)); }),
  };
}

std::vector<DomainKind> keys() {
  return {
    bogus("key-no-zone-flag", "data key without the zone flag (D-29)", "key-not-zone-key", [](Making& m) { const Key& key = m.key(kP256, 3); odd_data_key(m, key, key.dnskey(0)); }),
    bogus("key-protocol", "data key of protocol 2 (D-29)", "no-matching-key", [](Making& m) { const Key& key = m.key(kP256, 3); odd_data_key(m, key, with_protocol(key.dnskey(kZoneKey), 2)); }),
    bogus("key-revoked", "data key revoked (D-37)", "key-revoked", [](Making& m) { const Key& key = m.key(kP256, 3); odd_data_key(m, key, key.dnskey(kZoneKey | kRevoked)); }),
    secure("key-tag-collision-2", "two keys of one tag (D-31)", [](Making& m) {
      const auto pair = m.world().keys().colliding_pair(); odd_data_key(m, *pair.second, pair.second->dnskey(kZoneKey)); m.zone().add_key(*pair.first, kZoneKey, Signs::Nothing); }),
    secure("key-ksk-as-zsk", "the linked key signs the data, too", [](Making& m) {
      Zone& zone = m.zone_without_keys(); zone.add_key(m.key(kP256, 1), kSep, Signs::Both); zone.add_key(m.key(kP256, 2), kZoneKey, Signs::Nothing); }),
    secure("key-csk", "one key for all", [](Making& m) { only_key(m, m.key(kP256, 4), kSep); }),
    secure("key-no-sep", "one key without SEP (D-37)", [](Making& m) { only_key(m, m.key(kP256, 4), kZoneKey); }),
    insecure("key-rsa512", "RSA key of 512 bits (D-35)", "unsupported-key-size", [](Making& m) { only_key(m, m.key(kRsaSha256, 0, 512), kSep); }),
    secure("key-rsa1024", "RSA key of 1024 bits (D-35)", [](Making& m) { only_key(m, m.key(kRsaSha256, 0, 1024), kSep); }),
    secure("key-rsa4096", "RSA key of 4096 bits (D-35)", [](Making& m) { only_key(m, m.key(kRsaSha256, 0, 4096), kSep); }),
    insecure("key-rsa8192", "RSA key of 8192 bits (D-35)", "unsupported-key-size", [](Making& m) {
      const std::string modulus = std::string(1, '\xb7') + std::string(1022, '\x5d') + '\x0b';  // nobody will use it
      only_key(m, m.key(kRsaSha256, 0, 1024), kSep, u16(kSep) + "\3\x8\3" + std::string("\1\0\1", 3) + modulus); }),
    secure("key-exp3", "RSA exponent 3 (D-35)", [](Making& m) { only_key(m, m.world().keys().rsa_with_exponent_3(), kSep); }),
    secure("key-exp-long", "RSA exponent F4 in four octets (D-35)", [](Making& m) {
      const Key& key = m.key(kRsaSha256, 1); only_key(m, key, kSep, with_exponent(key, kSep, std::string("\0\1\0\1", 4))); }),
    bogus("key-exp-huge", "data key with a huge RSA exponent (D-35)", "dnskey-malformed", [](Making& m) {
      const Key& key = m.key(kRsaSha256, 1); odd_data_key(m, key, with_exponent(key, kZoneKey, "\1\2\3\4\5\6\7\x8\x9")); }),
    bogus("key-offcurve", "data key is no point of the curve (D-35)", "dnskey-malformed", [](Making& m) { const Key& key = m.key(kP256, 5); odd_data_key(m, key, off_curve(key)); }),
    bogus("key-unsigned-set", "key set without signature (D-40)", "dnskey-not-signed-by-ds-key", [](Making& m) { m.zone().on_set(m.domain(), kDnskey, no_signatures()); }),
    bogus("key-zsk-signs-set-only", "key set signed by another key than the linked one (D-40)", "dnskey-not-signed-by-ds-key", [](Making& m) {
      Zone& zone = m.zone_without_keys(); zone.add_key(m.key(kP256, 1), kSep, Signs::Nothing); zone.add_key(m.key(kP256, 2), kZoneKey, Signs::Both); zone.ds() = {good_ds(zone)}; }),
  };
}

std::vector<DomainKind> links() {
  return {
    bogus("ds-wrong-digest", "DS digest wrong (D-41)", "ds-digest-wrong", with_ds([](Zone& z) { return Ds{wrong_digest(good_ds(z))}; })),
    bogus("ds-wrong-tag", "DS names a tag that no key has (D-41)", "ds-no-matching-key", with_ds([](Zone& z) { return Ds{wrong_tag(good_ds(z))}; })),
    secure("ds-stale-plus-good", "a stale DS beside a good one", with_ds([](Zone& z) { return Ds{ds_of(13, 2, 32), good_ds(z)}; })),
    secure("ds-sha1-only", "DS of SHA-1 alone (D-39)", with_ds([](Zone& z) { return Ds{good_ds(z, 1)}; })),
    bogus("ds-sha1-good-sha256-bad", "SHA-1 digest right, SHA-256 digest wrong (D-39)", "ds-digest-wrong", with_ds([](Zone& z) { return Ds{good_ds(z, 1), wrong_digest(good_ds(z))}; })),
    secure("ds-sha384", "DS of SHA-384", with_ds([](Zone& z) { return Ds{good_ds(z, 4)}; })),
    insecure("ds-gost-only", "DS of GOST alone (D-41)", "unsupported-digest", with_ds([](Zone&) { return Ds{ds_of(13, 3, 32)}; })),
    insecure("ds-digest-200-only", "DS of digest type 200 alone (D-41)", "unsupported-digest", with_ds([](Zone&) { return Ds{ds_of(13, 200, 24)}; })),
    insecure("ds-alg-253-only", "DS of a private algorithm alone (D-41)", "unsupported-algorithm", with_ds([](Zone&) { return Ds{ds_of(253, 2, 32)}; })),
    bogus("ds-unsupported-plus-broken", "DS of a private algorithm beside a wrong digest (D-41)", "ds-digest-wrong", with_ds([](Zone& z) { return Ds{ds_of(253, 2, 32), wrong_digest(good_ds(z))}; })),
    secure("ds-alg-without-sigs-plus-good", "DS of algorithm 8 without signatures beside a good one (D-38)", [](Making& m) {
      Zone& zone = m.zone(); const Key& other = m.key(kRsaSha256, 2); zone.ds() = {good_ds(zone), ds_rdata(zone.apex(), other.dnskey(kSep), 2)}; zone.add_key(other, kSep, Signs::Nothing); }),
    bogus("ds-to-revoked", "DS of a revoked key (D-37)", "ds-no-matching-key", [](Making& m) { only_key(m, m.key(kP256, 6), kSep | kRevoked); }),
    bogus("ds-no-dnskey", "DS, but no keys (K5)", "dnskey-missing", [](Making& m) { m.zone().hide_keys(); }),
    secure("ds-32", "32 DS, one of them right (D-102)", with_ds([](Zone& z) {
      Ds all = {good_ds(z)}; for (std::uint16_t i = 0; i < 31; ++i) all.push_back(ds_of(13, 2, 32, static_cast<std::uint16_t>(1000 + i))); return all; })),
    bogus("ds-bad-sig", "the parent's signature over DS wrong", "signature-wrong", [](Making& m) { m.zone(); m.top().on_set(m.domain(), kDs, bit_flipped()); }),
    // Not below an opt-out span: one that was proven for another name proves this one insecure as well (D-108).
    bogus("ds-denial-bad-sig", "the parent's denial of DS badly signed (D-55)", "signature-wrong", [](Making& m) {
      m.unsigned_zone(); m.host(m.provider(), "mx-good"); m.tamper(m.domain(), kDs, [](Answer& answer) {
        for (auto& item : answer.authority) { if (item.set->type != kNsec && item.set->type != kNsec3) continue;
          RrSet broken = *item.set; for (auto& signature : broken.signatures) signature.back() = static_cast<char>(signature.back() ^ 1); item.set = answer.keep(std::move(broken)); } }); }, Flavours::Nsec, kLying),
  };
}
// clang-format on

}  // namespace

std::vector<DomainKind> signature_kinds() {
  std::vector<DomainKind> all;
  for (const auto& part : {plain(), dates_and_signatures(), keys(), links()})
    all.insert(all.end(), part.begin(), part.end());
  return all;
}

}  // namespace danesweep::lab
