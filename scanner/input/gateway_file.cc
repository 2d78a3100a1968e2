// SPDX-License-Identifier: Apache-2.0
#include "scanner/input/gateway_file.h"

namespace danesweep::input {

std::vector<FileLine> lines_without_comments(std::string_view content) {
  if (content.starts_with("\xef\xbb\xbf")) content.remove_prefix(3);
  std::vector<FileLine> lines;
  for (std::size_t number = 1; !content.empty(); ++number) {
    const std::size_t end = std::min(content.find('\n'), content.size());
    const std::string_view line = content.substr(0, end);
    content.remove_prefix(std::min(end + 1, content.size()));
    const std::string_view text = trim(line.substr(0, line.find('#')));
    if (!text.empty()) lines.push_back({number, text});
  }
  return lines;
}

bool holds_control(std::string_view text) {
  return std::ranges::any_of(text, [](char c) {
    const auto octet = static_cast<unsigned char>(c);
    return (octet < 0x20 && octet != '\t') || octet == 0x7F;
  });
}

std::optional<std::string> configured_name(std::string_view text) {
  const bool suffix = text.starts_with('.');
  if (suffix) text.remove_prefix(1);
  NameBuffer buffer{};
  // The final dot lets single labels through: a route for `localdomain` is a route.
  const auto name = normalise_domain(text.ends_with('.') ? std::string(text) : std::string(text) + ".", buffer);
  if (!name) return std::nullopt;
  return (suffix ? "." : "") + std::string(*name);
}

}  // namespace danesweep::input
