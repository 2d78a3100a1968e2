// SPDX-License-Identifier: Apache-2.0
#include "scanner/result_diff.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>
#include <nlohmann/json.hpp>
#include <tuple>
#include <unordered_map>

#include "output/escape.h"

namespace danesweep::scanner {
namespace {

using output::Action;
using Json = nlohmann::ordered_json;

constexpr std::array<Change, 8> kChanges = {Change::Regression, Change::Fix,           Change::NotKnownNow,
                                            Change::KnownNow,   Change::Applicability, Change::Reason,
                                            Change::Appeared,   Change::Vanished};

/// How bad a known verdict is; UNDETERMINED and NOT_APPLICABLE are judged apart.
int badness(Action action) {
  switch (action) {
    case Action::DaneSuccess:
      return 0;
    case Action::Fallback:
      return 1;
    case Action::DaneFail:
      return 2;
    default:
      return -1;
  }
}

struct Before {
  Action action = Action::Unset;
  std::string reason;
  std::uint64_t recipients = 0;
};
using Earlier = std::unordered_map<std::string, Before>;

Value<Earlier> read_earlier(output::Reader& reader) {
  Earlier earlier;
  for (;;) {
    const auto result = reader.next();
    if (!result) return tl::unexpected(result.error());
    if (!*result) return earlier;
    earlier[(*result)->domain] = {(*result)->effective, (*result)->effective_reason, (*result)->recipients};
  }
}

std::string line_of(const ChangedDomain& domain) {
  const auto side = [](Action action, const std::string& reason) {
    return action == Action::Unset ? std::string("-") : fmt::format("{} ({})", output::to_text(action), reason);
  };
  return fmt::format("{}: {} -> {}, {} recipients", domain.domain, side(domain.before, domain.reason_before),
                     side(domain.after, domain.reason_after), domain.recipients);
}

std::string json_text(const ResultDiff& diff) {
  Json counts = Json::object(), domains = Json::array();
  for (const Change change : kChanges) counts[std::string(to_text(change))] = diff.count(change);
  counts["same"] = diff.same;
  const auto action = [](Action one) { return one == Action::Unset ? Json(nullptr) : Json(output::to_text(one)); };
  for (const ChangedDomain& domain : diff.changed)
    domains.push_back({{"domain", domain.domain},
                       {"change", to_text(domain.change)},
                       {"before", action(domain.before)},
                       {"after", action(domain.after)},
                       {"reason_before", domain.reason_before},
                       {"reason_after", domain.reason_after},
                       {"recipients", domain.recipients}});
  return Json{{"counts", std::move(counts)}, {"domains", std::move(domains)}}.dump(-1, ' ', false,
                                                                                   Json::error_handler_t::replace) +
         "\n";
}

}  // namespace

std::string_view to_text(Change change) {
  static constexpr std::array<std::string_view, 8> kTexts = {"regression",    "fix",    "not known now", "known now",
                                                             "applicability", "reason", "appeared",      "vanished"};
  return kTexts[static_cast<std::size_t>(change)];
}

std::optional<Change> compare_verdicts(Action before, std::string_view reason_before, Action after,
                                       std::string_view reason_after) {
  if (before == after) return reason_before == reason_after ? std::nullopt : std::optional(Change::Reason);
  if (after == Action::DaneFail) return Change::Regression;
  if (after == Action::Undetermined) return Change::NotKnownNow;
  if (before == Action::DaneFail) return Change::Fix;
  if (before == Action::Undetermined) return Change::KnownNow;
  if (badness(before) < 0 || badness(after) < 0) return Change::Applicability;
  return badness(after) > badness(before) ? Change::Regression : Change::Fix;
}

std::uint64_t ResultDiff::count(Change change) const {
  return static_cast<std::uint64_t>(std::ranges::count(changed, change, &ChangedDomain::change));
}

Value<ResultDiff> diff_results(output::Reader& older, output::Reader& newer) {
  auto earlier = read_earlier(older);
  if (!earlier) return tl::unexpected(earlier.error());
  ResultDiff diff;
  for (;;) {
    const auto result = newer.next();
    if (!result) return tl::unexpected(result.error());
    if (!*result) break;
    const output::Result& now = **result;
    const auto before = earlier->find(now.domain);
    if (before == earlier->end()) {
      diff.changed.push_back(
          {now.domain, now.recipients, Change::Appeared, Action::Unset, now.effective, "", now.effective_reason});
      continue;
    }
    const Before& was = before->second;
    if (const auto change = compare_verdicts(was.action, was.reason, now.effective, now.effective_reason))
      diff.changed.push_back(
          {now.domain, now.recipients, *change, was.action, now.effective, was.reason, now.effective_reason});
    else
      ++diff.same;
    earlier->erase(before);
  }
  for (const auto& [domain, was] : *earlier)
    diff.changed.push_back({domain, was.recipients, Change::Vanished, was.action, Action::Unset, was.reason, ""});
  std::ranges::sort(diff.changed, [](const ChangedDomain& a, const ChangedDomain& b) {
    return std::tuple(a.change, b.recipients, std::string_view(a.domain)) <
           std::tuple(b.change, a.recipients, std::string_view(b.domain));
  });
  return diff;
}

std::string diff_text(const ResultDiff& diff, DiffFormat format) {
  if (format == DiffFormat::Json) return json_text(diff);
  const bool markdown = format == DiffFormat::Markdown;
  std::string text = fmt::format(
      "{} regressions, {} fixes, {} not known now, {} other changes, {} unchanged\n", diff.count(Change::Regression),
      diff.count(Change::Fix), diff.count(Change::NotKnownNow),
      diff.changed.size() - diff.count(Change::Regression) - diff.count(Change::Fix) - diff.count(Change::NotKnownNow),
      diff.same);
  for (const Change change : kChanges) {
    if (diff.count(change) == 0) continue;
    text +=
        fmt::format("\n{}{}: {}\n{}", markdown ? "## " : "", to_text(change), diff.count(change), markdown ? "\n" : "");
    for (const ChangedDomain& domain : diff.changed)
      if (domain.change == change)
        text += markdown ? "- " + output::for_markdown(line_of(domain)) + "\n"
                         : "  " + output::for_terminal(line_of(domain)) + "\n";
  }
  return text;
}

}  // namespace danesweep::scanner
