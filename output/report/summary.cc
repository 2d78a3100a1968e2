// SPDX-License-Identifier: Apache-2.0
#include "output/report/summary.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "output/healed_exceptions.h"
#include "output/log_agreement.h"
#include "output/reasons.h"
#include "output/report/providers.h"

namespace danesweep::output {

namespace {

constexpr std::size_t kExamples = 3;

/// Order of E-113: more recipients first, then by name.
bool ranks_before(const Listed& a, const Listed& b) {
  return a.recipients != b.recipients ? a.recipients > b.recipients : a.domain < b.domain;
}

bool has_note(const std::vector<std::string>& notes, std::string_view note) {
  return std::find(notes.begin(), notes.end(), note) != notes.end();
}

Action column_of(const Result& result, Mode mode) {
  if (mode == Mode::None) return Action::NotApplicable;
  return mode == Mode::Mandatory ? result.mandatory : result.opportunistic;
}

/// The host that decided the effective column (E-26).
const Host* deciding_host(const Result& result) {
  const bool mandatory = result.effective_mode == Mode::Mandatory;
  for (const Host& host : result.hosts) {
    if ((mandatory ? host.mandatory : host.opportunistic) == result.effective) return &host;
  }
  return nullptr;
}

/// The look-up's own reason behind a verdict, empty if there is none.
std::string_view lookup_reason(const Result& result) {
  const std::string_view code = result.effective_reason;
  if (code.starts_with("mx-")) return result.mx.reason;
  const Host* host = deciding_host(result);
  if (host == nullptr) return {};
  if (code.starts_with("address-")) return host->address_reason;
  return code.starts_with("tlsa-") ? std::string_view(host->tlsa_reason) : std::string_view{};
}

void add_example(Groups& groups, const std::string& key, const std::string& domain, std::uint64_t recipients) {
  Group& group = groups[key];
  group.key = key;
  group.tally.add(recipients);
  if (group.examples.size() < kExamples) group.examples.push_back(domain);
}

/// What RFC 7672 would have to say for both to agree; Unset: nothing to compare.
Rfc7672 counterpart(Action action) {
  switch (action) {
    case Action::DaneSuccess:
      return Rfc7672::Verified;
    case Action::Fallback:
      return Rfc7672::Opportunistic;
    case Action::DaneFail:
      return Rfc7672::Defer;
    default:
      return Rfc7672::Unset;
  }
}

std::string_view row_of(const Result& result) {
  return result.effective_mode == Mode::Mandatory ? result.row_mandatory : result.row_opportunistic;
}

/// " (198.51.100.54 strips DNSSEC)" behind a failover that ends BOGUS: what the canary found about the later resolvers.
std::string blame(const Header& header, const Failover& failover) {
  if (!failover.reason.ends_with("-bogus")) return {};
  const auto unfit = std::ranges::find(header.resolvers, "unfit", &ResolverHealth::canary);
  if (unfit == header.resolvers.end()) return {};
  const bool strips = unfit->sentence.find("strips DNSSEC") != std::string::npos;
  std::string_view address = unfit->address;
  if (address.ends_with(":53")) address.remove_suffix(3);
  return fmt::format(" ({} {})", address, strips ? "strips DNSSEC" : "is unfit for DNSSEC");
}

Action failover_verdict(const Result& result) {
  const bool mandatory = result.effective_mode == Mode::Mandatory;
  return mandatory ? result.failover->mandatory : result.failover->opportunistic;
}

}  // namespace

Tally ModeCounts::assessed() const {
  Tally sum;
  for (const Action action : {Action::DaneSuccess, Action::Fallback, Action::DaneFail, Action::Undetermined}) {
    sum.domains += of(action).domains;
    sum.recipients += of(action).recipients;
  }
  return sum;
}

void Ranking::add(Listed listed) {
  all_.add(listed.recipients);
  if (limit_ == 0) return;
  if (heap_.size() == limit_) {
    if (!ranks_before(listed, heap_.front())) return;
    std::pop_heap(heap_.begin(), heap_.end(), ranks_before);
    heap_.pop_back();
  }
  heap_.push_back(std::move(listed));
  std::push_heap(heap_.begin(), heap_.end(), ranks_before);
}

std::vector<Listed> Ranking::first() const {
  std::vector<Listed> sorted = heap_;
  std::sort(sorted.begin(), sorted.end(), ranks_before);
  return sorted;
}

Summary::Summary(const SummaryLimits& limits)
    : failing(limits.listed),
      undetermined(limits.listed),
      differing_domains(limits.listed),
      healed(limits.listed),
      failover_changes(limits.listed),
      contradicted(limits.listed) {}

Action verdict_under(const Result& result, Mode mode) {
  return column_of(result, result.mode_source == ModeSource::OwnEntry ? result.effective_mode : mode);
}

std::string cause_in_words(const Result& result) {
  const std::string_view detail = lookup_reason(result);
  const std::string code = in_words(result.effective_reason);
  return detail.empty() ? code : fmt::format("{}: {}", code, in_words(detail));
}

std::string verdict_in_words(const Result& result) {
  const Host* host = deciding_host(result);
  const std::string name = host == nullptr ? "its mail host" : host->name;
  switch (result.effective) {
    case Action::DaneSuccess:
      return fmt::format("delivered with DANE by {}", name);
    case Action::Fallback:
      return fmt::format("delivered by {} without DANE", name);
    case Action::DaneFail:
      return "stuck in the queue until it bounces";
    case Action::Undetermined:
      return fmt::format("not known: {}", cause_in_words(result));
    default:
      return fmt::format("does not apply: {}", cause_in_words(result));
  }
}

struct Summariser::Impl {
  Summary summary;
  HealedExceptions healed;
  RegisteredDomains registered;

  Listed listed(const Result& result) const;
  void count(const Result& result);
  void count_rows(const Result& result);
  void list(const Result& result);
  void compare_with_rfc(const Result& result);
  void look_again(const Result& result);
  void compare_with_log(const Result& result);
};

Listed Summariser::Impl::listed(const Result& result) const {
  return {result.domain,
          result.recipients,
          result.effective,
          result.effective_reason,
          cause_in_words(result),
          verdict_in_words(result),
          mender_of(result, result.effective_reason, registered),
          std::string(row_of(result))};
}

void Summariser::Impl::count(const Result& result) {
  const auto at = [](Action action) { return static_cast<std::size_t>(action); };
  summary.all.add(result.recipients);
  summary.opportunistic.by_action.at(at(verdict_under(result, Mode::Opportunistic))).add(result.recipients);
  summary.mandatory.by_action.at(at(verdict_under(result, Mode::Mandatory))).add(result.recipients);
  summary.effective.by_action.at(at(result.effective)).add(result.recipients);
  if (result.effective == Action::NotApplicable) summary.not_applicable[result.effective_reason].add(result.recipients);
  if (result.degraded) summary.degraded.add(result.recipients);
  if (has_note(result.warnings, "rat-route-relay")) summary.rat_route_relay.add(result.recipients);
  if (result.decided_by == "smtp-route") summary.routed.add(result.recipients);
  if (result.effective_reason == "port-blocked") summary.port_blocked.add(result.recipients);
}

void Summariser::Impl::count_rows(const Result& result) {
  for (const Host& host : result.hosts) {
    if (!host.row_opportunistic.empty()) ++summary.rows[host.row_opportunistic];
    if (!host.row_mandatory.empty()) ++summary.rows[host.row_mandatory];
  }
  if (result.row_opportunistic == "O-14") ++summary.rows["O-14"];
  if (result.row_mandatory == "M-15") ++summary.rows["M-15"];
}

void Summariser::Impl::list(const Result& result) {
  if (result.effective == Action::DaneFail) {
    summary.failing.add(listed(result));
    add_example(summary.by_cause, result.effective_reason, result.domain, result.recipients);
    add_example(summary.by_provider, provider_of(result, registered), result.domain, result.recipients);
  } else if (result.effective == Action::Undetermined) {
    summary.undetermined.add(listed(result));
  }
}

void Summariser::Impl::compare_with_rfc(const Result& result) {
  const Rfc7672 expected = counterpart(result.opportunistic);
  if (expected == Rfc7672::Unset || result.rfc7672 == Rfc7672::Unset || expected == result.rfc7672) return;
  const std::string key =
      fmt::format("{} / {}: {}", to_text(result.opportunistic), to_text(result.rfc7672), result.reason);
  add_example(summary.differing, key, result.domain, result.recipients);
  Listed differing = listed(result);
  differing.verdict = to_text(result.opportunistic);
  differing.detail = to_text(result.rfc7672);
  differing.reason = result.reason;
  summary.differing_domains.add(std::move(differing));
}

/// E-85, E-104 and --confirm.
void Summariser::Impl::look_again(const Result& result) {
  if (healed.holds(result)) summary.healed.add(listed(result));
  if (result.failover) {
    summary.failover_asked.add(result.recipients);
    const Action second = failover_verdict(result);
    if (result.effective_mode != Mode::None && second != result.effective) {
      Listed changed = listed(result);
      changed.detail = fmt::format("{} -> {}  {}{}", to_text(result.effective), to_text(second),
                                   in_words(result.failover->reason), blame(summary.header, *result.failover));
      summary.failover_changes.add(std::move(changed));
    }
  }
  if (result.confirm) {
    const bool stable = result.confirm->asked == result.confirm->same;
    (stable ? summary.confirmed_stable : summary.confirmed_varying).add(result.recipients);
  }
}

void Summariser::Impl::compare_with_log(const Result& result) {
  if (!result.gateway_log) return;
  LogFigures& figures = summary.gateway_log;
  if (result.gateway_log->delivered > 0) ++figures.delivered;
  if (result.gateway_log->failed > 0) ++figures.failed;
  const Agreement agreement = judge_prediction(result.effective, *result.gateway_log);
  if (agreement == Agreement::Agrees) ++figures.agree;
  if (agreement == Agreement::NotPredicted) ++figures.not_predicted;
  if (agreement != Agreement::Differs) return;
  Listed contradicted = listed(result);
  contradicted.detail = in_words(*result.gateway_log);
  summary.contradicted.add(std::move(contradicted));
}

Summariser::Summariser(const Header& header, const SummaryLimits& limits)
    : impl_(new Impl{Summary(limits), HealedExceptions(header), {}}) {
  impl_->summary.header = header;
}

Summariser::~Summariser() = default;

void Summariser::add(const Result& result) {
  impl_->count(result);
  impl_->count_rows(result);
  impl_->list(result);
  impl_->compare_with_rfc(result);
  impl_->look_again(result);
  impl_->compare_with_log(result);
}

Summary Summariser::finish(const std::optional<Trailer>& trailer) {
  impl_->summary.trailer = trailer;
  return std::move(impl_->summary);
}

tl::expected<Summary, std::string> summarise(Reader& reader, const SummaryLimits& limits) {
  Summariser summariser(reader.header(), limits);
  for (;;) {
    const auto result = reader.next();
    if (!result) return tl::unexpected(result.error());
    if (!*result) return summariser.finish(reader.trailer());
    summariser.add(**result);
  }
}

}  // namespace danesweep::output
