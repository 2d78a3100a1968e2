// SPDX-License-Identifier: Apache-2.0
// Exported Recipient Access Tables (rule E-93): which domains are the gateway's own. First match in file order wins,
// per listener; one ACCEPT is enough. User entries and `ALL ACCEPT` make no own domain.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "scanner/input/gateway_file.h"

namespace danesweep::input {

/// The table of one listener.
class RecipientAccessTable {
 public:
  /// The error is `FILE:LINE: TEXT`.
  static tl::expected<RecipientAccessTable, std::string> parse(std::string_view content, std::string_view file);
  bool accepts(const std::string& domain) const;
  const std::vector<std::string>& warnings() const { return warnings_; }

 private:
  struct Rule {
    std::size_t order = 0;  ///< its line in the file
    bool accept = false;
  };
  void add(const std::string& name, const Rule& rule);
  tl::expected<void, std::string> add_entry(std::string_view entry, const Rule& rule, std::string_view file);

  NameTable<Rule> names_;
  std::optional<Rule> all_;
  std::unordered_map<std::string, Rule> seen_;  ///< the first rule of each name
  std::vector<std::string> warnings_;
};

}  // namespace danesweep::input
