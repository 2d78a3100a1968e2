// SPDX-License-Identifier: Apache-2.0
// What became of one connection, or why none was made: the probe codes of RULES.md part G (T-57, T-62, T-64). A code
// never changes its meaning. output/reasons adds the sentence and who must mend it.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace danesweep::tls {

enum class Outcome : std::uint8_t {
  Ok,
  // certificate FAILED: the server said for good that no authenticated TLS is to be had (T-57)
  TlsaMismatch,
  TaNotInChain,
  TlsaWrongUsage,
  NameMismatch,
  CertExpired,
  CertNotYetValid,
  CertKeyTooWeak,
  TaChainInvalid,
  StarttlsMissing,
  StarttlsMasked,
  StarttlsRefused,
  StarttlsInjection,
  TlsVersionOld,
  TlsAlert,
  TlsProtocolError,
  TlsNotTls,
  TlsClientCertRequired,
  TlsChainTooBig,
  // NOT_CHECKED: unknown cell
  ConnectRefused,
  ConnectTimeout,
  ConnectUnreachable,
  GreetingTimeout,
  SmtpTimeout,
  TlsTimeout,
  ProbeTimeout,
  SmtpClosed,
  TlsClosed,
  GreetingTempfail,
  EhloTempfail,
  StarttlsTempfail,
  GreetingRefused,
  EhloRefused,
  HostNoMail,
  NotSmtp,
  ReplyMalformed,
  ReplyTooLong,
  InternalError,
  // NOT_CHECKED: no connection was made
  SpecialAddress,
  NoIpv6,
  NoProbe,
  PortBlocked,
  ProviderBackoff,
  OptedOut,
  OverCap,
};

enum class CertificateVerdict : std::uint8_t { NotChecked, Success, Failed };

std::string_view code(Outcome outcome);  ///< "tlsa-mismatch"
std::optional<Outcome> parse_outcome(std::string_view code);
CertificateVerdict certificate_verdict(Outcome outcome);
/// T-47: worth one more try later.
bool is_retriable(Outcome outcome);
/// True for the last group: nothing was dialled (E-24: it does not count against a host).
bool is_undialled(Outcome outcome);
std::span<const Outcome> all_outcomes();

}  // namespace danesweep::tls
