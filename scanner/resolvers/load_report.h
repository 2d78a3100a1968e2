// SPDX-License-Identifier: Apache-2.0
// What `resolver bench` prints.
#pragma once

#include <span>
#include <string>

#include "scanner/resolvers/load.h"

namespace danesweep::scanner {

/// "resolver 192.0.2.53:53 prio 0"
std::string load_head(const ResolverSetting& resolver);
/// One pass in a few lines, with warnings about what its figures are worth.
std::string pass_text(const LoadPass& pass);
/// What is said behind the passes; may be empty.
std::string load_end(const ResolverLoad& load, const LoadPlan& plan);
/// One object: {"questions", "max_inflight", "resolvers": [{"resolver", "priority", "passes": [...], "knee"}]}.
std::string load_json(const LoadPlan& plan, std::span<const ResolverLoad> loads);

}  // namespace danesweep::scanner
