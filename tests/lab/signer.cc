// SPDX-License-Identifier: Apache-2.0
#include "tests/lab/signer.h"

#include <openssl/bn.h>
#include <openssl/evp.h>
#include <openssl/rsa.h>

#include <algorithm>
#include <stdexcept>

#include "tests/lab/ldns_library.h"

namespace danesweep::lab {
namespace {

struct FreeBuffer {
  void operator()(ldns_buffer* buffer) const { ldns_buffer_free(buffer); }
};
using Buffer = std::unique_ptr<ldns_buffer, FreeBuffer>;

Buffer buffer_of(const std::string& octets) {
  Buffer buffer(ldns_buffer_new(octets.size() + 512));
  ldns_buffer_write(buffer.get(), octets.data(), octets.size());
  return buffer;
}

std::string rdf_octets(const ldns_rdf* rdf) {
  return {reinterpret_cast<const char*>(ldns_rdf_data(rdf)), ldns_rdf_size(rdf)};
}

EVP_PKEY* make_rsa(unsigned bits, unsigned exponent) {
  const std::unique_ptr<EVP_PKEY_CTX, void (*)(EVP_PKEY_CTX*)> context(
      EVP_PKEY_CTX_new_from_name(nullptr, "RSA", nullptr), EVP_PKEY_CTX_free);
  BIGNUM* e = BN_new();
  BN_set_word(e, exponent);
  EVP_PKEY* key = nullptr;
  EVP_PKEY_keygen_init(context.get());
  EVP_PKEY_CTX_set_rsa_keygen_bits(context.get(), static_cast<int>(bits));
  EVP_PKEY_CTX_set1_rsa_keygen_pubexp(context.get(), e);
  EVP_PKEY_generate(context.get(), &key);
  BN_free(e);
  return key;
}

EVP_PKEY* make_pair(std::uint8_t algorithm, unsigned bits, unsigned exponent) {
  switch (algorithm) {
    case kP256:
      return EVP_PKEY_Q_keygen(nullptr, nullptr, "EC", "P-256");
    case kP384:
      return EVP_PKEY_Q_keygen(nullptr, nullptr, "EC", "P-384");
    case kEd25519:
      return EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519");
    case kEd448:
      return EVP_PKEY_Q_keygen(nullptr, nullptr, "ED448");
    default:
      return make_rsa(bits, exponent);
  }
}

/// RDATA with names in lower case, as ldns has it; what ldns cannot read stays as it is.
std::string canonical_rdata(const RrSet& set, const std::string& rdata) {
  const std::string wire =
      set.owner.wire() + u16(set.type) + u16(1) + u32(0) + u16(static_cast<std::uint16_t>(rdata.size())) + rdata;
  ldns_rr* rr = nullptr;
  std::size_t at = 0;
  if (ldns_wire2rr(&rr, reinterpret_cast<const std::uint8_t*>(wire.data()), wire.size(), &at, LDNS_SECTION_ANSWER) !=
      LDNS_STATUS_OK)
    return rdata;
  ldns_rr2canonical(rr);
  std::string canonical;
  for (std::size_t i = 0; i < ldns_rr_rd_count(rr); ++i) canonical += rdf_octets(ldns_rr_rdf(rr, i));
  ldns_rr_free(rr);
  return canonical;
}

bool holds_names(std::uint16_t type) {
  return type == kNs || type == kCname || type == kSoa || type == kPtr || type == kMx || type == kDname;
}

std::vector<std::string> canonical_order(const RrSet& set) {
  std::vector<std::string> rdatas;
  for (const auto& rdata : set.rdatas) rdatas.push_back(holds_names(set.type) ? canonical_rdata(set, rdata) : rdata);
  std::sort(rdatas.begin(), rdatas.end());  // by unsigned octets, as std::string does
  rdatas.erase(std::unique(rdatas.begin(), rdatas.end()), rdatas.end());
  return rdatas;
}

/// The owner that is signed: `*.` and the rightmost labels if the label count is less than the owner's (RFC
/// 4035 5.3.2).
Name signed_owner(const Name& owner, std::uint8_t labels) {
  if (labels >= signed_labels(owner)) return owner;
  return owner.last_labels(labels).below("*");
}

}  // namespace

Key::Key(std::uint8_t algorithm, unsigned bits, unsigned exponent) : algorithm_(algorithm), key_(ldns_key_new()) {
  EVP_PKEY* pair = make_pair(algorithm, bits, exponent);
  if (pair == nullptr) throw std::runtime_error("cannot make a key");
  ldns_key_set_evp_key(key_, pair);
  read_public_key();
}

Key::Key(std::uint8_t algorithm, const Key& same_pair) : algorithm_(algorithm), key_(ldns_key_new()) {
  EVP_PKEY* pair = ldns_key_evp_key(same_pair.key_);
  EVP_PKEY_up_ref(pair);
  ldns_key_set_evp_key(key_, pair);
  read_public_key();
}

void Key::read_public_key() {
  ldns_key_set_algorithm(key_, static_cast<ldns_signing_algorithm>(algorithm_));
  ldns_key_set_flags(key_, kZoneKey);
  ldns_key_set_pubkey_owner(key_, ldns_dname_new_frm_str("."));
  ldns_rr* dnskey = ldns_key2rr(key_);
  if (dnskey == nullptr) throw std::runtime_error("ldns cannot write the key");
  public_key_ = rdf_octets(ldns_rr_rdf(dnskey, 3));
  ldns_rr_free(dnskey);
}

Key::~Key() { ldns_key_deep_free(key_); }

std::string Key::dnskey(std::uint16_t flags) const {
  return u16(flags) + '\3' + static_cast<char>(algorithm_) + public_key_;
}

std::string Key::sign(const std::string& octets) const {
  const Buffer buffer = buffer_of(octets);
  ldns_rdf* signature = ldns_sign_public_buffer(buffer.get(), key_);
  if (signature == nullptr) throw std::runtime_error("ldns cannot sign");
  std::string result = rdf_octets(signature);
  ldns_rdf_deep_free(signature);
  return result;
}

std::uint16_t key_tag(const std::string& dnskey_rdata) {
  return ldns_calc_keytag_raw(reinterpret_cast<const std::uint8_t*>(dnskey_rdata.data()), dnskey_rdata.size());
}

std::string ds_rdata(const Name& owner, const std::string& dnskey_rdata, std::uint8_t digest_type) {
  const EVP_MD* digest = digest_type == 1 ? EVP_sha1() : digest_type == 4 ? EVP_sha384() : EVP_sha256();
  const std::string octets = owner.wire() + dnskey_rdata;
  std::string result(static_cast<std::size_t>(EVP_MD_get_size(digest)), '\0');
  EVP_Digest(octets.data(), octets.size(), reinterpret_cast<unsigned char*>(result.data()), nullptr, digest, nullptr);
  return u16(key_tag(dnskey_rdata)) + dnskey_rdata[3] + static_cast<char>(digest_type) + result;
}

std::uint8_t signed_labels(const Name& owner) {
  return static_cast<std::uint8_t>(owner.labels() - (owner.wire().rfind("\1*", 0) == 0 ? 1 : 0));
}

std::string sign(const RrSet& set, const Key& key, const SignatureFields& fields) {
  const std::uint8_t labels = fields.labels.value_or(signed_labels(set.owner));
  const std::uint32_t ttl = fields.original_ttl.value_or(set.ttl);
  const std::string head = u16(fields.type_covered.value_or(set.type)) + static_cast<char>(key.algorithm()) +
                           static_cast<char>(labels) + u32(ttl) + u32(fields.expiration) + u32(fields.inception) +
                           u16(fields.tag) + fields.signer.wire();
  const std::string front = signed_owner(set.owner, labels).wire() + u16(set.type) + u16(1) + u32(ttl);
  std::string octets = head;
  for (const auto& rdata : canonical_order(set)) {
    octets += front;
    octets += u16(static_cast<std::uint16_t>(rdata.size()));
    octets += rdata;
  }
  return head + key.sign(octets);
}

const Key& KeyPool::key(std::uint8_t algorithm, std::size_t turn, unsigned bits) {
  const bool is_rsa = algorithm <= kRsaSha512;
  const std::lock_guard lock(mutex_);
  return key_locked(algorithm, turn % (is_rsa ? 4 : 16), is_rsa ? bits : 0);
}

const Key& KeyPool::key_locked(std::uint8_t algorithm, std::size_t number, unsigned bits) {
  auto& key = keys_[{algorithm * 100000U + bits, number}];
  if (key) return *key;
  if (bits != 0 && algorithm != kRsaSha256)
    key = std::make_unique<Key>(algorithm, key_locked(kRsaSha256, number, bits));
  else
    key = std::make_unique<Key>(algorithm, bits);
  return *key;
}

const Key& KeyPool::rsa_with_exponent_3() {
  const std::lock_guard lock(mutex_);
  if (!exponent_3_) exponent_3_ = std::make_unique<Key>(kRsaSha256, 2048, 3);
  return *exponent_3_;
}

std::pair<const Key*, const Key*> KeyPool::colliding_pair() {
  const std::lock_guard lock(mutex_);
  // By the birthday paradox some hundred keys hold two with one tag.
  std::map<std::uint16_t, std::unique_ptr<Key>> by_tag;
  while (colliding_.empty()) {
    auto key = std::make_unique<Key>(kP256, 0);
    auto& other = by_tag[key_tag(key->dnskey(kZoneKey))];
    if (other) {
      colliding_.push_back(std::move(other));
      colliding_.push_back(std::move(key));
    } else {
      other = std::move(key);
    }
  }
  return {colliding_[0].get(), colliding_[1].get()};
}

}  // namespace danesweep::lab
