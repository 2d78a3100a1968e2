// SPDX-License-Identifier: Apache-2.0
#include "output/frames.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#include <xxhash.h>
#include <zstd.h>
#include <zstd_errors.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>

#include <fmt/format.h>

#include "output/file_lock.h"

namespace danesweep::output {

namespace {

constexpr std::uint32_t kZstdMagic = 0xFD2FB528;
constexpr std::size_t kReadOctets = 256U << 10U;
constexpr char kCheckTag = 0x7D;  // field 15, fixed32
constexpr std::size_t kCheckOctets = 5;
/// Tag, inner length, message, checksum.
constexpr std::size_t kMaxFrameOctets = kMaxMessageOctets + 16;
/// A block holds whole frames: at most what fits before the last one, and that one.
constexpr std::size_t kMaxBlockOctets = kMaxFrameOctets + kBlockOctets + 16;

std::string system_error(std::string_view what, std::string_view name) {
  return fmt::format("{}: {}: {}", name, what, std::strerror(errno));
}

class DescriptorSink : public Sink {
 public:
  enum class Ownership : std::uint8_t { Borrowed, Owned };
  DescriptorSink(int descriptor, std::string name, Ownership ownership)
      : descriptor_(descriptor), name_(std::move(name)), ownership_(ownership) {}
  ~DescriptorSink() override {
    if (ownership_ == Ownership::Owned) ::close(descriptor_);
  }
  DescriptorSink(const DescriptorSink&) = delete;
  DescriptorSink& operator=(const DescriptorSink&) = delete;
  DescriptorSink(DescriptorSink&&) = delete;
  DescriptorSink& operator=(DescriptorSink&&) = delete;

  tl::expected<void, std::string> write(std::string_view octets) override {
    while (!octets.empty()) {
      const ssize_t written = ::write(descriptor_, octets.data(), octets.size());
      if (written < 0 && errno == EINTR) continue;
      if (written <= 0) return tl::unexpected(system_error("cannot write", name_));
      octets.remove_prefix(static_cast<std::size_t>(written));
    }
    return {};
  }

 private:
  int descriptor_;
  std::string name_;
  Ownership ownership_;
};

class FileSource : public Source {
 public:
  FileSource(int descriptor, std::string name) : descriptor_(descriptor), name_(std::move(name)) {}
  ~FileSource() override { ::close(descriptor_); }
  FileSource(const FileSource&) = delete;
  FileSource& operator=(const FileSource&) = delete;
  FileSource(FileSource&&) = delete;
  FileSource& operator=(FileSource&&) = delete;

  tl::expected<std::size_t, std::string> read(char* out, std::size_t size) override {
    for (;;) {
      const ssize_t count = ::pread(descriptor_, out, size, position_);
      if (count < 0 && errno == EINTR) continue;
      if (count < 0) return tl::unexpected(system_error("cannot read", name_));
      position_ += count;
      return static_cast<std::size_t>(count);
    }
  }
  void rewind() override { position_ = 0; }

 private:
  int descriptor_;
  std::string name_;
  off_t position_ = 0;
};

class MemorySource : public Source {
 public:
  explicit MemorySource(std::string octets) : octets_(std::move(octets)) {}
  tl::expected<std::size_t, std::string> read(char* out, std::size_t size) override {
    const std::size_t count = octets_.copy(out, size, position_);
    position_ += count;
    return count;
  }
  void rewind() override { position_ = 0; }

 private:
  std::string octets_;
  std::size_t position_ = 0;
};

void append_varint(std::string& out, std::size_t value) {
  while (value >= 0x80) {
    out += static_cast<char>((value & 0x7FU) | 0x80U);
    value >>= 7U;
  }
  out += static_cast<char>(value);
}

enum class VarintState : std::uint8_t { Whole, Short, Bad };
struct Varint {
  VarintState state = VarintState::Short;
  std::size_t value = 0, octets = 0;
};

/// At most five octets: lengths here are below 2^32.
Varint read_varint(std::string_view in) {
  std::size_t value = 0;
  for (std::size_t i = 0; i < 5; ++i) {
    if (i == in.size()) return {VarintState::Short, 0, 0};
    const auto octet = static_cast<std::uint8_t>(in[i]);
    value |= static_cast<std::size_t>(octet & 0x7FU) << (7 * i);
    if (octet < 0x80) return {VarintState::Whole, value, i + 1};
  }
  return {VarintState::Bad, 0, 0};
}

std::uint32_t check_of(std::string_view octets) {
  return static_cast<std::uint32_t>(XXH3_64bits(octets.data(), octets.size()));
}

std::string little_endian(std::uint32_t value) {
  std::string out;
  for (unsigned shift = 0; shift < 32; shift += 8) out += static_cast<char>((value >> shift) & 0xFFU);
  return out;
}

void append_frame(std::string& out, const Message& message, Compression compression) {
  std::string head(1, static_cast<char>((static_cast<unsigned>(message.kind) << 3U) | 2U));
  append_varint(head, message.octets.size());
  const bool checked = compression == Compression::None;
  append_varint(out, head.size() + message.octets.size() + (checked ? kCheckOctets : 0));
  const std::size_t start = out.size();
  out += head;
  out += message.octets;
  if (!checked) return;
  const std::uint32_t check = check_of(std::string_view(out).substr(start));
  out += kCheckTag;
  out += little_endian(check);
}

std::uint32_t magic_at(std::string_view octets) {
  std::uint32_t magic = 0;
  for (std::size_t i = 4; i-- > 0;) magic = (magic << 8U) | static_cast<std::uint8_t>(octets[i]);
  return magic;
}

/// What is known of the frame at the front of some octets.
enum class CutState : std::uint8_t { Whole, Short, Bad };
struct Cut {
  CutState state = CutState::Short;
  std::size_t octets = 0;  ///< of the frame with its length
  unsigned field = 0;
  std::string_view message;
};

constexpr Cut kShort{CutState::Short, 0, 0, {}};
constexpr Cut kBad{CutState::Bad, 0, 0, {}};

/// The outer length must be what the inner one makes it: a damaged length is seen before the file is searched to its
/// end for octets that never were there.
Cut cut_frame(std::string_view in) {
  const Varint outer = read_varint(in);
  if (outer.state == VarintState::Short) return kShort;
  if (outer.state == VarintState::Bad || outer.value < 2 || outer.value > kMaxFrameOctets) return kBad;
  const std::string_view rest = in.substr(outer.octets);
  if (rest.empty()) return kShort;
  const auto tag = static_cast<std::uint8_t>(rest.front());
  if ((tag & 0x07U) != 2 || tag >= 0x78 || (tag >> 3U) == 0) return kBad;
  const Varint inner = read_varint(rest.substr(1));
  if (inner.state == VarintState::Short) return rest.size() < outer.value ? kShort : kBad;
  const std::size_t plain = 1 + inner.octets + inner.value;
  const bool checked = outer.value == plain + kCheckOctets;
  if (inner.state == VarintState::Bad || (outer.value != plain && !checked)) return kBad;
  if (rest.size() < outer.value) return kShort;
  const std::string_view frame = rest.substr(0, outer.value);
  if (checked && frame.substr(plain) != kCheckTag + little_endian(check_of(frame.substr(0, plain)))) return kBad;
  return {CutState::Whole, outer.octets + outer.value, static_cast<unsigned>(tag >> 3U),
          frame.substr(1 + inner.octets, inner.value)};
}

}  // namespace

tl::expected<std::unique_ptr<Sink>, std::string> create_file(const std::string& path, Existing existing) {
  struct stat there {};
  const bool ordinary = ::stat(path.c_str(), &there) == 0 && S_ISREG(there.st_mode);
  if (ordinary && existing == Existing::Refuse) {
    return tl::unexpected(fmt::format("{}: exists already; choose another name or remove it first", path));
  }
  const int descriptor = ::open(path.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0644);
  if (descriptor < 0) return tl::unexpected(system_error("cannot be written", path));
  auto sink = std::make_unique<DescriptorSink>(descriptor, path, DescriptorSink::Ownership::Owned);
  if (::fstat(descriptor, &there) != 0 || !S_ISREG(there.st_mode)) return sink;
  if (const auto locked = lock_for_writing(descriptor, path); !locked) return tl::unexpected(locked.error());
  if (::ftruncate(descriptor, 0) != 0) return tl::unexpected(system_error("cannot be written", path));
  return sink;
}

std::unique_ptr<Sink> descriptor_sink(int descriptor, std::string name) {
  return std::make_unique<DescriptorSink>(descriptor, std::move(name), DescriptorSink::Ownership::Borrowed);
}

tl::expected<std::unique_ptr<Source>, std::string> open_file(const std::string& path) {
  const int descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (descriptor < 0) return tl::unexpected(system_error("cannot be opened", path));
  struct stat there {};
  if (::fstat(descriptor, &there) != 0 || !S_ISREG(there.st_mode)) {
    ::close(descriptor);
    return tl::unexpected(
        fmt::format("{}: is not an ordinary file; results are read twice, so a pipe will not do", path));
  }
  return std::make_unique<FileSource>(descriptor, path);
}

std::unique_ptr<Source> memory_source(std::string octets) { return std::make_unique<MemorySource>(std::move(octets)); }

struct BlockWriter::Impl {
  Sink& sink;
  Compression compression;
  std::size_t block_octets;
  std::unique_ptr<ZSTD_CCtx, decltype(&ZSTD_freeCCtx)> context{nullptr, &ZSTD_freeCCtx};
  std::string block, packed;
};

BlockWriter::BlockWriter(Sink& sink, Compression compression, std::size_t block_octets)
    : impl_(new Impl{sink, compression, block_octets}) {
  if (compression == Compression::None) return;
  impl_->context.reset(ZSTD_createCCtx());
  // Level 1 in blocks of 256 KiB: 17 octets a record without TLSA at 630 MB/s; level 3 gains only in larger blocks.
  ZSTD_CCtx_setParameter(impl_->context.get(), ZSTD_c_compressionLevel, 1);
  ZSTD_CCtx_setParameter(impl_->context.get(), ZSTD_c_checksumFlag, 1);
}

BlockWriter::~BlockWriter() = default;

tl::expected<void, std::string> BlockWriter::begin() { return impl_->sink.write(kMagic); }

tl::expected<void, std::string> BlockWriter::append(const Message& message) {
  append_frame(impl_->block, message, impl_->compression);
  if (impl_->block.size() < impl_->block_octets) return {};
  return flush();
}

tl::expected<void, std::string> BlockWriter::flush() {
  if (impl_->block.empty()) return {};
  tl::expected<void, std::string> done;
  if (impl_->compression == Compression::None) {
    done = impl_->sink.write(impl_->block);
  } else {
    std::string& packed = impl_->packed;
    packed.resize(ZSTD_compressBound(impl_->block.size()));
    const std::size_t size =
        ZSTD_compress2(impl_->context.get(), packed.data(), packed.size(), impl_->block.data(), impl_->block.size());
    if (ZSTD_isError(size) != 0) return tl::unexpected(fmt::format("zstd: {}", ZSTD_getErrorName(size)));
    done = impl_->sink.write(std::string_view(packed).substr(0, size));
  }
  impl_->block.clear();
  return done;
}

struct FrameReader::Impl {
  Source& source;
  std::unique_ptr<ZSTD_DCtx, decltype(&ZSTD_freeDCtx)> context{nullptr, &ZSTD_freeDCtx};
  std::optional<Compression> compression;
  std::string raw;               ///< octets of the file that are not worked on yet
  std::uint64_t raw_offset = 0;  ///< where `raw` begins in the file
  bool source_ended = false;
  std::string plain;  ///< frames, from `plain_front` on
  std::size_t plain_front = 0;
  std::uint64_t block_offset = 0;
  std::uint64_t message_offset = 0;
  std::optional<std::uint64_t> torn;
  bool ended = false;

  /// True if octets came.
  tl::expected<bool, Damage> read_more();
  /// True when there is more in `plain`; false at the end of the file.
  tl::expected<bool, Damage> fill();
  tl::expected<bool, Damage> begin();
  Cut cut_next();
  tl::expected<void, Damage> go_on();
  tl::expected<bool, Damage> fill_block();
  tl::expected<std::size_t, Damage> packed_size();
  tl::expected<bool, Damage> torn_block();
  tl::expected<void, Damage> unpack(std::size_t size);
  void consume_raw(std::size_t count);
  Damage damage(std::string what) const { return {block_offset, std::move(what)}; }
};

tl::expected<bool, Damage> FrameReader::Impl::read_more() {
  if (source_ended) return false;
  const std::size_t before = raw.size();
  // Doubling keeps the search for the end of a large block linear.
  const std::size_t wanted = std::max(kReadOctets, before);
  raw.resize(before + wanted);
  const auto count = source.read(raw.data() + before, wanted);
  raw.resize(before + count.value_or(0));
  if (!count) return tl::unexpected(Damage{raw_offset + before, count.error()});
  source_ended = *count == 0;
  return !source_ended;
}

void FrameReader::Impl::consume_raw(std::size_t count) {
  raw.erase(0, count);
  raw_offset += count;
}

tl::expected<bool, Damage> FrameReader::Impl::begin() {
  while (raw.size() < kMagic.size() + 4) {
    auto more = read_more();
    if (!more) return more;
    if (!*more) break;
  }
  if (!std::string_view(raw).starts_with(kMagic)) {
    return tl::unexpected(Damage{0, "this is no results file of danesweep (it does not begin with DSWEEP1)"});
  }
  consume_raw(kMagic.size());
  block_offset = raw_offset;
  // A file starts with a header frame, whose length cannot begin like zstd's magic: 0xB5 is no tag of a frame.
  const bool zstd = raw.size() >= 4 ? magic_at(raw) == kZstdMagic : raw.starts_with("\x28\xb5");
  compression = zstd ? Compression::Zstd : Compression::None;
  if (zstd) context.reset(ZSTD_createDCtx());
  return true;
}

tl::expected<std::size_t, Damage> FrameReader::Impl::packed_size() {
  for (;;) {
    if (raw.size() >= 4 && magic_at(raw) != kZstdMagic) return tl::unexpected(damage("no zstd block begins here"));
    const std::size_t size = ZSTD_findFrameCompressedSize(raw.data(), raw.size());
    if (ZSTD_isError(size) == 0) return size;
    if (ZSTD_getErrorCode(size) != ZSTD_error_srcSize_wrong) {
      return tl::unexpected(damage(fmt::format("the block is damaged ({})", ZSTD_getErrorName(size))));
    }
    if (raw.size() > kMaxBlockOctets) return tl::unexpected(damage("the block has no end"));
    auto more = read_more();
    if (!more) return tl::unexpected(more.error());
    if (!*more) return std::size_t{0};
  }
}

/// The file ends inside this block. If a whole block stands behind its beginning, it was not the writer who stopped
/// here.
tl::expected<bool, Damage> FrameReader::Impl::torn_block() {
  for (std::size_t i = 1; i + 4 <= raw.size(); ++i) {
    if (raw[i] != '\x28' || magic_at(std::string_view(raw).substr(i)) != kZstdMagic) continue;
    if (ZSTD_isError(ZSTD_findFrameCompressedSize(raw.data() + i, raw.size() - i)) == 0) {
      return tl::unexpected(damage("the block is damaged: others follow before its end"));
    }
  }
  torn = block_offset;
  return false;
}

tl::expected<void, Damage> FrameReader::Impl::unpack(std::size_t size) {
  ZSTD_inBuffer in{raw.data(), size, 0};
  std::array<char, 128U << 10U> piece{};
  for (;;) {
    ZSTD_outBuffer out{piece.data(), piece.size(), 0};
    const std::size_t left = ZSTD_decompressStream(context.get(), &out, &in);
    if (ZSTD_isError(left) != 0) {
      return tl::unexpected(damage(fmt::format("the block does not decompress ({})", ZSTD_getErrorName(left))));
    }
    plain.append(piece.data(), out.pos);
    if (left == 0) return {};
    if (plain.size() > kMaxBlockOctets) return tl::unexpected(damage("the block is larger than any that is written"));
    if (in.pos == in.size && out.pos == 0) return tl::unexpected(damage("the block does not decompress"));
  }
}

tl::expected<bool, Damage> FrameReader::Impl::fill_block() {
  block_offset = raw_offset;
  if (raw.empty()) {
    auto more = read_more();
    if (!more || !*more) return more;
  }
  const auto size = packed_size();
  if (!size) return tl::unexpected(size.error());
  if (*size == 0) return torn_block();
  const auto unpacked = unpack(*size);
  if (!unpacked) return tl::unexpected(unpacked.error());
  consume_raw(*size);
  return true;
}

tl::expected<bool, Damage> FrameReader::Impl::fill() {
  plain.erase(0, plain_front);
  plain_front = 0;
  if (compression == Compression::Zstd) return fill_block();
  if (raw.empty()) {
    auto more = read_more();
    if (!more || !*more) return more;
  }
  plain += raw;
  consume_raw(raw.size());
  return true;
}

FrameReader::FrameReader(Source& source) : impl_(new Impl{source}) {}
FrameReader::~FrameReader() = default;

Cut FrameReader::Impl::cut_next() {
  const std::string_view rest = std::string_view(plain).substr(plain_front);
  message_offset = compression == Compression::Zstd ? block_offset : raw_offset - rest.size();
  return rest.empty() ? kShort : cut_frame(rest);
}

/// Octets behind what is there, or the end of the file: torn if something is left over.
tl::expected<void, Damage> FrameReader::Impl::go_on() {
  const bool inside = plain.size() > plain_front;
  const std::uint64_t frame_offset = message_offset;
  const auto more = fill();
  if (!more) return tl::unexpected(more.error());
  ended = !*more;
  if (ended && inside && !torn) torn = frame_offset;
  return {};
}

tl::expected<std::optional<Message>, Damage> FrameReader::next() {
  if (!impl_->compression) {
    const auto begun = impl_->begin();
    if (!begun) return tl::unexpected(begun.error());
  }
  while (!impl_->ended) {
    const Cut cut = impl_->cut_next();
    if (cut.state == CutState::Bad) {
      return tl::unexpected(Damage{impl_->message_offset, "the frame does not hold together"});
    }
    if (cut.state == CutState::Short) {
      const auto gone_on = impl_->go_on();
      if (!gone_on) return tl::unexpected(gone_on.error());
      continue;
    }
    impl_->plain_front += cut.octets;
    if (cut.field > static_cast<unsigned>(FrameKind::Trailer)) continue;
    return Message{static_cast<FrameKind>(cut.field), std::string(cut.message)};
  }
  return std::nullopt;
}

std::optional<std::uint64_t> FrameReader::torn_at() const { return impl_->torn; }
std::uint64_t FrameReader::offset() const { return impl_->message_offset; }

}  // namespace danesweep::output
