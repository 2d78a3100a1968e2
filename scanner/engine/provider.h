// SPDX-License-Identifier: Apache-2.0
// Who runs a mail host, as far as politeness needs it: the registered domain of its name by the public suffix list,
// else the network of its address (T-68); and when such a provider is left alone for a while (T-69).
#pragma once

#include <memory>
#include <set>
#include <string>

#include "scanner/engine/clock.h"
#include "scanner/engine/probe_record.h"

struct psl_ctx_st;

namespace danesweep::scanner {

/// The public suffix list, read once. Thread-safe.
class PublicSuffixes {
 public:
  PublicSuffixes();
  ~PublicSuffixes();
  PublicSuffixes(const PublicSuffixes&) = delete;
  PublicSuffixes& operator=(const PublicSuffixes&) = delete;
  std::string provider(const std::string& host, const IpAddress& address) const;

 private:
  psl_ctx_st* list_;
};

/// T-69 for one provider, by the ends of its connections.
class Backoff {
 public:
  static constexpr unsigned kInARow = 3, kMostPauses = 5;
  static constexpr std::chrono::seconds kFirstPause{60}, kLongestPause{900};

  /// One try has ended. `key` tells probes apart: three tries of one host are no sign of being turned away.
  void note(const ProbeKey& key, const tls::Capture& capture, Instant now);
  bool is_paused(Instant now) const { return now < paused_until_; }
  Instant paused_until() const { return paused_until_; }
  /// The rest of the provider is given up.
  bool is_given_up() const { return given_up_; }

 private:
  unsigned in_a_row_ = 0, pauses_ = 0;
  std::set<ProbeKey> turned_away_;  ///< at most two are kept
  Instant paused_until_{};
  bool given_up_ = false;
};

}  // namespace danesweep::scanner
