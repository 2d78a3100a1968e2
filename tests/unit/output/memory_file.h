// SPDX-License-Identifier: Apache-2.0
// Results files that never touch the disk.
#pragma once

#include <gtest/gtest.h>

#include <limits>
#include <memory>
#include <string>
#include <vector>

#include "output/frames.h"
#include "output/writer.h"

namespace danesweep::output::test {

/// Appends to `octets`, which must outlive it; fails when more than `room` would stand there, as a full disk does.
class MemorySink : public Sink {
 public:
  explicit MemorySink(std::string& octets, std::size_t room = std::numeric_limits<std::size_t>::max())
      : octets_(octets), room_(room) {}
  tl::expected<void, std::string> write(std::string_view octets) override {
    if (octets.size() > room_ - octets_.size()) return tl::unexpected(std::string("out.pb: cannot write: disk full"));
    octets_ += octets;
    return {};
  }

 private:
  std::string& octets_;
  std::size_t room_;
};

/// The octets of a whole results file.
inline std::string file_of(const Header& header, const std::vector<Result>& results, const Trailer& trailer = {}) {
  std::string octets;
  Writer writer(std::make_unique<MemorySink>(octets), Compression::Zstd);
  EXPECT_TRUE(writer.begin(header));
  for (const Result& result : results) EXPECT_TRUE(writer.write(result));
  EXPECT_TRUE(writer.finish(trailer));
  return octets;
}

}  // namespace danesweep::output::test
