// SPDX-License-Identifier: Apache-2.0
// The dialogue, its limits and what is kept of it: T-38 to T-48, T-50, T-56 to T-58, T-69.
#include "tls/probe.h"

#include <algorithm>

#include <gtest/gtest.h>

#include "tests/unit/tls/smtp_farm.h"

namespace danesweep::test {
namespace {

using tls::Outcome;
using Words = std::vector<std::string>;

const Certificate& leaf() {
  static const Certificate made = CertificateBuilder("mx.example.org").san("DNS:mx.example.org").make();
  return made;
}
ServerScript good() {
  ServerScript script;
  script.tls.chains = {{leaf()}};
  return script;
}

/// A probe that is spoken to by hand.
class Hand {
 public:
  explicit Hand(tls::Timeouts limits = kFarmLimits, tls::Banners banners = tls::Banners::Keep)
      : probe({"scanner.example.net", limits, banners}, "mx.example.org", context_, at(0ms)) {}
  static Instant at(Duration since_start) { return Instant{1000s} + since_start; }
  void hear(std::string_view text, Duration when = 0ms) {
    probe.feed({reinterpret_cast<const std::uint8_t*>(text.data()), text.size()}, at(when));
  }
  std::string says() {
    const wire::Bytes octets = probe.to_send();
    const std::string text(octets.begin(), octets.end());
    probe.sent(octets.size());
    return text;
  }
  std::string outcome() { return probe.finished() ? std::string(code(probe.take_capture().outcome)) : "unfinished"; }

 private:
  tls::TlsContext context_;

 public:
  tls::Probe probe;
};

TEST(Probe, T38SaysTheFourVerbsOneByOne) {
  tls::TlsContext context;
  const Played played = play(good(), context);
  EXPECT_EQ(played.commands, (Words{"EHLO scanner.example.net", "STARTTLS", "EHLO scanner.example.net", "QUIT"}));
}

TEST(Probe, T38EachPhaseHasItsOwnLimit) {
  Hand hand;
  EXPECT_EQ(hand.probe.deadline(), Hand::at(1s)) << "connect";
  hand.probe.connected(Hand::at(200ms));
  EXPECT_EQ(hand.probe.deadline(), Hand::at(2200ms)) << "greeting";
  hand.hear("220 a\r\n", 500ms);
  EXPECT_EQ(hand.probe.deadline(), Hand::at(1500ms)) << "reply to EHLO";
  hand.hear("250-a\r\n", 900ms);
  EXPECT_EQ(hand.probe.deadline(), Hand::at(1500ms)) << "half a reply extends nothing";
  hand.hear("250 STARTTLS\r\n", 1400ms);
  EXPECT_EQ(hand.probe.deadline(), Hand::at(2400ms)) << "reply to STARTTLS";
  hand.hear("220 go\r\n", 1600ms);
  EXPECT_EQ(hand.probe.deadline(), Hand::at(3600ms)) << "handshake";
}

TEST(Probe, T38TheWholeProbeHasALimitToo) {
  tls::Timeouts limits = kFarmLimits;
  limits.probe = 1200ms;
  Hand hand(limits);
  hand.probe.connected(Hand::at(0ms));
  EXPECT_EQ(hand.probe.deadline(), Hand::at(1200ms));
  hand.hear("220 a\r\n", 1100ms);
  EXPECT_EQ(hand.probe.deadline(), Hand::at(1200ms));
  hand.probe.timer(Hand::at(1200ms));
  EXPECT_EQ(hand.outcome(), "probe-timeout");
}

TEST(Probe, T38DefaultLimitsAreThoseOfTheRule) {
  const tls::Timeouts limits;
  EXPECT_EQ(limits.connect, 10s);
  EXPECT_EQ(limits.greeting, 30s);
  EXPECT_EQ(limits.reply, 20s);
  EXPECT_EQ(limits.tls, 20s);
  EXPECT_EQ(limits.quit, 2s);
  EXPECT_EQ(limits.probe, 75s);
}

TEST(Probe, T38ATimerThatRingsEarlyChangesNothing) {
  Hand hand;
  hand.probe.connected(Hand::at(0ms));
  hand.probe.timer(Hand::at(1999ms));
  EXPECT_FALSE(hand.probe.finished());
  hand.probe.timer(Hand::at(2000ms));
  EXPECT_EQ(hand.outcome(), "greeting-timeout");
}

TEST(Probe, T38AWholeReplyThatTheLoopDeliversLateStillCounts) {
  Hand hand;
  hand.probe.connected(Hand::at(0ms));
  hand.hear("220 a\r\n", 2500ms);
  EXPECT_FALSE(hand.probe.finished());
}

TEST(Probe, S7S8ConnectFailures) {
  for (const Outcome why : {Outcome::ConnectRefused, Outcome::ConnectTimeout, Outcome::ConnectUnreachable}) {
    Hand hand;
    hand.probe.connect_failed(why);
    ASSERT_TRUE(hand.probe.finished());
    const tls::Capture capture = hand.probe.take_capture();
    EXPECT_EQ(capture.outcome, why);
    EXPECT_TRUE(is_retriable(capture)) << "T-47";
  }
  Hand hand;
  hand.probe.timer(Hand::at(1s));
  EXPECT_EQ(hand.outcome(), "connect-timeout");
}

TEST(Probe, T40NeverTalksFirst) {
  Hand hand;
  hand.probe.connected(Hand::at(0ms));
  EXPECT_EQ(hand.says(), "");
  hand.hear("220-a\r\n");
  EXPECT_EQ(hand.says(), "");
  hand.hear("220 b\r\n");
  EXPECT_EQ(hand.says(), "EHLO scanner.example.net\r\n");
}

TEST(Probe, T69AGoodGreetingIsRemembered) {
  tls::TlsContext context;
  EXPECT_TRUE(play(good(), context).capture.greeted);
  ServerScript refusing = good();
  refusing.greeting = says("554 no\r\n");
  EXPECT_FALSE(play(refusing, context).capture.greeted);
  ServerScript later = good();
  later.ehlo = says("421 no\r\n");
  EXPECT_TRUE(play(later, context).capture.greeted);
}

TEST(Probe, T42WhereStarttlsIsNotOfferedQuitFollowsAndNoSecondTry) {
  tls::TlsContext context;
  ServerScript script = good();
  script.ehlo = says("250 mx\r\n");
  EXPECT_EQ(play(script, context).commands, (Words{"EHLO scanner.example.net", "QUIT"}));
}

TEST(Probe, T44NothingSaidInTheClearCountsUnderTls) {
  // The keywords of the first EHLO are gone: a server that offers nothing under TLS is as good.
  tls::TlsContext context;
  ServerScript script = good();
  script.ehlo_tls = says("250 mx\r\n");
  const Played played = play(script, context);
  EXPECT_EQ(code(played.capture.outcome), "ok");
  EXPECT_TRUE(played.capture.warnings.empty());
}

TEST(Probe, T44AfterAnInjectionNothingIsSentAndTlsIsNotBegun) {
  Hand hand;
  hand.hear("220 a\r\n");
  hand.hear("250-a\r\n250 STARTTLS\r\n");
  EXPECT_EQ(hand.says(), "EHLO scanner.example.net\r\nSTARTTLS\r\n");
  hand.hear("220 go\r\nX");
  EXPECT_EQ(hand.says(), "");
  EXPECT_EQ(hand.outcome(), "starttls-injection");
}

TEST(Probe, T44AReplyThatComesBeforeItsCommandDoesNotTakeTheCommandsPlace) {
  Hand hand;
  hand.hear("220 a\r\n");
  hand.hear("250-a\r\n250 STARTTLS\r\n220 go\r\n");
  constexpr std::string_view kClear = "EHLO scanner.example.net\r\nSTARTTLS\r\n";
  const std::string said = hand.says();
  EXPECT_EQ(said.substr(0, kClear.size()), kClear);
  EXPECT_EQ(said.substr(kClear.size(), 2), "\x16\x03") << "a TLS record behind it";
}

TEST(Probe, T45AnAlertBeforeTheFirstReplyUnderTlsIsPartOfTheHandshake) {
  tls::TlsContext context;
  for (const int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
    ServerScript script = good();
    script.tls.max_version = version;
    script.before_ehlo_tls = [](TlsServer& server) { server.fatal_alert(); };
    script.ehlo_tls = silent();
    const Played played = play(script, context);
    EXPECT_EQ(code(played.capture.outcome), "tls-alert");
    ASSERT_TRUE(played.capture.alert);
    EXPECT_EQ(played.took, 0ms);
  }
}

TEST(Probe, T45AnAlertAfterThatReplyChangesNothing) {
  tls::TlsContext context;
  ServerScript script = good();
  script.before_quit_tls = [](TlsServer& server) { server.fatal_alert(); };
  const Played played = play(script, context);
  EXPECT_EQ(code(played.capture.outcome), "ok");
  EXPECT_TRUE(played.capture.warnings.empty());
}

TEST(Probe, T45TroubleUnderTlsIsNotedWithItsCode) {
  tls::TlsContext context;
  ServerScript script = good();
  script.ehlo_tls = says("454 no\r\n");
  const Played played = play(script, context);
  EXPECT_EQ(played.capture.warnings, Words{"post-tls-trouble"});
  EXPECT_NE(played.capture.detail.find("454"), std::string::npos);
  EXPECT_EQ(played.commands.back(), "QUIT");
}

TEST(Probe, T45TheProbeLimitUnderTlsKeepsTheVerdict) {
  tls::TlsContext context;
  PlaySettings settings;
  settings.probe.timeouts.probe = 700ms;
  ServerScript script = good();
  script.ehlo_tls = silent();
  const Played played = play(script, context, settings);
  EXPECT_EQ(code(played.capture.outcome), "ok");
  EXPECT_EQ(played.took, 700ms);
  EXPECT_EQ(played.capture.warnings, Words{"post-tls-trouble"});
}

// T-46: after errors of grammar, injection or timeout nothing is said any more.
TEST(Probe, T46NoQuitToABrokenPeer) {
  tls::TlsContext context;
  struct {
    Says ehlo;
    const char* outcome;
  } const rows[] = {
      {says("hello\r\n"), "reply-malformed"}, {silent(), "smtp-timeout"}, {says("354 x\r\n"), "reply-malformed"}};
  for (const auto& row : rows) {
    ServerScript script = good();
    script.ehlo = row.ehlo;
    const Played played = play(script, context);
    EXPECT_EQ(code(played.capture.outcome), row.outcome);
    EXPECT_EQ(played.commands, Words{"EHLO scanner.example.net"});
  }
}

TEST(Probe, T46AfterARefusalQuitIsWaitedForNoLongerThanItsLimit) {
  tls::TlsContext context;
  ServerScript script = good();
  script.greeting = says("554 no\r\n");
  script.quit = silent();
  const Played played = play(script, context);
  EXPECT_EQ(code(played.capture.outcome), "greeting-refused");
  EXPECT_EQ(played.took, kFarmLimits.quit);
  EXPECT_EQ(played.commands, Words{"QUIT"});
}

TEST(Probe, T46AFinishedProbeIgnoresWhatStillComes) {
  Hand hand;
  hand.hear("SSH-2.0\r\n");
  ASSERT_TRUE(hand.probe.finished());
  hand.hear("220 a\r\n");
  hand.probe.closed(Hand::at(0ms));
  hand.probe.timer(Hand::at(10s));
  hand.probe.connect_failed(Outcome::ConnectRefused);
  EXPECT_EQ(hand.says(), "");
  EXPECT_EQ(hand.outcome(), "not-smtp");
}

// T-47: an alert 80 says that the server is ill; other alerts are final.
TEST(Probe, T47OfTheAlertsOnlyInternalErrorIsTriedAgain) {
  tls::Capture capture;
  capture.outcome = Outcome::TlsAlert;
  capture.alert = 80;
  EXPECT_TRUE(is_retriable(capture));
  capture.alert = 40;
  EXPECT_FALSE(is_retriable(capture));
  capture.alert.reset();
  EXPECT_FALSE(is_retriable(capture));
}

TEST(Probe, T48RepliesAreStoredCutAndEscaped) {
  tls::TlsContext context;
  ServerScript script = good();
  script.greeting = says("220-" + std::string(300, 'g') + "\r\n" + repeated("220-\x1b[2J\r\n", 10) + "220 x\r\n");
  script.ehlo = says("550 5.7.1 go away\r\n");
  script.helo = says("550 no\r\n");
  const Played played = play(script, context);
  const auto& replies = played.capture.replies;
  ASSERT_EQ(replies.size(), 4u);
  EXPECT_EQ(replies[0].phase, "greeting");
  EXPECT_EQ(replies[0].reply_code, 220);
  ASSERT_EQ(replies[0].lines.size(), 8u);
  EXPECT_EQ(replies[0].lines[0], std::string(200, 'g'));
  EXPECT_EQ(replies[0].lines[1], "\\x1B[2J");
  EXPECT_EQ(replies[1].phase, "ehlo");
  EXPECT_EQ(replies[1].enhanced_code, "5.7.1");
  EXPECT_EQ(replies[2].phase, "helo");
  EXPECT_EQ(replies[3].phase, "quit");
  EXPECT_NE(played.capture.detail.find("550"), std::string::npos);
}

TEST(Probe, T48PhasesUnderTls) {
  tls::TlsContext context;
  Words phases;
  for (const auto& reply : play(good(), context).capture.replies) phases.push_back(reply.phase);
  EXPECT_EQ(phases, (Words{"greeting", "ehlo", "starttls", "ehlo-tls", "quit"}));
}

TEST(Probe, T48NoBannersStoresCodesOnly) {
  tls::TlsContext context;
  PlaySettings settings;
  settings.probe.banners = tls::Banners::CodesOnly;
  ServerScript script = good();
  script.starttls = says("554 5.7.0 secret text\r\n");
  const tls::Capture capture = play(script, context, settings).capture;
  for (const auto& reply : capture.replies) EXPECT_TRUE(reply.lines.empty());
  EXPECT_EQ(capture.replies[2].enhanced_code, "5.7.0");
  EXPECT_EQ(capture.detail.find("secret"), std::string::npos);
}

TEST(Probe, T56WhatWasAgreedIsRecorded) {
  tls::TlsContext context;
  const tls::Capture modern = play(good(), context).capture;
  EXPECT_EQ(modern.protocol, "TLSv1.3");
  EXPECT_EQ(modern.cipher, "TLS_AES_256_GCM_SHA384");
  EXPECT_EQ(modern.group, "X25519");
  EXPECT_EQ(modern.signature_type, "ECDSA");
  EXPECT_EQ(modern.sni, "mx.example.org");
  ServerScript older = good();
  older.tls.max_version = TLS1_2_VERSION;
  older.tls.chains = {{CertificateBuilder("x").key(key_from_pool(KeyKind::Rsa2048, 1)).make()}};
  const tls::Capture old = play(older, context).capture;
  EXPECT_EQ(old.protocol, "TLSv1.2");
  EXPECT_EQ(old.cipher, "ECDHE-RSA-AES256-GCM-SHA384");
  EXPECT_EQ(old.group, "X25519");
  EXPECT_EQ(old.signature_type, "RSA-PSS");
  EXPECT_EQ(old.warnings, Words{"tls-1.2-only"}) << "T-65";
}

TEST(Probe, T58TheOldVersionIsStoredIfSeen) {
  tls::TlsContext context;
  ServerScript script = good();
  std::string hello = {22, 3, 2, 0, 42, 2, 0, 0, 38, 3, 2};
  script.instead_of_tls = says(hello + std::string(32, 'r') + std::string("\0\0\x2F\0", 4));
  const tls::Capture capture = play(script, context).capture;
  EXPECT_EQ(code(capture.outcome), "tls-version-old");
  EXPECT_EQ(capture.protocol, "TLSv1.1");
}

TEST(Probe, T58AlertsByNumber) {
  struct {
    char alert;
    const char* outcome;
  } const rows[] = {{70, "tls-version-old"}, {116, "tls-client-cert-required"},
                    {40, "tls-alert"},       {42, "tls-alert"},
                    {80, "tls-alert"},       {86, "tls-alert"},
                    {112, "tls-alert"},      {10, "tls-alert"}};
  tls::TlsContext context;
  for (const auto& row : rows) {
    ServerScript script = good();
    script.instead_of_tls = closes(std::string{21, 3, 3, 0, 2, 2, row.alert});
    const tls::Capture capture = play(script, context).capture;
    EXPECT_EQ(code(capture.outcome), row.outcome) << int{row.alert};
    EXPECT_EQ(capture.alert, static_cast<std::uint8_t>(row.alert));
    EXPECT_NE(capture.detail.find("alert " + std::to_string(row.alert)), std::string::npos);
  }
}

TEST(Probe, T50S76SniIsTheBaseDomain) {
  tls::TlsContext context;
  PlaySettings settings;
  settings.base_name = "other.example.net";
  EXPECT_EQ(play(good(), context, settings).server_name, "other.example.net");
}

// Every valid dialogue, the plain part cut short at every octet: the server hangs up there.
TEST(Probe, T40CutShortAtEveryOctetIsClosed) {
  const std::string spoken[] = {"220-mx\r\n220 ready\r\n", "250-mx\r\n250-STARTTLS\r\n250 SIZE\r\n", "220 go\r\n"};
  for (std::size_t part = 0; part < std::size(spoken); ++part)
    for (std::size_t cut = 0; cut < spoken[part].size(); ++cut) {
      Hand hand;
      hand.probe.connected(Hand::at(0ms));
      for (std::size_t before = 0; before < part; ++before) hand.hear(spoken[before]);
      hand.hear(spoken[part].substr(0, cut));
      hand.probe.closed(Hand::at(0ms));
      EXPECT_EQ(hand.outcome(), "smtp-closed") << part << " " << cut;
    }
}

// The server's handshake cut short at every octet.
TEST(Probe, T58AHandshakeCutShortAtEveryOctetIsClosed) {
  tls::TlsContext context;
  for (const int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
    std::size_t length = 1000;
    for (std::size_t cut = 0; cut < length; cut += cut < 200 ? 1 : 7) {
      ServerScript script = good();
      script.tls.max_version = script.tls.min_version = version;
      script.bend = [&](std::string flight, int number) {
        if (number > 0) return silent();
        length = flight.size();
        return closes(flight.substr(0, cut));
      };
      if (cut == 0) continue;
      EXPECT_EQ(code(play(script, context).capture.outcome), "tls-closed") << cut;
    }
  }
}

TEST(Probe, FlippedOctetsOfTheHandshakeNeverPass) {
  tls::TlsContext context;
  for (std::size_t at = 0; at < 700; at += 3) {
    ServerScript script = good();
    script.bend = [&](std::string flight, int number) {
      if (number == 0 && at < flight.size()) flight[at] ^= 0x10;
      return closes(std::move(flight));
    };
    const tls::Capture capture = play(script, context).capture;
    EXPECT_NE(code(capture.outcome), "internal-error") << at;
    // A record's version is not authenticated, so some flips pass; the certificate is then still the server's own.
    if (capture.outcome != Outcome::Ok) continue;
    ASSERT_TRUE(capture.chain);
    const auto shown = describe_chain(*capture.chain)[0].sha256;
    EXPECT_EQ(Octets(shown.begin(), shown.end()), sha256(leaf().der())) << at;
  }
}

}  // namespace
}  // namespace danesweep::test
