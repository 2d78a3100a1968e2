// SPDX-License-Identifier: Apache-2.0
// What all parts of one look-up share: the environment, the questions, the budget, and the memory of signature checks
// and NSEC3 hashes that are done (each is done once per look-up: D-100). Parts are written as if everything were there;
// what is not there yet is an empty optional or a null pointer, and the part runs again after the next response.
#pragma once

#include <array>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "dnssec/budget.h"
#include "dnssec/exchanges.h"
#include "dnssec/key_table.h"
#include "dnssec/signature.h"
#include "dnssec/validation.h"
#include "dnssec/zone_keys.h"

namespace danesweep::dnssec {

/// A signature check of one RRset that was carried out.
struct Checked {
  const wire::Rrset* rrset = nullptr;
  wire::DomainName zone;
  tl::expected<VerifiedRrset, SignatureFailure> result;

  /// The failure as a finding; the judged name and type filled in if the check left them out.
  Finding failure() const;
};

using Nsec3Hash = std::array<std::uint8_t, 20>;
struct Nsec3Parameters {
  wire::Bytes salt;
  std::uint16_t iterations = 0;
};

class Lookup {
 public:
  Lookup(wire::Question question, UnixTime now, const Environment& environment, Detail detail);
  Lookup(const Lookup&) = delete;
  Lookup& operator=(const Lookup&) = delete;
  Lookup(Lookup&&) = delete;
  Lookup& operator=(Lookup&&) = delete;
  ~Lookup() = default;

  const wire::Question& question() const { return question_; }
  UnixTime now() const { return now_; }
  const Policy& policy() const { return *environment_.policy; }
  const TrustAnchors& anchors() const { return *environment_.anchors; }
  Caches& caches() { return *environment_.caches; }
  Crypto& crypto() { return *environment_.crypto; }
  Detail detail() const { return detail_; }
  WorkBudget& budget() { return budget_; }
  Exchanges& exchanges() { return exchanges_; }
  SignatureContext& context() { return context_; }

  /// Checks an RRset of `view` with the keys of a zone, or remembers the check. Null: the slice of work is spent, step
  /// again (D-112).
  const Checked* verify(const ResponseView& view, const wire::Rrset& rrset, const ZoneKeys& keys,
                        SignedRole role = SignedRole::Ordinary);
  /// The checks that follow are those of one message (D-99); again for the same one means nothing.
  void begin_message(const ResponseView& view);
  /// True if there is no more work to be done in this step; `stopped()` then says so to the driver.
  bool must_stop();
  bool stopped() const { return stopped_; }
  /// A check paused: no more work in this step.
  void pause() { stopped_ = true; }
  void begin_step();

  /// Hash of a name, each computed once; nothing when the budget is spent.
  std::optional<Nsec3Hash> nsec3_hash(const wire::DomainName& name, const Nsec3Parameters& parameters);

  /// Health marks: one resolver's message was BOGUS for `reason` where another's held or had more to check (D-59,
  /// D-126).
  void mark(ResolverId resolver, Reason reason);
  void mark_stripping(std::span<const ResolverId> resolvers);
  std::vector<ResolverId> take_stripping() { return std::move(stripping_); }
  std::vector<ResolverId> take_spoiling() { return std::move(spoiling_); }

  /// Facts that name what is judged.
  ReasonFacts facts(const wire::DomainName& name, std::optional<wire::RrType> type = std::nullopt) const;
  /// `zone`: the one whose records cost it, if that is known.
  Finding work_limit(const wire::DomainName& name, std::optional<wire::DomainName> zone = std::nullopt) const;
  /// Seconds from now, 0 if past.
  std::uint32_t seconds_until(UnixTime time) const;

  /// A line for `--trace`; costs nothing unless it is wanted.
  bool is_traced() const { return detail_ == Detail::Trace; }
  void trace(std::string line);
  std::vector<std::string> take_trace() { return std::move(trace_); }
  /// The keys seen, for the trace; null unless it is wanted.
  KeyTable* key_table() { return is_traced() ? &key_table_ : nullptr; }

 private:
  tl::expected<VerifiedRrset, SignatureFailure> verify_key_set(const wire::Rrset& rrset, const ZoneKeys& keys);

  struct Hashed {
    wire::DomainName name;
    std::vector<std::uint8_t> salt;
    std::uint16_t iterations = 0;
    Nsec3Hash hash{};
  };

  wire::Question question_;
  UnixTime now_;
  Environment environment_;
  Detail detail_;
  WorkBudget budget_;
  Exchanges exchanges_;
  std::vector<std::string> trace_;
  std::vector<ResolverId> stripping_, spoiling_;  ///< each resolver once
  KeyTable key_table_;
  CheckSet failed_;
  SignatureContext context_;
  std::vector<std::unique_ptr<Checked>> checked_;  ///< bounded by the RRsets of the messages
  std::vector<Hashed> hashed_;                     ///< bounded by Policy::max_sha1_blocks
  const ResponseView* last_checked_view_ = nullptr;
  bool stopped_ = false;
};

}  // namespace danesweep::dnssec
