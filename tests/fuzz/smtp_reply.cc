// SPDX-License-Identifier: Apache-2.0
// SMTP replies as a hostile server sends them: the pieces in which they come change nothing, limits hold (T-39), and
// the dialogue says nothing but its four verbs whatever it hears (T-38) and stores nothing but printable text (T-48).
#include <algorithm>
#include <string_view>
#include <vector>

#include "tests/fuzz/check.h"
#include "tls/smtp_dialogue.h"

namespace {

using namespace danesweep::tls;
using danesweep::fuzz::check;
using danesweep::wire::Bytes;

/// All replies up to the first fault, fed `piece` octets at a time.
std::vector<ReplyReader::Progress> read_all(Bytes octets, std::size_t piece) {
  std::vector<ReplyReader::Progress> all;
  ReplyReader reader;
  while (!octets.empty()) {
    Bytes part = octets.first(std::min(piece, octets.size()));
    octets = octets.subspan(part.size());
    while (!part.empty()) {
      ReplyReader::Progress progress = reader.feed(part);
      if (std::holds_alternative<NeedMore>(progress)) continue;
      all.push_back(progress);
      if (std::holds_alternative<ReplyFault>(progress)) return all;
    }
  }
  return all;
}

bool same(const ReplyReader::Progress& a, const ReplyReader::Progress& b) {
  if (a.index() != b.index()) return false;
  if (const auto* fault = std::get_if<ReplyFault>(&a)) return *fault == std::get<ReplyFault>(b);
  const auto& left = std::get<Reply>(a);
  const auto& right = std::get<Reply>(b);
  return left.code == right.code && left.lines == right.lines && left.bare_lf == right.bare_lf &&
         left.codes_differ == right.codes_differ;
}

void check_reply(const Reply& reply) {
  const ReplyLimits limits;
  check(reply.code >= 200 && reply.code <= 559 && !reply.lines.empty() && reply.lines.size() <= limits.lines);
  for (const std::string& line : reply.lines)
    check(line.size() <= limits.line_octets && line.find('\n') == std::string::npos &&
          line.find('\0') == std::string::npos);
}

bool is_printable(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return c >= 0x20 && c <= 0x7E; });
}

void check_dialogue(Bytes octets) {
  SmtpDialogue dialogue("scanner.example.net", Banners::Keep);
  for (std::size_t i = 0; i < octets.size() && dialogue.state() != SmtpDialogue::State::Ended; ++i) {
    if (dialogue.state() == SmtpDialogue::State::Handshake) dialogue.secured();
    dialogue.feed(octets.subspan(i, 1));
    for (std::string said = dialogue.take_output(); !said.empty();) {
      const std::string line = said.substr(0, said.find("\r\n"));
      check(line == "EHLO scanner.example.net" || line == "HELO scanner.example.net" || line == "STARTTLS" ||
            line == "QUIT");
      said.erase(0, line.size() + 2);
    }
  }
  dialogue.closed();
  check(is_printable(dialogue.detail()));
  for (const RecordedReply& reply : dialogue.take_replies())
    check(reply.lines.size() <= 8 && std::ranges::all_of(reply.lines, is_printable) &&
          is_printable(reply.enhanced_code));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const Bytes octets(data, size);
  const auto whole = read_all(octets, std::max<std::size_t>(size, 1));
  const auto dripped = read_all(octets, 1);
  check(std::ranges::equal(whole, dripped, same));
  for (const auto& progress : whole)
    if (const auto* reply = std::get_if<Reply>(&progress)) check_reply(*reply);
  check_dialogue(octets);
  return 0;
}
