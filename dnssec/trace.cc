// SPDX-License-Identifier: Apache-2.0
#include "dnssec/trace.h"

#include <algorithm>

#include <fmt/format.h>

#include "dnssec/rollover.h"
#include "dnssec/wire/message.h"
#include "dnssec/wire/rrset.h"

namespace danesweep::dnssec {

ChainLink make_link(Step step, const wire::DomainName& zone, const wire::DomainName& name,
                    std::optional<wire::RrType> type, const Finding& finding, ResolverId resolver) {
  ChainLink link;
  link.step = step;
  link.zone = zone;
  link.name = name;
  link.type = type;
  link.status = finding.security;
  link.reason = finding.reason;
  link.key_tag = finding.facts.key_tag;
  if (const auto& signature = finding.facts.signature; signature && finding.fault_at == FaultAt::ThisMessage) {
    link.algorithm = signature->algorithm;
    link.signer = finding.facts.signer;
    link.inception = signature->inception;
    link.expiration = signature->expiration;
  }
  if (finding.ttl != kUnlimitedTtl) link.ttl = finding.ttl;
  link.resolver = resolver;
  return link;
}

void add_signature(ChainLink& link, const VerifiedRrset& verified) {
  link.key_tag = verified.signing_key_tag();
  link.algorithm = verified.algorithm();
  link.signer = verified.zone();
  link.inception = verified.inception();
  link.expiration = verified.expiration();
  link.ttl = std::min(link.ttl.value_or(verified.ttl()), verified.ttl());
}

ChainLink make_link(Step step, const VerifiedRrset& verified) {
  ChainLink link = make_link(step, verified.zone(), verified.rrset().owner, verified.rrset().type, Finding{});
  add_signature(link, verified);
  return link;
}

std::string to_line(std::string_view what, const wire::DomainName& name, std::optional<wire::RrType> type,
                    const Finding& finding) {
  std::string line(what);
  line += ' ';
  line += name.to_display();
  if (type) line += ' ' + wire::to_text(*type);
  line += ": ";
  line += to_text(finding.security);
  if (finding.reason == Reason::None) return line;
  line += ' ';
  line += code(finding.reason);
  line += ", ";
  line += sentence(finding.reason, finding.facts);
  return line;
}

namespace {

struct PolicyRow {
  std::string_view name, rule;
  std::uint32_t Policy::*member;
};

// clang-format off
constexpr PolicyRow kPolicyRows[] = {
    {"seconds that a signature may lie in the future", "D-28", &Policy::inception_skew},
    {"seconds of grace behind a signature's end", "D-28", &Policy::expiration_grace},
    {"longest TTL", "D-14", &Policy::max_ttl},
    {"seconds that proven keys are kept, at most", "D-107", &Policy::max_ttl},
    {"longest TTL of a denial", "D-15", &Policy::max_negative_ttl},
    {"seconds that a fault is kept", "D-109", &Policy::bogus_ttl},
    {"bits of an RSA key, at least", "D-35", &Policy::min_rsa_bits},
    {"bits of an RSA key, at most", "D-35", &Policy::max_rsa_bits},
    {"keys tried for a signature", "D-31", &Policy::max_keys_per_signature},
    {"signatures looked at for an RRset", "D-32", &Policy::max_signatures_per_rrset},
    {"failed signature checks", "D-98", &Policy::max_failed_checks},
    {"units of failed checks", "D-98", &Policy::max_failed_units},
    {"signature checks", "D-99", &Policy::max_checks},
    {"units of work", "D-99", &Policy::max_units},
    {"signature checks for a message", "D-99", &Policy::max_checks_per_message},
    {"SHA-1 blocks", "D-100", &Policy::max_sha1_blocks},
    {"NSEC3 records of a zone in a message", "D-101", &Policy::max_nsec3_records},
    {"NSEC records of a zone in a message", "D-101", &Policy::max_nsec_records},
    {"digests for a DS set", "D-102", &Policy::max_ds_digests},
    {"keys in a set", "D-103", &Policy::max_keys},
    {"RRsets of an ANY answer", "D-73", &Policy::max_any_rrsets},
    {"links of an alias chain", "D-104", &Policy::max_chain_links},
    {"labels walked down", "D-104", &Policy::max_label_steps},
    {"questions", "D-104", &Policy::max_questions},
    {"round trips", "D-104", &Policy::max_round_trips},
    {"units in one step", "D-112", &Policy::units_per_step},
};
// clang-format on

struct ConstantRow {
  std::string_view name, rule;
  std::size_t value;
};

/// What stands beside the policy: messages are read where no policy is known, and the anchors' timers are not a
/// look-up's.
constexpr ConstantRow kConstants[] = {
    {"octets that the compressed names of a message make", "D-6", wire::kMaxDecompressedOctets},
    {"records of an RRset", "D-103", wire::kMaxRecordsPerRrset},
    {"records of a message", "D-103", wire::kMaxRecordsPerMessage},
    {"days that a trust anchor stays MISSING", "D-117", kKeepMissing.count()},
};

}  // namespace

std::vector<std::string> describe(const Policy& policy) {
  std::vector<std::string> lines;
  const bool has_sha1 = policy.sha1 == Sha1Signatures::Checked;
  lines.push_back(std::string("D-33: algorithms 5 and 7 are ") + (has_sha1 ? "checked" : "not supported"));
  lines.push_back("D-87: extra NSEC3 rounds: " + std::to_string(policy.max_nsec3_iterations));
  for (const PolicyRow& row : kPolicyRows) {
    lines.push_back(fmt::format("{}: {}: {}", row.rule, row.name, policy.*row.member));
  }
  for (const ConstantRow& row : kConstants) lines.push_back(fmt::format("{}: {}: {}", row.rule, row.name, row.value));
  lines.emplace_back("D-97: denials made of cached NSEC and NSEC3: none");
  return lines;
}

}  // namespace danesweep::dnssec
