// SPDX-License-Identifier: Apache-2.0
#include "dnssec/wire/serial.h"

#include <gtest/gtest.h>

namespace danesweep::wire {
namespace {

struct Row {
  const char* name;
  std::uint32_t a, b;
  bool not_after;
};

// RFC 1982 section 3.2, as D-27 and D-28 compare the times of signatures.
constexpr Row kRows[] = {
    {"equal", 5, 5, true},
    {"next", 5, 6, true},
    {"previous", 6, 5, false},
    {"over the wrap in 2106", 0xFFFFFFFF, 0, true},
    {"back over the wrap", 0, 0xFFFFFFFF, false},
    {"largest distance that has an order", 0, 0x7FFFFFFF, true},
    {"exactly half way: no order", 0, 0x80000000, false},
    {"exactly half way, other side", 0x80000000, 0, false},
    {"more than half way is behind", 0, 0x80000001, false},
};

TEST(SerialArithmetic, FollowsRfc1982) {
  for (const Row& row : kRows) {
    EXPECT_EQ(serial_not_after(row.a, row.b), row.not_after) << row.name;
  }
}

}  // namespace
}  // namespace danesweep::wire
