// SPDX-License-Identifier: Apache-2.0
#include "tests/unit/dnssec/random_world.h"

#include <algorithm>

#include "tests/unit/dnssec/asker.h"

namespace danesweep::dnssec {

namespace {

constexpr int kAlgorithms[] = {13, 13, 15, 8};
constexpr const char* kTypes[] = {"A", "MX", "TXT", "TLSA", "CNAME", "DS", "ANY"};

}  // namespace

RandomWorld::RandomWorld(std::uint32_t seed, Faults faults) : random_(seed) {
  world_.zone(".").algorithm(kAlgorithms[pick(2)]);
  const std::size_t tlds = 2 + pick(2);
  for (std::size_t i = 0; i < tlds; ++i) apexes_.push_back("t" + std::to_string(i) + ".");
  for (std::size_t i = 0; i < tlds; ++i) {
    auto& tld = world_.zone(apexes_[i]);
    fill(tld, 0);
    world_.zone(".").delegate(tld);
  }
  for (const char* text : {". A", ". DS", "nothing. A"}) questions_.emplace_back(text);
  std::ranges::shuffle(questions_, random_);
  if (faults == Faults::Some) spoil();
}

std::string RandomWorld::any_target() {
  constexpr const char* kHosts[] = {"www.",        "alias.",  "x.wild.", "nothing.",
                                    "deep.empty.", "www.c0.", "www.c1.", "x.moved."};
  return kHosts[pick(8)] + apexes_[pick(apexes_.size())];
}

void RandomWorld::fill(support::SignedZone& zone, int depth) {
  const std::string apex = zone.apex().to_text();
  if (zone.is_signed()) {
    zone.algorithm(kAlgorithms[pick(4)]);
    if (chance(60)) {
      support::Nsec3Style style;
      style.opt_out = chance(50) ? support::OptOut::Yes : support::OptOut::No;
      style.iterations = static_cast<std::uint16_t>(pick(4));
      if (chance(30)) style.salt = {0xAB, static_cast<std::uint8_t>(pick(256))};
      zone.nsec3(style);
    }
  }
  zone.add("www A 192.0.2.1").add("mail MX 10 www").add("txt TXT text");
  if (chance(60)) zone.add("*.wild A 192.0.2.2");
  if (chance(30)) zone.add("*.wild TXT wild");
  if (chance(60)) zone.add("deep.empty A 192.0.2.3");
  if (chance(60)) zone.add("alias CNAME " + any_target());
  if (chance(30)) zone.add("*.wildalias CNAME " + any_target());
  if (chance(30)) zone.add("moved DNAME " + apexes_[pick(apexes_.size())]);
  for (const char* host :
       {"www.", "alias.", "x.wild.", "x.y.wild.", "*.wild.", "empty.", "deep.empty.", "nothing.", "a.nothing.",
        "moved.", "www.moved.", "x.wildalias.", "mail.", "c0.", "www.c0.", "c1.", "www.c1.", ""})
    questions_.push_back(host + apex + ' ' + kTypes[pick(std::size(kTypes))]);
  if (depth >= 2) return;
  for (std::size_t i = 0; i < 2; ++i) {
    auto& child = world_.zone("c" + std::to_string(i) + "." + apex);
    const bool is_island = chance(20);
    if (!is_island && chance(50)) child.unsigned_zone();
    fill(child, depth + 1 + static_cast<int>(pick(2)));
    if (is_island)
      zone.delegate("c" + std::to_string(i));
    else
      zone.delegate(child);
  }
}

/// Replies that an operator's or resolver's mistakes would give. Each is the same whenever it is asked.
void RandomWorld::spoil() {
  for (const std::string& text : questions_) {
    if (!chance(25)) continue;
    const auto asked = question(text);
    const std::string owner = asked.name.to_text();
    constexpr RrType kProofs[] = {RrType::Nsec, RrType::Nsec3, RrType::Soa, RrType::A, RrType::Cname, RrType::Ds};
    const RrType type = kProofs[pick(std::size(kProofs))];
    switch (pick(6)) {
      case 0:
        world_.edit(owner, asked.type, without_signatures(type));
        break;
      case 1:
        world_.edit(owner, asked.type, spoil_signatures(type));
        break;
      case 2:
        world_.edit(owner, asked.type, without(type));
        break;
      case 3:
        world_.edit(owner, asked.type, with_rcode(chance(50) ? wire::Rcode::NoError : wire::Rcode::NxDomain));
        break;
      case 4:
        world_.edit(owner, RrType::Ds, chance(50) ? without(RrType::Ds) : without_all_signatures());
        break;
      default:
        world_.edit(owner, RrType::Dnskey, spoil_signatures(RrType::Dnskey));
    }
  }
}

}  // namespace danesweep::dnssec
