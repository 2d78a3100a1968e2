// SPDX-License-Identifier: Apache-2.0
// What a signature test needs: an RRset of a real message, the keys of a zone, a context, and the test's own memo.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "dnssec/signature.h"
#include "dnssec/zone_keys.h"
#include "tests/support/world.h"

namespace danesweep::dnssec {

class TestMemo : public SignatureMemo {
 public:
  bool contains(const Sha256& key) override { return good.contains(key); }
  void remember(const Sha256& key) override { good.insert(key); }
  std::set<Sha256> good;
};

/// The RRsets of a reply made of those records; keeps the message alive.
struct Grouped {
  explicit Grouped(const support::Records& records) {
    support::Reply reply;
    reply.question = {support::name("question.example."), wire::RrType::A};
    reply.answer = records;
    message = reply.message();
    rrsets = wire::group_rrsets(*message).rrsets;
  }
  const wire::Rrset& first() const { return rrsets.at(0); }
  wire::MessagePtr message;
  std::vector<wire::Rrset> rrsets;
};

/// Everything that a check borrows, with its own budget.
struct Desk {
  explicit Desk(Policy p = {}) : policy(p), crypto(policy), budget(policy) {
    context = {.now = support::kNow, .policy = &policy, .crypto = &crypto, .budget = &budget, .trace = &trace};
  }
  std::vector<ZoneKey> load(const support::Records& dnskeys) {
    return load_zone_keys(Grouped(dnskeys).first(), context);
  }

  Policy policy;
  Crypto crypto;
  WorkBudget budget;
  std::vector<std::string> trace;
  SignatureContext context;
};

inline support::Record dnskey(const support::SigningKey& key, std::string_view zone = "example.") {
  return {support::name(zone), 3600, wire::RrType::Dnskey, key.dnskey_rdata()};
}

}  // namespace danesweep::dnssec
