// SPDX-License-Identifier: Apache-2.0
#include "tls/outcome.h"

#include <algorithm>
#include <array>
#include <cstddef>

namespace danesweep::tls {
namespace {

using enum Outcome;
using enum CertificateVerdict;

enum class Retry : std::uint8_t { Never, Once };
enum class Dialled : std::uint8_t { Yes, No };

struct Row {
  Outcome outcome;
  std::string_view code;
  CertificateVerdict verdict;
  Retry retry = Retry::Never;
  Dialled dialled = Dialled::Yes;
};

/// Part G, in the order of the enumerators. FAILED is what the server said for good (T-57); all else is an unknown
/// cell.
// clang-format off
constexpr Row kRows[] = {
    {Ok,                    "ok",                       Success},
    {TlsaMismatch,          "tlsa-mismatch",            Failed},
    {TaNotInChain,          "ta-not-in-chain",          Failed},
    {TlsaWrongUsage,        "tlsa-wrong-usage",         Failed},
    {NameMismatch,          "name-mismatch",            Failed},
    {CertExpired,           "cert-expired",             Failed},
    {CertNotYetValid,       "cert-not-yet-valid",       Failed},
    {CertKeyTooWeak,        "cert-key-too-weak",        Failed},
    {TaChainInvalid,        "ta-chain-invalid",         Failed},
    {StarttlsMissing,       "starttls-missing",         Failed},
    {StarttlsMasked,        "starttls-masked",          Failed},
    {StarttlsRefused,       "starttls-refused",         Failed},
    {StarttlsInjection,     "starttls-injection",       Failed},
    {TlsVersionOld,         "tls-version-old",          Failed},
    {TlsAlert,              "tls-alert",                Failed},
    {TlsProtocolError,      "tls-protocol-error",       Failed},
    {TlsNotTls,             "tls-not-tls",              Failed},
    {TlsClientCertRequired, "tls-client-cert-required", Failed},
    {TlsChainTooBig,        "tls-chain-too-big",        Failed},
    {ConnectRefused,        "connect-refused",          NotChecked, Retry::Once},
    {ConnectTimeout,        "connect-timeout",          NotChecked, Retry::Once},
    {ConnectUnreachable,    "connect-unreachable",      NotChecked, Retry::Once},
    {GreetingTimeout,       "greeting-timeout",         NotChecked, Retry::Once},
    {SmtpTimeout,           "smtp-timeout",             NotChecked, Retry::Once},
    {TlsTimeout,            "tls-timeout",              NotChecked, Retry::Once},
    {ProbeTimeout,          "probe-timeout",            NotChecked, Retry::Once},
    {SmtpClosed,            "smtp-closed",              NotChecked, Retry::Once},
    {TlsClosed,             "tls-closed",               NotChecked, Retry::Once},
    {GreetingTempfail,      "greeting-tempfail",        NotChecked, Retry::Once},
    {EhloTempfail,          "ehlo-tempfail",            NotChecked, Retry::Once},
    {StarttlsTempfail,      "starttls-tempfail",        NotChecked, Retry::Once},
    {GreetingRefused,       "greeting-refused",         NotChecked},
    {EhloRefused,           "ehlo-refused",             NotChecked},
    {HostNoMail,            "host-no-mail",             NotChecked},
    {NotSmtp,               "not-smtp",                 NotChecked},
    {ReplyMalformed,        "reply-malformed",          NotChecked},
    {ReplyTooLong,          "reply-too-long",           NotChecked},
    {InternalError,         "internal-error",           NotChecked},
    {SpecialAddress,        "special-address",          NotChecked, Retry::Never, Dialled::No},
    {NoIpv6,                "no-ipv6",                  NotChecked, Retry::Never, Dialled::No},
    {NoProbe,               "no-probe",                 NotChecked, Retry::Never, Dialled::No},
    {PortBlocked,           "port-blocked",             NotChecked, Retry::Never, Dialled::No},
    {ProviderBackoff,       "provider-backoff",         NotChecked, Retry::Never, Dialled::No},
    {OptedOut,              "opted-out",                NotChecked, Retry::Never, Dialled::No},
    {OverCap,               "over-cap",                 NotChecked, Retry::Never, Dialled::No},
};
// clang-format on

constexpr bool rows_follow_the_enumerators() {
  for (std::size_t i = 0; i < std::size(kRows); ++i)
    if (static_cast<std::size_t>(kRows[i].outcome) != i) return false;
  return std::size(kRows) == static_cast<std::size_t>(OverCap) + 1;
}
static_assert(rows_follow_the_enumerators());

constexpr auto kAll = [] {
  std::array<Outcome, std::size(kRows)> all{};
  for (std::size_t i = 0; i < all.size(); ++i) all[i] = kRows[i].outcome;
  return all;
}();

const Row& row(Outcome outcome) { return kRows[static_cast<std::size_t>(outcome)]; }

}  // namespace

std::string_view code(Outcome outcome) { return row(outcome).code; }

std::optional<Outcome> parse_outcome(std::string_view code) {
  const auto* const found = std::ranges::find(kRows, code, &Row::code);
  if (found == std::end(kRows)) return std::nullopt;
  return found->outcome;
}

CertificateVerdict certificate_verdict(Outcome outcome) { return row(outcome).verdict; }
bool is_retriable(Outcome outcome) { return row(outcome).retry == Retry::Once; }
bool is_undialled(Outcome outcome) { return row(outcome).dialled == Dialled::No; }
std::span<const Outcome> all_outcomes() { return kAll; }

}  // namespace danesweep::tls
