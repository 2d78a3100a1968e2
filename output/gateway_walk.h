// SPDX-License-Identifier: Apache-2.0
// The order in which the gateway meets a domain's hosts and addresses (E-20, E-42, E-43, E-46): what the transcript and
// the debug log both follow, and where the walk ends.
#pragma once

#include <vector>

#include "output/gateway_text.h"
#include "output/result.h"

namespace danesweep::output {

/// How far a connection came, for the transcript.
enum class Stage : std::uint8_t {
  NotMade,      ///< left out on purpose
  Connect,      ///< no greeting: E-36's second form
  Tls,          ///< greeting, no TLS: E-39's second form
  Certificate,  ///< TLS, no match: E-40's second form
  Success,
};

struct Visit {
  const Address* address = nullptr;
  const Probe* probe = nullptr;  ///< nothing when E-8 says that no connection is made
};

struct HostVisit {
  const Host* host = nullptr;
  std::vector<Visit> visits;  ///< addresses that are reached
};

/// Hosts and addresses that the walk reaches. Precondition: the hosts decide the domain.
std::vector<HostVisit> gateway_walk(const Result& result, MultiMx multi_mx);

Stage stage_of(const Probe& probe);

/// The address ended in row M-1.
bool is_delivered(const Result& result, const Host& host, const Visit& visit);

}  // namespace danesweep::output
