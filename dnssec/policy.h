// SPDX-License-Identifier: Apache-2.0
// The numbers that RULES.md marks with *, in one struct, printed by `query --trace`; what is read before a policy is
// known (D-6, D-103) has constants in wire/.
#pragma once

#include <cstdint>

namespace danesweep::dnssec {

enum class Sha1Signatures : std::uint8_t { Unsupported, Checked };

struct Policy {
  Sha1Signatures sha1 = Sha1Signatures::Unsupported;       ///< algorithms 5 and 7 (D-33)
  std::uint32_t inception_skew = 60;                       ///< seconds that a signature may lie in the future (D-28)
  std::uint32_t expiration_grace = 0;                      ///< seconds (D-28)
  std::uint32_t max_ttl = 86400;                           ///< seconds (D-14)
  std::uint32_t max_negative_ttl = 3600;                   ///< seconds (D-15)
  std::uint32_t bogus_ttl = 60;                            ///< seconds (D-109)
  std::uint16_t max_nsec3_iterations = 150;                ///< D-87
  std::uint32_t min_rsa_bits = 1024, max_rsa_bits = 4096;  ///< D-35
  std::uint32_t max_keys_per_signature = 4;                ///< D-31
  std::uint32_t max_signatures_per_rrset = 16;             ///< D-32
  std::uint32_t max_failed_checks = 8, max_failed_units = 160;  ///< per lookup (D-98)
  std::uint32_t max_checks = 48, max_units = 400;               ///< per lookup (D-99)
  std::uint32_t max_checks_per_message = 24;                    ///< D-99
  std::uint32_t max_sha1_blocks = 4096;                         ///< D-100
  std::uint32_t max_nsec3_records = 10, max_nsec_records = 10;  ///< per zone and message (D-101)
  std::uint32_t max_ds_digests = 32;                            ///< per zone (D-102)
  std::uint32_t max_keys = 128;                                 ///< per DNSKEY set (D-103)
  std::uint32_t max_any_rrsets = 24;                            ///< D-73
  std::uint32_t max_chain_links = 12, max_label_steps = 16, max_questions = 40, max_round_trips = 24;  ///< D-104
  std::uint32_t units_per_step = 64;                                                                   ///< D-112
};

}  // namespace danesweep::dnssec
