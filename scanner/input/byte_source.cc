// SPDX-License-Identifier: Apache-2.0
#include "scanner/input/byte_source.h"

#include <archive.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <string_view>
#include <utility>

namespace danesweep::input {
namespace {

constexpr std::size_t kBlock = std::size_t{256} * 1024;
constexpr std::size_t kCompressionMagic = 4;

/// An open file and the octets that were read off its front to see what it is.
class Descriptor {
 public:
  explicit Descriptor(int number) : number_(number) {}
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  Descriptor(Descriptor&&) = delete;
  Descriptor& operator=(Descriptor&&) = delete;
  ~Descriptor() {
    if (number_ > 2) ::close(number_);
  }
  /// 0 at the end, -1 on an error (errno).
  ssize_t read(std::span<char> out) const {
    for (;;) {
      const ssize_t got = ::read(number_, out.data(), out.size());
      if (got >= 0 || errno != EINTR) return got;
    }
  }
  bool is_ready(std::chrono::milliseconds wait) const {
    pollfd wanted{number_, POLLIN, 0};
    return ::poll(&wanted, 1, static_cast<int>(wait.count())) > 0;
  }

 private:
  int number_;
};

class PlainSource : public ByteSource {
 public:
  PlainSource(std::unique_ptr<Descriptor> file, std::string front) : file_(std::move(file)), front_(std::move(front)) {}

  std::size_t read(std::span<char> out) override {
    if (taken_ < front_.size()) {
      const std::size_t count = std::min(out.size(), front_.size() - taken_);
      std::memcpy(out.data(), front_.data() + taken_, count);
      taken_ += count;
      offset_ += count;
      return count;
    }
    const ssize_t got = file_->read(out);
    if (got < 0) damage_ = fmt::format("cannot be read on at offset {}: {}", offset_, std::strerror(errno));
    offset_ += got > 0 ? static_cast<std::size_t>(got) : 0;
    return got > 0 ? static_cast<std::size_t>(got) : 0;
  }

  bool is_ready(std::chrono::milliseconds wait) const override {
    return taken_ < front_.size() || file_->is_ready(wait);
  }

 private:
  std::unique_ptr<Descriptor> file_;
  std::string front_;
  std::size_t taken_ = 0, offset_ = 0;
};

/// libarchive as a decompressor: raw format, and only the two filters by name (others may start programs).
class CompressedSource : public ByteSource {
 public:
  CompressedSource(std::unique_ptr<Descriptor> file, std::string front)
      : file_(std::move(file)), front_(std::move(front)), archive_(archive_read_new(), archive_read_free) {}

  bool open() {
    archive* reader = archive_.get();
    if (reader == nullptr) return false;
    archive_read_support_format_raw(reader);
    archive_read_support_format_empty(reader);
    archive_read_support_filter_gzip(reader);
    archive_read_support_filter_zstd(reader);
    if (archive_read_open(reader, this, nullptr, &CompressedSource::more, nullptr) != ARCHIVE_OK) return fail();
    archive_entry* entry = nullptr;
    const int code = archive_read_next_header(reader, &entry);
    ended_ = code == ARCHIVE_EOF;
    return ended_ || code == ARCHIVE_OK || code == ARCHIVE_WARN || fail();
  }

  /// Block by block: archive_read_data would throw away what it has when the next block is damaged.
  std::size_t read(std::span<char> out) override {
    while (rest_.empty() && !ended_) take_block();
    const std::size_t count = std::min(out.size(), rest_.size());
    rest_.copy(out.data(), count);
    rest_.remove_prefix(count);
    return count;
  }

 private:
  void take_block() {
    const void* block = nullptr;
    std::size_t size = 0;
    la_int64_t at = 0;
    const int code = archive_read_data_block(archive_.get(), &block, &size, &at);
    if (code == ARCHIVE_OK || code == ARCHIVE_WARN) rest_ = {static_cast<const char*>(block), size};
    ended_ = code == ARCHIVE_EOF;
    if (code != ARCHIVE_OK && code != ARCHIVE_WARN && code != ARCHIVE_EOF) fail();
  }

  bool fail() {
    ended_ = true;
    const char* why = archive_error_string(archive_.get());
    damage_ = fmt::format("damaged at offset {}: {}", offset_, why == nullptr ? "cannot be decompressed" : why);
    return false;
  }

  static la_ssize_t more(archive* reader, void* self, const void** block) {
    auto& source = *static_cast<CompressedSource*>(self);
    if (!source.front_.empty() && source.offset_ == 0) {
      *block = source.front_.data();
      source.offset_ = source.front_.size();
      return static_cast<la_ssize_t>(source.front_.size());
    }
    const ssize_t got = source.file_->read(source.block_);
    if (got < 0) archive_set_error(reader, errno, "%s", std::strerror(errno));
    *block = source.block_.data();
    source.offset_ += got > 0 ? static_cast<std::size_t>(got) : 0;
    return got;
  }

  std::unique_ptr<Descriptor> file_;
  std::string front_;
  std::array<char, kBlock> block_{};
  std::size_t offset_ = 0;
  std::string_view rest_;  ///< decompressed and not yet given out; the library's own buffer
  bool ended_ = false;
  std::unique_ptr<archive, int (*)(archive*)> archive_;
};

bool is_compressed(std::string_view front) {
  return front.starts_with("\x1f\x8b") || front.starts_with("\x28\xb5\x2f\xfd");
}

}  // namespace

tl::expected<std::unique_ptr<ByteSource>, std::string> open_bytes(const std::string& path) {
  const int number = path == "-" ? STDIN_FILENO : ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (number < 0)
    return tl::unexpected(fmt::format("{}: cannot be opened: {}; check the name", path, std::strerror(errno)));
  auto file = std::make_unique<Descriptor>(number);
  std::string front(kBlock, '\0');
  std::size_t size = 0;
  while (size < kCompressionMagic) {  // a pipe may give less at a time
    const ssize_t got = file->read(std::span(front).subspan(size));
    if (got < 0) return tl::unexpected(fmt::format("{}: cannot be read: {}", path, std::strerror(errno)));
    if (got == 0) break;
    size += static_cast<std::size_t>(got);
  }
  front.resize(size);
  if (!is_compressed(front)) return std::make_unique<PlainSource>(std::move(file), std::move(front));
  auto compressed = std::make_unique<CompressedSource>(std::move(file), std::move(front));
  if (!compressed->open()) return tl::unexpected(fmt::format("{}: {}", path, compressed->damage().value_or("")));
  return compressed;
}

}  // namespace danesweep::input
