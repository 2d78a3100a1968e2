// SPDX-License-Identifier: Apache-2.0
// Between the plain structs of result.h and the octets of the results file (danesweep.proto), and the proto JSON
// mapping that `export --format jsonl` is made of. Strings that are not UTF-8 are escaped on the way in: protobuf would
// drop them.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <tl/expected.hpp>

#include "output/result.h"

namespace danesweep::output {

/// Largest message of one frame, read or written.
inline constexpr std::size_t kMaxMessageOctets = 64U << 20U;

/// Field numbers of the oneof in `Frame`.
enum class FrameKind : std::uint8_t { Header = 1, Result = 2, Checkpoint = 3, Recount = 4, Trailer = 5 };

/// One message of a frame: its kind and its serialised octets.
struct Message {
  FrameKind kind{};
  std::string octets;
};

Message encode(const Header& header);
/// A record over kMaxMessageOctets loses chains and replies and gains the note `record-trimmed`.
Message encode(const Result& result);
Message encode(const Checkpoint& checkpoint);
Message encode(std::span<const Recount> recounts);
Message encode(std::span<const LogEvidence> evidence);
Message encode(const Trailer& trailer);

struct BadMessage {};  ///< octets that are no such message

/// A recount frame as read.
struct LateKnowledge {
  std::vector<Recount> recounts;
  std::vector<LogEvidence> evidence;
};

tl::expected<Header, BadMessage> decode_header(std::string_view octets);
tl::expected<Result, BadMessage> decode_result(std::string_view octets);
tl::expected<Checkpoint, BadMessage> decode_checkpoint(std::string_view octets);
tl::expected<LateKnowledge, BadMessage> decode_recount(std::string_view octets);
tl::expected<Trailer, BadMessage> decode_trailer(std::string_view octets);

/// The record as protobuf's own JSON printer writes it: names of the schema, primitive fields always there.
std::string to_json(const Result& result);

}  // namespace danesweep::output
