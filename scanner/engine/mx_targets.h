// SPDX-License-Identifier: Apache-2.0
// From an MX RRset to the hosts that are walked: null MX, impossible targets, order and caps (RFC 5321 section 5.1,
// RFC 7505; rules T-6, T-7, T-10, T-11, T-12).
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "dnssec/verdict.h"
#include "dnssec/wire/name.h"

namespace danesweep::scanner {

inline constexpr std::size_t kMaxHosts = 32;  ///< examined (T-12)

enum class TargetKind : std::uint8_t { Host, Literal, Invalid, OverCap };

struct MxTarget {
  wire::DomainName name;
  std::uint32_t preference = 0;
  TargetKind kind{};
};

struct MxTargets {
  std::vector<MxTarget> targets;  ///< in the order of the walk
  bool is_null_mx = false;
  bool is_unreadable = false;      ///< records there, but none that is an MX
  std::vector<std::string> notes;  ///< of the domain
};

/// What stands behind an exchange name, for itself (T-10, T-11).
TargetKind target_kind(const wire::DomainName& exchange);

/// `domain` and `seed` fix the order among equals (T-7).
MxTargets mx_targets(std::span<const dnssec::AnswerRecord> records, const std::string& domain, std::uint64_t seed);

}  // namespace danesweep::scanner
