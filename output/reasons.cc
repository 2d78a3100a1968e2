// SPDX-License-Identifier: Apache-2.0
#include "output/reasons.h"

#include <algorithm>
#include <iterator>

namespace danesweep::output {

namespace {

using enum Reason;

constexpr std::string_view kStarttls = "starttls-not-supported";
constexpr std::string_view kTlsaInvalid = "tlsa-invalid";
constexpr std::string_view kDnssec = "dnssec-invalid";
constexpr std::string_view kOther = "validation-failure";

constexpr std::string_view kLater = "The server asked to come back later, twice.";
constexpr std::string_view kNotSmtp = "What answers there is not SMTP.";
constexpr std::string_view kDates = "The CA matches, but a certificate below it is out of its dates.";
constexpr std::string_view kRefuses = "The server refuses this machine.";
constexpr std::string_view kHungUp = "The server hung up without a word.";

// clang-format off
constexpr ReasonInfo kReasons[] = {
    {Ok, "ok", "dhp", "A TLSA record matches the server's certificate.", 'S', "S/S", 'V', "", ""},
    {NullMx, "null-mx", "d", "The domain says that it accepts no mail.", 'N', "NA", 'n', "", ""},
    {NoSuchDomain, "no-such-domain", "d", "The domain does not exist.", 'N', "NA", 'n', "Y", ""},
    {RatDomain, "rat-domain", "d", "Skipped by your gateway's configuration: the domain is your own (Recipient Access Table).", 'N', "NA", '?', "Y", ""},
    {TlsOff, "tls-off", "d", "Skipped by your gateway's configuration: TLS is off for this destination.", 'N', "NA", '?', "Y", ""},
    {DaneOff, "dane-off", "d", "Skipped by your gateway's configuration: DANE is off for this destination.", 'N', "NA", '?', "Y", ""},
    {RouteDropped, "route-dropped", "d", "Skipped by your gateway's configuration: an SMTP route drops this mail.", 'N', "NA", '?', "Y", ""},
    {SmtpRoute, "smtp-route", "d", "Your gateway sends this domain by a fixed route; DANE fails there.", 'N', "F/F", '?', "Y", ""},
    {OptedOut, "opted-out", "dhp", "Left out because the opt-out list names it.", 'N', "NA", '?', "", ""},
    {MxBogus, "mx-bogus", "d", "The MX answer fails DNSSEC validation.", 'N', "F/F", 'd', "D", kDnssec},
    {MxLookupFailed, "mx-lookup-failed", "d", "The MX look-up gave no usable answer.", 'N', "U", 'd', "RD", ""},

    {MxInsecure, "mx-insecure", "dh", "The domain is not signed, so its MX records prove nothing.", '*', "B/F", 'O', "D", ""},
    {MxTargetInvalid, "mx-target-invalid", "h", "The MX record names no possible mail host.", 'N', "pass", 'x', "D", ""},
    {MxTargetLiteral, "mx-target-literal", "h", "The MX record holds an IP address where a name must stand.", 'N', "B/F", 'O', "D", ""},
    {OverCap, "over-cap", "hp", "Not examined: more hosts or addresses than the limit.", 'N', "-", '-', "", ""},
    {AddressNone, "address-none", "h", "The mail host has no address.", 'N', "pass", 'x', "D", ""},
    {AddressBogus, "address-bogus", "h", "The mail host's address records fail DNSSEC validation.", 'N', "F/F", 'x', "D", kDnssec},
    {AddressInsecure, "address-insecure", "h", "The mail host's address is not protected by DNSSEC.", 'N', "B/F", 'O', "D", ""},
    {AddressLookupFailed, "address-lookup-failed", "h", "The mail host's addresses could not be looked up.", 'N', "U", 'x', "RD", ""},
    {TlsaNone, "tlsa-none", "h", "The mail host publishes no TLSA record.", 'N', "B/F", 'O', "M", ""},
    {TlsaInsecure, "tlsa-insecure", "h", "The TLSA answer is not covered by DNSSEC.", 'N', "B/F", 'O', "D", ""},
    {TlsaBogus, "tlsa-bogus", "h", "The TLSA answer fails DNSSEC validation.", 'N', "F/F", 'x', "D", kDnssec},
    {TlsaLookupFailed, "tlsa-lookup-failed", "h", "The TLSA records could not be looked up; senders must not guess.", 'N', "U", 'x', "DR", ""},
    {TlsaUnusable, "tlsa-unusable", "h", "There are TLSA records, but none that an SMTP sender can use.", 'N', "B/F", 'E', "DM", kTlsaInvalid},

    {TlsaMismatch, "tlsa-mismatch", "hp", "None of the TLSA records matches the certificate that the server shows.", 'F', "F/F", 'x', "MD", kTlsaInvalid},
    {TaNotInChain, "ta-not-in-chain", "hp", "The CA that the TLSA record names is not among the certificates sent.", 'F', "F/F", 'x', "M", kTlsaInvalid},
    {TlsaWrongUsage, "tlsa-wrong-usage", "hp", "The record matches, but says CA where the certificate is the server's own, or the reverse.", 'F', "F/F", 'x', "DM", kTlsaInvalid},
    {NameMismatch, "name-mismatch", "hp", "The CA matches, but the certificate names another host.", 'F', "F/F", 'x', "M", "certificate-host-mismatch"},
    {CertExpired, "cert-expired", "hp", kDates, 'F', "F/F", 'x', "M", "certificate-expired"},
    {CertNotYetValid, "cert-not-yet-valid", "hp", kDates, 'F', "F/F", 'x', "M", kOther},
    {CertKeyTooWeak, "cert-key-too-weak", "hp", "A key or signature in the chain is below the least strength.", 'F', "F/F", 'x', "M", kOther},
    {TaChainInvalid, "ta-chain-invalid", "hp", "The chain up to the matched CA is not valid.", 'F', "F/F", 'x', "M", kOther},
    {StarttlsMissing, "starttls-missing", "hp", "The server has TLSA records but does not offer STARTTLS.", 'F', "F/F", 'x', "M", kStarttls},
    {StarttlsMasked, "starttls-masked", "hp", "A device before the server blanks out STARTTLS.", 'F', "F/F", 'x', "M", kStarttls},
    {StarttlsRefused, "starttls-refused", "hp", "The server offers STARTTLS and then refuses it.", 'F', "F/F", 'x', "M", kStarttls},
    {StarttlsInjection, "starttls-injection", "hp", "Text arrived behind the STARTTLS reply: broken server or tampering; some senders drop it and go on.", 'F', "F/F", 'x', "M", kStarttls},
    {TlsVersionOld, "tls-version-old", "hp", "The server speaks only TLS 1.1 or older.", 'F', "F/F", 'x', "M", kOther},
    {TlsAlert, "tls-alert", "hp", "The TLS handshake failed: the server sent an alert.", 'F', "F/F", 'x', "M", kOther},
    {TlsProtocolError, "tls-protocol-error", "hp", "The TLS handshake failed: the server broke the protocol.", 'F', "F/F", 'x', "M", kOther},
    {TlsNotTls, "tls-not-tls", "hp", "The TLS handshake failed: what the server sent is not TLS.", 'F', "F/F", 'x', "M", kOther},
    {TlsClientCertRequired, "tls-client-cert-required", "hp", "The server demands a client certificate.", 'F', "F/F", 'x', "M", kOther},
    {TlsChainTooBig, "tls-chain-too-big", "hp", "The server's certificate message is larger than senders accept.", 'F', "F/F", 'x', "M", kOther},

    {ConnectRefused, "connect-refused", "hp", "No connection to the SMTP port: it is closed.", 'N', "U", 'x', "MY", ""},
    {ConnectTimeout, "connect-timeout", "hp", "No connection to the SMTP port: no reply in time.", 'N', "U", 'x', "MY", ""},
    {ConnectUnreachable, "connect-unreachable", "hp", "No connection to the SMTP port: the network says unreachable.", 'N', "U", 'x', "MY", ""},
    {GreetingTimeout, "greeting-timeout", "hp", "The server was too slow with its greeting.", 'N', "U", 'x', "M", ""},
    {SmtpTimeout, "smtp-timeout", "hp", "The server was too slow with an SMTP reply.", 'N', "U", 'x', "M", ""},
    {TlsTimeout, "tls-timeout", "hp", "The server was too slow in the TLS handshake.", 'N', "U", 'x', "M", ""},
    {ProbeTimeout, "probe-timeout", "hp", "The server was too slow over the whole connection.", 'N', "U", 'x', "M", ""},
    {SmtpClosed, "smtp-closed", "hp", kHungUp, 'N', "U", 'x', "M", ""},
    {TlsClosed, "tls-closed", "hp", "The server hung up without a word in the TLS handshake.", 'N', "U", 'x', "M", ""},
    {GreetingTempfail, "greeting-tempfail", "hp", kLater, 'N', "U", 'x', "MY", ""},
    {EhloTempfail, "ehlo-tempfail", "hp", kLater, 'N', "U", 'x', "MY", ""},
    {StarttlsTempfail, "starttls-tempfail", "hp", kLater, 'N', "U", 'x', "MY", ""},
    {GreetingRefused, "greeting-refused", "hp", kRefuses, 'N', "U", 'x', "YM", ""},
    {EhloRefused, "ehlo-refused", "hp", kRefuses, 'N', "U", 'x', "YM", ""},
    {HostNoMail, "host-no-mail", "hp", "The host says that it is no mail server (521).", 'N', "U", 'x', "DM", ""},
    {NotSmtp, "not-smtp", "hp", kNotSmtp, 'N', "U", 'x', "M", ""},
    {ReplyMalformed, "reply-malformed", "hp", kNotSmtp, 'N', "U", 'x', "M", ""},
    {ReplyTooLong, "reply-too-long", "hp", kNotSmtp, 'N', "U", 'x', "M", ""},
    {SpecialAddress, "special-address", "hp", "The address is not on the public Internet.", 'N', "U", '?', "D", ""},
    {NoIpv6, "no-ipv6", "hp", "Not probed: this machine has no IPv6.", 'N', "U", '?', "Y", ""},
    {NoProbe, "no-probe", "hp", "Not probed: probing is switched off.", 'N', "U", '?', "Y", ""},
    {PortBlocked, "port-blocked", "hp", "Not probed: this machine cannot reach port 25 anywhere.", 'N', "U", '?', "Y", ""},
    {ProviderBackoff, "provider-backoff", "hp", "Not probed: the provider turned this machine away too often.", 'N', "U", '?', "Y", ""},
    {InternalError, "internal-error", "dhp", "danesweep failed here; please report.", 'N', "U", '?', "", ""},
};

constexpr Note kNotes[] = {
    {"address-differs", "Some addresses of the host show a right certificate and others do not (T-20)."},
    {"address-excluded", "The host also has addresses of the family that an option or the gateway leaves out (T-16)."},
    {"address-mixed", "One address family is signed and the other is not (T-16)."},
    {"address-over-cap", "The host has more addresses than the limit; the rest was not probed (T-18)."},
    {"address-partly-bogus", "One address family fails DNSSEC validation and was left out (E-10)."},
    {"address-partly-unknown", "One address family could not be looked up and was left out (E-10)."},
    {"backup-weaker", "This backup host is less protected than the better ones: whoever blocks those gets it (T-77)."},
    {"bare-lf", "The server ends lines without CR (T-39)."},
    {"cert-expires-soon", "A certificate that the match depends on ends within 14 days (T-55)."},
    {"dane-without-tls", "The destination entry asks for DANE but has TLS off (E-87)."},
    {"digest-shadowed", "A weaker record would match, but a stronger digest beside it counts (T-32)."},
    {"ee-expired", "The certificate is out of its dates; a usage 3 record does not mind (T-52)."},
    {"ee-name-differs", "The certificate names another host; a usage 3 record does not mind (T-52)."},
    {"ehlo-refused", "The server knows only HELO, hence no STARTTLS (T-41)."},
    {"flapping", "Two tries of the same connection ended differently (T-47)."},
    {"gateway-host-down", "The gateway's own list marks this destination as down (E-70)."},
    {"insecure-mx-would-defer", "The MX is not signed; Postfix uses the TLSA records all the same and would defer (T-75)."},
    {"key-type-differs", "The server's certificates of different key types do not all match (T-59)."},
    {"mx-is-alias", "The MX target is an alias, which RFC 2181 forbids (T-9)."},
    {"mx-over-cap", "The domain has more mail hosts than the limit; the rest was not examined (T-12)."},
    {"null-mx-mixed", "An MX of '.' stands beside other MX records and was ignored (T-6)."},
    {"null-mx-preference", "The null MX has a preference other than 0 (T-6)."},
    {"post-tls-trouble", "The server failed after the TLS handshake (T-45)."},
    {"rat-route-relay", "Relayed mail to your own domain takes an SMTP route, where DANE fails (E-93)."},
    {"recipients-capped", "More recipients than a counter holds (E-63)."},
    {"record-trimmed", "The record was too big for the results file: certificate chains and replies were left out."},
    {"reply-codes-differ", "The lines of one SMTP reply have different codes (T-39)."},
    {"rollover-pair", "Two records of which one matches today: prepared for a change of certificate (T-36)."},
    {"rsa-1024", "The certificate has an RSA key of only 1024 bits (T-65)."},
    {"starttls-code", "The server answered STARTTLS with another code than 220 (T-43)."},
    {"tls-1.2-only", "The server does not speak TLS 1.3 (T-65)."},
    {"tlsa-name-too-long", "The name of the TLSA records would be longer than DNS allows (T-23)."},
    {"tlsa-some-unusable", "Some TLSA records cannot be used by SMTP senders and were ignored (T-30)."},
    {"weak-signature", "A certificate is signed with a weak algorithm (T-65)."},
};
// clang-format on

}  // namespace

std::span<const ReasonInfo> all_reasons() { return kReasons; }

const ReasonInfo& info(Reason reason) { return kReasons[static_cast<std::size_t>(reason)]; }

const ReasonInfo* find_reason(std::string_view code) {
  const auto* row = std::find_if(std::begin(kReasons), std::end(kReasons),
                                 [code](const ReasonInfo& candidate) { return candidate.code == code; });
  return row == std::end(kReasons) ? nullptr : row;
}

std::optional<Reason> parse_reason(std::string_view code) {
  const ReasonInfo* row = find_reason(code);
  if (row == nullptr) return std::nullopt;
  return row->reason;
}

std::string sentence(std::string_view code) {
  const ReasonInfo* row = find_reason(code);
  return std::string(row == nullptr ? code : row->sentence);
}

std::string in_words(std::string_view code) {
  constexpr std::string_view prefix = "dns:";
  if (code.starts_with(prefix)) code.remove_prefix(prefix.size());
  std::string words(code);
  std::replace(words.begin(), words.end(), '-', ' ');
  return words;
}

std::string_view note_sentence(std::string_view code) {
  const auto* note = std::find_if(std::begin(kNotes), std::end(kNotes),
                                  [code](const Note& candidate) { return candidate.code == code; });
  return note == std::end(kNotes) ? std::string_view{} : note->sentence;
}

}  // namespace danesweep::output
