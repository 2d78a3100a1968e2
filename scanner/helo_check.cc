// SPDX-License-Identifier: Apache-2.0
#include "scanner/helo_check.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "dnssec/wire/rdata.h"
#include "output/escape.h"
#include "scanner/engine/socket_address.h"

namespace danesweep::scanner {

namespace {

constexpr std::size_t kMostAddresses = 4;  ///< looked at of each family

/// An error is no answer, and nothing is said of what is not known.
bool is_known(const dnssec::Verdict& verdict) {
  return verdict.security != dnssec::Security::Indeterminate && verdict.security != dnssec::Security::Bogus;
}

bool has_data(const dnssec::Verdict& verdict) { return is_known(verdict) && verdict.answer == dnssec::Answer::Data; }

std::string address_text(std::span<const std::uint8_t> octets) {
  std::array<std::uint8_t, 4> four{};
  std::array<std::uint8_t, 16> sixteen{};
  if (octets.size() == four.size()) {
    std::ranges::copy(octets, four.begin());
    return IpAddress::v4(four).to_text();
  }
  std::copy_n(octets.begin(), std::min(octets.size(), sixteen.size()), sixteen.begin());
  return IpAddress::v6(sixteen).to_text();
}

/// What is wrong with the way back from one address of the name; empty: nothing.
std::string reverse_warning(const wire::DomainName& helo, std::span<const std::uint8_t> address,
                            const LookUp& look_up) {
  const auto question_name = wire::DomainName::from_text(reverse_name(address));
  if (!question_name) return {};
  const dnssec::Verdict verdict = look_up({*question_name, wire::RrType::Ptr});
  if (!is_known(verdict)) return {};
  const std::string where =
      fmt::format("{}, an address of the EHLO name {},", address_text(address), helo.to_display());
  if (verdict.records.empty()) return where + " has no PTR record; some servers turn such clients away";
  std::string other;
  for (const dnssec::AnswerRecord& record : verdict.records) {
    const auto name = wire::parse_single_name(record.rdata);
    if (name && *name == helo) return {};
    if (name) other = name->to_display();
  }
  return fmt::format("{} is called {} by its PTR record; some servers turn such clients away", where,
                     output::for_terminal(other));
}

}  // namespace

std::string reverse_name(std::span<const std::uint8_t> address) {
  std::string name;
  for (auto octet = address.rbegin(); octet != address.rend(); ++octet)
    name += address.size() == 4 ? fmt::format("{}.", *octet) : fmt::format("{:x}.{:x}.", *octet & 15U, *octet >> 4U);
  return name + (address.size() == 4 ? "in-addr.arpa" : "ip6.arpa");
}

std::vector<std::string> helo_warnings(const std::string& helo, const LookUp& look_up) {
  const auto name = wire::DomainName::from_text(helo);
  if (!name || helo.starts_with('[')) return {};
  std::vector<std::string> warnings;
  bool has_address = false;
  bool is_certain = true;
  for (const wire::RrType type : {wire::RrType::A, wire::RrType::Aaaa}) {
    const dnssec::Verdict verdict = look_up({*name, type});
    is_certain = is_certain && is_known(verdict);
    if (!has_data(verdict)) continue;
    has_address = true;
    for (std::size_t i = 0; i < std::min(verdict.records.size(), kMostAddresses); ++i)
      if (std::string text = reverse_warning(*name, verdict.records[i].rdata, look_up); !text.empty())
        warnings.push_back(std::move(text));
  }
  if (!has_address && is_certain)
    warnings.push_back(
        fmt::format("the EHLO name {} has no address record; some servers turn such clients away", name->to_display()));
  return warnings;
}

}  // namespace danesweep::scanner
