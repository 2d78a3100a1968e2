// SPDX-License-Identifier: Apache-2.0
// Octets of an input file, decompressed by what its first octets say (gzip, zstd, also several members one behind the
// other), or of standard input (rule E-64). Damage in mid-file ends the octets and is kept with its offset.
#pragma once

#include <chrono>
#include <cstddef>
#include <memory>
#include <optional>
#include <span>
#include <string>

#include <tl/expected.hpp>

namespace danesweep::input {

class ByteSource {
 public:
  virtual ~ByteSource() = default;
  /// Up to out.size() octets; 0 at the end or after damage.
  virtual std::size_t read(std::span<char> out) = 0;
  /// False: a slow pipe, read() would wait longer than this. Never said of compressed input.
  virtual bool is_ready(std::chrono::milliseconds) const { return true; }
  /// "damaged at offset 4711: truncated gzip input", once read() has run into it.
  const std::optional<std::string>& damage() const { return damage_; }

 protected:
  std::optional<std::string> damage_;
};

/// `path` or `-`. The error is a sentence that names the file.
tl::expected<std::unique_ptr<ByteSource>, std::string> open_bytes(const std::string& path);

}  // namespace danesweep::input
