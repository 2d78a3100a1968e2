// SPDX-License-Identifier: Apache-2.0
// Names of the lab's world, kept in wire form and lower case. Text goes in and out by ldns, so that the lab shares no
// name code with the product. A bad name here is a mistake of the lab's own rows: it throws.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

namespace danesweep::lab {

class Name {
 public:
  Name() : wire_(1, '\0') {}
  explicit Name(std::string_view text);  ///< absolute, final dot or not; escapes as in RFC 1035 5.1
  static Name from_wire(std::string_view wire);
  /// `text` below `origin`; "@" is the origin itself, a final dot makes it absolute.
  static Name relative(std::string_view text, const Name& origin);

  const std::string& wire() const { return wire_; }
  std::string text() const;  ///< without final dot, the root is "."
  bool is_root() const { return wire_.size() == 1; }
  std::size_t labels() const;
  Name parent() const;                             ///< of the root: the root
  Name last_labels(std::size_t count) const;       ///< the rightmost `count` labels
  Name below(std::string_view first_label) const;  ///< `first_label` is one label's raw octets
  std::string first_label() const;
  bool is_at_or_below(const Name& ancestor) const;
  bool is_below(const Name& ancestor) const { return wire_ != ancestor.wire_ && is_at_or_below(ancestor); }

  /// A string whose plain order is the canonical order of RFC 4034 6.1; the key of an ancestor is its prefix.
  std::string order_key() const;

  friend bool operator==(const Name&, const Name&) = default;
  friend bool operator<(const Name& a, const Name& b) { return a.wire_ < b.wire_; }  ///< for maps; not canonical

 private:
  std::string wire_;
};

struct NameHash {
  std::size_t operator()(const Name& name) const { return std::hash<std::string>{}(name.wire()); }
};

}  // namespace danesweep::lab
