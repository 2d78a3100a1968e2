// SPDX-License-Identifier: Apache-2.0
#include "dnssec/wire/cursor.h"

#include <gtest/gtest.h>

#include "tests/unit/wire/builders.h"

namespace danesweep::wire::test {
namespace {

TEST(Cursor, ReadsBigEndianFieldsInOrder) {
  const Octets octets{0x01, 0x02, 0x03, 0x04, 0x05, 0x06, 0x07, 0x08};
  Cursor in(octets);
  EXPECT_EQ(in.u8(), 0x01);
  EXPECT_EQ(in.u16(), 0x0203);
  EXPECT_EQ(in.u32(), 0x04050607U);
  EXPECT_EQ(in.peek().size(), 1U);
  EXPECT_EQ(in.remaining()[0], 0x08);
  EXPECT_TRUE(in.finish(0));
}

TEST(Cursor, RemembersAReadPastTheEndAndYieldsNothingFromThenOn) {
  const Octets octets{0xFF, 0xFF, 0xFF};
  Cursor in(octets);
  EXPECT_EQ(in.u32(), 0U);
  EXPECT_EQ(in.u8(), 0U);
  EXPECT_TRUE(in.take(1).empty());
  EXPECT_TRUE(in.peek().empty());
  EXPECT_TRUE(in.at_end());
  EXPECT_EQ(in.left(), 0U);
  EXPECT_EQ(in.finish(1).error(), ParseError::Truncated);
}

TEST(Cursor, TellsOctetsLeftBehind) {
  const Octets octets{1, 2};
  Cursor in(octets);
  in.u8();
  EXPECT_EQ(in.finish(1).error(), ParseError::TrailingBytes);
}

TEST(Cursor, ACountThatWouldOverflowIsPastTheEnd) {
  const Octets octets{1, 2};
  Cursor in(octets);
  in.u8();
  EXPECT_TRUE(in.take(static_cast<std::size_t>(-1)).empty());
  EXPECT_TRUE(in.failed());
}

}  // namespace
}  // namespace danesweep::wire::test
