// SPDX-License-Identifier: Apache-2.0
// What the readers of the input formats say, entry by entry (rules E-62, E-126): a recipient or domain, something that
// there is nothing to check about, something meant as a domain that is none. A reader is fed lines and owns no file.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "scanner/input/domain_name.h"

namespace danesweep::input {

/// Why there is nothing to check (E-62); summed by kind.
enum class SkipKind : std::uint8_t {
  Blank,
  Comment,
  Header,
  OtherLine,          ///< a log line that names no recipient
  Incoming,           ///< mail from outside
  RejectedByGateway,  ///< recipient or connection refused
  Aborted,
  Dropped,
  NoRecipient,   ///< a message without recipients
  OtherEvent,    ///< CEF of another event class
  OwnQueue,      ///< the gateway's own queues in `tophosts`
  Prompt,        ///< the command line above a pasted table
  OtherService,  ///< Postfix, but not its SMTP client
  Internal,      ///< handed to a content filter on this machine
  OtherShard,
};
inline constexpr std::size_t kSkipKinds = 15;
std::string_view to_text(SkipKind kind);  ///< "other-line"

/// What the log says about DANE deliveries that the gateway made already (E-126).
enum class Evidence : std::uint8_t { Delivered, Failed };

enum class EntryNote : std::uint8_t {
  None,
  DirectionUnknown,  ///< counted, though it may have been incoming mail (E-68, E-69)
  HostDown,          ///< `*` at the rank of `tophosts` (E-70)
};

/// One recipient or domain as it stands in the line.
struct Entry {
  std::string_view text;
  Expect expect = Expect::DomainOrAddress;
  std::uint64_t line = 0;
  std::uint32_t count = 1;
  EntryNote note = EntryNote::None;
};

class EntrySink {
 public:
  virtual ~EntrySink() = default;
  virtual void recipient(const Entry& entry) = 0;
  virtual void skip(SkipKind kind) = 0;
  virtual void reject(std::uint64_t line, RejectCode code, std::string_view text) = 0;
  virtual void evidence(std::string_view domain, Evidence evidence) = 0;
  /// Said once about a file as a whole ("columns ignored: Site").
  virtual void remark(std::string text) = 0;
};

/// One line without its end; the text lives until the next line is read.
struct Line {
  std::string_view text;
  std::uint64_t number = 0;
};

/// Reads one file of one format: every line, then the end.
class FormatReader {
 public:
  virtual ~FormatReader() = default;
  virtual void read(const Line& line, EntrySink& sink) = 0;
  virtual void finish(EntrySink&) {}
};

/// "1,255", "12": 0..2^32-1. Thousands separators where the format has them.
enum class Thousands : std::uint8_t { Refused, Allowed };
tl::expected<std::uint32_t, RejectCode> parse_count(std::string_view text, Thousands thousands);

/// Takes the next word off the front of `rest`; empty at the end.
std::string_view take_word(std::string_view& rest);
/// Takes the decimal number off the front of `rest`; nothing without a digit or beyond 64 bits.
bool take_number(std::string_view& rest, std::uint64_t& number);
/// Takes `prefix` off the front if it is there.
inline bool take_prefix(std::string_view& rest, std::string_view prefix) {
  if (!rest.starts_with(prefix)) return false;
  rest.remove_prefix(prefix.size());
  return true;
}
/// Offset of the `>` that closes an address, outside quotes; npos without one.
std::size_t find_closing_bracket(std::string_view text);

}  // namespace danesweep::input
