// SPDX-License-Identifier: Apache-2.0
#include "tests/lab/dns_message.h"

#include <algorithm>
#include <utility>
#include <vector>

namespace danesweep::lab {
namespace {

constexpr std::size_t kHeader = 12;

std::uint16_t number_at(std::string_view message, std::size_t at) {
  return static_cast<std::uint16_t>(static_cast<unsigned char>(message[at]) << 8 |
                                    static_cast<unsigned char>(message[at + 1]));
}

/// End of the uncompressed name at `at`, or 0.
std::size_t name_end(std::string_view message, std::size_t at) {
  const std::size_t start = at;
  while (at < message.size() && at - start < 255) {
    const std::size_t length = static_cast<unsigned char>(message[at]);
    if (length > 63) return 0;
    at += length + 1;
    if (length == 0) return at;
  }
  return 0;
}

class Writer {
 public:
  explicit Writer(const Query& query) {
    out_.assign(kHeader, '\0');
    out_ += query.question;
    remember(query.name, kHeader);
  }

  std::uint16_t write(const std::vector<Item>& items, bool with_signatures) {
    std::uint16_t count = 0;
    for (const auto& item : items) {
      if (item.show != Show::Signatures)
        for (const auto& rdata : item.set->rdatas) count = write(item, item.set->type, rdata, count);
      if (with_signatures && item.show != Show::Records)
        for (const auto& rdata : item.set->signatures) count = write(item, kRrsig, rdata, count);
    }
    return count;
  }

  void write_edns(bool wants_dnssec) {
    out_ += std::string("\0\0\x29", 3) + u16(1232) + u32(wants_dnssec ? 0x8000 : 0) + u16(0);
  }

  std::string& out() { return out_; }

 private:
  std::uint16_t write(const Item& item, std::uint16_t type, const std::string& rdata, std::uint16_t count) {
    write_owner(item.owner);
    out_ += u16(type) + u16(1) + u32(item.set->ttl) + u16(static_cast<std::uint16_t>(rdata.size()));
    out_ += rdata;
    return static_cast<std::uint16_t>(count + 1);
  }

  void remember(const Name& name, std::size_t offset) {
    const std::string& wire = name.wire();
    for (std::size_t at = 0; wire[at] != '\0' && offset + at < 0x3FFF && known_.size() < 24;
         at += static_cast<unsigned char>(wire[at]) + 1U)
      known_.emplace_back(std::string_view(wire).substr(at), static_cast<std::uint16_t>(offset + at));
  }

  void write_owner(const Name& name) {
    const std::string_view wire = name.wire();
    const std::size_t start = out_.size();
    for (std::size_t at = 0; wire[at] != '\0'; at += static_cast<unsigned char>(wire[at]) + 1U) {
      const auto rest = wire.substr(at);
      const auto found = std::find_if(known_.begin(), known_.end(), [&](const auto& k) { return k.first == rest; });
      if (found == known_.end()) continue;
      out_ += wire.substr(0, at);
      out_ += u16(static_cast<std::uint16_t>(0xC000 | found->second));
      if (at > 0 && start < 0x3FFF && known_.size() < 24) known_.emplace_back(wire, static_cast<std::uint16_t>(start));
      return;
    }
    out_ += wire;
    remember(name, start);
  }

  std::string out_;
  std::vector<std::pair<std::string_view, std::uint16_t>> known_;  // views of names that outlive the writer
};

void put(std::string& message, std::size_t at, std::uint16_t value) { message.replace(at, 2, u16(value)); }

/// NSEC, NSEC3 and RRSIG go to those only who set DO or ask for them (RFC 4035 3.2.1).
std::vector<Item> without_dnssec(const std::vector<Item>& items, std::uint16_t asked) {
  std::vector<Item> result;
  for (const auto& item : items)
    if (item.set->type == asked || (item.set->type != kNsec && item.set->type != kNsec3)) result.push_back(item);
  return result;
}

}  // namespace

std::optional<Query> parse_query(std::string_view message) {
  if (message.size() < kHeader || number_at(message, 4) != 1 || (number_at(message, 2) & 0xF800) != 0) return {};
  const std::size_t end = name_end(message, kHeader);
  if (end == 0 || end + 4 > message.size() || number_at(message, end + 2) != 1) return {};
  Query query;
  query.id = number_at(message, 0);
  query.flags = number_at(message, 2);
  query.name = Name::from_wire(message.substr(kHeader, end - kHeader));
  query.type = number_at(message, end);
  query.question = message.substr(kHeader, end + 4 - kHeader);
  const std::size_t opt = end + 4;
  if (number_at(message, 10) > 0 && opt + 11 <= message.size() && number_at(message, opt + 1) == 41) {
    query.has_edns = true;
    query.udp_size = std::max<std::size_t>(512, number_at(message, opt + 3));
    query.wants_dnssec = (static_cast<unsigned char>(message[opt + 7]) & 0x80U) != 0;
  }
  return query;
}

std::string encode(const Query& query, const Answer& answer, std::size_t limit) {
  const bool with_signatures = query.wants_dnssec || query.type == kRrsig;
  Writer writer(query);
  std::uint16_t counts[3] = {};
  const std::vector<Item>* sections[3] = {&answer.answer, &answer.authority, &answer.additional};
  std::vector<Item> plain[3];  // the writer looks into the names until the end
  const bool is_cut = answer.fate == Fate::AlwaysTruncated;
  for (int i = 0; i < 3 && !is_cut; ++i) {
    if (!query.wants_dnssec) sections[i] = &(plain[i] = without_dnssec(*sections[i], query.type));
    counts[i] = writer.write(*sections[i], with_signatures);
  }
  std::string& out = writer.out();
  const bool with_edns = query.has_edns && answer.fate != Fate::NoEdns;
  const bool is_truncated = is_cut || out.size() + (with_edns ? 11 : 0) > limit;
  if (is_truncated) {
    out.resize(kHeader + query.question.size());
    std::fill(std::begin(counts), std::end(counts), std::uint16_t{0});
  }
  if (with_edns) writer.write_edns(query.wants_dnssec);
  put(out, 0, query.id);
  // QR, RA; RD and CD as asked.
  put(out, 2, static_cast<std::uint16_t>(0x8080 | (query.flags & 0x0110) | (is_truncated ? 0x0200 : 0) | answer.rcode));
  put(out, 4, 1);
  for (std::size_t i = 0; i < 3; ++i) put(out, 6 + 2 * i, counts[i]);
  if (with_edns) put(out, 10, static_cast<std::uint16_t>(counts[2] + 1));
  if (answer.fate == Fate::WrongQuestion && out.size() > kHeader + 1) out[kHeader + 1] = '0';
  return std::move(out);
}

}  // namespace danesweep::lab
