// SPDX-License-Identifier: Apache-2.0
#include "tests/unit/dnssec/asker.h"

#include <algorithm>

#include "dnssec/finding.h"

namespace danesweep::dnssec {

namespace {

Crypto& shared_crypto() {
  static Crypto crypto{Policy{}};
  return crypto;
}

RrType covered(const Record& rrsig) { return static_cast<RrType>(rrsig.rdata[0] << 8 | rrsig.rdata[1]); }

bool is_signature_of(const Record& record, RrType type) {
  return record.type == RrType::Rrsig && covered(record) == type;
}

void for_each_section(Reply& reply, const std::function<void(Records&)>& action) {
  action(reply.answer);
  action(reply.authority);
}

void fill(support::SignedZone& zone) {
  zone.add("www A 192.0.2.1").add("mail MX 10 www").add("txt TXT text").add("@ MX 10 mail");
  zone.add("*.wild A 192.0.2.2").add("deep.empty A 192.0.2.3");
  zone.add("alias CNAME www").add("moved DNAME target").add("www.target A 192.0.2.4");
  zone.add("loop1 CNAME loop2").add("loop2 CNAME loop1");
  zone.add("*.wildalias CNAME www").add("zz A 192.0.2.5").add("aa A 192.0.2.6");
}

void grow(World& world, support::SignedZone& zone) {
  const std::string apex = zone.apex().to_text();
  world.zone("insecure." + apex).unsigned_zone().add("www A 192.0.2.7").delegate("island");
  world.zone("island.insecure." + apex).add("www A 192.0.2.8");
  auto& child = world.zone("signed." + apex).add("www A 192.0.2.9").add("host.one.two A 192.0.2.10");
  zone.delegate("insecure").delegate(child);
}

}  // namespace

World honest_world() {
  World world;
  auto& root = world.zone(".");
  for (const char* apex : {"example.", "three.", "opt."}) {
    auto& zone = world.zone(apex);
    if (std::string_view(apex) == "three.") zone.nsec3();
    if (std::string_view(apex) == "opt.") zone.nsec3({.opt_out = support::OptOut::Yes});
    fill(zone);
    grow(world, zone);
    root.delegate(zone);
  }
  return world;
}

wire::Question question(std::string_view text) {
  const auto space = text.find(' ');
  return {name(text.substr(0, space)), wire::parse_rr_type(text.substr(space + 1)).value()};
}

Asker& Asker::add(World resolver) {
  resolvers_.push_back(std::move(resolver));
  return *this;
}
Asker& Asker::replace(World resolver) {
  resolvers_.front() = std::move(resolver);
  return *this;
}
Asker& Asker::anchors(std::vector<TrustAnchor> anchors) {
  anchors_ = std::move(anchors);
  return *this;
}
Asker& Asker::hint(NameHint hint) {
  hint_ = hint;
  return *this;
}
Asker& Asker::detail(Detail detail) {
  detail_ = detail;
  return *this;
}
Asker& Asker::at(UnixTime now) {
  now_ = now;
  return *this;
}
Asker& Asker::mute(std::string_view text) {
  muted_.push_back(dnssec::question(text));
  return *this;
}
Asker& Asker::reversed() {
  reversed_ = true;
  return *this;
}

Response Asker::respond(const Wanted& wanted) {
  asked_.push_back(wanted.question.name.to_text() + ' ' + wire::to_text(wanted.question.type));
  if (std::ranges::find(muted_, wanted.question) != muted_.end()) return {NoReply{}, kNoResolver};
  ResolverId resolver = 0;
  while (wanted.not_from.contains(resolver)) ++resolver;
  if (static_cast<std::size_t>(resolver) >= resolvers_.size()) return {NoOtherResolver{}, kNoResolver};
  const Reply reply = resolvers_[static_cast<std::size_t>(resolver)].reply(wanted.question);
  if (reply.rcode == wire::Rcode::ServFail || reply.rcode == wire::Rcode::Refused)
    return {ErrorRcode{reply.rcode, {}, {}}, resolver};
  return {reply.message(), resolver};
}

Verdict Asker::ask(std::string_view text) {
  asked_.clear();
  round_trips_ = 0;
  steps_ = 0;
  const TrustAnchors anchors(anchors_ ? *anchors_ : resolvers_.front().anchors("."));
  const Environment environment{&anchors, &policy_, &shared_crypto(), caches_.get()};
  Validation validation(dnssec::question(text), now_, environment, detail_, hint_);
  for (;;) {
    auto progress = validation.step();
    if (++steps_ > 10'000) throw std::runtime_error("the machine does not end");
    if (auto* verdict = std::get_if<Verdict>(&progress)) return std::move(*verdict);
    auto* wants = std::get_if<Wants>(&progress);
    if (wants == nullptr) continue;
    ++round_trips_;
    if (reversed_) std::ranges::reverse(*wants);
    for (const Wanted& wanted : *wants) validation.give(wanted, respond(wanted));
  }
}

Verdict Asker::ask_cold(std::string_view text) {
  caches_ = make_plain_caches();
  return ask(text);
}

World::Edit without(RrType type) {
  return [type](Reply& reply) {
    for_each_section(reply, [&](Records& records) {
      std::erase_if(records,
                    [&](const Record& record) { return record.type == type || is_signature_of(record, type); });
    });
  };
}

World::Edit without_signatures(RrType type) {
  return [type](Reply& reply) {
    for_each_section(reply, [&](Records& records) {
      std::erase_if(records, [&](const Record& record) { return is_signature_of(record, type); });
    });
  };
}

World::Edit without_all_signatures() {
  return [](Reply& reply) {
    for_each_section(reply, [&](Records& records) {
      std::erase_if(records, [&](const Record& record) { return record.type == RrType::Rrsig; });
    });
  };
}

World::Edit spoil_signatures(RrType type) {
  return [type](Reply& reply) {
    for_each_section(reply, [&](Records& records) {
      for (Record& record : records)
        if (is_signature_of(record, type)) record.rdata.back() ^= 1;
    });
  };
}

World::Edit with_rcode(wire::Rcode rcode) {
  return [rcode](Reply& reply) { reply.rcode = rcode; };
}
World::Edit add_answer(Records records) {
  return [records](Reply& reply) { reply.answer.insert(reply.answer.end(), records.begin(), records.end()); };
}
World::Edit add_authority(Records records) {
  return [records](Reply& reply) { reply.authority.insert(reply.authority.end(), records.begin(), records.end()); };
}
World::Edit set_authority(Records records) {
  return [records](Reply& reply) { reply.authority = records; };
}
World::Edit both(World::Edit first, World::Edit second) {
  return [first, second](Reply& reply) {
    first(reply);
    second(reply);
  };
}

Records signed_by_child(World& world, const char* child) {
  Records records = world.zone(child).find_signed(name(child), RrType::Soa);
  const Records nsec = world.zone(child).covering_or_matching_nsec(name(child));
  records.insert(records.end(), nsec.begin(), nsec.end());
  return records;
}

std::ostream& operator<<(std::ostream& out, const Row& row) {
  return out << row.rule << ' ' << row.title << ": " << row.question;
}

std::string row_name(const testing::TestParamInfo<Row>& info) {
  std::string result = info.param.rule + '_' + info.param.title;
  std::ranges::replace_if(
      result, [](char c) { return !std::isalnum(static_cast<unsigned char>(c)); }, '_');
  return result;
}

namespace {

std::string describe(const Verdict& verdict) {
  std::string text;
  for (const std::string& line : verdict.trace) text += "  " + line + '\n';
  return text + "  " + std::string(code(verdict.reason)) + ": " + sentence(verdict.reason, verdict.facts);
}

bool is_one_of(char c, std::string_view set) { return set.find(c) != std::string_view::npos; }

/// A "?" that stands for a fact; one behind a word is the sentence's own.
bool has_gap(const std::string& told) {
  for (auto at = told.find('?'); at != std::string::npos; at = told.find('?', at + 1))
    if (at == 0 || is_one_of(told[at - 1], " (")) return true;
  return false;
}

bool names_in_vain(const std::optional<wire::DomainName>& zone, const Verdict& verdict) {
  return !zone || (!zone->is_root() && !verdict.facts.name.is_within(*zone));
}

/// What is wrong with the facts of a verdict, "" if nothing: the sentence has a gap, or a mender that the reason calls
/// for is nobody in particular, or is of another name (D-126).
std::string fault_of_facts(const Verdict& verdict) {
  const ReasonFacts& facts = verdict.facts;
  const std::string_view menders = mender(verdict.reason);
  const auto is_mended_by = [&](char letter) { return menders.find(letter) != std::string_view::npos; };
  if (has_gap(sentence(verdict.reason, facts))) return "a fact is missing";
  if (facts.now == 0) return "the time is missing";
  const bool is_fetching = is_unfetched_reason(verdict.reason);  // the zone of what did not come is not known
  if (is_mended_by('Z') && !is_fetching && names_in_vain(facts.zone, verdict)) return "the zone is missing";
  const bool has_reply = verdict.reason != Reason::ResolverTimeout;
  if (is_mended_by('R') && has_reply && facts.resolver == kNoResolver) return "the resolver is missing";
  if (!is_mended_by('P')) return "";
  if (!facts.zone) return "the zone is missing";
  const bool is_anchored = verdict.reason == Reason::DnskeyMissing && !facts.parent;
  if (!is_anchored && !facts.parent) return "the parent is missing";
  if (!is_anchored && !facts.zone->is_below(*facts.parent)) return "the parent is not above the zone";
  return "";
}

void expect(const Row& row, const Verdict& verdict, const char* how) {
  EXPECT_EQ(to_text(verdict.security), to_text(row.security)) << row << ' ' << how << '\n' << describe(verdict);
  EXPECT_EQ(code(verdict.reason), code(row.reason)) << row << ' ' << how << '\n' << describe(verdict);
  EXPECT_EQ(fault_of_facts(verdict), "") << row << ' ' << how << '\n'
                                         << describe(verdict) << "; " << who_can_mend(verdict.reason, verdict.facts);
  const bool is_shown = row.security == Security::Secure || row.security == Security::Insecure;
  EXPECT_EQ(to_text(verdict.answer), to_text(is_shown ? row.answer : Answer::None)) << row << ' ' << how;
}

}  // namespace

void check(const Row& row) {
  World world = honest_world();
  if (row.change) row.change(world);
  Asker asker(world);
  asker.detail(Detail::Trace);
  expect(row, asker.ask(row.question), "cold");
  expect(row, asker.ask(row.question), "warm");
  expect(row, asker.reversed().ask_cold(row.question), "with replies reversed");
  expect(row, asker.hint(NameHint::LikelyZoneCut).ask_cold(row.question), "with the DS asked along");
}

}  // namespace danesweep::dnssec
