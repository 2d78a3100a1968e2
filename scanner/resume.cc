// SPDX-License-Identifier: Apache-2.0
#include "scanner/resume.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "output/file_lock.h"
#include "output/reader.h"

namespace danesweep::scanner {
namespace {

/// A descriptor that is closed with its sink.
class AppendingSink : public output::Sink {
 public:
  AppendingSink(int descriptor, const std::string& path)
      : descriptor_(descriptor), sink_(output::descriptor_sink(descriptor, path)) {}
  ~AppendingSink() override { ::close(descriptor_); }
  AppendingSink(const AppendingSink&) = delete;
  AppendingSink& operator=(const AppendingSink&) = delete;
  AppendingSink(AppendingSink&&) = delete;
  AppendingSink& operator=(AppendingSink&&) = delete;
  tl::expected<void, std::string> write(std::string_view octets) override { return sink_->write(octets); }

 private:
  int descriptor_;
  std::unique_ptr<output::Sink> sink_;
};

/// Behind the magic stands a zstd frame or a plain header.
Value<output::Compression> compression_of(const std::string& path) {
  constexpr std::string_view kZstd = "\x28\xb5\x2f\xfd";
  std::array<char, 12> front{};
  const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (file < 0) return tl::unexpected(fmt::format("{}: cannot be opened: {}", path, std::strerror(errno)));
  const ssize_t got = ::read(file, front.data(), front.size());
  ::close(file);
  const bool zstd = got == static_cast<ssize_t>(front.size()) && std::string_view(front.data() + 8, 4) == kZstd;
  return zstd ? output::Compression::Zstd : output::Compression::None;
}

std::uint64_t size_of(const std::string& path) {
  struct stat there {};
  return ::stat(path.c_str(), &there) == 0 ? static_cast<std::uint64_t>(there.st_size) : 0;
}

}  // namespace

Value<EarlierResults> read_earlier_results(const std::string& path) {
  const std::uint64_t size = size_of(path);
  auto reader = output::Reader::open(path);
  if (!reader) return tl::unexpected(reader.error());
  const auto compression = compression_of(path);
  if (!compression) return tl::unexpected(compression.error());
  EarlierResults earlier{reader->header(), reader->trailer(), {}, {}, reader->torn_at(), size, *compression};
  for (;;) {
    const auto result = reader->next();
    if (!result) return tl::unexpected(result.error());
    if (!*result) return earlier;
    earlier.written.emplace((*result)->index, (*result)->recipients);
    ++earlier.effective.at(static_cast<std::size_t>((*result)->effective));
  }
}

Value<void> check_same_scan(const output::Header& earlier, const output::Header& now) {
  const auto differs = [](std::string_view what) {
    return tl::unexpected(
        fmt::format("--resume: the file was begun with {}; give the same, or begin a new file", what));
  };
  const auto same_text = [](const output::NamedText& a, const output::NamedText& b) {
    return a.name == b.name && a.text == b.text;
  };
  if (!std::ranges::equal(earlier.inputs, now.inputs, same_text)) return differs("other inputs");
  if (!std::ranges::equal(earlier.gateway_files, now.gateway_files, same_text)) return differs("other gateway files");
  if (earlier.shard != now.shard || earlier.shards != now.shards)
    return differs(fmt::format("--shard {}/{}", earlier.shard, earlier.shards));
  if (earlier.default_mode != now.default_mode) return differs("another --dane");
  if (earlier.multi_mx != now.multi_mx) return differs("another --multi-mx");
  return {};
}

Value<std::unique_ptr<output::Sink>> open_for_resuming(const std::string& path, const EarlierResults& earlier) {
  const int file = ::open(path.c_str(), O_WRONLY | O_APPEND | O_CLOEXEC);
  if (file < 0) return tl::unexpected(fmt::format("{}: cannot be written on: {}", path, std::strerror(errno)));
  auto sink = std::make_unique<AppendingSink>(file, path);
  if (const auto locked = output::lock_for_writing(file, path); !locked) return tl::unexpected(locked.error());
  if (size_of(path) != earlier.size)
    return tl::unexpected(fmt::format("{}: another danesweep wrote it meanwhile; try again", path));
  if (earlier.torn_at && ::ftruncate(file, static_cast<off_t>(*earlier.torn_at)) != 0)
    return tl::unexpected(fmt::format("{}: its torn tail cannot be cut off: {}", path, std::strerror(errno)));
  return sink;
}

}  // namespace danesweep::scanner
