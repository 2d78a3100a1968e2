// SPDX-License-Identifier: Apache-2.0
// The results file below its messages (DESIGN "The results"): frames, zstd blocks, the torn tail of a file whose writer
// died, and the difference between that and damage.
//
//     "DSWEEP1\n"  block  block ...            zstd: a block is an independent zstd frame of ~256 KiB of whole frames
//     frame = varint length | Frame            none: the frames stand there as they are
//     Frame = tag of its kind | varint length | message [| 0x7d, 4 octets of checksum when there is no zstd]
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include <tl/expected.hpp>

#include "output/proto_mapping.h"

namespace danesweep::output {

inline constexpr std::string_view kMagic = "DSWEEP1\n";
inline constexpr std::size_t kBlockOctets = 256U << 10U;

enum class Compression : std::uint8_t { None, Zstd };

/// Where octets go. Errors are sentences that name the file.
class Sink {
 public:
  virtual ~Sink() = default;
  virtual tl::expected<void, std::string> write(std::string_view octets) = 0;
};

enum class Existing : std::uint8_t { Refuse, Replace };
/// A file to write; Refuse: an ordinary file that is there already is an error.
tl::expected<std::unique_ptr<Sink>, std::string> create_file(const std::string& path, Existing existing);
/// A descriptor that somebody else owns, such as standard output.
std::unique_ptr<Sink> descriptor_sink(int descriptor, std::string name);

/// Octets to read, more than once.
class Source {
 public:
  virtual ~Source() = default;
  /// Up to `size` octets into `out`; 0 at the end.
  virtual tl::expected<std::size_t, std::string> read(char* out, std::size_t size) = 0;
  virtual void rewind() = 0;
};

tl::expected<std::unique_ptr<Source>, std::string> open_file(const std::string& path);
std::unique_ptr<Source> memory_source(std::string octets);

/// Collects frames into blocks and hands them to a sink.
class BlockWriter {
 public:
  /// Borrows `sink`.
  BlockWriter(Sink& sink, Compression compression, std::size_t block_octets = kBlockOctets);
  ~BlockWriter();
  BlockWriter(const BlockWriter&) = delete;
  BlockWriter& operator=(const BlockWriter&) = delete;
  BlockWriter(BlockWriter&&) = delete;
  BlockWriter& operator=(BlockWriter&&) = delete;

  tl::expected<void, std::string> begin();
  tl::expected<void, std::string> append(const Message& message);
  /// What is collected goes out as a block.
  tl::expected<void, std::string> flush();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

/// Anything that is not a torn tail: where in the file, and what.
struct Damage {
  std::uint64_t offset = 0;
  std::string what;  ///< "the block does not decompress"
};

/// Cuts a file into messages. Memory: one block and the largest message.
class FrameReader {
 public:
  explicit FrameReader(Source& source);
  ~FrameReader();
  FrameReader(const FrameReader&) = delete;
  FrameReader& operator=(const FrameReader&) = delete;
  FrameReader(FrameReader&&) = delete;
  FrameReader& operator=(FrameReader&&) = delete;

  /// The next message; nothing at the end, torn or not. Kinds of later versions are passed over.
  tl::expected<std::optional<Message>, Damage> next();
  /// Set when the file ended inside a block or frame: its offset. What lies behind it is no part of the file.
  std::optional<std::uint64_t> torn_at() const;
  /// File offset of the block (zstd) or frame that the last message came from.
  std::uint64_t offset() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace danesweep::output
