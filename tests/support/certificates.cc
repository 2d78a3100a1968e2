// SPDX-License-Identifier: Apache-2.0
#include "tests/support/certificates.h"

#include <algorithm>
#include <map>
#include <mutex>
#include <stdexcept>
#include <utility>

#include <openssl/asn1.h>
#include <openssl/objects.h>
#include <openssl/pem.h>
#include <openssl/sha.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include "tests/support/rsa_keys.h"

namespace danesweep::test {
namespace {

void require(bool holds, const char* what) {
  if (!holds) throw std::runtime_error(std::string("certificate could not be made: ") + what);
}

EVP_PKEY* read_key(const char* pem) {
  BIO* memory = BIO_new_mem_buf(pem, -1);
  EVP_PKEY* key = PEM_read_bio_PrivateKey(memory, nullptr, nullptr, nullptr);
  BIO_free(memory);
  return key;
}

Key make_key(KeyKind kind, int number) {
  OPENSSL_init_ssl(OPENSSL_INIT_NO_LOAD_CONFIG, nullptr);
  const auto kept = [&](const auto& pems) {
    return read_key(pems[static_cast<std::size_t>(number) % std::size(pems)]);
  };
  EVP_PKEY* key = nullptr;
  switch (kind) {
    case KeyKind::P256:
      key = EVP_PKEY_Q_keygen(nullptr, nullptr, "EC", "P-256");
      break;
    case KeyKind::P384:
      key = EVP_PKEY_Q_keygen(nullptr, nullptr, "EC", "P-384");
      break;
    case KeyKind::Ed25519:
      key = EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519");
      break;
    case KeyKind::Rsa2048:
      key = kept(kRsa2048Keys);
      break;
    case KeyKind::Rsa1024:
      key = kept(kRsa1024Keys);
      break;
    case KeyKind::Rsa512:
      key = kept(kRsa512Keys);
      break;
    case KeyKind::RsaPss:
      key = kept(kRsaPssKeys);
      break;
  }
  require(key != nullptr, "key");
  return {key, EVP_PKEY_free};
}

void add_extension(X509* certificate, X509* issuer, int nid, const std::string& value) {
  if (value.empty()) return;
  X509V3_CTX context;
  X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
  X509_EXTENSION* extension = X509V3_EXT_conf_nid(nullptr, &context, nid, value.c_str());
  require(extension != nullptr && X509_add_ext(certificate, extension, -1) == 1, value.c_str());
  X509_EXTENSION_free(extension);
}

void add_raw_extension(X509* certificate, const char* oid, int critical, std::size_t size) {
  ASN1_OBJECT* object = OBJ_txt2obj(oid, 1);
  ASN1_OCTET_STRING* data = ASN1_OCTET_STRING_new();
  const Octets content(size, 0x2A);
  ASN1_OCTET_STRING_set(data, content.data(), static_cast<int>(content.size()));
  X509_EXTENSION* extension = X509_EXTENSION_create_by_OBJ(nullptr, object, critical, data);
  require(extension != nullptr && X509_add_ext(certificate, extension, -1) == 1, oid);
  X509_EXTENSION_free(extension);
  ASN1_OCTET_STRING_free(data);
  ASN1_OBJECT_free(object);
}

void set_subject(X509* certificate, const std::string& common_name) {
  if (common_name.empty()) return;
  require(X509_NAME_add_entry_by_txt(X509_get_subject_name(certificate), "CN", MBSTRING_UTF8,
                                     reinterpret_cast<const unsigned char*>(common_name.data()),
                                     static_cast<int>(common_name.size()), -1, 0) == 1,
          "subject");
}

}  // namespace

Key key_from_pool(KeyKind kind, int number) {
  static std::mutex mutex;
  static std::map<std::pair<KeyKind, int>, Key> pool;
  const std::lock_guard lock(mutex);
  Key& key = pool[{kind, number}];
  if (!key) key = make_key(kind, number);
  return key;
}

Octets Certificate::der() const {
  Octets octets(static_cast<std::size_t>(i2d_X509(x509.get(), nullptr)));
  unsigned char* position = octets.data();
  i2d_X509(x509.get(), &position);
  return octets;
}

Octets Certificate::spki() const {
  Octets octets(static_cast<std::size_t>(i2d_PUBKEY(key.get(), nullptr)));
  unsigned char* position = octets.data();
  i2d_PUBKEY(key.get(), &position);
  return octets;
}

Octets sha256(const Octets& octets) {
  Octets hash(SHA256_DIGEST_LENGTH);
  SHA256(octets.data(), octets.size(), hash.data());
  return hash;
}

Octets sha512(const Octets& octets) {
  Octets hash(SHA512_DIGEST_LENGTH);
  SHA512(octets.data(), octets.size(), hash.data());
  return hash;
}

Octets tlsa_rdata(int usage, int selector, int matching_type, const Octets& data) {
  Octets rdata(3 + data.size());
  rdata[0] = static_cast<std::uint8_t>(usage);
  rdata[1] = static_cast<std::uint8_t>(selector);
  rdata[2] = static_cast<std::uint8_t>(matching_type);
  std::copy(data.begin(), data.end(), rdata.begin() + 3);
  return rdata;
}

Octets tlsa_rdata(int usage, int selector, int matching_type, const Certificate& of) {
  const Octets whole = selector == 0 ? of.der() : of.spki();
  const Octets data = matching_type == 0 ? whole : matching_type == 1 ? sha256(whole) : sha512(whole);
  return tlsa_rdata(usage, selector, matching_type, data);
}

Certificate CertificateBuilder::make() const {
  static std::int64_t serial = 1000;
  Certificate made{std::shared_ptr<X509>(X509_new(), X509_free), key_ ? key_ : key_from_pool(KeyKind::P256, 0)};
  X509* certificate = made.x509.get();
  X509* issuer = issuer_ != nullptr ? issuer_->x509.get() : certificate;
  X509_set_version(certificate, X509_VERSION_3);
  ASN1_INTEGER_set_int64(X509_get_serialNumber(certificate), ++serial);
  ASN1_TIME_set(X509_getm_notBefore(certificate), from_);
  ASN1_TIME_set(X509_getm_notAfter(certificate), to_);
  set_subject(certificate, common_name_);
  require(X509_set_issuer_name(certificate, X509_get_subject_name(issuer)) == 1, "issuer");
  require(X509_set_pubkey(certificate, made.key.get()) == 1, "public key");
  add_extension(certificate, issuer, NID_basic_constraints, constraints_);
  add_extension(certificate, issuer, NID_key_usage, key_usage_);
  add_extension(certificate, issuer, NID_ext_key_usage, extended_key_usage_);
  add_extension(certificate, issuer, NID_subject_alt_name, san_);
  if (unknown_critical_) add_raw_extension(certificate, "1.3.6.1.4.1.55555.1", 1, 4);
  if (padding_ > 0) add_raw_extension(certificate, "1.3.6.1.4.1.55555.2", 0, padding_);
  EVP_PKEY* signer = signer_ ? signer_.get() : issuer_ != nullptr ? issuer_->key.get() : made.key.get();
  const bool hashes_itself = EVP_PKEY_is_a(signer, "ED25519") == 1;
  const EVP_MD* digest = hashes_itself ? nullptr : digest_ != nullptr ? digest_ : EVP_sha256();
  require(X509_sign(certificate, signer, digest) > 0, "signature");
  return made;
}

}  // namespace danesweep::test
