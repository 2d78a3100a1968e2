// SPDX-License-Identifier: Apache-2.0
#include "dnssec/validation.h"

#include <algorithm>
#include <utility>

#include "dnssec/answers.h"
#include "dnssec/chain.h"
#include "dnssec/link.h"
#include "dnssec/lookup.h"
#include "dnssec/stripping.h"
#include "dnssec/trace.h"
#include "dnssec/verdict_builder.h"
#include "dnssec/wire/presentation.h"

namespace danesweep::dnssec {

using wire::DomainName;
using wire::RrType;

namespace {

std::string extended_error_to_text(const std::optional<std::uint16_t>& code, const std::string& text) {
  return code ? ", extended error " + std::to_string(*code) + ' ' + text : std::string();
}

/// What became of a question, with what the resolvers themselves say of it (D-61).
std::string to_line(const Exchange& exchange) {
  const wire::Question& question = exchange.wanted.question;
  std::string line = "asked " + question.name.to_display() + ' ' + wire::to_text(question.type) + ": ";
  if (exchange.is_answered())
    line += wire::to_text(exchange.view->rcode()) + ", " + std::to_string(exchange.view->message().records().size()) +
            " records";
  else
    line += exchange.state == Exchange::State::NoOther ? "there is no other resolver" : code(exchange.missing.reason);
  if (exchange.resolver != kNoResolver) line += ", resolver " + std::to_string(exchange.resolver);
  line += extended_error_to_text(exchange.extended_error, exchange.extended_error_text);
  for (const auto& [error, resolver] : exchange.outdone)
    line += "; resolver " + std::to_string(resolver) + " said " + wire::to_text(error.rcode) +
            extended_error_to_text(error.extended_error, error.extended_error_text);
  return line;
}

/// The zone that proved a link, or where security ends above it.
std::optional<DomainName> zone_of(const LinkResult& result) {
  return result.vouches ? result.vouches->zone : result.finding.facts.zone;
}

}  // namespace

/// The links of the answer, from the asked name on. Each is judged from the message that brought the link before it;
/// if that says nothing, or something bad, from an answer to its own question; if that is bad, from one by another
/// resolver (D-59, D-67, D-126). What is not there yet stops the machine, and it goes on from the same link.
struct Validation::Impl {
  enum class State : std::uint8_t { Start, Links, Resolvers };

  Impl(wire::Question question, UnixTime now, const Environment& environment, Detail detail, NameHint name_hint)
      : lookup(std::move(question), now, environment, detail),
        chain(lookup),
        hint(name_hint),
        name(lookup.question().name) {}

  std::optional<Verdict> advance();
  std::optional<Verdict> finish();
  void start();
  bool judge_link();
  void trace_link(const JudgedLink& link);
  bool look_at_resolvers();

  std::optional<JudgedLink> judge_current();
  std::optional<JudgedLink> judge(const ResponseView& view);
  std::optional<JudgedLink> missing(const Exchange& exchange);
  bool follow(const DomainName& target);
  void end_with(Finding finding);

  Lookup lookup;
  Chain chain;
  NameHint hint;
  State state = State::Start;
  std::vector<JudgedLink> links;          ///< judged ones
  DomainName name;                        ///< of the link that is being judged
  const ResponseView* carried = nullptr;  ///< the message that led to it
  std::optional<JudgedLink> from_carried;
  Answers<JudgedLink> own_answers;
};

/// The machine, top to bottom. Nothing: it waits, or has to stop for now.
std::optional<Verdict> Validation::Impl::advance() {
  switch (state) {
    case State::Start:
      if (lookup.anchors().empty()) {
        end_with(indeterminate(Reason::NoValidAnchor, lookup.facts(name, lookup.question().type)));
        return finish();
      }
      start();
      state = State::Links;
      [[fallthrough]];
    case State::Links:
      while (judge_link()) {
      }
      if (state == State::Links) return std::nullopt;
      [[fallthrough]];
    case State::Resolvers:
      if (!look_at_resolvers()) return std::nullopt;
      return finish();
  }
  return std::nullopt;
}

/// All that will surely be needed goes out in one round trip (D-60).
void Validation::Impl::start() {
  lookup.exchanges().ask(lookup.question());
  const auto anchor = chain.governing_anchor(name, side_of(lookup.question().type));
  if (!anchor) return;
  const bool has_keys = lookup.caches().find_zone(*anchor, lookup.now()) != nullptr;
  if (has_keys && hint == NameHint::None) return;
  if (chain.is_location_known(name)) return;
  const bool may_be_cut = hint == NameHint::LikelyZoneCut && lookup.question().type != RrType::Ds && name != *anchor;
  if (may_be_cut) lookup.exchanges().ask({name, RrType::Ds});
  if (!has_keys) lookup.exchanges().ask({*anchor, RrType::Dnskey});
}

/// True while there are more links to judge.
bool Validation::Impl::judge_link() {
  auto judged = judge_current();
  if (!judged) return false;
  if (lookup.is_traced()) trace_link(*judged);
  const auto target = judged->result.finding.security == Security::Bogus ? std::nullopt : judged->result.target;
  links.push_back(std::move(*judged));
  if (target && follow(*target)) return true;
  state = State::Resolvers;
  return false;
}

/// The one place where records of a BOGUS answer are shown (D-76).
void Validation::Impl::trace_link(const JudgedLink& link) {
  const RrType type = lookup.question().type;
  lookup.trace(to_line("link", name, type, link.result.finding));
  if (link.result.finding.security != Security::Bogus || link.view == nullptr) return;
  for (const wire::Rrset* rrset : link.view->answers_at(name))
    for (const wire::Bytes rdata : rrset->rdata)
      lookup.trace("not believed: " + wire::record_to_text(rrset->owner, rrset->ttl, rrset->type, rdata));
}

/// D-68. False: the chain ends here.
bool Validation::Impl::follow(const DomainName& target) {
  const auto again = std::ranges::find(links, target, &JudgedLink::name);
  if (again != links.end()) {
    const bool all_secure =
        std::ranges::all_of(links, [](const JudgedLink& link) { return link.result.finding.is_secure(); });
    ReasonFacts facts = lookup.facts(target, lookup.question().type);
    facts.zone = zone_of(again->result);
    end_with(all_secure ? bogus(Reason::CnameLoop, std::move(facts)) : insecure(Reason::CnameLoop, std::move(facts)));
    return false;
  }
  name = target;
  if (!lookup.budget().take_chain_link()) {
    end_with(lookup.work_limit(lookup.question().name, zone_of(links.back().result)));
    return false;
  }
  carried = links.back().view;
  from_carried.reset();
  own_answers = {};
  return true;
}

std::optional<JudgedLink> Validation::Impl::judge(const ResponseView& view) {
  const bool is_own = view.message().question()->name == name;
  auto result =
      LinkJudge(lookup, chain, view, {name, lookup.question().type}, is_own ? Position::First : Position::AfterAlias)
          .run();
  if (!result) return std::nullopt;
  return JudgedLink{name, std::move(*result), &view};
}

std::optional<JudgedLink> Validation::Impl::missing(const Exchange& exchange) {
  JudgedLink link{name, {.finding = exchange.missing}, nullptr};
  link.result.links.push_back(
      make_link(Step::Answer, {}, name, lookup.question().type, exchange.missing, exchange.resolver));
  if (exchange.missing.facts.number) link.result.rcode = static_cast<wire::Rcode>(*exchange.missing.facts.number);
  return link;
}

namespace {

/// Could another message do better?
bool is_worth_asking(const LinkResult& result) {
  const Finding& finding = result.finding;
  const bool has_failed = finding.security == Security::Bogus || is_unfetched_reason(finding.reason);
  return result.is_incomplete || (has_failed && finding.fault_at == FaultAt::ThisMessage);
}

}  // namespace

/// From the message that led here, from an answer of its own, from another resolver: the first that is beyond doubt. If
/// no answer of its own comes, what the message said of it is judged as it stands (D-67).
std::optional<JudgedLink> Validation::Impl::judge_current() {
  if (carried != nullptr && !from_carried) {
    from_carried = judge(*carried);
    if (!from_carried) return std::nullopt;
  }
  if (from_carried && !is_worth_asking(from_carried->result)) return std::move(from_carried);
  auto own = own_answers.ask(
      lookup, {name, lookup.question().type},
      [this](const Exchange& exchange) { return exchange.is_answered() ? judge(*exchange.view) : missing(exchange); },
      [](const JudgedLink& judged) { return is_worth_asking(judged.result); });
  const bool has_carried = from_carried && !from_carried->result.is_incomplete;
  if (!own || !has_carried) return own;
  const Finding& carried_finding = from_carried->result.finding;
  const bool stands = is_unfetched_reason(own->result.finding.reason) ? carried_finding.security == Security::Bogus
                                                                      : is_better(carried_finding, own->result.finding);
  return stands ? std::move(from_carried) : std::move(own);
}

void Validation::Impl::end_with(Finding finding) {
  JudgedLink link{name, {.finding = std::move(finding)}, links.empty() ? nullptr : links.back().view};
  const bool is_first = links.empty();
  link.result.links.push_back(make_link(is_first ? Step::Answer : Step::Alias, {}, name,
                                        is_first ? lookup.question().type : RrType::Cname, link.result.finding));
  links.push_back(std::move(link));
}

/// Is it the resolver that leaves out what is missing? True when that is known.
bool Validation::Impl::look_at_resolvers() {
  Finding& finding = links.back().result.finding;
  if (finding.security != Security::Bogus || !is_missing_reason(finding.reason)) return true;
  const auto anchor = chain.governing_anchor(links.back().name, side_of(lookup.question().type));
  if (!anchor) return true;
  const auto found = find_stripping(lookup, *anchor, finding.reason);
  if (!found) return false;
  lookup.mark_stripping(found->resolvers);
  if (!found->all_strip) return true;
  finding.reason = Reason::ResolverStripsDnssec;
  if (!found->resolvers.empty()) finding.facts.resolver = found->resolvers.front();
  if (!links.back().result.links.empty()) links.back().result.links.back().reason = finding.reason;
  return true;
}

std::optional<Verdict> Validation::Impl::finish() {
  Verdict verdict = build_verdict(lookup, chain, links);
  verdict.stripping = lookup.take_stripping();
  verdict.spoiling = lookup.take_spoiling();
  std::ranges::sort(verdict.stripping);
  std::ranges::sort(verdict.spoiling);
  verdict.trace = lookup.take_trace();
  if (const KeyTable* table = lookup.key_table()) verdict.keys = table->rows(lookup.crypto(), verdict.chain);
  return verdict;
}

Validation::Validation(wire::Question question, UnixTime now, const Environment& environment, Detail detail,
                       NameHint hint)
    : impl_(std::make_unique<Impl>(std::move(question), now, environment, detail, hint)) {}
Validation::~Validation() = default;
Validation::Validation(Validation&&) noexcept = default;
Validation& Validation::operator=(Validation&&) noexcept = default;

std::variant<Verdict, Wants, GoOn> Validation::step() {
  Lookup& lookup = impl_->lookup;
  lookup.begin_step();
  if (auto verdict = impl_->advance()) return std::move(*verdict);
  Wants wants = lookup.exchanges().take_wants();
  const bool may_wait = wants.empty() ? lookup.exchanges().is_any_waiting() : lookup.budget().take_round_trip();
  if (wants.empty() && lookup.stopped()) return GoOn{};
  if (may_wait) return wants;
  impl_->end_with(lookup.work_limit(lookup.question().name));
  return std::move(*impl_->finish());
}

void Validation::give(const Wanted& wanted, Response response) {
  const Exchange* exchange = impl_->lookup.exchanges().give(wanted, std::move(response));
  if (exchange != nullptr && impl_->lookup.is_traced()) impl_->lookup.trace(to_line(*exchange));
}

}  // namespace danesweep::dnssec
