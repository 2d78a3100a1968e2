// SPDX-License-Identifier: Apache-2.0
#include "scanner/metrics.h"

#include <fmt/format.h>
#include <prometheus/text_serializer.h>

#include <cstdio>
#include <utility>
#include <vector>

#include "output/frames.h"

namespace danesweep::scanner {
namespace {

using prometheus::ClientMetric;
using prometheus::MetricFamily;
using prometheus::MetricType;

constexpr std::chrono::seconds kEvery{10};

struct Sample {
  std::string_view label;  ///< value of the family's label, empty if it has none
  double value;
};

double number(std::uint64_t value) { return static_cast<double>(value); }

MetricFamily family(std::string_view name, std::string_view help, MetricType type, std::string_view label,
                    const std::vector<Sample>& samples) {
  MetricFamily made{fmt::format("danesweep_{}", name), std::string(help), type, {}};
  for (const Sample& sample : samples) {
    ClientMetric metric;
    if (!label.empty()) metric.label = {{std::string(label), std::string(sample.label)}};
    (type == MetricType::Counter ? metric.counter.value : metric.gauge.value) = sample.value;
    made.metric.push_back(std::move(metric));
  }
  return made;
}

MetricFamily gauge(std::string_view name, std::string_view help, double value) {
  return family(name, help, MetricType::Gauge, "", {{"", value}});
}
MetricFamily counter(std::string_view name, std::string_view help, std::uint64_t value) {
  return family(name, help, MetricType::Counter, "", {{"", number(value)}});
}

}  // namespace

std::string metrics_text(const ScanMetrics& metrics) {
  const Progress& p = metrics.progress;
  std::vector<MetricFamily> families = {
      family("domains", "Finished domains by the verdict of the mode that applies to them.", MetricType::Gauge,
             "verdict",
             {{"DANE_SUCCESS", number(p.success)},
              {"FALLBACK", number(p.fallback)},
              {"DANE_FAIL", number(p.fail)},
              {"UNDETERMINED", number(p.undetermined)},
              {"NOT_APPLICABLE", number(p.not_applicable)}}),
      counter("domains_started_total", "Domains begun.", p.started),
      counter("domains_finished_total", "Domains whose result is written.", p.finished),
      counter("dns_queries_total", "DNS questions sent.", p.queries),
      counter("probes_total", "Connections made to mail hosts.", p.probes),
      gauge("probes_open", "Connections open at the moment.", number(p.probes_open)),
      gauge("scan_running", "1 while the scan goes on.", metrics.ended ? 0 : 1),
      gauge("scan_start_time_seconds", "When the scan began, in seconds since 1970.",
            static_cast<double>(metrics.start_time))};
  if (metrics.input) {
    families.push_back(family("input_entries", "Entries of the input by what became of them.", MetricType::Gauge,
                              "outcome",
                              {{"checked", number(metrics.input->checked)},
                               {"skipped", number(metrics.input->skipped)},
                               {"duplicates", number(metrics.input->duplicates)},
                               {"rejected", number(metrics.input->rejected)}}));
  }
  if (metrics.ended) {
    families.push_back(gauge("scan_exit_code", "Exit code of the scan that ended.", static_cast<int>(*metrics.ended)));
  }
  return prometheus::TextSerializer().Serialize(families);
}

Value<void> MetricsFile::write(const ScanMetrics& metrics) const {
  if (path_.empty()) return {};
  const std::string beside = path_ + ".new";
  {
    auto sink = output::create_file(beside, output::Existing::Replace);
    if (!sink) return tl::unexpected(sink.error());
    if (auto written = (*sink)->write(metrics_text(metrics)); !written) return written;
  }
  if (std::rename(beside.c_str(), path_.c_str()) != 0)
    return tl::unexpected(fmt::format("{}: cannot be written; check the folder", path_));
  return {};
}

Value<void> MetricsFile::update(const Progress& progress, Instant now) {
  if (next_ && now < *next_) return {};
  next_ = now + kEvery;
  return write({start_time_, progress, {}, {}});
}

Value<void> MetricsFile::finish(const Progress& progress, const output::InputCounts& input, ExitCode code) const {
  return write({start_time_, progress, input, code});
}

}  // namespace danesweep::scanner
