// SPDX-License-Identifier: Apache-2.0
#include "tests/lab/domain_kinds.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "tests/lab/making.h"

namespace danesweep::lab {
namespace {

std::string lower(std::string_view text) {
  std::string result(text);
  for (char& letter : result) letter = static_cast<char>(letter >= 'A' && letter <= 'Z' ? letter + 32 : letter);
  return result;
}

/// Until one of its limits ends the probe.
bool keeps_a_sender_waiting(const ServerKind& server) {
  const auto lingers = [](const Step& step) {
    return step.what == Step::Do::Silence || step.what == Step::Do::KeyUpdates;
  };
  return server.outcome.ends_with("-timeout") || std::ranges::any_of(server.ehlo_in_tls, lingers);
}

std::vector<DomainKind> all_kinds() {
  std::vector<DomainKind> all;
  for (auto part : {mail_kinds(), signature_kinds(), cut_kinds(), denial_kinds(), host_kind_domains()})
    all.insert(all.end(), std::make_move_iterator(part.begin()), std::make_move_iterator(part.end()));
  return all;
}

}  // namespace

DomainKind secure(std::string id, std::string english, Make make, Flavours flavours, Served served) {
  return {std::move(id), std::move(english), flavours, served, [make = std::move(make)](Making& m) {
            make(m);
            if (m.expected().hosts.empty()) m.host(m.zone(), "mx");
          }};
}

DomainKind bogus(std::string id, std::string english, std::string reason, Make make, Flavours flavours, Served served) {
  DomainKind kind = secure(std::move(id), std::move(english), std::move(make), flavours, served);
  kind.make = [make = std::move(kind.make), reason = std::move(reason)](Making& m) {
    make(m);
    m.mx_bogus(reason);
  };
  return kind;
}

DomainKind insecure(std::string id, std::string english, std::string reason, Make make, Flavours flavours,
                    Served served) {
  DomainKind kind = secure(std::move(id), std::move(english), std::move(make), flavours, served);
  kind.make = [make = std::move(kind.make), reason = std::move(reason)](Making& m) {
    make(m);
    m.mx_insecure(reason);
    for (auto& host : m.expected().hosts) address_is(host, Status::Insecure, "dns:" + reason);
  };
  return kind;
}

DomainKind unknown(std::string id, std::string english, std::string reason, Make make, Flavours flavours,
                   Served served) {
  DomainKind kind = secure(std::move(id), std::move(english), std::move(make), flavours, served);
  kind.make = [make = std::move(kind.make), reason = std::move(reason)](Making& m) {
    make(m);
    m.mx_failed(reason);
  };
  return kind;
}

std::span<const DomainKind> domain_kinds() {
  static const std::vector<DomainKind> kinds = all_kinds();
  return kinds;
}

std::vector<Denial> flavours(const DomainKind& kind) {
  switch (kind.flavours) {
    case Flavours::Both:
      return {Denial::Nsec, Denial::Nsec3};
    case Flavours::Nsec:
      return {Denial::Nsec};
    case Flavours::Nsec3:
      return {Denial::Nsec3};
    case Flavours::OptOut:
      return {Denial::Nsec3OptOut};
  }
  return {};
}

std::vector<DomainKind> host_kind_domains() {
  std::vector<const HostKind*> hosts;
  for (const auto& host : host_kinds())
    if (host.id.front() != 'X') hosts.push_back(&host);  // X: parts of other kinds
  std::stable_partition(hosts.begin(), hosts.end(),
                        [](const HostKind* host) { return !keeps_a_sender_waiting(*host->server); });
  std::vector<DomainKind> kinds;
  for (const HostKind* host : hosts) {
    const std::string id = lower(host->id);
    kinds.push_back({"host-" + id, "signed domain, one host: " + std::string(host->english), Flavours::Both,
                     Served::FromZoneFiles, [name = host->id](Making& m) { m.host(m.zone(), "mx", name); }});
  }
  return kinds;
}

}  // namespace danesweep::lab
