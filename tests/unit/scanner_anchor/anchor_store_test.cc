// SPDX-License-Identifier: Apache-2.0
#include "scanner/anchor_store.h"

#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <fstream>
#include <random>
#include <sstream>
#include <thread>

#include "dnssec/crypto.h"
#include "dnssec/wire/encodings.h"
#include "tests/support/signed_zone.h"

namespace danesweep::scanner {
namespace {

namespace fs = std::filesystem;
using dnssec::AnchorKey;
using dnssec::AnchorState;
using dnssec::KeyState;
using Fault = AnchorStore::Fault;
using support::kNow;
using support::SigningKey;

AnchorState sample() {
  AnchorState state =
      dnssec::initial_state(wire::DomainName(), std::vector<dnssec::TrustAnchor>(dnssec::embedded_root_anchors()),
                            dnssec::AnchorSource::Embedded, kNow);
  AnchorKey key;
  key.rdata = SigningKey(8, support::kRsa4096, 257).dnskey_rdata();
  key.state = KeyState::AddPend;
  key.since = kNow - 5;
  key.last_seen = kNow;
  key.hold_down_until = kNow + 30 * support::kDay;
  key.sights = 3;
  state.keys.push_back(key);
  state.ignored.push_back({12345, 253, "algorithm 253 is not supported"});
  state.last_success = kNow;
  state.next_probe = kNow + 3600;
  state.original_ttl = 172800;
  state.signature_expiration = kNow + 14 * support::kDay;
  return state;
}

class Folder : public testing::Test {
 protected:
  Folder() {
    std::string pattern = (fs::temp_directory_path() / "danesweep-anchors-XXXXXX").string();
    path_ = ::mkdtemp(pattern.data());
  }
  ~Folder() override { fs::remove_all(path_); }

  std::string read(const fs::path& path) const {
    std::ifstream in(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
  }
  void write(const fs::path& path, std::string_view text) const {
    std::ofstream(path, std::ios::binary).write(text.data(), static_cast<std::streamsize>(text.size()));
  }
  AnchorStore store() const { return AnchorStore(path_ / "state"); }
  void save(const AnchorState& state) const {
    const auto lock = store().lock();
    ASSERT_TRUE(lock);
    ASSERT_TRUE(store().save(state, *lock));
  }

  fs::path path_;
};

using StateText = Folder;
using Store = Folder;

TEST_F(StateText, GoesBothWays) {  // D-122
  const AnchorState state = sample();
  const auto read_back = parse_anchor_state(anchor_state_to_text(state));
  ASSERT_TRUE(read_back) << read_back.error().text;
  EXPECT_EQ(*read_back, state);
  const auto empty = parse_anchor_state(anchor_state_to_text(AnchorState()));
  ASSERT_TRUE(empty);
  EXPECT_EQ(*empty, AnchorState());
}

TEST_F(StateText, IsReadableByPeople) {  // D-122
  const std::string text = anchor_state_to_text(sample());
  EXPECT_EQ(text.substr(0, 20), "danesweep-anchors 1\n");
  EXPECT_NE(text.find("state=START since=2026-10-14T20:26:40Z"), std::string::npos);
  EXPECT_NE(text.find("rdata=20326 8 2 "), std::string::npos);
}

std::string sealed(const std::string& body) {
  const auto* octets = reinterpret_cast<const std::uint8_t*>(body.data());
  return body + "sha256 " + wire::to_hex(dnssec::sha256_of({octets, body.size()})) + "\n";
}

const std::string kPoint = "point last_success=- last_failure=- next_probe=- original_ttl=0 signature_expiration=-\n";
const std::string kStart = "danesweep-anchors 1\nzone .\n" + kPoint;
const std::string kDs =
    "key form=ds state=START since=2026-01-01T00:00:00Z last_seen=- hold_down_until=- sights=0 "
    "source=embedded rdata=20326 8 2 00FF\n";

std::string with(std::string line, const std::string& from, const std::string& to) {
  return line.replace(line.find(from), from.size(), to);
}

struct Row {
  const char* what;
  std::string text;
  std::size_t line;  ///< that is complained of; 0 = the whole
};

TEST_F(StateText, ThatIsWrongIsRefused) {  // D-122
  ASSERT_TRUE(parse_anchor_state(sealed(kStart + kDs)));
  const Row rows[] = {
      {"empty", "", 0},
      {"binary", std::string("\0\1\2\xFF", 4), 1},
      {"another version", sealed("danesweep-anchors 2\n"), 1},
      {"no checksum", kStart + kDs, 0},
      {"a checksum of something else", kStart + kDs + "sha256 " + std::string(64, '0') + "\n", 0},
      {"text behind the checksum", sealed(kStart) + "\n", 0},
      {"an unknown word", sealed(kStart + "keys 3\n"), 4},
      {"a key without a field", sealed(kStart + with(kDs, "sights=0 ", "")), 4},
      {"a field twice", sealed(kStart + with(kDs, "sights=0 ", "sights=0 sights=0 ")), 4},
      {"an unknown state", sealed(kStart + with(kDs, "START", "TRUSTED")), 4},
      {"a DS that is valid", sealed(kStart + with(kDs, "START", "VALID")), 4},
      {"a date that is none", sealed(kStart + with(kDs, "2026-01-01", "2026-13-01")), 4},
      {"a negative count", sealed(kStart + with(kDs, "sights=0", "sights=-1")), 4},
      {"a count out of range", sealed(kStart + with(kDs, "sights=0", "sights=4294967296")), 4},
      {"RDATA that is none", sealed(kStart + with(kDs, "20326 8 2 00FF", "20326 8")), 4},
      {"an over-long line", sealed(kStart + "# " + std::string(5000, 'x') + "\n"), 4},
      {"a pending key without its hold-down",
       sealed(kStart +
              "key form=dnskey state=ADDPEND since=2026-01-01T00:00:00Z last_seen=- hold_down_until=- sights=1 "
              "source=rollover rdata=257 3 13 AAAA\n"),
       4},
      {"a point without a field", sealed("danesweep-anchors 1\npoint last_success=-\n"), 2},
      {"too many keys",
       [] {
         std::string body = kStart;
         for (int i = 0; i < 65; ++i) body += kDs;
         return sealed(body);
       }(),
       68},
      {"too large", std::string(600 * 1024, '#'), 0},
  };
  for (const Row& row : rows) {
    const auto state = parse_anchor_state(row.text);
    ASSERT_FALSE(state) << row.what;
    EXPECT_EQ(state.error().line, row.line) << row.what << ": " << state.error().text;
    EXPECT_FALSE(state.error().text.empty());
  }
}

TEST_F(StateText, CutAnywhereOrWithAnyOctetChangedIsRefused) {  // D-122
  const std::string text = anchor_state_to_text(sample());
  for (std::size_t size = 0; size < text.size(); ++size) EXPECT_FALSE(parse_anchor_state(text.substr(0, size)));
  for (std::size_t at = 0; at < text.size(); ++at) {
    std::string changed = text;
    changed[at] = static_cast<char>(changed[at] ^ 1);
    EXPECT_FALSE(parse_anchor_state(changed)) << at;
  }
}

TEST_F(Store, AbsentIsNotDamaged) {  // D-121
  const auto state = store().load();
  ASSERT_FALSE(state);
  EXPECT_EQ(state.error().fault, Fault::Absent);
}

TEST_F(Store, SavesLoadsAndKeepsTheOldOne) {  // D-122
  AnchorState first = sample(), second = sample();
  second.keys.pop_back();
  save(first);
  EXPECT_FALSE(fs::exists(store().backup()));
  save(second);
  ASSERT_TRUE(store().load());
  EXPECT_EQ(*store().load(), second);
  EXPECT_EQ(*parse_anchor_state(read(store().backup())), first);
  EXPECT_FALSE(fs::exists(store().file().string() + ".tmp"));
}

TEST_F(Store, RefusesADamagedStateAndKeepsIt) {  // D-122
  save(sample());
  for (const std::string& content : {std::string(), std::string("\0\1", 2), read(store().file()).substr(0, 300)}) {
    write(store().file(), content);
    const auto state = store().load();
    ASSERT_FALSE(state);
    EXPECT_EQ(state.error().fault, Fault::Damaged);
    EXPECT_NE(state.error().text.find("root-anchors.bak"), std::string::npos);
    EXPECT_NE(state.error().text.find("anchors init --force"), std::string::npos);
    EXPECT_EQ(read(store().file()), content);
  }
}

TEST_F(Store, ADamagedStateThatIsReplacedBecomesTheBackup) {  // D-122
  save(sample());
  write(store().file(), "rubbish");
  save(sample());
  EXPECT_EQ(read(store().backup()), "rubbish");
  EXPECT_TRUE(store().load());
}

TEST_F(Store, LeftoversOfADeadProcessDoNotHarm) {  // D-122
  save(sample());
  write(store().file().string() + ".tmp", "half a st");
  write(store().backup().string() + ".tmp", "half a st");
  EXPECT_TRUE(store().load());
  save(sample());
  EXPECT_TRUE(store().load());
}

TEST_F(Store, HasOneWriterAtATime) {  // D-122
  {
    const auto held = store().lock();
    ASSERT_TRUE(held);
    const auto second = store().lock();
    ASSERT_FALSE(second);
    EXPECT_EQ(second.error().fault, Fault::Locked);
  }
  EXPECT_TRUE(store().lock());
}

TEST_F(Store, WaitsForTheLockIfAskedTo) {  // D-122
  auto held = std::make_unique<tl::expected<AnchorStore::Lock, AnchorStore::Error>>(store().lock());
  std::thread other([&] {
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
    held.reset();
  });
  EXPECT_TRUE(store().lock(std::chrono::seconds(10)));
  other.join();
}

TEST_F(Store, WithoutAFolderToWriteIntoSaysSo) {  // D-122
  write(path_ / "file", "");
  const AnchorStore nowhere(path_ / "file" / "state");
  const auto lock = nowhere.lock();
  ASSERT_FALSE(lock);
  EXPECT_EQ(lock.error().fault, Fault::Unwritable);
  EXPECT_NE(lock.error().text.find("root-anchors.lock"), std::string::npos);
}

TEST_F(Store, ThatCannotBeReadIsNotTakenForAbsent) {  // D-122
  fs::create_directories(store().file());
  const auto state = store().load();
  ASSERT_FALSE(state);
  EXPECT_EQ(state.error().fault, Fault::Unreadable);
}

/// A disk that takes no more than so many octets of a file.
class FullDisk {
 public:
  explicit FullDisk(rlim_t octets) {
    old_handler_ = std::signal(SIGXFSZ, SIG_IGN);
    ::getrlimit(RLIMIT_FSIZE, &old_);
    rlimit limit = old_;
    limit.rlim_cur = octets;
    ::setrlimit(RLIMIT_FSIZE, &limit);
  }
  ~FullDisk() {
    ::setrlimit(RLIMIT_FSIZE, &old_);
    std::signal(SIGXFSZ, old_handler_);
  }

 private:
  rlimit old_{};
  void (*old_handler_)(int);
};

TEST_F(Store, OnAFullDiskTheOldStateStays) {  // D-122
  AnchorState second = sample();
  second.keys.pop_back();
  save(sample());
  {
    const auto lock = store().lock();
    const FullDisk full(100);
    const auto saved = store().save(second, *lock);
    ASSERT_FALSE(saved);
    EXPECT_EQ(saved.error().fault, Fault::Unwritable);
  }
  ASSERT_TRUE(store().load());
  EXPECT_EQ(*store().load(), sample());
  EXPECT_FALSE(fs::exists(store().file().string() + ".tmp"));
  save(second);
  EXPECT_EQ(*store().load(), second);
}

TEST_F(Store, KeysThatCouldNotBeReadBackAreNotWritten) {  // D-122
  AnchorState state = sample();
  state.keys[2].rdata.resize(10000, 7);
  save(sample());
  const auto lock = store().lock();
  EXPECT_FALSE(store().save(state, *lock));
  EXPECT_TRUE(store().load());
}

/// Saves this state and that in turn until it is killed.
[[noreturn]] void save_for_ever(const AnchorStore& store, const AnchorState& a, const AnchorState& b) {
  for (;;) {
    for (const AnchorState* state : {&a, &b}) {
      auto lock = store.lock(std::chrono::seconds(1));
      if (lock && !store.save(*state, *lock)) std::_Exit(1);
    }
  }
}

TEST_F(Store, KilledAt200MomentsIsWholeOldOrNew) {  // D-122
  AnchorState a = sample(), b = sample();
  b.keys.pop_back();
  save(a);
  std::chrono::microseconds middle{1000};
  std::mt19937 random(5);
  bool has_b = false;
  int came_through = 0;
  for (int i = 0; i < 200; ++i) {
    const AnchorState& other = has_b ? a : b;
    const pid_t child = ::fork();
    if (child == 0) save_for_ever(store(), other, other);
    std::this_thread::sleep_for(middle * (random() % 1000) / 500);
    ::kill(child, SIGKILL);
    int status = 0;
    ::waitpid(child, &status, 0);
    ASSERT_TRUE(WIFSIGNALED(status)) << "the child gave up";
    const auto state = store().load();
    ASSERT_TRUE(state) << state.error().text;
    ASSERT_TRUE(*state == a || *state == b);
    const bool is_new = *state == other;
    middle = is_new ? middle * 9 / 10 : middle * 11 / 10;  // however fast the disk is now, half of them come through
    has_b = has_b != is_new;
    came_through += is_new ? 1 : 0;
  }
  EXPECT_GT(came_through, 0);
  EXPECT_LT(came_through, 200);
}

TEST_F(Store, TwoWritersAtOnceLeaveAWholeState) {  // D-122
  AnchorState a = sample(), b = sample();
  b.keys.pop_back();
  save(a);
  pid_t children[2];
  for (pid_t& child : children) {
    child = ::fork();
    if (child == 0) save_for_ever(store(), a, b);
  }
  for (int i = 0; i < 200; ++i) {
    const auto state = store().load();
    ASSERT_TRUE(state) << state.error().text;
    std::this_thread::sleep_for(std::chrono::microseconds(500));
  }
  for (const pid_t child : children) {
    ::kill(child, SIGKILL);
    int status = 0;
    ::waitpid(child, &status, 0);
    EXPECT_TRUE(WIFSIGNALED(status));
  }
  EXPECT_TRUE(store().lock());
}

TEST(DefaultFolder, FollowsTheUser) {  // D-121
  if (::geteuid() == 0) {
    EXPECT_EQ(default_state_folder(), "/var/lib/danesweep");
    return;
  }
  ::setenv("XDG_STATE_HOME", "/x", 1);
  EXPECT_EQ(default_state_folder(), "/x/danesweep");
  ::unsetenv("XDG_STATE_HOME");
  ::setenv("HOME", "/y", 1);
  EXPECT_EQ(default_state_folder(), "/y/.local/state/danesweep");
}

}  // namespace
}  // namespace danesweep::scanner
