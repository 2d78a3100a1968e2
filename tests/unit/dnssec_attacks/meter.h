// SPDX-License-Identifier: Apache-2.0
// Counts the CPU that look-ups cost the validator: parsing of replies and its own steps, not the making of the replies.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "dnssec/validation.h"
#include "tests/support/world.h"

namespace danesweep::dnssec {

class Meter {
 public:
  explicit Meter(const support::World& world) : world_(&world), anchors_(world.anchors(".")) {}

  /// Octets to be sent instead of the world's reply.
  void reply(const wire::Question& question, std::vector<std::uint8_t> octets) {
    octets_[key(question)] = std::move(octets);
  }

  struct Cost {
    Verdict verdict;
    double cpu_seconds = 0;
    std::size_t questions = 0;
  };
  /// With caches as they are.
  Cost ask(const wire::Question& question, Detail detail = Detail::Plain);
  /// `attack`, and in the midst of it, each time that it waits or lets others run, one look-up of `neighbour`.
  struct Crossing {
    Cost attack;
    std::vector<Verdict> neighbours;
  };
  Crossing ask_meanwhile(const wire::Question& attack, const wire::Question& neighbour);
  void forget() { caches_ = make_plain_caches(); }

 private:
  static std::string key(const wire::Question& question);
  const std::vector<std::uint8_t>& octets(const wire::Question& question);
  Environment environment();
  /// One step and the answers to what it wants; the verdict at the end.
  std::optional<Verdict> advance(Validation& validation, Cost& cost);

  const support::World* world_;
  TrustAnchors anchors_;
  Policy policy_;
  Crypto crypto_{policy_};
  std::unique_ptr<Caches> caches_ = make_plain_caches();
  std::map<std::string, std::vector<std::uint8_t>> octets_;
};

wire::Question question(std::string_view name, wire::RrType type);

}  // namespace danesweep::dnssec
