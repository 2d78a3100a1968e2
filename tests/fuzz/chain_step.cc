// SPDX-License-Identifier: Apache-2.0
// The validator fed with spoilt replies. First octet: which question; with the top bit set the rest is a list of raw
// replies (length, answer count, authority count, rcode, records), else a list of edits to honest ones (reply, offset
// of two octets, value). With bit 64 it is traced. Whatever comes, the machine ends, and what it calls SECURE is what
// the honest world says.
#include <algorithm>
#include <array>
#include <map>

#include "dnssec/validation.h"
#include "tests/fuzz/check.h"
#include "tests/support/world.h"

namespace {

using namespace danesweep;
using namespace danesweep::dnssec;
using danesweep::fuzz::check;
using wire::RrType;

constexpr std::array kQuestions = {
    "www.example. A",     "www.example. TXT",        "nothing.example. A",  "x.wild.example. A",
    "www.sub.example. A", "www.insecure.example. A", "nothing.three. A",    "x.wild.three. A",
    "www.three. TXT",     "www.insecure.three. A",   "alias.example. A",    "a.moved.example. A",
    "sub.example. DS",    "insecure.three. DS",      "www.insecure.opt. A", "nothing.opt. A"};

support::World make_world() {
  support::World world;
  auto& sub = world.zone("sub.example.").add("www A 192.0.2.1");
  world.zone(".");
  for (const char* apex : {"example.", "three.", "opt."}) {
    auto& zone = world.zone(apex);
    if (apex[0] == 't') zone.nsec3({.iterations = 1, .salt = {0xAB}});
    if (apex[0] == 'o') zone.nsec3({.opt_out = support::OptOut::Yes});
    zone.add("www A 192.0.2.1")
        .add("*.wild A 192.0.2.2")
        .add("alias CNAME www")
        .add("moved DNAME three.")
        .delegate("insecure");
    world.zone(std::string("insecure.") + apex).unsigned_zone().add("www A 192.0.2.3");
    if (apex[0] == 'e') zone.delegate(sub);
  }
  for (const char* apex : {"example.", "three.", "opt."}) world.zone(".").delegate(world.zone(apex));
  return world;
}

/// Empty caches for each look-up, but good signatures are checked once in the process (D-110): half of the time.
class FreshCaches : public Caches {
 public:
  explicit FreshCaches(SignatureMemo& good) : good_(good) {}
  std::shared_ptr<const ZoneKeys> find_zone(const wire::DomainName& zone, UnixTime now) override {
    return fresh_->find_zone(zone, now);
  }
  void store(std::shared_ptr<const ZoneKeys> keys) override { fresh_->store(std::move(keys)); }
  std::shared_ptr<const InsecureCut> find_cut(const wire::DomainName& name, UnixTime now) override {
    return fresh_->find_cut(name, now);
  }
  void store(std::shared_ptr<const InsecureCut> cut) override { fresh_->store(std::move(cut)); }
  std::shared_ptr<const BogusZone> find_bogus(const wire::DomainName& zone, UnixTime now) override {
    return fresh_->find_bogus(zone, now);
  }
  void store(std::shared_ptr<const BogusZone> bogus) override { fresh_->store(std::move(bogus)); }
  std::optional<SpanParameters> span_parameters(const wire::DomainName& zone, UnixTime now) override {
    return fresh_->span_parameters(zone, now);
  }
  std::shared_ptr<const OptOutSpan> find_span(const wire::DomainName& zone, const std::array<std::uint8_t, 20>& hash,
                                              UnixTime now) override {
    return fresh_->find_span(zone, hash, now);
  }
  void store(std::shared_ptr<const OptOutSpan> span) override { fresh_->store(std::move(span)); }
  SignatureMemo& memo() override { return good_; }

 private:
  std::unique_ptr<Caches> fresh_ = make_plain_caches();
  SignatureMemo& good_;
};

struct Setup {
  support::World world = make_world();
  TrustAnchors anchors{world.anchors(".")};
  Policy policy;
  Crypto crypto{policy};
  CheckSet good;  // the honest world's: nobody else can sign
  std::map<std::string, std::vector<std::uint8_t>> replies;

  const std::vector<std::uint8_t>& reply(const wire::Question& question) {
    const std::string key = question.name.to_display() + wire::to_text(question.type);
    auto found = replies.find(key);
    if (found == replies.end()) found = replies.emplace(key, world.reply(question).octets()).first;
    return found->second;
  }
};

Setup& setup() {
  static Setup instance;
  return instance;
}

wire::Question question_of(std::size_t index) {
  const std::string_view text = kQuestions[index];
  const auto space = text.find(' ');
  return {support::name(text.substr(0, space)), *wire::parse_rr_type(text.substr(space + 1))};
}

template <class Source>
Verdict ask(const wire::Question& question, Detail detail, Source source) {
  Setup& all = setup();
  FreshCaches caches(all.good);
  const Environment environment{&all.anchors, &all.policy, &all.crypto, &caches};
  Validation validation(question, support::kNow, environment, detail);
  for (int steps = 0; steps < 1000; ++steps) {
    auto progress = validation.step();
    if (auto* verdict = std::get_if<Verdict>(&progress)) return std::move(*verdict);
    if (const auto* wants = std::get_if<Wants>(&progress))
      for (const Wanted& wanted : *wants) validation.give(wanted, source(wanted));
  }
  check(false);
  return {};
}

Response parsed(wire::Bytes octets) {
  const auto message = wire::Message::parse(octets);
  if (!message) return {NoReply{}, 0};
  return {wire::MessagePtr(*message), 0};
}

struct Edit {
  std::uint8_t reply;
  std::uint16_t offset;
  std::uint8_t value;
};

/// Honest replies in the order of asking, with edits behind the question.
class EditedSource {
 public:
  explicit EditedSource(wire::Cursor in) {
    while (!in.at_end() && edits_.size() < 32) edits_.push_back({in.u8(), in.u16(), in.u8()});
  }
  Response operator()(const Wanted& wanted) {
    if (!wanted.not_from.is_empty()) return {NoOtherResolver{}};
    auto octets = setup().reply(wanted.question);
    const std::size_t behind = 12 + wanted.question.name.wire().size() + 4;
    for (const Edit& edit : edits_)
      if (edit.reply % 8 == asked_ && octets.size() > behind)
        octets[behind + edit.offset % (octets.size() - behind)] ^= edit.value;
    ++asked_;
    return parsed(octets);
  }

 private:
  std::vector<Edit> edits_;
  std::size_t asked_ = 0;
};

/// Replies out of nothing but the input.
class RawSource {
 public:
  explicit RawSource(wire::Cursor in) : in_(in) {}
  Response operator()(const Wanted& wanted) {
    const std::uint16_t length = in_.u16();
    const std::uint8_t answers = in_.u8();
    const std::uint8_t authority = in_.u8();
    const std::uint8_t rcode = in_.u8();
    const wire::Bytes records = in_.take(std::min<std::size_t>(length, in_.left()));
    std::vector<std::uint8_t> octets = {
        0, 0, 0x81, static_cast<std::uint8_t>(0x90 | (rcode & 15)), 0, 1, 0, answers, 0, authority, 0, 0};
    octets.insert(octets.end(), wanted.question.name.wire().begin(), wanted.question.name.wire().end());
    const auto type = static_cast<std::uint16_t>(wanted.question.type);
    octets.insert(octets.end(), {static_cast<std::uint8_t>(type >> 8U), static_cast<std::uint8_t>(type), 0, 1});
    octets.insert(octets.end(), records.begin(), records.end());
    return parsed(octets);
  }

 private:
  wire::Cursor in_;
};

const Verdict& honest_verdict(std::size_t index) {
  static const std::vector<Verdict> all = [] {
    std::vector<Verdict> verdicts;
    for (std::size_t each = 0; each < kQuestions.size(); ++each)
      verdicts.push_back(ask(question_of(each), Detail::Plain,
                             [](const Wanted& wanted) { return parsed(setup().reply(wanted.question)); }));
    return verdicts;
  }();
  return all[index];
}

std::vector<std::vector<std::uint8_t>> sorted_records(const Verdict& verdict) {
  std::vector<std::vector<std::uint8_t>> all;
  for (const AnswerRecord& record : verdict.records) all.push_back(record.rdata);
  std::ranges::sort(all);
  return all;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  wire::Cursor in(wire::Bytes(data, size));
  const std::uint8_t first = in.u8();
  const std::size_t index = first % kQuestions.size();
  const wire::Question question = question_of(index);
  const Detail detail = (first & 0x40U) != 0 ? Detail::Trace : Detail::Plain;
  if ((first & 0x80U) != 0) {
    check(ask(question, detail, RawSource(in)).security != Security::Secure);
    return 0;
  }
  const Verdict& honest = honest_verdict(index);
  const Verdict verdict = ask(question, detail, EditedSource(in));
  check(verdict.security <= std::max(honest.security, Security::Indeterminate) || verdict.security == honest.security);
  if (verdict.security != Security::Secure) return 0;
  check(verdict.answer == honest.answer);
  check(sorted_records(verdict) == sorted_records(honest));
  return 0;
}
