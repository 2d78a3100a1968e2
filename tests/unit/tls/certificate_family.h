// SPDX-License-Identifier: Apache-2.0
// A family of certificates whose signatures are known because the tests made them, and dice that draw chains and TLSA
// records from it: for matchers that are compared with the product's.
#pragma once

#include <algorithm>
#include <cstdint>
#include <random>
#include <string>
#include <vector>

#include "tests/support/certificates.h"

namespace danesweep::test {

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

class ChainDice {
 public:
  explicit ChainDice(std::uint32_t seed) : random_(seed) {}
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
  const Family& family() const { return family_; }
  const Certificate& certificate(int member) const {
    return family_.members[static_cast<std::size_t>(member)].certificate;
  }

 private:
  int parent(int member) const { return family_.members[static_cast<std::size_t>(member)].parent; }

  Family family_;
  std::mt19937 random_;
};

}  // namespace danesweep::test
