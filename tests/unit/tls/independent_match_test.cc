// SPDX-License-Identifier: Apache-2.0
// Usage, selector and matching type by hand over thousands of random chains: no disagreement with the program. T-30,
// T-32, T-34, T-35, T-37, T-53, T-60.
#include <algorithm>
#include <map>
#include <optional>
#include <tuple>

#include <gtest/gtest.h>

#include "tests/unit/tls/certificate_family.h"
#include "tls/dane_match.h"

namespace danesweep::test {
namespace {

using tls::MatchResult;

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

TEST(IndependentMatch, TheProgramAgreesWithMatchingByHand) {
  ChainDice dice(20260601);
  tls::TlsContext context;
  std::map<std::string, int> outcomes;
  for (int round = 0; round < 4000; ++round) {
    const std::vector<int> sent = dice.chain();
    std::vector<Draw> draws;
    for (int count = 1 + dice.below(5); count > 0; --count) draws.push_back(dice.draw(sent[0]));
    const ByHand by_hand(dice.family(), sent, draws);
    std::vector<Octets> rdatas;
    for (const Draw& d : draws) rdatas.push_back(tlsa_rdata(d.usage, d.selector, d.matching_type, d.data));
    const tls::TlsaSet set = set_of(rdatas);
    ASSERT_EQ(set.has_usable(), by_hand.has_usable()) << "round " << round;
    if (!set.has_usable()) continue;
    std::vector<Certificate> certificates;
    for (const int member : sent) certificates.push_back(dice.certificate(member));
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
