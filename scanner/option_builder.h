// SPDX-License-Identifier: Apache-2.0
// How an option is given to CLI11 so that its value is read by a parser of values.h and its errors become sentences.
#pragma once

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <CLI/CLI.hpp>

#include <string>
#include <utility>
#include <vector>

#include "scanner/values.h"

namespace danesweep::scanner {

/// One value: `parse` makes it, and its error becomes a usage error.
template <class T, class Parse>
CLI::Option* add_value(CLI::App& app, const std::string& name, T& target, Parse parse, const std::string& help,
                       const std::string& placeholder) {
  auto* option = app.add_option_function<std::string>(
      name,
      [&target, parse, name](const std::string& text) {
        auto value = parse(text);
        if (!value) throw CLI::ValidationError(name, value.error());
        target = std::move(*value);
      },
      help);
  return option->type_name(placeholder);
}

/// Repeatable: one value each time.
template <class T, class Parse>
CLI::Option* add_values(CLI::App& app, const std::string& name, std::vector<T>& target, Parse parse,
                        const std::string& help, const std::string& placeholder) {
  auto* option = app.add_option_function<std::vector<std::string>>(
      name,
      [&target, parse, name](const std::vector<std::string>& texts) {
        target.clear();
        for (const std::string& text : texts) {
          auto value = parse(text);
          if (!value) throw CLI::ValidationError(name, value.error());
          target.push_back(std::move(*value));
        }
      },
      help);
  // An option takes one value each time; what stands without a name takes all.
  const bool positional = !name.starts_with('-');
  return option->type_name(placeholder)
      ->allow_extra_args(positional)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
}

/// A word out of a list.
template <class T>
using Words = std::vector<std::pair<std::string, T>>;

template <class T, class Target>
CLI::Option* add_choice(CLI::App& app, const std::string& name, Target& target, Words<T> words,
                        const std::string& help) {
  std::vector<std::string> names;
  for (const auto& [word, value] : words) names.push_back(word);
  const std::string list = fmt::format("{}", fmt::join(names, "|"));
  const auto parse = [words = std::move(words), list](const std::string& text) -> Value<T> {
    for (const auto& [word, value] : words)
      if (word == text) return value;
    return tl::unexpected(fmt::format("'{}' is none of {}", text, list));
  };
  return add_value(app, name, target, parse, help, list);
}

/// A path or another text that is taken as it is.
inline auto any_text() {
  return [](const std::string& text) -> Value<std::string> { return text; };
}

}  // namespace danesweep::scanner
