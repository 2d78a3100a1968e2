// SPDX-License-Identifier: Apache-2.0
#include "scanner/resolvers/check_report.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "output/escape.h"

namespace danesweep::scanner {
namespace {

using Json = nlohmann::ordered_json;

std::string list_of(std::string_view before, const std::vector<std::string_view>& names) {
  return names.empty() ? "" : fmt::format("{}{}", before, fmt::join(names, ", "));
}

std::string summary(const Examination& examination) {
  switch (examination.fitness()) {
    case Fitness::NoAnswer:
      return "no answer";
    case Fitness::Unfit:
      return "UNFIT for DNSSEC" + list_of(": ", examination.properties(Fitness::Unfit)) +
             list_of("; no answer: ", examination.properties(Fitness::NoAnswer));
    default:
      return "fit for DNSSEC" + list_of("; warnings: ", examination.properties(Fitness::Warning)) +
             list_of("; not tested: ", examination.properties(Fitness::NotTestable));
  }
}

Json property_json(const Finding& finding) {
  return {{"property", finding.property}, {"state", to_text(finding.fitness)}, {"sentence", finding.sentence}};
}

Json examination_json(const Examination& examination) {
  Json properties = Json::array();
  for (const Finding& finding : examination.findings) properties.push_back(property_json(finding));
  return {{"resolver", examination.resolver.where.to_text()},
          {"priority", examination.resolver.priority},
          {"state", to_text(examination.fitness())},
          {"properties", std::move(properties)}};
}

}  // namespace

std::string check_text(const Examination& examination) {
  std::string text = fmt::format("resolver {} prio {}: {}\n", examination.resolver.where.to_text(),
                                 examination.resolver.priority, summary(examination));
  for (const Finding& finding : examination.findings)
    text += fmt::format("  {:<10}  {}\n", finding.property, output::for_terminal(finding.sentence));
  return text;
}

std::string check_json(const CheckPlan& plan, std::span<const Examination> examinations) {
  Json resolvers = Json::array();
  for (const Examination& examination : examinations) resolvers.push_back(examination_json(examination));
  const Json object{{"name", plan.canary.to_display()}, {"resolvers", std::move(resolvers)}};
  return object.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n";
}

ExitCode code_of(std::span<const Examination> examinations) {
  const auto is = [](Fitness fitness) {
    return [fitness](const Examination& examination) { return examination.fitness() == fitness; };
  };
  if (std::ranges::all_of(examinations, is(Fitness::NoAnswer))) return ExitCode::CannotWork;
  const bool is_bad =
      std::ranges::any_of(examinations, is(Fitness::NoAnswer)) || std::ranges::any_of(examinations, is(Fitness::Unfit));
  return is_bad ? ExitCode::BadNews : ExitCode::Done;
}

}  // namespace danesweep::scanner
