// SPDX-License-Identifier: Apache-2.0
#include "scanner/engine/provider.h"

#include <libpsl.h>

#include <algorithm>

namespace danesweep::scanner {

PublicSuffixes::PublicSuffixes() : list_(psl_latest(nullptr)) {}
PublicSuffixes::~PublicSuffixes() { psl_free(list_); }

std::string PublicSuffixes::provider(const std::string& host, const IpAddress& address) const {
  const char* const registered = list_ != nullptr ? psl_registrable_domain(list_, host.c_str()) : nullptr;
  return registered != nullptr ? std::string(registered) : address.network();
}

namespace {

bool is_turned_away(const tls::Capture& capture) {
  using enum tls::Outcome;
  switch (capture.outcome) {
    case ConnectRefused:
    case ConnectTimeout:
    case GreetingTempfail:
    case GreetingRefused:
      return true;
    case SmtpClosed:
      return !capture.greeted;
    default:
      return false;
  }
}

}  // namespace

void Backoff::note(const ProbeKey& key, const tls::Capture& capture, Instant now) {
  if (capture.greeted) {
    in_a_row_ = pauses_ = 0;
    turned_away_.clear();
    return;
  }
  if (!is_turned_away(capture)) return;
  ++in_a_row_;
  if (turned_away_.size() < 2) turned_away_.insert(key);
  if (in_a_row_ < kInARow || turned_away_.size() < 2 || is_paused(now)) return;
  if (pauses_ == kMostPauses) {
    given_up_ = true;
    return;
  }
  paused_until_ = now + std::min(kFirstPause * (1U << pauses_), kLongestPause);
  ++pauses_;
  in_a_row_ = kInARow - 1;  // the first one after the pause tells whether to pause again
}

}  // namespace danesweep::scanner
