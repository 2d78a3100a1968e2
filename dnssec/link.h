// SPDX-License-Identifier: Apache-2.0
// One link of an answer: what a response says about one name, judged in that name's own zone (RFC 4035 section 5; rules
// D-17, D-44, D-47, D-54, D-63 to D-75, D-94). Data, an alias that leads on, or a denial.
#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "dnssec/chain.h"
#include "dnssec/denial.h"
#include "dnssec/finding.h"
#include "dnssec/lookup.h"
#include "dnssec/response_view.h"

namespace danesweep::dnssec {

struct LinkResult {
  Finding finding;
  Answer answer = Answer::None;
  std::optional<wire::DomainName> target;          ///< of an alias; nothing: the end of the chain
  std::optional<wire::DomainName> supplied_cname;  ///< data that a DNAME makes and the message left out (D-69)
  std::vector<const wire::Rrset*> data;            ///< RRsets of Answer::Data, in the message of the view
  std::shared_ptr<const ZoneKeys> vouches;         ///< the zone whose keys proved it; null if none did
  std::vector<ChainLink> links;                    ///< of this link alone, and of the cut or fault that decided
  bool is_incomplete = false;                      ///< the message says nothing about this name: ask for it (D-67)
  std::optional<wire::Rcode> rcode;                ///< when it is not that of the message (D-71)
};

class LinkJudge {
 public:
  /// `question`: the name of this link and the type of the look-up.
  LinkJudge(Lookup& lookup, Chain& chain, const ResponseView& view, wire::Question question, Position position)
      : lookup_(lookup), chain_(chain), view_(view), question_(std::move(question)), position_(position) {}

  /// Nothing: step again.
  std::optional<LinkResult> run();

 private:
  /// What an RRset came to, with what is needed to go on from it.
  struct RrsetResult {
    Finding finding;
    const VerifiedRrset* verified = nullptr;
    std::shared_ptr<const ZoneKeys> zone;
    std::vector<ChainLink> links;
  };
  /// Failures of the signatures tried so far, and what else was seen of signers.
  struct Attempts {
    std::optional<Finding> failure;
    std::optional<wire::DomainName> failed_signer;  ///< whose signature over a positive answer failed
    std::vector<ChainLink> links;
    std::optional<wire::DomainName> above_anchor, stranger;  ///< signers that have no say, the deepest of each

    void consider(const Finding& finding, std::optional<wire::DomainName> signer);
  };
  enum class WildcardProof : std::uint8_t { Needed, NotNeeded };

  std::optional<LinkResult> judge_data(std::vector<const wire::Rrset*> rrsets);
  std::optional<LinkResult> judge_cname(const wire::Rrset& cname);
  std::optional<LinkResult> judge_dname(const wire::Rrset& dname, const wire::Rrset* cname);
  std::optional<LinkResult> judge_negative();
  std::optional<LinkResult> judge_signed_denial(Attempts& attempts);
  std::optional<DenialResult> judge_denial_by(const ZoneKeys& keys);
  std::optional<LinkResult> judge_denied_anchor();
  void name_unsigned_record(ReasonFacts& facts) const;
  Reason missing_denial_reason(const Attempts& attempts) const;
  LinkResult to_denial(RrsetResult judged, Answer answer) const;
  std::optional<LinkResult> judge_yxdomain() const;
  LinkResult follow_dname(const RrsetResult& judged, const wire::Rrset& dname, const wire::Rrset* cname) const;
  LinkResult refuse_dname(LinkResult link, Security security, Reason reason) const;
  LinkResult judge_unsignable() const;

  std::optional<RrsetResult> judge_rrset(const wire::Rrset& rrset, WildcardProof wildcard_proof);
  std::optional<RrsetResult> judge_signatures(const wire::Rrset& rrset, WildcardProof wildcard_proof,
                                              Attempts& attempts);
  std::optional<RrsetResult> judge_signature(const wire::Rrset& rrset, WildcardProof wildcard_proof,
                                             const ZoneState& zone, Attempts& attempts);
  std::optional<RrsetResult> judge_unsigned(const wire::Question& judged, Side side, const Attempts& attempts,
                                            Reason otherwise);
  ReasonFacts unproven_facts(const wire::DomainName& name, wire::RrType type, const ZoneState& zone,
                             const Attempts& attempts, Reason reason) const;
  std::optional<Finding> say_uncomputed(const ZoneKeys& keys, const wire::Question& judged, Side side);
  static bool is_excused_by(const ZoneState& zone, const Finding& failure);
  RrsetResult judge_failed(const Finding& failure, const wire::DomainName& signer, const ZoneState& zone,
                           ReasonFacts facts) const;
  std::optional<RrsetResult> accept(const wire::Rrset& rrset, const VerifiedRrset& verified, const ZoneState& zone,
                                    WildcardProof wildcard_proof);
  std::optional<RrsetResult> cut_shown_here(const wire::DomainName& name);
  std::vector<wire::DomainName> candidates(std::vector<wire::DomainName> signers, const wire::DomainName& name,
                                           Side side, Attempts& attempts) const;
  Reason unsigned_reason(const wire::Rrset& rrset, const Attempts& attempts) const;
  RrsetResult from_zone(const ZoneState& zone) const;
  LinkResult to_link(Step step, RrsetResult judged, const wire::DomainName& name, wire::RrType type) const;
  Answer claimed_denial() const;
  std::uint32_t unproven_negative_ttl() const;

  Lookup& lookup_;
  Chain& chain_;
  const ResponseView& view_;
  wire::Question question_;
  Position position_;
};

}  // namespace danesweep::dnssec
