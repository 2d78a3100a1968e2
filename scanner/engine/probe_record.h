// SPDX-License-Identifier: Apache-2.0
// What one pooled connection brought, for all who share it (T-51, T-67), and its match against one host's TLSA set and
// reference names. Nothing on the wire depends on either: the chain is captured once and matched as often as need be.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "output/result.h"
#include "scanner/engine/socket_address.h"
#include "tls/dane_match.h"
#include "tls/probe.h"

namespace danesweep::scanner {

inline constexpr std::size_t kMaxStoredTlsa = 64;  ///< TLSA records shown of a host and of a probe (T-28)

/// One connection of the scan: everything that the peer can see.
struct ProbeKey {
  IpAddress address;
  std::uint16_t port = 25;
  std::string base;
  tls::KeyOffer offer{};
  friend bool operator==(const ProbeKey&, const ProbeKey&) = default;
  friend auto operator<=>(const ProbeKey&, const ProbeKey&) = default;  // NOLINT(modernize-use-nullptr): its 0
};

/// One try, made by a worker.
struct Dialled {
  tls::Capture capture;
  std::string source_address;
};

/// Immutable but for what is remembered of matches, and how the chain is kept; thread-safe.
class ProbeRecord {
 public:
  /// A connection that was never made.
  ProbeRecord(const ProbeKey& key, tls::Outcome why);
  ProbeRecord(const ProbeKey& key, Dialled last, std::vector<output::Try> earlier);

  const tls::Capture& capture() const { return last_.capture; }

  /// The facts for one host. `now`: wall clock (T-55). Matching is done once for each (TLSA set, reference names).
  output::Probe matched(tls::TlsContext& context, const tls::TlsaSet& set, const tls::ReferenceNames& names,
                        std::int64_t now) const;

  /// Keeps the chain as octets from now on and forgets the matches: 1.3 KB instead of 15 (two P-256 certificates), and
  /// 0.1 ms for a later match (T-67).
  void fold() const;

 private:
  using MatchPtr = std::shared_ptr<const tls::MatchResult>;
  static constexpr std::size_t kMostMatches = 4096;

  MatchPtr match(tls::TlsContext& context, const tls::TlsaSet& set, const tls::ReferenceNames& names,
                 std::int64_t now) const;
  tls::ChainPtr chain(tls::TlsContext& context) const;
  std::vector<tls::CertificateRecord> description(tls::TlsContext& context) const;

  ProbeKey key_;
  Dialled last_;
  std::vector<output::Try> earlier_;
  mutable std::mutex mutex_;
  mutable tls::ChainPtr chain_;                            ///< null if there is none, or if it is folded
  mutable std::vector<std::vector<std::uint8_t>> folded_;  ///< DER of each certificate
  mutable std::vector<tls::CertificateRecord> described_;
  mutable std::map<std::string, MatchPtr> matches_;
};

using ProbeRecordPtr = std::shared_ptr<const ProbeRecord>;

}  // namespace danesweep::scanner
