// SPDX-License-Identifier: Apache-2.0
// Links of a proof as `query --json` and `--trace` show them (rules D-62, D-126): made where something was checked,
// from what was checked.
#pragma once

#include <string>
#include <vector>

#include "dnssec/finding.h"
#include "dnssec/policy.h"
#include "dnssec/signature.h"
#include "dnssec/verdict.h"
#include "dnssec/zone_keys.h"

namespace danesweep::dnssec {

/// A link without signature facts.
ChainLink make_link(Step step, const wire::DomainName& zone, const wire::DomainName& name,
                    std::optional<wire::RrType> type, const Finding& finding, ResolverId resolver = kNoResolver);
/// Adds key tag, algorithm, signer and dates of the signature that holds; its TTL if that is smaller.
void add_signature(ChainLink& link, const VerifiedRrset& verified);

/// The link of an RRset whose signature holds, without the resolver.
ChainLink make_link(Step step, const VerifiedRrset& verified);

/// "keys of example DNSKEY: BOGUS ds-no-matching-key, no key of ..."
std::string to_line(std::string_view what, const wire::DomainName& name, std::optional<wire::RrType> type,
                    const Finding& finding);

/// The numbers that RULES.md marks with *, one to a line, as rules name them.
std::vector<std::string> describe(const Policy& policy);

}  // namespace danesweep::dnssec
