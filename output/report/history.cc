// SPDX-License-Identifier: Apache-2.0
#include "output/report/history.h"

#include <algorithm>
#include <filesystem>
#include <set>
#include <span>
#include <utility>

#include <fmt/format.h>

#include "output/figures.h"
#include "output/report/verdict.h"

namespace danesweep::output {

namespace {

using Names = std::set<std::string>;

constexpr std::size_t kScansShown = 60, kNamesShown = 100;

struct EarlierScan {
  std::int64_t start_time;
  std::string path;
};

/// Why a file has no place in the history, empty if it has one.
std::string objection(const Reader& reader) {
  if (!reader.trailer()) return "the scan did not finish";
  return reader.header().shards > 1 ? "one shard of several; merge them first" : "";
}

tl::expected<std::vector<EarlierScan>, std::string> earlier_scans(const std::string& directory, const Header& current,
                                                                  std::vector<std::string>& notes) {
  std::error_code error;
  std::vector<EarlierScan> scans;
  for (const auto& entry : std::filesystem::directory_iterator(directory, error)) {
    if (entry.path().extension() != ".pb") continue;
    const auto reader = Reader::open(entry.path().string());
    const std::string why = reader ? objection(*reader) : reader.error();
    if (!why.empty())
      notes.push_back(fmt::format("{}: left out of the history: {}", entry.path().string(), why));
    else if (reader->header().start_time < current.start_time)
      scans.push_back({reader->header().start_time, entry.path().string()});
  }
  if (error) return tl::unexpected(fmt::format("{}: cannot be read: {}", directory, error.message()));
  std::ranges::sort(scans, {}, &EarlierScan::start_time);
  if (scans.size() >= kScansShown) scans.erase(scans.begin(), scans.end() - (kScansShown - 1));
  return scans;
}

/// What is not known now, or not in the input any more, is not mended.
bool is_mended(const Result& result, const Names& failing_before) {
  return result.effective != Action::DaneFail && result.effective != Action::Undetermined &&
         failing_before.contains(result.domain);
}

/// Reads the scan behind those of `history`; `failing`: those of the scan before, then those of this one.
tl::expected<void, std::string> append(History& history, Reader& reader, Names& failing) {
  HistoryScan scan{reader.header().start_time, reader.header().default_mode, {}, 0, 0};
  Names now, began, mended;
  for (;;) {
    const auto result = reader.next();
    if (!result) return tl::unexpected(result.error());
    if (!*result) break;
    const Result& one = **result;
    scan.by_action.at(static_cast<std::size_t>(one.effective)).add(one.recipients);
    if (one.effective == Action::DaneFail) now.insert(one.domain);
    if (one.effective == Action::DaneFail && !failing.contains(one.domain)) began.insert(one.domain);
    if (is_mended(one, failing)) mended.insert(one.domain);
  }
  failing = std::move(now);
  if (!history.scans.empty()) {
    scan.began = began.size();
    scan.mended = mended.size();
    history.began.assign(began.begin(), began.end());
    history.mended.assign(mended.begin(), mended.end());
  }
  history.scans.push_back(scan);
  return {};
}

std::string names_line(std::string_view what, const std::vector<std::string>& names) {
  const std::size_t shown = std::min(names.size(), kNamesShown);
  std::string line = fmt::format("{}: {}", what, fmt::join(std::span(names).first(shown), " "));
  if (names.size() > shown) line += fmt::format(" and {} more", grouped(names.size() - shown));
  return line;
}

}  // namespace

tl::expected<History, std::string> read_history(const std::string& directory, Reader& current) {
  History history;
  const auto earlier = earlier_scans(directory, current.header(), history.notes);
  if (!earlier) return tl::unexpected(earlier.error());
  Names failing;
  for (const EarlierScan& scan : *earlier) {
    auto reader = Reader::open(scan.path);
    if (!reader) return tl::unexpected(reader.error());
    if (const auto done = append(history, *reader, failing); !done) return tl::unexpected(done.error());
  }
  if (const auto done = append(history, current, failing); !done) return tl::unexpected(done.error());
  return history;
}

void add_history(Document& document, const History& history) {
  if (history.scans.size() < 2) return;
  document.emplace_back(Heading{fmt::format("History: {}", counted(history.scans.size(), "scan"))});
  Table table{{{"scan of", Align::Left},
               {"Default", Align::Left},
               {"DANE_SUCCESS", Align::Right},
               {"FALLBACK", Align::Right},
               {"DANE_FAIL", Align::Right},
               {"recipients of these", Align::Right},
               {"UNDETERMINED", Align::Right},
               {"began to fail", Align::Right},
               {"mended", Align::Right}},
              {}};
  for (const HistoryScan& scan : history.scans) {
    const auto of = [&](Action action) { return scan.by_action.at(static_cast<std::size_t>(action)); };
    table.rows.push_back({rfc3339(scan.start_time), std::string(mode_name(scan.default_mode)),
                          grouped(of(Action::DaneSuccess).domains), grouped(of(Action::Fallback).domains),
                          grouped(of(Action::DaneFail).domains), grouped(of(Action::DaneFail).recipients),
                          grouped(of(Action::Undetermined).domains), grouped(scan.began), grouped(scan.mended)});
  }
  document.emplace_back(std::move(table));
  Lines lines;
  if (!history.began.empty()) lines.lines.push_back(names_line("Began to fail since the scan before", history.began));
  if (!history.mended.empty()) lines.lines.push_back(names_line("Mended since the scan before", history.mended));
  if (!lines.lines.empty()) document.emplace_back(std::move(lines));
}

}  // namespace danesweep::output
