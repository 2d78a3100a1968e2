// SPDX-License-Identifier: Apache-2.0
#include "output/gateway_walk.h"

#include <algorithm>
#include <array>
#include <string_view>

#include "output/reasons.h"

namespace danesweep::output {

namespace {

constexpr std::array<std::string_view, 8> kCertificateCodes = {
    "tlsa-mismatch", "ta-not-in-chain",    "tlsa-wrong-usage",  "name-mismatch",
    "cert-expired",  "cert-not-yet-valid", "cert-key-too-weak", "ta-chain-invalid"};

/// Codes that can come before the greeting as well as after it: the stored replies tell.
constexpr std::array<std::string_view, 6> kAnyStageCodes = {"smtp-closed",    "not-smtp",      "reply-malformed",
                                                            "reply-too-long", "probe-timeout", "internal-error"};

constexpr std::array<std::string_view, 7> kConnectCodes = {
    "connect-refused",   "connect-timeout",  "connect-unreachable", "greeting-timeout",
    "greeting-tempfail", "greeting-refused", "host-no-mail"};

template <std::size_t Count>
bool holds(const std::array<std::string_view, Count>& codes, std::string_view code) {
  return std::find(codes.begin(), codes.end(), code) != codes.end();
}

bool was_greeted(const Probe& probe) {
  return std::any_of(probe.replies.begin(), probe.replies.end(),
                     [](const Reply& reply) { return reply.phase == "greeting" && reply.reply_code == 220; });
}

const Probe* probe_of(const Host& host, const std::string& address) {
  const auto found = std::find_if(host.probes.begin(), host.probes.end(),
                                  [&](const Probe& probe) { return probe.address == address; });
  return found == host.probes.end() ? nullptr : &*found;
}

/// E-8, and what T-24 probes beside the table is not shown.
bool is_probed(const Host& host) {
  return host.address_status == Status::Secure && host.tlsa_status == Status::Secure && host.tlsa_usable;
}

/// E-42: a TLSA result that lets nobody connect holds for the whole host.
bool ends_with_first_address(const Host& host) { return host.address_status == Status::Secure && !is_probed(host); }

HostVisit visit_host(const Result& result, const Host& host, MultiMx multi_mx, bool& delivered) {
  HostVisit out{&host, {}};
  for (const Address& address : host.addresses) {
    // A family that E-10 leaves out prints nothing.
    if (address.status != Status::Secure && address.status != Status::Insecure) continue;
    out.visits.push_back({&address, is_probed(host) ? probe_of(host, address.text) : nullptr});
    delivered = delivered || is_delivered(result, host, out.visits.back());
    if (ends_with_first_address(host) || (delivered && multi_mx == MultiMx::First)) break;
  }
  return out;
}

}  // namespace

Stage stage_of(const Probe& probe) {
  const std::string_view code = probe.outcome;
  const ReasonInfo* row = find_reason(code);
  if (code == "ok") return Stage::Success;
  if (holds(kCertificateCodes, code)) return Stage::Certificate;
  if (holds(kConnectCodes, code)) return Stage::Connect;
  if (holds(kAnyStageCodes, code)) return was_greeted(probe) ? Stage::Tls : Stage::Connect;
  return row != nullptr && (row->strict == '?' || row->strict == '-') ? Stage::NotMade : Stage::Tls;
}

bool is_delivered(const Result& result, const Host& host, const Visit& visit) {
  return result.mx.status == Status::Secure && host.address_status == Status::Secure && visit.probe != nullptr &&
         visit.probe->certificate == Certificate::Success;
}

std::vector<HostVisit> gateway_walk(const Result& result, MultiMx multi_mx) {
  std::vector<HostVisit> walk;
  bool delivered = false;
  for (const Host& host : result.hosts) {
    if (host.special == "over-cap") continue;
    walk.push_back(visit_host(result, host, multi_mx, delivered));
    if (delivered && multi_mx == MultiMx::First) break;
  }
  return walk;
}

}  // namespace danesweep::output
