// SPDX-License-Identifier: Apache-2.0
#include "scanner/input/mail_logs.h"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

namespace danesweep::input {
namespace {

constexpr std::string_view kInfo = "Info: ";
constexpr std::array<std::string_view, 5> kLevels = {kInfo, "Warning: ", "Debug: ", "Critical: ", "Trace: "};

/// What stands behind the first `LEVEL: `: later ones are text of the message.
std::optional<std::string_view> behind_level(std::string_view line) {
  std::size_t first = std::string_view::npos, size = 0;
  for (const std::string_view level : kLevels) {
    const std::size_t at = line.find(level);
    if (at < first) {
      first = at;
      size = level.size();
    }
  }
  if (first == std::string_view::npos) return std::nullopt;
  return line.substr(first + size);
}

/// What stands behind `Info: `, unless the line is of another level: what it says there is its own text.
std::optional<std::string_view> behind_info(std::string_view line) {
  const std::size_t at = line.find(kInfo);
  if (at == std::string_view::npos) return std::nullopt;
  const std::string_view front = line.substr(0, at);
  const bool other_level =
      std::ranges::any_of(kLevels, [&](std::string_view level) { return front.find(level) != std::string_view::npos; });
  return other_level ? std::nullopt : std::optional(line.substr(at + kInfo.size()));
}

/// ` matched all recipients for ... in the outbound table`, ` was split creating MID 2 due to ... in the outbound
/// table`.
bool names_policy(std::string_view rest) { return rest.starts_with(" matched ") || rest.starts_with(" was split "); }

}  // namespace

bool looks_like_mail_logs(std::string_view line) {
  const auto rest = behind_level(line);
  if (!rest) return false;
  static constexpr std::array<std::string_view, 4> kWords = {"MID ", "ICID ", "DCID ", "DNS query"};
  return std::ranges::any_of(kWords, [&](std::string_view word) { return rest->find(word) != std::string_view::npos; });
}

void MailLogsReader::read(const Line& line, EntrySink& sink) {
  const auto text = behind_info(line.text);
  if (!text) return sink.skip(trim(line.text).empty() ? SkipKind::Blank : SkipKind::OtherLine);
  std::string_view rest = *text;
  if (take_prefix(rest, "MID ")) return read_message(line, rest, sink);
  if (take_prefix(rest, "ICID "))
    read_connection(rest);
  else if (take_prefix(rest, "DCID ")) {
    std::uint64_t connection = 0;
    const bool secured = take_number(rest, connection) && take_prefix(rest, " TLS success protocol ");
    const std::size_t domain = secured ? rest.rfind(" for ") : std::string_view::npos;
    if (domain != std::string_view::npos) sink.evidence(trim(rest.substr(domain + 5)), Evidence::Delivered);
  }
  sink.skip(SkipKind::OtherLine);
}

void MailLogsReader::read_connection(std::string_view rest) {
  std::uint64_t connection = 0;
  if (!take_number(rest, connection) || !take_prefix(rest, " ")) return;
  if (rest.starts_with("RELAY "))
    remember(connection, Policy::Relay);
  else if (rest.starts_with("ACCEPT "))
    remember(connection, Policy::Accept);
  else if (rest.starts_with("REJECT "))
    remember(connection, Policy::Reject);
  else if (rest.starts_with("close"))
    connections_.erase(connection);
}

void MailLogsReader::remember(std::uint64_t connection, Policy policy) {
  if (!connections_.insert_or_assign(connection, policy).second) return;
  connection_order_.push_back(connection);
  while (!connection_order_.empty() &&
         (connections_.size() > kMaxConnections || connection_order_.size() > 2 * kMaxConnections ||
          !connections_.contains(connection_order_.front()))) {
    connections_.erase(connection_order_.front());
    connection_order_.pop_front();
  }
}

void MailLogsReader::read_message(const Line& line, std::string_view rest, EntrySink& sink) {
  std::uint64_t message = 0;
  if (!take_number(rest, message)) return sink.skip(SkipKind::OtherLine);
  if (rest.starts_with(" ICID ")) return read_recipient(line, message, rest, sink);
  if (!waiting_.empty() && names_policy(rest)) {
    const std::string_view words = trim(rest);
    if (words.ends_with(" in the outbound table")) settle(message, Table::Outbound, sink);
    if (words.ends_with(" in the inbound table")) settle(message, Table::Inbound, sink);
  }
  sink.skip(SkipKind::OtherLine);
}

void MailLogsReader::read_recipient(const Line& line, std::uint64_t message, std::string_view rest, EntrySink& sink) {
  std::uint64_t connection = 0, recipient = 0;
  if (!take_prefix(rest, " ICID ") || !take_number(rest, connection)) return sink.skip(SkipKind::OtherLine);
  if (take_prefix(rest, " RID ") && !take_number(rest, recipient)) return sink.skip(SkipKind::OtherLine);
  if (!take_prefix(rest, " To: ")) return sink.skip(SkipKind::OtherLine);
  if (!rest.starts_with('<')) return sink.reject(line.number, RejectCode::BadAddress, rest);
  const std::size_t end = find_closing_bracket(rest);
  if (end == std::string_view::npos) return sink.reject(line.number, RejectCode::BadAddress, rest);
  if (rest.substr(end + 1).starts_with(" Rejected")) return sink.skip(SkipKind::RejectedByGateway);
  const std::string_view address = rest.substr(0, end + 1);
  const auto known = connections_.find(connection);
  if (known == connections_.end()) return wait(message, address, line.number, sink);
  switch (known->second) {
    case Policy::Relay:
      return sink.recipient({address, Expect::Address, line.number, 1, EntryNote::None});
    case Policy::Accept:
      return sink.skip(SkipKind::Incoming);
    case Policy::Reject:
      return sink.skip(SkipKind::RejectedByGateway);
  }
}

void MailLogsReader::wait(std::uint64_t message, std::string_view text, std::uint64_t line, EntrySink& sink) {
  // Addresses end at 320 octets (RFC 5321 section 4.5.3.1); the rest of a longer one would only fill memory.
  if (text.size() > 1024) return sink.reject(line, RejectCode::BadAddress, text);
  auto [slot, fresh] = waiting_.try_emplace(message);
  if (fresh) waiting_order_.push_back(message);
  slot->second.push_back({std::string(text), line});
  ++waiting_recipients_;
  while (waiting_.size() > kMaxWaitingMessages || waiting_recipients_ > kMaxWaitingRecipients ||
         waiting_order_.size() > 2 * kMaxWaitingMessages) {
    const std::uint64_t oldest = waiting_order_.front();
    waiting_order_.pop_front();
    settle(oldest, Table::Unknown, sink);
  }
}

void MailLogsReader::settle(std::uint64_t message, Table table, EntrySink& sink) {
  const auto found = waiting_.find(message);
  if (found == waiting_.end()) return;
  const std::vector<Waiting> recipients = std::move(found->second);
  waiting_.erase(found);
  waiting_recipients_ -= recipients.size();
  const EntryNote note = table == Table::Unknown ? EntryNote::DirectionUnknown : EntryNote::None;
  for (const Waiting& one : recipients) {
    if (table == Table::Inbound)
      sink.skip(SkipKind::Incoming);
    else
      sink.recipient({one.text, Expect::Address, one.line, 1, note});
  }
}

void MailLogsReader::finish(EntrySink& sink) {
  for (const std::uint64_t message : std::exchange(waiting_order_, {})) settle(message, Table::Unknown, sink);
}

}  // namespace danesweep::input
