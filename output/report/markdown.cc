// SPDX-License-Identifier: Apache-2.0
// The report as Markdown: names from the network cannot become links, emphasis or table cells.
#include <fmt/format.h>

#include "output/escape.h"
#include "output/report/document.h"

namespace danesweep::output {

namespace {

class MarkdownRenderer {
 public:
  void operator()(const Heading& heading) { out += fmt::format("\n## {}\n\n", for_markdown(heading.text)); }
  void operator()(const Lines& lines) {
    // Two blanks at the end keep the line a line.
    for (const std::string& line : lines.lines) out += for_markdown(line) + "  \n";
    out += '\n';
  }
  void operator()(const Items& items) {
    for (const std::string& item : items.items) out += fmt::format("- {}\n", for_markdown(item));
    out += '\n';
  }
  void operator()(const Table& table) {
    std::string titles = "|", rule = "|";
    for (const TableColumn& column : table.columns) {
      titles += fmt::format(" {} |", for_markdown(column.title));
      rule += column.align == Align::Right ? "---:|" : "---|";
    }
    out += titles + '\n' + rule + '\n';
    for (const auto& row : table.rows) {
      out += '|';
      for (const std::string& cell : row) out += fmt::format(" {} |", for_markdown(cell));
      out += '\n';
    }
    out += '\n';
  }

  std::string out;
};

}  // namespace

std::string report_markdown(const Document& document) {
  MarkdownRenderer renderer;
  for (const Block& block : document) std::visit(renderer, block);
  return std::move(renderer.out);
}

}  // namespace danesweep::output
