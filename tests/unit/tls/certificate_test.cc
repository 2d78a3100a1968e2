// SPDX-License-Identifier: Apache-2.0
// The chain as recorded: T-48, T-56.
#include "tls/certificate.h"

#include <gtest/gtest.h>

#include "tests/support/certificates.h"

namespace danesweep::test {
namespace {

tls::ChainPtr chain_of(const std::vector<Octets>& ders) {
  static tls::TlsContext context;
  const std::vector<wire::Bytes> views(ders.begin(), ders.end());
  return chain_from_der(context, views);
}
tls::CertificateRecord described(const Certificate& certificate) {
  return describe_chain(*chain_of({certificate.der()})).at(0);
}
Octets octets(const std::array<std::uint8_t, 32>& digest) { return {digest.begin(), digest.end()}; }

TEST(CertificateRecord, T56DigestsNamesAndDates) {
  const Certificate ca = CertificateBuilder("Some CA").key(key_from_pool(KeyKind::Rsa2048, 1)).ca().make();
  const Certificate leaf = CertificateBuilder("mx")
                               .issued_by(ca)
                               .san("DNS:mx.example.org,IP:192.0.2.1,DNS:*.example.net")
                               .dates(kNow - 5, kNow + 7)
                               .make();
  const auto record = described(leaf);
  EXPECT_EQ(octets(record.sha256), sha256(leaf.der()));
  EXPECT_EQ(octets(record.spki_sha256), sha256(leaf.spki()));
  EXPECT_EQ(record.subject, "CN=mx");
  EXPECT_EQ(record.issuer, "CN=Some CA");
  EXPECT_EQ(record.dns_names, (std::vector<std::string>{"mx.example.org", "*.example.net"}));
  EXPECT_EQ(record.not_before, kNow - 5);
  EXPECT_EQ(record.not_after, kNow + 7);
  EXPECT_EQ(record.key_type, "EC");
  EXPECT_EQ(record.key_bits, 256u);
  EXPECT_EQ(record.signature_algorithm, "sha256WithRSAEncryption");
}

TEST(CertificateRecord, T56KeyTypes) {
  struct {
    KeyKind kind;
    const char* type;
    std::uint32_t bits;
    const char* signature;
  } const rows[] = {{KeyKind::P384, "EC", 384, "ecdsa-with-SHA256"},
                    {KeyKind::Rsa2048, "RSA", 2048, "sha256WithRSAEncryption"},
                    {KeyKind::RsaPss, "RSA-PSS", 2048, "rsassaPss"},
                    {KeyKind::Ed25519, "ED25519", 256, "ED25519"}};
  for (const auto& row : rows) {
    const auto record = described(CertificateBuilder("x").key(key_from_pool(row.kind, 1)).make());
    EXPECT_EQ(record.key_type, row.type);
    EXPECT_GE(record.key_bits, row.bits - 3);
    EXPECT_EQ(record.signature_algorithm, row.signature);
  }
}

TEST(CertificateRecord, T48NamesAreEscapedAndCut) {
  const auto record =
      described(CertificateBuilder("evil\u202E\x1b[2J\n").san("DNS:" + std::string(300, 'a') + ".example").make());
  EXPECT_EQ(record.subject, "CN=evil\\xE2\\x80\\xAE\\x1B[2J\\x0A");
  ASSERT_EQ(record.dns_names.size(), 1u);
  EXPECT_EQ(record.dns_names[0].size(), 253u);
}

TEST(CertificateRecord, T56AtMost100Names) {
  std::string names = "DNS:a0.example";
  for (int i = 1; i < 150; ++i) names += ",DNS:a" + std::to_string(i) + ".example";
  EXPECT_EQ(described(CertificateBuilder("x").san(names).make()).dns_names.size(), tls::kMaxRecordedNames);
}

TEST(CertificateRecord, T56AtMost20Certificates) {
  const Octets one = CertificateBuilder("x").make().der();
  EXPECT_EQ(describe_chain(*chain_of(std::vector<Octets>(30, one))).size(), tls::kMaxRecordedCertificates);
}

TEST(CertificateRecord, NoNamesAtAll) {
  const auto record = described(CertificateBuilder("").make());
  EXPECT_EQ(record.subject, "");
  EXPECT_TRUE(record.dns_names.empty());
}

TEST(ChainFromDer, TakesWholeCertificatesOnly) {
  const Octets one = CertificateBuilder("x").make().der();
  Octets trailing = one;
  trailing.push_back(0);
  EXPECT_TRUE(chain_of({one, one}));
  EXPECT_FALSE(chain_of({}));
  EXPECT_FALSE(chain_of({trailing}));
  EXPECT_FALSE(chain_of({one, {}}));
  for (std::size_t size = 0; size < one.size(); ++size)
    EXPECT_FALSE(chain_of({Octets(one.begin(), one.begin() + static_cast<std::ptrdiff_t>(size))})) << size;
}

TEST(ChainFromDer, AChainOutlivesItsContext) {
  tls::ChainPtr chain;
  const Certificate leaf = CertificateBuilder("x").make();
  const Octets der = leaf.der();
  {
    tls::TlsContext context;
    const wire::Bytes views[] = {der};
    chain = chain_from_der(context, views);
  }
  EXPECT_EQ(octets(describe_chain(*chain)[0].spki_sha256), sha256(leaf.spki()));
}

}  // namespace
}  // namespace danesweep::test
