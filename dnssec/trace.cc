// SPDX-License-Identifier: Apache-2.0
#include "dnssec/trace.h"

namespace danesweep::dnssec {

ChainLink make_link(Step step, const wire::DomainName& zone, const wire::DomainName& name,
                    std::optional<wire::RrType> type, const Finding& finding, ResolverId resolver) {
  ChainLink link;
  link.step = step;
  link.zone = zone;
  link.name = name;
  link.type = type;
  link.status = finding.security;
  link.reason = finding.reason;
  link.key_tag = finding.facts.key_tag;
  if (finding.ttl != kUnlimitedTtl) link.ttl = finding.ttl;
  link.resolver = resolver;
  return link;
}

void add_signature(ChainLink& link, const VerifiedRrset& verified) {
  link.key_tag = verified.signing_key_tag();
  link.algorithm = verified.algorithm();
  link.signer = verified.zone();
  link.inception = verified.inception();
  link.expiration = verified.expiration();
  link.ttl = verified.ttl();
}

std::string to_line(std::string_view what, const wire::DomainName& name, std::optional<wire::RrType> type,
                    const Finding& finding) {
  std::string line(what);
  line += ' ';
  line += name.to_text();
  if (type) line += ' ' + wire::to_text(*type);
  line += ": ";
  line += to_text(finding.security);
  if (finding.reason == Reason::None) return line;
  line += ' ';
  line += code(finding.reason);
  line += ", ";
  line += sentence(finding.reason, finding.facts);
  return line;
}

std::string to_line(const ChainLink& link) {
  std::string line(to_text(link.step));
  line += ' ';
  line += link.name.to_text();
  if (link.type) line += ' ' + wire::to_text(*link.type);
  line += ", zone " + link.zone.to_text() + ": ";
  line += to_text(link.status);
  if (link.reason != Reason::None) {
    line += ' ';
    line += code(link.reason);
  }
  if (link.signer) line += ", signer " + link.signer->to_text();
  if (link.key_tag) line += ", key " + std::to_string(*link.key_tag);
  if (link.algorithm) line += ", algorithm " + std::to_string(*link.algorithm);
  return line;
}

}  // namespace danesweep::dnssec
