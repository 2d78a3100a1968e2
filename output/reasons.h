// SPDX-License-Identifier: Apache-2.0
// Why a domain, a host or a connection came out as it did: one row per code with its sentence and who must mend it
// (T-62 to T-66, the table of DANE.md part G), and the notes of `warnings`. A code never changes its meaning.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace danesweep::output {

enum class Reason : std::uint8_t {
  // decided before any host, or `ok`
  Ok,
  NullMx,
  NoSuchDomain,
  RatDomain,
  TlsOff,
  DaneOff,
  RouteDropped,
  SmtpRoute,
  OptedOut,
  MxBogus,
  MxLookupFailed,
  // hosts
  MxInsecure,
  MxTargetInvalid,
  MxTargetLiteral,
  OverCap,
  AddressNone,
  AddressBogus,
  AddressInsecure,
  AddressLookupFailed,
  TlsaNone,
  TlsaInsecure,
  TlsaBogus,
  TlsaLookupFailed,
  TlsaUnusable,
  // probes: certificate FAILED
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
  // probes: NOT_CHECKED
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
  SpecialAddress,
  NoIpv6,
  NoProbe,
  PortBlocked,
  ProviderBackoff,
  InternalError,
};

/// One row of DANE.md part G.
struct ReasonInfo {
  Reason reason;
  std::string_view code;
  std::string_view places;      ///< letters d (domain), h (host), p (probe)
  std::string_view sentence;    ///< one English sentence with its final dot
  char certificate;             ///< S, F, N; '*' = any
  std::string_view action;      ///< opportunistic/mandatory with MX SECURE: "S/S", "F/F", "B/F", "U", "NA", "pass", "-"
  char strict;                  ///< part J: V, E, O, x skipped, ? unset, n NO_MAIL, d DEFER, - no part
  std::string_view menders;     ///< letters D, M, R, Y of T-64; empty = nobody
  std::string_view tls_report;  ///< RFC 8460 result type (T-66); empty if it has none
};

std::span<const ReasonInfo> all_reasons();
const ReasonInfo& info(Reason reason);
/// Nothing for a code that this version does not know.
const ReasonInfo* find_reason(std::string_view code);
std::optional<Reason> parse_reason(std::string_view code);
/// The code's sentence, or the code itself when it is unknown (a file of a later version).
std::string sentence(std::string_view code);
/// "mx bogus" for "mx-bogus"; "signature expired" for "dns:signature-expired".
std::string in_words(std::string_view code);

/// T-65: a note never changes a verdict.
struct Note {
  std::string_view code, sentence;
};
/// Empty for an unknown note.
std::string_view note_sentence(std::string_view code);

}  // namespace danesweep::output
