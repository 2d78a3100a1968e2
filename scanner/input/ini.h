// SPDX-License-Identifier: Apache-2.0
// Lines of an INI file, one by one: `[section]`, `key = value`, comments by `#` or `;`. For the program's own options
// and for the gateway's exported Destination Controls (E-86): what the lines mean is the caller's business.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include <tl/expected.hpp>

namespace danesweep::input {

struct IniLine {
  enum class Kind : std::uint8_t { Section, Entry } kind{};
  std::size_t number = 0;
  std::string_view section;     ///< Kind::Section: its name
  std::string_view key, value;  ///< Kind::Entry, trimmed; value without quotes around it
};

struct IniError {
  std::size_t line = 0;
  std::string_view text;  ///< what is wrong
};

/// All lines that mean something, looking into `content`. Errors: no `]`, no `=`, octets that are no text.
tl::expected<std::vector<IniLine>, IniError> parse_ini(std::string_view content);

}  // namespace danesweep::input
