// SPDX-License-Identifier: Apache-2.0
#include "scanner/input/csv.h"

#include <csv.h>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <limits>
#include <utility>

#include "scanner/input/line_reader.h"

namespace danesweep::input {
namespace {

using Row = std::span<const std::string_view>;
using Names = std::vector<std::string>;

/// What a column's name says about it. `recipients` may be either: the first data row decides.
constexpr std::string_view kDomainColumns[] = {
    "domain", "recipientdomain", "destination", "destinationdomain", "recipienthost",
    "rcpt",   "rcptto",          "recipient",   "recipients",        "to",
    "email",  "emailaddress",    "address"};
constexpr std::string_view kCountColumns[] = {"count", "recipients", "messages", "volume", "total"};
constexpr std::string_view kSummands[] = {"activerecipients", "deliveredrecipients"};
constexpr std::string_view kEither = "recipients";

/// Lower case, without spaces, `_` and `-`.
std::string canonical_name(std::string_view name) {
  std::string out;
  for (const char c : name)
    if (c != ' ' && c != '_' && c != '-' && c != '\t') out += c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
  return out;
}

bool is_one_of(std::span<const std::string_view> names, std::string_view name) {
  return std::ranges::find(names, name) != names.end();
}

/// Lines in, records out: simple ones are split at once, the others go through libcsv.
class Parser {
 public:
  explicit Parser(char delimiter) : delimiter_(delimiter) { start(); }
  ~Parser() { csv_free(&parser_); }
  Parser(const Parser&) = delete;
  Parser& operator=(const Parser&) = delete;
  Parser(Parser&&) = delete;
  Parser& operator=(Parser&&) = delete;

  /// One line without its newline. True: the record is complete, `row()` holds it.
  bool feed(std::string_view line) {
    while (line.ends_with('\r')) line.remove_suffix(1);
    torn_ = false;
    if (pending_ == 0 && split_simple_record(line, delimiter_, row_)) return true;
    if (complete_) fields_ = 0;
    complete_ = false;
    pending_ += line.size() + 1;
    line_.assign(line) += '\n';
    csv_parse(
        &parser_, line_.data(), line_.size(),
        [](void* field, std::size_t size, void* self) {
          static_cast<Parser*>(self)->take_field({static_cast<const char*>(field), size});
        },
        [](int end, void* self) { static_cast<Parser*>(self)->end_row(end); }, this);
    if (torn_) restart();
    if (!complete_) return false;
    pending_ = 0;
    row_.assign(strings_.begin(), strings_.begin() + static_cast<std::ptrdiff_t>(fields_));
    return true;
  }
  /// Valid until the next line and as long as the text of this one.
  Row row() const { return row_; }
  /// The record at hand held a carriage return outside quotes, which is the end of a record for libcsv and not for
  /// us: what stands behind it would get lost or go into the next record.
  bool torn() const { return torn_; }
  /// Octets of a record that has begun and not ended.
  std::size_t pending() const { return pending_; }
  void restart() {
    csv_free(&parser_);
    fields_ = 0;
    pending_ = 0;
    start();
  }

 private:
  void start() {
    csv_init(&parser_, 0);
    csv_set_delim(&parser_, static_cast<unsigned char>(delimiter_));
  }
  void end_row(int end) {
    complete_ = true;
    torn_ = torn_ || end != '\n';
  }
  void take_field(std::string_view field) {
    if (fields_ == strings_.size()) strings_.emplace_back();
    strings_[fields_++].assign(field);
  }

  char delimiter_;
  csv_parser parser_{};
  std::string line_;
  std::vector<std::string_view> row_;
  Names strings_;  ///< reused from record to record
  std::size_t fields_ = 0;
  std::size_t pending_ = 0;
  bool complete_ = false, torn_ = false;
};

Names parse_header(std::string_view line, char delimiter) {
  Parser parser(delimiter);
  if (!parser.feed(line)) return {};
  return {parser.row().begin(), parser.row().end()};
}

char delimiter_of(std::string_view header) {
  static constexpr std::array<char, 3> kDelimiters = {',', ';', '\t'};
  return *std::ranges::max_element(kDelimiters, {}, [&](char c) { return parse_header(header, c).size(); });
}

/// Which columns are read, by position.
struct Columns {
  std::optional<std::size_t> domain, either, count;
  std::vector<std::size_t> summands;

  bool reads(std::size_t at) const {
    return domain == at || either == at || count == at || (!count && std::ranges::find(summands, at) != summands.end());
  }
};

/// The leftmost known name wins, for either purpose; `recipients` is kept open in `either`.
Columns find_columns(const Names& names) {
  Columns columns;
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (names[i] == kEither && !columns.either) columns.either = i;
    if (names[i] == kEither) continue;
    if (!columns.domain && is_one_of(kDomainColumns, names[i])) columns.domain = i;
    if (!columns.count && is_one_of(kCountColumns, names[i])) columns.count = i;
    if (is_one_of(kSummands, names[i])) columns.summands.push_back(i);
  }
  return columns;
}

/// `recipients` holds addresses or numbers: to the left of another column of its kind it takes that one's place.
void settle_either(Columns& columns, Row first_row) {
  if (!columns.either) return;
  const std::size_t at = *std::exchange(columns.either, std::nullopt);
  const std::string_view cell = at < first_row.size() ? trim(first_row[at]) : std::string_view{};
  if (cell.find('@') != std::string_view::npos) {
    if (!columns.domain || at < *columns.domain) columns.domain = at;
  } else if (parse_count(cell, Thousands::Allowed) || columns.domain) {
    if (!columns.count || at < *columns.count) columns.count = at;
  } else {
    columns.domain = at;
  }
}

class CsvReader : public FormatReader {
 public:
  explicit CsvReader(char delimiter) : parser_(delimiter) {}

  void read(const Line& line, EntrySink& sink) override {
    if (parser_.pending() == 0) {
      if (trim(line.text).empty()) return sink.skip(SkipKind::Blank);
      record_line_ = line.number;
      record_front_ = line.text.substr(0, 80);
    }
    if (parser_.feed(line.text)) return read_record(sink);
    kept_front_.assign(record_front_);  // the line's own text is gone by the next call
    record_front_ = kept_front_;
    if (parser_.pending() <= kMaxLine) return;
    parser_.restart();
    sink.reject(record_line_, RejectCode::LineTooLong, record_front_);
  }

  /// A record that never ended: its quote was not closed.
  void finish(EntrySink& sink) override {
    if (parser_.pending() > 0) sink.reject(record_line_, RejectCode::BadAddress, record_front_);
  }

 private:
  void read_record(EntrySink& sink) {
    if (parser_.torn()) return sink.reject(record_line_, RejectCode::BadCharacter, record_front_);
    if (std::exchange(at_header_, false)) return read_header(sink);
    if (std::exchange(at_first_row_, false)) settle_either(columns_, parser_.row());
    read_row(parser_.row(), sink);
  }

  void read_header(EntrySink& sink) {
    Names names;
    for (const std::string_view field : parser_.row()) names.push_back(canonical_name(trim(field)));
    columns_ = find_columns(names);
    std::vector<std::string> ignored;
    for (std::size_t i = 0; i < names.size(); ++i)
      if (!columns_.reads(i)) ignored.push_back(escape_text(trim(parser_.row()[i]), 40));
    if (!ignored.empty()) sink.remark(fmt::format("columns ignored: {}", fmt::join(ignored, ", ")));
    sink.skip(SkipKind::Header);
  }

  void read_row(Row row, EntrySink& sink) {
    if (!columns_.domain || *columns_.domain >= row.size())
      return sink.reject(record_line_, RejectCode::MissingColumn, record_front_);
    const auto count = count_of(row);
    if (!count) return sink.reject(record_line_, count.error(), record_front_);
    std::size_t found = 0;
    for_each_recipient(row[*columns_.domain], [&](std::string_view one) {
      ++found;
      sink.recipient({one, Expect::DomainOrAddress, record_line_, *count, EntryNote::None});
    });
    if (found == 0) sink.reject(record_line_, RejectCode::NoDomain, record_front_);
  }

  /// No count column, or nothing in it: 1.
  tl::expected<std::uint32_t, RejectCode> count_of(Row row) const {
    const std::span<const std::size_t> positions =
        columns_.count ? std::span(&*columns_.count, 1) : std::span(columns_.summands);
    std::uint64_t sum = 0;
    bool said = false;
    for (const std::size_t at : positions) {
      if (at >= row.size()) return tl::unexpected(RejectCode::MissingColumn);
      const std::string_view cell = trim(row[at]);
      if (cell.empty()) continue;
      const auto number = parse_count(cell, Thousands::Allowed);
      if (!number) return number;
      sum += *number;
      said = true;
    }
    return said ? static_cast<std::uint32_t>(std::min<std::uint64_t>(sum, std::numeric_limits<std::uint32_t>::max()))
                : 1U;
  }

  Parser parser_;
  Columns columns_;
  bool at_header_ = true, at_first_row_ = true;
  std::uint64_t record_line_ = 0;
  std::string_view record_front_;  ///< of the line at hand, or `kept_front_`
  std::string kept_front_;
};

}  // namespace

bool split_simple_record(std::string_view line, char delimiter, std::vector<std::string_view>& fields) {
  fields.clear();
  const bool has_quotes = line.find('"') != std::string_view::npos;
  for (;;) {
    const bool quoted = line.starts_with('"');
    const std::size_t from = quoted ? 1 : 0;
    const std::size_t end = std::min(line.find(quoted ? '"' : delimiter, from), line.size());
    const std::string_view field = line.substr(from, end - from);
    if (quoted ? end == line.size() : has_quotes && field.find('"') != std::string_view::npos) return false;
    fields.push_back(field);
    line.remove_prefix(end + from);
    if (line.empty()) return true;
    if (line.front() != delimiter) return false;
    line.remove_prefix(1);
  }
}

bool looks_like_csv_header(std::string_view line) {
  const Names fields = parse_header(line, delimiter_of(line));
  return std::ranges::any_of(
      fields, [](const std::string& field) { return is_one_of(kDomainColumns, canonical_name(trim(field))); });
}

tl::expected<std::unique_ptr<FormatReader>, std::string> make_csv_reader(std::string_view head) {
  while (!head.empty() && (head.front() == '\n' || head.front() == '\r')) head.remove_prefix(1);
  const std::string_view header = head.substr(0, head.find('\n'));
  if (!header.empty() && !looks_like_csv_header(header))
    return tl::unexpected(fmt::format("the first line names no column with domains or addresses; name one of them: {}",
                                      fmt::join(kDomainColumns, ", ")));
  return std::make_unique<CsvReader>(delimiter_of(header));
}

}  // namespace danesweep::input
