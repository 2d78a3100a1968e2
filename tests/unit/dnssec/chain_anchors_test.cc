// SPDX-License-Identifier: Apache-2.0
// Where a chain begins: one anchor, several, none, one above another (D-44, D-45, D-121).
#include <algorithm>

#include "dnssec/chain.h"
#include "dnssec/wire/encodings.h"
#include "dnssec/wire/rdata.h"
#include "tests/unit/dnssec/asker.h"

namespace danesweep::dnssec {
namespace {

using enum Security;

// D-44: a signer above the governing anchor has no say.
TEST(Anchors, SignerAboveTheAnchorIsBogus) {
  World world = honest_world();
  world.edit("www.signed.example.", RrType::A, [](Reply& reply) {
    const Records a{reply.answer.front()};
    reply.answer = {a.front(), support::sign(a, name("example."), support::SigningKey(13, 1))};
  });
  const Verdict verdict = Asker(world).anchors(world.anchors("signed.example.")).ask("www.signed.example. A");
  EXPECT_EQ(code(verdict.reason), "signer-above-anchor");
  EXPECT_EQ(verdict.security, Bogus);
  EXPECT_EQ(sentence(verdict.reason, verdict.facts),  // D-126
            "www.signed.example A is signed in the name of example, above the trust anchor, which has no say over "
            "www.signed.example");
  EXPECT_EQ(who_can_mend(verdict.reason, verdict.facts), "the operator of the DNS of signed.example");
}

// D-44, D-74: the NSEC that stands at the cut in the zone above is governed by the anchor above.
TEST(Anchors, NsecOfTheParentIsTheParents) {
  World world = honest_world();
  const Records nsec = world.zone("example.").find_signed(name("signed.example."), RrType::Nsec);
  world.edit("signed.example.", RrType::Nsec, [nsec](Reply& reply) { reply.answer = nsec; });
  auto both = world.anchors("signed.example.");
  for (TrustAnchor& anchor : world.anchors(".")) both.push_back(std::move(anchor));
  EXPECT_EQ(to_text(Asker(world).anchors(both).ask("signed.example. NSEC").security), "SECURE");
  EXPECT_EQ(code(Asker(world).anchors(world.anchors("signed.example.")).ask("signed.example. NSEC").reason),
            "outside-anchors");
}

// D-44: nor may it deny a DS below the anchor, and so end security there.
TEST(Anchors, SignerAboveTheAnchorDeniesNoDsBelowIt) {
  World world = honest_world();
  const Records cut{support::record("two.signed.example. NSEC z.signed.example. NS RRSIG NSEC")};
  world.edit("two.signed.example.", RrType::Ds,
             set_authority({cut.front(), support::sign(cut, name("example."), support::SigningKey(13, 1))}));
  world.edit("host.one.two.signed.example.", RrType::A, without_all_signatures());
  const Verdict verdict = Asker(world).anchors(world.anchors("signed.example.")).ask("host.one.two.signed.example. A");
  EXPECT_EQ(code(verdict.reason), "ds-denial-missing");
  EXPECT_EQ(verdict.security, Bogus);
}

/// Anchors of a zone below `parent` that does not exist, beside those of `others`.
std::vector<TrustAnchor> anchors_of_nobody(const World& world, const char* zone, std::vector<TrustAnchor> others) {
  for (TrustAnchor anchor : world.anchors("signed.example.")) {
    anchor.zone = name(zone);
    others.push_back(std::move(anchor));
  }
  return others;
}

// D-44: all that an anchored zone above may say of another one is that it does not exist.
TEST(Anchors, ZoneAboveMayDenyTheAnchoredZoneIfItIsAnchoredToo) {
  const World world = honest_world();
  Asker both(world), alone(world), over_opt_out(world);
  both.anchors(anchors_of_nobody(world, "gone.example.", world.anchors("example.")));
  alone.anchors(anchors_of_nobody(world, "gone.example.", {}));
  over_opt_out.anchors(anchors_of_nobody(world, "gone.opt.", world.anchors("opt.")));
  for (const char* owner : {"gone.example. A", "www.gone.example. A"}) {
    const Verdict verdict = both.ask(owner);
    EXPECT_EQ(verdict.security, Secure) << owner;
    EXPECT_EQ(verdict.answer, Answer::NxDomain) << owner;
    EXPECT_EQ(alone.ask(owner).security, Bogus) << owner;
  }
  EXPECT_EQ(over_opt_out.ask("www.gone.opt. A").security, Bogus) << "an opt-out span denies no delegation";
  // The root is above the anchor above: it has no say.
  World overruled = world;
  auto anchors = world.anchors("example.");
  for (const TrustAnchor& anchor : world.anchors(".")) anchors.push_back(anchor);
  const Records nobody{support::record(". NSEC zzz. NS SOA RRSIG NSEC")};
  overruled.edit("gone.example.", RrType::A,
                 set_authority({nobody.front(), support::sign(nobody, name("."), support::SigningKey(13, 1))}));
  Asker root(overruled);
  root.anchors(anchors_of_nobody(world, "gone.example.", anchors));
  EXPECT_EQ(root.ask("gone.example. A").security, Bogus);
}

// D-44: the DS of an anchored zone is not asked for what lies below it.
TEST(Anchors, LowerAnchorIsWhereTheChainBegins) {
  World world = honest_world();
  Asker asker(world);
  asker.anchors(world.anchors("signed.example."));
  EXPECT_EQ(asker.ask("www.signed.example. A").security, Secure);
  EXPECT_EQ(asker.asked(), (std::vector<std::string>{"www.signed.example. A", "signed.example. DNSKEY"}));
}

// D-44, D-58, cut-anchor-below-insecure: an anchor below an insecure cut makes the island secure.
TEST(Anchors, IslandWithItsOwnAnchorIsSecure) {
  World world = honest_world();
  auto anchors = world.anchors(".");
  for (auto& anchor : world.anchors("island.insecure.example.")) anchors.push_back(anchor);
  Asker asker(world);
  asker.anchors(anchors);
  EXPECT_EQ(asker.ask("www.insecure.example. A").security, Insecure);
  EXPECT_EQ(asker.ask("www.island.insecure.example. A").security, Secure);
}

// D-45, D-44, t-outside: no anchor covers the name; the DS of an anchored zone is the parent's.
TEST(Anchors, NamesOutsideAreInsecure) {
  World world = honest_world();
  Asker asker(world);
  asker.anchors(world.anchors("example."));
  for (const char* text : {"www.three. A", "example. DS", "nothing.three. A"}) {
    const Verdict verdict = asker.ask(text);
    EXPECT_EQ(verdict.security, Insecure) << text;
    EXPECT_EQ(code(verdict.reason), "outside-anchors") << text;
  }
}

// D-44: the DS of an anchored zone is the parent's, judged by the anchor above.
TEST(Anchors, DsOfAnAnchoredZoneIsJudgedFromAbove) {
  World world = honest_world();
  auto anchors = world.anchors("example.");
  for (const TrustAnchor& anchor : world.anchors(".")) anchors.push_back(anchor);
  Asker asker(world);
  asker.anchors(anchors);
  EXPECT_EQ(asker.ask("example. DS").security, Secure);
  EXPECT_EQ(asker.ask("www.example. A").security, Secure);
}

// D-45, t-none
TEST(Anchors, NoneAtAllIsIndeterminateAndAsksNothing) {
  Asker asker(honest_world());
  asker.anchors({});
  const Verdict verdict = asker.ask("www.example. A");
  EXPECT_EQ(verdict.security, Indeterminate);
  EXPECT_EQ(code(verdict.reason), "no-valid-anchor");
  EXPECT_TRUE(asker.asked().empty());
}

// D-41: a false root, or an anchor out of date.
TEST(Anchors, KeysThatMatchNoAnchor) {
  World world = honest_world();
  auto stale = support::SignedZone(".").key(support::SigningKey(13, 3, 257), support::KeyUse::SignsAll);
  std::vector<TrustAnchor> anchors;
  for (Record& ds : stale.ds()) anchors.push_back({name("."), AnchorForm::Ds, ds.rdata});
  const Verdict verdict = Asker(world).anchors(anchors).ask("www.example. A");
  EXPECT_EQ(code(verdict.reason), "anchor-no-matching-key");
}

/// DS of a key that nobody has, as an anchor of `zone`.
TrustAnchor stale_anchor(const char* zone) {
  auto other = support::SignedZone(zone).key(support::SigningKey(13, 3, 257), support::KeyUse::SignsAll);
  return {name(zone), AnchorForm::Ds, other.ds().front().rdata};
}

/// The root's DS in the form of IANA's file.
std::vector<TrustAnchor> from_xml(const TrustAnchor& anchor) {
  const auto ds = wire::parse_ds(anchor.rdata);
  const auto file =
      parse_anchor_file("<TrustAnchor><Zone>.</Zone><KeyDigest validFrom=\"2020-01-01T00:00:00+00:00\"><KeyTag>" +
                            std::to_string(ds->key_tag) + "</KeyTag><Algorithm>" + std::to_string(ds->algorithm) +
                            "</Algorithm><DigestType>" + std::to_string(ds->digest_type) + "</DigestType><Digest>" +
                            wire::to_hex(ds->digest) + "</Digest></KeyDigest></TrustAnchor>",
                        support::kNow);
  return file ? file->anchors : std::vector<TrustAnchor>{};
}

// D-42, D-44, D-121: group "anchors" of the test zones.
TEST(Anchors, OfEveryFormDecideOverTheirZone) {
  World world = honest_world();
  const auto root = world.anchors(".");
  TrustAnchor unsupported = root.front();
  unsupported.rdata[2] = 253;
  std::vector<std::uint8_t> key;
  for (const auto& [signing_key, use] : world.zone(".").keys())
    if (use != support::KeyUse::SignsData) key = signing_key.dnskey_rdata();
  struct AnchorRow {
    const char* id;
    std::vector<TrustAnchor> anchors;
    const char* question;
    Security security;
    const char* reason;
  };
  const AnchorRow rows[] = {
      {"t-two-one-stale", {stale_anchor("."), root.front()}, "www.example. A", Secure, ""},
      {"t-dnskey-form", {{name("."), AnchorForm::Dnskey, key}}, "www.example. A", Secure, ""},
      {"t-xml", from_xml(root.front()), "www.example. A", Secure, ""},
      {"t-unsupported-only", {unsupported}, "www.example. A", Insecure, "unsupported-algorithm"},
      {"cut-anchor-bad",
       {root.front(), stale_anchor("island.insecure.example.")},
       "www.island.insecure.example. A",
       Bogus,
       "anchor-no-matching-key"},
  };
  for (const AnchorRow& row : rows) {
    const Verdict verdict = Asker(world).anchors(row.anchors).ask(row.question);
    EXPECT_EQ(verdict.security, row.security) << row.id;
    EXPECT_EQ(code(verdict.reason), row.reason) << row.id;
  }
}

}  // namespace
}  // namespace danesweep::dnssec
