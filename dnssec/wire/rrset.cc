// SPDX-License-Identifier: Apache-2.0
#include "dnssec/wire/rrset.h"

#include <algorithm>
#include <array>
#include <compare>
#include <optional>
#include <set>

#include "dnssec/wire/case_fold.h"
#include "dnssec/wire/rdata_layout.h"

namespace danesweep::wire {
namespace {

/// D-18. Two different RRs of these at one name cannot both be meant.
constexpr RrType kSingletons[] = {RrType::Cname, RrType::Dname, RrType::Soa, RrType::Nsec};

/// Up to this many RRsets are searched one by one; beyond, in a tree, whose cost a peer cannot drive up as it could
/// that of a hash table.
constexpr std::size_t kSearchedOneByOne = 24;

/// Collects the records of one message into RRsets.
class Grouping {
 public:
  explicit Grouping(const Message& message) : message_(message), ordered_(Less{this}) {}

  GroupedRrsets run() {
    for (const RecordIndex& record : message_.records())
      if (is_candidate(record) && record.type != RrType::Rrsig) add(record);
    for (const RecordIndex& record : message_.records())
      if (is_candidate(record) && record.type == RrType::Rrsig) attach(record);
    return std::move(result_);
  }

 private:
  static constexpr std::size_t kNone = static_cast<std::size_t>(-1);

  /// What identifies an RRset. `first_label` spares decoding names: one that leads to the same whole name is equal.
  struct Key {
    std::size_t
        first_label;  ///< kNone if the name goes on by a pointer: decoding decides then, by the same limits for all
    std::size_t hash;
    RrType type;
    Section section;
    const DomainName* owner;  ///< nothing in `keys_`: the RRset holds it
  };
  struct Less {
    using is_transparent = void;
    const Grouping* grouping;
    bool operator()(std::uint32_t a, std::uint32_t b) const { return less(grouping->key(a), grouping->key(b)); }
    bool operator()(std::uint32_t a, const Key& b) const { return less(grouping->key(a), b); }
    bool operator()(const Key& a, std::uint32_t b) const { return less(a, grouping->key(b)); }
    static bool less(const Key& a, const Key& b) {
      if (a.type != b.type) return a.type < b.type;
      if (a.hash != b.hash) return a.hash < b.hash;
      if (const auto order = *a.owner <=> *b.owner; std::is_neq(order)) return std::is_lt(order);
      return a.section < b.section;
    }
  };
  static bool is_candidate(const RecordIndex& record) {
    return record.rr_class == RrClass::In && record.section != Section::Additional;
  }

  Key key(std::size_t index) const {
    Key key = keys_[index];
    key.owner = &result_.rrsets[index].owner;
    return key;
  }

  /// The RRset of that key, given the offset of its owner's first label alone.
  std::size_t find_by_offset(std::size_t first_label, RrType type, Section section) const {
    const std::size_t oldest = keys_.size() > kSearchedOneByOne ? keys_.size() - 1 : 0;
    for (std::size_t index = keys_.size(); index > oldest; --index) {
      const Key& each = keys_[index - 1];
      if (each.first_label == first_label && each.type == type && each.section == section) return index - 1;
    }
    return kNone;
  }

  std::size_t find_by_name(const Key& wanted) const {
    if (keys_.size() > kSearchedOneByOne) {
      const auto found = ordered_.find(wanted);
      return found == ordered_.end() ? kNone : *found;
    }
    for (std::size_t index = 0; index < keys_.size(); ++index) {
      const Key& each = keys_[index];
      if (each.type == wanted.type && each.section == wanted.section && each.hash == wanted.hash &&
          result_.rrsets[index].owner == *wanted.owner)
        return index;
    }
    return kNone;
  }

  std::size_t create(const Key& wanted) {
    const std::size_t index = keys_.size();
    keys_.push_back(wanted);
    if (!stands_whole_at(wanted.first_label, *wanted.owner)) keys_.back().first_label = kNone;
    result_.rrsets.push_back(Rrset{.owner = *wanted.owner, .type = wanted.type, .section = wanted.section});
    result_.rrsets.back().ttl = 0xFFFFFFFFU;
    if (keys_.size() == kSearchedOneByOne + 1) {
      for (std::uint32_t each = 0; each < index; ++each) ordered_.insert(each);
    }
    if (keys_.size() > kSearchedOneByOne) ordered_.insert(static_cast<std::uint32_t>(index));
    return index;
  }

  bool stands_whole_at(std::size_t offset, const DomainName& name) const {
    const Bytes there = message_.octets().subspan(offset), whole = name.wire();
    return there.size() >= whole.size() && std::equal(whole.begin(), whole.end(), there.begin());
  }

  /// The owner of a record for comparing; nothing if it cannot be decoded.
  std::optional<DomainName> owner_of(const RecordIndex& record) {
    const auto owner = message_.owner(record);
    if (!owner) {
      result_.undecodable = true;
      return std::nullopt;
    }
    return *owner;
  }

  void add(const RecordIndex& record) {
    const std::size_t first_label = message_.first_label(record.owner_offset);
    std::size_t index = find_by_offset(first_label, record.type, record.section);
    if (index == kNone) {
      const auto owner = owner_of(record);
      if (!owner) return;
      const Key wanted{first_label, owner->hash(), record.type, record.section, &*owner};
      index = find_by_name(wanted);
      if (index == kNone) index = create(wanted);
    }
    add_to(result_.rrsets[index], record);
  }

  void add_to(Rrset& rrset, const RecordIndex& record) {
    rrset.ttl = std::min(rrset.ttl, record.ttl);
    if (rrset.rdata.size() >= kMaxRecordsPerRrset) {
      rrset.too_large = true;
      return;
    }
    const auto rdata = message_.rdata(record);
    if (rdata) {
      rrset.rdata.push_back(*rdata);
      return;
    }
    rrset.malformed = true;
    result_.undecodable = result_.undecodable || rdata.error() == ParseError::WorkLimit;
  }

  /// D-16: to the RRsets of (owner, type covered) of either section. As it came: what is wrong with it is D-21.
  void attach(const RecordIndex& record) {
    const Bytes rrsig = message_.raw_rdata(record);
    Cursor in(rrsig);
    const auto covered = static_cast<RrType>(in.u16());
    if (in.failed()) return;
    const std::size_t first_label = message_.first_label(record.owner_offset);
    std::optional<DomainName> owner;
    for (const Section section : {Section::Answer, Section::Authority}) {
      std::size_t index = find_by_offset(first_label, covered, section);
      if (index == kNone) {
        if (!owner) owner = owner_of(record);
        if (!owner) return;
        index = find_by_name({first_label, owner->hash(), covered, section, &*owner});
      }
      if (index != kNone) result_.rrsets[index].signatures.push_back(rrsig);
    }
  }

  const Message& message_;
  GroupedRrsets result_;
  std::vector<Key> keys_;  ///< of result_.rrsets, same order
  std::set<std::uint32_t, Less> ordered_;
};

bool is_singleton(RrType type) {
  return std::find(std::begin(kSingletons), std::end(kSingletons), type) != std::end(kSingletons);
}

/// D-18, after canonicalisation: a CNAME twice in differing case is one.
bool has_two_different(const Rrset& rrset) {
  if (rrset.rdata.size() < 2) return false;
  const auto canonical = canonical_rdatas(rrset);
  return !canonical || canonical->size() > 1;
}

}  // namespace

GroupedRrsets group_rrsets(const Message& message) {
  GroupedRrsets grouped = Grouping(message).run();
  for (Rrset& rrset : grouped.rrsets)
    if (is_singleton(rrset.type) && has_two_different(rrset)) rrset.malformed = true;
  return grouped;
}

Parsed<std::vector<std::uint8_t>> canonical_rdata(RrType type, Bytes rdata) {
  std::vector<std::uint8_t> canonical(rdata.begin(), rdata.end());
  const RdataLayout* layout = find_layout(type);
  if (layout == nullptr || layout->names == NameRule::Kept) return canonical;
  std::size_t at = 0;
  const auto walked = walk_fields(*layout, NameRule::Lowered, rdata, [&](FieldKind kind, Bytes field) {
    if (kind == FieldKind::Name) copy_folded(canonical.data() + at, field.data(), field.size());
    at += field.size();
  });
  if (!walked) return tl::unexpected(walked.error());
  return canonical;
}

Parsed<std::vector<std::vector<std::uint8_t>>> canonical_rdatas(const Rrset& rrset) {
  std::vector<std::vector<std::uint8_t>> all;
  all.reserve(rrset.rdata.size());
  for (const Bytes rdata : rrset.rdata) {
    auto canonical = canonical_rdata(rrset.type, rdata);
    if (!canonical) return tl::unexpected(canonical.error());
    all.push_back(std::move(*canonical));
  }
  std::sort(all.begin(), all.end());
  all.erase(std::unique(all.begin(), all.end()), all.end());
  return all;
}

void append_signed_rrs(std::vector<std::uint8_t>& out, const DomainName& owner, RrType type, std::uint32_t original_ttl,
                       const std::vector<std::vector<std::uint8_t>>& canonical_rdatas) {
  const DomainName canonical_owner = owner.lower();
  const auto type_number = static_cast<std::uint16_t>(type);
  const std::array<std::uint8_t, 8> fixed{static_cast<std::uint8_t>(type_number >> 8U),
                                          static_cast<std::uint8_t>(type_number),
                                          0,
                                          static_cast<std::uint8_t>(RrClass::In),
                                          static_cast<std::uint8_t>(original_ttl >> 24U),
                                          static_cast<std::uint8_t>(original_ttl >> 16U),
                                          static_cast<std::uint8_t>(original_ttl >> 8U),
                                          static_cast<std::uint8_t>(original_ttl)};
  const Bytes name = canonical_owner.wire();
  std::size_t total = out.size();
  for (const auto& rdata : canonical_rdatas) total += name.size() + fixed.size() + 2 + rdata.size();
  out.reserve(total);
  for (const auto& rdata : canonical_rdatas) {
    out.insert(out.end(), name.begin(), name.end());
    out.insert(out.end(), fixed.begin(), fixed.end());
    out.push_back(static_cast<std::uint8_t>(rdata.size() >> 8U));
    out.push_back(static_cast<std::uint8_t>(rdata.size()));
    out.insert(out.end(), rdata.begin(), rdata.end());
  }
}

}  // namespace danesweep::wire
