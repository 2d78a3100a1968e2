// SPDX-License-Identifier: Apache-2.0
#include "tests/lab/world.h"

#include <fmt/format.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <random>
#include <stdexcept>

#include "tests/lab/domain_kinds.h"
#include "tests/lab/making.h"

namespace danesweep::lab {
namespace {

bool machine_has_ipv6() {
  const int fd = socket(AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (fd < 0) return false;
  sockaddr_in6 at{};
  at.sin6_family = AF_INET6;
  at.sin6_addr = in6addr_loopback;
  const bool can_bind = bind(fd, reinterpret_cast<const sockaddr*>(&at), sizeof at) == 0;
  close(fd);
  return can_bind;
}

struct Turn {
  const DomainKind* kind;
  Denial denial;
};

std::vector<const DomainKind*> wanted_kinds(const WorldOptions& options) {
  const std::regex wanted(options.kinds);
  std::vector<const DomainKind*> result;
  for (const auto& kind : domain_kinds()) {
    if (!std::regex_search(kind.id, wanted)) continue;
    if (options.serving == WorldOptions::Serving::ZoneFilesOnly && kind.served == Served::ByLyingServer) continue;
    result.push_back(&kind);
  }
  if (result.empty()) throw std::runtime_error("no domain kind fits " + options.kinds);
  return result;
}

/// Every kind once, flavours mixed, before one comes again in its next flavour.
std::vector<Turn> turns(const WorldOptions& options) {
  const auto kinds = wanted_kinds(options);
  std::size_t rounds = 0;
  for (const DomainKind* kind : kinds) rounds = std::max(rounds, flavours(*kind).size());
  std::vector<Turn> result;
  for (std::size_t round = 0; round < rounds; ++round) {
    for (std::size_t i = 0; i < kinds.size(); ++i) {
      const auto denials = flavours(*kinds[i]);
      if (round < denials.size()) result.push_back({kinds[i], denials[(round + i) % denials.size()]});
    }
  }
  return result;
}

}  // namespace

World::World(const WorldOptions& options)
    : options_(options),
      times_{options.now - 86400, options.now + 30 * 86400},
      resolution_(zones_),
      has_ipv6_(machine_has_ipv6()) {
  make_top();
  make_domains();
  link_zones();
}

Zone& World::add_zone(const Name& apex, Denial denial, std::uint8_t algorithm, std::size_t turn) {
  Zone& zone = zones_.add(apex, denial, times_);
  if (denial == Denial::Unsigned) return zone;
  if (turn % 2 == 1) {
    zone.add_key(keys_.key(algorithm, turn), kZoneKey | kSecureEntryPoint, Signs::Both);
  } else {
    zone.add_key(keys_.key(algorithm, turn), kZoneKey | kSecureEntryPoint, Signs::Keys);
    zone.add_key(keys_.key(algorithm, turn + 1), kZoneKey, Signs::Data);
  }
  return zone;
}

void World::make_top() {
  add_zone(Name("."), Denial::Nsec, kRsaSha256, 0);
  Zone& first = add_zone(Name(kNsecTld), Denial::Nsec, kP256, 2);
  first.add("ns.servers A 127.0.0.1");
  add_zone(Name(kNsec3Tld), Denial::Nsec3, kP256, 4);
  add_zone(Name(kOptOutTld), Denial::Nsec3OptOut, kP256, 6);
  add_zone(Name(kPlainTld), Denial::Unsigned, kP256, 0);
}

void World::make_domains() {
  const auto all = turns(options_);
  std::vector<std::size_t> order(options_.domains);
  for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
  std::mt19937_64 random(options_.seed);
  std::shuffle(order.begin(), order.end(), random);
  expectations_.reserve(order.size());
  for (const std::size_t number : order) {
    const Turn& turn = all[number % all.size()];
    Making making(*this, turn.kind->id, turn.denial, number);
    turn.kind->make(making);
    expectations_.push_back(making.take_expectation());
  }
}

void World::link_zones() {
  for (const auto& zone : zones_.all()) {
    if (zone->apex().is_root()) continue;
    Zone& parent = zones_.strictly_enclosing(zone->apex());
    if (zone->link() == Link::Hidden) continue;
    if (parent.set(zone->apex(), kNs).rdatas.empty()) parent.add(zone->apex(), kNs, Name("ns.servers.nsec").wire());
    if (!zone->is_signed() || zone->link() == Link::WithoutDs) continue;
    if (zone->ds().empty()) zone->make_default_ds();
    for (const auto& ds : zone->ds()) parent.add(zone->apex(), kDs, ds);
  }
  for (const auto& zone : zones_.all()) zone->finish_apex();
}

std::string World::anchor() {
  Zone& root = *zones_.find(Name("."));
  if (root.ds().empty()) root.make_default_ds();
  std::string lines;
  for (const auto& ds : root.ds()) lines += record_text(root.apex(), kDs, 172800, ds);
  return lines;
}

std::string World::address_of(const HostKind& kind) {
  if (kind.server->odd == Odd::FirstTime) {
    ++own_addresses_;
    std::string address = fmt::format("127.2.{}.{}", own_addresses_ / 250, own_addresses_ % 250 + 1);
    listeners_.push_back({address, &kind});
    return address;
  }
  const auto [at, is_new] = shared_addresses_.try_emplace(kind.id);
  if (is_new) {
    const std::size_t number = static_cast<std::size_t>(&kind - host_kinds().data());
    at->second = fmt::format("127.1.{}.{}", number / 250, number % 250 + 1);
    listeners_.push_back({at->second, &kind});
  }
  return at->second;
}

}  // namespace danesweep::lab
