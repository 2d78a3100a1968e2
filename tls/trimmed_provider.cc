// SPDX-License-Identifier: Apache-2.0
#include "tls/trimmed_provider.h"

#include <algorithm>
#include <cstring>
#include <string_view>
#include <vector>

#include <openssl/core_dispatch.h>

namespace danesweep::tls {
namespace {

/// Key types that a certificate of the offered cipher suites can hold. Each further one that shares the EC identifier
/// (SM2 does, and no suite has it) costs 15 microseconds a certificate.
constexpr std::string_view kKeyTypes[] = {"RSA", "RSA-PSS", "EC", "ED25519", "ED448", "DSA"};

bool names_a_certificate_key(std::string_view names) {
  const std::string_view first = names.substr(0, names.find(':'));
  return std::ranges::find(kKeyTypes, first) != std::end(kKeyTypes);
}

bool decodes_certificate_key(const OSSL_ALGORITHM& decoder) {
  return names_a_certificate_key(decoder.algorithm_names) &&
         std::strstr(decoder.property_definition, "input=der,structure=SubjectPublicKeyInfo") != nullptr;
}

/// The stock provider, in a library context of its own. One for the process and never changed: OpenSSL hands a
/// provider's functions the stock provider's context, so they have no other place to learn whom to forward to.
class Stock {
 public:
  Stock() : library_(OSSL_LIB_CTX_new()), provider_(OSSL_PROVIDER_load(library_.get(), "default")) {
    int no_cache = 0;
    const OSSL_ALGORITHM* decoder =
        provider_ ? OSSL_PROVIDER_query_operation(provider_.get(), OSSL_OP_DECODER, &no_cache) : nullptr;
    for (; decoder != nullptr && decoder->algorithm_names != nullptr; ++decoder)
      if (decodes_certificate_key(*decoder)) decoders_.push_back(*decoder);
    decoders_.push_back({nullptr, nullptr, nullptr, nullptr});
  }
  OSSL_PROVIDER* provider() const { return provider_.get(); }
  const OSSL_ALGORITHM* decoders() const { return decoders_.data(); }

 private:
  LibraryPtr library_;
  ProviderPtr provider_;
  std::vector<OSSL_ALGORITHM> decoders_;
};

const Stock& stock() {
  static const Stock instance;
  return instance;
}

const OSSL_ALGORITHM* query_operation(void* /*context*/, int operation, int* no_cache) {
  if (operation != OSSL_OP_DECODER) return OSSL_PROVIDER_query_operation(stock().provider(), operation, no_cache);
  *no_cache = 0;
  return stock().decoders();
}

int get_capabilities(void* /*context*/, const char* capability, OSSL_CALLBACK* callback, void* argument) {
  return OSSL_PROVIDER_get_capabilities(stock().provider(), capability, callback, argument);
}

const OSSL_DISPATCH kFunctions[] = {
    {OSSL_FUNC_PROVIDER_QUERY_OPERATION, reinterpret_cast<void (*)(void)>(query_operation)},
    {OSSL_FUNC_PROVIDER_GET_CAPABILITIES, reinterpret_cast<void (*)(void)>(get_capabilities)},
    {0, nullptr},
};

int initialise(const OSSL_CORE_HANDLE* /*handle*/, const OSSL_DISPATCH* /*core*/, const OSSL_DISPATCH** functions,
               void** context) {
  if (stock().provider() == nullptr) return 0;
  *functions = kFunctions;
  *context = OSSL_PROVIDER_get0_provider_ctx(stock().provider());
  return 1;
}

}  // namespace

ProviderPtr load_trimmed_provider(OSSL_LIB_CTX* library) {
  constexpr const char* kName = "danesweep-trimmed";
  if (OSSL_PROVIDER_add_builtin(library, kName, initialise) != 1) return nullptr;
  return ProviderPtr(OSSL_PROVIDER_load(library, kName));
}

}  // namespace danesweep::tls
