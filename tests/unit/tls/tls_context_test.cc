// SPDX-License-Identifier: Apache-2.0
// Settings of the TLS client: T-50, T-59.
#include "tls/tls_context.h"

#include <algorithm>
#include <set>

#include <gtest/gtest.h>

#include "dnssec/wire/cursor.h"
#include "tests/unit/tls/smtp_farm.h"
#include "tls/dane_match.h"
#include "tls/tls_channel.h"

namespace danesweep::test {
namespace {

struct ClientHello {
  std::set<int> extensions;
  std::set<int> ciphers;
  std::vector<int> versions;    ///< of supported_versions
  std::vector<int> signatures;  ///< of signature_algorithms
  std::size_t session_id = 0;
  Octets compression;
};

std::vector<int> numbers(wire::Bytes octets) {
  std::vector<int> all;
  wire::Cursor in(octets);
  while (!in.at_end()) all.push_back(in.u16());
  return all;
}

/// RFC 8446 section 4.1.2, from the first record.
ClientHello client_hello(tls::TlsContext& context, const std::string& name = "mx.example.org") {
  tls::TlsChannel channel(context, name);
  const std::string record = channel.take_output();
  wire::Cursor in({reinterpret_cast<const std::uint8_t*>(record.data()), record.size()});
  ClientHello hello;
  in.take(5 + 4 + 2 + 32);
  hello.session_id = in.u8();
  in.take(hello.session_id);
  const auto ciphers = numbers(in.take(in.u16()));
  hello.ciphers = {ciphers.begin(), ciphers.end()};
  const wire::Bytes compression = in.take(in.u8());
  hello.compression.assign(compression.begin(), compression.end());
  wire::Cursor extensions(in.take(in.u16()));
  while (!extensions.at_end()) {
    const int type = extensions.u16();
    const wire::Bytes data = extensions.take(extensions.u16());
    hello.extensions.insert(type);
    if (type == 43) hello.versions = numbers(data.subspan(1));
    if (type == 13) hello.signatures = numbers(data.subspan(2));
  }
  return hello;
}

TEST(TlsContext, T50OffersTls12And13Only) {
  tls::TlsContext context;
  EXPECT_EQ(client_hello(context).versions, (std::vector<int>{0x0304, 0x0303}));
}

TEST(TlsContext, T50OffersNothingThatADaneSenderDoesNotNeed) {
  tls::TlsContext context;
  const ClientHello hello = client_hello(context);
  EXPECT_TRUE(hello.extensions.contains(0)) << "SNI";
  for (const int type :
       {5 /* OCSP */, 16 /* ALPN */, 20 /* raw keys */, 35 /* ticket */, 41 /* PSK */, 42 /* early data */})
    EXPECT_FALSE(hello.extensions.contains(type)) << type;
  EXPECT_EQ(hello.compression, Octets{0});
}

TEST(TlsContext, T50WithoutANameThereIsNoSni) {
  tls::TlsContext context;
  EXPECT_FALSE(client_hello(context, "").extensions.contains(0));
}

TEST(TlsContext, T50OffersNoAnonymousNullPskRc4OrMd5Cipher) {
  tls::TlsContext context;
  const ClientHello hello = client_hello(context);
  for (const int cipher :
       {0x0001, 0x0002, 0x0004, 0x0005, 0x0018, 0x001B, 0x0034, 0x003A, 0x008C, 0x00A8, 0xC007, 0xC011, 0xC019})
    EXPECT_FALSE(hello.ciphers.contains(cipher)) << std::hex << cipher;
  EXPECT_TRUE(hello.ciphers.contains(0x1302));
  EXPECT_TRUE(hello.ciphers.contains(0xC02F));
  EXPECT_TRUE(hello.ciphers.contains(0x002F)) << "AES128-SHA: level 1 still knows it";
}

bool is_ecdsa(int signature) { return signature == 0x0403 || signature == 0x0503 || signature == 0x0603; }
bool is_rsa(int signature) {
  return (signature >> 8) == 0x08 ? (signature & 0xFF) != 7 && (signature & 0xFF) != 8 : (signature & 0xFF) == 1;
}

TEST(TlsContext, T59TheDefaultOfferIsEcdsaFirst) {
  tls::TlsContext context;
  const auto signatures = client_hello(context).signatures;
  EXPECT_TRUE(is_ecdsa(signatures.at(0)));
  EXPECT_TRUE(std::ranges::any_of(signatures, is_rsa));
}

TEST(TlsContext, T59OneKindAloneCanBeAskedFor) {
  tls::TlsContext ecdsa(tls::KeyOffer::EcdsaOnly);
  tls::TlsContext rsa(tls::KeyOffer::RsaOnly);
  EXPECT_TRUE(std::ranges::none_of(client_hello(ecdsa).signatures, is_rsa));
  EXPECT_TRUE(std::ranges::all_of(client_hello(rsa).signatures, is_rsa));
}

// T-59, S-77: in both versions the server shows the kind that was asked for.
TEST(TlsContext, T59TheServerShowsTheKindAskedFor) {
  const Certificate ecdsa = CertificateBuilder("mx").key(key_from_pool(KeyKind::P256, 1)).make();
  const Certificate rsa = CertificateBuilder("mx").key(key_from_pool(KeyKind::Rsa2048, 1)).make();
  for (const int version : {TLS1_2_VERSION, TLS1_3_VERSION})
    for (const auto& [offer, type] : {std::pair{tls::KeyOffer::EcdsaFirst, "EC"},
                                      {tls::KeyOffer::EcdsaOnly, "EC"},
                                      {tls::KeyOffer::RsaOnly, "RSA"}}) {
      ServerScript script;
      script.tls.chains = {{ecdsa}, {rsa}};
      script.tls.min_version = script.tls.max_version = version;
      tls::TlsContext context(offer);
      const tls::Capture capture = play(script, context).capture;
      ASSERT_TRUE(capture.chain) << code(capture.outcome) << version;
      EXPECT_EQ(describe_chain(*capture.chain)[0].key_type, type) << version;
    }
}

// FACTS D2: every kind of key, both versions, both sets of decoders.
TEST(TlsContext, TrimmedDecodersCompleteTheSameHandshakes) {
  for (const KeyKind kind :
       {KeyKind::P256, KeyKind::P384, KeyKind::Rsa2048, KeyKind::Rsa1024, KeyKind::RsaPss, KeyKind::Ed25519})
    for (const int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
      ServerScript script;
      script.tls.chains = {{CertificateBuilder("mx").key(key_from_pool(kind, 1)).make()}};
      script.tls.min_version = script.tls.max_version = version;
      tls::TlsContext trimmed(tls::KeyOffer::EcdsaFirst, tls::Decoders::Trimmed);
      tls::TlsContext stock(tls::KeyOffer::EcdsaFirst, tls::Decoders::Stock);
      const tls::Capture a = play(script, trimmed).capture;
      const tls::Capture b = play(script, stock).capture;
      EXPECT_EQ(code(a.outcome), "ok") << a.detail;
      EXPECT_EQ(code(b.outcome), "ok") << b.detail;
      EXPECT_EQ(a.cipher, b.cipher);
      EXPECT_EQ(a.group, b.group);
      EXPECT_EQ(a.signature_type, b.signature_type);
      EXPECT_EQ(describe_chain(*a.chain)[0].key_type, describe_chain(*b.chain)[0].key_type);
      EXPECT_EQ(describe_chain(*a.chain)[0].key_bits, describe_chain(*b.chain)[0].key_bits);
    }
}

// T-50: nothing is trusted but what a TLSA record says, whatever the machine's store holds.
TEST(TlsContext, T50NoTrustStoreSavesAChain) {
  const Certificate ca = CertificateBuilder("CA").key(key_from_pool(KeyKind::P256, 1)).ca().make();
  const Certificate leaf = CertificateBuilder("mx").issued_by(ca).san("DNS:mx.example.org").make();
  tls::TlsContext context;
  const Octets ders[] = {leaf.der(), ca.der()};
  const wire::Bytes views[] = {ders[0], ders[1]};
  const Octets rdata = tlsa_rdata(2, 1, 1, Octets(32, 1));
  const wire::Bytes rdatas[] = {rdata};
  const auto result =
      match_chain(context, *chain_from_der(context, views), tls::TlsaSet(rdatas), {{"mx.example.org"}}, kNow);
  EXPECT_EQ(code(result.outcome), "ta-not-in-chain");
}

}  // namespace
}  // namespace danesweep::test
