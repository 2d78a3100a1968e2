// SPDX-License-Identifier: Apache-2.0
#include "output/rfc7672.h"

#include <algorithm>

#include "output/reasons.h"

namespace danesweep::output {

namespace {

constexpr auto kSkipped = Rfc7672::Defer;

bool is_implicit(const Result& result) { return result.mx.answer == Answer::NoData; }

bool any_probe(const Host& host, Certificate certificate) {
  return std::any_of(host.probes.begin(), host.probes.end(),
                     [=](const Probe& probe) { return probe.certificate == certificate; });
}

/// Usable TLSA and no address that succeeded or failed: skipped if a connection was tried, unset if it was left out.
Rfc7672 unprobed_verdict(const Host& host) {
  for (const Probe& probe : host.probes) {
    const auto* info = find_reason(probe.outcome);
    if (info != nullptr && info->strict == 'x') return kSkipped;
  }
  return Rfc7672::Unset;
}

Rfc7672 usable_verdict(const Host& host) {
  if (any_probe(host, Certificate::Success)) return Rfc7672::Verified;
  if (any_probe(host, Certificate::Failed)) return kSkipped;
  return unprobed_verdict(host);
}

bool has_no_address(const Host& host) {
  return host.special == "mx-target-invalid" || host.special == "address-none" ||
         host.address_status == Status::Bogus || host.address_status == Status::Indeterminate;
}

Rfc7672 tlsa_verdict(const Host& host) {
  if (host.tlsa_status != Status::Secure) return Rfc7672::Opportunistic;
  return host.tlsa_usable ? usable_verdict(host) : Rfc7672::Encrypted;
}

/// Strength in the order of T-76; Unset is the weakest.
int strength(Rfc7672 verdict) {
  switch (verdict) {
    case Rfc7672::Verified:
      return 3;
    case Rfc7672::Encrypted:
      return 2;
    case Rfc7672::Opportunistic:
      return 1;
    default:
      return 0;
  }
}

bool takes_part(const Host& host) { return host.special != "over-cap"; }
bool is_candidate(const Host& host) { return takes_part(host) && host.rfc7672 != kSkipped; }

/// T-76: the weakest of the best preference that has a host which is not skipped.
Rfc7672 walk(const Result& result, std::uint32_t& preference) {
  const Host* weakest = nullptr;
  for (const Host& host : result.hosts) {
    if (!is_candidate(host)) continue;
    if (weakest == nullptr || host.preference < weakest->preference ||
        (host.preference == weakest->preference && strength(host.rfc7672) < strength(weakest->rfc7672))) {
      weakest = &host;
    }
  }
  if (weakest == nullptr) return Rfc7672::Defer;
  preference = weakest->preference;
  return weakest->rfc7672;
}

/// T-77: an attacker who blocks the better hosts gets the weaker one.
void note_back_doors(Result& result, Rfc7672 verdict, std::uint32_t preference) {
  for (Host& host : result.hosts) {
    if (!is_candidate(host) || host.preference <= preference || host.rfc7672 == Rfc7672::Unset) continue;
    if (strength(host.rfc7672) < strength(verdict)) host.warnings.emplace_back("backup-weaker");
  }
}

void note_deferral(const Result& result, Host& host) {
  const bool insecure = result.mx.status == Status::Insecure && !is_implicit(result);
  if (!insecure || host.tlsa_status != Status::Secure || !host.tlsa_usable) return;
  if (any_probe(host, Certificate::Failed) && !any_probe(host, Certificate::Success)) {
    host.warnings.emplace_back("insecure-mx-would-defer");
  }
}

/// The domains that are decided before any host.
Rfc7672 early_verdict(const ReasonInfo& decided) {
  if (decided.strict == 'n') return Rfc7672::NoMail;
  return decided.strict == 'd' ? Rfc7672::Defer : Rfc7672::Unset;
}

}  // namespace

Rfc7672 strict_host_verdict(const Result& result, const Host& host) {
  if (!takes_part(host)) return Rfc7672::Unset;
  if (has_no_address(host)) return kSkipped;
  if (host.tlsa_status == Status::Bogus || host.tlsa_status == Status::Indeterminate) return kSkipped;
  if (result.mx.status == Status::Insecure && !is_implicit(result)) return Rfc7672::Opportunistic;
  if (host.special == "mx-target-literal") return Rfc7672::Opportunistic;
  if (host.address_status == Status::Insecure && !host.first_link_secure) return Rfc7672::Opportunistic;
  return tlsa_verdict(host);
}

void judge_strict_sender(Result& result) {
  for (Host& host : result.hosts) {
    host.rfc7672 = strict_host_verdict(result, host);
    note_deferral(result, host);
  }
  const auto* decided = find_reason(result.decided_by);
  if (decided != nullptr) {
    result.rfc7672 = early_verdict(*decided);
    return;
  }
  std::uint32_t preference = 0;
  result.rfc7672 = walk(result, preference);
  note_back_doors(result, result.rfc7672, preference);
}

}  // namespace danesweep::output
