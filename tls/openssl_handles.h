// SPDX-License-Identifier: Apache-2.0
// Owners of OpenSSL's objects, for the .cc files of tls/ alone: what one of these holds is freed on every path.
#pragma once

#include <memory>

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/provider.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <openssl/x509_vfy.h>
#include <openssl/x509v3.h>

namespace danesweep::tls {

template <auto Free>
struct Freeing {
  template <class T>
  void operator()(T* object) const {
    Free(object);
  }
};
inline void free_certificates(STACK_OF(X509) * certificates) { sk_X509_pop_free(certificates, X509_free); }
inline void free_buffer(void* buffer) { OPENSSL_free(buffer); }

using SslPtr = std::unique_ptr<SSL, Freeing<SSL_free>>;
using SslCtxPtr = std::unique_ptr<SSL_CTX, Freeing<SSL_CTX_free>>;
using X509Ptr = std::unique_ptr<X509, Freeing<X509_free>>;
using CertificatesPtr = std::unique_ptr<STACK_OF(X509), Freeing<free_certificates>>;
using StoreContextPtr = std::unique_ptr<X509_STORE_CTX, Freeing<X509_STORE_CTX_free>>;
using KeyPtr = std::unique_ptr<EVP_PKEY, Freeing<EVP_PKEY_free>>;
using DigestPtr = std::unique_ptr<EVP_MD, Freeing<EVP_MD_free>>;
using BioPtr = std::unique_ptr<BIO, Freeing<BIO_free_all>>;
using LibraryPtr = std::unique_ptr<OSSL_LIB_CTX, Freeing<OSSL_LIB_CTX_free>>;
using ProviderPtr = std::unique_ptr<OSSL_PROVIDER, Freeing<OSSL_PROVIDER_unload>>;
using GeneralNamesPtr = std::unique_ptr<GENERAL_NAMES, Freeing<GENERAL_NAMES_free>>;
using BufferPtr = std::unique_ptr<unsigned char, Freeing<free_buffer>>;

}  // namespace danesweep::tls
