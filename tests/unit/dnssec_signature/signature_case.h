// SPDX-License-Identifier: Apache-2.0
// One RRset with its signatures and keys, and what verify_rrset says of it: for the tests of the signature rules.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "dnssec/signature.h"
#include "tests/unit/dnssec_signature/verification.h"

namespace danesweep::dnssec {

using support::kDay;
using support::kNow;
using support::name;
using support::record;
using support::Record;
using support::Records;
using support::sign;
using support::SignatureFields;
using support::SigningKey;
using wire::RrType;

inline const SigningKey kZsk(13, 1);

/// One RRset of example. as it arrives, honest until a row spoils it.
struct Case {
  Records rrset = {record("www.example. A 192.0.2.1"), record("www.example. A 192.0.2.2")};
  Records signatures;
  std::vector<SigningKey> keys = {kZsk};
  wire::DomainName zone = name("example.");
  SignedRole role = SignedRole::Ordinary;
  std::int64_t now = kNow;
  Policy policy;

  Record& signature() { return signatures.at(0); }
  void sign_with(const SigningKey& key, const SignatureFields& fields = {}) {
    signatures.push_back(sign(rrset, zone, key, fields));
  }
  void sign_with(const SignatureFields& fields) { sign_with(kZsk, fields); }
  void of(std::vector<std::string_view> lines) {
    rrset.clear();
    for (const auto line : lines) rrset.push_back(record(line));
  }
};

struct Outcome {
  Security security = Security::Secure;
  Reason reason = Reason::None;
  ReasonFacts facts;
  std::vector<std::string> trace;
  std::optional<VerifiedRrset> verified;
};

inline Outcome check(const Case& c, SignatureMemo* memo = nullptr, WorkBudget* budget = nullptr) {
  Desk desk(c.policy);
  desk.context.now = c.now;
  desk.context.memo = memo;
  if (budget) desk.context.budget = budget;
  Records keys, all = c.rrset;
  for (const SigningKey& key : c.keys) keys.push_back(dnskey(key, c.zone.to_text()));
  all.insert(all.end(), c.signatures.begin(), c.signatures.end());
  const Grouped grouped(all);
  const auto zone_keys = keys.empty() ? std::vector<ZoneKey>() : desk.load(keys);
  auto result = verify_rrset(grouped.first(), c.zone, zone_keys, c.role, desk.context);
  Outcome outcome;
  outcome.trace = desk.trace;
  if (!result) {
    outcome.security = result.error().security;
    outcome.reason = result.error().reason;
    outcome.facts = result.error().facts;
  } else {
    outcome.verified = *result;
  }
  return outcome;
}

}  // namespace danesweep::dnssec
