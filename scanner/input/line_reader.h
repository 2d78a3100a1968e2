// SPDX-License-Identifier: Apache-2.0
// Lines of one input file (rule E-64): LF or CRLF, a last line without either, a UTF-8 byte order mark at the front.
// Constant memory; a line of more than 1 MiB is given up and reading goes on behind its newline. The head is there
// before the first line is taken, so that a file's format can be looked at; of a slow pipe, what comes in two seconds.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "scanner/input/byte_source.h"
#include "scanner/input/entry.h"

namespace danesweep::input {

inline constexpr std::size_t kMaxLine = std::size_t{1024} * 1024;
inline constexpr std::size_t kHead = std::size_t{64} * 1024;

enum class LineState : std::uint8_t { Whole, TooLong };

struct ReadLine {
  Line line;  ///< TooLong: its first octets only
  LineState state = LineState::Whole;
};

class LineReader {
 public:
  /// Opens and fills the head. Refused: UTF-16, and files whose first octets say that they are something else.
  static tl::expected<LineReader, std::string> open(const std::string& path);
  LineReader(std::string name, std::unique_ptr<ByteSource> source);

  /// First octets, at most 64 KiB, as long as no line was taken.
  std::string_view head() const { return std::string_view(buffer_.data() + begin_, end_ - begin_).substr(0, kHead); }
  std::optional<ReadLine> next();
  /// False: next() would have to wait for more octets of a slow pipe. Takes in those that are there.
  bool is_ready();
  const std::string& name() const { return name_; }
  /// The file ended in damage: the lines before it were read; the line that it cut is not given out.
  const std::optional<std::string>& damage() const { return source_->damage(); }

 private:
  void fill_head();
  bool fill();
  /// The newline that ends the next line; null: not in the buffer yet.
  const char* find_line_end();
  ReadLine take(std::size_t size, std::size_t line_end);
  ReadLine give_up_line();
  std::optional<ReadLine> take_last();

  std::string name_;
  std::unique_ptr<ByteSource> source_;
  std::vector<char> buffer_;
  std::size_t begin_ = 0, end_ = 0, searched_ = 0;
  std::uint64_t number_ = 0;
  std::string cut_;  ///< first octets of a line that was given up
  bool ended_ = false;
};

}  // namespace danesweep::input
