// SPDX-License-Identifier: Apache-2.0
#include "output/remedies.h"

#include <algorithm>
#include <filesystem>
#include <map>
#include <set>
#include <utility>

#include <fmt/format.h>

#include "output/destination_sections.h"
#include "output/escape.h"
#include "output/figures.h"
#include "output/healed_exceptions.h"
#include "output/report/summary.h"

namespace danesweep::output {

namespace {

struct Remedied {
  std::string domain;
  std::uint64_t recipients = 0;
  std::string remark;  ///< "mx bogus: signature expired; 42 recipients"
};

struct Findings {
  std::vector<Remedied> stuck, ready;
  std::set<std::string> healed;
  std::vector<std::string> notes;
};

/// Names that may stand in the files as they are; anything else did not come from our input reader.
bool is_plain_name(std::string_view name) {
  return !name.empty() && std::all_of(name.begin(), name.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_' || c == '.';
  });
}

bool has_note(const Result& result, std::string_view note) {
  return std::find(result.warnings.begin(), result.warnings.end(), note) != result.warnings.end();
}

bool needs_remedy(const Result& result, UndeterminedDomains undetermined) {
  if (result.effective == Action::DaneFail || has_note(result, "rat-route-relay")) return true;
  return result.effective == Action::Undetermined && undetermined == UndeterminedDomains::Include;
}

std::string remark_of(const Result& result) {
  const std::string cause =
      has_note(result, "rat-route-relay") ? "own domain with an SMTP route" : cause_in_words(result);
  return fmt::format("{}; {} recipient{}", for_terminal(cause), result.recipients, result.recipients == 1 ? "" : "s");
}

bool before(const Remedied& a, const Remedied& b) {
  return a.recipients != b.recipients ? a.recipients > b.recipients : a.domain < b.domain;
}

void take(Findings& findings, const Result& result, const HealedExceptions& healed, UndeterminedDomains undetermined) {
  if (!is_plain_name(result.domain)) {
    findings.notes.push_back(fmt::format("{}: left out, no domain name", for_terminal(result.domain)));
    return;
  }
  if (needs_remedy(result, undetermined)) {
    findings.stuck.push_back({result.domain, result.recipients, remark_of(result)});
  }
  if (result.mandatory == Action::DaneSuccess && !result.degraded) {
    findings.ready.push_back({result.domain, result.recipients, {}});
  }
  if (healed.holds(result)) findings.healed.insert(result.domain);
}

tl::expected<Findings, std::string> read_all(Reader& reader, UndeterminedDomains undetermined) {
  Findings findings;
  const HealedExceptions healed(reader.header());
  for (;;) {
    const auto result = reader.next();
    if (!result) return tl::unexpected(result.error());
    if (!*result) break;
    take(findings, **result, healed, undetermined);
  }
  std::sort(findings.stuck.begin(), findings.stuck.end(), before);
  std::sort(findings.ready.begin(), findings.ready.end(), before);
  return findings;
}

std::string title(const Header& header, std::uint64_t domains) {
  return fmt::format("# danesweep {}, Default at {}: {}\n", rfc3339(header.start_time),
                     header.default_mode == Mode::Mandatory ? "mandatory" : "opportunistic",
                     counted(domains, "domain"));
}

const NamedText* exported_table(const Header& header) {
  const auto found = std::find_if(header.gateway_files.begin(), header.gateway_files.end(),
                                  [](const NamedText& file) { return file.name == "destconfig"; });
  return found == header.gateway_files.end() ? nullptr : &*found;
}

/// Sections of the export without the healed exceptions, each drop said so. One that stands twice stays: without the
/// last of its sections another one would count.
void drop_healed(std::vector<DestinationSection>& sections, Findings& findings) {
  std::map<std::string, std::size_t> times;
  for (const DestinationSection& section : sections) ++times[section.name];
  std::erase_if(sections, [&](const DestinationSection& section) {
    const bool healed =
        findings.healed.contains(section.name) && times[section.name] == 1 && section.is_mere_exception();
    if (healed) findings.notes.push_back(fmt::format("[{}] left out: exception no longer needed", section.name));
    return healed;
  });
}

DestinationSection new_section(const Remedied& remedied, const std::vector<DestinationSection>& sections) {
  DestinationSection section{remedied.domain, {fmt::format("[{}]", remedied.domain), "# " + remedied.remark}};
  const auto suffix = covering_suffix(sections, remedied.domain);
  if (suffix)
    section.lines.push_back(fmt::format("# [{}] no longer applies to this domain: copy what it needs", *suffix));
  section.lines.emplace_back("dane_option = none");
  return section;
}

/// A section that stands twice is changed twice: the gateway takes the last one (E-89).
std::string destination_table(const Header& header, Findings& findings) {
  std::string text = title(header, findings.stuck.size());
  const NamedText* exported = exported_table(header);
  if (exported == nullptr) {
    text +=
        "# Merge this with the gateway's exported table first: an import deletes every entry that is not in the "
        "file.\n";
  }
  auto sections = split_sections(exported == nullptr ? std::string_view{} : std::string_view(exported->text));
  drop_healed(sections, findings);
  std::vector<DestinationSection> added;
  for (const Remedied& remedied : findings.stuck) {
    bool there = false;
    for (DestinationSection& section : sections) {
      if (section.name != remedied.domain) continue;
      section.switch_dane_off(remedied.remark);
      there = true;
    }
    if (!there) added.push_back(new_section(remedied, sections));
  }
  return text + join_sections(sections) + join_sections(added);
}

std::string lines_of(const std::vector<Remedied>& domains, std::string_view tail) {
  std::string text;
  for (const Remedied& remedied : domains) text += fmt::format("{}{}\n", remedied.domain, tail);
  return text;
}

}  // namespace

tl::expected<Remedies, std::string> make_remedies(Reader& reader, UndeterminedDomains undetermined) {
  auto findings = read_all(reader, undetermined);
  if (!findings) return tl::unexpected(findings.error());
  Remedies remedies;
  remedies.files = {{"destconfig.txt", destination_table(reader.header(), *findings)},
                    {"tls_policy", lines_of(findings->stuck, " may")},
                    {"domains.txt", lines_of(findings->stuck, "")},
                    {"mandatory_ready.txt", lines_of(findings->ready, "")}};
  remedies.notes = std::move(findings->notes);
  return remedies;
}

tl::expected<void, std::string> write_remedies(const Remedies& remedies, const std::string& directory,
                                               Existing existing) {
  std::error_code error;
  std::filesystem::create_directories(directory, error);
  if (error) return tl::unexpected(fmt::format("{}: cannot be made: {}", directory, error.message()));
  for (const RemedyFile& file : remedies.files) {
    const std::string path = fmt::format("{}/{}", directory, file.name);
    if (existing == Existing::Refuse && std::filesystem::exists(path, error)) {
      return tl::unexpected(fmt::format("{}: exists already; use --force to replace it", path));
    }
  }
  for (const RemedyFile& file : remedies.files) {
    auto sink = create_file(fmt::format("{}/{}", directory, file.name), Existing::Replace);
    if (!sink) return tl::unexpected(sink.error());
    auto written = (*sink)->write(file.content);
    if (!written) return written;
  }
  return {};
}

}  // namespace danesweep::output
