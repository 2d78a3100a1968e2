// SPDX-License-Identifier: Apache-2.0
// Names from text and from octets: round trips, and what comparison, hash and order owe each other (D-5, D-13).
#include <compare>
#include <string_view>

#include "dnssec/wire/name.h"
#include "tests/fuzz/check.h"

namespace {

using namespace danesweep::wire;
using danesweep::fuzz::check;

void examine(const DomainName& name) {
  check(name.wire().size() <= kMaxNameOctets && name.label_count() <= kMaxLabels);
  const auto again = DomainName::from_text(name.to_text());
  check(again && *again == name && again->hash() == name.hash());
  const auto from_wire = DomainName::from_wire(name.wire());
  check(from_wire && *from_wire == name);
  const DomainName lower = name.lower();
  check(lower == name && lower.hash() == name.hash() && std::is_eq(lower <=> name));
  check(name.is_within(DomainName()) && name.common_labels(lower) == name.label_count());
  if (name.is_root()) return;
  const DomainName parent = name.parent();
  check(name.is_below(parent) && !parent.is_within(name) && parent < name);
  const auto rebuilt = parent.with_label(name.label(0));
  check(rebuilt && *rebuilt == name);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  if (const auto name = DomainName::from_text(text)) examine(*name);
  if (const auto name = DomainName::from_wire({data, size})) examine(*name);
  std::size_t next = 0;
  if (const auto name = DomainName::decompress({data, size}, size / 2, size, next)) {
    check(next > size / 2 && next <= size);
    examine(*name);
  }
  const auto left = DomainName::from_wire({data, size / 2});
  const auto right = DomainName::from_wire({data + size / 2, size - size / 2});
  if (left && right) check((*left == *right) == std::is_eq(*left <=> *right) && (*left < *right) == (*right > *left));
  return 0;
}
