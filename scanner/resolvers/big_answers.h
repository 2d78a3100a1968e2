// SPDX-License-Identifier: Apache-2.0
// Truncation and big answers of a resolver: what comes by TCP is the whole, and what comes by UDP is held against it
// (D-4; RFC 6891 section 6.2.5).
#pragma once

#include <vector>

#include "scanner/resolvers/judgement.h"

namespace danesweep::scanner {

/// One answer by TCP, or what went wrong.
struct WholeAnswer {
  wire::Question question;
  TryResult result;
  std::size_t octets = 0, records = 0;  ///< of the message; in its answer section
};
using BigAnswers = std::vector<WholeAnswer>;

BigAnswers collect_big_answers(const Ask& ask, const std::vector<wire::Question>& questions);

/// Asked with 512 octets of room, a bigger answer is marked as truncated.
Judgement judge_truncation(const Ask& ask, const BigAnswers& answers);
/// Answers beyond 512 octets and within the room that look-ups offer come by UDP.
Judgement judge_big_datagrams(const Ask& ask, const BigAnswers& answers);
/// Answers beyond that room come by TCP.
Judgement judge_big_streams(const BigAnswers& answers);

}  // namespace danesweep::scanner
