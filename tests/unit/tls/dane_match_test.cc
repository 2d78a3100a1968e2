// SPDX-License-Identifier: Apache-2.0
// A captured chain against records and names: T-31, T-36, T-37, T-51, T-52, T-55, T-65.
#include "tls/dane_match.h"

#include <algorithm>
#include <map>
#include <optional>
#include <random>
#include <tuple>

#include <gtest/gtest.h>

#include "tests/support/certificates.h"

namespace danesweep::test {
namespace {

using tls::MatchResult;
using Words = std::vector<std::string>;

tls::TlsaSet set_of(const std::vector<Octets>& rdatas) {
  const std::vector<wire::Bytes> views(rdatas.begin(), rdatas.end());
  return tls::TlsaSet(views);
}
tls::ChainPtr chain_of(tls::TlsContext& context, const std::vector<Certificate>& sent) {
  std::vector<Octets> ders;
  for (const Certificate& certificate : sent) ders.push_back(certificate.der());
  const std::vector<wire::Bytes> views(ders.begin(), ders.end());
  return chain_from_der(context, views);
}
MatchResult match(const std::vector<Certificate>& sent, const std::vector<Octets>& rdatas, std::int64_t now = kNow) {
  tls::TlsContext context;
  return match_chain(context, *chain_of(context, sent), set_of(rdatas), {{"mx.example.org", "example.org"}}, now);
}

/// A CA, its leaf, and two strangers.
struct World {
  Certificate ca = CertificateBuilder("CA").key(key_from_pool(KeyKind::P256, 1)).ca().make();
  Certificate leaf =
      CertificateBuilder("mx").key(key_from_pool(KeyKind::P256, 2)).issued_by(ca).san("DNS:mx.example.org").make();
  Certificate next = CertificateBuilder("next").key(key_from_pool(KeyKind::P256, 3)).make();
  Certificate other = CertificateBuilder("other").key(key_from_pool(KeyKind::P256, 4)).ca().make();
};
const World& w() {
  static const World world;
  return world;
}

TEST(DaneMatch, T36ARollOverPairIsTwoDistinctRecordsOfWhichOneMatches) {
  struct {
    const char* name;
    std::vector<Octets> records;
    Words notes;
  } const rows[] = {
      {"two of usage 3, one right", {tlsa_rdata(3, 1, 1, w().leaf), tlsa_rdata(3, 1, 1, w().next)}, {"rollover-pair"}},
      {"3 right beside 2 stale", {tlsa_rdata(3, 1, 1, w().leaf), tlsa_rdata(2, 1, 1, w().other)}, {"rollover-pair"}},
      {"3 stale beside 2 right", {tlsa_rdata(3, 1, 1, w().next), tlsa_rdata(2, 1, 1, w().ca)}, {"rollover-pair"}},
      {"a duplicate", {tlsa_rdata(3, 1, 1, w().leaf), tlsa_rdata(3, 1, 1, w().leaf)}, {}},
      {"3 and 2 that both match", {tlsa_rdata(3, 1, 1, w().leaf), tlsa_rdata(2, 1, 1, w().ca)}, {}},
      {"two forms of the same key", {tlsa_rdata(3, 1, 1, w().leaf), tlsa_rdata(3, 0, 1, w().leaf)}, {}},
      {"digests of both strengths", {tlsa_rdata(3, 1, 1, w().leaf), tlsa_rdata(3, 1, 2, w().leaf)}, {}},
      {"one alone", {tlsa_rdata(3, 1, 1, w().leaf)}, {}},
  };
  for (const auto& row : rows) {
    const MatchResult result = match({w().leaf, w().ca}, row.records);
    EXPECT_EQ(code(result.outcome), "ok") << row.name;
    EXPECT_EQ(result.warnings, row.notes) << row.name;
  }
}

TEST(DaneMatch, T37MatchedIsTheFirstInMatchOrder) {
  const MatchResult result = match({w().leaf, w().ca}, {tlsa_rdata(2, 1, 1, w().ca), tlsa_rdata(3, 0, 0, w().leaf),
                                                        tlsa_rdata(3, 1, 0, w().leaf), tlsa_rdata(3, 1, 1, w().leaf)});
  ASSERT_TRUE(result.matched);
  EXPECT_EQ(tls::to_text(*result.matched).substr(0, 5), "3 1 1");
  EXPECT_EQ(result.matched_name, "") << "usage 3 looks at no name";
}

TEST(DaneMatch, T51OneChainAnswersManyQuestions) {
  tls::TlsContext context;
  const tls::ChainPtr chain = chain_of(context, {w().leaf, w().ca});
  const auto by_ta = set_of({tlsa_rdata(2, 1, 1, w().ca)});
  const auto stale = set_of({tlsa_rdata(3, 1, 1, w().next)});
  for (int round = 0; round < 3; ++round) {
    EXPECT_EQ(code(match_chain(context, *chain, by_ta, {{"mx.example.org"}}, kNow).outcome), "ok");
    EXPECT_EQ(code(match_chain(context, *chain, by_ta, {{"mx.example.net"}}, kNow).outcome), "name-mismatch");
    EXPECT_EQ(code(match_chain(context, *chain, stale, {{"mx.example.org"}}, kNow).outcome), "tlsa-mismatch");
  }
}

TEST(DaneMatch, T51AnotherWorkersContextMayMatchTheChain) {
  tls::TlsContext mine, other(tls::KeyOffer::RsaOnly, tls::Decoders::Stock);
  const tls::ChainPtr chain = chain_of(mine, {w().leaf, w().ca});
  EXPECT_EQ(code(match_chain(other, *chain, set_of({tlsa_rdata(2, 1, 1, w().ca)}), {{"mx.example.org"}}, kNow).outcome),
            "ok");
}

TEST(DaneMatch, T31ASetWithoutUsableRecordsIsNeverMatched) {
  const MatchResult result = match({w().leaf}, {tlsa_rdata(1, 1, 1, w().leaf)});
  EXPECT_EQ(code(result.outcome), "internal-error");
  EXPECT_FALSE(result.matched);
}

TEST(DaneMatch, T55DatesAreJudgedByTheTimeHandedIn) {
  const std::vector<Octets> by_ta = {tlsa_rdata(2, 1, 1, w().ca)};
  EXPECT_EQ(code(match({w().leaf, w().ca}, by_ta, kNow).outcome), "ok");
  EXPECT_EQ(code(match({w().leaf, w().ca}, by_ta, kNow + 400 * kDay).outcome), "cert-expired");
  EXPECT_EQ(code(match({w().leaf, w().ca}, by_ta, kNow - 400 * kDay).outcome), "cert-not-yet-valid");
  EXPECT_EQ(match({w().leaf, w().ca}, by_ta, kNow + 290 * kDay).warnings, Words{"cert-expires-soon"});
}

TEST(DaneMatch, T52EeNotesNeverChangeTheVerdict) {
  const MatchResult result = match({w().next}, {tlsa_rdata(3, 1, 1, w().next)}, kNow + 400 * kDay);
  EXPECT_EQ(code(result.outcome), "ok");
  EXPECT_EQ(result.warnings, (Words{"ee-expired", "ee-name-differs"}));
}

TEST(DaneMatch, T65EachRecordIsListedWithWhereItWasCompared) {
  const MatchResult result = match(
      {w().leaf, w().ca}, {tlsa_rdata(3, 1, 1, w().next), tlsa_rdata(3, 1, 2, w().next), tlsa_rdata(2, 1, 1, w().leaf),
                           tlsa_rdata(3, 0, 1, w().ca), tlsa_rdata(2, 0, 1, w().other), tlsa_rdata(1, 1, 1, w().leaf)});
  EXPECT_EQ(code(result.outcome), "tlsa-wrong-usage");
  const auto behind_digest = [](const std::string& line) { return line.substr(line.find(": ")); };
  Words told;
  for (const std::string& line : result.explanation) told.push_back(line.substr(0, 5) + behind_digest(line));
  EXPECT_EQ(told,
            (Words{"3 1 2: compared with the server's certificate (0), did not match",
                   "3 0 1: compared with the server's certificate (0), but equals certificate 1",
                   "2 1 1: compared with certificates 1 to 1, but equals certificate 0",
                   "2 0 1: compared with certificates 1 to 1, did not match",
                   "3 1 1: compared with the server's certificate (0), shadowed by a stronger digest, did not match",
                   "1 1 1: unusable, usage-pkix", "right: " + result.right_record}));
  EXPECT_EQ(result.right_record, tls::to_text({3, 1, 1, sha256(w().leaf.spki())}));
}

TEST(DaneMatch, T65OnlySoManyRecordsAreListed) {
  std::vector<Octets> records;
  for (std::uint8_t i = 0; i < 100; ++i) records.push_back(tlsa_rdata(3, 1, 1, Octets(32, i)));
  const MatchResult result = match({w().leaf}, records);
  ASSERT_EQ(result.explanation.size(), 66u);
  EXPECT_EQ(result.explanation[64], "and 36 more records");
}

// An independent matcher: usage, selector and matching by hand, over a family whose signatures are known because the
// test made them. T-30, T-32, T-34, T-35, T-37, T-53, T-60.
class Family {
 public:
  struct Member {
    Certificate certificate;
    int parent;          ///< index of the issuer; its own for a self-signed one
    Octets forms[2][3];  ///< association data by selector and matching type
  };

  Family() {
    for (int root = 0; root < 2; ++root) {
      const int top = add(CertificateBuilder("Root " + std::to_string(root)).ca(), -1);
      for (int branch = 0; branch < 2; ++branch) {
        const int middle = add(named("CA", top, branch).ca(), top);
        const int low = add(named("Sub CA", middle, branch).ca(), middle);
        leaves.push_back(add(named("mx", low, 0).san("DNS:mx.example.org"), low));
        leaves.push_back(add(named("mx", middle, 1).san("DNS:mx.example.org"), middle));
      }
      leaves.push_back(add(named("mx", top, 2).san("DNS:mx.example.org"), top));
    }
    leaves.push_back(add(CertificateBuilder("mx").san("DNS:mx.example.org"), -1));
    leaves.push_back(
        add(CertificateBuilder("mx").san("DNS:mx.example.org").ca().key_usage("critical,keyCertSign,digitalSignature"),
            -1));
  }
  std::vector<Member> members;
  std::vector<int> leaves;

 private:
  static CertificateBuilder named(const std::string& what, int above, int number) {
    return CertificateBuilder(what + " " + std::to_string(above) + "." + std::to_string(number));
  }
  int add(CertificateBuilder builder, int parent) {
    const int self = static_cast<int>(members.size());
    builder.key(key_from_pool(KeyKind::P256, 200 + self));
    if (parent >= 0) builder.issued_by(members[static_cast<std::size_t>(parent)].certificate);
    Member member{builder.make(), parent < 0 ? self : parent, {}};
    for (int selector = 0; selector < 2; ++selector) {
      const Octets whole = selector == 0 ? member.certificate.der() : member.certificate.spki();
      member.forms[selector][0] = whole;
      member.forms[selector][1] = sha256(whole);
      member.forms[selector][2] = sha512(whole);
    }
    members.push_back(std::move(member));
    return self;
  }
};

/// One random record: most name somebody of the family; `target` is -1 for garbage.
struct Draw {
  int usage, selector, matching_type, target;
  Octets data;
};

struct Expected {
  std::string outcome;
  std::string matched;
};

class ByHand {
 public:
  ByHand(const Family& family, std::vector<int> sent, std::vector<Draw> draws)
      : family_(family), sent_(std::move(sent)), draws_(std::move(draws)) {
    std::erase_if(draws_, [](const Draw& d) { return !usable(d); });
    has_usable_ = !draws_.empty();
    const std::vector<Draw> all = draws_;
    std::erase_if(draws_, [&](const Draw& weak) {
      return weak.matching_type == 1 && std::ranges::any_of(all, [&](const Draw& d) {
               return d.matching_type == 2 && d.usage == weak.usage && d.selector == weak.selector;
             });
    });
    std::ranges::stable_sort(draws_, std::greater{},
                             [](const Draw& d) { return std::tuple(d.usage, d.selector, d.matching_type); });
  }
  bool has_usable() const { return has_usable_; }

  Expected expected() const {
    if (const Draw* d = first(3, sent_[0])) return {"ok", text(*d)};
    if (const auto matched = by_authority()) return {"ok", *matched};
    return {failure(), ""};
  }

 private:
  static bool usable(const Draw& d) {
    if (d.usage < 2 || d.usage > 3 || d.selector > 1 || d.matching_type > 2) return false;
    if (d.matching_type == 0) return d.target >= 0;
    return d.data.size() == (d.matching_type == 1 ? 32U : 64U);
  }
  static std::string text(const Draw& d) {
    return tls::to_text({static_cast<std::uint8_t>(d.usage), static_cast<std::uint8_t>(d.selector),
                         static_cast<std::uint8_t>(d.matching_type), d.data});
  }
  bool equals(const Draw& d, int member) const {
    return d.data == family_.members[static_cast<std::size_t>(member)].forms[d.selector][d.matching_type];
  }
  const Draw* first(int usage, int member) const {
    for (const Draw& d : draws_)
      if (d.usage == usage && equals(d, member)) return &d;
    return nullptr;
  }
  bool is_at_hand(int member) const {
    return std::ranges::find(sent_, member) != sent_.end() || std::ranges::any_of(draws_, [&](const Draw& d) {
             return d.usage == 2 && d.selector == 0 && d.matching_type == 0 && equals(d, member);
           });
  }
  /// From the leaf upwards, as far as certificates are at hand; where they end, a bare key may stand above (2 1 0).
  std::optional<std::string> by_authority() const {
    int current = sent_[0];
    for (;;) {
      const int parent = family_.members[static_cast<std::size_t>(current)].parent;
      if (parent == current || !is_at_hand(parent)) break;
      if (const Draw* d = first(2, parent)) return text(*d);
      current = parent;
    }
    const int above = family_.members[static_cast<std::size_t>(current)].parent;
    for (const Draw& d : draws_)
      if (d.usage == 2 && d.selector == 1 && d.matching_type == 0 && equals(d, above)) return text(d);
    return std::nullopt;
  }
  bool fits(const Draw& d, bool at_leaf) const {
    if (at_leaf) return equals(d, sent_[0]);
    return std::any_of(sent_.begin() + 1, sent_.end(), [&](int member) { return equals(d, member); });
  }
  std::string failure() const {
    if (std::ranges::any_of(draws_, [&](const Draw& d) { return fits(d, d.usage == 2); })) return "tlsa-wrong-usage";
    if (std::ranges::any_of(draws_, [&](const Draw& d) { return d.usage == 2 && fits(d, false); }))
      return "ta-chain-invalid";
    if (std::ranges::none_of(draws_, [](const Draw& d) { return d.usage == 3; })) return "ta-not-in-chain";
    return "tlsa-mismatch";
  }

  const Family& family_;
  std::vector<int> sent_;
  std::vector<Draw> draws_;
  bool has_usable_ = false;
};

class RandomChains : public testing::Test {
 protected:
  int below(int limit) { return static_cast<int>(random_() % static_cast<unsigned>(limit)); }

  /// A leaf, then some of its issuers and of the strangers in any order.
  std::vector<int> chain() {
    const int leaf = family_.leaves[static_cast<std::size_t>(below(static_cast<int>(family_.leaves.size())))];
    std::vector<int> others;
    for (int up = leaf; parent(up) != up; up = parent(up))
      if (below(5) > 0) others.push_back(parent(up));
    for (int strangers = below(6) - 3; strangers > 0; --strangers)
      others.push_back(below(static_cast<int>(family_.members.size())));
    if (below(3) == 0) std::ranges::shuffle(others, random_);
    std::erase(others, leaf);
    others.insert(others.begin(), leaf);
    return others;
  }
  Draw draw(int leaf) {
    Draw d{below(12) == 0 ? below(6) : 2 + below(2),
           below(12) == 0 ? below(4) : below(2),
           below(12) == 0 ? below(5) : below(3),
           -1,
           {}};
    if (below(4) > 0) {
      d.target = leaf;
      for (int up = below(4); up > 0; --up) d.target = parent(d.target);
      if (below(5) == 0) d.target = below(static_cast<int>(family_.members.size()));
    }
    const std::size_t sizes[] = {40, 32, 64};
    const int form = std::min(d.matching_type, 2);
    d.data = d.target >= 0 ? family_.members[static_cast<std::size_t>(d.target)].forms[std::min(d.selector, 1)][form]
                           : Octets(sizes[form], static_cast<std::uint8_t>(below(250)));
    if (below(20) == 0 && form > 0) d.data.pop_back();
    return d;
  }
  int parent(int member) const { return family_.members[static_cast<std::size_t>(member)].parent; }

  Family family_;
  std::mt19937 random_{20260601};
};

TEST_F(RandomChains, T32T34T35T37T53T60TheProgramAgreesWithMatchingByHand) {
  tls::TlsContext context;
  std::map<std::string, int> outcomes;
  for (int round = 0; round < 4000; ++round) {
    const std::vector<int> sent = chain();
    std::vector<Draw> draws;
    for (int count = 1 + below(5); count > 0; --count) draws.push_back(draw(sent[0]));
    const ByHand by_hand(family_, sent, draws);
    std::vector<Octets> rdatas;
    for (const Draw& d : draws) rdatas.push_back(tlsa_rdata(d.usage, d.selector, d.matching_type, d.data));
    const tls::TlsaSet set = set_of(rdatas);
    ASSERT_EQ(set.has_usable(), by_hand.has_usable()) << "round " << round;
    if (!set.has_usable()) continue;
    std::vector<Certificate> certificates;
    for (const int member : sent) certificates.push_back(family_.members[static_cast<std::size_t>(member)].certificate);
    const MatchResult result = match_chain(context, *chain_of(context, certificates), set, {{"mx.example.org"}}, kNow);
    const Expected got{std::string(code(result.outcome)), result.matched ? tls::to_text(*result.matched) : ""};
    const Expected expected = by_hand.expected();
    ASSERT_EQ(got.outcome, expected.outcome) << "round " << round << ", OpenSSL's number " << result.verify_error;
    ASSERT_EQ(got.matched, expected.matched) << "round " << round;
    ++outcomes[got.outcome];
  }
  // The draw is fair: each outcome that a sound family can have is there.
  for (const char* outcome : {"ok", "tlsa-mismatch", "tlsa-wrong-usage", "ta-not-in-chain", "ta-chain-invalid"})
    EXPECT_GT(outcomes[outcome], 20) << outcome;
}

}  // namespace
}  // namespace danesweep::test
