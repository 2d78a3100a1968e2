// SPDX-License-Identifier: Apache-2.0
// The TLSA records of one base domain sorted into usable, shadowed and unusable before any connection
// (RFC 7671 sections 4, 9, 10; RFC 7672 section 3.1; rules T-28 to T-37).
#pragma once

#include <compare>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "dnssec/wire/cursor.h"

namespace danesweep::tls {

using wire::Bytes;

/// Owned RDATA fields.
struct TlsaRecord {
  std::uint8_t usage = 0, selector = 0, matching_type = 0;
  std::vector<std::uint8_t> data;
  std::uint8_t present = 3;  ///< how many of the three numbers the RDATA had: fewer only if it was truncated
  // NOLINTNEXTLINE(modernize-use-nullptr): clang-tidy 14 takes the zero of a defaulted comparison for a pointer
  friend auto operator<=>(const TlsaRecord&, const TlsaRecord&) = default;
};

enum class Usability : std::uint8_t {
  Usable,
  Shadowed,  ///< usable, but a stronger digest of the same usage and selector is there (T-32)
  UsagePkix,
  UsageUnknown,
  SelectorUnknown,
  MatchingUnknown,
  DigestLength,
  BadCertificate,
  BadKey,
  Truncated,
};
std::string_view code(Usability usability);  ///< "usage-pkix"; "" for Usable

struct ClassedRecord {
  TlsaRecord record;
  Usability usability = Usability::Usable;
};

/// `3 1 1 0c72...`: how results show a record; `truncated` RDATA shows what is there.
std::string to_text(const TlsaRecord& record);

class TlsaSet {
 public:
  TlsaSet() = default;
  /// Whole RDATAs of a SECURE RRset in any order; duplicates count once (T-33). Sorted in match order (T-37).
  explicit TlsaSet(std::span<const Bytes> rdatas);

  const std::vector<ClassedRecord>& records() const { return records_; }
  bool has_usable() const { return usable_ > 0; }
  bool has_usable_ta() const { return usable_ta_ > 0; }
  bool has_unusable() const { return usable_ < records_.size() && unusable_ > 0; }
  /// Stable key of the usable part, for matching many domains against one captured chain (T-51, T-67).
  const std::string& key() const { return key_; }

 private:
  std::vector<ClassedRecord> records_;
  std::size_t usable_ = 0, usable_ta_ = 0, unusable_ = 0;
  std::string key_;
};

}  // namespace danesweep::tls
