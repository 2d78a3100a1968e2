// SPDX-License-Identifier: Apache-2.0
// The lab's DNS messages: reading a question, writing an answer (RFC 1035 section 4, RFC 6891). Owners are compressed
// against the question and against earlier owners; RDATA never is.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "tests/lab/resolution.h"

namespace danesweep::lab {

struct Query {
  std::uint16_t id = 0;
  std::uint16_t flags = 0;
  Name name;
  std::uint16_t type = 0;
  std::string question;  ///< as it came, with its case
  bool has_edns = false;
  bool wants_dnssec = false;  ///< DO
  std::size_t udp_size = 512;
};

/// Nothing for what is no standard query with one question of class IN.
std::optional<Query> parse_query(std::string_view message);

/// At most `limit` octets; if it does not fit: the header with TC and the question.
std::string encode(const Query& query, const Answer& answer, std::size_t limit);

}  // namespace danesweep::lab
