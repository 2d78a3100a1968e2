// SPDX-License-Identifier: Apache-2.0
// The trust anchors' state on disk (rules D-121, D-122): a text of one line per key with a checksum, replaced as a
// whole by rename, the old one kept as `.bak`, one writer at a time by `.lock`. A state that is damaged is refused and
// kept, never silently replaced. What the state means is dnssec/rollover's.
#pragma once

#include <chrono>
#include <filesystem>
#include <string>
#include <string_view>

#include <tl/expected.hpp>

#include "dnssec/rollover.h"

namespace danesweep::scanner {

/// The text of the state file, checksum and all.
std::string anchor_state_to_text(const dnssec::AnchorState& state);

struct AnchorStateError {
  std::size_t line = 0;  ///< 0: the file as a whole
  std::string text;      ///< what is wrong
};
tl::expected<dnssec::AnchorState, AnchorStateError> parse_anchor_state(std::string_view text);

class AnchorStore {
 public:
  enum class Fault : std::uint8_t {
    Absent,      ///< no state yet: begin with the embedded anchors
    Damaged,     ///< refused and kept: exit code 3
    Unreadable,  ///< exit code 3
    Locked,      ///< another process is at it
    Unwritable,  ///< folder or file cannot be written, or the disk is full: a scan goes on with a warning
  };
  struct Error {
    Fault fault{};
    std::string text;  ///< one sentence: which file, what is wrong, what to do
  };

  /// Held while the state is read, advanced and written; given back by the destructor, and by the kernel if the process
  /// dies.
  class Lock {
   public:
    explicit Lock(int descriptor) : descriptor_(descriptor) {}
    Lock(Lock&& other) noexcept : descriptor_(std::exchange(other.descriptor_, -1)) {}
    Lock& operator=(Lock&&) = delete;
    Lock(const Lock&) = delete;
    Lock& operator=(const Lock&) = delete;
    ~Lock();

   private:
    int descriptor_;
  };

  explicit AnchorStore(std::filesystem::path folder) : folder_(std::move(folder)) {}

  tl::expected<dnssec::AnchorState, Error> load() const;
  /// Makes the folder if need be. Read the state again after it: another process may have written meanwhile.
  tl::expected<Lock, Error> lock(std::chrono::milliseconds patience = {}) const;
  /// Whole or not at all. What stood there before becomes `.bak`, damaged or not: whoever must not replace a damaged
  /// state loads it first.
  tl::expected<void, Error> save(const dnssec::AnchorState& state, const Lock& held) const;

  std::filesystem::path file() const { return folder_ / "root-anchors"; }
  std::filesystem::path backup() const { return folder_ / "root-anchors.bak"; }
  std::filesystem::path lock_file() const { return folder_ / "root-anchors.lock"; }

 private:
  std::filesystem::path folder_;
};

/// `/var/lib/danesweep` for root, else `$XDG_STATE_HOME/danesweep`, else `~/.local/state/danesweep`.
std::filesystem::path default_state_folder();

}  // namespace danesweep::scanner
