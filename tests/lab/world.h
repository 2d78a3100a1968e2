// SPDX-License-Identifier: Apache-2.0
// The mini-internet: a seed number becomes zones, mail hosts and what is expected of each domain. Everything is made at
// once but signatures, NSEC3 hashes and leaf certificates, which come when first asked for.
#pragma once

#include <cstdint>
#include <map>
#include <regex>
#include <set>
#include <string>
#include <vector>

#include "tests/lab/certificates.h"
#include "tests/lab/expected.h"
#include "tests/lab/resolution.h"
#include "tests/lab/smtp_server.h"

namespace danesweep::lab {

struct WorldOptions {
  std::size_t domains = 1000;
  std::uint64_t seed = 1;
  std::uint16_t smtp_port = 25;
  std::uint32_t now = 0;     ///< seconds since 1970: signatures hold from a day before to 30 days behind it
  std::string kinds = ".*";  ///< regular expression over the kinds' ids
  /// Leave out the kinds that only a lying server can serve (for zone files).
  enum class Serving : std::uint8_t { Anything, ZoneFilesOnly } serving = Serving::Anything;
  std::string behaviour_of_ipv6 = "S-1";  ///< host kind at ::1
};

/// The top-level domains: by how they deny, and one that is not signed.
inline constexpr const char* kNsecTld = "nsec";
inline constexpr const char* kNsec3Tld = "nsec3";
inline constexpr const char* kOptOutTld = "optout";
inline constexpr const char* kPlainTld = "plain";

class World {
 public:
  explicit World(const WorldOptions& options);
  ~World() = default;
  World(const World&) = delete;
  World& operator=(const World&) = delete;
  World(World&&) = delete;
  World& operator=(World&&) = delete;

  const WorldOptions& options() const { return options_; }
  ZoneTable& zones() { return zones_; }
  Resolution& resolution() { return resolution_; }
  ChainMaker& chains() { return chains_; }
  KeyPool& keys() { return keys_; }
  Times times() const { return times_; }
  const std::vector<Expectation>& expectations() const { return expectations_; }
  const std::vector<Listener>& listeners() const { return listeners_; }
  std::string anchor();  ///< DS lines of the root

  /// An IPv4 address where a host of this kind answers: the kind's, or one of its own where the first connection
  /// counts.
  std::string address_of(const HostKind& kind);
  bool has_ipv6() const { return has_ipv6_; }

  /// A zone with keys of `algorithm`; an even `turn` gives KSK and ZSK, an odd one a single key.
  Zone& add_zone(const Name& apex, Denial denial, std::uint8_t algorithm, std::size_t turn);

 private:
  void make_top();
  void make_domains();
  void link_zones();

  WorldOptions options_;
  Times times_;
  ZoneTable zones_;
  Resolution resolution_;
  ChainMaker chains_;
  KeyPool keys_;
  std::vector<Expectation> expectations_;
  std::vector<Listener> listeners_;
  std::map<std::string_view, std::string> shared_addresses_;
  std::uint32_t own_addresses_ = 0;
  bool has_ipv6_ = false;
};

}  // namespace danesweep::lab
