// SPDX-License-Identifier: Apache-2.0
// Trust anchors: what they are, where they come from (DS lines, DNSKEY lines, IANA's root-anchors.xml of RFC 7958 and
// 9718, the embedded root keys), and which governs a name (rules D-42, D-44, D-45, D-121, D-124).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "dnssec/verdict.h"
#include "dnssec/wire/name.h"

namespace danesweep::dnssec {

enum class AnchorForm : std::uint8_t { Ds, Dnskey };

struct TrustAnchor {
  wire::DomainName zone;
  AnchorForm form{};
  std::vector<std::uint8_t> rdata;  ///< DS or DNSKEY RDATA
};

/// All anchors in use. `revision` changes with their content: caches are keyed by it (D-107).
class TrustAnchors {
 public:
  TrustAnchors() = default;
  explicit TrustAnchors(std::vector<TrustAnchor> anchors);

  bool empty() const { return anchors_.empty(); }
  /// Closest anchored zone that encloses `name`, itself included; for DS questions pass the parent's point of view with
  /// `strictly_above` (D-44). Nothing: outside all anchors (D-45).
  std::optional<wire::DomainName> governing_zone(const wire::DomainName& name) const;
  std::optional<wire::DomainName> governing_zone_strictly_above(const wire::DomainName& name) const;
  /// Anchors of exactly this zone, contiguous.
  std::span<const TrustAnchor> of(const wire::DomainName& zone) const;
  std::span<const TrustAnchor> all() const { return anchors_; }

 private:
  std::vector<TrustAnchor> anchors_;  ///< sorted by zone
};

/// A file of anchors that could not be read: line 0 = the file as a whole.
struct AnchorFileError {
  std::size_t line = 0;
  std::string text;  ///< what was expected
};
/// May hold none, or none that is valid now.
struct AnchorFile {
  std::vector<TrustAnchor> anchors;
  std::vector<std::string> skipped;  ///< root-anchors.xml: digests out of their dates, one sentence each
};

/// DS lines, DNSKEY lines (comments by `;` or `#`), or root-anchors.xml by its first characters. A KeyDigest counts if
/// validFrom <= now < validUntil (D-121).
tl::expected<AnchorFile, AnchorFileError> parse_anchor_file(std::string_view content, UnixTime now);

/// xsd:dateTime with a zone, as in root-anchors.xml and the state file: "2017-02-02T00:00:00+00:00", "...Z".
std::optional<UnixTime> parse_date(std::string_view text);

/// 20326 and 38696 (D-124).
const std::vector<TrustAnchor>& embedded_root_anchors();

}  // namespace danesweep::dnssec
