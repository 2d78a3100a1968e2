// SPDX-License-Identifier: Apache-2.0
// T-48.
#include "tls/peer_text.h"

#include <string>

#include <gtest/gtest.h>

namespace danesweep::tls {
namespace {

// T-48: nothing of a stranger reaches a terminal or a report as it came.
TEST(PeerText, T48PrintableAsciiStays) { EXPECT_EQ(printable("250 ok ~!", 200), "250 ok ~!"); }
TEST(PeerText, T48ControlsAreEscaped) {
  EXPECT_EQ(printable("a\x1b[31m\r\n\t\x7f", 200), "a\\x1B[31m\\x0D\\x0A\\x09\\x7F");
}
TEST(PeerText, T48NulIsEscaped) { EXPECT_EQ(printable(std::string("a\0b", 3), 200), "a\\x00b"); }
TEST(PeerText, T48BidirectionalMarksAreEscaped) { EXPECT_EQ(printable("\u202Eevil", 200), "\\xE2\\x80\\xAEevil"); }
TEST(PeerText, T48TextIsCutBeforeItIsEscaped) {
  EXPECT_EQ(printable(std::string(500, 'x'), kMaxStoredLineOctets).size(), 200u);
  EXPECT_EQ(printable(std::string(500, '\x01'), kMaxStoredLineOctets).size(), 800u);
}

}  // namespace
}  // namespace danesweep::tls
