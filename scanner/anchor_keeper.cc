// SPDX-License-Identifier: Apache-2.0
#include "scanner/anchor_keeper.h"

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <mutex>

#include "scanner/preparation.h"

namespace danesweep::scanner {
namespace {

constexpr std::chrono::seconds kLook{1};         // by the wall clock, which may jump
constexpr dnssec::UnixTime kAtMostEvery = 3600;  // also if the state cannot be written

}  // namespace

AnchorKeeper::AnchorKeeper(AnchorStore store, DnsSettings dns, dnssec::UnixTime ask_at, Hooks hooks)
    : store_(std::move(store)),
      dns_(std::move(dns)),
      ask_at_(ask_at),
      hooks_(std::move(hooks)),
      thread_([this](const std::stop_token& stop) { run(stop); }) {}

void AnchorKeeper::run(const std::stop_token& stop) {
  std::mutex mutex;
  std::condition_variable_any stopped;
  std::unique_lock lock(mutex);
  while (!stopped.wait_for(lock, stop, kLook, [&] { return stop.stop_requested(); })) {
    const dnssec::UnixTime now = wall_clock();
    if (now < ask_at_) continue;
    const auto next = refresh(now);
    if (!next) return;
    ask_at_ = *next;
  }
}

std::optional<dnssec::UnixTime> AnchorKeeper::refresh(dnssec::UnixTime now) {
  const auto use = anchors_for_validation(store_, dns_, now, Refreshing::WhenDue);
  if (!use) {  // damaged or unreadable since the scan began
    hooks_.warn(use.error().text);
    return now + kAtMostEvery;
  }
  for (const std::string& note : use->notes) hooks_.note(note);
  for (const std::string& warning : use->warnings) hooks_.warn(warning);
  if (!use->lost.empty()) {
    hooks_.lost(use->lost);
    return std::nullopt;
  }
  return std::max(now + kAtMostEvery, dnssec::due_at(use->state, now));
}

}  // namespace danesweep::scanner
