// SPDX-License-Identifier: Apache-2.0
// Octets and responses written as a reader of the RFCs would: `Octets().u16(10).name("mx.example.")`. Nothing here uses
// the code under test but for its types: names are put on the wire by hand.
#pragma once

#include <algorithm>
#include <cctype>
#include <cstdint>
#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

#include "dnssec/wire/message.h"
#include "dnssec/wire/types.h"

namespace danesweep::wire::test {

class Octets {
 public:
  Octets() = default;
  Octets(std::initializer_list<int> octets) {
    for (const int octet : octets) u8(octet);
  }

  Octets& u8(int value) {
    octets_.push_back(static_cast<std::uint8_t>(value));
    return *this;
  }
  Octets& u16(int value) { return u8(value >> 8).u8(value & 0xFF); }
  Octets& u32(std::uint32_t value) {
    return u16(static_cast<int>(value >> 16U)).u16(static_cast<int>(value & 0xFFFFU));
  }
  Octets& type(RrType value) { return u16(static_cast<int>(value)); }
  Octets& text(std::string_view characters) {
    for (const char character : characters) u8(character);
    return *this;
  }
  Octets& string(std::string_view characters) { return u8(static_cast<int>(characters.size())).text(characters); }
  /// Labels parted by dots, without escapes and without the root's empty label.
  Octets& labels(std::string_view dotted) {
    while (!dotted.empty()) {
      const std::size_t size = std::min(dotted.find('.'), dotted.size());
      string(dotted.substr(0, size));
      dotted.remove_prefix(std::min(size + 1, dotted.size()));
    }
    return *this;
  }
  Octets& name(std::string_view dotted) { return labels(dotted == "." ? "" : dotted).u8(0); }
  Octets& pointer(std::size_t offset) { return u16(0xC000 | static_cast<int>(offset)); }
  Octets& zeros(std::size_t count) {
    octets_.insert(octets_.end(), count, 0);
    return *this;
  }
  Octets& append(const Octets& other) {
    octets_.insert(octets_.end(), other.octets_.begin(), other.octets_.end());
    return *this;
  }
  void set_u16(std::size_t at, std::size_t value) {
    octets_[at] = static_cast<std::uint8_t>(value >> 8U);
    octets_[at + 1] = static_cast<std::uint8_t>(value);
  }

  std::size_t size() const { return octets_.size(); }
  const std::vector<std::uint8_t>& vector() const { return octets_; }
  operator Bytes() const { return octets_; }  // NOLINT(google-explicit-constructor): octets are octets

 private:
  std::vector<std::uint8_t> octets_;
};

inline Octets name(std::string_view dotted) { return Octets().name(dotted); }
inline Octets mx(int preference, std::string_view exchange) { return Octets().u16(preference).name(exchange); }
/// RRSIG RDATA by `signer`; only its type covered matters to the wire.
inline Octets rrsig(RrType covered, std::string_view signer = "example.") {
  return Octets().type(covered).u8(13).u8(2).u32(3600).u32(2000).u32(1000).u16(7).name(signer).text("signature");
}

constexpr std::size_t kQuestionOffset = 12;  ///< where the question's name lies: the usual target of pointers

/// A response to one question, records added in the order of the sections.
class Reply {
 public:
  Reply(std::string_view asked, RrType type) {
    octets_.u16(0x1234).u16(0x8180).u16(1).u16(0).u16(0).u16(0).name(asked).type(type).u16(1);
  }
  Reply& flags(std::size_t value) {
    octets_.set_u16(2, value);
    return *this;
  }
  Reply& count(std::size_t section, std::size_t value) {
    octets_.set_u16(4 + 2 * section, value);
    return *this;
  }
  Reply& record(Section section, const Octets& owner, RrType type, std::uint32_t ttl, const Octets& rdata,
                RrClass rr_class = RrClass::In) {
    octets_.append(owner).type(type).u16(static_cast<int>(rr_class)).u32(ttl).u16(static_cast<int>(rdata.size()));
    octets_.append(rdata);
    const auto index = static_cast<std::size_t>(section);
    return count(index + 1, ++counts_[index]);
  }
  Reply& answer(const Octets& owner, RrType type, const Octets& rdata, std::uint32_t ttl = 300) {
    return record(Section::Answer, owner, type, ttl, rdata);
  }
  Reply& authority(const Octets& owner, RrType type, const Octets& rdata, std::uint32_t ttl = 300) {
    return record(Section::Authority, owner, type, ttl, rdata);
  }
  Reply& opt(std::uint32_t ttl, const Octets& options, int udp_size = 1232) {
    return record(Section::Additional, Octets{0}, RrType::Opt, ttl, options, static_cast<RrClass>(udp_size));
  }

  std::size_t size() const { return octets_.size(); }
  const Octets& octets() const { return octets_; }
  Parsed<std::shared_ptr<Message>> parse() const { return Message::parse(octets_); }

 private:
  Octets octets_;
  std::size_t counts_[3] = {};
};

/// A row's English name as the parameter's name.
inline std::string as_test_name(std::string_view text) {
  std::string name;
  for (const char character : text) {
    const bool is_word = std::isalnum(static_cast<unsigned char>(character)) != 0;
    if (is_word || (!name.empty() && name.back() != '_')) name += is_word ? character : '_';
  }
  return name;
}

struct RowName {
  template <class Row>
  std::string operator()(const ::testing::TestParamInfo<Row>& info) const {
    return as_test_name(info.param.name);
  }
};

}  // namespace danesweep::wire::test
