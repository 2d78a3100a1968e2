// SPDX-License-Identifier: Apache-2.0
#include "output/export/csv.h"

#include <fmt/format.h>

#include "output/escape.h"

namespace danesweep::output {

namespace {

constexpr std::size_t kBufferOctets = 64U << 10U;

std::string joined(const std::vector<std::string>& texts) { return fmt::format("{}", fmt::join(texts, " ")); }

template <class Part, class Read>
std::string joined(const std::vector<Part>& parts, Read read) {
  std::vector<std::string> texts;
  texts.reserve(parts.size());
  for (const Part& part : parts) texts.emplace_back(read(part));
  return joined(texts);
}

struct Column {
  std::string_view title;
  std::string (*read)(const Result&);
};

// clang-format off
constexpr Column kColumns[] = {
    {"index", [](const Result& r) { return std::to_string(r.index); }},
    {"domain", [](const Result& r) { return r.domain; }},
    {"recipients", [](const Result& r) { return std::to_string(r.recipients); }},
    {"opportunistic", [](const Result& r) { return std::string(to_text(r.opportunistic)); }},
    {"mandatory", [](const Result& r) { return std::string(to_text(r.mandatory)); }},
    {"rfc7672", [](const Result& r) { return std::string(to_text(r.rfc7672)); }},
    {"reason", [](const Result& r) { return r.reason; }},
    {"degraded", [](const Result& r) { return std::string(r.degraded ? "true" : "false"); }},
    {"effective_mode", [](const Result& r) { return std::string(to_text(r.effective_mode)); }},
    {"effective", [](const Result& r) { return std::string(to_text(r.effective)); }},
    {"effective_reason", [](const Result& r) { return r.effective_reason; }},
    {"row_opportunistic", [](const Result& r) { return r.row_opportunistic; }},
    {"row_mandatory", [](const Result& r) { return r.row_mandatory; }},
    {"warnings", [](const Result& r) { return joined(r.warnings); }},
    {"mx_status", [](const Result& r) { return std::string(to_text(r.mx.status)); }},
    {"mx_answer", [](const Result& r) { return std::string(to_text(r.mx.answer)); }},
    {"mx_reason", [](const Result& r) { return r.mx.reason; }},
    {"hosts", [](const Result& r) { return joined(r.hosts, [](const Host& h) { return h.name; }); }},
    {"host_opportunistic", [](const Result& r) { return joined(r.hosts, [](const Host& h) { return to_text(h.opportunistic); }); }},
    {"host_mandatory", [](const Result& r) { return joined(r.hosts, [](const Host& h) { return to_text(h.mandatory); }); }},
    {"host_reason", [](const Result& r) { return joined(r.hosts, [](const Host& h) { return h.reason; }); }},
};
// clang-format on

void append_line(std::string& lines, const std::vector<std::string>& fields) {
  bool first = true;
  for (const std::string& field : fields) {
    if (!first) lines += ',';
    first = false;
    lines += for_csv(field);
  }
  lines += "\r\n";
}

std::vector<std::string> titles() {
  std::vector<std::string> names;
  for (const Column& column : kColumns) names.emplace_back(column.title);
  return names;
}

std::vector<std::string> fields_of(const Result& result) {
  std::vector<std::string> fields;
  for (const Column& column : kColumns) fields.push_back(column.read(result));
  return fields;
}

}  // namespace

tl::expected<void, std::string> export_csv(Reader& reader, const std::vector<Condition>& conditions, Sink& out) {
  std::string lines;
  append_line(lines, titles());
  for (;;) {
    const auto result = reader.next();
    if (!result) return tl::unexpected(result.error());
    if (!*result) return out.write(lines);
    if (!matches(conditions, **result)) continue;
    append_line(lines, fields_of(**result));
    if (lines.size() < kBufferOctets) continue;
    auto written = out.write(lines);
    if (!written) return written;
    lines.clear();
  }
}

}  // namespace danesweep::output
