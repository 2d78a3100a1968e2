// SPDX-License-Identifier: Apache-2.0
// Who asked to be left alone (rule T-71): domains, `.domain` with all below, addresses, networks. Input domains on the
// list are not looked up, hosts and addresses on it are not connected to.
#pragma once

#include <array>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

#include <tl/expected.hpp>

namespace danesweep::input {

class OptOutNames {
 public:
  /// The error is `FILE:LINE: TEXT`.
  static tl::expected<OptOutNames, std::string> parse(std::string_view content, std::string_view file);
  /// `name`: lower case, without final dot.
  bool holds_name(const std::string& name) const;
  bool holds_address(const std::string& address) const;

 private:
  struct Network {
    std::array<unsigned char, 16> octets{};
    std::size_t size = 4;  ///< 4 or 16 octets
    std::size_t bits = 32;
    bool covers(const Network& address) const;
  };
  static bool read_address(const std::string& text, Network& out);
  static bool read_network(const std::string& text, Network& out);

  std::unordered_set<std::string> exact_, below_;
  std::vector<Network> networks_;
};

}  // namespace danesweep::input
