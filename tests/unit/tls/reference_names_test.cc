// SPDX-License-Identifier: Apache-2.0
// T-49, and the key of T-51.
#include "tls/reference_names.h"

#include <gtest/gtest.h>

#include "tests/support/certificates.h"

namespace danesweep::tls {
namespace {

using Names = std::vector<std::string>;

TEST(ReferenceNames, T49SecureMxAddsTheDomainAndWhatItsAliasesLeadTo) {
  EXPECT_EQ(reference_names("mx.example.org", NextHop::SecureMx, "example.org", "example.net").names,
            (Names{"mx.example.org", "example.org", "example.net"}));
}
TEST(ReferenceNames, T49TheSameNameStandsOnce) {
  EXPECT_EQ(reference_names("mx.example.org", NextHop::SecureMx, "example.org", "example.org").names,
            (Names{"mx.example.org", "example.org"}));
}
TEST(ReferenceNames, T49ImplicitMxAddsTheDomain) {
  EXPECT_EQ(reference_names("target.example.net", NextHop::ImplicitMx, "example.org", "example.org").names,
            (Names{"target.example.net", "example.org"}));
  EXPECT_EQ(reference_names("example.org", NextHop::ImplicitMx, "example.org", "example.org").names,
            Names{"example.org"});
}
TEST(ReferenceNames, T49InsecureMxLeavesTheBaseDomainAlone) {
  EXPECT_EQ(reference_names("mx.example.org", NextHop::InsecureMx, "example.org", "example.org").names,
            Names{"mx.example.org"});
}
TEST(ReferenceNames, T49CaseAndFinalDotsDoNotMatter) {
  EXPECT_EQ(reference_names("MX.Example.org.", NextHop::SecureMx, "EXAMPLE.ORG.", "example.org").names,
            (Names{"mx.example.org", "example.org"}));
}

TEST(ReferenceNames, T51NamesArePartOfTheKeyOnlyWhereAUsableTaRecordIs) {
  const ReferenceNames names = reference_names("mx.example.org", NextHop::SecureMx, "example.org", "example.org");
  const ReferenceNames others = reference_names("mx.example.org", NextHop::SecureMx, "example.com", "example.com");
  const std::vector<std::uint8_t> ee = test::tlsa_rdata(3, 1, 1, test::Octets(32, 7));
  const std::vector<std::uint8_t> ta = test::tlsa_rdata(2, 1, 1, test::Octets(32, 7));
  const Bytes ee_only[] = {ee};
  const Bytes both[] = {ee, ta};
  EXPECT_EQ(names.key(TlsaSet(ee_only)), "");
  EXPECT_NE(names.key(TlsaSet(both)), "");
  EXPECT_NE(names.key(TlsaSet(both)), others.key(TlsaSet(both)));
}

}  // namespace
}  // namespace danesweep::tls
