// SPDX-License-Identifier: Apache-2.0
#include "scanner/input/ini.h"

#include <algorithm>

#include "scanner/input/domain_name.h"

namespace danesweep::input {
namespace {

bool is_text(std::string_view line) {
  return std::ranges::all_of(line, [](char c) {
    const auto octet = static_cast<unsigned char>(c);
    return octet == '\t' || (octet >= 0x20 && octet != 0x7F);
  });
}

std::string_view without_quotes(std::string_view value) {
  const bool quoted = value.size() >= 2 && value.front() == '"' && value.back() == '"';
  return quoted ? value.substr(1, value.size() - 2) : value;
}

tl::expected<IniLine, IniError> parse_line(std::string_view line, std::size_t number) {
  if (!is_text(line)) return tl::unexpected(IniError{number, "octets that are no text"});
  if (line.front() == '[') {
    if (line.back() != ']') return tl::unexpected(IniError{number, "a section begins with [ and has no ]"});
    return IniLine{IniLine::Kind::Section, number, trim(line.substr(1, line.size() - 2)), {}, {}};
  }
  const std::size_t equals = line.find('=');
  const std::string_view key = trim(line.substr(0, equals));
  if (equals == std::string_view::npos || key.empty())
    return tl::unexpected(IniError{number, "neither [section] nor key = value"});
  return IniLine{IniLine::Kind::Entry, number, {}, key, without_quotes(trim(line.substr(equals + 1)))};
}

}  // namespace

tl::expected<std::vector<IniLine>, IniError> parse_ini(std::string_view content) {
  if (content.starts_with("\xef\xbb\xbf")) content.remove_prefix(3);
  std::vector<IniLine> lines;
  for (std::size_t number = 1; !content.empty(); ++number) {
    const std::size_t end = std::min(content.find('\n'), content.size());
    const std::string_view line = trim(content.substr(0, end));
    content.remove_prefix(std::min(end + 1, content.size()));
    if (line.empty() || line.front() == '#' || line.front() == ';') continue;
    const auto parsed = parse_line(line, number);
    if (!parsed) return tl::unexpected(parsed.error());
    lines.push_back(*parsed);
  }
  return lines;
}

}  // namespace danesweep::input
