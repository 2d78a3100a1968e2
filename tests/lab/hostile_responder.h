// SPDX-License-Identifier: Apache-2.0
// A resolver on loopback that behaves as one row of hostile_behaviours.cc says, in front of a small world of its own:
// good. (signed, NSEC) with host, big (an answer for TCP), a child zone, and broken.good., whose signatures are wrong.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "tests/lab/hostile_behaviours.h"

namespace danesweep::lab {

class HostileResponder {
 public:
  /// `behaviour` must outlive this. `now`: around which the signatures hold.
  HostileResponder(const HostileBehaviour& behaviour, std::uint32_t now);
  ~HostileResponder();
  HostileResponder(const HostileResponder&) = delete;
  HostileResponder& operator=(const HostileResponder&) = delete;

  std::uint16_t port() const;
  std::string anchor() const;  ///< DS lines of the root
  void run();                  ///< until `stop`
  void stop();                 ///< from any thread

 private:
  class Loop;
  std::unique_ptr<Loop> loop_;
};

}  // namespace danesweep::lab
