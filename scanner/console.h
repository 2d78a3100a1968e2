// SPDX-License-Identifier: Apache-2.0
// Everything that is said to people: results on stdout, the rest on stderr (DESIGN "The command line"). Log lines are
// spdlog's, as text or JSON; lines that scripts read (rejects, canary, the closing account) are printed as they are.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace spdlog {
class logger;
}

namespace danesweep::scanner {

enum class LogFormat : std::uint8_t { Text, Json };
enum class When : std::uint8_t { Auto, Always, Never };

/// Options of every command.
struct EverywhereOptions {
  bool quiet = false;
  std::string log_level = "info";
  LogFormat log_format = LogFormat::Text;
  When color = When::Auto;
};

class Console {
 public:
  explicit Console(const EverywhereOptions& options);

  /// Log lines; hostile text in them must be escaped by the caller.
  void note(std::string_view text);
  void warn(std::string_view text);
  void error(std::string_view text);
  /// A line of a fixed form on stderr, unless --quiet.
  void line(std::string_view text);
  /// The same, also with --quiet.
  static void always(std::string_view text);
  /// A progress line that the next one overwrites; empty: cleared.
  void progress(std::string_view text);
  bool quiet() const { return quiet_; }

  /// To stdout, as it is. What cannot be written is an error of the stream, which `main` looks at; a reader that hangs
  /// up has seen enough, and that is none.
  static void print(std::string_view text);
  static bool stderr_is_terminal();
  static bool stdout_is_terminal();

 private:
  void clear_progress();

  std::shared_ptr<spdlog::logger> log_;
  bool quiet_;
  std::atomic<std::size_t> progress_width_ = 0;  ///< notices come from workers too
};

}  // namespace danesweep::scanner
