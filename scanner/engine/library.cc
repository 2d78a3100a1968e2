// SPDX-License-Identifier: Apache-2.0
#include "scanner/engine/library.h"

#include <ares.h>
#include <fmt/format.h>
#include <tbb/version.h>
#include <uv.h>

#include <csignal>
#include <mutex>

#include "scanner/engine/sweep.h"

namespace danesweep::scanner {

void initialise_libraries() {
  static std::once_flag once;
  std::call_once(once, [] {
    ares_library_init(ARES_LIB_INIT_ALL);
    std::signal(SIGPIPE, SIG_IGN);  // a peer that hangs up is no reason to die
  });
}

std::string engine_library_versions() {
  return fmt::format("c-ares {}, libuv {}, oneTBB {}.{}", ares_version(nullptr), uv_version_string(), TBB_VERSION_MAJOR,
                     TBB_VERSION_MINOR);
}

}  // namespace danesweep::scanner
