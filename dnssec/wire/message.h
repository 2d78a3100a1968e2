// SPDX-License-Identifier: Apache-2.0
// A DNS response as views over its octets (RFC 1035 section 4; rules D-4, D-6, D-8). Parsing finds where the records
// lie and decodes nothing else; names and RDATA are decoded when asked for, against one allowance per message.
// The header bits AD and AA are not offered: no rule may read them.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <memory_resource>
#include <optional>
#include <vector>

#include "dnssec/wire/cursor.h"
#include "dnssec/wire/edns.h"
#include "dnssec/wire/name.h"
#include "dnssec/wire/types.h"

namespace danesweep::wire {

struct RdataLayout;

/// What is asked; the class is always IN.
struct Question {
  DomainName name;
  RrType type{};
  friend bool operator==(const Question&, const Question&) = default;
};

enum class Section : std::uint8_t { Answer, Authority, Additional };

inline constexpr std::size_t kMaxRecordsPerMessage = 4000;                      ///< D-103
inline constexpr std::size_t kMaxDecompressedOctets = std::size_t{256} * 1024;  ///< D-6

/// Where one record lies. `owner_offset` points at its owner name in the message.
struct RecordIndex {
  std::uint16_t owner_offset;
  RrType type;
  RrClass rr_class;
  Section section;
  std::uint32_t ttl;  ///< as it came: a set top bit counts as large (D-14)
  std::uint16_t rdata_offset;
  std::uint16_t rdata_size;
};

/// Immutable after parsing but for its decoding allowance and arena: one thread at a time. Rrsets made from it view
/// its octets and its arena, so it outlives them.
class Message {
 public:
  /// Malformed header, question or section layout: an error, treated as no reply. A count that runs past the end:
  /// BadCount (ask again by TCP).
  static Parsed<std::shared_ptr<Message>> parse(Bytes octets);

  std::uint16_t id() const { return id_; }
  bool is_truncated() const { return truncated_; }
  /// More records than kMaxRecordsPerMessage: the rest was not read, and nothing may be concluded from it (D-103).
  bool is_too_long() const { return too_long_; }
  /// Extended by OPT if there is one.
  Rcode rcode() const { return rcode_; }
  const std::optional<Edns>& edns() const { return edns_; }
  /// Nothing unless there is exactly one of class IN.
  const std::optional<Question>& question() const { return question_; }
  /// D-4: QR, opcode 0, one question equal to `asked`.
  bool answers(const Question& asked) const;

  const std::vector<RecordIndex>& records() const { return records_; }
  Bytes octets() const { return octets_; }

  /// Decoded owner of a record: an error for a malformed name or a spent allowance.
  Parsed<DomainName> owner(const RecordIndex& record) const;
  /// RDATA with the names that may be compressed (D-7) decompressed, case kept, in wire form: a view of the message if
  /// no name was compressed, else of the arena. An error for what does not fit its type (D-8), or a spent allowance.
  /// Asking again costs nothing of the allowance.
  Parsed<Bytes> rdata(const RecordIndex& record) const;
  /// Octets of a record's RDATA as they came.
  Bytes raw_rdata(const RecordIndex& record) const { return octets().subspan(record.rdata_offset, record.rdata_size); }
  /// Where the first label of the name at `offset` stands, behind the pointers that it begins with; `offset` itself if
  /// one of them is bad or there are too many. Names that start at the same label are equal, if they can be decoded.
  std::size_t first_label(std::size_t offset) const;
  /// A compressed name that starts at `offset`; `next` is set to the offset behind it.
  Parsed<DomainName> name_at(std::size_t offset, std::size_t& next) const;
  /// Octets of the arena for what is decoded from this message.
  std::pmr::memory_resource* arena() const { return &arena_; }

  Message(const Message&) = delete;
  Message(Message&&) = delete;
  Message& operator=(const Message&) = delete;
  Message& operator=(Message&&) = delete;
  ~Message() = default;

 private:
  struct Decompressed {
    std::uint16_t rdata_offset;
    Bytes octets;
  };

  explicit Message(Bytes octets);
  Parsed<void> read_all();
  Parsed<void> read_question(std::size_t& at, std::size_t count);
  Parsed<void> read_section(std::size_t& at, Section section, std::size_t count);
  Parsed<void> read_record(std::size_t& at, Section section);
  Parsed<void> read_opt(const RecordIndex& record);
  Parsed<std::size_t> skip_name(std::size_t at) const;
  Parsed<void> charge(std::size_t octets) const;
  Parsed<void> charge_name_once(std::size_t offset, std::size_t octets) const;
  Parsed<Bytes> decompressed_rdata(const RecordIndex& record, const RdataLayout& layout) const;

  std::vector<std::uint8_t> octets_;
  std::uint16_t id_ = 0;
  bool response_ = false;
  std::uint8_t opcode_ = 0;
  bool truncated_ = false, too_long_ = false;
  Rcode rcode_ = Rcode::NoError;
  std::optional<Question> question_;
  std::optional<Edns> edns_;
  std::vector<RecordIndex> records_;
  mutable std::size_t decompressed_ = 0;
  mutable std::array<std::byte, 256> first_of_arena_;  ///< enough for most messages
  mutable std::pmr::monotonic_buffer_resource arena_;
  mutable std::span<std::uint8_t> charged_;               ///< a bit for each offset whose name has been charged
  mutable std::pmr::vector<Decompressed> memo_{&arena_};  ///< by offset
};

using MessagePtr = std::shared_ptr<const Message>;

}  // namespace danesweep::wire
