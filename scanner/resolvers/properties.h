// SPDX-License-Identifier: Apache-2.0
// Is a resolver fit for DNSSEC? One property after the other, from "answers at all" to "big answers arrive": what
// look-ups need by dnssec/RULES.md (D-4, D-56, D-59, D-61) and by the canary (E-102). Each finding says what to do
// next.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "dnssec/wire/message.h"
#include "scanner/engine/settings.h"

namespace danesweep::scanner {

enum class Fitness : std::uint8_t {
  Fit,
  Warning,  ///< not as it should be, and no look-up comes to harm
  Unfit,    ///< look-ups fail, or domains look Bogus
  NoAnswer,
  NotTestable,  ///< a name of the right kind is wanted
};
std::string_view to_text(Fitness fitness);  ///< "fit", "not testable"

struct Finding {
  std::string_view property;
  Fitness fitness{};
  std::string sentence;  ///< begins with the fitness, as the canary's line does; may hold hostile text
};

struct Examination {
  ResolverSetting resolver;
  std::vector<Finding> findings;  ///< only the first one of a resolver that answers nothing
  /// NoAnswer only if nothing at all was answered.
  Fitness fitness() const;
  /// Properties of that fitness.
  std::vector<std::string_view> properties(Fitness fitness) const;
};

/// Names to ask for.
struct CheckPlan {
  wire::DomainName canary;                 ///< of a signed zone that is in order
  std::optional<wire::DomainName> broken;  ///< its signatures do not hold, on purpose
  std::vector<wire::Question> big;         ///< with answers beyond 1232 octets
};

/// Asks `resolver` alone, for as long as it takes. `settings.resolvers` are not looked at.
Examination examine(const DnsSettings& settings, const ResolverSetting& resolver, const CheckPlan& plan);

}  // namespace danesweep::scanner
