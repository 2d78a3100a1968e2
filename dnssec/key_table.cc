// SPDX-License-Identifier: Apache-2.0
#include "dnssec/key_table.h"

#include <algorithm>
#include <array>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "dnssec/algorithms.h"
#include "dnssec/wire/encodings.h"
#include "dnssec/wire/rdata.h"

namespace danesweep::dnssec {

using wire::DomainName;
using wire::RrType;

namespace {

constexpr int kMaxDigests = 32;  ///< per zone, as the validator itself computes (D-102)

template <class Octets>
void add_once(std::vector<std::vector<std::uint8_t>>& all, const Octets& rdata) {
  const auto same = [&](const auto& each) { return std::ranges::equal(each, rdata); };
  if (std::ranges::none_of(all, same)) all.emplace_back(rdata.begin(), rdata.end());
}

/// A key of the set as it came, with what can be said of it alone.
struct SeenKey {
  Bytes rdata;
  std::uint16_t tag = 0;
  std::optional<wire::Dnskey> fields;  ///< nothing: malformed
  std::uint32_t bits = 0;              ///< 0: not known
  std::string_view fault;              ///< why it proves nothing; empty: it may
};

std::string_view fault_of(const wire::Dnskey& key) {
  if ((key.flags & wire::Dnskey::kZone) == 0) return "no zone key";
  if ((key.flags & wire::Dnskey::kRevoke) != 0) return "revoked";
  return key.protocol == 3 ? "" : "not protocol 3";
}

std::string_view to_text(KeyFault fault) {
  switch (fault) {
    case KeyFault::UnsupportedAlgorithm:
      return "algorithm not supported";
    case KeyFault::UnsupportedSize:
      return "size not supported";
    case KeyFault::Malformed:
      break;
  }
  return "malformed";
}

SeenKey look_at(Bytes rdata, Crypto& crypto) {
  SeenKey key{.rdata = rdata, .tag = key_tag(rdata), .fault = "malformed"};
  const auto fields = wire::parse_dnskey(rdata);
  if (!fields) return key;
  key.fields = *fields;
  key.fault = fault_of(*fields);
  const auto loaded = crypto.load_key(fields->algorithm, fields->public_key);
  const auto rsa = parse_rsa_key(fields->public_key);
  if (loaded)
    key.bits = (*loaded)->bits();
  else if (loaded.error() == KeyFault::UnsupportedSize && rsa)
    key.bits = rsa->bits;
  if (!loaded && key.fault.empty()) key.fault = to_text(loaded.error());
  return key;
}

std::string what_is_signed(const ChainLink& link) {
  const std::string records = link.name.to_display() + (link.type ? ' ' + wire::to_text(*link.type) : "");
  if (link.step == Step::Denial) return "signs the denial of " + records;
  return link.step == Step::Cut ? "signs the proof of the cut at " + link.name.to_display() : "signs " + records;
}

/// One zone's rows.
class ZoneRows {
 public:
  ZoneRows(const DomainName& zone, Crypto& crypto, std::span<const ChainLink> chain)
      : zone_(zone), owner_(zone.lower()), crypto_(crypto), chain_(chain) {}

  void take_keys(const std::vector<std::vector<std::uint8_t>>& keys) {
    for (const auto& rdata : keys) keys_.push_back(look_at(rdata, crypto_));
    named_by_.resize(keys_.size());
  }

  void add_ds(std::string_view record, const std::vector<Bytes>& all) {
    const std::vector<bool> counts = ds_that_count(all, crypto_);
    for (std::size_t i = 0; i < all.size(); ++i) {
      const Bytes rdata = all[i];
      const auto ds = wire::parse_ds(rdata);
      if (!ds) {
        rows.push_back(
            {.zone = zone_, .record = std::string(record), .content = wire::to_hex(rdata), .state = "malformed"});
        continue;
      }
      const Digest* digest = find_digest(ds->digest_type);
      const std::string type = digest ? std::string(digest->mnemonic) : fmt::format("digest type {}", ds->digest_type);
      std::string state(fault_of(*ds));
      if (state.empty() && !counts[i]) state = "passed over: a better digest is there";
      if (state.empty()) state = compare(*ds, record);
      rows.push_back({zone_, std::string(record), ds->key_tag, ds->algorithm,
                      fmt::format("{} {}", type, wire::to_hex(ds->digest)), std::move(state)});
    }
  }

  void add_anchored_keys(const std::vector<Bytes>& anchors) {
    for (const Bytes rdata : anchors) {
      const SeenKey anchor = look_at(rdata, crypto_);
      std::string state(anchor.fault);
      if (state.empty()) state = keys_.empty() ? "keys not seen" : "not in the key set";
      for (std::size_t i = 0; i < keys_.size() && anchor.fault.empty(); ++i) {
        if (!std::ranges::equal(keys_[i].rdata, rdata)) continue;
        state = fmt::format("is key {}", anchor.tag);
        named_by_[i] = "anchor";
      }
      rows.push_back(row_of(anchor, "anchor", std::move(state)));
    }
  }

  void add_keys(const ZoneKeys* proven) {
    for (std::size_t i = 0; i < keys_.size(); ++i)
      rows.push_back(row_of(keys_[i], "DNSKEY", fmt::format("{}", fmt::join(states_of(i, proven), ", "))));
  }

  std::vector<KeyRow> rows;

 private:
  KeyRow row_of(const SeenKey& key, std::string record, std::string state) const {
    KeyRow row{.zone = zone_, .record = std::move(record), .tag = key.tag, .state = std::move(state)};
    if (!key.fields) return row;
    row.algorithm = key.fields->algorithm;
    row.content = fmt::format("flags {}", key.fields->flags);
    if (key.bits != 0) row.content += fmt::format(", {} bits", key.bits);
    return row;
  }

  std::string_view fault_of(const wire::Ds& ds) const {
    if (!crypto_.supports_algorithm(ds.algorithm)) return "algorithm not supported";
    if (!crypto_.supports_digest(ds.digest_type)) return "digest type not supported";
    return "";
  }

  /// A usable DS beside the keys; marks those that it names.
  std::string compare(const wire::Ds& ds, std::string_view record) {
    if (keys_.empty()) return "keys not seen";
    std::string state = "no key has this tag and algorithm";
    for (std::size_t i = 0; i < keys_.size(); ++i) {
      const SeenKey& key = keys_[i];
      if (!key.fields || key.tag != ds.key_tag || key.fields->algorithm != ds.algorithm) continue;
      if (digests_++ == kMaxDigests) return "not compared: too many digests";
      const auto digest = crypto_.ds_digest(ds.digest_type, owner_.wire(), key.rdata);
      if (digest && std::ranges::equal(*digest, ds.digest)) {
        named_by_[i] = record;
        return fmt::format("names key {}", key.tag);
      }
      state = fmt::format("differs from the digest of key {}", key.tag);
    }
    return state;
  }

  std::vector<std::string> states_of(std::size_t index, const ZoneKeys* proven) const {
    const SeenKey& key = keys_[index];
    std::vector<std::string> states;
    if (!key.fault.empty()) states.emplace_back(key.fault);
    if (!named_by_[index].empty()) states.push_back(fmt::format("named by {}", named_by_[index]));
    const ZoneKey* known = nullptr;
    for (std::size_t i = 0; proven != nullptr && i < proven->keys.size(); ++i)
      if (std::ranges::equal(proven->keys[i].rdata, key.rdata)) known = &proven->keys[i];
    if (known == nullptr) states.emplace_back("not proven");
    if (known != nullptr && known->signs_key_set) states.emplace_back("signs the key set");
    const auto has_tag = [&](const SeenKey& other) {
      return other.tag == key.tag && other.fields && key.fields && other.fields->algorithm == key.fields->algorithm;
    };
    if (std::ranges::count_if(keys_, has_tag) > 1) states.emplace_back("shares its tag");
    for (const ChainLink& link : chain_) {
      const bool is_by_key = known != nullptr && link.status > Security::Indeterminate && link.type != RrType::Dnskey &&
                             link.signer == zone_ && link.key_tag == key.tag && link.algorithm == known->algorithm;
      if (is_by_key) states.push_back(what_is_signed(link));
    }
    if (states.empty()) states.emplace_back("in the proven set");
    return states;
  }

  const DomainName& zone_;
  DomainName owner_;
  Crypto& crypto_;
  std::span<const ChainLink> chain_;
  std::vector<SeenKey> keys_;
  std::vector<std::string> named_by_;  ///< parallel to the keys
  int digests_ = 0;
};

}  // namespace

KeyTable::Zone& KeyTable::entry(const DomainName& name) {
  const auto found = std::ranges::find(zones_, name, &Zone::name);
  if (found != zones_.end()) return *found;
  zones_.push_back({.name = name});
  return zones_.back();
}

void KeyTable::see_anchors(const DomainName& zone, std::span<const TrustAnchor> anchors) {
  entry(zone).anchors.assign(anchors.begin(), anchors.end());
}

void KeyTable::see(const wire::Rrset& rrset) {
  Zone& zone = entry(rrset.owner);
  for (const Bytes rdata : rrset.rdata) add_once(rrset.type == RrType::Ds ? zone.ds : zone.keys, rdata);
}

void KeyTable::see_proven(std::shared_ptr<const ZoneKeys> keys) {
  Zone& zone = entry(keys->zone);
  zone.proven = std::move(keys);
}

std::vector<KeyRow> KeyTable::rows(Crypto& crypto, std::span<const ChainLink> chain) const {
  std::vector<const Zone*> zones;
  for (const Zone& zone : zones_) zones.push_back(&zone);
  std::ranges::stable_sort(zones, {}, [](const Zone* zone) { return zone->name.label_count(); });
  std::vector<KeyRow> all;
  for (const Zone* zone : zones) {
    ZoneRows rows(zone->name, crypto, chain);
    rows.take_keys(zone->keys);
    rows.add_ds("anchor", rdatas_of(zone->anchors, AnchorForm::Ds));
    rows.add_anchored_keys(rdatas_of(zone->anchors, AnchorForm::Dnskey));
    rows.add_ds("DS", {zone->ds.begin(), zone->ds.end()});
    rows.add_keys(zone->proven.get());
    std::ranges::move(rows.rows, std::back_inserter(all));
  }
  return all;
}

std::vector<std::string> to_lines(std::span<const KeyRow> rows) {
  using Cells = std::array<std::string, 6>;
  if (rows.empty()) return {};
  std::vector<Cells> table = {{"zone", "record", "tag", "algorithm", "digest or key", "state"}};
  for (const KeyRow& row : rows)
    table.push_back({row.zone.to_display(), row.record, std::to_string(row.tag),
                     fmt::format("{} {}", row.algorithm, algorithm_to_text(row.algorithm)), row.content, row.state});
  std::array<std::size_t, 6> widths{};
  for (const Cells& cells : table)
    for (std::size_t i = 0; i + 1 < cells.size(); ++i) widths[i] = std::max(widths[i], cells[i].size());
  std::vector<std::string> lines;
  for (const Cells& cells : table) {
    std::string line;
    for (std::size_t i = 0; i < cells.size(); ++i) line += fmt::format("{:<{}}", cells[i], widths[i] + (i < 5 ? 2 : 0));
    lines.push_back(std::move(line));
  }
  return lines;
}

}  // namespace danesweep::dnssec
