// SPDX-License-Identifier: Apache-2.0
// The report as one HTML page that needs nothing else: no script, no link, no picture. The policy in its head forbids
// them too, should a name from the network ever get past the escape.
#include <array>
#include <initializer_list>
#include <string_view>

#include <fmt/format.h>
#include <kainjow/mustache.hpp>

#include "output/escape.h"
#include "output/report/document.h"

namespace danesweep::output {

namespace {

constexpr const char* kFrame = R"(<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8"/>
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'"/>
<meta name="viewport" content="width=device-width, initial-scale=1"/>
<title>{{{answer}}}</title>
<style>
:root { color-scheme: light dark; --line: #8885; --soft: #8882; --good: #1a7f37; --care: #9a6700; --bad: #cf222e; }
@media (prefers-color-scheme: dark) { :root { --good: #3fb950; --care: #d29922; --bad: #f85149; } }
body { font: 15px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 85rem; padding: 0 1rem; }
h1 { font-size: 1.5rem; line-height: 1.3; }
h2 { font-size: 1.1rem; margin: 2rem 0 .5rem; border-bottom: 1px solid var(--line); }
p { margin: .2rem 0; }
.table { overflow-x: auto; }
table { border-collapse: collapse; font-size: .9rem; font-variant-numeric: tabular-nums; }
th, td { text-align: left; vertical-align: top; padding: .2rem .7rem .2rem 0; border-bottom: 1px solid var(--soft); }
th, .word, .number { white-space: nowrap; }
.number { text-align: right; }
.good { color: var(--good); font-weight: 600; }
.care { color: var(--care); font-weight: 600; }
.bad { color: var(--bad); font-weight: 600; }
</style>
</head>
<body>
<h1>{{{answer}}}</h1>
{{{body}}}</body>
</html>
)";

/// Our own words that a reader looks for first.
struct Colour {
  std::string_view words, mark;
};
constexpr std::array<Colour, 4> kVerdicts = {
    {{": NO-GO - ", "bad"}, {": GO AFTER EXCEPTIONS - ", "care"}, {": GO - ", "good"}, {"would stop nothing", "good"}}};
constexpr std::array<Colour, 4> kCells = {
    {{"DANE_FAIL", "bad"}, {"DANE_SUCCESS", "good"}, {"UNDETERMINED", "care"}, {"BOGUS", "bad"}}};

class HtmlRenderer {
 public:
  void operator()(const Heading& heading) { body_ += fmt::format("<h2>{}</h2>\n", for_html(heading.text)); }
  void operator()(const Lines& lines) {
    for (const std::string& line : lines.lines) {
      if (answer_.empty())
        answer_ = for_html(line);  // the first line of all answers the administrator's question (E-111)
      else
        body_ += fmt::format("<p{}>{}</p>\n", mark_of_line(line), for_html(line));
    }
  }
  void operator()(const Items& items) {
    body_ += "<ul>\n";
    for (const std::string& item : items.items) body_ += fmt::format("<li>{}</li>\n", for_html(item));
    body_ += "</ul>\n";
  }
  void operator()(const Table& table) {
    body_ += "<div class=\"table\"><table>\n<thead><tr>";
    for (const TableColumn& column : table.columns)
      body_ += fmt::format("<th{}>{}</th>", classes({number(column)}), for_html(column.title));
    body_ += "</tr></thead>\n<tbody>\n";
    for (const auto& row : table.rows) add_row(table, row);
    body_ += "</tbody>\n</table></div>\n";
  }

  std::string page() const {
    kainjow::mustache::data parts;
    parts.set("answer", answer_);
    parts.set("body", body_);
    return kainjow::mustache::mustache(kFrame).render(parts);
  }

 private:
  /// ` class="..."`, nothing without one.
  static std::string classes(std::initializer_list<std::string_view> names) {
    std::string text;
    for (const std::string_view name : names) {
      if (!name.empty()) text += fmt::format("{}{}", text.empty() ? "" : " ", name);
    }
    return text.empty() ? text : fmt::format(" class=\"{}\"", text);
  }
  static std::string_view number(const TableColumn& column) { return column.align == Align::Right ? "number" : ""; }
  /// A name or a code is not to be broken at its hyphens.
  static std::string_view word(std::string_view cell) { return cell.find(' ') == std::string_view::npos ? "word" : ""; }

  static std::string mark_of_line(std::string_view line) {
    for (const Colour& colour : kVerdicts) {
      if (line.find(colour.words) != std::string_view::npos) return classes({colour.mark});
    }
    return {};
  }

  static std::string_view colour_of_cell(std::string_view cell) {
    for (const Colour& colour : kCells) {
      if (cell == colour.words) return colour.mark;
    }
    return {};
  }

  void add_row(const Table& table, const std::vector<std::string>& row) {
    body_ += "<tr>";
    for (std::size_t i = 0; i < row.size() && i < table.columns.size(); ++i)
      body_ += fmt::format("<td{}>{}</td>", classes({number(table.columns[i]), word(row[i]), colour_of_cell(row[i])}),
                           for_html(row[i]));
    body_ += "</tr>\n";
  }

  std::string answer_, body_;
};

}  // namespace

std::string report_html(const Document& document) {
  HtmlRenderer renderer;
  for (const Block& block : document) std::visit(renderer, block);
  return renderer.page();
}

}  // namespace danesweep::output
