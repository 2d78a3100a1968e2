// SPDX-License-Identifier: Apache-2.0
// Validations driven over a scripted source: one question in flight for all who want it (D-60, D-106), errors handed on
// (D-61), names outside all anchors and no anchor at all (D-45).
#include "scanner/engine/lookups.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "dnssec/wire/writer.h"
#include "tests/unit/engine/fake_clock.h"
#include "tests/unit/engine/made_verdicts.h"
#include "tests/unit/engine/responder.h"

namespace danesweep::scanner {
namespace {

/// Keeps the questions until the test answers them.
class Script : public ResponseSource {
 public:
  void ask(const dnssec::Wanted& wanted, Done done, LookupLog) override { asked.push_back({wanted, std::move(done)}); }

  std::size_t count(const std::string& name, wire::RrType type) const {
    return static_cast<std::size_t>(std::count_if(asked.begin(), asked.end(), [&](const auto& one) {
      return one.first.question == wire::Question{name_of(name), type};
    }));
  }
  void answer_all(const std::function<dnssec::Response(const wire::Question&)>& response) {
    while (!asked.empty()) {
      auto [wanted, done] = std::move(asked.front());
      asked.erase(asked.begin());
      done(response(wanted.question));
    }
  }

  std::vector<std::pair<dnssec::Wanted, Done>> asked;
};

dnssec::Response message_for(const wire::Question& question) {
  const wire::QueryPacket packet(question, 1);
  const Octets query(packet.octets().begin(), packet.octets().end());
  const Reply reply{0x8180,
                    question.type == wire::RrType::A ? std::vector<Octets>{a_record(7)} : std::vector<Octets>{}};
  return {wire::MessagePtr(*wire::Message::parse(reply.to(query))), 0};
}

/// Anchored elsewhere, so that ordinary names are INSECURE at once.
dnssec::TrustAnchors anchors_at(const std::string& zone) {
  dnssec::TrustAnchor anchor;
  anchor.zone = name_of(zone);
  anchor.form = dnssec::AnchorForm::Ds;
  anchor.rdata = *wire::rdata_from_text(wire::RrType::Ds,
                                        "12345 13 2 E06D44B80B8F1D39A95C0B0D7C65D08458E880409BBC683457104237C7F8EC8D");
  return dnssec::TrustAnchors({anchor});
}

class Driven {
 public:
  explicit Driven(dnssec::TrustAnchors given)
      : anchors(std::move(given)),
        lookups(script, clock, {&anchors, &policy, &crypto, caches.get()}, dnssec::Detail::Plain, [] {}) {}
  VerdictPtr& look_up(const std::string& name, wire::RrType type = wire::RrType::A) {
    verdicts.push_back(std::make_unique<VerdictPtr>());
    VerdictPtr& out = *verdicts.back();
    lookups.look_up({name_of(name), type}, dnssec::NameHint::None,
                    [&out](VerdictPtr verdict) { out = std::move(verdict); });
    return out;
  }

  dnssec::TrustAnchors anchors;
  dnssec::Policy policy;
  dnssec::Crypto crypto{policy};
  std::unique_ptr<dnssec::Caches> caches = dnssec::make_plain_caches();
  FakeClock clock;
  Script script;
  std::vector<std::unique_ptr<VerdictPtr>> verdicts;
  Lookups lookups;
};

// D-45
TEST(Lookups, ANameOutsideAllAnchorsIsInsecureWithItsData) {
  Driven driven(anchors_at("anchored.test."));
  VerdictPtr& verdict = driven.look_up("mx.example.org.");
  driven.script.answer_all(message_for);
  ASSERT_TRUE(verdict);
  EXPECT_EQ(verdict->security, Security::Insecure);
  EXPECT_EQ(verdict->reason, dnssec::Reason::OutsideAnchors);
  ASSERT_EQ(verdict->records.size(), 1U);
  EXPECT_EQ(driven.lookups.running(), 0U);
}

// D-60, D-106: the same question is never in flight twice.
TEST(Lookups, OneFlightPerQuestion) {
  Driven driven(anchors_at("."));
  std::vector<VerdictPtr*> verdicts;
  for (int i = 0; i < 100; ++i) verdicts.push_back(&driven.look_up("mx.example.org."));
  for (int i = 0; i < 100; ++i) driven.look_up("mx" + std::to_string(i) + ".example.org.");
  EXPECT_EQ(driven.script.count("mx.example.org.", wire::RrType::A), 1U);
  for (const auto& [wanted, done] : driven.script.asked)
    EXPECT_EQ(driven.script.count(wanted.question.name.to_text(), wanted.question.type), 1U)
        << wanted.question.name.to_text();
  driven.script.answer_all([](const wire::Question&) {
    return dnssec::Response{dnssec::NoReply{}, dnssec::kNoResolver};
  });
  for (const VerdictPtr* verdict : verdicts) {
    ASSERT_TRUE(*verdict);
    EXPECT_EQ((*verdict)->reason, dnssec::Reason::ResolverTimeout);
  }
  EXPECT_EQ(driven.lookups.running(), 0U);
}

// D-61
TEST(Lookups, ErrorsOfTheResolversAreIndeterminate) {
  const struct {
    dnssec::Response response;
    dnssec::Reason reason;
  } rows[] = {
      {{dnssec::NoReply{}, dnssec::kNoResolver}, dnssec::Reason::ResolverTimeout},
      {{dnssec::Unreadable{}, 0}, dnssec::Reason::MalformedResponse},
      {{dnssec::ErrorRcode{wire::Rcode::ServFail, {}, {}}, 0}, dnssec::Reason::ResolverServfail},
      {{dnssec::ErrorRcode{wire::Rcode::Refused, {}, {}}, 0}, dnssec::Reason::ResolverRefused},
  };
  for (const auto& row : rows) {
    Driven driven(anchors_at("anchored.test."));
    VerdictPtr& verdict = driven.look_up("mx.example.org.");
    driven.script.answer_all([&](const wire::Question&) { return row.response; });
    ASSERT_TRUE(verdict);
    EXPECT_EQ(verdict->security, Security::Indeterminate);
    EXPECT_EQ(verdict->reason, row.reason);
  }
}

// D-45: without any anchor nothing is ever called insecure.
TEST(Lookups, WithoutAnchorsEverythingIsIndeterminate) {
  Driven driven{dnssec::TrustAnchors()};
  VerdictPtr& verdict = driven.look_up("mx.example.org.");
  driven.script.answer_all(message_for);
  ASSERT_TRUE(verdict);
  EXPECT_EQ(verdict->security, Security::Indeterminate);
  EXPECT_EQ(verdict->reason, dnssec::Reason::NoValidAnchor);
}

}  // namespace
}  // namespace danesweep::scanner
