// SPDX-License-Identifier: Apache-2.0
// What must come out for a domain, from the facts of its making. The tables and rules of ESA.md parts B and C and of
// DANE.md parts G and J are written down here a second time, by themselves, so that the product's own tables are not
// their own judge.
#pragma once

#include <cstdint>
#include <deque>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "tests/lab/host_kinds.h"

namespace danesweep::lab {

enum class Status : std::uint8_t { Secure, Insecure, Bogus, Indeterminate, NotQueried, NxDomain };
std::string_view status_text(Status status);

/// "Unfixed" as a reason: the making does not fix it.
inline constexpr std::string_view kUnfixed = "?";

enum class Standing : std::uint8_t { Examined, NoAddress, InvalidTarget, Literal, OverCap };
enum class Usable : std::uint8_t { Some, None };
enum class FirstLink : std::uint8_t { SameAsAddress, Secure };
enum class OtherAddresses : std::uint8_t { AllGood, SomeFailed };

struct HostExpectation {
  std::string name;
  int preference = 10;
  Standing standing = Standing::Examined;
  Status address = Status::Secure;
  std::string address_reason = {};
  Status tlsa = Status::Secure;
  std::string tlsa_reason = {};
  std::string tlsa_base = {};
  int tlsa_count = -1;  ///< -1: not fixed
  Usable usable = Usable::Some;
  Checked certificate = Checked::Success;
  std::string outcome = "ok";  ///< of the probe that decides
  std::vector<std::string> warnings = {};
  FirstLink first_link = FirstLink::SameAsAddress;  ///< T-24: chain INSECURE behind a SECURE first link
  OtherAddresses other_addresses = OtherAddresses::AllGood;
};

struct Expectation {
  std::string kind;
  std::string domain;
  Status mx = Status::Secure;
  std::string mx_answer = "DATA";
  std::string mx_reason = {};
  std::deque<HostExpectation> hosts = {};
  std::vector<std::string> warnings = {};
  std::string decided =
      {};  ///< reason that decides before any host: null-mx, no-such-domain, mx-bogus, mx-lookup-failed
};

/// The record of DESIGN.md part 4, as far as the making fixes it, and `kind`. A list `warnings` that is there is
/// whole; hosts of equal preference may come in any order, so compare hosts by name.
nlohmann::ordered_json expected_record(const Expectation& expectation);

}  // namespace danesweep::lab
