// SPDX-License-Identifier: Apache-2.0
// How fast inputs of a million lines are read, per core: each plain format through the whole stream (lines, parsing,
// names, set), beside counting newlines in the same octets (what `wc -l` does). Goal: 300 MB/s for logs.
#include <benchmark/benchmark.h>

#include <cstring>
#include <memory>
#include <random>
#include <string>

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
  for (int line = 0; line < kLines / 4; ++line)
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

const std::string& text_of(Format format) {
  static const std::string kTexts[] = {list(), csv(), cef(), mail_logs(), "", maillog()};
  return kTexts[static_cast<std::size_t>(format)];
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

void count_newlines(benchmark::State& state) {
  const std::string& text = text_of(Format::MailLogs);
  for (auto _ : state) {
    std::size_t lines = 0;
    for (const char* at = text.data();
         (at = static_cast<const char*>(std::memchr(at, '\n', text.data() + text.size() - at))) != nullptr; ++at)
      ++lines;
    benchmark::DoNotOptimize(lines);
  }
  state.SetBytesProcessed(static_cast<std::int64_t>(state.iterations() * text.size()));
}

BENCHMARK(count_newlines)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(read_format, mail_logs, Format::MailLogs)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(read_format, cef, Format::Cef)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(read_format, maillog, Format::MailLog)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(read_format, csv, Format::Csv)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(read_format, list, Format::List)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace danesweep::input
