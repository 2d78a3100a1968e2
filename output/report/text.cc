// SPDX-License-Identifier: Apache-2.0
// The report for a terminal: aligned columns, nothing that a terminal could obey (E-61).
#include <algorithm>

#include <fmt/format.h>

#include "output/escape.h"
#include "output/report/document.h"

namespace danesweep::output {

namespace {

class TextRenderer {
 public:
  void operator()(const Heading& heading) {
    const std::string text = for_terminal(heading.text);
    out += fmt::format("\n{}\n{}\n", text, std::string(text.size(), '-'));
  }
  void operator()(const Lines& lines) {
    for (const std::string& line : lines.lines) out += for_terminal(line) + '\n';
  }
  void operator()(const Items& items) {
    for (const std::string& item : items.items) out += fmt::format("- {}\n", for_terminal(item));
  }
  void operator()(const Table& table) {
    const auto rows = escaped(table);
    const auto widths = widths_of(table, rows);
    for (const auto& row : rows) add_row(table, row, widths);
  }

  std::string out;

 private:
  using Rows = std::vector<std::vector<std::string>>;

  static Rows escaped(const Table& table) {
    Rows rows(1);
    for (const TableColumn& column : table.columns) rows.front().push_back(column.title);
    for (const auto& row : table.rows) {
      rows.emplace_back();
      for (const std::string& cell : row) rows.back().push_back(for_terminal(cell));
    }
    return rows;
  }

  static std::vector<std::size_t> widths_of(const Table& table, const Rows& rows) {
    std::vector<std::size_t> widths(table.columns.size(), 0);
    for (const auto& row : rows) {
      for (std::size_t i = 0; i < row.size() && i < widths.size(); ++i) widths[i] = std::max(widths[i], row[i].size());
    }
    return widths;
  }

  void add_row(const Table& table, const std::vector<std::string>& row, const std::vector<std::size_t>& widths) {
    std::string line;
    for (std::size_t i = 0; i < row.size() && i < widths.size(); ++i) {
      const bool right = table.columns[i].align == Align::Right;
      line += right ? fmt::format("{:>{}}  ", row[i], widths[i]) : fmt::format("{:<{}}  ", row[i], widths[i]);
    }
    line.erase(line.find_last_not_of(' ') + 1);
    out += line + '\n';
  }
};

}  // namespace

std::string report_text(const Document& document) {
  TextRenderer renderer;
  for (const Block& block : document) std::visit(renderer, block);
  return std::move(renderer.out);
}

}  // namespace danesweep::output
