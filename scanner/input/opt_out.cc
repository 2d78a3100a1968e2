// SPDX-License-Identifier: Apache-2.0
#include "scanner/input/opt_out.h"

#include <arpa/inet.h>

#include <algorithm>
#include <charconv>

#include "scanner/input/gateway_file.h"

namespace danesweep::input {

bool OptOutNames::Network::covers(const Network& address) const {
  if (size != address.size) return false;
  for (std::size_t bit = 0; bit < bits; bit += 8) {
    const auto mask = static_cast<unsigned char>(bits - bit >= 8 ? 0xFF : 0xFF00U >> (bits - bit));
    if ((octets[bit / 8] & mask) != (address.octets[bit / 8] & mask)) return false;
  }
  return true;
}

bool OptOutNames::read_address(const std::string& text, Network& out) {
  out = {};
  if (inet_pton(AF_INET, text.c_str(), out.octets.data()) == 1) return true;
  out.size = 16;
  out.bits = 128;
  return inet_pton(AF_INET6, text.c_str(), out.octets.data()) == 1;
}

bool OptOutNames::read_network(const std::string& text, Network& out) {
  const std::size_t slash = text.find('/');
  if (!read_address(text.substr(0, slash), out)) return false;
  if (slash == std::string::npos) return true;
  const char* begin = text.data() + slash + 1;
  const char* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(begin, end, out.bits);
  return begin != end && error == std::errc{} && stop == end && out.bits <= out.size * 8;
}

tl::expected<OptOutNames, std::string> OptOutNames::parse(std::string_view content, std::string_view file) {
  OptOutNames list;
  for (const FileLine& line : lines_without_comments(content)) {
    Network network;
    if (read_network(std::string(line.text), network)) {
      list.networks_.push_back(network);
    } else if (const auto name = configured_name(line.text)) {
      if (name->starts_with('.'))
        list.below_.insert(name->substr(1));
      else
        list.exact_.insert(*name);
    } else {
      return tl::unexpected(
          at_line(file, line.number,
                  fmt::format("'{}' is neither a domain, .domain, address nor network", escape_text(line.text, 80))));
    }
  }
  return list;
}

bool OptOutNames::holds_name(const std::string& name) const {
  if (exact_.contains(name)) return true;
  if (below_.empty()) return false;
  if (below_.contains(name)) return true;
  for (std::size_t dot = name.find('.'); dot != std::string::npos; dot = name.find('.', dot + 1))
    if (below_.contains(name.substr(dot + 1))) return true;
  return false;
}

bool OptOutNames::holds_address(const std::string& address) const {
  Network one;
  if (networks_.empty() || !read_address(address, one)) return false;
  return std::ranges::any_of(networks_, [&](const Network& network) { return network.covers(one); });
}

}  // namespace danesweep::input
