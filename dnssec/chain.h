// SPDX-License-Identifier: Apache-2.0
// From trust anchor to zone, as a stub behind a forwarder must find it (RFC 4035 section 5, RFC 6840 section 4; rules
// D-44 to D-61, D-107 to D-109). Signer names are hints for what to ask; DS answers are the proof. Two ways lead to a
// zone: up from a signer (`zone`), and down label by label for what is unsigned (`locate`). Each cut is judged once.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "dnssec/answers.h"
#include "dnssec/denial.h"
#include "dnssec/finding.h"
#include "dnssec/lookup.h"
#include "dnssec/response_view.h"

namespace danesweep::dnssec {

/// What is known about a name as a zone, or about the zone that a name lies in.
struct ZoneState {
  Finding finding;                       ///< SECURE: `keys` is set, or the name is no zone
  std::shared_ptr<const ZoneKeys> keys;  ///< proven keys; null if not SECURE or no zone
  bool is_zone = true;                   ///< false: proven to be no zone cut (D-47)
  wire::DomainName cut;                  ///< INSECURE: the name where security ends
  std::vector<ChainLink> links;          ///< of the insecure proof or the fault

  bool is_secure() const { return keys != nullptr; }
  bool is_insecure() const { return finding.security == Security::Insecure; }
};

/// Which zone may hold something at a name that may be a zone cut (D-74).
enum class Side : std::uint8_t {
  Any,     ///< the zone that the name lies in
  Parent,  ///< the zone above: DS, an NSEC without the SOA bit, as it stands at a delegation (RFC 4035 section 2.3)
  Apex,    ///< the zone of that name alone: an NSEC with the SOA bit
};
Side side_of(wire::RrType type);

class Chain {
 public:
  explicit Chain(Lookup& lookup) : lookup_(lookup) {}

  /// The anchor that governs a name; on the parent's side the one strictly above (D-44). Nothing: outside all anchors
  /// (D-45).
  std::optional<wire::DomainName> governing_anchor(const wire::DomainName& name, Side side) const;

  /// Keys of a zone that somebody signed for (D-46). Under an anchor. Null: not known yet.
  const ZoneState* zone(const wire::DomainName& name);

  /// The deepest zone that holds `name`, found without signatures (D-48), or where security ends above it. `soa_owner`:
  /// what an unsigned answer names as its zone, or null (D-57). Under an anchor. Null: not known yet.
  const ZoneState* locate(const wire::DomainName& name, const wire::DomainName* soa_owner);

  /// May `zone` say that security ends at `name`? SECURE, or why not: a name between the two is a zone of its own, or
  /// does not exist (D-50). Nothing: step again.
  std::optional<Finding> say_of(const wire::DomainName& zone, const wire::DomainName& name);

  /// True if what is cached already says where `name` lies, so that its DS need not be asked along (D-60).
  bool is_location_known(const wire::DomainName& name);

  /// Zones from the anchor down to `keys`, as far as they are still known: their links, and the smallest TTL (D-14).
  struct Path {
    std::vector<ChainLink> links;
    std::uint32_t ttl = kUnlimitedTtl;
  };
  Path path_to(const ZoneKeys& keys) const;
  /// Keys of a zone that this look-up or one before it has proven; null if there are none.
  std::shared_ptr<const ZoneKeys> known_keys(const wire::DomainName& zone) const;

 private:
  enum class Cut : std::uint8_t { Secure, None, NoName, Insecure, Failed };
  /// What the DS question at a name came to (D-49 to D-56).
  struct CutState {
    Cut cut = Cut::Failed;
    Finding finding;
    const VerifiedRrset* ds = nullptr;       ///< Secure: the usable DS set
    std::shared_ptr<const ZoneKeys> parent;  ///< the zone that proves it
    std::shared_ptr<const InsecureCut> insecure;
    std::vector<ChainLink> links;
    ResolverId resolver = kNoResolver;
  };
  template <class State>
  struct Known {
    wire::DomainName name;
    Answers<State> answers;
    std::optional<State> state;
  };
  /// The way down to a name: the deepest zone proven so far, and how many labels of the name hold no deeper cut.
  struct Descent {
    ZoneState deepest;
    std::size_t labels = 0;
    bool is_over = false;  ///< `deepest` is the end, be it reached or that security ends there
  };
  using ZoneMemo = Known<ZoneState>;
  using CutMemo = Known<CutState>;

  ZoneMemo& zone_memo(const wire::DomainName& name);
  const CutState* cut_at(const wire::DomainName& name);

  // chain.cc: zones and the walk
  std::optional<ZoneState> find_zone(ZoneMemo& memo);
  std::optional<ZoneState> cached_zone(const wire::DomainName& name);
  std::optional<ZoneState> cached_fault(const wire::DomainName& name);
  std::optional<ZoneState> prove_anchored_zone(ZoneMemo& memo);
  std::optional<ZoneState> prove_keys(ZoneMemo& memo, const CutState& cut);
  std::optional<ZoneState> judge_keys(const Exchange& exchange, const CutState* cut);
  std::optional<ZoneState> judge_key_set(const ResponseView& view, const wire::DomainName& name, const CutState* cut);
  ZoneState accept(const KeySetOutcome& outcome, const ResponseView& view, const CutState* cut);
  std::optional<ZoneState> walk(const wire::DomainName& name, const wire::DomainName* soa_owner);
  std::optional<Descent> begin_descent(const wire::DomainName& name, const wire::DomainName& anchor);
  bool take_hint(Descent& descent, const wire::DomainName& name, const wire::DomainName* soa_owner);
  bool descend(Descent& descent, const wire::DomainName& name);
  bool enter(Descent& descent, const CutState& cut, const wire::DomainName& child);
  std::optional<ZoneState> covered_by_span(const ZoneKeys& zone, const wire::DomainName& child);
  ZoneState insecure_from(const CutState& cut) const;
  ZoneState insecure_from(const std::shared_ptr<const InsecureCut>& cut) const;
  std::shared_ptr<const InsecureCut> remember_cut(const wire::DomainName& name, const wire::DomainName& zone,
                                                  const Finding& finding, std::vector<ChainLink> links);
  void remember_fault(const wire::DomainName& name, const Finding& finding, const std::vector<ChainLink>& links);

  // chain_cuts.cc: the DS question at one name
  using JudgeByParent = std::function<std::optional<CutState>(const std::shared_ptr<const ZoneKeys>& parent)>;
  std::optional<CutState> find_cut(CutMemo& memo);
  std::optional<CutState> judge_by_parents(const std::vector<wire::DomainName>& signers, const wire::DomainName& name,
                                           const JudgeByParent& judge);
  std::optional<CutState> judge_ds(const ResponseView& view, const wire::DomainName& name);
  std::optional<CutState> judge_ds_answer(const ResponseView& view, const wire::DomainName& name);
  std::optional<CutState> judge_ds_rrset(const ResponseView& view, const wire::Rrset& ds);
  std::optional<CutState> judge_cname(const ResponseView& view, const wire::Rrset& cname);
  std::optional<CutState> judge_no_ds(const ResponseView& view, const wire::DomainName& name);
  std::optional<CutState> judge_unproven(const ResponseView& view, const wire::DomainName& name, Finding failure,
                                         Reason otherwise, std::string alias = {});
  ReasonFacts delegation_facts(const wire::DomainName& name, const wire::DomainName& parent) const;
  CutState accept_ds(const ResponseView& view, const VerifiedRrset& ds, std::shared_ptr<const ZoneKeys> parent);
  std::optional<CutState> accept_denial(const ResponseView& view, const wire::DomainName& name,
                                        const DenialResult& denial, const std::shared_ptr<const ZoneKeys>& parent);
  CutState insecure_cut(const ResponseView& view, const wire::DomainName& name, std::shared_ptr<const ZoneKeys> parent,
                        const Finding& finding, const VerifiedRrset* proof);
  CutState failed_cut(const ResponseView& view, const wire::DomainName& name, Finding finding) const;
  static CutState from_zone(const ZoneState& zone);
  std::vector<wire::DomainName> parent_candidates(std::vector<wire::DomainName> signers,
                                                  const wire::DomainName& name) const;

  Lookup& lookup_;
  std::vector<std::unique_ptr<ZoneMemo>> zones_;
  std::vector<std::unique_ptr<CutMemo>> cuts_;
  std::vector<std::unique_ptr<ZoneMemo>> locations_;
};

}  // namespace danesweep::dnssec
