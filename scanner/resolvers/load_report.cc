// SPDX-License-Identifier: Apache-2.0
#include "scanner/resolvers/load_report.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <cmath>
#include <nlohmann/json.hpp>

namespace danesweep::scanner {
namespace {

using Json = nlohmann::ordered_json;

struct Share {
  const char* name;
  double share;
};
constexpr Share kShares[] = {{"p50", 0.5}, {"p90", 0.9}, {"p99", 0.99}, {"p99.9", 0.999}};

double milliseconds_of(Percentiles::Latency latency) { return static_cast<double>(latency.count()) / 1000; }
double rounded(double value) { return std::round(value * 10) / 10; }

std::string latency_line(const Percentiles& latencies) {
  std::string line;
  for (const auto& [name, share] : kShares)
    line += fmt::format("{} {:.2f} ms, ", name, milliseconds_of(latencies.at(share)));
  return line + fmt::format("max {:.2f} ms", milliseconds_of(latencies.max()));
}

std::string rcode_line(const LoadPass& pass) {
  std::vector<std::string> parts;
  for (const auto& [rcode, number] : pass.rcodes) parts.push_back(fmt::format("{} {}", wire::to_text(rcode), number));
  return fmt::format("{}; {} truncated, then by TCP", fmt::join(parts, ", "), pass.by_tcp);
}

std::string loss_text(const LoadPass& pass) {
  if (pass.lost() == 0) return "0 lost";
  return fmt::format("{} lost (time-outs {}, unreachable {}, unusable {})", pass.lost(), pass.timeouts,
                     pass.unreachable, pass.unusable);
}

std::vector<std::string> warnings_of(const LoadPass& pass) {
  std::vector<std::string> warnings;
  if (pass.is_machine_the_limit())
    warnings.push_back(fmt::format(
        "this machine cannot keep the rate ({} questions went out late, {} answers found no room in its receive "
        "buffer): the figures are not the resolver's; lower --rate, or let nothing else run here",
        pass.late, pass.own_drops));
  if (pass.waited > 0)
    warnings.push_back(
        fmt::format("{} questions waited for room among those in flight, which is in their latency: the "
                    "resolver is slower than the rate, or --max-inflight is too low for its latency",
                    pass.waited));
  return warnings;
}

Json pass_json(const LoadPass& pass) {
  Json rcodes = Json::object(), latency = Json::object();
  for (const auto& [rcode, number] : pass.rcodes) rcodes[wire::to_text(rcode)] = number;
  for (const auto& [name, share] : kShares) latency[name] = milliseconds_of(pass.latencies.at(share));
  latency["max"] = milliseconds_of(pass.latencies.max());
  return {{"pass", pass.number},
          {"rate", rounded(pass.rate)},
          {"sent", pass.sent},
          {"answered", pass.answered},
          {"lost", pass.lost()},
          {"timeouts", pass.timeouts},
          {"unreachable", pass.unreachable},
          {"unusable", pass.unusable},
          {"truncated", pass.by_tcp},
          {"rcodes", std::move(rcodes)},
          {"throughput", rounded(pass.throughput())},
          {"latency_ms", std::move(latency)},
          {"late", pass.late},
          {"waited", pass.waited},
          {"own_drops", pass.own_drops},
          {"warnings", warnings_of(pass)}};
}

Json resolver_json(const ResolverLoad& load) {
  Json passes = Json::array();
  for (const LoadPass& pass : load.passes) passes.push_back(pass_json(pass));
  return {{"resolver", load.resolver.where.to_text()},
          {"priority", load.resolver.priority},
          {"passes", std::move(passes)},
          {"knee", load.knee ? Json(rounded(*load.knee)) : Json(nullptr)}};
}

}  // namespace

std::string load_head(const ResolverSetting& resolver) {
  return fmt::format("resolver {} prio {}\n", resolver.where.to_text(), resolver.priority);
}

std::string pass_text(const LoadPass& pass) {
  std::string text = fmt::format("  pass {}: {} sent at {:.1f}/s, {} answered at {:.1f}/s, {}\n", pass.number,
                                 pass.sent, pass.rate, pass.answered, pass.throughput(), loss_text(pass));
  if (pass.answered > 0)
    text += fmt::format("    rcodes   {}\n    latency  {}\n", rcode_line(pass), latency_line(pass.latencies));
  for (const std::string& warning : warnings_of(pass)) text += "    warning: " + warning + "\n";
  return text;
}

std::string load_end(const ResolverLoad& load, const LoadPlan& plan) {
  if (load.passes.empty()) return "  no answer; look at the address, the port and any firewall\n";
  if (!plan.ramp) return "";
  const LoadPass& last = load.passes.back();
  if (!load.knee) return fmt::format("  not even {:.1f}/s is kept; begin lower with --rate\n", last.rate);
  if (last.is_machine_the_limit())
    return fmt::format("  keeps {:.1f}/s; this machine is the limit beyond that, not the resolver\n", *load.knee);
  return fmt::format("  keeps {:.1f}/s (at the next rate 1% more are lost, or wait for room)\n", *load.knee);
}

std::string load_json(const LoadPlan& plan, std::span<const ResolverLoad> loads) {
  Json resolvers = Json::array();
  for (const ResolverLoad& load : loads) resolvers.push_back(resolver_json(load));
  const Json object{{"questions", plan.questions.size()},
                    {"max_inflight", plan.pace.max_inflight},
                    {"resolvers", std::move(resolvers)}};
  return object.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace danesweep::scanner
