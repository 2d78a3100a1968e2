// SPDX-License-Identifier: Apache-2.0
// Own packets through c-ares against scripted servers: what counts as a response (D-4), what is kept from c-ares, TCP
// after truncation, renewal of source ports.
#include "scanner/engine/dns_transport.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <deque>

#include "scanner/engine/library.h"
#include "scanner/engine/loop.h"
#include "tests/unit/engine/responder.h"
#include "tests/unit/engine/row_name.h"

namespace danesweep::scanner {
namespace {

using Kind = TryResult::Kind;
using Carrier = Responder::Carrier;

wire::Question question_about(const std::string& name, wire::RrType type = wire::RrType::A) {
  return {*wire::DomainName::from_text(name), type};
}

/// For servers that answer, however slow the machine is now; and for those that do not.
constexpr milliseconds kPatient{60'000}, kImpatient{400};

/// A loop with one transport to one server.
class Harness {
 public:
  Harness(const SocketAddress& server, milliseconds timeout, std::uint32_t queries_per_port = 5000) {
    initialise_libraries();
    TransportSettings settings;
    settings.server = server;
    settings.timeout = timeout;
    settings.queries_per_port = queries_per_port;
    transport_ = std::make_unique<DnsTransport>(loop_.uv(), clock_, settings, ring_);
    loop_.set_before_poll([this] { transport_->flush(); });
    loop_.set_tick([this] { transport_->tick(); });
  }
  ~Harness() { transport_ = nullptr; }

  TryResult ask(const wire::Question& question, const Manner& manner = {}) {
    TryResult got;
    const auto take = [&](TryResult result) {
      got = std::move(result);
      loop_.stop();
    };
    transport_->send(question, take, manner);
    loop_.run();
    return got;
  }
  DnsTransport& transport() { return *transport_; }
  Loop& loop() { return loop_; }

 private:
  Clock clock_;
  Loop loop_;
  ReceiveRing ring_;
  std::unique_ptr<DnsTransport> transport_;
};

Say say(std::vector<Octets> datagrams) { return {std::move(datagrams), {}}; }

struct Row {
  const char* name;
  Responder::Script script;
  Kind kind;
  std::optional<std::uint8_t> address;  ///< last octet of the A record in the answer
};

Octets with_id_changed(Octets message) {
  message[1] ^= 1U;
  return message;
}
Octets with_case_changed(Octets message) {
  message[13] = static_cast<std::uint8_t>(message[13] ^ 0x20U);
  return message;
}
Octets with_type_changed(Octets message) {
  const auto end = std::find(message.begin() + 12, message.end(), std::uint8_t{0});
  *(end + 2) = 28;
  return message;
}

const Reply kGood{0x8180, {a_record(1)}};

const Row kRows[] = {
    {"a good answer", [](const Octets& q, Carrier) { return say({kGood.to(q)}); }, Kind::Message, 1},
    {"another id, then the right one: the first is nobody's",
     [](const Octets& q, Carrier) {
       return say({with_id_changed(Reply{0x8180, {a_record(9)}}.to(q)), kGood.to(q)});
     },
     Kind::Message, 1},
    {"another question, then the right one (D-4)",
     [](const Octets& q, Carrier) {
       return say({with_type_changed(Reply{0x8180, {a_record(9)}}.to(q)), kGood.to(q)});
     },
     Kind::Message, 1},
    {"only another question: no reply (D-4)",
     [](const Octets& q, Carrier) { return say({with_type_changed(kGood.to(q))}); },
     Kind::Silence,
     {}},
    {"case of the name changed: accepted (D-4)",
     [](const Octets& q, Carrier) { return say({with_case_changed(kGood.to(q))}); }, Kind::Message, 1},
    {"our own query reflected, then the answer",
     [](const Octets& q, Carrier) {
       return say({q, kGood.to(q)});
     },
     Kind::Message, 1},
    {"another opcode, then the answer",
     [](const Octets& q, Carrier) {
       return say({Reply{0x9180, {a_record(9)}}.to(q), kGood.to(q)});
     },
     Kind::Message, 1},
    {"the answer twice",
     [](const Octets& q, Carrier) {
       return say({kGood.to(q), kGood.to(q)});
     },
     Kind::Message, 1},
    {"an empty datagram and five octets, then the answer",
     [](const Octets& q, Carrier) {
       return say({{}, {1, 2, 3, 4, 5}, kGood.to(q)});
     },
     Kind::Message, 1},
    {"SERVFAIL is a message: the pool judges it (D-61)",
     [](const Octets& q, Carrier) {
       return say({Reply{0x8182, {}}.to(q)});
     },
     Kind::Message,
     {}},
    {"FORMERR without OPT does not wait for its time-out",
     [](const Octets& q, Carrier) {
       return say({Reply{0x8181, {}, true, false}.to(q)});
     },
     Kind::BareRcode,
     {}},
    {"REFUSED without question is recognised by its id",
     [](const Octets& q, Carrier) {
       return say({Reply{0x8185, {}, false, false}.to(q)});
     },
     Kind::BareRcode,
     {}},
    {"NOERROR without question is no answer",
     [](const Octets& q, Carrier) {
       return say({Reply{0x8180, {}, false, false}.to(q)});
     },
     Kind::Silence,
     {}},
    {"silence", [](const Octets&, Carrier) { return Say{}; }, Kind::Silence, {}},
    {"truncated, whole over TCP (D-4)",
     [](const Octets& q, Carrier by) {
       return by == Carrier::Udp ? say({Reply{0x8380, {a_record(9)}}.to(q)}) : say({kGood.to(q)});
     },
     Kind::Message, 1},
    {"a count past the end: asked again by TCP (D-4)",
     [](const Octets& q, Carrier by) {
       Octets cut = kGood.to(q);
       cut[7] = 5;
       return by == Carrier::Udp ? say({cut}) : say({kGood.to(q)});
     },
     Kind::Message, 1},
    {"truncated over TCP as well: never used (D-4)",
     [](const Octets& q, Carrier) {
       return say({Reply{0x8380, {a_record(9)}}.to(q)});
     },
     Kind::Unreadable,
     {}},
    {"TCP closed in the middle of the length, twice",
     [](const Octets& q, Carrier by) {
       return by == Carrier::Udp ? say({Reply{0x8380, {}}.to(q)}) : Say{{kGood.to(q)}, 1};
     },
     Kind::Unusable,
     {}},
    {"TCP closed in the middle of the message, twice",
     [](const Octets& q, Carrier by) {
       return by == Carrier::Udp ? say({Reply{0x8380, {}}.to(q)}) : Say{{kGood.to(q)}, 20};
     },
     Kind::Unusable,
     {}},
    {"a UDP answer of 3,000 octets arrives whole",
     [](const Octets& q, Carrier) {
       return say({Reply{0x8180, {big_record(2900), a_record(1)}}.to(q)});
     },
     Kind::Message,
     {}},
};

class DnsTransportAnswers : public testing::TestWithParam<Row> {};

TEST_P(DnsTransportAnswers, EndAs) {
  const Row& row = GetParam();
  Responder server(row.script);
  Harness harness(server.address(), row.kind == Kind::Silence ? kImpatient : kPatient);
  const wire::Question question = question_about("mail.example.org.");
  const TryResult got = harness.ask(question);
  EXPECT_EQ(got.kind, row.kind);
  if (!row.address) return;
  ASSERT_TRUE(got.message);
  ASSERT_EQ(got.message->records().size(), 2U);  // the A record and OPT
  EXPECT_EQ((*got.message->rdata(got.message->records()[0]))[3], *row.address);
}

INSTANTIATE_TEST_SUITE_P(Scripts, DnsTransportAnswers, testing::ValuesIn(kRows),
                         [](const auto& row) { return row_name(row.param.name); });

TEST(DnsTransport, FormerrWithoutOptDoesNotSwitchEdnsOff) {
  int count = 0;
  std::vector<std::size_t> sizes;
  Responder server([&](const Octets& query, Carrier) {
    sizes.push_back(query.size());
    return ++count == 1 ? say({Reply{0x8181, {}, true, false}.to(query)})
                        : say({Reply{0x8180, {big_record(900)}}.to(query)});
  });
  Harness harness(server.address(), kPatient);
  const wire::Question question = question_about("mail.example.org.");
  EXPECT_EQ(harness.ask(question).kind, Kind::BareRcode);
  for (int i = 0; i < 8; ++i) {  // whichever channel is drawn
    const TryResult got = harness.ask(question);
    ASSERT_EQ(got.kind, Kind::Message);
    EXPECT_GT(got.message->octets().size(), 900U);
  }
  for (const std::size_t size : sizes) EXPECT_EQ(size, sizes.front());
}

TEST(DnsTransport, AnExaminerMayChooseCarrierRoomAndTruncation) {
  Octets last;
  Responder server([&](const Octets& query, Carrier by) {
    last = query;
    return say({Reply{static_cast<std::uint16_t>(by == Carrier::Udp ? 0x8380 : 0x8180), {}}.to(query)});
  });
  Harness harness(server.address(), kPatient);
  const wire::Question question = question_about("mail.example.org.");
  const TryResult cut = harness.ask(question, {.udp_size = 600, .truncated = Manner::Truncated::Keep});
  ASSERT_EQ(cut.kind, Kind::Message);
  EXPECT_TRUE(cut.message->is_truncated());
  EXPECT_EQ(server.tcp_queries(), 0U);
  EXPECT_EQ(last[last.size() - 8] * 256U + last[last.size() - 7], 600U);  // the class of OPT, its last 11 octets
  const TryResult whole = harness.ask(question, {.carrier = danesweep::scanner::Carrier::Tcp});
  ASSERT_EQ(whole.kind, Kind::Message);
  EXPECT_EQ(whole.carrier, danesweep::scanner::Carrier::Tcp);
  EXPECT_EQ(server.udp_queries(), 1U);
}

TEST(DnsTransport, ARefusedPortEndsItsTriesAtOnce) {
  Responder server([](const Octets&, Carrier) { return Say{}; });
  server.kill();
  Harness harness(server.address(), kPatient);
  const auto start = std::chrono::steady_clock::now();
  EXPECT_EQ(harness.ask(question_about("mail.example.org.")).kind, Kind::Refused);
  EXPECT_LT(std::chrono::steady_clock::now() - start, kPatient / 2);
}

TEST(DnsTransport, SourcePortsAreSeveralAndRenewed) {
  Responder server([](const Octets& query, Carrier) { return say({kGood.to(query)}); });
  Harness harness(server.address(), kPatient, 20);
  const wire::Question question = question_about("mail.example.org.");
  for (int i = 0; i < 200; ++i) ASSERT_EQ(harness.ask(question).kind, Kind::Message);
  // 20 queries a port at most, 15 at least; four channels.
  EXPECT_GE(server.source_ports(), 10U);
  EXPECT_LE(server.source_ports(), 18U);
}

TEST(DnsTransport, AThousandAtOnceAreAllAnswered) {
  Responder server([](const Octets& query, Carrier) { return say({kGood.to(query)}); });
  Harness harness(server.address(), milliseconds(2000));
  std::deque<wire::Question> questions;
  for (int i = 0; i < 1000; ++i) questions.push_back(question_about("n" + std::to_string(i) + ".example.org."));
  constexpr std::size_t kMostQuestions = 5000;  // what a busy machine drops or delays is asked again
  std::size_t next = 0, ended = 0, messages = 0;
  const std::function<void()> send_more = [&] {
    while (next < questions.size() && harness.transport().has_room()) {
      const wire::Question& question = questions[next++];
      harness.transport().send(question, [&](const TryResult& result) {
        if (result.kind == Kind::Message) ++messages;
        if (result.kind == Kind::Silence && questions.size() < kMostQuestions) questions.push_back(question);
        if (++ended == questions.size()) harness.loop().stop();
        send_more();
      });
    }
  };
  send_more();
  harness.loop().run();
  EXPECT_EQ(ended, questions.size());
  EXPECT_EQ(messages, 1000U);
  EXPECT_EQ(harness.transport().window().outstanding(), 0U);
}

}  // namespace
}  // namespace danesweep::scanner
