// SPDX-License-Identifier: Apache-2.0
#include "scanner/input/line_reader.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstring>
#include <utility>

namespace danesweep::input {
namespace {

using namespace std::string_view_literals;
using std::chrono::milliseconds;
using std::chrono::steady_clock;

/// A list of a few lines, as scripts hand them over, needs no more.
constexpr std::size_t kSmallFile = 4096;
/// A slow pipe: what has come this long after its first line is the head.
constexpr milliseconds kHeadWait{2000};

/// What a file that is no text begins with.
struct Magic {
  std::string_view octets, what;
};
constexpr Magic kMagic[] = {
    {"\x7f"
     "ELF"sv,
     "a program (ELF)"},
    {"%PDF-"sv, "a PDF document"},
    {"PK\x03\x04"sv, "a ZIP archive (or an office document)"},
    {"PK\x05\x06"sv, "a ZIP archive"},
    {"SQLite format 3\0"sv, "an SQLite database"},
    {"DSWEEP1\n"sv, "a danesweep results file"},
    {"\xfd"
     "7zXZ\0"sv,
     "xz-compressed; only gzip and zstd are read"},
    {"BZh91AY&SY"sv, "bzip2-compressed; only gzip and zstd are read"},
    {"7z\xbc\xaf\x27\x1c"sv, "a 7z archive"},
    {"\x89PNG\r\n"sv, "a PNG picture"},
    {"\xff\xfe"sv, "UTF-16 text; convert it to UTF-8 first (iconv -f UTF-16 -t UTF-8)"},
    {"\xfe\xff"sv, "UTF-16 text; convert it to UTF-8 first (iconv -f UTF-16 -t UTF-8)"},
};

/// NUL in every second octet of the first 64: UTF-16 without a byte order mark.
bool is_utf16(std::string_view head) {
  const std::string_view front = head.substr(0, 64 & ~std::size_t{1});
  if (front.size() < 4) return false;
  std::array<std::size_t, 2> zeros{};
  for (std::size_t i = 0; i < front.size(); ++i) zeros[i % 2] += front[i] == '\0' ? 1 : 0;
  const std::size_t pairs = front.size() / 2;
  return (zeros[0] == pairs && zeros[1] == 0) || (zeros[1] == pairs && zeros[0] == 0);
}

std::string_view what_else_it_is(std::string_view head) {
  for (const Magic& magic : kMagic)
    if (head.starts_with(magic.octets)) return magic.what;
  return is_utf16(head) ? "UTF-16 text; convert it to UTF-8 first (iconv -f UTF-16 -t UTF-8)" : ""sv;
}

}  // namespace

LineReader::LineReader(std::string name, std::unique_ptr<ByteSource> source)
    : name_(std::move(name)), source_(std::move(source)), buffer_(kSmallFile) {
  fill_head();
  if (end_ >= kHead && buffer_.size() < 2 * kHead) buffer_.resize(2 * kHead);
  if (head().starts_with("\xef\xbb\xbf")) begin_ += 3;
}

tl::expected<LineReader, std::string> LineReader::open(const std::string& path) {
  auto source = open_bytes(path);
  if (!source) return tl::unexpected(source.error());
  LineReader reader(path == "-" ? "(stdin)" : path, std::move(*source));
  if (const std::string_view what = what_else_it_is(reader.head()); !what.empty())
    return tl::unexpected(fmt::format("{}: this is {}, no list or log", reader.name(), what));
  if (reader.end_ == 0 && reader.damage())
    return tl::unexpected(fmt::format("{}: {}", reader.name(), *reader.damage()));
  return reader;
}

void LineReader::fill_head() {
  while (find_line_end() == nullptr)
    if (end_ >= kHead || !fill()) return;
  const auto until = steady_clock::now() + kHeadWait;
  const auto left = [&] {
    return std::max(milliseconds(0), std::chrono::duration_cast<milliseconds>(until - steady_clock::now()));
  };
  while (end_ < kHead && source_->is_ready(left()) && fill()) {
  }
}

bool LineReader::is_ready() {
  while (!ended_ && end_ - begin_ <= kMaxLine && find_line_end() == nullptr) {
    if (!source_->is_ready(milliseconds(0))) return false;
    fill();
  }
  return true;
}

const char* LineReader::find_line_end() {
  searched_ = std::max(searched_, begin_);
  const auto* found = static_cast<const char*>(std::memchr(buffer_.data() + searched_, '\n', end_ - searched_));
  searched_ = found != nullptr ? static_cast<std::size_t>(found - buffer_.data()) : end_;
  return found;
}

bool LineReader::fill() {
  if (ended_) return false;
  if (begin_ > 0) {
    std::memmove(buffer_.data(), buffer_.data() + begin_, end_ - begin_);
    end_ -= begin_;
    searched_ = searched_ > begin_ ? searched_ - begin_ : 0;
    begin_ = 0;
  }
  if (end_ == buffer_.size()) buffer_.resize(std::min(2 * buffer_.size(), 2 * kMaxLine));  // a long line
  const std::size_t got = source_->read(std::span(buffer_).subspan(end_));
  end_ += got;
  ended_ = got == 0;
  return got > 0;
}

std::optional<ReadLine> LineReader::next() {
  for (;;) {
    if (find_line_end() != nullptr) return take(searched_ - begin_, searched_ + 1);
    if (end_ - begin_ > kMaxLine) return give_up_line();
    if (!fill()) return take_last();
  }
}

ReadLine LineReader::take(std::size_t size, std::size_t line_end) {
  std::string_view text(buffer_.data() + begin_, size);
  begin_ = line_end;
  ++number_;
  if (text.ends_with('\r')) text.remove_suffix(1);
  if (text.size() > kMaxLine) return {{text.substr(0, 80), number_}, LineState::TooLong};
  return {{text, number_}, LineState::Whole};
}

ReadLine LineReader::give_up_line() {
  cut_.assign(buffer_.data() + begin_, 80);
  ++number_;
  for (;;) {
    const char* found = static_cast<const char*>(std::memchr(buffer_.data() + begin_, '\n', end_ - begin_));
    begin_ = found != nullptr ? static_cast<std::size_t>(found - buffer_.data()) + 1 : end_;
    if (found != nullptr || !fill()) return {{cut_, number_}, LineState::TooLong};
  }
}

std::optional<ReadLine> LineReader::take_last() {
  if (begin_ == end_ || damage()) return std::nullopt;
  return take(end_ - begin_, end_);
}

}  // namespace danesweep::input
