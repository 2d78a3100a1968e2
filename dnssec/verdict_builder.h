// SPDX-License-Identifier: Apache-2.0
// From judged links to the verdict: the weakest link decides (rules D-14, D-62, D-66, D-76).
#pragma once

#include <vector>

#include "dnssec/chain.h"
#include "dnssec/link.h"
#include "dnssec/lookup.h"
#include "dnssec/verdict.h"

namespace danesweep::dnssec {

/// A link and the message that it was judged from; `view` null: there is none.
struct JudgedLink {
  wire::DomainName name;
  LinkResult result;
  const ResponseView* view = nullptr;
};

/// `links` from the asked name to the end of the chain, at least one.
Verdict build_verdict(const Lookup& lookup, const Chain& chain, const std::vector<JudgedLink>& links);

}  // namespace danesweep::dnssec
