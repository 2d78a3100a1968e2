// SPDX-License-Identifier: Apache-2.0
// Timelines of a trust point, told as a reader of RFC 5011 would: at each moment the key set that is published, who
// signs it, and the states afterwards. The sets are really signed, sent and judged.
//   keys     letters; `z` without SEP, `n` without ZONE, `p` of protocol 4, `!` with REVOKE; "-" is no reply
//   signers  the same; "" is an unsigned set
#include "dnssec/rollover.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <sstream>
#include <tuple>

#include "dnssec/wire/writer.h"
#include "tests/unit/dnssec_signature/verification.h"

namespace danesweep::dnssec {
namespace {

using support::kDay;
using support::kNow;
using support::name;
using support::Records;
using support::sign;
using support::SigningKey;

constexpr std::uint32_t kTwoDays = 172800;

struct Moment {
  std::string when;  ///< days since kNow, or a date
  std::string keys, signers, expected;
  std::uint32_t ttl = kTwoDays;
  std::int64_t signed_for = 14 * kDay;  ///< from the moment on
};

struct Timeline {
  const char* what;
  const char* rule;
  std::string start;  ///< "ds:A sha1:B odd:C key:D missing:E"; `odd` = a DS of an unknown digest type
  std::vector<Moment> moments;
};

SigningKey key_of(const std::string& word) {
  const std::map<char, std::pair<int, std::size_t>> pool = {{'A', {13, 0}},
                                                            {'B', {13, 1}},
                                                            {'C', {13, 2}},
                                                            {'D', {13, 3}},
                                                            {'E', {15, 0}},
                                                            {'F', {15, 1}},
                                                            {'S', {5, 0}},
                                                            {'T', {8, support::kRsa512}},
                                                            {'X', {8, 0}},
                                                            {'Y', {8, 1}},
                                                            {'Z', {8, support::kRsa1024}}};
  const auto [algorithm, index] = pool.at(word.at(0));
  unsigned flags = word.find('z') == std::string::npos ? 257 : 256;
  if (word.find('n') != std::string::npos) flags = 1;
  if (word.find('!') != std::string::npos) flags |= 128;
  const std::uint8_t protocol = word.find('p') == std::string::npos ? 3 : 4;
  return {algorithm, index, static_cast<std::uint16_t>(flags), protocol};
}

std::vector<std::string> words(const std::string& text) {
  std::istringstream in(text);
  std::vector<std::string> out;
  for (std::string word; in >> word;) out.push_back(word);
  return out;
}

std::int64_t time_of(const std::string& when) {
  if (when.find('-') != std::string::npos) return parse_date(when + "T00:00:00Z").value();
  return kNow + static_cast<std::int64_t>(std::stod(when) * kDay);
}

AnchorState start_of(const Timeline& timeline) {
  std::vector<TrustAnchor> anchors;
  for (const std::string& word : words(timeline.start)) {
    const SigningKey key = key_of(word.substr(word.find(':') + 1));
    const bool sha1 = word.starts_with("sha1:"), odd = word.starts_with("odd:");
    const bool ds = sha1 || odd || word.starts_with("ds:");
    anchors.push_back({name("."), ds ? AnchorForm::Ds : AnchorForm::Dnskey,
                       ds ? key.ds_rdata(name("."), sha1 ? 1 : 2) : key.dnskey_rdata()});
    if (odd) anchors.back().rdata[3] = 200;
  }
  AnchorState state = initial_state(name("."), anchors, AnchorSource::Embedded, time_of(timeline.moments[0].when));
  for (std::size_t i = 0; i < anchors.size(); ++i)
    if (words(timeline.start)[i].starts_with("missing:")) state.keys[i].state = KeyState::Missing;
  return state;
}

Observation see(const AnchorState& state, const Moment& moment) {
  Desk desk;
  desk.context.now = time_of(moment.when);
  if (moment.keys == "-") {
    Observation none = observe(state, nullptr, desk.context);
    none.reason = Reason::ResolverTimeout;
    return none;
  }
  Records set;
  for (const std::string& word : words(moment.keys)) {
    set.push_back(dnskey(key_of(word), "."));
    set.back().ttl = moment.ttl;
  }
  Records all = set;
  support::SignatureFields fields;
  fields.inception = desk.context.now - kDay;
  fields.expiration = desk.context.now + moment.signed_for;
  for (const std::string& word : words(moment.signers)) all.push_back(sign(set, name("."), key_of(word), fields));
  const Grouped grouped(all);
  return observe(state, &grouped.first(), desk.context);
}

char letter_of(const AnchorKey& key) {
  for (const char letter : std::string("ABCDEFSTXYZ")) {
    const SigningKey candidate = key_of({letter});
    const auto rdata = candidate.dnskey_rdata();
    if (key.form == AnchorForm::Dnskey &&
        std::equal(rdata.begin() + 2, rdata.end(), key.rdata.begin() + 2, key.rdata.end()))
      return letter;
    for (const char* flags : {"", "z"})
      if (key.form == AnchorForm::Ds && key.tag() == key_of(letter + std::string(flags)).tag()) return letter;
  }
  return '?';
}

std::string states_of(const AnchorState& state) {
  std::vector<std::string> texts;
  for (const AnchorKey& key : state.keys) texts.push_back(letter_of(key) + ("=" + std::string(to_text(key.state))));
  std::sort(texts.begin(), texts.end());
  std::string out;
  for (const std::string& text : texts) out += (out.empty() ? "" : " ") + text;
  return out;
}

/// The state after the moments; each one's expectation is checked.
RolloverStep play(const Timeline& timeline) {
  RolloverStep step;
  step.state = start_of(timeline);
  for (const Moment& moment : timeline.moments) {
    RolloverClock clock;
    clock.now = time_of(moment.when);
    step = advance(step.state, see(step.state, moment), clock);
    EXPECT_EQ(states_of(step.state), moment.expected) << timeline.rule << ", at " << moment.when;
  }
  return step;
}

class Timelines : public testing::TestWithParam<Timeline> {};
TEST_P(Timelines, Unfold) { play(GetParam()); }

// clang-format off
const Timeline kTimelines[] = {
    {"RFC 5011 6 1 adding a trust anchor", "D-114", "key:A", {
        {"0", "A B", "A", "A=VALID B=ADDPEND"},
        {"15", "A B", "A", "A=VALID B=ADDPEND"},
        {"29.99", "A B", "A", "A=VALID B=ADDPEND"},
        {"30", "A B", "A", "A=VALID B=VALID"}}},
    {"RFC 5011 6 2 deleting a trust anchor", "D-116", "key:A key:B", {
        {"0", "A B!", "A B!", "A=VALID B=REVOKED"},
        {"29.99", "A", "A", "A=VALID B=REVOKED"},
        {"30", "A", "A", "A=VALID B=REMOVED"}}},
    {"RFC 5011 6 3 key roll over", "D-114, D-116", "key:A", {
        {"0", "A B", "A", "A=VALID B=ADDPEND"},
        {"30", "A B", "A", "A=VALID B=VALID"},
        {"31", "A! B", "A! B", "A=REVOKED B=VALID"},
        {"60", "B", "B", "A=REVOKED B=VALID"},
        {"61", "B", "B", "A=REMOVED B=VALID"}}},
    {"RFC 5011 6 4 active key compromised", "D-116", "key:A key:B", {
        {"0", "A! B C", "A! B", "A=REVOKED B=VALID C=ADDPEND"},
        {"1", "A E", "A", "A=REVOKED B=VALID C=ADDPEND"},  // the thief's set
        {"30", "B C", "B", "A=REMOVED B=VALID C=VALID"}}},
    {"RFC 5011 6 5 stand by key compromised", "D-116", "key:A key:B", {
        {"0", "A B! C", "A B!", "A=VALID B=REVOKED C=ADDPEND"},
        {"30", "A C", "A", "A=VALID B=REMOVED C=VALID"}}},
    {"RFC 5011 6 6 trust point deletion", "D-118", "key:A key:B", {
        {"0", "A! B!", "A! B!", "A=REVOKED B=REVOKED"},
        {"40", "C", "C", "A=REVOKED B=REVOKED"}}},

    {"START and seen is ADDPEND", "D-113", "key:A", {{"0", "A B C", "A", "A=VALID B=ADDPEND C=ADDPEND"}}},
    {"START and seen revoked is ignored", "D-116", "key:A", {{"0", "A B!", "A B!", "A=VALID"}}},
    {"ADDPEND and not seen is START again", "D-114", "key:A", {
        {"0", "A B", "A", "A=VALID B=ADDPEND"},
        {"10", "A", "A", "A=VALID"},
        {"11", "A B", "A", "A=VALID B=ADDPEND"},
        {"40", "A B", "A", "A=VALID B=ADDPEND"},
        {"41", "A B", "A", "A=VALID B=VALID"}}},
    {"ADDPEND and seen only without SEP is START again", "D-113, D-114", "key:A", {
        {"0", "A B", "A", "A=VALID B=ADDPEND"},
        {"30", "A Bz", "A", "A=VALID"},
        {"31", "A B", "A", "A=VALID B=ADDPEND"}}},
    {"ADDPEND and seen only without ZONE is START again", "D-113, D-114", "key:A", {
        {"0", "A B", "A", "A=VALID B=ADDPEND"},
        {"30", "A Bn", "A", "A=VALID"}}},
    {"ADDPEND and seen with and without SEP", "D-113, D-114", "key:A", {
        {"0", "A B", "A", "A=VALID B=ADDPEND"},
        {"30", "A B Bz", "A", "A=VALID B=VALID"}}},
    {"ADDPEND and seen revoked is START again", "D-116", "key:A", {
        {"0", "A B", "A", "A=VALID B=ADDPEND"},
        {"5", "A B!", "A B!", "A=VALID"},
        {"6", "A B", "A", "A=VALID B=ADDPEND"},
        {"35", "A B", "A", "A=VALID B=ADDPEND"},
        {"36", "A B", "A", "A=VALID B=VALID"}}},
    {"time alone promotes nobody", "D-114", "key:A", {
        {"0", "A B", "A", "A=VALID B=ADDPEND"},
        {"31", "-", "", "A=VALID B=ADDPEND"},
        {"40", "A B", "C", "A=VALID B=ADDPEND"},
        {"41", "A B", "A", "A=VALID B=VALID"}}},
    {"a hold down as long as the TTL", "D-114", "key:A", {
        {"0", "A B", "A", "A=VALID B=ADDPEND", 40 * 86400},
        {"39.99", "A B", "A", "A=VALID B=ADDPEND"},
        {"40", "A B", "A", "A=VALID B=VALID"}}},
    {"the first set's TTL counts", "D-114", "key:A", {
        {"0", "A B", "A", "A=VALID B=ADDPEND"},
        {"20", "A B", "A", "A=VALID B=ADDPEND", 40 * 86400},
        {"30", "A B", "A", "A=VALID B=VALID"}}},
    {"VALID and not seen is MISSING, and returns", "D-117", "key:A key:B", {
        {"0", "A", "A", "A=VALID B=MISSING"},
        {"100", "A", "A", "A=VALID B=MISSING"},
        {"101", "A B", "A", "A=VALID B=VALID"}}},
    {"MISSING is still trusted", "D-113", "key:A key:B", {
        {"0", "A", "A", "A=VALID B=MISSING"},
        {"1", "B", "B", "A=MISSING B=VALID"}}},
    {"MISSING and seen revoked is REVOKED", "D-116", "key:A key:B", {
        {"0", "A", "A", "A=VALID B=MISSING"},
        {"1", "A B!", "A B!", "A=VALID B=REVOKED"}}},
    {"MISSING for 366 days goes if another is VALID", "D-117", "key:A key:B", {
        {"0", "A", "A", "A=VALID B=MISSING"},
        {"365", "A", "A", "A=VALID B=MISSING"},
        {"366", "A", "A", "A=VALID B=REMOVED"},
        {"367", "A B", "A", "A=VALID B=REMOVED"}}},
    {"all MISSING is trusted for ever", "D-117", "missing:A", {
        {"0", "-", "", "A=MISSING"},
        {"800", "B", "B", "A=MISSING"},
        {"900", "A B", "A", "A=VALID B=ADDPEND"}}},
    {"REVOKED and seen without the bit stays", "D-116", "key:A key:B", {
        {"0", "A B!", "A B!", "A=VALID B=REVOKED"},
        {"1", "A B", "A B", "A=VALID B=REVOKED"},
        {"30", "A", "A", "A=VALID B=REVOKED"},
        {"31", "A", "A", "A=VALID B=REMOVED"}}},
    {"REVOKED counts from its last sight", "D-116", "key:A key:B", {
        {"0", "A B!", "A B!", "A=VALID B=REVOKED"},
        {"20", "A B!", "A B!", "A=VALID B=REVOKED"},
        {"49", "A", "A", "A=VALID B=REVOKED"},
        {"50", "A", "A", "A=VALID B=REMOVED"}}},
    {"REMOVED is for ever", "D-113", "key:A key:B", {
        {"0", "A B!", "A B!", "A=VALID B=REVOKED"},
        {"30", "A", "A", "A=VALID B=REMOVED"},
        {"31", "A B", "A B", "A=VALID B=REMOVED"},
        {"70", "A B", "A B", "A=VALID B=REMOVED"},
        {"71", "A B!", "A B!", "A=VALID B=REMOVED"}}},

    {"revoked by itself although nobody else verifies", "D-116", "key:A key:B", {
        {"0", "A! C", "A!", "A=REVOKED B=VALID"}}},
    {"revoked but not signed by itself changes nothing", "D-116", "key:A key:B", {
        {"0", "A B!", "A", "A=VALID B=VALID"}}},
    {"a stranger's set with our key revoked but unsigned by it", "D-116", "key:A", {{"0", "A! C", "C", "A=VALID"}}},
    {"a key with and without the bit in one set is revoked", "D-116", "key:A key:B", {
        {"0", "A B B!", "A B!", "A=VALID B=REVOKED"}}},

    {"a key with and without the bit does not ripen", "D-116", "key:A", {
        {"0", "A B", "A", "A=VALID B=ADDPEND"},
        {"30", "A B B!", "A", "A=VALID B=ADDPEND"}}},

    {"from DS, valid at once", "D-121", "ds:A", {{"0", "A B", "A", "A=VALID B=ADDPEND"}}},
    {"from two DS, the key of one comes later", "D-121", "ds:A ds:B", {
        {"0", "A", "A", "A=VALID B=START"},
        {"10", "A B", "A", "A=VALID B=VALID"}}},
    {"a DS without its key is trusted", "D-121", "ds:A ds:B", {
        {"0", "A", "A", "A=VALID B=START"},
        {"10", "B", "B", "A=MISSING B=VALID"}}},
    {"a DS and the key that it names are one", "D-121", "ds:A key:A", {{"0", "A", "A", "A=VALID"}}},
    {"a DS of a stranger's key", "D-113", "ds:A", {{"0", "B C", "B", "A=START"}}},
    {"a DS whose key is revoked at first sight", "D-116, D-121", "ds:A ds:B", {
        {"0", "A! B", "A! B", "A=REVOKED B=VALID"},
        {"30", "B", "B", "A=REMOVED B=VALID"}}},

    {"a DS whose key others show as revoked", "D-116, D-121", "ds:A ds:B", {
        {"0", "A! B", "B", "A=START B=VALID"},
        {"1", "A B", "B", "A=VALID B=VALID"}}},

    {"a SHA 1 DS beside a better one vouches for nothing", "D-39, D-121", "sha1:A ds:B", {
        {"0", "A", "A", "A=START B=START"},
        {"1", "A B", "B", "A=ADDPEND B=VALID"},
        {"2", "A B", "A", "A=ADDPEND B=VALID"}}},
    {"a SHA 1 DS whose better one is revoked", "D-39, D-116", "sha1:A ds:B", {{"0", "A B!", "B!", "B=REVOKED"}}},
    {"a SHA 1 DS beside one of a digest that is not known", "D-39, D-121", "sha1:A odd:B", {
        {"0", "A B", "A", "A=VALID B=ADDPEND B=START"}}},
    {"a SHA 1 DS and a better one of the same key", "D-39, D-121", "sha1:A ds:A", {{"0", "A", "A", "A=VALID"}}},
    {"a SHA 1 DS alone", "D-39, D-121", "sha1:A", {{"0", "A B", "A", "A=VALID B=ADDPEND"}}},

    {"a start key without SEP is replaced at once", "D-113", "key:Az", {
        {"0", "Az B C", "Az", "A=REMOVED B=VALID C=VALID"},
        {"1", "Az B", "Az B", "A=REMOVED B=VALID C=MISSING"}}},
    {"a start DS without SEP is replaced at once", "D-113", "ds:Az", {{"0", "Az B", "Az", "A=REMOVED B=VALID"}}},
    {"a start key without SEP stays if nobody can replace it", "D-113", "key:Az", {{"0", "Az Bz", "Az", "A=VALID"}}},
    {"a start key without SEP that did not sign replaces nobody", "D-113", "key:Az key:B", {
        {"0", "Az B C", "B", "A=VALID B=VALID C=ADDPEND"}}},
    {"a removed start key without SEP lets nobody in", "D-113", "key:Az", {
        {"0", "Az B", "Az", "A=REMOVED B=VALID"},
        {"1", "Az B C", "Az B", "A=REMOVED B=VALID C=ADDPEND"}}},
    {"a key with SEP that is shown without it lets nobody in", "D-42, D-113", "key:A key:B", {
        {"0", "A Bz C", "A Bz", "A=VALID B=VALID C=ADDPEND"}}},
    {"keys without ZONE or of another protocol are no anchors", "D-113", "key:A", {{"0", "A Bn Cp", "A", "A=VALID"}}},
    {"keys without SEP are no anchors", "D-113", "key:A", {{"0", "A Bz", "A", "A=VALID"}}},
    {"only keys of supported sizes", "D-113", "key:A", {{"0", "A T", "A", "A=VALID"}}},

    {"no reply changes no state", "D-117", "key:A key:B", {
        {"0", "A B", "A", "A=VALID B=VALID"},
        {"1", "-", "", "A=VALID B=VALID"},
        {"200", "-", "", "A=VALID B=VALID"}}},
    {"a stripped set changes no state", "D-117", "key:A key:B", {{"0", "A", "", "A=VALID B=VALID"}}},
    {"a stranger's set changes no state", "D-117", "key:A", {{"0", "B C", "B", "A=VALID"}}},
    {"an expired set changes no state", "D-117", "key:A key:B", {
        {"0", "A", "A", "A=VALID B=VALID", kTwoDays, -60}}},

    {"algorithm roll", "D-119", "key:A", {
        {"0", "A E", "A", "A=VALID E=ADDPEND"},
        {"30", "A E", "A E", "A=VALID E=VALID"},
        {"40", "A! E", "A! E", "A=REVOKED E=VALID"},
        {"80", "E", "E", "A=REMOVED E=VALID"}}},
    {"algorithm roll to one that is not supported", "D-119", "key:A", {
        {"0", "A S", "A S", "A=VALID"},
        {"40", "A! S", "A! S", "A=REVOKED"}}},

    {"a year of absence, the key still signs", "D-120", "key:A", {
        {"0", "A B", "A", "A=VALID B=ADDPEND"},
        {"400", "A B", "A", "A=VALID B=VALID"}}},
    {"a year of absence, the root rolled", "D-120", "key:A", {
        {"0", "A", "A", "A=VALID"},
        {"400", "B C", "B", "A=VALID"}}},
    {"the clock runs back by a week", "D-120", "key:A", {
        {"10", "A B", "A", "A=VALID B=ADDPEND"},
        {"3", "A", "A", "A=VALID B=ADDPEND"},
        {"40", "A B", "A", "A=VALID B=VALID"}}},
    {"the clock runs back by an hour", "D-120", "key:A", {
        {"10", "A B", "A", "A=VALID B=ADDPEND"},
        {"9.96", "A B", "A", "A=VALID B=ADDPEND"},
        {"40", "A B", "A", "A=VALID B=VALID"}}},
    {"the clock jumps over the hold down", "D-114, D-120", "key:A", {
        {"0", "A B", "A", "A=VALID B=ADDPEND"},
        {"5000", "A", "A", "A=VALID"},
        {"5001", "A B", "A", "A=VALID B=ADDPEND"}}},

    // X 19036, Y 20326, Z 38696
    {"the real root", "D-124", "ds:X", {
        {"2016-01-01", "X", "X", "X=VALID"},
        {"2017-07-11", "X Y", "X", "X=VALID Y=ADDPEND"},
        {"2017-08-09", "X Y", "X", "X=VALID Y=ADDPEND"},
        {"2017-08-10", "X Y", "X", "X=VALID Y=VALID"},
        {"2018-10-11", "X Y", "Y", "X=VALID Y=VALID"},
        {"2019-01-11", "X! Y", "X! Y", "X=REVOKED Y=VALID"},
        {"2019-03-21", "X! Y", "X! Y", "X=REVOKED Y=VALID"},
        {"2019-03-22", "Y", "Y", "X=REVOKED Y=VALID"},
        {"2019-04-20", "Y", "Y", "X=REMOVED Y=VALID"},
        {"2025-01-11", "Y Z", "Y", "X=REMOVED Y=VALID Z=ADDPEND"},
        {"2025-02-09", "Y Z", "Y", "X=REMOVED Y=VALID Z=ADDPEND"},
        {"2025-02-10", "Y Z", "Y", "X=REMOVED Y=VALID Z=VALID"},
        {"2026-10-11", "Y Z", "Z", "X=REMOVED Y=VALID Z=VALID"},
        {"2027-01-11", "Y! Z", "Y! Z", "X=REMOVED Y=REVOKED Z=VALID"},
        {"2027-04-11", "Z", "Z", "X=REMOVED Y=REMOVED Z=VALID"}}},
    {"the real root from today's embedded anchors", "D-121, D-124", "ds:Y ds:Z", {
        {"2026-11-25", "Y Z", "Z", "Y=VALID Z=VALID"},
        {"2027-01-11", "Y! Z", "Y! Z", "Y=REVOKED Z=VALID"},
        {"2027-03-11", "Z", "Z", "Y=REMOVED Z=VALID"}}},
    {"the real root from embedded anchors after the revocation", "D-121, D-124", "ds:Y ds:Z", {
        {"2027-01-20", "Y! Z", "Y! Z", "Y=REVOKED Z=VALID"}}},
    {"the real root from embedded anchors long after", "D-121, D-124", "ds:Y ds:Z", {
        {"2028-01-01", "Z", "Z", "Y=START Z=VALID"}}},
};
// clang-format on

std::string test_name(const testing::TestParamInfo<Timeline>& row) {
  std::string text = row.param.what;
  std::replace_if(
      text.begin(), text.end(), [](unsigned char c) { return !std::isalnum(c); }, '_');
  return text;
}
INSTANTIATE_TEST_SUITE_P(Rfc5011, Timelines, testing::ValuesIn(kTimelines), test_name);

const Timeline& timeline(std::string_view what) {
  return *std::find_if(std::begin(kTimelines), std::end(kTimelines), [&](const Timeline& t) { return t.what == what; });
}

bool any_contains(const std::vector<std::string>& texts, std::string_view part) {
  return std::any_of(texts.begin(), texts.end(),
                     [&](const std::string& t) { return t.find(part) != std::string::npos; });
}

TEST(TransitionTable, IsThePrintedOne) {  // RULES.md part G
  using enum KeyState;
  using enum KeyEvent;
  struct Cell {
    KeyState from;
    KeyEvent event;
    KeyState to;
  };
  const Cell cells[] = {
      {Start, Seen, AddPend},
      {Start, NotSeen, Start},
      {Start, SeenRevoked, Start},
      {AddPend, Seen, AddPend},
      {AddPend, NotSeen, Start},
      {AddPend, HoldDownOver, Valid},
      {AddPend, SeenRevoked, Start},
      {Valid, Seen, Valid},
      {Valid, NotSeen, Missing},
      {Valid, SeenRevoked, Revoked},
      {Missing, Seen, Valid},
      {Missing, NotSeen, Missing},
      {Missing, SeenRevoked, Revoked},
      {Revoked, Seen, Revoked},
      {Revoked, NotSeen, Revoked},
      {Revoked, HoldDownOver, Removed},
      {Revoked, SeenRevoked, Revoked},
      {Removed, Seen, Removed},
      {Removed, NotSeen, Removed},
      {Removed, HoldDownOver, Removed},
      {Removed, SeenRevoked, Removed},
      // cells that the table leaves out: nothing happens
      {Start, HoldDownOver, Start},
      {Valid, HoldDownOver, Valid},
      {Missing, HoldDownOver, Missing},
  };
  EXPECT_EQ(std::size(cells), 6U * 4U);
  for (const Cell& cell : cells) EXPECT_EQ(next_state(cell.from, cell.event), cell.to);
}

TEST(Texts, OfStatesAndSourcesGoBothWays) {
  for (const char* text : {"START", "ADDPEND", "VALID", "MISSING", "REVOKED", "REMOVED"})
    EXPECT_EQ(to_text(parse_key_state(text).value()), text);
  for (const char* text : {"embedded", "file", "rollover"}) EXPECT_EQ(to_text(parse_anchor_source(text).value()), text);
  EXPECT_FALSE(parse_key_state("valid"));
  EXPECT_FALSE(parse_anchor_source(""));
}

TEST(Trusted, AreValidMissingAndStartDs) {  // D-113
  AnchorState state = start_of({"", "", "ds:A key:B missing:C key:D key:E key:F key:X", {{"0", "", "", ""}}});
  state.keys[3].state = KeyState::AddPend;
  state.keys[4].state = KeyState::Revoked;
  state.keys[5].state = KeyState::Removed;
  state.keys[6].state = KeyState::Start;
  const auto anchors = trusted_anchors(state);
  ASSERT_EQ(anchors.size(), 3U);
  EXPECT_EQ(anchors[0].form, AnchorForm::Ds);
  EXPECT_EQ(anchors[1].rdata, key_of("B").dnskey_rdata());
  EXPECT_EQ(anchors[2].rdata, key_of("C").dnskey_rdata());
}

TEST(Revoked, KeysShowTheTagOfTheirRevokedForm) {  // D-116
  const RolloverStep step = play(timeline("RFC 5011 6 2 deleting a trust anchor"));
  EXPECT_EQ(step.state.keys[1].tag(), key_of("B!").tag());
  EXPECT_NE(step.state.keys[1].tag(), key_of("B").tag());
}

TEST(Revoked, AllOfThemIsALoudErrorNeverInsecure) {  // D-118
  const RolloverStep step = play(timeline("RFC 5011 6 6 trust point deletion"));
  EXPECT_TRUE(trusted_anchors(step.state).empty());
  EXPECT_TRUE(any_contains(step.notes, "anchors init --from"));
  Desk desk;
  const Grouped set({dnskey(key_of("A!"), ".")});
  const auto outcome = prove_by_anchors(name("."), trusted_anchors(step.state), &set.first(), desk.context);
  EXPECT_EQ(outcome.security, Security::Indeterminate);
  EXPECT_EQ(code(outcome.reason), "no-valid-anchor");
}

TEST(Ignored, KeysAreListedWithTheReason) {  // D-119
  Timeline t{"", "D-119", "key:A", {{"0", "A S T Bz", "A", "A=VALID"}}};
  const RolloverStep step = play(t);
  ASSERT_EQ(step.state.ignored.size(), 2U);
  std::string why = step.state.ignored[0].why + step.state.ignored[1].why;
  EXPECT_NE(why.find("algorithm 5 is not supported"), std::string::npos);
  EXPECT_NE(why.find("keys of 512 bits are not supported"), std::string::npos);
}

TEST(Ignored, WhenNothingElseIsLeftItIsSaid) {  // D-118, D-119
  const RolloverStep step = play(timeline("algorithm roll to one that is not supported"));
  EXPECT_TRUE(trusted_anchors(step.state).empty());
  EXPECT_TRUE(any_contains(step.notes, "algorithm 5 is not supported"));
}

TEST(HoldDown, NeedsTwoSightsWhateverTheTimer) {  // D-114
  AnchorState state = start_of({"", "", "key:A key:B", {{"0", "", "", ""}}});
  state.keys[1].state = KeyState::AddPend;
  state.keys[1].hold_down_until = kNow - kDay;
  RolloverClock clock;
  for (const auto& [day, expected] : {std::pair("0", "A=VALID B=ADDPEND"), {"1", "A=VALID B=VALID"}}) {
    clock.now = time_of(day);
    state = advance(state, see(state, {day, "A B", "A", ""}), clock).state;
    EXPECT_EQ(states_of(state), expected);
  }
}

TEST(Failure, TouchesOnlyTheTimes) {  // D-117
  Timeline t{"", "D-117", "key:A", {{"0", "A B", "A", "A=VALID B=ADDPEND"}}};
  const AnchorState before = play(t).state;
  RolloverClock clock;
  clock.now = kNow + 5 * kDay;
  AnchorState after = advance(before, see(before, {"5", "-", "", ""}), clock).state;
  EXPECT_EQ(after.last_failure, kNow + 5 * kDay);
  EXPECT_NE(after.next_probe, before.next_probe);
  after.last_failure = before.last_failure;
  after.next_probe = before.next_probe;
  EXPECT_EQ(after, before);
}

TEST(Absence, OfAYearIsExplained) {  // D-120
  const RolloverStep step = play(timeline("a year of absence, the root rolled"));
  EXPECT_TRUE(any_contains(step.notes, "anchors init --from"));
  EXPECT_FALSE(any_contains(play(timeline("a stranger's set changes no state")).notes, "anchors init"));
}

struct AbsenceRow {
  const char* what;
  const char *when, *keys, *signers;
  bool rolled;  ///< is said
  std::int64_t signed_for = 14 * kDay;
};

TEST(Absence, IsExplainedWhateverBecameOfTheOldKey) {  // D-120
  const AbsenceRow rows[] = {
      {"the old key is gone", "100", "B", "B", true},
      {"the old key is there and no longer signs", "100", "A B", "B", true},
      {"the old key is revoked by somebody else", "100", "A! B", "B", true},
      {"gone after a month only", "30", "A B", "B", false},
      {"no reply", "100", "-", "", false},
      {"the old key's signature has ended", "100", "A B", "A", false, -kDay},
      {"the old key still signs", "100", "A B", "A", false},
  };
  for (const AbsenceRow& row : rows) {
    const Timeline before{"", "", "key:A", {{"0", "A", "A", "A=VALID"}}};
    const AnchorState state = play(before).state;
    RolloverClock clock;
    clock.now = time_of(row.when);
    const RolloverStep step =
        advance(state, see(state, {row.when, row.keys, row.signers, "", kTwoDays, row.signed_for}), clock);
    EXPECT_EQ(any_contains(step.notes, "anchors init --from"), row.rolled) << row.what;
    EXPECT_EQ(any_contains(step.notes, "probably rolled"), row.rolled) << row.what;
  }
}

TEST(Clock, BackwardsChangesNothingAndIsSaid) {  // D-120
  Timeline t{"", "D-120", "key:A", {{"10", "A B", "A", "A=VALID B=ADDPEND"}}};
  const AnchorState before = play(t).state;
  RolloverClock clock;
  clock.now = kNow + 8 * kDay;
  const RolloverStep step = advance(before, see(before, {"8", "A", "A", ""}), clock);
  EXPECT_EQ(step.state, before);
  EXPECT_TRUE(step.changes.empty());
  EXPECT_TRUE(any_contains(step.notes, "the clock says"));
}

TEST(Clock, OfTheSystemBeforeTheBuildIsNotBelieved) {  // D-120
  const AnchorState before = start_of({"", "", "key:A", {{"0", "", "", ""}}});
  RolloverClock clock;
  clock.now = kNow;
  clock.build_date = kNow + 1;
  const Observation seen = see(before, {"0", "A B", "A", ""});
  EXPECT_EQ(advance(before, seen, clock).state, before);
  clock.source = ClockSource::Given;
  EXPECT_EQ(states_of(advance(before, seen, clock).state), "A=VALID B=ADDPEND");
}

struct ClockRow {
  const char* what;
  std::int64_t now, last_success, build_date;  ///< days from kNow
  ClockSource source;
  const char* said;  ///< part of the warning; "" = none
};

TEST(Clock, IsWarnedOfWithoutAQuestion) {  // D-120
  const ClockRow rows[] = {
      {"a clock that goes on", 0, -1, -30, ClockSource::System, ""},
      {"a day back", 0, 1, -30, ClockSource::System, ""},
      {"two days back", 0, 2, -30, ClockSource::System, "before their last refresh"},
      {"two days back by a given time", 0, 2, -30, ClockSource::Given, "before their last refresh"},
      {"before the build", 0, -9, 1, ClockSource::System, "before this program was built"},
      {"a given time before the build", 0, -9, 1, ClockSource::Given, ""},
  };
  for (const ClockRow& row : rows) {
    AnchorState state = start_of({"", "", "key:A", {{"0", "", "", ""}}});
    state.last_success = kNow + row.last_success * kDay;
    RolloverClock clock{kNow + row.now * kDay, row.source, kNow + row.build_date * kDay, 0};
    const std::string warning = clock_warning(state, clock);
    EXPECT_EQ(warning.empty(), std::string_view(row.said).empty()) << row.what;
    EXPECT_NE(warning.find(row.said), std::string::npos) << row.what;
  }
}

TEST(Changes, AreTold) {
  Timeline t{"", "", "key:A key:C", {{"0", "A B", "A", "A=VALID B=ADDPEND C=MISSING"}}};
  const RolloverStep step = play(t);
  const std::vector<KeyChange> expected = {{key_of("C").tag(), KeyState::Valid, KeyState::Missing},
                                           {key_of("B").tag(), KeyState::Start, KeyState::AddPend}};
  EXPECT_EQ(step.changes, expected);
}

struct IntervalRow {
  const char* what;
  std::uint32_t ttl;
  std::int64_t to_expiration, refresh, retry;
};

TEST(Intervals, OfRefreshAndRetry) {  // D-115
  constexpr std::int64_t kHour = 3600;
  const IntervalRow rows[] = {
      {"the root: TTL of two days", 2 * kDay, 14 * kDay, kDay, 17280},
      {"a signature that ends soon", 2 * kDay, kDay, 12 * kHour, 8640},
      {"a TTL of a month", 30 * kDay, 400 * kDay, 15 * kDay, kDay},
      {"a TTL of two months", 60 * kDay, 400 * kDay, 15 * kDay, kDay},
      {"a TTL of a minute", 60, 400 * kDay, kHour, kHour},
      {"an expired signature", 2 * kDay, -kDay, kHour, kHour},
      {"nothing known", 0, 0, kHour, kHour},
  };
  for (const IntervalRow& row : rows) {
    EXPECT_EQ(refresh_interval(row.ttl, std::chrono::seconds(row.to_expiration)).count(), row.refresh) << row.what;
    EXPECT_EQ(retry_interval(row.ttl, std::chrono::seconds(row.to_expiration)).count(), row.retry) << row.what;
  }
}

TEST(Intervals, AreSpreadOverTheLastTenth) {  // D-115
  const AnchorState before = start_of({"", "", "key:A", {{"0", "", "", ""}}});
  const Observation seen = see(before, {"0", "A", "A", ""});
  for (const auto& [permille, seconds] : {std::pair(0U, 77760), {500U, 82080}, {1000U, 86400}, {5000U, 86400}}) {
    RolloverClock clock;
    clock.now = kNow;
    clock.spread_permille = permille;
    EXPECT_EQ(advance(before, seen, clock).state.next_probe, kNow + seconds);
  }
}

struct ValidityRow {
  const char* what;
  std::string
      signatures;  ///< "A:14" by A, for 14 days; "A:14:3600" with that original TTL; "A~4" one that does not hold
  double days;     ///< to the expiration that counts
  std::uint32_t ttl = kTwoDays;
  std::uint32_t checks = 1;  ///< that are paid for
};

TEST(Intervals, GoByTheEarliestExpirationAndTheSmallestTtl) {  // D-115
  const AnchorState state = start_of({"", "", "key:A key:X ds:C sha1:D", {{"0", "", "", ""}}});
  const ValidityRow rows[] = {
      {"one signature", "A:14", 14},
      {"the dearer signature ends first", "A:14 X:1", 1, kTwoDays, 2},
      {"the cheaper signature ends first", "A:1 X:14", 1, kTwoDays, 2},
      {"two by one key", "A:14 A:3", 3, kTwoDays, 2},
      {"two alike by one key", "X:14 X:14", 14},
      {"one by the key of a DS", "A:14 C:5", 5, kTwoDays, 2},
      {"a smaller TTL in the signature that ends last", "A:2 X:14:3600", 2, 3600, 2},
      {"a key that is not trusted", "A:14 B:1", 14},
      {"a SHA-1 DS beside a better one", "A:14 D:1", 14},
      {"a signature that has ended", "A:14 X:-1", 14},
      {"a signature that does not hold", "X:14 A~1", 14, kTwoDays, 2},
      {"seven dearer ones that do not hold", "X:14 A~1 A~2 A~3 A~4 A~5 A~6 A~7", 14, kTwoDays, 8},
      {"seven cheaper ones that do not hold, and no room for more", "A:14 X~1 X~2 X~3 X~4 X~5 X~6 X~7", 14, kTwoDays,
       9},
  };
  for (const ValidityRow& row : rows) {
    Records set;
    for (const char* word : {"A", "B", "C", "D", "X"}) {
      set.push_back(dnskey(key_of(word), "."));
      set.back().ttl = kTwoDays;
    }
    Records all = set;
    for (const std::string& word : words(row.signatures)) {
      std::istringstream in(word.substr(2));
      double days = 0;
      support::SignatureFields fields;
      in >> days;
      fields.expiration = kNow + static_cast<std::int64_t>(days * kDay);
      if (std::uint32_t ttl = 0; in.ignore() && in >> ttl) fields.original_ttl = ttl;
      all.push_back(sign(set, name("."), key_of(word), fields));
      if (word[1] == '~') all.back().rdata.back() ^= 1;
    }
    const Grouped grouped(all);
    Desk desk;
    const Observation seen = observe(state, &grouped.first(), desk.context);
    EXPECT_TRUE(seen.verified) << row.what;
    EXPECT_EQ(seen.expiration, kNow + static_cast<std::int64_t>(row.days * kDay)) << row.what;
    EXPECT_EQ(seen.original_ttl, row.ttl) << row.what;
    EXPECT_EQ(desk.budget.checks(), row.checks) << row.what;
  }
}

TEST(Intervals, DecideWhetherARunAsks) {  // D-115
  AnchorState state;
  EXPECT_TRUE(is_due(state, kNow));
  state.next_probe = kNow + 1;
  EXPECT_FALSE(is_due(state, kNow));
  EXPECT_TRUE(is_due(state, kNow + 1));
  state.next_probe = kNow + 15 * kDay;
  EXPECT_FALSE(is_due(state, kNow)) << "the longest interval that there is";
  EXPECT_TRUE(is_due(state, kNow - 1)) << "no clock that was right can have written that";
}

TEST(Warnings, OfStalenessAndHoldDown) {
  Timeline t{"", "", "key:A", {{"0", "A B", "A", "A=VALID B=ADDPEND"}}};
  AnchorState state = play(t).state;
  EXPECT_TRUE(any_contains(anchor_warnings(state, kNow), "hold-down"));
  EXPECT_FALSE(any_contains(anchor_warnings(state, kNow + 10 * kDay), "refreshed"));
  EXPECT_TRUE(any_contains(anchor_warnings(state, kNow + 10 * kDay + 1), "10 days ago"));
  state.keys.pop_back();
  EXPECT_TRUE(anchor_warnings(state, kNow).empty());
  state.last_success.reset();
  EXPECT_TRUE(any_contains(anchor_warnings(state, kNow), "never refreshed"));
  state.keys.clear();
  EXPECT_TRUE(any_contains(anchor_warnings(state, kNow), "no trusted key"));
}

TEST(Outlook, SaysWhatHappensNext) {
  Timeline t{"", "", "key:A", {{"0", "A B", "A", "A=VALID B=ADDPEND"}}};
  const AnchorState state = play(t).state;
  const Crypto crypto{Policy{}};
  EXPECT_EQ(outlook(state, 1, kNow + kDay, crypto),
            "29 days of hold-down left; may become VALID from 2026-11-13T20:26:40Z");
  EXPECT_EQ(outlook(state, 1, kNow + 31 * kDay, crypto), "becomes VALID when it is seen again in a verified set");
}

// D-39, D-121: of no use beside a better digest, of use beside one that is not supported.
TEST(Outlook, OfASha1Ds) {
  const Crypto crypto{Policy{}};
  const auto told = [&](const char* start) {
    const AnchorState state = start_of({"", "", start, {{"0", "", "", ""}}});
    std::vector<bool> is_trusted;
    for (std::size_t i = 0; i < state.keys.size(); ++i)
      is_trusted.push_back(outlook(state, i, kNow, crypto).starts_with("trusted by its DS"));
    return is_trusted;
  };
  EXPECT_EQ(told("sha1:A"), std::vector<bool>{true});
  EXPECT_EQ(told("sha1:A ds:B"), (std::vector<bool>{false, true}));
  EXPECT_EQ(told("sha1:A odd:B").front(), true);
  const AnchorState both = start_of({"", "", "sha1:A ds:A", {{"0", "", "", ""}}});
  EXPECT_EQ(
      outlook(both, 0, kNow, crypto),
      "not used: a DS with a better digest than SHA-1 stands beside it (RFC 4509); goes with the next verified set");
}

TEST(Bounds, OfKeysInAState) {  // D-122
  AnchorState state = start_of({"", "", "key:A", {{"0", "", "", ""}}});
  Observation seen = see(state, {"0", "A", "A", ""});
  for (int i = 0; i < 200; ++i) {
    ObservedKey key;
    key.rdata = key_of("B").dnskey_rdata();
    key.rdata.back() = static_cast<std::uint8_t>(i);
    seen.keys.push_back(key);
  }
  RolloverClock clock;
  clock.now = kNow;
  const RolloverStep step = advance(state, seen, clock);
  EXPECT_EQ(step.state.keys.size(), kMaxAnchorKeys);
  EXPECT_TRUE(any_contains(step.notes, "more keys"));
}

TEST(Bounds, OfKeysThatEnterAtOnceAndOfIgnoredOnes) {  // D-113, D-122
  const AnchorState state = start_of({"", "", "key:Az", {{"0", "", "", ""}}});
  for (const bool usable : {true, false}) {
    Observation seen = see(state, {"0", "Az B", "Az", ""});
    for (int i = 0; i < 200; ++i) {
      ObservedKey key;
      key.rdata = key_of("C").dnskey_rdata();
      key.rdata.back() = static_cast<std::uint8_t>(i);
      if (!usable) key.unusable = "it cannot be parsed";
      seen.keys.push_back(key);
    }
    RolloverClock clock;
    clock.now = kNow;
    const RolloverStep step = advance(state, seen, clock);
    EXPECT_LE(step.state.keys.size(), kMaxAnchorKeys);
    EXPECT_EQ(step.state.ignored.size(), usable ? 0U : kMaxAnchorKeys);
  }
}

TEST(Bounds, OfAnchorsAtTheStart) {  // D-122
  const TrustAnchor anchor{name("."), AnchorForm::Dnskey, key_of("A").dnskey_rdata()};
  const std::vector<TrustAnchor> many(kMaxAnchorKeys + 1, anchor);
  EXPECT_EQ(initial_state(name("."), many, AnchorSource::File, kNow).keys.size(), kMaxAnchorKeys);
}

TEST(Adopting, NeedsADsThatFitsWhole) {  // D-40, D-121
  AnchorState state = start_of({"", "", "key:B ds:A", {{"0", "", "", ""}}});
  const auto ds = state.keys[1].rdata;
  for (const std::size_t spoilt : {ds.size(), std::size_t{0}, std::size_t{1}, std::size_t{2}, ds.size() - 1}) {
    state.keys[1].rdata = ds;
    if (spoilt < ds.size()) state.keys[1].rdata[spoilt] ^= 1;
    RolloverClock clock;
    clock.now = kNow;
    const AnchorState after = advance(state, see(state, {"0", "A B", "B", ""}), clock).state;
    const auto key = std::find_if(after.keys.begin(), after.keys.end(), [](const AnchorKey& each) {
      return each.form == AnchorForm::Dnskey && letter_of(each) == 'A';
    });
    ASSERT_NE(key, after.keys.end());
    EXPECT_EQ(to_text(key->state), spoilt == ds.size() ? "VALID" : "ADDPEND") << "octet " << spoilt;
  }
}

TEST(Removed, IsForEverAlsoForADsOrAStartKeyWithoutSep) {  // D-113, D-121
  for (const auto& [start, keys, signers, expected] :
       {std::tuple("key:A key:B ds:B", "A B", "A", "A=VALID B=REMOVED"),
        std::tuple("key:Az key:B", "Az B C", "Az", "A=REMOVED B=REMOVED C=VALID")}) {
    AnchorState state = start_of({"", "", start, {{"0", "", "", ""}}});
    state.keys[1].state = KeyState::Removed;
    RolloverClock clock;
    clock.now = kNow;
    EXPECT_EQ(states_of(advance(state, see(state, {"0", keys, signers, ""}), clock).state), expected) << start;
  }
}

TEST(Forgetting, NeedsAnotherThatIsValid) {  // D-117
  const AnchorState before = start_of({"", "", "missing:A", {{"0", "", "", ""}}});
  Observation seen = see(before, {"0", "A", "A", ""});
  ASSERT_TRUE(seen.verified);
  seen.keys.clear();
  RolloverClock clock;
  clock.now = kNow + 400 * kDay;
  EXPECT_EQ(states_of(advance(before, seen, clock).state), "A=MISSING");
}

TEST(Asking, IsAQuestionAsAnyOther) {  // D-123: CD set, no key-tag signalling (EDNS option 14), no sentinel label
  const wire::QueryPacket packet({name("."), wire::RrType::Dnskey}, 1);
  const std::vector<std::uint8_t> expected = {0,  1, 0x01, 0x10, 0, 1,  0,    0,    0, 0, 0,    1, 0, 0,
                                              48, 0, 1,    0,    0, 41, 0x04, 0xD0, 0, 0, 0x80, 0, 0, 0};
  EXPECT_TRUE(std::ranges::equal(packet.octets(), expected));
}

TEST(Observe, NeverFollowsAFailedSetWithoutSelfSignedRevocation) {  // D-113, D-116
  const AnchorState state = start_of({"", "", "key:A key:B", {{"0", "", "", ""}}});
  const Observation seen = see(state, {"0", "A B! C", "C", ""});
  EXPECT_FALSE(seen.verified);
  for (const ObservedKey& key : seen.keys) EXPECT_FALSE(key.signed_revocation);
}

TEST(Observe, PaysNothingForStrangersThatRevokeThemselves) {  // D-105, D-116
  const AnchorState state = start_of({"", "", "key:A", {{"0", "", "", ""}}});
  const auto checks_of = [&](const std::vector<std::string>& keys) {
    Records set;
    for (const std::string& word : keys) set.push_back(dnskey(key_of(word), "."));
    Records all = set;
    for (const std::string& word : keys) all.push_back(sign(set, name("."), key_of(word)));
    const Grouped grouped(all);
    Desk desk;
    EXPECT_TRUE(observe(state, &grouped.first(), desk.context).verified);
    return desk.budget.checks();
  };
  EXPECT_EQ(checks_of({"A", "B!", "C!", "D!"}), checks_of({"A", "B", "C", "D"}));
}

TEST(Observe, LooksIntoNoSetThatIsTooLargeOrMalformed) {  // D-8, D-103
  const AnchorState state = start_of({"", "", "key:A", {{"0", "", "", ""}}});
  Records set{dnskey(key_of("A"), ".")};
  while (set.size() < Policy{}.max_keys) {
    set.push_back(set.front());
    set.back().rdata.back() = static_cast<std::uint8_t>(set.size());
    set.back().rdata[10] ^= 1;
  }
  const auto keys_seen = [&](bool malformed) {
    const Grouped grouped(set);
    wire::Rrset rrset = grouped.first();
    rrset.malformed = malformed;
    Desk desk;
    return observe(state, &rrset, desk.context).keys.size();
  };
  EXPECT_EQ(keys_seen(false), Policy{}.max_keys);
  EXPECT_EQ(keys_seen(true), 0U);
  set.push_back(dnskey(key_of("B"), "."));
  EXPECT_EQ(keys_seen(false), 0U);
}

}  // namespace
}  // namespace danesweep::dnssec
