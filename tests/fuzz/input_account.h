// SPDX-License-Identifier: Apache-2.0
// What the input targets check: every line is accounted for (E-62), and names that come out are names (E-63).
#pragma once

#include <cstring>
#include <memory>
#include <string_view>

#include "scanner/input/domain_stream.h"
#include "tests/fuzz/check.h"

namespace danesweep::fuzz {

class Octets : public input::ByteSource {
 public:
  explicit Octets(std::string_view text) : text_(text) {}
  std::size_t read(std::span<char> out) override {
    const std::size_t count = std::min(out.size(), text_.size());
    std::memcpy(out.data(), text_.data(), count);
    text_.remove_prefix(count);
    return count;
  }

 private:
  std::string_view text_;
};

inline void check_input(std::string_view text, input::Format format) {
  input::LineReader lines("in", std::make_unique<Octets>(text));
  auto reader = input::make_reader(format, lines.head());
  if (!reader) return;
  std::vector<input::OpenedInput> inputs;
  inputs.push_back({std::move(lines), format, std::move(*reader)});
  std::uint64_t rejects = 0, domains = 0;
  input::DomainStream stream(std::move(inputs), {}, [&](const std::string&) { ++rejects; }, {});
  while (const auto found = stream.next()) {
    input::NameBuffer buffer{};
    const auto again = input::normalise_domain(found->name + ".", buffer);
    check(again && *again == found->name && found->index == domains);
    ++domains;
  }
  const auto& counts = stream.counts();
  check(counts.read == counts.checked + counts.skipped + counts.duplicates + counts.rejected);
  check(counts.rejected == rejects && counts.checked == domains);
}

}  // namespace danesweep::fuzz
