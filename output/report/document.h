// SPDX-License-Identifier: Apache-2.0
// The dry-run report as blocks, before any medium (ESA.md part J): `text`, `markdown` and `html` only set and escape
// it.
#pragma once

#include <string>
#include <variant>
#include <vector>

#include "output/report/summary.h"

namespace danesweep::output {

struct Heading {
  std::string text;
};
/// Lines that stay lines.
struct Lines {
  std::vector<std::string> lines;
};
struct Items {
  std::vector<std::string> items;
};
enum class Align : std::uint8_t { Left, Right };
struct TableColumn {
  std::string title;
  Align align = Align::Left;
};
struct Table {
  std::vector<TableColumn> columns;
  std::vector<std::vector<std::string>> rows;
};

using Block = std::variant<Heading, Lines, Items, Table>;
using Document = std::vector<Block>;

/// Texts in it may come from the network: renderers escape every one.
Document report_document(const Summary& summary);

std::string report_text(const Document& document);
std::string report_markdown(const Document& document);
std::string report_html(const Document& document);

}  // namespace danesweep::output
