// SPDX-License-Identifier: Apache-2.0
// The anchors, DS and DNSKEY records that a look-up saw, zone by zone, and what each of them was good for: for a person
// debugging a zone (`--trace`; rules D-62, D-126). It decides nothing: it describes what zone_keys.h decided.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <vector>

#include "dnssec/anchors.h"
#include "dnssec/crypto.h"
#include "dnssec/verdict.h"
#include "dnssec/wire/rrset.h"
#include "dnssec/zone_keys.h"

namespace danesweep::dnssec {

class KeyTable {
 public:
  void see_anchors(const wire::DomainName& zone, std::span<const TrustAnchor> anchors);
  /// A DS or DNSKEY RRset as it came, proven or not. Copies the records; the same record again means nothing.
  void see(const wire::Rrset& rrset);
  void see_proven(std::shared_ptr<const ZoneKeys> keys);

  /// From the top of the tree down; a zone's anchors and DS before its keys. `chain` says which records a key signs.
  std::vector<KeyRow> rows(Crypto& crypto, std::span<const ChainLink> chain) const;

 private:
  using Octets = std::vector<std::uint8_t>;
  struct Zone {
    wire::DomainName name;
    std::vector<TrustAnchor> anchors;
    std::vector<Octets> ds, keys;  ///< RDATA
    std::shared_ptr<const ZoneKeys> proven;
  };
  Zone& entry(const wire::DomainName& name);

  std::vector<Zone> zones_;
};

/// Columns with a heading; nothing for no rows.
std::vector<std::string> to_lines(std::span<const KeyRow> rows);

}  // namespace danesweep::dnssec
