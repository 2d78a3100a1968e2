// SPDX-License-Identifier: Apache-2.0
#include "output/export/filter.h"

#include <algorithm>

#include <fmt/format.h>

namespace danesweep::output {

namespace {

using Values = std::vector<std::string>;

template <class Part>
struct Field {
  std::string_view name;
  void (*read)(const Part&, Values&);
};

void put(Values& out, std::string_view text) { out.emplace_back(text); }
void put(Values& out, std::uint32_t number) { out.push_back(std::to_string(number)); }
void put_all(Values& out, const Values& texts) { out.insert(out.end(), texts.begin(), texts.end()); }
void put_truth(Values& out, bool truth) { out.emplace_back(truth ? "true" : "false"); }

/// A field of a part that not every record has.
template <auto Part, auto Member>
void optional_field(const Result& result, Values& out) {
  if (!(result.*Part)) return;
  const auto& value = *(result.*Part).*Member;
  if constexpr (std::is_same_v<decltype(value), const Action&>)
    put(out, to_text(value));
  else
    put(out, value);
}

template <class Part>
void each_host(const Result& result, Values& out, void (*read)(const Part&, Values&)) {
  for (const Host& host : result.hosts) {
    if constexpr (std::is_same_v<Part, Host>) {
      read(host, out);
    } else {
      for (const Probe& probe : host.probes) read(probe, out);
    }
  }
}

/// A reader of a part, lifted to the whole record.
template <class Part, void (*Read)(const Part&, Values&)>
void lifted(const Result& result, Values& out) {
  each_host<Part>(result, out, Read);
}

struct HostFields {
  static void name(const Host& host, Values& out) { put(out, host.name); }
  static void preference(const Host& host, Values& out) { put(out, host.preference); }
  static void address_status(const Host& host, Values& out) { put(out, to_text(host.address_status)); }
  static void tlsa_status(const Host& host, Values& out) { put(out, to_text(host.tlsa_status)); }
  static void tlsa_base(const Host& host, Values& out) { put(out, host.tlsa_base); }
  static void tlsa_records(const Host& host, Values& out) { put_all(out, host.tlsa_records); }
  static void tlsa_count(const Host& host, Values& out) { put(out, host.tlsa_count); }
  static void certificate(const Host& host, Values& out) { put(out, to_text(host.certificate)); }
  static void reason(const Host& host, Values& out) { put(out, host.reason); }
  static void address_reason(const Host& host, Values& out) { put(out, host.address_reason); }
  static void tlsa_reason(const Host& host, Values& out) { put(out, host.tlsa_reason); }
  static void warnings(const Host& host, Values& out) { put_all(out, host.warnings); }
  static void opportunistic(const Host& host, Values& out) { put(out, to_text(host.opportunistic)); }
  static void mandatory(const Host& host, Values& out) { put(out, to_text(host.mandatory)); }
  static void row_opportunistic(const Host& host, Values& out) { put(out, host.row_opportunistic); }
  static void row_mandatory(const Host& host, Values& out) { put(out, host.row_mandatory); }
  static void rfc7672(const Host& host, Values& out) { put(out, to_text(host.rfc7672)); }
};

struct ProbeFields {
  static void address(const Probe& probe, Values& out) { put(out, probe.address); }
  static void outcome(const Probe& probe, Values& out) { put(out, probe.outcome); }
  static void protocol(const Probe& probe, Values& out) { put(out, probe.protocol); }
  static void cipher(const Probe& probe, Values& out) { put(out, probe.cipher); }
  static void certificate(const Probe& probe, Values& out) { put(out, to_text(probe.certificate)); }
  static void matched(const Probe& probe, Values& out) { put(out, probe.matched); }
  static void warnings(const Probe& probe, Values& out) { put_all(out, probe.warnings); }
};

// clang-format off
constexpr Field<Result> kFields[] = {
    {"index", [](const Result& r, Values& out) { put(out, r.index); }},
    {"domain", [](const Result& r, Values& out) { put(out, r.domain); }},
    {"recipients", [](const Result& r, Values& out) { put(out, r.recipients); }},
    {"opportunistic", [](const Result& r, Values& out) { put(out, to_text(r.opportunistic)); }},
    {"mandatory", [](const Result& r, Values& out) { put(out, to_text(r.mandatory)); }},
    {"rfc7672", [](const Result& r, Values& out) { put(out, to_text(r.rfc7672)); }},
    {"reason", [](const Result& r, Values& out) { put(out, r.reason); }},
    {"degraded", [](const Result& r, Values& out) { put_truth(out, r.degraded); }},
    {"effective_mode", [](const Result& r, Values& out) { put(out, to_text(r.effective_mode)); }},
    {"effective", [](const Result& r, Values& out) { put(out, to_text(r.effective)); }},
    {"effective_reason", [](const Result& r, Values& out) { put(out, r.effective_reason); }},
    {"row_opportunistic", [](const Result& r, Values& out) { put(out, r.row_opportunistic); }},
    {"row_mandatory", [](const Result& r, Values& out) { put(out, r.row_mandatory); }},
    {"warnings", [](const Result& r, Values& out) { put_all(out, r.warnings); }},
    {"mx.status", [](const Result& r, Values& out) { put(out, to_text(r.mx.status)); }},
    {"mx.answer", [](const Result& r, Values& out) { put(out, to_text(r.mx.answer)); }},
    {"mx.reason", [](const Result& r, Values& out) { put(out, r.mx.reason); }},
    {"failover.opportunistic", optional_field<&Result::failover, &Failover::opportunistic>},
    {"failover.mandatory", optional_field<&Result::failover, &Failover::mandatory>},
    {"failover.reason", optional_field<&Result::failover, &Failover::reason>},
    {"confirm.asked", optional_field<&Result::confirm, &Confirm::asked>},
    {"confirm.same", optional_field<&Result::confirm, &Confirm::same>},
    {"without_entry.opportunistic", optional_field<&Result::without_entry, &WithoutEntry::opportunistic>},
    {"without_entry.mandatory", optional_field<&Result::without_entry, &WithoutEntry::mandatory>},
    {"without_entry.reason", optional_field<&Result::without_entry, &WithoutEntry::reason>},
    {"gateway_log.delivered", optional_field<&Result::gateway_log, &GatewayLog::delivered>},
    {"gateway_log.failed", optional_field<&Result::gateway_log, &GatewayLog::failed>},
    {"host.name", lifted<Host, HostFields::name>},
    {"host.preference", lifted<Host, HostFields::preference>},
    {"host.address_status", lifted<Host, HostFields::address_status>},
    {"host.tlsa_status", lifted<Host, HostFields::tlsa_status>},
    {"host.tlsa_base", lifted<Host, HostFields::tlsa_base>},
    {"host.tlsa_records", lifted<Host, HostFields::tlsa_records>},
    {"host.tlsa_count", lifted<Host, HostFields::tlsa_count>},
    {"host.certificate", lifted<Host, HostFields::certificate>},
    {"host.reason", lifted<Host, HostFields::reason>},
    {"host.address_reason", lifted<Host, HostFields::address_reason>},
    {"host.tlsa_reason", lifted<Host, HostFields::tlsa_reason>},
    {"host.warnings", lifted<Host, HostFields::warnings>},
    {"host.opportunistic", lifted<Host, HostFields::opportunistic>},
    {"host.mandatory", lifted<Host, HostFields::mandatory>},
    {"host.row_opportunistic", lifted<Host, HostFields::row_opportunistic>},
    {"host.row_mandatory", lifted<Host, HostFields::row_mandatory>},
    {"host.rfc7672", lifted<Host, HostFields::rfc7672>},
    {"probe.address", lifted<Probe, ProbeFields::address>},
    {"probe.outcome", lifted<Probe, ProbeFields::outcome>},
    {"probe.protocol", lifted<Probe, ProbeFields::protocol>},
    {"probe.cipher", lifted<Probe, ProbeFields::cipher>},
    {"probe.certificate", lifted<Probe, ProbeFields::certificate>},
    {"probe.matched", lifted<Probe, ProbeFields::matched>},
    {"probe.warnings", lifted<Probe, ProbeFields::warnings>},
};
// clang-format on

/// Fields with a fixed vocabulary (DESIGN part 4), by the last part of their names: a word outside it would find
/// nothing.
struct Vocabulary {
  std::string_view field, words;
};
constexpr std::string_view kActions = "DANE_SUCCESS,DANE_FAIL,FALLBACK,UNDETERMINED,NOT_APPLICABLE";
constexpr std::string_view kStatuses = "SECURE,INSECURE,BOGUS,INDETERMINATE,NOT_QUERIED";
constexpr Vocabulary kVocabularies[] = {
    {"opportunistic", kActions},
    {"mandatory", kActions},
    {"effective", kActions},
    {"effective_mode", "OPPORTUNISTIC,MANDATORY,NONE"},
    {"status", kStatuses},
    {"address_status", kStatuses},
    {"tlsa_status", "SECURE,INSECURE,BOGUS,INDETERMINATE,NOT_QUERIED,NXDOMAIN"},
    {"answer", "DATA,NODATA,NXDOMAIN,NONE"},
    {"certificate", "SUCCESS,FAILED,NOT_CHECKED"},
    {"rfc7672", "VERIFIED,ENCRYPTED,OPPORTUNISTIC,DEFER,NO_MAIL"},
    {"degraded", "true,false"},
};

char lower(char character) {
  return character >= 'A' && character <= 'Z' ? static_cast<char>(character - 'A' + 'a') : character;
}

bool same_text(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](char x, char y) { return lower(x) == lower(y); });
}

Values split(std::string_view text) {
  Values parts;
  for (;;) {
    const std::size_t comma = text.find(',');
    parts.emplace_back(text.substr(0, comma));
    if (comma == std::string_view::npos) return parts;
    text.remove_prefix(comma + 1);
  }
}

/// A value that the field never has, empty if there is none. The empty value stands for what is absent.
std::string stranger(std::string_view field, const Values& values, std::string_view& words) {
  const std::string_view last = field.substr(field.rfind('.') + 1);
  const auto* vocabulary = std::ranges::find(kVocabularies, last, &Vocabulary::field);
  if (vocabulary == std::end(kVocabularies)) return {};
  words = vocabulary->words;
  const Values known = split(words);
  const auto is_known = [&](const std::string& value) {
    return value.empty() || std::ranges::any_of(known, [&](const auto& word) { return same_text(value, word); });
  };
  const auto found = std::ranges::find_if_not(values, is_known);
  return found == values.end() ? std::string() : *found;
}

bool holds(const Condition& condition, const Result& result) {
  Values found;
  condition.read(result, found);
  // A list without elements and a field that is absent fit the empty value.
  if (found.empty()) found.emplace_back();
  return std::any_of(found.begin(), found.end(), [&](const std::string& value) {
    return std::any_of(condition.values.begin(), condition.values.end(),
                       [&](const std::string& wanted) { return same_text(value, wanted); });
  });
}

}  // namespace

std::vector<std::string_view> filter_fields() {
  std::vector<std::string_view> names;
  for (const auto& field : kFields) names.push_back(field.name);
  return names;
}

tl::expected<Condition, std::string> parse_condition(std::string_view text) {
  const std::size_t equals = text.find('=');
  if (equals == std::string_view::npos) {
    return tl::unexpected(fmt::format("'{}': FIELD=VALUE[,VALUE] was expected, such as effective=DANE_FAIL", text));
  }
  const std::string_view name = text.substr(0, equals);
  for (const auto& field : kFields) {
    if (field.name != name) continue;
    Condition condition{field.read, split(text.substr(equals + 1))};
    std::string_view words;
    if (const std::string odd = stranger(name, condition.values, words); !odd.empty())
      return tl::unexpected(fmt::format("'{}' is no value of {}; expected {}", odd, name, words));
    return condition;
  }
  return tl::unexpected(
      fmt::format("'{}' is no field of a record; known are: {}", name, fmt::join(filter_fields(), " ")));
}

bool matches(const std::vector<Condition>& conditions, const Result& result) {
  return std::all_of(conditions.begin(), conditions.end(),
                     [&](const Condition& condition) { return holds(condition, result); });
}

}  // namespace danesweep::output
