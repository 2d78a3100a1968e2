// SPDX-License-Identifier: Apache-2.0
// Makes the certificates and TLSA records of an arrangement with OpenSSL. Keys and issuers are made once per
// arrangement, leaves once per base domain, so that a record of the whole leaf fits the leaf that will be shown.
//
// Grammar of `Arrangement::tlsa`, records parted by ";": USAGE SELECTOR MATCHING-TYPE DATA, where DATA is a role (its
// certificate), X (a key never shown), #n (the n-th wrong digest) or =HEX; behind a role /n cuts or fills the data to n
// octets, + adds one octet.
#pragma once

#include <openssl/evp.h>
#include <openssl/x509.h>

#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "tests/lab/host_kinds.h"

namespace danesweep::lab {

struct FreeX509 {
  void operator()(X509* certificate) const { X509_free(certificate); }
};
struct FreeKey {
  void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
};
using Certificate = std::unique_ptr<X509, FreeX509>;
using PrivateKey = std::unique_ptr<EVP_PKEY, FreeKey>;

PrivateKey make_key(std::string_view type);  ///< names as in CertificateSpec::key
std::string der(X509* certificate);
std::string subject_public_key(EVP_PKEY* key);

/// What a server needs for one handshake. Borrowed from the maker.
struct Chain {
  X509* leaf;
  EVP_PKEY* key;
  std::vector<X509*> others;
};

class ChainMaker {
 public:
  /// Safe to use from several threads; what it returns lives as long as the maker.
  Chain chain(const Arrangement& arrangement, const std::string& base);
  /// TLSA RDATA, a string each.
  std::vector<std::string> tlsa(const Arrangement& arrangement, const std::string& base);
  /// A leaf of an RSA key that no record knows (S-77), and one of another P-256 key (S-76).
  Chain stranger(std::string_view key_type);

 private:
  struct Made {
    std::map<char, PrivateKey> keys;
    std::map<char, Certificate> certificates;   // all but L
    std::map<std::string, Certificate> leaves;  // by base domain
    std::map<char, std::string> public_keys;    // as in a SubjectPublicKeyInfo
    std::vector<std::string> tlsa;              // if it is the same for every base domain
  };

  Made& made(const Arrangement& arrangement);
  EVP_PKEY* key_of(Made& made, char role, std::string_view type);
  X509* certificate(const Arrangement& arrangement, Made& made, char role, const std::string& base);
  Certificate make(const Arrangement& arrangement, Made& made, const CertificateSpec& spec, const std::string& base);
  const std::string& public_key_of(const Arrangement& arrangement, Made& made, char role);
  std::vector<std::string> make_tlsa(const Arrangement& arrangement, const std::string& base);
  std::string association(const Arrangement& arrangement, Made& made, const std::string& data, int selector,
                          int matching_type, const std::string& base);

  std::recursive_mutex mutex_;
  std::map<std::string_view, Made> made_;
  std::map<std::string, std::pair<PrivateKey, Certificate>, std::less<>> strangers_;
};

}  // namespace danesweep::lab
