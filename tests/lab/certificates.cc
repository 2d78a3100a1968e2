// SPDX-License-Identifier: Apache-2.0
#include "tests/lab/certificates.h"

#include <openssl/rsa.h>
#include <openssl/x509v3.h>

#include <algorithm>
#include <sstream>
#include <stdexcept>

#include "tests/lab/record.h"

namespace danesweep::lab {
namespace {

PrivateKey make_pss_key() {
  EVP_PKEY_CTX* context = EVP_PKEY_CTX_new_from_name(nullptr, "RSA-PSS", nullptr);
  EVP_PKEY* key = nullptr;
  EVP_PKEY_keygen_init(context);
  EVP_PKEY_CTX_set_rsa_keygen_bits(context, 2048);
  EVP_PKEY_generate(context, &key);
  EVP_PKEY_CTX_free(context);
  return PrivateKey(key);
}

CertificateSpec ordinary(char role) {
  if (role == 'L') return {};
  return {.role = role,
          .issuer = 'R',
          .alternative_names = "",
          .constraints = "critical,CA:TRUE",
          .key_usage = "critical,keyCertSign"};
}

CertificateSpec spec_of(const Arrangement& arrangement, char role) {
  const auto& specs = arrangement.certificates;
  const auto at =
      std::find_if(specs.begin(), specs.end(), [&](const CertificateSpec& spec) { return spec.role == role; });
  return at == specs.end() ? ordinary(role) : *at;
}

std::string without_first_label(const std::string& name) {
  const auto dot = name.find('.');
  return dot == std::string::npos ? name : name.substr(dot + 1);
}

std::string filled_in(std::string_view text, const std::string& base) {
  std::string result(text);
  const std::pair<std::string_view, std::string> fields[] = {{"{base}", base},
                                                             {"{up1}", without_first_label(base)},
                                                             {"{up2}", without_first_label(without_first_label(base))}};
  for (const auto& [field, value] : fields)
    for (auto at = result.find(field); at != std::string::npos; at = result.find(field))
      result.replace(at, field.size(), value);
  return result;
}

void set_name(X509_NAME* name, const std::string& common_name) {
  if (common_name.empty()) return;
  // A CN holds 64 octets at most.
  const std::string shown = common_name.substr(0, 64);
  X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_UTF8, reinterpret_cast<const unsigned char*>(shown.data()),
                             static_cast<int>(shown.size()), -1, 0);
}

void add_extension(X509* certificate, int nid, const std::string& value) {
  if (value.empty()) return;
  X509V3_CTX context;
  X509V3_set_ctx(&context, nullptr, certificate, nullptr, nullptr, 0);
  X509_EXTENSION* extension = X509V3_EXT_conf_nid(nullptr, &context, nid, value.c_str());
  if (extension == nullptr) throw std::logic_error("no such extension: " + value);
  X509_add_ext(certificate, extension, -1);
  X509_EXTENSION_free(extension);
}

void add_unknown_critical(X509* certificate, std::string_view oid) {
  if (oid.empty()) return;
  ASN1_OBJECT* object = OBJ_txt2obj(std::string(oid).c_str(), 1);
  ASN1_OCTET_STRING* value = ASN1_OCTET_STRING_new();
  ASN1_OCTET_STRING_set(value, reinterpret_cast<const unsigned char*>("\x05\x00"), 2);
  X509_EXTENSION* extension = X509_EXTENSION_create_by_OBJ(nullptr, object, 1, value);
  X509_add_ext(certificate, extension, -1);
  X509_EXTENSION_free(extension);
  ASN1_OCTET_STRING_free(value);
  ASN1_OBJECT_free(object);
}

const EVP_MD* digest_for(const EVP_PKEY* key, std::string_view digest) {
  if (EVP_PKEY_is_a(key, "ED25519")) return nullptr;
  return EVP_get_digestbyname(std::string(digest).c_str());
}

std::string digested(const std::string& data, int matching_type) {
  if (matching_type == 0) return data;
  const EVP_MD* digest = matching_type == 2 ? EVP_sha512() : EVP_sha256();
  std::string result(static_cast<std::size_t>(EVP_MD_get_size(digest)), '\0');
  EVP_Digest(data.data(), data.size(), reinterpret_cast<unsigned char*>(result.data()), nullptr, digest, nullptr);
  return result;
}

}  // namespace

PrivateKey make_key(std::string_view type) {
  if (type == "RSA-PSS") return make_pss_key();
  EVP_PKEY* key = nullptr;
  if (type.starts_with("RSA-")) {
    const std::size_t bits = std::stoul(std::string(type.substr(4)));
    key = EVP_PKEY_Q_keygen(nullptr, nullptr, "RSA", bits);
  } else if (type == "Ed25519") {
    key = EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519");
  } else {
    key = EVP_PKEY_Q_keygen(nullptr, nullptr, "EC", std::string(type).c_str());
  }
  if (key == nullptr) throw std::runtime_error("cannot make a key of type " + std::string(type));
  return PrivateKey(key);
}

std::string der(X509* certificate) {
  unsigned char* data = nullptr;
  const int size = i2d_X509(certificate, &data);
  std::string result(reinterpret_cast<char*>(data), static_cast<std::size_t>(size));
  OPENSSL_free(data);
  return result;
}

std::string subject_public_key(EVP_PKEY* key) {
  unsigned char* data = nullptr;
  const int size = i2d_PUBKEY(key, &data);
  std::string result(reinterpret_cast<char*>(data), static_cast<std::size_t>(size));
  OPENSSL_free(data);
  return result;
}

ChainMaker::Made& ChainMaker::made(const Arrangement& arrangement) { return made_[arrangement.id]; }

EVP_PKEY* ChainMaker::key_of(Made& made, char role, std::string_view type) {
  auto& key = made.keys[role];
  if (!key) key = make_key(type);
  return key.get();
}

Certificate ChainMaker::make(const Arrangement& arrangement, Made& made, const CertificateSpec& spec,
                             const std::string& base) {
  EVP_PKEY* key = key_of(made, spec.role, spec.key);
  Certificate certificate(X509_new());
  X509* x = certificate.get();
  X509_set_version(x, X509_VERSION_3);
  static long serial = 1000;
  ASN1_INTEGER_set(X509_get_serialNumber(x), ++serial);
  X509_gmtime_adj(X509_getm_notBefore(x), spec.from_days * 86400L);
  X509_gmtime_adj(X509_getm_notAfter(x), spec.to_days * 86400L);
  const bool is_leaf = spec.role == 'L';
  const std::string own = std::string("lab ") + spec.role + " " + std::string(arrangement.id);
  set_name(X509_get_subject_name(x), is_leaf && spec.issuer != 'L' ? filled_in(spec.common_name, base) : own);
  const bool is_self_signed = spec.issuer == spec.role;
  EVP_PKEY* signer = key;
  if (is_self_signed) {
    X509_set_issuer_name(x, X509_get_subject_name(x));
  } else {
    X509* issuer = this->certificate(arrangement, made, spec.issuer, base);
    X509_set_issuer_name(x, X509_get_subject_name(issuer));
    signer = spec.is_signed_by_stranger ? key_of(made, 'X', "P-256") : made.keys[spec.issuer].get();
  }
  X509_set_pubkey(x, key);
  add_extension(x, NID_basic_constraints, std::string(spec.constraints));
  add_extension(x, NID_key_usage, std::string(spec.key_usage));
  add_extension(x, NID_ext_key_usage, std::string(spec.extended_usage));
  add_extension(x, NID_subject_alt_name, filled_in(spec.alternative_names, base));
  add_unknown_critical(x, spec.unknown_critical);
  if (X509_sign(x, signer, digest_for(signer, spec.digest)) == 0) throw std::runtime_error("cannot sign a certificate");
  return certificate;
}

X509* ChainMaker::certificate(const Arrangement& arrangement, Made& made, char role, const std::string& base) {
  auto& kept = role == 'L' ? made.leaves[base] : made.certificates[role];
  if (!kept) kept = make(arrangement, made, spec_of(arrangement, role), base);
  return kept.get();
}

Chain ChainMaker::chain(const Arrangement& arrangement, const std::string& base) {
  const std::lock_guard lock(mutex_);
  Made& made = this->made(arrangement);
  Chain chain{};
  for (const char role : arrangement.sent) {
    if (role == ' ') continue;
    X509* certificate = this->certificate(arrangement, made, role, base);
    if (role == 'L')
      chain.leaf = certificate;
    else
      chain.others.push_back(certificate);
  }
  chain.key = made.keys['L'].get();
  return chain;
}

Chain ChainMaker::stranger(std::string_view key_type) {
  const std::lock_guard lock(mutex_);
  auto& [key, certificate] = strangers_[std::string(key_type)];
  if (!key) {
    const Arrangement alone{"stranger", "", "L", "", "", Checked::Failed};
    Made made;
    certificate = make(alone, made, {.issuer = 'L', .key = key_type, .alternative_names = "DNS:stale.example.net"}, "");
    key = std::move(made.keys['L']);
  }
  return {certificate.get(), key.get(), {}};
}

std::string ChainMaker::association(const Arrangement& arrangement, Made& made, const std::string& data, int selector,
                                    int matching_type, const std::string& base) {
  if (data[0] == '=') return from_hex(std::string_view(data).substr(1));
  if (data[0] == '#') return digested("wrong " + data, matching_type);
  std::string whole;
  if (data[0] == 'X') {
    whole = "a key that is never shown";
  } else {
    // Making a certificate is slow, and its key alone does not depend on the name.
    whole =
        selector == 0 ? der(certificate(arrangement, made, data[0], base)) : public_key_of(arrangement, made, data[0]);
  }
  std::string result = digested(whole, matching_type);
  if (data.size() > 1 && data[1] == '+') result += '\0';
  if (data.size() > 1 && data[1] == '/') result.resize(std::stoul(data.substr(2)), '\x33');
  return result;
}

const std::string& ChainMaker::public_key_of(const Arrangement& arrangement, Made& made, char role) {
  std::string& kept = made.public_keys[role];
  if (kept.empty()) kept = subject_public_key(key_of(made, role, spec_of(arrangement, role).key));
  return kept;
}

std::vector<std::string> ChainMaker::tlsa(const Arrangement& arrangement, const std::string& base) {
  const std::lock_guard lock(mutex_);
  const bool is_of_base = arrangement.tlsa.find(" 0 0 L") != std::string_view::npos ||
                          arrangement.tlsa.find(" 0 1 L") != std::string_view::npos ||
                          arrangement.tlsa.find(" 0 2 L") != std::string_view::npos;
  if (is_of_base) return make_tlsa(arrangement, base);
  auto& kept = made(arrangement).tlsa;
  if (kept.empty()) kept = make_tlsa(arrangement, base);
  return kept;
}

std::vector<std::string> ChainMaker::make_tlsa(const Arrangement& arrangement, const std::string& base) {
  std::vector<std::string> records;
  std::istringstream all{std::string(arrangement.tlsa)};
  for (std::string one; std::getline(all, one, ';');) {
    std::istringstream fields(one);
    int usage = 0, selector = 0, matching_type = 0;
    std::string data;
    fields >> usage >> selector >> matching_type >> data;
    records.push_back(
        std::string{static_cast<char>(usage), static_cast<char>(selector), static_cast<char>(matching_type)} +
        association(arrangement, made(arrangement), data, selector, matching_type, base));
  }
  return records;
}

}  // namespace danesweep::lab
