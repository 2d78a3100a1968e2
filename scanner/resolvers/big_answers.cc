// SPDX-License-Identifier: Apache-2.0
#include "scanner/resolvers/big_answers.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace danesweep::scanner {
namespace {

constexpr std::uint16_t kLeastRoom = 512;  ///< RFC 6891 section 6.2.5: every server may send so much
constexpr const char* kNameOne = "name a bigger one with --big NAME/TYPE";

std::size_t answer_records(const wire::Message& message) {
  return static_cast<std::size_t>(std::ranges::count_if(
      message.records(), [](const wire::RecordIndex& record) { return record.section == wire::Section::Answer; }));
}

/// The biggest whole answer of at most `most` octets.
const WholeAnswer* biggest(const BigAnswers& answers, std::size_t most) {
  const WholeAnswer* found = nullptr;
  for (const WholeAnswer& answer : answers)
    if (answer.octets <= most && (found == nullptr || answer.octets > found->octets)) found = &answer;
  return found;
}

std::string described(const WholeAnswer& answer) {
  return fmt::format("{}, {} octets", asked(answer.question), answer.octets);
}

Judgement too_small(const BigAnswers& answers, std::size_t wanted, std::size_t most) {
  if (answers.empty()) return not_testable("it takes TCP to know how big an answer is");
  const WholeAnswer* const found = biggest(answers, most);
  const std::string best = found != nullptr && found->octets > 0 ? " (" + described(*found) + ")" : "";
  return not_testable(fmt::format("no answer at hand has more than {} octets{}; {}", wanted, best, kNameOne));
}

/// Neither marked as truncated nor whole.
bool is_cut_in_secret(const wire::Message& message, const WholeAnswer& whole) {
  return !message.is_truncated() && answer_records(message) < whole.records;
}

Judgement cut_in_secret(const WholeAnswer& whole) {
  return unfit(
      fmt::format("cuts an answer without saying so ({}): proofs are lost; update it, or remove what cuts on the way",
                  described(whole)));
}

}  // namespace

BigAnswers collect_big_answers(const Ask& ask, const std::vector<wire::Question>& questions) {
  BigAnswers answers;
  for (const wire::Question& question : questions) {
    WholeAnswer answer{question, ask(question, {.carrier = Carrier::Tcp})};
    if (answer.result.kind == TryResult::Kind::Message) {
      answer.octets = answer.result.message->octets().size();
      answer.records = answer_records(*answer.result.message);
    }
    answers.push_back(std::move(answer));
  }
  return answers;
}

Judgement judge_truncation(const Ask& ask, const BigAnswers& answers) {
  const WholeAnswer* const whole = biggest(answers, SIZE_MAX);
  if (whole == nullptr || whole->octets <= kLeastRoom) return too_small(answers, kLeastRoom, SIZE_MAX);
  const TryResult cut = ask(whole->question, {.udp_size = kLeastRoom, .truncated = Manner::Truncated::Keep});
  if (is_failure(cut))
    return warning(fmt::format("asked with room for 512 octets: {}, {}", asked(whole->question), trouble_of(cut)));
  if (is_cut_in_secret(*cut.message, *whole)) return cut_in_secret(*whole);
  const std::size_t octets = cut.message->octets().size();
  if (octets > kLeastRoom) return warning(fmt::format("sends {} octets where there is room for 512", octets));
  if (!cut.message->is_truncated())
    return not_testable(fmt::format("{} fits into 512 octets by UDP; {}", asked(whole->question), kNameOne));
  return fit(fmt::format("TC at 512 octets, then whole by TCP: {}", described(*whole)));
}

Judgement judge_big_datagrams(const Ask& ask, const BigAnswers& answers) {
  const WholeAnswer* const whole = biggest(answers, wire::kEdnsUdpSize);
  if (whole == nullptr || whole->octets <= kLeastRoom) return too_small(answers, kLeastRoom, wire::kEdnsUdpSize);
  const TryResult datagram = ask(whole->question, {.truncated = Manner::Truncated::Keep});
  if (is_failure(datagram))
    return unfit(
        fmt::format("{} by UDP: {}, though smaller answers come; let datagrams of 1232 octets pass, or have the "
                    "resolver send smaller ones",
                    described(*whole), trouble_of(datagram)));
  if (is_cut_in_secret(*datagram.message, *whole)) return cut_in_secret(*whole);
  if (datagram.message->is_truncated())
    return warning(fmt::format("truncates {} though there is room for 1232: each such answer costs a TCP connection",
                               described(*whole)));
  return fit(described(*whole));
}

Judgement judge_big_streams(const BigAnswers& answers) {
  for (const WholeAnswer& answer : answers)
    if (answer.result.kind != TryResult::Kind::Message && answer.result.kind != TryResult::Kind::BareRcode)
      return unfit(fmt::format("{} by TCP: {}, though smaller answers come; remove what cuts connections on the way",
                               asked(answer.question), trouble_of(answer.result)));
  const WholeAnswer* const whole = biggest(answers, SIZE_MAX);
  if (whole == nullptr || whole->octets <= wire::kEdnsUdpSize) return too_small(answers, wire::kEdnsUdpSize, SIZE_MAX);
  return fit(described(*whole));
}

}  // namespace danesweep::scanner
