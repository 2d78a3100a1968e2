// SPDX-License-Identifier: Apache-2.0
// Text mail logs of the gateway at level Info, with their own stamp or in syslog form (rule E-69). Only `MID m ICID i
// [RID r] To: <...>` lines carry recipients; whether the mail is outgoing is known by the connection's policy line, or
// by the message's policy table where the log was cut. What is kept meanwhile is bounded.
#pragma once

#include <deque>
#include <unordered_map>
#include <vector>

#include "scanner/input/entry.h"

namespace danesweep::input {

bool looks_like_mail_logs(std::string_view line);

class MailLogsReader : public FormatReader {
 public:
  static constexpr std::size_t kMaxWaitingMessages = 65'536;
  static constexpr std::size_t kMaxConnections = 1'048'576;
  /// Recipients that wait for their direction, over all messages.
  static constexpr std::size_t kMaxWaitingRecipients = 1'048'576;

  void read(const Line& line, EntrySink& sink) override;
  void finish(EntrySink& sink) override;

 private:
  enum class Policy : std::uint8_t { Relay, Accept, Reject };
  struct Waiting {
    std::string text;
    std::uint64_t line;
  };
  enum class Table : std::uint8_t { Inbound, Outbound, Unknown };

  void read_message(const Line& line, std::string_view rest, EntrySink& sink);
  void read_recipient(const Line& line, std::uint64_t message, std::string_view rest, EntrySink& sink);
  void read_connection(std::string_view rest);
  void remember(std::uint64_t connection, Policy policy);
  void wait(std::uint64_t message, std::string_view text, std::uint64_t line, EntrySink& sink);
  void settle(std::uint64_t message, Table table, EntrySink& sink);

  std::unordered_map<std::uint64_t, Policy> connections_;
  std::deque<std::uint64_t> connection_order_;
  std::unordered_map<std::uint64_t, std::vector<Waiting>> waiting_;
  std::deque<std::uint64_t> waiting_order_;
  std::size_t waiting_recipients_ = 0;
};

}  // namespace danesweep::input
