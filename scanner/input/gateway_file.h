// SPDX-License-Identifier: Apache-2.0
// What the readers of the gateway's configuration files share (E-80): lines by number, errors that stop, warnings that
// are kept, and the match by exact name and longest `.suffix`.
#pragma once

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <tl/expected.hpp>

#include "scanner/input/domain_name.h"

namespace danesweep::input {

/// `FILE:LINE: TEXT`.
inline std::string at_line(std::string_view file, std::size_t line, std::string_view text) {
  return fmt::format("{}:{}: {}", file, line, text);
}

/// True if two ASCII words are the same without case.
inline bool same_word(std::string_view a, std::string_view b) {
  const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; };
  return std::ranges::equal(a, b, {}, lower, lower);
}

/// A line with something in it, without its `#` comment.
struct FileLine {
  std::size_t number = 0;
  std::string_view text;
};
std::vector<FileLine> lines_without_comments(std::string_view content);
/// True if a line holds control characters: no text.
bool holds_control(std::string_view text);

/// A name of a configuration file: A-labels, lower case; single labels allowed.
std::optional<std::string> configured_name(std::string_view text);

/// Values by exact name and by `.suffix` (strict subdomains); the longest suffix wins (E-87, E-92).
template <class T>
class NameTable {
 public:
  /// False: the name stood there already and was replaced.
  bool put(const std::string& name, T value) {
    auto& table = name.starts_with('.') ? suffixes_ : exact_;
    return table.insert_or_assign(name, std::move(value)).second;
  }
  const T* find(const std::string& domain) const {
    if (const auto found = exact_.find(domain); found != exact_.end()) return &found->second;
    return find_suffix(domain);
  }
  /// Calls `take` with each value that matches: exact, then suffixes from the longest.
  template <class Take>
  void for_each(const std::string& domain, Take&& take) const {
    if (const auto found = exact_.find(domain); found != exact_.end()) take(found->second);
    for (std::size_t dot = domain.find('.'); dot != std::string::npos; dot = domain.find('.', dot + 1))
      if (const auto found = suffixes_.find(domain.substr(dot)); found != suffixes_.end()) take(found->second);
  }

 private:
  const T* find_suffix(const std::string& domain) const {
    if (suffixes_.empty()) return nullptr;
    for (std::size_t dot = domain.find('.'); dot != std::string::npos; dot = domain.find('.', dot + 1))
      if (const auto found = suffixes_.find(domain.substr(dot)); found != suffixes_.end()) return &found->second;
    return nullptr;
  }
  std::unordered_map<std::string, T> exact_, suffixes_;
};

}  // namespace danesweep::input
