// SPDX-License-Identifier: Apache-2.0
// A small signed world with canned replies, so that a benchmark measures the validator and nothing else.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "dnssec/validation.h"
#include "tests/support/world.h"

namespace danesweep::bench {

/// A memo that remembers nothing: every signature is computed.
class NoMemo : public dnssec::SignatureMemo {
 public:
  bool contains(const dnssec::Sha256&) override { return false; }
  void remember(const dnssec::Sha256&) override {}
};

/// Plain caches whose memo can be switched off.
class BenchCaches : public dnssec::Caches {
 public:
  enum class Memo { On, Off };
  explicit BenchCaches(Memo memo) : memo_(memo) {}
  std::shared_ptr<const dnssec::ZoneKeys> find_zone(const wire::DomainName& zone, dnssec::UnixTime now) override {
    return plain_->find_zone(zone, now);
  }
  void store(std::shared_ptr<const dnssec::ZoneKeys> keys) override { plain_->store(std::move(keys)); }
  std::shared_ptr<const dnssec::InsecureCut> find_cut(const wire::DomainName& name, dnssec::UnixTime now) override {
    return plain_->find_cut(name, now);
  }
  void store(std::shared_ptr<const dnssec::InsecureCut> cut) override { plain_->store(std::move(cut)); }
  std::shared_ptr<const dnssec::BogusZone> find_bogus(const wire::DomainName& zone, dnssec::UnixTime now) override {
    return plain_->find_bogus(zone, now);
  }
  void store(std::shared_ptr<const dnssec::BogusZone> bogus) override { plain_->store(std::move(bogus)); }
  std::optional<SpanParameters> span_parameters(const wire::DomainName& zone, dnssec::UnixTime now) override {
    return plain_->span_parameters(zone, now);
  }
  std::shared_ptr<const dnssec::OptOutSpan> find_span(const wire::DomainName& zone,
                                                      const std::array<std::uint8_t, 20>& hash,
                                                      dnssec::UnixTime now) override {
    return plain_->find_span(zone, hash, now);
  }
  void store(std::shared_ptr<const dnssec::OptOutSpan> span) override { plain_->store(std::move(span)); }
  dnssec::SignatureMemo& memo() override {
    return memo_ == Memo::On ? plain_->memo() : static_cast<dnssec::SignatureMemo&>(no_memo_);
  }

 private:
  Memo memo_;
  NoMemo no_memo_;
  std::unique_ptr<dnssec::Caches> plain_ = dnssec::make_plain_caches();
};

/// Replies made once; the messages are parsed anew for each look-up, as they are when they arrive.
class CannedWorld {
 public:
  explicit CannedWorld(int algorithm);
  dnssec::Verdict ask(const wire::Question& question, dnssec::Caches& caches);
  dnssec::Crypto& crypto() { return crypto_; }
  support::World& world() { return world_; }

 private:
  support::World world_;
  std::map<std::pair<wire::DomainName, wire::RrType>, std::vector<std::uint8_t>> replies_;
  dnssec::Policy policy_;
  dnssec::Crypto crypto_{policy_};
  dnssec::TrustAnchors anchors_;
};

inline CannedWorld::CannedWorld(int algorithm) {
  auto& signed_zone = world_.zone("signed.test.").algorithm(algorithm).add("www A 192.0.2.1").add("@ MX 10 www");
  auto& hashed = world_.zone("hashed.test.").algorithm(algorithm).nsec3().add("www A 192.0.2.1");
  auto& opt = world_.zone("opt.test.").algorithm(algorithm).nsec3({.opt_out = support::OptOut::Yes}).delegate("plain");
  world_.zone("plain.opt.test.").unsigned_zone().add("@ MX 10 www").add("www A 192.0.2.1");
  auto& test = world_.zone("test.").algorithm(algorithm).delegate(signed_zone).delegate(hashed).delegate(opt);
  // Aliases over zone cuts in the dearest algorithm, each signature good.
  for (int rung = 0; rung < 14; ++rung) {
    auto& zone = world_.zone("c" + std::to_string(rung) + ".test.").algorithm(14);
    test.delegate(zone.add("www CNAME www.c" + std::to_string(rung + 1) + ".test."));
  }
  world_.zone(".").algorithm(algorithm).delegate(test);
  anchors_ = dnssec::TrustAnchors(world_.anchors("."));
}

inline dnssec::Verdict CannedWorld::ask(const wire::Question& question, dnssec::Caches& caches) {
  const dnssec::Environment environment{&anchors_, &policy_, &crypto_, &caches};
  return dnssec::run(dnssec::Validation(question, support::kNow, environment),
                     [&](const dnssec::Wanted& wanted) -> dnssec::Response {
                       auto& octets = replies_[{wanted.question.name, wanted.question.type}];
                       if (octets.empty()) octets = world_.reply(wanted.question).octets();
                       return {wire::MessagePtr(*wire::Message::parse(octets)), 0};
                     });
}

}  // namespace danesweep::bench
