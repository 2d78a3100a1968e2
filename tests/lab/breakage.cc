// SPDX-License-Identifier: Apache-2.0
#include "tests/lab/breakage.h"

#include <utility>

namespace danesweep::lab {
namespace {

constexpr std::uint32_t kDay = 86400;
constexpr std::size_t kTagAt = 16;  // of the key tag within RRSIG RDATA (RFC 4034 3.1)

bool is_proof(const Item& item) { return item.set->type == kNsec || item.set->type == kNsec3; }

}  // namespace

Zone::Breaking with_fields(ChangeFields change) {
  return [change = std::move(change)](RrSet& set, Zone& zone) {
    set.signatures.clear();
    for (const auto& key : zone.keys()) {
      const bool is_for_keys = set.type == kDnskey;
      if (key.signs != Signs::Both && key.signs != (is_for_keys ? Signs::Keys : Signs::Data)) continue;
      SignatureFields fields = zone.fields(key);
      change(fields, zone);
      set.signatures.push_back(sign(set, *key.key, fields));
    }
  };
}

Zone::Breaking expired() {
  return with_fields([](SignatureFields& fields, const Zone&) {
    fields.inception -= 40 * kDay;
    fields.expiration -= 37 * kDay;
  });
}

Zone::Breaking not_yet_valid() {
  return with_fields([](SignatureFields& fields, const Zone&) {
    fields.inception += 12 * kDay;
    fields.expiration += 12 * kDay;
  });
}

Zone::Breaking dates_reversed() {
  return with_fields([](SignatureFields& fields, const Zone&) { std::swap(fields.inception, fields.expiration); });
}

Zone::Breaking label_count(int difference) {
  return [difference](RrSet& set, Zone& zone) {
    const int labels = signed_labels(set.owner) + difference;
    with_fields([labels](SignatureFields& fields, const Zone&) { fields.labels = static_cast<std::uint8_t>(labels); })(
        set, zone);
  };
}

Zone::Breaking signed_by(const Key& key, std::uint16_t flags, const Name& signer) {
  return [&key, flags, signer](RrSet& set, Zone& zone) {
    const SignatureFields fields{signer, zone.times().inception, zone.times().expiration, key_tag(key.dnskey(flags))};
    set.signatures = {sign(set, key, fields)};
  };
}

Zone::Breaking bit_flipped() {
  return [](RrSet& set, Zone&) {
    for (auto& signature : set.signatures) signature.back() = static_cast<char>(signature.back() ^ 1);
  };
}

Zone::Breaking no_signatures() {
  return [](RrSet& set, Zone&) { set.signatures.clear(); };
}

Zone::Breaking signatures_cut() {
  return [](RrSet& set, Zone&) {
    for (auto& signature : set.signatures) signature.resize(20);
  };
}

Zone::Breaking tag_changed() {
  return with_fields([](SignatureFields& fields, const Zone& zone) {
    static_assert(kTagAt == 16);
    const auto is_used = [&](std::uint16_t tag) {
      for (const auto& key : const_cast<Zone&>(zone).keys())
        if (key.tag() == tag) return true;
      return false;
    };
    do ++fields.tag;
    while (is_used(fields.tag));
  });
}

Zone::Breaking first(Zone::Breaking one, Zone::Breaking then) {
  return [one = std::move(one), then = std::move(then)](RrSet& set, Zone& zone) {
    one(set, zone);
    then(set, zone);
  };
}

Resolution::Tampering fails_with(Rcode rcode) {
  return [rcode](Answer& answer) {
    answer = {};
    answer.rcode = rcode;
  };
}

Resolution::Tampering no_reply() { return with_fate(Fate::Drop); }

Resolution::Tampering with_fate(Fate fate) {
  return [fate](Answer& answer) { answer.fate = fate; };
}

Resolution::Tampering without_signatures() {
  return [](Answer& answer) {
    for (auto* section : {&answer.answer, &answer.authority})
      for (auto& item : *section) item.show = Show::Records;
  };
}

Resolution::Tampering without_denial() {
  return [](Answer& answer) { std::erase_if(answer.authority, is_proof); };
}

Resolution::Tampering without_authority() {
  return [](Answer& answer) { answer.authority.clear(); };
}

Resolution::Tampering only_proof(std::function<std::vector<const RrSet*>(Answer&)> proof) {
  return [proof = std::move(proof)](Answer& answer) {
    std::erase_if(answer.authority, is_proof);
    for (const RrSet* set : proof(answer))
      if (set != nullptr) answer.authority.push_back({set->owner, set});
  };
}

void drop_type(std::vector<Item>& items, std::uint16_t type) {
  std::erase_if(items, [&](const Item& item) { return item.set->type == type; });
}

}  // namespace danesweep::lab
