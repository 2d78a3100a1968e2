// SPDX-License-Identifier: Apache-2.0
// SMTP replies out of a stream of octets (RFC 5321 section 4.2; rule T-39): lines `ddd-text`, last `ddd text` or `ddd`.
// Octets go in as they come, in pieces of any size; a fault is known at the first octet that shows it, so that a server
// of another protocol is not waited for.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "dnssec/wire/cursor.h"

namespace danesweep::tls {

struct ReplyLimits {
  std::size_t line_octets = 4096;  ///< without the line's end
  std::size_t lines = 128;
  std::size_t reply_octets = 64UL * 1024;  ///< all of it, line ends too
};

struct Reply {
  int code = 0;                    ///< of the last line, which counts
  std::vector<std::string> lines;  ///< text behind code and separator, as it came
  bool bare_lf = false;            ///< a line ended without CR
  bool codes_differ = false;

  int first_digit() const { return code / 100; }
};

/// `5.7.1` at the front of the last line (RFC 3463), or empty.
std::string enhanced_code(const Reply& reply);

enum class ReplyFault : std::uint8_t {
  NotAReply,  ///< does not begin as a reply does: another protocol, binary
  Malformed,  ///< began as a reply, then broke the grammar, or holds a NUL
  TooLong,
};

struct NeedMore {};

class ReplyReader {
 public:
  using Progress = std::variant<NeedMore, Reply, ReplyFault>;

  explicit ReplyReader(ReplyLimits limits = {}) : limits_(limits) {}

  /// Takes octets off the front of `octets`, at most to the end of one reply. After a reply the reader is new again;
  /// after a fault it must not be fed any more.
  Progress feed(wire::Bytes& octets);

 private:
  Progress line_done(bool& more_lines);
  bool fits_grammar(std::uint8_t octet) const;
  ReplyFault grammar_fault() const;

  ReplyLimits limits_;
  std::string line_;  ///< the unfinished line, at most limits_.line_octets + 1
  std::size_t octets_ = 0;
  Reply reply_;
};

}  // namespace danesweep::tls
