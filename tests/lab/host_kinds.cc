// SPDX-License-Identifier: Apache-2.0
#include "tests/lab/host_kinds.h"

#include <openssl/ssl.h>

#include <algorithm>
#include <stdexcept>

namespace danesweep::lab {
namespace {

using namespace std::chrono_literals;
using enum Checked;
using Do = Step::Do;

Step say(std::string text) { return {Do::Send, std::move(text)}; }
Step octets(std::string_view text) { return {Do::Send, std::string(text)}; }
Step drip(std::string text, milliseconds pause) { return {Do::Drip, std::move(text), pause}; }
Step drip_forever(std::string text, milliseconds pause) { return {Do::DripForever, std::move(text), pause}; }
Step flood(std::string text) { return {Do::FloodForever, std::move(text)}; }
Step wait(milliseconds pause) { return {Do::Wait, {}, pause}; }
const Step close{Do::Close};
const Step reset{Do::Reset};
const Step half_close{Do::HalfClose};
const Step silence{Do::Silence};
const Step start_tls{Do::StartTls};

std::string lines(std::string_view code, int count, const std::string& text) {
  std::string result;
  for (int i = 0; i < count; ++i) result += std::string(code) + "-" + text + std::to_string(i) + "\r\n";
  return result;
}

/// An EHLO reply with the given line in the place of STARTTLS.
Script ehlo_with(const std::string& line) {
  return {say("250-mx.lab\r\n250-PIPELINING\r\n" + (line.empty() ? "" : "250-" + line + "\r\n") + "250 8BITMIME\r\n")};
}

std::string tls_alert(char level, char code, char minor = 3) {
  return std::string("\x15\x03", 2) + minor + std::string("\x00\x02", 2) + level + code;
}

/// A ServerHello of TLS 1.0 or 1.1 (minor 1, 2) with suite TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA (RFC 4346 7.4.1.3).
std::string old_server_hello(char minor) {
  const std::string body =
      std::string("\x03", 1) + minor + std::string(32, '\x5a') + '\0' + std::string("\xC0\x13\x00", 3);
  const std::string handshake = std::string("\x02\x00\x00", 3) + static_cast<char>(body.size()) + body;
  return std::string("\x16\x03", 2) + minor + '\0' + static_cast<char>(handshake.size()) + handshake;
}

const Script go = {say("220 ready for TLS\r\n"), start_tls};
Script then(const Step& step) { return {say("220 ready for TLS\r\n"), step}; }
/// After 220 the client's hello is awaited, so that the octets meet it and not the STARTTLS reply.
Script after_hello(std::string text) {
  return {say("220 ready for TLS\r\n"), {Do::AwaitInput}, say(std::move(text)), wait(150ms), close};
}

const std::string kNoise = "\x8f\x13\xfe\x02\x99\xe1\x80\xff\x07\xc3\x28\xa0\xa1\xe2\x28\xa1\r\n";
const std::string kQuick = "220 mx.lab ESMTP\r\n";

// clang-format off
const ServerKind kServers[] = {
    {.id = "S-1", .english = "good server, TLS 1.3", .outcome = "ok", .certificate = Success},
    {.id = "S-2", .english = "good server, TLS 1.2 only", .outcome = "ok", .certificate = Success, .tls = {.highest = TLS1_2_VERSION}, .warnings = {"tls-1.2-only"}},
    {.id = "S-3", .english = "good server, TLS 1.3 only", .outcome = "ok", .certificate = Success, .tls = {.lowest = TLS1_3_VERSION}},
    {.id = "S-4", .english = "greeting of 30 lines", .outcome = "ok", .certificate = Success, .greeting = {say(lines("220", 29, "hello ") + kQuick)}},
    {.id = "S-5", .english = "greeting after 1.5 s", .outcome = "ok", .certificate = Success, .greeting = {wait(1500ms), say(kQuick)}},
    {.id = "S-6", .english = "greeting drips within the limit", .outcome = "ok", .certificate = Success, .greeting = {drip(kQuick, 20ms)}},
    {.id = "S-7", .english = "port closed", .outcome = "connect-refused", .certificate = NotChecked, .listening = Listening::Closed},
    {.id = "S-8", .english = "SYN unanswered", .outcome = "connect-timeout", .certificate = NotChecked, .listening = Listening::FullBacklog},
    {.id = "S-9", .english = "accepts and is silent", .outcome = "greeting-timeout", .certificate = NotChecked, .greeting = {silence}},
    {.id = "S-10", .english = "greeting drips for ever", .outcome = "greeting-timeout", .certificate = NotChecked, .greeting = {drip_forever("220-x", 500ms)}},
    {.id = "S-11", .english = "accepts and closes", .outcome = "smtp-closed", .certificate = NotChecked, .greeting = {close}},
    {.id = "S-12", .english = "accepts and resets", .outcome = "smtp-closed", .certificate = NotChecked, .greeting = {reset}},
    {.id = "S-13", .english = "220- lines for ever", .outcome = "reply-too-long", .certificate = NotChecked, .greeting = {flood("220-and another\r\n")}},
    {.id = "S-14", .english = "greeting is one line of 1 MiB", .outcome = "reply-too-long", .certificate = NotChecked, .greeting = {say("220-" + std::string(1 << 20, 'a') + "\r\n220 end\r\n")}},
    {.id = "S-15", .english = "64 KiB and more in legal lines", .outcome = "reply-too-long", .certificate = NotChecked, .greeting = {say(lines("220", 60, std::string(1100, 'b'))), silence}},
    {.id = "S-16", .english = "421 at first, good the second time", .outcome = "ok", .certificate = Success, .greeting = {say("421 busy\r\n"), close}, .odd = Odd::FirstTime, .warnings = {"flapping"}},
    {.id = "S-17a", .english = "421 each time", .outcome = "greeting-tempfail", .certificate = NotChecked, .greeting = {say("421 busy\r\n"), close}},
    {.id = "S-17b", .english = "450 each time", .outcome = "greeting-tempfail", .certificate = NotChecked, .greeting = {say("450 later\r\n"), close}},
    {.id = "S-18", .english = "554 to the connection", .outcome = "greeting-refused", .certificate = NotChecked, .greeting = {say("554 no\r\n"), close}},
    {.id = "S-19", .english = "521 to the connection", .outcome = "host-no-mail", .certificate = NotChecked, .greeting = {say("521 mx.lab does not accept mail\r\n"), close}},
    {.id = "S-20", .english = "greets as SSH", .outcome = "not-smtp", .certificate = NotChecked, .greeting = {say("SSH-2.0-x\r\n")}},
    {.id = "S-21", .english = "greets as HTTP", .outcome = "not-smtp", .certificate = NotChecked, .greeting = {say("HTTP/1.1 400 Bad Request\r\n\r\n")}},
    {.id = "S-22", .english = "greets with random octets", .outcome = "not-smtp", .certificate = NotChecked, .greeting = {octets(kNoise)}},
    {.id = "S-23", .english = "TLS from the first octet", .outcome = "not-smtp", .certificate = NotChecked, .greeting = {say(tls_alert(2, 40, 1))}},
    {.id = "S-24", .english = "greeting code with a letter O", .outcome = "not-smtp", .certificate = NotChecked, .greeting = {say("22O hello\r\n")}},
    {.id = "S-25", .english = "220 without text", .outcome = "ok", .certificate = Success, .greeting = {say("220\r\n")}},
    {.id = "S-26", .english = "bare LF", .outcome = "ok", .certificate = Success, .greeting = {say("220 mx.lab\n")}, .warnings = {"bare-lf"}},
    {.id = "S-27", .english = "codes differ in one reply", .outcome = "ok", .certificate = Success, .greeting = {say("250-mx.lab\r\n220 ready\r\n")}, .warnings = {"reply-codes-differ"}},
    {.id = "S-28", .english = "reply with NUL octets", .outcome = "reply-malformed", .certificate = NotChecked, .greeting = {say(std::string("220 a\0b\r\n", 9))}},
    {.id = "S-29", .english = "waits for EHLO before its greeting", .outcome = "greeting-timeout", .certificate = NotChecked, .greeting = {silence}},
    {.id = "S-30", .english = "EHLO 502, HELO 250", .outcome = "starttls-missing", .certificate = Failed, .ehlo = {say("502 what\r\n")}, .helo = {say("250 mx.lab\r\n")}, .warnings = {"ehlo-refused"}},
    {.id = "S-31", .english = "EHLO 550, HELO 550", .outcome = "ehlo-refused", .certificate = NotChecked, .ehlo = {say("550 no\r\n")}, .helo = {say("550 no\r\n")}},
    {.id = "S-32", .english = "EHLO 421 and close", .outcome = "ehlo-tempfail", .certificate = NotChecked, .ehlo = {say("421 busy\r\n"), close}},
    {.id = "S-33", .english = "EHLO unanswered", .outcome = "smtp-timeout", .certificate = NotChecked, .ehlo = {silence}},
    {.id = "S-34", .english = "closes in the middle of the EHLO reply", .outcome = "smtp-closed", .certificate = NotChecked, .ehlo = {say("250-mx.lab\r\n250-STA"), close}},
    {.id = "S-35", .english = "half-closes after the greeting", .outcome = "smtp-closed", .certificate = NotChecked, .greeting = {say(kQuick), half_close, silence}},
    {.id = "S-36a", .english = "EHLO reply of 200 keywords", .outcome = "reply-too-long", .certificate = NotChecked, .ehlo = {say("250-mx.lab\r\n" + lines("250", 198, "XKEY") + "250 STARTTLS\r\n")}},
    {.id = "S-36b", .english = "EHLO reply of 100 keywords", .outcome = "ok", .certificate = Success, .ehlo = {say("250-mx.lab\r\n" + lines("250", 98, "XKEY") + "250 STARTTLS\r\n")}},
    {.id = "S-37", .english = "no STARTTLS", .outcome = "starttls-missing", .certificate = Failed, .ehlo = ehlo_with("")},
    {.id = "S-38", .english = "STARTTLS on the first line only", .outcome = "starttls-missing", .certificate = Failed, .ehlo = {say("250-STARTTLS\r\n250 8BITMIME\r\n")}},
    {.id = "S-39", .english = "STARTTLS only inside another word", .outcome = "starttls-missing", .certificate = Failed, .ehlo = ehlo_with("X-STARTTLS")},
    {.id = "S-40", .english = "starttls in lower case", .outcome = "ok", .certificate = Success, .ehlo = ehlo_with("starttls")},
    {.id = "S-41", .english = "STARTTLS with a parameter", .outcome = "ok", .certificate = Success, .ehlo = ehlo_with("STARTTLS REQUIRED")},
    {.id = "S-42", .english = "STARTTLS masked by a firewall", .outcome = "starttls-masked", .certificate = Failed, .ehlo = ehlo_with("XXXXXXXX")},
    {.id = "S-43", .english = "STARTTLS 454 each time", .outcome = "starttls-tempfail", .certificate = NotChecked, .starttls = {say("454 not now\r\n")}},
    {.id = "S-44", .english = "STARTTLS 454, good the second time", .outcome = "ok", .certificate = Success, .starttls = {say("454 not now\r\n")}, .odd = Odd::FirstTime, .warnings = {"flapping"}},
    {.id = "S-45", .english = "STARTTLS 502", .outcome = "starttls-refused", .certificate = Failed, .starttls = {say("502 no\r\n")}},
    {.id = "S-46", .english = "STARTTLS 554", .outcome = "starttls-refused", .certificate = Failed, .starttls = {say("554 no\r\n")}},
    {.id = "S-47a", .english = "STARTTLS 250 and TLS follows", .outcome = "ok", .certificate = Success, .starttls = {say("250 ok\r\n"), start_tls}, .warnings = {"starttls-code"}},
    {.id = "S-47b", .english = "STARTTLS 354", .outcome = "reply-malformed", .certificate = NotChecked, .starttls = {say("354 go on\r\n")}},
    {.id = "S-48", .english = "STARTTLS unanswered", .outcome = "smtp-timeout", .certificate = NotChecked, .starttls = {silence}},
    {.id = "S-49", .english = "text behind the STARTTLS reply", .outcome = "starttls-injection", .certificate = Failed, .starttls = {say("220 go\r\n250 injected\r\n"), start_tls}},
    {.id = "S-50", .english = "text in a later segment", .outcome = "tls-not-tls", .certificate = Failed, .starttls = after_hello("250 injected\r\n")},
    {.id = "S-51", .english = "silent after 220", .outcome = "tls-timeout", .certificate = NotChecked, .starttls = then(silence)},
    {.id = "S-52", .english = "closes after 220", .outcome = "tls-closed", .certificate = NotChecked, .starttls = {say("220 go\r\n"), {Do::AwaitInput}, close}},
    {.id = "S-53", .english = "resets after 220", .outcome = "tls-closed", .certificate = NotChecked, .starttls = {say("220 go\r\n"), {Do::AwaitInput}, reset}},
    {.id = "S-54", .english = "plain 500 after 220", .outcome = "tls-not-tls", .certificate = Failed, .starttls = after_hello("500 what?\r\n")},
    {.id = "S-55", .english = "random octets after 220", .outcome = "tls-not-tls", .certificate = Failed, .starttls = after_hello(kNoise)},
    {.id = "S-56", .english = "ServerHello, then silent", .outcome = "tls-timeout", .certificate = NotChecked, .tls = {.quirk = TlsQuirk::FirstRecordOnly}},
    {.id = "S-57", .english = "handshake drips", .outcome = "tls-timeout", .certificate = NotChecked, .tls = {.quirk = TlsQuirk::DripHandshake}},
    {.id = "S-58", .english = "TLS 1.0 only, alert 70", .outcome = "tls-version-old", .certificate = Failed, .starttls = after_hello(tls_alert(2, 70, 1))},
    {.id = "S-59", .english = "answers with a ServerHello of TLS 1.0", .outcome = "tls-version-old", .certificate = Failed, .starttls = after_hello(old_server_hello(1))},
    {.id = "S-60", .english = "TLS 1.1 only", .outcome = "tls-version-old", .certificate = Failed, .starttls = after_hello(old_server_hello(2))},
    {.id = "S-61", .english = "no shared cipher, alert 40", .outcome = "tls-alert", .certificate = Failed, .starttls = after_hello(tls_alert(2, 40))},
    {.id = "S-62a", .english = "fatal alert 112 for the SNI", .outcome = "tls-alert", .certificate = Failed, .starttls = after_hello(tls_alert(2, 112))},
    {.id = "S-62b", .english = "alert 112 as a warning", .outcome = "ok", .certificate = Success, .tls = {.highest = TLS1_2_VERSION, .quirk = TlsQuirk::SniWarning}},
    {.id = "S-63", .english = "alert 80 each time", .outcome = "tls-alert", .certificate = Failed, .starttls = after_hello(tls_alert(2, 80))},
    {.id = "S-64", .english = "alert 80, good the second time", .outcome = "ok", .certificate = Success, .starttls = after_hello(tls_alert(2, 80)), .odd = Odd::FirstTime, .warnings = {"flapping"}},
    {.id = "S-65", .english = "asks for a client certificate", .outcome = "ok", .certificate = Success, .tls = {.client_certificate = ClientCertificate::Asked}},
    {.id = "S-66", .english = "requires a client certificate, TLS 1.2", .outcome = "tls-client-cert-required", .certificate = Failed, .tls = {.highest = TLS1_2_VERSION, .client_certificate = ClientCertificate::Required}},
    {.id = "S-67", .english = "requires a client certificate, TLS 1.3", .outcome = "tls-client-cert-required", .certificate = Failed, .tls = {.lowest = TLS1_3_VERSION, .client_certificate = ClientCertificate::Required}},
    {.id = "S-68", .english = "wrong CertificateVerify signature", .outcome = "tls-protocol-error", .certificate = Failed, .tls = {.quirk = TlsQuirk::WrongSignature}},
    {.id = "S-69", .english = "certificate is garbage", .outcome = "tls-protocol-error", .certificate = Failed, .tls = {.highest = TLS1_2_VERSION, .quirk = TlsQuirk::GarbageCertificate}},
    {.id = "S-70", .english = "certificate message of 150 KiB", .outcome = "tls-chain-too-big", .certificate = Failed, .arrangement = "X-150k"},
    {.id = "S-71", .english = "100 certificates in 60 KiB", .outcome = "ok", .certificate = Success, .arrangement = "X-100"},
    {.id = "S-72", .english = "close_notify instead of the second EHLO reply", .outcome = "ok", .certificate = Success, .ehlo_in_tls = {{Do::CloseNotify}, close}, .warnings = {"post-tls-trouble"}},
    {.id = "S-73", .english = "resets instead of the second EHLO reply", .outcome = "ok", .certificate = Success, .ehlo_in_tls = {reset}, .warnings = {"post-tls-trouble"}},
    {.id = "S-74", .english = "554 to the second EHLO", .outcome = "ok", .certificate = Success, .ehlo_in_tls = {say("554 no\r\n")}, .warnings = {"post-tls-trouble"}},
    {.id = "S-75", .english = "second EHLO unanswered", .outcome = "ok", .certificate = Success, .ehlo_in_tls = {silence}, .warnings = {"post-tls-trouble"}},
    {.id = "S-76", .english = "right certificate for the base domain's SNI only", .outcome = "ok", .certificate = Success, .tls = {.quirk = TlsQuirk::RightOnlyBySni}},
    {.id = "S-77", .english = "right ECDSA certificate, stale RSA one", .outcome = "ok", .certificate = Success, .tls = {.quirk = TlsQuirk::StaleRsaBeside}},
    {.id = "S-78", .english = "asks for renegotiation", .outcome = "ok", .certificate = Success, .ehlo_in_tls = {{Do::Renegotiate}, say("250 mx.lab\r\n")}, .tls = {.highest = TLS1_2_VERSION}},
    {.id = "S-79", .english = "floods KeyUpdate", .outcome = "ok", .certificate = Success, .ehlo_in_tls = {{Do::KeyUpdates}}, .tls = {.lowest = TLS1_3_VERSION}},
    {.id = "S-80", .english = "QUIT unanswered", .outcome = "ok", .certificate = Success, .quit = {silence}},
    {.id = "S-81", .english = "10 MiB after QUIT", .outcome = "ok", .certificate = Success, .quit = {say(std::string(10 << 20, 'q')), close}},
    {.id = "X-stale", .english = "a certificate that no record knows, beside a good address", .outcome = "tlsa-mismatch", .certificate = Failed, .tls = {.quirk = TlsQuirk::Stranger}},
};
// clang-format on

std::vector<HostKind> make_host_kinds() {
  std::vector<HostKind> kinds;
  const auto arrangement = [](std::string_view id) {
    const auto all = arrangements();
    const auto at = std::find_if(all.begin(), all.end(), [&](const Arrangement& row) { return row.id == id; });
    if (at == all.end()) throw std::logic_error("no arrangement " + std::string(id));
    return &*at;
  };
  const auto server_of = [](std::string_view id) {
    return std::find_if(std::begin(kServers), std::end(kServers), [&](const ServerKind& row) { return row.id == id; });
  };
  for (const auto& server : kServers)
    kinds.push_back({server.id, server.english, &server, arrangement(server.arrangement)});
  for (const auto& row : arrangements())
    if (row.id.front() == 'C') kinds.push_back({row.id, row.english, server_of(row.server), &row});
  return kinds;
}

}  // namespace

std::span<const ServerKind> server_kinds() { return kServers; }

// A kind from the servers' table keeps the server's outcome, one from the arrangements' table the arrangement's.
std::string_view HostKind::outcome() const { return id == arrangement->id ? arrangement->outcome : server->outcome; }
Checked HostKind::certificate() const { return id == arrangement->id ? arrangement->certificate : server->certificate; }
std::vector<std::string_view> HostKind::warnings() const {
  return id == arrangement->id ? arrangement->warnings : server->warnings;
}

std::span<const HostKind> host_kinds() {
  static const std::vector<HostKind> kinds = make_host_kinds();
  return kinds;
}

const HostKind& host_kind(std::string_view id) {
  for (const auto& kind : host_kinds())
    if (kind.id == id) return kind;
  throw std::logic_error("no host kind " + std::string(id));
}

}  // namespace danesweep::lab
