// SPDX-License-Identifier: Apache-2.0
// Replays corpus files through a fuzz target without libFuzzer: arguments are files and folders of files.
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <vector>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace {

std::size_t replay(const std::filesystem::path& path) {
  if (std::filesystem::is_directory(path)) {
    std::size_t replayed = 0;
    for (const auto& entry : std::filesystem::directory_iterator(path)) replayed += replay(entry.path());
    return replayed;
  }
  std::ifstream file(path, std::ios::binary);
  if (!file) throw std::runtime_error(path.string() + ": cannot be read");
  const std::vector<std::uint8_t> octets{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
  LLVMFuzzerTestOneInput(octets.data(), octets.size());
  return 1;
}

}  // namespace

int main(int argc, char** argv) {
  std::size_t replayed = 0;
  for (int index = 1; index < argc; ++index) replayed += replay(argv[index]);
  std::printf("%zu files replayed\n", replayed);
  return replayed > 0 ? 0 : 1;
}
