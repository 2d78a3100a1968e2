// SPDX-License-Identifier: Apache-2.0
// From checked options to what the engine is told: resolvers, trust anchors, limits. What cannot be used is a sentence
// that says what to do, and exit code 2 before anything is started.
#pragma once

#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include <tl/expected.hpp>

#include "dnssec/crypto.h"
#include "scanner/engine/settings.h"
#include "scanner/managed_anchors.h"
#include "scanner/options.h"
#include "scanner/values.h"

namespace danesweep::scanner {

/// Anchors and how the results file and `--version` name them: ". 20326 (embedded)".
struct AnchorsInUse {
  dnssec::TrustAnchors anchors;
  std::vector<std::string> names;
  std::vector<std::string> notes;     ///< digests out of their dates, keys that changed their state
  std::vector<std::string> warnings;  ///< a state that is old or cannot be written, keys within their hold-down,
                                      ///< algorithms that the crypto library refuses (D-34)
  std::string lost;                   ///< no trusted key is there: everything is INDETERMINATE (D-45, D-118)
  std::optional<dnssec::UnixTime> next_probe;  ///< of managed anchors that a long scan must refresh (D-115)
};

/// Key tag of an anchor, of a DS or computed from a DNSKEY (RFC 4034 appendix B).
std::uint16_t anchor_key_tag(const dnssec::TrustAnchor& anchor);
std::string anchor_name(const dnssec::TrustAnchor& anchor, std::string_view source);

/// Static anchors of --trust-anchor-file (D-121).
Value<AnchorsInUse> anchors_of_file(const std::string& path, dnssec::UnixTime now);
std::filesystem::path state_folder(const std::string& state_dir);
/// The static anchors, or the managed ones, which may ask the resolvers for their keys first: call it last.
/// `answers`: what the crypto library must be able to verify; of what it refuses the user is warned (D-34).
tl::expected<AnchorsInUse, Refusal> anchors_in_use(
    const DnsOptions& options, const DnsSettings& settings,
    std::span<const dnssec::KnownAnswer> answers = dnssec::known_answers());

/// Notes as notes, warnings as warnings.
void say_about(const AnchorsInUse& anchors, Console& console);
/// Resolvers and anchors of a command that cannot do without either; what there is to say about them is said.
tl::expected<DnsSettings, Refusal> prepare_look_ups(const DnsOptions& options, Console& console);

/// nameserver lines of resolv.conf(5), all at prio 0.
std::vector<ResolverSetting> resolvers_of(std::string_view resolv_conf);

/// Everything but the anchors.
Value<DnsSettings> prepare_resolvers(const DnsOptions& options);

enum class Retries : std::uint8_t {
  ByDefault,
  OnlyIfAsked
};  ///< T-47: `verify` makes none unless --retry-after is given
/// T-73: what one of `shards` machines may do, so that all together keep the limits.
ProbeSettings share_of(const ProbeSettings& all, std::uint32_t shards);
Value<ProbeSettings> prepare_probes(const ProbeOptions& options, const DnsOptions& dns, Retries retries);

/// The machine's full name by /etc/hosts and the kernel, without asking the DNS; empty if it has none with a dot.
std::string full_host_name();

dnssec::UnixTime wall_clock();

}  // namespace danesweep::scanner
