// SPDX-License-Identifier: Apache-2.0
#include "dnssec/verdict_builder.h"

#include <algorithm>
#include <set>
#include <utility>

namespace danesweep::dnssec {

using wire::Bytes;
using wire::RrType;

namespace {

std::vector<std::uint8_t> canonical(const wire::Rrset& rrset, std::size_t index) {
  const auto forms = wire::canonical_rdatas({.type = rrset.type, .rdata = {rrset.rdata[index]}});
  const Bytes as_sent = rrset.rdata[index];
  return forms && !forms->empty() ? forms->front() : std::vector<std::uint8_t>(as_sent.begin(), as_sent.end());
}

/// Indices of an RRset's records without repetitions of their canonical form, in order of arrival (D-12).
std::vector<std::size_t> distinct(const wire::Rrset& rrset) {
  if (rrset.rdata.size() == 1) return {0};
  std::set<std::vector<std::uint8_t>> seen;
  std::vector<std::size_t> order;
  for (std::size_t index = 0; index < rrset.rdata.size(); ++index)
    if (seen.insert(canonical(rrset, index)).second) order.push_back(index);
  return order;
}

void append_records(std::vector<AnswerRecord>& records, const wire::Rrset& rrset, std::uint32_t max_ttl) {
  for (const std::size_t index : distinct(rrset)) {
    const Bytes rdata = rrset.rdata[index];
    AnswerRecord record;
    record.owner = rrset.owner;
    record.ttl = std::min(rrset.ttl, max_ttl);
    record.rdata.assign(rdata.begin(), rdata.end());
    record.type = rrset.type;
    records.push_back(std::move(record));
  }
}

/// RRSIGs are attached to what they cover; asked for by type they are the answer themselves (D-74).
void append_signatures(std::vector<AnswerRecord>& records, const JudgedLink& link, std::uint32_t max_ttl) {
  const wire::Message& message = link.view->message();
  for (const wire::RecordIndex& each : message.records()) {
    if (each.type != RrType::Rrsig || each.section != wire::Section::Answer || each.rr_class != wire::RrClass::In)
      continue;
    const auto owner = message.owner(each);
    const auto rdata = message.rdata(each);
    if (!owner || !rdata || *owner != link.name) continue;
    AnswerRecord record;
    record.owner = *owner;
    record.ttl = std::min(each.ttl, max_ttl);
    record.rdata.assign(rdata->begin(), rdata->end());
    record.type = RrType::Rrsig;
    records.push_back(std::move(record));
  }
}

/// The first of the weakest; but a loop is told wherever it closes (D-68).
const JudgedLink& weakest_of(const std::vector<JudgedLink>& links) {
  return *std::ranges::min_element(links, {}, [](const JudgedLink& link) {
    const Finding& finding = link.result.finding;
    return std::pair(finding.security, finding.reason != Reason::CnameLoop);
  });
}

/// The zone that proved the link, or that proved where security ends, or above the fault.
std::shared_ptr<const ZoneKeys> last_proven_zone(const Chain& chain, const LinkResult& result) {
  if (result.vouches || result.links.empty()) return result.vouches;
  if (auto keys = chain.known_keys(result.links.front().zone)) return keys;
  const ReasonFacts& facts = result.finding.facts;
  const bool is_below = facts.zone && facts.parent && facts.zone->is_below(*facts.parent);
  return is_below ? chain.known_keys(*facts.parent) : nullptr;
}

/// The proof of all links, zones that serve several of them once.
void append_chain(Verdict& verdict, const Lookup& lookup, const Chain& chain, const std::vector<JudgedLink>& links) {
  const auto is_shown = [&](const ChainLink& link) {
    return std::ranges::any_of(verdict.chain, [&](const ChainLink& shown) {
      return shown.step == link.step && shown.zone == link.zone && shown.name == link.name && shown.type == link.type;
    });
  };
  for (const JudgedLink& link : links) {
    const auto keys = lookup.detail() == Detail::Plain ? nullptr : last_proven_zone(chain, link.result);
    if (keys) {
      for (const ChainLink& step : chain.path_to(*keys).links)
        if (!is_shown(step)) verdict.chain.push_back(step);
    }
    for (const ChainLink& step : link.result.links)
      if (!is_shown(step)) verdict.chain.push_back(step);
  }
}

/// How long the verdict may be kept: as its shortest-lived part; a failure as long as a fault (D-109), or not at all.
std::uint32_t lifetime(const Lookup& lookup, const Chain& chain, const std::vector<JudgedLink>& links,
                       Security security) {
  if (security == Security::Indeterminate) return 0;
  if (security == Security::Bogus) return lookup.policy().bogus_ttl;
  std::uint32_t ttl = lookup.policy().max_ttl;
  for (const JudgedLink& link : links) {
    ttl = std::min(ttl, link.result.finding.ttl);
    if (const auto keys = last_proven_zone(chain, link.result)) ttl = std::min(ttl, chain.path_to(*keys).ttl);
  }
  return ttl;
}

/// Who sent the message that failed: it may be the resolver's fault as well (D-126).
ResolverId resolver_at_fault(const Verdict& verdict) {
  const auto failed = std::ranges::find(verdict.chain, verdict.reason, &ChainLink::reason);
  return failed == verdict.chain.end() ? kNoResolver : failed->resolver;
}

}  // namespace

Verdict build_verdict(const Lookup& lookup, const Chain& chain, const std::vector<JudgedLink>& links) {
  const Finding& weakest = weakest_of(links).result.finding;
  const JudgedLink& last = links.back();
  Verdict verdict;
  verdict.security = weakest.security;
  verdict.reason = weakest.reason;
  verdict.facts = weakest.facts;
  verdict.facts.now = lookup.now();
  verdict.final_name = last.name;
  verdict.aliases = static_cast<std::uint32_t>(links.size() - 1);
  verdict.first_link = links.front().result.finding.security;
  if (last.result.rcode)
    verdict.rcode = *last.result.rcode;
  else if (last.view != nullptr)
    verdict.rcode = last.view->rcode();
  verdict.ttl = lifetime(lookup, chain, links, verdict.security);
  append_chain(verdict, lookup, chain, links);
  if (verdict.facts.resolver == kNoResolver) verdict.facts.resolver = resolver_at_fault(verdict);
  if (verdict.security == Security::Bogus || verdict.security == Security::Indeterminate) return verdict;  // D-76
  verdict.answer = last.result.answer;
  if (verdict.answer != Answer::Data) return verdict;
  for (const wire::Rrset* rrset : last.result.data)
    append_records(verdict.records, *rrset, std::min(lookup.policy().max_ttl, last.result.finding.ttl));
  if (last.result.supplied_cname) {
    const Bytes target = last.result.supplied_cname->wire();
    verdict.records.push_back({last.name, last.result.finding.ttl, {target.begin(), target.end()}, RrType::Cname});
  }
  if (lookup.question().type == RrType::Rrsig) append_signatures(verdict.records, last, lookup.policy().max_ttl);
  return verdict;
}

}  // namespace danesweep::dnssec
