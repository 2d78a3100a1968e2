// SPDX-License-Identifier: Apache-2.0
#include "scanner/anchor_store.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdlib>
#include <system_error>
#include <thread>

#include <fmt/format.h>

namespace danesweep::scanner {
namespace {

namespace fs = std::filesystem;
using Fault = AnchorStore::Fault;
using Error = AnchorStore::Error;

constexpr std::size_t kMaxFileOctets = std::size_t{1} << 20U;

tl::unexpected<Error> error(Fault fault, std::string text) { return tl::unexpected(Error{fault, std::move(text)}); }

std::string reason_of(int number) { return std::generic_category().message(number); }

/// An open file, closed on every way out.
class File {
 public:
  File(const fs::path& path, int flags) : descriptor_(::open(path.c_str(), flags | O_CLOEXEC, 0644)) {}
  ~File() {
    if (descriptor_ >= 0) ::close(descriptor_);
  }
  File(const File&) = delete;
  File& operator=(const File&) = delete;
  File(File&&) = delete;
  File& operator=(File&&) = delete;
  bool is_open() const { return descriptor_ >= 0; }
  int descriptor() const { return descriptor_; }
  int release() { return std::exchange(descriptor_, -1); }

 private:
  int descriptor_;
};

bool write_all(int descriptor, std::string_view text) {
  while (!text.empty()) {
    const ssize_t written = ::write(descriptor, text.data(), text.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return false;
    text.remove_prefix(static_cast<std::size_t>(written));
  }
  return true;
}

/// 0, or the error's number: then the file at `path` is what it was.
int replace_file(const fs::path& path, std::string_view text) {
  fs::path temporary = path;
  temporary += ".tmp";
  {
    const File file(temporary, O_WRONLY | O_CREAT | O_TRUNC);
    if (!file.is_open()) return errno;
    if (!write_all(file.descriptor(), text) || ::fsync(file.descriptor()) != 0) {
      const int number = errno;
      ::unlink(temporary.c_str());
      return number;
    }
  }
  if (::rename(temporary.c_str(), path.c_str()) != 0) return errno;
  const File folder(path.parent_path(), O_RDONLY | O_DIRECTORY);  // the rename itself must survive a power cut
  return folder.is_open() && ::fsync(folder.descriptor()) == 0 ? 0 : errno;
}

struct Content {
  std::string text;
  int error = 0;
};

Content read_file(const fs::path& path) {
  Content content;
  const File file(path, O_RDONLY);
  if (!file.is_open()) return {{}, errno};
  std::array<char, 4096> block{};
  for (;;) {
    const ssize_t count = ::read(file.descriptor(), block.data(), block.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return {{}, errno};
    if (count == 0) return content;
    content.text.append(block.data(), static_cast<std::size_t>(count));
    if (content.text.size() > kMaxFileOctets) return content;  // parse_anchor_state says "too large"
  }
}

}  // namespace

AnchorStore::Lock::~Lock() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

tl::expected<dnssec::AnchorState, Error> AnchorStore::load() const {
  const Content content = read_file(file());
  if (content.error == ENOENT) return error(Fault::Absent, fmt::format("{} is not there yet", file().native()));
  if (content.error != 0)
    return error(Fault::Unreadable, fmt::format("{} cannot be read: {}", file().native(), reason_of(content.error)));
  auto state = parse_anchor_state(content.text);
  if (state) return std::move(*state);
  const auto& fault = state.error();
  const std::string place = fault.line == 0 ? std::string() : fmt::format(", line {}", fault.line);
  return error(
      Fault::Damaged,
      fmt::format("the trust anchor state {}{} is damaged: {}. It was left as it is; copy {} over it, or begin "
                  "anew with `danesweep anchors init --force`",
                  file().native(), place, fault.text, backup().native()));
}

tl::expected<AnchorStore::Lock, Error> AnchorStore::lock(std::chrono::milliseconds patience) const {
  std::error_code ignored;  // what matters is whether the lock file can be opened
  fs::create_directories(folder_, ignored);
  File file(lock_file(), O_RDWR | O_CREAT);
  if (!file.is_open())
    return error(Fault::Unwritable, fmt::format("{} cannot be opened: {}", lock_file().native(), reason_of(errno)));
  constexpr std::chrono::milliseconds kPause{20};
  for (auto waited = std::chrono::milliseconds(0);; waited += kPause) {
    if (::flock(file.descriptor(), LOCK_EX | LOCK_NB) == 0) return Lock(file.release());
    if (errno != EWOULDBLOCK && errno != EINTR)
      return error(Fault::Unwritable, fmt::format("{} cannot be locked: {}", lock_file().native(), reason_of(errno)));
    if (waited >= patience)
      return error(Fault::Locked,
                   fmt::format("another process is updating {}: try again when it is done", this->file().native()));
    std::this_thread::sleep_for(kPause);
  }
}

tl::expected<void, Error> AnchorStore::save(const dnssec::AnchorState& state, const Lock&) const {
  const auto refuse = [](const fs::path& path, int number) {
    return error(Fault::Unwritable, fmt::format("{} cannot be written: {}", path.native(), reason_of(number)));
  };
  const std::string text = anchor_state_to_text(state);
  if (!parse_anchor_state(text))
    return error(Fault::Unwritable,
                 fmt::format("{} was not written: the keys are too large to be read back", file().native()));
  const Content old = read_file(file());
  if (old.error == 0)
    if (const int number = replace_file(backup(), old.text)) return refuse(backup(), number);
  if (const int number = replace_file(file(), text)) return refuse(file(), number);
  return {};
}

std::filesystem::path default_state_folder() {
  if (::geteuid() == 0) return "/var/lib/danesweep";
  const char* state_home = std::getenv("XDG_STATE_HOME");
  if (state_home && *state_home) return fs::path(state_home) / "danesweep";
  const char* home = std::getenv("HOME");
  return fs::path(home && *home ? home : "/") / ".local/state/danesweep";
}

}  // namespace danesweep::scanner
