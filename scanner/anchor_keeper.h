// SPDX-License-Identifier: Apache-2.0
// Long scans: the trust anchors' state is refreshed whenever it is due (D-115), on a thread of its own. The scan itself
// goes on with the keys that it began with and that the results' header names; only when none is left must it end
// (D-118).
#pragma once

#include <functional>
#include <string>
#include <thread>

#include "scanner/managed_anchors.h"

namespace danesweep::scanner {

class AnchorKeeper {
 public:
  /// Called from the keeper's thread.
  struct Hooks {
    std::function<void(const std::string&)> note, warn;
    std::function<void(const std::string&)> lost;  ///< no trusted key is left; called once
  };
  /// Asks first at `ask_at`.
  AnchorKeeper(AnchorStore store, DnsSettings dns, dnssec::UnixTime ask_at, Hooks hooks);

 private:
  void run(const std::stop_token& stop);
  /// When to ask again; nothing once no key is left.
  std::optional<dnssec::UnixTime> refresh(dnssec::UnixTime now);

  AnchorStore store_;
  DnsSettings dns_;
  dnssec::UnixTime ask_at_;
  Hooks hooks_;
  std::jthread thread_;  ///< goes first: it uses all of the above
};

}  // namespace danesweep::scanner
