// SPDX-License-Identifier: Apache-2.0
#include "output/file_lock.h"

#include <sys/file.h>

#include <cerrno>

#include <fmt/format.h>

namespace danesweep::output {

tl::expected<void, std::string> lock_for_writing(int descriptor, const std::string& path) {
  if (::flock(descriptor, LOCK_EX | LOCK_NB) == 0 || errno != EWOULDBLOCK) return {};
  return tl::unexpected(fmt::format("{}: another danesweep is writing it; wait for its end", path));
}

}  // namespace danesweep::output
