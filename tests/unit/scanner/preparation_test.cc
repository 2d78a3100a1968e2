// SPDX-License-Identifier: Apache-2.0
#include "scanner/preparation.h"

#include <gtest/gtest.h>

#include <cstdio>
#include <fstream>

namespace danesweep::scanner {
namespace {

/// Options with a static anchor: nothing is asked and no state is kept.
class CryptoWarnings : public testing::Test {
 protected:
  CryptoWarnings() {
    options_.trust_anchor_file = path_;
    std::ofstream(path_) << ". DS 20326 8 2 E06D44B80B8F1D39A95C0B0D7C65D08458E880409BBC683457104237C7F8EC8D\n";
  }
  ~CryptoWarnings() override { std::remove(path_.c_str()); }

  std::vector<std::string> warnings(std::span<const dnssec::KnownAnswer> answers) {
    return anchors_in_use(options_, settings_, answers)->warnings;
  }

  const std::string path_ = testing::TempDir() + "crypto_warnings_anchor";
  DnsOptions options_;
  DnsSettings settings_;
};

// D-34, complaint 6: what the library of this system refuses is insecure, and the user is told so.
TEST_F(CryptoWarnings, NameOnceAlgorithmsThatTheLibraryRefuses) {
  settings_.policy.sha1 = dnssec::Sha1Signatures::Checked;
  std::vector<dnssec::KnownAnswer> answers(dnssec::known_answers().begin(), dnssec::known_answers().end());
  EXPECT_TRUE(warnings(answers).empty());
  std::erase_if(answers, [](const auto& answer) { return answer.algorithm == 5 || answer.algorithm == 14; });
  const auto told = warnings(answers);
  ASSERT_EQ(told.size(), 1U);
  EXPECT_EQ(told.front().find("the crypto library of this system refuses algorithm 5 (RSASHA1), 14 (ECDSAP384SHA384)"),
            0U)
      << told.front();
}

TEST_F(CryptoWarnings, LeaveOutAlgorithmsThatAreSwitchedOff) {  // D-33
  std::vector<dnssec::KnownAnswer> answers(dnssec::known_answers().begin(), dnssec::known_answers().end());
  std::erase_if(answers, [](const auto& answer) { return answer.algorithm == 5 || answer.algorithm == 7; });
  EXPECT_TRUE(warnings(answers).empty());
}

}  // namespace
}  // namespace danesweep::scanner
