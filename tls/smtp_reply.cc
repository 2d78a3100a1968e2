// SPDX-License-Identifier: Apache-2.0
#include "tls/smtp_reply.h"

#include <cassert>
#include <utility>

namespace danesweep::tls {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }

/// Length of the digits at the front, at most three: a part of an enhanced code.
std::size_t short_number(std::string_view text) {
  std::size_t length = 0;
  while (length < text.size() && length < 4 && is_digit(text[length])) ++length;
  return length <= 3 ? length : 0;
}

}  // namespace

std::string enhanced_code(const Reply& reply) {
  const std::string_view text = reply.lines.empty() ? std::string_view{} : std::string_view(reply.lines.back());
  if (text.size() < 5 || (text[0] != '2' && text[0] != '4' && text[0] != '5') || text[1] != '.') return {};
  const std::size_t subject = short_number(text.substr(2));
  if (subject == 0 || 2 + subject >= text.size() || text[2 + subject] != '.') return {};
  const std::size_t detail = short_number(text.substr(3 + subject));
  const std::size_t length = 3 + subject + detail;
  if (detail == 0 || (length < text.size() && text[length] != ' ')) return {};
  return std::string(text.substr(0, length));
}

/// Whether `octet` may stand behind what the line holds so far. The text itself may hold anything but NUL: 8-bit
/// greetings exist, and are escaped before they are stored (T-48).
bool ReplyReader::fits_grammar(std::uint8_t octet) const {
  switch (line_.size()) {
    case 0:
      return octet >= '2' && octet <= '5';
    case 1:
      return octet >= '0' && octet <= '5';
    case 2:
      return octet >= '0' && octet <= '9';
    case 3:
      return octet == ' ' || octet == '-' || octet == '\r' || octet == '\n';
    case 4:
      return octet != 0 && (line_[3] != '\r' || octet == '\n');
    default:
      return octet != 0;
  }
}

ReplyFault ReplyReader::grammar_fault() const {
  return reply_.lines.empty() && line_.size() < 4 ? ReplyFault::NotAReply : ReplyFault::Malformed;
}

ReplyReader::Progress ReplyReader::feed(wire::Bytes& octets) {
  while (!octets.empty()) {
    const std::uint8_t octet = octets.front();
    if (!fits_grammar(octet)) return grammar_fault();
    if (++octets_ > limits_.reply_octets) return ReplyFault::TooLong;
    octets = octets.subspan(1);
    if (octet != '\n') {
      // One octet over the limit is kept: it may be the CR of the line's end.
      if (line_.size() > limits_.line_octets) return ReplyFault::TooLong;
      line_ += static_cast<char>(octet);
      continue;
    }
    bool more_lines = false;
    Progress progress = line_done(more_lines);
    if (!more_lines) return progress;
  }
  return NeedMore{};
}

/// `line_` is whole but for its LF. Sets `more_lines` when the reply goes on.
ReplyReader::Progress ReplyReader::line_done(bool& more_lines) {
  if (line_.back() != '\r') reply_.bare_lf = true;
  while (line_.back() == '\r') line_.pop_back();  // some servers send two; no keyword ends in one
  if (line_.size() > limits_.line_octets || reply_.lines.size() >= limits_.lines) return ReplyFault::TooLong;
  assert(line_.size() >= 3);  // fits_grammar lets no shorter line end
  const int code = (line_[0] - '0') * 100 + (line_[1] - '0') * 10 + (line_[2] - '0');
  reply_.codes_differ = reply_.codes_differ || (!reply_.lines.empty() && code != reply_.code);
  reply_.code = code;
  more_lines = line_.size() > 3 && line_[3] == '-';
  reply_.lines.emplace_back(line_.size() > 4 ? line_.substr(4) : std::string());
  line_.clear();
  if (more_lines) return NeedMore{};
  octets_ = 0;
  return std::exchange(reply_, Reply{});
}

}  // namespace danesweep::tls
