// SPDX-License-Identifier: Apache-2.0
// Ways to break what has been signed: functions for `Zone::on_set` (they see the signed RRset) and for
// `Making::tamper` (they see a whole answer).
#pragma once

#include <functional>

#include "tests/lab/resolution.h"
#include "tests/lab/zone.h"

namespace danesweep::lab {

using ChangeFields = std::function<void(SignatureFields&, const Zone&)>;

// Properly signed, but for the field named.
Zone::Breaking with_fields(ChangeFields change);
Zone::Breaking expired();
Zone::Breaking not_yet_valid();
Zone::Breaking dates_reversed();
Zone::Breaking label_count(int difference);
Zone::Breaking signed_by(const Key& key, std::uint16_t flags, const Name& signer);  ///< instead of the zone's keys

// Signature octets.
Zone::Breaking bit_flipped();
Zone::Breaking no_signatures();
Zone::Breaking signatures_cut();  ///< RRSIG RDATA ends within the signer's name
Zone::Breaking tag_changed();     ///< the RRSIG names a key tag that nobody has
Zone::Breaking first(Zone::Breaking one, Zone::Breaking then);

// Whole answers.
Resolution::Tampering fails_with(Rcode rcode);
Resolution::Tampering no_reply();
Resolution::Tampering without_signatures();  ///< RRSIGs left out everywhere
Resolution::Tampering without_denial();      ///< NSEC and NSEC3 left out
Resolution::Tampering without_authority();
Resolution::Tampering with_fate(Fate fate);
Resolution::Tampering only_proof(std::function<std::vector<const RrSet*>(Answer&)> proof);  ///< SOA stays
void drop_type(std::vector<Item>& items, std::uint16_t type);

}  // namespace danesweep::lab
