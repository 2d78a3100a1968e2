// SPDX-License-Identifier: Apache-2.0
// The servers of the farm, S-1 to S-81, as scripts in memory: outcome, certificate verdict and the time at which the
// probe ends. S-7 and S-8 end in the engine's connect, S-82 to S-84 are about several addresses: they stand in the lab.
#include <algorithm>
#include <array>

#include <gtest/gtest.h>
#include <openssl/ssl.h>

#include "tests/unit/tls/smtp_farm.h"
#include "tls/dane_match.h"

namespace danesweep::test {
namespace {

using tls::CertificateVerdict;

/// By when a try must end (part H).
enum class EndsBy : std::uint8_t { AtOnce, Greeting, Reply, Handshake, Quit, Probe };
enum class Tries : std::uint8_t { One, Two };

struct Row {
  std::string id, name;
  ServerScript script;
  std::string outcome;
  EndsBy ends_by = EndsBy::AtOnce;
  Tries tries = Tries::One;
  std::vector<std::string> notes = {};
  tls::KeyOffer keys = tls::KeyOffer::EcdsaFirst;
};
void PrintTo(const Row& row, std::ostream* out) { *out << row.id << " " << row.name; }

Duration limit(EndsBy ends_by) {
  switch (ends_by) {
    case EndsBy::AtOnce:
      return 0ms;
    case EndsBy::Greeting:
      return kFarmLimits.greeting;
    case EndsBy::Reply:
      return kFarmLimits.reply;
    case EndsBy::Handshake:
      return kFarmLimits.tls;
    case EndsBy::Quit:
      return kFarmLimits.quit;
    case EndsBy::Probe:
      return kFarmLimits.probe;
  }
  return 0ms;
}

const Certificate& root() {
  static const Certificate made = CertificateBuilder("Farm CA").key(key_from_pool(KeyKind::P256, 1)).ca().make();
  return made;
}
Certificate leaf_with(const Key& key) {
  return CertificateBuilder("mx.example.org").key(key).issued_by(root()).san("DNS:mx.example.org").make();
}
const Certificate& right() {
  static const Certificate made = leaf_with(key_from_pool(KeyKind::P256, 2));
  return made;
}
const Certificate& stale_rsa() {
  static const Certificate made = leaf_with(key_from_pool(KeyKind::Rsa2048, 2));
  return made;
}
const Certificate& of_another() {
  static const Certificate made = leaf_with(key_from_pool(KeyKind::P256, 3));
  return made;
}

/// A good server, to be changed in one point.
ServerScript good() {
  ServerScript script;
  script.tls.chains = {{right(), root()}};
  return script;
}
template <class Change>
ServerScript good_but(Change change) {
  ServerScript script = good();
  change(script);
  return script;
}
ServerScript greets(Says greeting) {
  return good_but([&](ServerScript& s) { s.greeting = std::move(greeting); });
}
ServerScript answers_ehlo(Says ehlo) {
  return good_but([&](ServerScript& s) { s.ehlo = std::move(ehlo); });
}
ServerScript answers_starttls(Says reply) {
  return good_but([&](ServerScript& s) { s.starttls = std::move(reply); });
}
ServerScript instead_of_tls(Says octets) {
  return good_but([&](ServerScript& s) { s.instead_of_tls = std::move(octets); });
}
ServerScript tls_versions(int lowest, int highest) {
  return good_but([&](ServerScript& s) { s.tls.min_version = lowest, s.tls.max_version = highest; });
}
ServerScript asks_client(ClientCertificate asked, int version) {
  return good_but([&](ServerScript& s) {
    s.tls.client_certificate = asked;
    s.tls.min_version = s.tls.max_version = version;
  });
}
ServerScript bends(int version, std::function<Says(std::string, int)> bend) {
  return good_but([&](ServerScript& s) {
    s.tls.min_version = s.tls.max_version = version;
    s.bend = std::move(bend);
  });
}
ServerScript after_tls(std::function<void(TlsServer&)> act, Says ehlo) {
  return good_but([&](ServerScript& s) {
    s.before_ehlo_tls = std::move(act);
    s.ehlo_tls = std::move(ehlo);
  });
}

std::string octets(std::initializer_list<int> values) {
  std::string text;
  for (const int value : values) text += static_cast<char>(value);
  return text;
}
std::string alert(int level, int description) { return octets({21, 3, 3, 0, 2, level, description}); }
/// A ServerHello of an old version: the client need not read further than its first octets.
std::string old_server_hello(int minor) {
  return octets({22, 3, minor, 0, 42, 2, 0, 0, 38, 3, minor}) + std::string(32, 'r') + octets({0, 0, 0x2F, 0});
}
std::string noise(std::size_t size) {
  std::string text;
  for (std::size_t i = 0; i < size; ++i) text += static_cast<char>(0x80 + (i * 37) % 120);
  return text;
}

/// TLS 1.2 sends the certificate in the clear: breaks its first DER tag.
Says with_garbage_certificate(std::string flight, int number) {
  const Octets der = right().der();
  const auto at = flight.find(std::string(der.begin(), der.begin() + 20));
  if (number == 0 && at != std::string::npos) flight[at] = 0x31;
  return says(std::move(flight));
}
/// The signature over the key exchange ends the ServerKeyExchange, just before ServerHelloDone (9 octets of record).
Says with_wrong_signature(std::string flight, int number) {
  if (number == 0 && flight.size() > 20) flight[flight.size() - 9 - 3] ^= 0x01;
  return says(std::move(flight));
}

ServerScript with_chain(ServerChain chain) {
  return good_but([&](ServerScript& s) { s.tls.chains = {std::move(chain)}; });
}
ServerChain many_certificates(std::size_t count, std::size_t padding) {
  ServerChain chain = {right()};
  const Certificate junk = CertificateBuilder("junk").key(key_from_pool(KeyKind::P256, 4)).padding(padding).make();
  chain.resize(count, junk);
  return chain;
}

/// T-39, T-40.
std::vector<Row> greeting_rows() {
  const std::string ready = "220 mx.example.org ESMTP ready\r\n";
  return {
      {"S-4", "greeting of 30 lines", greets(says(repeated("220-hello\r\n", 29) + "220 ready\r\n")), "ok"},
      {"S-5", "greeting after 1.5 s", greets(late(1500ms, ready)), "ok", EndsBy::Greeting},
      {"S-6", "greeting drips one octet per 20 ms", greets(drips(ready, 1, 20ms)), "ok", EndsBy::Greeting},
      {"S-9", "accepts, silent", greets(silent()), "greeting-timeout", EndsBy::Greeting, Tries::Two},
      {"S-10", "greeting drips for ever", greets(drips("220 " + repeated("x", 100), 1, 500ms)), "greeting-timeout",
       EndsBy::Greeting, Tries::Two},
      {"S-11", "accepts, closes", greets(closes()), "smtp-closed", EndsBy::AtOnce, Tries::Two},
      {"S-12", "accepts, resets", greets(closes()), "smtp-closed", EndsBy::AtOnce, Tries::Two},
      {"S-13", "220- lines for ever", greets(says_often(repeated("220-x\r\n", 1000), 100)), "reply-too-long"},
      {"S-14", "one line of 1 MiB", greets(says_often("220 " + repeated("x", 1020), 1024)), "reply-too-long"},
      {"S-15", "64 KiB and 1 octet in legal lines",
       greets(says(repeated("220-" + repeated("x", 1018) + "\r\n", 64) + "220\r\n")), "reply-too-long"},
      {"S-17", "421", greets(closes("421 busy\r\n")), "greeting-tempfail", EndsBy::AtOnce, Tries::Two},
      {"S-17b", "450", greets(says("450 later\r\n")), "greeting-tempfail", EndsBy::AtOnce, Tries::Two},
      {"S-18", "554", greets(says("554 no\r\n")), "greeting-refused"},
      {"S-19", "521", greets(says("521 no mail here\r\n")), "host-no-mail"},
      {"S-20", "SSH", greets(says("SSH-2.0-x\r\n")), "not-smtp"},
      {"S-21", "HTTP", greets(says("HTTP/1.1 400 Bad Request\r\n\r\n")), "not-smtp"},
      {"S-22", "random octets", greets(says(noise(400))), "not-smtp"},
      {"S-23", "TLS from the first octet", greets(says(alert(2, 80))), "not-smtp"},
      {"S-24", "letter O for a zero", greets(says("22O hello\r\n")), "not-smtp"},
      {"S-25", "220 without text", greets(says("220\r\n")), "ok"},
      {"S-26", "bare LF", greets(says("220 ready\n")), "ok", EndsBy::AtOnce, Tries::One, {"bare-lf"}},
      {"S-27",
       "codes differ in one reply",
       greets(says("250-x\r\n220 y\r\n")),
       "ok",
       EndsBy::AtOnce,
       Tries::One,
       {"reply-codes-differ"}},
      {"S-28", "reply with NUL octets", greets(says(std::string("220 a\0b\r\n", 9))), "reply-malformed"},
      {"S-28b", "EHLO reply with NUL octets", answers_ehlo(says(std::string("250-a\0b\r\n", 9))), "reply-malformed"},
      {"S-29", "waits for our EHLO first", greets(silent()), "greeting-timeout", EndsBy::Greeting, Tries::Two},
      {"S-29b", "greeting 250", greets(says("250 hello\r\n")), "reply-malformed"},
  };
}

/// T-41, T-42.
std::vector<Row> ehlo_rows() {
  const std::string masked = "250-mx\r\n250-XXXXXXXX\r\n250 SIZE\r\n";
  return {
      {"S-30",
       "EHLO 502, HELO 250",
       answers_ehlo(says("502 what?\r\n")),
       "starttls-missing",
       EndsBy::AtOnce,
       Tries::One,
       {"ehlo-refused"}},
      {"S-31", "EHLO 550, HELO 550", good_but([](ServerScript& s) {
         s.ehlo = says("550 no\r\n");
         s.helo = says("550 no\r\n");
       }),
       "ehlo-refused"},
      {"S-31b", "EHLO 550, HELO 450", good_but([](ServerScript& s) {
         s.ehlo = says("550 no\r\n");
         s.helo = says("450 later\r\n");
       }),
       "ehlo-tempfail", EndsBy::AtOnce, Tries::Two},
      {"S-32", "EHLO 421 then close", answers_ehlo(closes("421 bye\r\n")), "ehlo-tempfail", EndsBy::AtOnce, Tries::Two},
      {"S-33", "EHLO unanswered", answers_ehlo(silent()), "smtp-timeout", EndsBy::Reply, Tries::Two},
      {"S-33b", "EHLO reply drips", answers_ehlo(drips("250-mx\r\n250 STARTTLS\r\n", 1, 200ms)), "smtp-timeout",
       EndsBy::Reply, Tries::Two},
      {"S-34", "closes in the middle of the EHLO reply", answers_ehlo(closes("250-mx\r\n250-ST")), "smtp-closed",
       EndsBy::AtOnce, Tries::Two},
      {"S-35", "half-closes after the greeting", greets(closes("220 ready\r\n")), "smtp-closed", EndsBy::AtOnce,
       Tries::Two},
      {"S-36", "EHLO of 200 keywords", answers_ehlo(says(repeated("250-X\r\n", 199) + "250 STARTTLS\r\n")),
       "reply-too-long"},
      {"S-36b", "EHLO of 100 keywords", answers_ehlo(says(repeated("250-X\r\n", 99) + "250 STARTTLS\r\n")), "ok"},
      {"S-37", "no STARTTLS", answers_ehlo(says("250-mx\r\n250 SIZE\r\n")), "starttls-missing"},
      {"S-38", "STARTTLS only on the first line", answers_ehlo(says("250-STARTTLS\r\n250 SIZE\r\n")),
       "starttls-missing"},
      {"S-39", "STARTTLS only inside another word", answers_ehlo(says("250-mx\r\n250 X-STARTTLS\r\n")),
       "starttls-missing"},
      {"S-40", "in lower case", answers_ehlo(says("250-mx\r\n250-starttls\r\n250 SIZE\r\n")), "ok"},
      {"S-41", "with a parameter", answers_ehlo(says("250-mx\r\n250 STARTTLS REQUIRED\r\n")), "ok"},
      {"S-42", "masked by X's", answers_ehlo(says(masked)), "starttls-masked"},
      {"S-42b", "masked and offered", answers_ehlo(says("250-mx\r\n250-XXXXXXXX\r\n250 STARTTLS\r\n")), "ok"},
      {"S-42c", "EHLO 354", answers_ehlo(says("354 go\r\n")), "reply-malformed"},
  };
}

/// T-43, T-44, T-57.
std::vector<Row> starttls_rows() {
  return {
      {"S-43", "STARTTLS 454", answers_starttls(says("454 not now\r\n")), "starttls-tempfail", EndsBy::AtOnce,
       Tries::Two},
      {"S-45", "STARTTLS 502", answers_starttls(says("502 no\r\n")), "starttls-refused"},
      {"S-46", "STARTTLS 554", answers_starttls(says("554 no\r\n")), "starttls-refused"},
      {"S-47",
       "STARTTLS 250 and TLS follows",
       answers_starttls(says("250 ok\r\n")),
       "ok",
       EndsBy::AtOnce,
       Tries::One,
       {"starttls-code"}},
      {"S-47b", "STARTTLS 354", answers_starttls(says("354 go\r\n")), "reply-malformed"},
      {"S-48", "STARTTLS unanswered", answers_starttls(silent()), "smtp-timeout", EndsBy::Reply, Tries::Two},
      {"S-49", "text behind the reply", answers_starttls(says("220 go\r\n250 injected\r\n")), "starttls-injection"},
      {"S-50", "the same in a later segment", instead_of_tls(says("250 injected\r\n")), "tls-not-tls"},
      {"S-51", "after 220: silent", instead_of_tls(silent()), "tls-timeout", EndsBy::Handshake, Tries::Two},
      {"S-52", "after 220: closes", instead_of_tls(closes()), "tls-closed", EndsBy::AtOnce, Tries::Two},
      {"S-53", "after 220: resets", instead_of_tls(closes()), "tls-closed", EndsBy::AtOnce, Tries::Two},
      {"S-54", "after 220: plain text", instead_of_tls(says("500 what?\r\n")), "tls-not-tls"},
      {"S-55", "after 220: random octets", instead_of_tls(says(noise(300))), "tls-not-tls"},
  };
}

/// T-57, T-58.
std::vector<Row> handshake_rows() {
  const auto part_of_flight = [](std::string flight, int number) {
    return number == 0 ? says(flight.substr(0, 127)) : silent();
  };
  const auto dripping = [](std::string flight, int) { return drips(std::move(flight), 1, 300ms); };
  const auto warning_first = [](std::string flight, int number) {
    return says((number == 0 ? alert(1, 112) : std::string()) + flight);
  };
  return {
      {"S-1", "good, TLS 1.3", good(), "ok"},
      {"S-2",
       "good, TLS 1.2 only",
       tls_versions(TLS1_2_VERSION, TLS1_2_VERSION),
       "ok",
       EndsBy::AtOnce,
       Tries::One,
       {"tls-1.2-only"}},
      {"S-3", "good, 1.3 only", tls_versions(TLS1_3_VERSION, TLS1_3_VERSION), "ok"},
      {"S-56", "ServerHello, then silent", bends(TLS1_3_VERSION, part_of_flight), "tls-timeout", EndsBy::Handshake,
       Tries::Two},
      {"S-57", "handshake one octet per 0.3 s", bends(TLS1_3_VERSION, dripping), "tls-timeout", EndsBy::Handshake,
       Tries::Two},
      {"S-58", "TLS 1.0 only, alert 70", instead_of_tls(closes(alert(2, 70))), "tls-version-old"},
      {"S-59", "answers ServerHello 1.0", instead_of_tls(says(old_server_hello(1))), "tls-version-old"},
      {"S-60", "answers ServerHello 1.1", instead_of_tls(says(old_server_hello(2))), "tls-version-old"},
      {"S-60b", "answers ServerHello SSL 3.0", instead_of_tls(says(old_server_hello(0))), "tls-version-old"},
      {"S-60c", "a real server of 1.1 only", tls_versions(TLS1_VERSION, TLS1_1_VERSION), "tls-version-old"},
      {"S-61", "no shared cipher, alert 40", instead_of_tls(closes(alert(2, 40))), "tls-alert"},
      {"S-62", "fatal alert 112 for the SNI", instead_of_tls(closes(alert(2, 112))), "tls-alert"},
      {"S-62b", "the same as a warning", bends(TLS1_2_VERSION, warning_first), "ok"},
      {"S-63", "alert 80 each time", instead_of_tls(closes(alert(2, 80))), "tls-alert", EndsBy::AtOnce, Tries::Two},
      {"S-65", "asks for a client certificate, 1.3", asks_client(ClientCertificate::Asked, TLS1_3_VERSION), "ok"},
      {"S-65b", "asks for a client certificate, 1.2", asks_client(ClientCertificate::Asked, TLS1_2_VERSION), "ok"},
      {"S-66", "requires one, 1.2", asks_client(ClientCertificate::Required, TLS1_2_VERSION),
       "tls-client-cert-required"},
      {"S-67", "requires one, 1.3", asks_client(ClientCertificate::Required, TLS1_3_VERSION),
       "tls-client-cert-required"},
      {"S-68", "wrong signature, 1.2", bends(TLS1_2_VERSION, with_wrong_signature), "tls-protocol-error"},
      {"S-69", "certificate is garbage", bends(TLS1_2_VERSION, with_garbage_certificate), "tls-protocol-error"},
      {"S-70", "certificate message of 150 KiB", with_chain(many_certificates(10, 16'000)), "tls-chain-too-big"},
      {"S-71", "100 certificates in 60 KiB", with_chain(many_certificates(100, 250)), "ok"},
      {"S-52b", "close_notify in the handshake", instead_of_tls(says(alert(1, 0))), "tls-closed", EndsBy::AtOnce,
       Tries::Two},
  };
}

/// T-45, T-46, T-59.
std::vector<Row> later_rows() {
  const std::vector<std::string> trouble = {"post-tls-trouble"};
  const auto close_notify = [](TlsServer& server) { server.close_notify(); };
  const auto flood = [](TlsServer& server) {
    for (int i = 0; i < 2000; ++i) server.update_keys();
  };
  return {
      {"S-72", "close_notify instead of the second EHLO reply", after_tls(close_notify, silent()), "ok", EndsBy::AtOnce,
       Tries::One, trouble},
      {"S-73", "resets there", after_tls(nullptr, closes()), "ok", EndsBy::AtOnce, Tries::One, trouble},
      {"S-74", "554 there", after_tls(nullptr, says("554 no\r\n")), "ok", EndsBy::AtOnce, Tries::One, trouble},
      {"S-75", "silent there", after_tls(nullptr, silent()), "ok", EndsBy::Reply, Tries::One, trouble},
      {"S-75b", "no reply grammar there", after_tls(nullptr, says("hello\r\n")), "ok", EndsBy::AtOnce, Tries::One,
       trouble},
      {"S-75c", "a record with a wrong tag there", good_but([](ServerScript& s) {
         s.tls.min_version = TLS1_3_VERSION;
         s.bend = [](std::string records, int flight) {
           if (flight > 0) records.back() = static_cast<char>(records.back() ^ 1);
           return says(std::move(records));
         };
       }),
       "ok", EndsBy::AtOnce, Tries::One, trouble},
      {"S-76", "two certificates by SNI", good_but([](ServerScript& s) {
         s.tls.right_name = "mx.example.org";
         s.tls.other_chain = {of_another(), root()};
       }),
       "ok"},
      {"S-77",
       "right ECDSA, stale RSA: --tls-key ecdsa",
       good_but([](ServerScript& s) {
         s.tls.chains = {{right(), root()}, {stale_rsa(), root()}};
       }),
       "ok",
       EndsBy::AtOnce,
       Tries::One,
       {},
       tls::KeyOffer::EcdsaOnly},
      {"S-77b",
       "right ECDSA, stale RSA: --tls-key rsa",
       good_but([](ServerScript& s) {
         s.tls.chains = {{right(), root()}, {stale_rsa(), root()}};
       }),
       "tlsa-mismatch",
       EndsBy::AtOnce,
       Tries::One,
       {},
       tls::KeyOffer::RsaOnly},
      {"S-78", "asks for renegotiation", good_but([](ServerScript& s) {
         s.tls.max_version = TLS1_2_VERSION;
         s.before_ehlo_tls = [](TlsServer& server) { server.ask_renegotiation(); };
       }),
       "ok", EndsBy::Probe},
      {"S-79", "floods KeyUpdate", after_tls(flood, says("250 mx\r\n")), "ok", EndsBy::Probe},
      {"S-80", "QUIT unanswered", good_but([](ServerScript& s) { s.quit = silent(); }), "ok", EndsBy::Quit},
      {"S-81", "sends 10 MiB after QUIT",
       good_but([](ServerScript& s) { s.quit = says_often(repeated("221-x\r\n", 1500), 1000); }), "ok", EndsBy::Quit},
  };
}

std::vector<Row> all_rows() {
  std::vector<Row> all;
  for (std::vector<Row> some : {greeting_rows(), ehlo_rows(), starttls_rows(), handshake_rows(), later_rows()})
    all.insert(all.end(), some.begin(), some.end());
  return all;
}

/// The verdict over the chain, as the engine comes to it: the set is a 3 1 1 of the right certificate.
std::string outcome_of(const tls::Capture& capture, tls::TlsContext& context) {
  if (capture.outcome != tls::Outcome::Ok) return std::string(code(capture.outcome));
  const Octets rdata = tlsa_rdata(3, 1, 1, right());
  const wire::Bytes rdatas[] = {rdata};
  const tls::TlsaSet set(rdatas);
  return std::string(code(match_chain(context, *capture.chain, set, {{"mx.example.org"}}, kNow).outcome));
}

void expect_only_the_four_verbs(const std::vector<std::string>& commands) {
  for (const std::string& command : commands) {
    const std::string verb = command.substr(0, command.find(' '));
    EXPECT_TRUE(verb == "EHLO" || verb == "HELO" || verb == "STARTTLS" || verb == "QUIT") << "T-38: " << command;
  }
}

class Farm : public testing::TestWithParam<Row> {
 protected:
  static void expect(const Row& row, const PlaySettings& settings) {
    tls::TlsContext context(row.keys);
    const Played played = play(row.script, context, settings);
    EXPECT_EQ(outcome_of(played.capture, context), row.outcome) << played.capture.detail;
    EXPECT_LE(played.took, limit(row.ends_by));
    EXPECT_EQ(is_retriable(played.capture), row.tries == Tries::Two);
    for (const std::string& note : row.notes)
      EXPECT_NE(std::ranges::find(played.capture.warnings, note), played.capture.warnings.end()) << note;
    if (row.notes.empty() && row.ends_by != EndsBy::Probe) {
      EXPECT_EQ(std::ranges::count(played.capture.warnings, "post-tls-trouble"), 0);
    }
    expect_only_the_four_verbs(played.commands);
  }
};

TEST_P(Farm, EndsAsItMust) { expect(GetParam(), {}); }

/// TCP may cut anywhere. The text behind STARTTLS is then sometimes a later segment, and TLS's business (S-50).
TEST_P(Farm, EndsTheSameOctetByOctet) {
  Row row = GetParam();
  if (row.id == "S-49") row.outcome = "tls-not-tls";
  if (row.id == "S-81" || row.id == "S-70") return;  // megabytes, octet by octet, show nothing new
  PlaySettings settings;
  settings.chunk = 1;
  expect(row, settings);
}

std::string row_name(const testing::TestParamInfo<Row>& info) {
  std::string name;
  for (const char c : info.param.id + " " + info.param.name)
    name += std::isalnum(static_cast<unsigned char>(c)) != 0 ? c : '_';
  return name;
}
INSTANTIATE_TEST_SUITE_P(S, Farm, testing::ValuesIn(all_rows()), row_name);

// S-16, S-44, S-64: what comes back and is then good. The two tries are the engine's; here both ends are shown.
TEST(FarmAgain, S16S44S64TheFirstTryIsRetriableAndTheSecondIsGood) {
  tls::TlsContext context;
  for (const ServerScript& first : {greets(closes("421 busy\r\n")), answers_starttls(says("454 not now\r\n")),
                                    instead_of_tls(closes(alert(2, 80)))}) {
    EXPECT_TRUE(is_retriable(play(first, context).capture));
    EXPECT_EQ(outcome_of(play(good(), context).capture, context), "ok");
  }
}

// S-68 in TLS 1.3: the certificate's key is exchanged for another behind the server's back.
TEST(FarmAgain, S68WrongCertificateVerifySignature) {
  tls::TlsContext context;
  Certificate swapped = leaf_with(key_from_pool(KeyKind::P256, 5));
  ServerScript script = with_chain({swapped, root()});
  tls::TlsContext other;
  TlsServer server(script.tls);
  ASSERT_EQ(X509_set_pubkey(SSL_get_certificate(server.ssl()), key_from_pool(KeyKind::P256, 6).get()), 1);
  tls::Probe probe({"scanner.example.net", kFarmLimits}, "mx.example.org", context, Instant{});
  const auto hear = [&](std::string_view text) {
    probe.feed({reinterpret_cast<const std::uint8_t*>(text.data()), text.size()}, Instant{});
  };
  hear("220 a\r\n");
  hear("250-a\r\n250 STARTTLS\r\n");
  probe.sent(probe.to_send().size());
  hear("220 go\r\n");
  const wire::Bytes hello = probe.to_send();
  server.feed({reinterpret_cast<const char*>(hello.data()), hello.size()});
  hear(server.take_output());
  ASSERT_TRUE(probe.finished());
  EXPECT_EQ(code(probe.take_capture().outcome), "tls-protocol-error");
}

}  // namespace
}  // namespace danesweep::test
