// SPDX-License-Identifier: Apache-2.0
#include "tls/certificate.h"

#include <algorithm>
#include <ctime>
#include <limits>
#include <utility>

#include <openssl/objects.h>

#include "tls/peer_text.h"
#include "tls/tls_library.h"

namespace danesweep::tls {
namespace {

template <class T>
std::vector<std::uint8_t> der(T* object, int (*encode)(const T*, unsigned char**)) {
  unsigned char* encoded = nullptr;
  const int length = encode(object, &encoded);
  const BufferPtr owner(encoded);
  if (length <= 0) return {};
  return {encoded, encoded + length};
}

std::string text_of(BIO* memory) {
  char* data = nullptr;
  const long length = BIO_get_mem_data(memory, &data);
  return length <= 0 ? std::string() : std::string(data, static_cast<std::size_t>(length));
}

/// RFC 2253 text as UTF-8; controls and all that is not ASCII are escaped by `printable` alone, once.
std::string name_text(const X509_NAME* name) {
  constexpr unsigned long kFlags = XN_FLAG_RFC2253 & ~(ASN1_STRFLGS_ESC_MSB | ASN1_STRFLGS_ESC_CTRL);
  const BioPtr memory(BIO_new(BIO_s_mem()));
  if (!memory || X509_NAME_print_ex(memory.get(), name, 0, kFlags) < 0) return {};
  return printable(text_of(memory.get()), kMaxStoredSubjectOctets);
}

std::int64_t seconds(const ASN1_TIME* time) {
  std::tm broken_down{};
  if (time == nullptr || ASN1_TIME_to_tm(time, &broken_down) != 1) return 0;
  return timegm(&broken_down);
}

std::vector<std::string> dns_names(const X509* certificate) {
  std::vector<std::string> names;
  const GeneralNamesPtr all(
      static_cast<GENERAL_NAMES*>(X509_get_ext_d2i(certificate, NID_subject_alt_name, nullptr, nullptr)));
  for (int i = 0; i < sk_GENERAL_NAME_num(all.get()) && names.size() < kMaxRecordedNames; ++i) {
    int type = 0;
    const void* value = GENERAL_NAME_get0_value(sk_GENERAL_NAME_value(all.get(), i), &type);
    if (type != GEN_DNS) continue;
    const auto* text = static_cast<const ASN1_STRING*>(value);
    names.push_back(printable({reinterpret_cast<const char*>(ASN1_STRING_get0_data(text)),
                               static_cast<std::size_t>(ASN1_STRING_length(text))},
                              kMaxStoredNameOctets));
  }
  return names;
}

std::string algorithm_text(const X509* certificate) {
  const ASN1_OBJECT* algorithm = nullptr;
  X509_ALGOR_get0(&algorithm, nullptr, nullptr, X509_get0_tbs_sigalg(certificate));
  char text[80] = {};
  OBJ_obj2txt(text, sizeof text, algorithm, 0);
  return printable(text, sizeof text);
}

CertificateRecord describe(const ChainHandle::Impl& chain, X509* certificate) {
  CertificateRecord record;
  const auto sha256_of = [&](const std::vector<std::uint8_t>& octets, std::array<std::uint8_t, 32>& into) {
    const std::vector<std::uint8_t> hash = digest(chain.library->sha256.get(), octets);
    std::copy_n(hash.begin(), std::min(hash.size(), into.size()), into.begin());
  };
  sha256_of(certificate_der(certificate), record.sha256);
  sha256_of(public_key_der(certificate), record.spki_sha256);
  record.subject = name_text(X509_get_subject_name(certificate));
  record.issuer = name_text(X509_get_issuer_name(certificate));
  record.dns_names = dns_names(certificate);
  record.not_before = seconds(X509_get0_notBefore(certificate));
  record.not_after = seconds(X509_get0_notAfter(certificate));
  if (const EVP_PKEY* key = X509_get0_pubkey(certificate)) {
    const char* type = EVP_PKEY_get0_type_name(key);
    record.key_type = type != nullptr ? type : "";
    record.key_bits = static_cast<std::uint32_t>(std::max(0, EVP_PKEY_get_bits(key)));
  }
  record.signature_algorithm = algorithm_text(certificate);
  return record;
}

}  // namespace

ChainHandle::ChainHandle(std::unique_ptr<const Impl> impl) : impl_(std::move(impl)) {}
ChainHandle::~ChainHandle() = default;

ChainPtr make_chain(std::shared_ptr<const TlsLibrary> library, CertificatesPtr certificates) {
  if (!certificates || sk_X509_num(certificates.get()) < 1) return nullptr;
  auto impl = std::make_unique<ChainHandle::Impl>();
  impl->library = std::move(library);
  impl->certificates = std::move(certificates);
  return std::make_shared<const ChainHandle>(std::move(impl));
}

ChainPtr chain_from_der(TlsContext& context, std::span<const wire::Bytes> certificates) {
  ERR_clear_error();
  CertificatesPtr parsed(sk_X509_new_null());
  for (const wire::Bytes octets : certificates) {
    if (octets.size() > std::numeric_limits<long>::max()) return nullptr;
    X509* raw = X509_new_ex(context.impl().library->context.get(), nullptr);
    const unsigned char* position = octets.data();
    if (d2i_X509(&raw, &position, static_cast<long>(octets.size())) == nullptr) {  // which frees `raw`
      ERR_clear_error();
      return nullptr;
    }
    X509Ptr certificate(raw);
    if (position != octets.data() + octets.size() || sk_X509_push(parsed.get(), raw) <= 0) return nullptr;
    static_cast<void>(certificate.release());
  }
  return make_chain(context.impl().library, std::move(parsed));
}

std::vector<std::vector<std::uint8_t>> chain_to_der(const ChainHandle& chain) {
  ERR_clear_error();
  std::vector<std::vector<std::uint8_t>> ders;
  for (int i = 0; i < chain.impl().size(); ++i) ders.push_back(certificate_der(chain.impl().at(i)));
  ERR_clear_error();
  return ders;
}

std::vector<std::uint8_t> certificate_der(X509* certificate) { return der<X509>(certificate, i2d_X509); }
std::vector<std::uint8_t> public_key_der(X509* certificate) {
  return der<X509_PUBKEY>(X509_get_X509_PUBKEY(certificate), i2d_X509_PUBKEY);
}

std::vector<std::uint8_t> digest(const EVP_MD* algorithm, std::span<const std::uint8_t> octets) {
  std::vector<std::uint8_t> hash(EVP_MAX_MD_SIZE);
  unsigned int length = 0;
  if (EVP_Digest(octets.data(), octets.size(), hash.data(), &length, algorithm, nullptr) != 1) length = 0;
  hash.resize(length);
  return hash;
}

std::vector<CertificateRecord> describe_chain(const ChainHandle& chain) {
  ERR_clear_error();
  std::vector<CertificateRecord> records;
  const int count = std::min(chain.impl().size(), static_cast<int>(kMaxRecordedCertificates));
  records.reserve(kMaxRecordedCertificates);
  for (int i = 0; i < count; ++i) records.push_back(describe(chain.impl(), chain.impl().at(i)));
  ERR_clear_error();
  return records;
}

}  // namespace danesweep::tls
