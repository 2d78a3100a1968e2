// SPDX-License-Identifier: Apache-2.0
// How fast inputs of a million lines are read, per core: each plain format through the whole stream (lines, parsing,
// names, set), beside `wc -l` and `grep -c` over the same octets. Goal: 300 MB/s. All figures are CPU time.
#include <benchmark/benchmark.h>

#include <sys/resource.h>
#include <unistd.h>

#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <utility>

#include "scanner/input/domain_stream.h"

namespace danesweep::input {
namespace {

constexpr int kLines = 1'000'000;
constexpr std::uint32_t kDomains = 20'000;

class TextSource : public ByteSource {
 public:
  explicit TextSource(const std::string& text) : text_(text) {}
  std::size_t read(std::span<char> out) override {
    const std::size_t count = std::min(out.size(), text_.size() - at_);
    std::memcpy(out.data(), text_.data() + at_, count);
    at_ += count;
    return count;
  }

 private:
  const std::string& text_;
  std::size_t at_ = 0;
};

std::string domain(std::mt19937& random) { return "recipient-" + std::to_string(random() % kDomains) + ".example"; }

/// The mix of lines that a gateway writes for one message: most name no recipient.
std::string mail_logs() {
  std::mt19937 random(1);
  const std::string front = "Tue Feb  3 21:42:34 2026 Info: ";
  std::string text = front + "ICID 28 RELAY SG RELAYLIST match 192.0.2.0/24 SBRS not enabled\n";
  for (int line = 0, message = 1; line < kLines; line += 6, ++message) {
    const std::string mid = "MID " + std::to_string(message);
    text += front + "Start " + mid + " ICID 28\n";
    text += front + mid + " ICID 28 From: <somebody@example.com>\n";
    text += front + mid + " ICID 28 RID 0 To: <user.name@" + domain(random) + ">\n";
    text += front + mid + " Subject 'Minutes of the meeting of last week'\n";
    text += front + mid + " matched all recipients for per-recipient policy DEFAULT in the outbound table\n";
    text += front + "Message done DCID 23 " + mid + " to RID [0]\n";
  }
  return text;
}

std::string cef() {
  std::mt19937 random(1);
  std::string text;
  for (int line = 0; line < kLines; ++line)
    text +=
        "Tue Feb 3 15:15:49 2026: CEF:0|Cisco|C300V Email Security Virtual "
        "Appliance|14.0.0-657|ESA_CONSOLIDATED_LOG_EVENT|"
        "Consolidated Log Event|5|deviceExternalId=42AB ESAMID=4631 ESAICID=360 ESADCID=660 endTime=Tue Feb 3 15:15:48 "
        "2026 "
        "dvc=192.0.2.7 deviceOutboundInterface=Out deviceDirection=1 ESAMailFlowPolicy=RELAY suser=a@example.com "
        "act=DELIVERED "
        "duser=user.name@" +
        domain(random) +
        " msg='Minutes of the meeting' ESATLSOutConnStatus=Success ESATLSOutProtocol=TLSv1.2 "
        "ESATLSOutCipher=ECDHE-RSA-AES256-GCM-SHA384\n";
  return text;
}

std::string maillog() {
  std::mt19937 random(1);
  std::string text;
  for (int line = 0; line < kLines; ++line)
    text += "Feb  3 21:42:38 mx postfix/smtp[811]: 4F2B81C0A5: to=<user.name@" + domain(random) +
            ">, relay=mx.example.org[192.0.2.25]:25, delay=1.2, delays=0.1/0/0.5/0.6, dsn=2.0.0, status=sent (250 "
            "2.0.0 ok)\n";
  return text;
}

std::string list() {
  std::mt19937 random(1);
  std::string text;
  for (int line = 0; line < kLines; ++line) text += domain(random) + "\n";
  return text;
}

std::string csv() {
  std::mt19937 random(1);
  std::string text = "Destination Domain,Latest Host Status,Active Recipients,Connections Out,Delivered Recipients\n";
  for (int line = 0; line < kLines; ++line) text += domain(random) + ",Up,\"1,255\",3,45\n";
  return text;
}

std::string top_hosts() {
  std::mt19937 random(1);
  std::string text = "#  Recipient Host      Recip  Out  Recip.  Bounced Bounced\n";
  for (int line = 1; line <= kLines; ++line)
    text += std::to_string(line) + "  " + domain(random) + "   365   10   1,255       21       8\n";
  return text;
}

/// Made when it is first asked for, and let go when the next one is: CEF alone has half a gigabyte.
const std::string& text_of(Format format) {
  static std::optional<Format> made;
  static std::string text;
  if (made == format) return text;
  made = format;
  switch (format) {
    case Format::List:
      return text = list();
    case Format::Csv:
      return text = csv();
    case Format::Cef:
      return text = cef();
    case Format::MailLogs:
      return text = mail_logs();
    case Format::TopHosts:
      return text = top_hosts();
    default:
      return text = maillog();
  }
}

void read_format(benchmark::State& state, Format format) {
  const std::string& text = text_of(format);
  for (auto _ : state) {
    LineReader lines("in", std::make_unique<TextSource>(text));
    auto reader = make_reader(format, lines.head());
    std::vector<OpenedInput> inputs;
    inputs.push_back({std::move(lines), format, std::move(*reader)});
    DomainStream stream(std::move(inputs), {}, {}, {});
    std::size_t found = 0;
    while (stream.next()) ++found;
    if (found < kDomains * 99 / 100 || stream.counts().rejected != 0) state.SkipWithError("domains are missing");
  }
  state.SetBytesProcessed(static_cast<std::int64_t>(state.iterations() * text.size()));
}

double seconds(const timeval& time) {
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
}
double time_of_children() {
  rusage usage{};
  getrusage(RUSAGE_CHILDREN, &usage);
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

/// What others take for the same octets: a command of the system, by the CPU time of its process.
void run_command(benchmark::State& state, Format format, const char* command) {
  const std::string& text = text_of(format);
  const auto path = std::filesystem::temp_directory_path() / ("input_bench." + std::to_string(getpid()));
  std::ofstream(path, std::ios::binary) << text;
  // Not to /dev/null: grep would stop at its first match.
  const std::string line = std::string("LC_ALL=C ") + command + " < " + path.string() + " > " + path.string() + ".out";
  for (auto _ : state) {
    const double before = time_of_children();
    if (std::system(line.c_str()) != 0) state.SkipWithError("the command failed");
    state.SetIterationTime(time_of_children() - before);
  }
  std::filesystem::remove(path);
  std::filesystem::remove(path.string() + ".out");
  state.SetBytesProcessed(static_cast<std::int64_t>(state.iterations() * text.size()));
}

void register_format(const std::string& name, Format format, const char* pattern) {
  benchmark::RegisterBenchmark((name + "/read").c_str(), read_format, format)->Unit(benchmark::kMillisecond);
  for (const auto& [title, command] :
       {std::pair{"/wc -l", std::string("wc -l")}, {"/grep -c", std::string("grep -c '") + pattern + "'"}})
    benchmark::RegisterBenchmark(
        (name + title).c_str(),
        [format, command = command](benchmark::State& state) { run_command(state, format, command.c_str()); })
        ->Unit(benchmark::kMillisecond)
        ->UseManualTime();
}

const bool kRegistered = [] {
  register_format("mail_logs", Format::MailLogs, "To: <");
  register_format("cef", Format::Cef, "duser=");
  register_format("maillog", Format::MailLog, "status=sent");
  register_format("tophosts", Format::TopHosts, "recipient");
  register_format("csv", Format::Csv, "recipient");
  register_format("list", Format::List, "recipient");
  return true;
}();

}  // namespace
}  // namespace danesweep::input
