// SPDX-License-Identifier: Apache-2.0
#include "tests/differential/random_world.h"

#include <algorithm>

#include "tests/differential/traits.h"

namespace danesweep::differential {
namespace {

using support::OptOut;
using support::SignedZone;

constexpr int kAlgorithms[] = {8, 10, 13, 13, 13, 14, 15, 16};
constexpr std::uint16_t kIterations[] = {0, 0, 0, 0, 1, 10, 49, 51, 150, 151, 500};
constexpr std::size_t kQuestionsPerTop = 100;
constexpr std::size_t kZonesPerTop = 4;

/// What a zone may hold. Words in braces are filled in: {other} is another zone's apex.
constexpr const char* kContents[] = {
    "www A 192.0.2.1",
    "www A 192.0.2.2",
    "WwW TXT mixed-case-owner",
    "mail A 192.0.2.3",
    "@ MX 10 mail",
    "@ MX 20 MAIL.{other}",
    "@ TXT apex",
    "_25._tcp.mail TLSA 3 1 1 0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef",
    "_25._tcp.www TLSA 2 0 1 0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef",
    "*.wild A 192.0.2.4",
    "*.wild MX 10 mail",
    "exists.wild TXT beside-the-wildcard",
    "a.b.exists.wild TXT below",
    "*.wildalias CNAME www",
    "*.wildaway CNAME mail.{other}",
    "*._tcp.wild TLSA 3 1 1 0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef",
    "a.b.c.empty A 192.0.2.5",
    "*.under.star TXT star",
    "one CNAME two",
    "two CNAME three",
    "three CNAME www",
    "away CNAME www.{other}",
    "awaywild CNAME q.wild.{other}",
    "awaynothing CNAME nothing.{other}",
    "awaydname CNAME www.moved.{other}",
    "tonothing CNAME nothing",
    "towild CNAME x.wild",
    "toempty CNAME empty",
    "loop1 CNAME loop2",
    "loop2 CNAME loop1",
    "self CNAME self",
    "moved DNAME target",
    "www.target A 192.0.2.6",
    "*.target TXT wild-in-target",
    "movedaway DNAME {other}",
    "movedtwice DNAME moved",
    "odd TYPE65400 \\# 4 01020304",
    "srv SRV 0 5 25 Mail",
    "\\000.low A 192.0.2.7",
    "zz\\200.high A 192.0.2.8",
};

/// Names that are asked though nobody holds them, and those that wildcards and DNAMEs make.
constexpr const char* kExtraNames[] = {
    "nothing",
    "a.nothing",
    "nothing.www",
    "x.wild",
    "x.y.wild",
    "x.exists.wild",
    "b.exists.wild",
    "wild",
    "*.wild",
    "q.wildalias",
    "r.s.wildalias",
    "t.wildaway",
    "empty",
    "c.empty",
    "b.c.empty",
    "x.c.empty",
    "_tcp.mail",
    "_25._tcp.wild",
    "star",
    "under.star",
    "z.under.star",
    "www.moved",
    "nothing.moved",
    "deep.down.moved",
    "www.movedaway",
    "www.movedtwice",
    "moved",
    "zzzz",
    "0",
    "\\001",
    "low",
    "high",
    "sub",
    "nothing.sub",
    "_25._tcp.nothing",
};

constexpr const char* kTypes[] = {"A",    "A",  "A",  "MX",     "MX",  "TXT",   "TLSA", "TLSA",
                                  "AAAA", "DS", "DS", "DNSKEY", "SOA", "CNAME", "NS",   "DNAME"};

std::string filled(std::string text, const std::string& other) {
  if (const auto at = text.find("{other}"); at != std::string::npos) text.replace(at, 7, other);
  return text;
}

std::string absolute(const std::string& relative, const std::string& apex) {
  if (relative == "@") return apex;
  return apex == "." ? relative + "." : relative + "." + apex;
}

std::string deny_somehow(SignedZone& zone, Chance& chance) {
  if (chance.happens(45)) return "nsec";
  support::Nsec3Style style;
  style.opt_out = chance.happens(40) ? OptOut::Yes : OptOut::No;
  style.iterations = chance.one_of(kIterations);
  if (chance.happens(40)) style.salt = {0xAB, static_cast<std::uint8_t>(chance.below(256))};
  zone.nsec3(style);
  return "nsec3-" + std::to_string(style.iterations) + (style.opt_out == OptOut::Yes ? "-optout" : "");
}

class Maker {
 public:
  Maker(RandomWorld& world, std::uint64_t seed, std::int64_t now) : world_(world), chance_(seed), now_(now) {}

  void make(std::size_t questions) {
    PlannedZone& root = add(".", nullptr);
    const std::size_t tops = std::max<std::size_t>(2, questions / kQuestionsPerTop);
    for (std::size_t i = 0; i < tops; ++i) make_top(root, i);
    ask(root, 20);
    for (PlannedZone& zone : world_.zones)
      if (&zone != &root) ask(zone, questions / (world_.zones.size() - 1) + 1);
    world_.questions.resize(std::min(world_.questions.size(), questions));
  }

 private:
  PlannedZone& add(const std::string& apex, PlannedZone* parent) {
    PlannedZone& planned = world_.zones.emplace_back(PlannedZone{SignedZone(apex), apex, "", "", "", {apex}});
    SignedZone& zone = planned.zone;
    zone.algorithm(chance_.one_of(kAlgorithms));
    zone.valid(now_ - support::kDay, now_ + 30 * support::kDay);
    planned.denial = deny_somehow(zone, chance_);
    if (!parent) return planned;
    const bool is_top = parent->apex == ".";
    const ZoneTrait& trait = choose(zone_traits(), chance_);
    if (!is_top || chance_.happens(25)) {
      planned.trait = trait.name;
      trait.apply(zone, chance_, now_);
    }
    link(planned, *parent);
    return planned;
  }

  /// The child's keys are known by now, so the parent can hold its DS.
  void link(PlannedZone& child, PlannedZone& parent) {
    const LinkTrait& trait = choose(link_traits(), chance_);
    child.link = trait.name;
    parent.zone.delegate(child.apex);
    support::Records ds = child.zone.is_signed() || chance_.happens(30) ? trait.ds(child.zone) : support::Records();
    if (ds.empty()) child.link = "no-ds";
    parent.zone.before_signing(
        [ds](support::Records& records) { records.insert(records.end(), ds.begin(), ds.end()); });
  }

  void make_top(PlannedZone& root, std::size_t number) {
    const std::string apex = "t" + std::to_string(number) + ".";
    PlannedZone& top = add(apex, &root);
    std::vector<PlannedZone*> made{&top};
    for (std::size_t i = 0; i < kZonesPerTop; ++i) {
      PlannedZone* parent = chance_.happens(70) ? &top : made[chance_.below(made.size())];
      // Now and then a cut lies two labels below its parent's apex.
      const std::string label = (chance_.happens(15) ? "z.e" : "z") + std::to_string(i);
      made.push_back(&add(absolute(label, parent->apex), parent));
    }
    for (PlannedZone* zone : made) fill(*zone, chance_.one_of(made)->apex);
  }

  void fill(PlannedZone& planned, const std::string& other) {
    for (const char* line : kContents) {
      if (!chance_.happens(62)) continue;
      const std::string text = filled(line, other);
      planned.zone.add(text);
      planned.names.push_back(absolute(text.substr(0, text.find(' ')), planned.apex));
    }
    for (const char* name : kExtraNames) planned.names.push_back(absolute(name, planned.apex));
  }

  void ask(const PlannedZone& zone, std::size_t count) {
    for (std::size_t i = 0; i < count; ++i)
      world_.questions.push_back({chance_.one_of(zone.names), chance_.one_of(kTypes)});
  }

  RandomWorld& world_;
  Chance chance_;
  std::int64_t now_;
};

}  // namespace

std::uint64_t Chance::next() {
  std::uint64_t mixed = state_ += 0x9E3779B97F4A7C15U;
  mixed = (mixed ^ mixed >> 30U) * 0xBF58476D1CE4E5B9U;
  mixed = (mixed ^ mixed >> 27U) * 0x94D049BB133111EBU;
  return mixed ^ mixed >> 31U;
}

RandomWorld make_random_world(std::uint64_t seed, std::size_t questions, std::int64_t now) {
  RandomWorld world;
  Maker(world, seed, now).make(questions);
  return world;
}

}  // namespace danesweep::differential
