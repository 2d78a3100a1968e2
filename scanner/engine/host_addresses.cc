// SPDX-License-Identifier: Apache-2.0
#include "scanner/engine/host_addresses.h"

#include <algorithm>
#include <array>

#include "dnssec/wire/rdata.h"
#include "scanner/engine/shuffle.h"

namespace danesweep::scanner {

namespace {

enum class FamilyState : std::uint8_t { Data, Absent, Bogus, Failed };

/// One of A and AAAA.
struct Family {
  const dnssec::Verdict* verdict = nullptr;
  FamilyState state{};
  std::vector<IpAddress> addresses;
  bool is_left_out = false;  ///< had addresses, and may not be used
  bool has_data() const { return state == FamilyState::Data; }
};

/// T-15. An alias loop below an insecure zone leaves no answer: that is a failure, not an absence (law 2).
FamilyState state_of(const dnssec::Verdict& verdict) {
  if (verdict.security == dnssec::Security::Bogus) return FamilyState::Bogus;
  if (verdict.security == dnssec::Security::Indeterminate) return FamilyState::Failed;
  switch (verdict.answer) {
    case dnssec::Answer::Data:
      return FamilyState::Data;
    case dnssec::Answer::NoData:
    case dnssec::Answer::NxDomain:
      return FamilyState::Absent;
    case dnssec::Answer::None:
      break;
  }
  return FamilyState::Failed;
}

std::optional<IpAddress> address_in(const dnssec::AnswerRecord& record) {
  if (record.rdata.size() == 4) {
    if (const auto octets = wire::parse_a(record.rdata)) return IpAddress::v4(*octets);
  } else if (const auto octets = wire::parse_aaaa(record.rdata)) {
    return IpAddress::v6(*octets);
  }
  return std::nullopt;
}

/// Sorted first, since resolvers turn RRsets round; then shuffled by the seed (T-19).
std::vector<IpAddress> addresses_of(const dnssec::Verdict& verdict, std::uint64_t seed) {
  std::vector<IpAddress> out;
  for (const dnssec::AnswerRecord& record : verdict.records)
    if (const auto address = address_in(record)) out.push_back(*address);
  std::sort(out.begin(), out.end());
  out.erase(std::unique(out.begin(), out.end()), out.end());
  shuffle(out.begin(), out.end(), seed);
  return out;
}

/// A family that may not be used is asked and then counts as absent (T-16).
Family read_family(const dnssec::Verdict& verdict, bool is_excluded, std::uint64_t seed) {
  Family family{&verdict, state_of(verdict), {}};
  if (is_excluded) {
    family.is_left_out = family.has_data();
    family.state = FamilyState::Absent;
  }
  if (family.has_data()) family.addresses = addresses_of(verdict, seed);
  if (family.has_data() && family.addresses.empty()) family.state = FamilyState::Failed;  // RDATA of no address
  return family;
}

using Both = std::array<Family, 2>;  ///< in the order of the walk

const Family* find_state(const Both& families, FamilyState state) {
  const auto* found =
      std::find_if(families.begin(), families.end(), [=](const Family& family) { return family.state == state; });
  return found == families.end() ? nullptr : found;
}

const Family& weaker(const Family& a, const Family& b) { return b.verdict->security < a.verdict->security ? b : a; }

void set_status(HostAddresses& out, const Family& from) {
  out.status = status_of(from.verdict->security);
  out.reason = look_up_reason(*from.verdict);
}

/// The lines of T-16, first that fits.
void judge_status(HostAddresses& out, const Both& families) {
  if (families[0].has_data() && families[1].has_data()) {
    set_status(out, weaker(families[0], families[1]));
    if (families[0].verdict->security != families[1].verdict->security) out.notes.emplace_back("address-mixed");
  } else if (const Family* data = find_state(families, FamilyState::Data)) {
    set_status(out, *data);
    if (find_state(families, FamilyState::Bogus) != nullptr) out.notes.emplace_back("address-partly-bogus");
    if (find_state(families, FamilyState::Failed) != nullptr) out.notes.emplace_back("address-partly-unknown");
  } else if (const Family* bogus = find_state(families, FamilyState::Bogus)) {
    set_status(out, *bogus);
  } else if (const Family* failed = find_state(families, FamilyState::Failed)) {
    set_status(out, *failed);
    out.status = output::Status::Indeterminate;
  } else {
    out.is_absent = true;
    set_status(out, weaker(families[0], families[1]));
  }
  if (families[0].is_left_out || families[1].is_left_out) out.notes.emplace_back("address-excluded");
}

/// T-18: four and four, a short family leaves its places to the other.
void choose_addresses(HostAddresses& out, const Both& families) {
  const std::size_t half = kMaxAddresses / 2;
  const std::size_t first = families[0].addresses.size(), second = families[1].addresses.size();
  const std::array<std::size_t, 2> kept = {std::min(first, std::max(half, kMaxAddresses - std::min(second, half))),
                                           std::min(second, std::max(half, kMaxAddresses - std::min(first, half)))};
  for (std::size_t f = 0; f < families.size(); ++f) {
    const output::Status status = status_of(families[f].verdict->security);
    for (std::size_t i = 0; i < families[f].addresses.size(); ++i) {
      const UsedAddress used{families[f].addresses[i], status};
      if (i < kept[f]) {
        out.used.push_back(used);
      } else if (out.over_cap.size() < kMaxOverCapAddresses) {
        out.over_cap.push_back(used);
      }
    }
  }
  if (!out.over_cap.empty()) out.notes.emplace_back("address-over-cap");
}

/// T-24: which TLSA bases are asked for. Name servers of unsigned providers answer TLSA with SERVFAIL, so none is asked
/// where nothing could come of it.
void choose_candidates(HostAddresses& out, const wire::DomainName& host, const Both& families) {
  const auto is_behind_secure_link = [](const Family& family) {
    return !family.has_data() ||
           (family.verdict->security == dnssec::Security::Insecure && family.verdict->aliases > 0 &&
            family.verdict->first_link == dnssec::Security::Secure);
  };
  if (out.used.empty()) return;
  if (out.status == output::Status::Secure) {
    const auto* alias = std::find_if(families.begin(), families.end(), [](const Family& family) {
      return family.has_data() && family.verdict->aliases > 0;
    });
    if (alias != families.end() && alias->verdict->final_name != host)
      out.tlsa_candidates.push_back(alias->verdict->final_name);
    out.tlsa_candidates.push_back(host);
  } else if (out.status == output::Status::Insecure &&
             std::all_of(families.begin(), families.end(), is_behind_secure_link)) {
    out.tlsa_candidates.push_back(host);
    out.is_secure_first_link = true;
  }
}

}  // namespace

HostAddresses judge_addresses(const wire::DomainName& host, const dnssec::Verdict& ipv4, const dnssec::Verdict& ipv6,
                              AddressOrder order, Families families, std::uint64_t seed) {
  const bool without_v4 = order == AddressOrder::V6Only || families == Families::Ipv6Only;
  const bool without_v6 = order == AddressOrder::V4Only || families == Families::Ipv4Only;
  Both both = {read_family(ipv4, without_v4, seed), read_family(ipv6, without_v6, seed)};
  if (order == AddressOrder::V6First || order == AddressOrder::V6Only) std::swap(both[0], both[1]);
  HostAddresses out;
  out.is_alias = ipv4.aliases > 0 || ipv6.aliases > 0;
  judge_status(out, both);
  choose_addresses(out, both);
  choose_candidates(out, host, both);
  return out;
}

}  // namespace danesweep::scanner
