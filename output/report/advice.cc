// SPDX-License-Identifier: Apache-2.0
#include "output/report/advice.h"

#include <algorithm>
#include <iterator>

#include <fmt/format.h>

#include "output/destination_sections.h"
#include "output/figures.h"
#include "output/report/verdict.h"

namespace danesweep::output {

namespace {

std::uint64_t domains(const Summary& summary, Action action) { return summary.effective.of(action).domains; }

bool any_assessed(const Summary& summary) { return summary.effective.assessed().domains > 0; }
bool any_success(const Summary& summary) { return domains(summary, Action::DaneSuccess) > 0; }
bool any_trouble(const Summary& summary) {
  return domains(summary, Action::DaneFail) + domains(summary, Action::Undetermined) > 0;
}
bool any_unknown(const Summary& summary) { return domains(summary, Action::Undetermined) > 0; }
bool any_routed(const Summary& summary) { return summary.routed.domains + summary.rat_route_relay.domains > 0; }
bool any_own_routed(const Summary& summary) { return summary.rat_route_relay.domains > 0; }

bool may_be_switched_on(const Summary& summary) {
  return go_verdict(summary, summary.header.default_mode).go != Go::NoGo;
}

/// E-117: everything, or more than half, goes to fixed hosts.
bool is_inner_layer(const Summary& summary) {
  return routes_everything(summary.header) || summary.routed.domains * 2 > summary.all.domains;
}

bool has_unfit_resolver(const Summary& summary) {
  return std::any_of(summary.header.resolvers.begin(), summary.header.resolvers.end(),
                     [](const ResolverHealth& resolver) { return resolver.canary == "unfit"; });
}

bool has_later_resolver(const Summary& summary) {
  const auto& resolvers = summary.header.resolvers;
  return std::any_of(resolvers.begin(), resolvers.end(),
                     [&](const ResolverHealth& resolver) { return resolver.priority != resolvers.front().priority; });
}

bool would_lose_by_failover(const Summary& summary) { return summary.failover_changes.all().domains > 0; }

/// E-88: the scan took it as Preferred.
bool has_tls_off_by_default(const Summary& summary) {
  const auto& files = summary.header.gateway_files;
  return std::any_of(files.begin(), files.end(), [](const NamedText& file) {
    return file.name == "destconfig" && default_has_tls_off(split_sections(file.text));
  });
}

struct Advice {
  std::string_view rule;
  bool (*relevant)(const Summary&);
  std::string_view text;
};

// clang-format off
constexpr Advice kAdvice[] = {
    {"E-88", has_tls_off_by_default, "First of all set TLS Support of the Default to Preferred: it is off in your export, and this report takes it as Preferred."},
    {"E-117", is_inner_layer, "This appliance hands its mail to another one: switch DANE on only where connections to the outside are made."},
    {"E-115 (1)", any_assessed, "DANE needs AsyncOS 12.0 or later, and resolvers that pass DNSSEC records on."},
    {"E-115 (2)", any_assessed, "In Destination Controls set TLS Support to Preferred, Required or a Verify kind first; only then can DANE Support be chosen. Submit and commit."},
    {"E-118", any_own_routed, "Start with your own domains that have an SMTP route: give each a destination entry with DANE None, or relayed mail to them stops."},
    {"E-118", any_routed, "Every domain with an SMTP route to a host needs a destination entry with DANE None."},
    {"E-113", any_trouble, "Give each failing domain a destination entry with DANE None before the Default is changed (`danesweep report --remedies DIR` writes them)."},
    {"E-113", any_unknown, "Scan the domains that are not known again before deciding: a fault of the moment is no verdict."},
    {"E-115 (3)", any_success, "Test a domain with `danesweep verify` before it gets a profile of its own; setting the Default is the bolder way."},
    {"E-115 (4)", may_be_switched_on, "Look at Monitor > Delivery Status, column Active Recipients, before the change and now and then for some days after it: destinations that build up are stuck."},
    {"E-115 (5)", any_success, "Deliveries with DANE show in the mail log by the word \"for\": grep \"TLS success.*for\" mail_logs"},
    {"E-115 (6)", any_trouble, "For a closer look subscribe a second mail log at debug level, keep 2 to 4 files of it, and switch it off afterwards: it is large and costs load."},
    {"E-116", has_unfit_resolver, "A resolver without DNSSEC makes every domain Bogus and stops mail in both modes: give DNSSEC-capable resolvers the low priority numbers, and give the secondary ones DNSSEC too."},
    {"E-116", would_lose_by_failover, "The resolvers of later priorities do not carry DANE: mend them before the first ones fail."},
    {"E-116", has_later_resolver, "The secondary resolvers answer when the first ones do not: they need DNSSEC as well (the canary of a scan tells)."},
};
// clang-format on

}  // namespace

std::vector<std::string> advice(const Summary& summary) {
  std::vector<std::string> texts;
  for (const Advice& item : kAdvice) {
    if (item.relevant(summary)) texts.emplace_back(item.text);
  }
  return texts;
}

}  // namespace danesweep::output
