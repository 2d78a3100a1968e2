// SPDX-License-Identifier: Apache-2.0
#include "dnssec/stripping.h"

#include <algorithm>

namespace danesweep::dnssec {

using wire::RrType;

namespace {

/// A type that no zone cut has, so that its denial must come with a proof.
constexpr RrType kAbsentType = RrType::Rp;

bool is_about_denial(Reason reason) { return reason != Reason::RrsigsMissing && reason != Reason::DnskeyMissing; }

bool is_key_reply_stripped(const ResponseView& view, const wire::DomainName& anchor) {
  const wire::Rrset* keys = view.answer(anchor, RrType::Dnskey);
  return view.lacks_dnssec_ok() || (keys != nullptr && keys->signatures.empty());
}

bool is_denial_stripped(const ResponseView& view, const wire::DomainName& anchor) {
  return view.lacks_dnssec_ok() || (view.answer(anchor, kAbsentType) == nullptr && !view.has_denial_records());
}

using Test = bool (*)(const ResponseView&, const wire::DomainName&);

/// One test question, asked of two resolvers if there are two.
std::optional<Stripping> test(Lookup& lookup, const wire::Question& question, Test is_stripped) {
  Stripping result;
  const Exchange& first = lookup.exchanges().ask(question);
  if (first.is_waiting()) return std::nullopt;
  if (!first.is_answered() || !is_stripped(*first.view, question.name)) return result;
  result.resolvers.push_back(first.resolver);
  const Exchange& second = lookup.exchanges().ask(question, {first.resolver});
  if (second.is_waiting()) return std::nullopt;
  const bool is_second_stripped = second.is_answered() && is_stripped(*second.view, question.name);
  if (is_second_stripped) result.resolvers.push_back(second.resolver);
  result.all_strip = is_second_stripped || !second.is_answered();
  return result;
}

}  // namespace

std::optional<Stripping> find_stripping(Lookup& lookup, const wire::DomainName& anchor, Reason reason) {
  auto signatures = test(lookup, {anchor, RrType::Dnskey}, is_key_reply_stripped);
  if (!signatures || signatures->all_strip || !is_about_denial(reason)) return signatures;
  auto denials = test(lookup, {anchor, kAbsentType}, is_denial_stripped);
  if (denials)
    denials->resolvers.insert(denials->resolvers.end(), signatures->resolvers.begin(), signatures->resolvers.end());
  return denials;
}

}  // namespace danesweep::dnssec
