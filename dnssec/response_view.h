// SPDX-License-Identifier: Apache-2.0
// One response, grouped once and scrubbed: it offers only what a look-up may use (rule D-17) and nothing else of the
// message is ever judged or cached. Answer section: RRsets by owner and type. Authority section: SOA, NSEC, NSEC3.
#pragma once

#include <vector>

#include "dnssec/verdict.h"
#include "dnssec/wire/message.h"
#include "dnssec/wire/rrset.h"

namespace danesweep::dnssec {

class ResponseView {
 public:
  ResponseView(wire::MessagePtr message, ResolverId resolver);
  ResponseView(const ResponseView&) = delete;
  ResponseView& operator=(const ResponseView&) = delete;
  ResponseView(ResponseView&&) = delete;
  ResponseView& operator=(ResponseView&&) = delete;
  ~ResponseView() = default;

  const wire::Message& message() const { return *message_; }
  wire::Rcode rcode() const { return message_->rcode(); }
  ResolverId resolver() const { return resolver_; }
  /// An owner name that cannot be decoded: the message counts as malformed (D-8).
  bool is_malformed() const { return grouped_.undecodable; }

  /// RRset of the answer section; null if there is none.
  const wire::Rrset* answer(const wire::DomainName& owner, wire::RrType type) const;
  /// All RRsets of the answer section at `owner` (for type ANY).
  std::vector<const wire::Rrset*> answers_at(const wire::DomainName& owner) const;
  /// The DNAME of the answer section that lies closest above `name` (D-69, D-70); null if there is none.
  const wire::Rrset* dname_above(const wire::DomainName& name) const;
  /// SOA, NSEC and NSEC3 RRsets of the authority section; for type ANY those of the answer section too (D-73).
  const std::vector<const wire::Rrset*>& denials() const { return denials_; }
  /// Owner of the SOA closest above or at `name`; null if there is none (a hint, D-57).
  const wire::DomainName* soa_owner_above(const wire::DomainName& name) const;
  bool has_denial_records() const;
  /// An NSEC or NSEC3 came without any RRSIG.
  bool has_unsigned_denial() const;

  /// No OPT, or DO not echoed: signs of a resolver that does not know DNSSEC (D-59).
  bool lacks_dnssec_ok() const;

 private:
  wire::MessagePtr message_;
  ResolverId resolver_;
  wire::GroupedRrsets grouped_;
  std::vector<const wire::Rrset*> denials_;
};

/// Distinct signers of an RRset's signatures, deepest first (D-47). What cannot be parsed is left out.
std::vector<wire::DomainName> signers_of(const wire::Rrset& rrset);
bool is_signed_by(const wire::Rrset& rrset, const wire::DomainName& signer);

}  // namespace danesweep::dnssec
