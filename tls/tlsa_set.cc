// SPDX-License-Identifier: Apache-2.0
#include "tls/tlsa_set.h"

#include <algorithm>
#include <array>
#include <optional>
#include <tuple>

#include "dnssec/wire/encodings.h"
#include "tls/tls_library.h"

namespace danesweep::tls {
namespace {

constexpr std::uint8_t kDaneTa = 2, kDaneEe = 3;
constexpr std::uint8_t kSha256 = 1, kSha512 = 2;

std::optional<std::size_t> digest_length(std::uint8_t matching_type) {
  if (matching_type == kSha256) return 32;
  if (matching_type == kSha512) return 64;
  return std::nullopt;
}

TlsaRecord read(Bytes rdata) {
  TlsaRecord record;
  std::array<std::uint8_t*, 3> numbers = {&record.usage, &record.selector, &record.matching_type};
  record.present = static_cast<std::uint8_t>(std::min<std::size_t>(rdata.size(), numbers.size()));
  for (std::size_t i = 0; i < record.present; ++i) *numbers[i] = rdata[i];
  const Bytes rest = rdata.subspan(record.present);
  record.data.assign(rest.begin(), rest.end());
  return record;
}

/// One whole certificate whose key OpenSSL can read; `SSL_dane_tlsa_add` asks the same.
bool is_whole_certificate(Bytes octets) {
  const unsigned char* position = octets.data();
  const X509Ptr certificate(d2i_X509(nullptr, &position, static_cast<long>(octets.size())));
  return certificate && position == octets.data() + octets.size() && X509_get0_pubkey(certificate.get()) != nullptr;
}

bool is_whole_key(Bytes octets) {
  const unsigned char* position = octets.data();
  const KeyPtr key(d2i_PUBKEY(nullptr, &position, static_cast<long>(octets.size())));
  return key && position == octets.data() + octets.size();
}

/// T-29, line by line as the table there.
Usability classify(const TlsaRecord& record) {
  if (record.present < 3) return Usability::Truncated;
  if (record.usage < kDaneTa) return Usability::UsagePkix;
  if (record.usage > kDaneEe) return Usability::UsageUnknown;
  if (record.selector > 1) return Usability::SelectorUnknown;
  if (record.matching_type > kSha512) return Usability::MatchingUnknown;
  if (const auto length = digest_length(record.matching_type))
    return record.data.size() == *length ? Usability::Usable : Usability::DigestLength;
  if (record.data.empty()) return Usability::Truncated;
  if (record.selector == 0) return is_whole_certificate(record.data) ? Usability::Usable : Usability::BadCertificate;
  return is_whole_key(record.data) ? Usability::Usable : Usability::BadKey;
}

/// T-37: match order among the usable; the others behind them by their numbers.
bool stands_before(const ClassedRecord& a, const ClassedRecord& b) {
  const auto rank = [](const ClassedRecord& r) {
    const bool in_play = r.usability == Usability::Usable;
    return std::tuple(in_play ? 0 : 1, -r.record.usage, -r.record.selector, -r.record.matching_type);
  };
  return std::tuple(rank(a), std::cref(a.record)) < std::tuple(rank(b), std::cref(b.record));
}

/// T-32 (RFC 7671 section 9): a SHA2-256 digest counts only where no SHA2-512 of the same usage and selector stands.
void shade_weaker_digests(std::vector<ClassedRecord>& records) {
  std::array<bool, 4> strong{};  // by usage and selector
  const auto slot = [](const TlsaRecord& r) { return std::size_t{r.usage == kDaneEe ? 2U : 0U} + r.selector; };
  for (const ClassedRecord& r : records)
    if (r.usability == Usability::Usable && r.record.matching_type == kSha512) strong.at(slot(r.record)) = true;
  for (ClassedRecord& r : records)
    if (r.usability == Usability::Usable && r.record.matching_type == kSha256 && strong.at(slot(r.record)))
      r.usability = Usability::Shadowed;
}

std::string key_of(const std::vector<ClassedRecord>& records) {
  std::vector<std::uint8_t> all;
  for (const ClassedRecord& r : records) {
    const auto size = r.record.data.size();
    for (const auto octet : {static_cast<std::size_t>(r.record.present), static_cast<std::size_t>(r.record.usage),
                             static_cast<std::size_t>(r.record.selector),
                             static_cast<std::size_t>(r.record.matching_type), size >> 8U, size})
      all.push_back(static_cast<std::uint8_t>(octet));
    all.insert(all.end(), r.record.data.begin(), r.record.data.end());
  }
  const std::vector<std::uint8_t> hash = digest(EVP_sha256(), all);
  return {hash.begin(), hash.end()};
}

}  // namespace

std::string_view code(Usability usability) {
  switch (usability) {
    case Usability::Usable:
      return "";
    case Usability::Shadowed:
      return "shadowed";
    case Usability::UsagePkix:
      return "usage-pkix";
    case Usability::UsageUnknown:
      return "usage-unknown";
    case Usability::SelectorUnknown:
      return "selector-unknown";
    case Usability::MatchingUnknown:
      return "matching-unknown";
    case Usability::DigestLength:
      return "digest-length";
    case Usability::BadCertificate:
      return "bad-certificate";
    case Usability::BadKey:
      return "bad-key";
    case Usability::Truncated:
      return "truncated";
  }
  return "";
}

std::string to_text(const TlsaRecord& record) {
  std::string text;
  const std::array<std::uint8_t, 3> numbers = {record.usage, record.selector, record.matching_type};
  for (std::size_t i = 0; i < std::min<std::size_t>(record.present, numbers.size()); ++i)
    text.append(text.empty() ? "" : " ").append(std::to_string(numbers[i]));
  if (!record.data.empty()) text.append(" ").append(wire::to_hex(record.data));
  return text;
}

TlsaSet::TlsaSet(std::span<const Bytes> rdatas) {
  OPENSSL_init_ssl(OPENSSL_INIT_NO_LOAD_CONFIG, nullptr);  // whichever is made first, this or a TlsContext (T-50)
  std::vector<TlsaRecord> distinct;
  for (const Bytes rdata : rdatas) distinct.push_back(read(rdata));
  std::ranges::sort(distinct);
  distinct.erase(std::unique(distinct.begin(), distinct.end()), distinct.end());
  for (TlsaRecord& record : distinct) {
    const Usability usability = classify(record);
    records_.push_back({std::move(record), usability});
  }
  ERR_clear_error();
  shade_weaker_digests(records_);
  std::ranges::sort(records_, stands_before);
  for (const ClassedRecord& r : records_) {
    const bool counts = r.usability == Usability::Usable;
    usable_ += counts ? 1 : 0;
    usable_ta_ += counts && r.record.usage == kDaneTa ? 1 : 0;
    unusable_ += !counts && r.usability != Usability::Shadowed ? 1 : 0;
  }
  if (!records_.empty()) key_ = key_of(records_);
}

}  // namespace danesweep::tls
