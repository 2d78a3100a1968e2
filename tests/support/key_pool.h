// SPDX-License-Identifier: Apache-2.0
// Private keys for tests, a few of each algorithm, always the same: RSA cannot be seeded, and making it is slow.
#pragma once

#include <openssl/evp.h>

#include <cstddef>
#include <memory>

namespace danesweep::support {

struct FreeKey {
  void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
};
using PrivateKey = std::unique_ptr<EVP_PKEY, FreeKey>;

/// RSA (5, 7, 8, 10) indices by size.
inline constexpr std::size_t kRsa1024 = 2, kRsa512 = 3, kRsa4096 = 4;

/// Algorithms 5, 7, 8, 10: RSA, indices 0 and 1 of 2048 bits and those above. 13, 14, 15, 16: indices 0 to 3.
PrivateKey pool_key(int algorithm, std::size_t index);

}  // namespace danesweep::support
