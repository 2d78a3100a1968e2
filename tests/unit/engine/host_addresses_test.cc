// SPDX-License-Identifier: Apache-2.0
// A and AAAA taken together: T-15 to T-19, T-24; E-10, E-20, E-86; and which addresses are special (T-21).
#include "scanner/engine/host_addresses.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "tests/unit/engine/made_verdicts.h"
#include "tests/unit/engine/row_name.h"

namespace danesweep::scanner {
namespace {

using output::Status;
using enum dnssec::Security;
using enum AddressOrder;

const char* const kHost = "mx.example.org.";
Made a(Security security) { return data(security, wire::RrType::A, {"192.0.2.1"}); }
Made aaaa(Security security) { return data(security, wire::RrType::Aaaa, {"2001:db8::1"}); }

struct Row {
  const char* name;
  Made ipv4, ipv6;
  Status status;
  const char* used;  ///< addresses in the order of the walk
  const char* notes;
  const char* candidates;  ///< TLSA bases
  AddressOrder order = V4First;
};

const Row kRows[] = {
    // T-16, line by line
    {"T-16 both secure", a(Secure), aaaa(Secure), Status::Secure, "192.0.2.1 2001:db8::1", "", "mx.example.org"},
    {"T-16 both insecure", a(Insecure), aaaa(Insecure), Status::Insecure, "192.0.2.1 2001:db8::1", "", ""},
    {"T-16 one of each", a(Secure), aaaa(Insecure), Status::Insecure, "192.0.2.1 2001:db8::1", "address-mixed", ""},
    {"T-16 A secure, AAAA proven absent", a(Secure), no_data(Secure), Status::Secure, "192.0.2.1", "",
     "mx.example.org"},
    {"T-16 A secure, AAAA absent without proof", a(Secure), no_data(Insecure), Status::Secure, "192.0.2.1", "",
     "mx.example.org"},
    {"T-16 only AAAA", no_data(Secure), aaaa(Secure), Status::Secure, "2001:db8::1", "", "mx.example.org"},
    {"T-16 A secure, AAAA bogus", a(Secure), bogus(), Status::Secure, "192.0.2.1", "address-partly-bogus",
     "mx.example.org"},
    {"T-16 A secure, AAAA failed", a(Secure), failed(), Status::Secure, "192.0.2.1", "address-partly-unknown",
     "mx.example.org"},
    {"T-16 T-17 A bogus, AAAA insecure: the bogus one is not dialled", data(Bogus, wire::RrType::A, {"192.0.2.1"}),
     aaaa(Insecure), Status::Insecure, "2001:db8::1", "address-partly-bogus", ""},
    {"T-16 bogus beside absent", bogus(), no_data(Secure), Status::Bogus, "", "", ""},
    {"T-16 bogus beside failed", bogus(), failed(), Status::Bogus, "", "", ""},
    {"T-16 failed beside absent", failed(), no_data(Secure), Status::Indeterminate, "", "", ""},
    {"T-16 both absent, proven", no_data(Secure), no_such_name(Secure), Status::Secure, "", "", ""},
    {"T-16 both absent, one without proof", no_data(Secure), no_data(Insecure), Status::Insecure, "", "", ""},
    {"T-16 an insecure alias loop is a failure", Made{Insecure, Answer::None}, no_data(Insecure), Status::Indeterminate,
     "", "", ""},
    // E-20, E-86
    {"E-20 IPv4 first", a(Secure), aaaa(Secure), Status::Secure, "192.0.2.1 2001:db8::1", "", "mx.example.org"},
    {"E-86 PREFER_V6", a(Secure), aaaa(Secure), Status::Secure, "2001:db8::1 192.0.2.1", "", "mx.example.org", V6First},
    {"E-86 REQUIRE_V4: AAAA counts as absent", a(Secure), aaaa(Insecure), Status::Secure, "192.0.2.1",
     "address-excluded", "mx.example.org", V4Only},
    {"E-86 REQUIRE_V6 and no AAAA: no address", a(Secure), no_data(Secure), Status::Secure, "", "address-excluded", "",
     V6Only},
    {"E-86 REQUIRE_V4, AAAA absent: nothing is left out", a(Secure), no_data(Secure), Status::Secure, "192.0.2.1", "",
     "mx.example.org", V4Only},
    // T-24
    {"T-24 alias, secure to its end: expanded name, then the original", through(a(Secure), "mx.target.example."),
     no_data(Secure), Status::Secure, "192.0.2.1", "", "mx.target.example mx.example.org"},
    {"T-24 first link secure, end insecure: the original alone", through(a(Insecure), "mx.target.example."),
     no_data(Insecure), Status::Insecure, "192.0.2.1", "", "mx.example.org"},
    {"T-24 T-75 first link secure, ends of both kinds: no DANE", through(a(Insecure), "mx.target.example."),
     through(aaaa(Secure), "mx.other.example."), Status::Insecure, "192.0.2.1 2001:db8::1", "address-mixed", ""},
    {"T-24 first link insecure: no TLSA query", through(a(Insecure), "mx.target.example.", Insecure), no_data(Insecure),
     Status::Insecure, "192.0.2.1", "", ""},
    {"T-24 insecure without alias: no TLSA query", a(Insecure), no_data(Insecure), Status::Insecure, "192.0.2.1", "",
     ""},
    {"T-24 bogus: no TLSA query", bogus(), bogus(), Status::Bogus, "", "", ""},
    {"T-24 failed: no TLSA query", failed(), failed(), Status::Indeterminate, "", "", ""},
};

class Addresses : public testing::TestWithParam<Row> {};
TEST_P(Addresses, Are) {
  const Row& row = GetParam();
  const HostAddresses got =
      judge_addresses(name_of(kHost), row.ipv4.about(kHost), row.ipv6.about(kHost), row.order, Families::Both, 7);
  EXPECT_EQ(got.status, row.status);
  std::string used, candidates, notes;
  for (const UsedAddress& one : got.used) used += (used.empty() ? "" : " ") + one.address.to_text();
  for (const auto& one : got.tlsa_candidates) candidates += (candidates.empty() ? "" : " ") + one.to_display();
  for (const auto& one : got.notes) notes += (notes.empty() ? "" : " ") + one;
  EXPECT_EQ(used, row.used);
  EXPECT_EQ(candidates, row.candidates);
  EXPECT_EQ(notes, row.notes);
  EXPECT_EQ(got.reason.empty(), row.status == Status::Secure);
}
INSTANTIATE_TEST_SUITE_P(Rows, Addresses, testing::ValuesIn(kRows),
                         [](const auto& row) { return row_name(row.param.name); });

dnssec::Verdict many(wire::RrType type, int count) {
  dnssec::Verdict verdict = data(Secure, type, {}).about(kHost);
  for (int i = 1; i <= count; ++i) {
    const std::string text = (type == wire::RrType::A ? "192.0.2." : "2001:db8::") + std::to_string(i);
    verdict.records.push_back({name_of(kHost), 300, *wire::rdata_from_text(type, text)});
  }
  return verdict;
}

std::pair<int, int> families(const HostAddresses& got) {
  const auto v6 =
      std::count_if(got.used.begin(), got.used.end(), [](const UsedAddress& one) { return one.address.is_v6; });
  return {static_cast<int>(got.used.size() - static_cast<std::size_t>(v6)), static_cast<int>(v6)};
}

// T-18
TEST(AddressCap, EightBalancedBetweenTheFamilies) {
  const struct {
    int v4, v6, used4, used6;
  } rows[] = {{10, 10, 4, 4}, {10, 2, 6, 2}, {1, 20, 1, 7}, {10, 0, 8, 0}, {3, 3, 3, 3}, {4, 4, 4, 4}, {0, 9, 0, 8}};
  for (const auto& row : rows) {
    const HostAddresses got = judge_addresses(
        name_of(kHost), many(wire::RrType::A, row.v4),
        row.v6 > 0 ? many(wire::RrType::Aaaa, row.v6) : no_data(Secure).about(kHost), V4First, Families::Both, 7);
    if (row.v4 == 0) continue;  // an empty A answer is no data; the next test has it
    EXPECT_EQ(families(got), std::pair(row.used4, row.used6)) << row.v4 << " and " << row.v6;
    const bool is_over = row.v4 + row.v6 > 8;
    EXPECT_EQ(got.over_cap.size(), is_over ? static_cast<std::size_t>(row.v4 + row.v6 - 8) : 0U);
    EXPECT_EQ(got.notes, is_over ? std::vector<std::string>{"address-over-cap"} : std::vector<std::string>{});
  }
  const HostAddresses only6 = judge_addresses(name_of(kHost), no_data(Secure).about(kHost), many(wire::RrType::Aaaa, 9),
                                              V4First, Families::Both, 7);
  EXPECT_EQ(families(only6), std::pair(0, 8));
}

// T-19
TEST(AddressOrderWithinAFamily, RepeatsForASeedWhateverOrderTheAnswerHad) {
  dnssec::Verdict forward = many(wire::RrType::A, 6), backward = forward;
  std::reverse(backward.records.begin(), backward.records.end());
  const auto order = [](const dnssec::Verdict& verdict, std::uint64_t seed) {
    std::string out;
    for (const UsedAddress& one :
         judge_addresses(name_of(kHost), verdict, no_data(Secure).about(kHost), V4First, Families::Both, seed).used)
      out += one.address.to_text() + " ";
    return out;
  };
  EXPECT_EQ(order(forward, 7), order(backward, 7));
  EXPECT_NE(order(forward, 7), order(forward, 8));
}

// T-16, T-19: --ipv4-only, --ipv6-only
TEST(OnlyOneFamily, TheOtherCountsAsAbsent) {
  const auto judged = [](Families families) {
    return judge_addresses(name_of(kHost), a(Secure).about(kHost), aaaa(Insecure).about(kHost), V4First, families, 7);
  };
  EXPECT_EQ(judged(Families::Ipv4Only).status, Status::Secure);
  EXPECT_EQ(judged(Families::Ipv6Only).status, Status::Insecure);
  EXPECT_EQ(judged(Families::Ipv4Only).used.size(), 1U);
  EXPECT_EQ(judged(Families::Ipv4Only).notes, std::vector<std::string>{"address-excluded"});
}

// T-15: each address keeps the status of its own RRset (E-33).
TEST(AddressStatus, IsThatOfItsOwnRrset) {
  const HostAddresses got =
      judge_addresses(name_of(kHost), a(Secure).about(kHost), aaaa(Insecure).about(kHost), V4First, Families::Both, 7);
  EXPECT_EQ(got.used[0].status, Status::Secure);
  EXPECT_EQ(got.used[1].status, Status::Insecure);
}

// T-21
TEST(SpecialAddresses, AreThoseOfTheRegistry) {
  for (const char* text : {"0.1.2.3",          "10.0.0.1",        "100.64.0.1",  "100.127.255.255",
                           "127.0.0.1",        "169.254.1.1",     "172.16.0.1",  "172.31.255.255",
                           "192.0.0.8",        "192.0.2.1",       "192.168.1.1", "198.18.0.1",
                           "198.19.255.255",   "198.51.100.7",    "203.0.113.9", "224.0.0.1",
                           "240.0.0.1",        "255.255.255.255", "::",          "::1",
                           "::ffff:192.0.2.1", "64:ff9b:1::1",    "100::1",      "2001:db8::1",
                           "3fff::1",          "3fff:fff::1",     "fc00::1",     "fdff::1",
                           "fe80::1",          "febf::1",         "ff02::1"})
    EXPECT_TRUE(IpAddress::from_text(text)->is_special()) << text;
  for (const char* text : {"1.1.1.1", "9.255.255.255", "11.0.0.1", "100.63.255.255", "100.128.0.0", "172.15.0.1",
                           "172.32.0.1", "192.0.1.1", "192.0.3.1", "198.17.0.1", "198.20.0.1", "223.255.255.255",
                           "2001:db7::1", "2001:4860::1", "64:ff9b::1", "3fff:1000::1", "fbff::1", "::2"})
    EXPECT_FALSE(IpAddress::from_text(text)->is_special()) << text;
}

}  // namespace
}  // namespace danesweep::scanner
