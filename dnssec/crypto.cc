// SPDX-License-Identifier: Apache-2.0
#include "dnssec/crypto.h"

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/rand.h>
#include <openssl/rsa.h>

#include <algorithm>
#include <atomic>
#include <bitset>
#include <cstdlib>

#include "dnssec/algorithms.h"
#include "dnssec/wire/encodings.h"

namespace danesweep::dnssec {
namespace {

template <auto Free>
struct Deleter {
  template <class T>
  void operator()(T* object) const {
    Free(object);
  }
};
using Key = std::unique_ptr<EVP_PKEY, Deleter<EVP_PKEY_free>>;
using KeyContext = std::unique_ptr<EVP_PKEY_CTX, Deleter<EVP_PKEY_CTX_free>>;
using DigestContext = std::unique_ptr<EVP_MD_CTX, Deleter<EVP_MD_CTX_free>>;

constexpr std::size_t kHashes = static_cast<std::size_t>(Hash::Sha2_512) + 1;

/// What the process fetches once. A library context of its own reads no openssl.cnf, so no system policy moves a
/// verdict; the digests are fetched here because each fetch takes a lock that the workers would share.
struct Library {
  OSSL_LIB_CTX* context = OSSL_LIB_CTX_new();
  std::array<EVP_MD*, kHashes> digests{};

  Library() {
    constexpr std::array<const char*, kHashes> kNames = {nullptr, "SHA1", "SHA256", "SHA384", "SHA512"};
    for (std::size_t i = 1; i < kHashes; ++i) digests[i] = EVP_MD_fetch(context, kNames[i], nullptr);
    ERR_clear_error();
  }
};

/// Never destroyed: keys and contexts of static duration may outlive any order of destruction.
const Library& library() {
  static const Library* const instance = new Library;
  return *instance;
}

const EVP_MD* digest_of(Hash hash) { return library().digests[static_cast<std::size_t>(hash)]; }

/// Keys have numbers so that a kept context is never taken for that of a later key at the same address.
std::uint64_t next_key_number() {
  static std::atomic<std::uint64_t> last{0};
  return ++last;
}

/// r or s as a DER INTEGER: no leading zeros, one in front where the top bit is set.
std::uint8_t* append_der_integer(std::uint8_t* out, Bytes number) {
  while (number.size() > 1 && number.front() == 0) number = number.subspan(1);
  const bool pad = (number.front() & 0x80U) != 0;
  *out++ = 0x02;
  *out++ = static_cast<std::uint8_t>(number.size() + (pad ? 1 : 0));
  if (pad) *out++ = 0;
  return std::copy(number.begin(), number.end(), out);
}

/// SEQUENCE of two INTEGERs of up to 48 octets: its length always fits one octet (RFC 6605 section 4, RFC 3279).
struct DerSignature {
  std::array<std::uint8_t, 2 + 2 * (2 + 49)> octets{};
  std::size_t size = 0;

  explicit DerSignature(Bytes plain) {
    const std::size_t half = plain.size() / 2;
    std::uint8_t* end = append_der_integer(octets.data() + 2, plain.first(half));
    end = append_der_integer(end, plain.subspan(half));
    size = static_cast<std::size_t>(end - octets.data());
    octets[0] = 0x30;
    octets[1] = static_cast<std::uint8_t>(size - 2);
  }
};

/// What a PKCS #1 v1.5 signature holds behind its padding: the digest with its name (RFC 8017 section 9.2, note 1).
struct DigestInfo {
  std::array<std::uint8_t, 19 + 64> octets{};
  std::size_t size = 0;

  DigestInfo(Hash hash, Bytes digest) {
    static constexpr std::uint8_t kSha1[] = {0x30, 0x21, 0x30, 0x09, 0x06, 0x05, 0x2b, 0x0e,
                                             0x03, 0x02, 0x1a, 0x05, 0x00, 0x04, 0x14};
    static constexpr std::uint8_t kSha256[] = {0x30, 0x31, 0x30, 0x0d, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01,
                                               0x65, 0x03, 0x04, 0x02, 0x01, 0x05, 0x00, 0x04, 0x20};
    static constexpr std::uint8_t kSha512[] = {0x30, 0x51, 0x30, 0x0d, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01,
                                               0x65, 0x03, 0x04, 0x02, 0x03, 0x05, 0x00, 0x04, 0x40};
    const Bytes name = hash == Hash::Sha1 ? Bytes(kSha1) : hash == Hash::Sha2_256 ? Bytes(kSha256) : Bytes(kSha512);
    const auto end = std::copy(name.begin(), name.end(), octets.begin());
    size = static_cast<std::size_t>(std::copy(digest.begin(), digest.end(), end) - octets.begin());
  }
};

/// An OSSL_PARAM integer in the machine's order.
std::vector<std::uint8_t> native_integer(Bytes big_endian) {
  return std::vector<std::uint8_t>(big_endian.rbegin(), big_endian.rend());
}
static_assert(std::endian::native == std::endian::little, "native_integer reverses");

OSSL_PARAM integer_param(const char* name, std::vector<std::uint8_t>& value) {
  return {name, OSSL_PARAM_UNSIGNED_INTEGER, value.data(), value.size(), 0};
}

/// What the error queue, which this empties, says about a check that did not succeed.
struct Diagnosis {
  bool own_failure = false;  ///< of this process (no memory, nothing to fetch), not of the signature
  unsigned long first_error = 0;
};

/// A forged signature can steer the sum to the point at infinity, which the library reports as an error: that one is
/// wrong, not a failure of ours.
Diagnosis diagnose(int result) {
  Diagnosis diagnosis;
  bool at_infinity = false;
  for (unsigned long error = ERR_get_error(); error != 0; error = ERR_get_error()) {
    if (diagnosis.first_error == 0) diagnosis.first_error = error;
    diagnosis.own_failure = diagnosis.own_failure || ERR_FATAL_ERROR(error);
    at_infinity = at_infinity || (ERR_GET_LIB(error) == ERR_LIB_EC && ERR_GET_REASON(error) == EC_R_POINT_AT_INFINITY);
  }
  diagnosis.own_failure = diagnosis.own_failure || (result < 0 && !at_infinity);
  return diagnosis;
}

}  // namespace

struct PublicKey::Impl {
  const Algorithm* algorithm;
  std::uint32_t bits;
  Key key;
  std::uint64_t number = next_key_number();
};

PublicKey::PublicKey(std::unique_ptr<const Impl> impl) : impl_(std::move(impl)) {}
PublicKey::~PublicKey() = default;
std::uint8_t PublicKey::algorithm() const { return impl_->algorithm->number; }
std::uint32_t PublicKey::bits() const { return impl_->bits; }
std::uint32_t PublicKey::units() const { return check_units(*impl_->algorithm, impl_->bits); }

struct Crypto::Impl {
  /// A context made ready for one key: saves 2 to 3 us a check. Few zones are hot at a time (root, TLDs, the domain in
  /// work), and each context holds 2 KB.
  struct Slot {
    std::uint64_t key_number = 0;
    KeyContext verify;    ///< RSA, ECDSA
    DigestContext eddsa;  ///< Ed25519, Ed448
  };
  static constexpr std::size_t kSlots = 64;

  Policy policy;
  std::bitset<256> supported;
  std::vector<std::uint8_t> refused;
  std::array<DigestContext, kHashes> digests;
  KeyContext rsa, ed25519, ed448;
  Key p256, p384;  ///< parameters alone: copying them is three times as fast as naming the curve
  std::array<Slot, kSlots> slots;
  std::array<std::uint8_t, EVP_MAX_MD_SIZE> digest_octets{};
  std::string last_error;

  explicit Impl(const Policy& p) : policy(p) {
    for (auto& context : digests) context.reset(EVP_MD_CTX_new());
    for (KeyContext* context : {&rsa, &ed25519, &ed448}) {
      const char* name = context == &rsa ? "RSA" : context == &ed25519 ? "ED25519" : "ED448";
      context->reset(EVP_PKEY_CTX_new_from_name(library().context, name, nullptr));
      if (*context) EVP_PKEY_fromdata_init(context->get());
    }
    p256 = curve("prime256v1");
    p384 = curve("secp384r1");
    ERR_clear_error();
  }

  static Key curve(std::string name) {
    const OSSL_PARAM params[] = {OSSL_PARAM_construct_utf8_string(OSSL_PKEY_PARAM_GROUP_NAME, name.data(), name.size()),
                                 OSSL_PARAM_END};
    const KeyContext context(EVP_PKEY_CTX_new_from_name(library().context, "EC", nullptr));
    EVP_PKEY* key = nullptr;
    if (context && EVP_PKEY_fromdata_init(context.get()) == 1)
      EVP_PKEY_fromdata(context.get(), &key, EVP_PKEY_KEY_PARAMETERS, const_cast<OSSL_PARAM*>(params));
    return Key(key);
  }

  Key load_rsa(const RsaKey& shape) {
    auto n = native_integer(shape.modulus), e = native_integer(shape.exponent);
    OSSL_PARAM params[] = {integer_param(OSSL_PKEY_PARAM_RSA_N, n), integer_param(OSSL_PKEY_PARAM_RSA_E, e),
                           OSSL_PARAM_END};
    EVP_PKEY* key = nullptr;
    if (rsa) EVP_PKEY_fromdata(rsa.get(), &key, EVP_PKEY_PUBLIC_KEY, params);
    return Key(key);
  }

  /// Refuses points off the curve.
  Key load_ecdsa(const Algorithm& algorithm, Bytes point) {
    std::array<std::uint8_t, 97> encoded{0x04};
    std::copy(point.begin(), point.end(), encoded.begin() + 1);
    Key key(EVP_PKEY_new());
    const Key& curve_key = algorithm.bits == 256 ? p256 : p384;
    if (!key || !curve_key || EVP_PKEY_copy_parameters(key.get(), curve_key.get()) != 1) return nullptr;
    if (EVP_PKEY_set1_encoded_public_key(key.get(), encoded.data(), point.size() + 1) != 1) return nullptr;
    return key;
  }

  Key load_eddsa(const Algorithm& algorithm, Bytes point) {
    OSSL_PARAM params[] = {OSSL_PARAM_construct_octet_string(OSSL_PKEY_PARAM_PUB_KEY,
                                                             const_cast<std::uint8_t*>(point.data()), point.size()),
                           OSSL_PARAM_END};
    const KeyContext& context = algorithm.number == 15 ? ed25519 : ed448;
    EVP_PKEY* key = nullptr;
    if (context) EVP_PKEY_fromdata(context.get(), &key, EVP_PKEY_PUBLIC_KEY, params);
    return Key(key);
  }

  tl::expected<std::shared_ptr<const PublicKey>, KeyFault> load(const Algorithm& algorithm, Bytes octets) {
    std::uint32_t bits = algorithm.bits;
    Key key;
    if (algorithm.family == Family::Rsa) {
      const auto shape = parse_rsa_key(octets);
      if (!shape || !has_sound_exponent(*shape)) return tl::unexpected(KeyFault::Malformed);
      bits = shape->bits;
      if (bits < policy.min_rsa_bits || bits > policy.max_rsa_bits) return tl::unexpected(KeyFault::UnsupportedSize);
      key = load_rsa(*shape);
    } else {
      if (octets.size() != algorithm.key_octets) return tl::unexpected(KeyFault::Malformed);
      key = algorithm.family == Family::Ecdsa ? load_ecdsa(algorithm, octets) : load_eddsa(algorithm, octets);
    }
    if (!key) {
      ERR_clear_error();
      if (!has_scratch()) std::abort();  // a key that finds no memory is no bad key
      return tl::unexpected(KeyFault::Malformed);
    }
    return std::make_shared<const PublicKey>(
        std::unique_ptr<const PublicKey::Impl>(new PublicKey::Impl{&algorithm, bits, std::move(key)}));
  }

  /// Null if the context cannot be made ready.
  Slot* slot_for(const PublicKey::Impl& key) {
    Slot& slot = slots[key.number % kSlots];
    if (slot.key_number == key.number) return &slot;
    slot = Slot{};
    const bool ready = key.algorithm->family == Family::EdDsa ? begin_eddsa(slot, key) : begin_verify(slot, key);
    if (!ready) return nullptr;
    slot.key_number = key.number;
    return &slot;
  }

  static bool begin_eddsa(Slot& slot, const PublicKey::Impl& key) {
    slot.eddsa.reset(EVP_MD_CTX_new());
    return slot.eddsa && EVP_DigestVerifyInit_ex(slot.eddsa.get(), nullptr, nullptr, library().context, nullptr,
                                                 key.key.get(), nullptr) == 1;
  }

  static bool begin_verify(Slot& slot, const PublicKey::Impl& key) {
    slot.verify.reset(EVP_PKEY_CTX_new_from_pkey(library().context, key.key.get(), nullptr));
    EVP_PKEY_CTX* context = slot.verify.get();
    // Neither family is told its digest: that would cost a fetch, with its lock, for each key.
    return context && EVP_PKEY_verify_init(context) == 1;
  }

  /// Into `digest_octets`; empty if the library fails.
  Bytes hash(Hash which, std::initializer_list<Bytes> pieces) {
    EVP_MD_CTX* context = digests[static_cast<std::size_t>(which)].get();
    unsigned size = 0;
    if (!digest_of(which) || EVP_DigestInit_ex2(context, digest_of(which), nullptr) != 1) return {};
    for (const Bytes piece : pieces)
      if (EVP_DigestUpdate(context, piece.data(), piece.size()) != 1) return {};
    if (EVP_DigestFinal_ex(context, digest_octets.data(), &size) != 1) return {};
    return {digest_octets.data(), size};
  }

  /// For hashes that are compared or looked up: a made-up value would be believed, so no memory here ends the process.
  Bytes hash_or_abort(Hash which, std::initializer_list<Bytes> pieces) {
    const Bytes octets = hash(which, pieces);
    if (octets.empty()) std::abort();
    return octets;
  }

  /// 1 fits, 0 or less does not.
  int verify(Slot& slot, const PublicKey::Impl& key, Bytes data, Bytes signature) {
    if (key.algorithm->family == Family::EdDsa)
      return EVP_DigestVerify(slot.eddsa.get(), signature.data(), signature.size(), data.data(), data.size());
    const Bytes digest = hash(key.algorithm->hash, {data});
    if (digest.empty()) return -1;
    if (key.algorithm->family == Family::Rsa) {
      const DigestInfo info(key.algorithm->hash, digest);
      return EVP_PKEY_verify(slot.verify.get(), signature.data(), signature.size(), info.octets.data(), info.size);
    }
    const DerSignature der(signature);
    return EVP_PKEY_verify(slot.verify.get(), der.octets.data(), der.size, digest.data(), digest.size());
  }

  CheckResult library_failure(unsigned long error) {
    std::array<char, 256> text{};
    ERR_error_string_n(error, text.data(), text.size());
    last_error = error == 0 ? "no memory" : text.data();
    return CheckResult::LibraryFailure;
  }

  /// EdDSA makes itself a digest context in each check and, when it gets none, says "wrong" without an error.
  static bool has_scratch() {
    const DigestContext context(EVP_MD_CTX_new());
    const bool enough = context && EVP_DigestInit_ex2(context.get(), digest_of(Hash::Sha2_512), nullptr) == 1;
    ERR_clear_error();
    return enough;
  }

  CheckResult check(const PublicKey::Impl& key, Bytes data, Bytes signature) {
    const bool rsa_key = key.algorithm->family == Family::Rsa;
    if (signature.size() != (rsa_key ? (key.bits + 7) / 8 : key.algorithm->signature_octets)) return CheckResult::Wrong;
    Slot* slot = slot_for(key);
    if (!slot) return library_failure(diagnose(-1).first_error);
    const int fits = verify(*slot, key, data, signature);
    if (fits == 1) return CheckResult::Good;
    Diagnosis diagnosis = diagnose(fits);
    if (key.algorithm->family == Family::EdDsa && !has_scratch()) diagnosis.own_failure = true;
    if (!diagnosis.own_failure) return CheckResult::Wrong;
    *slot = Slot{};
    return library_failure(diagnosis.first_error);
  }

  bool verifies(const KnownAnswer& answer) {
    const Algorithm* algorithm = find_algorithm(answer.algorithm, policy);
    const auto key_octets = wire::from_hex(answer.public_key);
    const auto data = wire::from_hex(answer.data);
    const auto signature = wire::from_hex(answer.signature);
    if (!algorithm || !key_octets || !data || !signature) return false;
    if (algorithm->hash != Hash::None && !digest_of(algorithm->hash)) return false;
    const auto key = load(*algorithm, *key_octets);
    return key && check((*key)->impl(), *data, *signature) == CheckResult::Good;
  }
};

Crypto::Crypto(const Policy& policy, std::span<const KnownAnswer> answers) : impl_(std::make_unique<Impl>(policy)) {
  for (const KnownAnswer& answer : answers)
    if (impl_->verifies(answer)) impl_->supported.set(answer.algorithm);
  for (const Algorithm& algorithm : known_algorithms())
    if (find_algorithm(algorithm.number, policy) && !impl_->supported.test(algorithm.number))
      impl_->refused.push_back(algorithm.number);
}

Crypto::~Crypto() = default;

bool Crypto::supports_algorithm(std::uint8_t algorithm) const { return impl_->supported.test(algorithm); }

bool Crypto::supports_digest(std::uint8_t digest_type) const {
  const Digest* digest = find_digest(digest_type);
  return digest && digest_of(digest->hash);
}

const std::vector<std::uint8_t>& Crypto::refused_algorithms() const { return impl_->refused; }

tl::expected<std::shared_ptr<const PublicKey>, KeyFault> Crypto::load_key(std::uint8_t algorithm, Bytes public_key) {
  if (!supports_algorithm(algorithm)) return tl::unexpected(KeyFault::UnsupportedAlgorithm);
  return impl_->load(*find_algorithm(algorithm), public_key);
}

CheckResult Crypto::check(const PublicKey& key, Bytes data, Bytes signature) {
  return impl_->check(key.impl(), data, signature);
}

std::optional<Bytes> Crypto::ds_digest(std::uint8_t digest_type, Bytes owner, Bytes rdata) {
  if (!supports_digest(digest_type)) return std::nullopt;
  return impl_->hash_or_abort(find_digest(digest_type)->hash, {owner, rdata});
}

Sha256 Crypto::sha256(Bytes data) {
  const Bytes result = impl_->hash_or_abort(Hash::Sha2_256, {data});
  Sha256 out{};
  std::copy(result.begin(), result.end(), out.begin());
  return out;
}

std::array<std::uint8_t, 20> Crypto::nsec3_hash(Bytes name, Bytes salt, std::uint16_t iterations) {
  std::array<std::uint8_t, 20> hash{};
  Bytes result = impl_->hash_or_abort(Hash::Sha1, {name, salt});
  std::copy(result.begin(), result.end(), hash.begin());
  std::array<std::uint8_t, 20 + 255> round{};  // H(previous | salt): one update a round, salt written once
  const std::size_t salt_octets = std::min<std::size_t>(salt.size(), 255);
  std::copy_n(salt.begin(), salt_octets, round.begin() + 20);
  for (std::uint32_t i = 0; i < iterations; ++i) {
    std::copy(hash.begin(), hash.end(), round.begin());
    result = impl_->hash_or_abort(Hash::Sha1, {Bytes(round.data(), 20 + salt_octets)});
    std::copy(result.begin(), result.end(), hash.begin());
  }
  return hash;
}

const std::string& Crypto::last_error() const { return impl_->last_error; }

void random_octets(std::span<std::uint8_t> out) {
  if (!out.empty() && RAND_bytes_ex(library().context, out.data(), out.size(), 0) != 1) std::abort();
}

std::string crypto_library_version() { return OpenSSL_version(OPENSSL_VERSION); }

Sha256 sha256_of(Bytes data) {
  Sha256 out{};
  const DigestContext context(EVP_MD_CTX_new());
  unsigned size = 0;
  if (!context || EVP_DigestInit_ex2(context.get(), digest_of(Hash::Sha2_256), nullptr) != 1 ||
      EVP_DigestUpdate(context.get(), data.data(), data.size()) != 1 ||
      EVP_DigestFinal_ex(context.get(), out.data(), &size) != 1)
    std::abort();
  return out;
}

}  // namespace danesweep::dnssec
