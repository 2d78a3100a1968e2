// SPDX-License-Identifier: Apache-2.0
// One zone of the lab: records, keys, and what a correct authority answers from them, denial proofs included (RFC 4035
// section 3.1, RFC 5155 section 7.2). Records are signed when first needed, so that a world of 100,000 domains starts
// at once. A making may break an RRset: its function runs after the signing (the breakage is in the signed records).
//
// Filling and asking belong to one thread at a time. After `link` nothing may be added.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "tests/lab/record.h"
#include "tests/lab/signer.h"

namespace danesweep::lab {

enum class Denial : std::uint8_t { Unsigned, Nsec, Nsec3, Nsec3OptOut };

/// Which RRsets a key signs.
enum class Signs : std::uint8_t { Nothing, Keys, Data, Both };

struct ZoneKey {
  const Key* key = nullptr;
  std::uint16_t flags = kZoneKey;
  Signs signs = Signs::Both;
  std::string dnskey = {};  ///< what is published

  std::uint16_t tag() const { return key_tag(dnskey); }
};

/// How the parent speaks of the zone.
enum class Link : std::uint8_t { Signed, WithoutDs, Hidden };

struct Times {
  std::uint32_t inception = 0;
  std::uint32_t expiration = 0;
};

struct Node {
  Name name;
  std::vector<RrSet> sets;  ///< empty: an empty non-terminal
  std::unique_ptr<RrSet> nsec;

  RrSet* find(std::uint16_t type);
  bool has(std::uint16_t type) const;
};

class Zone {
 public:
  using Breaking = std::function<void(RrSet&, Zone&)>;

  Zone(Name apex, Denial denial, Times times);

  const Name& apex() const { return apex_; }
  Denial denial() const { return denial_; }
  bool is_signed() const { return denial_ != Denial::Unsigned; }

  /// A line of a zone file relative to the apex, e.g. "mx 300 A 127.1.0.1".
  void add(const std::string& line);
  void add(const Name& owner, std::uint16_t type, const std::string& rdata, std::uint32_t ttl = 3600);
  void add_all(const Name& owner, std::uint16_t type, std::vector<std::string> rdatas);  ///< instead of what is there
  RrSet& set(const Name& owner, std::uint16_t type);                                     ///< made if missing
  void remove(const Name& owner, std::uint16_t type);
  Name name(std::string_view relative) const { return Name::relative(relative, apex_); }

  void add_key(const Key& key, std::uint16_t flags, Signs signs);
  std::vector<ZoneKey>& keys() { return keys_; }
  /// The DS records that the parent will publish; by default one of SHA-256 for each key that signs the key set.
  std::vector<std::string>& ds() { return ds_; }
  void make_default_ds();
  Link& link() { return link_; }
  void hide_keys() { hides_keys_ = true; }  ///< no DNSKEY RRset, whatever the DS say
  void set_nsec3(std::uint16_t iterations, std::string salt);
  Times& times() { return times_; }

  /// Run after the RRset has been signed, in the order given. For NSEC3 use `on_nsec3`.
  void on_set(const Name& owner, std::uint16_t type, Breaking breaking);
  void on_every_nsec3(Breaking breaking) { nsec3_breaking_.push_back(std::move(breaking)); }

  /// Adds the zone's own SOA, NS, DNSKEY, NSEC3PARAM. Once, when all records are there.
  void finish_apex();

  // Asking; from here on the zone is complete.
  const Node* node(const Name& name);
  const RrSet* finished(RrSet& set);  ///< signed and broken as the making says
  const RrSet* finished(const Name& owner, std::uint16_t type);
  const RrSet* soa() { return finished(apex_, kSoa); }
  /// Existing ancestor or self of `name`, deepest first.
  Name closest_encloser(const Name& name);

  const RrSet* nsec_at(const Name& name);        ///< the NSEC whose owner is `name`, or null
  const RrSet* nsec_covering(const Name& name);  ///< the one with the greatest owner before `name`
  const RrSet* nsec3_matching(const Name& name);
  const RrSet* nsec3_covering(const Name& name);

  /// For makings: signatures over a (changed) set by this zone's data keys, or by other keys and fields.
  void resign(RrSet& set);
  SignatureFields fields(const ZoneKey& key) const;
  std::string hash(const Name& name) const;  ///< 20 octets
  Name hashed_owner(const std::string& hash) const;
  RrSet make_nsec(const Name& owner, const Name& next, const std::vector<std::uint16_t>& types);
  RrSet make_nsec3(const std::string& owner_hash, const std::string& next_hash, const std::vector<std::uint16_t>& types,
                   std::uint8_t flags);

  /// Walks over all records in canonical order, signed and broken; for zone files.
  void for_each(const std::function<void(const RrSet&)>& visit);
  bool is_delegation(const Node& node) const;

 private:
  struct Nsec3 {
    const Node* node = nullptr;
    std::unique_ptr<RrSet> set;
  };

  Node& make_node(const Name& name);
  Node* find_node(const Name& name);
  bool is_authoritative(const Node& node) const;
  std::vector<std::uint16_t> types_at(const Node& node, std::uint16_t own_type) const;
  const RrSet* nsec_of(std::map<std::string, Node>::iterator at);
  const RrSet* nsec3_of(std::map<std::string, Nsec3>::iterator at);
  void build_nsec3_chain();
  std::string nsec3_head(std::uint8_t flags) const;

  Name apex_;
  Denial denial_;
  Times times_;
  std::map<std::string, Node> nodes_;  // by Name::order_key
  std::vector<ZoneKey> keys_;
  std::vector<std::string> ds_;
  Link link_ = Link::Signed;
  bool hides_keys_ = false;
  std::uint16_t iterations_ = 0;
  std::string salt_;
  std::map<std::string, Nsec3> nsec3_;  // by hash
  bool has_nsec3_chain_ = false;
  std::map<std::pair<Name, std::uint16_t>, std::vector<Breaking>> breaking_;
  std::vector<Breaking> nsec3_breaking_;
};

std::string type_bitmap(std::vector<std::uint16_t> types);
std::string base32hex(const std::string& octets);

}  // namespace danesweep::lab
