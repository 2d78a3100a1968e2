// SPDX-License-Identifier: Apache-2.0
// The outcome of one validated look-up and the links of its proof (rules D-62, D-76, D-125; contract: `query --json`).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "dnssec/reason.h"
#include "dnssec/wire/name.h"
#include "dnssec/wire/types.h"

namespace danesweep::dnssec {

/// Seconds since 1970. The validator never asks a clock: it is handed the time.
using UnixTime = std::int64_t;
/// The scanner's number for a resolver; -1 = none.
using ResolverId = std::int32_t;
inline constexpr ResolverId kNoResolver = -1;

/// Security status. In the order of D-66: the weakest link of a chain is the smallest value.
enum class Security : std::uint8_t { Bogus, Indeterminate, Insecure, Secure };
/// What the answer says; None when nothing can be said.
enum class Answer : std::uint8_t { None, Data, NoData, NxDomain };

std::string_view to_text(Security security);  ///< "SECURE"
std::string_view to_text(Answer answer);      ///< "NXDOMAIN"

enum class Step : std::uint8_t { Anchor, Dnskey, Ds, Cut, Alias, Answer, Denial };
std::string_view to_text(Step step);  ///< "anchor"

/// One link, fine or broken.
struct ChainLink {
  Step step{};
  wire::DomainName zone;  ///< the zone that vouches
  wire::DomainName name;
  std::optional<wire::RrType> type;
  Security status{};
  Reason reason = Reason::None;
  std::optional<std::uint16_t> key_tag;
  std::optional<std::uint8_t> algorithm;
  std::optional<wire::DomainName> signer;
  std::optional<UnixTime> inception, expiration;
  std::optional<std::uint32_t> ttl;
  ResolverId resolver = kNoResolver;
};

struct AnswerRecord {
  wire::DomainName owner;
  std::uint32_t ttl = 0;
  std::vector<std::uint8_t> rdata;  ///< decompressed wire form
  wire::RrType type{};              ///< differs from the asked one for type ANY only
};

/// A trust anchor, DS or DNSKEY that a look-up saw (`--trace`).
struct KeyRow {
  wire::DomainName zone;  ///< that the key signs, or shall sign
  std::string record;     ///< "anchor", "DS", "DNSKEY"
  std::uint16_t tag = 0;
  std::uint8_t algorithm = 0;
  std::string content;  ///< digest, or flags and bits of the key
  std::string state;    ///< "names key 20326", "named by DS, signs the key set, signs org. DS", "revoked, not proven"
};

struct Verdict {
  Security security = Security::Indeterminate;
  Answer answer = Answer::None;
  wire::Rcode rcode = wire::Rcode::NoError;  ///< of the message that decided
  Reason reason = Reason::None;              ///< None exactly when SECURE
  ReasonFacts facts;
  std::uint32_t ttl = 0;              ///< seconds that this may be kept; 0 = not at all
  std::vector<AnswerRecord> records;  ///< RRset of the asked type at the end of the chain; empty when BOGUS
  std::vector<ChainLink> chain;       ///< in the order of proof
  wire::DomainName final_name;        ///< expanded name: the asked name when there is no alias
  std::uint32_t aliases = 0;          ///< CNAME and DNAME links followed
  Security first_link =
      Security::Indeterminate;        ///< status of the first alias link (T-15, T-24); without alias that of the answer
  std::vector<std::string> trace;     ///< lines for `--trace`, filled only when asked for
  std::vector<KeyRow> keys;           ///< for `--trace` likewise
  std::vector<ResolverId> stripping;  ///< resolvers found to leave out DNSSEC records (D-59)
  std::vector<ResolverId> spoiling;   ///< resolvers whose message failed where another's of the priority held (D-126)
};

}  // namespace danesweep::dnssec
