// SPDX-License-Identifier: Apache-2.0
// Certificate arrangements C-n of DANE.md part H. Ordinary certificates: L named {base} issued by I, I issued by R, R
// by itself; X is a key that is never shown. Roles sent in the order given.
#include "tests/lab/host_kinds.h"

#include <deque>

namespace danesweep::lab {
namespace {

using enum Checked;

/// Certificates of 32 issuers' chain "L a b c ...": each is issued by the next one.
std::vector<CertificateSpec> long_chain(int issuers) {
  std::vector<CertificateSpec> chain = {{.role = 'L', .issuer = 'a'}};
  for (int i = 0; i < issuers; ++i) {
    const char role = static_cast<char>('a' + i);
    const char issuer = i + 1 < issuers ? static_cast<char>(role + 1) : role;
    chain.push_back({.role = role,
                     .issuer = issuer,
                     .alternative_names = "",
                     .constraints = "critical,CA:TRUE",
                     .key_usage = "critical,keyCertSign"});
  }
  return chain;
}

std::string wrong_records(int count) {
  std::string text;
  for (int i = 0; i < count; ++i) text += "3 1 1 #" + std::to_string(i) + "; ";
  return text + "3 1 1 L";
}

std::string repeat(std::string_view text, int count) {
  std::string result = "L I";
  for (int i = 0; i < count; ++i) result += std::string(" ") + std::string(text);
  return result;
}

std::string_view kept(std::string text) {
  static std::deque<std::string> texts;
  return texts.emplace_back(std::move(text));
}

constexpr std::string_view kCa = "critical,CA:TRUE";

// clang-format off
// NOLINTNEXTLINE(readability-function-size): a table, a row a line
std::vector<Arrangement> make_arrangements() {
  const CertificateSpec expired_leaf = {.from_days = -90, .to_days = -3};
  const CertificateSpec future_leaf = {.from_days = 5, .to_days = 90};
  const CertificateSpec other_name = {.alternative_names = "DNS:other.example.net"};
  const CertificateSpec expired_issuer = {.role = 'I', .issuer = 'R', .alternative_names = "", .from_days = -90, .to_days = -3, .constraints = kCa, .key_usage = "critical,keyCertSign"};
  const CertificateSpec self_signed = {.issuer = 'L'};
  const CertificateSpec self_signed_ca = {.issuer = 'L', .constraints = kCa};
  const CertificateSpec client_only = {.extended_usage = "clientAuth"};
  const CertificateSpec unknown_critical = {.unknown_critical = "1.3.6.1.4.1.55555.1.2"};
  const CertificateSpec by_stranger = {.is_signed_by_stranger = true};
  const CertificateSpec sha1_leaf = {.digest = "SHA1"};
  const CertificateSpec sha1_issuer = {.role = 'I', .issuer = 'R', .alternative_names = "", .constraints = kCa, .key_usage = "critical,keyCertSign", .digest = "SHA1"};
  const CertificateSpec no_ca = {.role = 'I', .issuer = 'R', .alternative_names = ""};
  const CertificateSpec no_cert_sign = {.role = 'I', .issuer = 'R', .alternative_names = "", .constraints = kCa, .key_usage = "critical,digitalSignature"};
  const std::vector<CertificateSpec> short_path = {
      {.role = 'I', .issuer = 'A', .alternative_names = "", .constraints = kCa, .key_usage = "critical,keyCertSign"},
      {.role = 'A', .issuer = 'R', .alternative_names = "", .constraints = "critical,CA:TRUE,pathlen:0", .key_usage = "critical,keyCertSign"}};
  const CertificateSpec stranger_ca = {.role = 'K', .issuer = 'K', .alternative_names = "", .constraints = kCa, .key_usage = "critical,keyCertSign"};
  const CertificateSpec filler = {.role = 'f', .issuer = 'f', .alternative_names = "", .constraints = kCa};
  return {
      {"C-1", "3 1 1 of the leaf", "L I", "3 1 1 L", "ok", Success},
      {"C-2", "3 0 1 of the leaf", "L I", "3 0 1 L", "ok", Success},
      {"C-3", "3 1 2 of the leaf", "L I", "3 1 2 L", "ok", Success},
      {"C-4", "3 0 2 of the leaf", "L I", "3 0 2 L", "ok", Success},
      {"C-5", "3 1 0 of the leaf", "L I", "3 1 0 L", "ok", Success},
      {"C-6", "3 0 0 of the leaf", "L I", "3 0 0 L", "ok", Success},
      {"C-7", "3 1 1 of another key", "L I", "3 1 1 X", "tlsa-mismatch", Failed},
      {"C-8", "roll-over pair of 3 1 1", "L I", "3 1 1 X; 3 1 1 L", "ok", Success, {}, {"rollover-pair"}},
      {"C-9", "3 1 1 stale beside 2 1 1", "L I", "3 1 1 X; 2 1 1 I", "ok", Success, {}, {"rollover-pair"}},
      {"C-10", "3 1 1 right beside 2 1 1 stale", "L I", "3 1 1 L; 2 1 1 X", "ok", Success, {}, {"rollover-pair"}},
      {"C-11", "3 1 1 right, 3 1 2 wrong", "L I", "3 1 1 L; 3 1 2 X", "tlsa-mismatch", Failed, {}, {"digest-shadowed"}},
      {"C-12", "3 1 1 wrong, 3 1 2 right", "L I", "3 1 1 X; 3 1 2 L", "ok", Success},
      {"C-13", "3 1 2 wrong, 3 0 1 right", "L I", "3 1 2 X; 3 0 1 L", "ok", Success},
      {"C-14", "3 1 2 wrong, 3 1 0 right", "L I", "3 1 2 X; 3 1 0 L", "ok", Success},
      {"C-15", "3 1 2 wrong, 2 1 1 right", "L I", "3 1 2 X; 2 1 1 I", "ok", Success},
      {"C-16", "3 1 1 right, 3 1 2 of 32 octets", "L I", "3 1 1 L; 3 1 2 L/32", "ok", Success, {}, {"tlsa-some-unusable"}},
      {"C-17a", "2 1 1 of the issuer", "L I", "2 1 1 I", "ok", Success},
      {"C-17b", "2 0 1 of the issuer", "L I", "2 0 1 I", "ok", Success},
      {"C-17c", "2 1 2 of the issuer", "L I", "2 1 2 I", "ok", Success},
      {"C-18", "2 1 1 of the root, sent", "L I R", "2 1 1 R", "ok", Success},
      {"C-19", "2 1 1 of the root, not sent", "L I", "2 1 1 R", "ta-not-in-chain", Failed},
      {"C-20", "2 0 0 of the root, not sent", "L I", "2 0 0 R", "ok", Success},
      {"C-21", "2 1 0 of the root, not sent", "L I", "2 1 0 R", "ok", Success},
      {"C-22", "leaf alone, 2 0 0 of its issuer", "L", "2 0 0 I", "ok", Success},
      {"C-23", "leaf alone, 2 1 0 of its issuer", "L", "2 1 0 I", "ok", Success},
      {"C-24", "leaf alone, 2 0 0 of the root", "L", "2 0 0 R", "ta-not-in-chain", Failed},
      {"C-25", "2 1 1 of the leaf", "L I", "2 1 1 L", "tlsa-wrong-usage", Failed},
      {"C-26a", "self-signed leaf, 2 1 1", "L", "2 1 1 L", "tlsa-wrong-usage", Failed, {self_signed}},
      {"C-26b", "self-signed CA as leaf, 2 1 1", "L", "2 1 1 L", "tlsa-wrong-usage", Failed, {self_signed_ca}},
      {"C-27", "self-signed leaf, 2 0 0", "L", "2 0 0 L", "tlsa-wrong-usage", Failed, {self_signed}},
      {"C-28", "self-signed leaf, 2 1 0", "L", "2 1 0 L", "ok", Success, {self_signed}},
      {"C-29", "3 1 1 of the issuer", "L I", "3 1 1 I", "tlsa-wrong-usage", Failed},
      {"C-30", "leaf expired, 3 1 1", "L I", "3 1 1 L", "ok", Success, {expired_leaf}, {"ee-expired"}},
      {"C-31", "leaf expired, 2 1 1", "L I", "2 1 1 I", "cert-expired", Failed, {expired_leaf}},
      {"C-32", "issuer expired and is the TA", "L I", "2 1 1 I", "ok", Success, {expired_issuer}},
      {"C-33", "issuer expired below the TA", "L I R", "2 1 1 R", "cert-expired", Failed, {expired_issuer}},
      {"C-34a", "leaf not yet valid, 2 1 1", "L I", "2 1 1 I", "cert-not-yet-valid", Failed, {future_leaf}},
      {"C-34b", "leaf not yet valid, 3 1 1", "L I", "3 1 1 L", "ok", Success, {future_leaf}},
      {"C-35", "leaf names another host, 3 1 1", "L I", "3 1 1 L", "ok", Success, {other_name}, {"ee-name-differs"}},
      {"C-36", "leaf names another host, 2 1 1", "L I", "2 1 1 I", "name-mismatch", Failed, {other_name}},
      {"C-37", "leaf names the domain, 2 1 1", "L I", "2 1 1 I", "ok", Success, {{.alternative_names = "DNS:{up1}"}}},
      {"C-39", "leaf names a wildcard of the domain", "L I", "2 1 1 I", "ok", Success, {{.alternative_names = "DNS:*.{up1}"}}},
      {"C-40", "wildcard within a label", "L I", "2 1 1 I", "name-mismatch", Failed, {{.alternative_names = "DNS:m*.{up1}"}}},
      {"C-41", "wildcard over two labels", "L I", "2 1 1 I", "name-mismatch", Failed, {{.alternative_names = "DNS:*.{up2}"}}},
      {"C-43", "right CN, no SAN", "L I", "2 1 1 I", "ok", Success, {{.common_name = "{base}", .alternative_names = ""}}},
      {"C-44", "right CN, another DNS SAN", "L I", "2 1 1 I", "name-mismatch", Failed, {{.common_name = "{base}", .alternative_names = "DNS:other.example.net"}}},
      {"C-45a", "right CN, only an IP SAN", "L I", "2 1 1 I", "ok", Success, {{.common_name = "{base}", .alternative_names = "IP:192.0.2.1"}}},
      {"C-45b", "right CN, only a mail SAN", "L I", "2 1 1 I", "ok", Success, {{.common_name = "{base}", .alternative_names = "email:a@example.net"}}},
      {"C-46", "no name at all, 2 1 1", "L I", "2 1 1 I", "name-mismatch", Failed, {{.common_name = "", .alternative_names = ""}}},
      {"C-47a", "leaf for clients only, 3 1 1", "L I", "3 1 1 L", "ok", Success, {client_only}},
      {"C-47b", "leaf for clients only, 2 1 1", "L I", "2 1 1 I", "ta-chain-invalid", Failed, {client_only}},
      {"C-48a", "unknown critical extension, 3 1 1", "L I", "3 1 1 L", "ok", Success, {unknown_critical}},
      {"C-48b", "unknown critical extension, 2 1 1", "L I", "2 1 1 I", "ta-chain-invalid", Failed, {unknown_critical}},
      {"C-49a", "path length broken below the TA", "L I A R", "2 1 1 R", "ta-chain-invalid", Failed, short_path},
      {"C-49b", "TA is the CA below the constraint", "L I A R", "2 1 1 I", "ok", Success, short_path},
      {"C-50a", "issuer without CA flag is the TA", "L I", "2 1 1 I", "ta-chain-invalid", Failed, {no_ca}},
      {"C-50b", "issuer without keyCertSign, TA above", "L I R", "2 1 1 R", "ta-chain-invalid", Failed, {no_cert_sign}},
      {"C-51a", "certificates in the wrong order", "L R I", "2 1 1 R", "ok", Success},
      {"C-51b", "junk between the certificates", "L K I K", "2 1 1 I", "ok", Success, {stranger_ca}},
      {"C-51c", "TA sent, but it did not issue the leaf", "L I K", "2 1 1 K", "ta-chain-invalid", Failed, {stranger_ca}},
      {"C-52a", "Ed25519 leaf", "L I", "3 1 1 L", "ok", Success, {{.key = "Ed25519"}}},
      {"C-52b", "P-384 leaf", "L I", "3 1 1 L", "ok", Success, {{.key = "P-384"}}},
      {"C-52c", "RSA-PSS leaf", "L I", "3 1 1 L", "ok", Success, {{.key = "RSA-PSS"}}},
      {"C-52d", "RSA-1024 leaf", "L I", "3 1 1 L", "ok", Success, {{.key = "RSA-1024"}}, {"rsa-1024"}},
      {"C-52e", "RSA-512 leaf", "L I", "3 1 1 L", "cert-key-too-weak", Failed, {{.key = "RSA-512"}}, {}, "S-2"},
      {"C-53a", "leaf signed by another key, 2 1 1", "L I", "2 1 1 I", "ta-chain-invalid", Failed, {by_stranger}},
      {"C-53b", "leaf signed by another key, 3 1 1", "L I", "3 1 1 L", "ok", Success, {by_stranger}},
      {"C-53c", "leaf signed with SHA-1, 2 1 1", "L I", "2 1 1 I", "cert-key-too-weak", Failed, {sha1_leaf}},
      {"C-53d", "leaf signed with SHA-1, 3 1 1", "L I", "3 1 1 L", "ok", Success, {sha1_leaf}},
      {"C-53e", "issuer signed with SHA-1, TA above", "L I R", "2 1 1 R", "cert-key-too-weak", Failed, {sha1_issuer}},
      {"C-53f", "issuer signed with SHA-1 is the TA", "L I R", "2 1 1 I", "ok", Success, {sha1_issuer}},
      {"C-54a", "only usage 1", "L I", "1 1 1 L", "tlsa-unusable", NotChecked},
      {"C-54b", "only usage 0", "L I", "0 0 1 I", "tlsa-unusable", NotChecked},
      {"C-54c", "only usage 4", "L I", "4 1 1 L", "tlsa-unusable", NotChecked},
      {"C-54d", "only selector 2", "L I", "3 2 1 L", "tlsa-unusable", NotChecked},
      {"C-54e", "only matching type 3", "L I", "3 1 3 L", "tlsa-unusable", NotChecked},
      {"C-54f", "only matching type 255", "L I", "3 1 255 L", "tlsa-unusable", NotChecked},
      {"C-54g", "digest of 31 octets", "L I", "3 1 1 L/31", "tlsa-unusable", NotChecked},
      {"C-54h", "digest of 33 octets", "L I", "3 1 1 L/33", "tlsa-unusable", NotChecked},
      {"C-54i", "digest of 0 octets", "L I", "3 1 1 L/0", "tlsa-unusable", NotChecked},
      {"C-54j", "3 0 0 garbage", "L I", "3 0 0 =3003020101", "tlsa-unusable", NotChecked},
      {"C-54k", "3 0 0 with an octet too many", "L I", "3 0 0 L+", "tlsa-unusable", NotChecked},
      {"C-54l", "2 1 0 garbage", "L I", "2 1 0 =deadbeef", "tlsa-unusable", NotChecked},
      {"C-55", "an unusable record beside a right one", "L I", "3 1 1 L/31; 3 1 1 L", "ok", Success, {}, {"tlsa-some-unusable"}},
      {"C-56a", "1,300 wrong records and a right one", "L I", kept(wrong_records(1300)), "ok", Success},
      {"C-56c", "TA at depth 11", "L a b c d e f g h i j k", "2 1 1 k", "ok", Success, long_chain(11)},
      {"C-56d", "TA at depth 12", "L a b c d e f g h i j k l", "2 1 1 l", "ta-chain-invalid", Failed, long_chain(12)},
      {"X-150k", "certificate message of 150 KiB", kept(repeat("f", 400)), "3 1 1 L", "tls-chain-too-big", Failed, {filler}},
      {"X-100", "100 certificates", kept(repeat("f", 98)), "3 1 1 L", "ok", Success, {filler}},
  };
}
// clang-format on

}  // namespace

std::span<const Arrangement> arrangements() {
  static const std::vector<Arrangement> rows = make_arrangements();
  return rows;
}

}  // namespace danesweep::lab
