// SPDX-License-Identifier: Apache-2.0
// The certificate arrangements C-1 to C-57 of part H: base domain mx.example.org, next hop example.org; L leaf, I
// intermediate, R root. C-58 to C-60 are about look-ups, not certificates. Each row is matched with the trimmed and
// with OpenSSL's own decoders, and must come out the same.
#include <algorithm>
#include <functional>
#include <sstream>

#include <gtest/gtest.h>

#include "tests/support/certificates.h"
#include "tls/dane_match.h"

namespace danesweep::test {
namespace {

using tls::MatchResult;
using Chain = std::vector<Certificate>;
using Records = std::vector<Octets>;

enum class Mx : std::uint8_t { Secure, Insecure };

struct Row {
  std::string id, name;
  Records records;
  Chain sent;
  std::string outcome;
  std::string matched = {};  ///< first three numbers
  int depth = -1;            ///< -1: not asked
  std::vector<std::string> notes = {};
  Mx mx = Mx::Secure;
  int verify_error = -1;
  std::string base = "mx.example.org";
  std::string matched_name = {};
};
void PrintTo(const Row& row, std::ostream* out) { *out << row.id << " " << row.name; }

/// R -> I -> L, each with a key of its own.
struct World {
  Certificate r = CertificateBuilder("Root R").key(key_from_pool(KeyKind::P256, 10)).ca().make();
  Certificate i = CertificateBuilder("CA I").key(key_from_pool(KeyKind::P256, 11)).issued_by(r).ca().make();
  Certificate l = leaf().make();
  Certificate self = CertificateBuilder("mx.example.org").key(key_from_pool(KeyKind::P256, 13)).san(kSan).make();
  Certificate self_ca =
      CertificateBuilder("mx.example.org").key(key_from_pool(KeyKind::P256, 14)).san(kSan).ca().make();
  Certificate junk = CertificateBuilder("junk").key(key_from_pool(KeyKind::P256, 15)).make();

  static constexpr const char* kSan = "DNS:mx.example.org";
  CertificateBuilder leaf() const { return named(kSan, "mx.example.org"); }
  /// A leaf of I with this SAN and CN.
  CertificateBuilder named(const std::string& san, const std::string& common_name) const {
    return CertificateBuilder(common_name).key(key_from_pool(KeyKind::P256, 12)).issued_by(i).san(san);
  }
  CertificateBuilder leaf_of(const Certificate& issuer) const {
    return CertificateBuilder("mx.example.org").key(key_from_pool(KeyKind::P256, 12)).issued_by(issuer).san(kSan);
  }
  CertificateBuilder ca(const std::string& name, int key, const Certificate& issuer) const {
    return CertificateBuilder(name).key(key_from_pool(KeyKind::P256, key)).issued_by(issuer).ca();
  }
};
const World& w() {
  static const World world;
  return world;
}

Octets on(int usage, int selector, int matching_type, const Certificate& certificate) {
  return tlsa_rdata(usage, selector, matching_type, certificate);
}
Octets wrong(int usage, int selector, int matching_type, std::uint8_t fill = 0x55) {
  return tlsa_rdata(usage, selector, matching_type, Octets(matching_type == 1 ? 32 : 64, fill));
}

/// T-30, T-32, T-36, T-52, T-60.
std::vector<Row> end_entity_rows() {
  const Certificate& l = w().l;
  const Chain li = {l, w().i};
  return {
      {"C-1", "3 1 1", {on(3, 1, 1, l)}, li, "ok", "3 1 1", 0},
      {"C-2", "3 0 1", {on(3, 0, 1, l)}, li, "ok", "3 0 1", 0},
      {"C-3", "3 1 2", {on(3, 1, 2, l)}, li, "ok", "3 1 2", 0},
      {"C-4", "3 0 2", {on(3, 0, 2, l)}, li, "ok", "3 0 2", 0},
      {"C-5", "3 1 0", {on(3, 1, 0, l)}, li, "ok", "3 1 0", 0},
      {"C-6", "3 0 0", {on(3, 0, 0, l)}, li, "ok", "3 0 0", 0},
      {"C-7", "3 1 1 of another key", {on(3, 1, 1, w().junk)}, li, "tlsa-mismatch", "", -1, {}, Mx::Secure, 65},
      {"C-8", "roll-over pair", {on(3, 1, 1, w().junk), on(3, 1, 1, l)}, li, "ok", "3 1 1", 0, {"rollover-pair"}},
      {"C-9",
       "3 1 1 stale, 2 1 1 I",
       {on(3, 1, 1, w().junk), on(2, 1, 1, w().i)},
       li,
       "ok",
       "2 1 1",
       1,
       {"rollover-pair"}},
      {"C-10",
       "3 1 1 L, 2 1 1 stale",
       {on(3, 1, 1, l), on(2, 1, 1, w().junk)},
       li,
       "ok",
       "3 1 1",
       0,
       {"rollover-pair"}},
      {"C-11",
       "3 1 1 right, 3 1 2 wrong",
       {on(3, 1, 1, l), wrong(3, 1, 2)},
       li,
       "tlsa-mismatch",
       "",
       -1,
       {"digest-shadowed"}},
      {"C-12", "3 1 1 wrong, 3 1 2 right", {wrong(3, 1, 1), on(3, 1, 2, l)}, li, "ok", "3 1 2", 0},
      {"C-13", "3 1 2 wrong, right 3 0 1", {wrong(3, 1, 2), on(3, 0, 1, l)}, li, "ok", "3 0 1", 0, {"rollover-pair"}},
      {"C-14", "3 1 2 wrong, right 3 1 0", {wrong(3, 1, 2), on(3, 1, 0, l)}, li, "ok", "3 1 0", 0, {"rollover-pair"}},
      {"C-15",
       "3 1 2 wrong, right 2 1 1",
       {wrong(3, 1, 2), on(2, 1, 1, w().i)},
       li,
       "ok",
       "2 1 1",
       1,
       {"rollover-pair"}},
      {"C-16",
       "3 1 1 right, 3 1 2 of 32 octets",
       {on(3, 1, 1, l), tlsa_rdata(3, 1, 2, Octets(32, 1))},
       li,
       "ok",
       "3 1 1",
       0,
       {"tlsa-some-unusable"}},
      {"C-55",
       "1 1 1 and a right 3 1 1",
       {wrong(1, 1, 1), on(3, 1, 1, l)},
       li,
       "ok",
       "3 1 1",
       0,
       {"tlsa-some-unusable"}},
  };
}

/// T-34, T-35, T-53, T-60.
std::vector<Row> authority_rows() {
  const Certificate &l = w().l, &i = w().i, &r = w().r;
  const Chain li = {l, i};
  const std::string mx = "mx.example.org";
  return {
      {"C-17", "2 1 1 I", {on(2, 1, 1, i)}, li, "ok", "2 1 1", 1, {}, Mx::Secure, 0, mx, mx},
      {"C-17b", "2 0 1 I", {on(2, 0, 1, i)}, li, "ok", "2 0 1", 1, {}, Mx::Secure, 0, mx, mx},
      {"C-17c", "2 1 2 I", {on(2, 1, 2, i)}, li, "ok", "2 1 2", 1, {}, Mx::Secure, 0, mx, mx},
      {"C-18", "2 1 1 R, root sent", {on(2, 1, 1, r)}, {l, i, r}, "ok", "2 1 1", 2},
      {"C-19", "2 1 1 R, root not sent", {on(2, 1, 1, r)}, li, "ta-not-in-chain", "", -1, {}, Mx::Secure, 65},
      {"C-20", "2 0 0 R", {on(2, 0, 0, r)}, li, "ok", "2 0 0", 2},
      {"C-21", "2 1 0 R", {on(2, 1, 0, r)}, li, "ok", "2 1 0", 1},
      {"C-22", "L alone, 2 0 0 I", {on(2, 0, 0, i)}, {l}, "ok", "2 0 0", 1},
      {"C-23", "L alone, 2 1 0 I", {on(2, 1, 0, i)}, {l}, "ok", "2 1 0", 0},
      {"C-24", "L alone, 2 0 0 R", {on(2, 0, 0, r)}, {l}, "ta-not-in-chain"},
      {"C-25", "2 1 1 of L", {on(2, 1, 1, l)}, li, "tlsa-wrong-usage"},
      {"C-26", "self-signed L, 2 1 1", {on(2, 1, 1, w().self)}, {w().self}, "tlsa-wrong-usage"},
      {"C-26b", "self-signed L with CA flag, 2 1 1", {on(2, 1, 1, w().self_ca)}, {w().self_ca}, "tlsa-wrong-usage"},
      {"C-27", "self-signed L, 2 0 0", {on(2, 0, 0, w().self)}, {w().self}, "tlsa-wrong-usage"},
      {"C-28", "self-signed L, 2 1 0", {on(2, 1, 0, w().self)}, {w().self}, "ok", "2 1 0", 0},
      {"C-29", "3 1 1 of I", {on(3, 1, 1, i)}, li, "tlsa-wrong-usage"},
      {"C-51", "wrong order, TA R", {on(2, 1, 1, r)}, {l, r, i}, "ok", "2 1 1", 2},
      {"C-51b", "junk between, TA I", {on(2, 1, 1, i)}, {l, w().junk, i, w().junk}, "ok", "2 1 1", 1},
      {"C-51c",
       "TA sent but did not issue L",
       {on(2, 1, 1, w().self_ca)},
       {l, i, w().self_ca},
       "ta-chain-invalid",
       "",
       -1,
       {},
       Mx::Secure,
       65},
  };
}

/// T-52, T-53, T-55.
std::vector<Row> date_rows() {
  const std::int64_t past = kNow - kDay, long_ago = kNow - 60 * kDay;
  const Certificate &r = w().r, &i = w().i;
  const Certificate expired = w().leaf().dates(long_ago, past).make();
  const Certificate early = w().leaf().dates(kNow + kDay, kNow + 90 * kDay).make();
  const Certificate expired_i = w().ca("CA I", 11, r).dates(long_ago, past).make();
  const Certificate leaf = w().leaf_of(expired_i).make();
  const Certificate soon = w().leaf().dates(long_ago, kNow + 13 * kDay).make();
  return {
      {"C-30", "L expired, 3 1 1", {on(3, 1, 1, expired)}, {expired, i}, "ok", "3 1 1", 0, {"ee-expired"}},
      {"C-31", "L expired, 2 1 1 I", {on(2, 1, 1, i)}, {expired, i}, "cert-expired", "", -1, {}, Mx::Secure, 10},
      {"C-32", "I expired, TA = I", {on(2, 1, 1, expired_i)}, {leaf, expired_i}, "ok", "2 1 1", 1},
      {"C-33", "I expired, TA = R", {on(2, 1, 1, r)}, {leaf, expired_i, r}, "cert-expired"},
      {"C-34", "L not yet valid, 2 1 1", {on(2, 1, 1, i)}, {early, i}, "cert-not-yet-valid", "", -1, {}, Mx::Secure, 9},
      {"C-34b", "L not yet valid, 3 1 1", {on(3, 1, 1, early)}, {early, i}, "ok", "3 1 1", 0},
      {"T-55", "13 days left, 2 1 1", {on(2, 1, 1, i)}, {soon, i}, "ok", "2 1 1", 1, {"cert-expires-soon"}},
      {"T-55b", "13 days left, 3 1 1", {on(3, 1, 1, soon)}, {soon, i}, "ok", "3 1 1", 0},
  };
}

/// T-49, T-54.
Row name_row(std::string id, std::string name, const Certificate& leaf, std::string outcome, Mx mx = Mx::Secure,
             std::string base = "mx.example.org", std::string matched_name = {}) {
  const bool ok = outcome == "ok";
  return {std::move(id),
          std::move(name),
          {on(2, 1, 1, w().i)},
          {leaf, w().i},
          std::move(outcome),
          ok ? "2 1 1" : "",
          ok ? 1 : -1,
          {},
          mx,
          ok ? 0 : 62,
          std::move(base),
          std::move(matched_name)};
}

std::vector<Row> name_rows() {
  const auto named = [](const std::string& san, const std::string& cn = "x") { return w().named(san, cn).make(); };
  const Certificate another = named("DNS:other.example.com");
  const std::string mx = "mx.example.org";
  return {
      {"C-35",
       "L names another host, 3 1 1",
       {on(3, 1, 1, another)},
       {another, w().i},
       "ok",
       "3 1 1",
       0,
       {"ee-name-differs"}},
      name_row("C-36", "L names another host", another, "name-mismatch"),
      name_row("C-37", "L names example.org, MX SECURE", named("DNS:example.org"), "ok", Mx::Secure, mx, "example.org"),
      name_row("C-38", "L names example.org, MX INSECURE", named("DNS:example.org"), "name-mismatch", Mx::Insecure),
      name_row("C-39", "wildcard", named("DNS:*.example.org"), "ok", Mx::Secure, mx, "*.example.org"),
      name_row("C-40", "partial wildcard", named("DNS:m*.example.org"), "name-mismatch"),
      name_row("C-41", "wildcard above example.org", named("DNS:*.org"), "name-mismatch"),
      name_row("C-42", "wildcard over two labels", named("DNS:*.example.org"), "name-mismatch", Mx::Insecure,
               "a.mx.example.org"),
      name_row("C-43", "CN right, no SAN", named("", mx), "ok", Mx::Secure, mx, mx),
      name_row("C-44", "CN right, other DNS SAN", named("DNS:other.example.com", mx), "name-mismatch"),
      name_row("C-45", "CN right, only an IP SAN", named("IP:192.0.2.1", mx), "ok"),
      name_row("C-45b", "CN right, only a mail SAN", named("email:a@example.org", mx), "ok"),
      name_row("C-46", "no name at all", w().named("email:a@example.org", "").make(), "name-mismatch"),
      name_row("C-46b", "SAN in upper case", named("DNS:MX.EXAMPLE.ORG"), "ok"),
      name_row("C-57", "L names the target of the TLSA record's alias", named("DNS:tlsa._dane.example.org"),
               "name-mismatch"),
  };
}

/// T-52, T-53.
std::vector<Row> extension_rows() {
  const World& x = w();
  const Certificate client_only = x.leaf().extended_key_usage("clientAuth").make();
  const Certificate critical = x.leaf().unknown_critical_extension().make();
  const Certificate short_path = x.ca("CA P", 20, x.r).ca("critical,CA:TRUE,pathlen:0").make();
  const Certificate below = x.ca("CA B", 21, short_path).make();
  const Certificate leaf_below = x.leaf_of(below).make();
  const Certificate no_flag = CertificateBuilder("CA F").key(key_from_pool(KeyKind::P256, 22)).issued_by(x.r).make();
  const Certificate no_sign = x.ca("CA S", 23, x.r).key_usage("critical,cRLSign").make();
  const Certificate of_no_flag = x.leaf_of(no_flag).make();
  const Certificate of_no_sign = x.leaf_of(no_sign).make();
  const auto invalid = [](std::string id, std::string name, const Certificate& ta, Chain sent, int error) {
    return Row{
        std::move(id), std::move(name), {on(2, 1, 1, ta)}, std::move(sent), "ta-chain-invalid", "", -1, {}, Mx::Secure,
        error};
  };
  return {
      {"C-47", "clientAuth only, 3 1 1", {on(3, 1, 1, client_only)}, {client_only, x.i}, "ok", "3 1 1", 0},
      invalid("C-47b", "clientAuth only, 2 1 1", x.i, {client_only, x.i}, 26),
      {"C-48", "unknown critical extension, 3 1 1", {on(3, 1, 1, critical)}, {critical, x.i}, "ok", "3 1 1", 0},
      invalid("C-48b", "unknown critical extension, 2 1 1", x.i, {critical, x.i}, 34),
      invalid("C-49", "path length broken, TA above it", x.r, {leaf_below, below, short_path, x.r}, 25),
      {"C-49b", "TA below the constraint", {on(2, 1, 1, below)}, {leaf_below, below, short_path}, "ok", "2 1 1", 1},
      invalid("C-50", "issuer without CA flag, TA = issuer", no_flag, {of_no_flag, no_flag}, 79),
      invalid("C-50b", "issuer without CA flag, TA = root", x.r, {of_no_flag, no_flag, x.r}, 79),
      invalid("C-50c", "issuer without keyCertSign, TA = issuer", no_sign, {of_no_sign, no_sign}, -1),
      invalid("C-50d", "issuer without keyCertSign, TA = root", x.r, {of_no_sign, no_sign, x.r}, -1),
  };
}

/// T-52, T-53, notes of T-65.
std::vector<Row> key_rows() {
  const World& x = w();
  const auto keyed = [&](KeyKind kind) { return x.leaf().key(key_from_pool(kind, 30)).make(); };
  const auto by_ee = [&](std::string id, KeyKind kind, std::string outcome, std::vector<std::string> notes = {}) {
    const Certificate leaf = keyed(kind);
    const bool ok = outcome == "ok";
    return Row{id,          "3 1 1",          {on(3, 1, 1, leaf)}, {leaf, x.i}, outcome, ok ? "3 1 1" : "",
               ok ? 0 : -1, std::move(notes), Mx::Secure,          ok ? 0 : 66};
  };
  const Certificate forged = x.leaf().signed_by_stranger(key_from_pool(KeyKind::P256, 31)).make();
  const Certificate sha1 = x.leaf().signed_with(EVP_sha1()).make();
  const Certificate sha1_i = x.ca("CA I", 11, x.r).signed_with(EVP_sha1()).make();
  const Certificate of_sha1_i = x.leaf_of(sha1_i).make();
  return {
      by_ee("C-52 Ed25519", KeyKind::Ed25519, "ok"),
      by_ee("C-52 P-384", KeyKind::P384, "ok"),
      by_ee("C-52 RSA-PSS", KeyKind::RsaPss, "ok"),
      by_ee("C-52 RSA-2048", KeyKind::Rsa2048, "ok"),
      by_ee("C-52 RSA-1024", KeyKind::Rsa1024, "ok", {"rsa-1024"}),
      by_ee("C-52 RSA-512", KeyKind::Rsa512, "cert-key-too-weak"),
      {"C-53",
       "signed by a stranger, 2 1 1",
       {on(2, 1, 1, x.i)},
       {forged, x.i},
       "ta-chain-invalid",
       "",
       -1,
       {},
       Mx::Secure,
       7},
      {"C-53b", "signed by a stranger, 3 1 1", {on(3, 1, 1, forged)}, {forged, x.i}, "ok", "3 1 1", 0},
      {"C-53c",
       "signed with SHA-1, 2 1 1",
       {on(2, 1, 1, x.i)},
       {sha1, x.i},
       "cert-key-too-weak",
       "",
       -1,
       {},
       Mx::Secure,
       68},
      {"C-53d", "signed with SHA-1, 3 1 1", {on(3, 1, 1, sha1)}, {sha1, x.i}, "ok", "3 1 1", 0, {"weak-signature"}},
      {"C-53e", "I signed with SHA-1, TA = R", {on(2, 1, 1, x.r)}, {of_sha1_i, sha1_i, x.r}, "cert-key-too-weak"},
      {"C-53f", "I signed with SHA-1, TA = I", {on(2, 1, 1, sha1_i)}, {of_sha1_i, sha1_i}, "ok", "2 1 1", 1},
  };
}

/// `depth` certificates above the leaf, the last of them the TA.
Row deep_row(std::string id, int depth, std::string outcome) {
  Chain above = {w().r};
  for (int i = 1; i < depth; ++i)
    above.insert(above.begin(), w().ca("CA " + std::to_string(i), 100 + i, above.front()).make());
  Chain sent = above;
  sent.insert(sent.begin(), w().leaf_of(above.front()).make());
  const bool ok = outcome == "ok";
  return {std::move(id),        "TA at depth " + std::to_string(depth),
          {on(2, 1, 1, w().r)}, std::move(sent),
          std::move(outcome),   ok ? "2 1 1" : "",
          ok ? depth : -1,      {},
          Mx::Secure,           ok ? 0 : 22};
}

/// T-28, T-33, T-53.
std::vector<Row> size_rows() {
  Records many;
  for (int n = 0; n < 1500; ++n) {
    Octets data(32, 9);
    data[0] = static_cast<std::uint8_t>(n);
    data[1] = static_cast<std::uint8_t>(n >> 8);
    many.push_back(tlsa_rdata(3, 1, 1, data));
  }
  many.push_back(on(3, 1, 1, w().l));
  return {
      {"C-56", "1,500 wrong 3 1 1 and one right", many, {w().l, w().i}, "ok", "3 1 1", 0, {"rollover-pair"}},
      {"C-56b", "the same record five times", Records(5, on(3, 1, 1, w().l)), {w().l, w().i}, "ok", "3 1 1", 0},
      deep_row("C-56c", 11, "ok"),
      deep_row("C-56d", 12, "ta-chain-invalid"),
  };
}

std::vector<Row> all_rows() {
  std::vector<Row> all;
  for (std::vector<Row> some :
       {end_entity_rows(), authority_rows(), date_rows(), name_rows(), extension_rows(), key_rows(), size_rows()})
    all.insert(all.end(), some.begin(), some.end());
  return all;
}

MatchResult match(const Row& row, tls::TlsContext& context) {
  std::vector<Octets> ders;
  for (const Certificate& certificate : row.sent) ders.push_back(certificate.der());
  const std::vector<wire::Bytes> views(ders.begin(), ders.end());
  const tls::ChainPtr chain = chain_from_der(context, views);
  EXPECT_TRUE(chain);
  const std::vector<wire::Bytes> rdatas(row.records.begin(), row.records.end());
  const tls::ReferenceNames names = reference_names(
      row.base, row.mx == Mx::Secure ? tls::NextHop::SecureMx : tls::NextHop::InsecureMx, "example.org", "example.org");
  return match_chain(context, *chain, tls::TlsaSet(rdatas), names, kNow);
}

class Arrangement : public testing::TestWithParam<Row> {};

TEST_P(Arrangement, HasItsVerdict) {
  const Row& row = GetParam();
  tls::TlsContext context;
  const MatchResult result = match(row, context);
  EXPECT_EQ(code(result.outcome), row.outcome) << "OpenSSL's number: " << result.verify_error;
  EXPECT_EQ(result.matched ? tls::to_text(*result.matched).substr(0, 5) : "", row.matched);
  EXPECT_TRUE(row.depth < 0 || result.depth == static_cast<std::uint32_t>(row.depth)) << result.depth;
  EXPECT_TRUE(row.verify_error < 0 || result.verify_error == row.verify_error) << result.verify_error;
  EXPECT_TRUE(row.matched_name.empty() || result.matched_name == row.matched_name) << result.matched_name;
  EXPECT_EQ(result.warnings, row.notes);
  EXPECT_EQ(result.right_record, "3 1 1 " + tls::to_text({0, 0, 0, sha256(row.sent[0].spki())}).substr(6)) << "T-65";
  EXPECT_EQ(result.explanation.size(),
            std::min<std::size_t>(
                tls::TlsaSet(std::vector<wire::Bytes>(row.records.begin(), row.records.end())).records().size(), 65) +
                1);
}

// FACTS D2: the decoders that certificates need are enough for every one of them.
TEST_P(Arrangement, IsTheSameWithAllDecoders) {
  tls::TlsContext trimmed(tls::KeyOffer::EcdsaFirst, tls::Decoders::Trimmed);
  tls::TlsContext stock(tls::KeyOffer::EcdsaFirst, tls::Decoders::Stock);
  const MatchResult a = match(GetParam(), trimmed);
  const MatchResult b = match(GetParam(), stock);
  EXPECT_EQ(a.outcome, b.outcome);
  EXPECT_EQ(a.verify_error, b.verify_error);
  EXPECT_EQ(a.matched, b.matched);
  EXPECT_EQ(a.depth, b.depth);
  EXPECT_EQ(a.matched_name, b.matched_name);
  EXPECT_EQ(a.warnings, b.warnings);
  EXPECT_EQ(a.explanation, b.explanation);
}

std::string row_name(const testing::TestParamInfo<Row>& info) {
  std::string name;
  for (const char c : info.param.id + " " + info.param.name)
    name += std::isalnum(static_cast<unsigned char>(c)) != 0 ? c : '_';
  return name;
}
INSTANTIATE_TEST_SUITE_P(C, Arrangement, testing::ValuesIn(all_rows()), row_name);

}  // namespace
}  // namespace danesweep::test
