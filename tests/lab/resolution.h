// SPDX-License-Identifier: Apache-2.0
// What a recursive resolver asked with CD=1 would answer from the lab's zones: aliases followed, DS from the parent's
// side, denial proofs and signatures kept as they are (RFC 4035 section 3, RFC 6672, RFC 5155 section 7.2).
// A making may tamper with the finished answer to one question: that is how resolvers and servers lie in the lab.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "tests/lab/zone.h"

namespace danesweep::lab {

enum Rcode : std::uint8_t {
  kNoError = 0,
  kFormErr = 1,
  kServFail = 2,
  kNxDomain = 3,
  kNotImp = 4,
  kRefused = 5,
  kYxDomain = 6
};

enum class Show : std::uint8_t { Both, Records, Signatures };

struct Item {
  Name owner;  ///< differs from the set's owner if expanded from a wildcard
  const RrSet* set = nullptr;
  Show show = Show::Both;
};

enum class Fate : std::uint8_t { Send, Drop, AlwaysTruncated, WrongQuestion, NoEdns };

struct Answer {
  std::uint8_t rcode = kNoError;
  std::vector<Item> answer = {};
  std::vector<Item> authority = {};
  std::vector<Item> additional = {};
  Fate fate = Fate::Send;
  std::deque<RrSet> own = {};  ///< sets made for this answer alone

  const RrSet* keep(RrSet set) { return &own.emplace_back(std::move(set)); }
};

class ZoneTable {
 public:
  Zone& add(Name apex, Denial denial, Times times);
  Zone* find(const Name& apex);
  /// The deepest zone that encloses `name`; `strictly`: above it (for DS).
  Zone& enclosing(const Name& name);
  Zone& strictly_enclosing(const Name& name);
  const std::vector<std::unique_ptr<Zone>>& all() const { return zones_; }

 private:
  std::vector<std::unique_ptr<Zone>> zones_;
  std::unordered_map<Name, Zone*, NameHash> by_apex_;
};

class Resolution {
 public:
  using Tampering = std::function<void(Answer&)>;

  explicit Resolution(ZoneTable& zones) : zones_(zones) {}
  Answer resolve(const Name& name, std::uint16_t type);
  /// `type` 0 stands for every type.
  void tamper(const Name& name, std::uint16_t type, Tampering tampering);

 private:
  /// Answers one name of a chain; returns the alias' target if the chain goes on.
  bool resolve_link(Name& name, std::uint16_t type, Answer& answer);
  bool apply_dname(Zone& zone, Name& name, Answer& answer);

  ZoneTable& zones_;
  std::unordered_map<Name, std::vector<std::pair<std::uint16_t, Tampering>>, NameHash> tampering_;
};

// The proofs of a correct server, for `answer.authority`.
void add_soa(Zone& zone, Answer& answer);
void prove_no_data(Zone& zone, const Name& name, Answer& answer);
void prove_no_name(Zone& zone, const Name& name, Answer& answer);
void prove_no_closer_match(Zone& zone, const Name& name, Answer& answer);
void prove_wildcard_no_data(Zone& zone, const Name& name, Answer& answer);

}  // namespace danesweep::lab
