// SPDX-License-Identifier: Apache-2.0
// What the input tests share: a text read as a file of some format, and what came of it in comparable form.
#pragma once

#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "scanner/input/domain_stream.h"

namespace danesweep::input {

/// Octets out of memory, in portions of a size of the test's choice.
class TextSource : public ByteSource {
 public:
  explicit TextSource(std::string text, std::size_t portion = 1 << 20) : text_(std::move(text)), portion_(portion) {}
  std::size_t read(std::span<char> out) override {
    const std::size_t count = std::min({out.size(), portion_, text_.size() - at_});
    std::memcpy(out.data(), text_.data() + at_, count);
    at_ += count;
    return count;
  }

 private:
  std::string text_;
  std::size_t portion_, at_ = 0;
};

/// What one input came to.
struct Account {
  std::map<std::string, std::uint32_t> domains;  ///< name and final recipients
  std::vector<std::string> order;                ///< names by index
  std::vector<std::string> rejects;
  std::vector<std::string> remarks;
  std::map<std::string, std::vector<std::string>> warnings;
  std::map<std::string, std::uint64_t> skips;
  std::map<std::string, std::pair<std::uint64_t, std::uint64_t>> evidence;  ///< delivered, failed
  output::InputCounts counts;
  std::vector<std::string> totals;
  bool damaged = false;

  /// E-62: every entry is exactly one of the four.
  bool adds_up() const {
    return counts.read == counts.checked + counts.skipped + counts.duplicates + counts.rejected &&
           counts.rejected == rejects.size() && counts.checked == domains.size();
  }
  std::uint64_t skipped(const std::string& kind) const { return skips.contains(kind) ? skips.at(kind) : 0; }
};

inline Account account_of(DomainStream& stream, Account account) {
  while (auto found = stream.next()) {
    account.order.push_back(found->name);
    account.domains[found->name] = found->recipients;
    if (!found->warnings.empty()) account.warnings[found->name] = found->warnings;
  }
  for (const auto& recount : stream.recounts()) account.domains[account.order.at(recount.index)] = recount.recipients;
  account.counts = stream.final_counts();
  for (const auto& kind : account.counts.skipped_kinds) account.skips[kind.kind] = kind.count;
  for (const auto& [name, seen] : stream.gateway_logs()) account.evidence[name] = {seen.delivered, seen.failed};
  account.totals = stream.warnings();
  account.damaged = stream.damaged();
  return account;
}

inline Account read_opened(std::vector<OpenedInput> inputs, Shard shard = {}) {
  Account account;
  DomainStream stream(
      std::move(inputs), shard, [&](const std::string& line) { account.rejects.push_back(line); },
      [&](const std::string& text) { account.remarks.push_back(text); });
  Account done = account_of(stream, {});
  done.rejects = std::move(account.rejects);
  done.remarks = std::move(account.remarks);
  return done;
}

/// `text` as the file "in"; its format by detection if none is given.
inline Account read_text(const std::string& text, std::optional<Format> format = {}, std::size_t portion = 1 << 20) {
  LineReader lines("in", std::make_unique<TextSource>(text, portion));
  const Format chosen = format ? *format : detect_format(lines.head());
  auto reader = make_reader(chosen, lines.head());
  if (!reader) return {};
  std::vector<OpenedInput> inputs;
  inputs.push_back({std::move(lines), chosen, std::move(*reader)});
  return read_opened(std::move(inputs));
}

using Domains = std::map<std::string, std::uint32_t>;

/// A folder that is gone after the test.
class TemporaryFolder {
 public:
  TemporaryFolder() {
    std::string pattern = (std::filesystem::temp_directory_path() / "danesweep-test-XXXXXX").string();
    path_ = mkdtemp(pattern.data());
  }
  ~TemporaryFolder() { std::filesystem::remove_all(path_); }
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  std::string file(const std::string& name) const { return (path_ / name).string(); }
  std::string write(const std::string& name, std::string_view text) const {
    std::ofstream(file(name), std::ios::binary) << text;
    return file(name);
  }

 private:
  std::filesystem::path path_;
};

}  // namespace danesweep::input
