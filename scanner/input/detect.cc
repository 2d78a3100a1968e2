// SPDX-License-Identifier: Apache-2.0
#include "scanner/input/detect.h"

#include <algorithm>
#include <vector>

#include "scanner/input/cef.h"
#include "scanner/input/csv.h"
#include "scanner/input/domain_list.h"
#include "scanner/input/line_reader.h"
#include "scanner/input/mail_logs.h"
#include "scanner/input/postfix_maillog.h"
#include "scanner/input/top_hosts.h"

namespace danesweep::input {
namespace {

using Lines = std::vector<std::string_view>;

/// In the order in which they are tried; `fits` looks at all first lines of the file.
struct FormatRow {
  Format format;
  std::string_view name;
  bool (*fits)(const Lines&);
  tl::expected<std::unique_ptr<FormatReader>, std::string> (*make)(std::string_view head);
};

template <bool (*looks_like)(std::string_view)>
bool any_line(const Lines& lines) {
  return std::ranges::any_of(lines, looks_like);
}

template <class Reader>
tl::expected<std::unique_ptr<FormatReader>, std::string> make_plain(std::string_view) {
  return std::make_unique<Reader>();
}

bool first_is_csv_header(const Lines& lines) { return !lines.empty() && looks_like_csv_header(lines.front()); }
bool always(const Lines&) { return true; }

constexpr FormatRow kFormats[] = {
    {Format::Cef, "cef", any_line<looks_like_cef>, make_plain<CefReader>},
    {Format::MailLogs, "mail_logs", any_line<looks_like_mail_logs>, make_plain<MailLogsReader>},
    {Format::MailLog, "maillog", any_line<looks_like_postfix_maillog>, make_plain<PostfixMaillogReader>},
    {Format::TopHosts, "tophosts", any_line<looks_like_top_hosts>, make_plain<TopHostsReader>},
    {Format::Csv, "csv", first_is_csv_header, make_csv_reader},
    {Format::List, "list", always, make_plain<DomainListReader>},
};

const FormatRow& row_of(Format format) { return *std::ranges::find(kFormats, format, &FormatRow::format); }

Lines first_lines(std::string_view head) {
  constexpr std::size_t kLines = 200;
  Lines lines;
  while (!head.empty() && lines.size() < kLines) {
    const std::size_t end = std::min(head.find('\n'), head.size());
    const std::string_view line = trim(head.substr(0, end));
    if (!line.empty()) lines.push_back(line);
    head.remove_prefix(std::min(end + 1, head.size()));
  }
  return lines;
}

}  // namespace

std::string_view to_text(Format format) { return row_of(format).name; }

Format detect_format(std::string_view head) {
  const Lines lines = first_lines(head.substr(0, kHead));
  return std::ranges::find_if(kFormats, [&](const FormatRow& row) { return row.fits(lines); })->format;
}

tl::expected<std::unique_ptr<FormatReader>, std::string> make_reader(Format format, std::string_view head) {
  return row_of(format).make(head);
}

}  // namespace danesweep::input
