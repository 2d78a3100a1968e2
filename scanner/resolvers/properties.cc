// SPDX-License-Identifier: Apache-2.0
#include "scanner/resolvers/properties.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <utility>

#include "dnssec/crypto.h"
#include "scanner/engine/host_scan.h"
#include "scanner/engine/raw_query.h"
#include "scanner/engine/sweep.h"
#include "scanner/resolvers/big_answers.h"
#include "scanner/resolvers/judgement.h"

namespace danesweep::scanner {
namespace {

using Kind = TryResult::Kind;

/// A name below `zone` that nobody has.
wire::DomainName absent_name(const wire::DomainName& zone) {
  std::array<std::uint8_t, 8> random{};
  dnssec::random_octets(random);
  std::string label = "danesweep-check-";
  for (const std::uint8_t octet : random) label += fmt::format("{:02x}", octet);
  return zone.with_label(label).value_or(zone);
}

std::string advice(wire::Rcode rcode) {
  using enum wire::Rcode;
  switch (rcode) {
    case Refused:
      return "it does not serve this machine: have its operator allow this address";
    case FormErr:
    case NotImp:
    case BadVers:
      return "it does not know EDNS, without which there is no DNSSEC: update it, or ask another one";
    default:
      return "it reaches no servers itself: look into its log";
  }
}

bool has_signature(const wire::Message& message, wire::RrType covered) {
  return std::ranges::any_of(message.records(), [&](const wire::RecordIndex& record) {
    if (record.section != wire::Section::Answer || record.type != wire::RrType::Rrsig) return false;
    wire::Cursor rdata(message.raw_rdata(record));
    return rdata.u16() == static_cast<std::uint16_t>(covered);
  });
}

/// One resolver, and what has been found out about it so far.
class Examiner {
 public:
  Examiner(const DnsSettings& settings, const ResolverSetting& resolver, const CheckPlan& plan)
      : settings_(settings), plan_(plan) {
    settings_.resolvers = {resolver};
    const auto governing = settings_.anchors.governing_zone(plan.canary);
    if (governing) {
      anchored_ = *governing;
    } else if (!settings_.anchors.empty()) {
      anchored_ = settings_.anchors.all().front().zone;
    }
    soa_ = {anchored_, wire::RrType::Soa};
  }

  Judgement answers_udp();
  Judgement keeps_edns();
  Judgement honours_do();
  Judgement passes_canary();
  Judgement proves_denial();
  Judgement honours_cd();
  Judgement gives_ds_of_parent();
  Judgement knows_unknown_types();
  Judgement answers_tlsa();
  Judgement answers_tcp();
  Judgement truncates() { return judge_truncation(asker(), big_answers()); }
  Judgement sends_big_datagrams() { return judge_big_datagrams(asker(), big_answers()); }
  Judgement sends_big_streams() { return judge_big_streams(big_answers()); }

 private:
  const ResolverSetting& resolver() const { return settings_.resolvers.front(); }
  Ask asker() const {
    return [this](const wire::Question& question, const Manner& manner) {
      return ask_raw(settings_, resolver(), question, manner);
    };
  }
  dnssec::Verdict validated(const wire::Question& question) const {
    return run_query(settings_, question, dnssec::Detail::Plain).verdict;
  }
  const BigAnswers& big_answers();

  DnsSettings settings_;
  const CheckPlan& plan_;
  wire::DomainName anchored_;  ///< zone of a trust anchor, signed therefore
  wire::Question soa_;
  TryResult signed_;  ///< answer to `soa_`, once it has been asked
  bool has_tcp_ = false;
  std::optional<BigAnswers> big_answers_;
};

Judgement Examiner::answers_udp() {
  const auto start = std::chrono::steady_clock::now();
  const TryResult answer = asker()(soa_, {.truncated = Manner::Truncated::Keep});
  const std::chrono::duration<double, std::milli> took = std::chrono::steady_clock::now() - start;
  if (!answer.is_answer()) return no_answer(trouble_of(answer) + "; look at the address, the port and any firewall");
  if (answer.kind == Kind::Unreadable)
    return warning(
        "what comes by UDP cannot be read, so that every answer costs a TCP connection; is it a DNS server, and "
        "what damages datagrams on the way?");
  if (is_error(answer))
    return unfit(
        fmt::format("{} is answered with {}: {}", asked(soa_), wire::to_text(answer.rcode), advice(answer.rcode)));
  return fit(fmt::format("{}, {:.1f} ms", asked(soa_), took.count()));
}

Judgement Examiner::keeps_edns() {
  signed_ = asker()(soa_, {});
  if (is_failure(signed_)) return unfit(fmt::format("{}: {}", asked(soa_), trouble_of(signed_)));
  if (signed_.message->edns()) return fit("OPT comes back");
  return unfit("no OPT comes back: update the resolver, or remove what filters DNS on the way to it");
}

Judgement Examiner::honours_do() {
  if (is_failure(signed_)) return unfit(fmt::format("{}: {}", asked(soa_), trouble_of(signed_)));
  if (has_signature(*signed_.message, soa_.type)) return fit(fmt::format("{} comes with RRSIG", asked(soa_)));
  return unfit(fmt::format(
      "{} comes without RRSIG: switch DNSSEC on in the resolver, or remove what strips it on the way", asked(soa_)));
}

/// Silence and SERVFAIL stop no scan (E-103), but whoever asks for fitness must not be told "fit".
Judgement Examiner::passes_canary() {
  const CanaryResult canary = run_canary(settings_, plan_.canary).front();
  switch (canary.state) {
    case CanaryResult::State::Fit:
      return {Fitness::Fit, canary.sentence};
    case CanaryResult::State::Unfit:
      return {Fitness::Unfit, canary.sentence};
    case CanaryResult::State::NoVerdict:
      return unfit(canary.sentence + "; ask again, or with another NAME");
    case CanaryResult::State::NoAnswer:
      break;
  }
  return {Fitness::NoAnswer, canary.sentence};
}

Judgement Examiner::proves_denial() {
  const wire::Question question{absent_name(anchored_), wire::RrType::A};
  const dnssec::Verdict verdict = validated(question);
  if (const auto failed = failure_of(question, verdict)) return *failed;
  if (verdict.answer == dnssec::Answer::Data)
    return not_testable(fmt::format("{} exists: a wildcard answers for all names", asked(question)));
  return fit(
      fmt::format("{} of {} {}", dnssec::to_text(verdict.answer), asked(question), dnssec::to_text(verdict.security)));
}

/// With CD set a name whose signatures do not hold is answered all the same: that it is Bogus is for us to find out.
Judgement Examiner::honours_cd() {
  if (!plan_.broken)
    return not_testable("name a domain that is broken on purpose with --broken-name, such as dnssec-failed.org");
  const wire::Question question{*plan_.broken, wire::RrType::A};
  const TryResult raw = asker()(question, {});
  if (raw.rcode == wire::Rcode::ServFail)
    return unfit(
        fmt::format("{} is SERVFAIL although CD is set: it validates on its own, so that broken domains look "
                    "UNDETERMINED; have it honour CD (or the servers of {} are down: ask another resolver)",
                    asked(question), plan_.broken->to_display()));
  if (is_failure(raw)) return unfit(fmt::format("{}: {}", asked(question), trouble_of(raw)));
  const dnssec::Verdict verdict = validated(question);
  if (verdict.security != dnssec::Security::Bogus)
    return not_testable(fmt::format("{} is {}, not broken; take another --broken-name", asked(question),
                                    dnssec::to_text(verdict.security)));
  return fit(fmt::format("{}, which is BOGUS, is answered", asked(question)));
}

/// D-56, at the closest zone cut that has a DS.
Judgement Examiner::gives_ds_of_parent() {
  for (std::size_t labels = plan_.canary.label_count(); labels > anchored_.label_count(); --labels) {
    const wire::Question question{plan_.canary.suffix(labels), wire::RrType::Ds};
    const dnssec::Verdict verdict = validated(question);
    if (auto failed = failure_of(question, verdict)) return *failed;
    if (verdict.answer == dnssec::Answer::Data)
      return fit(fmt::format("{} {}", asked(question), dnssec::to_text(verdict.security)));
  }
  return not_testable(fmt::format("{} lies below no DS; give a NAME in a signed zone", plan_.canary.to_display()));
}

/// RFC 3597: no look-up asks for such a type, but who fails here is old.
Judgement Examiner::knows_unknown_types() {
  const wire::Question question{plan_.canary, static_cast<wire::RrType>(65280)};
  const TryResult answer = asker()(question, {});
  if (!is_failure(answer)) return fit(fmt::format("{} {}", asked(question), wire::to_text(answer.rcode)));
  return warning(fmt::format("{}: {}{}", asked(question), trouble_of(answer),
                             is_error(answer) ? "; the resolver is old, update it" : ""));
}

Judgement Examiner::answers_tlsa() {
  const auto name = tlsa_name(plan_.canary, 25);
  if (!name) return not_testable("NAME is too long to have TLSA records");
  const wire::Question question{*name, wire::RrType::Tlsa};
  const TryResult answer = asker()(question, {});
  if (is_failure(answer))
    return unfit(fmt::format("{}: {}; without TLSA there is no DANE: ask again, or update the resolver",
                             asked(question), trouble_of(answer)));
  return fit(fmt::format("{} {}", asked(question), wire::to_text(answer.rcode)));
}

Judgement Examiner::answers_tcp() {
  const TryResult answer = asker()(soa_, {.carrier = Carrier::Tcp});
  has_tcp_ = !is_failure(answer);
  if (has_tcp_) return fit(asked(soa_));
  return unfit(fmt::format("{}: answers that do not fit into a datagram are lost; let TCP to port {} pass",
                           trouble_of(answer), resolver().where.port));
}

const BigAnswers& Examiner::big_answers() {
  if (big_answers_) return *big_answers_;
  std::vector<wire::Question> questions = plan_.big;
  questions.push_back({anchored_, wire::RrType::Dnskey});
  questions.push_back({plan_.canary, wire::RrType::Dnskey});
  questions.push_back({plan_.canary, wire::RrType::Txt});
  big_answers_ = has_tcp_ ? collect_big_answers(asker(), questions) : BigAnswers{};
  return *big_answers_;
}

struct Property {
  std::string_view name;
  Judgement (Examiner::*judge)();
};

/// In the order in which they are asked: later ones use what earlier ones have found.
constexpr Property kProperties[] = {
    {"udp", &Examiner::answers_udp},
    {"edns", &Examiner::keeps_edns},
    {"do", &Examiner::honours_do},
    {"canary", &Examiner::passes_canary},
    {"denial", &Examiner::proves_denial},
    {"cd", &Examiner::honours_cd},
    {"ds", &Examiner::gives_ds_of_parent},
    {"tlsa", &Examiner::answers_tlsa},
    {"types", &Examiner::knows_unknown_types},
    {"tcp", &Examiner::answers_tcp},
    {"truncation", &Examiner::truncates},
    {"big-udp", &Examiner::sends_big_datagrams},
    {"big-tcp", &Examiner::sends_big_streams},
};

bool is_bad(Fitness fitness) { return fitness == Fitness::Unfit || fitness == Fitness::NoAnswer; }

}  // namespace

std::string_view to_text(Fitness fitness) {
  switch (fitness) {
    case Fitness::Fit:
      return "fit";
    case Fitness::Warning:
      return "warning";
    case Fitness::Unfit:
      return "unfit";
    case Fitness::NoAnswer:
      return "no answer";
    case Fitness::NotTestable:
      return "not testable";
  }
  return "";
}

Fitness Examination::fitness() const {
  if (!findings.empty() && findings.front().fitness == Fitness::NoAnswer) return Fitness::NoAnswer;
  const auto any = [&](auto holds) {
    return std::ranges::any_of(findings, [&](const Finding& finding) { return holds(finding.fitness); });
  };
  if (any(is_bad)) return Fitness::Unfit;
  return any([](Fitness one) { return one == Fitness::Warning; }) ? Fitness::Warning : Fitness::Fit;
}

std::vector<std::string_view> Examination::properties(Fitness fitness) const {
  std::vector<std::string_view> names;
  for (const Finding& finding : findings)
    if (finding.fitness == fitness) names.push_back(finding.property);
  return names;
}

Examination examine(const DnsSettings& settings, const ResolverSetting& resolver, const CheckPlan& plan) {
  Examination examination;
  examination.resolver = resolver;
  Examiner examiner(settings, resolver, plan);
  for (const Property& property : kProperties) {
    Judgement judgement = (examiner.*property.judge)();
    examination.findings.push_back({property.name, judgement.fitness, std::move(judgement.sentence)});
    const bool is_first = examination.findings.size() == 1;
    if (is_first && is_bad(judgement.fitness)) break;  // the others would say the same, a time-out each
  }
  return examination;
}

}  // namespace danesweep::scanner
