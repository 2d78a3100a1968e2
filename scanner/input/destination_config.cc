// SPDX-License-Identifier: Apache-2.0
#include "scanner/input/destination_config.h"

#include <array>
#include <set>
#include <unordered_set>

#include "scanner/input/ini.h"

namespace danesweep::input {
namespace {

using output::Mode;
using scanner::AddressOrder;

template <class T>
struct Word {
  std::string_view text;
  T value;
};

constexpr Word<bool> kTableTls[] = {
    {"0", false}, {"off", false},           {"1", true}, {"on", true},
    {"2", true},  {"required", true},       {"3", true}, {"on_verify", true},
    {"4", true},  {"require_verify", true}, {"5", true}, {"require_verify_hosted", true}};
constexpr Word<std::optional<Mode>> kDaneOption[] = {
    {"0", Mode::None},      {"none", Mode::None},           {"no", Mode::None},
    {"off", Mode::None},    {"1", Mode::Opportunistic},     {"opportunistic", Mode::Opportunistic},
    {"2", Mode::Mandatory}, {"mandatory", Mode::Mandatory}, {"default", std::nullopt}};
constexpr Word<AddressOrder> kOrder[] = {{"PREFER_V6", AddressOrder::V6First},
                                         {"REQUIRE_V6", AddressOrder::V6Only},
                                         {"PREFER_V4", AddressOrder::V4First},
                                         {"REQUIRE_V4", AddressOrder::V4Only}};

/// Keys that are kept and mean nothing here, and the values that they may have.
enum class Kept : std::uint8_t { Anything, Number, LimitType, LimitApply };
constexpr Word<Kept> kKeptKeys[] = {
    {"max_host_concurrency", Kept::Number}, {"max_messages_per_connection", Kept::Number},
    {"recipient_minutes", Kept::Number},    {"recipient_limit", Kept::Number},
    {"limit_type", Kept::LimitType},        {"limit_apply", Kept::LimitApply},
    {"bounce_validation", Kept::Anything},  {"bounce_profile", Kept::Anything},
    {"send_tls_req_alert", Kept::Anything}, {"certificate", Kept::Anything}};

template <class T, std::size_t N>
const Word<T>* find_word(const Word<T> (&words)[N], std::string_view text) {
  for (const Word<T>& word : words)
    if (same_word(word.text, text)) return &word;
  return nullptr;
}

bool is_kept_value(Kept kept, std::string_view value) {
  const auto one_of = [&](std::initializer_list<std::string_view> words) {
    return std::ranges::any_of(words, [&](std::string_view word) { return same_word(word, value); });
  };
  switch (kept) {
    case Kept::Anything:
      return true;
    case Kept::Number:
      return !value.empty() && value.find_first_not_of("0123456789") == std::string_view::npos;
    case Kept::LimitType:
      return one_of({"0", "host", "1", "MXIP"});
    case Kept::LimitApply:
      return one_of({"0", "system", "1", "VG"});
  }
  return false;
}

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
  return out;
}

}  // namespace

/// Walks the lines of one file, section by section.
class DestinationParser {
 public:
  DestinationParser(DestinationConfig& config, std::string_view file) : config_(config), file_(file) {}

  tl::expected<void, std::string> take(const IniLine& line) {
    if (line.kind == IniLine::Kind::Section) {
      end_section();
      begin_section(line);
      return {};
    }
    if (!in_section_)
      return tl::unexpected(
          at_line(file_, line.number, "a key before any section; [DEFAULT] or [domain] is expected first"));
    if (!keys_.insert(lower(line.key)).second)
      warn(line.number, fmt::format("key '{}' stands twice; the last counts", lower(line.key)));
    take_entry(line);
    return {};
  }

  void end_section() {
    if (!in_section_) return;
    if (entry_.dane && *entry_.dane != Mode::None && entry_.tls == false)
      warn(dane_line_, "dane-without-tls: DANE is set but table_tls is off; no DANE for this entry");
    if (is_default_)
      config_.default_ = entry_;
    else if (!name_.empty())
      config_.sections_.put(name_, entry_);
  }

 private:
  void begin_section(const IniLine& line) {
    in_section_ = true;
    entry_ = {};
    keys_.clear();
    is_default_ = same_word(line.section, "DEFAULT");
    const auto name = is_default_ ? std::optional<std::string>("DEFAULT") : configured_name(line.section);
    name_ = name.value_or("");
    if (!name)
      warn(line.number, fmt::format("[{}] is no domain; kept, matches nothing", escape_text(line.section, 80)));
    if (name && !sections_.insert(name_).second)
      warn(line.number, fmt::format("section [{}] stands twice; the last one counts", name_));
  }

  void take_entry(const IniLine& line) {
    const std::string key = lower(line.key);
    if (key == "table_tls") return take_tls(line);
    if (key == "dane_option") return take_dane(line);
    if (key == "ip_sort_pref") return take_order(line);
    const auto* kept = find_word(kKeptKeys, key);
    if (kept == nullptr)
      warn(line.number, fmt::format("unknown key '{}', kept", escape_text(line.key, 40)));
    else if (!is_kept_value(kept->value, line.value))
      warn_value(line, "kept");
  }

  void take_tls(const IniLine& line) {
    const auto* word = find_word(kTableTls, line.value);
    // The exported texts of the hosted kind go on behind its name.
    const bool hosted = lower(line.value).starts_with("require_verify_hosted");
    entry_.tls = word != nullptr ? word->value : true;
    if (word == nullptr && !hosted) warn_value(line, "taken as on");
  }

  void take_dane(const IniLine& line) {
    const auto* word = find_word(kDaneOption, line.value);
    entry_.dane = word != nullptr ? word->value : std::nullopt;
    dane_line_ = line.number;
    if (word == nullptr) warn_value(line, "taken as inherited");
  }

  void take_order(const IniLine& line) {
    const auto* word = find_word(kOrder, line.value);
    entry_.order = word != nullptr ? std::optional(word->value) : std::nullopt;
    if (word == nullptr) warn_value(line, "taken as inherited");
  }

  void warn(std::size_t line, const std::string& text) { config_.warnings_.push_back(at_line(file_, line, text)); }
  void warn_value(const IniLine& line, std::string_view outcome) {
    warn(line.number,
         fmt::format("unknown value '{}' of {}, {}", escape_text(line.value, 40), lower(line.key), outcome));
  }

  DestinationConfig& config_;
  std::string file_;
  std::set<std::string> sections_;
  std::unordered_set<std::string> keys_;
  DestinationEntry entry_;
  std::string name_;
  std::size_t dane_line_ = 0;
  bool in_section_ = false, is_default_ = false;
};

tl::expected<DestinationConfig, std::string> DestinationConfig::parse(std::string_view content, std::string_view file) {
  const auto lines = parse_ini(content);
  if (!lines) return tl::unexpected(at_line(file, lines.error().line, lines.error().text));
  DestinationConfig config;
  DestinationParser parser(config, file);
  for (const IniLine& line : *lines)
    if (const auto taken = parser.take(line); !taken) return tl::unexpected(taken.error());
  parser.end_section();
  return config;
}

DestinationDecision DestinationConfig::decide(const std::string& domain, Mode default_mode) const {
  static const DestinationEntry kNothing;
  const DestinationEntry* found = sections_.find(domain);
  const DestinationEntry& entry = found != nullptr ? *found : kNothing;
  DestinationDecision decision;
  decision.order = entry.order.value_or(default_.order.value_or(AddressOrder::V4First));
  decision.tls_off = entry.tls == false;
  const Mode mode = entry.dane.value_or(default_mode);
  decision.dane_off = !decision.tls_off && mode == Mode::None;
  decision.dane_without_tls = decision.tls_off && entry.dane && *entry.dane != Mode::None;
  decision.own_mode = decision.tls_off || entry.dane.has_value();
  decision.mode = decision.tls_off ? Mode::None : mode;
  return decision;
}

}  // namespace danesweep::input
