// SPDX-License-Identifier: Apache-2.0
#include "scanner/console.h"

#include <spdlog/pattern_formatter.h>
#include <spdlog/sinks/stdout_color_sinks.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <nlohmann/json.hpp>

namespace danesweep::scanner {
namespace {

/// `{"time":"...","level":"info","message":"..."}`: the message as a JSON string.
class JsonMessage : public spdlog::custom_flag_formatter {
 public:
  void format(const spdlog::details::log_msg& message, const std::tm&, spdlog::memory_buf_t& out) override {
    const std::string text(message.payload.data(), message.payload.size());
    const std::string quoted = nlohmann::json(text).dump(-1, ' ', true, nlohmann::json::error_handler_t::replace);
    out.append(quoted.data(), quoted.data() + quoted.size());
  }
  std::unique_ptr<custom_flag_formatter> clone() const override { return std::make_unique<JsonMessage>(); }
};

bool wants_color(When when) {
  if (when != When::Auto) return when == When::Always;
  const char* no_color = std::getenv("NO_COLOR");
  return Console::stderr_is_terminal() && (no_color == nullptr || *no_color == '\0');
}

void write_line(std::string_view text) {
  std::string line(text);
  line += '\n';
  std::fwrite(line.data(), 1, line.size(), stderr);
}

}  // namespace

Console::Console(const EverywhereOptions& options) : quiet_(options.quiet) {
  spdlog::sink_ptr sink;
  if (wants_color(options.color))
    sink = std::make_shared<spdlog::sinks::stderr_color_sink_mt>(spdlog::color_mode::always);
  else
    sink = std::make_shared<spdlog::sinks::stderr_sink_mt>();
  log_ = std::make_shared<spdlog::logger>("danesweep", sink);
  log_->set_level(quiet_ ? spdlog::level::warn : spdlog::level::from_str(options.log_level));
  auto formatter = std::make_unique<spdlog::pattern_formatter>();
  if (options.log_format == LogFormat::Json) {
    formatter->add_flag<JsonMessage>('*').set_pattern(R"({"time":"%Y-%m-%dT%H:%M:%S.%e%z","level":"%l","message":%*})");
  } else {
    formatter->set_pattern("danesweep: %^%l%$: %v");
  }
  log_->set_formatter(std::move(formatter));
  log_->flush_on(spdlog::level::trace);
}

void Console::note(std::string_view text) {
  clear_progress();
  log_->info("{}", text);
}
void Console::warn(std::string_view text) {
  clear_progress();
  log_->warn("{}", text);
}
void Console::error(std::string_view text) {
  clear_progress();
  log_->error("{}", text);
}

void Console::line(std::string_view text) {
  clear_progress();
  if (!quiet_) write_line(text);
}

void Console::always(std::string_view text) { write_line(text); }

void Console::progress(std::string_view text) {
  std::string line = "\r" + std::string(text);
  const std::size_t before = progress_width_.exchange(text.size());
  if (text.size() < before) line.append(before - text.size(), ' ');
  if (text.empty()) line += '\r';
  std::fwrite(line.data(), 1, line.size(), stderr);
}

void Console::clear_progress() {
  if (progress_width_ > 0) progress("");
}

void Console::print(std::string_view text) {
  const bool is_out = std::fwrite(text.data(), 1, text.size(), stdout) == text.size() && std::fflush(stdout) == 0;
  if (!is_out && errno == EPIPE) std::clearerr(stdout);
}

bool Console::stderr_is_terminal() { return ::isatty(STDERR_FILENO) == 1; }
bool Console::stdout_is_terminal() { return ::isatty(STDOUT_FILENO) == 1; }

}  // namespace danesweep::scanner
