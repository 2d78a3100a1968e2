// SPDX-License-Identifier: Apache-2.0
#include "output/destination_sections.h"

#include <algorithm>

namespace danesweep::output {

namespace {

std::string lower(std::string_view text) {
  std::string out(text);
  std::transform(out.begin(), out.end(), out.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
  return out;
}

std::string_view trimmed(std::string_view text) {
  const auto blank = [](char c) { return c == ' ' || c == '\t' || c == '\r'; };
  while (!text.empty() && blank(text.front())) text.remove_prefix(1);
  while (!text.empty() && blank(text.back())) text.remove_suffix(1);
  return text;
}

bool is_comment(std::string_view line) { return line.starts_with('#') || line.starts_with(';'); }

/// Lower-case key of `key = value`, empty for any other line.
std::string key_of(std::string_view line) {
  const std::string_view text = trimmed(line);
  const std::size_t equals = text.find('=');
  if (is_comment(text) || equals == std::string_view::npos) return {};
  return lower(trimmed(text.substr(0, equals)));
}

/// In lower case, without the quotes that may stand around it.
std::string value_of(std::string_view line) {
  std::string_view value = trimmed(line.substr(line.find('=') + 1));
  if (value.size() >= 2 && value.starts_with('"') && value.ends_with('"')) value = value.substr(1, value.size() - 2);
  return lower(value);
}

bool means_no_dane(std::string_view line) {
  const std::string value = value_of(line);
  return key_of(line) == "dane_option" && (value == "none" || value == "0" || value == "no" || value == "off");
}

/// Name between the brackets of a section line.
std::optional<std::string> section_name(std::string_view line) {
  const std::string_view text = trimmed(line);
  if (!text.starts_with('[') || !text.ends_with(']') || text.size() < 3) return std::nullopt;
  return lower(trimmed(text.substr(1, text.size() - 2)));
}

}  // namespace

bool DestinationSection::is_mere_exception() const {
  bool exception = false;
  for (std::size_t i = 1; i < lines.size(); ++i) {
    const std::string_view text = trimmed(lines[i]);
    if (text.empty() || is_comment(text)) continue;
    if (!means_no_dane(text)) return false;
    exception = true;
  }
  return exception;
}

void DestinationSection::switch_dane_off(const std::string& remark) {
  std::erase_if(lines, [](const std::string& line) { return key_of(line) == "dane_option"; });
  // Before the blank lines that part this section from the next one.
  auto end = lines.end();
  while (end != lines.begin() && trimmed(*(end - 1)).empty()) --end;
  end = lines.insert(end, "# " + remark);
  lines.insert(end + 1, "dane_option = none");
}

std::vector<DestinationSection> split_sections(std::string_view text) {
  if (text.starts_with("\xef\xbb\xbf")) text.remove_prefix(3);
  std::vector<DestinationSection> sections(1);
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    std::string line(text.substr(0, end));
    if (line.ends_with('\r')) line.pop_back();
    const auto name = section_name(line);
    if (name) sections.push_back({*name, {}});
    sections.back().lines.push_back(std::move(line));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return sections;
}

std::string join_sections(const std::vector<DestinationSection>& sections) {
  std::string text;
  for (const DestinationSection& section : sections) {
    for (const std::string& line : section.lines) text += line + '\n';
  }
  return text;
}

bool default_has_tls_off(const std::vector<DestinationSection>& sections) {
  bool off = false;
  for (const DestinationSection& section : sections) {
    if (section.name != "default") continue;
    off = false;  // the last section of a name counts, and the last key in it (E-89)
    for (const std::string& line : section.lines) {
      if (key_of(line) == "table_tls") off = value_of(line) == "off" || value_of(line) == "0";
    }
  }
  return off;
}

std::optional<std::string> covering_suffix(const std::vector<DestinationSection>& sections, std::string_view domain) {
  std::optional<std::string> longest;
  for (const DestinationSection& section : sections) {
    if (!section.name.starts_with('.') || !domain.ends_with(section.name)) continue;
    if (!longest || section.name.size() > longest->size()) longest = section.name;
  }
  return longest;
}

}  // namespace danesweep::output
