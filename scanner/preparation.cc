// SPDX-License-Identifier: Apache-2.0
#include "scanner/preparation.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <set>

#include "dnssec/algorithms.h"
#include "dnssec/resolver_set.h"
#include "dnssec/zone_keys.h"
#include "scanner/input/domain_name.h"
#include "scanner/input/entry.h"

namespace danesweep::scanner {
namespace {

/// Calls `take` with the words of each line, without comments.
template <class Take>
void for_each_line_of_words(std::string_view text, Take&& take) {
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    std::string_view line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    line = input::trim(line.substr(0, line.find_first_of("#;")));
    std::vector<std::string> words;
    for (std::string_view word = input::take_word(line); !word.empty(); word = input::take_word(line))
      words.emplace_back(word);
    if (!words.empty()) take(words);
  }
}

Value<std::vector<ResolverSetting>> resolvers_in_use(const DnsOptions& options) {
  if (!options.resolvers.empty()) return options.resolvers;
  const auto text = read_whole_file("/etc/resolv.conf");
  auto resolvers = text ? resolvers_of(*text) : std::vector<ResolverSetting>{};
  if (resolvers.empty())
    return tl::unexpected(std::string("/etc/resolv.conf names no resolver; name one with --resolver ADDR"));
  return resolvers;
}

Value<std::vector<std::string>> one_per_family(const std::vector<std::string>& addresses) {
  const auto is_v6 = [](const std::string& address) { return address.find(':') != std::string::npos; };
  const auto v6 = std::ranges::count_if(addresses, is_v6);
  if (v6 > 1 || static_cast<std::ptrdiff_t>(addresses.size()) - v6 > 1)
    return tl::unexpected(std::string("--source-address: at most one IPv4 and one IPv6 address can be given"));
  return addresses;
}

/// First name with a dot that /etc/hosts gives the machine's short name.
std::string name_in_hosts_file(const std::string& short_name) {
  const auto hosts = read_whole_file("/etc/hosts");
  std::string found;
  if (!hosts) return found;
  for_each_line_of_words(*hosts, [&](const std::vector<std::string>& words) {
    if (!found.empty() || std::find(words.begin() + 1, words.end(), short_name) == words.end()) return;
    const auto full = std::find_if(words.begin() + 1, words.end(), [](const std::string& word) {
      return word.find('.') != std::string::npos && !word.starts_with("localhost");
    });
    if (full != words.end()) found = *full;
  });
  return found;
}

}  // namespace

dnssec::UnixTime wall_clock() {
  return std::chrono::duration_cast<std::chrono::seconds>(std::chrono::system_clock::now().time_since_epoch()).count();
}

std::uint16_t anchor_key_tag(const dnssec::TrustAnchor& anchor) {
  if (anchor.form == dnssec::AnchorForm::Dnskey) return dnssec::key_tag(anchor.rdata);
  if (anchor.rdata.size() < 2) return 0;
  return static_cast<std::uint16_t>((anchor.rdata[0] << 8) | anchor.rdata[1]);
}

std::string anchor_name(const dnssec::TrustAnchor& anchor, std::string_view source) {
  return fmt::format("{} {} ({})", anchor.zone.to_display(), anchor_key_tag(anchor), source);
}

Value<AnchorsInUse> anchors_of_file(const std::string& path, dnssec::UnixTime now) {
  const auto content = read_whole_file(path);
  if (!content) return tl::unexpected(content.error());
  auto file = dnssec::parse_anchor_file(*content, now);
  if (!file) {
    const auto& error = file.error();
    const std::string place = error.line == 0 ? path : fmt::format("{}:{}", path, error.line);
    return tl::unexpected(fmt::format("{}: {} (DS or DNSKEY lines, or IANA's root-anchors.xml)", place, error.text));
  }
  AnchorsInUse use;
  if (file->anchors.empty())
    use.lost = fmt::format(
        "{}: holds no trust anchor that is valid now{}{}; give DS or DNSKEY lines, or root-anchors.xml "
        "from https://data.iana.org/root-anchors/",
        path, file->skipped.empty() ? "" : ": ", fmt::join(file->skipped, ", "));
  use.anchors = dnssec::TrustAnchors(std::move(file->anchors));
  use.notes = std::move(file->skipped);
  for (const auto& anchor : use.anchors.all()) use.names.push_back(anchor_name(anchor, "file"));
  return use;
}

std::filesystem::path state_folder(const std::string& state_dir) {
  return state_dir.empty() ? default_state_folder() : std::filesystem::path(state_dir);
}

namespace {

tl::expected<AnchorsInUse, Refusal> find_anchors(const DnsOptions& options, const DnsSettings& settings) {
  const dnssec::UnixTime now = options.validation_time.value_or(wall_clock());
  if (!options.trust_anchor_file.empty()) {
    auto file = anchors_of_file(options.trust_anchor_file, now);
    if (!file) return tl::unexpected(Refusal{ExitCode::Usage, file.error()});
    return std::move(*file);
  }
  auto managed = anchors_for_validation(AnchorStore(state_folder(options.state_dir)), settings, now,
                                        options.validation_time ? Refreshing::Never : Refreshing::WhenDue);
  if (!managed) return tl::unexpected(managed.error());
  AnchorsInUse use;
  use.anchors = dnssec::TrustAnchors(dnssec::trusted_anchors(managed->state));
  use.notes = std::move(managed->notes);
  use.warnings = std::move(managed->warnings);
  use.lost = std::move(managed->lost);
  if (!options.validation_time) use.next_probe = dnssec::due_at(managed->state, now);
  for (const auto& key : managed->state.keys)
    if (key.is_trusted())
      use.names.push_back(
          fmt::format("{} {} ({})", managed->state.zone.to_display(), key.tag(), dnssec::to_text(key.source)));
  return use;
}

/// D-34
std::vector<std::string> crypto_warnings(const dnssec::Crypto& crypto) {
  std::vector<std::string> refused;
  for (const std::uint8_t number : crypto.refused_algorithms())
    refused.push_back(fmt::format("{} ({})", number, dnssec::algorithm_to_text(number)));
  if (refused.empty()) return {};
  return {
      fmt::format("the crypto library of this system refuses algorithm {}: zones signed by nothing else count as "
                  "insecure, not as bogus; see its configuration ({})",
                  fmt::join(refused, ", "), dnssec::crypto_library_version())};
}

}  // namespace

tl::expected<AnchorsInUse, Refusal> anchors_in_use(const DnsOptions& options, const DnsSettings& settings,
                                                   std::span<const dnssec::KnownAnswer> answers) {
  auto use = find_anchors(options, settings);
  if (!use) return use;
  for (std::string& warning : crypto_warnings(dnssec::Crypto(settings.policy, answers)))
    use->warnings.push_back(std::move(warning));
  return use;
}

std::vector<ResolverSetting> resolvers_of(std::string_view resolv_conf) {
  std::vector<ResolverSetting> resolvers;
  for_each_line_of_words(resolv_conf, [&](const std::vector<std::string>& words) {
    if (words.size() < 2 || words[0] != "nameserver") return;
    const bool v6 = words[1].find(':') != std::string::npos;
    const auto resolver = parse_resolver(v6 ? "[" + words[1] + "]" : words[1]);
    if (resolver) resolvers.push_back(*resolver);
  });
  return resolvers;
}

Value<DnsSettings> prepare_resolvers(const DnsOptions& options) {
  auto resolvers = resolvers_in_use(options);
  if (!resolvers) return tl::unexpected(resolvers.error());
  if (resolvers->size() > static_cast<std::size_t>(dnssec::kMaxResolvers))
    return tl::unexpected(
        fmt::format("{} resolvers are named; at most {} can be used", resolvers->size(), dnssec::kMaxResolvers));
  const auto sources = one_per_family(options.source_addresses);
  if (!sources) return tl::unexpected(sources.error());
  DnsSettings settings;
  settings.resolvers = std::move(*resolvers);
  settings.timeout = options.timeout;
  settings.tries = options.tries;
  settings.policy.sha1 = options.accept_sha1 ? dnssec::Sha1Signatures::Checked : dnssec::Sha1Signatures::Unsupported;
  settings.validation_time = options.validation_time;
  settings.source_addresses = *sources;
  return settings;
}

void say_about(const AnchorsInUse& anchors, Console& console) {
  for (const std::string& note : anchors.notes) console.note(note);
  for (const std::string& warning : anchors.warnings) console.warn(warning);
}

tl::expected<DnsSettings, Refusal> prepare_look_ups(const DnsOptions& options, Console& console) {
  auto settings = prepare_resolvers(options);
  if (!settings) return tl::unexpected(Refusal{ExitCode::Usage, settings.error()});
  const auto anchors = anchors_in_use(options, *settings);
  if (!anchors) return tl::unexpected(anchors.error());
  say_about(*anchors, console);
  if (!anchors->lost.empty()) return tl::unexpected(Refusal{ExitCode::CannotWork, anchors->lost});
  settings->anchors = anchors->anchors;
  return std::move(*settings);
}

ProbeSettings share_of(const ProbeSettings& all, std::uint32_t shards) {
  const auto part = [shards](std::uint32_t limit) { return limit > 0 ? std::max(1U, limit / shards) : 0; };
  ProbeSettings share = all;
  share.rate = part(all.rate);
  share.max_probes = part(all.max_probes);
  for (RateLimit* const limit : {&share.per_address, &share.per_net, &share.per_provider})
    *limit = {part(limit->open), limit->starts_per_second / shards};
  return share;
}

Value<ProbeSettings> prepare_probes(const ProbeOptions& options, const DnsOptions& dns, Retries retries) {
  if (options.ipv4_only && options.ipv6_only)
    return tl::unexpected(std::string("--ipv4-only and --ipv6-only exclude each other; give one of them"));
  ProbeSettings settings;
  settings.mode = options.dry_run ? ProbeMode::DryRun : options.no_probe ? ProbeMode::NoProbe : ProbeMode::Probe;
  settings.smtp_port = options.smtp_port;
  settings.helo = options.helo.empty() ? full_host_name() : options.helo;
  settings.timeouts = options.timeouts;
  settings.banners = options.no_banners ? tls::Banners::CodesOnly : tls::Banners::Keep;
  settings.special_addresses = options.allow_special_addresses ? SpecialAddresses::Allow : SpecialAddresses::Skip;
  settings.families = options.ipv4_only ? Families::Ipv4Only : options.ipv6_only ? Families::Ipv6Only : Families::Both;
  settings.tls_keys = options.tls_keys;
  if (options.retry_after) settings.retry_after = options.retry_after;
  if (options.no_retry || (retries == Retries::OnlyIfAsked && !options.retry_after)) settings.retry_after.reset();
  settings.rate = options.probe_rate;
  settings.max_probes = options.max_probes;
  settings.per_address = options.per_address.value_or(settings.per_address);
  settings.per_net = options.per_net.value_or(settings.per_net);
  settings.per_provider = options.per_provider.value_or(settings.per_provider);
  settings.source_addresses = dns.source_addresses;
  return settings;
}

std::string full_host_name() {
  std::array<char, 256> buffer{};
  if (::gethostname(buffer.data(), buffer.size() - 1) != 0) return "";
  std::string name = buffer.data();
  if (name.find('.') == std::string::npos) name = name_in_hosts_file(name);
  const auto checked = parse_helo(name);
  return checked && !checked->starts_with("localhost") ? *checked : "";
}

}  // namespace danesweep::scanner
