// SPDX-License-Identifier: Apache-2.0
#include "scanner/input/rat.h"

#include <algorithm>

#include "scanner/input/entry.h"

namespace danesweep::input {
namespace {

struct RatLine {
  std::vector<std::string_view> entries;
  bool accept = false;
};

/// `ENTRY[,ENTRY...] ACCEPT|REJECT [rest]`; blanks may stand around the commas.
tl::expected<RatLine, std::string> parse_line(std::string_view text) {
  std::string_view rest = text;
  std::size_t entries_end = 0;
  RatLine line;
  for (;;) {
    const std::string_view word = take_word(rest);
    if (word.empty())
      return tl::unexpected(std::string("neither ACCEPT nor REJECT; expected ENTRY[,ENTRY...] ACCEPT|REJECT"));
    entries_end = static_cast<std::size_t>(word.data() - text.data());
    line.accept = same_word(word, "ACCEPT");
    if (entries_end > 0 && (line.accept || same_word(word, "REJECT"))) break;
  }
  std::string_view entries = text.substr(0, entries_end);
  while (!entries.empty()) {
    const std::size_t end = std::min(entries.find_first_of(", \t"), entries.size());
    if (end > 0) line.entries.push_back(entries.substr(0, end));
    entries.remove_prefix(std::min(end + 1, entries.size()));
  }
  if (line.entries.empty()) return tl::unexpected(std::string("no entry before ACCEPT or REJECT"));
  return line;
}

/// `user@domain`, `user@`, `[IP]`: say nothing about a domain as a whole.
bool is_narrow(std::string_view entry) { return entry.find('@') != std::string_view::npos || entry.starts_with('['); }

}  // namespace

void RecipientAccessTable::add(const std::string& name, const Rule& rule) {
  if (seen_.try_emplace(name, rule).second) names_.put(name, rule);  // a later one never matches
}

tl::expected<void, std::string> RecipientAccessTable::add_entry(std::string_view entry, const Rule& rule,
                                                                std::string_view file) {
  if (is_narrow(entry)) return {};
  if (same_word(entry, "ALL")) {
    if (!all_) all_ = rule;
    if (rule.accept)
      warnings_.push_back(
          at_line(file, rule.order, "ALL ACCEPT: this listener is an open relay; it makes no own domains"));
    return {};
  }
  const auto name = configured_name(entry);
  if (!name) return tl::unexpected(at_line(file, rule.order, fmt::format("'{}' is no domain", escape_text(entry, 80))));
  add(*name, rule);
  return {};
}

tl::expected<RecipientAccessTable, std::string> RecipientAccessTable::parse(std::string_view content,
                                                                            std::string_view file) {
  RecipientAccessTable table;
  for (const FileLine& line : lines_without_comments(content)) {
    if (holds_control(line.text)) return tl::unexpected(at_line(file, line.number, "octets that are no text"));
    const auto parsed = parse_line(line.text);
    if (!parsed) return tl::unexpected(at_line(file, line.number, parsed.error()));
    for (const std::string_view entry : parsed->entries)
      if (const auto added = table.add_entry(entry, {line.number, parsed->accept}, file); !added)
        return tl::unexpected(added.error());
  }
  return table;
}

bool RecipientAccessTable::accepts(const std::string& domain) const {
  const Rule* first = nullptr;
  names_.for_each(domain, [&](const Rule& rule) {
    if (first == nullptr || rule.order < first->order) first = &rule;
  });
  // Behind ALL nothing matches any more.
  return first != nullptr && first->accept && (!all_ || first->order <= all_->order);
}

}  // namespace danesweep::input
